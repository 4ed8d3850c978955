"""Reading the store with anybody's SQL: read-only, bounded in time."""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from listener.domain.errors import StoreError

STEPS = 10_000
"""Virtual-machine steps between two looks at the clock: a few milliseconds."""

LOOKING = frozenset({"table_info", "table_xinfo", "table_list", "index_list", "index_info", "foreign_key_list"})
"""Pragmas whose argument asks, and does not set."""


@dataclass(frozen=True, slots=True)
class Result:
    """A query's answer: column names, and rows to be read once, while the console is open."""

    columns: tuple[str, ...]
    rows: Iterator[Sequence[Any]]


@contextmanager
def ask(path: Path, query: str, parameters: Sequence[Any] = (), *, seconds: float = 30.0) -> Iterator[Result]:
    """Run one statement on a read-only connection.

    Raises StoreError where it is wrong, tries to write, or takes longer than ``seconds``.
    """
    if not path.exists():
        raise StoreError(f"There is no store at {path}; `listener run` makes it.")
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5)) as database:
        database.execute("PRAGMA query_only = ON")
        end = time.monotonic() + seconds
        database.set_progress_handler(lambda: time.monotonic() > end, STEPS)
        database.set_authorizer(_permitted)
        try:
            cursor = database.execute(query, parameters)
            yield Result(tuple(column[0] for column in cursor.description or ()), cursor)
        except sqlite3.Error as error:
            raise StoreError(_said(error, seconds)) from error


def rows(path: Path, query: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
    """Run one statement and return its rows as dictionaries. Raises StoreError as ``ask`` does."""
    with ask(path, query, parameters) as result:
        return [dict(zip(result.columns, row, strict=True)) for row in result.rows]


def _permitted(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    """Forbid what a read-only connection still lets through: files made by ATTACH and VACUUM INTO, settings."""
    sets = action == sqlite3.SQLITE_PRAGMA and (
        first == "wal_checkpoint" or (second is not None and first not in LOOKING)
    )
    return sqlite3.SQLITE_DENY if sets or action == sqlite3.SQLITE_ATTACH else sqlite3.SQLITE_OK


def _said(error: sqlite3.Error, seconds: float) -> str:
    said = str(error)
    if "readonly" in said or "authoriz" in said:
        return "This console only reads: the store is changed by the daemon and by `listener` commands alone."
    if "interrupted" in said:
        return f"The query was stopped after {seconds:g} s; narrow it, or allow more with --timeout."
    if "one statement" in said:
        return "One statement at a time, please."
    return f"SQL: {said}"
