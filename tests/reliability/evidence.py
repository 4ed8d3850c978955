"""What a store holds, so that two of them can be compared."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from listener.store import search, tables

Holding = dict[str, list[dict[str, Any]]]
"""Rows by table, without what differs from run to run."""

TIMES = {
    (table.name, column.name)
    for table in tables.METADATA.tables.values()
    for column in table.columns
    if isinstance(column.type, tables.UtcText)
}

TRIES = {
    ("stream", "failures"),
    ("stream", "interval_s"),
    ("delivery", "attempts"),
    ("delivery", "error"),
    ("meta", "value"),
}
"""What counts or dates attempts: a run that was cut short makes one more."""

OTHERWISE = {
    "delivery_event": "SELECT DISTINCT delivery_id FROM delivery_event",
    "coverage": "SELECT stream_id, outcome, sum(fresh), sum(edited), sum(matched) FROM coverage GROUP BY 1, 2",
    "sqlite_master": "SELECT type, name FROM sqlite_master ORDER BY 1, 2",
}
"""What is read of tables that have a row for every attempt, or one more after midnight; and of the schema."""


def holding(path: Path) -> Holding:
    """Read every table of a store, but for times and attempts, and what tables, views and triggers there are."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        found = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        names = [name for (name,) in found if not search.is_table(name)]
        return {name: list(_rows(database, name)) for name in (*names, "sqlite_master")}


def _rows(database: sqlite3.Connection, table: str) -> Iterator[dict[str, Any]]:
    everything = f'SELECT * FROM "{table}" ORDER BY 1'  # noqa: S608 - a name from the schema
    for row in database.execute(OTHERWISE.get(table, everything)):
        yield {name: row[name] for name in row.keys() if (table, name) not in TIMES | TRIES}  # noqa: SIM118
