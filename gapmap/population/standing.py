"""In which cell of a grid a position lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pyproj

if TYPE_CHECKING:
    from gapmap.rasters.grid import Grid

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["cells_at"]

_TURN: Final = 360.0


def cells_at(grid: Grid, xy: Floats, crs: pyproj.CRS) -> tuple[Integers, Integers]:
    """Give row and column of the cell in which each position of ``crs`` lies; -1 off the grid.

    A grid in degrees may count longitudes from 0 to 360, or from -180 to 180.
    """
    to_grid = pyproj.Transformer.from_crs(crs, grid.crs, always_xy=True)
    there = np.column_stack(to_grid.transform(*xy.T)).astype(float)
    there[~np.isfinite(there)] = np.nan
    row, column = grid.cells(there)
    for turn in (-_TURN, _TURN) if grid.crs.is_geographic else ():
        other = grid.cells(there + (turn, 0.0))  # noqa: RUF005 - a sum of arrays
        row, column = np.where(row < 0, other, (row, column))
    return row, column
