"""What the tests of matching share: one query against one text, by both ways there are."""

from typing import Any

from listener.domain.match import BrandQuery, Document, Match, Matcher, matches
from listener.domain.query import parse


def match(query: str, text: str, **more: Any) -> Match | None:
    """Match a query against a text: by itself, and as the only one of a matcher of many, which must say the same."""
    document, asked = Document(text, **more), parse(query)
    alone = matches(asked, document)
    assert Matcher([BrandQuery("x", asked)]).match(document) == ({"x": alone} if alone else {})
    return alone


def found(query: str, text: str, **more: Any) -> list[str] | None:
    """Give the matched stretches of a text; None where the query does not match."""
    matched = match(query, text, **more)
    return None if matched is None else [text[span.start : span.end] for span in matched.spans]
