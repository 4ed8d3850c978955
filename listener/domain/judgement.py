"""What the classifier says of a mention, and the contract of whoever says it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from listener.domain.text import Span

THRESHOLD = 0.5
"""A label is true at or above this probability; heads are calibrated so that it is the decision."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What is judged: a text, the brand it is judged toward, and where the brand stands in it.

    ``spans`` are code points of ``text`` and ``title_spans`` of ``title``, none where the brand is not named.
    ``parent`` is the text of the post that a reply answers, where the reply does not name the brand itself.
    """

    text: str
    brand: str = ""
    spans: tuple[Span, ...] = ()
    title: str = ""
    lang_hint: str = ""
    parent: str = ""
    title_spans: tuple[Span, ...] = ()

    @property
    def hash(self) -> str:
        """Tell passages apart by everything the judgement depends on."""
        return hashlib.sha256(ascii(self).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Sentiment:
    """Probabilities of the sentiment toward the brand; they add up to 1."""

    negative: float
    neutral: float
    positive: float

    @property
    def label(self) -> str:
        """The most probable of the three."""
        return max(("negative", "neutral", "positive"), key=lambda name: float(getattr(self, name)))


@dataclass(frozen=True, slots=True)
class Judgement:
    """Probabilities (0..1, None: not judged) and, where it is not to be trusted, the reason to abstain.

    Low confidence abstains but keeps its probabilities; an unsupported language or an empty text has none.
    """

    model: str
    language: str
    sentiment: Sentiment | None = None
    heads: dict[str, float | None] = field(default_factory=dict)
    """``complaint``, ``anger``, …: head → probability"""
    abstained: str | None = None

    def label(self, head: str) -> bool | None:
        """Say whether ``head`` holds; None where it was not judged or the judge abstained."""
        probability = self.heads.get(head)
        if probability is None or self.abstained:
            return None
        return probability >= THRESHOLD

    @property
    def sentiment_label(self) -> str | None:
        """The sentiment, None where it was not judged or the judge abstained."""
        return None if self.sentiment is None or self.abstained else self.sentiment.label


class Judge(Protocol):
    """Judges passages. Safe to call from one thread at a time."""

    @property
    def model_id(self) -> str:
        """Name weights and calibration by content: the same id gives the same judgements."""

    def judge(self, passages: Sequence[Passage]) -> list[Judgement]:
        """Judge in any number; the order is kept. Batches inside. Raises nothing for any text."""
