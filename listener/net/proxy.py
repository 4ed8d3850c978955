"""Proxies an operator configured in the environment: which one, if any, a URL goes through."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import unquote, urlsplit

from listener.domain.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Proxy:
    """One proxy: its address, and what it wants to see (never printed)."""

    url: str
    auth: tuple[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Proxies:
    """``http_proxy``, ``https_proxy``, ``all_proxy`` and ``no_proxy``, read once."""

    by_scheme: Mapping[str, Proxy] = field(default_factory=dict)
    direct: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Read the usual variables, lower case first; raises ConfigError for a proxy of another kind."""
        found = {}
        for scheme in ("http", "https"):
            value = _first(environ, f"{scheme}_proxy") or _first(environ, "all_proxy")
            if value:
                found[scheme] = _parsed(value, f"{scheme}_proxy")
        names = _first(environ, "no_proxy").split(",")
        return cls(found, tuple(name.strip().lower() for name in names if name.strip()))

    def pick(self, scheme: str, host: str) -> Proxy | None:
        """Name the proxy for a request, None where it goes out directly."""
        proxy = self.by_scheme.get(scheme)
        return None if proxy is None or any(_covers(name, host) for name in self.direct) else proxy


def _first(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name) or environ.get(name.upper()) or ""


def _parsed(value: str, variable: str) -> Proxy:
    try:
        parts = urlsplit(value if "://" in value else f"http://{value}")
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        parts, port = urlsplit(""), 0  # the reason would show a part of the password
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigError(
            f"{variable} is not a proxy that can be used: give http://host:port or https://host:port, with user and "
            "password before an @ and what is special in them escaped (/ is %2F)"
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    auth = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    return Proxy(f"{parts.scheme}://{host}:{port}", auth)


def _covers(name: str, host: str) -> bool:
    if name == "*":
        return True
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(name, strict=False)
    except ValueError:
        bare = name.lstrip("*").lstrip(".").partition(":")[0]
        return host == bare or host.endswith(f".{bare}")
