"""Folding: what counts as the same text, and the way back to the text as written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.domain.text import Span, fold, literal


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("ACME", "acme"),
        ("\uff21\uff43\uff4d\uff45", "acme"),
        ("Müller", "muller"),
        ("Mu\u0308ller", "muller"),
        ("Straße", "strasse"),
        ("\u0130stanbul D\u0131\u015f", "istanbul dis"),
        ("\ufb01ne", "fine"),
        ("Ørsted Łódź Æon", "orsted lodz aeon"),
        ("ac\u00adme ac\u200bme ac\u200dme", "acme acme acme"),
        ("O\u2019Reilly \u201cx\u201d a\u2013b", 'o\'reilly "x" a-b'),
        ("Acme\u2122", "acme "),
        ("\U0001d400cme", "acme"),
        ("\u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2", "\u03c3\u03b9\u03c3\u03c5\u03c6\u03bf\u03c3"),
        ("\u0639\u064e\u0631\u064e\u0628\u0650\u064a", "\u0639\u0631\u0628\u064a"),
    ],
)
def test_spellings_of_one_word_fold_alike(written: str, folded: str) -> None:
    """Case, width, diacritics, ligatures, invisible characters and kinds of quotes do not matter."""
    assert fold(written).text == folded


def test_vowel_signs_and_voicing_stay() -> None:
    """Marks without which it is another word are kept."""
    assert fold("\u304b").text != fold("\u304c").text
    assert fold("\uff76\uff9e").text == fold("\u30ac").text
    assert len(fold("\u0939\u093f\u0928\u094d\u0926\u0940").text) == 6


@pytest.mark.parametrize(
    ("text", "sought", "span"),
    [
        ("a Straße b", "strasse", Span(2, 8)),
        ("x Cafe\u0301 y", "cafe", Span(2, 7)),
        ("\u202bacme\u202c", "acme", Span(1, 5)),
        ("ac\u00adme!", "acme", Span(0, 5)),
        ("\ufb01ne", "fine", Span(0, 3)),
        ("\u2764\ufe0f x", "\u2764", Span(0, 2)),
        ("acme\u20dd x", "acme", Span(0, 5)),
    ],
)
def test_spans_are_of_the_original(text: str, sought: str, span: Span) -> None:
    """A span covers whole original characters with the marks after the last, and nothing invisible around them."""
    folded = fold(text)
    start = folded.text.index(sought)
    assert folded.span(start, start + len(sought)) == span


def test_exact_form_keeps_case_and_diacritics() -> None:
    """What exact terms compare depends on case and diacritics, not on how these are encoded."""
    assert literal("Mu\u0308ller\u2019s") == literal("Müller's")
    assert literal("Müller") != literal("Muller")
    assert literal("Apple") != literal("apple")


@given(st.text())
def test_every_text_folds_and_maps_back(text: str) -> None:
    """Any text folds, idempotently but for joined emoji; every folded character has an origin, in order."""
    folded = fold(text)
    assert len(folded.origins) == len(folded.text)
    assert folded.origins == sorted(folded.origins)
    for at in range(len(folded.text)):
        span = folded.span(at, at + 1)
        assert 0 <= span.start < span.end <= len(text)


@given(st.text(alphabet="abcXYZ äÖß\u0301\u00ad"))
def test_folding_twice_changes_nothing(text: str) -> None:
    """Folded text is a fixed point."""
    once = fold(text).text
    assert fold(once).text == once


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("Smørrebrød", "Smørrebrød"),
        ("O\u02bcReilly", "O'Reilly"),
        ("ac\u00adme", "acme"),
        ("\u201ca\u201d\u2013b", '"a"-b'),
        ("\uff21", "A"),
    ],
)
def test_exact_form_spells_marks_one_way(written: str, form: str) -> None:
    """Quotes, dashes, width and invisible characters do not matter even to exact terms; letters do."""
    assert literal(written) == form
