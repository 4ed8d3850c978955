"""The connectors by name, imported when first used.

A new connector is one module with ``Options`` and ``build``, one line here and one run of the contract tests.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from pydantic import BaseModel

from listener.domain.errors import ConfigError
from listener.domain.rhythm import Rhythm
from listener.domain.secret import Reveal
from listener.domain.source import Connector

if TYPE_CHECKING:
    from listener.net.client import Client

_MODULES = {
    "jsonl": "connectors.jsonl",
    "rss": "connectors.rss",
}


@dataclass(frozen=True, slots=True)
class Tools:
    """What a connector is given to work with."""

    http: "Client"
    now: Callable[[], datetime]
    reveal: Reveal
    state_dir: Path
    source: str
    """the name of the ``[[source]]`` block"""


class SourceOptions(Protocol):
    """What the options of every connector say."""

    @property
    def rhythm(self) -> Rhythm:
        """How often a stream is asked."""


class ConnectorType(Protocol):
    """What a connector's module offers."""

    Options: type[BaseModel]
    """the keys of its ``[[source]]`` block, checked and frozen; they are SourceOptions"""

    def build(self, options: Any, tools: Tools) -> Connector:
        """Make the connector of one source."""


def names() -> list[str]:
    """Name every connector there is."""
    return sorted(_MODULES)


def load(name: str) -> ConnectorType:
    """Import a connector by its name; raises ConfigError for one that does not exist."""
    if name not in _MODULES:
        raise ConfigError(f"there is no connector {name!r}; there are {', '.join(names())}")
    return cast("ConnectorType", import_module(_MODULES[name]))
