"""Polling a feed: conditions, moves, ends, discovery, paging, and what an entry becomes."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connectors import rss
from connectors.registry import Tools
from listener.domain.errors import BadData, Gone, RateLimited, SourceError, Unauthorized, Unavailable
from listener.domain.post import Post
from listener.domain.secret import SecretUrl
from listener.domain.source import Budget, Connector, Cursor, Page, StreamKey
from tests.connectors import feeds
from tests.connectors.conftest import NOW, SECRETS

BUDGET = Budget()


@pytest.fixture
def parses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note every body that is parsed."""
    seen: list[str] = []
    real = rss.parse

    def parse(text: str, now: datetime) -> Any:
        seen.append(text)
        return real(text, now)

    monkeypatch.setattr(rss, "parse", parse)
    return seen


@pytest.fixture
def feed(httpserver: HTTPServer, tools: Tools) -> tuple[Connector, StreamKey]:
    """Give a connector and its stream at ``/feed``."""
    return connect(httpserver, tools)


def connect(server: HTTPServer, tools: Tools, path: str = "/feed", **options: Any) -> tuple[Connector, StreamKey]:
    made = rss.Options(urls=(server.url_for(path),), **options)
    return rss.build(made, tools), StreamKey(server.url_for(path))


def serve(server: HTTPServer, body: bytes | str, path: str = "/feed", status: int = 200, /, **headers: str) -> None:
    named = {
        "Content-Type": "application/rss+xml",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    server.expect_request(path).respond_with_data(body, status, named)


def read_one(server: HTTPServer, tools: Tools, body: bytes) -> Post:
    """Serve a feed of one entry and read it."""
    serve(server, body)
    connector, stream = connect(server, tools)
    (post,) = connector.fetch(stream, None, BUDGET).posts
    return post


def paths(server: HTTPServer) -> list[str]:
    return [request.path for request, _ in server.log]


# ---- unchanged bodies ----------------------------------------------------------------------------------------


def test_validators_go_back_byte_for_byte(httpserver: HTTPServer, feed: Any, parses: list[str]) -> None:
    """ETag (quotes and weakness included) and Last-Modified return as they came; a 304 is never parsed."""
    connector, stream = feed

    def answer(request: Request) -> Response:
        if request.headers.get("If-None-Match") == 'W/"a,b"':
            assert request.headers["If-Modified-Since"] == "Mon, 02 Nov 2026 10:00:00 GMT"
            return Response(status=304)
        return Response(
            feeds.rss([feeds.item(1)]), headers={"ETag": 'W/"a,b"', "Last-Modified": "Mon, 02 Nov 2026 10:00:00 GMT"}
        )

    httpserver.expect_request("/feed").respond_with_handler(answer)
    first = connector.fetch(stream, None, BUDGET)
    second = connector.fetch(stream, first.cursor, BUDGET)
    assert (first.news, len(first.posts)) == (True, 1)
    assert (second.news, list(second.posts)) == (False, [])
    third = connector.fetch(stream, second.cursor, BUDGET)
    assert not third.news
    assert len(parses) == 1


def test_a_same_body_is_not_parsed(httpserver: HTTPServer, feed: Any, parses: list[str]) -> None:
    """A server without validators costs a transfer, but no parse."""
    connector, stream = feed
    serve(httpserver, feeds.rss([feeds.item(1)]))
    first = connector.fetch(stream, None, BUDGET)
    second = connector.fetch(stream, first.cursor, BUDGET)
    assert not second.news
    assert len(parses) == 1
    httpserver.clear()
    serve(httpserver, feeds.rss([feeds.item(2)]))
    assert [post.title for post in connector.fetch(stream, second.cursor, BUDGET).posts] == ["Title 2"]
    assert len(parses) == 2


def test_validators_of_one_url_are_not_sent_to_another(httpserver: HTTPServer, feed: Any) -> None:
    """When a redirect leads elsewhere than last time, the old ETag stays home."""
    connector, stream = feed
    serve(httpserver, "", "/feed", 302, Location="/a")
    serve(httpserver, feeds.rss([feeds.item(1)]), "/a", ETag='"a"')
    cursor = connector.fetch(stream, None, BUDGET).cursor
    httpserver.clear()
    serve(httpserver, "", "/feed", 302, Location="/b")
    serve(httpserver, feeds.rss([feeds.item(2)]), "/b", ETag='"b"')
    connector.fetch(stream, cursor, BUDGET)
    assert all("If-None-Match" not in request.headers for request, _ in httpserver.log)


def test_a_new_date_of_making_is_no_news(httpserver: HTTPServer, feed: Any) -> None:
    """Many feeds differ at every poll in nothing else; they are asked ever less often all the same."""
    connector, stream = feed
    cursor: Cursor | None = None
    news: list[bool] = []
    for built, items in ((1, [1]), (2, [1]), (3, [2, 1]), (4, [2, 1])):
        httpserver.clear()
        serve(httpserver, feeds.rss(map(feeds.item, items), lastBuildDate=f"Mon, 02 Nov 2026 10:0{built}:00 GMT"))
        page = connector.fetch(stream, cursor, BUDGET)
        cursor, news = page.cursor, [*news, page.news]
    assert news == [True, False, True, False]


def test_an_edited_entry_comes_again(httpserver: HTTPServer, feed: Any) -> None:
    """Same id, new text: the store sees the change."""
    connector, stream = feed
    serve(httpserver, feeds.rss([feeds.item(1)]))
    first = connector.fetch(stream, None, BUDGET)
    httpserver.clear()
    serve(httpserver, feeds.rss([feeds.item(1, description="Corrected")]))
    second = connector.fetch(stream, first.cursor, BUDGET)
    assert second.posts[0].key == first.posts[0].key
    assert second.posts[0].text == "Corrected"


# ---- what a site prescribes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "about", "wait"),
    [
        ({}, {}, None),
        ({"Cache-Control": "public, max-age=7200"}, {}, 7200),
        ({"Cache-Control": "max-age=7200", "Age": "1200"}, {}, 6000),
        ({"Cache-Control": "max-age=60"}, {}, 900),
        ({"Cache-Control": "max-age=0"}, {}, None),
        ({"Cache-Control": "no-cache, max-age=7200"}, {}, None),
        ({"Cache-Control": "max-age=99999999"}, {}, 86_400),
        ({"Expires": "0"}, {}, None),
        ({}, {"ttl": "120"}, 7200),
        ({}, {"ttl": "soon"}, None),
        ({"Cache-Control": "max-age=1000"}, {"ttl": "120"}, 7200),
        ({}, {"sy__updatePeriod": "daily", "sy__updateFrequency": "4"}, 21_600),
        ({}, {"sy__updatePeriod": "hourly"}, 3600),
    ],
)
def test_the_pause_a_feed_asks_for(
    httpserver: HTTPServer, tools: Tools, headers: dict[str, str], about: dict[str, str], wait: float | None
) -> None:
    """The longest of Cache-Control, Expires, ttl and updatePeriod, between ``every`` and a day; also when unchanged."""
    serve(httpserver, feeds.rss([feeds.item(1)], **about), **headers)
    connector, stream = connect(httpserver, tools)
    page = connector.fetch(stream, None, BUDGET)
    assert page.wait == wait
    assert connector.fetch(stream, page.cursor, BUDGET).wait == wait


