"""The evaluating stage's side of the store: judged mentions, evidence, decisions, alerts."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, UnaryExpression, false, select, true, update

from listener.domain.match import Document
from listener.domain.rules.decision import Decision, Evidence, JudgedMention, Rule
from listener.store import alerts, tables
from listener.store.engine import Store, upsert
from listener.store.judgements import COLUMNS, JUDGEMENT, judgement_of
from listener.store.mentions import push_back

MENTION = tables.table(tables.Mention)
POST = tables.table(tables.Post)
BRAND = tables.table(tables.Brand)
AUTHOR = tables.table(tables.Author)
RULE = tables.table(tables.Rule)
DECISION = tables.table(tables.Decision)


@dataclass(frozen=True, slots=True)
class Pending:
    """A judged mention to be evaluated. ``revision`` tells whether it still stands so at the end."""

    mention: JudgedMention
    revision: int


@dataclass(frozen=True, slots=True)
class Decided:
    """A rule's decision on a mention that met its conditions."""

    rule: Rule
    key: str
    decision: Decision


@dataclass(frozen=True, slots=True)
class Evaluated:
    """All decisions on one mention."""

    pending: Pending
    decided: Sequence[Decided]


class Evaluating:
    """Judged mentions, decisions and alerts, as the evaluating stage needs them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def pending(self, now: datetime, limit: int) -> list[Pending]:
        """Return judged mentions that no rule has seen yet, the oldest first; those that failed wait for their time."""
        # written as the partial index is: `is true` would read every mention there ever was
        ready = (MENTION.c.judged == true()) & (MENTION.c.evaluated == false()) & MENTION.c.withdrawn_at.is_(None)
        ready &= MENTION.c.retry_at.is_(None) | (MENTION.c.retry_at <= now)
        ready &= POST.c.removed == ""
        columns = (
            *(MENTION.c[name] for name in ("id", "revision", "story_id", "is_own", "is_history")),
            BRAND.c.name.label("brand"),
            *(POST.c[name] for name in _POST_COLUMNS),
            AUTHOR.c.native_id.label("author_id"),
            AUTHOR.c.handle,
            AUTHOR.c.name.label("author_name"),
            AUTHOR.c.followers,
        )
        wanted = (
            select(*columns, *COLUMNS)
            .join(POST, POST.c.id == MENTION.c.post_id)
            .join(BRAND, BRAND.c.id == MENTION.c.brand_id)
            .join(JUDGEMENT, JUDGEMENT.c.id == MENTION.c.judgement_id)
            .outerjoin(AUTHOR, AUTHOR.c.id == POST.c.author_id)
            .where(ready)
            .order_by(MENTION.c.id)
            .limit(limit)
        )
        with self._store.read() as db:
            return [Pending(_mention_of(row), row.revision) for row in db.execute(wanted)]

    def evidence(self, rule: Rule, key: str, since: datetime, until: datetime, most: int) -> list[Evidence]:
        """Return the mentions posted between two times that meet the conditions under ``key`` and still stand.

        They come in the order of posting. Of very many, those nearest to the middle of the time are returned, at most
        ``most`` on either side.
        """
        middle, posted_at = since + (until - since) / 2, DECISION.c.posted_at
        with self._store.read() as db:
            before = _standing(db, rule, key, posted_at.between(since, middle), posted_at.desc(), most)
            after = _standing(db, rule, key, (posted_at > middle) & (posted_at <= until), posted_at.asc(), most)
        return [*reversed(before), *after]

    def commit(self, evaluated: Sequence[Evaluated], channels: frozenset[str], now: datetime) -> int:
        """Write decisions, raise what fires, mark the mentions as seen. Returns how many decisions fired."""
        fired = 0
        with self._store.write() as db:
            for one in evaluated:
                number = one.pending.mention.mention_id
                as_read = (MENTION.c.id == number) & (MENTION.c.revision == one.pending.revision)
                seen = update(MENTION).where(as_read & MENTION.c.withdrawn_at.is_(None))
                if not db.execute(seen.values(evaluated=True, attempts=0, retry_at=None)).rowcount:
                    continue  # it changed meanwhile: it comes again
                db.execute(update(DECISION).where(DECISION.c.mention_id == number).values(stands=False))
                for decided in one.decided:
                    fired += _write(db, one.pending.mention, decided, now)
            if fired:
                alerts.tell_waiting(db, channels, now)
        return fired

    def push_back(self, mentions: Iterable[Pending], now: datetime) -> None:
        """Let mentions that no rule could be asked about wait."""
        with self._store.write() as db:
            for one in mentions:
                push_back(db, one.mention.mention_id, one.revision, now)

    def tell_waiting(self, channels: frozenset[str], now: datetime) -> int:
        """Send word of what was held back where the cooldown has passed. Returns how many alerts spoke."""
        with self._store.write() as db:
            return alerts.tell_waiting(db, channels, now)

    def next_waiting(self) -> datetime | None:
        """Say when the next cooldown with something held back ends."""
        with self._store.read() as db:
            return alerts.next_waiting(db)


_POST_COLUMNS = (
    "text", "title", "url", "platform", "native_id", "kind", "lang_hint", "links",
    "community", "root_id", "created_at", "reach",
)  # fmt: skip


def _standing(
    db: Connection, rule: Rule, key: str, within: ColumnElement[bool], nearest: UnaryExpression[datetime], most: int
) -> list[Evidence]:
    found = (
        select(DECISION.c.mention_id, DECISION.c.author, DECISION.c.posted_at)
        .join(RULE, RULE.c.id == DECISION.c.rule_id)
        .join(MENTION, MENTION.c.id == DECISION.c.mention_id)
        .join(POST, POST.c.id == MENTION.c.post_id)
        .where((DECISION.c.stands == true()) & MENTION.c.withdrawn_at.is_(None) & (POST.c.removed == ""))
        .where((RULE.c.name == rule.name) & (RULE.c.version == rule.version) & (DECISION.c.key == key) & within)
        .order_by(nearest)
        .limit(most)
    )
    return [Evidence(row.mention_id, row.author, row.posted_at) for row in db.execute(found)]


def _mention_of(row: Row[Any]) -> JudgedMention:
    judgement = judgement_of(row)
    handle = row.handle or row.author_name or ""
    return JudgedMention(
        mention_id=row.id,
        brand=row.brand,
        document=Document(
            text=row.text,
            title=row.title,
            url=row.url,
            author=handle,
            platform=row.platform,
            lang=judgement.language,
            kind=row.kind,
            links=tuple(json.loads(row.links)),
        ),
        author=f"{row.platform}:{row.author_id or row.community or row.url}",
        reach=row.reach if row.reach is not None else row.followers,
        posted_at=row.created_at,
        story_id=row.story_id,
        thread=row.root_id or row.native_id,
        own=row.is_own,
        history=row.is_history,
        judgement=judgement,
    )


def _write(db: Connection, mention: JudgedMention, decided: Decided, now: datetime) -> int:
    """Write one decision, once for ever; raise it if it fires. Returns 1 if it did."""
    decision = decided.decision
    row = {
        "rule_id": _rule_id(db, decided.rule, now),
        "key": decided.key,
        "watermark": mention.mention_id,
        "mention_id": mention.mention_id,
        "author": mention.author,
        "posted_at": mention.posted_at,
        "fires": decision.fires,
        "stands": True,
        "reason": decision.reason,
        "numbers": json.dumps(decision.numbers),
        "decided_at": now,
    }
    once = upsert(DECISION, [row], ["rule_id", "key", "watermark"], []).returning(DECISION.c.id)
    number = db.execute(once).scalar()
    if number is None:
        same = (DECISION.c.rule_id == row["rule_id"]) & (DECISION.c.key == decided.key)
        db.execute(update(DECISION).where(same & (DECISION.c.watermark == mention.mention_id)).values(stands=True))
    if number is None or not decision.fires:
        return 0
    alerts.raise_or_grow(db, decided.rule, decided.key, mention, decision, number, now)
    return 1


def _rule_id(db: Connection, rule: Rule, now: datetime) -> int:
    row = {"name": rule.name, "version": rule.version, "settings": rule.settings, "first_at": now}
    same = upsert(RULE, [row], ["name", "version"], ["settings"])
    number: int = db.execute(same.returning(RULE.c.id)).scalar_one()
    return number
