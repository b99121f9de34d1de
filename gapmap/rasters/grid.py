"""Grid: where the cells of a raster lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import affine
    import pyproj

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["Grid"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Rows and columns of cells in a CRS.

    Attributes
    ----------
    crs
        The CRS of ``transform``.
    transform
        From (column, row), counted at the cells' upper left corners, to x and y in ``crs``.
    height, width
        Rows and columns.
    """

    crs: pyproj.CRS
    transform: affine.Affine
    height: int
    width: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.height, self.width

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top, whichever way the rows run."""
        columns = np.array([0, self.width, 0, self.width], dtype=float)
        rows = np.array([0, 0, self.height, self.height], dtype=float)
        x, y = self._at(columns, rows)
        return float(x.min()), float(y.min()), float(x.max()), float(y.max())

    def centres(self, rows: npt.ArrayLike, columns: npt.ArrayLike) -> Floats:
        """Give the middles of cells: x and y in ``crs``, shape (cells, 2)."""
        x, y = self._at(np.asarray(columns) + 0.5, np.asarray(rows) + 0.5)
        return np.column_stack((x, y))

    def cells(self, xy: npt.ArrayLike) -> tuple[Integers, Integers]:
        """Give row and column of positions in ``crs``; -1 and -1 off the grid or without one.

        A position on the line between two cells belongs to the one with the higher number, on
        the grid's last edge to the last one.
        """
        x, y = np.asarray(xy, dtype=float).reshape(-1, 2).T
        back = ~self.transform
        column = back.a * x + back.b * y + back.c
        row = back.d * x + back.e * y + back.f
        there = (column >= 0) & (column <= self.width) & (row >= 0) & (row <= self.height)
        rows, columns = (
            np.where(there, np.minimum(np.floor(np.where(there, value, 0)), size - 1), -1)
            for value, size in ((row, self.height), (column, self.width))
        )
        return rows.astype(np.int64), columns.astype(np.int64)

    def _at(self, column: Floats, row: Floats) -> tuple[Floats, Floats]:
        one = self.transform
        return one.a * column + one.b * row + one.c, one.d * column + one.e * row + one.f
