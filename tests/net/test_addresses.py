"""Hostile URLs against listeners that count: whatever an address looks like, the guarded client reaches none of them.

Each URL is shown to be dangerous first: a careless client, or ours with ``[net] allow``, gets through to the listener.
"""

import errno
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, nullcontext, suppress
from itertools import cycle
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from connectors import rss
from connectors.registry import Tools
from listener.domain.errors import SourceError, Unavailable
from listener.domain.source import Budget
from listener.net.client import Client, Limits
from listener.net.guard import Blocked, system_resolve
from listener.net.proxy import Proxies
from tests.connectors.conftest import NOW, reveal
from tests.net.raw import saying, serving

FRONT, SILENT = "127.0.0.2", "127.0.0.3"
"""Where the sites of strangers stand: to the guarded clients as public as any. Nobody listens at the second."""

STRANGERS = f"{FRONT}/31"

INNER = ("127.0.0.0/8", "0.0.0.0/8", "::/127")
"""What the open client may reach: all of this machine."""

pytestmark = pytest.mark.allow_hosts([*INNER, "::ffff:0.0.0.0/96"])

LIMITS = Limits(connect=2.0, read=2.0, total=5.0, redirects=3)

GREETING = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

ADDRESSES = [
    "127.0.0.1", "127.0.0.1.", "0.0.0.0", "localhost", "LocalHost", "localhost.",  # noqa: S104
    "127\u30020\u30020\u30021", "127\uff0e0\uff0e0\uff0e1",
    "[::1]", "[0::1]", "[::0001]", "[0:0:0:0:0:0:0:1]", "[0000:0000:0000:0000:0000:0000:0000:0001]", "[::0.0.0.1]",
    "[::]", "[0:0:0:0:0:0:0:0]",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::FFFF:7F00:0001]", "[0:0:0:0:0:ffff:127.0.0.1]",
    "[0:0:0:0:0:ffff:7f00:1]", "[::ffff:0.0.0.0]", "[::ffff:0:0]",
]  # fmt: skip
"""Hosts that mean this machine, as they are. ``[net] allow`` opens them."""

DISGUISES = [
    "2130706433", "017700000001", "0x7f000001", "0X7F000001", "0", "00", "0x0", "0.0",
    "127.1", "127.0.1", "0177.1", "0177.0.1", "0177.0.0.1", "0177.0.0.01", "0000177.0.0.1",
    "00000177.0000.0000.0001", "0x7f.1", "0x7f.0.0.1", "0x7f.0x0.0x0.0x1", "127.0x1", "127.0.0x1", "0x7f.0.01",
    "0177.0x0.1", "127.0.0.01",
    "\uff11\uff12\uff17.0.0.1", "\u2460\u2461\u2466.\u24ea.\u24ea.\u2460", "%31%32%37.0.0.1", "127%2e0%2e0%2e1",
    "\u24dbocalhost", "\uff4c\uff4f\uff43\uff41\uff4c\uff48\uff4f\uff53\uff54", "loc\u00adalhost",
    "127.0.0.1%00", "[::1%1]",
    "example.com@127.0.0.1", "example.com:80@127.0.0.1", "user:password@127.0.0.1", "a@b@127.0.0.1", "@127.0.0.1",
    "example.com@[::1]", "example.com@2130706433",
]  # fmt: skip
"""Hosts that careless programs take for this machine, and nobody writes who means well. Nothing opens them."""

