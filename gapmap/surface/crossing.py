"""Crossing: whether a straight way crosses a fence, and which steps do."""

from __future__ import annotations

from math import floor, hypot
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from gapmap.compiling import compiled
from gapmap.surface.tracing import trace
from gapmap.surface.value import STEPS

if TYPE_CHECKING:
    from gapmap.surface.fences import Fences

__all__ = ["FREE", "ODD", "SHUT", "around_cells", "bar_steps", "look", "trace_all"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]
Indices = npt.NDArray[np.int32]
Bits = npt.NDArray[np.uint16]

FREE: Final = 0
SHUT: Final = 1
"""A line is crossed, or an area from side to side."""
ODD: Final = 2
"""One end lies in an area, the other does not."""
_ROWS: Final = np.array([row for row, _ in STEPS])
_COLUMNS: Final = np.array([column for _, column in STEPS])
_BACK: Final = np.array([STEPS.index((-row, -column)) for row, column in STEPS])
_MOST: Final = 64
"""Shores that a step may cross; whoever meets more does not get through."""
_BEND: Final = 2.0
"""So many times the length of a step one may have to walk around a bend that it cuts."""


@compiled
def trace_all(ends: Floats, height: int, width: int, into: Integers) -> int:
    """List cell and number of every piece for all cells that it runs through; count them.

    ``into`` has the shape (entries, 2); what does not fit is only counted.
    """
    cells = np.empty(height + width + 4, np.int64)
    at = np.empty(height + width + 5, np.float64)
    total = 0
    for piece in range(len(ends)):
        x0, y0, x1, y1 = ends[piece]
        count = trace(x0, y0, x1, y1, height, width, cells, at)
        for number in range(count):
            if total < len(into):
                into[total, 0], into[total, 1] = cells[number], piece
            total += 1
    return total


@compiled
def around_cells(cells: Integers, reach: int, near: Flags) -> None:
    """Mark the cells no more than ``reach`` rows and columns away."""
    height, width = near.shape
    for cell in cells:
        row, column = cell // width, cell % width
        for r in range(max(0, row - reach), min(height, row + reach + 1)):
            for c in range(max(0, column - reach), min(width, column + reach + 1)):
                near[r, c] = True


@compiled
def _side(ax: float, ay: float, bx: float, by: float, x: float, y: float) -> float:
    return (bx - ax) * (y - ay) - (by - ay) * (x - ax)


@compiled
def look(  # noqa: C901, PLR0912 - one loop over what lies in the way
    fences: Fences,
    slot: Indices,
    way: tuple[float, float, float, float],
    inside: bool,  # noqa: FBT001 - numba knows no keywords only
) -> int:
    """Say what lies between two points: ``FREE``, or ``SHUT`` and ``ODD`` added.

    ``inside`` says whether the first lies in an area: what is crossed then is land.
    """
    px, py, qx, qy = way
    height, width = slot.shape
    verdict, count = FREE, 0
    at, shore = np.empty(0), np.empty(0, np.int64)
    for r in range(max(0, floor(min(py, qy))), min(height, floor(max(py, qy)) + 1)):
        for c in range(max(0, floor(min(px, qx))), min(width, floor(max(px, qx)) + 1)):
            if slot[r, c] < 0:
                continue
            for entry in range(fences.starts[slot[r, c]], fences.starts[slot[r, c] + 1]):
                piece = fences.members[entry]
                ax, ay, bx, by = fences.ends[piece]
                p, q = _side(ax, ay, bx, by, px, py), _side(ax, ay, bx, by, qx, qy)
                if (p > 0.0) == (q > 0.0):
                    continue
                if (_side(px, py, qx, qy, ax, ay) > 0.0) == (_side(px, py, qx, qy, bx, by) > 0.0):
                    continue
                if fences.ring[piece] < 0:
                    verdict |= SHUT
                    continue
                if not len(at):
                    at, shore = np.empty(_MOST), np.empty(_MOST, np.int64)
                known = False
                for number in range(count):  # it may run through several of the cells
                    known = known or shore[number] == piece
                if not known and count < _MOST:
                    at[count], shore[count] = p / (p - q), piece
                    count += 1
    if count == _MOST:
        return SHUT
    if count % 2:
        return verdict | ODD
    if count and not inside and not _bends(fences, way, at[:count], shore[:count]):
        verdict |= SHUT
    return verdict


@compiled
def _bends(
    fences: Fences, way: tuple[float, float, float, float], at: Floats, shore: Integers
) -> bool:
    """Say whether a way goes through areas only where it cuts a bend of the shore."""
    px, py, qx, qy = way
    length = hypot(qx - px, qy - py)
    order = np.argsort(at)
    for number in range(0, len(order), 2):
        one, other = shore[order[number]], shore[order[number + 1]]
        if fences.ring[one] != fences.ring[other]:
            return False
        where = np.empty(2)
        for end, piece, t in ((0, one, at[order[number]]), (1, other, at[order[number + 1]])):
            x, y = px + t * (qx - px), py + t * (qy - py)
            where[end] = fences.along[piece] + hypot(
                x - fences.ends[piece, 0], y - fences.ends[piece, 1]
            )
        apart = abs(where[1] - where[0])
        if min(apart, fences.around[one] - apart) > _BEND * length:
            return False
    return True


@compiled
def bar_steps(fences: Fences, slot: Indices, near: Integers, neighbours: int, barred: Bits) -> None:
    """Set the bits of all steps from the cells ``near`` that cross a fence, both ways.

    Cells within areas are left alone: they are closed themselves.
    """
    height, width = slot.shape
    for cell in near:
        r, c = cell // width, cell % width
        if fences.inside[r, c]:
            continue
        for k in range(neighbours):
            y, x = r + _ROWS[k], c + _COLUMNS[k]
            if y < r or (y == r and x < c) or y >= height or x < 0 or x >= width:
                continue
            if fences.inside[y, x]:
                continue
            if look(fences, slot, (c + 0.5, r + 0.5, x + 0.5, y + 0.5), False):  # noqa: FBT003 - as in look
                barred[r, c] |= np.uint16(1 << k)
                barred[y, x] |= np.uint16(1 << _BACK[k])
