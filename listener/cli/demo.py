"""``listener demo``: a fictional brand's bad day, from its feeds to its alerts."""

import sys

import typer

from listener.cli.context import Json


def demo(*, json_: Json = False) -> None:
    """Show a fictional brand's bad day, on this machine alone: real feeds, a real judge, real mail."""
    from listener.cli.output import as_json
    from listener.cli.progress import progress
    from listener.demo.day import run_day
    from listener.demo.summary import in_words
    from listener.logs import set_up

    set_up("error")
    with progress() as report:
        day = run_day(report=report)
    if json_:
        as_json(day.counts)
    else:
        typer.echo(in_words(day, wide=sys.stdout.isatty()))