@pytest.mark.parametrize(
    ("status", "headers", "kind", "seconds"),
    [
        (429, {"Retry-After": "120"}, RateLimited, 120),
        (429, {"Retry-After": "Wed, 25 Nov 2026 13:00:00 GMT"}, RateLimited, 3600),
        (429, {"Retry-After": "Wed, 25 Nov 2020 13:00:00 GMT"}, RateLimited, 0),
        (429, {"Retry-After": "999999999"}, RateLimited, 7 * 86_400),
        (429, {"Retry-After": "later"}, RateLimited, None),
        (429, {"X-RateLimit-Remaining": "0.0", "X-RateLimit-Reset": "300"}, RateLimited, 300),
        (429, {}, RateLimited, None),
        (503, {"Retry-After": "60"}, Unavailable, 60),
        (403, {"Retry-After": "60"}, Unavailable, 60),
        (403, {}, Unavailable, None),
        (401, {}, Unauthorized, None),
        (404, {}, Unavailable, None),
        (410, {}, Gone, None),
        (451, {}, Unavailable, None),
        (500, {}, Unavailable, None),
        (204, {}, BadData, None),
        (206, {}, BadData, None),
        (300, {}, BadData, None),
    ],
)
def test_what_a_status_means(
    httpserver: HTTPServer,
    feed: Any,
    status: int,
    headers: dict[str, str],
    kind: type[SourceError],
    seconds: float | None,
) -> None:
    """Each is one error of ours, with the time to come back where the site gave one."""
    connector, stream = feed
    httpserver.expect_request("/feed").respond_with_data("no", status, headers)
    with pytest.raises(kind) as caught:
        connector.fetch(stream, None, BUDGET)
    assert caught.value.until == (None if seconds is None else NOW + timedelta(seconds=seconds))
    assert str(caught.value).startswith(f"feed {stream}: ")


# ---- moves ---------------------------------------------------------------------------------------------------


def _poll(connector: Connector, stream: StreamKey, cursor: Cursor | None, times: int) -> Cursor | None:
    for _ in range(times):
        cursor = connector.fetch(stream, cursor, BUDGET).cursor or cursor
    return cursor


def _moving(server: HTTPServer, status: int = 301, target: str = "/new") -> None:
    server.clear()
    serve(server, "", "/feed", status, Location=target)
    serve(server, feeds.rss([feeds.item(1)]), target)


@pytest.mark.parametrize("status", [301, 308])
def test_a_permanent_move_is_believed_the_third_time(httpserver: HTTPServer, feed: Any, status: int) -> None:
    """Then the new address is asked directly, though the stream keeps its name."""
    connector, stream = feed
    _moving(httpserver, status)
    cursor = _poll(connector, stream, None, 3)
    assert paths(httpserver) == ["/feed", "/new"] * 3
    httpserver.clear_log()
    _poll(connector, stream, cursor, 1)
    assert paths(httpserver) == ["/new"]


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_temporary_move_is_never_believed(httpserver: HTTPServer, feed: Any, status: int) -> None:
    """The configured address stays the one to ask."""
    connector, stream = feed
    _moving(httpserver, status)
    _poll(connector, stream, None, 6)
    assert paths(httpserver) == ["/feed", "/new"] * 6


def test_confirmations_must_follow_one_another(httpserver: HTTPServer, feed: Any) -> None:
    """A move to somewhere else, or none, starts the count again."""
    connector, stream = feed
    _moving(httpserver)
    cursor = _poll(connector, stream, None, 2)
    _moving(httpserver, target="/other")
    cursor = _poll(connector, stream, cursor, 1)
    _moving(httpserver)
    cursor = _poll(connector, stream, cursor, 2)
    httpserver.clear_log()
    _poll(connector, stream, cursor, 1)
    assert paths(httpserver) == ["/feed", "/new"]


