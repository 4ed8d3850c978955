"""What every connector that reads over HTTP must do, whatever it reads.

A connector's test makes a ``World``, which serves a few posts on loopback, and inherits ``ConnectorContract``.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from connectors.registry import Tools
from listener.domain.errors import SourceError
from listener.domain.source import Budget, Connector, Cursor, Page, StreamKey
from tests.net.raw import endless, saying, serving

BUDGET = Budget(posts=100, seconds=1.5)


@dataclass
class World:
    """A platform on loopback. ``path`` is what the connector's one stream asks for."""

    server: HTTPServer
    path: str = "/world"

    def publish(self, count: int) -> None:
        """Serve ``count`` posts, numbered from 0 and ever younger."""
        raise NotImplementedError

    def connect(self, base: str, tools: Tools) -> tuple[Connector, Any]:
        """Make a connector and its options, which asks the server at ``base``."""
        raise NotImplementedError


def everything(connector: Connector, stream: StreamKey, cursor: Cursor | None, budget: Budget) -> list[Page]:
    """Fetch until there is no more; a connector that never ends fails here."""
    pages: list[Page] = []
    for _ in range(100):
        page = connector.fetch(stream, cursor, budget)
        pages.append(page)
        cursor = page.cursor or cursor
        if not page.more:
            return pages
    raise AssertionError("a hundred pages and no end")


def _page_or_error(connector: Connector, stream: StreamKey) -> Page | SourceError:
    """Fetch once; whatever else is raised fails the test."""
    try:
        return connector.fetch(stream, None, BUDGET)
    except SourceError as error:
        return error


