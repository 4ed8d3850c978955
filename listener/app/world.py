"""What the program does not make itself: time, chance, waiting, the environment."""

import os
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class World:
    """The outside, handed in: as it is by default, or as a test or the demo wants it."""

    now: Callable[[], datetime] = _utc_now
    """aware UTC"""
    dice: Callable[[], float] = random.random
    """0..1"""
    sleep: Callable[[float], None] = time.sleep
    """seconds"""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
