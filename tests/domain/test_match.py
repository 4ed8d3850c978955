"""What a query matches, and where: one term, operators, fields."""

from typing import Any

import pytest

from listener.domain.text import Span
from tests.domain.matching import found, match

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
    ("l", "L\u2019Oréal", ["L"]),
    ("aujourd'hui", "de l\u2019aujourd\u2019hui", ["aujourd\u2019hui"]),
    ("router", "two routers", ["routers"]),
    ("box", "boxes", ["boxes"]),
    ("company", "companies", ["companies"]),
    ("windows", "a window", None),
    ("new", "the news", None),
    ("bus", "buses", ["buses"]),
    ("waltz", "waltzes", ["waltzes"]),
    ("watch", "watches", ["watches"]),
    ("dish", "dishes", ["dishes"]),
    ("potato", "potatoes", ["potatoes"]),
    ("agency", "agencies", ["agencies"]),
    ("toy", "toys toies", ["toys"]),
    ("acme", "acmies acmees", None),
    ("tv", "tvs", ["tvs"]),
    ("x", "xs", None),
    ("mp3", "mp3s", None),
    ("\u0430\u043a\u043c\u0435", "\u0430\u043a\u043c\u0435s", None),
    ("e-mail", "email e mail E-Mail", ["e mail", "E-Mail"]),
    ('"customer service"', "Customer,\nservice customer of service", ["Customer,\nservice"]),
    ('"customer service"', "customer service, customer service; customer service", ["customer service"] * 3),
    ('"customer service"', "#CustomerService", ["CustomerService"]),
    ('"wendys box"', "Wendy\u2019s boxes", ["Wendy\u2019s boxes"]),
    ('"acme router"', "Acme\u2019s router", ["Acme\u2019s router"]),
    ("AT&T", "AT & T, AT&T, at t", ["AT & T", "AT&T"]),
    ("A&#B", "a & #b", ["a & #b"]),
    ("C++", "C++! C++17 C+++ c++x C", ["C++", "C++"]),
    ("C#", "I like C#.", ["C#"]),
    (".NET", "on .NET, the net", [".NET"]),
    (".NET", ".NET rocks", [".NET"]),
    ("M&Ms", "M&M's", ["M&M's"]),
    ("Yahoo!", "yahoo", ["yahoo"]),
    ("refund*", "refunded REFUND prefund, sorry", ["refunded", "REFUND"]),
    ('"customer serv*"', "customer servants", ["customer servants"]),
    ('"custom* service"', "customer service", ["customer service"]),
    ("=Apple", "apple APPLE Apple Apple's Apples", ["Apple", "Apple"]),
    ('="Müller"', "Muller müller Müller Mu\u0308ller", ["Müller", "Mu\u0308ller"]),
    ("=Wendy's", "Wendy's wendy's Wendys", ["Wendy's"]),
    ('="Wendy\'s box"', "Wendy's box, Wendy box", ["Wendy's box"]),
    ("Müller", "MULLER", ["MULLER"]),
    ("acme", "Acme\u2122 ac\u00adme \uff41\uff43\uff4d\uff45", ["Acme", "ac\u00adme", "\uff41\uff43\uff4d\uff45"]),
    ("straße", "STRASSE", ["STRASSE"]),
]
SIGNS = [
    ("acme", "#AcmeSucks #acme_fail @acme_support #Acme2024", ["Acme", "acme", "acme", "Acme"]),
    ("sucks", "#AcmeSucks #ACMESucks", ["Sucks", "Sucks"]),
    ("acme", "#acmesucks @acmehelp", None),
    ("mcdonalds", "#McDonaldsSucks", ["McDonalds"]),
    ("acme", "#4acme", ["acme"]),
    ("acme", "#MyAcme #ACMEIsBad", ["Acme", "ACME"]),
    ("2024", "#Acme2024", ["2024"]),
    ("support", "ask @AcmeSupport", ["Support"]),
    ("mcdonaldssucks", "#McDonaldsSucks", ["McDonaldsSucks"]),
    ("onetwothreefour", "#OneTwoThreeFourFiveSix", ["OneTwoThreeFour"]),
    ("iphone", "#iPhone #2iPhone", ["iPhone", "iPhone"]),
    ("phone", "#iPhone iPhone #2iPhone", None),
    ("#acme", "#ACME #acmes acme x#acme", ["#ACME"]),
    ("#acme*", "#AcmeSucks", ["#AcmeSucks"]),
    ("#acme*", "#acmesucks", ["#acmesucks"]),
    ("@acmehelp", "@AcmeHelp x@acmehelp.com @acmehelp2", ["@AcmeHelp"]),
    ("@acme", "@acme@social.example", ["@acme"]),
    ("$TSLA", "$tsla TSLA $TSLAQ", ["$tsla"]),
    ("$100", "costs $100 or 100", ["$100"]),
    ("\U0001f44d", "\U0001f44d\U0001f3fd \U0001f44d", ["\U0001f44d\U0001f3fd", "\U0001f44d"]),
    ("\U0001f44d\U0001f3fd", "\U0001f44d \U0001f44d\U0001f3fd", ["\U0001f44d\U0001f3fd"]),
    ("\U0001f468", "\U0001f468\u200d\U0001f469\u200d\U0001f467", None),
    ("\U0001f1fa\U0001f1f8", "\U0001f1e6\U0001f1fa\U0001f1f8\U0001f1e6", None),
    ("\u2764", "\u2764\ufe0f", ["\u2764\ufe0f"]),
    ('":("', "sad :( or : (", [":("]),
    ("\u6771\u4eac", "\u65b0\u3057\u3044\u6771\u4eac\u90fd", ["\u6771\u4eac"]),
    ("\u6771\u4eac", "\u6771 \u4eac", None),
    ("\u6771\u4eac OR \u90fd\u5e81", "\u6771\u4eac\u90fd\u5e81", ["\u6771\u4eac", "\u90fd\u5e81"]),
    ("\u682a OR \u793e", "d \u337f e", ["\u337f"]),
    ("\u30bd\u30cb\u30fc", "\u30bd\u30cb\u30fc\u306e", ["\u30bd\u30cb\u30fc"]),
    ("\u304b", "\u304c", None),
    ("\uc0bc\uc131", "\uc0bc\uc131\uc740", ["\uc0bc\uc131"]),
    ("\uac00", "\uac01", None),
    ("iPhone\u624b\u673a", "\u4e70iPhone \u624b\u673a, iPhone \u624b \u673a", ["iPhone \u624b\u673a"]),
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
    ("acme.com", "acme (dot) com", ["acme (dot) com"]),
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
    ("acme.com/x", "acme.com:8080/x/y acme.com/X", ["acme.com:8080/x", "acme.com/X"]),
    ("http://acme.com/a?b=c", "https://ACME.com/a?b=c&d=1", ["ACME.com/a?b=c"]),
    ("müller.de", "xn--mller-kva.de müller.de muller.de", ["xn--mller-kva.de", "müller.de"]),
    ("müller.de", "xn--mller-kva.de", ["xn--mller-kva.de"]),
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
    ("a OR b c", "a b", ["a"]),
    ("a (router OR refund)", "a router", ["a", "router"]),
    ("a (router OR refund)", "a refund", ["a", "refund"]),
    ("(a OR lang:de) b", "a b", ["a", "b"]),
    ("and or", "and then or", ["and", "or"]),
    ("acme OR Acme OR acm*", "acme", ["acme"]),
]


