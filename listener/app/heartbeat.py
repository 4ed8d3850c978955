"""The heartbeat: a monitoring service on another machine is asked as long as the daemon lives, and tells if it is not.

Nothing on this machine can say that the machine is off.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from loguru import logger

from listener.app.configured import revealer
from listener.app.world import World
from listener.config import Config
from listener.domain.errors import ListenerError
from listener.domain.secret import Reveal, Secret
from listener.net.client import Client, Limits
from listener.net.proxy import Proxies

_LIMITS = Limits(total=20.0, body=100_000)


class Heartbeat:
    """One URL, which is a secret: who knows it can pretend that we live."""

    def __init__(self, url: Secret, reveal: Reveal, client: Client) -> None:
        self._url = url
        self._reveal = reveal
        self._client = client

    def send(self) -> None:
        """Ask the URL once. A failure is logged: that no beat arrives is what the other end tells people."""
        try:
            status = self._client.get(self._reveal(self._url), limits=_LIMITS).status
            wrong = "" if 200 <= status < 300 else f"its service answered {status}; check the URL in {self._url}"
        except ListenerError as error:
            wrong = str(error)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the heartbeat, the line goes on
            wrong = type(error).__name__  # words that are not ours may hold the URL
        if wrong:
            logger.bind(error=wrong).warning("the heartbeat did not arrive")


@contextmanager
def heartbeat_of(config: Config, world: World) -> Iterator[Heartbeat | None]:
    """Make the configured heartbeat, with a client that is closed at the end."""
    if config.daemon.heartbeat is None:
        yield None
        return
    proxies = Proxies.from_environment(world.environ)
    with Client(config.net.agent, allow=config.net.allow, proxies=proxies) as client:
        yield Heartbeat(config.daemon.heartbeat, revealer(config, world), client)
