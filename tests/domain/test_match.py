"""What a query matches, and where: one term, operators, fields."""

import pytest

from listener.domain.match import Document, explain, matches
from listener.domain.query import parse
from listener.domain.text import Span


def found(query: str, text: str) -> list[str] | None:
    """Give the matched stretches of a text; None where the query does not match."""
    match = matches(parse(query), Document(text))
    return None if match is None else [text[span.start : span.end] for span in match.spans]


WORDS = [
    ("acme", "ACME rocks", ["ACME"]),
    ("acme", "acmeish notacme acme1", None),
    ("acme", "Acme's and ACMEs' and acme\u2019s", ["Acme", "ACMEs", "acme"]),
    ("mcdonalds", "McDonald\u2019s", ["McDonald\u2019s"]),
    ("McDonald's", "McDonalds; mcdonald", ["McDonalds"]),
    ("mcdonald", "McDonald's", ["McDonald"]),
    ("O'Reilly", "O\u2019Reilly OReilly", ["O\u2019Reilly", "OReilly"]),
    ("reilly", "O'Reilly", None),
    ("shell", "she'll see", None),
    ("don't", "dont DON\u2019T", ["dont", "DON\u2019T"]),
    ("oréal", "L\u2019Oréal, d'Oreal", ["Oréal", "Oreal"]),
    ("router", "two routers", ["routers"]),
    ("box", "boxes", ["boxes"]),
    ("company", "companies", ["companies"]),
    ("windows", "a window", None),
    ("new", "the news", None),
    ("e-mail", "email e mail E-Mail", ["e mail", "E-Mail"]),
    ('"customer service"', "Customer,\nservice customer of service", ["Customer,\nservice"]),
    ('"customer service"', "#CustomerService", ["CustomerService"]),
    ('"wendys box"', "Wendy\u2019s boxes", ["Wendy\u2019s boxes"]),
    ('"acme router"', "Acme\u2019s router", ["Acme\u2019s router"]),
    ("AT&T", "AT & T, AT&T, at t", ["AT & T", "AT&T"]),
    ("A&#B", "a & #b", ["a & #b"]),
    ("C++", "C++! C++17 C+++ c++x C", ["C++", "C++"]),
    ("C#", "I like C#.", ["C#"]),
    (".NET", "on .NET, the net", [".NET"]),
    ("M&Ms", "M&M's", ["M&M's"]),
    ("Yahoo!", "yahoo", ["yahoo"]),
    ("refund*", "refunded REFUND prefund", ["refunded", "REFUND"]),
    ('"customer serv*"', "customer servants", ["customer servants"]),
    ("=Apple", "apple APPLE Apple Apple's Apples", ["Apple", "Apple"]),
    ('="Müller"', "Muller müller Müller Mu\u0308ller", ["Müller", "Mu\u0308ller"]),
    ("Müller", "MULLER", ["MULLER"]),
    ("acme", "Acme\u2122 ac\u00adme \uff41\uff43\uff4d\uff45", ["Acme", "ac\u00adme", "\uff41\uff43\uff4d\uff45"]),
    ("straße", "STRASSE", ["STRASSE"]),
]
SIGNS = [
    ("acme", "#AcmeSucks #acme_fail @acme_support #Acme2024", ["Acme", "acme", "acme", "Acme"]),
    ("sucks", "#AcmeSucks #ACMESucks", ["Sucks", "Sucks"]),
    ("acme", "#acmesucks @acmehelp", None),
    ("mcdonalds", "#McDonaldsSucks", ["McDonalds"]),
    ("iphone", "#iPhone", ["iPhone"]),
    ("phone", "#iPhone iPhone", None),
    ("#acme", "#ACME #acmes acme x#acme", ["#ACME"]),
    ("#acme*", "#AcmeSucks", ["#AcmeSucks"]),
    ("@acmehelp", "@AcmeHelp x@acmehelp.com @acmehelp2", ["@AcmeHelp"]),
    ("@acme", "@acme@social.example", ["@acme"]),
    ("$TSLA", "$tsla TSLA $TSLAQ", ["$tsla"]),
    ("$100", "costs $100 or 100", ["$100"]),
    ("\U0001f44d", "\U0001f44d\U0001f3fd \U0001f44d", ["\U0001f44d\U0001f3fd", "\U0001f44d"]),
    ("\U0001f44d\U0001f3fd", "\U0001f44d \U0001f44d\U0001f3fd", ["\U0001f44d\U0001f3fd"]),
    ("\U0001f468", "\U0001f468\u200d\U0001f469\u200d\U0001f467", None),
    ("\U0001f1fa\U0001f1f8", "\U0001f1e6\U0001f1fa\U0001f1f8\U0001f1e6", None),
    ("\u2764", "\u2764\ufe0f", ["\u2764\ufe0f"]),
    ('":("', "sad :(", [":("]),
    ("\u6771\u4eac", "\u65b0\u3057\u3044\u6771\u4eac\u90fd", ["\u6771\u4eac"]),
    ("\u30bd\u30cb\u30fc", "\u30bd\u30cb\u30fc\u306e", ["\u30bd\u30cb\u30fc"]),
    ("\u304b", "\u304c", None),
    ("\uc0bc\uc131", "\uc0bc\uc131\uc740", ["\uc0bc\uc131"]),
    ("\uac00", "\uac01", None),
    ("iPhone\u624b\u673a", "\u4e70iPhone \u624b\u673a", ["iPhone \u624b\u673a"]),
    ("acme", "Acme\u306f", ["Acme"]),
    (
        "\u05e9\u05dc\u05d5\u05dd",
        "\u05e9\u05c1\u05b8\u05dc\u05d5\u05b9\u05dd acme",
        ["\u05e9\u05c1\u05b8\u05dc\u05d5\u05b9\u05dd"],
    ),
]
ADDRESSES = [
    ("acme.com", "https://www.acme.com/x acme[.]com", ["acme.com", "acme[.]com"]),
    ("acme.com", "hxxp://acme.com, acme(.)com acme [dot] com", ["acme.com", "acme(.)com", "acme [dot] com"]),
    ("acme.com", "notacme.com acme.com.evil.org acme.community", None),
    ("acme.com", "https://acme.com@evil.org acme.com:pw@evil.org", None),
    ("acme.com", "https://evil.org/acme.com", None),
    ("acme.com", "Try help.acme.com. Or x@acme.com", ["acme.com", "acme.com"]),
    (
        "acme.com/support",
        "acme.com/support. acme.com/supporters acme.com/Support/1",
        ["acme.com/support", "acme.com/Support"],
    ),
    ("https://www.acme.com/", "acme.com:8080/x", ["acme.com"]),
    ("http://acme.com/a?b=c", "https://ACME.com/a?b=c&d=1", ["ACME.com/a?b=c"]),
    ("müller.de", "xn--mller-kva.de müller.de muller.de", ["xn--mller-kva.de", "müller.de"]),
    ("acme.рф", "acme.xn--p1ai/x, ACME.РФ, acme.com", ["acme.xn--p1ai", "ACME.РФ"]),
    ("acme", "https://acme.com/x", ["acme"]),
    ("Node.js", "Node JS", ["Node JS"]),
]
OPERATORS = [
    ("acme refund", "refund from acme", ["refund", "acme"]),
    ("acme AND refund", "acme", None),
    ("acme OR refund", "refund", ["refund"]),
    ("acme -refund", "acme refund", None),
    ("acme NOT refund", "acme", ["acme"]),
    ("a OR b c", "a", ["a"]),
    ("and or", "and then or", ["and", "or"]),
    ("acme NEAR/2 refund", "refund one two acme", ["refund", "acme"]),
    ("acme NEAR/2 refund", "refund one two three acme", None),
    ("acme NEAR/0 refund", "acme, refund", ["acme", "refund"]),
    ("acme NEAR/1 refund", "acme x x x acme x refund", ["acme", "refund"]),
    ("acme ONEAR/3 refund", "refund acme", None),
    ("acme NEAR/3 acme", "acme", None),
    ("acme NEAR/3 acme", "acme or acme", ["acme", "acme"]),
    ("a NEAR/1 b NEAR/1 c", "a b x c", ["a", "b", "c"]),
    ("a NEAR/1 b NEAR/1 c", "a b x x c", None),
    ("(a NEAR/0 b) NEAR/1 c", "c a b", ["c", "a", "b"]),
    ("acme NEAR/2 NOT refund", "acme refund, later on there is acme", ["acme"]),
    ("acme NEAR/2 NOT refund", "acme refund", None),
    ("acme NEAR/1 NOT refund", "acme only", ["acme"]),
    ('"big acme" NEAR/1 (refund OR "money back")', "big acme: your money back", ["big acme", "money back"]),
    ("acme NEAR/1 refund", "acme https://t.co/a/b?c=d refund", ["acme", "refund"]),
    ("acme NEAR/0 \U0001f44d", "\U0001f44d acme", ["\U0001f44d", "acme"]),
    ("acme OR Acme OR acm*", "acme", ["acme"]),
]


