"""Standard input as lines, read without waiting longer than one may.

What was given out is kept until the next cursor says that it was put away: a reload of the configuration, or a poll
that could not be stored, loses nothing. A new process has a new standard input, and another cursor is not its own.
"""

import os
import secrets
import select
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO

from listener.domain.errors import Unavailable

_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it stands in its file. ``whole`` False: it is the last and has no end yet."""

    offset: int
    number: int
    data: bytes
    length: int
    whole: bool = True


class StandardInput:
    """Lines that come through a pipe. ``ended``: no more will come; ``name`` tells it from that of another process."""

    def __init__(self, file: BinaryIO | None = None) -> None:
        self.name = secrets.token_hex(8)
        self.reading = threading.Lock()
        self.ended = False
        self._file = file
        self._buffer = bytearray()
        self._skipped = 0
        self._given: deque[Line] = deque()
        self._offset = self._number = 0

    def lines(self, after: int, longest: int, seconds: float) -> Iterator[Line]:
        """Give the lines after the offset ``after``, which were not given before or were not put away, in time.

        Of a line that is longer than ``longest`` only its beginning is kept.
        """
        stop = time.monotonic() + min(seconds, 1.0)
        while self._given and self._given[0].offset < after:
            self._given.popleft()
        yield from tuple(self._given)
        while self._fill(stop, longest):
            self._given.append(self._taken())
            yield self._given[-1]

    def _fill(self, stop: float, longest: int) -> bool:
        """Read until a whole line is there; False if none is in time."""
        while b"\n" not in self._buffer and not self.ended:
            if len(self._buffer) > longest + 1:
                self._skipped += len(self._buffer) - longest - 1
                del self._buffer[longest + 1 :]
            chunk = self._chunk(stop)
            if chunk is None:
                return False
            self.ended = not chunk
            self._buffer += chunk
        return bool(self._buffer)

    def _chunk(self, stop: float) -> bytes | None:
        file = self._file or (sys.stdin and sys.stdin.buffer)
        if file is None:
            raise Unavailable("standard input is closed: start with lines on it, or name a file")
        ready, _, _ = select.select([file.fileno()], [], [], max(stop - time.monotonic(), 0.0))
        return os.read(file.fileno(), _CHUNK) if ready else None

    def _taken(self) -> Line:
        end = self._buffer.find(b"\n") + 1 or len(self._buffer)
        line = Line(self._offset, self._number + 1, bytes(self._buffer[:end]), end + self._skipped)
        del self._buffer[:end]
        self._skipped = 0
        self._offset, self._number = self._offset + line.length, line.number
        return line


@cache
def process_input() -> StandardInput:
    """Give the one standard input that this process has, whoever reads it and however often they are made anew."""
    return StandardInput()
