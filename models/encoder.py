"""Tokens: counting them to choose what is read, and laying inputs out as the network wants them."""

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from models.windows import Word

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # its threads do not survive a fork and gain nothing here

_LONG_WORD = 16
"""Tokens; a longer "word" (a key, a wall of one letter, Thai) is cut, or a window could not hold it."""

_NAME = 32
"""Code points. What is as short is mostly the name of a brand, which is asked for with every text."""


class Input(NamedTuple):
    """One thing that the network reads: a piece of text, and the target or "" for none."""

    text: str
    target: str


class Encoder:
    """A tokenizer with the manifest's limit. Not for two threads at a time."""

    def __init__(self, tokenizer: Tokenizer, longest: int) -> None:
        self._tokenizer = tokenizer
        self._tokenizer.no_padding()
        self.longest = longest
        self._again = lru_cache(maxsize=1_024)(self._cut)
        self._frame = {pair: tokenizer.num_special_tokens_to_add(is_pair=pair) for pair in (False, True)}

    def words(self, text: str) -> Sequence[Word]:
        """Return the words of ``text`` with their places and costs."""
        return self._again(text) if len(text) <= _NAME else self._cut(text)

    def _cut(self, text: str) -> tuple[Word, ...]:
        self._tokenizer.no_truncation()
        return tuple(_words(self._tokenizer.encode(text, add_special_tokens=False)))

    def cost(self, text: str) -> int:
        """Count the tokens of ``text``."""
        return sum(word.tokens for word in self.words(text))

    def room(self, target: str) -> int:
        """Return how many tokens of text fit beside ``target``."""
        return self.longest - self._frame[bool(target)] - (self.cost(target) if target else 0)

    def encode(self, inputs: Iterable[Input]) -> list[Encoding]:
        """Tokenise; what still exceeds the limit is cut at its end."""
        self._tokenizer.enable_truncation(self.longest, strategy="longest_first")
        pairs = [(one.text, one.target) if one.target else one.text for one in inputs]
        return list(self._tokenizer.encode_batch(pairs))


def _words(encoding: Encoding) -> Iterator[Word]:
    word: int | None = None
    start = end = tokens = 0
    for (begins, ends), number in zip(encoding.offsets, encoding.word_ids, strict=True):
        if number is None or number != word or tokens >= _LONG_WORD:
            if tokens:
                yield Word(start, end, tokens)
            start, tokens = begins, 0
        word, end, tokens = number, max(ends, begins), tokens + 1
    if tokens:
        yield Word(start, end, tokens)


class Batch(NamedTuple):
    """Tensors of one run, each (texts, tokens), and which inputs they are."""

    places: list[int]
    ids: NDArray[np.int64]
    mask: NDArray[np.int64]
    types: NDArray[np.int64]


def batches(encodings: Sequence[Encoding], tokens: int, pad: int) -> Iterator[Batch]:
    """Sort by length into batches of at most ``tokens`` tokens (a single text may exceed it); shortest first."""
    order = sorted(range(len(encodings)), key=lambda place: len(encodings[place].ids))
    at = 0
    while at < len(order):
        ahead = at + 1
        while ahead < len(order) and len(encodings[order[ahead]].ids) * (ahead + 1 - at) <= tokens:
            ahead += 1
        yield _batch(order[at:ahead], encodings, pad)
        at = ahead


def _batch(places: list[int], encodings: Sequence[Encoding], pad: int) -> Batch:
    shape = (len(places), max(1, len(encodings[places[-1]].ids)))
    ids, mask, types = np.full(shape, pad, np.int64), np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for row, place in enumerate(places):
        one = encodings[place]
        ids[row, : len(one.ids)] = one.ids
        mask[row, : len(one.ids)] = one.attention_mask
        types[row, : len(one.ids)] = one.type_ids
    return Batch(places, ids, mask, types)
