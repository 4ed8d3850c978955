"""``listener sql``: anybody's questions, read-only."""

import sys
from typing import Annotated

import typer

from listener.cli.context import Json, store_of


def sql(
    ctx: typer.Context,
    query: Annotated[str, typer.Argument(help="One statement; none: standard input.")] = "",
    *,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    timeout: Annotated[
        float, typer.Option("--timeout", help="Seconds after which the query is stopped.", min=0.01)
    ] = 30.0,
    json_: Json = False,
) -> None:
    """Ask the store in SQL. Views and their columns are documented in docs/sql.md; nothing can be changed."""
    from listener.cli.output import as_csv, as_json, as_table
    from listener.store.console import ask

    question = query or sys.stdin.read()
    with ask(store_of(ctx), question, seconds=timeout) as result:
        if csv:
            as_csv(result.columns, result.rows)
        elif json_:
            as_json([dict(zip(result.columns, row, strict=True)) for row in result.rows])
        else:
            as_table(result.columns, result.rows)
