"""``listener rematch``: searching what was already heard with today's queries."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from listener.cli.context import Json, config_of, world


def rematch(
    ctx: typer.Context,
    *,
    since: Annotated[datetime | None, typer.Option("--since", help="Only posts found since, in UTC.")] = None,
    json_: Json = False,
) -> None:
    """Search stored posts with today's queries: mentions are added, changed or withdrawn as these say; none alerts."""
    from contextlib import closing

    from listener.cli.output import as_json
    from listener.stages.collect import Listener
    from listener.stages.rematch import rematch as search
    from listener.store.engine import open_store

    config, now = config_of(ctx), world().now()
    with closing(open_store(config.store_url, now=now)) as store:
        counts = search(store, Listener(config.brands), since.replace(tzinfo=UTC) if since else None, now)
    if json_:
        as_json(counts)
    else:
        typer.echo("  ".join(f"{name} {count}" for name, count in counts.items()))
