"""Streams in the store: what is polled on its own, when it is due, how far it was read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, case, func, select, update

from listener.domain.source import StreamKey
from listener.store import tables
from listener.store.poll import Poll

STREAM = tables.table(tables.Stream)

LISTING = StreamKey("(the list of its streams)")
"""Stands for a source that cannot name its streams, so that this is seen where all other failures are."""

_POLLED = (STREAM.c.state != "removed") & (STREAM.c.key != LISTING)
"""A parked stream is polled too, but seldom."""


def _due() -> Any:
    busy: BindParameter[Any] = bindparam("busy", expanding=True)
    waiting = _POLLED & (STREAM.c.due_at <= bindparam("now")) & STREAM.c.lane.not_in(busy)
    # SQLite takes the id from the row that holds the minimum; cursors are large and stay out of the sorting
    first = select(STREAM.c.id, func.min(STREAM.c.due_at).label("due_at")).where(waiting).group_by(STREAM.c.lane)
    chosen = first.order_by("due_at", STREAM.c.id).limit(bindparam("limit")).subquery()
    return select(STREAM).join(chosen, chosen.c.id == STREAM.c.id).order_by(STREAM.c.due_at, STREAM.c.id)


def _move() -> Any:
    removed = STREAM.c.state == "removed"  # in the meantime
    return (
        update(STREAM)
        .where(STREAM.c.id == bindparam("number"))
        .values(
            state=case((removed, STREAM.c.state), else_=bindparam("stands")),
            reason=case((removed, STREAM.c.reason), else_=bindparam("because")),
        )
    )


# made once: SQLAlchemy takes longer to put a statement together than SQLite to run it
_DUE = _due()
_MOVE = _move()
_NEXT = select(STREAM.c.due_at).where(_POLLED).order_by(STREAM.c.due_at).limit(1)


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
    if listing := known.pop(LISTING, None):
        db.execute(STREAM.delete().where(STREAM.c.id == listing.id))
    for gone in known.values():
        _change(db, gone.id, state="removed", reason="no longer in the configuration")


def unnamed(db: Connection, source: SourceStreams, error: str, now: datetime, again: datetime) -> None:
    """Write down that the source could not name its streams; ``sync`` forgets it."""
    mine = (STREAM.c.source == source.source) & (STREAM.c.key == LISTING)
    said = {"state": "active", "reason": "", "error": error, "due_at": again}
    if not db.execute(update(STREAM).where(mine).values(failures=STREAM.c.failures + 1, **said)).rowcount:
        db.execute(STREAM.insert().values(**{**_new(source, LISTING, "", now), **said, "failures": 1}))


def retire(db: Connection, sources: Iterable[str]) -> None:
    """Set the streams of all sources but these aside."""
    gone = STREAM.c.source.not_in(list(sources)) & (STREAM.c.state != "removed")
    db.execute(update(STREAM).where(gone).values(state="removed", reason="its source is no longer configured"))


def due(db: Connection, now: datetime, limit: int, busy: Iterable[str]) -> Sequence[Row[Any]]:
    """Return the rows of due streams, one a lane."""
    return db.execute(_DUE, {"now": now, "busy": list(busy), "limit": limit}).all()


def make_due(db: Connection, now: datetime) -> None:
    """Make every stream due that is not parked and whose platform did not ask for a pause."""
    free = _POLLED & (STREAM.c.state == "active") & (STREAM.c.wait_until.is_(None) | (STREAM.c.wait_until <= now))
    db.execute(update(STREAM).where(free & (STREAM.c.due_at > now)).values(due_at=now))


def next_due(db: Connection) -> datetime | None:
    """Say when the next stream is due."""
    found: datetime | None = db.execute(_NEXT).scalar()
    return found


def move(db: Connection, poll: Poll, *, news: bool) -> None:
    """Write down how far the stream was read and when it is due again."""
    values: dict[str, Any] = {
        "number": poll.stream.id,
        "stands": "parked" if poll.parked else "active",
        "because": poll.detail if poll.parked else "",
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
    db.execute(_MOVE, values)


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