@pytest.mark.parametrize("status", [404, 410])
def test_a_new_address_that_ends_gives_way_to_the_old(httpserver: HTTPServer, feed: Any, status: int) -> None:
    """A move that proved wrong is taken back in the same poll; nothing is parked."""
    connector, stream = feed
    _moving(httpserver)
    cursor = _poll(connector, stream, None, 3)
    httpserver.clear()
    serve(httpserver, "", "/new", status)
    serve(httpserver, feeds.rss([feeds.item(2)]))
    page = connector.fetch(stream, cursor, BUDGET)
    assert [post.title for post in page.posts] == ["Title 2"]


# ---- home pages ----------------------------------------------------------------------------------------------

PAGE = '<!DOCTYPE html><html><head><link rel="alternate" type="application/rss+xml" href="/feed"></head><body>Hi'


def test_a_page_that_announces_a_feed_that_is_gone_is_asked_again(httpserver: HTTPServer, tools: Tools) -> None:
    """What was configured is there: its next feed is looked for."""
    serve(httpserver, PAGE, "/", Content_Type="text/html")
    serve(httpserver, "", "/feed", 410)
    connector, stream = connect(httpserver, tools, "/")
    with pytest.raises(Unavailable, match=r"gone for good .*announces it"):
        connector.fetch(stream, None, BUDGET)


def test_a_home_page_leads_to_its_feed(httpserver: HTTPServer, tools: Tools) -> None:
    """The announced feed is read at once, remembered, and then asked directly."""
    serve(httpserver, PAGE, "/", Content_Type="text/html")
    serve(httpserver, feeds.rss([feeds.item(1)]), ETag='"1"')
    connector, stream = connect(httpserver, tools, "/")
    page = connector.fetch(stream, None, BUDGET)
    assert [post.title for post in page.posts] == ["Title 1"]
    httpserver.clear_log()
    assert not connector.fetch(stream, page.cursor, BUDGET).news
    assert paths(httpserver) == ["/feed"]


def test_a_feed_that_left_its_place_is_found_again(httpserver: HTTPServer, tools: Tools) -> None:
    """A 404 of the discovered feed sends the connector back to the page."""
    serve(httpserver, PAGE, "/", Content_Type="text/html")
    serve(httpserver, feeds.rss([feeds.item(1)]))
    connector, stream = connect(httpserver, tools, "/")
    cursor = connector.fetch(stream, None, BUDGET).cursor
    httpserver.clear()
    serve(httpserver, PAGE.replace("/feed", "/atom"), "/", Content_Type="text/html")
    serve(httpserver, feeds.rss([feeds.item(2)]), "/atom")
    assert [post.title for post in connector.fetch(stream, cursor, BUDGET).posts] == ["Title 2"]


def test_a_page_without_feed_is_bad_data(httpserver: HTTPServer, feed: Any) -> None:
    """A firewall's page with status 200 is not an empty feed."""
    connector, stream = feed
    serve(httpserver, "<html><body>Checking your browser", Content_Type="text/html")
    with pytest.raises(BadData, match="a web page that announces no feed"):
        connector.fetch(stream, None, BUDGET)


def test_two_pages_that_announce_each_other(httpserver: HTTPServer, tools: Tools) -> None:
    """Discovery goes one step and no further."""
    serve(httpserver, PAGE, "/", Content_Type="text/html")
    serve(httpserver, PAGE.replace("/feed", "/"), Content_Type="text/html")
    connector, stream = connect(httpserver, tools, "/")
    with pytest.raises(BadData):
        connector.fetch(stream, None, BUDGET)


def test_robots_are_asked_about_feeds_nobody_configured(httpserver: HTTPServer, tools: Tools) -> None:
    """A site that forbids the announced feed is obeyed; a configured feed is the operator's own wish."""
    serve(httpserver, "User-agent: *\nDisallow: /feed", "/robots.txt", Content_Type="text/plain")
    serve(httpserver, PAGE, "/", Content_Type="text/html")
    serve(httpserver, feeds.rss([feeds.item(1)]))
    connector, stream = connect(httpserver, tools, "/")
    with pytest.raises(Unavailable, match=r"robots\.txt forbids"):
        connector.fetch(stream, None, BUDGET)
    direct, feed_stream = connect(httpserver, tools, "/feed")
    assert len(direct.fetch(feed_stream, None, BUDGET).posts) == 1


# ---- lists ---------------------------------------------------------------------------------------------------

OPML = (
    '<?xml version="1.0"?><opml version="2.0"><body><outline text="g"><outline xmlUrl="https://a.example/f"/>'
    '<outline xmlurl="https://b.example/f"/></outline><outline xmlUrl="https://a.example/f"/><outline text="x"/>'
    '<outline xmlUrl="feed://c.example/f"/><outline xmlUrl="ftp://d.example/f"/></body></opml>'
)
LISTED = ["https://a.example/f", "https://b.example/f", "http://c.example/f"]


def test_an_opml_list_is_its_feeds(httpserver: HTTPServer, tools: Tools) -> None:
    """From a file or a URL; each feed once, beside those named."""
    tools.state_dir.mkdir(parents=True)
    (tools.state_dir / "list.opml").write_text(OPML)
    serve(httpserver, OPML, "/list")
    for where in (str(tools.state_dir / "list.opml"), httpserver.url_for("/list")):
        options = rss.Options(urls="https://a.example/f", opml=where)
        assert list(rss.build(options, tools).streams(options, [])) == LISTED


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b"<html/>", 200, BadData),
        (b"", 200, BadData),
        (b"<opml/>", 200, BadData),
        (b"", 404, Unavailable),
        (b"", 410, Gone),
    ],
)
def test_a_list_that_cannot_be_read(
    httpserver: HTTPServer, tools: Tools, body: bytes, status: int, kind: type[SourceError]
) -> None:
    """The error names the list."""
    serve(httpserver, body, "/list", status)
    options = rss.Options(opml=(httpserver.url_for("/list"),))
    with pytest.raises(kind, match="OPML list http"):
        list(rss.build(options, tools).streams(options, []))


