"""The store's side of searching stored posts again."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from listener.domain.brand import Brand
from listener.domain.post import Author, Post
from listener.store import brands, mentions, tables
from listener.store.engine import Store
from listener.store.poll import Heard

POST = tables.table(tables.Post)
AUTHOR = tables.table(tables.Author)
MENTION = tables.table(tables.Mention)

RETURNED = (*mentions.CHANGED, "is_history")
"""What is written over of a withdrawn mention that matches again: it is no news any more."""

SEEN = ("spans", "title_spans", "is_own")
"""What a query and a brand's accounts say of a mention."""

REREAD = (*SEEN, "judged", "judgement_id", "attempts", "retry_at")
"""What is written over of a mention that is seen otherwise: it is judged again, but nobody is told again."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored post with its number."""

    post_id: int
    post: Post


class Rematching:
    """Stored posts, as the new search needs them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._brands: dict[str, int] = {}

    def sync_brands(self, wanted: Iterable[Brand], now: datetime) -> None:
        """Make exactly these brands active."""
        with self._store.write() as db:
            self._brands = brands.sync(db, wanted, now)

    def after(self, number: int, since: datetime | None, limit: int) -> list[Kept]:
        """Return the next posts by number that still stand and were found ``since``."""
        standing = (POST.c.id > number) & (POST.c.removed == "")
        if since is not None:
            standing &= POST.c.found_at >= since
        columns = (AUTHOR.c.native_id.label("author_key"), AUTHOR.c.handle, AUTHOR.c.name.label("author_name"))
        wanted = select(POST, *columns).outerjoin(AUTHOR, AUTHOR.c.id == POST.c.author_id).where(standing)
        with self._store.read() as db:
            return [Kept(row.id, _post(row)) for row in db.execute(wanted.order_by(POST.c.id).limit(limit))]

    def commit(self, batch: Sequence[tuple[int, Heard]], now: datetime) -> Counter[str]:
        """Make new mentions, bring withdrawn ones back, see standing ones anew, withdraw what matches no longer.

        Returns how many were ``added``, ``changed`` and ``withdrawn``.
        """
        done = Counter[str]()
        with self._store.write() as db:
            for post_id, heard in batch:
                standing = _standing(db, post_id)
                rows = mentions.rows_of(db, heard, post_id, self._brands, now)
                fresh = [row for row in rows if row["brand_id"] not in standing]
                known = [row for row in rows if row["brand_id"] in standing]
                changed = [row for row in known if standing[row["brand_id"]] != tuple(row[name] for name in SEEN)]
                mentions.put(db, fresh, RETURNED)
                mentions.put(db, changed, REREAD)
                done["added"] += len(fresh)
                done["changed"] += len(changed)
                done["withdrawn"] += mentions.withdraw(db, post_id, self._brands, heard.matches, now)
        return done


def _standing(db: Connection, post_id: int) -> dict[object, tuple[object, ...]]:
    """Return how the post's mentions are seen, by the number of their brand."""
    here = (MENTION.c.post_id == post_id) & MENTION.c.withdrawn_at.is_(None)
    rows = db.execute(select(MENTION.c.brand_id, *(MENTION.c[name] for name in SEEN)).where(here))
    return {brand: tuple(seen) for brand, *seen in rows}


def _post(row: Row[Any]) -> Post:
    author = Author(row.platform, row.author_key, row.handle, row.author_name) if row.author_key else None
    return Post(
        platform=row.platform,
        native_id=row.native_id,
        url=row.url,
        kind=row.kind,
        community=row.community,
        author=author,
        created_at=row.created_at,
        title=row.title,
        text=row.text,
        lang_hint=row.lang_hint,
        links=tuple(json.loads(row.links)),
    )
