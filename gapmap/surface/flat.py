"""Flat: travel time over terrain where a cell takes the same time in all directions."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from gapmap.errors import MethodError
from gapmap.surface.kernels.buckets import bucket_width, moves, sample, spread, take_over
from gapmap.surface.kernels.flat_rows import NOBODY, PAD, Steps, inside_of
from gapmap.surface.kernels.sweeping import BLOCK, PATIENCE, sweep
from gapmap.surface.sources import source_cells, start_minutes_of

if TYPE_CHECKING:
    from gapmap.surface.value import Floats, Integers

    Owners = npt.NDArray[np.int32]

__all__ = ["flat_search", "travel_minutes"]

_KNIGHTS: Final = 16
_DIAGONAL: Final = {4: inf, 8: 0.5**0.5, _KNIGHTS: 0.5**0.5}
_FEW_PASSABLE = 0.1  # of the cells: a sweep looks at all of them
_MANY_CHANGES, _MANY_WAIT = 0.5, 0.1  # of the cells
_MOST_WAIT = 0.5  # of the cells that the last sweep changed
_FURTHEST: Final = np.nextafter(np.finfo(np.float64).max, 0.0)
_INSIDE: Final = (slice(PAD, -PAD), slice(PAD, -PAD))


def travel_minutes(
    minutes_per_cell: npt.ArrayLike, sources: npt.ArrayLike, *, neighbours: int = 8
) -> Floats:
    """Give the minutes from each cell to the nearest source, over the cells in between.

    A straight step takes half of each of both cells' minutes, a diagonal one sqrt(2) times that. A
    knight's move takes sqrt(5) times the mean of the four cells that its straight line crosses, a
    quarter of its length in each: both ends and the two between. Every step is as long as the
    straight line between the cells' centres, and a way as long both ways.

    Parameters
    ----------
    minutes_per_cell
        Minutes to cross each cell from side to side, shape (rows, columns). Infinite, NaN, masked
        or negative: impassable. 0: free, as scikit-image and GRASS have it.
    sources
        Rows and columns of cells, shape (n, 2), counted from 0. None at all reaches nothing. A
        source on an impassable cell starts nothing.
    neighbours
        8: straight and diagonal steps. 16: knight's moves, too; none over an impassable cell.
        4: straight steps only.

    Returns
    -------
    Minutes, shape (rows, columns): 0 at a source, inf where no source is reached and on impassable
    cells. They are the same as Dijkstra's algorithm gives, up to rounding.

    Raises
    ------
    MethodError
        The array has not two dimensions or holds no numbers, a source lies outside, or there is no
        such neighbourhood.

    Examples
    --------
    >>> travel_minutes([[1.0, 1.0, 1.0], [1.0, np.inf, 3.0]], [(0, 0)]).round(3)
    array([[0.   , 1.   , 2.   ],
           [1.   ,   inf, 3.828]])
    """
    job = _job(minutes_per_cell, neighbours)
    seeds = _seeds(job, sources)
    price = np.full(job.cost.shape, inf)
    _search(job, seeds, price, None)
    return inside_of(price, inf)


def flat_search(
    minutes_per_cell: npt.ArrayLike,
    sources: npt.ArrayLike,
    *,
    neighbours: int,
    start_minutes: npt.ArrayLike | None = None,
    limit_minutes: float = inf,
    closed_corners: bool = False,
) -> tuple[Floats, Owners]:
    """Give the minutes from each cell to the nearest source, and which source that is.

    Parameters
    ----------
    minutes_per_cell, sources, neighbours
        As for :func:`travel_minutes`.
    start_minutes
        Minutes that each source adds, at least 0; infinite: the source plays no part. None: 0.
    limit_minutes
        Cells further away, start included, are not reached; inclusive.
    closed_corners
        Whether a diagonal step is barred that squeezes between two impassable cells which touch at
        a corner: through a river one cell wide. Past one impassable cell it is always open.

    Returns
    -------
    Minutes, and the index of the nearest source; inf and -1 where none is reached. Of sources
    equally near, to the last bit, the lowest index is given, wherever they lie.

    Raises
    ------
    MethodError
        As for :func:`travel_minutes`; or minutes to start from are negative or no number.
    """
    limit = float(limit_minutes)
    if np.isnan(limit):
        raise MethodError("limit_minutes is no number", "limit_minutes 不是数")
    job = _job(minutes_per_cell, neighbours, closed=closed_corners)
    seeds = _seeds(job, sources, start_minutes, limit)
    # What is not reached has the next number above the limit, so that nothing beyond it is taken
    # over; and a finite one, or an impassable step would be as short and bring a lower owner.
    price = np.full(job.cost.shape, np.nextafter(min(limit, _FURTHEST), inf))
    owner = np.full(job.cost.shape, NOBODY, np.int32)
    _search(job, seeds, price, owner)
    source = np.ascontiguousarray(owner[_INSIDE])
    source[source == NOBODY] = -1
    return inside_of(price, min(limit, _FURTHEST)), source


def bucket_minutes(
    minutes_per_cell: npt.ArrayLike, sources: npt.ArrayLike, *, neighbours: int = 8
) -> Floats:
    """Give what :func:`travel_minutes` gives by the bucket search alone, to measure against."""
    job = _job(minutes_per_cell, neighbours)
    seeds = _seeds(job, sources)
    price = np.full(job.cost.shape, inf)
    _put_down(seeds, price, None)
    _spread(job, price, None, seeds.cell)
    return inside_of(price, inf)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Job:
    """The grid, padded, inf where nobody can go; and the steps over it."""

    cost: Floats
    neighbours: int
    steps: Steps


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Seeds:
    """Cells of the padded grid, flat, each once; the minutes that count there, and whose."""

    cell: Integers
    start: Floats
    source: Integers


def _job(minutes_per_cell: npt.ArrayLike, neighbours: int, *, closed: bool = False) -> _Job:
    if neighbours not in _DIAGONAL:
        raise MethodError(
            f"neighbours = {neighbours}: take 8 or 16, or 4 for straight steps only",
            f"neighbours = {neighbours}:请取 8 或 16;只走直步取 4",
        )
    masked, given = np.ma.getmask(minutes_per_cell), np.ma.getdata(minutes_per_cell)
    if given.ndim != len(_INSIDE) or given.dtype.kind not in "iuf":
        raise MethodError(
            f"minutes_per_cell has {given.ndim} dimensions of {given.dtype}, not 2 of numbers",
            f"minutes_per_cell 为 {given.ndim} 维、类型 {given.dtype},应为二维数值数组",
        )
    cost = np.full((given.shape[0] + 2 * PAD, given.shape[1] + 2 * PAD), inf)
    passable = given >= 0
    if masked is not np.ma.nomask:
        passable &= ~masked
    np.copyto(cost[_INSIDE], given, where=passable)
    steps = Steps(_DIAGONAL[neighbours], neighbours == _KNIGHTS, closed)
    return _Job(cost=cost, neighbours=neighbours, steps=steps)


def _seeds(
    job: _Job,
    sources: npt.ArrayLike,
    start_minutes: npt.ArrayLike | None = None,
    limit: float = inf,
) -> _Seeds:
    """Find where the search starts: of sources in one cell the one that starts with the least."""
    cells = source_cells(sources, (job.cost.shape[0] - 2 * PAD, job.cost.shape[1] - 2 * PAD))
    start = start_minutes_of(start_minutes, len(cells))
    flat = (cells[:, 0] + PAD) * job.cost.shape[1] + cells[:, 1] + PAD
    order = np.argsort(start, kind="stable")
    order = order[np.isfinite(job.cost.reshape(-1)[flat[order]])]
    order = order[(start[order] <= limit) & (start[order] < inf)]
    cell, first = np.unique(flat[order], return_index=True)
    return _Seeds(cell=cell, start=start[order[first]], source=order[first])


def _put_down(seeds: _Seeds, price: Floats, owner: Owners | None) -> None:
    price.reshape(-1)[seeds.cell] = seeds.start
    if owner is not None:
        owner.reshape(-1)[seeds.cell] = seeds.source


def _search(job: _Job, seeds: _Seeds, price: Floats, owner: Owners | None) -> None:
    """Sweep, and go over to buckets where ways wind."""
    unreached, waiting = price[0, 0], seeds.cell
    _put_down(seeds, price, owner)
    passable = np.isfinite(sample(job.cost))
    if passable.sum() >= _FEW_PASSABLE * passable.size:
        started = _started(seeds, price)
        down, up, changed = sweep(job.cost, price, owner, started, job.steps, PATIENCE)
        if not changed:
            return
        if changed < _MANY_CHANGES * price.size:
            waiting = take_over(job.cost, price, owner, down, up, job.steps)
        if _as_well_again(changed, len(waiting), price.size):
            waiting = seeds.cell
            price[:] = unreached
            if owner is not None:
                owner[:] = NOBODY
            _put_down(seeds, price, owner)
    _spread(job, price, owner, waiting)


def _as_well_again(changed: int, waiting: int, size: int) -> bool:
    """Tell whether buckets had better begin again than go on from where sweeping stopped.

    Cells that wait all over the grid take longer than the narrow front of a new search, which
    stays in the processor's cache; and where most of what changed waits, little is done yet.
    """
    return (
        changed >= _MANY_CHANGES * size
        or waiting >= _MANY_WAIT * size
        or waiting >= _MOST_WAIT * changed
    )


def _started(seeds: _Seeds, price: Floats) -> npt.NDArray[np.uint8]:
    """Flag the blocks that hold a seed."""
    rows, columns = price.shape
    started = np.zeros((rows, -(-(columns - 2 * PAD) // BLOCK)), np.uint8)
    row, column = np.divmod(seeds.cell, columns)
    started[row, (column - PAD) // BLOCK] = 1
    return started


def _spread(job: _Job, price: Floats, owner: Owners | None, cells: Integers) -> None:
    move = moves(price.shape[1], job.neighbours)
    spread(job.cost, price, owner, cells, job.steps, move, bucket_width(sample(job.cost)))