def test_a_missing_list_file(tools: Tools) -> None:
    """It may come back: Unavailable."""
    options = rss.Options(opml=("/nowhere/list.opml",))
    with pytest.raises(Unavailable, match=r"/nowhere/list\.opml"):
        list(rss.build(options, tools).streams(options, []))


def test_a_list_among_the_urls_says_where_it_belongs(httpserver: HTTPServer, feed: Any) -> None:
    """An OPML document is no feed."""
    connector, stream = feed
    serve(httpserver, OPML)
    with pytest.raises(BadData, match="opml = "):
        connector.fetch(stream, None, BUDGET)


# ---- secrets -------------------------------------------------------------------------------------------------


def _secret(tools: Tools, url: str) -> tuple[Connector, StreamKey]:
    SECRETS["PRIVATE_FEED"] = url
    options = rss.Options(urls=(SecretUrl(name="board", env="PRIVATE_FEED"),))
    connector = rss.build(options, tools)
    (stream,) = connector.streams(options, [])
    return connector, stream


def _everything_said(page: Page) -> str:
    return json.dumps([repr(page), page.cursor])


def test_a_secret_url_is_known_by_its_name_alone(httpserver: HTTPServer, tools: Tools) -> None:
    """Neither stream, cursor nor posts hold the address, though relative and self links would."""
    serve(
        httpserver, feeds.rss([feeds.item(1, link="x"), feeds.item(2, guid="", link="?more=1")], link=""), "/hush/feed"
    )
    connector, stream = _secret(tools, httpserver.url_for("/hush/feed?key=hush"))
    page = connector.fetch(stream, None, BUDGET)
    assert stream == "board"
    assert len(page.posts) == 2
    assert "hush" not in _everything_said(page)


def test_a_secret_url_that_moves_is_not_remembered(httpserver: HTTPServer, tools: Tools) -> None:
    """The target of its redirect may hold the secret too."""
    serve(httpserver, "", "/a", 301, Location="/hush/b?key=hush")
    serve(httpserver, feeds.rss([feeds.item(1)]), "/hush/b")
    connector, stream = _secret(tools, httpserver.url_for("/a"))
    cursor = _poll(connector, stream, None, 4)
    assert "hush" not in str(cursor)


def test_user_and_password_become_a_header(httpserver: HTTPServer, tools: Tools) -> None:
    """Basic credentials in a secret URL are sent as they should be."""
    serve(httpserver, feeds.rss([feeds.item(1)]))
    url = httpserver.url_for("/feed").replace("://", "://ann:h%3Ash@")
    connector, stream = _secret(tools, url)
    connector.fetch(stream, None, BUDGET)
    sent = httpserver.log[0][0].authorization
    assert sent is not None
    assert (sent.username, sent.password) == ("ann", "h:sh")


@pytest.mark.parametrize("status", [401, 403, 404, 410, 429, 500])
def test_errors_of_a_secret_feed_name_it(httpserver: HTTPServer, tools: Tools, status: int) -> None:
    """The name, never the address."""
    serve(httpserver, "", "/hush", status)
    connector, stream = _secret(tools, httpserver.url_for("/hush?key=hush"))
    with pytest.raises(SourceError, match=r"\Afeed board: ") as caught:
        connector.fetch(stream, None, BUDGET)
    assert "hush" not in str(caught.value)


def test_what_a_site_writes_of_a_secret_url_is_struck_out(httpserver: HTTPServer, tools: Tools) -> None:
    """From texts; a link that holds its token is none, an id keeps its meaning, and harmless links stay."""
    url = httpserver.url_for("/t0k3nt0k3n/feed?user=4&key=hushhush")
    items = (
        feeds.item(1, guid=url, description=f"Unsubscribe: {url}"),
        feeds.item(2, link=httpserver.url_for("/a?from=t0k3nt0k3n"), guid="t0k3nt0k3n-2"),
        feeds.item(3, author="hushhush", description=f'<a href="{url}">x</a><a href="/ok">y</a>'),
    )
    serve(httpserver, feeds.rss(items, title=f"Feed of {url}", link=url), "/t0k3nt0k3n/feed", ETag='"for hushhush"')
    connector, stream = _secret(tools, url)
    first, again = connector.fetch(stream, None, BUDGET), connector.fetch(stream, None, BUDGET)
    assert "t0k3n" not in _everything_said(first)
    assert "hushhush" not in _everything_said(first)
    assert first.posts[0].text == "Unsubscribe: [secret]"
    assert [post.native_id for post in first.posts] == [post.native_id for post in again.posts]
    assert len({post.native_id for post in first.posts}) == 3
    assert first.posts[2].links == ("https://example.com/ok",)


def test_a_password_takes_no_links_away(httpserver: HTTPServer, tools: Tools) -> None:
    """Where the login alone is secret, the address is not: posts on the same site keep their links."""
    serve(httpserver, feeds.rss([feeds.item(1, link="/posts/1")], link=""), "/posts")
    connector, stream = _secret(tools, httpserver.url_for("/posts").replace("://", "://ann:h%3Aush@"))
    (post,) = connector.fetch(stream, None, BUDGET).posts
    assert post.url == httpserver.url_for("/posts/1")


