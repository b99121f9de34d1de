"""Zonal sums: how much of a raster lies in each polygon, by the exact part of every cell."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from rasterio.windows import Window

from gapmap.errors import MethodError
from gapmap.rasters.kernels.cover import count_shares, list_shares
from gapmap.rasters.kernels.sums import sum_values
from gapmap.rasters.opening import open_raster
from gapmap.rasters.outlines import rings_of
from gapmap.rasters.reading import read_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import affine
    import rasterio

    from gapmap.rasters.kernels.rings import Rings

__all__ = ["CellShares", "ZonalSums", "cell_shares", "raster_sums", "sum_rings", "zonal_sums"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_AT_ONCE: Final = 2_000_000
"""Cells of a raster that are held at a time."""
_MOST: Final = 16_000_000
"""The same where the raster's own blocks are larger."""
_APART: Final = 1_000
"""Columns without a zone, in a strip, from which on they are not read."""


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
        A geometry is no polygon or reaches to infinity, or the transform has no area.
    """
    given = np.asarray(values)
    if given.ndim != 2:  # noqa: PLR2004 - rows and columns
        raise MethodError(
            f"values have {given.ndim} dimensions, 2 are needed",
            f"values 应为二维,实为 {given.ndim} 维",
        )
    rings, areas = rings_of(polygons, transform, given.shape)
    return sum_rings((rings, areas), given.shape, (1, 1), lambda part: given[part.toslices()])


def raster_sums(
    raster: Path | rasterio.DatasetReader,
    polygons: npt.ArrayLike,
    *,
    undeclared: Iterable[float] = (),
) -> ZonalSums:
    """Sum the first band of a GeoTIFF over polygons, a strip of rows at a time.

    Values are scaled as the raster declares. What it declares to be none, masks, NaN, infinity and
    parts of the file that cannot be read are no values: :attr:`ZonalSums.cells_empty`.

    Parameters
    ----------
    raster
        A GeoTIFF, or one that is open.
    polygons
        As for :func:`zonal_sums`, in the raster's CRS.
    undeclared
        Stored values that stand for none, though the raster does not declare them so.

    Raises
    ------
    InputError
        The file is no GeoTIFF that can be read.
    MethodError
        As for :func:`zonal_sums`.
    """
    if isinstance(raster, Path):
        with open_raster(raster) as source:
            return raster_sums(source, polygons, undeclared=undeclared)
    none = tuple(undeclared)
    zones = rings_of(polygons, raster.transform, raster.shape)
    return sum_rings(
        zones,
        raster.shape,
        raster.block_shapes[0],
        lambda part: read_values(raster, part, undeclared=none),
    )


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

    Raises
    ------
    MethodError
        As for :func:`zonal_sums`, or a polygon crosses or covers itself.
    """
    rings, _ = rings_of(polygons, transform, shape)
    counts = count_shares(rings)
    if len(counts) and counts.min() < 0:
        bad = int(np.argmin(counts))
        raise MethodError(f"polygon {bad} crosses itself", f"第 {bad} 个面自相交")
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    row, column, share = list_shares(rings, offsets)
    return CellShares(np.repeat(np.arange(len(counts)), counts), row, column, share)


def sum_rings(
    polygons: tuple[Rings, Floats],
    shape: tuple[int, int],
    block: tuple[int, int],
    read: Callable[[Window], npt.NDArray[np.generic]],
) -> ZonalSums:
    """Sum a raster over zones, part by part.

    Parameters
    ----------
    polygons
        Rings of all zones, and the zones' areas, in cells.
    shape
        Rows and columns of the raster.
    block
        Rows and columns that are read at once from where it is stored.
    read
        Gives the values of a window.
    """
    rings, areas = polygons
    told = np.zeros((len(areas), 3))
    for part, zones in _parts(rings, shape, block):
        values = np.ascontiguousarray(read(part), dtype=np.float64)
        sum_values(told, values, rings, zones, (part.row_off, part.col_off))
    sums, valued, cells = told.T
    return ZonalSums(sums=sums, cells=areas, cells_valued=valued, cells_empty=cells - valued)


def _parts(
    rings: Rings, shape: tuple[int, int], block: tuple[int, int]
) -> Iterator[tuple[Window, Integers]]:
    """Cut a raster into strips of whole blocks; give what of them zones touch, and which."""
    first, last, left, right = rings.windows.T
    there = (last > first) & (right > left)
    if not there.any():
        return
    wide = int(right[there].max() - left[there].min())
    tall = max(1, _AT_ONCE // wide // block[0]) * block[0]
    if tall * wide > _MOST:  # a block holds many rows: part of it is read again and again
        tall = max(1, _MOST // wide)
    for top in range(int(first[there].min()) // tall * tall, int(last[there].max()), tall):
        rows = min(tall, shape[0] - top)
        zones = np.flatnonzero(there & (first < top + rows) & (last > top))
        for begin, end, some in _side_by_side(zones, left, right, max(block[1], _APART)):
            yield Window(begin, top, end - begin, rows), some


def _side_by_side(
    zones: Integers, left: Integers, right: Integers, gap: int
) -> Iterator[tuple[int, int, Integers]]:
    """Put zones together that lie no farther apart than ``gap``; give their columns, too."""
    if not len(zones):
        return
    zones = zones[np.argsort(left[zones], kind="stable")]
    reach = np.maximum.accumulate(right[zones])
    apart = np.flatnonzero(left[zones[1:]] > reach[:-1] + gap) + 1
    for some in np.split(zones, apart):
        yield int(left[some[0]]), int(right[some].max()), some
