"""Weighted quantiles, in which what cannot be reached is infinitely far."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gapmap.equity.checks import check_index, check_lengths, numbers
from gapmap.errors import MethodError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["quantile", "quantile_of_sorted"]


def quantile(values: ArrayLike, people: ArrayLike, share: float) -> float:
    """Value below or at which ``share`` of the people live.

    The inverse of the weighted distribution, with the mean of both neighbours where the share
    is met exactly (so that the median of 1 and 3 is 2). Infinite values are allowed: a median
    of infinity says that half of the people cannot get there. NaN without people.

    Raises
    ------
    MethodError
        Values or people are NaN or negative, not of one length or of different indexes; the share
        is not one.

    Examples
    --------
    >>> quantile([100, 300, float("inf")], [1, 2, 1], 0.5)
    300.0
    """
    check_index(values=values, people=people)
    held, weights = numbers("values", values, infinite=True), numbers("people", people)
    check_lengths(held, weights)
    if not 0 <= share <= 1:
        raise MethodError(
            f"share must be from 0 to 1, not {share}", f"share 须为 0 至 1,现为 {share}"
        )
    held, weights = held[weights > 0], weights[weights > 0]
    order = np.argsort(held, kind="stable")
    return quantile_of_sorted(held[order], np.cumsum(weights[order]), share)


def quantile_of_sorted(
    values: NDArray[np.float64], reached: NDArray[np.float64], share: float
) -> float:
    """Give the same of sorted values, where ``reached`` people live up to each of them.

    Examples
    --------
    >>> quantile_of_sorted(np.array([100.0, 300.0]), np.array([1.0, 3.0]), 0.9)
    300.0
    """
    if values.size == 0:
        return float("nan")
    wanted = share * reached[-1]
    slack = 1e-12 * reached[-1]
    first = min(int(np.searchsorted(reached, wanted - slack)), values.size - 1)
    if abs(reached[first] - wanted) <= slack and first + 1 < values.size:
        return float((values[first] + values[first + 1]) / 2)
    return float(values[first])
