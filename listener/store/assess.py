"""The assessing stage's side of the store: mentions without a judgement, and judgements put to them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, bindparam, delete, false, select, update

from listener.domain.judgement import Judgement
from listener.domain.text import Span
from listener.store import tables
from listener.store.engine import Store, insert, upsert
from listener.store.judgements import JUDGEMENT, values_of
from listener.store.mentions import push_back, spans_of

MENTION = tables.table(tables.Mention)
POST = tables.table(tables.Post)
BRAND = tables.table(tables.Brand)
META = tables.table(tables.Meta)

JUDGE_DOWN = "judge_down"
"""The key of ``meta`` under which stands when the judge failed last, and how; it is there while the judge is down."""


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A mention to be judged, as its post stands now. ``revision`` tells whether it still does at the end."""

    mention_id: int
    revision: int
    brand: str
    title: str
    text: str
    spans: tuple[Span, ...]
    title_spans: tuple[Span, ...]
    lang_hint: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A judgement of the mention in a certain revision. ``passage`` is the hash of what was judged."""

    mention: Unjudged
    passage: str
    judgement: Judgement


# made once: SQLAlchemy takes longer to put a statement together than SQLite to run it
_SOME: BindParameter[Any] = bindparam("ids", expanding=True)
_REVISIONS = select(MENTION.c.id, MENTION.c.revision).where(MENTION.c.id.in_(_SOME))
# the same passage by the same model is the same judgement: what stands is left, and its number is the one to put
_KEEP = insert(JUDGEMENT).on_conflict_do_nothing(index_elements=["mention_id", "passage", "model"])
_KEPT = select(JUDGEMENT.c.id, *(JUDGEMENT.c[name] for name in ("mention_id", "passage", "model"))).where(
    JUDGEMENT.c.mention_id.in_(_SOME)
)
_PUT = (
    update(MENTION)
    .where(MENTION.c.id == bindparam("mention"))
    .values(judged=True, judgement_id=bindparam("judgement"), attempts=0, retry_at=None)
)


def _ids(judged: Iterable[Judged]) -> list[int]:
    return [one.mention.mention_id for one in judged]


def _key(one: Judged) -> tuple[int, str, str]:
    return one.mention.mention_id, one.passage, one.judgement.model


def _row(one: Judged, now: datetime) -> dict[str, Any]:
    return {
        "mention_id": one.mention.mention_id,
        "passage": one.passage,
        "judged_at": now,
        **values_of(one.judgement),
    }


class Assessing:
    """Mentions and judgements, as the assessing stage needs them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def pending(self, now: datetime, limit: int) -> list[Unjudged]:
        """Return mentions that have no judgement yet, the oldest first; those that failed wait for their time."""
        # written as the partial index is: `is not true` would read every mention there ever was
        ready = (MENTION.c.judged == false()) & MENTION.c.withdrawn_at.is_(None)
        ready &= MENTION.c.retry_at.is_(None) | (MENTION.c.retry_at <= now)
        ready &= POST.c.removed == ""
        columns = (POST.c.title, POST.c.text, POST.c.lang_hint, BRAND.c.name.label("brand"))
        wanted = (
            select(MENTION.c.id, MENTION.c.revision, MENTION.c.spans, MENTION.c.title_spans, *columns)
            .join(POST, POST.c.id == MENTION.c.post_id)
            .join(BRAND, BRAND.c.id == MENTION.c.brand_id)
            .where(ready)
            .order_by(MENTION.c.id)
            .limit(limit)
        )
        with self._store.read() as db:
            rows = db.execute(wanted).all()
        return [
            Unjudged(
                mention_id=row.id,
                revision=row.revision,
                brand=row.brand,
                title=row.title,
                text=row.text,
                spans=spans_of(row.spans),
                title_spans=spans_of(row.title_spans),
                lang_hint=row.lang_hint,
            )
            for row in rows
        ]

    def commit(self, judged: Sequence[Judged], now: datetime) -> int:
        """Put judgements to their mentions; a mention that changed meanwhile stays to be judged. Returns how many."""
        if not judged:
            return 0
        with self._store.write() as db:
            db.execute(delete(META).where(META.c.key == JUDGE_DOWN))
            standing = {row.id: row.revision for row in db.execute(_REVISIONS, {"ids": _ids(judged)})}
            still = [one for one in judged if standing.get(one.mention.mention_id) == one.mention.revision]
            if still:
                db.execute(_KEEP, [_row(one, now) for one in still])
                kept = {tuple(row[1:]): row.id for row in db.execute(_KEPT, {"ids": _ids(still)})}
                db.execute(_PUT, [{"mention": key[0], "judgement": kept[key]} for key in map(_key, still)])
        return len(still)

    def push_back(self, mentions: Iterable[Unjudged], now: datetime) -> None:
        """Let mentions that could not be judged wait, so that one bad text does not stop the rest."""
        with self._store.write() as db:
            for one in mentions:
                push_back(db, one.mention_id, one.revision, now)

    def note_down(self, error: str, now: datetime) -> None:
        """Let everybody see that the judge can judge nothing, and why; the next judgement takes it back."""
        row = {"key": JUDGE_DOWN, "value": f"{now:%Y-%m-%d %H:%M:%S} {error}"}
        with self._store.write() as db:
            db.execute(upsert(META, [row], ["key"], ["value"]))
