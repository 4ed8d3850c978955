"""A Slack that goes wrong while an alert is to be told: what is kept, what is said, and what arrives in the end."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.line.place import BRAND, HEAD, LOG, POSTS
from tests.reliability.shift import EVERY_MENTION, Shift, shift

SLACK = """
[[channel]]
name = "slack"
type = "slack"
webhook = { env = "HOOK" }
timeout = "%s"
"""

OUTBOX = "SELECT state, attempts, error FROM deliveries WHERE channel = 'slack'"


@dataclass
class Slack:
    """Answers as the test says, and keeps what it took."""

    ill: Response | None = None
    asked: int = 0
    taken: list[str] = field(default_factory=list)

    def __call__(self, request: Request) -> Response:
        self.asked += 1
        if self.ill is not None:
            return self.ill
        self.taken.append(json.loads(request.data)["text"])
        return Response("ok")


@contextmanager
def telling(folder: Path, httpserver: HTTPServer, slack: Slack, timeout: str = "20 s") -> Iterator[Shift]:
    """Begin a shift whose alerts go to a Slack and to the log; one post waits to be heard."""
    httpserver.expect_request("/hook").respond_with_handler(slack)
    rule = EVERY_MENTION.replace('["log"]', '["slack", "log"]')
    with shift(folder, HEAD + BRAND + LOG + SLACK % timeout + POSTS + rule) as watch:
        watch.place.environ["HOOK"] = httpserver.url_for("/hook")
        watch.place.post("acme lost my parcel", title="A parcel")
        yield watch


def waits(watch: Shift, why: str) -> None:
    """Check that the message waits with its reason, which an operator sees, and that the other channel was told."""
    (waiting,) = watch.ask(OUTBOX)
    assert (waiting["state"], why in waiting["error"]) == ("pending", True), waiting
    assert watch.see("status")["counts"]["to_deliver"] == 1
    assert watch.said("WARNING a message has to wait", "'channel': 'slack'", why)
    assert watch.told() == ["A parcel"]


def pauses_of(watch: Shift) -> list[int]:
    """Return how many minutes there were from each try to the next."""
    tries = "SELECT unixepoch(at) / 60 AS minute FROM delivery_event WHERE outcome = 'deferred' ORDER BY id"
    minutes = [row["minute"] for row in watch.ask(tries)]
    return [later - earlier for earlier, later in pairwise(minutes)]


def test_a_slack_that_is_out_of_order_for_an_hour(tmp_path: Path, httpserver: HTTPServer) -> None:
    """It is asked ever less often, every try is on record, and the message arrives afterwards, once."""
    slack = Slack(ill=Response("", 500))
    with telling(tmp_path, httpserver, slack) as watch:
        watch.run(minutes=60)
        waits(watch, "the Slack webhook answers 500")
        pauses = pauses_of(watch)
        assert slack.asked == len(pauses) + 1
        assert (pauses, {*pauses}) == (sorted(pauses), {1, 2, 4, 8, 15})
        slack.ill = None
        watch.run(minutes=10)
        assert len(slack.taken) == 1
        assert watch.ask(OUTBOX) == [{"state": "sent", "attempts": slack.asked, "error": ""}]
        tries = watch.ask(
            "SELECT outcome, count(*) AS n FROM delivery_event WHERE detail LIKE '%webhook%' GROUP BY outcome"
        )
        assert tries == [{"outcome": "deferred", "n": slack.asked - 1}, {"outcome": "sent", "n": 1}]
        assert watch.told() == ["A parcel"]


def test_what_is_heard_during_the_outage_is_told_in_its_order(tmp_path: Path, httpserver: HTTPServer) -> None:
    """Later messages of an alert wait for the first, and none is left out."""
    slack = Slack(ill=Response("", 500))
    with telling(tmp_path, httpserver, slack) as watch:
        watch.run(minutes=5)
        for number in range(3):
            watch.place.post(f"acme lost parcel {number} of mine", title=f"Parcel {number}")
            watch.run(minutes=5)
        slack.ill = None
        watch.run(minutes=60)
        told = watch.ask("SELECT message FROM deliveries WHERE channel = 'slack' AND state = 'sent' ORDER BY sent_at")
        assert [row["message"] for row in told] == [1, 2, 3, 4]
        assert len(slack.taken) == 4
        assert watch.told() == ["A parcel", "Parcel 0", "Parcel 1", "Parcel 2"]


def endless(piece: bytes, pause: float) -> Iterator[bytes]:
    """Answer for as long as anybody listens."""
    waiting = threading.Event()
    while True:
        yield piece
        waiting.wait(pause)


@pytest.mark.parametrize(
    ("piece", "pause", "timeout", "why"),
    [(b"o", 0.02, "1 s", "no answer in time"), (b"o" * 100_000, 0, "20 s", "it sent more than 1,000,000 bytes")],
    ids=["drips", "gushes"],
)
def test_a_slack_whose_answer_never_ends(
    tmp_path: Path, httpserver: HTTPServer, piece: bytes, pause: float, timeout: str, why: str
) -> None:
    """It is not listened to for ever, the other channel is told meanwhile, and the message goes out afterwards."""
    slack = Slack(ill=Response(endless(piece, pause)))
    with telling(tmp_path, httpserver, slack, timeout) as watch:
        watch.run()
        waits(watch, why)
        slack.ill = None
        watch.run(minutes=1)
        assert (len(slack.taken), watch.told()) == (1, ["A parcel"])
