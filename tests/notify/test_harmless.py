"""Strangers' text made fit to print."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.notify.harmless import clean, cut, host, line, link
from tests.notify import samples


def test_white_space_is_one_blank() -> None:
    """Also that of Unicode, and line ends of all kinds."""
    assert clean("a\r\n\tb\u2028c\u00a0\u3000d\x85e") == "a b c d e"


def test_what_cannot_be_seen_is_dropped() -> None:
    """Controls, bidi overrides and isolates, tags, joiners of words; half characters become a sign for it."""
    assert clean(samples.CONTROLS) == "[31mred[0m gnp.exe iso \ufffd lone tag"


def test_scripts_and_emoji_survive() -> None:
    """Joiners that writing needs stay."""
    family = "👩‍👩‍👧‍👦 می‌خواهم café é"
    assert clean(family) == family


def test_a_tower_of_accents_is_cut() -> None:
    """Four on one letter are enough for every script."""
    assert clean(samples.ZALGO) == "a" + "\u0301" * 4


def test_a_line_is_one_line_of_a_length() -> None:
    """With an ellipsis where it was cut, at a blank where there is one near."""
    assert line("  one\ntwo  ", 50) == "one two"
    assert line("word " * 100, 20) == "word word word word…"
    assert cut("x" * 30, 10) == "x" * 9 + "…"
    assert line(samples.HUGE, 100).startswith("lorem ipsum")


@given(st.text(st.characters(codec=None), max_size=200), st.integers(5, 60))
def test_lines_hold(text: str, limit: int) -> None:
    """For any text: short enough, encodable, no line end."""
    made = line(text, limit)
    assert len(made) <= limit
    assert len(made.splitlines()) <= 1
    made.encode()


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://a.example/b?c=d&e=%20#f", "https://a.example/b?c=d&e=%20#f"),
        ("HTTPS://A.example/B", "https://a.example/B"),
        ("https://a.example:8443/", "https://a.example:8443/"),
        ("http://[2001:db8::1]/x", "http://[2001:db8::1]/x"),
        ("https://münchen.example/straße?q=ü", "https://xn--mnchen-3ya.example/stra%C3%9Fe?q=%C3%BC"),
        ('https://x.example/"><script>|`', "https://x.example/%22%3E%3Cscript%3E%7C%60"),
        ("https://x.example/a b\r\nBcc: c", "https://x.example/a%20bBcc:%20c"),
        ("https://user:pw@x.example/", ""),
        ("javascript:alert(1)", ""),
        ("ftp://x.example/", ""),
        ("https:///x", ""),
        ("https://ex<b>.example/", ""),
        ("http://[::1", ""),
        ("https://x.example:port/", ""),
        ("https://x.example/" + "a" * 5000, ""),
        ("https://x.example/" + "ü" * 1000, ""),
        ("", ""),
    ],
)
def test_links(url: str, safe: str) -> None:
    """Only web addresses, in characters that end no attribute, no markup and no header."""
    assert link(url) == safe


def test_hosts_are_named_as_people_know_them() -> None:
    """Without the www."""
    assert host("https://www.reddit.com/r/x") == "reddit.com"
    assert host("") == ""
