"""Every recorded reply of a mail server, and what it means for the message."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from listener.domain.errors import Deferred, Rejected
from listener.notify.smtp import GREYLIST, Reply, refusal
from tests.notify.samples import NOW

REPLIES = Path(__file__).parents[3] / "shared" / "fixtures" / "smtp" / "replies.json"


def _recorded() -> list[Any]:
    if not REPLIES.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason="fixtures absent"))]
    found = json.loads(REPLIES.read_text())["replies"]
    return [pytest.param(entry, id=f"{entry['code']}-{entry['enhanced']}") for entry in found if entry["code"] >= 400]


@pytest.mark.parametrize("entry", _recorded())
def test_recorded_replies(entry: dict[str, Any]) -> None:
    """4.x.x may pass, 5.x.x stays; where code and enhanced code differ, the finer one is right."""
    for said in entry["replies"]:
        error = refusal(Reply(entry["code"], f"{entry['enhanced']} {said['text']}"), "it says", NOW)
        assert isinstance(error, Deferred if entry["enhanced"].startswith("4") else Rejected)
        assert entry["enhanced"] in str(error)
        assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("code", "words", "kind", "wait"),
    [
        (421, "closing", Deferred, GREYLIST),
        (450, "4.7.1 Greylisted for 300 seconds", Deferred, GREYLIST),
        (451, "try again", Deferred, GREYLIST),
        (452, "4.3.1 disk full", Deferred, None),
        (454, "4.7.0 Temporary authentication failure", Deferred, GREYLIST),
        (550, "no enhanced code", Rejected, None),
        (550, "4.4.7 queue expired", Deferred, None),
        (450, "5.1.1 contradicts itself", Rejected, None),
        (550, "5.7.30 Basic authentication is not supported for Client Submission", Rejected, None),
        (-1, "this is no mail server", Deferred, None),
    ],
)
def test_replies_by_code(code: int, words: str, kind: type[Exception], wait: timedelta | None) -> None:
    """The table in short; a greylisting server is left alone for five minutes."""
    error = refusal(Reply(code, words), "it says", NOW)
    assert type(error) is kind
    assert getattr(error, "until", None) == (NOW + wait if wait else None)
