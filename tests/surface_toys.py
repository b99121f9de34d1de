"""Toy ground for the tests of surfaces: a square district, rasters on it, roads, rivers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyproj
import rasterio
import shapely

from gapmap.network import NetworkSource, network_from_lines, read_network
from gapmap.region import Region
from gapmap.surface.read import read_surface
from gapmap.surface.search import search
from gapmap.surface.value import Surface, SurfaceSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from gapmap.network import Network

CRS = pyproj.CRS("EPSG:4547")
WEST, NORTH, CELL, SIDE = 500_000.0, 2_500_000.0, 100.0, 20
"""20 x 20 cells of 1 ha; toy positions are metres east of WEST and south of NORTH."""
SPEEDS = "class,kmh,name\n1,4,fields\n2,2,forest\n9,0,water\n"


def region(*, east: float = 2000, south: float = 2000, begin: float = 0) -> Region:
    square = shapely.box(WEST + begin, NORTH - south, WEST + east, NORTH - begin)
    districts = gpd.GeoDataFrame(
        {"district_id": ["d"], "district": ["区"]}, geometry=[square], crs=CRS
    )
    towns = gpd.GeoDataFrame({"town_id": []}, geometry=[], crs=CRS)
    return Region(districts=districts, towns=towns, groups={}, crs=CRS)


def tif(path: Path, cells: np.ndarray, **more: object) -> Path:
    about = {
        "crs": CRS.to_wkt(),
        "transform": rasterio.Affine(CELL, 0, WEST, 0, -CELL, NORTH),
        **more,
    }
    height, width = cells.shape
    with rasterio.open(
        path, "w", driver="GTiff", count=1, height=height, width=width, dtype=cells.dtype, **about
    ) as target:
        target.write(cells, 1)
    return path


def fields(side: int = SIDE, value: int = 1) -> np.ndarray:
    return np.full((side, side), value, np.uint8)


def shape(xy: Iterable[Sequence[float]]) -> shapely.LineString:
    """Give a line through toy positions."""
    return shapely.LineString(np.array(list(xy), float) * (1, -1) + (WEST, NORTH))


def roads(*lines: shapely.LineString, kind: str = "primary") -> Network:
    kinds = [kind] * len(lines)
    return network_from_lines(gpd.GeoDataFrame({"highway": kinds}, geometry=[*lines], crs=CRS))


def layer(path: Path, *shapes: shapely.Geometry, **columns: object) -> Path:
    gpd.GeoDataFrame(columns or {"n": range(len(shapes))}, geometry=[*shapes], crs=CRS).to_file(
        path, driver="GPKG"
    )
    return path


def network_of(folder: Path, *lines: shapely.LineString, **more: object) -> Network:
    """Read roads from a file, with water, borders or ferries beside them."""
    path = layer(folder / "roads.gpkg", *lines, highway=["primary"] * len(lines))
    return read_network(NetworkSource(lines=path, cache=False, **more), crs=CRS)


def surface(
    folder: Path, cells: np.ndarray, network: Network | None = None, **more: object
) -> Surface:
    """Read the surface of a land cover whose classes have the toy speeds."""
    cover = tif(folder / "cover.tif", cells)
    (folder / "speeds.csv").write_text(SPEEDS)
    told = {"roads": "walk", "cell_m": None, **more}
    source = SurfaceSource(land_cover=cover, speeds=folder / "speeds.csv", **told)
    return read_surface(source, region(), network)


def minutes(ground: Surface, x: float, y: float) -> np.ndarray:
    """Give the minutes between every cell and a toy position."""
    row, column = ground.grid.cells([(WEST + x, NORTH - y)])
    return search(ground.terrain, [(int(row[0]), int(column[0]))]).minutes


def codes(ground: Surface) -> set[str]:
    return {one.code for one in ground.findings}