class ConnectorContract:
    """The promises of ``Connector``, tested on one implementation."""

    world_type: type[World]

    @pytest.fixture
    def world(self, httpserver: HTTPServer) -> World:
        """Give a platform with nothing on it."""
        return self.world_type(httpserver)

    @pytest.fixture
    def connector(self, world: World, tools: Tools) -> Connector:
        """Give the connector that reads the world."""
        return world.connect(world.server.url_for("").rstrip("/"), tools)[0]

    @pytest.fixture
    def stream(self, world: World, tools: Tools) -> StreamKey:
        """Give the world's one stream."""
        connector, options = world.connect(world.server.url_for("").rstrip("/"), tools)
        (key,) = connector.streams(options, ["acme"])
        return key

    def test_reads_every_post_oldest_first(self, world: World, connector: Connector, stream: StreamKey) -> None:
        """Each post is there once, with an id, a platform, a text and an aware UTC time."""
        world.publish(7)
        (page,) = everything(connector, stream, None, BUDGET)
        times = [post.created_at for post in page.posts]
        assert len({post.key for post in page.posts}) == len(page.posts) == 7
        assert all(time and time.utcoffset() == timedelta(0) for time in times)
        assert times == sorted(times, key=str)
        assert all(post.platform and post.native_id and (post.text or post.title) for post in page.posts)

    def test_a_small_budget_loses_nothing(self, world: World, connector: Connector, stream: StreamKey) -> None:
        """Pages follow one another until all is read, none larger than the budget."""
        world.publish(10)
        pages = everything(connector, stream, None, Budget(posts=3))
        assert all(len(page.posts) <= 3 for page in pages)
        assert len({post.key for page in pages for post in page.posts}) == 10

    def test_the_same_cursor_gives_the_same_posts(self, world: World, connector: Connector, stream: StreamKey) -> None:
        """After a crash before the commit, the poll is simply made again."""
        world.publish(5)
        first = connector.fetch(stream, None, Budget(posts=2))
        assert connector.fetch(stream, None, Budget(posts=2)) == first
        second = connector.fetch(stream, first.cursor, Budget(posts=2))
        assert connector.fetch(stream, first.cursor, Budget(posts=2)) == second

    def test_another_process_goes_on(self, world: World, connector: Connector, stream: StreamKey, tools: Tools) -> None:
        """The cursor is JSON text and holds all there is to know."""
        world.publish(5)
        first = connector.fetch(stream, None, Budget(posts=2))
        assert isinstance(first.cursor, str)
        json.loads(first.cursor)
        fresh, _ = world.connect(world.server.url_for("").rstrip("/"), tools)
        rest = everything(fresh, stream, first.cursor, Budget(posts=2))
        keys = [post.key for page in [first, *rest] for post in page.posts]
        assert len(keys) == len(set(keys)) == 5

    def test_what_was_read_is_no_news(self, world: World, connector: Connector, stream: StreamKey) -> None:
        """Asked again, an unchanged platform has nothing new; a grown one gives at least what is new."""
        world.publish(3)
        read = everything(connector, stream, None, BUDGET)[-1]
        again = connector.fetch(stream, read.cursor, BUDGET)
        assert not again.news or not {post.key for post in again.posts} - {post.key for post in read.posts}
        world.publish(4)
        keys = {post.key for page in everything(connector, stream, again.cursor, BUDGET) for post in page.posts}
        assert len(keys - {post.key for post in read.posts}) == 1

    @pytest.mark.parametrize("cursor", ["", "x", "[]", "{}", '{"offset":"a"}', "null", "0", '{"ids":[1]}'])
    def test_a_cursor_that_cannot_be_read_begins_anew(
        self, world: World, connector: Connector, stream: StreamKey, cursor: str
    ) -> None:
        """Repeats are harmless, a crash loop is not."""
        world.publish(2)
        assert len(connector.fetch(stream, Cursor(cursor), BUDGET).posts) == 2

    @pytest.mark.parametrize("status", [*range(400, 432), 451, 499, *range(500, 512), 520, 521, 522, 530, 599])
    def test_a_status_is_a_source_error(
        self, world: World, connector: Connector, stream: StreamKey, status: int
    ) -> None:
        """Or, where a thing is gone for good, a parked stream; nothing else."""
        world.server.expect_request(world.path).respond_with_data("<html>no</html>", status, content_type="text/html")
        page = _page_or_error(connector, stream)
        assert isinstance(page, SourceError) or page.parked
        assert str(page)

    @pytest.mark.parametrize(
        "body",
        [
            b"", b"\0" * 1000, b"<", b"{", b"[]", b"null", b"{}", b'{"items": 1}', b"\xff\xfe", b"<rss", b"<feed/>",
            b"\x89PNG\r\n\x1a\n" + bytes(range(256)), b"[" * 200_000, b"<a>" * 50_000, b"&" * 100_000,
            b"<!DOCTYPE x [" + b"<!ENTITY a 'b'>" * 1000 + b"]><rss/>",
        ],
    )  # fmt: skip
    def test_garbage_is_no_crash(self, world: World, connector: Connector, stream: StreamKey, body: bytes) -> None:
        """Whatever a server sends is a page or a SourceError."""
        for kind in ("text/xml", "application/json", "text/html"):
            world.server.clear()
            world.server.expect_request(world.path).respond_with_data(body, content_type=kind)
            assert isinstance(_page_or_error(connector, stream), (Page, SourceError))

    @pytest.mark.parametrize(
        "script",
        [
            saying(),
            saying(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"),
            endless(b"HTTP/1.1 200 OK\r\n\r\n", b" ", pause=0.05),
            endless(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n", b"<item/>" * 5000),
            saying(b"nonsense\r\n\r\n"),
        ],
        ids=["hangs up", "breaks off", "drips", "never ends", "speaks no HTTP"],
    )
    def test_a_bad_server_is_a_source_error(self, world: World, tools: Tools, script: Any) -> None:
        """In time, and without a word of the query, which may hold a key."""
        with serving(script) as url:
            connector, options = world.connect(url.partition("/feed")[0], tools)
            (stream,) = connector.streams(options, ["acme"])
            with pytest.raises(SourceError) as caught:
                connector.fetch(stream, None, Budget(seconds=1.0, bytes=1_000_000))
        assert "hush" not in str(caught.value)
