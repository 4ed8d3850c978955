"""Patience with a server, which ends however it spends it."""

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress

import pytest

from listener.notify.patience import MOST, Patience, TooMuchError


@pytest.fixture
def deaf() -> Iterator[int]:
    """Give a port on which a connection is never completed: all places of its queue are taken."""
    with ExitStack() as held:
        server = held.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        while True:
            caller = held.enter_context(socket.socket())
            caller.settimeout(0.2)
            try:
                caller.connect(server.getsockname())
            except TimeoutError:
                break
        yield server.getsockname()[1]


def living_at(monkeypatch: pytest.MonkeyPatch, ports: Sequence[int]) -> None:
    """Let every host have these ports of this machine as its addresses."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", port)) for port in ports]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)


def test_all_addresses_of_a_host_share_one_time(monkeypatch: pytest.MonkeyPatch, deaf: int) -> None:
    """A firewall that swallows what is sent to a host of many addresses holds nobody up for each of them."""
    living_at(monkeypatch, [deaf] * 100)
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        Patience(0.2).connect(("mail.example", 25))
    assert time.monotonic() - began < 10


def test_a_resolver_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would take as long as the system likes, which is told as what it is: nobody knows yet where to go."""
    told = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: told.wait(30) and [])
    try:
        with pytest.raises(socket.gaierror, match="no name server answered in time") as caught:
            Patience(0.2).connect(("mail.example", 25))
    finally:
        told.set()
    assert caught.value.errno == socket.EAI_AGAIN


def test_the_next_address_is_tried(monkeypatch: pytest.MonkeyPatch, closed_port: int) -> None:
    """One that refuses is not the last word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        living_at(monkeypatch, [closed_port, server.getsockname()[1]])
        with Patience(5).connect(("mail.example", 25)) as connection:
            assert connection.getpeername() == server.getsockname()


def test_what_is_said_in_time_is_read_whole() -> None:
    """Up to the most that is read at all; the connection's end is the end."""
    ours, theirs = socket.socketpair()
    with ours, theirs, Patience(5).reader(ours) as reader:
        theirs.sendall(b"250 fine\r\n250 too\r\n")
        theirs.shutdown(socket.SHUT_WR)
        assert [*reader] == [b"250 fine\r\n", b"250 too\r\n"]


def test_a_flood_is_not_read() -> None:
    """It is an error of its own, with the number."""
    ours, theirs = socket.socketpair()

    def flood() -> None:
        with suppress(OSError):
            while True:
                theirs.sendall(bytes(10_000))

    thread = threading.Thread(target=flood)
    thread.start()
    with theirs:
        with ours, Patience(5).reader(ours) as reader, pytest.raises(TooMuchError, match=f"more than {MOST:,} bytes"):
            reader.read()
        thread.join()
