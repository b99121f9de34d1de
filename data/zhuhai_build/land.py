"""Land and water: simulated rivers cut out of the real districts.

Everything else that is simulated stands on what this module calls land. Shapes are in metres
(EPSG:4547); positions are written in degrees with six digits and read back from there, so that
what is checked is what stands in the files.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from shapely.geometry import MultiPolygon, Point, Polygon, mapping
from shapely.ops import unary_union

from zhuhai_build.write import LONGITUDE_DIGITS, SIMULATED, write_geojson

if TYPE_CHECKING:
    from pathlib import Path

CRS_METRIC = "EPSG:4547"
SEED = 2014
MAINLAND_M2 = 200e6  # the districts' three large parts touch; every smaller part is an island
# Centre lines as (longitude, latitude, width in metres): plausible, not surveyed.
RIVERS: dict[str, list[tuple[float, float, float]]] = {
    "磨刀门水道": [
        (113.4270, 22.2150, 900),
        (113.4150, 22.1970, 900),
        (113.4088, 22.1880, 950),
        (113.4215, 22.1631, 1000),
        (113.4424, 22.1236, 1100),
        (113.4561, 22.0976, 1200),
        (113.4774, 22.0573, 1700),
        (113.4850, 22.0430, 1900),
    ],
    "黄杨河—鸡啼门水道": [
        (113.2330, 22.3900, 260),
        (113.2560, 22.3500, 280),
        (113.2880, 22.3050, 300),
        (113.3120, 22.2560, 320),
        (113.3160, 22.2150, 340),
        (113.3080, 22.1750, 360),
        (113.2900, 22.1400, 420),
        (113.2780, 22.1000, 500),
        (113.2830, 22.0550, 700),
        (113.2950, 22.0050, 1400),
        (113.3050, 21.9500, 2600),
        (113.3080, 21.9100, 3600),
    ],
    "荷麻溪水道": [
        (113.1650, 22.3480, 220),
        (113.1950, 22.3450, 200),
        (113.2250, 22.3520, 200),
        (113.2560, 22.3500, 220),
    ],
    "前山河": [
        (113.4400, 22.2500, 120),
        (113.4700, 22.2400, 140),
        (113.5050, 22.2340, 150),
        (113.5300, 22.2200, 160),
        (113.5420, 22.2020, 180),
        (113.5550, 22.1850, 240),
    ],
    "马骝洲水道": [
        (113.4260, 22.1560, 300),
        (113.4650, 22.1480, 280),
        (113.5000, 22.1500, 280),
        (113.5350, 22.1650, 320),
        (113.5600, 22.1750, 400),
    ],
}
LAKES = {  # name -> longitude, latitude, radius in metres
    "大镜山水库": (113.5400, 22.2950, 420),
    "乾务水库": (113.2080, 22.1900, 380),
    "竹银水库": (113.2900, 22.3450, 450),
    "木头冲水库": (113.2700, 22.2300, 260),
}


def draw(part: int) -> np.random.Generator:
    """Give the random numbers of one part; parts do not disturb each other."""
    return np.random.Generator(np.random.PCG64([SEED, part]))


@cache
def _transformer(source: str, target: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def to_metres(lon: object, lat: object) -> np.ndarray:
    """Turn degrees (WGS84) into an (n, 2) array of metres."""
    x, y = _transformer("EPSG:4326", CRS_METRIC).transform(np.atleast_1d(lon), np.atleast_1d(lat))
    return np.column_stack([x, y])


def to_degrees(xy: np.ndarray) -> np.ndarray:
    """Turn metres into degrees (WGS84), rounded as they are written."""
    xy = np.asarray(xy, float).reshape(-1, 2)
    lon, lat = _transformer(CRS_METRIC, "EPSG:4326").transform(xy[:, 0], xy[:, 1])
    return np.round(np.column_stack([lon, lat]), LONGITUDE_DIGITS)


def settle(xy: np.ndarray) -> np.ndarray:
    """Move positions to where they come back from a file: rounded degrees, in metres."""
    degrees = to_degrees(xy)
    return to_metres(degrees[:, 0], degrees[:, 1])


@dataclass(frozen=True, slots=True)
class Land:
    """Districts, water and what is left, in metres."""

    districts: dict[str, MultiPolygon]  # district id -> polygon, water included
    water: MultiPolygon
    dry: MultiPolygon  # all districts less the water
    mainland: MultiPolygon  # the dry parts of the large polygons
    islands: tuple[Polygon, ...]  # sea islands, largest first


def write_water(path: Path) -> None:
    """Write the simulated rivers and reservoirs."""
    shapes = {name: (_river(line), "river") for name, line in RIVERS.items()}
    shapes |= {name: (_lake(*lake), "reservoir") for name, lake in LAKES.items()}
    write_geojson(
        path,
        [
            (
                {"name": name, "kind": kind, "data_origin": SIMULATED},
                mapping(shapely.transform(polygon, to_degrees)),
            )
            for name, (polygon, kind) in shapes.items()
        ],
    )


def _river(line: list[tuple[float, float, float]]) -> Polygon:
    xy = to_metres([point[0] for point in line], [point[1] for point in line])
    discs = [Point(*at).buffer(point[2] / 2, 6) for at, point in zip(xy, line, strict=True)]
    reaches = [unary_union([a, b]).convex_hull for a, b in itertools.pairwise(discs)]
    return unary_union(reaches)


def _lake(lon: float, lat: float, radius_m: float) -> Polygon:
    x, y = to_metres(lon, lat)[0]
    around = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    radius = radius_m * (1 + 0.25 * np.sin(3 * around) + 0.15 * np.cos(5 * around))
    return Polygon(np.column_stack([x + radius * np.cos(around), y + radius * np.sin(around)]))


def read_land(districts: Path, water: Path) -> Land:
    """Read both files back and cut the one out of the other."""
    frame = gpd.read_file(districts, engine="pyogrio").to_crs(CRS_METRIC)
    wet = unary_union(gpd.read_file(water, engine="pyogrio").to_crs(CRS_METRIC).geometry.tolist())
    large = [part for shape in frame.geometry for part in shape.geoms if part.area > MAINLAND_M2]
    small = [part for shape in frame.geometry for part in shape.geoms if part.area <= MAINLAND_M2]
    block = unary_union(large)
    sea_islands = [part for part in small if part.distance(block) > 0]
    return Land(
        districts=dict(zip(frame["adcode"], frame.geometry, strict=True)),
        water=wet,
        dry=unary_union(frame.geometry.tolist()).difference(wet),
        mainland=block.difference(wet),
        islands=tuple(sorted(sea_islands, key=lambda part: -part.area)),
    )
