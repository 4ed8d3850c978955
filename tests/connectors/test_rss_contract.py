"""The feed connector keeps what every connector promises."""

from typing import Any

from connectors import rss
from connectors.registry import Tools
from listener.domain.source import Connector
from tests.connectors import feeds
from tests.connectors.contract import ConnectorContract, World


class _Feed(World):
    def publish(self, count: int) -> None:
        self.server.clear()
        body = feeds.rss(feeds.item(number) for number in reversed(range(count)))
        self.server.expect_request(self.path).respond_with_data(body, content_type="application/rss+xml")

    def connect(self, base: str, tools: Tools) -> tuple[Connector, Any]:
        options = rss.Options(urls=(f"{base}{self.path}?key=hush",))
        return rss.build(options, tools), options


class TestRss(ConnectorContract):
    """The contract on feeds."""

    world_type = _Feed
