"""Words and symbols of a folded text, numbered, and what a query's words look for among them.

The same cutting serves texts and queries.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise

from listener.domain.matching.tokens import FILLER, Hit, Stream
from listener.domain.text import EMOJI, FLAG_LETTERS, JOINER, MARKS, TONES, UNSPACED, Folded, fold, literal

WORD = f"(?:[^\\W_{UNSPACED}]++[{MARKS}]*+)++"
_SYLLABLE = f"[\u1100-\u115f]++[\u1160-\u11a7]*+[\u11a8-\u11ff]*+|[{UNSPACED}][{MARKS}\u1160-\u11ff]*+"
_TOKEN = re.compile(f"(?:{WORD})(?:'{WORD})*+|{_SYLLABLE}")
_ASCII_TOKEN = re.compile(r"[a-z0-9]++(?:'[a-z0-9]++)*+")
_STRETCH = re.compile(rf"(?P<url>\b(?:https?|hxxps?)://\S++)|(?<![^\W{UNSPACED}])[#@](?P<tag>[\w{MARKS}]++)")

_PICTURE = f"[{EMOJI}][{TONES}]?\u20e3?[\U000e0020-\U000e007f]*+"
_SYMBOL = re.compile(f"[{FLAG_LETTERS}]{{2}}|[0-9#*]\u20e3|{_PICTURE}(?:{JOINER}{_PICTURE})*+|[^\\w\\s]|_")
_TONE = re.compile(f"[{TONES}]")

_LEAD = re.compile(r"(?:(?<!\.)\.|[^\w\s.,;!?'\"()\[\]{}/\-]+)$")
_TRAIL = re.compile(r"(?:[^\w\s.,;:!?'\"()\[\]{}/\-])+")

_UNSPACED_PAIR = re.compile(f"[{UNSPACED}{MARKS}]{{2}}")

_ELIDED = frozenset(
    {
        "l",
        "d",
        "j",
        "m",
        "t",
        "s",
        "c",
        "n",
        "qu",
        "jusqu",
        "lorsqu",
        "puisqu",
        "quoiqu",
        "dell",
        "all",
        "nell",
        "dall",
        "sull",
        "un",
        "quell",
        "degl",
    }
)
"""Romance articles and pronouns: the word after their apostrophe is a word of its own (d'Acme, l'Oréal)."""
_NO_PLURAL = frozenset(
    {"as", "is", "us", "its", "his", "has", "was", "this", "thus", "yes", "news", "does", "goes", "bus", "gas"}
)
_LONGEST_JOIN = 4
_OUTLINED = 4


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a query: the forms that a text's word may have."""

    forms: tuple[str, ...]
    prefix: bool = False
    exact: str = ""
    """as it must be written; empty: in any case"""

    @property
    def spellings(self) -> tuple[str, ...]:
        """The strings that a text holds where it has one of the forms: wendys also stands in Wendy's."""
        possessives = (form[:-1] + "'s" for form in self.forms if form[-1] == "s" and form[:-1] not in self.forms)
        return (*self.forms, *possessives)

    @property
    def stem(self) -> str:
        """What all spellings begin with."""
        low, high = min(self.spellings), max(self.spellings)
        same = next((at for at, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), len(low))
        return low[:same]


@dataclass(frozen=True, slots=True)
class Wording:
    """What a query asks of neighbouring words: the words, what stands between them, before and after.

    A gap is None (anything but a word), "" (nothing: scripts without spaces) or the symbols that must stand there.
    """

    words: tuple[Word, ...]
    gaps: tuple[str | None, ...] = ()
    lead: str = ""
    trail: str = ""


