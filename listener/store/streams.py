"""Streams in the store: what is polled on its own, when it is due, how far it was read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from listener.domain.source import StreamKey
from listener.store import tables
from listener.store.poll import Poll

STREAM = tables.table(tables.Stream)


@dataclass(frozen=True, slots=True)
class SourceStreams:
    """The streams that a source has by its configuration; ``lanes`` says for each which host it asks."""

    source: str
    connector: str
    lanes: Mapping[StreamKey, str]
    keeps_all: bool
    interval: timedelta


def sync(db: Connection, wanted: SourceStreams, now: datetime) -> None:
    """Make the source have exactly the wanted streams."""
    known = {row.key: row for row in db.execute(select(STREAM).where(STREAM.c.source == wanted.source))}
    for key, lane in wanted.lanes.items():
        standing = known.pop(key, None)
        if standing is None:
            db.execute(STREAM.insert().values(**_new(wanted, key, lane, now)))
            continue
        if standing.state == "removed":
            _change(db, standing.id, state="active", reason="", due_at=now)
        if standing.connector != wanted.connector:
            # a cursor is a note of the connector's own
            _change(db, standing.id, connector=wanted.connector, cursor=None, caught_up=False)
        if (standing.lane, standing.keeps_all) != (lane, wanted.keeps_all):
            _change(db, standing.id, lane=lane, keeps_all=wanted.keeps_all)
    for gone in known.values():
        _change(db, gone.id, state="removed", reason="no longer in the configuration")


def retire(db: Connection, sources: Iterable[str]) -> None:
    """Set the streams of all sources but these aside."""
    gone = STREAM.c.source.not_in(list(sources)) & (STREAM.c.state != "removed")
    db.execute(update(STREAM).where(gone).values(state="removed", reason="its source is no longer configured"))


def due(db: Connection, now: datetime, limit: int, busy: Iterable[str]) -> Sequence[Row[Any]]:
    """Return the rows of due streams, one a lane."""
    waiting = (STREAM.c.state == "active") & (STREAM.c.due_at <= now) & STREAM.c.lane.not_in(list(busy))
    # SQLite takes the other columns from the row that holds the minimum
    chosen = select(STREAM, func.min(STREAM.c.due_at).label("first")).where(waiting).group_by(STREAM.c.lane)
    return db.execute(chosen.order_by(STREAM.c.due_at, STREAM.c.id).limit(limit)).all()


def make_due(db: Connection, now: datetime) -> None:
    """Make every stream due whose platform did not ask for a pause."""
    free = (STREAM.c.state == "active") & (STREAM.c.wait_until.is_(None) | (STREAM.c.wait_until <= now))
    db.execute(update(STREAM).where(free & (STREAM.c.due_at > now)).values(due_at=now))


def next_due(db: Connection) -> datetime | None:
    """Say when the next stream is due."""
    earliest = select(STREAM.c.due_at).where(STREAM.c.state == "active").order_by(STREAM.c.due_at).limit(1)
    found: datetime | None = db.execute(earliest).scalar()
    return found


def move(db: Connection, poll: Poll, *, news: bool) -> None:
    """Write down how far the stream was read and when it is due again."""
    values: dict[str, Any] = {
        "due_at": poll.due_at,
        "wait_until": poll.wait_until,
        "interval_s": poll.interval.total_seconds(),
        "failures": poll.failures,
        "error": "" if poll.outcome == "ok" else poll.detail,
    }
    if poll.outcome == "ok":
        values["last_ok_at"] = poll.at
    if poll.caught_up:
        values["caught_up"] = True
    if news:
        values["last_news_at"] = poll.at
    if poll.cursor is not None:
        values["cursor"] = poll.cursor
    if poll.parked:
        values |= {"state": "parked", "reason": poll.parked}
    _change(db, poll.stream.id, **values)


def _new(wanted: SourceStreams, key: StreamKey, lane: str, now: datetime) -> dict[str, Any]:
    return {
        "source": wanted.source,
        "connector": wanted.connector,
        "key": key,
        "lane": lane,
        "keeps_all": wanted.keeps_all,
        "configured_at": now,
        "due_at": now,
        "interval_s": wanted.interval.total_seconds(),
    }


def _change(db: Connection, number: int, **values: Any) -> None:
    db.execute(update(STREAM).where(STREAM.c.id == number).values(**values))
