"""The tables. Their rows stay inside ``listener.store``; all others see plain frozen values."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    CheckConstraint,
    Index,
    MetaData,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect
from sqlmodel import Field, SQLModel


def utc_text(at: datetime) -> str:
    """Write an aware time as the store keeps it; a naive one is a mistake of ours."""
    if at.tzinfo is None:
        raise ValueError(f"{at!r} is naive: times in the store are aware")
    here = at if at.tzinfo is UTC else at.astimezone(UTC)
    return here.isoformat(" ", "seconds")[:19]


class UtcText(TypeDecorator[datetime]):
    """An aware time, kept as UTC text that compares with SQLite's ``datetime('now', '-1 day')``."""

    impl = String(19)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Write an aware time."""
        return None if value is None else utc_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Read an aware UTC time."""
        return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


SQLModel.metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Row(SQLModel):
    """A row with a number of its own."""

    metadata = SQLModel.metadata
    id: int | None = Field(default=None, primary_key=True)


def _time(**more: Any) -> Any:
    return Field(sa_type=UtcText, **more)


def _ref(table: str, **more: Any) -> Any:
    return Field(foreign_key=f"{table}.id", **more)


class Meta(SQLModel, table=True):
    """Facts about the store itself."""

    key: str = Field(primary_key=True)
    value: str


class Brand(Row, table=True):
    """A brand that is or was listened for."""

    name: str = Field(unique=True)
    query: str
    active: bool = True
    added_at: datetime = _time()


class Stream(Row, table=True):
    """One thing polled on its own, with how far it was read and when it is due."""

    __table_args__ = (
        UniqueConstraint("source", "key"),
        CheckConstraint("state in ('active', 'parked', 'removed')", name="state"),
        Index("ix_stream_due", "due_at", sqlite_where=text("state <> 'removed'")),
    )
    source: str
    connector: str
    key: str
    lane: str
    keeps_all: bool
    state: str = "active"
    reason: str = ""
    configured_at: datetime = _time()
    due_at: datetime = _time()
    wait_until: datetime | None = _time(default=None)
    """the platform itself asked not to be asked before this time"""
    cursor: str | None = None
    interval_s: float
    failures: int = 0
    caught_up: bool = False
    """False until the first sweep has come to its end: undated entries until then are history"""
    last_ok_at: datetime | None = _time(default=None)
    last_news_at: datetime | None = _time(default=None)
    error: str = ""


class Coverage(Row, table=True):
    """What was heard of a stream: one row per UTC day and outcome, extended while nothing changes."""

    __table_args__ = (Index("ix_coverage_stream_id_until", "stream_id", "until"),)
    stream_id: int = _ref("stream")
    day: str
    since: datetime = _time()
    until: datetime = _time()
    outcome: str
    """ok, a SourceError's reason, or gap"""
    detail: str = ""
    polls: int = 0
    fetched: int = 0
    fresh: int = 0
    edited: int = 0
    matched: int = 0
    dropped: int = 0
    dropped_why: str = ""


class Spend(Row, table=True):
    """Money that paid platforms took, by account and UTC day; the view ``spend`` has the short name."""

    __tablename__: ClassVar[Any] = "spending"
    __table_args__ = (UniqueConstraint("account", "day"),)
    account: str
    day: str
    reserved: float = 0
    settled: float = 0


class Author(Row, table=True):
    """Who published something, within one platform."""

    __table_args__ = (UniqueConstraint("platform", "native_id"),)
    platform: str
    native_id: str
    handle: str = ""
    name: str = ""
    followers: int | None = None


class Thread(Row, table=True):
    """Posts under one root."""

    __table_args__ = (UniqueConstraint("platform", "root_id"),)
    platform: str
    root_id: str
    url: str = ""
    title: str = ""
    first_at: datetime = _time()
    last_at: datetime = _time()
    posts: int = 0


class ThreadState(Row, table=True):
    """What a thread became for a brand, a row for every change."""

    __tablename__: ClassVar[Any] = "thread_state"

    thread_id: int = _ref("thread", index=True)
    brand_id: int = _ref("brand")
    state: str
    score: float | None = None
    evidence: str = ""
    at: datetime = _time()


