"""How long and how much a server is listened to: a socket's own timeout bounds one read, and a drip is many."""

import errno
import io
import socket
import time
from typing import Any

MOST = 1_000_000
"""Bytes that are read of one connection: no answer that a channel waits for comes near it."""


class TooMuchError(OSError):
    """The server says more than anybody reads."""

    def __init__(self) -> None:
        super().__init__(errno.EMSGSIZE, f"it sent more than {MOST:,} bytes")


def listen_until(end: float, connection: socket.socket) -> None:
    """Let no further wait on the connection outlast ``end`` (monotonic); raises TimeoutError where that is past."""
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError(errno.ETIMEDOUT, "no answer in time")
    usual = connection.gettimeout()
    connection.settimeout(left if usual is None else min(usual, left))


def reader(connection: socket.socket, end: float) -> io.BufferedReader:
    """Open the connection for reading that raises TimeoutError after ``end``, and TooMuchError after ``MOST``."""
    return io.BufferedReader(_Bounded(connection, end))


class _Bounded(io.RawIOBase):
    """The bytes of a connection, for as long and as many as are wanted."""

    def __init__(self, connection: socket.socket, end: float) -> None:
        self._connection = connection
        self._raw = connection.makefile("rb", buffering=0)
        self._end = end
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        listen_until(self._end, self._connection)
        count = self._raw.readinto(buffer)
        self._read += count or 0
        if self._read > MOST:
            raise TooMuchError
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()
