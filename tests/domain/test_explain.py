"""Explanations: for each part of a query whether it holds, where, and why not."""

import pytest

from listener.domain.match import Document, explain
from listener.domain.query import parse
from listener.domain.text import Span

PAGE = Document(
    "acme one two refund",
    title="Acme again",
    url="https://www.example.com/a",
    lang="en",
    links=("https://help.acme.com/",),
)


def told(query: str, document: Document = PAGE) -> list[str]:
    """Explain a query in lines."""
    return list(explain(parse(query), document).lines())


def test_explanation_names_each_part() -> None:
    """An explanation tells for each part whether and where it was found, and how near NEAR came."""
    assert told("acme NEAR/1 refund OR lang:de", Document("acme one two refund", lang="en")) == [
        "no  acme NEAR/1 refund OR lang:de",
        "  no  acme NEAR/1 refund  [2 words between them at the closest]",
        "    yes acme  [0-4]  ['acme']",
        "    yes refund  [13-19]  ['refund']",
        "  no  lang:de",
        "    no  lang:de  [lang is 'en']",
    ]


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ("refund ONEAR/5 acme", "no  refund ONEAR/5 acme  [never in this order]"),
        ("acme ONEAR/1 refund", "no  acme ONEAR/1 refund  [2 words between them at the closest]"),
        ("acme NEAR/2 refund", "yes acme NEAR/2 refund  [0-4, 13-19]  ['acme', 'refund']"),
        ("acme NEAR/1 banana", "no  acme NEAR/1 banana"),
        ("acme ONEAR/1 banana", "no  acme ONEAR/1 banana"),
        ("acme NEAR/0 one NEAR/0 refund", "no  acme NEAR/0 one NEAR/0 refund"),
        ("text:(acme NEAR/5 NOT refund)", "  no  acme NEAR/5 NOT refund"),
        ("title:(acme NEAR/1 refund)", "  no  acme NEAR/1 refund"),
        ("x NOT acme", "  no  NOT acme  [looked for, must not be found]"),
        ("x NOT banana", "  yes NOT banana"),
        ("title:(x NOT refund)", "    yes NOT refund"),
        ("site:example.org", "  no  site:example.org  [url is 'https://www.example.com/a']"),
        ("url:banana", "  no  url:banana  [url is 'https://www.example.com/a']"),
        ("acme.com", "yes acme.com  [among the links]"),
        ("text:acme.com", "  no  acme.com"),
        ("acme.org", "no  acme.org"),
        ("title:acme", "  yes acme  [title 0-4]  ['Acme']"),
        ("title:refund", "  no  refund"),
        ("acme", "yes acme  [0-4, title 0-4]  ['acme', 'Acme']"),
    ],
)
def test_each_part_says_why(query: str, line: str) -> None:
    """In its own words, and only of where it looks."""
    assert line in told(query)


def test_the_closest_pair_is_named() -> None:
    """Of all there are, in the order that was asked for."""
    document = Document("refund acme x x x refund x x x x acme")
    assert told("acme ONEAR/1 refund", document)[0].endswith("[3 words between them at the closest]")
    document = Document("acme refund", title="acme one two refund")
    assert told("title:(acme NEAR/1 refund)", document)[1].endswith("[2 words between them at the closest]")


def test_a_part_that_is_found_often_is_told_in_short() -> None:
    """Five places of each text, three of the spellings, and how many places more there are."""
    often = Document("acme ACME Acme aCme acMe acmE acme")
    assert told("acme", often) == ["yes acme  [0-4, 5-9, 10-14, 15-19, 20-24 and 2 more]  ['acme', 'ACME', 'Acme']"]
    variously = Document("acme ACME Acme", title="aCme")
    assert told("acme", variously) == ["yes acme  [0-4, 5-9, 10-14, title 0-4]  ['acme', 'ACME', 'Acme']"]
    entitled = Document("acme", title="acme " * 7)
    assert told("acme", entitled) == [
        "yes acme  [0-4, title 0-4, title 5-9, title 10-14, title 15-19, title 20-24 and 2 more]  ['acme']"
    ]
    assert told("acme", Document("acme acme", title="acme")) == ["yes acme  [0-4, 5-9, title 0-4]  ['acme']"]


def test_explanation_of_a_match_has_its_spans() -> None:
    """The root of an explanation says the same as the match."""
    document = Document("Acme wants no refund", title="acme")
    root = explain(parse("acme NOT banana"), document)
    assert root.matched
    assert [child.part for child in root.children] == ["acme", "NOT banana"]
    assert root.children[0].title_spans == (Span(0, 4),)
