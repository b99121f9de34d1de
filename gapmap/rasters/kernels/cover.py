"""Covering: which part of each cell lies within the rings of a polygon, row by row.

An edge that crosses a cell covers the part of it that lies to its right, and its whole height of
all cells further along the row. Edges are added up with the sign of their direction, so that what
lies within a ring remains; a running sum along each row then gives the parts. Two polygons that
share an edge add and subtract the very same numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from gapmap.compiling import compiled

if TYPE_CHECKING:
    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["Rings", "count_shares", "list_shares", "running_sums", "sum_values"]

_NONE = 1e-12
"""A part of a cell that is smaller comes from rounding."""


class Rings(NamedTuple):
    """The rings of all zones, in columns and rows of a raster.

    Attributes
    ----------
    corners
        Column and row of each corner, ring after ring, the first of a ring again as its last.
    starts
        Where each ring begins in ``corners``, and the end.
    signs
        1 or -1: what makes an edge that runs down the rows add what lies within.
    rings
        Where each zone's rings begin, and the end.
    windows
        First and last row, first and last column (exclusive) that each zone can touch.
    """

    corners: Floats
    starts: Integers
    signs: Floats
    rings: Integers
    windows: Integers


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
        lean = (x1 - x0) / (y1 - y0)
        y, x = y0, x0
        if y0 < 0:
            y, x = 0.0, x0 - y0 * lean
        row = int(y)
        end = min(y1, float(rows))
        while y < end:
            until = min(end, row + 1.0)
            over = x1 if until == y1 else x0 + (until - y0) * lean
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
def running_sums(values: Floats, runs: Floats) -> None:
    """Write for each row the sum and the number of the values left of each column into ``runs``.

    Parameters
    ----------
    values
        NaN and infinity are no values.
    runs
        Shape (rows, columns + 1, 2): both stand side by side, as they are read together.
    """
    rows, columns = values.shape
    for row in range(rows):
        total, count = 0.0, 0.0
        runs[row, 0] = 0.0
        for column in range(columns):
            value = float(values[row, column])
            if np.isfinite(value):
                total += value
                count += 1.0
            runs[row, column + 1, 0] = total
            runs[row, column + 1, 1] = count


@compiled
def _in_cell(
    runs: Floats, row: int, cell: int, last: int, piece: tuple[float, float]
) -> tuple[float, float, float]:
    """Give sum, valued cells and cells right of a piece of edge within one cell.

    ``piece`` is the middle of the piece and its signed height; ``last`` is where the columns end.
    """
    middle, height = piece
    own = height * (cell + 1 - middle)
    begin, after, end = runs[row, cell], runs[row, cell + 1], runs[row, last]
    return (
        own * (after[0] - begin[0]) + height * (end[0] - after[0]),
        own * (after[1] - begin[1]) + height * (end[1] - after[1]),
        own + height * (last - cell - 1),
    )


@compiled
def _right_of(
    runs: Floats, row: int, span: tuple[float, float, int, int], height: float
) -> tuple[float, float, float]:
    """Give the same of a piece that goes from ``span[0]`` to ``span[1]`` in one row.

    What lies left of the columns ``span[2]`` to ``span[3]`` counts from their first on.
    """
    low, high, first, last = span
    value = valued = cells = 0.0
    if low >= last:
        return value, valued, cells
    if high <= first:
        return _in_cell(runs, row, first, last, (float(first), height))
    each = height / (high - low) if high > low else 0.0
    if low < first:
        value, valued, cells = _in_cell(
            runs, row, first, last, (float(first), each * (first - low))
        )
        low = float(first)
    high = min(high, float(last))
    cell, begin = min(int(low), last - 1), low
    while True:
        until = min(high, cell + 1.0)
        part = each * (until - begin) if each else height
        more = _in_cell(runs, row, cell, last, (0.5 * (begin + until), part))
        value, valued, cells = value + more[0], valued + more[1], cells + more[2]
        begin = until
        cell += 1
        if begin >= high or cell >= last:
            return value, valued, cells


@compiled
def _walk_sums(
    runs: Floats, ring: Floats, sign: float, window: tuple[int, int, int, int, int, int]
) -> tuple[float, float, float]:
    """Walk along a ring and add up what lies to the right of each edge, row by row."""
    r0, r1, c0, c1, top, left = window
    c0, c1 = c0 - left, c1 - left
    value = valued = cells = 0.0
    for number in range(len(ring) - 1):
        x0, y0 = ring[number, 0] - left, ring[number, 1] - r0
        x1, y1 = ring[number + 1, 0] - left, ring[number + 1, 1] - r0
        if y0 == y1:
            continue
        way = sign
        if y0 > y1:
            x0, y0, x1, y1 = x1, y1, x0, y0
            way = -sign
        if y1 <= 0 or y0 >= r1 - r0:
            continue
        lean = (x1 - x0) / (y1 - y0)
        y, x = y0, x0
        if y0 < 0:
            y, x = 0.0, x0 - y0 * lean
        row = int(y)
        end = min(y1, float(r1 - r0))
        while y < end:
            until = min(end, row + 1.0)
            over = x1 if until == y1 else x0 + (until - y0) * lean
            low, high, height = min(x, over), max(x, over), way * (until - y)
            cell = int(low)
            if low >= c0 and high <= cell + 1 and cell < c1:
                piece = (0.5 * (low + high), height)
                more = _in_cell(runs, r0 - top + row, cell, c1, piece)
            else:
                more = _right_of(runs, r0 - top + row, (low, high, c0, c1), height)
            value, valued, cells = value + more[0], valued + more[1], cells + more[2]
            y, x = until, over
            row += 1
    return value, valued, cells


@compiled
def sum_values(
    told: Floats, runs: Floats, polygons: Rings, zones: Integers, at: tuple[int, int]
) -> None:
    """Add to ``told`` what some zones hold of a strip of a raster.

    Parameters
    ----------
    told
        Sum, cells with a value, cells at all, of each zone.
    runs
        From :func:`running_sums` of the strip.
    polygons
        All zones.
    zones
        Those that the strip touches.
    at
        Row and column of the raster at which the strip begins.
    """
    top, left = at
    for zone in zones:
        first, last, c0, c1 = polygons.windows[zone]
        r0, r1 = max(first, top), min(last, top + runs.shape[0])
        for ring in range(polygons.rings[zone], polygons.rings[zone + 1]):
            part = polygons.corners[polygons.starts[ring] : polygons.starts[ring + 1]]
            found = _walk_sums(runs, part, polygons.signs[ring], (r0, r1, c0, c1, top, left))
            for which in range(3):
                told[zone, which] += found[which]


@compiled
def count_shares(polygons: Rings) -> Integers:
    """Count the cells that share an area with each zone."""
    windows = polygons.windows
    counts = np.zeros(len(windows), np.int64)
    for zone in range(len(windows)):
        r0, r1, c0, c1 = windows[zone]
        if r0 >= r1 or c0 >= c1:
            continue
        tall = max(1, min(r1 - r0, 4_000_000 // (c1 - c0 + 1)))
        cover = np.empty((tall, c1 - c0 + 1))
        for top in range(r0, r1, tall):
            rows = min(tall, r1 - top)
            _cover(cover[:rows], polygons, zone, top, c0)
            for row in range(rows):
                part = 0.0
                for column in range(c1 - c0):
                    part += cover[row, column]
                    counts[zone] += part > _NONE
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
