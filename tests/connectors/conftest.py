"""A small world for connectors: a loopback client, a clock that stands still, a folder for state."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.registry import Tools
from listener.domain.errors import ConfigError
from listener.domain.secret import Secret
from listener.net.client import Client, Limits

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def http() -> Iterator[Client]:
    """Give a client that may ask loopback, with short limits."""
    limits = Limits(connect=1.0, read=1.0, total=2.0, body=8_000_000)
    with Client("listenerd/0 (+https://example.org)", allow=("127.0.0.1/32", "::1/128"), limits=limits) as client:
        yield client


SECRETS: dict[str, str] = {}
"""What ``env`` references reveal; tests put in what they need under a name of their own."""


def reveal(secret: Secret) -> str:
    """Look a reference up as the program would."""
    if secret.env not in SECRETS:
        raise ConfigError(f"nothing is kept in {secret}")
    return SECRETS[secret.env]


@pytest.fixture
def tools(http: Client, tmp_path: Path) -> Tools:
    """Give a connector what it works with."""
    return Tools(http=http, now=lambda: NOW, reveal=reveal, state_dir=tmp_path / "state", source="press")
