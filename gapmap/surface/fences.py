"""Fences: lines and shores that nobody crosses, sorted by the cells that they run through.

Positions are in cells: columns to the right, rows downwards, (0, 0) the grid's upper left corner.
All fences are shifted by a millionth of a cell, so that no cell's middle lies on one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from rasterio.features import rasterize

from gapmap.surface.crossing import around_cells, bar_steps, trace_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapmap.rasters.grid import Grid

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]
    Integers = npt.NDArray[np.int64]
    Indices = npt.NDArray[np.int32]
    Bits = npt.NDArray[np.uint16]

__all__ = ["Fences", "bars", "make_fences", "near_fences", "slots"]

_SHIFT: Final = np.array([0.754877666e-6, 0.569840291e-6])
"""In cells; in no direction that anybody draws in."""
_BEYOND: Final = 5
"""Cells beyond the grid's edge up to which fences are kept."""
_LINE: Final = -1


class Fences(NamedTuple):
    """Pieces of lines, and of the outlines of areas.

    Attributes
    ----------
    ends
        Column and row of both ends of each piece, shape (pieces, 4).
    ring
        The ring that a piece belongs to; -1 for one of a line.
    along, around
        In cells: how far along its ring a piece begins, and how long the ring is.
    cells, starts, members
        The cells with a piece in them, where their pieces begin in ``members``, and the pieces.
    inside
        Cells whose middle lies in an area, shape (rows, columns).
    """

    ends: Floats
    ring: Indices
    along: Floats
    around: Floats
    cells: Integers
    starts: Integers
    members: Indices
    inside: Flags


def make_fences(
    lines: Sequence[shapely.Geometry | None], areas: Sequence[shapely.Geometry | None], grid: Grid
) -> Fences | None:
    """Sort lines and areas, in the grid's CRS, by its cells; None where none is near it."""
    frame = _frame(grid)
    drawn = _in_cells([shapely.clip_by_rect(one, *frame.bounds) for one in lines if one], grid)
    wide = shapely.union_all([shapely.intersection(one, frame) for one in areas if one])
    wide = _in_cells([wide], grid)
    parts = [_pieces(shapely.get_parts(drawn), rings=False)]
    parts.append(_pieces(shapely.get_rings(shapely.get_parts(wide)), rings=True))
    ends, ring, along, around = (np.concatenate(one) for one in zip(*parts, strict=True))
    if not len(ends):
        return None
    inside = np.zeros(grid.shape, bool)
    flat = [one for one in shapely.get_parts(wide) if shapely.get_dimensions(one) == 2]  # noqa: PLR2004 - an area
    if flat:
        inside = rasterize(flat, out_shape=grid.shape, dtype="uint8") > 0
    count = trace_all(ends, grid.height, grid.width, np.empty((0, 2), np.int64))
    touched = np.empty((count, 2), np.int64)
    trace_all(ends, grid.height, grid.width, touched)
    touched = touched[np.argsort(touched[:, 0], kind="stable")]
    cells, starts = np.unique(touched[:, 0], return_index=True)
    return Fences(
        ends=ends,
        ring=ring,
        along=along,
        around=around,
        cells=cells,
        starts=np.append(starts, count).astype(np.int64),
        members=touched[:, 1].astype(np.int32),
        inside=inside,
    )


def _frame(grid: Grid) -> shapely.Geometry:
    west, south, east, north = grid.bounds
    more = _BEYOND * grid.transform.a
    return shapely.box(west - more, south - more, east + more, north + more)


def _in_cells(shapes: list[shapely.Geometry], grid: Grid) -> npt.NDArray[np.object_]:
    one = grid.transform
    origin, size = np.array([one.c, one.f]), np.array([one.a, one.e])
    moved: npt.NDArray[np.object_] = shapely.transform(
        np.array(shapes, dtype=object), lambda xy: (xy - origin) / size + _SHIFT
    )
    return moved


def _pieces(
    lines: npt.NDArray[np.object_], *, rings: bool
) -> tuple[Floats, Indices, Floats, Floats]:
    """Cut lines into straight pieces."""
    lines = lines[np.isin(shapely.get_type_id(lines), (1, 2))]  # of a collection, the lines
    xy, line = shapely.get_coordinates(lines, return_index=True)
    ends = np.column_stack((xy[:-1], xy[1:])) if len(xy) else np.empty((0, 4))
    length = np.hypot(*(ends[:, 2:] - ends[:, :2]).T)
    whole = (line[:-1] == line[1:]) & (length > 0)
    ends, length, line = ends[whole], length[whole], line[:-1][whole]
    run = np.concatenate([[0.0], np.cumsum(length)])
    total = np.bincount(line, length, minlength=len(lines))
    begin = np.concatenate([[0.0], np.cumsum(total)])[line] if len(line) else run[:-1]
    ring = line if rings else np.full(len(line), _LINE)
    return ends, ring.astype(np.int32), run[:-1] - begin, total[line]


def slots(fences: Fences, shape: tuple[int, int]) -> Indices:
    """Give for every cell the number of its entry in ``fences.cells``, -1 without one."""
    made = np.full(shape, -1, np.int32)
    made.ravel()[fences.cells] = np.arange(len(fences.cells), dtype=np.int32)
    return made


def near_fences(fences: Fences, shape: tuple[int, int], reach: int) -> Flags:
    """Mark the cells no more than ``reach`` rows and columns from one with a fence in it."""
    near = np.zeros(shape, bool)
    around_cells(fences.cells, reach, near)
    return near


def bars(fences: Fences, slot: Indices, neighbours: int) -> Bits:
    """Give the steps that cross a fence, as :attr:`gapmap.surface.Terrain.barred` has them.

    A step between two cells outside crosses an area if it leads from one side to the other; not if
    it cuts a bend of the shore that one walks around in twice its length.

    Parameters
    ----------
    fences, slot
        The fences, and where to find them.
    neighbours
        8 or 16 steps from a cell.
    """
    barred = np.zeros(slot.shape, np.uint16)
    reach = 1 if neighbours == 8 else 2  # noqa: PLR2004 - straight and diagonal steps
    near = np.flatnonzero(near_fences(fences, slot.shape, reach))
    bar_steps(fences, slot, near, neighbours, barred)
    return barred
