"""Judgements and numbers in words."""

from dataclasses import replace

import pytest

from listener.domain.judgement import Judgement, Sentiment
from listener.notify.prose import counted, judged
from tests.notify.samples import ANGRY, FOREIGN, UNSURE

BARE = Judgement(model="m", language="en")


@pytest.mark.parametrize(
    ("judgement", "words"),
    [
        (ANGRY, "negative (0.91 sure), complaint (0.84), anger unlikely (0.12)"),
        (UNSURE, "unsure: could be negative (0.48) or neutral (0.41); complaint doubtful (0.44)"),
        (FOREIGN, "not judged: language pt is not supported"),
        (None, "not judged yet"),
        (BARE, "not judged"),
        (replace(BARE, heads={"complaint": None}), "not judged"),
        (replace(BARE, sentiment=Sentiment(0.2, 0.2, 0.6)), "probably positive (0.60 sure)"),
        (replace(BARE, heads={"complaint": 0.5, "anger": 0.2}), "probably complaint (0.50), anger doubtful (0.20)"),
        (replace(BARE, heads={"complaint": 0.8, "anger": 0.1999}), "complaint (0.80), anger unlikely (0.20)"),
        (replace(BARE, heads={"spam": 0.9, "sarcasm": 0.6}), "probably sarcasm (0.60), spam (0.90)"),
        (replace(BARE, heads={"relevance": 0.9, "spam": 0.3}), "not judged"),
        (replace(BARE, heads={"relevance": 0.1}), "relevance unlikely (0.10)"),
        (
            replace(UNSURE, sentiment=Sentiment(0.4, 0.3, 0.3), heads={}),
            "unsure: could be negative (0.40) or neutral (0.30) or positive (0.30)",
        ),
        (replace(FOREIGN, abstained="a\nb" + "c" * 500), "not judged: a b" + "c" * 116 + "…"),
    ],
)
def test_judgements(judgement: Judgement | None, words: str) -> None:
    """The same words for the same probabilities, the probability always beside them."""
    assert judged(judgement) == words


def test_counts() -> None:
    """One is one; many are grouped."""
    assert counted(1, "mention") == "1 mention"
    assert counted(0, "mention") == "0 mentions"
    assert counted(12_400, "copy", "copies") == "12,400 copies"
