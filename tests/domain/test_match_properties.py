"""What holds for all texts and queries: boundaries, complements, and cost."""

import contextlib
import gc
import string
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from itertools import pairwise
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.domain.match import BrandQuery, Document, Matcher, matches
from listener.domain.matching.expression import Phrase
from listener.domain.matching.words import Words
from listener.domain.query import QueryError, parse
from listener.domain.text import fold

LETTERS = st.text(alphabet=string.ascii_lowercase + "äéñß0", min_size=1, max_size=5)
WORDS = st.sampled_from(
    ["a", "b", "acme", "Acme's", "refund", "x", "#AcmeSucks", "\U0001f44d", "acme.com", "\u6771\u4eac", ",", "\n"]
)
TEXTS = st.lists(WORDS, max_size=14).map(" ".join)
QUERIES = st.recursive(
    st.sampled_from(
        ["a", "b", "acme", '"a b"', "=Acme", "refund*", "#acmesucks", "\U0001f44d", "acme.com", "a NEAR/1 b", "lang:en"]
    ),
    lambda parts: st.one_of(
        st.tuples(parts, parts).map(lambda p: f"({p[0]} AND {p[1]})"),
        st.tuples(parts, parts).map(lambda p: f"({p[0]} OR {p[1]})"),
        st.tuples(parts, parts).map(lambda p: f"({p[0]} AND NOT {p[1]})"),
        st.tuples(parts, parts).map(lambda p: f"title:({p[0]} OR {p[1]})" if ":" not in p[0] + p[1] else p[0]),
    ),
    max_leaves=6,
)


@given(LETTERS, LETTERS)
def test_a_term_never_matches_inside_another_word(before: str, after: str) -> None:
    """Letters or digits glued to a word make another word, except for its plurals."""
    query = parse("acme")
    assert matches(query, Document(f"{before}acme")) is None
    assert matches(query, Document(f"{before}acme{after}")) is None
    plural = after == "s"
    assert (matches(query, Document(f"acme{after}")) is not None) is plural


@given(QUERIES, TEXTS, TEXTS, st.sampled_from(["", "en"]))
def test_not_is_the_exact_complement(query: str, text: str, title: str, lang: str) -> None:
    """Of a query and its NOT one matches each post and the other does not."""
    document = Document(text + " always", title=title, lang=lang)
    plain = matches(parse(query), document) is not None
    negated = matches(parse(f"always NOT ({query})"), document) is not None
    assert plain is not negated


@given(QUERIES, st.text(), st.text(max_size=20))
def test_any_text_can_be_matched(query: str, text: str, title: str) -> None:
    """No text makes matching fail, and spans lie within it, in order, apart."""
    match = matches(parse(query + " OR NOT zzz"), Document(text, title=title))
    assert match is not None
    for spans, whole in ((match.spans, text), (match.title_spans, title)):
        assert all(0 <= span.start < span.end <= len(whole) for span in spans)
        assert all(left.end <= right.start for left, right in pairwise(spans))


@given(TEXTS)
def test_normal_forms_of_a_text_match_alike(text: str) -> None:
    """NFC and NFD of a text match the same queries."""
    query = parse("acmé OR \uac00 OR \u304c")
    forms = [unicodedata.normalize(form, text + " acmé \uac00\u304c") for form in ("NFC", "NFD", "NFKC", "NFKD")]
    counts = {len(match.spans) for form in forms if (match := matches(query, Document(form)))}
    assert len(counts) == 1


SPOKEN = st.lists(st.sampled_from(["s", "l", "acme", "box", "\u6771", "#Acme"]), min_size=2, max_size=4)
ASKED = st.lists(st.sampled_from([" ", "s ", "'s ", "&", "\u2665& ", "", "* "]), min_size=3, max_size=3)
WRITTEN = st.lists(st.sampled_from([" ", "s ", "'s ", "'", " & ", "\u2665, &", "", "\u0301_"]), min_size=3, max_size=3)


@settings(max_examples=500)
@given(SPOKEN, ASKED, WRITTEN)
def test_what_is_found_was_thought_possible(words: list[str], asked: list[str], written: list[str]) -> None:
    """No text in which a phrase is found is turned away by the quick look before."""
    phrase = Phrase("".join(map("".join, zip(("", *asked), words, strict=False))))
    folded = fold("".join(map("".join, zip(("", *written), words, strict=False))))
    assert phrase.may_hold(folded.text) or not Words(folded).find(phrase.wording)


