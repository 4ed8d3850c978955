"""Every recorded feed, served on loopback and fetched as it would be; compared with what others read in it."""

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import feedparser
import pytest
from pytest_httpserver import HTTPServer

from connectors import rss
from connectors.feed import Entry, Feed
from connectors.feedbytes import decode
from connectors.feeddates import read_date
from connectors.registry import Tools
from listener.domain.errors import BadData, SourceError
from listener.domain.plaintext import from_html, one_line, title_from_html
from listener.domain.source import Budget, Page, StreamKey
from tests.connectors.conftest import NOW
from tests.shared import FIXTURES, fixture_files, needs_fixtures, read_fixture

pytestmark = [needs_fixtures, pytest.mark.recorded]

FOLDERS = ("feeds/odd", "feeds/real", "feeds/gofeed", "feeds/rss_parser/input")
FILES = [path for folder in FOLDERS for path in fixture_files(folder)]

NO_FEED = {
    "fp-ill-rss_empty_document.xml",
    "freshrss-opml.default.xml",
    "miniflux-xml-iso88591_utf8_mismatch.xml.b64",
    "nextcloud-Nextcloud.opml",
    "rsparser-ScriptingNews.json",
    "rsparser-Subs.opml",
    "rsparser-SubsNoTitleAttributes.opml",
    "rsparser-allthis-partial.json",
    "parser__json__invalid__invalid.json",
    "unrecognized.rss",
}
"""Not feeds, or not feeds any more: OPML, RSS written as JSON, truncated JSON, other XML, nothing at all."""


def _name(path: Path) -> str:
    return path.name


def _is_expectation(path: Path) -> bool:
    """Say whether a file holds what another is to be read as."""
    beside = path.with_suffix(".xml")
    return path.suffix == ".json" and (path.stem.endswith("_expected") or beside.is_file())


FEEDS = [path for path in FILES if not _is_expectation(path)]


def _headers(body: bytes) -> dict[str, str]:
    """Take the HTTP headers that a recorded file's own comment asks for."""
    named = re.findall(rb"^Header:\s*([A-Za-z-]+):\s*(.+?)\s*$", body[:2000], re.MULTILINE)
    return {name.decode(): value.decode("latin-1") for name, value in named}


@contextmanager
def _served(server: HTTPServer, body: bytes) -> Iterator[StreamKey]:
    headers = {"Content-Type": "application/xml", **_headers(body)}
    server.clear()
    server.expect_request("/feed").respond_with_data(body, headers=headers)
    yield StreamKey(server.url_for("/feed"))


def _fetched(server: HTTPServer, tools: Tools, body: bytes) -> Page:
    with _served(server, body) as stream:
        connector = rss.build(rss.Options(urls=(stream,)), tools)
        first = connector.fetch(stream, None, Budget(posts=5_000))
        assert connector.fetch(stream, first.cursor, Budget()).news is False
        return first


@pytest.mark.parametrize("path", FEEDS, ids=_name)
def test_every_feed_is_read_whole(httpserver: HTTPServer, tools: Tools, path: Path) -> None:
    """No crash; as many entries as feedparser finds; what is no feed is a SourceError; read again, it is no news."""
    body = read_fixture(path)
    if path.name in NO_FEED:
        with pytest.raises(SourceError):
            _fetched(httpserver, tools, body)
        return
    page = _fetched(httpserver, tools, body)
    found = len(page.posts) + sum(drop.count for drop in page.dropped)
    assert found == entries(body)
    assert len({post.key for post in page.posts}) == len(page.posts)
    assert all(post.created_at is None or post.created_at.utcoffset() is not None for post in page.posts)
    for post in page.posts:
        repr(post).encode()


def entries(body: bytes) -> int:
    """Count the entries that others find in a feed."""
    if body.lstrip().startswith(b"{"):
        return len(json.loads(body)["items"])
    return len(feedparser.parse(io.BytesIO(body), response_headers={"content-type": "application/xml"}).entries)


def test_the_real_feeds_hold_what_was_counted() -> None:
    """3,611 entries in XML feeds and 10 in JSON, with the dates, links and texts that stand there."""
    read = [_read(path) for path in FEEDS if path.parent.name == "real"]
    entries = [entry for feed in read for entry in feed.entries]
    assert len(entries) == 3_621
    assert sum(entry.published is None for entry in entries) == 28
    assert sum(not entry.link for entry in entries) == 1_046
    assert sum(not entry.text for entry in entries) <= 120


def _read(path: Path) -> Feed:
    body = read_fixture(path)
    feed = rss.parse(decode(body, _headers(body).get("Content-Type", "")), NOW)
    assert feed is not None
    return feed


# ---- compared with others ------------------------------------------------------------------------------------

