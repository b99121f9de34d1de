"""How unequally something is spread over people: weighted Gini, Theil, Palma, concentration.

Values are what people have or have to bear (for example the distance to a clinic in metres),
one per place; ``people`` are the weights. Values must be finite and not negative: leave
unreachable places out and say how many people that leaves out, as :func:`gapmap.assess` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gapmap.errors import MethodError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Theil", "concentration", "gini", "palma", "quantile", "theil"]


class Theil(NamedTuple):
    """Theil's T and its parts; ``between + within == total``."""

    total: float
    between: float
    within: float


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
        When values or people are negative, not finite, of unequal length, or nobody is there.

    Notes
    -----
    Lerman, R. I. and Yitzhaki, S. (1989), Journal of Econometrics 42, 43-47.

    Examples
    --------
    >>> gini([0, 1], [1, 1])
    0.5
    """
    held, weights = _checked(values, people)
    total = float(held @ weights)
    if total == 0:
        return 0.0
    order = np.argsort(held, kind="stable")
    share_people = np.cumsum(weights[order]) / weights.sum()
    lorenz = np.cumsum(held[order] * weights[order]) / total
    width = np.diff(share_people, prepend=0.0)
    height = lorenz + np.concatenate(([0.0], lorenz[:-1]))
    return max(0.0, float(1 - width @ height))


def theil(values: ArrayLike, people: ArrayLike, groups: ArrayLike | None = None) -> Theil:
    """Person-weighted Theil T, split into a part between groups and a part within them.

    A place with value 0 adds 0, the limit of x ln x.

    Parameters
    ----------
    values, people
        As for :func:`gini`.
    groups
        A label per place; without it everything is within one group.

    Returns
    -------
    Theil
        ``total``, ``between``, ``within``.

    Raises
    ------
    MethodError
        As :func:`gini`.

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
    held, weights = _checked(values, people)
    mean = float(held @ weights) / float(weights.sum())
    if mean == 0:
        return Theil(0.0, 0.0, 0.0)
    total = _mean_x_log_x(held / mean, weights)
    if groups is None:
        return Theil(total, 0.0, total)
    _, member = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    if member.shape != held.shape:
        msg = f"groups has {member.size} labels for {held.size} values"
        raise MethodError(msg, f"groups 有 {member.size} 个标签,values 有 {held.size} 个")
    group_people = np.bincount(member, weights).astype(float)
    lived = group_people > 0
    group_mean = np.bincount(member, held * weights)[lived] / group_people[lived]
    between = _mean_x_log_x(group_mean / mean, group_people[lived])
    return Theil(total, between, total - between)


def palma(values: ArrayLike, people: ArrayLike) -> float:
    """Divide what the best-off tenth of people has by what the worst-off two fifths have.

    Both shares are read from the Lorenz curve, straight between places, so that a place may
    stand on either side of the cut in part.

    Parameters
    ----------
    values, people
        As for :func:`gini`.

    Returns
    -------
    float
        NaN where the lower two fifths have nothing.

    Raises
    ------
    MethodError
        As :func:`gini`.

    Notes
    -----
    Palma, J. G. (2011), doi:10.1111/j.1467-7660.2011.01694.x; here of access, not of income.

    Examples
    --------
    >>> palma([1] * 10, [1] * 10)
    0.25
    """
    held, weights = _checked(values, people)
    order = np.argsort(held, kind="stable")
    share_people = np.concatenate(([0.0], np.cumsum(weights[order]) / weights.sum()))
    lorenz = np.concatenate(([0.0], np.cumsum(held[order] * weights[order])))
    least, most = np.interp([0.4, 0.9], share_people, lorenz)
    return round(float((lorenz[-1] - most) / least), 12) if least > 0 else float("nan")


def concentration(values: ArrayLike, people: ArrayLike, rank_by: ArrayLike) -> float:
    """Concentration index of ``values`` over people ranked by something else, -1 to 1.

    Above 0: those who rank high have more. Places of equal rank share their mean rank, so
    that the order of rows does not matter.

    Parameters
    ----------
    values, people
        As for :func:`gini`.
    rank_by
        The ranking variable, one finite number per place (income, say), low to high.

    Raises
    ------
    MethodError
        As :func:`gini`, or when ``rank_by`` is not finite or of another length.

    Notes
    -----
    Kakwani, N., Wagstaff, A. and van Doorslaer, E. (1997), doi:10.1016/S0304-4076(96)01807-6.

    Examples
    --------
    >>> concentration([0, 1], [1, 1], rank_by=[10, 20])
    0.5
    """
    held, weights = _checked(values, people)
    rank_value = np.asarray(rank_by, dtype=float)
    if rank_value.shape != held.shape or not np.isfinite(rank_value).all():
        raise MethodError(
            "rank_by needs one finite number per value", "rank_by 须与 values 等长且为有限数"
        )
    mean = float(held @ weights) / float(weights.sum())
    if mean == 0:
        return 0.0
    _, tie = np.unique(rank_value, return_inverse=True)
    tie_people = np.bincount(tie, weights)
    middle = (np.cumsum(tie_people) - tie_people / 2) / weights.sum()
    covariance = float((weights * (held - mean)) @ (middle[tie] - 0.5)) / float(weights.sum())
    return 2 * covariance / mean


def quantile(values: ArrayLike, people: ArrayLike, share: float) -> float:
    """Value below or at which ``share`` of the people live.

    The inverse of the weighted distribution, with the mean of both neighbours where the share
    is met exactly (so that the median of 1 and 3 is 2). Infinite values are allowed: a median
    of infinity says that half of the people cannot get there. NaN without people.

    Examples
    --------
    >>> quantile([100, 300, float("inf")], [1, 2, 1], 0.5)
    300.0
    """
    held = np.asarray(values, dtype=float)
    weights = np.asarray(people, dtype=float)
    held, weights = held[weights > 0], weights[weights > 0]
    if held.size == 0:
        return float("nan")
    order = np.argsort(held, kind="stable")
    held, reached = held[order], np.cumsum(weights[order])
    wanted = share * reached[-1]
    slack = 1e-12 * reached[-1]
    first = min(int(np.searchsorted(reached, wanted - slack)), held.size - 1)
    if abs(reached[first] - wanted) <= slack and first + 1 < held.size:
        return float((held[first] + held[first + 1]) / 2)
    return float(held[first])


def _mean_x_log_x(ratio: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    logs = np.log(ratio, out=np.zeros_like(ratio), where=ratio > 0)
    return float((ratio * logs) @ weights) / float(weights.sum())


def _checked(
    values: ArrayLike, people: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    held = np.asarray(values, dtype=float)
    weights = np.asarray(people, dtype=float)
    if held.shape != weights.shape or held.ndim != 1:
        raise MethodError(
            f"values and people must be of one length, not {held.shape} and {weights.shape}",
            f"values 与 people 须等长,现为 {held.shape} 与 {weights.shape}",
        )
    for name, array in (("values", held), ("people", weights)):
        if not np.isfinite(array).all() or (array < 0).any():
            raise MethodError(f"{name} must be finite and not negative", f"{name} 须为有限的非负数")
    if weights.sum() == 0:
        raise MethodError("people are all zero", "people 全为零")
    return held, weights
