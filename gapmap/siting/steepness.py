"""How steep the ground is at a point, by a raster of heights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyproj
from rasterio.windows import Window

from gapmap.rasters.checking import inspect_raster, require_usable
from gapmap.rasters.grid import Grid
from gapmap.rasters.opening import open_raster, raster_crs
from gapmap.rasters.reading import read_values
from gapmap.surface.heights import height_unit, possible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import rasterio

    from gapmap.findings import Finding
    from gapmap.region import Region

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["Heights", "read_heights", "slope_degrees"]

_TILE: Final = 512
"""Cells of a raster that are read at once, by row and by column."""


class Heights(NamedTuple):
    """A raster of heights that was looked through.

    Attributes
    ----------
    path
        The file.
    undeclared
        Stored values that stand for none, though the raster does not declare them so.
    factor
        Metres in its unit.
    findings
        What is wrong with it.
    """

    path: Path
    undeclared: tuple[float, ...]
    factor: float
    findings: tuple[Finding, ...]


def read_heights(path: Path, region: Region, *, repair: str = "safe") -> Heights:
    """Look through a raster of heights.

    Raises
    ------
    InputError
        It is missing, no GeoTIFF that can be read, or not where the districts are; or its heights
        are in feet and the study allows no repairs.
    """
    found, facts = inspect_raster(path, region, kind="dem")
    require_usable(found)
    with open_raster(path) as source:
        factor, told = height_unit(source, facts, repair=repair)
    return Heights(path, facts.undeclared, factor, (*found, *told))


def slope_degrees(heights: Heights, xy: Floats, crs: pyproj.CRS) -> Floats:
    """Give the slope of the ground at each position: degrees, NaN where it is not known.

    The gradient is that of the 3 x 3 cells around the position by Horn's weights (B. K. P. Horn,
    Hill shading and the reflectance map, Proceedings of the IEEE 69 (1981),
    doi:10.1109/PROC.1981.11918), turned into metres by where the cells' middles lie in ``crs``: so
    rasters in degrees, or turned, need no resampling. It is not known where one of the nine cells
    has no height, or the raster ends. Cells of 30 m and more tell the lie of the land, no bank.

    Parameters
    ----------
    heights
        Of :func:`read_heights`.
    xy
        Positions, shape (n, 2).
    crs
        Their CRS, metres.
    """
    slope = np.full(len(xy), np.nan)
    with open_raster(heights.path) as source:
        own = raster_crs(source)
        assert own is not None  # noqa: S101 - checked when the raster was looked through
        grid = Grid(crs=own, transform=source.transform, height=source.height, width=source.width)
        to_own = pyproj.Transformer.from_crs(crs, own, always_xy=True)
        row, column = grid.cells(np.column_stack(to_own.transform(*xy.T)))
        inner = (row > 0) & (column > 0) & (row < grid.height - 1) & (column < grid.width - 1)
        for some in _tiles(row, column, inner):
            nine = _nine(source, heights, row[some], column[some])
            slope[some] = _steepness(nine, _lie(grid, crs, row[some], column[some]))
    return slope


def _tiles(row: Integers, column: Integers, which: npt.NDArray[np.bool_]) -> Iterator[Integers]:
    """Give the numbers of the positions of each tile of the raster."""
    at = np.flatnonzero(which)
    tile = np.column_stack((row[at] // _TILE, column[at] // _TILE))
    _, number = np.unique(tile, axis=0, return_inverse=True)
    order = np.argsort(number, kind="stable")
    for some in np.split(at[order], np.flatnonzero(np.diff(number[order])) + 1):
        if len(some):
            yield some


def _nine(
    source: rasterio.DatasetReader, heights: Heights, row: Integers, column: Integers
) -> Floats:
    """Read the cells around each cell, metres: shape (3, 3, n), the northern row first."""
    top, left = int(row.min()) - 1, int(column.min()) - 1
    window = Window(left, top, int(column.max()) - left + 2, int(row.max()) - top + 2)
    read = read_values(source, window, undeclared=heights.undeclared)
    read = possible(read * heights.factor)
    step = np.arange(-1, 2)
    down = (row - top)[None, None] + step[:, None, None]
    along = (column - left)[None, None] + step[None, :, None]
    nine: Floats = read[down, along]
    return nine


def _lie(grid: Grid, crs: pyproj.CRS, row: Integers, column: Integers) -> Floats:
    """Give metres east and north for a step of one column, one row: shape (n, 2, 2)."""
    to_metric = pyproj.Transformer.from_crs(grid.crs, crs, always_xy=True)

    def middle(down: int, along: int) -> Floats:
        return np.column_stack(to_metric.transform(*grid.centres(row + down, column + along).T))

    by_column = (middle(0, 1) - middle(0, -1)) / 2
    by_row = (middle(1, 0) - middle(-1, 0)) / 2
    return np.stack((by_column, by_row), axis=1)


def _steepness(nine: Floats, lie: Floats) -> Floats:
    weights = np.array([1.0, 2.0, 1.0]) / 8
    by_column = np.einsum("i,ij...->j...", weights, nine)
    by_row = np.einsum("j,ij...->i...", weights, nine)
    rise = np.stack((by_column[2] - by_column[0], by_row[2] - by_row[0]), axis=-1)
    gradient = np.linalg.solve(lie, rise[..., None])[..., 0]
    return np.degrees(np.arctan(np.hypot(gradient[:, 0], gradient[:, 1])))
