"""What every connector must do, whatever it reads.

A connector's test makes a ``World``, a platform with a few posts on it, and inherits ``ConnectorContract``; one that
asks over HTTP makes an ``HttpWorld``, which serves them on loopback, and inherits ``HttpContract``.
"""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest
from pytest_httpserver import HTTPServer

from connectors.registry import Tools
from listener.domain.errors import SourceError
from listener.domain.source import Budget, Connector, Cursor, Page, StreamKey
from tests.net.raw import endless, saying, serving

BUDGET = Budget(posts=100, seconds=1.5)


class World(Protocol):
    """A platform for one connector, with nothing on it."""

    def publish(self, count: int) -> None:
        """Show ``count`` posts, numbered from 0 and ever younger."""

    def spoil(self, body: bytes) -> None:
        """Show these bytes instead."""

    def connect(self, tools: Tools) -> tuple[Connector, Any]:
        """Make a connector that reads this platform as its one stream, and its options."""


@dataclass
class HttpWorld:
    """A platform on loopback. ``path`` is what the connector's one stream asks for."""

    server: HTTPServer
    path: str = "/world"

    def connect(self, tools: Tools) -> tuple[Connector, Any]:
        """Make a connector that asks the server."""
        return self.connect_to(self.server.url_for("").rstrip("/"), tools)

    def connect_to(self, base: str, tools: Tools) -> tuple[Connector, Any]:
        """Make a connector that asks another server, and its options."""
        raise NotImplementedError

    def publish(self, count: int) -> None:
        """Serve ``count`` posts, numbered from 0 and ever younger."""
        raise NotImplementedError

    def spoil(self, body: bytes, kind: str = "text/xml") -> None:
        """Serve these bytes instead."""
        self.server.clear()
        self.server.expect_request(self.path).respond_with_data(body, content_type=kind)


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


GARBAGE = [
    b"", b"\0" * 1000, b"<", b"{", b"[]", b"null", b"{}", b'{"items": 1}', b"\xff\xfe", b"<rss", b"<feed/>",
    b"\x89PNG\r\n\x1a\n" + bytes(range(256)), b"[" * 200_000, b"<a>" * 50_000, b"&" * 100_000,
    b"<!DOCTYPE x [" + b"<!ENTITY a 'b'>" * 1000 + b"]><rss/>",
]  # fmt: skip


class ConnectorContract:
    """The promises of ``Connector``, tested on one implementation."""

    @pytest.fixture
    def world(self, tmp_path: Path) -> World:
        """Give a platform with nothing on it."""
        raise NotImplementedError

    @pytest.fixture
    def connector(self, world: World, tools: Tools) -> Connector:
        """Give the connector that reads the world."""
        return world.connect(tools)[0]

    @pytest.fixture
    def stream(self, world: World, tools: Tools) -> StreamKey:
        """Give the world's one stream."""
        world.publish(1)
        connector, options = world.connect(tools)
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
        fresh, _ = world.connect(tools)
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

    @pytest.mark.parametrize("body", GARBAGE)
    def test_garbage_is_no_crash(self, world: World, connector: Connector, stream: StreamKey, body: bytes) -> None:
        """Whatever a platform shows is a page or a SourceError."""
        world.spoil(body)
        with suppress(SourceError):
            assert not connector.fetch(stream, None, BUDGET).posts


class HttpContract(ConnectorContract):
    """The promises of a connector that asks over HTTP."""

    world_type: type[HttpWorld]

    @pytest.fixture
    def world(self, httpserver: HTTPServer) -> HttpWorld:
        """Give a server with nothing on it."""
        return self.world_type(httpserver)

    @pytest.mark.parametrize("status", [*range(400, 432), 451, 499, *range(500, 512), 520, 521, 522, 530, 599])
    def test_a_status_is_a_source_error(
        self, world: HttpWorld, connector: Connector, stream: StreamKey, status: int
    ) -> None:
        """And nothing else."""
        world.server.clear()
        world.server.expect_request(world.path).respond_with_data("<html>no</html>", status, content_type="text/html")
        with pytest.raises(SourceError, match=r"\w"):
            connector.fetch(stream, None, BUDGET)

    @pytest.mark.parametrize("body", GARBAGE)
    @pytest.mark.parametrize("kind", ["application/json", "text/html"])
    def test_garbage_of_any_kind_is_no_crash(
        self, world: HttpWorld, connector: Connector, stream: StreamKey, body: bytes, kind: str
    ) -> None:
        """Whatever the server calls it."""
        world.spoil(body, kind)
        with suppress(SourceError):
            assert not connector.fetch(stream, None, BUDGET).posts

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
    def test_a_bad_server_is_a_source_error(self, world: HttpWorld, tools: Tools, script: Any) -> None:
        """In time, and without a word of the query, which may hold a key."""
        with serving(script) as url:
            connector, options = world.connect_to(url.partition("/feed")[0], tools)
            (stream,) = connector.streams(options, ["acme"])
            with pytest.raises(SourceError) as caught:
                connector.fetch(stream, None, Budget(seconds=1.0, bytes=1_000_000))
        assert "hush" not in str(caught.value)
