"""The collecting stage's side of the store: a poll is put away whole or not at all."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from listener.domain.brand import Brand
from listener.domain.source import Cursor, StreamKey
from listener.store import brands, clock, coverage, mentions, posts, streams
from listener.store.engine import Store
from listener.store.poll import Counts, DueStream, Poll

CHUNK = 400
"""Posts a statement: SQLite takes no more than 32,766 values in one."""


class Collecting:
    """Brands, streams and posts, as the collecting stage needs them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._brands: dict[str, int] = {}

    def sync_brands(self, wanted: Iterable[Brand], now: datetime) -> None:
        """Make exactly these brands active; former ones keep their mentions."""
        with self._store.write() as db:
            self._brands = brands.sync(db, wanted, now)

    def was_ahead(self, now: datetime) -> bool:
        """Say whether the store was written by a clock that was ahead of this one."""
        with self._store.read() as db:
            return clock.was_ahead(db, now)

    def plan_anew(self, now: datetime) -> None:
        """Make due what was planned by a clock that was ahead."""
        with self._store.write() as db:
            clock.plan_anew(db, now)

    def sync_streams(self, source: streams.SourceStreams, now: datetime) -> None:
        """Make the source have exactly these streams. New ones are due at once; former ones keep their past."""
        with self._store.write() as db:
            streams.sync(db, source, now)

    def streams_unnamed(self, source: streams.SourceStreams, error: str, now: datetime, again: datetime) -> None:
        """Show that the source could not name its streams, and when it is asked again."""
        with self._store.write() as db:
            streams.unnamed(db, source, error, now, again)

    def retire_sources(self, names: Iterable[str]) -> None:
        """Set the streams of all other sources aside."""
        with self._store.write() as db:
            streams.retire(db, names)

    def due(self, now: datetime, limit: int, busy: Iterable[str] = ()) -> list[DueStream]:
        """Return the streams whose time has come, the longest waiting first, one a lane, none of a busy lane."""
        with self._store.read() as db:
            rows = streams.due(db, now, limit, busy)
        return [
            DueStream(
                id=row.id,
                source=row.source,
                key=StreamKey(row.key),
                lane=row.lane,
                cursor=None if row.cursor is None else Cursor(row.cursor),
                interval=timedelta(seconds=row.interval_s),
                failures=row.failures,
                configured_at=row.configured_at,
                caught_up=row.caught_up,
                last_ok_at=row.last_ok_at,
            )
            for row in rows
        ]

    def make_due(self, now: datetime) -> None:
        """Make every stream due at once, but those whose platform asked for a pause."""
        with self._store.write() as db:
            streams.make_due(db, now)

    def next_due(self) -> datetime | None:
        """Say when the next stream is due; None where there is none."""
        with self._store.read() as db:
            return streams.next_due(db)

    def commit(self, poll: Poll) -> Counts:
        """Put a poll away: posts, mentions, removals, coverage, cursor and due time."""
        fresh = edited = matched = 0
        with self._store.write() as db:
            for start in range(0, len(poll.heard), CHUNK):
                kept = posts.keep(db, poll.heard[start : start + CHUNK], poll.stream.id, poll.at)
                matched += mentions.add(db, kept, self._brands, poll.at)
                mentions.withdraw_unmatched(db, kept, self._brands, poll.at)
                fresh += len(kept.new)
                edited += len(kept.edited)
            posts.remove(db, poll.removals, poll.at)
            counts = Counts(poll.fetched, fresh, edited, matched)
            coverage.extend(db, poll, counts)
            streams.move(db, poll, news=bool(fresh or edited))
        return counts
