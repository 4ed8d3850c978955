"""The commands by name."""

from pathlib import Path
from typing import Annotated

import typer

from listener import __version__
from listener.cli import alerts, assess, channels, check, db, demo, measure, query, reading, rematch, run, sql

app = typer.Typer(
    name="listener",
    help="Hears what people say about a brand, judges it, and tells the right person in time.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(value: bool) -> None:  # noqa: FBT001 - the shape that typer calls
    if value:
        typer.echo(f"listener {__version__}")
        raise typer.Exit


@app.callback()
def _before(
    ctx: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", help="Configuration file; else $LISTENER_CONFIG, ./config.toml, /etc/listener."),
    ] = None,
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,  # noqa: FBT002
) -> None:
    ctx.obj = config


app.command("run")(run.run)
app.command("demo")(demo.demo)
app.command("check")(check.check)
app.command("status")(reading.status)
app.command("sources")(reading.sources)
app.add_typer(reading.mentions_app, name="mentions")
app.add_typer(reading.threads_app, name="threads")
app.add_typer(alerts.app, name="alerts")
app.add_typer(channels.app, name="channels")
app.add_typer(query.app, name="query")
app.command("assess")(assess.assess)
app.command("measure")(measure.measure)
app.command("sql")(sql.sql)
app.command("rematch")(rematch.rematch)
app.add_typer(db.app, name="db")
