"""Bridges: where roads lead over closed ground and across fences, and how one steps along them.

A road is followed from cell to cell. Near a fence it is met at the middle of a cell on its own
side, be it the next one. Two cells that follow each other are connected by the road in truth: the
step between them is opened, or, where there is none, a link takes its place. Nothing else leads
into a closed cell or across a fence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.ndimage import maximum_filter

from gapmap.surface.pairing import LEAST_LINK, Passage, Visits, nothing, pairs_of
from gapmap.surface.value import STEPS

if TYPE_CHECKING:
    from gapmap.surface.fences import Fences
    from gapmap.surface.roads import Burnt, Roads

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]
    Integers = npt.NDArray[np.int64]
    Indices = npt.NDArray[np.int32]
    Bits = npt.NDArray[np.uint16]

__all__ = [
    "Bridges",
    "Closed",
    "build_bridges",
    "closed_ground",
    "lines_near",
    "meeting_cells",
    "settled",
]

_STEP: Final = np.full((5, 5), -1)
for _number, (_row, _column) in enumerate(STEPS):
    _STEP[_row + 2, _column + 2] = _number
_DIAGONAL: Final = 4
_REACH: Final = 3


class Closed(NamedTuple):
    """Ground that is closed but for roads.

    ``cells`` are those that nobody enters; ``near`` those with a fence in or beside them, which
    ``slot`` finds in ``fences``; without fences the last three are None.
    """

    cells: Flags
    near: Flags | None = None
    slot: Indices | None = None
    fences: Fences | None = None


class Bridges(NamedTuple):
    """What no step can open: by driven ways alone, by walked ones alone, and by both in turn.

    Each pair of cells stands there for one direction and holds for both.
    """

    driven: Passage
    walked: Passage
    mixed: Passage


def closed_ground(cells: Flags, fences: Fences | None) -> Closed:
    """Put together what is closed but for roads."""
    if fences is None:
        return Closed(cells)
    from gapmap.surface.fences import near_fences, slots  # noqa: PLC0415 - loads numba

    return Closed(cells, near_fences(fences, cells.shape, 1), slots(fences, cells.shape), fences)


def meeting_cells(closed: Closed, points: Floats) -> Integers:
    """Give for points the cell at whose middle each is met; -1 off the grid, or for none.

    Parameters
    ----------
    closed
        The ground that is closed.
    points
        Columns and rows, shape (points, 2).
    """
    height, width = closed.cells.shape
    column, row = np.floor(points).astype(np.int64).T
    there = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    cells = np.where(there, row * width + column, -1)
    return settled(closed, points, cells)


def settled(closed: Closed, points: Floats, cells: Integers) -> Integers:
    """Give the cell at whose middle each point is met, which lies in the given one."""
    met = cells.copy()
    if closed.fences is None or closed.slot is None or closed.near is None:
        return met
    from gapmap.surface.visiting import settle  # noqa: PLC0415 - loads numba

    there = np.flatnonzero(cells >= 0)
    some = met[there]
    masks = (closed.near, closed.cells)
    settle(closed.fences, closed.slot, masks, np.ascontiguousarray(points[there]), some)
    met[there] = some
    return met


def lines_near(roads: Roads, closed: Closed) -> Flags:
    """Say which ways come near closed ground or fences, so that what they open may depend on it.

    A road opens steps over up to two of its cells: what is three cells away plays a part.
    """
    found = np.zeros(len(roads.kmh), bool)
    marked = closed.cells if closed.near is None else closed.cells | closed.near
    if len(found) and marked.any():
        marked = maximum_filter(marked.view(np.uint8), size=2 * _REACH + 1).view(np.bool_)
        from gapmap.surface.visiting import lines_in  # noqa: PLC0415 - loads numba

        lines_in(np.ascontiguousarray(roads.xy), roads.edges.offsets, marked, found)
    return found


def build_bridges(
    roads: Roads, closed: Closed, burnt: Burnt, barred: Bits, minutes_per_cell: float
) -> Bridges:
    """Burn in ways that run over closed ground or near fences, and open what they open.

    Parameters
    ----------
    roads
        The ways; which of them run there is what :func:`lines_near` says.
    closed
        That ground.
    burnt
        Speeds of the cells; gets those of the roads, the fastest of several.
    barred
        Steps that are barred; gets those around the roads' cells, and loses those along the roads.
    minutes_per_cell
        What one cell takes at 1 km/h.

    Returns
    -------
    What no step can open.
    """
    from gapmap.surface.visiting import close_around  # noqa: PLC0415 - loads numba

    if not len(roads.kmh):
        return Bridges(nothing(), nothing(), nothing())
    visits = _visits(roads, closed)
    speed, met = roads.kmh[visits.line], visits.cell >= 0
    on_foot = roads.on_foot[visits.line]
    for some, kmh in ((met & on_foot, burnt.walked), (met & ~on_foot, burnt.driven)):
        np.maximum.at(kmh.reshape(-1), visits.cell[some], speed[some])
    opened = np.unique(visits.cell[met])
    close_around(opened[closed.cells.reshape(-1)[opened]], closed.cells, barred)
    minutes = minutes_per_cell / roads.kmh
    driven, walked = (
        _opened(Visits._make(column[some] for column in visits), minutes, closed, barred)
        for some in (~on_foot, on_foot)
    )
    both = on_foot.any() and not on_foot.all()
    mixed = _opened(visits, minutes, closed, barred) if both else nothing()
    return Bridges(driven, walked, mixed)


def _opened(visits: Visits, minutes: Floats, closed: Closed, barred: Bits) -> Passage:
    """Open the steps along some ways, and give what no step can open."""
    from gapmap.surface.visiting import open_short_cuts, open_steps  # noqa: PLC0415 - loads numba

    if not len(visits.line):
        return nothing()
    pairs = pairs_of(visits, minutes, closed.cells.shape[1])
    passed = visits._replace(cell=np.where(_wide_nodes(visits, closed), -1, visits.cell))
    if (passed.cell != visits.cell).any():
        more = pairs_of(passed, minutes, closed.cells.shape[1])
        pairs = Passage(*(np.concatenate(one) for one in zip(pairs, more, strict=True)))
    begin, step, left = _steps(pairs, closed.cells)
    open_steps(begin, step, barred)
    open_short_cuts(*_neighbours(pairs, closed.cells.shape[1]), barred)
    return left


def _visits(roads: Roads, closed: Closed) -> Visits:
    """Follow the ways."""
    from gapmap.surface.visiting import visit  # noqa: PLC0415 - loads numba

    edges, xy = roads.edges, np.ascontiguousarray(roads.xy)
    shape = closed.cells.shape
    told = np.empty((visit(xy, edges.offsets, shape, np.empty((0, 7))), 7))
    visit(xy, edges.offsets, shape, told)
    line, cell, end, stretch = (told[:, at].astype(np.int64) for at in (0, 1, 5, 6))
    node = np.where(end == 0, edges.tail[line], edges.head[line])
    point = np.where(end >= 0, node, node.max(initial=0) + 1 + np.arange(len(told)))
    _, first, same = np.unique(point, return_index=True, return_inverse=True)
    cells = settled(closed, np.ascontiguousarray(told[first, 2:4]), cell[first])
    return Visits(line, stretch, same.ravel(), end >= 0, cells[same.ravel()], told[:, 4])


def _wide_nodes(visits: Visits, closed: Closed) -> Flags:
    """Mark the nodes around which a road is not met from cell to cell.

    A road that is cut there by another one still has to connect what it did before, as quickly.
    """
    width = closed.cells.shape[1]
    at = np.flatnonzero(visits.stretch[1:] == visits.stretch[:-1])
    both = np.concatenate((at, at + 1)), np.concatenate((at + 1, at))
    one, other = (visits.cell[ends] for ends in both)
    far = (one < 0) | (other < 0)
    low, high = (np.zeros((visits.point.max(initial=0) + 1, 2), np.int64) for _ in range(2))
    reach = np.column_stack((other // width - one // width, other % width - one % width))
    point = visits.point[both[0]]
    np.minimum.at(low, point, np.where(far[:, None], -2, reach))
    np.maximum.at(high, point, np.where(far[:, None], 2, reach))
    wide: Flags = visits.node & ((high - low)[visits.point] > 1).any(axis=1)
    return wide


def _steps(pairs: Passage, closed: Flags) -> tuple[Integers, Integers, Passage]:
    """Part pairs into steps, by cell and number of the step, and what no step connects for sure.

    A search lets no step squeeze between two cells that are closed and stay so.
    """
    width = closed.shape[1]
    row, column = np.divmod(pairs.tail, width)
    down, right = np.divmod(pairs.head, width)[0] - row, pairs.head % width - column
    beside = (np.abs(down) <= 1) & (np.abs(right) <= 1)
    step = np.where(beside, _STEP[np.clip(down, -2, 2) + 2, np.clip(right, -2, 2) + 2], -1)
    far = ~beside
    far[beside] = (
        closed[row[beside] + down[beside], column[beside]]
        & closed[row[beside], column[beside] + right[beside]]
        & (step[beside] >= _DIAGONAL)
    )
    links = Passage(pairs.tail[far], pairs.head[far], pairs.minutes[far])
    keys = np.sort(np.stack((links.tail, links.head)), axis=0)
    order = np.lexsort((links.minutes, *keys))
    fresh = np.ones(len(order), bool)
    fresh[1:] = (np.diff(keys[:, order]) != 0).any(axis=0)  # of several the quickest
    kept = order[fresh]
    left = Passage(keys[0][kept], keys[1][kept], np.maximum(links.minutes[kept], LEAST_LINK))
    return pairs.tail[beside], step[beside], left


def _neighbours(pairs: Passage, width: int) -> tuple[Integers, Integers, Integers]:
    """Give the cells, and for each the numbers of those beside it that roads connect it with."""
    beside = np.abs(pairs.tail // width - pairs.head // width) <= 1
    beside &= np.abs(pairs.tail % width - pairs.head % width) <= 1
    ends = np.stack((pairs.tail[beside], pairs.head[beside]))
    cells, numbers = np.unique(ends, return_inverse=True)
    one, other = numbers.reshape(2, -1)
    both = np.unique(np.stack((np.append(one, other), np.append(other, one))), axis=1)
    starts = np.searchsorted(both[0], np.arange(len(cells) + 1))
    return cells, starts.astype(np.int64), both[1].astype(np.int64)
