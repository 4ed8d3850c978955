"""Where posts come from: the contract between the collecting stage and every connector."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType, Protocol

from listener.domain.post import Post

StreamKey = NewType("StreamKey", str)
"""What one stream is called within its source: a feed URL, a subreddit, a search. Secrets are named, never held."""

Cursor = NewType("Cursor", str)
"""A connector's own note of how far it has read, opaque to all others (JSON by custom)."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that one fetch may take. ``money`` is in the account's currency; None: nothing is paid for."""

    posts: int = 2000
    bytes: int = 20_000_000
    seconds: float = 60.0
    money: float | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """An interval that was not heard, and why. ``since`` None: from when the stream was last heard."""

    since: datetime | None
    until: datetime
    reason: str


class Removed(StrEnum):
    """What became of a post or of all posts of an author."""

    DELETED = "deleted"
    HIDDEN = "hidden"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Removal:
    """A platform's word that something must not be shown any more (or may again)."""

    platform: str
    what: Removed
    post_id: str = ""
    author_id: str = ""


@dataclass(frozen=True, slots=True)
class Dropped:
    """Entries that could not become posts, counted by reason; nothing vanishes unsaid."""

    reason: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Page:
    """What one fetch brought. Posts are oldest first within the page.

    ``cursor`` None keeps the old one; ``more`` asks to be called again at once; ``wait`` (seconds) asks for a pause
    that the platform prescribed; ``news`` False: nothing in it is new or changed.
    """

    posts: Sequence[Post] = ()
    cursor: Cursor | None = None
    more: bool = False
    removals: Sequence[Removal] = ()
    gap: Gap | None = None
    wait: float | None = None
    cost: float = 0.0
    dropped: Sequence[Dropped] = ()
    news: bool = True


class Connector(Protocol):
    """Reads one platform. Holds no state of its own between calls but connections; safe in many threads."""

    keeps_all: bool
    """True: a bounded source, whose unmatched posts are kept too. False: a firehose."""

    def streams(self, options: Any, queries: Sequence[str]) -> Iterable[StreamKey]:
        """Name everything that is polled on its own; raises SourceError where a list cannot be read."""

    def fetch(self, stream: StreamKey, cursor: Cursor | None, budget: Budget) -> Page:
        """Read on from ``cursor`` (None: from the beginning). Repeats are harmless. Raises SourceError only.

        ``Gone`` says that the platform has ended the stream for good: it is parked.
        """


class Presence(StrEnum):
    """Whether a post still stands on its platform."""

    THERE = "there"
    GONE = "gone"
    UNKNOWN = "unknown"


class ReadsReplies(Protocol):
    """What a connector may also do: read what was answered in a thread."""

    def replies(self, thread: str, cursor: Cursor | None, budget: Budget) -> Page:
        """Read the posts under the root ``thread`` (a native id) on from ``cursor``. Raises SourceError only."""


class ChecksPresence(Protocol):
    """What a connector may also do: say which posts were deleted."""

    def still_there(self, native_ids: Sequence[str]) -> Iterable[tuple[str, Presence]]:
        """Look every id up on its platform. Raises SourceError only."""


@dataclass(frozen=True, slots=True)
class Names:
    """Domain names newly seen, oldest first."""

    names: Sequence[str]
    cursor: Cursor | None
    more: bool = False
    gap: Gap | None = None


class NameFeed(Protocol):
    """Brings domain names instead of posts."""

    def fetch(self, cursor: Cursor | None, budget: Budget) -> Names:
        """Read on from ``cursor``. Raises SourceError only."""
