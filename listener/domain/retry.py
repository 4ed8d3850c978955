"""When a message that did not get through is tried again, and when it is given up."""

from datetime import datetime, timedelta

FIRST = timedelta(seconds=15)
LONGEST = timedelta(minutes=15)
"""Whoever comes back after an outage has all that waited within about that time."""
GIVE_UP = timedelta(days=3)
"""An alert that nobody could be told for so long is no news; it is shown as dead, with its reason."""
ENOUGH = 12
"""Tries: a machine that was off for days has not tried yet, and this many take more than an hour."""


def given_up(age: timedelta, attempts: int) -> bool:
    """Say whether a message of this age is not tried again after ``attempts`` failures."""
    return age > GIVE_UP and attempts >= ENOUGH


def next_try(now: datetime, attempts: int, dice: float) -> datetime:
    """Return the time of the next try after ``attempts`` failures; ``dice`` in 0..1 spreads them."""
    doubled: timedelta = FIRST * 2 ** min(attempts, 16)
    pause = min(doubled, LONGEST)
    return now + pause * (0.75 + 0.5 * dice)
