"""When a stream is asked next: quicker where there is news, slower where there is none, backing off from errors."""

from dataclasses import dataclass
from datetime import datetime, timedelta

QUICKER, SLOWER = 0.6, 1.4
JITTER = 0.1
PARKED = timedelta(days=1)
"""How long a stream that is gone for good is left alone: even that is said by mistake, and must not end it silently."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The bounds between which a stream's interval moves."""

    shortest: timedelta
    longest: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Next:
    """When to ask again and with which interval from then on."""

    due_at: datetime
    interval: timedelta


def after_success(
    rhythm: Rhythm, interval: timedelta, now: datetime, dice: float, *, news: bool, wait: timedelta | None
) -> Next:
    """Plan after an answer. ``dice`` in 0..1 spreads streams that began together; ``wait`` was prescribed."""
    changed = interval * (QUICKER if news else SLOWER)
    interval = min(max(changed, rhythm.shortest), max(rhythm.longest, rhythm.shortest))
    pause = _jittered(rhythm, interval, dice)
    return Next(now + (max(pause, wait * (1 + JITTER * dice)) if wait else pause), interval)


def after_failure(
    rhythm: Rhythm, interval: timedelta, now: datetime, dice: float, *, failures: int, until: datetime | None
) -> Next:
    """Plan after the ``failures``-th error in a row: twice as long each time, never later than the longest."""
    due = now + _jittered(rhythm, rhythm.shortest * 2 ** min(failures - 1, 16), dice)
    return Next(max(due, until) if until else due, interval)


def after_end(interval: timedelta, now: datetime, dice: float) -> Next:
    """Plan after the platform said that the stream is gone for good."""
    return Next(now + PARKED * (1 + JITTER * dice), interval)


def _jittered(rhythm: Rhythm, pause: timedelta, dice: float) -> timedelta:
    """Lengthen a pause by chance, within the bounds."""
    longest = max(rhythm.longest, rhythm.shortest * (1 + JITTER))
    return min(pause, longest / (1 + JITTER)) * (1 + JITTER * dice)
