"""Kernels that find the feet of positions: where no way leads nearer.

Everything rests on one question, :func:`_nears`: does one come nearer to the position by leaving a
vertex along a segment? A foot lies inside a segment if that is so at both of its ends, and on a
vertex if it is so for no segment there. As each segment is judged in the same words from both
sides, rounding can move a foot from one to the other but neither lose nor double it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from gapmap.network.kernels.grid import cells_in_row, padded, row_of, square_to

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gapmap.network.kernels.grid import SegmentGrid

__all__ = ["feet_of"]

_AT_VERTEX_M = 1e-7  # a perpendicular that ends nearer to a vertex ends on it
_SAME_M = 1e-6  # feet nearer to each other are one


@njit(cache=True, nogil=True)
def _nears(grid: SegmentGrid, x: float, y: float, segment: int, end: int) -> bool:
    """Say whether leaving an end (0 or 1) along its segment leads nearer to a position.

    The vertex itself is only known to the rounding of its coordinates, which turns a short segment
    by more than a long one.
    """
    vx, vy = grid.ends[segment, 2 * end], grid.ends[segment, 2 * end + 1]
    ux, uy = grid.ends[segment, 2 - 2 * end] - vx, grid.ends[segment, 3 - 2 * end] - vy
    length = math.hypot(ux, uy)
    if length == 0:
        return False
    px, py = x - vx, y - vy
    slack = _AT_VERTEX_M + grid.frame[3] * (1 + math.hypot(px, py) / length)
    return px * ux + py * uy > min(slack, length / 4) * length


@njit(cache=True, nogil=True)
def _is_foot_at(grid: SegmentGrid, x: float, y: float, segment: int, end: int) -> bool:
    """Say whether an end of a segment, which leads away from it, is a foot to be told here.

    Each vertex is told by one segment only: inside an edge by the one that begins there, at a spot
    by that of the lowest edge.
    """
    place = grid.owner[segment]
    if end == 0 and segment > grid.first[place]:
        return not _nears(grid, x, y, segment - 1, 1)
    if end == 1 and segment + 1 < grid.first[place + 1]:
        return False
    spot = grid.spots[place, end]
    begin = grid.spot_starts[spot]
    if grid.spot_ends[begin] != 2 * place + end:
        return False
    for i in range(begin + 1, grid.spot_starts[spot + 1]):
        other, its_end = divmod(grid.spot_ends[i], 2)
        nearby = grid.first[other + 1] - 1 if its_end == 1 else grid.first[other]
        if _nears(grid, x, y, nearby, its_end):
            return False
    return True


@njit(cache=True, nogil=True)
def _foot(grid: SegmentGrid, x: float, y: float, segment: int, values: NDArray[np.float64]) -> bool:
    """Write the foot that a segment has, if any: along, distance, x, y."""
    ax, ay, bx, by = grid.ends[segment]
    ux, uy = bx - ax, by - ay
    length = math.hypot(ux, uy)
    if not _nears(grid, x, y, segment, 0):
        if not _is_foot_at(grid, x, y, segment, 0):
            return False
        values[:] = grid.along_m[segment], math.hypot(x - ax, y - ay), ax, ay
    elif not _nears(grid, x, y, segment, 1):
        if not _is_foot_at(grid, x, y, segment, 1):
            return False
        values[:] = grid.along_m[segment] + length, math.hypot(x - bx, y - by), bx, by
    else:
        along = ((x - ax) * ux + (y - ay) * uy) / length
        share = along / length
        distance = math.sqrt(square_to(grid.ends, segment, x, y))
        values[:] = grid.along_m[segment] + along, distance, ax + share * ux, ay + share * uy
    return True


@njit(cache=True, nogil=True)
def _segments_near(
    grid: SegmentGrid, xy: NDArray[np.float64], i: int, within_m: float, seen: NDArray[np.int64]
) -> NDArray[np.int32]:
    """Give the segments within a distance of a position, each once."""
    x, y = xy[i]
    radius = padded(grid.frame, within_m)
    count, near = 0, np.empty(64, np.int32)
    for row in range(row_of(grid.frame, y - radius), row_of(grid.frame, y + radius) + 1):
        begin, end = cells_in_row(grid, row, (x, y), radius)
        for segment in grid.cell_segments[begin:end]:
            if seen[segment] == i or square_to(grid.ends, segment, x, y) > radius * radius:
                continue
            seen[segment] = i
            if count == len(near):
                near = np.append(near, near)
            near[count] = segment
            count += 1
    return near[:count]


@njit(cache=True, nogil=True)
def _without_twins(values: NDArray[np.float64], place: NDArray[np.int32]) -> int:
    """Move the feet of one position to the front, each point once with its lowest edge."""
    order = np.argsort(values[:, 1])
    values[:], place[:] = values[order].copy(), place[order].copy()
    kept = 0
    for i in range(len(values)):
        twin = kept - 1
        while twin >= 0 and values[twin, 1] >= values[i, 1] - _SAME_M:
            away = math.hypot(values[twin, 2] - values[i, 2], values[twin, 3] - values[i, 3])
            if away <= _SAME_M:
                break
            twin -= 1
        if twin < 0 or values[twin, 1] < values[i, 1] - _SAME_M:
            values[kept], place[kept] = values[i], place[i]
            kept += 1
        elif place[i] < place[twin]:
            values[twin, 0], place[twin] = values[i, 0], place[i]
    return kept


@njit(cache=True, nogil=True)
def feet_of(
    grid: SegmentGrid, xy: NDArray[np.float64], order: NDArray[np.int64], within_m: float
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]:
    """Find the feet of positions, in this order of positions.

    Returns
    -------
    For each foot its position, the place of its edge in ``numbers``, and along, distance, x and y.
    """
    seen = np.full(len(grid.ends), -1)
    owner, place = np.empty(len(order) + 64, np.int64), np.empty(len(order) + 64, np.int32)
    values = np.empty((len(order) + 64, 4))
    used = 0
    for i in order:
        near = _segments_near(grid, xy, i, within_m, seen)
        if used + len(near) > len(owner):
            room = len(owner) + len(near)
            owner = np.concatenate((owner, np.empty(room, np.int64)))
            place = np.concatenate((place, np.empty(room, np.int32)))
            values = np.concatenate((values, np.empty((room, 4))))
        end = used
        for segment in near:
            if _foot(grid, xy[i, 0], xy[i, 1], segment, values[end]) and values[end, 1] <= within_m:
                place[end] = grid.owner[segment]
                end += 1
        end = used + _without_twins(values[used:end], place[used:end])
        owner[used:end] = i
        used = end
    return owner[:used].copy(), place[:used].copy(), values[:used].copy()