@pytest.mark.parametrize("url", ["board.example/hush?key=hush", "httpx://board.example/hush", "hush", "http://[hush/"])
def test_a_secret_url_that_is_none_is_not_shown(tools: Tools, url: str) -> None:
    """Though somebody has to be told that it is wrong."""
    connector, stream = _secret(tools, url)
    with pytest.raises(BadData, match=r"\Afeed board: only http and https") as caught:
        connector.fetch(stream, None, BUDGET)
    assert "hush" not in str(caught.value)


def test_a_secret_that_is_not_there(tools: Tools) -> None:
    """A missing secret is a matter for a person."""
    options = rss.Options(urls=(SecretUrl(name="lost", env="NOT_SET"),))
    with pytest.raises(Unauthorized, match="NOT_SET"):
        rss.build(options, tools).fetch(StreamKey("lost"), None, BUDGET)


def test_query_values_are_not_in_errors(httpserver: HTTPServer, tools: Tools) -> None:
    """Errors show the names of a query and not its values."""
    connector, stream = connect(httpserver, tools, "/feed?key=hush")
    with pytest.raises(SourceError) as caught:
        connector.fetch(stream, None, BUDGET)
    assert "hush" not in str(caught.value)
    assert "key=…" in str(caught.value)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"urls": []},
        {"urls": ["ftp://example.com/"]},
        {"urls": ["example.com/feed"]},
        {"urls": ["https://ann:hush@example.com/"]},
        {"urls": ["https://example.com/"], "every": 4},
        {"urls": ["https://example.com/"], "every": 1441},
        {"urls": ["https://example.com/"], "evry": 15},
        {"urls": [{"env": "X"}]},
    ],
)
def test_options_that_are_refused(options: dict[str, Any]) -> None:
    """Nothing to ask, no URL, a secret in the open, too eager, misspelt; no message holds the value."""
    with pytest.raises(ValidationError) as caught:
        rss.Options.model_validate(options)
    assert "hush" not in str(caught.value)


# ---- ids -----------------------------------------------------------------------------------------------------


def test_which_id_an_entry_has(httpserver: HTTPServer, feed: Any) -> None:
    """The guid if it is a URI; else stream and guid; else the page; else stream, title and date."""
    connector, stream = feed
    items = [
        feeds.item(1, guid="https://example.com/?p=1"),
        feeds.item(2, guid="tag:example.com,2026:2"),
        feeds.item(3, guid="urn:uuid:3"),
        feeds.item(4, guid="4"),
        feeds.item(5, guid="", link="https://www.example.com/5/?utm_source=rss"),
        feeds.item(6, guid="", link=""),
    ]
    serve(httpserver, feeds.rss(items))
    ids = [post.native_id for post in connector.fetch(stream, None, BUDGET).posts]
    assert ids[:5] == [
        "https://example.com/?p=1", "tag:example.com,2026:2", "urn:uuid:3", f"{stream}#4", "https://example.com/5",
    ]  # fmt: skip
    assert ids[5].startswith(f"{stream}#")


def test_a_rotating_guid_keeps_its_first_id(httpserver: HTTPServer, feed: Any) -> None:
    """A feed that makes new guids at every poll has the same posts still."""
    connector, stream = feed
    seen: set[tuple[str, str]] = set()
    cursor = None
    for poll in range(4):
        httpserver.clear()
        serve(httpserver, feeds.rss(feeds.item(n, guid=f"{poll}-{n}") for n in range(5)))
        page = connector.fetch(stream, cursor, BUDGET)
        cursor = page.cursor
        seen |= {post.key for post in page.posts}
    assert len(seen) == 5


def test_entries_that_say_the_same_under_two_guids_are_two(httpserver: HTTPServer, feed: Any) -> None:
    """While both stand in the feed, its guids are believed."""
    connector, stream = feed
    serve(httpserver, feeds.rss([feeds.item(1, guid="a"), feeds.item(1, guid="b")]))
    page = connector.fetch(stream, None, BUDGET)
    assert len({post.key for post in page.posts}) == 2


def test_a_comment_with_a_stock_title_is_not_taken_for_an_older_one(httpserver: HTTPServer, feed: Any) -> None:
    """Same page, same title, other words: a new post, though the old one left the feed."""
    connector, stream = feed
    serve(httpserver, feeds.rss([feeds.item(1, guid="a", title="By: Ann", description="First")]))
    first = connector.fetch(stream, None, BUDGET)
    httpserver.clear()
    serve(httpserver, feeds.rss([feeds.item(1, guid="b", title="By: Ann", description="Second")]))
    second = connector.fetch(stream, first.cursor, BUDGET)
    assert first.posts[0].key != second.posts[0].key


def test_a_guid_that_all_entries_share_names_none(httpserver: HTTPServer, feed: Any) -> None:
    """The pages tell them apart."""
    connector, stream = feed
    serve(httpserver, feeds.rss(feeds.item(n, guid="https://example.com/") for n in range(3)))
    ids = {post.native_id for post in connector.fetch(stream, None, BUDGET).posts}
    assert ids == {f"https://example.com/{n}" for n in range(3)}


