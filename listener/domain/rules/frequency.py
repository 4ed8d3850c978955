"""The rule ``frequency``: tell when many people say it within a short time."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from listener.domain.rules.conditions import Conditions
from listener.domain.rules.decision import Decision, Evidence, Handling, JudgedMention
from listener.domain.schema import Duration, in_words


class FrequencyRule(Handling, Conditions):
    """Fires when some window of time around a mention holds enough mentions by enough authors.

    Windows are laid over the times of posting, so that the answer does not depend on the order in which the
    posts were heard.
    """

    type: Literal["frequency"] = "frequency"
    count: Annotated[int, Field(ge=1)]
    """at least this many mentions …"""
    authors: Annotated[int, Field(ge=1)] = 1
    """… by at least this many authors …"""
    within: Duration = timedelta(hours=1)
    """… posted within this time"""

    @property
    def needs(self) -> int:
        """As many as are asked for."""
        return self.count

    @property
    def window(self) -> timedelta | None:
        """The length of the window."""
        return self.within

    def decide(self, mention: JudgedMention, evidence: Sequence[Evidence]) -> Decision:
        """Fire where the best window that holds ``mention`` has enough in it."""
        unmet = self.unmet(mention)
        if unmet:
            return Decision(met=False, fires=False, reason=unmet)
        here = Evidence(mention.mention_id, mention.author, mention.posted_at)
        known = [one for one in evidence if one.mention_id != here.mention_id]
        ordered = sorted([*known, here], key=lambda one: (one.posted_at, one.mention_id))
        best = max(_windows(ordered, here, self.within), key=self._weight)
        count, authors = best.size, best.authors
        what, within = f"{self.described()} mention".lstrip(), in_words(self.within)
        by = f"by {_counted(authors, 'author')}"
        asked = _counted(self.count, what) + (f" by {_counted(self.authors, 'author')}" if self.authors > 1 else "")
        return Decision(
            met=True,
            fires=self._enough(best),
            reason=f"The rule {self.name} asks for {asked} within {within}; there are {count} {by}.",
            title=f"{mention.brand}: {_counted(count, what)} {by} within {within}",
            numbers={"count": count, "authors": authors, "seconds": self.within.total_seconds()},
            evidence=tuple(one.mention_id for one in ordered[best.start : best.end]),
        )

    def _enough(self, window: "_Window") -> bool:
        return window.size >= self.count and window.authors >= self.authors

    def _weight(self, window: "_Window") -> tuple[bool, int, int]:
        return self._enough(window), window.size, window.authors


class _Window(NamedTuple):
    """A stretch of time: which of the ordered evidence is in it, and by how many authors."""

    start: int
    end: int
    authors: int

    @property
    def size(self) -> int:
        """How many mentions are in it."""
        return self.end - self.start


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number != 1 else ''}"


def _windows(ordered: Sequence[Evidence], here: Evidence, length: timedelta) -> Iterator[_Window]:
    """Yield each window of ``length`` that starts at a mention and contains ``here``; in linear time."""
    inside: Counter[str] = Counter()
    end = 0
    for start, first in enumerate(ordered):
        if first.posted_at > here.posted_at:
            return
        while end < len(ordered) and ordered[end].posted_at <= first.posted_at + length:
            inside[ordered[end].author] += 1
            end += 1
        if first.posted_at + length >= here.posted_at:
            yield _Window(start, end, len(inside))
        inside[first.author] -= 1
        if not inside[first.author]:
            del inside[first.author]
