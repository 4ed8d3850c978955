"""Judgements: when a label holds, and when there is none."""

import pytest

from listener.domain.judgement import Judgement, Sentiment


@pytest.mark.parametrize(("probability", "label"), [(0.49, False), (0.5, True), (1.0, True), (None, None)])
def test_a_label_holds_from_the_threshold_on(probability: float | None, label: bool | None) -> None:  # noqa: FBT001
    """As the views of the store have it."""
    assert Judgement("m", "en", heads={"complaint": probability}).label("complaint") is label


def test_what_was_not_judged_has_no_label() -> None:
    """Neither has anything where the judge abstained, though its probabilities are kept."""
    unsure = Judgement("m", "en", Sentiment(0.4, 0.3, 0.3), {"complaint": 0.9}, abstained="low confidence")
    assert (unsure.label("complaint"), unsure.sentiment_label) == (None, None)
    assert (Judgement("m", "en").label("anger"), Judgement("m", "en").sentiment_label) == (None, None)


@pytest.mark.parametrize(
    ("mood", "label"),
    [((0.5, 0.3, 0.2), "negative"), ((0.2, 0.5, 0.3), "neutral"), ((0.3, 0.2, 0.5), "positive")],
)
def test_the_sentiment_is_the_most_probable(mood: tuple[float, float, float], label: str) -> None:
    """Of the three."""
    assert Judgement("m", "en", Sentiment(*mood)).sentiment_label == label
