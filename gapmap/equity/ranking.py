"""Who has more: the concentration index of people ranked by something else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from gapmap.equity.checks import check_index, ties_of, weighed
from gapmap.errors import MethodError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["concentration"]


def concentration(
    values: ArrayLike,
    people: ArrayLike,
    rank_by: ArrayLike,
    *,
    index: Literal["plain", "erreygers"] = "plain",
    bounds: tuple[float, float] = (0.0, 1.0),
) -> float:
    """Concentration index of ``values`` over people ranked by something else, -1 to 1.

    Above 0: those who rank high have more. Places of equal rank share their mean rank, so
    that the order of rows does not matter.

    Parameters
    ----------
    values
        One finite number per place, not negative.
    people
        Weight of each place, not negative, not all zero.
    rank_by
        The ranking variable, one finite number per place (income, say), low to high.
    index
        ``"plain"``: twice the covariance of value and rank, divided by the mean; 0 where everyone
        has 0. ``"erreygers"``: for values that cannot leave ``bounds``, such as a share or covered
        or not; four times the plain index times mean / (high - low). It does not depend on whether
        those who have or those who lack are counted, but for its sign.
    bounds
        Least and greatest value there can be; for ``"erreygers"`` alone.

    Raises
    ------
    MethodError
        When values or people are negative, not finite, of unequal length or index, nobody is
        there, ``rank_by`` is not finite or of another length, there is no such index, or a value
        lies outside ``bounds``.

    Notes
    -----
    Kakwani, N., Wagstaff, A. and van Doorslaer, E. (1997), doi:10.1016/S0304-4076(96)01807-6;
    Erreygers, G. (2009), doi:10.1016/j.jhealeco.2008.02.003.

    Examples
    --------
    >>> concentration([0, 1], [1, 1], rank_by=[10, 20])
    0.5
    >>> concentration([0, 1], [1, 1], rank_by=[10, 20], index="erreygers")
    1.0
    """
    held, shares = weighed(values, people)
    check_index(values=values, people=people, rank_by=rank_by)
    lived = np.asarray(people, dtype=float) > 0
    mean = float(held @ shares)
    covariance = float((shares * (held - mean)) @ _middle_rank(rank_by, lived, shares))
    if index == "erreygers":
        low, high = bounds
        if not np.isfinite(high - low) or low >= high or held.min() < low or held.max() > high:
            raise MethodError(
                f"values from {held.min():g} to {held.max():g} are not within bounds {bounds}",
                f"values({held.min():g} 至 {held.max():g})超出 bounds {bounds}",
            )
        return 8 * covariance / (high - low)
    if index != "plain":
        raise MethodError(
            f'index is "plain" or "erreygers", not {index!r}',
            f'index 为 "plain" 或 "erreygers",现为 {index!r}',
        )
    return 2 * covariance / mean if mean > 0 else 0.0


def _middle_rank(
    rank_by: ArrayLike, lived: NDArray[np.bool_], shares: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give the share of people that rank below, and half of those of equal rank, less a half."""
    tie = ties_of(rank_by, lived)
    tie_share = np.bincount(tie, shares)
    middle: NDArray[np.float64] = (np.cumsum(tie_share) - tie_share / 2)[tie] - 0.5
    return middle
