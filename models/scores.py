"""From logits to calibrated probabilities, and from several windows to one answer."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.manifest import Head

Logits = NDArray[np.float32]
Probabilities = NDArray[np.float64]


def calibrated(logits: Logits, head: Head) -> Probabilities:
    """Return probabilities, rows adding up to 1, of logits (texts, classes).

    Raises FloatingPointError where the network answered with what is no number: a probability of nan would be stored
    as if nothing had been asked.
    """
    if np.isnan(logits).any():
        raise FloatingPointError(f"the network's answer for {head.name} is no number")
    scores = logits.astype(np.float64) / head.temperature + np.asarray(head.bias or 0.0)
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    total: Probabilities = odds / odds.sum(axis=1, keepdims=True)
    return total


def merged(windows: Probabilities, weights: Sequence[int]) -> Probabilities:
    """Make one row of the windows of a passage.

    Three classes and more (sentiment): the mean, each window by the number of spans it was read for, since the
    passage is as friendly as it is on the whole. Two classes: the window that says yes most surely, since one
    complaining paragraph makes a complaint.
    """
    if windows.shape[1] == 2:
        strongest: Probabilities = windows[int(windows[:, 1].argmax())]
        return strongest
    mean: Probabilities = np.average(windows, axis=0, weights=weights)
    return mean
