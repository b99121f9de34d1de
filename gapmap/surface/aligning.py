"""The grid of a surface, and the values of a raster on it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple, NoReturn

import affine
import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from rasterio.enums import Resampling
from rasterio.features import rasterize
from rasterio.warp import reproject
from rasterio.windows import Window

from gapmap.findings import fail, finding
from gapmap.rasters.areas import cell_km2
from gapmap.rasters.grid import Grid
from gapmap.rasters.opening import raster_crs
from gapmap.rasters.placing import frame_of
from gapmap.rasters.reading import read_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import rasterio

    from gapmap.region import Region

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

__all__ = ["Lattice", "choose_grid", "district_cells", "lattice_of", "values_on"]

MARGIN_M: Final = 5_000.0
"""How far beyond the districts people may walk or cycle."""
DRIVING_MARGIN_M: Final = 20_000.0
"""How far beyond them they may drive."""
MOST_CELLS: Final = 100_000_000
"""What a machine of 16 GiB holds: they take 12.2 GiB by the slope that follows."""
_BYTES_A_CELL: Final = 131
"""What a further cell adds to the peak of a whole run, between 12 and 27 million of them.

Measured with land cover, heights and two services, one of them by road; another takes 12 more.
"""
_AT_ONCE: Final = 16_000_000
"""Cells of a raster that are read for one part of the grid."""
_SAME_M: Final = 0.01
"""Two systems that nowhere place a point farther apart than this are one."""
_EXACT: Final = 1e-6
"""Of a cell: so far a lattice may be off and still be the same."""
_FINER: Final = 1.5
_FULL_TURN: Final = 360.0


class Lattice(NamedTuple):
    """Where the lines between a raster's cells run, in the metric CRS.

    Attributes
    ----------
    cell_m
        Side of a cell; of cells that are no squares of that CRS, the root of their true area.
    corner
        x and y of a corner of a cell; (0, 0) where they are no squares.
    own
        Whether the raster's cells are squares of the metric CRS already.
    extent
        The raster's outline there.
    """

    cell_m: float
    corner: tuple[float, float]
    own: bool
    extent: shapely.Geometry


def lattice_of(source: rasterio.DatasetReader, region: Region) -> Lattice:
    """Give the lattice of a raster whose place and CRS are known."""
    crs, one = raster_crs(source), source.transform
    assert crs is not None  # noqa: S101 - checked when the raster was looked through
    middle = shapely.box(*region.districts.total_bounds).centroid
    extent = _brought(frame_of(source), crs, region)
    straight = one.b == 0 and one.d == 0
    square = math.isclose(one.a, abs(one.e), rel_tol=_EXACT) and one.a > 0
    if straight and square and _same_ground(crs, region):
        top = one.f + max(0.0, one.e) * source.height  # rows may run from south to north
        return Lattice(float(one.a), (float(one.c), float(top)), own=True, extent=extent)
    back = pyproj.Transformer.from_crs(region.crs, crs, always_xy=True)
    column, row = _at(~one, *back.transform(middle.x, middle.y))
    cell_m = 1000 * math.sqrt(float(cell_km2(crs, one, row - 0.5, column - 0.5)))
    return Lattice(
        round(cell_m, 2) if cell_m >= 1 else cell_m, (0.0, 0.0), own=False, extent=extent
    )


def _at(transform: affine.Affine, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    one = transform
    return one.a * x + one.b * y + one.c, one.d * x + one.e * y + one.f


def _same_ground(crs: pyproj.CRS, region: Region) -> bool:
    """Say whether coordinates of both systems are the same all over the districts."""
    west, south, east, north = region.districts.total_bounds
    x, y = (one.ravel() for one in np.meshgrid((west, east), (south, north)))
    there = pyproj.Transformer.from_crs(region.crs, crs, always_xy=True).transform(x, y)
    return bool(np.abs(np.array(there) - (x, y)).max() <= _SAME_M)


def _brought(frame: shapely.Geometry, crs: pyproj.CRS, region: Region) -> shapely.Geometry:
    """Bring a raster's outline into the metric CRS; where that has no place for it, everywhere."""
    fine = shapely.segmentize(frame, max(frame.length / 400, 1e-9))
    to_metric = pyproj.Transformer.from_crs(crs, region.crs, always_xy=True)
    xy = np.column_stack(to_metric.transform(*shapely.get_coordinates(fine).T))
    made = shapely.Polygon(xy) if np.isfinite(xy).all() else None
    if made is None or not made.is_valid or not made.intersects(_around(region, 0.0)):
        return _around(region, DRIVING_MARGIN_M)  # half the globe: its edge means nothing here
    return made


