"""Retry: a message that did not get through comes again, ever more rarely."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.domain.retry import ENOUGH, GIVE_UP, LONGEST, given_up, next_try
from tests.scripted import T0


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 15), (1, 30), (2, 60), (5, 480), (6, 900), (7, 900)])
def test_pauses_double_up_to_a_quarter_of_an_hour(attempts: int, seconds: int) -> None:
    """With the dice in the middle."""
    assert next_try(T0, attempts, 0.5) == T0 + timedelta(seconds=seconds)


@given(st.integers(0, 10**9), st.floats(0, 1))
def test_a_message_is_tried_many_times_before_it_is_given_up(attempts: int, dice: float) -> None:
    """No pause comes near the time after which it is."""
    pause = next_try(T0, attempts, dice) - T0
    assert timedelta(seconds=11) < pause <= LONGEST * 1.25 < GIVE_UP / 50


@given(st.integers(0, 20), st.floats(0, 1), st.floats(0, 1))
def test_the_dice_spread_but_keep_the_size(attempts: int, one: float, other: float) -> None:
    """Two messages that failed together come within a factor of two of each other."""
    pauses = sorted(next_try(T0, attempts, dice) - T0 for dice in (one, other))
    assert pauses[1] <= pauses[0] * 1.7


@pytest.mark.parametrize(
    ("age", "attempts", "over"),
    [(GIVE_UP, 99, False), (GIVE_UP * 2, ENOUGH, True), (GIVE_UP * 2, ENOUGH - 1, False)],
)
def test_only_what_was_tried_is_given_up(age: timedelta, attempts: int, *, over: bool) -> None:
    """A machine that was off for days has a message that is old, and that nobody has refused."""
    assert given_up(age, attempts) is over
