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

from gapmap.compiling import compiled
from gapmap.network.kernels.grid import cells_in_row, padded, row_of, square_to

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gapmap.network.kernels.grid import SegmentGrid

__all__ = ["feet_of", "mark_twins"]

_AT_VERTEX_M = 1e-7  # a perpendicular that ends nearer to a vertex ends on it
_SAME_M = 1e-6  # feet nearer to each other are one


@compiled
def _nears(
    grid: SegmentGrid, x: float, y: float, segment: int | np.int64, end: int | np.int64
) -> bool:
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


@compiled
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
        other, its_end = grid.spot_ends[i] // 2, grid.spot_ends[i] % 2
        nearby = grid.first[other] if its_end == 0 else grid.first[other + 1] - 1
        if _nears(grid, x, y, np.int64(nearby), np.int64(its_end)):
            return False
    return True


@compiled
def _foot(grid: SegmentGrid, x: float, y: float, segment: int) -> tuple[float, float, float, float]:
    """Give the foot that a segment has: along, distance, x, y; its distance is inf without one."""
    ax, ay = grid.ends[segment, 0], grid.ends[segment, 1]
    bx, by = grid.ends[segment, 2], grid.ends[segment, 3]
    length = math.hypot(bx - ax, by - ay)
    end, share = -1, 0.0
    if not _nears(grid, x, y, segment, 0):
        end = 0
    elif not _nears(grid, x, y, segment, 1):
        end, share = 1, 1.0
    else:
        share = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length / length
    if end >= 0 and not _is_foot_at(grid, x, y, segment, end):
        return 0.0, np.inf, 0.0, 0.0
    at_x, at_y = ax + share * (bx - ax), ay + share * (by - ay)
    if end == 1:
        at_x, at_y = bx, by
    away = math.hypot(x - at_x, y - at_y)
    if end < 0:
        away = math.sqrt(square_to(grid.ends, segment, x, y))
    return grid.along_m[segment] + share * length, away, at_x, at_y


@compiled
def _segments_near(
    grid: SegmentGrid,
    xy: NDArray[np.float64],
    i: int,
    within_m: float,
    seen: NDArray[np.int64],
    near: NDArray[np.int64],
) -> int:
    """Write the segments within a distance of a position, each once, and say how many."""
    x, y = xy[i, 0], xy[i, 1]
    radius = padded(grid.frame, within_m)
    count = 0
    for row in range(row_of(grid.frame, y - radius), row_of(grid.frame, y + radius) + 1):
        begin, end = cells_in_row(grid, row, (x, y), radius)
        for segment in grid.cell_segments[begin:end]:
            if seen[segment] == i or square_to(grid.ends, segment, x, y) > radius * radius:
                continue
            seen[segment] = i
            near[count] = segment
            count += 1
    return count


@compiled
def _more_room(
    owner: NDArray[np.int64], place: NDArray[np.int32], values: NDArray[np.float64], room: int
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]:
    owners, places, more = np.empty(room, np.int64), np.empty(room, np.int32), np.empty((room, 4))
    for i in range(len(owner)):
        owners[i], places[i] = owner[i], place[i]
        for k in range(4):
            more[i, k] = values[i, k]
    return owners, places, more


@compiled
def feet_of(
    grid: SegmentGrid,
    xy: NDArray[np.float64],
    order: NDArray[np.int64],
    within_m: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]:
    """Find the feet of positions, each within its own distance, looking at them in this order.

    Returns
    -------
    For each foot its position, the place of its edge in ``numbers``, and along, distance, x and y;
    one by one as they are found, some more than once.
    """
    seen, near = np.full(len(grid.ends), -1), np.empty(len(grid.ends), np.int64)
    room, used = len(order) + 64, 0
    owner, place, values = np.empty(room, np.int64), np.empty(room, np.int32), np.empty((room, 4))
    for i in order:
        count = _segments_near(grid, xy, i, within_m[i], seen, near)
        if used + count > room:
            room = 2 * room + count
            owner, place, values = _more_room(owner, place, values, room)
        for k in range(count):
            along, away, at_x, at_y = _foot(grid, xy[i, 0], xy[i, 1], near[k])
            if away <= within_m[i] and away < np.inf:
                owner[used], place[used] = i, grid.owner[near[k]]
                values[used, 0], values[used, 1] = along, away
                values[used, 2], values[used, 3] = at_x, at_y
                used += 1
    return owner[:used], place[:used], values[:used]


@compiled
def mark_twins(
    owner: NDArray[np.int64], place: NDArray[np.int32], values: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Mark the feet that are at the point of another one of the same edge before them.

    The feet come by position, then by distance.
    """
    twin = np.zeros(len(owner), np.bool_)
    for i in range(len(owner)):
        k = i - 1
        while k >= 0 and owner[k] == owner[i] and values[k, 1] >= values[i, 1] - _SAME_M:
            away = math.hypot(values[k, 2] - values[i, 2], values[k, 3] - values[i, 3])
            if place[k] == place[i] and away <= _SAME_M:
                twin[i] = True
                break
            k -= 1
    return twin
