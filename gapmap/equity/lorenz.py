"""Measures read from the Lorenz curve: Gini and Palma."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gapmap.equity.checks import check_index, ties_of, weighed

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["gini", "palma"]


def gini(values: ArrayLike, people: ArrayLike) -> float:
    """Person-weighted Gini coefficient, 0 (all equal) to below 1.

    Twice the area between the Lorenz curve and the diagonal; equal to the mean absolute
    difference over all pairs of people divided by twice the mean.

    Parameters
    ----------
    values
        One non-negative finite number per place.
    people
        Weight of each place, not negative, not all zero.

    Returns
    -------
    float
        0 when everyone has the same, also when everyone has 0.

    Raises
    ------
    MethodError
        When values or people are negative, not finite, of unequal length or index, or nobody
        is there.

    Notes
    -----
    Lerman, R. I. and Yitzhaki, S. (1989), Journal of Econometrics 42, 43-47.

    Examples
    --------
    >>> gini([0, 1], [1, 1])
    0.5
    """
    held, shares = weighed(values, people)
    mean = float(held @ shares)
    if mean == 0:
        return 0.0
    order = np.argsort(held, kind="stable")
    lorenz = np.cumsum(held[order] * shares[order]) / mean
    height = lorenz + np.concatenate(([0.0], lorenz[:-1]))
    return max(0.0, float(1 - shares[order] @ height))


def palma(values: ArrayLike, people: ArrayLike, *, rank_by: ArrayLike | None = None) -> float:
    """Divide what the tenth of people with most has by what the two fifths with least have.

    Both shares are read from the Lorenz curve, straight between places, so that a place may
    stand on either side of the cut in part. Places of equal rank stand on it as one.

    Parameters
    ----------
    values, people
        As for :func:`gini`.
    rank_by
        By what people have most or least, such as their income: one finite number per place. By
        default by ``values`` themselves.

    Returns
    -------
    float
        0.25 where everyone has the same; NaN where the lower two fifths have nothing.

    Raises
    ------
    MethodError
        As :func:`gini`, or when ``rank_by`` is not finite or of another length.

    Notes
    -----
    Palma, J. G. (2011), doi:10.1111/j.1467-7660.2011.01694.x. Of distances it is a
    ratio by access, not by income, unless ``rank_by`` is one: "most" are those with the longest
    way.

    Examples
    --------
    >>> palma([1] * 10, [1] * 10)
    0.25
    >>> palma([1, 1, 3], [4, 5, 1], rank_by=[200, 300, 900])
    0.75
    """
    held, shares = weighed(values, people)
    tie = np.unique(held, return_inverse=True)[1]
    if rank_by is not None:
        check_index(values=values, people=people, rank_by=rank_by)
        tie = ties_of(rank_by, np.asarray(people, dtype=float) > 0)
    share_people = np.concatenate(([0.0], np.cumsum(np.bincount(tie, shares))))
    lorenz = np.concatenate(([0.0], np.cumsum(np.bincount(tie, held * shares))))
    least, most = np.interp([0.4, 0.9], share_people, lorenz)
    return round(float((lorenz[-1] - most) / least), 12) if least > 0 else float("nan")
