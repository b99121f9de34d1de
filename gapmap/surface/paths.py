"""Paths: the way over a surface from a cell to its nearest source."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from gapmap.errors import MethodError
from gapmap.surface.ground import backwards, crossings_of, ground_of
from gapmap.surface.kernels.steep_ways import LOST, Found, follow, measure

if TYPE_CHECKING:
    from gapmap.surface.field import Field
    from gapmap.surface.value import Terrain

__all__ = ["lengths_m", "path", "path_length_m", "paths"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def path(terrain: Terrain, field: Field, row: int, column: int) -> Integers:
    """Give the cells of the way between a cell and its nearest source.

    For many cells :func:`paths` is much faster.

    Parameters
    ----------
    terrain, field
        The ground, and what :func:`gapmap.surface.search.search` found on it.
    row, column
        From where.

    Returns
    -------
    Rows and columns from the cell to its source, both among them, shape (cells, 2); two cells
    that a link joins follow each other. People who go from the source go the other way round. No
    cells where no source is reached. Of equally short ways that over the step of the lowest
    number.

    Raises
    ------
    MethodError
        The cell is off the grid; the field does not belong to the terrain.
    """
    return paths(terrain, field, [(row, column)])[0]


def paths(terrain: Terrain, field: Field, cells: npt.ArrayLike) -> list[Integers]:
    """Give the ways from many cells, shape (cells, 2), each as :func:`path` does."""
    numbers = _numbers(field, cells)
    passed, starts = follow(_prepared(terrain, field), numbers)
    if (passed == LOST).any():
        raise MethodError(*_STRANGE)
    both = np.column_stack(np.divmod(passed, field.minutes.shape[1]))
    return [both[a:b] for a, b in pairwise(starts)]


def path_length_m(terrain: Terrain, cells: npt.ArrayLike) -> float:
    """Give how long the way over some cells is on the map, in metres.

    A link is as long as the straight line between its cells; a way of one cell has 0 m.

    Parameters
    ----------
    terrain
        Tells how large cells are.
    cells
        As :func:`path` gives them.
    """
    steps = np.diff(np.asarray(cells, np.float64).reshape(-1, 2), axis=0)
    return float(np.hypot(*steps.T).sum()) * terrain.cell_m


def lengths_m(terrain: Terrain, field: Field, cells: npt.ArrayLike) -> Floats:
    """Give how long the ways from many cells are on the map, in metres.

    They are the ways that :func:`path` gives: those that take least time.

    Parameters
    ----------
    terrain, field
        As for :func:`path`.
    cells
        Rows and columns, shape (cells, 2).

    Returns
    -------
    Metres; inf where no source is reached.

    Raises
    ------
    MethodError
        As for :func:`path`.
    """
    numbers = _numbers(field, cells)
    lengths = measure(_prepared(terrain, field), numbers) * terrain.cell_m
    if np.isnan(lengths).any():
        raise MethodError(*_STRANGE)
    return lengths


_STRANGE = (
    "the field was not searched on this terrain: a way does not come to its source",
    "该时间场不是在此地形上求得的：路线到不了其起点",
)


def _prepared(terrain: Terrain, field: Field) -> Found:
    """Give what the kernels follow."""
    if terrain.minutes_per_cell.shape != field.minutes.shape:
        raise MethodError(*_STRANGE)
    return Found(
        ground=ground_of(terrain),
        links=backwards(crossings_of(terrain)),
        price=field.minutes,
        owner=field.source,
        start=field.start_minutes,
        cell=field.sources @ np.array([field.minutes.shape[1], 1]),
    )


def _numbers(field: Field, cells: npt.ArrayLike) -> Integers:
    given = np.asarray(cells, np.int64).reshape(-1, 2)
    if ((given < 0) | (given >= field.minutes.shape)).any():
        raise MethodError(
            f"a cell is off the grid of {field.minutes.shape}",
            f"有栅格单元不在 {field.minutes.shape} 的网格内",
        )
    numbers: Integers = given @ np.array([field.minutes.shape[1], 1])
    return numbers
