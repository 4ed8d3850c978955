"""Figures of merit, by hand."""

import math

import numpy as np
import pytest

from models.metrics import MISSING, calibration_error, f1s, macro, recalls

TRUTH = [0, 0, 0, 1, 1, 2]
SAID = [0, 0, 1, 1, MISSING, 0]


def test_recall_counts_a_missing_answer_as_wrong() -> None:
    """Two of three, one of two, none of one."""
    assert recalls(TRUTH, SAID, 3) == pytest.approx([2 / 3, 1 / 2, 0.0])
    assert macro(recalls(TRUTH, SAID, 3)) == pytest.approx((2 / 3 + 1 / 2) / 3)


def test_f1_counts_hits_twice_over_all_that_was_said_and_was() -> None:
    """4/6, 2/4, 0/1."""
    assert f1s(TRUTH, SAID, 3) == pytest.approx([4 / 6, 2 / 4, 0.0])


def test_absent_classes_have_no_figure() -> None:
    """And do not count in the mean; a mean of nothing is no number."""
    assert np.isnan(recalls([0, 0], [0, 1], 3)).tolist() == [False, True, True]
    assert macro(f1s([0, 0], [0, 0], 3)) == 1.0
    assert math.isnan(macro(recalls([], [], 2)))


def test_calibration_error_is_the_mean_gap_of_the_bins() -> None:
    """Half are said with 0.9 and right four times of five, half with 0.6 and right each time."""
    chances = [0.9] * 5 + [0.6] * 5
    right = [True] * 4 + [False] + [True] * 5
    assert calibration_error(chances, right) == pytest.approx((0.1 + 0.4) / 2)
    assert calibration_error([1.0, 0.0], [True, False]) == 0.0
    assert math.isnan(calibration_error([], []))
