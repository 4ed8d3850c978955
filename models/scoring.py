"""A judge is a scorer (a network that runs somewhere) between one way of reading and one way of answering."""

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from listener.domain.judgement import Judgement, Passage, Sentiment
from models.encoder import Batch, Encoder, Input, batches
from models.manifest import Manifest
from models.reading import UNSURE, Reader, Reading
from models.scores import Logits, calibrated, merged


class Scorer(Protocol):
    """A network that is ready to run."""

    tokens: int
    """The most tokens of one batch."""
    pad: int
    """The id that fills shorter rows."""

    def each(self, some: Iterable[Batch]) -> Iterable[list[Logits]]:
        """Return for each batch the logits of every head, each (texts, classes), in the manifest's order."""


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
        readings = {passage: self._reader.read(passage) for passage in dict.fromkeys(passages)}
        inputs = list(dict.fromkeys(one for reading in readings.values() for one in reading.inputs))
        heads = self._scores(inputs) if inputs else []
        places = {one: place for place, one in enumerate(inputs)}
        answers = {
            passage: self._answer(reading, [scores[[places[one] for one in reading.inputs]] for scores in heads])
            for passage, reading in readings.items()
        }
        return [answers[passage] for passage in passages]

    def _scores(self, inputs: Sequence[Input]) -> list[NDArray[np.float64]]:
        """Return probabilities of every head, each (inputs, classes)."""
        encodings = self._encoder.encode(inputs)
        heads = [np.zeros((len(inputs), len(head.labels))) for head in self._manifest.heads]
        some = list(batches(encodings, self._scorer.tokens, self._scorer.pad))
        for batch, made in zip(some, self._scorer.each(some), strict=True):
            for out, logits, head in zip(heads, made, self._manifest.heads, strict=True):
                out[batch.places] = calibrated(logits, head)
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
