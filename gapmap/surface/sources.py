"""Sources of a search over a grid, checked: which cells, and what each begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from gapmap.errors import MethodError

if TYPE_CHECKING:
    from gapmap.surface.value import Floats, Integers

__all__ = ["source_cells", "start_minutes_of"]


def source_cells(sources: npt.ArrayLike, shape: tuple[int, ...]) -> Integers:
    """Give rows and columns of sources, shape (sources, 2).

    Raises
    ------
    MethodError
        They are no pairs of whole numbers, or one is off the grid.
    """
    given = np.asarray(sources)
    if given.size == 0:
        return np.empty((0, 2), np.int64)
    if given.shape[1:] != (2,) or given.dtype.kind not in "iu":
        raise MethodError(
            "sources are pairs of a row and a column, whole numbers, of shape (n, 2); "
            f"this is {given.dtype} of shape {given.shape}: give whole rows and columns",
            f"sources 应为(行, 列)整数对,形状 (n, 2);现为 {given.dtype},形状 {given.shape}",
        )
    outside = np.flatnonzero(((given < 0) | (given >= shape)).any(axis=1))
    if len(outside):
        row, column = given[outside[0]].tolist()
        raise MethodError(
            f"{len(outside)} sources lie off the grid of {shape[0]} rows and {shape[1]} "
            f"columns; the first is source {outside[0]}: row {row}, column {column}",
            f"{len(outside)} 个起点在 {shape[0]} 行 {shape[1]} 列的栅格之外;"
            f"第一个为第 {outside[0]} 号:行 {row},列 {column}",
        )
    return given.astype(np.int64)


def start_minutes_of(start_minutes: npt.ArrayLike | None, count: int) -> Floats:
    """Give what each of so many sources begins with; 0 where nothing is given.

    Raises
    ------
    MethodError
        There is not a number of at least 0 for each.
    """
    if start_minutes is None:
        return np.zeros(count)
    start = np.array(start_minutes, np.float64)
    if start.shape != (count,) or not (start >= 0).all():
        raise MethodError(
            f"start_minutes has a number of at least 0 for each of the {count} sources",
            f"start_minutes 应为 {count} 个起点各给一个不小于 0 的数",
        )
    return start
