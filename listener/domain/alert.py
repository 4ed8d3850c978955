"""Alerts: a concern that is open until somebody closes it, and the messages that tell people of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol

from listener.domain.judgement import Judgement
from listener.domain.text import Span
from listener.domain.url import host


class Severity(StrEnum):
    """How much an alert matters."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class AlertState(StrEnum):
    """Where an alert stands. Open and acknowledged alerts take further events; a resolved one is closed."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


def place(platform: str, url: str) -> str:
    """Name where a post stands as people know it: that it came by a feed says nothing to a reader, the site does."""
    return (host(url).removeprefix("www.") if platform == "rss" else "") or platform


@dataclass(frozen=True, slots=True)
class Excerpt:
    """One post as an alert quotes it. ``marks`` are the matched words in ``text``, in code points.

    ``copies`` counts further mentions of the same story. The text of a ``private`` post is quoted only on
    channels that the operator marked private.
    """

    text: str
    marks: tuple[Span, ...]
    title: str
    author: str
    reach: int | None
    platform: str
    community: str
    url: str
    posted_at: datetime
    judgement: Judgement | None
    copies: int = 0
    private: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """What one delivery says, the same for every channel.

    ``number`` counts the messages of this alert from 1; ``events`` is what belongs to the alert by now,
    ``held_back`` what came since the last message and was kept for this one. ``excerpts`` show the newest.
    Times are aware UTC; ``timezone`` is the IANA zone in which people read them.
    """

    alert_id: int
    number: int
    rule: str
    brand: str
    severity: Severity
    state: AlertState
    title: str
    reason: str
    excerpts: tuple[Excerpt, ...]
    events: int
    held_back: int
    opened_at: datetime
    at: datetime
    acknowledge: str
    """The command that acknowledges the alert."""
    resolve: str
    last_at: datetime | None = None
    """When this channel was last told of this alert."""
    timezone: str = "UTC"
    test: bool = False
    """A drill by ``listener channels test``: marked as such wherever it shows."""


IdempotencyKey = NewType("IdempotencyKey", str)
"""Names one message on one channel for ever, so that a channel able to do so can drop a second copy."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a channel said of a message it took.

    ``reference`` names the message there (a Message-ID, a Slack timestamp), so that the next one of the same
    alert can join it.
    """

    reference: str
    detail: str = ""


class Notifier(Protocol):
    """One channel. Sending the same key twice is allowed: people may get it twice, never not at all."""

    def send(self, message: Message, key: IdempotencyKey, previous: Receipt | None) -> Receipt:
        """Deliver; ``previous`` is the receipt of the alert's last message here. Raises Rejected or Deferred."""
