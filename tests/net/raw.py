"""A server that speaks whatever bytes a test wants, on loopback."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Script = Callable[[socket.socket], None]
"""Speaks on one accepted connection, after the request was read."""


@contextmanager
def serving(script: Script, address: str = "127.0.0.1") -> Iterator[str]:
    """Serve ``script`` on every connection; gives the URL."""
    listening = socket.create_server((address, 0))
    stop = threading.Event()

    def serve_one(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(5)
            connection.recv(65_536)
            script(connection)

    def serve() -> None:
        with suppress(OSError):
            while not stop.is_set():
                connection, _ = listening.accept()
                threading.Thread(target=serve_one, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://{address}:{listening.getsockname()[1]}/feed?key=hush"
    finally:
        stop.set()
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(2)


def saying(*pieces: bytes, pause: float = 0.0) -> Script:
    """Send pieces, with a pause between them, and hang up."""
    waiting = threading.Event()

    def script(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)
            waiting.wait(pause)

    return script


def endless(head: bytes, piece: bytes, pause: float = 0.0) -> Script:
    """Send ``head`` once and ``piece`` for as long as anybody listens."""
    waiting = threading.Event()

    def script(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(piece)
            waiting.wait(pause)

    return script
