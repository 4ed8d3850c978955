"""What passes between the collecting stage and the store: a due stream, and the poll made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from listener.domain.match import Match
from listener.domain.post import Post
from listener.domain.source import Cursor, Dropped, Gap, Removal, StreamKey
from listener.domain.story import Fingerprint


@dataclass(frozen=True, slots=True)
class DueStream:
    """A stream whose time has come, with how far it was read."""

    id: int
    source: str
    key: StreamKey
    lane: str
    cursor: Cursor | None
    interval: timedelta
    failures: int
    configured_at: datetime
    caught_up: bool
    last_ok_at: datetime | None


@dataclass(frozen=True, slots=True)
class Heard:
    """A post made ready for the store: matched, hashed and signed outside the transaction."""

    post: Post
    content: str
    canonical_url: str
    history: bool
    matches: Mapping[str, Match]
    own: frozenset[str]
    fingerprint: Fingerprint | None
    """None where nothing matched: only mentions have stories"""


@dataclass(frozen=True, slots=True)
class Poll:
    """One poll of a stream with its result and what is planned next. Times are aware UTC."""

    stream: DueStream
    at: datetime
    outcome: str
    """ok, or a SourceError's reason"""
    due_at: datetime
    interval: timedelta
    wait_until: datetime | None = None
    failures: int = 0
    detail: str = ""
    fetched: int = 0
    """posts that the platform gave, of which ``heard`` are those to be kept"""
    heard: Sequence[Heard] = ()
    removals: Sequence[Removal] = ()
    gap: Gap | None = None
    dropped: Sequence[Dropped] = ()
    cursor: Cursor | None = None
    caught_up: bool = False
    parked: bool = False
    """the platform said that the stream is gone for good: ``detail`` says how"""


@dataclass(frozen=True, slots=True)
class Counts:
    """What a poll added to the store."""

    fetched: int = 0
    fresh: int = 0
    edited: int = 0
    matched: int = 0
