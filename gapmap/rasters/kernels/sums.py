"""Sums over the cells right of a polygon's edges, from running sums along each row.

An edge that crosses a cell has the part of it that lies to its right, and its whole height of all
cells further along the row. All edges of a polygon in one row go down as far as they come up: the
cells may be counted to any column, as long as it is the same for all, and the nearer that is, the
less is added only to be taken off again.
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
    Three = tuple[float, float, float]

__all__ = ["sum_values"]

_TALL = 64
_WIDE = 512
"""Rows and columns whose running sums are held at a time: they stay in the processor's cache."""


@compiled
def _running_sums(values: Floats, runs: Floats) -> None:
    """Write for each row what the cells left of each column hold into ``runs``.

    The sum is kept in two numbers, what rounding lost in the second (Knuth's exact addition of two
    numbers): the few people of a hamlet behind a row of cities are told to the last figure.

    Parameters
    ----------
    values
        NaN and infinity are no values.
    runs
        Shape (rows, columns + 1, 3): sum, its rest, number of values; they are read together.
    """
    rows, columns = values.shape
    for row in range(rows):
        total, rest, count = 0.0, 0.0, 0.0
        runs[row, 0, :] = 0.0
        for column in range(columns):
            value = values[row, column]
            if np.isfinite(value):
                longer = total + value
                added = longer - total
                rest += (total - (longer - added)) + (value - added)
                total = longer
                count += 1.0
            runs[row, column + 1, 0] = total
            runs[row, column + 1, 1] = rest
            runs[row, column + 1, 2] = count


@compiled
def _in_cell(runs: Floats, row: int, cells: tuple[int, int], middle: float, height: float) -> Three:
    """Give sum, valued cells and cells from a piece of edge in one cell to some column.

    ``cells`` are that of the piece and that column; it lies around ``middle`` and has a signed
    ``height``.
    """
    cell, until = cells
    own = height * (cell + 1 - middle)
    begin, after, end = runs[row, cell], runs[row, cell + 1], runs[row, until]
    here = (after[0] - begin[0]) + (after[1] - begin[1])
    right = (end[0] - after[0]) + (end[1] - after[1])
    return (
        own * here + height * right,
        own * (after[2] - begin[2]) + height * (end[2] - after[2]),
        own + height * (until - cell - 1),
    )


@compiled
def _in_row(runs: Floats, row: int, until: int, piece: Three, columns: tuple[int, int]) -> Three:
    """Give the same of a piece that goes from ``piece[0]`` to ``piece[1]`` in one row.

    What lies left or right of the columns counts as standing on their edge.
    """
    low, high, height = piece
    first, last = columns
    if high <= first or low >= last or low == high:
        middle = min(max(low, float(first)), float(last))
        return _in_cell(runs, row, (min(int(middle), last - 1), until), middle, height)
    value, valued, cells = 0.0, 0.0, 0.0
    each = height / (high - low)
    if low < first:
        more = _in_cell(runs, row, (first, until), float(first), each * (first - low))
        value, valued, cells = more
        low = float(first)
    if high > last:
        more = _in_cell(runs, row, (last - 1, until), float(last), each * (high - last))
        value, valued, cells = value + more[0], valued + more[1], cells + more[2]
        high = float(last)
    cell = int(low)
    while low < high:
        end = min(high, cell + 1.0)
        more = _in_cell(runs, row, (cell, until), 0.5 * (low + end), each * (end - low))
        value, valued, cells = value + more[0], valued + more[1], cells + more[2]
        low = end
        cell += 1
    return value, valued, cells


@compiled
def _along(
    runs: Floats, ring: Floats, sign: float, window: tuple[int, int, int, int, int], until: Integers
) -> Three:
    """Walk along a ring and add up what its edges have, row by row.

    ``window`` is: the first row and column of the strip, the rows and columns of it that count;
    ``until`` keeps the column to which cells are counted, -1 in rows that no edge has crossed.
    """
    top, left, rows, first, last = window
    value, valued, cells = 0.0, 0.0, 0.0
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
            down = min(end, row + 1.0)
            over = x1 if down == y1 else min(max(x0 + (down - y0) * lean, low), high)
            west, east, height = min(x, over), max(x, over), way * (down - y)
            if until[row] < 0:
                until[row] = int(min(max(west, float(first)), float(last)))
            cell = int(max(west, 0.0))
            if first <= west and east <= cell + 1 and cell < last:
                middle = 0.5 * (west + east)
                more = _in_cell(runs, row, (cell, until[row]), middle, height)
            else:
                piece = (west, east, height)
                more = _in_row(runs, row, until[row], piece, (first, last))
            value, valued, cells = value + more[0], valued + more[1], cells + more[2]
            y, x = down, over
            row += 1
    return value, valued, cells


@compiled
def sum_values(
    told: Floats, values: Floats, polygons: Rings, zones: Integers, at: tuple[int, int]
) -> None:
    """Add to ``told`` what some zones hold of a part of a raster.

    Parameters
    ----------
    told
        Sum, cells with a value, cells at all, of each zone.
    values
        Of the part; NaN and infinity are none.
    polygons
        All zones.
    zones
        Those that the part touches, from left to right.
    at
        Row and column of the raster at which the part begins.
    """
    rows, columns = values.shape
    runs = np.empty((min(rows, _TALL), min(columns, _WIDE) + 1, 3))
    for row in range(0, rows, _TALL):
        tall = min(_TALL, rows - row)
        for column in range(0, columns, _WIDE):
            wide = min(_WIDE, columns - column)
            tile = (at[0] + row, at[1] + column, tall, wide)
            idle = True
            for zone in zones:
                first, last, begin, end = polygons.windows[zone]
                if begin >= tile[1] + wide:
                    break
                if end <= tile[1] or last <= tile[0] or first >= tile[0] + tall:
                    continue
                if idle:
                    _running_sums(values[row : row + tall, column : column + wide], runs)
                    idle = False
                _sum_zone(told, runs, polygons, zone, tile)


@compiled
def _sum_zone(
    told: Floats, runs: Floats, polygons: Rings, zone: int, tile: tuple[int, int, int, int]
) -> None:
    """Add what a zone holds of a tile: first row and column, rows and columns of it."""
    top, left, tall, wide = tile
    _, last, begin, end = polygons.windows[zone]
    rows = min(last - top, tall)
    until = np.full(rows, -1)
    window = (top, left, rows, max(begin - left, 0), min(end - left, wide))
    for ring in range(polygons.rings[zone], polygons.rings[zone + 1]):
        part = polygons.corners[polygons.starts[ring] : polygons.starts[ring + 1]]
        found = _along(runs, part, polygons.signs[ring], window, until)
        for which in range(3):
            told[zone, which] += found[which]