@pytest.mark.parametrize(("query", "text", "stretches"), WORDS + SIGNS + ADDRESSES + OPERATORS)
def test_matches_and_spans(query: str, text: str, stretches: list[str] | None) -> None:
    """A query matches what people mean by it, and the spans are the terms that took part, in the original."""
    assert found(query, text) == stretches


DOCUMENT = Document(
    text="the router broke",
    title="Acme again",
    url="https://blog.example.com/2026/acme-review",
    author="@Acme_Fan",
    platform="reddit",
    lang="en-GB",
    kind="comment",
    links=("https://help.acme.com/support/1",),
)


@pytest.mark.parametrize(
    ("query", "matched"),
    [
        ("title:acme", True),
        ("text:acme", False),
        ("acme router", True),
        ("acme NEAR/5 router", False),
        ("title:(acme NEAR/3 again)", True),
        ("title:(x OR again)", True),
        ("site:example.com", True),
        ("site:www.example.com", True),
        ("site:ample.com", False),
        ("url:example.com/2026", True),
        ("url:review", True),
        ("url:view", False),
        ("author:acme_fan", True),
        ("author:@ACME_FAN", True),
        ("author:acme", False),
        ("author:acme*", True),
        ("platform:(x OR reddit)", True),
        ("lang:en", True),
        ("lang:en-gb", True),
        ("lang:e", False),
        ("kind:comment NOT kind:post", True),
        ("router NOT platform:reddit", False),
        ("acme.com", True),
        ("acme.com/support", True),
        ("text:acme.com", False),
        ("example.com", False),
    ],
)
def test_fields(query: str, matched: bool) -> None:  # noqa: FBT001 -- a table's column
    """Fields look where they say; a term without one looks at title and text, a domain also at the links."""
    assert (matches(parse(query), DOCUMENT) is not None) is matched


