"""Rasters of a few cells, districts and villages, of which every answer is known by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import affine
import geopandas as gpd
import pyproj
import rasterio
import shapely

from gapmap.places import Places
from gapmap.population import Population, PopulationSource, read_population
from gapmap.region import Region

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    import pandas as pd

    from gapmap.network import Network

CRS = pyproj.CRS("EPSG:4547")
X0, Y0 = 500_000.0, 2_500_000.0
KM = 1000.0


def box(left: float, low: float, right: float, high: float) -> shapely.Polygon:
    """Make a rectangle from kilometres off the corner."""
    return shapely.box(X0 + left * KM, Y0 + low * KM, X0 + right * KM, Y0 + high * KM)


def region_of(
    *shapes: shapely.Geometry, towns: Sequence[tuple[str, str, shapely.Geometry | None]] = ()
) -> Region:
    """Districts d0, d1, ...; towns are id, district id and polygon."""
    codes = [f"d{number}" for number in range(len(shapes))]
    districts = gpd.GeoDataFrame(
        {"district_id": codes, "district": [f"区{code}" for code in codes]},
        geometry=[*shapes],
        crs=CRS,
    )
    named = gpd.GeoDataFrame(
        {
            "town_id": [one[0] for one in towns],
            "town": [f"镇{one[0]}" for one in towns],
            "district_id": [one[1] for one in towns],
            "plan_district": [f"区{one[1]}" for one in towns],
        },
        geometry=gpd.GeoSeries([one[2] for one in towns], crs=CRS),
        crs=CRS,
    )
    return Region(districts=districts, towns=named, groups={}, crs=CRS)


def places_of(
    region: Region,
    rows: Sequence[dict[str, object]],
    *,
    weight: str = "people",
    polygons: Sequence[shapely.Geometry | None] | None = None,
) -> Places:
    """Places at x, y in kilometres off the corner (None: no position), of district d0."""
    full = []
    for number, row in enumerate(rows):
        at = row.get("at")
        full.append(
            {
                "place_id": f"p{number}",
                "place": f"村{number}",
                "town_id": "",
                "town": "",
                "district_id": "d0",
                "district": "",
                "plan_district": "",
                "setting": "unknown",
                "people": 100.0 if weight == "people" else 1.0,
                "island": False,
                "position": "missing" if at is None else "ok",
                "file": "villages.csv",
                "row": number + 2,
                **{name: value for name, value in row.items() if name != "at"},
                "geometry": None if at is None else shapely.Point(X0 + at[0] * KM, Y0 + at[1] * KM),  # type: ignore[index]
            }
        )
    table = gpd.GeoDataFrame(full, geometry="geometry", crs=CRS)
    table["people"] = table["people"].astype(float)
    table["island"] = table["island"].astype("boolean")
    drawn = None if polygons is None else gpd.GeoSeries([*polygons], crs=CRS)
    return Places(table=table, region=region, weight=weight, polygons=drawn)


def tif(path: Path, cells: np.ndarray, cell_m: float = 1000.0, **more: object) -> Path:
    """Write a raster whose lower left corner is (X0, Y0); first row in the north."""
    tall, wide = cells.shape
    about = {
        "driver": "GTiff",
        "count": 1,
        "height": tall,
        "width": wide,
        "dtype": cells.dtype,
        "crs": CRS.to_wkt(),
        "transform": affine.Affine(cell_m, 0, X0, 0, -cell_m, Y0 + tall * cell_m),
        **more,
    }
    with rasterio.open(path, "w", **about) as target:
        target.write(cells, 1)
    return path


def read(
    path: Path,
    region: Region,
    places: Places | None = None,
    network: Network | None = None,
    **more: str,
) -> Population:
    """Read a raster as counts; without places, against one that takes nothing."""
    if places is None:
        places = places_of(region, [{}], weight="places")
    source = PopulationSource(raster=path, **{"unit": "count", **more})
    return read_population(source, region, places, network)


def in_area(population: Population, kind: str, area: str = "city") -> pd.Series:
    """Give one row of the table of areas."""
    areas = population.areas
    found = areas[(areas["area_kind"] == kind) & (areas["area_id"] == area)]
    assert len(found) == 1
    return found.iloc[0]


def codes(population: Population) -> set[str]:
    return {one.code for one in population.findings}


def elsewhere(region: Region, crs: str, *shapes: shapely.Geometry) -> Region:
    """The same region with districts in another metric CRS."""
    districts = region.districts.iloc[: len(shapes)].set_geometry(gpd.GeoSeries([*shapes], crs=crs))
    towns = region.towns.set_crs(crs, allow_override=True)
    return replace(region, districts=districts, towns=towns, crs=pyproj.CRS(crs))