def _nears(word: str, tie: str, count: int) -> str:
    return f" {tie} ".join([word] * count)


HOSTILE = [
    (_nears("a", "NEAR/1", 400), "a "),
    (" ONEAR/3 ".join(["a", "b"] * 180), "a b "),
    ("a NEAR/1000 zz", "a b "),
    ("a NEAR/3 NOT b", "a b "),
    ('"' + "a " * 2000 + 'b"', "a "),
    ("\u3042" * 1300, "\u3042"),
    ("&".join(["A"] * 2000), "A&"),
    ("\U0001f44d" * 1000, "\U0001f44d"),
    (" OR ".join("a" * size + "*" for size in range(2, 85)), "a"),
    (" OR ".join("a" * size for size in range(1, 85)), "a"),
    ("(" * 50 + "a" + ")" * 50, "a "),
    ("a.com OR a", "a."),
    ("acme.com", "acme.com:x@"),
    ("acme.com", "acme ["),
    ("@a OR @a.a", "@a.a"),
    ("a OR #aa OR aa*", "#Aa"),
    ("aa*", "Aa"),
    ("l OR l'acme", "l'"),
    ("e OR ee*", "e\u0301"),
    ("\U0001f44d", "\U0001f44d\u200d"),
    ("acme", "acme "),
    ("acme", "acmé "),
    ("acme NEAR/2 b", "http://a b "),
    ("A&B", "a & "),
    ('"a b c d e"', "a b c d "),
    ("at", "#xat"),
]


@pytest.fixture
def tidy_memory() -> Iterator[None]:
    """Keep the garbage collector, which walks all that other tests left, out of the count."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def _worker(source: str, unit: str) -> Callable[[int], None]:
    query = parse(source)
    matcher = Matcher([BrandQuery("x", query)])

    def work(size: int) -> None:
        document = Document((unit * size)[:size])
        matches(query, document)
        matcher.match(document)

    return work


@pytest.mark.parametrize(("source", "unit"), HOSTILE, ids=range(len(HOSTILE)))
def test_steps_grow_with_the_text(source: str, unit: str) -> None:
    """Eight times the text takes about eight times the steps, far from the sixty-four times of a square."""
    work = _worker(source, unit)
    work(100)

    def steps(size: int) -> int:
        taken, tracer = 0, sys.gettrace()

        def count(_: FrameType, event: str, __: object) -> Any:
            nonlocal taken
            taken += event == "line"
            return count

        sys.settrace(count)
        try:
            work(size)
        finally:
            sys.settrace(tracer)
        return taken

    assert steps(16_000) < 12 * steps(2_000)


@pytest.mark.usefixtures("tidy_memory")
@pytest.mark.parametrize(("source", "unit"), HOSTILE, ids=range(len(HOSTILE)))
def test_cost_grows_in_step_with_the_text(source: str, unit: str) -> None:
    """One text costs about what eight of an eighth cost: what a step does grows no faster either."""
    work = _worker(source, unit)

    def cost(times: int, size: int) -> float:
        started = time.process_time()
        for _ in range(times):
            work(size)
        return time.process_time() - started

    # a square would cost eight times as much in every round, a busy machine in some
    assert any(cost(1, 100_000) < 2 * cost(8, 12_500) for _ in range(5))


@pytest.mark.usefixtures("tidy_memory")
def test_nothing_of_a_post_outlives_its_match() -> None:
    """What was read of a post goes with the match, without waiting for the garbage collector."""
    juice = BrandQuery("juice", parse("acme NEAR/3 NOT b"), context=("a",), exclude=parse("zz OR a"))
    Matcher([juice, BrandQuery("acme", parse("acme NEAR/3 a OR title:b"))]).match(Document("a acme, a b", title="b"))
    assert gc.collect() == 0


@pytest.mark.parametrize(
    "source",
    ["(" * 4096, "NOT " * 1000, '"' * 4000, "-" * 4000, "a " * 2048, "a.a" * 1300, "a" * 4000 + "*", "\ud800" * 2000],
)
def test_the_longest_sources_are_read_or_refused(source: str) -> None:
    """Nothing but QueryError comes out of a source, however it is built."""
    with contextlib.suppress(QueryError):
        assert parse(source).source == source
