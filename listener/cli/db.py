"""``listener db``: the store's upkeep."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from listener.cli.context import Json, config_of, store_of, world

app = typer.Typer(help="The store: migrate, back up, check.", rich_markup_mode=None, no_args_is_help=True)


@app.command()
def migrate(ctx: typer.Context) -> None:
    """Bring the store to this program's schema, after a backup; an up-to-date one stays as it is."""
    from listener.store.engine import open_store
    from listener.store.migrations import HEAD

    config = config_of(ctx)
    open_store(config.store_url, now=world().now()).close()
    typer.echo(f"{config.store_file} has schema {HEAD}.")


@app.command()
def backup(
    ctx: typer.Context,
    target: Annotated[Path | None, typer.Argument(help="The copy; else beside the store, with the time.")] = None,
) -> None:
    """Copy the store, whole and consistent, while the daemon goes on."""
    from listener.store.engine import backup as copy

    store = store_of(ctx)
    made = copy(store, target or store.with_name(f"{store.name}.{world().now():%Y%m%dT%H%M%SZ}"))
    typer.echo(f"{made}  {made.stat().st_size:,} bytes")


@app.command()
def check(ctx: typer.Context, *, json_: Json = False) -> None:
    """Look for damage: pages, references, the search index."""
    from listener.cli.output import as_json
    from listener.store.engine import check as look

    store = store_of(ctx)
    faults = look(store)
    if json_:
        as_json({"store": str(store), "faults": faults})
    else:
        typer.echo("\n".join(faults) or f"{store} is sound.")
    sys.exit(1 if faults else 0)
