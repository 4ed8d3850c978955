"""The beat of one channel: no faster than it allows, and silent while it asks for silence."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from listener.domain.errors import Deferred


class Pace:
    """Lets one message through at a time, ``every`` so long at most. Safe in many threads."""

    def __init__(self, every: timedelta, now: Callable[[], datetime], sleep: Callable[[float], None]) -> None:
        self._every = every
        self._now = now
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next: datetime | None = None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the next beat, or raise Deferred where that is further away than one.

        A Deferred with a time that leaves the body holds later messages back until then.
        """
        with self._lock:
            self._wait()
            try:
                yield
            except Deferred as error:
                self._next = max(filter(None, (self._next, error.until)), default=None)
                raise

    def _wait(self) -> None:
        left = self._next - self._now() if self._next else timedelta(0)
        if left > self._every:
            raise Deferred("the channel asked for a pause that is not over", until=self._next)
        if left > timedelta(0):
            self._sleep(left.total_seconds())
        self._next = max(self._now(), self._next or self._now()) + self._every
