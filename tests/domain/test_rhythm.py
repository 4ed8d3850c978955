"""Rhythm: quicker where there is news, slower where there is none, and never out of bounds."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.domain.rhythm import Rhythm, after_end, after_failure, after_success
from tests.scripted import DAY, HOUR, MINUTE, T0

QUARTER = Rhythm(15 * MINUTE)
DICE = st.floats(0, 1)
INTERVALS = st.timedeltas(timedelta(0), 400 * DAY)
RHYTHMS = st.builds(Rhythm, st.timedeltas(MINUTE, 20 * HOUR))


@given(RHYTHMS, INTERVALS, DICE, st.fixed_dictionaries({"news": st.booleans()}))
def test_the_next_poll_lies_within_the_bounds(
    rhythm: Rhythm, interval: timedelta, dice: float, heard: dict[str, bool]
) -> None:
    """Never before the shortest, never after the longest, whatever the interval was."""
    planned = after_success(rhythm, interval, T0, dice, **heard, wait=None)
    assert rhythm.shortest <= planned.due_at - T0 <= rhythm.longest
    assert rhythm.shortest <= planned.interval <= rhythm.longest


@given(RHYTHMS, INTERVALS, DICE)
def test_news_makes_it_quicker_and_silence_slower(rhythm: Rhythm, interval: timedelta, dice: float) -> None:
    """The one never waits longer than the other."""
    quick, slow = (after_success(rhythm, interval, T0, dice, news=news, wait=None) for news in (True, False))
    assert quick.due_at <= slow.due_at


@given(RHYTHMS, DICE, st.integers(1, 10**6))
def test_a_failing_stream_is_tried_at_least_daily(rhythm: Rhythm, dice: float, failures: int) -> None:
    """The circuit never stops silently."""
    planned = after_failure(rhythm, HOUR, T0, dice, failures=failures, until=None)
    assert rhythm.shortest <= planned.due_at - T0 <= DAY


@given(DICE, st.integers(1, 6))
def test_each_failure_doubles_the_pause(dice: float, failures: int) -> None:
    """Until the longest is reached."""
    one, next_one = (
        after_failure(QUARTER, HOUR, T0, dice, failures=number, until=None).due_at - T0
        for number in (failures, failures + 1)
    )
    assert next_one == pytest.approx(2 * one, abs=timedelta(seconds=1))


@pytest.mark.parametrize(("failures", "minutes"), [(1, 15), (2, 30), (3, 60), (7, 960)])
def test_pauses_after_failures(failures: int, minutes: int) -> None:
    """15 minutes, half an hour, one, two, four hours."""
    planned = after_failure(QUARTER, HOUR, T0, 0.0, failures=failures, until=None)
    assert planned.due_at == T0 + minutes * MINUTE


@given(RHYTHMS, DICE, st.integers(1, 99), st.datetimes(T0.replace(tzinfo=None), datetime(2099, 1, 1)))  # noqa: DTZ001
def test_a_named_time_is_honoured(rhythm: Rhythm, dice: float, failures: int, until: datetime) -> None:
    """A platform that says when is not asked before."""
    then = until.replace(tzinfo=T0.tzinfo)
    assert after_failure(rhythm, HOUR, T0, dice, failures=failures, until=then).due_at >= then


def test_a_time_that_has_passed_changes_nothing() -> None:
    """The pause after a failure is kept."""
    assert after_failure(QUARTER, HOUR, T0, 0.0, failures=1, until=T0 - HOUR).due_at == T0 + 15 * MINUTE


@given(DICE, st.timedeltas(timedelta(0), 90 * DAY))
def test_a_prescribed_pause_is_kept(dice: float, wait: timedelta) -> None:
    """It may be longer than our longest, and never shortens ours."""
    planned = after_success(QUARTER, 15 * MINUTE, T0, dice, news=True, wait=wait)
    assert planned.due_at - T0 >= max(wait, QUARTER.shortest)
    assert planned.interval == QUARTER.shortest


def test_streams_that_began_together_drift_apart() -> None:
    """The dice spread them, after good polls and bad."""
    good = {after_success(QUARTER, HOUR, T0, dice, news=True, wait=None).due_at for dice in (0, 0.5, 1)}
    bad = {after_failure(QUARTER, HOUR, T0, dice, failures=99, until=None).due_at for dice in (0, 0.5, 1)}
    assert len(good) == len(bad) == 3


def test_a_failure_keeps_the_interval_for_better_days() -> None:
    """An outage says nothing of how often there is news."""
    assert after_failure(QUARTER, 7 * HOUR, T0, 0.0, failures=3, until=None).interval == 7 * HOUR


def test_a_shortest_of_more_than_a_day_is_meant_so() -> None:
    """An operator may ask a source once a week."""
    weekly = Rhythm(7 * DAY)
    assert after_success(weekly, 7 * DAY, T0, 0.0, news=True, wait=None).due_at == T0 + 7 * DAY
    assert after_failure(weekly, 7 * DAY, T0, 0.0, failures=5, until=None).due_at == T0 + 7 * DAY


@pytest.mark.parametrize(("news", "minutes"), [(True, 36), (False, 84)])
def test_the_interval_moves_by_a_share(news: bool, minutes: int) -> None:  # noqa: FBT001 - a table's column
    """By two fifths, down or up."""
    planned = after_success(QUARTER, HOUR, T0, 0.0, news=news, wait=None)
    assert (planned.interval, planned.due_at - T0) == (minutes * MINUTE, minutes * MINUTE)


@pytest.mark.parametrize(("dice", "hours"), [(0.0, 10.0), (1.0, 11.0)])
def test_a_prescribed_pause_is_lengthened_by_a_tenth_at_most(dice: float, hours: float) -> None:
    """Streams that were sent away together do not come back together."""
    assert after_success(QUARTER, HOUR, T0, dice, news=True, wait=10 * HOUR).due_at == T0 + hours * HOUR


@pytest.mark.parametrize(("dice", "days"), [(0.0, 1.0), (1.0, 1.1)])
def test_a_stream_that_is_gone_is_looked_for_daily(dice: float, days: float) -> None:
    """With the interval that it had."""
    planned = after_end(7 * HOUR, T0, dice)
    assert (planned.due_at - T0, planned.interval) == (days * DAY, 7 * HOUR)
