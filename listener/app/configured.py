"""The configuration, checked against the connectors and channels that there are."""

from functools import partial
from pathlib import Path

import connectors.registry as connector_types
import listener.notify.registry as channel_types
from listener.app.world import World
from listener.config import Config, Schemas, find, load
from listener.config.credentials import reveal
from listener.domain.secret import Reveal, Secret


def load_config(file: Path | None, world: World) -> Config:
    """Find and check the configuration. Raises ConfigError, or ConfigErrors with every mistake."""
    return load(find(file, world.environ, Path.cwd()), schemas())


def schemas() -> Schemas:
    """The schemas of every connector and channel, imported only where a configuration names them."""
    return Schemas(
        connectors={name: partial(_connector_options, name) for name in connector_types.names()},
        channels={name: partial(channel_types.options, name) for name in channel_types.names()},
    )


def _connector_options(name: str) -> type:
    return connector_types.load(name).Options


def revealer(config: Config, world: World) -> Reveal:
    """How secrets are fetched for this configuration; what was fetched is in no log line from then on."""
    # loguru takes its time to import, and most commands fetch nothing
    from listener.logs import hide

    def fetch(secret: Secret) -> str:
        value = reveal(secret, world.environ, config.folder)
        hide(value)
        return value

    return fetch
