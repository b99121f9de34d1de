"""Land: which cells of a surface hang together without a ferry or a bridge that leaps over any."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from gapmap.compiling import compiled
from gapmap.surface.ground import ground_of
from gapmap.surface.kernels.steep import STEP_COLUMNS, STEP_ROWS, step_minutes

if TYPE_CHECKING:
    from gapmap.surface import Surface
    from gapmap.surface.kernels.steep import Ground

__all__ = ["Land", "land_around"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]
Indices = npt.NDArray[np.int32]

_NEIGHBOURS = 8
_NOBODY = -1


class Land(NamedTuple):
    """Pieces of land on which some positions stand.

    Attributes
    ----------
    piece
        Number of each position's piece; -1 for one that stands nowhere.
    km2
        Area of each piece.
    leads_off
        Whether a ferry, or a bridge over cells that nobody enters, leads from a piece to another.
    mark
        Number of the piece that each cell of the surface belongs to; -1 for none of these.
    """

    piece: Integers
    km2: Floats
    leads_off: Flags
    mark: Indices


def land_around(surface: Surface, cells: Integers) -> Land:
    """Find the land around some cells, as far as one gets by steps.

    Parameters
    ----------
    surface
        The ground.
    cells
        Row and column of each, shape (cells, 2); -1 and -1 for one that stands nowhere.
    """
    terrain = surface.terrain
    # a knight's move leads only where straight and diagonal steps do, too
    ground = ground_of(replace(terrain, height_m=None, neighbours=_NEIGHBOURS))
    mark = np.full(terrain.minutes_per_cell.shape, _NOBODY, np.int32)
    sizes = _flood(ground, np.ascontiguousarray(cells, np.int64), mark)
    piece = np.where(cells[:, 0] >= 0, mark[tuple(cells.T)], _NOBODY).astype(np.int64)
    leads_off = np.zeros(len(sizes), bool)
    if terrain.links is not None:
        usable = np.isfinite(terrain.minutes_per_cell)
        ends = [mark[tuple(end.T)] for end in (terrain.links.tail, terrain.links.head)]
        there = usable[tuple(terrain.links.tail.T)] & usable[tuple(terrain.links.head.T)]
        for end in ends:
            leads_off[end[there & (ends[0] != ends[1]) & (end >= 0)]] = True
    return Land(piece, sizes.astype(np.float64) * (terrain.cell_m / 1000) ** 2, leads_off, mark)


@compiled
def _flood(ground: Ground, cells: Integers, mark: Indices) -> Integers:
    """Mark what hangs together with each cell by the number of its piece; give their sizes."""
    columns = mark.shape[1]
    waiting, sizes = np.empty(1024, np.int64), np.zeros(len(cells), np.int64)
    pieces = 0
    for first in range(len(cells)):
        row, column = cells[first]
        if row < 0 or mark[row, column] >= 0 or ground.minutes[row, column] == np.inf:
            continue
        mark[row, column] = pieces
        waiting[0], left = row * columns + column, 1
        while left:
            left -= 1
            r, c = waiting[left] // columns, waiting[left] % columns
            sizes[pieces] += 1
            if left + ground.steps > len(waiting):
                waiting = np.concatenate((waiting, np.empty_like(waiting)))
            for k in range(ground.steps):
                if step_minutes(ground, r, c, k) == np.inf:
                    continue
                y, x = r + STEP_ROWS[k], c + STEP_COLUMNS[k]
                if mark[y, x] < 0:
                    mark[y, x] = pieces
                    waiting[left] = y * columns + x
                    left += 1
        pieces += 1
    return sizes[:pieces].copy()
