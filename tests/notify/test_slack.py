"""Slack, by webhook and by bot, against an HTTP server in its place."""

import json
import logging
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from listener.domain.alert import Notifier, Receipt, Severity
from listener.domain.errors import Deferred, DeliveryError, Rejected
from listener.notify.answers import UNTOLD
from listener.notify.slack import Options, build
from tests.notify import samples
from tests.notify.contract import KEY, NEXT, Bench, NotifierContract, told
from tests.notify.samples import NOW
from tests.notify.world import KEPT, LOST, TOKEN, World

HOOK = "/services/T000/B000/sEcReTpArT"
FIXTURES = Path(__file__).parents[3] / "shared" / "fixtures" / "slack"

Make = Callable[..., Notifier]


class Slack:
    """Takes what is posted, and answers as it is told; else as Slack does."""

    def __init__(self) -> None:
        self.answers: list[Response] = []
        self.posted: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []

    def __call__(self, request: Request) -> Response:
        self.posted.append(json.loads(request.data))
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        if self.answers:
            return self.answers.pop(0)
        if request.path == HOOK:
            return Response("ok", content_type="text/html")
        return _json({"ok": True, "channel": "C1", "ts": f"1503435956.{len(self.posted):06}"})

    def inbox(self) -> list[str]:
        """Give all texts of each message."""
        return ["\n".join(_texts(body)) for body in self.posted]


def _json(body: object, status: int = 200, **headers: str) -> Response:
    return Response(json.dumps(body), status=status, content_type="application/json; charset=utf-8", headers=headers)


def _texts(value: Any) -> Iterator[str]:
    """Walk through a message; runs of rich text are joined as readers see them."""
    if isinstance(value, str):
        yield value.replace("\u2060", "")
    elif isinstance(value, dict) and value.get("type") == "rich_text_quote":
        yield "".join(element["text"] for element in value["elements"])
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


@pytest.fixture
def slack(httpserver: HTTPServer) -> Slack:
    handler = Slack()
    httpserver.expect_request(re.compile(r"/(services|api)/.*"), method="POST").respond_with_handler(handler)
    return handler


@pytest.fixture
def world(httpserver: HTTPServer) -> World:
    return World(httpserver.url_for(HOOK))


@pytest.fixture
def hook(slack: Slack, world: World) -> Make:
    """Make a webhook channel."""

    def made(*, secret: str = "", **changes: Any) -> Notifier:
        world.secret = secret or world.secret
        return build(Options(**{"name": "s", "webhook": KEPT, "timeout": "5 s", **changes}), world.tools)

    return made


@pytest.fixture
def bot(slack: Slack, world: World, httpserver: HTTPServer) -> Make:
    """Make a bot channel."""
    world.secret = TOKEN

    def made(**changes: Any) -> Notifier:
        base = {"name": "s", "token": KEPT, "channel": "#ops", "api_url": httpserver.url_for("/api/"), "timeout": "5 s"}
        return build(Options(**{**base, **changes}), world.tools)

    return made


class TestWebhookContract(NotifierContract):
    """The webhook does what every channel does."""

    @pytest.fixture
    def bench(self, hook: Make, slack: Slack, closed_port: int) -> Bench:
        return Bench(hook, slack.inbox, "sEcReTpArT", {"secret": f"http://127.0.0.1:{closed_port}{HOOK}"})


class TestBotContract(NotifierContract):
    """The bot does what every channel does."""

    @pytest.fixture
    def bench(self, bot: Make, slack: Slack, closed_port: int) -> Bench:
        return Bench(bot, slack.inbox, TOKEN, {"api_url": f"http://127.0.0.1:{closed_port}/api/"})


@pytest.fixture(params=["hook", "bot"])
def channel(request: pytest.FixtureRequest) -> Notifier:
    """Each of the two, one after the other."""
    make: Make = request.getfixturevalue(request.param)
    return make()


LATER = format_datetime(NOW + timedelta(seconds=90), usegmt=True)