def _around(region: Region, margin_m: float) -> shapely.Geometry:
    west, south, east, north = region.districts.total_bounds
    return shapely.box(west - margin_m, south - margin_m, east + margin_m, north + margin_m)


def choose_grid(
    region: Region, *, cell_m: float | None, lattice: Lattice | None, margin_m: float
) -> Grid:
    """Lay square cells over the districts and what lies around them.

    Parameters
    ----------
    region
        Its districts are covered in any case.
    cell_m
        Side of a cell; None takes that of ``lattice``.
    lattice
        Of land cover, else of heights: the margin goes no farther than it reaches, and cells begin
        where its cells begin; those of the same size are the very same ones. None without a raster.
    margin_m
        How far the grid reaches beyond the districts.

    Raises
    ------
    InputError
        Nothing says how large a cell is, or there would be too many of them.
    """
    if cell_m is None and lattice is None:
        fail(finding("surface-no-cell"))
    size = float(cell_m if cell_m is not None else lattice.cell_m)  # type: ignore[union-attr]  # one of both is there
    bounds = np.array(region.districts.total_bounds)
    if lattice is not None:
        beyond = shapely.intersection(lattice.extent, _around(region, margin_m)).bounds
        bounds = np.array([*np.fmin(bounds[:2], beyond[:2]), *np.fmax(bounds[2:], beyond[2:])])
    else:
        bounds = np.array(_around(region, margin_m).bounds)
    x, y = lattice.corner if lattice is not None else (0.0, 0.0)
    west, south = (math.floor(round((v - at) / size, 6)) for v, at in zip(bounds[:2], (x, y)))  # noqa: B905
    east, north = (math.ceil(round((v - at) / size, 6)) for v, at in zip(bounds[2:], (x, y)))  # noqa: B905
    width, height = east - west, north - south
    if width * height > MOST_CELLS:
        _fail_too_large(size, width * height)
    transform = affine.Affine(size, 0, x + west * size, 0, -size, y + north * size)
    return Grid(crs=region.crs, transform=transform, height=height, width=width)


def _fail_too_large(size: float, cells: int) -> NoReturn:
    """Say how much memory so many cells take, and how large they would have to be."""
    fits = size * math.sqrt(cells / MOST_CELLS) * (1 + 1e-3)
    step = 10.0 ** (math.floor(math.log10(fits)) - 1)
    fail(
        finding(
            "surface-too-large",
            value=f"{size:g}",
            million=f"{cells / 1e6:,.0f}",
            most=f"{MOST_CELLS / 1e6:,.0f}",
            gib=f"{cells * _BYTES_A_CELL / 2**30:,.0f}",
            fits=f"{math.ceil(fits / step) * step:.10g}",
        )
    )


def district_cells(region: Region, grid: Grid) -> Flags:
    """Mark the cells whose middle lies in a district."""
    shapes = region.districts.geometry.to_numpy()
    marked: Flags = (
        rasterize(shapes, out_shape=grid.shape, transform=grid.transform, dtype="uint8") > 0
    )
    return marked


def values_on(
    source: rasterio.DatasetReader,
    grid: Grid,
    lattice: Lattice,
    *,
    undeclared: Iterable[float],
    take: Callable[[Floats, tuple[slice, slice]], None],
    clean: Callable[[Floats], Floats] | None = None,
) -> bool:
    """Hand over a raster's values on a grid, part by part; NaN where there is none.

    A raster whose cells are those of the grid is read as it is. Otherwise classes come from the
    nearest cell, and heights from the mean of the cells within where the raster is finer than the
    grid, from the four around by distance where it is not. GDAL brings positions into another
    system to an eighth of a cell of the grid.

    Parameters
    ----------
    source, lattice
        An open raster, and how its cells lie.
    grid
        Where the values are wanted.
    undeclared
        Stored values that stand for none.
    take
        Gets the values of a part, and the rows and columns of the grid that it is.
    clean
        What is done with heights before they are mixed; None: the values are classes.

    Returns
    -------
    Whether the raster was read as it is.
    """
    same = lattice.own and math.isclose(lattice.cell_m, grid.transform.a, rel_tol=_EXACT)
    offset = np.array(lattice.corner) - (grid.transform.c, grid.transform.f)
    steps = offset / grid.transform.a
    same = same and bool(np.abs(steps - np.round(steps)).max() < _EXACT) and source.transform.e < 0
    finer = grid.transform.a / lattice.cell_m
    side = int(min(2048, max(16, math.sqrt(_AT_ONCE) / max(finer, 1.0))))
    method = Resampling.average if finer > _FINER else Resampling.bilinear
    for row in range(0, grid.height, side):
        for column in range(0, grid.width, side):
            part = (
                slice(row, min(row + side, grid.height)),
                slice(column, min(column + side, grid.width)),
            )
            window = _Part(grid, part)
            if same:
                read = _straight(source, window, np.round(steps).astype(int), undeclared)
                values = read if clean is None else clean(read)
            else:
                how = Resampling.nearest if clean is None else method
                values = _warped(source, window, how, undeclared, clean)
            take(values, part)
    return same


