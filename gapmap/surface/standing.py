"""Standing: in which cell of a surface a position lies, and what to do where nobody can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from gapmap.surface.value import Surface

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]
    Integers = npt.NDArray[np.int64]

__all__ = ["Standing", "stand"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standing:
    """Where positions stand on a surface; one entry for each.

    Attributes
    ----------
    row, column
        The cell; -1 where it is off the grid.
    passable
        Whether one can set out from there, or arrive.
    moved_m
        How far the position was moved, to the middle of the nearest passable cell; 0 where it was
        not.
    nearest_xy, nearest_m
        Middle of the passable cell nearest to a position that stands where nobody can be, and how
        far it is; NaN where the position is passable, unknown, or there is no such cell. Those
        that were moved keep theirs.
    """

    row: Integers
    column: Integers
    passable: Flags
    moved_m: Floats
    nearest_xy: Floats
    nearest_m: Floats

    def __len__(self) -> int:
        """Count the positions."""
        return len(self.row)


def stand(surface: Surface, xy: npt.ArrayLike) -> Standing:
    """Find the cells of positions.

    One in an impassable cell, or off the grid, is moved to the nearest passable cell only if that
    one's middle is no farther than the study's ``snap_m``; it is named in any case.

    Parameters
    ----------
    surface
        The ground.
    xy
        Positions in its CRS, shape (n, 2); NaN for one that is unknown.
    """
    at = np.asarray(xy, np.float64).reshape(-1, 2)
    known = np.isfinite(at).all(axis=1)
    row, column = surface.grid.cells(np.where(known[:, None], at, np.inf))
    open_cells = np.isfinite(surface.terrain.minutes_per_cell)
    passable = (row >= 0) & open_cells[row, column]
    nearest_xy, nearest_m = np.full(at.shape, np.nan), np.full(len(at), np.nan)
    lost = np.flatnonzero(known & ~passable)
    moved_m = np.zeros(len(at))
    if len(lost):
        cells, nearest_m[lost] = _nearest(surface, open_cells, at[lost])
        there = lost[np.isfinite(nearest_m[lost])]
        cells = cells[np.isfinite(nearest_m[lost])]
        nearest_xy[there] = surface.grid.centres(*cells.T)
        near = (nearest_m[there] <= surface.source.snap_m) & (surface.source.snap_m > 0)
        row[there[near]], column[there[near]] = cells[near].T
        moved_m[there[near]] = nearest_m[there[near]]
        passable[there[near]] = True
    nearest_m[~np.isfinite(nearest_m)] = np.nan
    return Standing(
        row=row,
        column=column,
        passable=passable,
        moved_m=moved_m,
        nearest_xy=nearest_xy,
        nearest_m=nearest_m,
    )


def _nearest(surface: Surface, open_cells: Flags, at: Floats) -> tuple[Integers, Floats]:
    """Give the passable cell with the nearest middle, and its distance; inf without any.

    It has an impassable neighbour, or lies on the grid's edge: else a step towards the position
    would lead to a passable cell that is nearer.
    """
    wide = np.pad(open_cells, 1, constant_values=False)
    height, width = open_cells.shape
    inner = open_cells.copy()
    for down in range(3):
        for right in range(3):
            inner &= wide[down : down + height, right : right + width]
    shore = np.argwhere(open_cells & ~inner)
    if not len(shore):
        return np.zeros((len(at), 2), np.int64), np.full(len(at), np.inf)
    distance, which = cKDTree(surface.grid.centres(*shore.T)).query(at)
    return shore[which], distance
