"""The store's side of letting old posts go."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, exists, select, update

from listener.store import tables
from listener.store.engine import Store
from listener.store.posts import bury

POST = tables.table(tables.Post)
MENTION = tables.table(tables.Mention)
JUDGEMENT = tables.table(tables.Judgement)
DECISION = tables.table(tables.Decision)
EVENT = tables.table(tables.AlertEvent)
LABEL = tables.table(tables.Label)
STORY = tables.table(tables.Story)
BAND = tables.table(tables.StoryBand)
THREAD = tables.table(tables.Thread)
STATE = tables.table(tables.ThreadState)
AUTHOR = tables.table(tables.Author)

BITE = 500


class Tidying:
    """Old posts, and all that hangs on them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def drop_unmatched(self, before: datetime) -> int:
        """Remove posts found before a time that never mentioned any brand; returns how many went."""
        bare = ~exists().where(MENTION.c.post_id == POST.c.id)
        # looking for them reads every mention's post: it must not hold up the writers
        with self._store.read() as db:
            old = db.execute(select(POST.c.id).where((POST.c.found_at < before) & bare).limit(BITE)).scalars().all()
        if not old:
            return 0
        with self._store.write() as db:
            return len(_drop(db, POST.c.id.in_(old) & bare))

    def drop_mentions(self, before: datetime, now: datetime) -> int:
        """Remove posts found before a time with their mentions and judgements; returns how many went.

        Alerts stay, and what they counted; only the quoted post is gone. Where its platform still lists it, it does
        not come back as news.
        """
        with self._store.write() as db:
            gone = _drop(db, POST.c.found_at < before)
            if gone:
                bury(db, [(row.platform, row.native_id, "") for row in gone], "expired", now)
        return len(gone)

    def fold(self) -> None:
        """Fold the log into the file."""
        self._store.fold()


def _drop(db: Connection, which: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """Remove a bite of the posts, and what nothing holds any more without them."""
    columns = [POST.c[name] for name in ("id", "platform", "native_id", "thread_id", "author_id")]
    gone = db.execute(select(*columns).where(which).limit(BITE)).all()
    if gone:
        ids = [row.id for row in gone]
        stories = _detach(db, ids)
        db.execute(delete(POST).where(POST.c.id.in_(ids)))
        empty = _without(db, MENTION.c.story_id, stories)
        db.execute(delete(BAND).where(BAND.c.story_id.in_(empty)))
        db.execute(delete(STORY).where(STORY.c.id.in_(empty)))
        empty = _without(db, POST.c.thread_id, (row.thread_id for row in gone))
        db.execute(delete(STATE).where(STATE.c.thread_id.in_(empty)))
        db.execute(delete(THREAD).where(THREAD.c.id.in_(empty)))
        db.execute(
            delete(AUTHOR).where(AUTHOR.c.id.in_(_without(db, POST.c.author_id, (row.author_id for row in gone))))
        )
    return gone


def _without(db: Connection, holder: ColumnElement[int], numbers: Iterable[int | None]) -> set[int]:
    """Return those of the numbers that no row holds any more."""
    asked = set(numbers) - {None}
    held = db.execute(select(holder).where(holder.in_(asked)).distinct()).scalars()
    return {number for number in asked if number is not None} - set(held)


def _detach(db: Connection, posts: list[int]) -> set[int]:
    """Remove the posts' mentions; returns the stories that they belonged to."""
    found = db.execute(select(MENTION.c.id, MENTION.c.story_id).where(MENTION.c.post_id.in_(posts))).all()
    mentions = [row.id for row in found]
    if not mentions:
        return set()
    db.execute(update(EVENT).where(EVENT.c.mention_id.in_(mentions)).values(mention_id=None, decision_id=None))
    for table in (DECISION, JUDGEMENT, LABEL):
        db.execute(delete(table).where(table.c.mention_id.in_(mentions)))
    db.execute(delete(MENTION).where(MENTION.c.id.in_(mentions)))
    return {row.story_id for row in found}
