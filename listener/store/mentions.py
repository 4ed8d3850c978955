"""Mentions in the store: added where a query matches, withdrawn where it does so no longer."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, select, update

from listener.domain.text import Span
from listener.store import stories, tables
from listener.store.engine import insert
from listener.store.poll import Heard
from listener.store.posts import Kept

MENTION = tables.table(tables.Mention)

CHANGED = (
    "story_id", "spans", "title_spans", "is_own", "withdrawn_at",
    "judged", "judgement_id", "evaluated", "attempts", "retry_at",
)  # fmt: skip
"""What an edit changes of a standing mention: it is judged and evaluated again."""

PUSHBACK = timedelta(minutes=10)
"""How long a mention waits that a stage failed on; doubled with every further failure."""


def add(db: Connection, kept: Kept, brands: Mapping[str, int], at: datetime) -> int:
    """Make the mentions of new and edited posts; returns how many."""
    signed = [(heard, heard.fingerprint) for heard in (*kept.new, *kept.edited) if heard.fingerprint]
    found = stories.find_or_make(db, [(mark, heard.canonical_url) for heard, mark in signed], at)
    told = zip(signed, found, strict=True)
    rows = [row for (heard, _), story in told for row in _rows(heard, kept.ids[heard.post.key], story, brands, at)]
    put(db, rows)
    return len(rows)


def rows_of(
    db: Connection, heard: Heard, post_id: int, brands: Mapping[str, int], at: datetime
) -> list[dict[str, object]]:
    """Return a row for each brand that the post matches, to be judged."""
    if heard.fingerprint is None:
        return []
    (story,) = stories.find_or_make(db, [(heard.fingerprint, heard.canonical_url)], at)
    return _rows(heard, post_id, story, brands, at)


def _rows(heard: Heard, post_id: int, story: int, brands: Mapping[str, int], at: datetime) -> list[dict[str, object]]:
    return [
        {
            "post_id": post_id,
            "brand_id": brands[name],
            "story_id": story,
            "via": "match",
            "spans": spans_text(match.spans),
            "title_spans": spans_text(match.title_spans),
            "is_own": name in heard.own,
            "is_history": heard.history,
            "found_at": at,
            "withdrawn_at": None,
            "revision": 0,
            "judged": False,
            "judgement_id": None,
            "evaluated": False,
            "attempts": 0,
            "retry_at": None,
        }
        for name, match in heard.matches.items()
    ]


def put(db: Connection, rows: Sequence[Mapping[str, object]], changed: tuple[str, ...] = CHANGED) -> None:
    """Write mentions; of one that stood for the same post and brand, ``changed`` is written over."""
    if rows:
        db.execute(_writing_over(changed), list(rows))


@cache  # SQLAlchemy takes longer to put a statement together than SQLite to run it
def _writing_over(changed: tuple[str, ...]) -> Any:
    statement = insert(MENTION)
    change = {name: statement.excluded[name] for name in changed} | {"revision": MENTION.c.revision + 1}
    return statement.on_conflict_do_update(index_elements=["post_id", "brand_id"], set_=change)


def withdraw_unmatched(db: Connection, kept: Kept, brands: Mapping[str, int], at: datetime) -> None:
    """Take out the mentions of edited posts that no longer speak of their brand."""
    for heard in kept.edited:
        withdraw(db, kept.ids[heard.post.key], brands, heard.matches, at)


def withdraw(db: Connection, post_id: int, brands: Mapping[str, int], matched: Collection[str], at: datetime) -> int:
    """Take out the post's mentions of those brands that it does not match; returns how many went."""
    unmatched = [number for name, number in brands.items() if name not in matched]
    gone = (MENTION.c.post_id == post_id) & MENTION.c.brand_id.in_(unmatched) & MENTION.c.withdrawn_at.is_(None)
    return db.execute(update(MENTION).where(gone).values(withdrawn_at=at)).rowcount


def push_back(db: Connection, mention_id: int, revision: int, now: datetime) -> None:
    """Let a mention wait that a stage failed on, so that one bad text does not stop the rest."""
    as_read = (MENTION.c.id == mention_id) & (MENTION.c.revision == revision)
    attempts = db.execute(select(MENTION.c.attempts).where(as_read)).scalar()
    if attempts is not None:
        wait = PUSHBACK * 2 ** min(attempts, 8)
        db.execute(update(MENTION).where(as_read).values(attempts=attempts + 1, retry_at=now + wait))


def spans_text(spans: Iterable[Span]) -> str:
    """Write spans as JSON pairs."""
    return json.dumps([[span.start, span.end] for span in spans])


def spans_of(written: str) -> tuple[Span, ...]:
    """Read spans from JSON pairs."""
    return tuple(Span(start, end) for start, end in json.loads(written))
