"""Standing: in which cell of a surface a position lies, and what to do where nobody can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from gapmap.surface.bridges import closed_ground, settled
from gapmap.surface.roads import in_cells

if TYPE_CHECKING:
    from gapmap.surface.value import Surface

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]
    Integers = npt.NDArray[np.int64]

__all__ = ["Standing", "stand"]

_FAR: Final = 1e300
_OFFERED: Final = 8
"""So many passable cells are looked at for one on the same side."""
_TIED: Final = 24
"""So many, where the last of them is as far away as the next: so many at most within
:data:`_LOOK_CELLS` are as far from the middle of a cell as each other."""
_TIE_M: Final = 1e-6
"""Of cells less than this farther away the one in the lower row, then column, counts."""
_LOOK_CELLS: Final = 20
"""Farther away than so many cells nobody looks what lies in between."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standing:
    """Where positions stand on a surface; one entry for each.

    Attributes
    ----------
    row, column
        The cell; -1 where it is off the grid.
    passable
        Whether one can set out from there, or arrive.
    beside
        Whether the cell is the one beside that in which the position lies, because a river or
        another barrier runs between the position and the middle of its own cell. Nobody is moved.
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
    beside: Flags
    moved_m: Floats
    nearest_xy: Floats
    nearest_m: Floats

    def __len__(self) -> int:
        """Count the positions."""
        return len(self.row)


def stand(surface: Surface, xy: npt.ArrayLike) -> Standing:
    """Find the cells of positions.

    A position stands at the middle of its cell, or of the nearest one beside it where a fence runs
    in between. One in an impassable cell, or off the grid, is moved to the nearest passable cell
    only if that one's middle is no farther than the study's ``snap_m``; it is named in any case,
    one on the same side of all fences rather than another. Of several as near it is the one in the
    lowest row, the northernmost, and there in the lowest column.

    Parameters
    ----------
    surface
        The ground.
    xy
        Positions in its CRS, shape (n, 2); NaN for one that is unknown.
    """
    at = np.asarray(xy, np.float64).reshape(-1, 2)
    known: Flags = np.isfinite(at.sum(axis=1))
    row, column = surface.grid.cells(np.where(known[:, None], at, _FAR))
    there = row >= 0
    sides = _Sides(surface, at)
    beside, passable = np.zeros(len(at), bool), np.zeros(len(at), bool)
    row[there], column[there], passable[there], beside[there] = sides.own(there, row, column)
    nearest_xy, nearest_m = np.full(at.shape, np.nan), np.full(len(at), np.nan)
    lost = np.flatnonzero(known & ~passable)
    moved_m = np.zeros(len(at))
    if len(lost):
        cells, metres = sides.nearest(lost)
        some = np.isfinite(metres)
        lost, cells, metres = lost[some], cells[some], metres[some]
        nearest_m[lost], nearest_xy[lost] = metres, surface.grid.centres(*cells.T)
        near = (metres <= surface.source.snap_m) & (surface.source.snap_m > 0)
        row[lost[near]], column[lost[near]] = cells[near].T
        moved_m[lost[near]] = metres[near]
        passable[lost[near]] = True
    return Standing(
        row=row,
        column=column,
        passable=passable,
        beside=beside,
        moved_m=moved_m,
        nearest_xy=nearest_xy,
        nearest_m=nearest_m,
    )


class _Sides:
    """On which side of fences positions stand."""

    def __init__(self, surface: Surface, at: Floats) -> None:
        self.grid, self.at = surface.grid, at
        self.open_cells: Flags = np.isfinite(surface.terrain.minutes_per_cell)
        self.closed = closed_ground(~self.open_cells, surface.fences)

    def own(
        self, there: Flags, row: Integers, column: Integers
    ) -> tuple[Integers, Integers, Flags, Flags]:
        """Give row and column, whether one can go there, and whether it is the cell beside."""
        cells = row[there] * self.grid.width + column[there]
        passable = self.open_cells.reshape(-1)[cells]
        fences, near, slot = self.closed.fences, self.closed.near, self.closed.slot
        beside = np.zeros(len(cells), bool)
        if fences is not None and near is not None and slot is not None:
            from gapmap.surface.visiting import in_areas  # noqa: PLC0415 - loads numba

            points = in_cells(self.grid, self.at[there])
            wet = in_areas(fences, slot, near, points, cells)
            met = settled(self.closed, points, cells)
            off = passable & ~wet & (met != cells)
            beside = off & (met >= 0) & self.open_cells.reshape(-1)[met]
            passable &= ~off | beside
            cells = np.where(beside, met, cells)
        return *np.divmod(cells, self.grid.width), passable, beside

    def nearest(self, which: Integers) -> tuple[Integers, Floats]:
        """Give the passable cell with the nearest middle, and its distance; inf without any.

        It has an impassable neighbour, lies on the grid's edge or beside a fence: else a step
        towards the position would lead to a passable cell that is nearer.
        """
        at, edge = self.at[which], _edge(self.open_cells)
        if self.closed.near is not None:
            edge |= self.closed.near & self.open_cells
        shore = np.argwhere(edge)
        if not len(shore):
            return np.zeros((len(at), 2), np.int64), np.full(len(at), np.inf)
        middles = self.grid.centres(*shore.T)
        far, number = _offered(middles, at)
        chosen = self._seen(at, far, middles[number])
        each = np.arange(len(at))
        return shore[number[each, chosen]], far[each, chosen]

    def _seen(self, at: Floats, far: Floats, middles: Floats) -> Integers:
        """Choose the first with no fence in between, where that can be said; else the nearest."""
        chosen = np.zeros(len(at), np.int64)
        fences, near, slot = self.closed.fences, self.closed.near, self.closed.slot
        if fences is None or near is None or slot is None:
            return chosen
        from gapmap.surface.visiting import first_seen, in_areas  # noqa: PLC0415 - loads numba

        row, column = self.grid.cells(at)
        some = np.flatnonzero((row >= 0) & (far[:, -1] <= _LOOK_CELLS * self.grid.transform.a))
        points = in_cells(self.grid, at[some])
        cells = row[some] * self.grid.width + column[some]
        wet = in_areas(fences, slot, near, points, cells)
        spots = in_cells(self.grid, middles[some].reshape(-1, 2)).reshape(len(some), -1, 2)
        chosen[some] = np.where(wet, 0, first_seen(fences, slot, points, wet, spots))
        return chosen


def _offered(middles: Floats, at: Floats) -> tuple[Floats, Integers]:
    """Give how far the nearest middles are, and their numbers; of those as far the lower first."""
    tree, count = cKDTree(middles), min(_OFFERED, len(middles))
    far, number = tree.query(at, k=np.arange(1, min(count + 1, len(middles)) + 1))
    _in_order(far, number)
    cut = np.flatnonzero(far[:, -1] - far[:, count - 1] <= _TIE_M)
    if len(cut) and len(middles) > count:
        more = tree.query(at[cut], k=np.arange(1, min(_TIED, len(middles)) + 1))
        _in_order(*more)
        far[cut, :count], number[cut, :count] = (one[:, :count] for one in more)
    return far[:, :count], number[:, :count]


def _in_order(far: Floats, number: Integers) -> None:
    """Sort those that are as far away, row by row, by their numbers."""
    group = np.cumsum(np.diff(far, axis=1, prepend=far[:, :1]) > _TIE_M, axis=1)
    order = np.lexsort((number, group), axis=1)
    far[:], number[:] = (np.take_along_axis(one, order, axis=1) for one in (far, number))


def _edge(open_cells: Flags) -> Flags:
    """Mark the passable cells beside an impassable one or the edge of the grid."""
    wide = np.pad(open_cells, 1, constant_values=False)
    height, width = open_cells.shape
    inner = open_cells.copy()
    for down in range(3):
        for right in range(3):
            inner &= wide[down : down + height, right : right + width]
    edge: Flags = open_cells & ~inner
    return edge
