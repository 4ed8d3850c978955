"""A clock that only sleeping moves, and secrets that are kept nowhere."""

from datetime import datetime, timedelta

from listener.domain.errors import ConfigError
from listener.domain.secret import Secret
from listener.notify.channel import Tools
from tests.notify.samples import NOW

PASSWORD = "hunter2-correct-horse"
TOKEN = "xoxb-1234-not-a-real-token"
KEPT = Secret(env="KEPT")
LOST = Secret(env="LOST")


class World:
    """Stands still until somebody sleeps."""

    def __init__(self, secret: str = PASSWORD) -> None:
        self.time = NOW
        self.slept: list[float] = []
        self.secret = secret

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += timedelta(seconds=seconds)

    def reveal(self, secret: Secret) -> str:
        if secret == LOST:
            raise ConfigError(f"{secret} is empty")
        return self.secret

    @property
    def tools(self) -> Tools:
        return Tools(reveal=self.reveal, now=self.now, sleep=self.sleep)
