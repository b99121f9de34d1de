"""Covering: which part of each cell lies within the rings of a polygon, row by row.

An edge that crosses a cell covers the part of it that lies to its right, and its whole height of
all cells further along the row. Edges are added up with the sign of their direction, so that what
lies within a ring remains; a running sum along each row then gives the parts. Two polygons that
share an edge add and subtract the very same numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gapmap.compiling import compiled

if TYPE_CHECKING:
    import numpy.typing as npt

    from gapmap.rasters.kernels.rings import Rings

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["count_shares", "list_shares"]

_NONE = 1e-12
"""A part of a cell that is smaller comes from rounding."""
_ODD = 1e-6
"""A part that is farther below 0 or above 1 comes from a polygon that crosses itself."""


@compiled
def _add(row: Floats, low: float, high: float, height: float) -> None:
    """Add a piece of edge that spans ``low`` to ``high`` within one row of cells."""
    columns = len(row) - 1
    if low >= columns:
        return
    if high <= 0:
        row[0] += height
        return
    width = high - low
    if width <= 0:
        cell = int(low)
        row[cell] += height * (cell + 1 - low)
        row[cell + 1] += height * (low - cell)
        return
    if low < 0:
        row[0] += height * (-low / width)
    begin, end = max(low, 0.0), min(high, float(columns))
    cell = int(begin)
    while begin < end:
        until = min(end, cell + 1.0)
        part = height * ((until - begin) / width)
        middle = 0.5 * (begin + until)
        row[cell] += part * (cell + 1 - middle)
        row[cell + 1] += part * (middle - cell)
        begin = until
        cell += 1


@compiled
def _walk(cover: Floats, ring: Floats, sign: float, top: int, left: int) -> None:
    """Add all edges of a ring, given in columns and rows, to the cells of a window."""
    rows = cover.shape[0]
    for number in range(len(ring) - 1):
        x0, y0 = ring[number, 0] - left, ring[number, 1] - top
        x1, y1 = ring[number + 1, 0] - left, ring[number + 1, 1] - top
        if y0 == y1:
            continue
        way = sign
        if y0 > y1:
            x0, y0, x1, y1 = x1, y1, x0, y0
            way = -sign
        if y1 <= 0 or y0 >= rows:
            continue
        low, high = min(x0, x1), max(x0, x1)
        lean = (x1 - x0) / (y1 - y0)
        y, x = y0, x0
        if y0 < 0:
            y, x = 0.0, min(max(x0 - y0 * lean, low), high)
        row = int(y)
        end = min(y1, float(rows))
        while y < end:
            until = min(end, row + 1.0)
            over = x1 if until == y1 else min(max(x0 + (until - y0) * lean, low), high)
            _add(cover[row], min(x, over), max(x, over), way * (until - y))
            y, x = until, over
            row += 1


@compiled
def _cover(cover: Floats, polygons: Rings, zone: int, top: int, left: int) -> None:
    """Cover a window with the rings of a zone."""
    cover[:] = 0.0
    for ring in range(polygons.rings[zone], polygons.rings[zone + 1]):
        part = polygons.corners[polygons.starts[ring] : polygons.starts[ring + 1]]
        _walk(cover, part, polygons.signs[ring], top, left)


@compiled
def count_shares(polygons: Rings) -> Integers:
    """Count the cells that share an area with each zone; -1 where the zone crosses itself."""
    windows = polygons.windows
    counts = np.zeros(len(windows), np.int64)
    for zone in range(len(windows)):
        r0, r1, c0, c1 = windows[zone]
        if r0 >= r1 or c0 >= c1:
            continue
        tall = max(1, min(r1 - r0, 4_000_000 // (c1 - c0 + 1)))
        cover = np.empty((tall, c1 - c0 + 1))
        odd = False
        for top in range(r0, r1, tall):
            rows = min(tall, r1 - top)
            _cover(cover[:rows], polygons, zone, top, c0)
            for row in range(rows):
                part = 0.0
                for column in range(c1 - c0):
                    part += cover[row, column]
                    counts[zone] += part > _NONE
                    odd |= part < -_ODD or part > 1 + _ODD
        if odd:
            counts[zone] = -1
    return counts


@compiled
def list_shares(polygons: Rings, offsets: Integers) -> tuple[Integers, Integers, Floats]:
    """List row, column and share of these cells, zone after zone from ``offsets`` on."""
    windows = polygons.windows
    row_of, column_of = np.empty(offsets[-1], np.int64), np.empty(offsets[-1], np.int64)
    share = np.empty(offsets[-1])
    for zone in range(len(windows)):
        r0, r1, c0, c1 = windows[zone]
        if offsets[zone] == offsets[zone + 1]:
            continue
        at = offsets[zone]
        tall = max(1, min(r1 - r0, 4_000_000 // (c1 - c0 + 1)))
        cover = np.empty((tall, c1 - c0 + 1))
        for top in range(r0, r1, tall):
            rows = min(tall, r1 - top)
            _cover(cover[:rows], polygons, zone, top, c0)
            for row in range(rows):
                part = 0.0
                for column in range(c1 - c0):
                    part += cover[row, column]
                    if part > _NONE:
                        row_of[at], column_of[at] = top + row, c0 + column
                        share[at] = min(part, 1.0)
                        at += 1
    return row_of, column_of, share
