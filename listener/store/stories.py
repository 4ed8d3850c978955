"""Stories in the store: finding the one that a text belongs to, or beginning it."""

from datetime import datetime

from sqlalchemy import Connection, select, text

from listener.domain.story import SIMILAR, Fingerprint, likeness
from listener.store import tables

STORY = tables.table(tables.Story)
BAND = tables.table(tables.StoryBand)
POST = tables.table(tables.Post)
MENTION = tables.table(tables.Mention)


def find_or_make(db: Connection, mark: Fingerprint, canonical_url: str, at: datetime) -> int:
    """Return the story of the same text, else of the same page, else of a text nearly the same, else a new one."""
    return _same_text(db, mark) or _same_page(db, canonical_url) or _nearly_same(db, mark) or _begin(db, mark, at)


def _same_text(db: Connection, mark: Fingerprint) -> int | None:
    found: int | None = db.execute(select(STORY.c.id).where(STORY.c.text_hash == mark.text_hash).limit(1)).scalar()
    return found


def _same_page(db: Connection, canonical_url: str) -> int | None:
    if not canonical_url:
        return None
    found: int | None = db.execute(
        select(MENTION.c.story_id)
        .join(POST, POST.c.id == MENTION.c.post_id)
        # the index leaves posts without a page out, and SQLite takes it only where the question says so, too
        .where(POST.c.canonical_url == canonical_url, text("canonical_url <> ''"))
        .limit(1)
    ).scalar()
    return found


def _nearly_same(db: Connection, mark: Fingerprint) -> int | None:
    if not mark.bands:
        return None
    met = select(BAND.c.story_id).where(BAND.c.bucket.in_(mark.bands)).distinct()
    rows = db.execute(select(STORY.c.id, STORY.c.signature).where(STORY.c.id.in_(met)).order_by(STORY.c.id)).all()
    score, best = max(((likeness(mark.signature, row.signature), row.id) for row in rows), default=(0.0, None))
    return best if score >= SIMILAR else None


def _begin(db: Connection, mark: Fingerprint, at: datetime) -> int:
    story = STORY.insert().values(text_hash=mark.text_hash, signature=mark.signature, first_at=at)
    number: int = db.execute(story.returning(STORY.c.id)).scalar_one()
    if mark.bands:
        rows = [{"bucket": bucket, "story_id": number} for bucket in sorted(set(mark.bands))]
        db.execute(BAND.insert(), rows)
    return number
