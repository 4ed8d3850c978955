"""The day's machinery, with a judge whom nothing moves."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from listener.demo.day import LOOKS, run_day, theatre
from listener.demo.script import moment
from listener.domain.errors import StoreInUse
from tests.demo.conftest import Indifferent

DAY = date(2026, 11, 24)


def test_a_second_look_at_the_same_things_adds_nothing(tmp_path: Path, indifferent: Indifferent) -> None:
    """Polling again what has not changed makes no post, mention, judgement, alert or message."""
    with theatre(tmp_path, DAY, judge=indifferent) as opened:
        for at in LOOKS:
            opened.look(moment(DAY, at))
        again = opened.look(moment(DAY, LOOKS[-1]) + timedelta(minutes=1))
    assert not any(again.added.values())


def test_each_demo_replaces_the_last(tmp_path: Path, indifferent: Indifferent) -> None:
    """What the former one left is thrown away; what else lies in the folder stays."""
    (tmp_path / "notes.txt").write_text("mine")
    first = run_day(tmp_path, judge=indifferent)
    second = run_day(tmp_path, judge=indifferent)
    assert first.counts["posts"] == second.counts["posts"]
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_the_day_is_yesterday(tmp_path: Path, indifferent: Indifferent) -> None:
    """Nothing in it lies in the future, whenever the demo is run."""
    day = run_day(tmp_path, judge=indifferent)
    assert day.looks[-1].at.date() == datetime.now(UTC).date() - timedelta(days=1)


def test_two_demos_at_once_do_not_spoil_each_other(tmp_path: Path, indifferent: Indifferent) -> None:
    """The second is told that the first is still running."""
    with theatre(tmp_path, DAY, judge=indifferent), pytest.raises(StoreInUse):
        run_day(tmp_path, judge=indifferent)
