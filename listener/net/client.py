"""The guarded client: every URL that came from a text, a feed or a name goes out here and nowhere else.

It stands on the core of httpx2 (``httpcore2``: pool, HTTP/1.1, TLS, the network seam) and leaves out what a
listener must not do: no cookies, no referrer, no scheme but http and https, no log line with a URL in it. One
client is made once and shared by all threads. Messages name the host alone: the rest of a URL may be a secret.
"""

import logging
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urljoin

import httpcore2
import httpx2

from listener.domain import url as urls
from listener.domain.errors import BadData, SourceError, Unavailable
from listener.net.decode import ACCEPTED, BodyError, decoded
from listener.net.guard import Backend, Blocked, Deadline, Guard, Resolve, addresses_of, system_resolve
from listener.net.proxy import Proxies, Proxy

REDIRECTS = frozenset((301, 302, 303, 307, 308))
PERMANENT = frozenset((301, 308))

_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")
_STRANGE_NUMBER = re.compile(r"(?:.*\.)?(?:\d+|0[xX][0-9a-fA-F]*)\.?\Z")
_INTERNAL_NAME = re.compile(r"(?:.*\.)?(?:localhost|internal|local|localdomain|home\.arpa|lan|intranet|corp)\.?\Z")
_CREDENTIALS = frozenset(("authorization", "cookie", "proxy-authorization"))


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one request may take, redirects included. ``body`` counts decoded bytes."""

    connect: float = 10.0
    read: float = 15.0
    total: float = 45.0
    body: int = 10_000_000
    redirects: int = 6

    def on_wire(self) -> dict[str, float]:
        """Spell the waits as the HTTP core wants them."""
        return {"connect": self.connect, "read": self.read, "write": self.read, "pool": self.connect}


@dataclass(frozen=True, slots=True)
class Hop:
    """One redirect that was followed: what was answered, and where it led."""

    status: int
    url: str


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, whole. Header names are lower case; repeated headers are joined by commas."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    hops: tuple[Hop, ...] = ()

    @property
    def permanent_url(self) -> str:
        """Where the site says the thing lives now: the end of the 301s and 308s that came before any other hop."""
        target = ""
        for hop in self.hops:
            if hop.status not in PERMANENT:
                break
            target = hop.url
        return target


class Client:
    """Asks addresses that others chose, within limits. Raises SourceError only; safe in many threads."""

    def __init__(
        self,
        user_agent: str,
        *,
        allow: Sequence[str] = (),
        limits: Limits = Limits(),
        proxies: Proxies | None = None,
        resolve: Resolve = system_resolve,
        connections: int = 64,
    ) -> None:
        self.user_agent = user_agent
        self.limits = limits
        self._guard = Guard(allow)
        self._proxies = proxies or Proxies()
        self._resolve = resolve
        self._deadline = Deadline()
        self._connections = connections
        self._tls = httpx2.create_ssl_context()
        self._pools: dict[Proxy | None, httpcore2.ConnectionPool] = {}
        self._making = threading.Lock()
        logging.getLogger("httpcore2").setLevel(logging.WARNING)  # its DEBUG lines hold headers

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Drop every connection."""
        with self._making:
            while self._pools:
                self._pools.popitem()[1].close()

    def get(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        headers_at: Callable[[str], Mapping[str, str]] = lambda _: {},
        limits: Limits | None = None,
    ) -> Response:
        """Fetch, following redirects. ``headers_at`` adds headers for one URL alone, such as its validators."""
        return self.request("GET", url, headers, headers_at=headers_at, limits=limits)

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        *,
        headers_at: Callable[[str], Mapping[str, str]] = lambda _: {},
        limits: Limits | None = None,
    ) -> Response:
        """Send one request; a GET or HEAD follows redirects, whatever has a body does not."""
        limits = limits or self.limits
        before = self._deadline.at
        self._deadline.at = time.monotonic() + limits.total
        try:
            return self._follow(_Order(method, url, dict(headers or {}), body, limits), headers_at)
        finally:
            self._deadline.at = before

    def _follow(self, order: "_Order", headers_at: Callable[[str], Mapping[str, str]]) -> Response:
        hops: list[Hop] = []
        url, headers = _checked(order.url), order.headers
        while True:
            answer = self._send(order, url, {**headers, **headers_at(url)})
            target = _redirect(answer) if order.method in {"GET", "HEAD"} else ""
            if not target:
                return Response(answer.url, answer.status, answer.headers, answer.body, tuple(hops))
            if len(hops) == order.limits.redirects:
                raise Unavailable(f"{urls.host(order.url)} redirects more than {order.limits.redirects} times")
            target = _checked(target)
            if _origin(target) != _origin(url):
                headers = {name: value for name, value in headers.items() if name.lower() not in _CREDENTIALS}
            hops.append(Hop(answer.status, target))
            url = target

    def _send(self, order: "_Order", url: str, headers: Mapping[str, str]) -> Response:
        parsed = httpx2.URL(url)
        host = parsed.raw_host.decode("ascii")
        try:
            pool = self._pool(parsed.scheme, host, parsed.port or (443 if parsed.scheme == "https" else 80))
            with pool.stream(
                order.method.encode(),
                httpcore2.URL(scheme=parsed.raw_scheme, host=parsed.raw_host, port=parsed.port, target=parsed.raw_path),
                headers=_on_wire(self._all_headers(headers, parsed)),
                content=order.body or None,
                extensions={"timeout": order.limits.on_wire()},
            ) as answer:
                return self._read(url, host, answer, order)
        except _FOREIGN as error:
            raise _translated(host, error) from error

    def _read(self, url: str, host: str, answer: httpcore2.Response, order: "_Order") -> Response:
        headers = _headers(answer.headers)
        body = b""
        if order.method != "HEAD" and answer.status not in REDIRECTS:
            coding = headers.get("content-encoding", "")
            body = _capped(decoded(coding, self._counted(answer.iter_stream())), order.limits.body, host)
        return Response(url, answer.status, headers, body)

    def _counted(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Pass chunks on while there is time, whether or not anything comes out of them."""
        for chunk in chunks:
            self._deadline.left(None)
            yield chunk

    def _all_headers(self, headers: Mapping[str, str], parsed: httpx2.URL) -> dict[str, str]:
        usual = {
            "Host": parsed.netloc.decode("ascii"),
            "User-Agent": self.user_agent,
            "Accept": "*/*",
            "Accept-Encoding": ACCEPTED,
        }
        return {**usual, **headers}

    def _pool(self, scheme: str, host: str, port: int) -> httpcore2.ConnectionPool:
        proxy = self._proxies.pick(scheme, host)
        if proxy:
            self._check_before_proxy(host, port)
        with self._making:
            if proxy not in self._pools:
                self._pools[proxy] = self._made(proxy)
            return self._pools[proxy]

    def _made(self, proxy: Proxy | None) -> httpcore2.ConnectionPool:
        if proxy is None:
            return httpcore2.ConnectionPool(
                ssl_context=self._tls,
                max_connections=self._connections,
                max_keepalive_connections=16,
                keepalive_expiry=15.0,
                network_backend=Backend(self._guard, self._resolve, self._deadline),
            )
        return httpcore2.HTTPProxy(
            proxy_url=proxy.url,
            proxy_auth=proxy.auth,
            ssl_context=self._tls,
            proxy_ssl_context=self._tls if proxy.url.startswith("https") else None,
            max_connections=self._connections,
            max_keepalive_connections=16,
            keepalive_expiry=15.0,
            network_backend=Backend(None, system_resolve, self._deadline),
        )

    def _check_before_proxy(self, host: str, port: int) -> None:
        """Judge what can be judged from here; a name that only the proxy knows is left to the proxy."""
        if _INTERNAL_NAME.match(host):
            raise Blocked(f"{host} is an internal name: it was not handed to the proxy")
        with suppress(httpcore2.ConnectError, httpcore2.ConnectTimeout):
            self._guard.choose(host, addresses_of(self._resolve, host, port, self._deadline.left(5.0)))


@dataclass(frozen=True, slots=True)
class _Order:
    """What was asked for."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes
    limits: Limits


def _checked(url: str) -> str:
    """Refuse what is no plain http(s) URL before anything is looked up."""
    parts = urls.split(url)
    if parts is None:
        raise BadData("only http and https URLs can be asked, and this is none")
    if "@" in parts.netloc:
        raise BadData(f"a user or password in the URL of {parts.hostname} is refused: give it as a secret")
    name = urls.host(url)
    # escapes, zones and odd numbers: a resolver or a proxy may make an address of what is none to us
    if not _HOST.fullmatch(name) or (_STRANGE_NUMBER.match(name) and not urls.is_address(name)):
        raise Blocked(f"{name} is a disguised address: nothing was sent")
    try:
        return str(httpx2.URL(url).copy_with(host=name, fragment=None))
    except (httpx2.InvalidURL, ValueError):
        raise BadData(f"the URL of {name} cannot be read") from None


def _redirect(answer: Response) -> str:
    location = answer.headers.get("location", "").strip()
    if answer.status not in REDIRECTS or not location:
        return ""
    with suppress(UnicodeError):
        location = location.encode("latin-1").decode("utf-8")
    try:
        target = urljoin(answer.url, location)
    except ValueError:
        target = ""
    if urls.split(target) is None:
        raise BadData(f"{urls.host(answer.url)} redirects to something that is no http or https URL")
    return target


def _origin(url: str) -> tuple[str, bytes, int | None]:
    parsed = httpx2.URL(url)
    return parsed.scheme, parsed.raw_host, parsed.port


def _headers(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for raw_name, raw_value in pairs:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _on_wire(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("ascii"), value.encode("latin-1", "replace")) for name, value in headers.items()]


def _capped(pieces: Iterable[bytes], cap: int, host: str) -> bytes:
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > cap:
            raise BadData(f"{host} sent more than {cap} bytes: the rest was not read")
    return bytes(body)


_SAID: tuple[tuple[type[Exception], str], ...] = (
    (httpcore2.TimeoutException, "{} did not answer in time"),
    (httpcore2.ConnectError, "{} cannot be reached"),
    (httpcore2.ProxyError, "the proxy would not connect to {}"),
    (httpcore2.ProtocolError, "{} broke the rules of HTTP or hung up"),
    (httpcore2.NetworkError, "the connection to {} broke"),
    (httpcore2.ConnectionNotAvailable, "the connection to {} broke"),
    (OSError, "the connection to {} broke"),
)
_FOREIGN: tuple[type[Exception], ...] = (*(kind for kind, _ in _SAID), BodyError)


def _translated(host: str, error: Exception) -> SourceError:
    """Say in our words what the network said in its own; foreign words may hold what must not be shown."""
    if isinstance(error, BodyError):
        return BadData(f"{host}: {error}")
    if isinstance(error.__cause__ or error.__context__, ssl.SSLError) or "SSL" in str(error):
        return Unavailable(f"{host} cannot be reached: its certificate or the TLS handshake failed")
    return Unavailable(next(said for kind, said in _SAID if isinstance(error, kind)).format(host))
