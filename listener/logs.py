"""Logging: loguru to stderr, the libraries' own logging bridged into it, no variable's value in any traceback.

Nothing of ours writes a secret into a log line. What libraries say, and what unexpected exceptions hold, is nobody's
promise: each line is searched for every secret that was fetched, and loses it.
"""

import json
import logging
import sys
from datetime import UTC
from typing import TYPE_CHECKING, Any, TextIO

from loguru import logger

from listener.domain.scrub import scrub

if TYPE_CHECKING:
    from loguru import Message, Record

NOISY = {
    "apscheduler": logging.ERROR,
    "httpcore2": logging.WARNING,
    "httpx2": logging.WARNING,
    "oauthlib": logging.WARNING,
    "prawcore": logging.WARNING,
    "requests_oauthlib": logging.WARNING,
    "slack_sdk": logging.WARNING,
    "tweepy": logging.WARNING,
    "urllib3": logging.WARNING,
}
"""Libraries that would log what they should not (tokens, whole addresses) or what nobody needs."""

_hidden: set[str] = set()


def hide(secret: str) -> None:
    """Show this in no log line from now on, nor what would give it away."""
    _hidden.add(secret)


def set_up(level: str, *, as_json: bool = False) -> None:
    """Send all log lines of ``level`` and above to stderr, as text or as one JSON object a line."""
    logger.remove()
    if as_json:
        logger.add(_write_json, level=level.upper(), format="{message}", backtrace=False, diagnose=False)
    else:
        logger.add(_Scrubbing(sys.stderr), level=level.upper(), format=_line, backtrace=False, diagnose=False)
    logging.basicConfig(handlers=[_Bridge()], level=0, force=True)
    for name, floor in NOISY.items():
        logging.getLogger(name).setLevel(floor)


def _line(record: "Record") -> str:
    record["extra"]["_said"] = " ".join(f"{key}={value!r}" for key, value in record["extra"].items() if key != "_said")
    return "<level>{level: <8}</level> {message} <dim>{extra[_said]}</dim>\n{exception}"


class _Scrubbing:
    """A stream that hidden secrets do not pass."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        # a copy, since another thread may just be fetching one more
        self._stream.write(scrub(text, tuple(_hidden)))

    def flush(self) -> None:
        self._stream.flush()

    def isatty(self) -> bool:
        return self._stream.isatty()


def _write_json(message: "Message") -> None:
    record = message.record
    line: dict[str, Any] = {
        "time": record["time"].astimezone(UTC).isoformat(),
        "level": record["level"].name,
        "message": record["message"],
    }
    # apart, for what is bound may be called as we call the rest: the number of a message, the level of an alert
    line["extra"] = {key: value for key, value in record["extra"].items() if key != "_said"}
    if record["exception"] is not None:
        line["exception"] = repr(record["exception"].value)
    _Scrubbing(sys.stderr).write(json.dumps(line, default=str) + "\n")


class _Bridge(logging.Handler):
    """Gives what a library logs to loguru, as if said where the library said it."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            level: str | int = (
                record.levelname if record.levelname in logging.getLevelNamesMapping() else record.levelno
            )
            said = logger.bind(library=record.name).opt(exception=record.exc_info)
            # the text is a value, never a format: it may hold braces
            said.log(level, "{}", record.getMessage())
        except Exception:  # noqa: BLE001 - what logging asks of a handler
            self.handleError(record)
