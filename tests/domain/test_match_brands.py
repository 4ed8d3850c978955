"""Many brands at once: candidates, context, exclusions."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.domain.match import BrandQuery, Document, Matcher, matches
from listener.domain.matching.automaton import Automaton, needles_of
from listener.domain.query import QueryError, parse
from listener.domain.text import Span, fold

JUICE = BrandQuery(
    "apple",
    parse("apple OR #apples OR apple.com OR @applesupport OR $AAPL"),
    context=("iphone", "app store", "mac*"),
    exclude=parse('"apple juice" OR author:orchardbot'),
)


def named(brand: BrandQuery, text: str, title: str = "", author: str = "") -> list[str] | None:
    """Give the stretches of a text that name a brand; None if it is no mention."""
    match = Matcher([brand]).match(Document(text, title=title, author=author)).get(brand.name)
    return None if match is None else [text[span.start : span.end] for span in match.spans]


@pytest.mark.parametrize(
    ("text", "stretches"),
    [
        ("an apple a day", None),
        ("apple iphone", ["apple"]),
        ("the app store of Apple", ["Apple"]),
        ("store of apple app", None),
        ("see apple.com", ["apple.com"]),
        ("hey @AppleSupport", ["@AppleSupport"]),
        ("sold $aapl", ["$aapl"]),
        ("#apples", None),
        ("apple juice for my iphone", None),
        ("apple juice beside the iphone by Apple", ["Apple"]),
        ("MacBook apple", ["apple"]),
        ("apple of the iphone, no apple juice", ["apple"]),
        ("apple juice and apple juice, iphone", None),
    ],
)
def test_context_and_exclusions(text: str, stretches: list[str] | None) -> None:
    """A name needs a context word near, an account or domain does not; what is excluded does not count."""
    assert named(JUICE, text) == stretches


def test_context_reaches_as_far_as_its_window() -> None:
    """In a long text a context word counts within the window; in a title it counts for all."""
    brand = BrandQuery("apple", parse("apple"), context=("iphone",), context_window=5)
    far = "apple " + "word " * 6 + "iphone " + "word " * 30
    near = "apple " + "word " * 5 + "iphone " + "word " * 30
    assert named(brand, far) is None
    assert named(brand, near) == ["apple"]
    assert named(brand, far, title="New iPhone") == ["apple"]
    assert named(brand, "apple, of which I bought one today: iphone") == ["apple"]


@pytest.mark.parametrize(("words", "counts"), [(10, True), (11, False)])
def test_a_short_text_is_all_near(words: int, counts: bool) -> None:  # noqa: FBT001 - a table's column
    """No longer than the window to both sides."""
    brand = BrandQuery("apple", parse("apple"), context=("iphone",), context_window=5)
    assert (named(brand, "apple " + "word " * (words - 2) + "iphone") is not None) is counts


@pytest.mark.parametrize(
    ("name", "context"),
    [
        ('"big apple store"', "apple"),
        ('"apple store"', "apple"),
        ("apple", '"big apple store"'),
        ("store", '"big apple store"'),
        ('"apple store now"', '"big apple store"'),
    ],
)
def test_context_may_be_part_of_the_name(name: str, context: str) -> None:
    """Or the name of it: what overlaps is as near as can be."""
    brand = BrandQuery("x", parse(name), context=(context, "zebra", '"no such thing"'), context_window=0)
    text = "word " * 20 + "big apple store now and " + "word " * 20 + "zebra"
    assert named(brand, text) == [name.strip('"')]


@pytest.mark.parametrize(
    ("context", "text", "counts"),
    [
        ("app store", "app store", True),
        ("app store", "store app", False),
        ("app AND store", "store app", True),
        ('store "app"', "app store", True),
        ("=App store", "store App", True),
        ("#app store", "store #app", True),
        ("app OR store", "store", True),
    ],
)
def test_words_without_operators_are_a_phrase(context: str, text: str, counts: bool) -> None:  # noqa: FBT001
    """Whoever writes a query as context means it as one."""
    brand = BrandQuery("apple", parse("apple"), context=(context,))
    assert (named(brand, f"apple: {text}") is not None) is counts


def test_a_fact_may_be_context() -> None:
    """It stands for all of the post, however long."""
    brand = BrandQuery("apple", parse("apple"), context=("iphone", "author:applenews"), context_window=1)
    assert named(brand, "apple " + "word " * 9, author="AppleNews") == ["apple"]
    assert named(brand, "apple " + "word " * 9, author="somebody") is None


@pytest.mark.parametrize("text", ["\u6771\u4eac\u90fd\u5e81", "\u90fd\u5e81\u6771\u4eac"])
def test_what_stands_beside_an_exclusion_is_not_touched(text: str) -> None:
    """In scripts without spaces nothing lies between."""
    brand = BrandQuery("tokyo", parse("\u6771\u4eac"), exclude=parse("\u90fd\u5e81"))
    assert named(brand, text) == ["\u6771\u4eac"]


def test_a_title_is_near_everything_in_the_text() -> None:
    """A name in the title counts when a context word stands anywhere in the text."""
    brand = BrandQuery("apple", parse("apple"), context=("iphone",), context_window=3)
    match = Matcher([brand]).match(Document("word " * 50 + "iphone", title="Apple did it"))["apple"]
    assert match.title_spans == (Span(0, 5),)


def test_what_is_left_must_still_match() -> None:
    """Excluded hits are as if they were not there: what remains must make the query hold."""
    brand = BrandQuery("acme", parse("acme NEAR/8 router"), exclude=parse('acme NEAR/3 "looney tunes"'))
    assert named(brand, "acme of looney tunes has a router") is None
    text = "acme of looney tunes; and many words later on there is my own acme router"
    assert named(brand, text) == ["acme", "router"]


def test_exclusion_does_not_satisfy_not() -> None:
    """A word that is excluded still counts for NOT."""
    brand = BrandQuery("apple", parse("apple NOT juice"), exclude=parse('"apple juice"'))
    assert named(brand, "apple juice and apple") is None
    near = BrandQuery("apple", parse("apple NEAR/1 NOT juice"), exclude=parse('"fresh juice"'))
    assert named(near, "Apple, and here is fresh juice, apple") == ["Apple"]


def test_facts_exclude_the_whole_post() -> None:
    """An exclusion that matches by facts alone covers the post."""
    assert named(JUICE, "apple iphone", author="OrchardBot") is None
    assert named(JUICE, "apple juice beside the iphone by Apple", author="OrchardBot") is None
    assert named(JUICE, "apple iphone", author="somebody") == ["apple"]


def test_context_that_cannot_be_read_is_refused() -> None:
    """A matcher is made of sound parts only."""
    with pytest.raises(QueryError):
        Matcher([BrandQuery("x", parse("x"), context=('"open',))])


POOL = [
    "acme", "company", "mcdonalds", "o'reilly", "AT&T", "refund*", '"acme router"',
    "acme NEAR/2 (router OR refund)",
    "#acme", "@acme_help", "$TSLA", "acme.com", "acme.com/x", "müller.de", "\U0001f44d", "\u6771\u4eac", "\uc0bc\uc131",
    "acme NOT router", "lang:en", "title:acme", "acme (router OR \U0001f44d)", "=Acme", "C++", "a OR NOT b",
    "acme acme.com", "title:acme text:router", "iPhone15", "acme OR site:acme.com", '":("', "1\ufe0f\u20e3", "up.com",
]  # fmt: skip
PIECES = [
    "acme", "Acme's", "ACMEs", "companies", "McDonald\u2019s", "O\u2019Reilly", "AT & T", "refunding",
    "router", "refund",
    "#Acme", "#AcmeRouter", "#myacme", "#MyAcme", "@acme_help", "$tsla", "https://www.acme.com/x", "acme [.] com",
    "acme[.]com", "xn--mller-kva.de", "\U0001f44d\U0001f3fd", "\u65b0\u6771\u4eac", "\uc0bc\uc131\uc740", "C++",
    "sup.com", "notacme", "acmeish", "#iPhone15", ":(", "1\ufe0f\u20e3", "up(.)com", "x", ",", "\n", "\u00ad",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join)


BRANDS = [BrandQuery(source, parse(source)) for source in POOL]


@given(TEXTS, TEXTS, st.sampled_from(["", "en"]), st.lists(st.sampled_from(["https://acme.com/x/y", "http://up.com"])))
def test_many_at_once_say_what_each_says_alone(text: str, title: str, lang: str, links: list[str]) -> None:
    """The automaton loses no match: all queries together give what each gives by itself."""
    document = Document(text, title=title, lang=lang, links=tuple(links))
    alone = {brand.name: match for brand in BRANDS if (match := matches(brand.query, document))}
    assert Matcher(BRANDS).match(document) == alone


def test_many_at_once_lose_nothing_in_a_text_that_is_full_of_them() -> None:
    """Where nearly every string hits, looking on for them is given up, and every brand is tried."""
    brands = [BrandQuery(source, parse(source)) for source in ("b", *("a" * size + "*" for size in range(2, 14)))]
    assert set(Matcher(brands).match(Document("a" * 50 + " b"))) == {brand.name for brand in brands}


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("acme", "acmeish notacme #myacme"),
        ('"AT&T" OR att.com', "look at this &amp; that"),
        ("up.com", "He gave up. She came."),
        ('"a o smith"', "a word o that blacksmith"),
        ("acme NEAR/5 (router OR refund)", "acme alone"),
        ("title:(acme recall)", "acme"),
    ],
)
def test_what_cannot_match_is_no_candidate(query: str, text: str) -> None:
    """Posts that hold only a piece of what a query needs cost no more than the pass over their text."""
    assert not Automaton([parse(query).root]).candidates([fold(text)])


@pytest.mark.parametrize(
    ("query", "sought"),
    [
        ("a acme", {"acme", "acmes"}),
        ("acme a", {"acme", "acmes"}),
        ("acme lang:en", {"acme", "acmes"}),
        ("acme NEAR/3 (router OR telephone)", {"router", "routers", "telephone", "telephones"}),
        ("acme (router OR lang:en)", {"acme", "acmes"}),
        ("title:acme", {"acme", "acmes"}),
        ("refund*", {"refund"}),
        ('"a bolt"', {"bolt", "bolts"}),
        ("AT&T", {"&"}),
        ("\u6771\u4eac\u90fd ab", {"\u6771\u4eac\u90fd"}),
        ("\u6771 abcd", {"abcd", "abcds"}),
        ("\U0001f44d ab", {"\U0001f44d"}),
        ("lang:en kind:post", None),
        ("acme OR NOT a", None),
    ],
)
def test_of_a_query_the_rarest_strings_are_sought(query: str, sought: set[str] | None) -> None:
    """The longer it is the less often it is found in vain; a symbol is worth three letters."""
    needles = needles_of(parse(query).root)
    assert (needles and {needle.text for needle in needles}) == sought


def test_threads_may_share_a_matcher() -> None:
    """A matcher does not change while it matches."""
    document = Document("Acme router refund \U0001f44d at acme.com")
    matcher = Matcher(BRANDS)
    expected = matcher.match(document)
    seen: list[bool] = []

    def work() -> None:
        seen.extend(matcher.match(document) == expected for _ in range(50))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [True] * 200