SITES = {
    "one.example": ["127.0.0.1"],
    "six.example": ["::1"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "nothing.example": ["0.0.0.0"],  # noqa: S104
    "both.example": ["::1", "127.0.0.1"],
}
"""Names of strangers that lead to this machine."""


class Door:
    """A listener that counts who connects, and answers one after the other."""

    def __init__(self, address: str, port: int = 0) -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._listening = socket.create_server((address, port), family=family)
        self.place: tuple[str, int] = self._listening.getsockname()[:2]
        self._came = self._counted = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                self._came += 1
                with connection, suppress(OSError):
                    connection.settimeout(5)
                    connection.recv(65_536)
                    connection.sendall(GREETING)

    def knocks(self) -> int:
        """Count who connected since the last count. Ours comes after all others, so that none is overlooked."""
        with socket.create_connection(self.place, 5) as own:
            own.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert own.recv(65_536) == GREETING
        before, self._counted = self._counted, self._came
        return self._came - before - 1

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(2)


class Doors:
    """One port of this machine: a stranger's site, and by every other address what is nobody's business."""

    def __init__(self, site: Door, inner: Sequence[Door]) -> None:
        self.site = site
        self.port = site.place[1]
        self._inner = inner

    def knocks(self) -> int:
        """Count who came where nobody may come."""
        return sum(door.knocks() for door in self._inner)

    def has(self, host: str) -> bool:
        """Say whether there is a way to ``host``: some machines know no IPv6."""
        return len(self._inner) > 1 or not any(":" in name for name in SITES.get(host, [host.rpartition("@")[2]]))


def _open_doors(opened: ExitStack) -> Doors:
    """Open one port by all addresses; where it is taken by one of them, open another."""
    while True:
        with ExitStack() as tried, suppress(_Taken):
            site = tried.enter_context(closing(Door(FRONT)))
            inner = [_open_door(tried, address, site.place[1]) for address in ("127.0.0.1", "::1")]
            opened.push(tried.pop_all())
            return Doors(site, [door for door in inner if door])


class _Taken(Exception):
    """Somebody else has the port."""


def _open_door(opened: ExitStack, address: str, port: int) -> Door | None:
    try:
        return opened.enter_context(closing(Door(address, port)))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise _Taken from error
        return None  # there is no IPv6


@pytest.fixture(scope="module")
def _doors() -> Iterator[Doors]:
    with ExitStack() as opened:
        yield _open_doors(opened)


@pytest.fixture
def doors(_doors: Doors) -> Doors:
    """Give the doors to which nobody may come; what came to them in an earlier test is forgotten."""
    _doors.knocks()
    _doors.site.knocks()
    return _doors


def _names(host: str, port: int) -> Sequence[str]:
    return SITES.get(host) or system_resolve(host, port)


@pytest.fixture(scope="module")
def guarded() -> Iterator[Client]:
    """Give a client to which only the strangers' sites are open."""
    with Client("listenerd/0", allow=[STRANGERS], limits=LIMITS, resolve=_names) as made:
        yield made


@pytest.fixture(scope="module")
def opened() -> Iterator[Client]:
    """Give a client that may reach all of this machine."""
    with Client("listenerd/0", allow=INNER, limits=LIMITS, resolve=_names) as made:
        yield made


@pytest.fixture(scope="module")
def proxied(_doors: Doors) -> Iterator[Client]:
    """Give a client that asks through a proxy, which stands behind the doors and counts as they do."""
    proxies = Proxies.from_environment({"http_proxy": f"127.0.0.1:{_doors.port}"})
    with Client("listenerd/0", limits=LIMITS, resolve=_names, proxies=proxies) as made:
        yield made


def careless(url: str) -> None:
    """Connect as most programs do: whatever the system makes of the host."""
    parts = urlsplit(url)
    socket.create_connection((unquote(parts.hostname or "").partition("\0")[0], parts.port), 2).close()


def redirecting(location: str, status: int = 302) -> bytes:
    """Answer with a redirect, the location as the bytes that a browser would take."""
    return b"HTTP/1.1 %d Elsewhere\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % (status, location.encode())


def of_each(hosts: Sequence[str]) -> pytest.MarkDecorator:
    """Run a test for each host."""
    return pytest.mark.parametrize("host", hosts, ids=[ascii(host)[1:-1] for host in hosts])


@of_each([*ADDRESSES, *SITES, *DISGUISES])
def test_none_is_reached(doors: Doors, guarded: Client, proxied: Client, host: str) -> None:
    """Neither directly nor through a proxy, which is not even asked."""
    url = f"http://{host}:{doors.port}/latest/meta-data/"
    for client in (guarded, proxied):
        with pytest.raises(SourceError):
            client.get(url)
    assert doors.knocks() == 0


@of_each([*ADDRESSES, *SITES, *DISGUISES])
def test_no_redirect_leads_there(doors: Doors, guarded: Client, host: str) -> None:
    """From a site that may be asked to one that may not."""
    answer = redirecting(f"http://{host}:{doors.port}/")
    with serving(saying(answer), FRONT) as front, pytest.raises(SourceError):
        guarded.get(front)
    assert doors.knocks() == 0


@of_each([*ADDRESSES, *SITES])
def test_allow_opens_the_door(doors: Doors, opened: Client, host: str) -> None:
    """What stops the others is the guard alone: these URLs work, and the listeners count."""
    if doors.has(host):
        assert opened.get(f"http://{host}:{doors.port}/").status == 200
        assert doors.knocks() == 1


@of_each(DISGUISES)
def test_nothing_opens_a_disguise(doors: Doors, opened: Client, host: str) -> None:
    """A careless client gets through with it; ours sends nothing, not even where the address is open."""
    url = f"http://{host}:{doors.port}/"
    if doors.has(host):
        careless(url)
        assert doors.knocks() == 1
    with pytest.raises(SourceError):
        opened.get(url)
    assert doors.knocks() == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["http://[::1]:{}/", "//127.0.0.1:{}/", "//localhost:{}/", "HTTP://127.0.0.1:{}"])
