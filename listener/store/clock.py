"""A clock that was set back: what was planned by its former time would wait until it shows that again."""

from datetime import datetime

from sqlalchemy import Connection, func, select, update

from listener.store import tables

STREAM, COVERAGE, DELIVERY = (tables.table(one) for one in (tables.Stream, tables.Coverage, tables.Delivery))

PLANS = (
    STREAM.c.due_at,
    STREAM.c.wait_until,
    STREAM.c.configured_at,  # what was posted before it is history, and tells nobody
    tables.table(tables.Mention).c.retry_at,
    tables.table(tables.Alert).c.quiet_until,
    DELIVERY.c.due_at,
    DELIVERY.c.leased_until,
)
"""All times that something waits for."""


def was_ahead(db: Connection, now: datetime) -> bool:
    """Say whether a stream was configured or asked, or a message written, later than ``now``."""
    marks = (STREAM.c.configured_at, COVERAGE.c.until, DELIVERY.c.created_at)
    latest = [db.execute(select(func.max(mark))).scalar() for mark in marks]
    return any(time is not None and time > now for time in latest)


def plan_anew(db: Connection, now: datetime) -> None:
    """Let nothing wait for longer than until ``now``."""
    for plan in PLANS:
        db.execute(update(plan.table).where(plan > now).values({plan: now}))
    db.execute(update(STREAM).where(STREAM.c.last_ok_at > now).values(last_ok_at=now))
