"""Brands in the store."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select, true, update

from listener.domain.brand import Brand
from listener.store import tables
from listener.store.engine import upsert

BRAND = tables.table(tables.Brand)


def sync(db: Connection, brands: Iterable[Brand], now: datetime) -> dict[str, int]:
    """Make exactly these brands active; former ones keep their mentions. Returns their numbers by name."""
    db.execute(update(BRAND).values(active=False))
    for brand in brands:
        row = {"name": brand.name, "query": brand.query.query.source, "active": True, "added_at": now}
        db.execute(upsert(BRAND, [row], ["name"], ["query", "active"]))
    active = select(BRAND.c.id, BRAND.c.name).where(BRAND.c.active.is_(true()))
    return {row.name: row.id for row in db.execute(active)}
