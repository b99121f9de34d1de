"""How unlike areas are: dissimilarity of two groups, and variation of a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gapmap.equity.checks import check_index, numbers, weighed
from gapmap.errors import MethodError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["dissimilarity", "variation"]


def dissimilarity(a: ArrayLike, b: ArrayLike) -> float:
    """Duncan's index of dissimilarity of two groups over areas, 0 to 1.

    Half the sum over areas of the difference of both groups' shares that live there: the share of
    either group that would have to move for both to be spread alike. An area without anybody
    adds nothing.

    Parameters
    ----------
    a, b
        People of the one and of the other group, one finite number per area, not negative.

    Returns
    -------
    float
        0: spread alike; 1: no area holds people of both.

    Raises
    ------
    MethodError
        When numbers are negative or not finite, of unequal length or index, or a group is empty.

    Notes
    -----
    Duncan, O. D. and Duncan, B. (1955), doi:10.2307/2088328.

    Examples
    --------
    >>> dissimilarity([10, 0], [5, 5])
    0.5
    """
    check_index(a=a, b=b)
    one, other = numbers("a", a), numbers("b", b)
    if one.shape != other.shape:
        raise MethodError(
            f"a and b must be of one length, not {one.size} and {other.size}",
            f"a 与 b 须等长,现为 {one.size} 与 {other.size}",
        )
    for name, group in (("a", one), ("b", other)):
        if not (group > 0).any():
            raise MethodError(f"group {name} has no people", f"群体 {name} 没有人口")
    one, other = one / one.max(), other / other.max()
    return min(1.0, float(np.abs(one / one.sum() - other / other.sum()).sum() / 2))


def variation(values: ArrayLike, people: ArrayLike) -> float:
    """Person-weighted coefficient of variation: standard deviation over mean.

    Parameters
    ----------
    values
        One finite number per area (the share of people covered of each district, say), not
        negative.
    people
        Weight of each area, not negative, not all zero.

    Returns
    -------
    float
        0 where all are equal, also where all are 0. The deviation is that of the whole population
        (divided by its number, not by one less).

    Raises
    ------
    MethodError
        When values or people are negative, not finite, of unequal length or index, or nobody is
        there.

    Notes
    -----
    Williamson, J. G. (1965), doi:10.1086/450136.

    Examples
    --------
    >>> variation([1, 3], [1, 1])
    0.5
    """
    held, shares = weighed(values, people)
    mean = float(held @ shares)
    if mean == 0:
        return 0.0
    return float(np.sqrt((held / mean - 1) ** 2 @ shares))