@pytest.mark.parametrize(("query", "text", "stretches"), WORDS + SIGNS + ADDRESSES + OPERATORS)
def test_matches_and_spans(query: str, text: str, stretches: list[str] | None) -> None:
    """A query matches what people mean by it, and the spans are the terms that took part, in the original."""
    assert found(query, text) == stretches


FACTS: dict[str, Any] = {
    "title": "Acme again",
    "url": "https://blog.example.com/2026/acme-review",
    "author": "@Acme_Fan",
    "platform": "reddit",
    "lang": "en-GB",
    "kind": "comment",
    "links": ("https://help.acme.com/support/1",),
}


@pytest.mark.parametrize(
    ("query", "matched"),
    [
        ("title:acme", True),
        ("text:acme", False),
        ("acme router", True),
        ("acme NEAR/5 router", False),
        ("title:(acme NEAR/3 again)", True),
        ("title:(x OR again)", True),
        ("title:(acme router)", False),
        ("title:(acme NOT router)", True),
        ("title:(the NEAR/3 router)", False),
        ("site:example.com", True),
        ("site:www.example.com", True),
        ("site:ample.com", False),
        ("site:https://www.example.com/2025", True),
        ("url:example.com/2026", True),
        ("url:review", True),
        ("url:view", False),
        ("author:acme_fan", True),
        ("author:@ACME_FAN", True),
        ("author:acme", False),
        ("author:u/acme_fan", True),
        ("author:acme*", True),
        ("author:acme_fax*", False),
        ("platform:(x OR reddit)", True),
        ("lang:en", True),
        ("lang:en-gb", True),
        ("lang:e", False),
        ("kind:comment NOT kind:post", True),
        ("lang:en kind:comment", True),
        ("router platform:reddit", True),
        ("router NOT platform:reddit", False),
        ("acme.com", True),
        ("acme.com/support", True),
        ("text:acme.com", False),
        ("example.com", False),
    ],
)
def test_fields(query: str, matched: bool) -> None:  # noqa: FBT001 -- a table's column
    """Fields look where they say; a term without one looks at title and text, a domain also at the links."""
    assert (match(query, "the router broke", **FACTS) is not None) is matched


