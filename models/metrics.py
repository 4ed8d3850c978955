"""Figures of merit, in numpy alone. A prediction of -1 means none was made: it is wrong wherever it falls."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

MISSING = -1


def recalls(truth: ArrayLike, said: ArrayLike, classes: int) -> NDArray[np.float64]:
    """Return the recall of each class; nan for a class that ``truth`` lacks."""
    truth, said = np.asarray(truth), np.asarray(said)
    return np.array([_share((said == one) & (truth == one), truth == one) for one in range(classes)])


def f1s(truth: ArrayLike, said: ArrayLike, classes: int) -> NDArray[np.float64]:
    """Return the F1 of each class; nan for a class that neither ``truth`` nor ``said`` holds."""
    truth, said = np.asarray(truth), np.asarray(said)
    hits = np.array([np.sum((said == one) & (truth == one)) for one in range(classes)])
    both = np.array([np.sum(said == one) + np.sum(truth == one) for one in range(classes)])
    return np.array([2 * hit / size if size else np.nan for hit, size in zip(hits, both, strict=True)])


def macro(values: NDArray[np.float64]) -> float:
    """Average over the classes that are there; nan for none."""
    there = values[~np.isnan(values)]
    return float(there.mean()) if len(there) else float("nan")


def calibration_error(probabilities: ArrayLike, right: ArrayLike, bins: int = 15) -> float:
    """Return the expected calibration error: how far the probability of what was said lies from how often it is right.

    ``probabilities`` and ``right`` are of equal length, the former in 0..1; bins are of equal width. nan for nothing.
    """
    chances, hits = np.asarray(probabilities, np.float64), np.asarray(right, np.float64)
    if not len(chances):
        return float("nan")
    places = np.minimum((chances * bins).astype(int), bins - 1)
    gaps = (abs(chances[places == one].sum() - hits[places == one].sum()) for one in range(bins))
    return float(sum(gaps) / len(chances))


def _share(part: NDArray[np.bool_], whole: NDArray[np.bool_]) -> float:
    return float(part.sum() / whole.sum()) if whole.any() else float("nan")
