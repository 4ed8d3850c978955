"""Feeds for tests, written in a line."""

from collections.abc import Iterable
from html import escape

NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:thr="http://purl.org/syndication/thread/1.0" xmlns:slash="http://purl.org/rss/1.0/modules/slash/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
)


def item(number: int | str, **fields: str) -> str:
    """Write an RSS item; a field of ``""`` is left out."""
    usual = {
        "title": f"Title {number}",
        "link": f"https://example.com/{number}",
        "guid": f"https://example.com/{number}",
        "pubDate": f"Mon, 02 Nov 2026 10:{int(number) if str(number).isdigit() else 0:02} GMT",
        "description": f"Text {number}",
    }
    named = {**usual, **{name.replace("__", ":"): value for name, value in fields.items()}}
    return "<item>" + "".join(f"<{k}>{escape(v)}</{k.split()[0]}>" for k, v in named.items() if v) + "</item>"


def rss(items: Iterable[str] = (), **about: str) -> bytes:
    """Write an RSS 2.0 feed."""
    named = {"title": "The Feed", "link": "https://example.com/", **about}
    head = "".join(
        f"<{name.replace('__', ':')}>{escape(value)}</{name.replace('__', ':')}>" for name, value in named.items()
    )
    document = f'<?xml version="1.0"?><rss version="2.0" {NAMESPACES}><channel>{head}{"".join(items)}</channel></rss>'
    return document.encode()


def atom(entries: Iterable[str], head: str = "", attributes: str = "") -> bytes:
    """Write an Atom feed."""
    opening = f'<feed xmlns="http://www.w3.org/2005/Atom" {NAMESPACES} {attributes}>'
    return f"{opening}<title>The Feed</title><id>tag:f</id>{head}{''.join(entries)}</feed>".encode()
