"""Resampling people to another grid, so that nobody is lost and nobody counts twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from gapmap.errors import MethodError
from gapmap.rasters.zonal import zonal_sums

if TYPE_CHECKING:
    from gapmap.rasters.grid import Grid

__all__ = ["resample_people"]

Floats = npt.NDArray[np.float64]

_PIECES: Final = 4
"""Into how many pieces a cell's side is cut where it is bent by another CRS."""
_AT_ONCE: Final = 100_000
"""Cells of the target that are cut out at a time."""


def resample_people(values: npt.ArrayLike, grid: Grid, target: Grid) -> Floats:
    """Give the people of each cell of another grid, by the exact share of every cell.

    The target's cells are brought into the grid's CRS, sides that two share as the same line, so
    that they tile: ``values`` and result have the same sum, but for what lies outside the target.
    Within a cell people are taken to live evenly.

    Parameters
    ----------
    values
        People per cell, shape (rows, columns) of ``grid``; NaN holds nobody.
    grid
        Where these cells lie.
    target
        Where the others lie, in any CRS.

    Returns
    -------
    People per cell of ``target``.

    Raises
    ------
    MethodError
        ``values`` do not have the grid's shape, or a cell of the target is nowhere in its CRS.
    """
    people = np.asarray(values, dtype=np.float64)
    if people.shape != grid.shape:
        raise MethodError(
            f"values have the shape {people.shape}, the grid {grid.shape}",
            f"values 的形状为 {people.shape},格网为 {grid.shape}",
        )
    rows = max(1, _AT_ONCE // target.width)
    parts = [
        zonal_sums(people, grid.transform, _cells(target, grid, row, rows)).sums
        for row in range(0, target.height, rows)
    ]
    return np.concatenate(parts).reshape(target.shape)


def _cells(target: Grid, grid: Grid, first: int, count: int) -> npt.NDArray[np.object_]:
    """Give some rows of the target's cells as polygons in the grid's CRS."""
    same = grid.crs == target.crs
    pieces = 1 if same else _PIECES
    rows = np.arange(first, min(first + count, target.height))
    steps = np.arange(pieces) / pieces
    corner = [
        (steps, np.zeros(pieces)),
        (np.ones(pieces), steps),
        (1 - steps, np.ones(pieces)),
        (np.zeros(pieces), 1 - steps),
    ]
    along = np.concatenate([*(x for x, _ in corner), [0.0]])
    down = np.concatenate([*(y for _, y in corner), [0.0]])
    column = np.arange(target.width)[None, :, None] + along
    row = rows[:, None, None] + down
    columns, lines = np.broadcast_arrays(column, row)
    one = target.transform
    x = one.a * columns + one.b * lines + one.c
    y = one.d * columns + one.e * lines + one.f
    if not same:
        bring = pyproj.Transformer.from_crs(target.crs, grid.crs, always_xy=True)
        x, y = (np.asarray(axis) for axis in bring.transform(x, y))
        if not (np.isfinite(x) & np.isfinite(y)).all():
            raise MethodError(
                "some cells of the target lie nowhere in the grid's coordinate system",
                "目标格网有像元无法换算到原坐标系",
            )
    corners = np.stack((x, y), axis=-1).reshape(-1, len(along), 2)
    polygons: npt.NDArray[np.object_] = shapely.polygons(corners)
    return polygons
