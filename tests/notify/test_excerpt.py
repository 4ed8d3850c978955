"""The quoted piece of a post."""

from hypothesis import given
from hypothesis import strategies as st

from listener.domain.text import Span
from listener.notify.excerpt import Piece, plain, snippet
from tests.notify.samples import spans

_SPANS = st.lists(st.builds(Span, st.integers(0, 400), st.integers(0, 400)) | st.just(Span(0, 0)), max_size=6)


def test_a_short_text_is_quoted_whole() -> None:
    """Its marks stay where they are, touching ones as one."""
    text = "My Acme router is Acme-ish"
    assert snippet(text, (Span(3, 7), Span(7, 14), Span(18, 22)), 100) == (
        Piece("My "),
        Piece("Acme router", marked=True),
        Piece(" is "),
        Piece("Acme", marked=True),
        Piece("-ish"),
    )


def test_a_long_text_is_cut_around_its_first_mark_between_words() -> None:
    """What matched is shown, wherever it stands, and what is left out is marked."""
    text = "alpha beta " * 500 + "the Acme router broke " + "gamma delta " * 500
    pieces = snippet(text, spans(text, "Acme"), 120)
    said = plain(pieces)
    assert Piece("Acme", marked=True) in pieces
    assert said.startswith("… ")
    assert said.endswith(" …")
    assert set(said.strip("… ").split()) <= {"alpha", "beta", "the", "Acme", "router", "broke", "gamma", "delta"}
    assert len(said) <= 124


def test_a_text_without_marks_is_quoted_from_its_beginning() -> None:
    """A reply that does not name the brand has none."""
    assert plain(snippet("word " * 100, (), 20)) == "word word word word …"


def test_marks_that_do_not_fit_are_ignored() -> None:
    """An edited text does not stop an alert."""
    assert snippet("short", (Span(90, 99),), 50) == (Piece("short"),)


def test_a_text_of_nothing_but_controls_is_empty() -> None:
    """No empty piece remains."""
    assert snippet("\x00\u202e\n\n", (Span(0, 2),), 50) == ()


@given(st.text(max_size=400), _SPANS, st.integers(40, 120))
def test_any_text_any_marks(text: str, marks: list[Span], limit: int) -> None:
    """Always within the limit and clean; whole texts lose nothing but white space and invisible characters."""
    pieces = snippet(text, marks, limit)
    said = plain(pieces)
    assert len(said) <= limit + 4
    assert "  " not in said
    assert said.isprintable() or all(char in "\u200c\u200d" or not char.isspace() or char == " " for char in said)
    assert all(piece.text for piece in pieces)
