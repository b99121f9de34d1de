"""Tracing: the cells that a line runs through, one after the other.

Positions are in cells: columns to the right, rows downwards, (0, 0) the upper left corner.
"""

from __future__ import annotations

from math import floor
from typing import Final

import numpy as np
import numpy.typing as npt

from gapmap.compiling import compiled

__all__ = ["burn", "trace"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_NOWHERE: Final = -1


@compiled
def trace(  # noqa: PLR0913, PLR0917 - two ends, a size, and where the answer goes
    x0: float, y0: float, x1: float, y1: float, height: int, width: int, into: Integers, at: Floats
) -> int:
    """Find the cells of a segment in their order, each beside the one before it.

    Parameters
    ----------
    x0, y0, x1, y1
        Column and row of both ends.
    height, width
        Of the grid; what lies off it is cut away.
    into, at
        Get the numbers of the cells along the rows, and how far along the segment, from 0 to 1,
        each of them is entered and left: ``at`` has one entry more than cells. They need room for
        ``height + width + 2``.

    Returns
    -------
    How many cells there are.
    """
    dx, dy = x1 - x0, y1 - y0
    begin, end = 0.0, 1.0
    for step, low, high in ((dx, -x0, width - x0), (dy, -y0, height - y0)):
        if step == 0.0:
            if low > 0.0 or high < 0.0:
                return 0
        else:
            a, b = low / step, high / step
            begin, end = max(begin, min(a, b)), min(end, max(a, b))
    if begin > end:
        return 0
    column = min(max(floor(x0 + begin * dx), 0), width - 1)
    row = min(max(floor(y0 + begin * dy), 0), height - 1)
    last_column = min(max(floor(x0 + end * dx), 0), width - 1)
    last_row = min(max(floor(y0 + end * dy), 0), height - 1)
    right, down = (1 if last_column > column else -1), (1 if last_row > row else -1)
    into[0], at[0] = row * width + column, begin
    count = 1
    while column != last_column or row != last_row:
        across = (column + (right > 0) - x0) / dx if column != last_column else 2.0
        along = (row + (down > 0) - y0) / dy if row != last_row else 2.0
        if across <= along:
            column += right
        else:
            row += down
        into[count], at[count] = row * width + column, min(max(min(across, along), begin), end)
        count += 1
    at[count] = end
    return count


@compiled
def burn(xy: Floats, offsets: Integers, kmh: Floats, into: Floats) -> None:
    """Give every cell that a line runs through its speed, the fastest of several.

    Parameters
    ----------
    xy, offsets
        Points of all lines, and where those of each begin.
    kmh
        Of each line.
    into
        Speeds of the cells, shape (rows, columns).
    """
    height, width = into.shape
    cells = np.empty(height + width + 4, np.int64)
    at = np.empty(height + width + 5, np.float64)
    for line in range(len(kmh)):
        for point in range(offsets[line], offsets[line + 1] - 1):
            x0, y0, x1, y1 = xy[point, 0], xy[point, 1], xy[point + 1, 0], xy[point + 1, 1]
            for number in range(trace(x0, y0, x1, y1, height, width, cells, at)):
                row, column = cells[number] // width, cells[number] % width
                into[row, column] = max(into[row, column], kmh[line])
