"""Kernels of the grid over the segments of ways: laying it out, and the nearest segment."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gapmap.compiling import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "SegmentGrid",
    "cells_in_row",
    "extent_of",
    "fill_cells",
    "nearest_segments",
    "pack_segments",
    "padded",
    "row_of",
    "square_to",
]

_ALIKE = 1e-9  # as a share and in metres: ways whose distances differ by less are equally near


class SegmentGrid(NamedTuple):
    """Segments of the ways that may be joined, and the cells of a uniform grid that they cross.

    Attributes
    ----------
    ends
        x and y of both ends of each segment, shape (segments, 2 x 2). A way without length is one
        segment whose ends are equal.
    along_m
        How far along its edge each segment begins.
    owner
        Place in ``numbers`` of the edge that each segment is a piece of.
    numbers
        Numbers of the edges, ascending.
    first
        The first segment of each edge, and one entry more.
    spots
        Spot at the first and last point of each edge, shape (edges, 2).
    spot_starts, spot_ends
        In compressed rows, the ends of edges at each spot, lowest edge first: twice the place in
        ``numbers``, and one more for the last point.
    frame
        x and y of the corner of the first cell, size of a cell, how far coordinates may be off by
        rounding, the box of all segments (x, y, x, y), all in metres; number of columns and rows.
        Cells at the rim hold whatever lies beyond them too.
    cell_starts, cell_segments
        In compressed rows, the segments in each cell, row by row.
    """

    ends: NDArray[np.float64]
    along_m: NDArray[np.float64]
    owner: NDArray[np.int32]
    numbers: NDArray[np.int64]
    first: NDArray[np.int32]
    spots: NDArray[np.int32]
    spot_starts: NDArray[np.int32]
    spot_ends: NDArray[np.int32]
    frame: NDArray[np.float64]
    cell_starts: NDArray[np.int32]
    cell_segments: NDArray[np.int32]


@compiled
def pack_segments(
    coords: NDArray[np.float64],
    offsets: NDArray[np.int64],
    numbers: NDArray[np.int64],
    short_m: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int32], NDArray[np.int32]]:
    """Cut edges into segments, passing over points nearer than ``short_m`` to the one before.

    Returns
    -------
    ``ends``, ``along_m``, ``owner`` and ``first`` of :class:`SegmentGrid`.
    """
    room = 0
    for number in numbers:
        room += max(1, offsets[number + 1] - offsets[number] - 1)
    ends, along_m = np.empty((room, 4)), np.empty(room)
    owner, first = np.empty(room, np.int32), np.zeros(len(numbers) + 1, np.int32)
    used = 0
    for place in range(len(numbers)):
        points = coords[offsets[numbers[place]] : offsets[numbers[place] + 1]]
        count = _pack_edge(points, ends[used:], along_m[used:], short_m)
        for i in range(used, used + count):
            owner[i] = place
        used += count
        first[place + 1] = used
    return ends[:used], along_m[:used], owner[:used], first


@compiled
def _length(ax: float, ay: float, bx: float, by: float) -> float:
    return math.sqrt((bx - ax) ** 2 + (by - ay) ** 2)  # a third of the time of hypot


@compiled
def _pack_edge(
    points: NDArray[np.float64],
    ends: NDArray[np.float64],
    along_m: NDArray[np.float64],
    short_m: float,
) -> int:
    """Write the segments of one edge and say how many; the last one ends at the last point."""
    count, walked_m, start_m = 0, 0.0, 0.0
    x, y = points[0, 0], points[0, 1]
    for i in range(1, len(points)):
        walked_m += _length(points[i - 1, 0], points[i - 1, 1], points[i, 0], points[i, 1])
        if _length(x, y, points[i, 0], points[i, 1]) >= short_m:
            ends[count, 0], ends[count, 1] = x, y
            x, y = points[i, 0], points[i, 1]
            ends[count, 2], ends[count, 3] = x, y
            along_m[count] = start_m
            start_m = walked_m
            count += 1
    last = len(points) - 1
    x, y = points[last, 0], points[last, 1]
    while count > 0 and _length(ends[count - 1, 0], ends[count - 1, 1], x, y) < short_m:
        count -= 1
    if count == 0:  # a way without length stays as a point
        ends[0, 0], ends[0, 1] = points[0, 0], points[0, 1]
        ends[0, 2], ends[0, 3] = points[0, 0], points[0, 1]
        along_m[0] = 0.0
        return 1
    ends[count - 1, 2], ends[count - 1, 3] = x, y
    return count


@compiled
def extent_of(ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the box of all segments (x, y, x, y) and how far they reach along x and y, added up."""
    extent = np.array([np.inf, np.inf, -np.inf, -np.inf, 0.0])
    for i in range(len(ends)):
        for k in range(4):
            extent[k % 2] = min(extent[k % 2], ends[i, k])
            extent[2 + k % 2] = max(extent[2 + k % 2], ends[i, k])
        extent[4] += abs(ends[i, 2] - ends[i, 0]) + abs(ends[i, 3] - ends[i, 1])
    return extent