def test_facts_have_no_spans() -> None:
    """What matches by facts alone has no span; title and text have their own."""
    by_fact = matches(parse("lang:en"), DOCUMENT)
    assert by_fact is not None
    assert by_fact.spans == by_fact.title_spans == ()
    both = matches(parse("acme router"), DOCUMENT)
    assert both is not None
    assert (both.spans, both.title_spans) == ((Span(4, 10),), (Span(0, 4),))


def test_overlapping_spans_are_one() -> None:
    """Spans are sorted and merged where they overlap."""
    match = matches(parse('"a b" OR "b c" OR d'), Document("d a b c"))
    assert match is not None
    assert match.spans == (Span(0, 1), Span(2, 7))


def test_explanation_names_each_part() -> None:
    """An explanation tells for each part whether and where it was found, and how near NEAR came."""
    told = explain(parse("acme NEAR/1 refund OR lang:de"), Document("acme one two refund", lang="en"))
    assert not told.matched
    assert list(told.lines()) == [
        "no  acme NEAR/1 refund OR lang:de",
        "  no  acme NEAR/1 refund  [2 words between them at the closest]",
        "    yes acme  [0-4]  ['acme']",
        "    yes refund  [13-19]  ['refund']",
        "  no  lang:de",
        "    no  lang:de  [lang is 'en']",
    ]


def test_explanation_of_a_match_has_its_spans() -> None:
    """The root of an explanation says the same as the match."""
    document = Document("Acme wants no refund", title="acme")
    told = explain(parse("acme NOT banana"), document)
    assert told.matched
    assert [child.part for child in told.children] == ["acme", "NOT banana"]
    assert told.children[0].title_spans == (Span(0, 4),)
