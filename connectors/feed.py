"""A feed as it was read, whatever format it came in: still raw in its ids and links, already plain in its texts."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. ``guid`` and links stand as the feed wrote them, resolved where the feed itself gave a base."""

    guid: str = ""
    link: str = ""
    title: str = ""
    text: str = ""
    author: str = ""
    author_url: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    lang: str = ""
    parent: str = ""
    """the guid of the entry answered"""
    replies: int | None = None
    media: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    base: str = ""
    """against which ``media`` and ``links`` are to be resolved, if the feed says so"""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed and its entries, in the order of the document. ``rhythm`` is how often it says it changes (seconds)."""

    title: str = ""
    link: str = ""
    lang: str = ""
    rhythm: float | None = None
    entries: tuple[Entry, ...] = ()
