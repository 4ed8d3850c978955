"""Which of many queries can hold for a text at all, found in one pass over it.

Each branch of a query names strings of which folded text must hold one; all go into one Aho-Corasick automaton. A query
with a branch that needs none (only facts, only NOT) is always a candidate. Candidates are a superset: matching decides.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from string import ascii_lowercase, digits

import ahocorasick

from listener.domain.matching.expression import FACTS, And, Field, Near, Node, Or, Phrase, Sign, Term
from listener.domain.matching.words import Word, Wording
from listener.domain.text import Folded

_ALNUM = frozenset(ascii_lowercase + digits)

_PATIENCE = 8
"""Hits for each character after which it is cheaper to try every query than to look on (aaaa… for a, aa, aaa, …)."""
_TAG = 64
"""Characters before a place in which a tag is looked for before it is looked up how the place was written."""


@dataclass(frozen=True, slots=True)
class Needle:
    """A string to look for; it begins where a word begins and ends where one ends, unless it is ``open``."""

    text: str
    open: bool = False


Needles = frozenset[Needle]


class _Claims(tuple[tuple[int, Node], ...]):
    """Who asks for a string, and for which branch; told apart by identity, which costs nothing to hash."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


class Automaton:
    """Finds the queries that may hold. Immutable once made; any number of threads may ask at once."""

    def __init__(self, roots: Sequence[Node]) -> None:
        always: list[int] = []
        self._everyone = frozenset(range(len(roots)))
        self._automaton = ahocorasick.Automaton()
        claims: dict[str, tuple[list[tuple[int, Node]], ...]] = {}
        branches = [(number, branch) for number, root in enumerate(roots) for branch in root.alternatives]
        for number, branch in branches:
            needles = needles_of(branch)
            if needles is None:
                always.append(number)
            for needle in needles or ():
                claims.setdefault(needle.text, ([], []))[needle.open].append((number, branch))
        for text, (closed, opened) in claims.items():
            self._automaton.add_word(text, (len(text), _Claims(closed), _Claims(opened)))
        self._always = frozenset(always)
        self._automaton.make_automaton()

    def candidates(self, texts: Sequence[Folded]) -> frozenset[int]:
        """Give the numbers of the queries that may hold for a post with these texts."""
        claimed: set[_Claims] = set()
        for folded in texts:
            if self._automaton and not self._scan(folded, claimed):
                return self._everyone
        if not claimed:
            return self._always
        everything = "\n".join([folded.text for folded in texts])
        return self._always.union([n for claims in claimed for n, branch in claims if branch.may_hold(everything)])

    def _scan(self, folded: Folded, claimed: set[_Claims]) -> bool:
        """Collect what is claimed by the strings that stand where words do; False: there are too many."""
        text = folded.text
        size, patience = len(text), _PATIENCE * len(text)
        tagged = "#" in text or "@" in text
        for last, (length, closed, opened) in self._automaton.iter(text):
            patience -= 1
            if patience < 0:
                return False
            start, end = last - length + 1, last + 1
            # most strings lie within a longer word: turned away before anything is cut into words
            inside = start and text[start - 1] in _ALNUM and text[start] in _ALNUM
            if inside and not (tagged and _words_meet(folded, start)):
                continue
            if opened:
                claimed.add(opened)
            if closed and (
                end == size
                or text[end] not in _ALNUM
                or text[last] not in _ALNUM
                or (tagged and _words_meet(folded, end))
            ):
                claimed.add(closed)
        return True


def needles_of(node: Node) -> Needles | None:
    """Give strings of which folded text must hold one for a query to hold; None if it may hold without."""
    match node:
        case Phrase():
            return _best(_wording(node.wording))
        case Term():
            opened = isinstance(node, Sign) and node.prefix
            return frozenset(Needle(trace, open=opened) for trace in node.traces[0])
        case Near() | And():
            return _best(needles_of(part) for part in node.children)
        case Field() if node.name not in FACTS:
            return needles_of(node.child)
        case Or():
            return _any(needles_of(part) for part in node.parts)
        case _:
            return None


def _any(choices: Iterable[Needles | None]) -> Needles | None:
    together: Needles = frozenset()
    for choice in choices:
        if choice is None:
            return None
        together |= choice
    return together


def _best(choices: Iterable[Needles | None]) -> Needles | None:
    """Choose the needles whose shortest is longest: they are found least often in vain."""
    known = [choice for choice in choices if choice]
    return max(known, key=lambda needles: min(_weight(needle) for needle in needles), default=None)


def _weight(needle: Needle) -> int:
    # a symbol or a character of an unspaced script says about as much as three letters
    return sum(1 if char in _ALNUM else 3 for char in needle.text)


def _wording(wording: Wording) -> Iterable[Needles]:
    run = ""
    for number, word in enumerate(wording.words):
        run += word.forms[0]
        if number >= len(wording.gaps) or wording.gaps[number] != "":
            single = run == word.forms[0]
            yield _forms(word) if single else frozenset({Needle(run, open=word.prefix)})
            run = ""
    for gap in wording.gaps:
        # of AT&T the symbol is found least often
        yield from (frozenset({Needle(symbol, open=True)}) for symbol in gap or "")


def _forms(word: Word) -> Needles:
    if word.prefix:
        return frozenset({Needle(word.forms[0], open=True)})
    return frozenset(Needle(spelling) for spelling in word.spellings)


def _words_meet(folded: Folded, at: int) -> bool:
    """Say whether words may meet between two letters, as they do in #AcmeSucks and @acme2024."""
    text = folded.text
    begin = text.rfind(" ", max(at - _TAG, 0), at)
    if begin >= 0 and "#" not in text[begin:at] and "@" not in text[begin:at]:
        return False
    return text[at].isdigit() != text[at - 1].isdigit() or folded.written(at, at + 1).isupper()
