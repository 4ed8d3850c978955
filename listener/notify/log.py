"""A file of JSON lines, or standard error: for other programs, and as the channel that needs nobody else."""

import json
import os
import sys
import threading
from datetime import UTC
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from listener.domain.alert import Excerpt, IdempotencyKey, Message, Receipt
from listener.domain.errors import Deferred
from listener.domain.schema import ConfiguredPlace
from listener.notify.channel import Channel, Tools
from listener.notify.excerpt import plain
from listener.notify.message import Quote, View, view

STDERR = "stderr"


class Options(Channel):
    """A ``[[channel]]`` of type log."""

    type: Literal["log"] = "log"
    path: Annotated[ConfiguredPlace, Field(pattern=r"^[^\x00]+$")]
    """A file to append to (made if need be, readable by its owner alone), or ``stderr``"""


class Log:
    """Appends one JSON object a message, on disk before the receipt is given."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._lock = threading.Lock()

    def send(self, message: Message, key: IdempotencyKey, previous: Receipt | None) -> Receipt:
        """Append the line. It holds the key, by which a reader drops a repeat."""
        record = _record(message, view(message, private=self._options.private))
        record = {"key": key, "previous": previous.reference if previous else None, **record}
        # What json leaves of a half character, no file takes.
        line = json.dumps(record, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        try:
            with self._lock:
                self._write(line)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise Deferred(f"{self._options.path} cannot be written: {reason}") from None
        return Receipt(reference=key, detail=f"written to {self._options.path}")

    def _write(self, line: bytes) -> None:
        if self._options.path == STDERR:
            sys.stderr.write(line.decode())
            sys.stderr.flush()
        else:
            _append(Path(self._options.path), line)


def _append(path: Path, line: bytes) -> None:
    """Write a whole line to the disk, after any half one that a crash left behind."""
    fresh = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        whole = size == 0 or os.pread(descriptor, 1, size - 1) == b"\n"
        rest = line if whole else b"\n" + line
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if fresh:
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make a new file's name as durable as its content."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _record(message: Message, words: View) -> dict[str, Any]:
    """Give the message as values: numbers as numbers, times in UTC, texts clean."""
    return {
        "at": message.at.astimezone(UTC).isoformat(),
        "test": message.test,
        "subject": words.subject,
        "alert": message.alert_id,
        "number": message.number,
        "rule": words.rule,
        "brand": words.brand,
        "severity": message.severity.value,
        "state": message.state.value,
        "title": words.title,
        "reason": words.reason,
        "events": message.events,
        "held_back": message.held_back,
        "opened_at": message.opened_at.astimezone(UTC).isoformat(),
        "excerpts": [_excerpt(*both) for both in zip(message.excerpts, words.quotes, strict=False)],
        "acknowledge": words.acknowledge,
        "resolve": words.resolve,
    }


def _excerpt(excerpt: Excerpt, quote: Quote) -> dict[str, Any]:
    return {
        "text": plain(quote.pieces),
        "matched": [piece.text for piece in quote.pieces if piece.marked],
        "title": quote.title,
        "author": quote.author,
        "reach": None if quote.withheld else excerpt.reach,
        "place": quote.place,
        "posted_at": excerpt.posted_at.astimezone(UTC).isoformat(),
        "judged": quote.judged,
        "copies": excerpt.copies,
        "link": quote.link,
        "withheld": quote.withheld,
    }


def build(options: Options, tools: Tools) -> Log:
    """Make the channel; it needs nothing of the world but the file."""
    del tools
    return Log(options)
