"""What every measure asks of its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gapmap.errors import MethodError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["check_index", "check_lengths", "numbers", "weighed"]


def weighed(
    values: ArrayLike, people: ArrayLike, *, infinite: bool = False
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Check values and people; give the values of places with people, and their share of people.

    Parameters
    ----------
    infinite
        Whether a value may be infinite.

    Returns
    -------
    values, shares
        Of equal length, one entry per place with people; the shares add up to 1.
    """
    check_index(values=values, people=people)
    held, weights = numbers("values", values, infinite=infinite), numbers("people", people)
    check_lengths(held, weights)
    lived = weights > 0
    if not lived.any():
        raise MethodError("people are all zero", "people 全为零")
    held, weights = held[lived], weights[lived] / weights.max()
    return held, weights / weights.sum()


def check_lengths(values: NDArray[np.float64], people: NDArray[np.float64]) -> None:
    """Refuse values and people of different lengths."""
    if values.shape != people.shape:
        raise MethodError(
            f"values and people must be of one length, not {values.size} and {people.size}",
            f"values 与 people 须等长,现为 {values.size} 与 {people.size}",
        )


def numbers(name: str, values: ArrayLike, *, infinite: bool = False) -> NDArray[np.float64]:
    """Give ``values`` as numbers of one dimension that are not negative, or say what they are."""
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise MethodError(f"{name} must be numbers: {error}", f"{name} 须为数字:{error}") from None
    if array.ndim != 1:
        raise MethodError(
            f"{name} must have one dimension, not {array.ndim}",
            f"{name} 须为一维,现为 {array.ndim} 维",
        )
    sound = ~np.isnan(array) if infinite else np.isfinite(array)
    if not sound.all() or (array < 0).any():
        where = int(np.argmax(~sound | (array < 0)))
        raise MethodError(
            f"{name} must be finite and not negative; number {where} is {array[where]:g}",
            f"{name} 须为有限的非负数;第 {where} 个(自 0 起)为 {array[where]:g}",
        )
    return array


def ties_of(rank_by: ArrayLike, lived: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Give each place where people live the number of its rank, from 0; equal ones have one."""
    try:
        rank_value = np.asarray(rank_by, dtype=float)
    except (TypeError, ValueError):
        rank_value = np.array([])
    if rank_value.shape != lived.shape or not np.isfinite(rank_value).all():
        raise MethodError(
            "rank_by needs one finite number per value", "rank_by 须与 values 等长且为有限数"
        )
    ties: NDArray[np.intp] = np.unique(rank_value[lived], return_inverse=True)[1]
    return ties


def check_index(**given: ArrayLike) -> None:
    """Refuse pandas objects of which the rows stand in different order."""
    held = {
        name: one.index
        for name, one in given.items()
        if isinstance(one, pd.Series) and one.index is not None
    }
    (first, *others) = held or [""]
    for name in others:
        if len(held[name]) == len(held[first]) and not held[name].equals(held[first]):
            raise MethodError(
                f"{first} and {name} have different indexes; bring them into one order first",
                f"{first} 与 {name} 的索引不同;请先使其顺序一致",
            )
