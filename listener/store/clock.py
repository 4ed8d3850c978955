"""A clock that was set back: what was planned by its former time would wait until it shows that again."""

from datetime import datetime

from sqlalchemy import Connection, func, select, update

from listener.store import tables

STREAM = tables.table(tables.Stream)

PLANS = (
    STREAM.c.due_at,
    STREAM.c.wait_until,
    STREAM.c.configured_at,  # what was posted before it is history, and tells nobody
    tables.table(tables.Mention).c.retry_at,
    tables.table(tables.Alert).c.quiet_until,
    tables.table(tables.Delivery).c.due_at,
    tables.table(tables.Delivery).c.leased_until,
)
"""All times that something waits for."""


def set_back(db: Connection, now: datetime) -> bool:
    """Where a stream was heard or configured later than ``now``, let nothing wait. Returns whether that was so."""
    latest = db.execute(select(func.max(STREAM.c.configured_at), func.max(STREAM.c.last_ok_at))).one()
    if all(time is None or time <= now for time in latest):
        return False
    for plan in PLANS:
        db.execute(update(plan.table).where(plan > now).values({plan: now}))
    db.execute(update(STREAM).where(STREAM.c.last_ok_at > now).values(last_ok_at=now))
    return True