@pytest.mark.parametrize(
    "fields",
    [
        {"guid": "https://example.com/", "link": "https://example.com/"},
        {"guid": "1", "link": "", "pubDate": ""},
        {"guid": "1", "link": "", "pubDate": "", "title": ""},
        {"guid": "1", "title": ""},
        {"guid": "", "link": "", "pubDate": "", "title": "By: Ann"},
    ],
    ids=["home page", "title alone", "text alone", "no titles", "stock titles"],
)
def test_nothing_is_lost_where_ids_collide(httpserver: HTTPServer, feed: Any, fields: dict[str, str]) -> None:
    """Whatever the entries share, each is a post of its own, and the same one at the next poll."""
    connector, stream = feed
    seen = set()
    for poll in range(2):
        httpserver.clear()
        serve(httpserver, feeds.rss((feeds.item(n, **fields) for n in range(5)), description=str(poll)))
        seen |= {post.native_id for post in connector.fetch(stream, None, BUDGET).posts}
    assert len(seen) == 5


def test_entries_without_guid_on_one_page_are_told_apart(httpserver: HTTPServer, feed: Any) -> None:
    """Links that all lead to the home page are no ids."""
    connector, stream = feed
    serve(httpserver, feeds.rss(feeds.item(n, guid="", link="https://example.com/") for n in range(3)))
    assert len({post.native_id for post in connector.fetch(stream, None, BUDGET).posts}) == 3


def test_an_entry_that_stands_twice_is_one_post(httpserver: HTTPServer, feed: Any) -> None:
    """The version changed last is kept, the other counted."""
    connector, stream = feed
    entry = (
        "<entry><id>tag:1</id><title>{}</title><published>2026-11-01T00:00:00Z</published><updated>{}</updated></entry>"
    )
    serve(
        httpserver,
        feeds.atom([entry.format("new", "2026-11-03T00:00:00Z"), entry.format("old", "2026-11-02T00:00:00Z")]),
    )
    page = connector.fetch(stream, None, BUDGET)
    assert [post.title for post in page.posts] == ["new"]
    assert [(drop.reason, drop.count) for drop in page.dropped] == [("repeated in the feed", 1)]


def test_an_entry_that_says_nothing_is_counted(httpserver: HTTPServer, feed: Any) -> None:
    """Nothing vanishes unsaid."""
    connector, stream = feed
    serve(httpserver, feeds.rss(["<item/>", feeds.item(1)]))
    page = connector.fetch(stream, None, BUDGET)
    assert len(page.posts) == 1
    assert [(drop.reason, drop.count) for drop in page.dropped] == [("empty entry", 1)]


# ---- pages of a large feed -----------------------------------------------------------------------------------


def test_a_feed_that_changes_between_pages_loses_nothing(httpserver: HTTPServer, feed: Any) -> None:
    """New entries on top and a new body each time: paging still reaches the youngest, and ends."""
    connector, stream = feed
    seen: set[str] = set()
    cursor, size = None, 10
    for _ in range(20):
        httpserver.clear()
        serve(httpserver, feeds.rss((feeds.item(n) for n in reversed(range(size))), description=f"built {size}"))
        page = connector.fetch(stream, cursor, Budget(posts=4))
        cursor, seen = page.cursor, seen | {post.title for post in page.posts}
        if not page.more:
            break
        size += 1
    assert not page.more
    assert seen == {f"Title {n}" for n in range(size)}


def test_an_entry_gone_between_pages_does_not_start_it_all_again(httpserver: HTTPServer, feed: Any) -> None:
    """Where the last entry read was taken out, the place it had goes on."""
    connector, stream = feed
    serve(httpserver, feeds.rss(feeds.item(n) for n in reversed(range(6))))
    first = connector.fetch(stream, None, Budget(posts=3))
    httpserver.clear()
    serve(httpserver, feeds.rss(feeds.item(n) for n in reversed(range(6)) if n != 2))
    rest = connector.fetch(stream, first.cursor, Budget(posts=3))
    assert not rest.more
    assert "Title 5" in {post.title for post in rest.posts}


def test_undated_entries_come_in_the_order_they_were_written(httpserver: HTTPServer, feed: Any) -> None:
    """Feeds list the newest first; pages give the oldest first."""
    connector, stream = feed
    serve(httpserver, feeds.rss(feeds.item(n, pubDate="") for n in (3, 2, 1)))
    assert [post.title for post in connector.fetch(stream, None, BUDGET).posts] == ["Title 1", "Title 2", "Title 3"]


# ---- what an entry becomes -----------------------------------------------------------------------------------


def test_an_rss_item_whole(httpserver: HTTPServer, tools: Tools) -> None:
    """Every field has its place."""
    entry = feeds.item(
        7,
        title="AT&amp;T <b>fails</b>",
        link="/7?utm_source=rss",
        description="short",
        content__encoded='<p>One <a href="more">two</a></p><p>Three<br>four <img src="/pic.png"></p>',
        dc__creator="Ann Other",
        slash__comments="12",
    ).replace("</item>", '<enclosure url="https://cdn.example/a.mp3" type="audio/mpeg" length="1"/></item>')
    post = read_one(httpserver, tools, feeds.rss([entry], language="en-us", link="https://example.com/blog/"))
    assert post == Post(
        platform="rss",
        native_id="https://example.com/7",
        url="https://example.com/7?utm_source=rss",
        kind="article",
        community="The Feed",
        author=replace(post.author, platform="rss", native_id="example.com#Ann Other", name="Ann Other", handle=""),  # type: ignore[type-var]
        created_at=datetime(2026, 11, 2, 10, 7, tzinfo=UTC),
        title="AT&T fails",
        text="One two\n\nThree\nfour",
        lang_hint="en-us",
        replies=12,
        media=("https://cdn.example/a.mp3", "https://example.com/pic.png"),
        links=("https://example.com/more",),
    )


