"""Stories in the store: finding those that texts belong to, or beginning them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, text

from listener.domain.story import SIMILAR, Fingerprint, likeness
from listener.store import tables

STORY = tables.table(tables.Story)
BAND = tables.table(tables.StoryBand)
POST = tables.table(tables.Post)
MENTION = tables.table(tables.Mention)

Told = tuple[Fingerprint, str]
"""A text's fingerprint and the canonical address of its page, empty where it has none."""


def find_or_make(db: Connection, told: Sequence[Told], at: datetime) -> list[int]:
    """Return for each text the number of its story.

    It is the story of the same text, else of the same page, else of a text nearly the same, else a new one; what
    stands earlier in ``told`` is found like what the store holds.
    """
    shelf = _Shelf(db, told)
    found = [shelf.find_or_begin(mark, page) for mark, page in told]
    _write(db, shelf.begun, at)
    return [story.number for story in found]


@dataclass(eq=False, slots=True)
class _Story:
    """A story as a batch sees it. ``number`` is 0 until it is written."""

    number: int
    signature: bytes = b""


class _Shelf:
    """The stories that a batch may belong to. All are read at once: a question for each text would cost far more."""

    def __init__(self, db: Connection, told: Sequence[Told]) -> None:
        self._by_text = _same_texts(db, {mark.text_hash for mark, _ in told})
        self._by_page = _same_pages(db, {page for _, page in told if page})
        self._by_band = _meeting(db, {band for mark, _ in told for band in mark.bands})
        self.begun: list[tuple[_Story, Fingerprint]] = []

    def find_or_begin(self, mark: Fingerprint, page: str) -> _Story:
        story = self._by_text.get(mark.text_hash) or self._by_page.get(page) or self._nearest(mark) or self._begin(mark)
        if page:
            self._by_page.setdefault(page, story)
        return story

    def _nearest(self, mark: Fingerprint) -> _Story | None:
        met = dict.fromkeys(story for band in mark.bands for story in self._by_band[band])
        scored = [(likeness(mark.signature, story.signature), story) for story in met]
        score, best = max(scored, key=lambda pair: pair[0], default=(0.0, None))
        return best if score >= SIMILAR else None

    def _begin(self, mark: Fingerprint) -> _Story:
        story = _Story(0, mark.signature)
        self.begun.append((story, mark))
        self._by_text[mark.text_hash] = story
        for band in mark.bands:
            self._by_band[band].append(story)
        return story


def _pages() -> Any:
    first = select(POST.c.canonical_url, func.min(MENTION.c.story_id)).join(MENTION, MENTION.c.post_id == POST.c.id)
    # the index leaves out posts without a page, and SQLite takes it only where the question does so too
    named = first.where(POST.c.canonical_url.in_(bindparam("pages", expanding=True)), text("canonical_url <> ''"))
    return named.group_by(POST.c.canonical_url)


def _bands() -> Any:
    met = select(BAND.c.bucket, STORY.c.id, STORY.c.signature).join(STORY, STORY.c.id == BAND.c.story_id)
    return met.where(BAND.c.bucket.in_(bindparam("bands", expanding=True))).order_by(STORY.c.id)


# made once: SQLAlchemy takes longer to put a statement together than SQLite to run it
_TEXTS = select(STORY.c.text_hash, STORY.c.id).where(STORY.c.text_hash.in_(bindparam("texts", expanding=True)))
_PAGES, _BANDS = _pages(), _bands()


def _same_texts(db: Connection, hashes: Collection[str]) -> dict[str, _Story]:
    rows = db.execute(_TEXTS, {"texts": hashes}) if hashes else ()
    return {text_hash: _Story(number) for text_hash, number in rows}


def _same_pages(db: Connection, pages: Collection[str]) -> dict[str, _Story]:
    rows = db.execute(_PAGES, {"pages": pages}) if pages else ()
    return {page: _Story(number) for page, number in rows}


def _meeting(db: Connection, bands: Collection[int]) -> Mapping[int, list[_Story]]:
    stories: dict[int, _Story] = {}
    met: defaultdict[int, list[_Story]] = defaultdict(list)
    for bucket, number, signature in db.execute(_BANDS, {"bands": bands}) if bands else ():
        met[bucket].append(stories.setdefault(number, _Story(number, signature)))
    return met


def _write(db: Connection, begun: Sequence[tuple[_Story, Fingerprint]], at: datetime) -> None:
    """Write new stories and number them."""
    if not begun:
        return
    rows = [{"text_hash": mark.text_hash, "signature": mark.signature, "first_at": at} for _, mark in begun]
    db.execute(STORY.insert(), rows)
    numbers = _same_texts(db, {mark.text_hash for _, mark in begun})
    for story, mark in begun:
        story.number = numbers[mark.text_hash].number
    bands = [{"bucket": band, "story_id": story.number} for story, mark in begun for band in set(mark.bands)]
    if bands:
        db.execute(BAND.insert(), bands)
