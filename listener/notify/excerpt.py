"""The piece of a post that an alert quotes: around the matched words, which stay marked."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from listener.domain.text import Span
from listener.notify.harmless import clean

_LEAD = 0.25
"""The share of the room that stands before the first matched word."""

_BLANK_WITHIN = 24
"""How far a cut moves to fall between two words."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text, all of it matched or none of it."""

    text: str
    marked: bool = False


def snippet(text: str, marks: Sequence[Span], limit: int) -> tuple[Piece, ...]:
    """Cut ``text`` to about ``limit`` characters around its first mark; clean it; keep the marks.

    Marks that do not fit the text are ignored: the alert goes out all the same.
    """
    spans = list(_sound(marks, len(text)))
    start, end = _window(text, spans[0].start if spans else 0, limit)
    pieces = [Piece(clean(text[a:b]), marked) for a, b, marked in _runs(spans, start, end)]
    if start > 0:
        pieces.insert(0, Piece("… "))
    if end < len(text):
        pieces.append(Piece(" …"))
    return _trimmed(pieces)


def plain(pieces: Iterable[Piece]) -> str:
    """Give the words of a snippet without its marks."""
    return "".join(piece.text for piece in pieces)


def _sound(marks: Sequence[Span], length: int) -> Iterator[Span]:
    """Sort, clip and merge; drop what lies outside the text."""
    last: Span | None = None
    for mark in sorted(marks, key=lambda span: (span.start, span.end)):
        start, end = max(mark.start, 0), min(mark.end, length)
        if start >= end:
            continue
        if last is not None and start <= last.end:
            last = Span(last.start, max(last.end, end))
            continue
        if last is not None:
            yield last
        last = Span(start, end)
    if last is not None:
        yield last


def _window(text: str, first: int, limit: int) -> tuple[int, int]:
    """Choose what is shown, from one word's beginning to another's end where words are of human length."""
    if len(text) <= limit:
        return 0, len(text)
    start = max(0, min(first - int(limit * _LEAD), len(text) - limit))
    end = min(len(text), start + limit)
    if start > 0:
        blank = text.find(" ", start, min(start + _BLANK_WITHIN, first))
        start = blank + 1 if blank >= 0 else start
    if end < len(text):
        blank = text.rfind(" ", max(end - _BLANK_WITHIN, start), end)
        end = blank if blank > first else end
    return start, end


def _runs(spans: Sequence[Span], start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Split the window into runs of matched and other text."""
    at = start
    for span in spans:
        left, right = max(span.start, start), min(span.end, end)
        if left >= right:
            continue
        if at < left:
            yield at, left, False
        yield left, right, True
        at = right
    if at < end:
        yield at, end, False


def _trimmed(pieces: list[Piece]) -> tuple[Piece, ...]:
    """Drop blanks at the ends and doubled ones where pieces meet, and pieces that came out empty."""
    kept: list[Piece] = []
    for piece in pieces:
        words = piece.text
        if not kept or kept[-1].text.endswith(" "):
            words = words.lstrip(" ")
        if words:
            kept.append(Piece(words, piece.marked))
    if kept:
        kept[-1] = Piece(kept[-1].text.rstrip(" "), kept[-1].marked)
    return tuple(piece for piece in kept if piece.text)
