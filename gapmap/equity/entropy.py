"""Theil's two measures, T and L, which fall exactly into parts between and within groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from gapmap.equity.checks import check_index, weighed
from gapmap.errors import MethodError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

__all__ = ["Theil", "theil", "theil_l"]


class Theil(NamedTuple):
    """A measure of Theil's and its parts; ``between + within == total``."""

    total: float
    between: float
    within: float


def theil(values: ArrayLike, people: ArrayLike, groups: ArrayLike | None = None) -> Theil:
    """Person-weighted Theil T, split into a part between groups and a part within them.

    A place with value 0 adds 0, the limit of x ln x. 0 where everyone has the same, the natural
    logarithm of the number of people where one has all; the parts are not negative.

    Parameters
    ----------
    values
        One finite number per place, not negative.
    people
        Weight of each place, not negative, not all zero.
    groups
        A label per place, a missing one being a label too; without it everyone is of one group.

    Returns
    -------
    Theil
        ``total``, ``between``, ``within``; all 0 where everyone has 0.

    Raises
    ------
    MethodError
        When values or people are negative, not finite, of unequal length or index, or nobody is
        there.

    Notes
    -----
    Theil, H. (1967), Economics and Information Theory; decomposition: Shorrocks, A. F. (1980),
    doi:10.2307/1913126.

    Examples
    --------
    >>> parts = theil([1, 1, 3, 3], [1, 1, 1, 1], ["a", "a", "b", "b"])
    >>> round(parts.total, 4), round(parts.within, 4)
    (0.1308, 0.0)
    """
    return _split(values, people, groups, _mean_x_log_x)


def theil_l(values: ArrayLike, people: ArrayLike, groups: ArrayLike | None = None) -> Theil:
    """Person-weighted Theil L, the mean logarithmic deviation, split as :func:`theil` is.

    The mean over people of ln(mean / value). It looks hardest at small values, and is not defined
    where someone has 0 while others have more: total and parts are NaN then.

    Parameters
    ----------
    values, people, groups
        As for :func:`theil`.

    Returns
    -------
    Theil
        ``total``, ``between``, ``within``; all 0 where everyone has 0, all NaN where some have.

    Raises
    ------
    MethodError
        As :func:`theil`.

    Notes
    -----
    Theil, H. (1967), Economics and Information Theory; decomposition: Shorrocks, A. F. (1980),
    doi:10.2307/1913126.

    Examples
    --------
    >>> round(theil_l([1, 3], [1, 1]).total, 4)
    0.1438
    """
    return _split(values, people, groups, _mean_log_deviation)


def _split(
    values: ArrayLike,
    people: ArrayLike,
    groups: ArrayLike | None,
    measure: Callable[[NDArray[np.float64], NDArray[np.float64]], float],
) -> Theil:
    held, shares = weighed(values, people)
    member = None if groups is None else _members(values, people, groups)
    mean = float(held @ shares)
    if mean == 0:
        return Theil(0.0, 0.0, 0.0)
    total = measure(held / mean, shares)
    if np.isnan(total):
        return Theil(total, total, total)
    total = max(0.0, total)  # rounding alone may take it below
    if member is None:
        return Theil(total, 0.0, total)
    group_share = np.bincount(member, shares).astype(float)
    lived = group_share > 0
    group_mean = np.bincount(member, held * shares)[lived] / group_share[lived]
    between = min(total, max(0.0, measure(group_mean / mean, group_share[lived])))
    return Theil(total, between, total - between)


def _members(values: ArrayLike, people: ArrayLike, groups: ArrayLike) -> NDArray[np.intp]:
    """Give each place with people the number of its group."""
    check_index(values=values, people=people, groups=groups)
    lived = np.asarray(people, dtype=float) > 0
    labels = groups if isinstance(groups, np.ndarray) else np.asarray(groups, dtype=object)
    if labels.shape != lived.shape:
        raise MethodError(
            f"groups has {labels.size} labels for {lived.size} values",
            f"groups 有 {labels.size} 个标签,values 有 {lived.size} 个",
        )
    numbered: NDArray[np.intp] = pd.factorize(labels[lived], use_na_sentinel=False)[0]
    return numbered


def _mean_x_log_x(ratio: NDArray[np.float64], shares: NDArray[np.float64]) -> float:
    logs = np.log(ratio, out=np.zeros_like(ratio), where=ratio > 0)
    return float((ratio * logs) @ shares)


def _mean_log_deviation(ratio: NDArray[np.float64], shares: NDArray[np.float64]) -> float:
    if (ratio == 0).any():
        return float("nan")
    return -float(np.log(ratio) @ shares)
