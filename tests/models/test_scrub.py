"""Texts in the encoder's form, and where marks stand in it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.scrub import scrub, scrub_marked


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("thanks @jane_doe for  nothing", "thanks @jane_doe for nothing"),
        ("see https://example.org/a?b=c now", "see http now"),
        ("see www.example.org", "see http"),
        ("write to jane.doe@example.org.", "write to user@example.com."),
        ("call +49 30 1234 5678 or 12345", "call <phone> or 12345"),
        ("a [SEP] b [CLS]", "a ( SEP ) b ( CLS )"),
        ("line\r\nbreak\ttab\x00nul\u202ertl", "line break tab nul rtl"),
        ("lone \ud83d surrogate", "lone surrogate"),
        ("cafe\u0301", "caf\u00e9"),
        (" \u200b ", ""),
    ],
)
def test_links_and_numbers_are_made_alike(text: str, form: str) -> None:
    """What carries no judgement looks the same everywhere; handles stay."""
    assert scrub(text) == form


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("https://example.org/very/long/path says acme is down", "acme"),
        ("  @jane @john   @jim: acme", "acme"),
        ("cafe\u0301 cafe\u0301 acme bar", "acme"),
        ("[SEP][SEP] acme", "acme"),
        ("acme", "acme"),
    ],
)
def test_marks_move_with_the_text(text: str, word: str) -> None:
    """A word is found at its moved marks."""
    start = text.index(word)
    form, (begins, ends) = scrub_marked(text, (start, start + len(word)))
    assert form[begins:ends] == word


def test_a_mark_inside_something_replaced_moves_to_its_start() -> None:
    """A brand in a link is not lost, its place is the link's."""
    text = "see https://acme.example/help please"
    form, (begins, ends) = scrub_marked(text, (text.index("acme"), text.index("acme") + 4))
    assert form[begins:].startswith("http")
    assert begins == ends


@given(text=st.text(), data=st.data())
def test_marks_stay_in_the_text_and_in_order(text: str, data: st.DataObject) -> None:
    """For any text and any places."""
    marks = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=5)))
    form, moved = scrub_marked(text, marks)
    assert form == scrub(text)
    assert moved == sorted(moved)
    assert all(0 <= place <= len(form) for place in moved)


@given(text=st.text())
def test_what_is_left_can_be_encoded(text: str) -> None:
    """One line, composed, nothing that UTF-8 refuses."""
    form = scrub(text)
    form.encode()
    assert form == " ".join(form.split())
    assert unicodedata.is_normalized("NFC", form) or not unicodedata.is_normalized("NFC", text)
