"""Which feed a page announces."""

import time

import pytest

from connectors.discovery import feed_link, looks_like_page, root_name

HERE = "https://site.example/blog/"


def _link(href: str, kind: str = "application/rss+xml", rel: str = "alternate", title: str = "") -> str:
    return f'<link rel="{rel}" type="{kind}" title="{title}" href="{href}">'


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (_link("/feed"), "https://site.example/feed"),
        (_link("feed.xml", "application/atom+xml"), "https://site.example/blog/feed.xml"),
        (_link("/f.json", "application/feed+json"), "https://site.example/f.json"),
        (_link("/f", "APPLICATION/RSS+XML; charset=utf-8", "Alternate home"), "https://site.example/f"),
        (_link("/f", "", "feed"), "https://site.example/f"),
        (_link("/wp-json/wp/v2/posts/1", "application/json"), ""),
        (_link("/de", "text/html"), ""),
        (_link("/f", rel="stylesheet"), ""),
        (_link("javascript:x"), ""),
        (_link(HERE), ""),
        ('<base href="https://cdn.example/x/">' + _link("f"), "https://cdn.example/x/f"),
        (_link("/comments/feed", title="Comments") + _link("/feed"), "https://site.example/feed"),
        (_link("/feed?p=3", title="One post") + _link("/feed"), "https://site.example/feed"),
        (_link("/tag/x/feed") + _link("/feed"), "https://site.example/feed"),
        (_link("https://other.example/f") + _link("/feed"), "https://site.example/feed"),
        (_link("https://feeds.example/f"), "https://feeds.example/f"),
        (_link("/rss") + _link("/atom", "application/atom+xml"), "https://site.example/rss"),
        (_link("/comments/feed"), "https://site.example/comments/feed"),
        ("", ""),
    ],
)
def test_the_main_feed_is_chosen(head: str, found: str) -> None:
    """The first of the site's own; comments, tags and single posts only where there is nothing else."""
    assert feed_link(f"<html><head>{head}</head><body>x</body></html>", HERE) == found


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("<rss>", "rss"),
        ("\ufeff\n <?xml version='1.0'?>\n<!-- <html> --><!DOCTYPE rss [<!ENTITY a '>'>]><rdf:RDF x='y'>", "rdf:rdf"),
        ("<!DOCTYPE HTML PUBLIC '-//W3C//DTD'><HTML>", "html"),
        ("<!-- never closed", ""),
        ("plain", ""),
        ("", ""),
    ],
)
def test_root_name(text: str, name: str) -> None:
    """Prologs, comments and document types are passed over."""
    assert root_name(text) == name


@pytest.mark.parametrize("piece", ["<?", "<!--", "<!-- -->", "<!DOCTYPE [", "<! >", "<?x?>"])
def test_a_hostile_prolog_takes_no_time(piece: str) -> None:
    """Work grows with length."""
    started = time.process_time()
    root_name(piece * 50_000)
    assert time.process_time() - started < 2


def test_a_feed_is_no_page() -> None:
    """Whatever it was served as."""
    assert looks_like_page("<!DOCTYPE html><html>")
    assert not looks_like_page("<?xml version='1.0'?><rss>")
    assert not looks_like_page("<feed>")
