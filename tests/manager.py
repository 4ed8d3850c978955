"""Stands in for systemd: a real datagram socket that hears what a daemon says of itself."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

Said = dict[str, str]
"""One message: its fields by name."""


@dataclass
class Manager:
    """Whom a daemon tells how it is, and all that it was told, in order."""

    address: str
    heard: list[Said] = field(default_factory=list)

    def environ(self, watchdog: float | None = None) -> dict[str, str]:
        """The variables that systemd sets; ``watchdog`` in seconds."""
        usec = {} if watchdog is None else {"WATCHDOG_USEC": str(round(watchdog * 1e6))}
        return {"NOTIFY_SOCKET": self.address, **usec}

    def told(self, name: str) -> list[str]:
        """The values of one field in all messages that hold it."""
        return [said[name] for said in tuple(self.heard) if name in said]


@contextmanager
def managing(folder: Path, *, abstract: bool = False) -> Iterator[Manager]:
    """Listen on a socket in the folder, or on one without a file."""
    address = f"@listener-{os.getpid()}-{folder.name}" if abstract else str(folder / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(f"\0{address[1:]}" if abstract else address)
        manager = Manager(address)
        thread = threading.Thread(target=_hear, args=(heard, manager))
        thread.start()
        try:
            yield manager
        finally:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
                end.sendto(b"", heard.getsockname())
            thread.join()


def _hear(heard: socket.socket, manager: Manager) -> None:
    while message := heard.recv(10_000).decode():
        manager.heard.append(dict(line.split("=", 1) for line in message.split("\n")))
