"""Visiting: which cells roads run through near closed ground, and at whose middle they are met.

Positions are in cells, as in :mod:`gapmap.surface.fences`.
"""

from __future__ import annotations

from math import hypot
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from gapmap.compiling import compiled
from gapmap.surface.crossing import FREE, ODD, look
from gapmap.surface.tracing import trace
from gapmap.surface.value import STEPS

if TYPE_CHECKING:
    from gapmap.surface.fences import Fences

__all__ = [
    "close_around",
    "first_seen",
    "in_areas",
    "lines_in",
    "open_short_cuts",
    "open_steps",
    "settle",
    "visit",
]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]
Indices = npt.NDArray[np.int32]
Bits = npt.NDArray[np.uint16]

_NOWHERE: Final = -1
_ROWS: Final = np.array([row for row, _ in STEPS])
_COLUMNS: Final = np.array([column for _, column in STEPS])
_BACK: Final = np.array([STEPS.index((-row, -column)) for row, column in STEPS])
_DIAGONAL, _KNIGHTS = 4, 8


@compiled
def lines_in(xy: Floats, offsets: Integers, marked: Flags, found: Flags) -> None:
    """Mark in ``found`` the lines that run through a marked cell."""
    height, width = marked.shape
    cells = np.empty(height + width + 4, np.int64)
    at = np.empty(height + width + 5, np.float64)
    for line in range(len(found)):
        for point in range(offsets[line], offsets[line + 1] - 1):
            x0, y0, x1, y1 = xy[point, 0], xy[point, 1], xy[point + 1, 0], xy[point + 1, 1]
            for number in range(trace(x0, y0, x1, y1, height, width, cells, at)):
                if marked[cells[number] // width, cells[number] % width]:
                    found[line] = True
            if found[line]:
                break


@compiled
def visit(xy: Floats, offsets: Integers, shape: tuple[int, int], into: Floats) -> int:
    """List where lines enter and leave each cell, where they bend, and their ends.

    So a line that is cut in two is met wherever it was met before.

    Parameters
    ----------
    xy, offsets
        Points of all lines, and where those of each begin.
    shape
        Rows and columns of the grid.
    into
        Gets line, cell, column, row, how far along the line, which end of it (0 or 1; -1 for
        none), and the number of its stretch: another one for each line, and wherever one comes
        back onto the grid. Shape (visits, 7); what does not fit is only counted.

    Returns
    -------
    How many visits there are.
    """
    height, width = shape
    cells = np.empty(height + width + 4, np.int64)
    at = np.empty(height + width + 5, np.float64)
    total = stretch = 0
    for line in range(len(offsets) - 1):
        run, last, before = 0.0, offsets[line + 1] - 1, _NOWHERE
        stretch += 1
        for point in range(offsets[line], last + 1):
            x, y = xy[point, 0], xy[point, 1]
            if point in (offsets[line], last) and 0 <= x < width and 0 <= y < height:
                end = 0 if point == offsets[line] else 1
                _note(into, total, (line, int(y) * width + int(x), end, stretch), (x, y, run))
                total += 1
            if point == last:
                break
            dx, dy = xy[point + 1, 0] - x, xy[point + 1, 1] - y
            length = hypot(dx, dy)
            count = trace(x, y, x + dx, y + dy, height, width, cells, at)
            if count == 0 or at[0] > 0.0:  # it is off the grid, or was
                stretch, before = stretch + 1, _NOWHERE
            for number in range(count):
                for side in range(2):
                    t = at[number + side]
                    if side == 0 and cells[number] == before:
                        continue  # there it was when it left the piece before
                    where = (x + t * dx, y + t * dy, run + t * length)
                    _note(into, total, (line, cells[number], _NOWHERE, stretch), where)
                    total += 1
                before = cells[number]
            if count and at[count] < 1.0:
                stretch, before = stretch + 1, _NOWHERE
            run += length
    return total


@compiled
def _note(
    into: Floats, number: int, what: tuple[int, int, int, int], where: tuple[float, float, float]
) -> None:
    if number < len(into):
        into[number, 0], into[number, 1], into[number, 5], into[number, 6] = what
        into[number, 2], into[number, 3], into[number, 4] = where


@compiled
def settle(
    fences: Fences, slot: Indices, masks: tuple[Flags, Flags], points: Floats, cells: Integers
) -> None:
    """Give each point the cell whose middle is on its side of all fences.

    It is the point's own one; else the nearest beside it, an open one rather than a closed one; of
    dry land whose cells around are all wet, its own. Nothing (-1) is left for a point over narrow
    water.

    Parameters
    ----------
    fences, slot
        The fences, and where to find them.
    masks
        Cells with a fence in or beside them, and closed ones.
    points
        Column and row of each.
    cells
        The cell that each lies in; becomes the one at whose middle it is met.
    """
    near, closed = masks
    height, width = slot.shape
    for number in range(len(points)):
        row, column = cells[number] // width, cells[number] % width
        if not near[row, column]:
            continue
        x, y = points[number]
        seen = look(fences, slot, (column + 0.5, row + 0.5, x, y), fences.inside[row, column])
        if seen == FREE:
            continue
        wet = fences.inside[row, column] != bool(seen & ODD)
        best, least = _NOWHERE, np.inf
        for k in range(_KNIGHTS):
            r, c = row + _ROWS[k], column + _COLUMNS[k]
            if r < 0 or r >= height or c < 0 or c >= width:
                continue
            apart = hypot(c + 0.5 - x, r + 0.5 - y) + (10.0 if closed[r, c] else 0.0)
            if apart < least and look(fences, slot, (x, y, c + 0.5, r + 0.5), wet) == FREE:
                best, least = r * width + c, apart
        if best == _NOWHERE and not wet and fences.inside[row, column]:
            continue
        cells[number] = best


@compiled
def close_around(opened: Integers, closed: Flags, barred: Bits) -> None:
    """Bar all steps that closed ground bars and a road over it would let through.

    These are the steps from and to opened cells, knight's moves over them, and the steps that
    squeeze past them between two closed cells which touch at a corner.
    """
    height, width = closed.shape
    for cell in opened:
        row, column = cell // width, cell % width
        for k in range(len(_ROWS)):
            _bar(row, column, k, barred)
        for k in range(_DIAGONAL, _KNIGHTS):
            r, c = row + _ROWS[k], column + _COLUMNS[k]
            if 0 <= r < height and 0 <= c < width and closed[r, c]:
                for other in range(_DIAGONAL, _KNIGHTS):  # from (r, column) to (row, c)
                    if _ROWS[other] == row - r and _COLUMNS[other] == c - column:
                        _bar(r, column, other, barred)
        for k in range(_KNIGHTS, len(_ROWS)):
            down, right = _ROWS[k], _COLUMNS[k]
            for half in range(2):  # the two cells between the ends of a knight's move
                tall = abs(down) > 1
                b, a = (down // 2, half * right) if tall else (half * down, right // 2)
                r, c = row - b, column - a
                if 0 <= r < height and 0 <= c < width:
                    _bar(r, c, k, barred)


@compiled
def _bar(row: int, column: int, k: int, barred: Bits) -> None:
    """Bar a step both ways, if it ends on the grid."""
    r, c = row + _ROWS[k], column + _COLUMNS[k]
    if 0 <= r < barred.shape[0] and 0 <= c < barred.shape[1]:
        barred[row, column] |= np.uint16(1 << k)
        barred[r, c] |= np.uint16(1 << _BACK[k])


@compiled
def open_steps(begin: Integers, steps: Integers, barred: Bits) -> None:
    """Let through the steps from these cells, both ways."""
    width = barred.shape[1]
    for number in range(len(begin)):
        row, column, k = begin[number] // width, begin[number] % width, steps[number]
        barred[row, column] &= np.uint16(0xFFFF ^ (1 << k))
        barred[row + _ROWS[k], column + _COLUMNS[k]] &= np.uint16(0xFFFF ^ (1 << _BACK[k]))


@compiled
def open_short_cuts(cells: Integers, starts: Integers, others: Integers, barred: Bits) -> None:
    """Let through the steps over one or two cells of a road, so that it may run slantwise.

    ``cells`` are connected with those of ``others`` from ``starts`` on, which are numbers in
    ``cells``.
    """
    width = barred.shape[1]
    for a in range(len(cells)):
        for first in range(starts[a], starts[a + 1]):
            b = others[first]
            for second in range(starts[b], starts[b + 1]):
                c = others[second]
                _let_through(cells[a], cells[c], width, barred)
                for third in range(starts[c], starts[c + 1]):
                    _let_through(cells[a], cells[others[third]], width, barred)


@compiled
def _let_through(begin: int, end: int, width: int, barred: Bits) -> None:
    row, column = begin // width, begin % width
    down, right = end // width - row, end % width - column
    if not barred[row, column] or abs(down) > 2 or abs(right) > 2:  # noqa: PLR2004 - a knight's
        return
    for k in range(len(_ROWS)):
        if _ROWS[k] == down and _COLUMNS[k] == right:
            barred[row, column] &= np.uint16(0xFFFF ^ (1 << k))
            barred[end // width, end % width] &= np.uint16(0xFFFF ^ (1 << _BACK[k]))


@compiled
def in_areas(fences: Fences, slot: Indices, near: Flags, points: Floats, cells: Integers) -> Flags:
    """Say which points lie in an area; ``cells`` are those that they lie in."""
    width = slot.shape[1]
    wet = np.zeros(len(points), np.bool_)
    for number in range(len(points)):
        row, column = cells[number] // width, cells[number] % width
        wet[number] = fences.inside[row, column]
        if near[row, column]:
            way = (column + 0.5, row + 0.5, points[number, 0], points[number, 1])
            if look(fences, slot, way, wet[number]) & ODD:
                wet[number] = not wet[number]
    return wet


@compiled
def first_seen(
    fences: Fences, slot: Indices, points: Floats, wet: Flags, middles: Floats
) -> Integers:
    """Give for each point the first of its ``middles`` with no fence in between, 0 without any."""
    found = np.zeros(len(points), np.int64)
    for number in range(len(points)):
        x, y = points[number]
        for which in range(middles.shape[1]):
            way = (x, y, middles[number, which, 0], middles[number, which, 1])
            if look(fences, slot, way, wet[number]) == FREE:
                found[number] = which
                break
    return found
