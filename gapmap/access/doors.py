"""Doors: where one steps from land onto the ways, cell by cell."""

from __future__ import annotations

from math import hypot
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gapmap.compiling import compiled
from gapmap.network.boarding import Doors, boardable
from gapmap.network.value import pick_edges
from gapmap.network.water import blocked_legs
from gapmap.surface.bridges import closed_ground, settled
from gapmap.surface.roads import in_cells
from gapmap.surface.tracing import trace

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gapmap.network import Network
    from gapmap.surface import Surface

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["Landings", "find_doors"]

_AT_ONCE = 100_000  # edges whose points are looked for together


class Landings(NamedTuple):
    """Doors, and the cells from whose middle one gets to them.

    ``cell`` has row and column, shape (doors, 2); ``leg_m`` is the straight line from its middle
    to the door, ``leg_minutes`` what that takes at the cell's speed.
    """

    doors: Doors
    cell: Integers
    leg_m: Floats
    leg_minutes: Floats


def find_doors(surface: Surface, network: Network, mode: str) -> Landings:
    """Find in every cell the point of each way through it that is nearest to the cell's middle.

    These are ways that positions may join. A way on the other side of a barrier than the cell's
    middle is met from the next cell on its own side. Cells that nobody can enter have no doors.

    Parameters
    ----------
    surface, network
        The land and the ways, in one CRS.
    mode
        ``walk``, ``cycle`` or ``drive``.
    """
    which = boardable(network, mode)
    parts = [
        _feet(surface, network, which[begin : begin + _AT_ONCE])
        for begin in range(0, len(which), _AT_ONCE)
    ]
    if not parts:
        parts = [_feet(surface, network, which)]
    edge, cell, points, fraction = (np.concatenate(one) for one in zip(*parts, strict=True))
    closed = closed_ground(surface.barrier | surface.unknown, surface.fences)
    met = settled(closed, points, cell)
    row, column = np.divmod(met, surface.grid.width)
    minutes = np.where(met >= 0, surface.terrain.minutes_per_cell[row, column], np.inf)
    one = surface.grid.transform
    xy = np.column_stack((one.c + one.a * points[:, 0], one.f + one.e * points[:, 1]))
    middle = surface.grid.centres(row, column)
    usable = np.flatnonzero(np.isfinite(minutes))
    usable = usable[~blocked_legs(network, middle[usable], xy[usable])]
    leg_m = np.hypot(*(xy - middle)[usable].T)
    return Landings(
        Doors(edge[usable], fraction[usable], xy[usable]),
        np.column_stack((row, column))[usable],
        leg_m,
        leg_m / surface.terrain.cell_m * minutes[usable],
    )


def _feet(
    surface: Surface, network: Network, which: Integers
) -> tuple[Integers, Integers, Floats, Floats]:
    """Give edge, cell, column and row, and how far along it lies, of the points of some edges."""
    picked = pick_edges(network.edges, which)
    xy = np.ascontiguousarray(in_cells(surface.grid, picked.coords))
    shape = surface.grid.shape
    into = np.empty((_nearest_points(xy, picked.offsets, shape, np.empty((0, 5))), 5))
    _nearest_points(xy, picked.offsets, shape, into)
    line, cell = into[:, 0].astype(np.int64), into[:, 1].astype(np.int64)
    return which[line], cell, np.ascontiguousarray(into[:, 2:4]), into[:, 4].copy()


@compiled
def _nearest_points(xy: Floats, offsets: Integers, shape: tuple[int, int], into: Floats) -> int:
    """List for each line and each cell that it runs through the point nearest to the middle.

    ``into`` gets line, cell, column, row, and share of the line, shape (points, 5); what does not
    fit is only counted, and that number is given.
    """
    height, width = shape
    cells = np.empty(height + width + 4, np.int64)
    at = np.empty(height + width + 5, np.float64)
    total = 0
    for line in range(len(offsets) - 1):
        whole = 0.0
        for point in range(offsets[line], offsets[line + 1] - 1):
            whole += hypot(xy[point + 1, 0] - xy[point, 0], xy[point + 1, 1] - xy[point, 1])
        if whole == 0.0:
            continue
        run, last, least, share = 0.0, -1, np.inf, 0.0
        for point in range(offsets[line], offsets[line + 1] - 1):
            x, y = xy[point, 0], xy[point, 1]
            dx, dy = xy[point + 1, 0] - x, xy[point + 1, 1] - y
            square = dx * dx + dy * dy
            for number in range(trace(x, y, x + dx, y + dy, height, width, cells, at)):
                row, column = cells[number] // width, cells[number] % width
                t = at[number]
                if square > 0.0:
                    t = ((column + 0.5 - x) * dx + (row + 0.5 - y) * dy) / square
                    t = min(max(t, at[number]), at[number + 1])
                away = hypot(x + t * dx - column - 0.5, y + t * dy - row - 0.5)
                if cells[number] != last:
                    last, least = cells[number], np.inf
                    total += 1
                if away < least:
                    least = away
                    share = max(share, min((run + t * np.sqrt(square)) / whole, 1.0))
                    if total <= len(into):
                        into[total - 1, 0], into[total - 1, 1] = line, last
                        into[total - 1, 2], into[total - 1, 3] = x + t * dx, y + t * dy
                        into[total - 1, 4] = share
            run += np.sqrt(square)
    return total