class Post(Row, table=True):
    """One published thing."""

    __table_args__ = (
        UniqueConstraint("platform", "native_id"),
        Index("ix_post_canonical_url", "canonical_url", sqlite_where=text("canonical_url <> ''")),
        Index("ix_post_thread_id", "thread_id"),
        Index("ix_post_found_at", "found_at"),
    )
    platform: str
    native_id: str
    url: str = ""
    canonical_url: str = ""
    kind: str
    community: str = ""
    author_id: int | None = _ref("author", default=None, index=True)
    created_at: datetime = _time()
    edited_at: datetime | None = _time(default=None)
    found_at: datetime = _time()
    title: str = ""
    text: str = ""
    lang_hint: str = ""
    parent_id: str = ""
    root_id: str = ""
    thread_id: int = _ref("thread")
    reach: int | None = None
    replies: int | None = None
    shares: int | None = None
    likes: int | None = None
    rating: float | None = None
    is_private: bool = False
    media: str = "[]"
    links: str = "[]"
    content: str
    """hash of what people read; another one is an edit"""
    stream_id: int = _ref("stream", index=True)
    is_history: bool = False
    removed: str = ""
    """deleted or hidden; empty while it stands"""


class Story(Row, table=True):
    """Posts whose text is one and the same or nearly so."""

    text_hash: str = Field(index=True)
    signature: bytes = b""
    first_at: datetime = _time()


class StoryBand(SQLModel, table=True):
    """Buckets of the stories' MinHash signatures, for finding near-duplicates."""

    __tablename__: ClassVar[Any] = "story_band"
    bucket: int = Field(primary_key=True)
    story_id: int = Field(foreign_key="story.id", primary_key=True, index=True)


class Mention(Row, table=True):
    """A post that is about a brand, and how far it has come along the line."""

    __table_args__ = (
        UniqueConstraint("post_id", "brand_id"),
        Index("ix_mention_to_judge", "id", sqlite_where=text("judged = 0 and withdrawn_at is null")),
        Index(
            "ix_mention_to_evaluate",
            "id",
            sqlite_where=text("judged = 1 and evaluated = 0 and withdrawn_at is null"),
        ),
        Index("ix_mention_brand_id_found_at", "brand_id", "found_at"),
    )
    post_id: int = _ref("post")
    brand_id: int = _ref("brand")
    story_id: int = _ref("story", index=True)
    via: str = "match"
    spans: str = "[]"
    title_spans: str = "[]"
    is_own: bool = False
    is_history: bool = False
    found_at: datetime = _time()
    withdrawn_at: datetime | None = _time(default=None)
    revision: int = 0
    """counts changes, so that a judgement of a former text cannot pass for one of the present"""
    judged: bool = False
    evaluated: bool = False
    judgement_id: int | None = None
    """the judgement in force; no foreign key, for the judgement already has one to the mention"""
    attempts: int = 0
    retry_at: datetime | None = _time(default=None)


class Judgement(Row, table=True):
    """What one model said of one passage of a mention."""

    __table_args__ = (UniqueConstraint("mention_id", "passage", "model"),)
    mention_id: int = _ref("mention")
    passage: str
    model: str
    language: str
    p_negative: float | None = None
    p_neutral: float | None = None
    p_positive: float | None = None
    p_complaint: float | None = None
    p_anger: float | None = None
    p_sarcasm: float | None = None
    p_suggestion: float | None = None
    p_relevance: float | None = None
    p_spam: float | None = None
    abstained: str | None = None
    judged_at: datetime = _time()


class Rule(Row, table=True):
    """A version of a rule that decided something."""

    __table_args__ = (UniqueConstraint("name", "version"),)
    name: str
    version: str
    settings: str
    first_at: datetime = _time()


class Decision(Row, table=True):
    """A rule's answer on a mention that met its conditions; evidence for windows."""

    __table_args__ = (
        UniqueConstraint("rule_id", "key", "watermark"),
        Index("ix_decision_evidence", "rule_id", "key", "posted_at"),
        Index("ix_decision_mention_id", "mention_id"),
    )
    rule_id: int = _ref("rule")
    key: str
    watermark: int
    mention_id: int = _ref("mention")
    author: str
    posted_at: datetime = _time()
    fires: bool
    stands: bool = True
    """False once an edit took the mention out of the rule's conditions: it is evidence no longer"""
    reason: str
    numbers: str = "{}"
    decided_at: datetime = _time()


