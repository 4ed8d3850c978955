"""Make scores into probabilities, on the hold-out alone: a dev set that shaped the weights can measure nothing."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.manifest import Head
from models.scores import Logits, calibrated
from models.train.examples import SENTIMENTS, UNKNOWN, Example
from models.train.network import HEADS

_LABELS = {2: ("no", "yes"), 3: SENTIMENTS}

_WEIGHT = 1.0
"""Of the belief that nothing needs calibrating: a hundred hold-out texts of a head outweigh it, ten do not."""
_DOUBTFUL = 2.0
"""Standard errors."""
_UNSURE_RIGHT = 0.5
"""Below the floor of confidence, fewer than this share of the judgements are right."""
_UNSURE_SHARE = 0.03
"""The floor never silences more than this share."""


def calibrate(logits: Sequence[Logits], held: Sequence[Example]) -> tuple[Head, ...]:
    """Fit every head by the hold-out texts that carry its label; ``logits`` are (texts, classes) a head."""
    made = []
    for (name, classes), scores in zip(HEADS.items(), logits, strict=True):
        truth = np.array([getattr(example, name) for example in held])
        known = truth != UNKNOWN
        if not known.any():
            made.append(Head(name=name, labels=_LABELS[classes]))
            continue
        fit = _binary if classes == 2 else _sentiment
        made.append(fit(name, scores[known], truth[known]))
    return tuple(made)


def floor_of_confidence(logits: Logits, held: Sequence[Example], head: Head) -> float:
    """Return the probability of the likeliest sentiment under which the judge had better abstain; 0 for none."""
    truth = np.array([example.sentiment for example in held])
    rows = calibrated(logits[truth != UNKNOWN], head)
    surest, right = rows.max(axis=1), rows.argmax(axis=1) == truth[truth != UNKNOWN]
    order = np.argsort(surest, kind="stable")
    share_right = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    most = int(len(order) * _UNSURE_SHARE)
    bad = np.flatnonzero(share_right[:most] < _UNSURE_RIGHT)
    return math.floor(1000 * surest[order[bad[-1] + 1]]) / 1000 if len(bad) else 0.0


def _sentiment(name: str, logits: Logits, truth: NDArray[np.int64]) -> Head:
    """Find the temperature of least loss by golden section over its logarithm."""

    def loss(log_temperature: float) -> float:
        head = Head(name=name, labels=SENTIMENTS, temperature=math.exp(log_temperature))
        chances = calibrated(logits, head)[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(chances, 1e-12)).mean())

    low, high, golden = math.log(0.2), math.log(5.0), (math.sqrt(5) - 1) / 2
    for _ in range(40):
        left, right = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, right) if loss(left) < loss(right) else (left, high)
    return Head(name=name, labels=SENTIMENTS, temperature=round(math.exp((low + high) / 2), 4))


def _binary(name: str, logits: Logits, truth: NDArray[np.int64]) -> Head:
    """Fit slope and offset (Platt): 0.5 becomes the decision.

    The threshold of best macro F1 is not sought: on a hold-out of a hundred texts it is a matter of luck. So is an
    offset that is less than two standard errors from nought, which is then left out.
    """
    margin = logits[:, 1].astype(np.float64) - logits[:, 0]
    fitted, errors = _platt(np.stack([margin, np.ones_like(margin)], axis=1), truth)
    slope, offset = fitted
    if abs(offset) < _DOUBTFUL * errors[1]:
        (slope,), _ = _platt(margin[:, None], truth)
        offset = 0.0
    bias = (0.0, round(float(offset), 4))
    return Head(name=name, labels=_LABELS[2], temperature=round(1 / max(float(slope), 0.05), 4), bias=bias)


def _platt(design: NDArray[np.float64], truth: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the weights of least loss, by Newton's method, held near 1 and 0, and their standard errors."""
    start = np.zeros(design.shape[1])
    start[0] = 1.0
    weights = start.copy()
    for _ in range(50):
        chances = _sigmoid(design @ weights)
        slope = design.T @ (chances - truth) + _WEIGHT * (weights - start)
        curve = design.T @ (design * (chances * (1 - chances))[:, None]) + _WEIGHT * np.eye(len(weights))
        weights = weights - np.linalg.solve(curve, slope)
    return weights, np.sqrt(np.diag(np.linalg.inv(curve)))


def _sigmoid(margin: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(0.5 * (1 + np.tanh(margin / 2)))  # exp would overflow far from 0
