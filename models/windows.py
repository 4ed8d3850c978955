"""Choose what the encoder reads of a text that is longer than it can read at once.

A long article is read around the places where the brand stands, never just from its front. Pure.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from listener.domain.text import Span

MOST = 4
"""Windows of one passage: a book that names the brand a thousand times costs no more than four posts."""


class Word(NamedTuple):
    """A word of the text: where it stands in code points, and how many tokens it costs."""

    start: int
    end: int
    tokens: int


class Window(NamedTuple):
    """A piece of the text in code points, and how many spans it was chosen for (at least 1)."""

    start: int
    end: int
    weight: int


def choose(words: Sequence[Word], spans: Sequence[Span], room: int, most: int = MOST) -> list[Window]:
    """Return one to ``most`` windows of at most ``room`` tokens each, in the order of the text.

    A text that fits is one window. Without spans the head is read. Else spans that stand close together share
    a window centred on them; of too many such clusters, ``most`` are taken evenly from the first to the last.
    No words, no windows.
    """
    if not words:
        return []
    starts = [0, *accumulate(word.tokens for word in words)]
    if starts[-1] <= room or not spans:
        return [_cut(words, starts, 0, room, max(1, len(spans)))]
    clusters = _evenly(_clusters(words, starts, spans, room // 2), most)
    return [
        _cut(words, starts, _centred(first, last, starts[-1], room), room, weight) for first, last, weight in clusters
    ]


def head(words: Sequence[Word], room: int) -> int:
    """Return the code point where the longest beginning of at most ``room`` tokens ends; 0 if none fits."""
    fitting = bisect_right([0, *accumulate(word.tokens for word in words)], room) - 1
    return words[fitting - 1].end if fitting > 0 else 0


_Cluster = tuple[int, int, int]
"""First and last token of spans that stand together, and how many they are."""


def _clusters(words: Sequence[Word], starts: list[int], spans: Sequence[Span], reach: int) -> list[_Cluster]:
    """Join spans from left to right while they lie within ``reach`` tokens; the rest is context."""
    begins = [word.start for word in words]
    made: list[_Cluster] = []
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        first = starts[max(0, bisect_right(begins, span.start) - 1)]
        last = starts[max(1, bisect_right(begins, max(span.start, span.end - 1)))]
        if made and last - made[-1][0] <= reach:
            made[-1] = (made[-1][0], max(last, made[-1][1]), made[-1][2] + 1)
        else:
            made.append((first, last, 1))
    return made


def _evenly(clusters: list[_Cluster], most: int) -> list[_Cluster]:
    if len(clusters) <= most:
        return clusters
    if most == 1:
        return clusters[:1]
    return [clusters[round(at * (len(clusters) - 1) / (most - 1))] for at in range(most)]


def _centred(first: int, last: int, total: int, room: int) -> int:
    """Return the token at which a window around ``first..last`` begins, or ``first`` if they do not fit."""
    if last - first >= room:
        return first
    return min(max(0, (first + last - room) // 2), total - room)


def _cut(words: Sequence[Word], starts: list[int], token: int, room: int, weight: int) -> Window:
    """Take whole words from the first that begins at or after ``token`` while they fit; always one."""
    first = bisect_right(starts, token - 1, hi=len(words) - 1)
    last = max(first + 1, bisect_right(starts, starts[first] + room) - 1)
    return Window(words[first].start, words[last - 1].end, weight)
