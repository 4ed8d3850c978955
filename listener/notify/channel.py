"""What every channel has: its block of the configuration and the world it is given."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from listener.domain.errors import ConfigError, Deferred
from listener.domain.schema import Block, Duration
from listener.domain.secret import Reveal, Secret

LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""Hosts that never leave the machine."""

REPAIR = timedelta(minutes=30)
"""How long to wait for a person to mend a credential: asking sooner locks accounts."""

Timeout = Annotated[Duration, Field(gt=timedelta(0), le=timedelta(minutes=2))]


class Channel(Block):
    """A ``[[channel]]`` block: what all types have in common. Each type adds its own."""

    name: str = Field(min_length=1)
    type: str
    enabled: bool = True
    timeout: Timeout = timedelta(seconds=30)
    """The longest wait for one answer of the server"""
    private: bool = False
    """Whether texts that people sent the company itself may be quoted here"""


@dataclass(frozen=True, slots=True)
class Tools:
    """The world, handed in: where secrets are kept, what time it is, how to wait (seconds)."""

    reveal: Reveal
    now: Callable[[], datetime]
    sleep: Callable[[float], None]


def fetch(secret: Secret, tools: Tools) -> str:
    """Reveal a secret for one sending; one that is not there is a person's to mend, so the message waits."""
    try:
        return tools.reveal(secret)
    except ConfigError as error:
        raise Deferred(str(error), until=tools.now() + REPAIR) from None