DEVIATIONS: dict[str, dict[str, str]] = {
    "feedburner.atom": {"link": "the article's own address (origLink), not the click counter's"},
    "encoding.rss.b64": {"link": "the article's own address (origLink), not the click counter's"},
    "narro.rss": {"text": "the whole description; theirs is another field, cut"},
    "reddit-atom.rss": {"text": "words in the order of the page"},
    "reddit-home.rss": {"text": "words in the order of the page", "guid": "resolved against the feed's xml:base"},
    "reddit.rss": {"text": "without the footer that Reddit adds below the text"},
    "uolNoticias.rss.b64": {"title": "decoded as it is declared", "text": "decoded as it is declared"},
    "translator__rss__feed_link_-_rss_channel_atom_link_alternate.xml": {
        "feed link": "an undeclared prefix is no Atom"
    },
}
"""file → field → why we read it otherwise; docs/feeds.md tells the same."""


def _same_text(ours: str, theirs: str) -> bool:
    """Compare words alone: how white space and block ends are written is everybody's own business."""
    return "".join(ours.split()) == "".join(theirs.split())


def _differences(entry: Entry, expected: dict[str, Any], names: dict[str, str]) -> set[str]:
    found = set()
    for field, theirs in ((field, expected.get(name)) for field, name in names.items()):
        if theirs is None or isinstance(theirs, (dict, list)):
            continue
        if field == "published":
            same = entry.published == read_date(str(theirs), NOW) or entry.updated == read_date(str(theirs), NOW)
        elif field == "text":
            same = _same_text(entry.text, from_html(str(theirs)))
        elif field == "title":
            same = _same_text(entry.title, title_from_html(str(theirs)))
        else:
            same = one_line(str(getattr(entry, field))) == one_line(str(theirs))
        if not same:
            found.add(field)
    return found


def _compared(feed: Feed, expected: list[dict[str, Any]], names: dict[str, str]) -> set[str]:
    assert len(feed.entries) == len(expected)
    pairs = zip(feed.entries, expected, strict=True)
    return {field for entry, theirs in pairs for field in _differences(entry, theirs, names)}


RSS_PARSER = [path for path in FEEDS if path.parent.name == "input" and path.name not in NO_FEED]


@pytest.mark.parametrize("path", RSS_PARSER, ids=_name)
def test_reads_what_rss_parser_reads(path: Path) -> None:
    """Title, link, id, date, author and text of every entry, but for deviations with a reason."""
    stem = path.name.removesuffix(".b64").rpartition(".")[0]
    (answer,) = [each for each in fixture_files("feeds/rss_parser/output") if each.name.split(".")[0] == stem]
    expected = json.loads(decode(read_fixture(answer)))["feed"]
    for item in expected["items"]:
        item["text"] = item.get("content:encoded") or item.get("content") or item.get("summary")
        item["guid"] = item.get("guid") or item.get("id")
        item["person"] = item.get("creator") or item.get("author")
    names = {
        "title": "title",
        "link": "link",
        "guid": "guid",
        "published": "isoDate",
        "author": "person",
        "text": "text",
    }
    found = _compared(_read(path), expected["items"], names)
    assert found == set(DEVIATIONS.get(path.name, ()))


GOFEED = [path for path in FEEDS if path.name.startswith("translator__")]


def _expected(path: Path) -> dict[str, Any]:
    beside = path.with_suffix(".json") if path.suffix == ".xml" else path.with_name(f"{path.stem}_expected.json")
    found: dict[str, Any] = json.loads(beside.read_text())
    return found


@pytest.mark.parametrize("path", GOFEED, ids=_name)
def test_reads_what_gofeed_reads(path: Path) -> None:
    """Feed title and link; title, link, id, date, author and text of every entry."""
    expected, feed = _expected(path), _read(path)
    items = expected.get("items") or []
    for item in items:
        author: dict[str, str] = item.get("author") or next(iter(item.get("authors") or ()), {})
        item["person"] = author.get("name") or author.get("email")
        item["text"] = item.get("content") or item.get("description")
    names = {
        "title": "title",
        "link": "link",
        "guid": "guid",
        "published": "publishedParsed",
        "author": "person",
        "text": "text",
    }
    found = _compared(feed, items, names)
    found |= {f"feed {name}" for name in ("title", "link") if expected.get(name, "") != getattr(feed, name)}
    assert found == set(DEVIATIONS.get(path.name, ()))


def test_every_deviation_is_documented() -> None:
    """docs/feeds.md names each file that is read otherwise."""
    told = (Path(__file__).resolve().parents[2] / "docs" / "feeds.md").read_text()
    assert [name for name in DEVIATIONS if name not in told] == []
    assert FIXTURES.is_dir()
    with pytest.raises(BadData):
        rss.parse("{", NOW)
