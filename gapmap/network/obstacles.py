"""Obstacles: where, roughly, borders and water are, so that most legs need no closer look.

A square over all of them is quartered again and again where an obstacle touches it. A leg whose
rectangle holds no cell that one touches crosses none; for every other the exact question is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapmap.network.value import Flags, Floats, Integers, Network

__all__ = ["perhaps_blocked"]

ENOUGH = 20_000
"""Legs asked for on one network from which on it pays to look where its obstacles are."""

HALVINGS = 8
"""How often the square is quartered: into 65,536 cells."""
_ROUNDING = 1e-6  # of a cell


class _Cells(NamedTuple):
    """Corner and size of the cells, and how many of those below and left are touched."""

    corner: Floats
    size_m: float
    below: Integers


def perhaps_blocked(
    network: Network, obstacles: Sequence[shapely.Geometry], from_xy: Floats, to_xy: Floats
) -> Flags:
    """Say which legs come near an obstacle; the first few thousand are all taken to do so.

    Parameters
    ----------
    network
        Keeps count, and what was made.
    obstacles
        Of the network; always the same.
    from_xy, to_xy
        Ends of the legs, shape (n, 2), finite.
    """
    asked = network.memo.get("legs", 0) + len(from_xy)
    network.memo["legs"] = asked
    if asked < ENOUGH:
        return np.ones(len(from_xy), bool)
    if "obstacles" not in network.memo:
        network.memo["obstacles"] = _cells_of(obstacles)
    cells: _Cells = network.memo["obstacles"]
    low = np.minimum(from_xy, to_xy) - cells.corner
    high = np.maximum(from_xy, to_xy) - cells.corner
    most = len(cells.below) - 1
    begin = np.clip(np.floor(low / cells.size_m - _ROUNDING), 0, most).astype(np.int64)
    end = np.clip(np.floor(high / cells.size_m + _ROUNDING) + 1, 0, most).astype(np.int64)
    (left, bottom), (right, top), below = begin.T, end.T, cells.below
    touched = below[right, top] - below[left, top] - below[right, bottom] + below[left, bottom]
    near: Flags = touched > 0
    return near


def _cells_of(obstacles: Sequence[shapely.Geometry]) -> _Cells:
    bounds = np.array([shapely.bounds(one) for one in obstacles if not shapely.is_empty(one)])
    if not len(bounds):
        return _Cells(np.zeros(2), 1.0, np.zeros((1, 1), np.int64))
    corner = bounds[:, :2].min(axis=0)
    side = float(max((bounds[:, 2:].max(axis=0) - corner).max(), 1.0)) * (1 + _ROUNDING)
    cells = np.zeros((1, 2), np.int64)
    for halving in range(1, HALVINGS + 1):
        quarters = [2 * cells + (column, row) for column in (0, 1) for row in (0, 1)]
        cells = np.concatenate(quarters)
        size = side / 2**halving
        low = corner + cells * size
        boxes = shapely.box(*low.T, *(low + size).T)
        cells = cells[np.any([shapely.intersects(one, boxes) for one in obstacles], axis=0)]
    touched = np.zeros((2**HALVINGS + 1,) * 2, np.int64)
    touched[tuple((cells + 1).T)] = 1
    return _Cells(corner, side / 2**HALVINGS, touched.cumsum(axis=0).cumsum(axis=1))
