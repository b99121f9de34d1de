"""Searching a terrain: how long it takes between each cell and the nearest source."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from gapmap.errors import MethodError
from gapmap.network import SLACK
from gapmap.surface.field import Field
from gapmap.surface.flat import flat_search
from gapmap.surface.ground import check_minutes, check_terrain, crossings_of, ground_of
from gapmap.surface.kernels.steep_heap import spread
from gapmap.surface.kernels.steep_rows import NOBODY, PAD
from gapmap.surface.kernels.steep_sweep import BLOCK, PATIENCE, left_over, sweep
from gapmap.surface.sources import source_cells, start_minutes_of
from gapmap.surface.value import Links

if TYPE_CHECKING:
    from gapmap.surface.kernels.steep import Crossings, Ground
    from gapmap.surface.value import Terrain

__all__ = ["in_metres", "minutes_by_heap", "search"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Owners = npt.NDArray[np.int32]

_MOST = 1e300  # minutes that nobody takes


def search(
    terrain: Terrain,
    sources: npt.ArrayLike,
    *,
    start_minutes: npt.ArrayLike | None = None,
    limit_minutes: float = np.inf,
) -> Field:
    """Find the minutes between each cell and its nearest source, and which source that is.

    A straight step takes half of each cell's minutes, a diagonal one sqrt(2) times that, a
    knight's move sqrt(5) times the mean of the four cells that it crosses. No step crosses an
    impassable cell. Where slope counts, the part of a step in each cell where people go on foot
    is multiplied by the factor of the slope between the step's ends, in the direction of walking
    (see :mod:`gapmap.surface.slope`), or driven where that is quicker; a step from or to a cell of
    unknown height is flat.

    Parameters
    ----------
    terrain
        The ground, its links, and whether people go to the sources or from them.
    sources
        Row and column of each, shape (sources, 2). One in an impassable cell reaches nothing, nor
        does a link that begins or ends in one.
    start_minutes
        What each source begins with, such as the rest of a way by road; 0 if None. A source of
        infinitely many reaches nothing.
    limit_minutes
        The most minutes, inclusive but for rounding (:data:`SLACK`): cells further away are not
        reached.

    Returns
    -------
    Minutes and source of each cell.

    Raises
    ------
    MethodError
        A source is off the grid; minutes are negative, NaN or, of a cell or link, 0; shapes do
        not fit; a word in the terrain is not one of those that it may be.
    """
    if not limit_minutes >= 0:
        raise MethodError(
            f"limit_minutes is {limit_minutes}; give minutes from 0",
            f"limit_minutes 为 {limit_minutes}；请给出不小于 0 的分钟数",
        )
    check_terrain(terrain)
    check_minutes(terrain.minutes_per_cell)
    cells = source_cells(sources, terrain.minutes_per_cell.shape)
    start = start_minutes_of(start_minutes, len(cells))
    most = min(float(limit_minutes) + SLACK, _MOST)
    if _is_flat(terrain):
        minutes, source = flat_search(
            terrain.minutes_per_cell,
            cells,
            neighbours=terrain.neighbours,
            start_minutes=start,
            limit_minutes=most,
            closed_corners=terrain.closed_corners,
        )
    else:
        minutes, source = _swept(terrain, cells, start, most)
    return Field(
        minutes=minutes,
        source=source,
        sources=cells,
        start_minutes=start,
        direction=terrain.direction,
    )


def in_metres(terrain: Terrain) -> Terrain:
    """Give the terrain on which a minute stands for each metre of way, whatever the speed.

    Heights play no part, and a link is as long as the straight line between the middles of its two
    cells.
    """
    metres = np.where(np.isfinite(terrain.minutes_per_cell), terrain.cell_m, np.inf)
    links = terrain.links
    if links is not None:
        apart = np.hypot(*(links.head - links.tail).T) * terrain.cell_m
        apart[(apart == 0) | np.isinf(links.minutes)] = np.inf  # of no use here either
        links = Links(tail=links.tail, head=links.head, minutes=apart)
    return replace(
        terrain,
        minutes_per_cell=metres,
        height_m=None,
        on_foot=None,
        driven_minutes=None,
        slope="none",
        links=links,
    )


def _is_flat(terrain: Terrain) -> bool:
    """Tell whether steps take as long in all directions and lead to the cells beside alone."""
    level = terrain.slope == "none" or terrain.height_m is None
    linked = terrain.links is not None and len(terrain.links.minutes) > 0
    return level and not linked and terrain.barred is None


def minutes_by_heap(terrain: Terrain, sources: npt.ArrayLike) -> Floats:
    """Give what :func:`search` finds by the search with a heap alone, to measure against."""
    cells = source_cells(sources, terrain.minutes_per_cell.shape)
    begun = _begin(terrain, cells, np.zeros(len(cells)), _MOST)
    numbers = np.flatnonzero(begun.owner != NOBODY).astype(np.int32)
    spread(begun.ground, begun.links, begun.price, begun.owner, numbers)
    return _end(begun, _MOST)[0]


def _swept(terrain: Terrain, cells: Integers, start: Floats, limit: float) -> tuple[Floats, Owners]:
    """Search by sweeps, and with a heap from where they bring little forward."""
    begun = _begin(terrain, cells, start, limit)
    ground, links, price, owner = begun
    blocks = -(-terrain.minutes_per_cell.shape[1] // BLOCK)
    fresh = np.zeros((len(price), blocks), np.bool_)
    fresh[cells[:, 0] + PAD, cells[:, 1] // BLOCK] = True
    down, up, done = sweep(ground, links, price, owner, fresh, PATIENCE)
    if not done:
        waiting = left_over(ground, price, owner, fresh, down, up)
        spread(ground, links, price, owner, waiting)
    return _end(begun, limit)


class _Begun(NamedTuple):
    """The ground, its links, and what is known of each cell; all with a frame around them."""

    ground: Ground
    links: Crossings
    price: Floats
    owner: Owners


def _begin(terrain: Terrain, cells: Integers, start: Floats, limit: float) -> _Begun:
    """Put down the sources that can be left, of those in one cell the earliest."""
    ground, links = ground_of(terrain, PAD), crossings_of(terrain, PAD)
    # What is not reached has the next number above the limit: nothing beyond is taken over.
    price = np.full(ground.minutes.shape, np.nextafter(limit, np.inf))
    owner = np.full(price.shape, NOBODY, np.int32)
    passable = np.isfinite(terrain.minutes_per_cell[tuple(cells.T)])
    first = np.flatnonzero(passable & (start <= limit))
    first = first[np.lexsort((-first, -start[first]))]  # of several in one cell the last one counts
    rows, columns = (cells[first] + PAD).T
    price[rows, columns], owner[rows, columns] = start[first], first
    return _Begun(ground, links, price, owner)


def _end(begun: _Begun, limit: float) -> tuple[Floats, Owners]:
    """Take the frame off, and say which cells are not reached."""
    inside = (slice(PAD, -PAD), slice(PAD, -PAD))
    minutes, source = begun.price[inside].copy(), begun.owner[inside].copy()
    missed = minutes > limit
    minutes[missed], source[missed] = np.inf, -1
    return minutes, source
