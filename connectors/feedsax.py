"""What feedparser is spared when it reads for us: it takes long over what nobody asks of it here."""

import time
from typing import Any
from xml.sax.expatreader import ExpatParser

import feedparser
import feedparser.api

_NO_DATE = time.gmtime(0)


class _WholeTexts(ExpatParser):
    """Hands the pieces of one text over as one.

    Python's own hands over every line and every ``&amp;`` apart, and feedparser takes longer for each than expat does.
    """

    def reset(self) -> None:
        super().reset()
        self._parser.buffer_text = True  # type: ignore[attr-defined]  # typeshed leaves it out


def create_parser() -> ExpatParser:
    """Make a parser; ``xml.sax.make_parser`` asks each module it is named for this."""
    return _WholeTexts()


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
