"""How commands print: a table for people, plain text in pipes, JSON for programs."""

import csv
import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from listener.notify.harmless import line

WIDEST = 60
"""Characters of one cell on a terminal; JSON and CSV have it all."""


def as_json(value: Any) -> None:
    """Print one JSON value."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows as CSV with a head line."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)


def as_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows as a table; cells are cut to one short line."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row))
    # in a pipe there is no width to keep to: a row stays on its line
    console = Console(width=None if sys.stdout.isatty() else 10_000)
    console.print(table)


def listing(found: Sequence[dict[str, Any]], columns: Sequence[str], *, json_: bool, empty: str) -> None:
    """Print rows of a view: all of them as JSON, or the named columns as a table."""
    if json_:
        as_json(found)
    elif found:
        as_table(columns, [[row[name] for name in columns] for row in found])
    else:
        sys.stdout.write(empty + "\n")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    # what strangers wrote must not turn the reading order of a terminal round
    return line(f"{value:.2f}" if isinstance(value, float) else str(value), WIDEST)
