"""Clients for loopback."""

from collections.abc import Iterator

import pytest

from listener.net.client import Client, Limits

LOOPBACK = ("127.0.0.1/32", "::1/128")


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """Give a client that may ask loopback, with short limits."""
    limits = Limits(connect=1.0, read=1.0, total=1.0, body=200_000, redirects=4)
    with Client("listenerd/0 (+https://example.org/contact)", allow=LOOPBACK, limits=limits) as made:
        yield made


@pytest.fixture(scope="module")
def wary() -> Iterator[Client]:
    """Give a client that may ask public addresses only."""
    with Client("listenerd/0", limits=Limits(connect=0.5, total=1.0)) as made:
        yield made