class Words(Stream):
    """The words of a text. A URL counts as one word for distances; tags and accounts are cut where words meet."""

    def __init__(self, folded: Folded) -> None:
        super().__init__(folded)
        self._urls: list[range] = []
        self.joined: dict[str, list[tuple[int, int]]] = {}
        self._memo: dict[object, list[int]] = {}
        self._possessive = "'s" in folded.text
        self._token = _ASCII_TOKEN if folded.text.isascii() else _TOKEN
        self._cut()

    def _cut(self) -> None:
        text, at = self.folded.text, 0
        for stretch in _STRETCH.finditer(text) if "://" in text or "#" in text or "@" in text else ():
            self._plain(at, stretch.start())
            if stretch["tag"] is None:
                self._url(stretch.start(), stretch.end())
            else:
                self._tag(stretch.start("tag"), stretch.end())
            at = stretch.end()
        self._plain(at, len(text))

    def _plain(self, start: int, end: int) -> None:
        starts, ends, index = self.starts, self.ends, self.index
        for found in self._token.finditer(self.folded.text, start, end):
            word = found[0]
            if "'" in word:
                self._with_apostrophe(word, found.start(), found.end())
                continue
            # what add does, without the call: this loop is most of what a candidate costs
            index.setdefault(word, []).append(len(starts))
            starts.append(found.start())
            ends.append(found.end())

    def _with_apostrophe(self, word: str, start: int, end: int) -> None:
        head, _, rest = word.partition("'")
        if head in _ELIDED and rest != "s":
            self.add(head, start, start + len(head))
            word, start = rest, start + len(head) + 1
        if not word.endswith("'s"):
            self.add(word, start, end)
            return
        number = self.add(word[:-2], start, end - 2)
        for form in (word, word[:-2] + "s"):
            self.index.setdefault(form, []).append(number)

    def _url(self, start: int, end: int) -> None:
        first = len(self.starts)
        self._plain(start, end)
        self._urls.append(range(first, len(self.starts)))

    def _tag(self, start: int, end: int) -> None:
        text = self.folded.text
        for found in self._token.finditer(text, start, end):
            begin = found.start()
            cuts = [begin + cut for cut in _cuts(self.folded.written(begin, found.end()))]
            numbers = [self.add(text[s:e], s, e) for s, e in pairwise(cuts)]
            self._join(numbers)

    def _join(self, numbers: Sequence[int]) -> None:
        text = self.folded.text
        for size in {*range(2, min(_LONGEST_JOIN, len(numbers)) + 1), len(numbers)} - {1}:
            for first, last in zip(numbers, numbers[size - 1 :], strict=False):
                key = text[self.starts[first] : self.ends[last]]
                self.joined.setdefault(key, []).append((first, last))

    @cached_property
    def ranks(self) -> list[int]:
        """The words as distances count them: all of a URL are one."""
        later = {number for url in self._urls for number in url[1:]}
        return list(accumulate((number not in later for number in range(len(self.starts))), initial=-1))[1:]

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self.index)

    def find(self, wording: Wording) -> list[Hit]:
        """Find all places of a wording, in order."""
        words = wording.words
        if len(words) == 1:
            joins = self._joins(words[0])
            spots = sorted([*((number, number) for number in self._places(words[0])), *joins])
        else:
            starts = self.run([self._places(word) for word in words], wording.gaps)
            spots = [(number, number + len(words) - 1) for number in starts]
        if wording.lead or wording.trail or self._possessive:
            return [hit for first, last in spots if (hit := self._hit(first, last, wording))]
        return [(self.starts[first], self.ends[last]) for first, last in spots]

    def _places(self, word: Word) -> list[int]:
        if word not in self._memo:
            forms = self._prefixed(word.forms[0]) if word.prefix else word.forms
            found = {number for form in forms for number in self.index.get(form, ())}
            self._memo[word] = sorted(number for number in found if self._is_exact(number, number, word))
        return self._memo[word]

    def _joins(self, word: Word) -> list[tuple[int, int]]:
        if word.prefix or not self.joined:
            return []
        spots = (spot for form in word.forms for spot in self.joined.get(form, ()))
        return [spot for spot in spots if self._is_exact(*spot, word)]

    def _prefixed(self, prefix: str) -> list[str]:
        first = bisect_left(self._sorted, prefix)
        last = bisect_left(self._sorted, prefix + "\U0010ffff")
        return self._sorted[first:last]

    def _is_exact(self, first: int, last: int, word: Word) -> bool:
        if not word.exact:
            return True
        end = self._end(last, word)
        return literal(self.folded.slice(self.starts[first], end)) == word.exact

    def _end(self, last: int, word: Word) -> int:
        """The possessive belongs to the hit only where the query's word has an s to show for it."""
        end, text = self.ends[last], self.folded.text
        if text.startswith("'s", end) and not word.prefix and text[self.starts[last] : end] not in word.forms:
            return end + 2
        return end

    def _hit(self, first: int, last: int, wording: Wording) -> Hit | None:
        text, start, end = self.folded.text, self.starts[first], self._end(last, wording.words[-1])
        if wording.lead:
            start -= len(wording.lead)
            if start < 0 or not text.startswith(wording.lead, start):
                return None
        if wording.trail:
            if not text.startswith(wording.trail, end):
                return None
            end += len(wording.trail)
            # C++ stands in "C++17", but neither in "C+++" nor in "c++x"
            if text[end : end + 1].isalpha() or text[end : end + 1] == wording.trail[-1]:
                return None
        return start, end


