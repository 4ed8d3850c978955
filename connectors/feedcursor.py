"""The cursor of one feed: what must be remembered between two polls, small, and never a secret URL."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from listener.domain.source import Cursor

CONFIRMATIONS = 3
"""So many polls in a row must be sent on for good to the same address before it is asked directly."""

REMEMBERED = 300
"""Entries whose first id is kept, at least; twice the feed's length if that is more."""


@dataclass(frozen=True, slots=True)
class Note:
    """What a feed's cursor says."""

    place: str = ""
    """which URL the validators belong to, as a digest"""
    etag: str = ""
    modified: str = ""
    body: str = ""
    """digest of the body last read to its end"""
    said: str = ""
    """digest of what its entries said: a body often differs in nothing else than when it was made"""
    moved: str = ""
    moved_times: int = 0
    at: str = ""
    """the address moved to for good, once confirmed"""
    found: str = ""
    """the feed that a home page announced"""
    after: str = ""
    offset: int = 0
    """where the next page goes on, while a body holds more than one page's posts"""
    rhythm: int = 0
    """how often the feed says it changes, in seconds"""
    ids: Mapping[str, str] = field(default_factory=dict)
    """what an entry says → the id it first had, for feeds whose guids rotate"""

    @classmethod
    def load(cls, cursor: Cursor | None) -> Self:
        """Read a cursor; one that cannot be read is an empty one."""
        try:
            found = json.loads(cursor or "{}")
        except ValueError:
            return cls()
        if not isinstance(found, dict):
            return cls()
        usual = cls()
        kinds = {entry.name: type(getattr(usual, entry.name)) for entry in fields(cls)}
        kept: dict[str, Any] = {name: each for name, each in found.items() if isinstance(each, kinds.get(name, ()))}
        if "ids" in kept:
            kept["ids"] = {str(said): str(name) for said, name in kept["ids"].items()}
        return cls(**kept)

    def dump(self) -> Cursor:
        """Write the cursor; what is empty is left out."""
        said: dict[str, Any] = {name: value for name, value in asdict(self).items() if value}
        return Cursor(json.dumps(said, ensure_ascii=False, separators=(",", ":")))

    def validators(self, url: str) -> dict[str, str]:
        """Give the conditional headers for ``url``: none unless it is the very URL that sent them."""
        if self.place != digest(url) or self.after:
            return {}
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in named.items() if value}


def digest(text: str | bytes) -> str:
    """Name a text or body shortly."""
    return hashlib.sha256(text.encode("utf-8", "replace") if isinstance(text, str) else text).hexdigest()[:20]
