"""The XML parser that feedparser drives: a text in one piece, and feeds read as before."""

from xml.sax.handler import ContentHandler, feature_namespaces

import feedparser
import pytest

from connectors import feedsax, feedxml
from tests.connectors.conftest import NOW

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>A &amp; B</title><entry><id>urn:1</id>
<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">one
<b>two &lt; three</b>
</div></title><summary>first line
second &#8212; line</summary></entry></feed>"""


class Pieces(ContentHandler):
    """Notes what is handed over."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def characters(self, content: str) -> None:
        self.texts.append(content)


def test_a_text_comes_in_one_piece() -> None:
    parser, pieces = feedsax.create_parser(), Pieces()
    parser.setFeature(feature_namespaces, True)
    parser.setContentHandler(pieces)
    parser.feed("<a>first\nsecond &amp; third\n</a>")
    parser.close()
    assert pieces.texts == ["first\nsecond & third\n"]


def test_feedparser_reads_the_same_through_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = feedparser.parse(ATOM)
    assert feedsax.__name__ in feedparser.api.PREFERRED_XML_PARSERS
    monkeypatch.setattr(feedparser.api, "PREFERRED_XML_PARSERS", [])
    assert ours.entries == feedparser.parse(ATOM).entries
    assert feedxml.parse(ATOM, NOW)
