"""The query language: precedence, errors with their place, and printing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.domain.errors import ConfigError
from listener.domain.query import QueryError, parse


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("a b OR c -x", "a AND b OR c AND NOT x"),
        ("a AND (b OR c)", "a AND (b OR c)"),
        ("(a AND b) AND c", "a AND b AND c"),
        ("a OR a OR (a)", "a"),
        ("a NEAR/3 b c", "a NEAR/3 b AND c"),
        ("NOT a NEAR/3 b", "NOT a NEAR/3 b"),
        ("x NOT (a NEAR/3 b)", "x AND NOT (a NEAR/3 b)"),
        ("x NOT (a OR b)", "x AND NOT (a OR b)"),
        ("(a NEAR/0 b) NEAR/1 c", "(a NEAR/0 b) NEAR/1 c"),
        ("a NEAR/3 b ONEAR/0 c", "a NEAR/3 b ONEAR/0 c"),
        ("a and b or c", 'a AND "and" AND b AND "or" AND c'),
        ("e-mail", "e-mail"),
        ("x -e-mail", "x AND NOT e-mail"),
        ("\u201ccurly one\u201d \u00abdeux mots\u00bb", '"curly one" AND "deux mots"'),
        ('"say \\"x\\""', '"say \\"x\\""'),
        ('=Apple ="Müller AG"', '=Apple AND ="Müller AG"'),
        ('Title:("a b" OR c)', 'title:("a b" OR c)'),
        ("site: example.com", "site:example.com"),
        ("#tag @acme_help $BRK.B refund*", "#tag AND @acme_help AND $BRK.B AND refund*"),
        ("@acme@social.example", "@acme@social.example"),
        ("https://www.acme.com/x?id=1", "https://www.acme.com/x?id=1"),
        ("acme(.)com", "acme(.)com"),
        ("x --acme.com,", "x AND NOT acme.com"),
        ("Node.js", '"Node.js"'),
        ("acme; !refund", "acme AND refund"),
        ("#acme, @acme! $TSLA?", "#acme AND @acme AND $TSLA"),
        ("#SpaceX Xbox X.com https://x.com/X", "#SpaceX AND Xbox AND X.com AND https://x.com/X"),
        ("#", '"#"'),
        ("shop.acme.example", "shop.acme.example"),
        (r"«C:\\tmp»", r'"C:\\\\tmp"'),
        ("C++ AT&T O\u2019Reilly", "C++ AND AT&T AND O\u2019Reilly"),
        ('"AND"', '"AND"'),
        ("\U0001f44d", '"\U0001f44d"'),
    ],
)
def test_canonical_form(source: str, printed: str) -> None:
    """A query prints with all operators written out and no parentheses but those it needs."""
    query = parse(source)
    assert str(query) == printed
    assert parse(printed).root == query.root


@pytest.mark.parametrize(
    ("source", "position", "says"),
    [
        ("", 0, "empty"),
        ("   ", 0, "empty"),
        ("NOT a", 0, "only says NOT"),
        ("-a -b", 0, "only says NOT"),
        ("title:(NOT a)", 0, "only says NOT"),
        ("NOT (a OR b)", 0, "only says NOT"),
        ("NOT (NOT a) NOT b", None, ""),
        ("(a OR b", 0, "never closed"),
        ("x (a (b)", 2, "never closed"),
        ("a b) c", 3, "never opened"),
        ("(a) )", 4, "never opened"),
        ("a ()", 3, "nothing between"),
        ("a ( )", 4, "nothing between"),
        ("(a OR )", 6, "missing"),
        ("a AND", 5, "missing after AND"),
        ("a OR", 4, "missing after OR"),
        ("a NOT", 5, "missing after NOT"),
        ("a NEAR/3", 8, "missing after NEAR/3"),
        ("OR a", 0, "missing before OR"),
        ("a OR OR b", 5, "missing before OR"),
        ('x "abc', 2, "partner"),
        ('x ""', 2, "nothing to look for"),
        ('x =""', 2, "nothing to look for"),
        ("x - y", 2, "nothing to look for"),
        ("x *", 2, "nothing to look for"),
        ("x =", 2, "nothing to look for"),
        ("a NEAR b", 2, "NEAR/5"),
        ("a near/3 b", 2, "capitals"),
        ("a NEAR/x b", 2, "NEAR/5"),
        ("a NEAR/9999 b", 2, "at most"),
        ("a NEAR/3 (b c)", 9, "not AND"),
        ("a NEAR/3 (b OR NOT c)", 9, "not NOT"),
        ("a NEAR/3 title:b", 9, "not a field"),
        ("a NEAR/3 NOT b NEAR/3 c", 9, "NOT may stand at an end of a chain of NEARs"),
        ("NOT a NEAR/3 NOT b", 0, "without NOT"),
        ("platform:(a NEAR/2 b)", 0, "has none"),
        ("title:(a text:b)", 0, "inside a field"),
        ("x titel:foo", 2, "no field titel:, only title: text: url: site: author: platform: lang: kind: (quote it"),
        ("x r*", 3, "two letters"),
        ("re*fund", 2, "end of a word"),
        ("*fund", 0, "end of a word"),
        ("=refund*", 0, "without *"),
        ("#a-b", 0, "#tag"),
        ("#-", 0, "#tag"),
        ("title:", 6, "missing after title:"),
    ],
)
def test_errors_say_what_and_where(source: str, position: int | None, says: str) -> None:
    """A query that cannot be read is a configuration error at one character of it."""
    if position is None:
        parse(source)
        return
    with pytest.raises(QueryError) as caught:
        parse(source)
    assert isinstance(caught.value, ConfigError)
    assert says in caught.value.message
    assert caught.value.position == position
    assert str(caught.value) == f"{caught.value.message} (at character {position + 1} of the query)"


@pytest.mark.parametrize(
    "source",
    [
        "(" * 50 + "a" + ")" * 50,
        "(a) " + "(" * 50 + "a" + ")" * 50,
        "(a) " * 99,
        "title:a " * 99,
        "NOT (a) b " * 99,
        "a" * 4096,
    ],
    ids=range(6),
)
def test_what_is_within_the_limits_is_read(source: str) -> None:
    """4096 bytes and 50 levels; what was closed does not count."""
    assert parse(source).source == source


@pytest.mark.parametrize(
    ("source", "position", "says"),
    [
        ("(" * 51 + "a" + ")" * 51, 50, "more than 50 levels"),
        ("(" * 4000, 50, "more than 50 levels"),
        ("(a " * 51, 3 * 50, "more than 50 levels"),
        ("x " + "NOT " * 51 + "a", 2 + 4 * 50, "more than 50 levels"),
        ("x " + "-(" * 26 + "a", 2 + 2 * 25, "more than 50 levels"),
        ("title:(" * 26 + "a", 7 * 25, "more than 50 levels"),
        ("a" * 4097, 4096, "longer than 4096 bytes"),
        ("é" * 2049, 2048, "longer than 4096 bytes"),
        ("a" + "é" * 2048, 2048, "longer than 4096 bytes"),
    ],
    ids=range(9),
)
def test_limits_have_positions(source: str, position: int, says: str) -> None:
    """One more is an error where the limit is crossed."""
    with pytest.raises(QueryError, match=says) as caught:
        parse(source)
    assert caught.value.position == position


TERMS = st.sampled_from(
    [
        "acme",
        "refund*",
        "=Apple",
        '"a b"',
        '="C D"',
        "#tag",
        "@a.b",
        "$TSLA",
        "acme.com/x",
        "AT&T",
        "\U0001f44d",
        '":("',
    ]
)


def _compound(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(parts, parts)
    return st.one_of(
        pair.map(lambda p: f"({p[0]} {p[1]})"),
        pair.map(lambda p: f"({p[0]} OR {p[1]})"),
        pair.map(lambda p: f"({p[0]} -({p[1]}))"),
        st.tuples(TERMS, TERMS, TERMS).map(lambda p: f"{p[0]} NEAR/3 ({p[1]} OR {p[2]})"),
        st.tuples(TERMS, TERMS).map(lambda p: f"title:({p[0]} ONEAR/1 {p[1]})"),
        st.tuples(TERMS, TERMS).map(lambda p: f"{p[0]} NEAR/2 NOT {p[1]}"),
    )


QUERIES = st.recursive(TERMS, _compound, max_leaves=8)


@given(QUERIES)
def test_printing_is_stable(source: str) -> None:
    """Parse → print → parse gives the same tree and the same print."""
    query = parse(source)
    again = parse(str(query))
    assert again.root == query.root
    assert str(again) == str(query)


@given(
    st.text(
        alphabet="ab1 \"()\u201c\u201d\u00ab\u00bb-=#@$*.,:;/\\&+'ANDORNETfield:title:text\U0001f44d\u0301\u6771",
        max_size=40,
    )
)
def test_any_source_is_read_or_refused_with_a_place(source: str) -> None:
    """Whatever people type is a query that prints to itself, or an error within the source."""
    error = _refusal(source)
    if error is None:
        query = parse(source)
        assert parse(str(query)).root == query.root
    else:
        assert 0 <= error.position <= len(source)


def _refusal(source: str) -> QueryError | None:
    try:
        parse(source)
    except QueryError as error:
        return error
    return None
