"""robots.txt, asked for URLs that nobody configured: what a site does not want fetched is not fetched."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from protego import Protego

from listener.domain.errors import SourceError
from listener.net.client import Client

_KEPT_SECONDS = 24 * 3600.0
_KEPT_SITES = 5_000
_LARGEST = 500_000


class Robots:
    """Knows what the robots.txt of each site says to us, for a day."""

    def __init__(self, http: Client, clock: Callable[[], float] = time.monotonic) -> None:
        self._http = http
        self._clock = clock
        self._known: OrderedDict[str, tuple[float, Protego | None]] = OrderedDict()
        self._lock = threading.Lock()

    def permits(self, url: str) -> bool:
        """Say whether ``url`` may be fetched; a site whose rules cannot be had permits it."""
        parts = urlsplit(url)
        rules = self._rules(f"{parts.scheme}://{parts.netloc}/robots.txt")
        return rules is None or bool(rules.can_fetch(url, self._http.user_agent.partition("/")[0]))

    def _rules(self, address: str) -> Protego | None:
        with self._lock:
            known = self._known.get(address)
        if known and self._clock() - known[0] < _KEPT_SECONDS:
            return known[1]
        rules = self._asked(address)
        with self._lock:
            self._known[address] = (self._clock(), rules)
            if len(self._known) > _KEPT_SITES:
                self._known.popitem(last=False)
        return rules

    def _asked(self, address: str) -> Protego | None:
        usual = self._http.limits
        limits = replace(usual, body=_LARGEST, total=min(usual.total, 10.0))
        try:
            answer = self._http.get(address, limits=limits)
        except SourceError:
            return None
        return Protego.parse(answer.body.decode("utf-8", "replace")) if answer.status == 200 else None
