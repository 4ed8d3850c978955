"""From a passage to what the network reads of it, or to the reason why it reads nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from listener.domain.judgement import Passage
from listener.domain.text import Span
from models.encoder import Encoder, Input
from models.language import FAVOURED, UNCLEAR, Language, detect
from models.scrub import scrub, scrub_marked
from models.windows import choose, head

EMPTY = "empty text"
UNSUPPORTED = "unsupported language: "
NOT_CLEAR = "language unclear"
UNSURE = "low confidence"
"""Reasons to abstain. The last keeps its probabilities, and so does an unclear language written in our letters:
"ok" may well be ours."""

_LETTERS = re.compile(r"[A-Za-z]{2}")

_TITLE_SHARE = 3
"""A title takes at most a third of the room from a text that needs it all; headlines are rarely longer."""
_PARENT_SHARE = 2
"""A parent takes at most half of the room: the answer is judged, not what it answers."""
_LONGEST_TARGET = 24
"""Tokens. A brand's name is shorter; a query pasted as a brand must not crowd out the text."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the network reads of a passage, each piece with its weight; nothing where ``reason`` says why."""

    language: str
    reason: str | None = None
    inputs: tuple[Input, ...] = ()
    weights: tuple[int, ...] = ()


class Reader:
    """Turns passages into inputs. ``languages`` None: any is judged."""

    def __init__(self, encoder: Encoder, languages: frozenset[str] | None, *, target: bool) -> None:
        self._encoder = encoder
        self._languages = languages
        self._target = target

    def read(self, passage: Passage) -> Reading:
        """Say what is read of ``passage``. Raises nothing for any text."""
        scrubbed = _Scrubbed.of(passage)
        if not scrubbed.text and not scrubbed.title:
            return Reading(UNCLEAR, EMPTY)
        language = self._language(passage)
        reason = _why(language) if self._languages is not None and language.code not in self._languages else None
        if reason and not (reason == NOT_CLEAR and _LETTERS.search(scrubbed.title + scrubbed.text)):
            return Reading(language.code, reason)
        inputs, weights = self._inputs(scrubbed)
        return Reading(language.code, reason, inputs, weights)

    def _language(self, passage: Passage) -> Language:
        """Detect by title and text; an answer too short to tell is likely in its parent's language."""
        favoured = FAVOURED if self._languages is None else self._languages
        said = f"{passage.title}\n{passage.text}"
        language = detect(said, passage.lang_hint, favoured=favoured)
        if language.code == UNCLEAR and passage.parent:
            parents = detect(passage.parent, passage.lang_hint, favoured=favoured).code
            language = detect(said, parents, favoured=favoured)
        return language

    def _inputs(self, scrubbed: "_Scrubbed") -> tuple[tuple[Input, ...], tuple[int, ...]]:
        words = self._encoder.words(scrubbed.text)
        needed = sum(word.tokens for word in words)
        room = self._encoder.room(self._longest_target(scrubbed) if self._target else "")
        title = self._fit(scrubbed.title, max(room - needed, room // _TITLE_SHARE))
        room = max(1, room - self._encoder.cost(title))
        parent = self._fit(scrubbed.parent, min(room - needed, room // _PARENT_SHARE))
        before = [part for part in (parent, title) if part]
        windows = choose(words, scrubbed.spans, room)
        if not windows:
            return (self._input(scrubbed, before, 0, 0),), (1,)
        inputs = tuple(self._input(scrubbed, before, window.start, window.end) for window in windows)
        return inputs, tuple(window.weight for window in windows)

    def _longest_target(self, scrubbed: "_Scrubbed") -> str:
        """Return what costs most of all that may become the target: room is kept for it."""
        written = {scrubbed.text[span.start : span.end] for span in scrubbed.spans}
        names = sorted({scrubbed.brand, *scrubbed.title_names, *written})
        return max((self._fit(name, _LONGEST_TARGET) for name in names), key=self._encoder.cost)

    def _fit(self, text: str, room: int) -> str:
        """Cut ``text`` after the last word that fits into ``room`` tokens."""
        if not text or room <= 0:
            return ""
        return text[: head(self._encoder.words(text), room)].strip()

    def _input(self, scrubbed: "_Scrubbed", before: Sequence[str], start: int, end: int) -> Input:
        piece = " ".join([*before, scrubbed.text[start:end]]).strip()
        if not self._target:
            return Input(piece, "")
        return Input(piece, self._fit(_target(piece, scrubbed, start, end), _LONGEST_TARGET))


@dataclass(frozen=True, slots=True)
class _Scrubbed:
    """A passage in the encoder's form; the spans moved along."""

    text: str
    title: str
    parent: str
    brand: str
    spans: tuple[Span, ...]
    title_names: tuple[str, ...]
    """How the title names the brand."""

    @classmethod
    def of(cls, passage: Passage) -> "_Scrubbed":
        limits = [(_within(span.start, passage.text), _within(span.end, passage.text)) for span in passage.spans]
        marks = sorted({place for limit in limits for place in limit})
        text, moved = scrub_marked(passage.text, marks)
        places = dict(zip(marks, moved, strict=True))
        spans = (Span(places[start], max(places[start], places[end])) for start, end in limits)
        title, parent, brand = (scrub(part) for part in (passage.title, passage.parent, passage.brand))
        names = (passage.title[max(0, span.start) : max(0, span.end)] for span in passage.title_spans)
        return cls(text, title, parent, brand, tuple(spans), tuple(map(scrub, names)))


def _within(place: int, text: str) -> int:
    return min(max(0, place), len(text))


def _target(piece: str, scrubbed: _Scrubbed, start: int, end: int) -> str:
    """Name the target as the piece names it: the network learnt targets that stand in the text.

    The brand's name if the piece holds it, else how the first span in it is written ("#acme", a product), else how
    the title names it, else none: sentiment toward what is not named is that of the whole.
    """
    if not scrubbed.brand or scrubbed.brand.casefold() in piece.casefold():
        return scrubbed.brand
    inside = (span for span in sorted(scrubbed.spans, key=lambda span: span.start) if start <= span.start < end)
    written = (scrubbed.text[span.start : min(span.end, end)].strip() for span in inside)
    titled = (name for name in scrubbed.title_names if name in piece)
    return next(chain(written, titled), "")


def _why(language: Language) -> str:
    return NOT_CLEAR if language.code == UNCLEAR else UNSUPPORTED + language.code
