"""Put a text into the form the encoder was trained on: links, addresses and long numbers made alike.

Links and order numbers carry no judgement, and the public sets were published without them. Handles stay: to whom one
writes says what one wants.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")
"""Invisible, direction-changing or (lone surrogates) not encodable."""
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_NUMBER = re.compile(r"(?<!\w)\+?\d(?:[ -]?\d){7,}(?!\w)")
_SPECIAL = re.compile(r"\[(CLS|SEP|PAD|UNK|MASK)\]")
_SPACES = re.compile(r"[^\S ]\s*| \s+")

_By = Callable[[re.Match[str]], str]
_Edit = tuple[int, int, int]
"""Start and end of what was replaced, and the length of what stands there now."""


def scrub(text: str) -> str:
    """Return ``text`` on one line in the encoder's form.

    A literal ``[SEP]`` in a post must not become the tokenizer's special token, so its brackets are opened.
    """
    return scrub_marked(text, ())[0]


def scrub_marked(text: str, marks: Sequence[int]) -> tuple[str, list[int]]:
    """Scrub, and say where ``marks`` (ascending code points of ``text``) stand afterwards.

    A mark inside something replaced moves to its start.
    """
    steps: tuple[tuple[re.Pattern[str], _By], ...] = (
        (_CONTROL, lambda _: " "),
        (_SPECIAL, lambda found: f"( {found[1]} )"),
        (_LINK, lambda _: "http"),
        (_ADDRESS, lambda _: "user@example.com"),
        (_NUMBER, lambda _: "<phone>"),
        (_SPACES, lambda _: " "),
    )
    text, places = _normalised(text, marks)
    for pattern, by in steps:
        text, places = _replaced(pattern, by, text, places)
    lead = len(text) - len(text.lstrip(" "))
    text = text.strip(" ")
    return text, [min(max(place - lead, 0), len(text)) for place in places]


def _normalised(text: str, marks: Sequence[int]) -> tuple[str, list[int]]:
    """Compose (NFC); a mark moves by what the composition before it gained or lost."""
    if unicodedata.is_normalized("NFC", text):
        return text, list(marks)
    places, length, done = [], 0, 0
    for mark in marks:
        length += len(unicodedata.normalize("NFC", text[done:mark]))
        done = max(done, mark)
        places.append(length)
    return unicodedata.normalize("NFC", text), places


def _replaced(pattern: re.Pattern[str], by: _By, text: str, marks: list[int]) -> tuple[str, list[int]]:
    edits: list[_Edit] = []

    def note(found: re.Match[str]) -> str:
        new = by(found)
        edits.append((found.start(), found.end(), len(new)))
        return new

    return pattern.sub(note if marks else by, text), _moved(marks, edits)


def _moved(marks: list[int], edits: list[_Edit]) -> list[int]:
    moved, gain, at = [], 0, 0
    for mark in marks:
        while at < len(edits) and edits[at][1] <= mark:
            start, end, length = edits[at]
            gain += length - (end - start)
            at += 1
        inside = at < len(edits) and edits[at][0] < mark
        moved.append((edits[at][0] if inside else mark) + gain)
    return moved
