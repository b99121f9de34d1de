"""Zonal sums: how much of a raster lies in each polygon, by the exact part of every cell."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from rasterio.windows import Window

from gapmap.errors import MethodError
from gapmap.rasters.kernels.cover import (
    Rings,
    count_shares,
    list_shares,
    running_sums,
    sum_values,
)
from gapmap.rasters.opening import open_raster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import affine
    import rasterio

__all__ = ["CellShares", "ZonalSums", "cell_shares", "raster_sums", "zonal_sums"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_AT_ONCE: Final = 500_000
"""Cells of a raster that are held at a time, with 16 bytes of running sums each."""
_MOST: Final = 16_000_000
"""The same where the raster's own blocks are larger."""


class CellShares(NamedTuple):
    """Which part of which cell lies in which polygon; ordered by zone, row, column.

    Attributes
    ----------
    zone
        Number of the polygon.
    row, column
        Of the cell.
    share
        Part of the cell's area that lies in the polygon, above 0, at most 1.
    """

    zone: Integers
    row: Integers
    column: Integers
    share: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ZonalSums:
    """What lies in each polygon; all arrays have one entry per polygon.

    Attributes
    ----------
    sums
        Values times the part of their cell within the polygon, added up.
    cells
        Area of the polygon, in cells.
    cells_valued, cells_empty
        Of it, what lies in cells with a value, and in cells without one.
    """

    sums: Floats
    cells: Floats
    cells_valued: Floats
    cells_empty: Floats

    @property
    def share_missing(self) -> Floats:
        """Part of each polygon that lies off the raster or has no value; NaN without area."""
        with np.errstate(invalid="ignore", divide="ignore"):
            missing: Floats = 1 - self.cells_valued / self.cells
        return np.where(np.abs(missing) < 1e-12, 0.0, missing)  # noqa: PLR2004 - what rounding leaves


def zonal_sums(
    values: npt.ArrayLike, transform: affine.Affine, polygons: npt.ArrayLike
) -> ZonalSums:
    """Sum an array over polygons.

    Parameters
    ----------
    values
        Shape (rows, columns); NaN and infinity are no values.
    transform
        From columns and rows to the polygons' coordinates; it may turn and mirror.
    polygons
        Valid polygons and multipolygons; an empty one, or None, holds nothing.

    Returns
    -------
    exactextract's ``sum`` and ``count``, with shares of cells in double precision.

    Raises
    ------
    MethodError
        A geometry is no polygon, or the transform has no area.
    """
    given = np.asarray(values)
    if given.ndim != 2:  # noqa: PLR2004 - rows and columns
        raise MethodError(
            f"values have {given.ndim} dimensions, 2 are needed",
            f"values 应为二维,实为 {given.ndim} 维",
        )
    rings, areas = _rings(polygons, transform, given.shape)
    return _summed((rings, areas), given.shape, 1, lambda part: given[part.toslices()])


def raster_sums(raster: Path | rasterio.DatasetReader, polygons: npt.ArrayLike) -> ZonalSums:
    """Sum the first band of a GeoTIFF over polygons, a strip of rows at a time.

    Parameters
    ----------
    raster
        A GeoTIFF, or one that is open; its declared nodata, NaN and infinity are no values.
    polygons
        As for :func:`zonal_sums`, in the raster's CRS.

    Raises
    ------
    InputError
        The file is no GeoTIFF that can be read.
    """
    if isinstance(raster, Path):
        with open_raster(raster) as source:
            return raster_sums(source, polygons)

    def read(part: Window) -> npt.NDArray[np.generic]:
        values = raster.read(1, window=part, masked=True)
        if not np.ma.is_masked(values):
            return np.asarray(values.data)
        return np.asarray(values.astype(np.float64).filled(np.nan))

    zones = _rings(polygons, raster.transform, raster.shape)
    return _summed(zones, raster.shape, raster.block_shapes[0][0], read)


def cell_shares(
    polygons: npt.ArrayLike, transform: affine.Affine, shape: tuple[int, int]
) -> CellShares:
    """List the cells that share an area with each polygon.

    Of polygons that tile an area, the shares of a cell within it add up to 1.

    Parameters
    ----------
    polygons, transform
        As for :func:`zonal_sums`.
    shape
        Rows and columns of the raster; what lies outside is not listed.
    """
    rings, _ = _rings(polygons, transform, shape)
    counts = count_shares(rings)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    row, column, share = list_shares(rings, offsets)
    return CellShares(np.repeat(np.arange(len(counts)), counts), row, column, share)


