"""WorldPop and GHSL as they come: Boston on a grid of 30 seconds, and years that are no people."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import rasterio
import shapely
from exactextract import exact_extract

from gapmap.places import Places
from gapmap.population import (
    Population,
    PopulationSource,
    as_places,
    grid_setting,
    read_population,
    with_people,
)
from gapmap.rasters.placing import frame_of, outlines
from gapmap.region import Region

DATA = Path(__file__).parent / "data" / "rasters"
WORLDPOP = DATA / "worldpop_1km_cut.tif"
GHSL = DATA / "ghsl_years_cut.tif"
CRS = pyproj.CRS("EPSG:32619")
CENTRE = (330_500.0, 4_691_000.0)  # Boston Common


def star(x: float, y: float, radius: float, spikes: int = 7) -> shapely.Polygon:
    """A star of so many spikes, its sides at all angles."""
    turn = np.linspace(0, 2 * np.pi, 2 * spikes, endpoint=False)
    far = np.where(np.arange(2 * spikes) % 2, radius, radius / 2.3)
    return shapely.Polygon(np.column_stack((x + far * np.cos(turn), y + far * np.sin(turn))))


def region_of(*shapes: shapely.Geometry) -> Region:
    codes = [f"d{number}" for number in range(len(shapes))]
    districts = gpd.GeoDataFrame(
        {"district_id": codes, "district": codes}, geometry=[*shapes], crs=CRS
    )
    towns = gpd.GeoDataFrame(
        {name: [] for name in ("town_id", "town", "district_id", "plan_district")},
        geometry=gpd.GeoSeries([], crs=CRS),
        crs=CRS,
    )
    return Region(districts=districts, towns=towns, groups={}, crs=CRS)


def places_of(
    region: Region,
    spots: list[tuple[float, float, str]],
    people: list[float] | None = None,
    polygons: list[shapely.Geometry] | None = None,
) -> Places:
    rows = len(spots)
    table = gpd.GeoDataFrame(
        {
            "place_id": [f"p{row}" for row in range(rows)],
            "place": [f"place {row}" for row in range(rows)],
            "town_id": "",
            "town": "",
            "district_id": [spot[2] for spot in spots],
            "district": [spot[2] for spot in spots],
            "plan_district": "",
            "setting": "unknown",
            "people": [1.0] * rows if people is None else people,
            "island": pd.array([None] * rows, dtype="boolean"),
            "position": "ok",
            "file": "places.csv",
            "row": range(2, rows + 2),
        },
        geometry=[shapely.Point(x, y) for x, y, _ in spots],
        crs=CRS,
    )
    drawn = None if polygons is None else gpd.GeoSeries(polygons, crs=CRS)
    weight = "places" if people is None else "people"
    return Places(table=table, region=region, weight=weight, polygons=drawn)


INNER = star(*CENTRE, 9_000)
OUTER = star(CENTRE[0] - 6_000, CENTRE[1], 16_000, 11) - INNER
COAST = shapely.box(CENTRE[0] + 9_500, CENTRE[1] - 15_000, CENTRE[0] + 14_000, CENTRE[1] + 14_000)
REGION = region_of(INNER, OUTER, COAST)
SPOTS = [
    (*CENTRE, "d0"),
    (CENTRE[0] - 3_000, CENTRE[1] + 2_000, "d0"),
    (CENTRE[0] - 15_000, CENTRE[1], "d1"),
    (CENTRE[0] + 10_000, CENTRE[1] - 12_000, "d2"),
]


def exact(path: Path, shapes: list[shapely.Geometry]) -> np.ndarray:
    """Sums by exactextract over the outlines as gapmap draws them in the raster's CRS."""
    with rasterio.open(path) as source:
        crs = pyproj.CRS.from_wkt(source.crs.to_wkt())
        drawn = outlines(gpd.GeoSeries(shapes, crs=CRS), crs, frame_of(source)).shapes
    frame = gpd.GeoDataFrame(geometry=drawn, crs=crs)
    return exact_extract(path, frame, ["sum"], output="pandas")["sum"].to_numpy(dtype=float)


def read(places: Places, path: Path = WORLDPOP, **more: str) -> Population:
    source = PopulationSource(raster=path, **more)
    return read_population(source, places.region, places)


def sums(population: Population, kind: str, column: str = "people") -> np.ndarray:
    areas = population.areas
    return areas.loc[areas["area_kind"] == kind, column].to_numpy()


def test_districts_have_the_people_that_exactextract_counts() -> None:
    population = read(places_of(REGION, SPOTS))
    expected = exact(WORLDPOP, [INNER, OUTER, COAST])
    assert sums(population, "district") == pytest.approx(expected, rel=1e-8)
    assert expected.sum() > 1.2e6
    missing = sums(population, "district", "share_missing")
    assert missing[0] < missing[2] < 1  # the coast lies half in the sea
    assert missing[2] > 0.3


def test_place_polygons_have_them_too() -> None:
    """Squares that tile the inner district and reach beyond it count what lies in districts."""
    squares = [
        shapely.box(CENTRE[0] + x, CENTRE[1] + y, CENTRE[0] + x + 2500, CENTRE[1] + y + 2500)
        for x in (-5000, -2500, 0, 2500)
        for y in (-5000, -2500, 0, 2500)
    ]
    spots = [(*shapely.get_coordinates(one.centroid)[0], "d0") for one in squares]
    population = read(places_of(REGION, spots, polygons=squares))
    inside = [one & shapely.union_all([INNER, OUTER]) for one in squares]
    assert sums(population, "place_polygon") == pytest.approx(exact(WORLDPOP, inside), rel=1e-6)
    own = population.cells[population.cells["district"] == 0]
    assert own["people"].sum() == pytest.approx(sums(population, "district")[0], rel=1e-12)


