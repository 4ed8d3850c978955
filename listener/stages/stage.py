"""What a stage is: something that can be asked for one more step."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Progress:
    """What a step did. ``done`` 0: the stage is idle until ``due`` (None: until others bring it work)."""

    done: int
    due: datetime | None = None
    errors: int = 0


class Stage(Protocol):
    """One stage of the line. ``step`` is called by one thread at a time."""

    name: str

    def step(self, now: datetime) -> Progress:
        """Do one bounded piece of work as of ``now`` and say what was done."""


Dice = Callable[[], float]
"""A source of numbers in 0..1, for jitter."""
