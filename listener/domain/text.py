"""Folding: text as queries compare it, with the way back to the text as it was written.

Folded text is lower case, without diacritics, without invisible characters, in compatibility decomposition
(NFKD), with one kind of quote, apostrophe and dash. Folding looks at one character at a time (but for the joiner
between emoji), so it costs one `str.translate` and the way back is found only when somebody asks.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

JOINER = "\ue200"
"""Stands in folded text where a zero-width joiner ties two emoji; elsewhere that joiner vanishes."""

TONES = "\U0001f3fb-\U0001f3ff"
FLAG_LETTERS = "\U0001f1e6-\U0001f1ff"
EMOJI = (
    f"\u00a9\u00ae\u2190-\u21ff\u2300-\u23ff\u2460-\u27bf\u2900-\u297f\u2b00-\u2bff{FLAG_LETTERS}\U0001f000-\U0001faff"
)
UNSPACED = (
    "\u0e01-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u303b"
    "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Characters of scripts that are written without spaces between words (Korean is, for its particles)."""

MARKS = "".join(
    chr(code)
    for code in (*range(0x300, 0x2100), *range(0x3099, 0x309B), *range(0xA66F, 0xAC00), *range(0xFE20, 0xFE30))
    if unicodedata.category(chr(code)) in {"Mn", "Mc"}
)
"""Marks that are part of the letter before them."""

_VANISHING = (
    "\u00ad\u034f\u061c\u0640\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef"
)
_DIACRITICS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20df\u20e1\u20e5-\u20f0\ufe20-\ufe2f"
)
"""Marks that other spellings of the same word leave out. Vowel signs of Indic scripts and the voicing marks of
kana are none: without them it is another word."""

_GONE = re.compile(f"[{_VANISHING}{_DIACRITICS}]+")
_RUN = re.compile("[\x00-\x7f]+|[^\x00-\x7f]+")
"""Plain characters, which fold to one each, or others."""
_EMOJI_JOIN = re.compile(f"(?<=[{EMOJI}\ufe0f])\u200d(?=[{EMOJI}])")
_LIKE = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bb\u02bc\u02b9\u2032\u00b4\u05f3\uff07", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\u05f4\u301d\u301e\u301f", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u05be", "-"),
    **dict.fromkeys("\u3002\uff61", "."),
    # a trade mark sign is no part of the name, though NFKD spells it out
    **dict.fromkeys("\u2122\u2120", " "),
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ħ": "h",
    "æ": "ae",
    "œ": "oe",
    "\u0131": "i",
    "ð": "d",
    "þ": "th",
    "ŧ": "t",
}


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text: code points, end exclusive."""

    start: int
    end: int


class _Table(dict[int, str]):
    """Code point → folded characters, found out once for each code point that is met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        folded = _LIKE.get(char)
        if folded is None:
            folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
            folded = "".join(_LIKE.get(part, part) for part in _GONE.sub("", folded))
        self[code] = folded
        return folded


_TABLE = _Table()


@dataclass(frozen=True)
class Folded:
    """A text folded: ``text`` is what is compared, ``original`` what was written."""

    original: str
    text: str

    @cached_property
    def origins(self) -> list[int]:
        """For each folded character the index of the original character that it comes from."""
        if self.original.isascii():
            return list(range(len(self.original)))
        joined = _join_emoji(self.original)
        origins: list[int] = []
        for run in _RUN.finditer(joined):
            span = range(*run.span())
            origins += span if run[0].isascii() else [at for at in span for _ in _TABLE[ord(joined[at])]]
        return origins

    def span(self, start: int, end: int) -> Span:
        """Give the original stretch of a folded one: whole characters, with the marks that follow the last."""
        if self.original.isascii():
            return Span(start, end)
        last = self.origins[end - 1] + 1
        while last < len(self.original) and _continues(self.original[last]):
            last += 1
        return Span(self.origins[start], last)

    def slice(self, start: int, end: int) -> str:
        """Give what was written at a folded stretch."""
        span = self.span(start, end)
        return self.original[span.start : span.end]

    def written(self, start: int, end: int) -> str:
        """Give one original character for each folded one: the same offsets, the case as written."""
        if self.original.isascii():
            return self.original[start:end]
        return "".join(self.original[origin] for origin in self.origins[start:end])


def fold(text: str) -> Folded:
    """Fold a text. Raises nothing for any text, lone surrogates included."""
    if text.isascii():
        return Folded(text, text.lower())
    return Folded(text, _join_emoji(text).translate(_TABLE))


def literal(text: str) -> str:
    """Give the form in which exact terms are compared: case and diacritics stay, encodings of them do not matter."""
    shown = unicodedata.normalize("NFKC", re.sub(f"[{_VANISHING}]+", "", text))
    return "".join(_LIKE.get(char, char) if not char.isalnum() or char == "\u02bc" else char for char in shown)


def _join_emoji(text: str) -> str:
    return _EMOJI_JOIN.sub(JOINER, text) if "\u200d" in text else text


def _continues(char: str) -> bool:
    return char == "\ufe0f" or unicodedata.category(char) in {"Mn", "Me"}
