"""DELIVER: takes messages from the outbox to their channels, at least once."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from loguru import logger

from listener.domain.alert import Notifier
from listener.domain.errors import Deferred, Rejected
from listener.domain.retry import GIVE_UP, next_try
from listener.stages.stage import Dice, Progress
from listener.store.deliver import Claim, Delivering

LEASE = timedelta(minutes=5)
"""Longer than any channel's timeouts together: a message is not sent twice because its channel is slow."""


class Deliver:
    """Sends one message a step. What cannot be sent now comes again later; what never can is dead, with the reason."""

    name = "deliver"

    def __init__(self, store: Delivering, channels: Mapping[str, Notifier], timezone: str, *, dice: Dice) -> None:
        self._store = store
        self._channels = channels
        self._timezone = timezone
        self._dice = dice

    def step(self, now: datetime) -> Progress:
        """Send the message that waits longest."""
        claim = self._store.claim(now, LEASE, list(self._channels))
        if claim is None:
            return Progress(0, self._store.next_due(list(self._channels)))
        failed = self._send(claim, now)
        return Progress(1, now, int(failed))

    def _send(self, claim: Claim, now: datetime) -> bool:
        said = logger.bind(channel=claim.channel, alert=claim.alert_id, message=claim.number)
        try:
            message = self._store.message(claim, self._timezone)
            receipt = self._channels[claim.channel].send(message, claim.key, claim.previous)
        except Rejected as error:
            self._store.dead(claim, str(error), now)
            said.bind(error=str(error)).error("a message was refused for good")
            return True
        except Deferred as error:
            self._put_back(claim, str(error), error.until, now)
            return True
        except Exception as error:  # noqa: BLE001 - a stage's boundary: recorded, pushed back, gone on
            said.exception("the channel broke its contract")
            self._put_back(claim, f"the channel failed unexpectedly: {type(error).__name__}", None, now)
            return True
        self._store.sent(claim, receipt, now)
        said.info("told")
        return False

    def _put_back(self, claim: Claim, error: str, until: datetime | None, now: datetime) -> None:
        if now - claim.created_at > GIVE_UP:
            self._store.dead(claim, f"given up after {claim.attempts + 1} tries: {error}", now)
            return
        soon, last = next_try(now, claim.attempts, self._dice()), claim.created_at + GIVE_UP
        # a channel that asks for years gets one more try before the message is given up
        again = max(soon, min(until or soon, last))
        self._store.deferred(claim, error, again, now)
        logger.bind(channel=claim.channel, alert=claim.alert_id, error=error).warning("a message has to wait")