RETRY = [
    (200, "", None, Deferred, None),
    (204, "", None, Deferred, None),
    (304, "", None, Deferred, None),
    (400, "invalid_blocks", None, Rejected, None),
    (401, "", None, Rejected, None),
    (403, "action_prohibited", None, Rejected, None),
    (404, "no_service", None, Rejected, None),
    (407, "", None, Deferred, None),
    (408, "", None, Deferred, None),
    (410, "channel_is_archived", None, Rejected, None),
    (413, "", None, Rejected, None),
    (422, "", None, Rejected, None),
    (429, "", None, Deferred, UNTOLD),
    (429, "", "17", Deferred, timedelta(seconds=17)),
    (429, "", "0", Deferred, timedelta(seconds=1)),
    (429, "", "-5", Deferred, timedelta(seconds=1)),
    (429, "", "1e99", Deferred, UNTOLD),
    (429, "", "99999999", Deferred, timedelta(days=1)),
    (429, "", "soon", Deferred, UNTOLD),
    (429, "", "nan", Deferred, UNTOLD),
    (429, "", LATER, Deferred, timedelta(seconds=90)),
    (429, "ratelimited", "30", Deferred, timedelta(seconds=30)),
    (500, "", None, Deferred, None),
    (500, "rollup_error", None, Deferred, None),
    (502, "", None, Deferred, None),
    (503, "", "120", Deferred, timedelta(seconds=120)),
    (504, "", None, Deferred, None),
    (599, "", None, Deferred, None),
]
"""Status, named error, Retry-After → error and wait; the same for both ways into Slack"""


@pytest.mark.parametrize(("status", "word", "after", "kind", "wait"), RETRY)
def test_every_status(
    channel: Notifier,
    slack: Slack,
    status: int,
    word: str,
    after: str | None,
    kind: type[DeliveryError],
    wait: timedelta | None,
) -> None:
    """One table for both: what passes is waited for, as long as it says, and what stays is final."""
    headers = {"Retry-After": after} if after else {}
    is_bot = "Bot" in type(channel).__name__
    body = {"ok": False, "error": word} if word else {}
    slack.answers = [_json(body, status, **headers) if is_bot else Response(word, status, headers=headers)]
    with pytest.raises(DeliveryError) as caught:
        channel.send(samples.message(), KEY, None)
    assert type(caught.value) is kind
    assert getattr(caught.value, "until", None) == (NOW + wait if wait else None)
    assert word in str(caught.value)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("invalid_auth", Rejected),
        ("token_revoked", Rejected),
        ("channel_not_found", Rejected),
        ("not_in_channel", Rejected),
        ("is_archived", Rejected),
        ("msg_blocks_too_long", Rejected),
        ("ratelimited", Deferred),
        ("rate_limited", Deferred),
        ("internal_error", Deferred),
        ("fatal_error", Deferred),
        ("request_timeout", Deferred),
        ("a_word_nobody_knows", Rejected),
    ],
)
def test_errors_that_come_as_200(bot: Make, slack: Slack, word: str, kind: type[DeliveryError]) -> None:
    """``ok: false`` is an error, whatever the status says."""
    slack.answers = [_json({"ok": False, "error": word})]
    with pytest.raises(DeliveryError, match=word) as caught:
        bot().send(samples.message(), KEY, None)
    assert type(caught.value) is kind


@pytest.mark.skipif(not FIXTURES.exists(), reason="fixtures absent")
def test_documented_errors_are_all_told(bot: Make, slack: Slack, world: World) -> None:
    """Each error that Slack documents for posting is told by its name, rate limits as passing."""
    documented = json.loads((FIXTURES / "web_api_examples_and_error_enums.http.json").read_text())["error_enums"]
    for word in documented["/chat.postMessage"]:
        slack.answers = [_json({"ok": False, "error": word})]
        with pytest.raises(Deferred if word == "rate_limited" else Rejected, match=word):
            bot().send(samples.message(), KEY, None)


def test_a_hook_that_answers_as_the_api_does(hook: Make, slack: Slack) -> None:
    """Bridges that speak both are understood."""
    slack.answers = [_json({"ok": False, "error": "channel_not_found"})]
    with pytest.raises(Rejected, match="channel_not_found"):
        hook().send(samples.message(), KEY, None)


@pytest.mark.skipif(not FIXTURES.exists(), reason="fixtures absent")
def test_documented_webhook_answers(hook: Make, slack: Slack) -> None:
    """The recorded plain answers: ``ok`` is one, a server error passes, the rest is final."""
    for exchange in json.loads((FIXTURES / "doc_webhook_answers.http.json").read_text())["exchanges"]:
        answer = exchange["response"]
        slack.answers = [Response(answer["body"], answer["status"], headers=answer["headers"])]
        if answer["status"] == 200:
            assert hook().send(samples.message(), KEY, None).detail
            continue
        with pytest.raises(Deferred if answer["status"] == 500 else Rejected, match=answer["body"]):
            hook().send(samples.message(), KEY, None)


