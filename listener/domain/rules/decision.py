"""What rules see and what they answer."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from listener.domain.alert import Severity
from listener.domain.judgement import Judgement
from listener.domain.match import Document
from listener.domain.schema import Block, Duration


@dataclass(frozen=True, slots=True)
class JudgedMention:
    """A mention with its judgement, as rules see it. Times are aware UTC."""

    mention_id: int
    brand: str
    document: Document
    author: str
    """The author's key on the platform; where a platform names none, the place of publication"""
    reach: int | None
    posted_at: datetime
    story_id: int
    thread: str
    own: bool
    history: bool
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Evidence:
    """An earlier mention that met a rule's conditions under the same key."""

    mention_id: int
    author: str
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """A rule's answer with its numbers.

    ``met``: the mention meets the rule's conditions and is evidence from now on. ``fires``: somebody is to be told.
    """

    met: bool
    fires: bool
    reason: str
    title: str = ""
    numbers: dict[str, float] = field(default_factory=dict)
    evidence: tuple[int, ...] = ()
    """the mentions that make it fire, oldest first; the one decided on is among them"""


class Grouping(StrEnum):
    """What is *the same alert*."""

    BRAND = "brand"
    THREAD = "thread"
    STORY = "story"
    AUTHOR = "author"


class Handling(Block):
    """What every rule has beside its conditions."""

    name: str
    brand: str = ""
    """A brand's name, or empty for all brands"""
    severity: Severity = Severity.WARNING
    channels: tuple[str, ...] = ()
    cooldown: Duration = timedelta(hours=1)
    """After a message, further events of the same key wait this long and come together."""
    per: Grouping = Grouping.BRAND

    @property
    def needs(self) -> int:
        """How many mentions it takes to fire."""
        return 1

    @property
    def settings(self) -> str:
        """All settings as JSON."""
        return self.model_dump_json()

    @property
    def version(self) -> str:
        """A hash of the settings that shape a decision; whom to tell, and how soon again, does not."""
        shaping = self.model_dump_json(exclude={"severity", "channels", "cooldown"})
        return hashlib.sha256(shaping.encode()).hexdigest()[:12]

    def key(self, mention: JudgedMention) -> str:
        """Name what counts as the same alert for this rule."""
        within = {
            Grouping.BRAND: "",
            Grouping.THREAD: f"/thread/{mention.document.platform}/{mention.thread}",
            Grouping.STORY: f"/story/{mention.story_id}",
            Grouping.AUTHOR: f"/author/{mention.author}",
        }[self.per]
        return f"{mention.brand}{within}"

    def concerns(self, brand: str) -> bool:
        """Say whether the rule looks at mentions of ``brand``."""
        return self.brand in ("", brand)


class Rule(Protocol):
    """One rule. Frozen and pure: the same mention and evidence give the same decision for ever."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def severity(self) -> Severity:
        """How much its alerts matter."""

    @property
    def channels(self) -> tuple[str, ...]:
        """Who is told."""

    @property
    def cooldown(self) -> timedelta:
        """How long further events of one key are held back after a message."""

    @property
    def settings(self) -> str:
        """All settings as JSON."""

    @property
    def version(self) -> str:
        """A hash of the settings that shape a decision."""

    @property
    def needs(self) -> int:
        """How many mentions it takes to fire: so much evidence must be handed in, if there is as much."""

    @property
    def window(self) -> timedelta | None:
        """How far around a mention evidence counts; None: the rule looks at single mentions."""

    def key(self, mention: JudgedMention) -> str:
        """Name what counts as the same alert."""

    def concerns(self, brand: str) -> bool:
        """Say whether the rule looks at mentions of ``brand``."""

    def unmet(self, mention: JudgedMention) -> str:
        """Say which condition a mention does not meet; empty if it meets all."""

    def decide(self, mention: JudgedMention, evidence: Sequence[Evidence]) -> Decision:
        """Decide on a judged mention, given earlier evidence within ``window`` on either side of it."""
