"""Reading the store with anybody's SQL: read-only, bounded in time."""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from listener.domain.errors import StoreError
from listener.store.failures import failure

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
    if not path.is_file():
        raise StoreError(f"There is no store at {path}; `listener run` makes it.")
    end = time.monotonic() + seconds
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5)) as database:
            database.execute("PRAGMA query_only = ON")
            database.set_progress_handler(lambda: time.monotonic() > end, STEPS)
            database.set_authorizer(_permitted)
            cursor = database.execute(query, parameters)
            yield Result(tuple(column[0] for column in cursor.description or ()), cursor)
    except sqlite3.Error as error:
        raise _explained(error, path, seconds) from error


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


def _explained(error: sqlite3.Error, path: Path, seconds: float) -> StoreError:
    # the words alone would not tell a damaged file from a column that is called "malformed"
    match getattr(error, "sqlite_errorname", None):
        case "SQLITE_READONLY" | "SQLITE_AUTH":
            return StoreError("This console only reads: the store is changed by `listener`'s own commands alone.")
        case "SQLITE_READONLY_DIRECTORY" | "SQLITE_READONLY_CANTINIT" | "SQLITE_READONLY_RECOVERY":
            return StoreError(
                f"{path} can be read by a user who may not write its directory only while the daemon runs; "
                "start it, or ask as its user."
            )
        case "SQLITE_INTERRUPT":
            return StoreError(f"The query was stopped after {seconds:g} s; narrow it, or allow more with --timeout.")
        case "SQLITE_ERROR" | None:
            return StoreError(f"SQL: {error}")
    return failure(path, str(error))