@pytest.mark.parametrize(
    "answer",
    [
        Response("<html>sign in to the hotel's network</html>", content_type="text/html"),
        Response(b"\xff\xfe\x00", content_type="application/json"),
        Response("ok", content_type="text/html; charset=no-such-charset"),
        Response("[1, 2]", content_type="application/json"),
        Response("null", content_type="application/json"),
        Response('{"ok": ', content_type="application/json"),
        Response('{"ok": "maybe", "error": 5}', status=503, content_type="application/json"),
    ],
    ids=range(7),
)
def test_answers_that_are_not_slacks(channel: Notifier, slack: Slack, answer: Response) -> None:
    """Something on the way answered: come back later, and do not print its page."""
    slack.answers = [answer]
    with pytest.raises(Deferred) as caught:
        channel.send(samples.message(), KEY, None)
    assert "hotel" not in str(caught.value)


def test_no_secret_is_told_or_logged(channel: Notifier, slack: Slack, world: World, caplog: Any, capfd: Any) -> None:
    """Neither errors nor the SDK's log hold the webhook's address or the token, even at DEBUG."""
    caplog.set_level(logging.DEBUG)
    kept = world.secret
    for secret in (kept, kept + "\x01 spoilt"):
        world.secret = secret
        slack.answers = [_json({"ok": False, "error": "internal_error"}, 500)]
        with pytest.raises(Deferred) as caught:
            channel.send(samples.message(), KEY, None)
        assert not re.search("sEcReT|xoxb", told(caught.value))
    ours = [record.getMessage() for record in caplog.records if record.name != "werkzeug"]
    assert not re.search("sEcReT|xoxb", "".join([*ours, *capfd.readouterr()]))


@pytest.mark.parametrize("kind", ["hook", "bot"])
def test_a_server_that_says_nothing(request: pytest.FixtureRequest, silent_port: int, kind: str) -> None:
    """The wait is bounded."""
    there = f"http://127.0.0.1:{silent_port}"
    changes = {"secret": f"{there}{HOOK}"} if kind == "hook" else {"api_url": f"{there}/api/"}
    make: Make = request.getfixturevalue(kind)
    with pytest.raises(Deferred, match="no answer in time"):
        make(**changes, timeout="0.2 s").send(samples.message(), KEY, None)


@pytest.mark.parametrize("kind", ["hook", "bot"])
def test_a_certificate_that_cannot_be_trusted(request: pytest.FixtureRequest, tls_port: int, kind: str) -> None:
    """The cause is named."""
    there = f"https://127.0.0.1:{tls_port}"
    changes = {"secret": f"{there}{HOOK}"} if kind == "hook" else {"api_url": f"{there}/api/"}
    make: Make = request.getfixturevalue(kind)
    with pytest.raises(Deferred, match="its certificate cannot be trusted"):
        make(**changes).send(samples.message(), KEY, None)


def test_a_lost_secret_waits_for_its_repair(hook: Make) -> None:
    """The place is named."""
    with pytest.raises(Deferred, match="env LOST is empty"):
        hook(webhook=LOST).send(samples.message(), KEY, None)


@pytest.mark.parametrize(
    "url", ["not a url", "http://hooks.example/x", "file:///etc/passwd", "https://", "http://[::1"]
)
def test_a_webhook_that_is_no_address(hook: Make, url: str) -> None:
    """The secret is not followed where it is none, and not printed."""
    with pytest.raises(Deferred, match="env KEPT is no address") as caught:
        hook(secret=url).send(samples.message(), KEY, None)
    assert "etc" not in str(caught.value)
    assert "hooks.example" not in str(caught.value)


def test_one_message_a_second(channel: Notifier, slack: Slack, world: World) -> None:
    """Three at once take two seconds, of which none is slept beyond the beat."""
    for _ in range(3):
        channel.send(samples.message(), KEY, None)
    assert world.slept == [1.0, 1.0]
    assert len(slack.posted) == 3


def test_a_pause_that_slack_asks_for_is_kept(channel: Notifier, slack: Slack, world: World) -> None:
    """While it lasts nothing is sent at all; then the next goes out."""
    slack.answers = [Response("", 429, headers={"Retry-After": "30"})]
    for _ in range(2):
        with pytest.raises(Deferred) as caught:
            channel.send(samples.message(), KEY, None)
        assert caught.value.until == NOW + timedelta(seconds=30)
    assert len(slack.posted) == 1
    world.sleep(30)
    channel.send(samples.message(), KEY, None)
    assert len(slack.posted) == 2


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch, closed_port: int) -> None:
    """Name a proxy that nobody reaches."""
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port}")


