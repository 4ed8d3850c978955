"""Which addresses may be connected to, checked on the address itself at the moment of connecting.

A name is resolved once, every address found is judged, and the connection goes to one that was judged good: a
name that answers differently a moment later (DNS rebinding) gains nothing. Host header and TLS name stay as asked.
"""

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address
from ssl import SSLContext
from typing import Any

import httpcore2

from listener.domain.errors import Unavailable
from listener.domain.url import is_address
from listener.net.lookup import in_time

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Sequence[str]]
"""Look the addresses of a host up; raises OSError where there are none."""


class Blocked(Unavailable):
    """The address is not one that may be asked; ``[net] allow`` opens what an operator means to open."""

    reason = "blocked"


_NOT_PUBLIC = tuple(
    ipaddress.ip_network(block)
    for block in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
        "168.63.129.16/32",  # Azure's platform address: public by number, metadata by nature
        "::/3", "4000::/2", "8000::/1",  # all but 2000::/3, the only IPv6 addresses that are given out
        "2001::/23", "2001:db8::/32", "3fff::/20",
    )
)  # fmt: skip
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Guard:
    """Judges addresses: public ones, and those inside ``allow``."""

    def __init__(self, allow: Iterable[str] = ()) -> None:
        self._allow = tuple(ipaddress.ip_network(block) for block in allow)

    def permits(self, address: str) -> bool:
        """Say whether ``address`` may be connected to; whatever is not an address may not."""
        try:
            found = _inmost(ipaddress.ip_address(address.partition("%")[0]))
        except ValueError:
            return False
        if any(found in block for block in self._allow):
            return True
        return found.is_global and not any(found in block for block in _NOT_PUBLIC)

    def choose(self, host: str, addresses: Iterable[str]) -> list[str]:
        """Keep what may be connected to; raises Blocked where nothing is left."""
        permitted = [address for address in addresses if self.permits(address)]
        if not permitted:
            raise Blocked(f"{host} is not a public address: nothing was sent; [net] allow opens it if that is meant")
        return permitted


def _inmost(address: Address) -> Address:
    """Take out the IPv4 address that an IPv6 one carries (mapped, 6to4, NAT64)."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address


def system_resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def addresses_of(resolve: Resolve, host: str, port: int, seconds: float) -> Sequence[str]:
    """Resolve, but wait no longer than ``seconds``: the system's resolver knows no timeout of its own."""
    if is_address(host):
        return [host]
    try:
        return in_time(lambda: resolve(host, port), seconds)
    except TimeoutError:
        raise httpcore2.ConnectTimeout("looking the name up took too long") from None
    except (OSError, UnicodeError) as error:  # the latter: a label that cannot be a host name
        raise httpcore2.ConnectError("the name has no address") from error


class Deadline(threading.local):
    """When the request that runs in this thread must be over, by the monotonic clock."""

    at = float("inf")

    def left(self, timeout: float | None) -> float:
        """Give what remains, at most ``timeout``; raises ReadTimeout when nothing does."""
        remaining = self.at - time.monotonic()
        if remaining <= 0:
            raise httpcore2.ReadTimeout("the request took too long altogether")
        return remaining if timeout is None else min(timeout, remaining)


class Backend(httpcore2.NetworkBackend):
    """Opens connections to judged addresses only, and lets none outlast the request's deadline."""

    def __init__(self, guard: Guard | None, resolve: Resolve, deadline: Deadline) -> None:
        self._guard = guard
        self._resolve = resolve
        self._deadline = deadline
        self._plain = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Resolve, judge, connect to the first address that answers."""
        addresses = addresses_of(self._resolve, host, port, self._deadline.left(timeout))
        if self._guard:
            addresses = self._guard.choose(host, addresses)
        failure: Exception = httpcore2.ConnectError("the name has no address")
        for address in addresses[:4]:
            try:
                left = self._deadline.left(timeout)
                stream = self._plain.connect_tcp(address, port, left, local_address, socket_options)
                return _Timed(stream, self._deadline)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure


class _Timed(httpcore2.NetworkStream):
    """A stream whose every wait ends with the deadline, however slowly bytes drip."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return _Timed(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
