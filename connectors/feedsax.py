"""The XML parser that feedparser drives, with the pieces of one text handed over as one.

Python's own hands over every line and every ``&amp;`` apart, and feedparser takes longer for each than expat does.
"""

from xml.sax.expatreader import ExpatParser

import feedparser.api


class _WholeTexts(ExpatParser):
    def reset(self) -> None:
        super().reset()
        self._parser.buffer_text = True  # type: ignore[attr-defined]  # typeshed leaves it out


def create_parser() -> ExpatParser:
    """Make a parser; ``xml.sax.make_parser`` asks each module it is named for this."""
    return _WholeTexts()


def install() -> None:
    """Have feedparser drive this parser, in the whole process."""
    feedparser.api.PREFERRED_XML_PARSERS = [__name__]
