"""Standard input as lines, read without waiting longer than one may."""

import os
import select
import sys
import time
from collections.abc import Iterator
from typing import BinaryIO

_CHUNK = 1 << 16


class StandardInput:
    """Lines that come through a pipe. ``ended``: no more will come."""

    def __init__(self, file: BinaryIO | None, longest: int) -> None:
        self._file = file
        self._longest = longest
        self._buffer = bytearray()
        self._skipped = 0
        self.ended = False
        self.number = 0
        self.offset = 0

    def lines(self, most: int, most_bytes: int, seconds: float) -> Iterator[tuple[int, bytes, int]]:
        """Give ``(offset, line, length)`` for what has come, at most so many lines and bytes, in so much time."""
        stop, start = time.monotonic() + min(seconds, 1.0), self.offset
        for _ in range(most):
            if self.offset - start >= most_bytes or not self._fill(stop):
                return
            yield self._taken()

    def _fill(self, stop: float) -> bool:
        """Read until a whole line is there; False if none is in time."""
        while b"\n" not in self._buffer and not self.ended:
            if len(self._buffer) > self._longest + 1:
                self._skipped += len(self._buffer) - self._longest - 1
                del self._buffer[self._longest + 1 :]
            chunk = self._chunk(stop)
            if chunk is None:
                return False
            self.ended = not chunk
            self._buffer += chunk
        return bool(self._buffer)

    def _chunk(self, stop: float) -> bytes | None:
        descriptor = (self._file or sys.stdin.buffer).fileno()
        ready, _, _ = select.select([descriptor], [], [], max(stop - time.monotonic(), 0.0))
        return os.read(descriptor, _CHUNK) if ready else None

    def _taken(self) -> tuple[int, bytes, int]:
        end = self._buffer.find(b"\n") + 1 or len(self._buffer)
        line, length = bytes(self._buffer[:end]), end + self._skipped
        del self._buffer[:end]
        self._skipped = 0
        place = self.offset
        self.offset, self.number = self.offset + length, self.number + 1
        return place, line, length