@compiled
def pad_of(frame: NDArray[np.float64]) -> float:
    """Give the width of the seam at a cell's border that counts as in the cell."""
    return frame[3] + 1e-9 * frame[2]


@compiled
def padded(frame: NDArray[np.float64], radius_m: float) -> float:
    """Give a radius that nothing within ``radius_m`` escapes through rounding."""
    return radius_m * (1 + 2 * _ALIKE) + 2 * _ALIKE + pad_of(frame)


@compiled
def column_of(frame: NDArray[np.float64], x: float) -> int:
    """Give the column of a position; beyond the rim that is the column at the rim."""
    return int(min(max((x - frame[0]) / frame[2], 0.0), frame[8] - 1))


@compiled
def row_of(frame: NDArray[np.float64], y: float) -> int:
    """Give the row of a position; beyond the rim that is the row at the rim."""
    return int(min(max((y - frame[1]) / frame[2], 0.0), frame[9] - 1))


@compiled
def _row_band(frame: NDArray[np.float64], row: int) -> tuple[float, float]:
    """Give where a row begins and ends in y; the rows at the rim have no end."""
    low = -np.inf if row == 0 else frame[1] + row * frame[2]
    return low, np.inf if row == frame[9] - 1 else frame[1] + (row + 1) * frame[2]


@compiled
def _columns_in_row(
    frame: NDArray[np.float64], segment: NDArray[np.float64], row: int
) -> tuple[int, int]:
    """Give the first and last column that a segment crosses in a row."""
    ax, ay, bx, by = segment[0], segment[1], segment[2], segment[3]
    low, high = _row_band(frame, row)
    begin, end = 0.0, 1.0
    if ay != by:
        begin = min(max((low - ay) / (by - ay), 0.0), 1.0)
        end = min(max((high - ay) / (by - ay), 0.0), 1.0)
    x1, x2 = ax + begin * (bx - ax), ax + end * (bx - ax)
    pad = pad_of(frame)
    return column_of(frame, min(x1, x2) - pad), column_of(frame, max(x1, x2) + pad)


