"""Resampling people to another grid, so that nobody is lost and nobody counts twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pyproj
from scipy import sparse

from gapmap.errors import MethodError
from gapmap.rasters.kernels.rings import to_cells, way_to_cells
from gapmap.rasters.outlines import make_rings
from gapmap.rasters.zonal import sum_rings

if TYPE_CHECKING:
    from gapmap.rasters.grid import Grid

__all__ = ["Resampled", "resample"]

Floats = npt.NDArray[np.float64]

_PIECES: Final = 4
"""Into how many pieces a cell's side is cut where it is bent by another CRS."""
_AT_ONCE: Final = 100_000
"""Cells of the target that are cut out at a time."""
_ROUNDING: Final = 1e-9
"""Share of all people by which rounding may miss them."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Resampled:
    """People on another grid.

    Attributes
    ----------
    people
        In each cell of the target.
    share_missing
        Part of each cell of the target that lies off the grid they come from, or where that has no
        value.
    left_out
        People who live outside the target: ``people`` and they add up to those of the source.
    """

    people: Floats
    share_missing: Floats
    left_out: float


def resample(values: npt.ArrayLike, grid: Grid, target: Grid) -> Resampled:
    """Give the people of each cell of another grid, by the exact share of every cell.

    The target's cells are brought into the grid's CRS, sides that two share as the same line, so
    that they tile: nobody is lost between them or counted twice. Within a cell people are taken to
    live evenly.

    Parameters
    ----------
    values
        People per cell, shape (rows, columns) of ``grid``; NaN and infinity hold nobody.
    grid
        Where these cells lie.
    target
        Where the others lie, in any CRS.

    Raises
    ------
    MethodError
        ``values`` do not have the grid's shape, or a cell of the target is nowhere in the grid's
        CRS, or torn apart there, as at the edge of a world map or around a pole.
    """
    given = np.asarray(values, dtype=np.float64)
    if given.shape != grid.shape:
        raise MethodError(
            f"values have the shape {given.shape}, the grid {grid.shape}",
            f"values 的形状为 {given.shape},格网为 {grid.shape}",
        )
    turned = any((grid.transform.b, grid.transform.d, target.transform.b, target.transform.d))
    if grid.crs == target.crs and not turned:
        people, share_missing = _by_sides(given, grid, target)
    else:
        people, share_missing = _by_outlines(given, grid, target)
    there = given[np.isfinite(given)]
    left_out, slack = float(there.sum() - people.sum()), _ROUNDING * float(np.abs(there).sum())
    return Resampled(
        people=people,
        share_missing=share_missing,
        left_out=0.0 if abs(left_out) <= slack else left_out,
    )


def _by_sides(values: Floats, grid: Grid, target: Grid) -> tuple[Floats, Floats]:
    """Resample between grids of the same directions: rows first, then columns."""
    known = np.isfinite(values)
    way = way_to_cells(grid.transform, grid.shape)
    one = target.transform
    x = one.c + one.a * np.arange(target.width + 1)
    y = one.f + one.e * np.arange(target.height + 1)
    columns = to_cells(np.column_stack((x, np.full(len(x), way.y))), way)[:, 0]
    rows = to_cells(np.column_stack((np.full(len(y), way.x), y)), way)[:, 1]
    down, along = _overlaps(rows, grid.height), _overlaps(columns, grid.width)
    people = (along @ (down @ np.where(known, values, 0.0)).T).T
    valued = (along @ (down @ known.astype(float)).T).T
    sizes = np.abs(np.diff(rows))[:, None] * np.abs(np.diff(columns))
    return np.ascontiguousarray(people), _share_missing(valued, sizes)


def _overlaps(edges: Floats, count: int) -> sparse.csr_array:
    """Give the length that each stretch between two edges shares with each of ``count`` cells."""
    low, high = (np.clip(one, 0, count) for one in _in_order(edges))
    first = np.floor(low).astype(np.int64)
    cells = np.where(high > low, np.ceil(high).astype(np.int64) - first, 0)
    stretch = np.repeat(np.arange(len(low)), cells)
    begin = np.concatenate(([0], np.cumsum(cells)))
    cell = np.arange(begin[-1]) - begin[stretch] + first[stretch]
    shared = np.minimum(high[stretch], cell + 1) - np.maximum(low[stretch], cell)
    return sparse.csr_array((shared, cell, begin), shape=(len(low), count))


def _in_order(edges: Floats) -> tuple[Floats, Floats]:
    return np.minimum(edges[1:], edges[:-1]), np.maximum(edges[1:], edges[:-1])


def _by_outlines(values: Floats, grid: Grid, target: Grid) -> tuple[Floats, Floats]:
    """Resample by the outlines of the target's cells, some rows of them at a time."""
    people, missing = np.empty(target.shape), np.empty(target.shape)
    bring = None
    if grid.crs != target.crs:
        bring = pyproj.Transformer.from_crs(target.crs, grid.crs, always_xy=True)
    rows = max(1, _AT_ONCE // target.width)
    for first in range(0, target.height, rows):
        last = min(first + rows, target.height)
        outlines = _outlines(target, np.arange(first, last), bring)
        found = np.zeros((2, len(outlines)))
        for shifted, which in _turns(outlines, grid):
            sums, valued, sizes = _sums(values, grid, shifted)
            found[:, which] += sums, valued / sizes
        people[first:last] = found[0].reshape(-1, target.width)
        missing[first:last] = _share_missing(found[1], np.ones(1)).reshape(-1, target.width)
    return people, missing


def _share_missing(valued: Floats, sizes: Floats) -> Floats:
    """Give the part that is not valued, without what rounding leaves."""
    missing = np.clip(1 - valued / sizes, 0, 1)
    return np.where(missing < _ROUNDING, 0.0, missing)


def _outlines(
    target: Grid, rows: npt.NDArray[np.int64], bring: pyproj.Transformer | None
) -> Floats:
    """Bring some rows of the target's cells to the grid's CRS: shape (cells, corners, 2).

    The points that cut a side are the same for both cells that share it.
    """
    pieces = _PIECES if bring else 1
    tall, wide = len(rows), target.width
    fine_rows = rows[0] + np.arange(tall * pieces + 1) / pieces
    fine_columns = np.arange(wide * pieces + 1) / pieces
    lines = _brought(target, np.append(rows, rows[-1] + 1), fine_columns, bring)
    posts = _brought(target, fine_rows, np.arange(wide + 1), bring)
    top = lines[:-1, :-1].reshape(tall, wide, pieces, 2)
    bottom = lines[1:, 1:].reshape(tall, wide, pieces, 2)[:, :, ::-1]
    right = posts[:-1, 1:].reshape(tall, pieces, wide, 2).swapaxes(1, 2)
    left = posts[1:, :-1].reshape(tall, pieces, wide, 2)[:, ::-1].swapaxes(1, 2)
    corners = np.concatenate((top, right, bottom, left, top[:, :, :1]), axis=2)
    return corners.reshape(tall * wide, -1, 2)


def _brought(
    target: Grid,
    rows: npt.NDArray[np.generic],
    columns: npt.NDArray[np.generic],
    bring: pyproj.Transformer | None,
) -> Floats:
    """Bring all crossings of rows and columns to the grid's CRS: shape (rows, columns, 2)."""
    row, column = rows[:, None], columns[None, :]
    one = target.transform
    x = one.a * column + one.b * row + one.c
    y = one.d * column + one.e * row + one.f
    if bring:
        x, y = (np.asarray(axis) for axis in bring.transform(x, y))
        if not (np.isfinite(x) & np.isfinite(y)).all():
            raise MethodError(
                "some cells of the target lie nowhere in the grid's coordinate system",
                "目标格网有像元无法换算到原坐标系",
            )
    return np.stack(np.broadcast_arrays(x, y), axis=-1)


def _turns(outlines: Floats, grid: Grid) -> list[tuple[Floats, npt.NDArray[np.int64]]]:
    """Give the outlines as they lie on the grid; in degrees, some lie on both of its ends.

    Longitudes go on beyond 180 degrees for a cell that lies across, and every cell is turned to
    where the grid begins.
    """
    everyone = np.arange(len(outlines))
    if not grid.crs.is_geographic:
        _require_whole(outlines)
        return [(outlines, everyone)]
    turn = 2 * np.pi / grid.crs.axis_info[0].unit_conversion_factor
    x = outlines[..., 0]
    x = x - turn * np.round((x - x[:, :1]) / turn)
    if (np.ptp(x, axis=1) >= turn / 2).any():
        _fail_torn()
    x = x - turn * np.floor((x.min(axis=1, keepdims=True) - grid.bounds[0]) / turn)
    turned = np.stack((x, outlines[..., 1]), axis=-1)
    _require_whole(turned)
    again = np.flatnonzero(x.max(axis=1) > grid.bounds[0] + turn)
    return [(turned, everyone), (turned[again] - (turn, 0), again)]


def _require_whole(outlines: Floats) -> None:
    """Stop where some cells are wound the other way than others: they are torn apart."""
    at = outlines - outlines[:, :1]
    x, y = at[..., 0], at[..., 1]
    areas = (x[:, :-1] * y[:, 1:] - x[:, 1:] * y[:, :-1]).sum(axis=1)
    if len(areas) and areas.min() <= 0 <= areas.max():
        _fail_torn()


def _fail_torn() -> None:
    raise MethodError(
        "some cells of the target are torn apart in the grid's coordinate system",
        "目标格网有像元在原坐标系中被撕开",
    )


def _sums(values: Floats, grid: Grid, outlines: Floats) -> tuple[Floats, Floats, Floats]:
    """Give people, cells with a value and cells of each outline."""
    count, corners = outlines.shape[:2]
    starts = np.arange(count + 1) * corners
    ways = way_to_cells(grid.transform, grid.shape)
    cells = to_cells(outlines.reshape(-1, 2), ways)
    rings = make_rings(cells, starts, np.arange(count + 1), np.ones(count, bool), grid.shape)
    found = sum_rings(rings, grid.shape, (1, 1), lambda part: values[part.toslices()])
    return found.sums, found.cells_valued, found.cells
