"""What is derived from the tables and can be made anew at any time: the views and the search triggers."""

import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path

from listener.store import search

VIEWS = Path(__file__).with_name("views.sql")

FOUND = "SELECT type, name, sql FROM sqlite_master WHERE type IN ('view', 'trigger') ORDER BY name"
"""Lists what a store has of it."""


def statements() -> tuple[str, ...]:
    """Return the statements that make triggers and views."""
    return (*search.TRIGGERS, *_split(VIEWS.read_text(encoding="utf-8")))


def drops(found: Iterable[tuple[str, str, str]]) -> list[str]:
    """Return the statements that take away what ``FOUND`` listed."""
    return [f'DROP {kind} "{name}"' for kind, name, _ in found]


def is_current(found: Iterable[tuple[str, str, str]]) -> bool:
    """Say whether what ``FOUND`` listed is what this program would make."""
    return {sql for _, _, sql in found} == set(statements())


def columns(database: sqlite3.Connection) -> Mapping[str, tuple[str, ...]]:
    """Return every view with its columns, in order."""
    views = [row[1] for row in database.execute(FOUND) if row[0] == "view"]
    return {view: tuple(row[1] for row in database.execute(f'PRAGMA table_info("{view}")')) for view in views}


def _split(script: str) -> list[str]:
    """Split a script into statements as SQLite keeps them: without what stands before or after."""
    found, rest = [], ""
    for line in script.splitlines(keepends=True):
        if not rest and not line.startswith("CREATE"):
            continue
        rest += line
        if sqlite3.complete_statement(rest):
            found.append(rest.strip().removesuffix(";"))
            rest = ""
    return found
