"""A place to run the whole line in: a configuration in a folder, a clock, mail and feeds on loopback."""

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from listener.app.configured import load_config
from listener.app.world import World
from listener.config import Config

HEAD = """
[store]
url = "sqlite:///var/mentions.db"
[net]
allow = ["127.0.0.0/8"]
spacing = "0 s"
contact = "tests@example.com"
"""

BRAND = """
[[brand]]
name = "Acme"
query = "acme"
accounts = ["import:posts:@acme"]
"""

LOG = """
[[channel]]
name = "log"
type = "log"
path = "told.jsonl"
"""

POSTS = """
[[source]]
name = "posts"
connector = "jsonl"
path = "posts.jsonl"
"""

EVERY_MENTION = """
[[rule]]
name = "every"
type = "mention"
channels = ["log"]
"""

EVERYTHING = HEAD + BRAND + LOG + POSTS + EVERY_MENTION


class Clock:
    """Stands still until somebody sleeps or moves it."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class Place:
    """A folder with a configuration in it."""

    folder: Path
    clock: Clock = field(default_factory=lambda: Clock(datetime(2026, 11, 25, 12, 0, tzinfo=UTC)))
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def world(self) -> World:
        return World(now=self.clock.now, dice=lambda: 0.5, sleep=self.clock.sleep, environ=self.environ)

    @property
    def file(self) -> Path:
        return self.folder / "config.toml"

    def configure(self, text: str) -> Config:
        """Write the configuration and load it."""
        self.file.write_text(text, encoding="utf-8")
        return load_config(self.file, self.world)

    def post(self, *texts: str, minutes: float = 1, **more: Any) -> None:
        """Append posts to the file that the source reads; they are written some minutes from now."""
        path = self.folder / "posts.jsonl"
        number = len(path.read_text().splitlines()) if path.exists() else 0
        with path.open("a") as file:
            for index, text in enumerate(texts, number):
                at = (self.clock.at + timedelta(minutes=minutes)).isoformat()
                row = {"native_id": f"p{index}", "text": text, "created_at": at, "author": f"author{index}", **more}
                file.write(json.dumps(row) + "\n")

    def told(self) -> list[dict[str, Any]]:
        """Return what the log channel was told."""
        path = self.folder / "told.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@contextmanager
def serving(pages: Mapping[str, bytes]) -> Iterator[str]:
    """Serve pages by path on loopback; yields the base URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = pages.get(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Silent:
    """A server that accepts connections and never answers."""

    def __init__(self) -> None:
        self.held: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.2", 0))
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._listening.getsockname()[1])

    def __str__(self) -> str:
        return f"127.0.0.2:{self.port}"

    def _accept(self) -> None:
        try:
            while True:
                self.held.append(self._listening.accept()[0])
        except OSError:
            return

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()
        for connection in self.held:
            connection.close()


def silent() -> closing[Silent]:
    """Open a server that keeps everybody waiting; with its host and port as its words."""
    return closing(Silent())
