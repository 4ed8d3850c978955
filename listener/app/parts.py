"""The parts that are made by themselves: channels, sources."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import connectors.registry as connector_types
import listener.notify.registry as channel_types
from listener.app.configured import revealer
from listener.app.world import World
from listener.config import ChannelConfig, Config
from listener.domain.alert import Notifier
from listener.net.client import Client, Limits
from listener.net.proxy import Proxies
from listener.notify.channel import Channel
from listener.notify.channel import Tools as ChannelTools
from listener.stages.collect import Source


def channel_of(channel: ChannelConfig, config: Config, world: World) -> Notifier:
    """Make one channel. Nothing is connected to or revealed before its first message."""
    tools = ChannelTools(reveal=revealer(config, world), now=world.now, sleep=world.sleep)
    return channel_types.build(channel.type, cast("Channel", channel.options), tools)


@contextmanager
def sources_of(config: Config, world: World) -> Iterator[list[Source]]:
    """Make the enabled sources, with one client that all share and that is closed at the end."""
    net = config.net
    limits = Limits(total=net.timeout.total_seconds(), body=net.max_bytes, redirects=net.redirects)
    proxies = Proxies.from_environment(world.environ)
    with Client(net.agent, allow=net.allow, limits=limits, proxies=proxies) as client:
        yield list(_sources(config, world, client))


def _sources(config: Config, world: World, client: Client) -> Iterator[Source]:
    for source in config.sources:
        if not source.enabled:
            continue
        tools = connector_types.Tools(
            http=client,
            now=world.now,
            reveal=revealer(config, world),
            state_dir=config.state_dir,
            source=source.name,
        )
        yield Source(
            name=source.name,
            connector_name=source.connector,
            connector=connector_types.load(source.connector).build(source.options, tools),
            options=source.options,
            rhythm=cast("connector_types.SourceOptions", source.options).rhythm,
        )
