"""Figures of retrieval: recall, nDCG, bootstrap intervals, the ROC curve. Pure arithmetic on ranks and scores."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

DEPTH = 10
RESAMPLED = 2000
"""Resamplings of a bootstrap."""

Interval = tuple[float, float]


def rank_of(found: Sequence[str], relevant: frozenset[str]) -> float:
    """Return the rank, from 1, of the first of `found` that is relevant; infinity where none is.

    >>> rank_of(["x", "a"], frozenset({"a"})), rank_of([], frozenset({"a"}))
    (2, inf)
    """
    return next((rank for rank, document in enumerate(found, 1) if document in relevant), math.inf)


def recall(ranks: ArrayLike, depth: int) -> float:
    """Return the share of ranks that are `depth` or better.

    >>> recall([1, 3, math.inf, 11], 10)
    0.5
    """
    return float(np.mean(np.asarray(ranks) <= depth))


def reciprocal(ranks: ArrayLike) -> float:
    """Return the mean reciprocal rank; a rank of infinity counts 0."""
    return float(np.mean(1.0 / np.asarray(ranks, float)))


def ndcg(found: Sequence[str], relevant: frozenset[str]) -> float:
    """Return nDCG of a ranking with binary relevance.

    >>> ndcg(["x", "a"], frozenset({"a"})) == 1 / math.log2(3)
    True
    """
    gain = sum(1 / math.log2(rank + 1) for rank, document in enumerate(found, 1) if document in relevant)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(relevant), DEPTH) + 1))
    return gain / ideal if ideal else 0.0


def interval(values: ArrayLike) -> Interval:
    """Return the 95% percentile bootstrap interval of the mean of `values` (Efron, 1979).

    Of the differences of two systems on the same questions it is the paired bootstrap. The same values give the same
    interval: the resampling is seeded.

    >>> interval([1.0, 1.0, 1.0])
    (1.0, 1.0)
    """
    sample = np.asarray(values, float)
    drawn = np.random.default_rng(0).integers(0, len(sample), (RESAMPLED, len(sample)))
    means = sample[drawn].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def roc(known: ArrayLike, unknown: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ROC curve of a score that should be high for `known` and low for `unknown` questions.

    Two arrays of one length, by falling threshold: the share of unknown questions answered, the share of known ones.
    """
    known, unknown = np.asarray(known, float), np.asarray(unknown, float)
    thresholds = np.concatenate([[math.inf], np.unique(np.concatenate([known, unknown]))[::-1]])
    answered_unknown = (unknown[None, :] >= thresholds[:, None]).mean(axis=1)
    answered_known = (known[None, :] >= thresholds[:, None]).mean(axis=1)
    return answered_unknown, answered_known


def area(known: ArrayLike, unknown: ArrayLike) -> float:
    """Return the area under the ROC curve: how often a known question scores above an unknown one.

    >>> area([2, 3], [1, 2])
    0.875
    """
    unknown_rate, known_rate = roc(known, unknown)
    return float(np.trapezoid(known_rate, unknown_rate))