def test_what_is_left_out_leaves_the_rest_as_it_was(httpserver: HTTPServer, tools: Tools) -> None:
    """Categories are not read, whatever stands in them; what follows is."""
    entry = """<item><guid isPermaLink="false">1</guid><title>One</title><category domain="a">x<category>y</category>
      <description>not this</description></category><category/><dc:subject>z</dc:subject>
      <description>this</description></item>"""
    post = read_one(httpserver, tools, feeds.rss([entry]))
    assert (post.native_id.partition("#")[2], post.title, post.text) == ("1", "One", "this")


def test_an_atom_entry_whole(httpserver: HTTPServer, tools: Tools) -> None:
    """xml:base, xhtml, author with a home, published and updated, the entry answered."""
    entry = """<entry xml:lang="de"><id>tag:example.org,2026:2</id><title type="text">a &lt; b</title>
      <link href="2.html"/><published>2026-11-01T10:00:00+02:00</published><updated>2026-11-02T00:00:00Z</updated>
      <author><name>Bob</name><uri>/bob</uri><email>bob@example.org</email></author>
      <thr:in-reply-to ref="tag:example.org,2026:1" href="https://example.org/1"/>
      <content type="xhtml" xml:base="https://cdn.example/"><div xmlns="http://www.w3.org/1999/xhtml"><p>x <i>y</i>z</p>
      <img src="p.png"/></div></content></entry>"""
    post = read_one(httpserver, tools, feeds.atom([entry], attributes='xml:base="https://example.org/blog/"'))
    assert (post.native_id, post.parent_id) == ("tag:example.org,2026:2", "tag:example.org,2026:1")
    assert (post.kind, post.url, post.lang_hint) == ("comment", "https://example.org/blog/2.html", "de")
    assert (post.title, post.text) == ("a < b", "x yz")
    assert post.created_at == datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
    assert post.edited_at == datetime(2026, 11, 2, tzinfo=UTC)
    assert post.author is not None
    assert (post.author.native_id, post.author.name) == ("https://example.org/bob", "Bob")
    assert post.media == ("https://cdn.example/p.png",)


def test_a_json_feed_item_whole(httpserver: HTTPServer, tools: Tools) -> None:
    """JSON Feed 1.1, with an id that is a number and a lone surrogate in its text."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "J",
        "home_page_url": "https://example.net/",
        "language": "fr",
        "authors": [{"name": "Zoé", "url": "https://example.net/zoe"}],
        "items": [
            {
                "id": 5,
                "url": "/5",
                "title": "Cinq",
                "content_html": "<p>un</p><p>deux \ud800</p>",
                "date_published": "2026-11-01T00:00:00Z",
                "date_modified": "2026-11-02T00:00:00Z",
                "attachments": [{"url": "https://example.net/5.mp3"}],
                "image": "5.png",
            }
        ],
    }
    post = read_one(httpserver, tools, json.dumps(document).encode())
    assert post.native_id.endswith("/feed#5")
    assert (post.url, post.title, post.lang_hint, post.community) == ("https://example.net/5", "Cinq", "fr", "J")
    assert post.text.startswith("un\n\ndeux")
    post.text.encode()
    assert (post.created_at, post.edited_at) == (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC))
    assert post.author is not None
    assert post.author.native_id == "https://example.net/zoe"
    assert post.media == ("https://example.net/5.mp3", "https://example.net/5.png")


@pytest.mark.parametrize(
    ("link", "about", "url"),
    [
        ("/a", "https://site.example/blog/", "https://site.example/a"),
        ("a", "https://site.example/blog/", "https://site.example/blog/a"),
        ("//cdn.example/a", "https://site.example/", "https://cdn.example/a"),
        ("a", "", "{base}/a"),
        ("  https://site.example/\n a ", "", "https://site.example/%20a"),
        ("javascript:alert(1)", "", ""),
        ("mailto:a@example.com", "", ""),
        ("http://[::1", "", ""),
    ],
)
def test_links_become_absolute(httpserver: HTTPServer, tools: Tools, link: str, about: str, url: str) -> None:
    """Against the feed's own link, else the address it came from; what is no web address is left out."""
    post = read_one(httpserver, tools, feeds.rss([feeds.item(1, link=link, guid="g")], link=about))
    assert post.url == url.format(base=httpserver.url_for("").rstrip("/"))


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"author": "ann@example.com (Ann)"}, "Ann"),
        ({"author": "Ann <ann@example.com>"}, "Ann"),
        ({"author": "ann@example.com"}, "ann@example.com"),
        ({"author": "<b>Ann</b>"}, "Ann"),
        ({"dc__creator": "Ann (now) and Bob (earlier)"}, "Ann (now) and Bob (earlier)"),
        ({"dc__creator": "  Ann \n Other "}, "Ann Other"),
        ({}, None),
    ],
)
def test_who_wrote_it(httpserver: HTTPServer, tools: Tools, fields: dict[str, str], name: str | None) -> None:
    """A name is preferred to an address."""
    post = read_one(httpserver, tools, feeds.rss([feeds.item(1, **fields)]))
    assert (post.author.name if post.author else None) == name


def test_a_feed_without_entries_is_a_feed(httpserver: HTTPServer, feed: Any) -> None:
    """Zero items in something that says what it is are no error."""
    connector, stream = feed
    serve(httpserver, feeds.rss())
    page = connector.fetch(stream, None, BUDGET)
    assert (list(page.posts), page.more) == ([], False)


@pytest.mark.parametrize("kind", ["text/html", "application/octet-stream", "text/plain", "application/json", ""])
def test_the_media_type_does_not_matter(httpserver: HTTPServer, tools: Tools, kind: str) -> None:
    """A feed is known by what it is."""
    serve(httpserver, feeds.rss([feeds.item(1)]), Content_Type=kind)
    connector, stream = connect(httpserver, tools)
    assert len(connector.fetch(stream, None, BUDGET).posts) == 1


