"""Whether the daemon lives, and who is told so: systemd's watchdog, and a monitoring service on another machine.

It lives while every stage has lately ended a step and the store answers a read. A thread that only sleeps and beats
would prove nothing.
"""

import math
import time

from loguru import logger

from listener.app.heartbeat import Heartbeat
from listener.config.blocks import DaemonBlock
from listener.domain.errors import StoreError
from listener.domain.schema import in_words
from listener.loops import Loops
from listener.store.engine import Store
from listener.store.waiting import waiting
from listener.systemd import Systemd

CALM = 60.0
"""Seconds between two heartbeats, and two words to a systemd that has set no watchdog."""

TICK = 2.0
"""Seconds between two looks whether it is time for a heartbeat."""


class Pulse:
    """Beats for as long as the daemon lives; what it watches changes with each new configuration."""

    def __init__(self, loops: Loops, systemd: Systemd) -> None:
        self._loops = loops
        self._systemd = systemd
        self._since = time.monotonic()
        self._last = -math.inf

    def watch(self, store: Store, block: DaemonBlock, heartbeat: Heartbeat | None) -> None:
        """Take the store, the bounds and the heartbeat of a configuration."""
        self._store, self._block, self._heartbeat = store, block, heartbeat

    def ready(self) -> None:
        """Tell systemd that the daemon listens, and how it is."""
        self._systemd.ready(self._look()[0])

    def start(self) -> None:
        """Beat from now on, three times within the watchdog's patience."""
        self._since = time.monotonic()
        if self._systemd.listens:
            self._loops.every((self._systemd.watchdog or 3 * CALM) / 3, "watchdog", self.beat)
        self._loops.every(TICK, "heartbeat", self.call)

    def beat(self) -> None:
        """Tell systemd how we are, and that we live if we do."""
        status, alive = self._look()
        self._systemd.status(status, alive=alive)

    def call(self) -> None:
        """Send the heartbeat if there is one and we live, and not only since a moment ago.

        One that dies soon after each start would look well to whoever hears of its starts. And before a step may have
        taken too long, nobody knows of a stage that it does not hang.
        """
        if self._heartbeat and self._is_time() and self._look()[1]:
            self._heartbeat.send()

    def _is_time(self) -> bool:
        now = time.monotonic()
        if now - self._since < self._block.step_within.total_seconds() or now - self._last < CALM:
            return False
        self._last = now
        return True

    def _look(self) -> tuple[str, bool]:
        """Say in one line how we are, and whether we live; if not, log it."""
        within = self._block.step_within
        stuck = " and ".join(self._loops.stuck(within.total_seconds()))
        try:
            status = f"{stuck} ended no step within {in_words(within)}" if stuck else self._status()
        except StoreError as error:
            status, stuck = str(error), "store"
        if stuck:
            logger.bind(reason=status).error("the daemon does not live as it should: no beat")
        return status, not stuck

    def _status(self) -> str:
        """Say what is listened to, what waits, and what was done last. Raises StoreError."""
        work = waiting(self._store)
        return (
            f"streams {work.streams}, mentions to judge {work.mentions}, messages to send {work.messages}, "
            f"last step {self._loops.last or 'none yet'}"
        )
