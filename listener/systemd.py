"""What the service manager is told: ready, how we are, still alive, reloading, stopping.

The protocol is one datagram a message (sd_notify(3)). Without ``$NOTIFY_SOCKET`` nobody asked, and nothing is said.
"""

import os
import socket
import time
from collections.abc import Mapping

from loguru import logger

_PATIENCE = 5.0
"""Seconds that a full socket is waited for."""


class Systemd:
    """The service manager that started us, or nobody."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._address = environ.get("NOTIFY_SOCKET", "")
        self.watchdog = _watchdog(environ)
        """Seconds within which the manager wants to hear that we live; None where it does not."""

    @property
    def listens(self) -> bool:
        """Whether anybody is told."""
        return bool(self._address)

    def ready(self, status: str) -> None:
        """Say that the daemon listens: it has started, or has taken (or refused) a new configuration."""
        self._tell(READY="1", STATUS=status)

    def status(self, status: str, *, alive: bool) -> None:
        """Say in one line how we are. Only who is ``alive`` keeps the watchdog from biting."""
        self._tell(STATUS=status, **({"WATCHDOG": "1"} if alive else {}))

    def reloading(self) -> None:
        """Say that a new configuration is being read."""
        self._tell(RELOADING="1", MONOTONIC_USEC=str(time.monotonic_ns() // 1000))

    def stopping(self) -> None:
        """Say that the work in hand is being ended."""
        self._tell(STOPPING="1", STATUS="stopping")

    def _tell(self, **fields: str) -> None:
        if not self._address:
            return
        said = "\n".join(f"{name}={' '.join(value.split())}" for name, value in fields.items())
        # @ stands for the zero byte with which an abstract socket's name begins
        address = f"\0{self._address[1:]}" if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
                manager.settimeout(_PATIENCE)
                manager.sendto(said.encode(), address)
        except OSError as error:
            logger.bind(socket=self._address, error=error.strerror).warning("systemd could not be told how we are")


def _watchdog(environ: Mapping[str, str]) -> float | None:
    """Read how often the manager wants a beat of this very process: a child inherits the variables, not the duty."""
    wanted, whose = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    if whose and whose != str(os.getpid()):
        return None
    return int(wanted) / 1e6 if wanted.isascii() and wanted.isdigit() and int(wanted) else None