BOMBS: dict[str, Callable[[], str]] = {
    "laughs": lambda: "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10)),
    "grows": lambda: f'<!ENTITY a "{"a" * 100_000}">',
    "outside": lambda: '<!ENTITY a "&#60;"><!ENTITY % b SYSTEM "http://127.0.0.1/evil"><!ENTITY c "&b;&b;">',
    "many": lambda: "".join(f'<!ENTITY e{n} "x">' for n in range(5_000)),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_entity_bombs_are_not_parsed(httpserver: HTTPServer, feed: Any, bomb: str) -> None:
    """Documents that grow when read are refused before they are."""
    connector, stream = feed
    body = (
        f"<!DOCTYPE rss [{BOMBS[bomb]()}]><rss><channel><item><title>{'&a;' * 500}&l9;</title></item></channel></rss>"
    )
    serve(httpserver, body)
    with pytest.raises(BadData, match="entities"):
        connector.fetch(stream, None, BUDGET)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("<a>" * 20_000, "nests more than"),
        ("<a b='c'>" * 20_000, "nests more than"),
        ("<item><title>" * 20_000, "nests more than"),
        ("<item/>" * 600_000, "500000 tags"),
        ("<item " + " ".join(f"a{n}=''" for n in range(5_000)) + "/>", "1000 attributes"),
        ("<a b='/>'>" * 20_000, "nests more than"),
        ("<item b='>' " + " ".join(f"a{n}=''" for n in range(5_000)) + "/>", "1000 attributes"),
    ],
    ids=["depth", "with attributes", "of entries", "tags", "attributes", "ends in quotes", "an end in quotes"],
)
def test_what_would_keep_the_parser_busy_for_minutes_is_not_parsed(
    httpserver: HTTPServer, feed: Any, body: str, what: str
) -> None:
    """A small document can be very long to read; it is refused and says why."""
    connector, stream = feed
    serve(httpserver, f"<rss version='2.0'><channel>{body}")
    with pytest.raises(BadData, match=what):
        connector.fetch(stream, None, BUDGET)


@pytest.mark.parametrize(
    "fields",
    [
        {"author": "a" * 200_000},
        {"dc__creator": "a" + " " * 200_000 + "b"},
        {"author": "a@" * 100_000},
        {"description": "<div>" * 200_000},
        {"description": "<ul><li>" * 100_000},
    ],
    ids=["author", "blanks", "addresses", "depth", "lists"],
)
def test_hostile_fields_cost_no_more_than_others(httpserver: HTTPServer, feed: Any, fields: dict[str, str]) -> None:
    """Nothing takes the square of their length: this test would not end."""
    connector, stream = feed
    serve(httpserver, feeds.rss([feeds.item(1, **fields), feeds.item(2)]))
    assert len(connector.fetch(stream, None, BUDGET).posts) == 2


def test_of_markup_that_nests_too_deep_the_words_are_read(httpserver: HTTPServer, tools: Tools) -> None:
    """The tags go, the text stays."""
    deep = f"{'<div>' * 3_000}acme is <b>down</b>{'</div>' * 3_000}"
    assert read_one(httpserver, tools, feeds.rss([feeds.item(1, description=deep)])).text == "acme is down"


def test_raw_markup_that_is_never_closed_is_read(httpserver: HTTPServer, feed: Any) -> None:
    """Many entries with a few open elements each are malformed, not deep."""
    connector, stream = feed
    items = (f"<item><guid>{n}</guid><title>t</title><description>a<br>b<p>c</description></item>" for n in range(400))
    serve(httpserver, f"<rss version='2.0'><channel>{''.join(items)}</channel></rss>")
    page = connector.fetch(stream, None, BUDGET)
    assert {post.text for post in page.posts} == {"a\nb\n\nc"}
    assert len(page.posts) == 400


@pytest.mark.parametrize(
    "bad", ["\0", "\x1b", "\ufffe", "&#0;", "&#x1B;", "&#xD800;", "&#1114112;", f"&#x{'9' * 99};", f"&#{'9' * 9_999};"]
)
def test_a_character_that_none_may_write_costs_no_entry(httpserver: HTTPServer, feed: Any, bad: str) -> None:
    """It is left out, and the rest of the feed is read as if it were not there."""
    connector, stream = feed
    serve(
        httpserver,
        f"<rss version='2.0'><channel><item><title>a{bad}b &#8364;</title></item><item><title>c</title></item>",
    )
    assert [post.title for post in connector.fetch(stream, None, BUDGET).posts] == ["c", "ab €"]


def test_an_external_entity_is_not_fetched(httpserver: HTTPServer, feed: Any) -> None:
    """Neither files nor other addresses are read."""
    connector, stream = feed
    doctype = (
        f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{httpserver.url_for("/evil")}"><!ENTITY y SYSTEM "file:///etc/passwd">]>'
    )
    serve(httpserver, f"{doctype}<rss version='2.0'><channel><item><title>t &x; &y;</title></item></channel></rss>")
    page = connector.fetch(stream, None, BUDGET)
    assert "root:" not in page.posts[0].title
    assert paths(httpserver) == ["/feed"]


def test_the_budget_caps_bytes(httpserver: HTTPServer, feed: Any) -> None:
    """A body larger than the budget is not read."""
    connector, stream = feed
    serve(httpserver, feeds.rss([feeds.item(1, description="x" * 50_000)]))
    with pytest.raises(BadData, match="more than 10000 bytes"):
        connector.fetch(stream, None, Budget(bytes=10_000))
