"""The channels there are. A new one is a module with ``Options`` and ``build``, a line here, a contract test."""

from importlib import import_module
from typing import Any

from listener.domain.alert import Notifier
from listener.domain.errors import ConfigError
from listener.notify.channel import Channel, Tools

TYPES = {
    "log": "listener.notify.log",
    "mail": "listener.notify.mail",
    "slack": "listener.notify.slack",
}
"""Channel type → its module, imported when first used."""


def names() -> tuple[str, ...]:
    """List the types of channels, sorted."""
    return tuple(sorted(TYPES))


def options(kind: str) -> type[Channel]:
    """Give the schema of a ``[[channel]]`` block of this type. Raises ConfigError for an unknown one."""
    schema: type[Channel] = _module(kind).Options
    return schema


def build(kind: str, channel: Channel, tools: Tools) -> Notifier:
    """Make the channel. Nothing is opened, connected to or revealed before the first message."""
    notifier: Notifier = _module(kind).build(channel, tools)
    return notifier


def _module(kind: str) -> Any:
    if kind not in TYPES:
        raise ConfigError(f'there is no channel type "{kind}": use one of {", ".join(names())}')
    return import_module(TYPES[kind])
