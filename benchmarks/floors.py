"""Floors: the least work that any way must do, compiled, so that ratios to it mean something."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    import numpy.typing as npt

    from benchmarks.road_graph import ArcArrays

__all__ = ["relaxing_sweep", "touch_segments"]


@njit(cache=True, nogil=True)
def _relax(starts, tails, cost, best):  # noqa: ANN001, ANN202 - numba finds the types
    for head in range(len(best)):
        least = best[head]
        for arc in range(starts[head], starts[head + 1]):
            least = min(least, best[tails[arc]] + cost[arc])
        best[head] = least


def relaxing_sweep(arcs: ArcArrays, sources: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Look once at every arc and improve its head: a search has to do this at least once."""
    best = np.full(len(arcs.starts) - 1, np.inf)
    best[sources] = 0
    _relax(arcs.starts, arcs.tails, arcs.cost, best)
    return best


@njit(cache=True, nogil=True)
def _touch(xy, coords, offsets, edge, away):  # noqa: ANN001, ANN202 - numba finds the types
    for i in range(len(xy)):
        least = np.inf
        for point in range(offsets[edge[i]], offsets[edge[i] + 1] - 1):
            ax, ay = coords[point, 0], coords[point, 1]
            bx, by = coords[point + 1, 0] - ax, coords[point + 1, 1] - ay
            px, py = xy[i, 0] - ax, xy[i, 1] - ay
            square = bx * bx + by * by
            share = 0.0 if square == 0 else min(1.0, max(0.0, (px * bx + py * by) / square))
            least = min(least, (px - share * bx) ** 2 + (py - share * by) ** 2)
        away[i] = np.sqrt(least)


def touch_segments(
    xy: npt.NDArray[np.float64],
    coords: npt.NDArray[np.float64],
    offsets: npt.NDArray[np.int64],
    edge: npt.NDArray[np.int64],
) -> npt.NDArray[np.float64]:
    """Measure from each point to the edge that is known to be its nearest."""
    away = np.empty(len(xy))
    _touch(xy, coords, offsets, edge, away)
    return away
