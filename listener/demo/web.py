"""The web of the day on one loopback port: every site serves its feed as of the clock, and a stand-in for Slack."""

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any

from listener.demo.feeds import document, media_type
from listener.demo.script import Site, Trouble

LOOPBACK = "127.0.0.1"
_WEBHOOK = "/slack/services/T0DEMO/B0DEMO/not-a-secret"


class Web(ThreadingHTTPServer):
    """Answers until it is shut down. ``posted`` are the messages that Slack's stand-in took."""

    daemon_threads = True

    def __init__(self, sites: Iterable[Site], now: Callable[[], datetime]) -> None:
        super().__init__((LOOPBACK, 0), _Handler)
        self.sites = {f"/{site.host}{site.path}": site for site in sites}
        self.now = now
        self.posted: list[dict[str, Any]] = []

    def server_bind(self) -> None:
        """Bind without asking the name service what this machine is called, as the base class does."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = LOOPBACK, self.server_address[1]

    @property
    def home(self) -> str:
        """Where the web begins."""
        return f"http://{LOOPBACK}:{self.server_port}"

    @property
    def webhook(self) -> str:
        """The address to which an incoming webhook posts."""
        return self.home + _WEBHOOK

    def url(self, site: Site) -> str:
        """Where a site's feed is read."""
        return f"{self.home}/{site.host}{site.path}"


class _Handler(BaseHTTPRequestHandler):
    """One request, answered the way feed servers and webhooks do."""

    server: Web
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        site, now = self.server.sites.get(self.path), self.server.now()
        if site is None:
            self._answer(HTTPStatus.NOT_FOUND, b"There is nothing here.")
        elif trouble := site.trouble(now):
            self._trouble(trouble)
        else:
            self._feed(site, now)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.path != _WEBHOOK:
            self._answer(HTTPStatus.NOT_FOUND, b"no_team")
            return
        self.server.posted.append(json.loads(body))
        self._answer(HTTPStatus.OK, b"ok")

    def _feed(self, site: Site, now: datetime) -> None:
        # the tag is that of the posts: the rest of a feed tells the time and changes with every look
        tag = f'"{hashlib.sha256(repr(site.as_of(now)).encode()).hexdigest()[:16]}"'
        if self.headers.get("If-None-Match") == tag:
            self._answer(HTTPStatus.NOT_MODIFIED, b"", ETag=tag)
            return
        body = document(site, now).encode()
        self._answer(HTTPStatus.OK, body, **{"Content-Type": media_type(site), "ETag": tag})

    def _trouble(self, trouble: Trouble) -> None:
        wait = {} if trouble.retry_after is None else {"Retry-After": str(trouble.retry_after)}
        self._answer(trouble.status, trouble.body.encode(), **{"Content-Type": "text/html; charset=utf-8"}, **wait)

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing: the summary says it all."""