def test_reconciled_cells_add_up_to_the_table() -> None:
    table = [300_000.0, 250_000.0, 1_000_000.0, 40_000.0]
    places = places_of(REGION, SPOTS, table)
    plain, made = read(places), read(places, reconcile="district")
    assert sums(made, "district") == pytest.approx([550_000, 1_000_000, 40_000], rel=1e-9)
    factor = sums(made, "district", "factor")
    assert factor == pytest.approx(sums(made, "district") / sums(plain, "district"), rel=1e-9)
    assert sums(made, "place").sum() == pytest.approx(1_590_000, rel=1e-9)
    shares = [population.cells["people_raster"].sum() for population in (plain, made)]
    assert shares[0] == shares[1]
    assert as_places(made, places).table["people"].sum() == pytest.approx(1_590_000, rel=1e-9)


def test_districts_that_fill_the_raster_have_all_of_it() -> None:
    with rasterio.open(WORLDPOP) as source:
        values = source.read(1, masked=True).astype(float)
        frame = gpd.GeoSeries([frame_of(source)], crs=source.crs).to_crs(CRS).iloc[0]
    around = shapely.box(*frame.bounds).buffer(5_000)
    left, low, right, high = around.bounds
    middle = (left + right) / 2
    region = region_of(shapely.box(left, low, middle, high), shapely.box(middle, low, right, high))
    places = places_of(region, [(*CENTRE, "d0"), (*CENTRE, "d1")])
    population = read(places)
    assert population.cells["people"].sum() == pytest.approx(float(values.sum()), rel=1e-9)
    assert with_people(places, population).table["people"].sum() == pytest.approx(
        float(values.sum()), rel=1e-9
    )


def flood(dense: np.ndarray, people: np.ndarray) -> np.ndarray:
    """Urban cells by a plain flood fill over shared sides."""
    urban = np.zeros(dense.shape, bool)
    seen = ~dense
    for start in zip(*np.nonzero(dense), strict=True):
        if seen[start]:
            continue
        seen[start] = True
        found, stack = [], [start]
        while stack:
            row, column = stack.pop()
            found.append((row, column))
            for near in (
                (row - 1, column),
                (row + 1, column),
                (row, column - 1),
                (row, column + 1),
            ):
                inside = 0 <= near[0] < dense.shape[0] and 0 <= near[1] < dense.shape[1]
                if inside and not seen[near]:
                    seen[near] = True
                    stack.append(near)
        if sum(people[one] for one in found) >= 5000:
            for one in found:
                urban[one] = True
    return urban


def test_boston_is_urban_and_its_woods_are_not() -> None:
    """Cells of 30 seconds are taken as they are, with their areas on the ellipsoid."""
    spots = [*SPOTS, (CENTRE[0] - 17_500, CENTRE[1] - 2_000, "d1")]
    places = places_of(REGION, spots)
    population = read(places, setting="grid")
    urban, grid = population.urban, population.grid
    assert urban is not None
    assert urban.grid == grid
    geod = pyproj.Geod(ellps="WGS84")
    km2 = np.empty(grid.height)
    for row in range(grid.height):
        y = grid.transform.f + grid.transform.e * row
        cell = shapely.box(0, y + grid.transform.e, grid.transform.a, y).segmentize(1e-4)
        km2[row] = abs(geod.geometry_area_perimeter(cell)[0]) / 1e6
    people = np.nan_to_num(urban.people)
    expected = flood(people >= 300 * km2[:, None], people)
    np.testing.assert_array_equal(urban.cluster > 0, expected)
    assert 0.1 < expected.mean() < 0.9
    setting = grid_setting(places, population).table["setting"]
    assert setting.iloc[:2].tolist() == ["urban", "urban"]
    cells = population.cells.assign(
        inside=expected[population.cells["row"], population.cells["column"]]
    )
    for row, one in cells.groupby("place"):
        share = one.loc[one["inside"], "people"].sum() / one["people"].sum()
        assert setting.iloc[int(row)] == ("urban" if share >= 0.5 else "rural")


def test_years_are_no_people() -> None:
    """GHSL's years of building, given as people, are told by their sum."""
    with rasterio.open(GHSL) as source:
        frame = gpd.GeoSeries([frame_of(source)], crs=source.crs).to_crs("EPSG:32618").iloc[0]
    district = frame.centroid.buffer(2_500)
    districts = REGION.districts.iloc[:1].set_geometry(gpd.GeoSeries([district], crs="EPSG:32618"))
    region = Region(
        districts=districts,
        towns=REGION.towns.set_crs("EPSG:32618", allow_override=True),
        groups={},
        crs=pyproj.CRS("EPSG:32618"),
    )
    table = places_of(REGION, [(district.centroid.x, district.centroid.y, "d0")], [15_000.0])
    table = table.table.set_crs("EPSG:32618", allow_override=True)
    population = read(Places(table=table, region=region), GHSL)
    said = {one.code: one for one in population.findings}
    assert said["raster-people-differ"].severity == "warning"
    assert population.cells["people"].sum() > 1e6
    assert sums(population, "district", "share_missing")[0] > 0
