"""Nearness on a text's axis of words, without comparing hit with hit.

A place is a bit of an integer: even bits are words, odd bits what stands between them (emoji). Hits are kept by
their length on the axis: length → bits of their starts. So each NEAR costs a few shifts, however many hits there are.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from listener.domain.matching.tokens import Hit, bits_of
from listener.domain.matching.words import Words

Spots = dict[int, int]
"""Length on the axis → bits of the starts."""


@dataclass(eq=False)
class Group:
    """Hits of one term in one text, with their places on its axis."""

    words: Words
    hits: list[Hit]
    places: list[tuple[int, int]] = field(init=False)

    def __post_init__(self) -> None:
        self.places = [_place(self.words, hit) for hit in self.hits]
        by_length: dict[int, list[int]] = {}
        for start, length in self.places:
            by_length.setdefault(length, []).append(start)
        self.spots: Spots = {length: bits_of(starts) for length, starts in by_length.items()}

    def at(self, spots: Spots) -> list[Hit]:
        """Give the hits that stand at these spots."""
        if spots == self.spots:
            return self.hits
        there = {length: bits.to_bytes(bits.bit_length() // 8 + 1, "little") for length, bits in spots.items()}
        return [
            hit
            for hit, (start, length) in zip(self.hits, self.places, strict=True)
            if _is_set(there.get(length), start)
        ]


@dataclass(frozen=True)
class Side:
    """One operand of NEAR: groups of hits, of which those at ``spots`` still count."""

    groups: tuple[tuple[Group, Spots], ...]
    negative: bool = False

    @property
    def spots(self) -> Spots:
        """The places of all groups together."""
        together: Spots = {}
        for _, spots in self.groups:
            for length, bits in spots.items():
                together[length] = together.get(length, 0) | bits
        return together

    def keep(self, spots: Spots) -> "Side":
        """Keep only what stands at these spots."""
        kept = ((group, {n: bits & spots.get(n, 0) for n, bits in own.items()}) for group, own in self.groups)
        alive = ((group, {n: bits for n, bits in own.items() if bits}) for group, own in kept)
        return Side(tuple((group, own) for group, own in alive if own), self.negative)


def chain(sides: Sequence[Side], links: Sequence[tuple[int, bool]]) -> list[Side]:
    """Keep of each side the hits that are part of a whole chain; empty if there is none."""
    kept = _without(list(sides), links)
    kept, links = _positive(kept, links)
    for at, (words, ordered) in enumerate(links):
        kept[at + 1] = kept[at + 1].keep(_tied(kept[at + 1].spots, kept[at].spots, words, after=True, ordered=ordered))
    for at, (words, ordered) in reversed(list(enumerate(links))):
        kept[at] = kept[at].keep(_tied(kept[at].spots, kept[at + 1].spots, words, after=False, ordered=ordered))
    return kept if all(side.groups for side in kept) else []


def within(side: Side, other: Side, words: int) -> Side:
    """Keep of a side what touches the other or has it within so many words."""
    mine, theirs = side.spots, other.spots
    tied = _tied(mine, theirs, words, after=True, ordered=False)
    covered = _covered(theirs)
    touching = {length: bits & _smear(covered, length, -1) | bits & covered for length, bits in mine.items()}
    return side.keep({length: tied[length] | touching[length] for length in mine})


def distance(sides: Sequence[Side], most: int, *, ordered: bool) -> int | None:
    """Say how many words lie between two sides where they come closest; None if more than ``most``."""
    low, high = 0, most
    if not _near(sides, high, ordered=ordered):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _near(sides, middle, ordered=ordered) else (middle + 1, high)
    return low


def _near(sides: Sequence[Side], words: int, *, ordered: bool) -> bool:
    return any(_tied(sides[1].spots, sides[0].spots, words, after=True, ordered=ordered).values())


def _without(sides: list[Side], links: Sequence[tuple[int, bool]]) -> list[Side]:
    """Take from the neighbours of NOT what it is near to."""
    for at, near, link, after in ((0, 1, 0, True), (len(sides) - 1, len(sides) - 2, -1, False)):
        if sides[at].negative:
            words, ordered = links[link]
            own = sides[near].spots
            tied = _tied(own, sides[at].spots, words, after=after, ordered=ordered)
            sides[near] = sides[near].keep({length: bits & ~tied[length] for length, bits in own.items()})
    return sides


def _positive(sides: list[Side], links: Sequence[tuple[int, bool]]) -> tuple[list[Side], Sequence[tuple[int, bool]]]:
    first, last = int(sides[0].negative), len(sides) - int(sides[-1].negative)
    return sides[first:last], links[first : last - 1]


def _tied(mine: Spots, theirs: Spots, words: int, *, after: bool, ordered: bool) -> Spots:
    """Give my spots that have one of theirs within reach: before me if ``after``, on both sides if unordered."""
    reach = 2 * words + 2
    begins, ends = 0, 0
    for length, bits in theirs.items():
        begins |= bits
        ends |= bits << length
    behind = _smear(ends, reach, 1) if after or not ordered else 0
    ahead = _smear(begins, reach, -1) if not after or not ordered else 0
    # emoji side by side share a place
    beside = begins & ends & _odd(begins)
    return {length: bits & (behind | ahead >> length | beside) for length, bits in mine.items()}


def _smear(bits: int, reach: int, direction: int) -> int:
    """Or together the bits shifted by 1, 2, … reach."""
    if reach < 1:
        return 0
    bits, width = (bits << 1 if direction > 0 else bits >> 1), 1
    while width < reach:
        step = min(width, reach - width)
        bits |= bits << step if direction > 0 else bits >> step
        width += step
    return bits


def _covered(spots: Spots) -> int:
    covered = 0
    for length, bits in spots.items():
        covered |= bits | _smear(bits, length, 1)
    return covered


def _odd(bits: int) -> int:
    pairs = bits.bit_length() // 2 + 1
    return ((1 << 2 * pairs) - 1) // 3 * 2


def _is_set(array: bytes | None, at: int) -> bool:
    return array is not None and at >> 3 < len(array) and bool(array[at >> 3] >> (at & 7) & 1)


def _place(words: Words, hit: Hit) -> tuple[int, int]:
    """Give start and length on the axis."""
    start, end = hit
    first = bisect_right(words.ends, start)
    last = bisect_left(words.starts, end) - 1
    if first > last:
        return (2 * words.ranks[first - 1] + 3 if first else 1), 0
    begin = 2 * words.ranks[first] + 2
    return begin, 2 * words.ranks[last] + 2 - begin


def union(sides: Iterable[Side]) -> Side:
    """Put sides together as one."""
    return Side(tuple(group for side in sides for group in side.groups))
