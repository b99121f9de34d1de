"""Travelled: who walks and who drives in a cell or over a bridge, and what slope does to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from gapmap.surface.pairing import Passage
from gapmap.surface.slope import LEAST, time_factor
from gapmap.surface.value import STEPS

if TYPE_CHECKING:
    from gapmap.rasters.grid import Grid
    from gapmap.surface.bridges import Bridges
    from gapmap.surface.roads import Burnt

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

__all__ = ["Hills", "Travelled", "crossed", "travelled"]


class Hills(NamedTuple):
    """Heights of the cells of a grid, and the rule by which slope counts."""

    height_m: Floats
    grid: Grid
    slope: str


class Travelled(NamedTuple):
    """How fast one gets on in each cell.

    ``kmh`` is the speed on the flat of those who walk where ``on_foot``, else of those who drive;
    0 where nobody gets through. Where people walk, ``driven_kmh`` is the speed of driving if that
    is quicker for some slopes, else 0; None: it is nowhere. Without slope ``on_foot`` is None.
    """

    kmh: Floats
    on_foot: Flags | None
    driven_kmh: Floats | None


def travelled(burnt: Burnt, land_kmh: Floats, hills: Hills | None) -> Travelled:
    """Choose who walks and who drives, the quicker everywhere: no way makes anybody slower.

    Parameters
    ----------
    burnt
        Speeds on ways.
    land_kmh
        Speed of walking beside them, 0 where nobody does; it is overwritten.
    hills
        What slows walkers; None without slope.
    """
    walked = np.maximum(land_kmh, burnt.walked, out=land_kmh)
    if hills is None:
        return Travelled(np.maximum(walked, burnt.driven, out=walked), None, None)
    on_foot = (burnt.driven < walked) | (burnt.driven == 0)
    row, column = np.nonzero((burnt.driven >= walked) & (burnt.driven < walked / LEAST))
    best = _downhill(hills, row, column)
    on_foot[row, column] = burnt.driven[row, column] * best < walked[row, column]
    driven = np.where(on_foot, burnt.driven, 0.0)
    kmh = np.where(on_foot, walked, burnt.driven)
    return Travelled(kmh, on_foot, driven if driven.any() else None)


def _downhill(hills: Hills, row: npt.NDArray[np.int64], column: npt.NDArray[np.int64]) -> Floats:
    """Give the least factor of slope of all steps that cross cells."""
    height_m, cell_m = hills.height_m, hills.grid.transform.a
    best = np.ones(len(row))
    height, width = height_m.shape
    for begin, end in _over() if len(row) else []:
        (r, c), (y, x) = ((row + a, column + b) for a, b in (begin, end))
        there = (np.minimum(r, y) >= 0) & (np.maximum(r, y) < height)
        there &= (np.minimum(c, x) >= 0) & (np.maximum(c, x) < width)
        rise = height_m[y[there], x[there]] - height_m[r[there], c[there]]
        run = cell_m * float(np.hypot(end[0] - begin[0], end[1] - begin[1]))
        best[there] = np.minimum(best[there], time_factor(rise / run, hills.slope))
    return best


def _over() -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Give both ends of every step that crosses the cell (0, 0)."""
    ends = []
    for down, right in STEPS:
        between = [(0, 0), (down, right)]
        if abs(down) > 1:
            between += [(down // 2, 0), (down // 2, right)]
        elif abs(right) > 1:
            between += [(0, right // 2), (down, right // 2)]
        ends += [((-a, -b), (down - a, right - b)) for a, b in between]
    return ends


def crossed(bridges: Bridges, hills: Hills | None) -> Passage:
    """Give the links over bridges for both directions, of several between two cells the quickest.

    Slope counts where they are walked. Who drives one part and walks another is slowed by it all
    along, and gains nothing downhill: how it is shared out is not known.
    """
    driven, walked, mixed = (_both_ways(one) for one in bridges)
    if hills is not None:
        walked = walked._replace(minutes=walked.minutes * _factor(walked, hills))
        slower = np.maximum(_factor(mixed, hills), 1.0)
        mixed = mixed._replace(minutes=mixed.minutes * slower)
    tail, head, minutes = (np.concatenate(one) for one in zip(driven, walked, mixed, strict=True))
    order = np.lexsort((minutes, head, tail))
    tail, head, minutes = tail[order], head[order], minutes[order]
    fresh = np.ones(len(order), bool)
    fresh[1:] = (np.diff(tail) != 0) | (np.diff(head) != 0)
    return Passage(tail[fresh], head[fresh], minutes[fresh])


def _both_ways(one: Passage) -> Passage:
    tail, head = (np.concatenate(ends) for ends in ((one.tail, one.head), (one.head, one.tail)))
    return Passage(tail, head, np.tile(one.minutes, 2))


def _factor(passage: Passage, hills: Hills) -> Floats:
    """Give the factor of the slope between both ends, along the straight line between them."""
    height_m, width = hills.height_m, hills.grid.width
    (row, column), (to_row, to_column) = (
        np.divmod(one, width) for one in (passage.tail, passage.head)
    )
    run = hills.grid.transform.a * np.hypot(to_row - row, to_column - column)
    rise = height_m[to_row, to_column] - height_m[row, column]
    return time_factor(rise / run, hills.slope)
