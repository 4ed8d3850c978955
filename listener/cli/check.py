"""``listener check``: whether the configuration holds together, and what would happen with it."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from listener.cli.context import Json, config_of, world

if TYPE_CHECKING:
    from listener.app.world import World
    from listener.config import Config


def check(
    ctx: typer.Context,
    *,
    online: Annotated[bool, typer.Option("--online", help="Ask every source once, too; nothing is stored.")] = False,
    json_: Json = False,
) -> None:
    """Check the configuration and say what would happen with it."""
    from listener.cli.output import as_json

    config, outside = config_of(ctx), world()
    faults = list(_missing(config, outside))
    asked = _ask_sources(config, outside) if online else {}
    faults += [f"source {name}: {answer}" for name, answer in asked.items() if not answer.startswith("ok")]
    if json_:
        notes = _notes(config, outside)
        as_json({"file": str(config.file), "faults": faults, "notes": notes, "plan": _plan(config), "sources": asked})
    else:
        _print(config, faults, _notes(config, outside), asked)
    sys.exit(1 if faults else 0)


def _missing(config: "Config", outside: "World") -> list[str]:
    from listener.config.credentials import missing

    found = [(path, missing(secret, outside.environ, config.folder)) for path, secret in config.secrets()]
    return [f"{path}: {why}" for path, why in found if why]


def _notes(config: "Config", outside: "World") -> list[str]:
    from listener.config import stray_variables
    from listener.config.credentials import exposed

    notes = [str(warning) for warning in config.warnings]
    notes += [f"{path}: {why}" for path, secret in config.secrets() if (why := exposed(secret, config.folder))]
    return notes + [f"${name} is set and means nothing here" for name in stray_variables(outside.environ, config)]


def _plan(config: "Config") -> dict[str, Any]:
    enabled = {channel.name for channel in config.channels if channel.enabled}
    return {
        "store": str(config.store_file),
        "brands": {brand.name: str(brand.query.query) for brand in config.brands},
        "sources": {source.name: source.connector for source in config.sources if source.enabled},
        "rules": {rule.name: [name for name in rule.channels if name in enabled] for rule in config.rules},
        "off": sorted(
            [source.name for source in config.sources if not source.enabled]
            + [channel.name for channel in config.channels if not channel.enabled]
        ),
    }


def _ask_sources(config: "Config", outside: "World") -> dict[str, str]:
    from listener.app.parts import sources_of
    from listener.domain.errors import SourceError
    from listener.domain.source import Budget

    answers = {}
    with sources_of(config, outside) as sources:
        for source in sources:
            try:
                queries = [brand.query.query.source for brand in config.brands]
                keys = list(source.connector.streams(source.options, queries))
                pages = [source.connector.fetch(key, None, Budget(posts=100)) for key in keys[:20]]
            except SourceError as error:
                answers[source.name] = f"{error.reason}: {error}"
            else:
                answers[source.name] = f"ok: {sum(len(page.posts) for page in pages)} posts in {len(pages)} streams"
    return answers


def _print(config: "Config", faults: list[str], notes: list[str], asked: dict[str, str]) -> None:
    plan = _plan(config)
    typer.echo(f"{config.file} holds together.")
    for note in notes:
        typer.echo(f"note     {note}")
    typer.echo(f"store    {plan['store']}")
    for name, query in plan["brands"].items():
        typer.echo(f"brand    {name}: {query}")
    for name, connector in plan["sources"].items():
        typer.echo(f"source   {name} ({connector}){': ' + asked[name] if name in asked else ''}")
    for name, channels in plan["rules"].items():
        typer.echo(f"rule     {name} tells {', '.join(channels) or 'nobody: none of its channels is enabled'}")
    if plan["off"]:
        typer.echo(f"off      {', '.join(plan['off'])}")
    for fault in faults:
        typer.echo(f"fault    {fault}")
