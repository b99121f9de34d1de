"""Feet: where a position may join the ways, found with a grid over their segments."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gapmap.network.kernels.feet import feet_of, mark_twins
from gapmap.network.kernels.grid import (
    SegmentGrid,
    extent_of,
    fill_cells,
    nearest_segments,
    pack_segments,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from gapmap.network.value import Floats, Integers

__all__ = ["Feet", "SegmentGrid", "feet_within", "make_grid", "nearest_edge"]

_SHORT_M = 5e-7  # what is shorter has no direction that one could trust
_ROUNDING = 4 * float(np.finfo(float).eps)
_MOST_CELLS = 1 << 24
_CELLS_A_SEGMENT = 2.0
_CROSSINGS = 3.0  # borders of cells that a segment may cross, on average,
_FEW_CROSSINGS = 4_000_000  # or more, if that comes to no more than this for all together
_SAMPLE = 20_000


class Feet(NamedTuple):
    """Points of the ways from which one comes no nearer to a position by moving along a way.

    Attributes
    ----------
    owner
        Row of the position.
    edge
        Number of the edge.
    along_m
        How far along the edge from its first point.
    distance_m
        From the position, as the crow flies.
    x, y
        The point on the edge.
    """

    owner: Integers
    edge: Integers
    along_m: Floats
    distance_m: Floats
    x: Floats
    y: Floats


def make_grid(coords: Floats, offsets: Integers, edges: Integers, spots: Integers) -> SegmentGrid:
    """Lay a grid over the ways that may be joined.

    Parameters
    ----------
    coords, offsets
        Points of all edges, shape (points, 2), and where each edge's points begin, as in
        :class:`gapmap.network.value.Edges`; metres.
    edges
        Numbers of the edges that may be joined.
    spots
        Number of the place at the first and last point of every edge, shape (all edges, 2),
        counted from 0. Edges that meet have the same spot; nodes that an edge without length
        connects are one spot.
    """
    coords, offsets = np.ascontiguousarray(coords, float), np.asarray(offsets, np.int64)
    joinable = np.zeros(len(offsets) - 1, bool)
    joinable[np.asarray(edges, np.int64)] = True
    numbers = np.flatnonzero(joinable & (np.diff(offsets) > 0))
    rounding_m = _ROUNDING * float(max(coords.max(initial=0), -coords.min(initial=0)))
    short_m = max(_SHORT_M, 32 * rounding_m)
    ends, along_m, owner, first = pack_segments(coords, offsets, numbers, short_m)
    mine = _merged(np.asarray(spots)[numbers], ends, first)
    at = np.argsort(mine.ravel(), kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(mine.ravel()))])
    frame = _frame(ends, rounding_m)
    cell_starts, cell_segments = fill_cells(ends, frame)
    return SegmentGrid(
        ends=ends,
        along_m=along_m,
        owner=owner,
        numbers=numbers,
        first=first,
        spots=mine.astype(np.int32),
        spot_starts=starts.astype(np.int32),
        spot_ends=at.astype(np.int32),
        frame=frame,
        cell_starts=cell_starts.astype(np.int32),
        cell_segments=cell_segments,
    )


def _merged(spots: Integers, ends: Floats, first: npt.NDArray[np.int32]) -> Integers:
    """Make one spot of the two ends of each edge without length."""
    begins = ends[first[:-1]]
    point = (np.diff(first) == 1) & (begins[:, :2] == begins[:, 2:]).all(axis=1)
    apart = spots[point & (spots[:, 0] != spots[:, 1])]
    if not len(apart):
        return spots
    size = (int(spots.max()) + 1,) * 2
    links = coo_array((np.ones(len(apart), bool), (apart[:, 0], apart[:, 1])), shape=size)
    _, labels = connected_components(links.tocsr(), directed=False)
    merged: Integers = labels[spots].astype(np.int64)
    return merged


def _frame(ends: Floats, rounding_m: float) -> Floats:
    """Choose corner, size and number of cells: about one segment a cell, within bounds.

    The grid covers where most segments are; a stray one far away must not make all cells large.
    """
    if not len(ends):
        return np.array([0, 0, 1, rounding_m, 0, 0, 0, 0, 1, 1], float)
    extent = extent_of(ends)
    low, high = extent[:2], extent[2:4]
    sample = ends[:: len(ends) // _SAMPLE + 1]
    some = np.quantile((sample[:, :2] + sample[:, 2:]) / 2, (0.01, 0.99), axis=0)
    margin = 0.05 * (some[1] - some[0])
    corner, far = np.maximum(some[0] - margin, low), np.minimum(some[1] + margin, high)
    width, height = far - corner
    cells = min(_MOST_CELLS, max(64.0, _CELLS_A_SEGMENT * len(ends)))
    crossings = max(_CROSSINGS, _FEW_CROSSINGS / len(ends))
    size = max(
        float(np.sqrt(width * height / cells)),
        float(width + height) / cells,
        min(extent[4] / len(ends), float(width + height)) / crossings,
        64 * rounding_m,
    )
    size = size or 1.0
    columns, rows = max(np.ceil(width / size), 1), max(np.ceil(height / size), 1)
    return np.array([*corner, size, rounding_m, *low, *high, columns, rows])


def nearest_edge(grid: SegmentGrid, xy: Floats, most_m: float) -> tuple[Integers, Floats]:
    """Find the nearest edge of each position and its distance.

    Of equally near edges (within a billionth, or a nanometre) the lowest number counts.

    Parameters
    ----------
    grid
        The ways, from :func:`make_grid`.
    xy
        Positions, shape (n, 2), metres; NaN where there is none.
    most_m
        What is farther is not looked for; may be inf.

    Returns
    -------
    Edge and distance in metres; -1 and inf without a position or a way that is near enough.
    """
    xy = np.ascontiguousarray(xy, float)
    place, distance_m = nearest_segments(grid, xy, _order(grid, xy), float(most_m))
    edge = np.full(len(xy), -1, np.int64)
    edge[place >= 0] = grid.numbers[place[place >= 0]]
    return edge, distance_m


def feet_within(grid: SegmentGrid, xy: Floats, within_m: float | Floats) -> Feet:
    """Find every point of the ways near a position from which no way leads nearer to it.

    Such a point is the foot of a perpendicular, a bend, or an end of edges where all that meet
    there lead away. A point where several edges meet comes once, with the lowest of their numbers;
    a point inside several edges, drawn twice or crossing on a bridge, comes with each of them.

    Parameters
    ----------
    grid
        The ways, from :func:`make_grid`.
    xy
        Positions, shape (n, 2), metres; NaN where there is none.
    within_m
        The farthest that a foot may be, inclusive; one for all positions, or one for each.

    Returns
    -------
    The feet by owner, then distance, then edge.
    """
    xy = np.ascontiguousarray(xy, float)
    most_m = np.full(len(xy), within_m, float)
    owner, place, values = feet_of(grid, xy, _order(grid, xy), most_m)
    order = np.lexsort((place, values[:, 1], owner))
    owner, place, values = owner[order], place[order], values[order]
    alone = ~mark_twins(owner, place, values)
    along_m, distance_m, x, y = values[alone].T.copy()
    return Feet(owner[alone], grid.numbers[place[alone]], along_m, distance_m, x, y)


def _order(grid: SegmentGrid, xy: Floats) -> Integers:
    """Put positions in the order of the cells, to and fro, so that neighbours follow each other."""
    placed = np.flatnonzero(np.isfinite(xy).all(axis=1))
    x, y, size, columns, rows = grid.frame[[0, 1, 2, 8, 9]]
    column = np.clip((xy[placed, 0] - x) / size, 0, columns)
    row = np.clip(np.floor((xy[placed, 1] - y) / size), 0, rows - 1)
    column[row % 2 == 1] *= -1
    return placed[np.argsort(row * (2 * columns) + column, kind="stable")]
