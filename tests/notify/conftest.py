"""What the tests of several channels share."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.notify.mailserver import Script, certificate, serving
from tests.notify.world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the machine that runs the tests must not see them."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that is bound, so that nobody else gets it, and on which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port on which somebody listens and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def tls_port(trusted: Path) -> Iterator[int]:
    """A port that speaks TLS with a certificate nobody knows."""
    with serving(Script(), trusted, tls=True) as port:
        yield port


@pytest.fixture(scope="session")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine."""
    return certificate(tmp_path_factory.mktemp("trusted"), "127.0.0.1")


@pytest.fixture(scope="session")
def mismatched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for somebody else."""
    return certificate(tmp_path_factory.mktemp("mismatched"), "mail.other.example")


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def starttls(script: Script, trusted: Path) -> Iterator[int]:
    """The port of a server that wants STARTTLS and a password."""
    with serving(script, trusted, auth=True) as port:
        yield port
