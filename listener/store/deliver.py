"""The delivering stage's side of the store: the outbox, and what each message has to say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select, type_coerce, update

from listener.domain.alert import AlertState, Excerpt, IdempotencyKey, Message, Receipt, Severity
from listener.store import tables
from listener.store.engine import Store
from listener.store.judgements import COLUMNS, JUDGEMENT, judgement_of
from listener.store.mentions import spans_of

ALERT = tables.table(tables.Alert)
EVENT = tables.table(tables.AlertEvent)
DELIVERY = tables.table(tables.Delivery)
DELIVERY_EVENT = tables.table(tables.DeliveryEvent)
MENTION = tables.table(tables.Mention)
POST = tables.table(tables.Post)
AUTHOR = tables.table(tables.Author)

EXCERPTS = 5
"""Posts quoted in one message; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that this process has taken on until its lease ends."""

    delivery_id: int
    alert_id: int
    channel: str
    number: int
    key: IdempotencyKey
    attempts: int
    created_at: datetime
    leased_until: datetime
    previous: Receipt | None
    """what the channel said of the alert's first message: the one that later ones join"""
    last_at: datetime | None
    """when the channel was last told of this alert"""


class Delivering:
    """The outbox, as the delivering stage needs it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def claim(self, now: datetime, lease: timedelta, channels: Sequence[str]) -> Claim | None:
        """Take on the delivery that waits longest. None: nothing is due.

        Messages of one alert go to a channel in their order: a later one waits for the earlier.
        """
        free = DELIVERY.c.leased_until.is_(None) | (DELIVERY.c.leased_until <= now)
        ready = _next_in_line(channels) & (DELIVERY.c.due_at <= now) & free
        first = select(DELIVERY).where(ready).order_by(DELIVERY.c.due_at, DELIVERY.c.id).limit(1)
        with self._store.write() as db:
            row = db.execute(first).first()
            if row is None:
                return None
            leased_until = (now + lease).replace(microsecond=0)
            db.execute(update(DELIVERY).where(DELIVERY.c.id == row.id).values(leased_until=leased_until))
            return _claim_of(db, row, leased_until)

    def claimed(self) -> list[Claim]:
        """Return every claim that stands: at a start those of a daemon that ended while it was sending."""
        held = (DELIVERY.c.state == "pending") & DELIVERY.c.leased_until.is_not(None)
        with self._store.read() as db:
            return [_claim_of(db, row, row.leased_until) for row in db.execute(select(DELIVERY).where(held)).all()]

    def next_due(self, channels: Sequence[str]) -> datetime | None:
        """Say when the next delivery can be claimed."""
        free_at = func.max(DELIVERY.c.due_at, func.coalesce(DELIVERY.c.leased_until, DELIVERY.c.due_at))
        soonest = select(type_coerce(free_at, DELIVERY.c.due_at.type).label("at")).where(_next_in_line(channels))
        with self._store.read() as db:
            found: datetime | None = db.execute(soonest.order_by("at").limit(1)).scalar()
            return found

    def message(self, claim: Claim, timezone: str) -> Message:
        """Put together what the claimed delivery has to say."""
        with self._store.read() as db:
            alert = db.execute(select(ALERT).where(ALERT.c.id == claim.alert_id)).one()
            told = (EVENT.c.alert_id == alert.id) & EVENT.c.mention_id.is_not(None)
            until_now = db.execute(
                select(func.count()).select_from(EVENT).where(told & EVENT.c.message.between(1, claim.number))
            ).scalar_one()
            here = told & (EVENT.c.message == claim.number)
            of_this = db.execute(select(func.count()).select_from(EVENT).where(here)).scalar_one()
            excerpts = _excerpts(db, here)
        return Message(
            alert_id=alert.id,
            number=claim.number,
            rule=alert.rule,
            brand=alert.brand,
            severity=Severity(alert.severity),
            state=AlertState(alert.state),
            title=alert.title,
            reason=alert.reason,
            excerpts=excerpts,
            events=until_now,
            held_back=of_this if claim.number > 1 else 0,
            opened_at=alert.opened_at,
            at=claim.created_at,
            acknowledge=f"listener alerts ack {alert.id}",
            resolve=f"listener alerts resolve {alert.id}",
            last_at=claim.last_at,
            timezone=timezone,
        )

    def sent(self, claim: Claim, receipt: Receipt, now: datetime) -> None:
        """Write down that the channel took the message."""
        values = {
            "state": "sent",
            "sent_at": now,
            "reference": receipt.reference,
            "detail": receipt.detail,
            "error": "",
        }
        self._close(claim, "sent", receipt.detail, now, values)

    def deferred(self, claim: Claim, error: str, until: datetime, now: datetime) -> None:
        """Put the message back until its next try."""
        self._close(claim, "deferred", error, now, {"due_at": until, "error": error})

    def dead(self, claim: Claim, error: str, now: datetime) -> None:
        """Give the message up, with the reason; ``listener status`` shows it."""
        self._close(claim, "dead", error, now, {"state": "dead", "error": error})

    def _close(self, claim: Claim, outcome: str, detail: str, now: datetime, values: dict[str, Any]) -> None:
        with self._store.write() as db:
            here = DELIVERY.c.id == claim.delivery_id
            if outcome != "sent":
                # whoever outlived his lease has no say any more, unless it is that the message arrived
                here &= (DELIVERY.c.state == "pending") & (DELIVERY.c.leased_until == claim.leased_until)
            db.execute(update(DELIVERY).where(here).values(leased_until=None, attempts=claim.attempts + 1, **values))
            event = {"delivery_id": claim.delivery_id, "at": now, "outcome": outcome, "detail": detail}
            db.execute(DELIVERY_EVENT.insert().values(**event))


def _claim_of(db: Connection, row: Row[Any], leased_until: datetime) -> Claim:
    return Claim(
        delivery_id=row.id,
        alert_id=row.alert_id,
        channel=row.channel,
        number=row.message,
        key=IdempotencyKey(row.key),
        attempts=row.attempts,
        created_at=row.created_at,
        leased_until=leased_until,
        previous=_first_receipt(db, row),
        last_at=_last_told(db, row),
    )


def _next_in_line(channels: Sequence[str]) -> ColumnElement[bool]:
    """Messages that wait for one of the channels, but for none before them."""
    earlier = DELIVERY.alias("earlier")
    blocked = (
        select(earlier.c.id)
        .where((earlier.c.alert_id == DELIVERY.c.alert_id) & (earlier.c.channel == DELIVERY.c.channel))
        .where((earlier.c.message < DELIVERY.c.message) & (earlier.c.state == "pending"))
    )
    return (DELIVERY.c.state == "pending") & DELIVERY.c.channel.in_(channels) & ~blocked.exists()


def _sent_before(row: Row[Any]) -> ColumnElement[bool]:
    return and_(
        DELIVERY.c.alert_id == row.alert_id,
        DELIVERY.c.channel == row.channel,
        DELIVERY.c.state == "sent",
        DELIVERY.c.message < row.message,
    )


def _first_receipt(db: Connection, row: Row[Any]) -> Receipt | None:
    first = db.execute(select(DELIVERY).where(_sent_before(row)).order_by(DELIVERY.c.message).limit(1)).first()
    return Receipt(first.reference, first.detail) if first else None


def _last_told(db: Connection, row: Row[Any]) -> datetime | None:
    newest = select(DELIVERY.c.sent_at).where(_sent_before(row)).order_by(DELIVERY.c.message.desc()).limit(1)
    found: datetime | None = db.execute(newest).scalar()
    return found


def _excerpts(db: Connection, events: ColumnElement[bool]) -> tuple[Excerpt, ...]:
    # what was taken down meanwhile is counted, but not quoted
    quotable = events & MENTION.c.withdrawn_at.is_(None) & (POST.c.removed == "")
    # of the copies of one story the newest stands for all
    newest = func.max(EVENT.c.id)
    stories = (
        select(newest.label("newest"), (func.count() - 1).label("copies"))
        .join(MENTION, MENTION.c.id == EVENT.c.mention_id)
        .join(POST, POST.c.id == MENTION.c.post_id)
        .where(quotable)
        .group_by(MENTION.c.story_id)
        .order_by(newest.desc())
        .limit(EXCERPTS)
        .subquery()
    )
    columns = (
        *(
            POST.c[name]
            for name in ("title", "text", "platform", "community", "url", "created_at", "reach", "is_private")
        ),
        MENTION.c.spans,
        *(AUTHOR.c[name] for name in ("handle", "followers")),
        AUTHOR.c.name.label("author_name"),
        stories.c.copies,
        *COLUMNS,
    )
    wanted = (
        select(*columns)
        .select_from(stories)
        .join(EVENT, EVENT.c.id == stories.c.newest)
        .join(MENTION, MENTION.c.id == EVENT.c.mention_id)
        .join(POST, POST.c.id == MENTION.c.post_id)
        .outerjoin(AUTHOR, AUTHOR.c.id == POST.c.author_id)
        .outerjoin(JUDGEMENT, JUDGEMENT.c.id == MENTION.c.judgement_id)
        .order_by(EVENT.c.id.desc())
    )
    return tuple(_excerpt(row) for row in db.execute(wanted))


def _excerpt(row: Row[Any]) -> Excerpt:
    return Excerpt(
        text=row.text,
        marks=spans_of(row.spans),
        title=row.title,
        author=row.handle or row.author_name or "",
        reach=row.reach if row.reach is not None else row.followers,
        platform=row.platform,
        community=row.community,
        url=row.url,
        posted_at=row.created_at,
        judgement=judgement_of(row) if row.model is not None else None,
        copies=row.copies,
        private=row.is_private,
    )
