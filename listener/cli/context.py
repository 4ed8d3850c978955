"""What a command was called with: the configuration named before it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from listener.app.world import World
    from listener.config import Config
    from listener.domain.brand import Brand
    from listener.domain.judgement import Judge

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def config_of(ctx: typer.Context) -> "Config":
    """Load the configuration that the command line, the environment or the place names."""
    from listener.app.configured import load_config
    from listener.app.world import World

    return load_config(ctx.obj, World())


def store_of(ctx: typer.Context) -> Path:
    """The file of the configured store; a mistake in the rest of the configuration keeps nobody from asking it."""
    from listener.app.world import World
    from listener.config import find, load_store_file

    return load_store_file(find(ctx.obj, World().environ, Path.cwd()))


def world() -> "World":
    """The world as it is: the clock, chance, the environment."""
    from listener.app.world import World

    return World()


def judge_for(ctx: typer.Context) -> "tuple[Judge, dict[str, Brand]]":
    """Open the configured judge, or the one that ships where nothing is configured."""
    from listener.app.judging import default_judge, judge_of
    from listener.domain.errors import ConfigError

    try:
        config = config_of(ctx)
    except ConfigError:
        if ctx.obj is not None:
            raise
        return default_judge(), {}
    return judge_of(config), {brand.name: brand for brand in config.brands}
