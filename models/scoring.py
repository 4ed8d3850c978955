"""A judge is a scorer (a network that runs somewhere) between one way of reading and one way of answering."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from listener.domain.judgement import Judgement, Passage, Sentiment
from models.encoder import Batch, Encoder, Input, batches
from models.manifest import Manifest
from models.reading import UNSURE, Reader, Reading
from models.scores import Logits, calibrated, merged

AHEAD = 16
"""Passages read at a time: the network begins with the first while the next are read."""


class Scorer(Protocol):
    """A network that is ready to run."""

    tokens: int
    """The most tokens of one batch."""
    pad: int
    """The id that fills shorter rows."""

    def each(self, some: Iterable[Batch]) -> Iterable[list[Logits]]:
        """Return for each batch the logits of every head, each (texts, classes), in the manifest's order."""


class _Run(NamedTuple):
    """Inputs that are being scored: the place of the first of them, and what they are laid out in."""

    first: int
    batches: list[Batch]
    logits: Iterable[list[Logits]]


class ScoringJudge:
    """Judges passages with any scorer. Implements ``listener.domain.judgement.Judge``."""

    def __init__(self, model_id: str, manifest: Manifest, encoder: Encoder, scorer: Scorer) -> None:
        self._model_id = model_id
        self._manifest = manifest
        self._encoder = encoder
        self._scorer = scorer
        languages = None if manifest.languages is None else frozenset(manifest.languages)
        self._reader = Reader(encoder, languages, target=manifest.target)

    @property
    def model_id(self) -> str:
        """Name weights, calibration and way of reading by content."""
        return self._model_id

    def judge(self, passages: Sequence[Passage]) -> list[Judgement]:
        """Judge in any number; the order is kept. What is read twice is scored once."""
        wanted = list(dict.fromkeys(passages))
        readings: dict[Passage, Reading] = {}
        running: list[_Run] = []
        places: dict[Input, int] = {}
        for start in range(0, len(wanted), AHEAD):
            readings |= {passage: self._reader.read(passage) for passage in wanted[start : start + AHEAD]}
            inputs = [one for passage in wanted[start : start + AHEAD] for one in readings[passage].inputs]
            new = [one for one in dict.fromkeys(inputs) if one not in places]
            running.append(self._begin(new, len(places)))
            places |= {one: len(places) + at for at, one in enumerate(new)}
        heads = self._scores(running, len(places))
        answers = {
            passage: self._answer(reading, [scores[[places[one] for one in reading.inputs]] for scores in heads])
            for passage, reading in readings.items()
        }
        return [answers[passage] for passage in passages]

    def _begin(self, inputs: Sequence[Input], first: int) -> "_Run":
        """Have inputs scored, of which the first has this place; a scorer that has threads does so meanwhile."""
        some = list(batches(self._encoder.encode(inputs), self._scorer.tokens, self._scorer.pad)) if inputs else []
        return _Run(first, some, self._scorer.each(some))

    def _scores(self, running: Iterable["_Run"], many: int) -> list[NDArray[np.float64]]:
        """Return probabilities of every head, each (inputs, classes)."""
        heads = [np.zeros((many, len(head.labels))) for head in self._manifest.heads]
        for run in running:
            for batch, made in zip(run.batches, run.logits, strict=True):
                places = [run.first + place for place in batch.places]
                for out, logits, head in zip(heads, made, self._manifest.heads, strict=True):
                    out[places] = calibrated(logits, head)
        return heads

    def _answer(self, reading: Reading, heads: Sequence[NDArray[np.float64]]) -> Judgement:
        """Put the scores of a reading's windows into words."""
        sentiment: Sentiment | None = None
        binary: dict[str, float | None] = {}
        rows = zip(self._manifest.heads, heads, strict=True) if reading.inputs else ()
        for head, windows in rows:
            row = merged(windows, reading.weights)
            if head.name == "sentiment":
                sentiment = Sentiment(*(float(row[head.labels.index(name)]) for name in Sentiment.__slots__))
            else:
                binary[head.name] = float(row[1])
        return Judgement(self._model_id, reading.language, sentiment, binary, reading.reason or self._doubt(sentiment))

    def _doubt(self, sentiment: Sentiment | None) -> str | None:
        if sentiment is None:
            return None
        surest = max(sentiment.negative, sentiment.neutral, sentiment.positive)
        return UNSURE if surest < self._manifest.unsure else None
