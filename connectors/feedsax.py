"""What feedparser is spared when it reads for us: it takes long over what nobody asks of it here."""

import time
from typing import Any
from xml.sax.expatreader import ExpatParser

import feedparser
import feedparser.api

_NO_DATE = time.gmtime(0)


_UNREAD = frozenset(("category", "http://www.w3.org/2005/Atom category", "http://purl.org/dc/elements/1.1/ subject dc"))
"""Elements of which nothing is read, in expat's words: one in nine, and some feeds have a dozen an entry."""


class _Sparing(ExpatParser):
    """Hands the pieces of one text over as one, and leaves out what is not read.

    Python's own hands over every line and every ``&amp;`` apart, and feedparser takes longer for each than expat does.
    """

    def reset(self) -> None:
        super().reset()
        self._within = 0  # elements that are left out and still open
        # typeshed leaves the parser out
        self._parser.buffer_text = True  # type: ignore[attr-defined]
        self._told = self._parser.CharacterDataHandler  # type: ignore[attr-defined]

    def start_element_ns(self, name: str, attrs: Any) -> None:
        """Begin an element."""
        if not self._within and name not in _UNREAD:
            super().start_element_ns(name, attrs)
            return
        self._within += 1
        self._parser.CharacterDataHandler = None  # type: ignore[attr-defined]

    def end_element_ns(self, name: str) -> None:
        """End an element."""
        if not self._within:
            super().end_element_ns(name)
            return
        self._within -= 1
        if not self._within:
            self._parser.CharacterDataHandler = self._told  # type: ignore[attr-defined]


def create_parser() -> ExpatParser:
    """Make a parser; ``xml.sax.make_parser`` asks each module it is named for this."""
    return _Sparing()


def install() -> None:
    """Spare feedparser work, in the whole process.

    It drives our parser; it reads no dates, which ``feeddates`` reads as they stand; and of a dictionary of texts it
    copies the one level there is.
    """
    feedparser.api.PREFERRED_XML_PARSERS = [__name__]
    feedparser.registerDateHandler(_no_date)
    feedparser.FeedParserDict.__deepcopy__ = _copied


def _no_date(_: str) -> time.struct_time:
    return _NO_DATE


def _copied(texts: dict[str, Any], _: dict[int, Any]) -> Any:
    return feedparser.FeedParserDict(texts)