class Alert(Row, table=True):
    """A concern that is open until somebody closes it."""

    __table_args__ = (
        CheckConstraint("state in ('open', 'acknowledged', 'resolved')", name="state"),
        Index("uq_alert_standing", "rule", "key", unique=True, sqlite_where=text("state <> 'resolved'")),
        Index("ix_alert_waiting", "quiet_until", sqlite_where=text("held_back > 0 and state <> 'resolved'")),
    )
    rule: str
    rule_version: str
    brand: str
    severity: str
    channels: str
    cooldown_s: float
    key: str
    state: str = "open"
    title: str
    reason: str
    opened_at: datetime = _time()
    updated_at: datetime = _time()
    events: int = 0
    held_back: int = 0
    messages: int = 0
    quiet_until: datetime = _time()
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = _time(default=None)
    resolved_by: str | None = None
    resolved_at: datetime | None = _time(default=None)


class AlertEvent(Row, table=True):
    """What happened to an alert. ``message`` is the number of the message that told of it, 0 while none did."""

    __tablename__: ClassVar[Any] = "alert_event"
    __table_args__ = (
        UniqueConstraint("alert_id", "mention_id"),
        Index("ix_alert_event_alert_id_message", "alert_id", "message"),
    )
    alert_id: int = _ref("alert")
    at: datetime = _time()
    kind: str
    decision_id: int | None = _ref("decision", default=None, index=True)
    mention_id: int | None = _ref("mention", default=None, index=True)
    message: int = 0
    by: str = ""


class Delivery(Row, table=True):
    """One message on one channel."""

    __table_args__ = (
        UniqueConstraint("channel", "key"),
        CheckConstraint("state in ('pending', 'sent', 'dead')", name="state"),
        Index("ix_delivery_due", "channel", "due_at", sqlite_where=text("state = 'pending'")),
        Index("ix_delivery_alert_id_channel_message", "alert_id", "channel", "message"),
    )
    alert_id: int = _ref("alert")
    channel: str
    message: int
    key: str
    state: str = "pending"
    created_at: datetime = _time()
    due_at: datetime = _time()
    leased_until: datetime | None = _time(default=None)
    attempts: int = 0
    error: str = ""
    reference: str = ""
    detail: str = ""
    sent_at: datetime | None = _time(default=None)


class DeliveryEvent(Row, table=True):
    """One attempt at a delivery."""

    __tablename__: ClassVar[Any] = "delivery_event"
    delivery_id: int = _ref("delivery", index=True)
    at: datetime = _time()
    outcome: str
    detail: str = ""


class Silence(Row, table=True):
    """A time in which alerts that fit stay quiet, and why."""

    matcher: str
    reason: str
    by: str
    starts_at: datetime = _time()
    ends_at: datetime = _time()


class Sighting(Row, table=True):
    """A domain name that might be a gripe site."""

    __table_args__ = (UniqueConstraint("name", "brand_id"),)
    name: str
    brand_id: int = _ref("brand")
    score: float
    kind: str = ""
    evidence: str = ""
    seen_at: datetime = _time()


class GripeSite(Row, table=True):
    """A confirmed gripe site that is watched."""

    __tablename__: ClassVar[Any] = "gripe_site"
    sighting_id: int = _ref("sighting", unique=True)
    url: str
    state: str = "watched"
    since: datetime = _time()


class Label(Row, table=True):
    """What a person said of a mention, against which judgements are measured."""

    __table_args__ = (UniqueConstraint("mention_id", "head", "by"),)
    mention_id: int = _ref("mention")
    head: str
    value: str
    by: str
    at: datetime = _time()


class Tombstone(Row, table=True):
    """A post or author that must not come back: deleted there, or forgotten on request."""

    __table_args__ = (UniqueConstraint("platform", "post_id", "author_id"),)
    platform: str
    post_id: str = ""
    author_id: str = ""
    what: str
    at: datetime = _time()


METADATA = SQLModel.metadata


def table(row: type[SQLModel]) -> Table:
    """The SQL table behind a row class."""
    return METADATA.tables[str(row.__tablename__)]