class _Part(NamedTuple):
    """Some rows and columns of a grid."""

    grid: Grid
    cells: tuple[slice, slice]

    @property
    def shape(self) -> tuple[int, int]:
        rows, columns = self.cells
        return rows.stop - rows.start, columns.stop - columns.start

    @property
    def transform(self) -> affine.Affine:
        rows, columns = self.cells
        one = self.grid.transform
        x, y = _at(one, columns.start, rows.start)
        return affine.Affine(one.a, one.b, x, one.d, one.e, y)


def _straight(
    source: rasterio.DatasetReader,
    part: _Part,
    steps: npt.NDArray[np.int64],
    undeclared: Iterable[float],
) -> Floats:
    """Read the very cells of a part; ``steps`` is where the raster begins, in cells of the grid."""
    rows, columns = part.cells
    values = np.full(part.shape, np.nan)
    left, top = columns.start - int(steps[0]), rows.start + int(steps[1])
    first, last = (
        np.clip((top + a, left + b), 0, (source.height, source.width))
        for a, b in ((0, 0), part.shape)
    )
    if (last > first).all():
        window = Window(first[1], first[0], last[1] - first[1], last[0] - first[0])
        at = (slice(*(np.array((first[0], last[0])) - top)),
              slice(*(np.array((first[1], last[1])) - left)))  # fmt: skip
        values[at] = read_values(source, window, undeclared=undeclared)
    return values


def _warped(
    source: rasterio.DatasetReader,
    part: _Part,
    how: Resampling,
    undeclared: Iterable[float],
    clean: Callable[[Floats], Floats] | None,
) -> Floats:
    """Bring the cells around a part into its CRS."""
    crs = raster_crs(source)
    assert crs is not None  # noqa: S101 - checked when the raster was looked through
    values = np.full(part.shape, np.nan)
    for turn in (0.0, _FULL_TURN, -_FULL_TURN) if crs.is_geographic else (0.0,):
        window = _window(source, part, crs, turn)
        if window is None:
            continue
        read = read_values(source, window, undeclared=undeclared)
        begin = source.window_transform(window)
        made = np.full(part.shape, np.nan)
        reproject(
            read if clean is None else clean(read),
            made,
            src_transform=affine.Affine(*begin[:2], begin.c - turn, *begin[3:6]),
            src_crs=source.crs,
            src_nodata=np.nan,
            dst_transform=part.transform,
            dst_crs=part.grid.crs.to_wkt(),
            dst_nodata=np.nan,
            resampling=how,
        )
        values = np.where(np.isnan(values), made, values)
    return values


def _window(
    source: rasterio.DatasetReader, part: _Part, crs: pyproj.CRS, turn: float
) -> Window | None:
    """Give the cells of a raster around a part of the grid; None where it has none there."""
    tall, wide = part.shape
    frame = shapely.segmentize(shapely.box(0, 0, wide, tall), max(wide, tall) / 16)
    back = pyproj.Transformer.from_crs(part.grid.crs, crs, always_xy=True)
    corners = _at(part.transform, *shapely.get_coordinates(frame).T)
    x, y = (np.array(one) for one in back.transform(*corners))
    if not np.isfinite(x).all() or not np.isfinite(y).all():
        return None
    if crs.is_geographic:  # across the 180th meridian
        x = x[0] + (x - x[0] + _FULL_TURN / 2) % _FULL_TURN - _FULL_TURN / 2
    columns, rows = _at(~source.transform, x + turn, y)
    reach = 3
    left, top = (max(0, math.floor(one.min()) - reach) for one in (columns, rows))
    right = min(source.width, math.ceil(columns.max()) + reach)
    low = min(source.height, math.ceil(rows.max()) + reach)
    return Window(left, top, right - left, low - top) if right > left and low > top else None
