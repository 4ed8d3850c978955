"""DELIVER: takes messages from the outbox to their channels, at least once."""

from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta

from loguru import logger

from listener.domain.alert import Notifier
from listener.domain.errors import Deferred, Rejected
from listener.domain.retry import GIVE_UP, given_up, next_try
from listener.stages.stage import Dice, Progress
from listener.store.deliver import Claim, Delivering

LEASE = timedelta(minutes=5)
"""How long a claim holds at most, should its own process forget it."""

INTERRUPTED = "the daemon ended while it was sending this: it may have arrived, and is sent again"


class Deliver:
    """Sends one message a step. What cannot be sent now comes again later; what never can is dead, with the reason.

    Channels take turns, so that one that lets its callers wait holds up the others for one message at most.
    """

    name = "deliver"

    def __init__(self, store: Delivering, channels: Mapping[str, Notifier], timezone: str, *, dice: Dice) -> None:
        self._store = store
        self._channels = channels
        self._turns = deque(channels)
        self._timezone = timezone
        self._dice = dice
        self._alone = False

    def step(self, now: datetime) -> Progress:
        """Send the message that waits longest on the next channel that has one."""
        self._take_back(now)
        claim = self._claim(now)
        if claim is None:
            return Progress(0, self._store.next_due(list(self._channels)))
        failed = self._send(claim, now)
        return Progress(1, now, int(failed))

    def _take_back(self, now: datetime) -> None:
        """Before the first step, put back what another daemon was sending: there is one a store, so that one is dead.

        It goes out again at once; what is interrupted time after time may itself be what kills, and waits ever longer.
        """
        if self._alone:
            return
        for claim in self._store.claimed():
            again = next_try(now, claim.attempts, self._dice()) if claim.attempts else now
            self._store.deferred(claim, INTERRUPTED, again, now)
            logger.bind(channel=claim.channel, alert=claim.alert_id).warning("a message may arrive twice")
        self._alone = True

    def _claim(self, now: datetime) -> Claim | None:
        for _ in range(len(self._turns)):
            self._turns.rotate(-1)
            if claim := self._store.claim(now, LEASE, [self._turns[-1]]):
                return claim
        return None

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
        if given_up(now - claim.created_at, claim.attempts + 1):
            self._store.dead(claim, f"given up after {claim.attempts + 1} tries: {error}", now)
            return
        soon, last = next_try(now, claim.attempts, self._dice()), claim.created_at + GIVE_UP
        # a channel that asks for years gets one more try before the message is given up
        again = max(soon, min(until or soon, last))
        self._store.deferred(claim, error, again, now)
        logger.bind(channel=claim.channel, alert=claim.alert_id, error=error).warning("a message has to wait")
