"""TIDY: lets go of what is older than the operator wants to keep."""

from datetime import datetime, timedelta

from listener.stages.stage import Progress
from listener.store.tidy import Tidying

EVERY = timedelta(hours=1)


class Tidy:
    """Removes old posts in small bites, so that no other stage waits for it."""

    name = "tidy"

    def __init__(self, store: Tidying, *, keep_unmatched: timedelta, keep: timedelta | None) -> None:
        self._store = store
        self._keep_unmatched = keep_unmatched
        self._keep = keep
        self._next: datetime | None = None

    def step(self, now: datetime) -> Progress:
        """Remove one bite of old posts; once there is none, fold the log into the file and be idle for an hour."""
        if self._next is not None and now < self._next:
            return Progress(0)
        removed = self._store.drop_unmatched(now - self._keep_unmatched)
        if self._keep is not None:
            removed += self._store.drop_mentions(now - self._keep, now)
        if not removed:
            self._store.fold()
            self._next = now + EVERY
        return Progress(removed)
