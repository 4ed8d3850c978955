"""Calibrated probabilities, and one answer of several windows."""

import numpy as np
import pytest

from models.manifest import Head
from models.scores import calibrated, merged


def test_temperature_and_bias_shape_the_probabilities() -> None:
    """Softmax of logits over temperature plus bias; rows add up to 1."""
    head = Head(name="complaint", labels=("no", "yes"), temperature=2.0, bias=(0.0, 1.0))
    rows = calibrated(np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 1e4]], np.float32), head)
    assert rows.sum(axis=1) == pytest.approx([1.0, 1.0, 1.0])
    assert rows[:, 1] == pytest.approx([1 / (1 + np.exp(-1.0)), 0.5, 1.0])


def test_a_class_that_a_model_does_not_know_has_no_chance() -> None:
    """The logarithm of nought is no accident."""
    head = Head(name="sentiment", labels=("negative", "neutral", "positive"))
    rows = calibrated(np.array([[np.log(0.25), -np.inf, np.log(0.75)]], np.float32), head)
    assert rows[0] == pytest.approx([0.25, 0.0, 0.75])


def test_sentiment_is_averaged_by_spans() -> None:
    """Three friendly places outweigh an unfriendly one."""
    windows = np.array([[0.8, 0.1, 0.1], [0.0, 0.1, 0.9]])
    assert merged(windows, (1, 3)) == pytest.approx([0.2, 0.1, 0.7])


def test_one_complaining_window_makes_a_complaint() -> None:
    """However many others say nothing."""
    windows = np.array([[0.9, 0.1], [0.2, 0.8], [0.9, 0.1]])
    assert merged(windows, (5, 1, 5)) == pytest.approx([0.2, 0.8])


def test_what_is_no_number_is_no_answer() -> None:
    """It would be stored as NULL and pass for a question that nobody asked."""
    head = Head(name="anger", labels=("no", "yes"))
    with pytest.raises(FloatingPointError, match="anger is no number"):
        calibrated(np.array([[0.0, np.nan]], np.float32), head)