@compiled
def fill_cells(
    ends: NDArray[np.float64], frame: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """List the segments of every cell: only cells that a segment crosses, not its whole box.

    Returns
    -------
    ``cell_starts`` and ``cell_segments`` of :class:`SegmentGrid`.
    """
    columns = int(frame[8])
    starts = np.zeros(columns * int(frame[9]) + 1, np.int64)
    segments = np.empty(0, np.int32)
    for filling in (False, True):
        for i in range(len(ends)):
            bottom = row_of(frame, min(ends[i, 1], ends[i, 3]))
            top = row_of(frame, max(ends[i, 1], ends[i, 3]))
            for row in range(bottom, top + 1):
                left, right = _columns_in_row(frame, ends[i], row)
                for cell in range(row * columns + left, row * columns + right + 1):
                    if filling:
                        starts[cell] -= 1
                        segments[starts[cell]] = i
                    else:
                        starts[cell] += 1
        if not filling:  # each cell's end, which the filling moves to its start
            for cell in range(1, len(starts)):
                starts[cell] += starts[cell - 1]
            segments = np.empty(starts[len(starts) - 1], np.int32)
    return starts, segments


@compiled
def square_to(ends: NDArray[np.float64], segment: int | np.int64, x: float, y: float) -> float:
    """Give the squared distance from a position to a segment."""
    ax, ay = ends[segment, 0], ends[segment, 1]
    bx, by = ends[segment, 2], ends[segment, 3]
    ux, uy, px, py = bx - ax, by - ay, x - ax, y - ay
    reach, whole = px * ux + py * uy, ux * ux + uy * uy
    if reach <= 0:
        return px * px + py * py
    if reach >= whole:
        return (x - bx) ** 2 + (y - by) ** 2
    across = px * uy - py * ux
    return across * across / whole


@compiled
def cells_in_row(
    grid: SegmentGrid, row: int, point: tuple[float, float], radius_m: float
) -> tuple[int, int]:
    """Give the entries of ``cell_segments`` for the cells of a row that a circle reaches."""
    x, y = point
    frame = grid.frame
    low, high = _row_band(frame, row)
    gap = max(low - y, y - high, 0.0)
    if gap > radius_m:
        return 0, 0
    half = math.sqrt(radius_m * radius_m - gap * gap) + pad_of(frame)
    cells = row * int(frame[8])
    left, right = cells + column_of(frame, x - half), cells + column_of(frame, x + half)
    return grid.cell_starts[left], grid.cell_starts[right + 1]


class _Best(NamedTuple):
    """The nearest so far: squared distance, what is alike, lowest owner of those, its segment."""

    square: float
    alike: float
    owner: np.int64
    segment: np.int64
    doubtful: bool  # some were alike but not equal: which of them count is only known at the end


@compiled
def _only(grid: SegmentGrid, segment: int | np.int64, square: float) -> _Best:
    """Begin anew with one segment."""
    alike = (math.sqrt(square) * (1 + _ALIKE) + _ALIKE) ** 2
    return _Best(square, alike, np.int64(grid.owner[segment]), np.int64(segment), doubtful=False)


@compiled
def _better(grid: SegmentGrid, best: _Best, segment: int, square: float) -> _Best:
    """Take in a segment that is at least alike to the best so far."""
    owner = min(np.int64(grid.owner[segment]), best.owner)
    if square < best.square:
        new = _only(grid, segment, square)
        if best.square > new.alike:
            return new
        return _Best(square, new.alike, owner, new.segment, doubtful=True)
    doubtful = best.doubtful or square != best.square
    return _Best(best.square, best.alike, owner, best.segment, doubtful)


@compiled
def _look(grid: SegmentGrid, x: float, y: float, radius_m: float, best: _Best) -> _Best:
    """Look at every segment within a radius of a position, or nearer once there is a better one."""
    radius = padded(grid.frame, radius_m)
    for row in range(row_of(grid.frame, y - radius), row_of(grid.frame, y + radius) + 1):
        reach = min(radius, padded(grid.frame, math.sqrt(best.square)))
        begin, end = cells_in_row(grid, row, (x, y), reach)
        for segment in grid.cell_segments[begin:end]:
            square = square_to(grid.ends, segment, x, y)
            if square <= best.alike:
                best = _better(grid, best, segment, square)
    return best


@compiled
def _nearest(grid: SegmentGrid, x: float, y: float, most_m: float, guess: int | np.int64) -> _Best:
    """Look in growing circles; the last one has the best distance itself as its radius."""
    best = _Best(np.inf, np.inf, np.int64(0), np.int64(-1), doubtful=False)
    if guess >= 0:
        best = _only(grid, guess, square_to(grid.ends, guess, x, y))
    dx = max(grid.frame[4] - x, x - grid.frame[6], 0.0)
    dy = max(grid.frame[5] - y, y - grid.frame[7], 0.0)
    radius = math.hypot(dx, dy) + grid.frame[2] / 2
    whole = radius + math.hypot(grid.frame[6] - grid.frame[4], grid.frame[7] - grid.frame[5])
    while True:
        reach = min(radius, math.sqrt(best.square), most_m)
        best = _look(grid, x, y, reach, best)
        if radius >= min(most_m, whole) or best.square <= radius * radius:
            break
        radius *= 4
    if best.doubtful:  # once more, with the best known from the start
        reach = math.sqrt(best.square)
        best = _look(grid, x, y, reach, _only(grid, best.segment, best.square))
    return best


@compiled
def nearest_segments(
    grid: SegmentGrid, xy: NDArray[np.float64], order: NDArray[np.int64], most_m: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find the nearest edge of each position: its place in ``numbers`` or -1, and the distance.

    Positions are looked at in this order, each beginning with what the one before has found.
    """
    owner, distance_m = np.full(len(xy), -1), np.full(len(xy), np.inf)
    guess = np.int64(-1)
    for i in order:
        best = _nearest(grid, xy[i, 0], xy[i, 1], most_m, guess)
        if best.segment >= 0 and math.sqrt(best.square) <= most_m:
            guess = best.segment
            owner[i], distance_m[i] = best.owner, math.sqrt(best.square)
    return owner, distance_m
