"""What stands in for the world answers as the world does."""

import json
import smtplib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from http.client import HTTPConnection
from typing import Any

import pytest

from connectors.rss import parse
from listener.demo.feeds import document
from listener.demo.postbox import Postbox, parsed
from listener.demo.script import Site, moment, sites
from listener.demo.serving import serving
from listener.demo.web import Web

DAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 12, 10, tzinfo=UTC)
EVENING = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
SITES = {site.host: site for site in sites(DAY)}


@pytest.fixture
def web() -> Iterator[Web]:
    web = Web(SITES.values(), lambda: NOON)
    with serving(web):
        yield web


def _asked(web: Web, method: str, path: str, body: str | None = None, **headers: str) -> tuple[int, Any, bytes]:
    connection = HTTPConnection("127.0.0.1", web.server_port, timeout=5)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize("site", [site for site in SITES.values() if not site.format.endswith(".jsonl")], ids=str)
def test_every_feed_is_read_whole(site: Site) -> None:
    """Each format gives every post, with its date and its words; the torn one all that stands before the tear."""
    feed = parse(document(site, EVENING), EVENING)
    assert feed is not None
    entries = {entry.link: entry for entry in feed.entries if entry.link}
    written = {post.link: post for post in site.as_of(EVENING)}
    assert entries.keys() == written.keys()
    for link, post in written.items():
        assert entries[link].published == post.at
        assert entries[link].text.split() == post.text.split()


def test_posts_appear_when_they_are_written_and_change_when_they_are_edited() -> None:
    """A feed is that of the moment."""
    hearsay = SITES["hearsay.example"]
    assert len(hearsay.as_of(moment(DAY, "08:00"))) < len(hearsay.as_of(NOON)) < len(hearsay.as_of(EVENING))
    before, after = (next(post for post in hearsay.as_of(at) if post.edit is not None) for at in (NOON, EVENING))
    assert "Edit:" in after.text
    assert "Edit:" not in before.text


def test_the_export_is_rotated() -> None:
    """After its rotation it holds only what came later, and no damaged line."""
    chirrup = SITES["chirrup.example"]
    lines = document(chirrup, EVENING).splitlines()
    assert [json.loads(line)["author"]["handle"] for line in lines] == ["dee_in_eastmere", "sockdrawer"]
    with pytest.raises(json.JSONDecodeError):
        list(map(json.loads, document(chirrup, NOON).splitlines()))


def test_a_feed_that_has_not_changed_says_so(web: Web) -> None:
    """The tag that it gave brings 304 and no body."""
    path = "/hearsay.example/r/homenet/new/.rss"
    status, headers, body = _asked(web, "GET", path)
    assert (status, bool(body)) == (200, True)
    status, _, body = _asked(web, "GET", path, **{"If-None-Match": headers["ETag"]})
    assert (status, body) == (304, b"")


def test_troubles_are_those_of_their_time(web: Web) -> None:
    """At noon one site asks for patience and another has lost its database."""
    status, headers, _ = _asked(web, "GET", "/grumble.example/reviews/nuthatch.rss")
    assert (status, headers["Retry-After"]) == (429, "5400")
    status, _, body = _asked(web, "GET", "/oldcopper.example/external.php?type=RSS2")
    assert status == 200
    assert b"<html>" in body
    assert _asked(web, "GET", "/nowhere.example/feed")[0] == 404


def test_the_webhook_takes_messages_and_no_other_address_does(web: Web) -> None:
    """What was posted is kept as it came."""
    path = web.webhook.removeprefix(web.home)
    assert _asked(web, "POST", path, '{"text": "hello"}')[2] == b"ok"
    assert _asked(web, "POST", "/slack/other", "{}")[0] == 404
    assert web.posted == [{"text": "hello"}]


def test_the_postbox_keeps_mail_as_it_was_sent() -> None:
    """Lines that begin with dots come through, and what it does not know it refuses."""
    postbox = Postbox()
    with serving(postbox), smtplib.SMTP("127.0.0.1", postbox.port, "here.example", timeout=5) as client:
        client.sendmail("a@example.com", ["b@example.com"], "Subject: dots\r\n\r\n.one\r\n..two\r\n")
        assert client.docmd("TURN")[0] == 502
        assert client.noop()[0] == 250
    (mail,) = map(parsed, postbox.taken)
    assert mail["Subject"] == "dots"
    assert mail.get_content().splitlines() == [".one", "..two"]
