"""Latency: from a feed's answer until the alert is in at the SMTP server, by the real daemon with its real judge.

Every feed is asked for the first time and answers within three seconds, at no fixed place between two looks of the
daemon, with one post of that moment; each post is a mention, each mention an alert, each alert a mail. Both ends are
this process, so one clock.
"""

import random
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import quantiles

from benchmarks import command, material
from benchmarks.processes import daemon
from listener.demo.postbox import Postbox, parsed
from listener.demo.serving import serving

FEED = """<rss version="2.0"><channel><title>Feed {number}</title><item>
<guid>urn:bench:{number}</guid><title>Acme, parcel {number}</title><author>author{number}</author>
<description>{number} times have I asked acme where my parcel-{number} is, and nobody answers.</description>
<pubDate>{at}</pubDate></item></channel></rss>"""
MARK = re.compile(r"parcel-(\d+)")


@dataclass(frozen=True)
class Figures:
    """Seconds, over so many alerts."""

    alerts: int
    p50: float
    p95: float
    longest: float


def main() -> None:
    """Measure and print."""
    parser = command.parser("latency", "From a feed's answer to the alert at the SMTP server.")
    parser.add_argument("--alerts", type=int, default=40)
    asked = parser.parse_args()
    command.say("latency", measure(asked.alerts, asked.folder), asked)


def measure(alerts: int, within: Path) -> Figures:
    """Let the daemon poll so many feeds, one after the other, and wait for a mail about each."""
    with (
        command.workplace(within) as folder,
        serving(_Feeds()) as feeds,
        serving(_Mailbox()) as mailbox,
    ):
        urls = (f"http://127.0.0.1:{feeds.server_port}/{number}" for number in range(alerts))
        text = material.listening(urls, spacing="1 s") + material.mailing(mailbox.port, per="author")
        (folder / "config.toml").write_text(text + material.brands(["Acme"]), encoding="utf-8")
        with daemon(folder) as running:
            running.until("the last mail", lambda: len(mailbox.arrivals) == alerts, within=60 + 5 * alerts)
        return _figures([at - feeds.answered[number] for number, at in mailbox.arrivals.items()])


class _Feeds(ThreadingHTTPServer):
    """Answers every path with a feed of its own, and remembers when."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Feed)
        self.answered: dict[int, float] = {}
        self.dice = random.Random(1)


class _Feed(BaseHTTPRequestHandler):
    server: _Feeds

    def do_GET(self) -> None:
        number = int(self.path.lstrip("/"))
        time.sleep(self.server.dice.uniform(0, 3))
        body = FEED.format(number=number, at=datetime.now(UTC).isoformat()).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.server.answered[number] = time.monotonic()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


class _Taken(list[bytes]):
    """Mails in the order in which they came, each noted at once."""

    def __init__(self) -> None:
        super().__init__()
        self.arrivals: dict[int, float] = {}

    def append(self, mail: bytes) -> None:
        at = time.monotonic()
        body = parsed(mail).get_body(("plain",))
        found = MARK.search(body.get_content()) if body else None
        if found:
            self.arrivals.setdefault(int(found[1]), at)
        super().append(mail)


class _Mailbox(Postbox):
    """A mail server that notes when the first mail about each post came."""

    def __init__(self) -> None:
        super().__init__()
        self.taken = self._noted = _Taken()

    @property
    def arrivals(self) -> dict[int, float]:
        return self._noted.arrivals


def _figures(seconds: Sequence[float]) -> Figures:
    of_hundred = quantiles(seconds, n=100, method="inclusive")
    return Figures(len(seconds), round(of_hundred[49], 3), round(of_hundred[94], 3), round(max(seconds), 3))


if __name__ == "__main__":
    main()
