"""Within: every pair of positions that lie within a limit of each other over a terrain."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from gapmap.surface.search import in_metres, search
from gapmap.surface.slope import LEAST
from gapmap.surface.value import Links

if TYPE_CHECKING:
    from gapmap.surface.value import Terrain

__all__ = ["UNBOUNDED", "CellPairs", "Reach", "cell_pairs_within", "cut_around", "reach_cells"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class CellPairs(NamedTuple):
    """Pairs within the limit, ordered by target, then by origin.

    ``target`` and ``origin`` are numbers in what was asked for; ``value`` is minutes or metres.
    """

    target: Integers
    origin: Integers
    value: Floats


def cell_pairs_within(
    terrain: Terrain,
    origins: npt.ArrayLike,
    targets: npt.ArrayLike,
    *,
    limit: float,
    unit: str = "minutes",
) -> CellPairs:
    """Find all origins within a limit of each target.

    Each target is searched from by itself, in the part of the terrain that its limit can reach.

    Parameters
    ----------
    terrain
        The ground; its direction is that between targets (as sources) and origins.
    origins, targets
        Row and column of each, shape (n, 2); -1 and -1 for one that stands nowhere.
    limit
        Inclusive.
    unit
        ``minutes``, or ``m`` for the shortest ways, whatever the speed.
    """
    ground = terrain if unit == "minutes" else in_metres(terrain)
    begin, end = (np.asarray(one, np.int64).reshape(-1, 2) for one in (origins, targets))
    standing = np.flatnonzero((begin >= 0).all(axis=1))
    found: list[CellPairs] = []
    reach = reach_cells(ground, limit)
    for number in np.flatnonzero((end >= 0).all(axis=1)):
        part, corner = cut_around(ground, end[number : number + 1], reach)
        shape = part.minutes_per_cell.shape
        inside = ((begin[standing] >= corner) & (begin[standing] < corner + shape)).all(axis=1)
        near = standing[inside]
        if not len(near):
            continue
        field = search(part, [(end[number] - corner).tolist()], limit_minutes=limit)
        value = field.minutes[tuple((begin[near] - corner).T)]
        reached = np.isfinite(value)
        which = near[reached]
        found.append(CellPairs(np.full(len(which), number), which, value[reached]))
    if not found:
        nobody = np.empty(0, np.int64)
        return CellPairs(nobody, nobody, np.empty(0))
    target, origin, minutes = (np.concatenate(one) for one in zip(*found, strict=True))
    return CellPairs(target, origin, minutes)


class Reach(NamedTuple):
    """How many cells away a limit can reach, links aside, and the least minutes a cell takes."""

    cells: float
    minutes_a_cell: float


UNBOUNDED: Final = Reach(math.inf, 0.0)


def reach_cells(terrain: Terrain, limit: float) -> Reach:
    """Give how many cells away a limit in minutes can reach at most."""
    passable = terrain.minutes_per_cell[np.isfinite(terrain.minutes_per_cell)]
    if not passable.size or not math.isfinite(limit):
        return UNBOUNDED
    least = float(passable.min()) * (LEAST if terrain.slope != "none" else 1.0)
    if terrain.driven_minutes is not None:
        least = min(least, float(terrain.driven_minutes.min()))
    return Reach(limit / least + 2, least)


def cut_around(terrain: Terrain, cells: Integers, reach: Reach) -> tuple[Terrain, Integers]:
    """Cut out the terrain around some cells, and around the ends of links that lead on from there.

    Parameters
    ----------
    terrain
        The ground.
    cells
        Row and column of each, shape (n, 2); at least one.
    reach
        How many cells more on every side, as :func:`reach_cells` gives it. A link that begins
        farther away cannot be reached, and is left out where it leads out of the part.

    Returns
    -------
    The part, and row and column of its first cell.
    """
    shape = np.array(terrain.minutes_per_cell.shape)
    nothing = np.zeros(2, np.int64)
    if reach.cells >= shape.max():
        return terrain, nothing
    first, last = cells.min(axis=0), cells.max(axis=0)
    low, high = first - math.ceil(reach.cells), last + math.ceil(reach.cells) + 1
    end, left = _led_to(terrain, (first, last), reach)
    if len(end):
        around = np.ceil(left).astype(np.int64)[:, None]
        low = np.minimum(low, (end - around).min(axis=0))
        high = np.maximum(high, (end + around).max(axis=0) + 1)
    low, high = np.maximum(low, 0), np.minimum(high, shape)
    if (low == 0).all() and (high == shape).all():
        return terrain, nothing
    rows, columns = (slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    cut: dict[str, Any] = {
        name: None if value is None else value[rows, columns]
        for name, value in (
            ("height_m", terrain.height_m),
            ("on_foot", terrain.on_foot),
            ("driven_minutes", terrain.driven_minutes),
            ("barred", terrain.barred),
        )
    }
    minutes = terrain.minutes_per_cell[rows, columns]
    links = _links_in(terrain.links, low, high)
    return replace(terrain, minutes_per_cell=minutes, links=links, **cut), low


def _led_to(
    terrain: Terrain, box: tuple[Integers, Integers], reach: Reach
) -> tuple[Integers, Floats]:
    """Give the ends of links that are reached from a box of cells, and how many cells are left.

    No step goes a cell farther, in rows or columns, in less than the least minutes a cell takes.
    """
    links = terrain.links
    if links is None:
        return np.empty((0, 2), np.int64), np.empty(0)
    begin, end = links.tail, links.head
    if terrain.direction == "to":
        begin, end = end, begin
    price = links.minutes / reach.minutes_a_cell
    away = np.maximum(np.maximum(box[0] - begin, begin - box[1]).max(axis=1), 0)
    left = reach.cells - away - price
    fresh = left >= 0
    while fresh.any():
        best = left.copy()
        for number in np.flatnonzero(fresh):
            away = np.abs(begin - end[number]).max(axis=1)
            best = np.maximum(best, left[number] - away - price)
        fresh, left = (best > left) & (best >= 0), best
    reached = left >= 0
    return end[reached], left[reached]


def _links_in(links: Links | None, low: Integers, high: Integers) -> Links | None:
    """Keep the links of which both ends lie in a part; None without any."""
    if links is None:
        return None
    ends = np.stack((links.tail, links.head))
    kept = ((ends >= low) & (ends < high)).all(axis=(0, 2))
    if not kept.any():
        return None
    return Links(
        tail=links.tail[kept] - low, head=links.head[kept] - low, minutes=links.minutes[kept]
    )