def _summed(
    polygons: tuple[Rings, Floats],
    shape: tuple[int, int],
    block: int,
    read: Callable[[Window], npt.NDArray[np.generic]],
) -> ZonalSums:
    """Sum a raster over all zones, strip by strip."""
    rings, areas = polygons
    told = np.zeros((len(areas), 3))
    runs = np.empty((0, 0, 2))
    for part, zones in _strips(rings, shape, block):
        values = np.ascontiguousarray(read(part), dtype=np.float64)
        wanted = (values.shape[0], values.shape[1] + 1, 2)
        if runs.shape != wanted:
            runs = np.empty(wanted)
        running_sums(values, runs)
        sum_values(told, runs, rings, zones, (part.row_off, part.col_off))
    sums, valued, cells = told.T
    return ZonalSums(sums=sums, cells=areas, cells_valued=valued, cells_empty=cells - valued)


def _strips(rings: Rings, shape: tuple[int, int], block: int) -> Iterator[tuple[Window, Integers]]:
    """Cut a raster into strips of whole blocks; give those on which polygons lie, and which."""
    first, last, left, right = rings.windows.T
    there = (last > first) & (right > left)
    if not there.any():
        return
    begin, end = int(left[there].min()), int(right[there].max())
    wide = end - begin
    tall = max(1, _AT_ONCE // wide // block) * block
    if tall * wide > _MOST:  # a block holds many rows: part of it is read again and again
        tall = max(1, _MOST // wide)
    for top in range(int(first[there].min()) // tall * tall, int(last[there].max()), tall):
        rows = min(tall, shape[0] - top)
        zones = np.flatnonzero(there & (first < top + rows) & (last > top))
        if len(zones):
            yield Window(begin, top, wide, rows), zones


def _rings(
    polygons: npt.ArrayLike, transform: affine.Affine, shape: tuple[int, int]
) -> tuple[Rings, Floats]:
    """Bring the rings to columns and rows; give each polygon's area in cells, too."""
    shapes = np.array(polygons, dtype=object).ravel()
    kinds = shapely.get_type_id(shapes)
    odd = np.flatnonzero(~np.isin(kinds, (-1, 3, 6)))
    if len(odd):
        kind = shapes[odd[0]].geom_type
        raise MethodError(
            f"geometry {odd[0]} is a {kind}; give polygons", f"第 {odd[0]} 个几何是 {kind};应为面"
        )
    if transform.determinant == 0:
        raise MethodError("the raster's cells have no area", "栅格像元没有面积")
    parts, zone_of_part = shapely.get_parts(shapes, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    corners, ring_of_corner = shapely.get_coordinates(rings, return_index=True)
    back = ~transform
    x, y = corners.T
    cells = np.column_stack((back.a * x + back.b * y + back.c, back.d * x + back.e * y + back.f))
    starts = np.searchsorted(ring_of_corner, np.arange(len(rings) + 1))
    area = _signed_areas(cells, starts)
    shell = np.ones(len(rings), dtype=bool)
    shell[1:] = np.diff(part_of_ring) > 0
    zone = zone_of_part[part_of_ring]
    areas = np.bincount(zone, np.where(shell, 1, -1) * np.abs(area), minlength=len(shapes))
    made = Rings(
        corners=np.ascontiguousarray(cells),
        starts=starts.astype(np.int64),
        signs=np.where(shell, 1.0, -1.0) * np.sign(area),
        rings=np.searchsorted(zone, np.arange(len(shapes) + 1)).astype(np.int64),
        windows=_windows(cells, zone[ring_of_corner], len(shapes), shape),
    )
    return made, areas.astype(float)


def _signed_areas(cells: Floats, starts: Integers) -> Floats:
    """Give the area of each ring, above 0 where its left side runs down the rows."""
    if len(starts) == 1:
        return np.empty(0)
    at = cells - np.repeat(cells[starts[:-1]], np.diff(starts), axis=0)  # small numbers cancel less
    x, y = at.T
    pieces = -(x[1:] + x[:-1]) / 2 * np.diff(y)
    pieces = np.append(pieces, 0.0)
    pieces[starts[1:] - 1] = 0.0  # from the end of one ring to the start of the next
    return np.add.reduceat(pieces, starts[:-1])


def _windows(cells: Floats, zone: Integers, count: int, shape: tuple[int, int]) -> Integers:
    """Give first and last row and column (exclusive) that each zone can touch on the raster."""
    windows = np.zeros((count, 4), dtype=np.int64)
    if not len(zone):
        return windows
    starts = np.flatnonzero(np.append(True, np.diff(zone) > 0))
    there = zone[starts]
    for axis, size, at in ((1, shape[0], 0), (0, shape[1], 2)):
        low = np.floor(np.minimum.reduceat(cells[:, axis], starts))
        high = np.ceil(np.maximum.reduceat(cells[:, axis], starts))
        windows[there, at] = np.clip(low, 0, size)
        windows[there, at + 1] = np.clip(high, 0, size)
    return windows
