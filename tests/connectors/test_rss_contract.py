"""The feed connector keeps what every connector promises."""

from typing import Any

from connectors import rss
from connectors.registry import Tools
from listener.domain.source import Connector
from tests.connectors import feeds
from tests.connectors.contract import HttpContract, HttpWorld


class _Feed(HttpWorld):
    def publish(self, count: int) -> None:
        self.spoil(feeds.rss(feeds.item(number) for number in reversed(range(count))), "application/rss+xml")

    def connect_to(self, base: str, tools: Tools) -> tuple[Connector, Any]:
        options = rss.Options(urls=(f"{base}{self.path}?key=hush",))
        return rss.build(options, tools), options


class TestRss(HttpContract):
    """The contract on feeds."""

    world_type = _Feed
