"""The quarantine file: lines that could not be read, each once, with where it stood and why."""

import hashlib
import json
import os
import threading
from pathlib import Path

_KEPT = 4_000
"""bytes of each line that are kept, enough to find and mend it"""
_LARGEST = 64_000_000
"""The file grows no further; bad lines are still counted."""


class Quarantine:
    """Appends bad lines to one file. A line that is met again after a crash is not written twice."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._seen: set[str] | None = None
        self._size = 0
        self._fresh: list[bytes] = []

    def add(self, stream: str, number: int, offset: int, reason: str, data: bytes) -> None:
        """Note one bad line; it is on disk after ``flush``."""
        key = hashlib.sha256(f"{stream}\0{offset}\0".encode("utf-8", "replace") + data).hexdigest()[:16]
        with self._lock:
            seen = self._known()
            if key in seen or self._size > _LARGEST:
                return
            seen.add(key)
            record = {
                "key": key,
                "stream": stream,
                "line": number,
                "offset": offset,
                "reason": reason,
                "data": data[:_KEPT].decode("utf-8", "backslashreplace").rstrip("\r\n"),
            }
            self._fresh.append(json.dumps(record).encode() + b"\n")
            self._size += len(self._fresh[-1])

    def flush(self) -> None:
        """Write what was noted, so that it lasts."""
        with self._lock:
            if not self._fresh:
                return
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with open(descriptor, "ab") as file:  # noqa: PTH123 - opened with its mode
                file.write(b"".join(self._fresh))
                file.flush()
                os.fsync(file.fileno())
            self._fresh.clear()

    def _known(self) -> set[str]:
        if self._seen is None:
            self._seen = set()
            if self._path.exists():
                self._mend()
        return self._seen

    def _mend(self) -> None:
        """Learn what is there; a line that a crash left half-written is ended."""
        content = self._path.read_bytes()
        self._size = len(content)
        if content and not content.endswith(b"\n"):
            self._fresh.append(b"\n")
        for line in content.splitlines():
            try:
                record = json.loads(line)
            except ValueError:
                continue
            if isinstance(record, dict) and self._seen is not None:
                self._seen.add(str(record.get("key")))