@pytest.mark.usefixtures("elsewhere")
def test_this_machine_is_asked_without_a_proxy(channel: Notifier, slack: Slack) -> None:
    """Whatever the environment says: no proxy could reach it."""
    channel.send(samples.message(), KEY, None)
    assert len(slack.posted) == 1


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("kind", ["hook", "bot"])
def test_a_proxy_is_used_but_where_no_proxy_excepts_it(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Elsewhere the proxy is asked; a host that NO_PROXY names is not handed to it."""
    there = "https://hooks.slack.invalid"
    changes = {"secret": f"{there}{HOOK}"} if kind == "hook" else {"api_url": f"{there}/api/"}
    make: Make = request.getfixturevalue(kind)
    with pytest.raises(Deferred, match="Connection refused"):
        make(**changes).send(samples.message(), KEY, None)
    monkeypatch.setenv("no_proxy", "slack.invalid")
    asked: list[str] = []

    def resolve(host: str, *_: object, **__: object) -> None:
        asked.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(Deferred):
        make(**changes).send(samples.message(), KEY, None)
    assert asked == ["hooks.slack.invalid"]


def test_updates_reply_in_the_thread(bot: Make, slack: Slack) -> None:
    """All later messages hang on the first one; critical ones show in the channel too."""
    channel = bot()
    first = channel.send(samples.message(), KEY, None)
    second = channel.send(samples.follow_up(), NEXT, first)
    third = channel.send(samples.follow_up(severity=Severity.CRITICAL), NEXT, second)
    assert first.reference == second.reference == third.reference == "1503435956.000001"
    assert "thread_ts" not in slack.posted[0]
    assert slack.posted[1]["thread_ts"] == first.reference
    assert "reply_broadcast" not in slack.posted[1]
    assert slack.posted[2]["reply_broadcast"] is True
    assert slack.headers[0]["authorization"] == f"Bearer {TOKEN}"
    assert slack.posted[0]["channel"] == "#ops"


def test_a_deleted_thread_begins_anew(bot: Make, slack: Slack) -> None:
    """Somebody deleted the first message: people are told all the same."""
    slack.answers = [_json({"ok": False, "error": "thread_not_found"})]
    receipt = bot().send(samples.follow_up(), NEXT, Receipt("1503435956.000099"))
    assert "thread_ts" not in slack.posted[1]
    assert receipt.reference == "1503435956.000002"


def dripping(end: bytes, seconds: float) -> Iterator[bytes]:
    """Answer space by space, and say what there is to say after so many seconds."""
    over, waiting = time.monotonic() + seconds, threading.Event()
    while time.monotonic() < over:
        yield b" "
        waiting.wait(0.05)
    yield end


def test_beginning_anew_has_no_patience_of_its_own(bot: Make, slack: Slack) -> None:
    """A sending that asks twice, each time a server that drips, is over as soon as one that asks once."""
    gone = json.dumps({"ok": False, "error": "thread_not_found"}).encode()
    slack.answers = [Response(dripping(gone, 2.2)), Response(dripping(b"", 30))]
    began = time.monotonic()
    with pytest.raises(Deferred, match="no answer in time"):
        bot(timeout="1.5 s").send(samples.follow_up(), NEXT, Receipt("1503435956.000099"))
    assert time.monotonic() - began < 5
    assert ["thread_ts" in body for body in slack.posted] == [True, False]


def test_nothing_is_unfurled(channel: Notifier, slack: Slack) -> None:
    """Strangers' links are not fetched into the channel."""
    channel.send(samples.message(), KEY, None)
    assert slack.posted[0]["unfurl_links"] is False
    assert slack.posted[0]["unfurl_media"] is False


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, "exactly one of webhook and token"),
        ({"webhook": KEPT, "token": KEPT, "channel": "C1"}, "exactly one of webhook and token"),
        ({"token": KEPT}, "channel goes with token"),
        ({"webhook": KEPT, "channel": "C1"}, "channel goes with token"),
        ({"webhook": KEPT, "api_url": "http://slack.example/api/"}, "begins with https://"),
        ({"webhook": "https://hooks.slack.com/services/x"}, "webhook"),
    ],
)
def test_options_that_cannot_be_meant(changes: dict[str, Any], why: str) -> None:
    """Mistakes are told when the configuration is read, without their value."""
    with pytest.raises(ValidationError, match=why) as caught:
        Options(name="s", **changes)
    assert "hooks.slack.com" not in str(caught.value)