@pytest.mark.parametrize(
    ("query", "matched"), [("site:acme.intra", True), ("site:www.acme.intra", True), ("site:a.intra", False)]
)
def test_a_site_may_stand_below_no_public_suffix(query: str, matched: bool) -> None:  # noqa: FBT001 -- a table's column
    """Companies listen to their own boards too."""
    assert (match(query, "", url="https://wiki.acme.intra/a") is not None) is matched


def test_an_author_elsewhere_is_known_with_and_without_the_server() -> None:
    """As people name each other on Mastodon."""
    for name in ("acme", "@acme", "@acme@social.example"):
        assert match(f"author:{name}", "", author="@Acme@social.example") is not None
    assert match("author:social.example", "", author="@Acme@social.example") is None


def test_facts_have_no_spans() -> None:
    """What matches by facts alone has no span; title and text have their own."""
    by_fact = match("lang:en", "the router broke", **FACTS)
    assert by_fact is not None
    assert by_fact.spans == by_fact.title_spans == ()
    both = match("acme router", "the router broke", **FACTS)
    assert both is not None
    assert (both.spans, both.title_spans) == ((Span(4, 10),), (Span(0, 4),))


@pytest.mark.parametrize(
    ("query", "title", "spans", "title_spans"),
    [
        ("title:acme OR router", "x", (Span(5, 11),), ()),
        ("title:acme router", "Acme", (Span(5, 11),), (Span(0, 4),)),
        ("title:(x OR acme router)", "x acme", (), (Span(0, 1),)),
        ("#x OR acme", "#x", (Span(0, 4),), (Span(0, 2),)),
    ],
)
def test_a_field_has_spans_where_it_looks(
    query: str, title: str, spans: tuple[Span, ...], title_spans: tuple[Span, ...]
) -> None:
    """And nowhere else."""
    matched = match(query, "acme router #xy", title=title)
    assert matched is not None
    assert (matched.spans, matched.title_spans) == (spans, title_spans)


@pytest.mark.parametrize(
    ("text", "spans"), [("d a b c", (Span(0, 1), Span(2, 7))), ("a b c d", (Span(0, 5), Span(6, 7)))]
)
def test_overlapping_spans_are_one(text: str, spans: tuple[Span, ...]) -> None:
    """Spans are sorted and merged where they overlap."""
    matched = match('"a b" OR "b c" OR d', text)
    assert matched is not None
    assert matched.spans == spans
