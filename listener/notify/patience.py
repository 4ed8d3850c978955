"""How long and how much a server is listened to. A socket's own timeout bounds one wait, and a drip is many."""

import errno
import io
import socket
import time
from functools import partial
from typing import Any

from listener.net.lookup import in_time

WHOLE = 2.0
"""How many of a channel's timeouts all of one sending may take, from the look-up of the server's name to the end."""

MOST = 1_000_000
"""Bytes that are read of one connection: no answer that a channel waits for comes near it."""


class TooMuchError(OSError):
    """The server says more than anybody reads."""

    def __init__(self) -> None:
        super().__init__(errno.EMSGSIZE, f"it sent more than {MOST:,} bytes")


class Patience:
    """The time that one sending has, be it one conversation or more. Raises TimeoutError where it is over."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._end = time.monotonic() + WHOLE * timeout

    def connect(self, address: tuple[str, int], *_: Any) -> socket.socket:
        """Connect as ``socket.create_connection`` does, but to all addresses of a host within the one time."""
        failure: OSError = OSError(errno.EADDRNOTAVAIL, "no address")
        for family, kind, protocol, _name, place in self._looked_up(*address):
            try:
                return self._connected(socket.socket(family, kind, protocol), place)
            except OSError as error:
                failure = error
        raise failure

    def _looked_up(self, host: str, port: int) -> list[tuple[Any, ...]]:
        left = self._left()
        try:
            return in_time(partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM), left)
        except TimeoutError:
            raise socket.gaierror(socket.EAI_AGAIN, "no name server answered in time") from None

    def _connected(self, connection: socket.socket, place: Any) -> socket.socket:
        try:
            self.bound(connection)
            connection.connect(place)
        except OSError:
            connection.close()
            raise
        return connection

    def bound(self, connection: socket.socket) -> None:
        """Let no further wait on the connection outlast the end."""
        connection.settimeout(self._left())

    def _left(self) -> float:
        """Say how many seconds the next wait may take."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError(errno.ETIMEDOUT, "no answer in time")
        return min(left, self._timeout)

    def reader(self, connection: socket.socket) -> io.BufferedReader:
        """Open the connection for reading until the end; raises TooMuchError after ``MOST`` bytes."""
        return io.BufferedReader(_Bounded(connection, self))


class _Bounded(io.RawIOBase):
    """The bytes of a connection, for as long and as many as there is patience for."""

    def __init__(self, connection: socket.socket, patience: Patience) -> None:
        self._connection = connection
        self._raw = connection.makefile("rb", buffering=0)
        self._patience = patience
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._patience.bound(self._connection)
        count = self._raw.readinto(buffer)
        self._read += count or 0
        if self._read > MOST:
            raise TooMuchError
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()