class Symbols(Stream):
    """Emoji, one each with its joiners, and other characters that are no words."""

    def __init__(self, folded: Folded) -> None:
        super().__init__(folded)
        for found in _SYMBOL.finditer(folded.text):
            symbol = found[0]
            number = self.add(symbol, found.start(), found.end())
            if (plain := _TONE.sub("", symbol)) not in {symbol, ""}:
                self.index.setdefault(plain, []).append(number)

    def find(self, symbols: Sequence[str]) -> list[Hit]:
        """Find all places where these symbols follow each other with nothing between."""
        places = [self.index.get(symbol, ()) for symbol in symbols]
        starts = self.run(places, [""] * (len(symbols) - 1))
        return [(self.starts[first], self.ends[first + len(symbols) - 1]) for first in starts]


def symbols_of(text: str) -> tuple[str, ...]:
    """Cut a query's symbols as a text's are cut."""
    return tuple(found[0] for found in _SYMBOL.finditer(fold(text).text))


def wording_of(text: str, *, exact: bool = False) -> Wording:
    """Read a query's words; a word that ends in ``*`` is a prefix. No words: the text holds symbols alone."""
    words = Words(fold(text))
    if not words.starts:
        return Wording(())
    body = words.folded.text
    stars = [body.startswith("*", end) for end in words.ends]
    lead = _LEAD.search(body[: words.starts[0]])
    trail = None if stars[-1] else _TRAIL.match(body, words.ends[-1])
    return Wording(
        tuple(_word(words, number, exact=exact, prefix=star) for number, star in enumerate(stars)),
        tuple(_gap(words, number, star=star) for number, star in enumerate(stars[:-1])),
        lead[0] if lead else "",
        trail[0] if trail else "",
    )


def outline_of(wording: Wording) -> re.Pattern[str] | None:
    """Give what a folded text holds wherever the first words of a phrase stand in it, side by side."""
    words = wording.words[:_OUTLINED]
    if len(words) < 2 or any(word.prefix for word in words):
        return None
    pattern = _spelled(words[0])
    for gap, word in zip(wording.gaps, words[1:], strict=False):
        pattern += _between(gap) + _spelled(word)
    return re.compile(pattern)


def _spelled(word: Word) -> str:
    return f"(?:{'|'.join(map(re.escape, word.spellings))})"


def _between(gap: str | None) -> str:
    if gap is None:
        return r"(?:'s)?[\W_]*+"
    filler = f"(?:{FILLER.pattern})?+"
    return filler.join(("", *map(re.escape, gap), "")) if gap else ""


def _gap(words: Words, number: int, *, star: bool) -> str | None:
    body, end, start = words.folded.text, words.ends[number], words.starts[number + 1]
    if end == start:
        # "iPhone手机" is written with and without a space; "東京" is not
        return "" if _UNSPACED_PAIR.fullmatch(body[end - 1] + body[end]) else None
    gap = body[end + star : start].removeprefix("'s")
    return FILLER.sub("", gap) or None


def _word(words: Words, number: int, *, exact: bool, prefix: bool) -> Word:
    start, end = words.starts[number], words.ends[number]
    base = words.folded.text[start:end]
    possessive = words.folded.text.startswith("'s", end)
    written = literal(words.folded.slice(start, end + 2 * possessive)) if exact else ""
    if prefix:
        return Word((base,), prefix=True, exact=written)
    if possessive:
        return Word((base + "'s",) if exact else (base + "'s", base + "s"), exact=written)
    return Word((base,) if exact else forms_of(base), exact=written)


def forms_of(word: str) -> tuple[str, ...]:
    """Give a word with its simple English plurals; a word with an apostrophe also stands without."""
    forms = [word]
    if "'" in word:
        forms.append(word.replace("'", ""))
    elif len(word) > 1 and word.isascii() and word[-1].isalpha():
        forms.append(word + "s")
        if word.endswith(("s", "x", "z", "ch", "sh", "o")):
            forms.append(word + "es")
        elif word[-1] == "y" and word[-2] not in "aeiou":
            forms.append(word[:-1] + "ies")
    return tuple(form for form in forms if form == word or form not in _NO_PLURAL)


def _cuts(written: str) -> list[int]:
    """Cut a tag's word where words meet: AcmeSucks, ACMESucks, Acme2024; but not iPhone, eBay."""
    cuts = [0]
    for at in range(1, len(written)):
        before, char, after = written[at - 1], written[at], written[at + 1 : at + 2]
        if before.isdigit() != char.isdigit():
            cuts.append(at)
        elif char.isupper() and before.islower():
            if at - cuts[-1] > 1:
                cuts.append(at)
        elif char.isupper() and before.isupper() and after.islower():
            cuts.append(at)
    return [*cuts, len(written)]
