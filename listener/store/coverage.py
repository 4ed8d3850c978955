"""Coverage in the store: for each stream, which interval was heard, with what result, and where nothing was."""

import json
from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from listener.store import tables
from listener.store.poll import Counts, Poll

COVERAGE = tables.table(tables.Coverage)

COUNTERS = ("polls", "fetched", "fresh", "edited", "matched", "dropped")

# made once: SQLAlchemy takes longer to put a statement together than SQLite to run it
_NEWEST = select(COVERAGE).where(COVERAGE.c.stream_id == bindparam("stream")).order_by(COVERAGE.c.id.desc()).limit(1)


def extend(db: Connection, poll: Poll, counts: Counts) -> None:
    """Write a poll into the ledger: the day's row grows while nothing changes, else a new one begins."""
    last = _last(db, poll.stream.id)
    since = min(last.until, poll.at) if last is not None else poll.at
    if poll.gap is not None:
        began = poll.gap.since or poll.stream.last_ok_at or poll.stream.configured_at
        _insert(db, poll, min(began, poll.gap.until), poll.gap.until, outcome="gap", detail=poll.gap.reason)
    added = _added(poll, counts)
    if last is not None and poll.gap is None and _goes_on(last, poll):
        dropped_why = _merged(last.dropped_why, poll)
        values = {name: COVERAGE.c[name] + added[name] for name in COUNTERS}
        db.execute(
            update(COVERAGE).where(COVERAGE.c.id == last.id).values(until=poll.at, dropped_why=dropped_why, **values)
        )
    else:
        _insert(
            db,
            poll,
            since,
            poll.at,
            outcome=poll.outcome,
            detail=poll.detail,
            dropped_why=_merged("", poll),
            **added,
        )


def _last(db: Connection, stream_id: int) -> Row[Any] | None:
    return db.execute(_NEWEST, {"stream": stream_id}).first()


def _goes_on(last: Row[Any], poll: Poll) -> bool:
    same = (last.outcome, last.detail, last.day) == (poll.outcome, poll.detail, _day(poll.at))
    return same and last.until <= poll.at  # a clock that was set back begins another


def _added(poll: Poll, counts: Counts) -> dict[str, int]:
    return {
        "polls": 1,
        "fetched": counts.fetched,
        "fresh": counts.fresh,
        "edited": counts.edited,
        "matched": counts.matched,
        "dropped": sum(dropped.count for dropped in poll.dropped),
    }


def _merged(written: str, poll: Poll) -> str:
    reasons = Counter[str](json.loads(written) if written else {})
    for dropped in poll.dropped:
        reasons[dropped.reason] += dropped.count
    return json.dumps(reasons) if reasons else ""


def _insert(db: Connection, poll: Poll, since: datetime, until: datetime, **values: Any) -> None:
    row = {"stream_id": poll.stream.id, "day": _day(poll.at), "since": since, "until": until, **values}
    defaults: dict[str, Any] = dict.fromkeys(COUNTERS, 0) | {"dropped_why": "", "detail": ""}
    db.execute(COVERAGE.insert(), {**defaults, **row})


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"