def test_no_kind_of_redirect_leads_there(doors: Doors, guarded: Client, status: int, location: str) -> None:
    """Whatever its status, and however the address is written; nor does the second redirect in a row."""
    last = redirecting(location.format(doors.port), status)
    with serving(saying(last), FRONT) as second, serving(saying(redirecting(second)), FRONT) as first:
        for url in (second, first):
            with pytest.raises(Blocked):
                guarded.get(url)
    assert doors.knocks() == 0


class Turning:
    """A name server that means ill: its answers in turn, again and again."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = cycle(answers)

    def __call__(self, _host: str, _port: int) -> Sequence[str]:
        return next(self._answers)


def rebinding(*answers: Sequence[str]) -> Client:
    """Make a client that asks such a name server, and to which the strangers' sites are open."""
    return Client("listenerd/0", allow=[STRANGERS], limits=LIMITS, resolve=Turning(*answers))


@pytest.mark.parametrize("inner", [["127.0.0.1"], ["::1"], ["::ffff:127.0.0.1"], ["127.0.0.1", "10.0.0.1"]])
def test_rebinding_gains_nothing(doors: Doors, inner: list[str]) -> None:
    """A name that is the site's in one answer and ours in the next: each request goes to the site or nowhere."""
    with rebinding([FRONT], inner, inner) as client:
        for _ in range(5):
            assert client.get(f"http://turning.example:{doors.port}/").status == 200
            for _ in range(2):
                with pytest.raises(Blocked):
                    client.get(f"http://turning.example:{doors.port}/")
    assert doors.site.knocks() == 5
    assert doors.knocks() == 0


def test_a_redirect_to_itself_does_not_outwit_the_guard(doors: Doors) -> None:
    """The name is looked up anew for the second request, and judged anew."""
    with ExitStack() as opened:
        client = opened.enter_context(rebinding([FRONT], ["127.0.0.1"]))
        away = redirecting(f"http://turning.example:{doors.port}/")
        front = opened.enter_context(serving(saying(away), FRONT))
        with pytest.raises(Blocked):
            client.get(front.replace(FRONT, "turning.example"))
    assert doors.knocks() == 0


@pytest.mark.parametrize("good", [FRONT, SILENT])
@pytest.mark.parametrize("inner", [["127.0.0.1"], ["::1"], ["127.0.0.1", "::1"]])
def test_of_many_addresses_only_the_good_is_asked(doors: Doors, inner: list[str], good: str) -> None:
    """Nor is a bad one tried when the good one does not answer."""
    no_answer = pytest.raises(Unavailable, match="cannot be reached")
    for answer in ([good, *inner], [*inner, good]):
        with rebinding(answer) as client, no_answer if good == SILENT else nullcontext():
            client.get(f"http://many.example:{doors.port}/")
    assert doors.site.knocks() == (2 if good == FRONT else 0)
    assert doors.knocks() == 0


PAGE = '<html><head><link rel="alternate" type="application/rss+xml" href="{}"></head><body></body></html>'
LIST = '<opml version="2.0"><body><outline xmlUrl="{}"/></body></opml>'


def said(body: str) -> bytes:
    """Answer with a body."""
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body.encode()), body.encode())


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost", "one.example", "2130706433"])
@pytest.mark.parametrize("kind", ["urls", "opml"])
def test_no_feed_leads_there(doors: Doors, guarded: Client, tmp_path: Path, host: str, kind: str) -> None:
    """Neither the feed that a page announces, whose robots.txt would be asked first, nor one in a list of feeds."""
    inner = f"http://{host}:{doors.port}/feed"
    tools = Tools(http=guarded, now=lambda: NOW, reveal=reveal, state_dir=tmp_path, source="press")
    with serving(saying(said((PAGE if kind == "urls" else LIST).format(inner))), FRONT) as front:
        options = rss.Options.model_validate({kind: front})
        connector = rss.build(options, tools)
        (stream,) = connector.streams(options, [])
        assert stream == (front if kind == "urls" else inner)
        with pytest.raises(SourceError):
            connector.fetch(stream, None, Budget())
    assert doors.knocks() == 0
