"""Tokens of a text, numbered, and runs of them.

Runs are found with integers as bit sets (bit *k*: a run starts at token *k*), so a phrase costs the same however
often its words repeat.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from listener.domain.text import Folded

Hit = tuple[int, int]
"""Where something stands in a folded text: start, end."""

FILLER = re.compile(r"""[\s.,;:!?'"()\[\]{}/_\-\u00b7\u30fb\u3001\u00a1\u00bf]+""")
"""What may stand between the words of a phrase without a say."""


class Stream:
    """Numbered tokens of a text with the places of each key."""

    def __init__(self, folded: Folded) -> None:
        self.folded = folded
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.index: dict[str, list[int]] = {}

    def add(self, key: str, start: int, end: int) -> int:
        """Append a token; its number comes back."""
        number = len(self.starts)
        self.starts.append(start)
        self.ends.append(end)
        self.index.setdefault(key, []).append(number)
        return number

    @cached_property
    def gaps(self) -> dict[str, list[int]]:
        """What stands after a token, without filler → the tokens; "" only where nothing at all stands there."""
        found: dict[str, list[int]] = {}
        text = self.folded.text
        for number, (end, start) in enumerate(zip(self.ends, self.starts[1:], strict=False)):
            gap = text[end:start]
            key = FILLER.sub("", gap)
            if key or not gap:
                found.setdefault(key, []).append(number)
        return found

    def run(self, places: Iterable[Sequence[int]], gaps: Sequence[str | None]) -> list[int]:
        """Find the first tokens of runs: the n-th token of a run is one of the n-th places."""
        alive = -1
        bits = {}
        for offset, numbers in enumerate(places):
            if id(numbers) not in bits:
                bits[id(numbers)] = (bits_of(numbers), numbers)
            alive &= bits[id(numbers)][0] >> offset
            gap = gaps[offset] if offset < len(gaps) else None
            if gap is not None:
                alive &= self._gap_bits(gap) >> offset
            if not alive:
                return []
        return list(_ones(alive))

    def _gap_bits(self, gap: str) -> int:
        known: dict[str, int] = self.__dict__.setdefault("_gap_cache", {})
        if gap not in known:
            known[gap] = bits_of(self.gaps.get(gap, ()))
        return known[gap]


def merged(hits: Iterable[Hit]) -> list[Hit]:
    """Give sorted hits as stretches that do not overlap."""
    stretches = []
    begin, reach = -1, -1
    for start, end in hits:
        if start < reach:
            reach = max(reach, end)
            continue
        if reach >= 0:
            stretches.append((begin, reach))
        begin, reach = start, end
    return [*stretches, (begin, reach)] if reach >= 0 else stretches


def bits_of(numbers: Sequence[int]) -> int:
    """Give numbers as a bit set."""
    if not numbers:
        return 0
    array = bytearray(max(numbers) // 8 + 1)
    for number in numbers:
        array[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(array, "little")


def _ones(bits: int) -> Iterator[int]:
    digits = bin(bits)[:1:-1]
    at = digits.find("1")
    while at >= 0:
        yield at
        at = digits.find("1", at + 1)
