"""Exact zonal sums: an edge walk over running sums against exactextract; a raster by windows."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import affine
import geopandas as gpd
import numpy as np
import rasterio
import shapely
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from rasterio.windows import Window

from benchmarks.bench_nearest import in_words
from benchmarks.measuring import Peer, Row, compare, peak
from gapmap.rasters.zonal import raster_sums, zonal_sums

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Shapes = npt.NDArray[np.object_]

__all__ = ["zonal", "zonal_in_memory", "zonal_of_file"]

CELL_M = 100.0
CRS = "EPSG:4547"
CORNERS = 52
_SAMPLE = 200


class Zones(NamedTuple):
    """A raster of people, and polygons over it."""

    values: Floats
    transform: affine.Affine
    shapes: Shapes


def zonal(*, quick: bool) -> Iterator[Row]:
    """Give all rows: one size in memory and, unless it has to be quick, a large file."""
    if quick:
        yield zonal_in_memory(1_000, 1_000)
        return
    yield zonal_in_memory(5_000, 10_000)
    yield zonal_of_file(20_000, 10_000)


def zonal_in_memory(side: int, count: int, *, sums: Callable[[Zones], Floats] | None = None) -> Row:
    """Sum an array over polygons and hold every sum against exactextract's.

    Parameters
    ----------
    side
        Cells along a side of the raster.
    count
        Polygons.
    sums
        Our side, or another for a test.
    """
    zones = make_zones(side, count)
    _ours(make_zones(50, 3))  # compiled now
    frame = gpd.GeoDataFrame(geometry=zones.shapes, crs=CRS)
    return compare(
        "zonal",
        f"{side:,}² cells, {in_words(count)} polygons of {CORNERS} corners",
        partial(sums or _ours, zones),
        {"exactextract": Peer(job=partial(_exactextract, zones, frame), same=_same)},
        memory=peak(_prepared, _ours, side, count),
    )


def zonal_of_file(
    side: int, count: int, *, sums: Callable[[Path, Shapes], Floats] | None = None
) -> Row:
    """Sum a GeoTIFF over polygons strip by strip; the memory is what matters.

    A sample of the sums is held against exactextract's, that of all cells against what was written.

    Parameters
    ----------
    side
        Cells along a side of the raster, which is written first.
    count
        Polygons.
    sums
        Our side, or another for a test.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.tif"
        shapes = _polygons(side, count, np.random.default_rng(2))
        total = _write(path, side)
        whole = shapely.box(0, 0, side * CELL_M, side * CELL_M)
        found: list[Floats] = []
        row = compare(
            "zonal",
            f"a file of {side:,}² cells, {in_words(count)} polygons and one around all",
            lambda: found.append((sums or _of_file)(path, np.append(shapes, whole))),
            {},
            memory=peak(_itself, _of_file_again, path, side, count),
        )
        sample = slice(0, _SAMPLE)
        frame = gpd.GeoDataFrame(geometry=shapes[sample], crs=CRS)
        told = exact_extract(str(path), frame, ["sum"], output="pandas")
        theirs = np.append(np.nan_to_num(told["sum"].to_numpy(dtype=float)), total)
        row["same_answer"] = _same(np.append(found[-1][:-1][sample], found[-1][-1]), theirs)
        return row


def make_zones(side: int, count: int) -> Zones:
    """Make people per cell, and polygons about as large as villages are against them."""
    draw = np.random.default_rng(1)
    transform = affine.Affine(CELL_M, 0, 0, 0, -CELL_M, side * CELL_M)
    return Zones(draw.lognormal(1, 1.5, (side, side)), transform, _polygons(side, count, draw))


def _polygons(side: int, count: int, draw: np.random.Generator) -> Shapes:
    angle = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    radius = 25 * CELL_M * draw.uniform(0.6, 1.1, (count, CORNERS))
    middle = draw.uniform(0, side * CELL_M, (count, 2))
    x = middle[:, :1] + radius * np.cos(angle)
    y = middle[:, 1:] + radius * np.sin(angle)
    polygons: Shapes = shapely.polygons(np.stack((x, y), axis=-1))
    return polygons


def _ours(zones: Zones) -> Floats:
    return zonal_sums(zones.values, zones.transform, zones.shapes).sums


def _exactextract(zones: Zones, frame: gpd.GeoDataFrame) -> Floats:
    side = len(zones.values) * CELL_M
    source = NumPyRasterSource(
        zones.values, xmin=0, ymin=0, xmax=side, ymax=side, srs_wkt=frame.crs.to_wkt()
    )
    told = exact_extract(source, frame, ["sum"], output="pandas")
    sums: Floats = np.nan_to_num(told["sum"].to_numpy(dtype=float))
    return sums


def _same(ours: Floats, theirs: Floats) -> bool:
    """Say whether each sum agrees to 1e-8.

    It could agree no better: exactextract keeps shares of cells in single precision.
    """
    return ours.shape == theirs.shape and np.allclose(ours, theirs, rtol=1e-8, atol=0)


def _prepared(side: int, count: int) -> Zones:
    _ours(make_zones(50, 3))
    return make_zones(side, count)


def _write(path: Path, side: int) -> float:
    """Write a raster by strips and give the sum of its cells."""
    draw, total, tall = np.random.default_rng(3), 0.0, 512
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=side,
        width=side,
        count=1,
        dtype="float32",
        crs=CRS,
        transform=affine.Affine(CELL_M, 0, 0, 0, -CELL_M, side * CELL_M),
        tiled=True,
        compress="deflate",
        zlevel=1,
        bigtiff="yes",
    ) as target:
        for top in range(0, side, tall):
            rows = min(tall, side - top)
            values = draw.integers(0, 500, (rows, side)).astype(np.float32)
            total += float(values.sum(dtype=np.float64))
            target.write(values, 1, window=Window(0, top, side, rows))
    return total


def _of_file(path: Path, shapes: Shapes) -> Floats:
    return raster_sums(path, shapes).sums


def _itself(path: Path, side: int, count: int) -> tuple[Path, Shapes]:
    _ours(make_zones(50, 3))
    return path, _polygons(side, count, np.random.default_rng(2))


def _of_file_again(given: tuple[Path, Shapes]) -> None:
    _of_file(*given)
