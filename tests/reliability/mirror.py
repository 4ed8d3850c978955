"""A site that says back all it hears: whatever it is told, address and headers, stands in each of its answers.

The first part of a path names the answer, so that one site plays feeds, pages, Slack and a proxy of every temper.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

Answer = Callable[["Heard"], None]


class Heard(BaseHTTPRequestHandler):
    """One request, and the ways to answer it."""

    protocol_version = "HTTP/1.1"
    server: "Mirror"

    def do_GET(self) -> None:
        """Take the request in, and answer as its path says."""
        size = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(size).decode("utf-8", "replace")
        self.server.requests.append(f"{self.requestline}\n{self.headers}\n{self.body}")
        ANSWERS.get(self.path.strip("/").partition("/")[0], failing(404))(self)

    do_POST = do_CONNECT = do_GET  # noqa: N815 - the base class's names

    @property
    def said(self) -> str:
        """All that was told, on one line."""
        return " ".join(f"{self.requestline} {self.headers} {self.body}".split())

    @property
    def url(self) -> str:
        """The address that was asked for."""
        return f"http://{self.headers['Host']}{self.path}"

    @property
    def token(self) -> str:
        """The second part of the path: where the addresses of this suite have their secret."""
        return self.path.strip("/").split("/")[1]

    def answer(self, status: int, body: str | bytes, **headers: str) -> None:
        """Answer, in the status line and in a header, too, with what was heard."""
        content = body.encode() if isinstance(body, str) else body
        self.send_response(status, self.said)
        for name, value in {"ETag": f'"{self.said[:500]}"', "X-Heard": self.said, **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


class Mirror(ThreadingHTTPServer):
    """The site, and what it was told."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Heard)
        self.requests: list[str] = []
        self.over = threading.Event()
        self.other: Mirror | None = None
        """where some redirects lead"""

    def __str__(self) -> str:
        return f"127.0.0.1:{self.server_port}"


@contextmanager
def mirror() -> Iterator[Mirror]:
    """Open such a site."""
    site = Mirror()
    thread = threading.Thread(target=site.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield site
    finally:
        site.over.set()
        site.shutdown()
        thread.join()
        site.server_close()


def failing(status: int) -> Answer:
    """Refuse, and quote the request."""
    return lambda heard: heard.answer(status, heard.said)


def _feed(heard: Heard) -> None:
    url, said = escape(heard.url), escape(heard.said)
    item = (
        f"<item><title>acme: {{0}} for {said}</title><guid>{{1}}</guid><link>{{2}}</link><author>{said}</author>"
        f"<description>acme, go to &lt;a href='{url}'&gt;{url}&lt;/a&gt; with {said}</description>"
        f"<enclosure url='{url}' type='audio/mpeg' length='1'/></item>"
    )
    items = (
        item.format("guid", url, url),
        item.format("bare guid", heard.token, f"/articles/{heard.token}"),
        item.format("page", f"{heard.url.partition('?')[0]}/1", f"{url}#1"),
        item.format("query", "2", f"http://{heard.headers['Host']}/article?from={quote(heard.token)}"),
        item.format("none", "", ""),
    )
    head = f"<title>board of {said}</title><link>{url}</link>"
    heard.answer(200, f'<rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>')


def _json_feed(heard: Heard) -> None:
    item = {"id": heard.url, "url": heard.url, "title": f"acme {heard.said}", "content_text": f"acme {heard.said}"}
    author = {"authors": [{"name": heard.said, "url": heard.url}], "attachments": [{"url": heard.url}]}
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": heard.said, "home_page_url": heard.url}
    heard.answer(200, json.dumps({**feed, "items": [{**item, **author}]}))


def _page(heard: Heard) -> None:
    address = escape(heard.path.replace("/page/", "/feed/", 1))
    heard.answer(200, f'<html><head><link rel="alternate" type="application/rss+xml" href="{address}"></head></html>')


def _silent(heard: Heard) -> None:
    heard.server.over.wait(30)
    heard.close_connection = True


def _hangup(heard: Heard) -> None:
    heard.wfile.write(f"HTTP/1.1 200 OK\r\nX-Heard: {heard.said}\r\nContent-Length: 9999\r\n\r\n{heard.said}".encode())
    heard.close_connection = True


def _no_http(heard: Heard) -> None:
    heard.wfile.write(f"{heard.said}\r\n\r\n".encode())
    heard.close_connection = True


def _redirecting(location: str) -> Answer:
    """Send on, mostly with the token in the new address."""

    def answer(heard: Heard) -> None:
        site, words = heard.server, {"token": heard.token, "path": heard.path.replace("/moved/", "/feed/", 1)}
        heard.answer(302, heard.said, Location=location.format(site=site, other=site.other, **words))

    return answer


def _slack(status: int = 200, **said: str) -> Answer:
    """Answer as Slack does, the bearer's token in it."""

    def answer(heard: Heard) -> None:
        token = heard.headers.get("Authorization", "").partition(" ")[2]
        words = {name: word.format(token) for name, word in said.items()}
        heard.answer(status, json.dumps({"ok": "ts" in said, **words}))

    return answer


ANSWERS: dict[str, Answer] = {
    "feed": _feed,
    "json": _json_feed,
    "page": _page,
    "silent": _silent,
    "hangup": _hangup,
    "no-http": _no_http,
    "gibberish": lambda heard: heard.answer(200, f"<{heard.token}>{heard.said}"),
    "coding": lambda heard: heard.answer(200, heard.said, Content_Encoding=f"br, {heard.token}"),
    "damaged": lambda heard: heard.answer(200, f"\x1f\x8b{heard.said}".encode("latin-1"), Content_Encoding="gzip"),
    "moved": _redirecting("http://{site}{path}"),
    "away": _redirecting("http://{other}/feed/board"),
    "nowhere": _redirecting("ftp://{token}/"),
    "disguise": _redirecting("http://{token}.0x7f/"),
    "inside": _redirecting("http://10.0.0.1/{token}"),
    "login": _redirecting("http://{token}:{token}@127.0.0.1/"),
    "slack": _slack(ts="1.2"),
    "slack-error": _slack(error="{}"),
    "slack-stamp": _slack(ts="{}"),
    "slack-hint": _slack(400, error="invalid_auth", detail="{}", needed="{}"),
    "hook": lambda heard: heard.answer(200, "ok"),
    "http:": failing(407),  # asked as a proxy
    **{str(status): failing(status) for status in (400, 401, 403, 404, 407, 410, 429, 500, 503)},
}
"""The answers by their names."""
