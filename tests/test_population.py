"""People on a grid: exact parts of cells, reconciled, and to which place they belong."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import affine
import builders
import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import rasterio
import shapely
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from population_toys import (
    CRS,
    KM,
    X0,
    Y0,
    box,
    codes,
    elsewhere,
    in_area,
    places_of,
    read,
    region_of,
    tif,
)

from gapmap.access import Service, measure_access
from gapmap.errors import InputError
from gapmap.network import network_from_lines
from gapmap.population import as_places, counting, missing_people, with_people
from gapmap.population.value import AREA_COLUMNS, CELL_COLUMNS
from gapmap.rasters import survey as surveying

if TYPE_CHECKING:
    from pathlib import Path

    from gapmap.population import Population

ONE = region_of(box(0, 0, 4, 4))
FOUR = np.arange(1.0, 17.0).reshape(4, 4)  # 136 people


def near(value: object) -> object:
    """Equal but for the rounding of coordinates."""
    return pytest.approx(value, rel=1e-9)


def people_of(population: Population, name: str = "people") -> dict[int, float]:
    """People by place."""
    return population.cells.groupby("place")[name].sum().to_dict()


# Parts of cells


def test_whole_cells_of_one_district(tmp_path: Path) -> None:
    population = read(tif(tmp_path / "a.tif", FOUR), ONE)
    cells = population.cells
    assert {name: str(kind) for name, kind in cells.dtypes.items()} == CELL_COLUMNS
    assert len(cells) == 16
    assert cells["share"].tolist() == pytest.approx([1] * 16, rel=1e-12)
    assert population.grid.shape == (4, 4)
    north_west = cells[(cells["row"] == 0) & (cells["column"] == 0)].iloc[0]
    assert north_west["people"] == near(1)
    assert (north_west["x"], north_west["y"]) == (X0 + 500, Y0 + 3500)
    city, district = in_area(population, "city"), in_area(population, "district", "d0")
    assert (city["people"], district["people"]) == near((136, 136))
    assert (district["cells"], district["share_missing"], district["basis"]) == (16, 0, "raster")
    assert math.isnan(district["factor"])
    assert {name: str(kind) for name, kind in population.areas.dtypes.items()} == AREA_COLUMNS
    assert not codes(population) & {"population-outside", "population-missing"}


def test_half_cells_are_halves_and_a_border_on_a_line_cuts_none(tmp_path: Path) -> None:
    """d0 ends in the middle of the second column, d1 begins there and ends with the raster."""
    region = region_of(box(0, 0, 1.5, 4), box(1.5, 0, 4, 4))
    population = read(tif(tmp_path / "a.tif", FOUR), region)
    columns = FOUR.sum(axis=0)
    first = columns[0] + columns[1] / 2
    assert in_area(population, "district", "d0")["people"] == pytest.approx(first, rel=1e-12)
    assert in_area(population, "district", "d1")["people"] == pytest.approx(136 - first, rel=1e-12)
    assert in_area(population, "district", "d0")["cells"] == 8
    assert in_area(population, "city")["cells"] == 16
    assert len(population.cells) == 20
    on_line = region_of(box(0, 0, 2, 4), box(2, 0, 4, 4))
    population = read(tif(tmp_path / "a.tif", FOUR), on_line)
    assert len(population.cells) == 16
    assert in_area(population, "district", "d0")["people"] == columns[:2].sum()


def test_a_hole_a_corner_and_several_parts(tmp_path: Path) -> None:
    ring = box(0, 0, 4, 4) - box(1, 1, 3, 3)
    corner = shapely.Polygon(
        [(X0 + 2 * KM, Y0 + 2 * KM), (X0 + 3 * KM, Y0 + 2 * KM), (X0 + 2 * KM, Y0 + 3 * KM)]
    )
    region = region_of(ring, shapely.union_all([corner, box(1, 1, 1.25, 2)]))
    population = read(tif(tmp_path / "a.tif", FOUR), region)
    inner = FOUR[1:3, 1:3].sum()
    assert in_area(population, "district", "d0")["people"] == pytest.approx(136 - inner)
    expected = FOUR[1, 2] / 2 + FOUR[2, 1] / 4
    assert in_area(population, "district", "d1")["people"] == pytest.approx(expected)


def test_people_outside_are_told_and_nothing_else_is_lost(tmp_path: Path) -> None:
    """The district covers three quarters of the eastern column: 7 of 40 people lie outside."""
    region = region_of(box(3, 0, 3.75, 4))
    population = read(tif(tmp_path / "a.tif", FOUR), region)
    said = {one.code: dict(one.facts) for one in population.findings}["population-outside"]
    assert said == {"outside": "10.0", "total": "40.0", "share": "25.00%"}
    scaled = read(
        tif(tmp_path / "a.tif", FOUR), region, places_of(region, [{}]), reconcile="district"
    )
    assert "population-outside" not in codes(scaled)
    (note,) = [one for one in scaled.findings if one.code == "population-outside-reconciled"]
    assert "reconcile" not in (note.advice("en"))
    assert population.cells["people"].sum() == pytest.approx(30)
    assert population.grid.shape == (4, 1)  # only the window around the district was read


def test_all_people_of_the_cells_that_are_touched_are_inside_or_outside(tmp_path: Path) -> None:
    """A disc: what shapely says of each cell, one by one."""
    cells = np.random.default_rng(5).random((12, 12)) * 1000
    disc = shapely.Point(X0 + 5500, Y0 + 6200).buffer(3300)
    population = read(tif(tmp_path / "a.tif", cells), region_of(disc))
    column, row = np.meshgrid(np.arange(12), np.arange(12))
    left, top = X0 + column * KM, Y0 + (12 - row) * KM
    share = (
        shapely.area(shapely.intersection(shapely.box(left, top - KM, left + KM, top), disc))
        / KM**2
    )
    inside = float((cells * share).sum())
    touched = float(cells[share > 0].sum())
    assert population.cells["people"].sum() == near(inside)
    said = {one.code: dict(one.facts) for one in population.findings}["population-outside"]
    assert said["outside"] == f"{touched - inside:,.1f}"
    assert said["total"] == f"{touched:,.1f}"


def test_no_value_in_the_middle_is_missing_and_not_nobody(tmp_path: Path) -> None:
    cells = FOUR.copy()
    cells[1, 1] = -9
    region = region_of(box(0, 0, 2, 4), box(2, 0, 4, 4))
    population = read(tif(tmp_path / "a.tif", cells, nodata=-9), region)
    district = in_area(population, "district", "d0")
    assert district["share_missing"] == pytest.approx(1 / 8)
    assert district["people"] == near(FOUR[:, :2].sum() - FOUR[1, 1])
    assert in_area(population, "district", "d1")["share_missing"] == 0
    assert in_area(population, "city")["share_missing"] == pytest.approx(1 / 16)
    said = [one for one in population.findings if one.code == "population-missing"]
    assert [dict(one.facts) for one in said] == [{"name": "区d0", "share": "12.5%"}]


def test_a_district_beside_the_raster(tmp_path: Path) -> None:
    region = region_of(box(0, 0, 4, 4), box(4, 0, 8, 4), box(3, 0, 5, 4))
    where = [(1, 1), (6, 1), None]
    rows = [{"district_id": f"d{number}", "at": at} for number, at in enumerate(where)]
    places = places_of(region, rows)
    population = read(tif(tmp_path / "a.tif", FOUR), region, places, reconcile="district")
    shares = [in_area(population, "district", f"d{n}")["share_missing"] for n in range(3)]
    assert shares == pytest.approx([0, 1, 0.5])
    assert in_area(population, "district", "d1")["people"] == 0
    assert "population-not-reconciled-empty" in codes(population)
    assert in_area(population, "district", "d2")["people"] == near(100)
    missing = missing_people(population, places).set_index("place")["people"]
    assert missing.to_dict() == {1: near(100)}  # of p2 nobody knows that it stands off it


def test_where_districts_overlap_people_count_twice_and_it_is_told(tmp_path: Path) -> None:
    region = region_of(box(0, 0, 3, 4), box(2, 0, 4, 4))
    population = read(tif(tmp_path / "a.tif", FOUR), region)
    said = {one.code: dict(one.facts) for one in population.findings}["population-twice"]
    assert said == {"people": f"{FOUR[:, 2].sum():,.1f}"}
    assert in_area(population, "district", "d0")["people"] == near(FOUR[:, :3].sum())
    assert in_area(population, "district", "d1")["people"] == near(FOUR[:, 2:].sum())


@pytest.mark.parametrize("way", ["south-up", "turned"])
def test_whichever_way_the_rows_run(tmp_path: Path, way: str) -> None:
    region = region_of(box(0, 0, 1.5, 4), box(1.5, 0, 4, 2.5))
    plain = read(tif(tmp_path / "a.tif", FOUR), region)
    if way == "south-up":
        cells, transform = FOUR[::-1], affine.Affine(1000, 0, X0, 0, 1000, Y0)
    else:
        cells, transform = FOUR[::-1].T, affine.Affine(0, 1000, X0, 1000, 0, Y0)
    other = read(tif(tmp_path / "b.tif", np.ascontiguousarray(cells), transform=transform), region)
    for name in ("people", "share_missing", "cells"):
        assert other.areas[name].tolist() == pytest.approx(plain.areas[name].tolist(), nan_ok=True)
    by = ["x", "y", "district"]
    pd.testing.assert_series_equal(
        plain.cells.sort_values(by)["people"],
        other.cells.sort_values(by)["people"],
        check_index=False,
    )


def test_strips_and_the_whole_give_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    region = region_of(
        box(0.3, 0.2, 1.5, 3.9), box(1.5, 0.2, 4, 2.5), towns=[("t0", "d0", box(0, 0, 2, 4))]
    )
    cells = FOUR.copy()
    cells[2, 2] = -1
    shapes = [box(0.5, 0.5, 1.2, 3.3), None]
    rows = [{"at": (1, 1)}, {"at": (3, 3.5), "district_id": "d1"}]
    places = places_of(region, rows, weight="places", polygons=shapes)
    path = tif(tmp_path / "a.tif", cells, nodata=-1)
    whole = read(path, region, places, setting="grid")
    monkeypatch.setattr(counting, "_AT_ONCE", 5)
    strips = read(path, region, places, setting="grid")
    pd.testing.assert_frame_equal(
        whole.cells.sort_values(["row", "column", "district", "place"], ignore_index=True),
        strips.cells.sort_values(["row", "column", "district", "place"], ignore_index=True),
    )
    pd.testing.assert_frame_equal(whole.areas, strips.areas)
    assert whole.urban is not None
    assert strips.urban is not None
    np.testing.assert_array_equal(whole.urban.people, strips.urban.people)


def test_too_many_parts_are_an_error_and_no_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MOST_PARTS", 15)
    with pytest.raises(InputError) as caught:
        read(tif(tmp_path / "a.tif", FOUR), ONE)
    assert caught.value.code == "population-too-fine"


# What a cell holds


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"crs": None}, "raster-no-crs"),
        ({"transform": affine.Affine(1000, 0, X0 + 90_000, 0, -1000, Y0)}, "raster-no-overlap"),
        ({"nodata": 3}, "raster-nothing-there"),
        ({"photometric": "palette"}, "raster-picture"),
    ],
)
def test_what_cannot_be_used_is_an_input_error(
    tmp_path: Path, more: dict[str, object], code: str
) -> None:
    cells = np.full((4, 4), 3, "uint8")
    with pytest.raises(InputError) as caught:
        read(tif(tmp_path / "a.tif", cells, **more), ONE)
    assert caught.value.code == code
    with pytest.raises(InputError, match="none"):
        read(tmp_path / "none.tif", ONE)


def test_a_density_asks_for_its_unit(tmp_path: Path) -> None:
    """16 km2 of 50 people each are 800 people; 100 m cells of 50 add up to 80,000."""
    path = tif(tmp_path / "a.tif", np.full((40, 40), 50.0, "float32"), cell_m=100)
    places = places_of(ONE, [{"at": (2, 2), "people": 800}])
    with pytest.raises(InputError) as caught:
        read(path, ONE, places, unit="auto")
    assert caught.value.code == "raster-density"
    assert 'unit = "per_km2"' in str(caught.value)
    population = read(path, ONE, places, unit="per_km2")
    assert population.cells["people"].sum() == pytest.approx(800, rel=1e-3)
    assert not codes(population) & {"raster-density", "raster-unit", "raster-people-differ"}
    wrong = read(path, ONE, places, unit="count")
    assert wrong.cells["people"].sum() == pytest.approx(80_000)
    said = {one.code: one for one in wrong.findings}["raster-unit"]
    assert (said.severity, dict(said.facts)["best"]) == ("warning", "per_km2")
    assert "raster-unit-differs" in codes(read(path, ONE, places_of(ONE, [{}]), unit="count"))
    few = places_of(ONE, [{"people": 300}])
    told = {one.code: one for one in read(path, ONE, few, unit="per_km2").findings}
    assert dict(told["raster-unit-differs"].facts)["best"] != "per_km2"
    assert "population-unit-assumed" in codes(read(path, ONE, unit="auto"))


@pytest.mark.parametrize(("unit", "per_km2"), [("per_km2", 1.0), ("per_ha", 100.0)])
@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857", "ESRI:54009"])
def test_a_density_times_the_true_area(tmp_path: Path, unit: str, per_km2: float, crs: str) -> None:
    """At 60 degrees north, where a cell of web Mercator covers a quarter of its area on the map."""
    region = elsewhere(ONE, "EPSG:32635", shapely.box(500_000, 6_650_000, 504_000, 6_654_000))
    to = pyproj.Transformer.from_crs(region.crs, crs, always_xy=True)
    left, low, right, high = to.transform_bounds(499_000, 6_649_000, 505_000, 6_655_000)
    size = (right - left) / 30
    tall = math.ceil((high - low) / size)
    transform = affine.Affine(size, 0, left, 0, -size, high)
    path = tif(tmp_path / "a.tif", np.ones((tall, 30)), crs=crs, transform=transform)
    population = read(path, region, unit=unit)
    outline = region.districts.geometry.segmentize(50).to_crs("EPSG:4326").iloc[0]
    km2 = abs(pyproj.Geod(ellps="WGS84").geometry_area_perimeter(outline)[0]) / 1e6
    assert population.cells["people"].sum() == pytest.approx(km2 * per_km2, rel=1e-5)


@pytest.mark.parametrize(("dtype", "none"), [("uint16", 65535), ("int32", -2147483647)])
def test_an_undeclared_value_for_none_is_no_person(tmp_path: Path, dtype: str, none: int) -> None:
    """As in LandScan, whose cells are whole numbers."""
    cells = FOUR.astype(dtype)
    cells[0] = none
    population = read(tif(tmp_path / "a.tif", cells), ONE)
    assert population.cells["people"].sum() == near(FOUR[1:].sum())
    assert in_area(population, "city")["share_missing"] == pytest.approx(0.25)
    assert {"raster-nodata-missing", "population-missing"} <= codes(population)


def test_negative_people_are_unknown_and_told(tmp_path: Path) -> None:
    cells = FOUR.copy()
    cells[0, 0], cells[0, 1] = -5, -7.5
    population = read(tif(tmp_path / "a.tif", cells), ONE)
    assert population.cells["people"].sum() == near(FOUR.sum() - 3)
    assert in_area(population, "city")["share_missing"] == pytest.approx(2 / 16)
    said = {one.code: one for one in population.findings}["raster-negative"]
    assert dict(said.facts) == {"cells": "2", "total": "-12.5"}


def test_a_declared_scale_is_applied(tmp_path: Path) -> None:
    path = tif(tmp_path / "a.tif", FOUR.astype("int16"), nodata=16)
    with rasterio.open(path, "r+") as source:
        source.scales, source.offsets = (0.5,), (1.0,)
    population = read(path, ONE, places_of(ONE, [{"people": 75}]))
    assert population.cells["people"].sum() == near((136 - 16) / 2 + 15)
    assert "raster-scaled" in codes(population)
    assert not codes(population) & {"raster-people-differ", "raster-unit-differs"}


def test_parts_of_a_file_that_cannot_be_read_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = np.random.default_rng(1).random((400, 400))
    content = tif(tmp_path / "whole.tif", cells, cell_m=10, blockysize=16).read_bytes()
    path = tmp_path / "cut.tif"
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError) as caught:
        read(path, ONE)  # all of it is read at once, and lost
    assert caught.value.code == "raster-cut"
    monkeypatch.setattr(surveying, "_AT_ONCE", 16 * 400)
    population = read(path, ONE)
    district = in_area(population, "district", "d0")
    assert 0.3 < district["share_missing"] < 1
    assert district["people"] == near(
        cells[population.cells["row"], population.cells["column"]].sum()
    )
    assert {"raster-cut", "population-missing"} <= codes(population)


def test_nobody_anywhere(tmp_path: Path) -> None:
    region = region_of(box(0, 0, 2, 4), box(2, 0, 4, 4))
    places = places_of(region, [{"at": (1, 1)}, {"at": (3, 1), "district_id": "d1", "people": 0}])
    population = read(tif(tmp_path / "a.tif", FOUR * 0), region, places, reconcile="district")
    assert len(population.cells) == 0
    assert {name: str(kind) for name, kind in population.cells.dtypes.items()} == CELL_COLUMNS
    assert {"raster-people-none", "population-not-reconciled-empty"} <= codes(population)
    assert in_area(population, "district", "d1")["people"] == 0
    assert as_places(population, places).table["people"].tolist() == [100]  # nobody knows where


def test_longitudes_from_0_to_360_and_across_the_180th_meridian(tmp_path: Path) -> None:
    west = elsewhere(ONE, "EPSG:32627", shapely.box(400_000, 7_300_000, 450_000, 7_350_000))
    fiji = elsewhere(ONE, "EPSG:3460", shapely.box(1_900_000, 3_900_000, 2_150_000, 4_000_000))
    random = np.random.default_rng(1).random((720, 1440)).astype("float32")
    for name, region in (("iceland", west), ("fiji", fiji)):
        seen = []
        for start in (-180, 0):
            place = affine.Affine(0.25, 0, start, 0, -0.25, 90)
            world = random if start == 0 else np.roll(random, 720, axis=1)
            path = tif(tmp_path / f"{name}{start}.tif", world, crs="EPSG:4326", transform=place)
            places = replace(places_of(ONE, [{"at": (1, 1)}]), region=region)
            middle = region.districts.geometry.centroid
            table = places.table.set_geometry(middle, crs=region.crs).assign(district_id="d0")
            population = read(path, region, replace(places, table=table))
            seen.append(population.cells["people"].sum())
            assert in_area(population, "city")["share_missing"] == 0
            assert (
                population.cells["x"]
                .between(*region.districts.total_bounds[[0, 2]] + (-3e4, 3e4))
                .all()
            )
            assert in_area(population, "place", "p0")["share_missing"] == 0
        assert seen[0] == pytest.approx(seen[1], rel=1e-9)
        assert seen[0] > 0


# Reconciled


def reconciled(tmp_path: Path, rows: list[dict[str, object]], **more: str) -> Population:
    region = region_of(box(0, 0, 1.5, 4), box(1.5, 0, 4, 4))
    places = places_of(region, rows)
    path = tif(tmp_path / "a.tif", FOUR)
    return read(path, region, places, reconcile="district", **more)


def test_districts_add_up_to_their_places(tmp_path: Path) -> None:
    population = reconciled(
        tmp_path,
        [{"people": 30}, {"people": 21.5}, {"people": 300, "district_id": "d1"}],
    )
    before = FOUR[:, 0].sum() + FOUR[:, 1].sum() / 2
    for code, table, grid in (("d0", 51.5, before), ("d1", 300, 136 - before)):
        area = in_area(population, "district", code)
        assert area["people"] == pytest.approx(table, rel=1e-12)
        assert area["people_table"] == table
        assert area["people_raster"] == pytest.approx(grid, rel=1e-12)
        assert area["factor"] == pytest.approx(table / grid, rel=1e-12)
        assert area["basis"] == "reconciled"
    city = in_area(population, "city")
    assert (city["people"], city["people_table"]) == (pytest.approx(351.5), 351.5)
    assert city["basis"] == "reconciled"
    said = {one.code: dict(one.facts) for one in population.findings}
    assert said["population-reconciled"]["before"] == "44.0"
    assert said["population-reconciled"]["after"] == "51.5"
    assert said["population-reconciled"]["factor"] == "1.17"
    assert said["population-reconciled"]["gone"] == "0.0"
    assert said["population-reconciled-odd"]["name"] == "区d1"


def test_a_district_with_unknown_people_is_not_scaled(tmp_path: Path) -> None:
    population = reconciled(
        tmp_path,
        [
            {"people": 30, "at": (0.5, 0.5)},
            {"people": np.nan, "at": (0.5, 3)},
            {"people": 100, "district_id": "d1"},
        ],
    )
    first = in_area(population, "district", "d0")
    assert first["people"] == first["people_raster"]
    assert (first["people_table"], first["people_table_unknown"]) == (30, 1)
    assert (first["basis"], in_area(population, "city")["basis"]) == ("raster", "mixed")
    said = {one.code: one for one in population.findings}
    assert said["population-not-reconciled-unknown"].severity == "warning"
    grid = in_area(population, "place", "p1")
    assert dict(said["population-places-unknown"].facts)["people"] == f"{grid['people']:,.1f}"
    assert grid["people"] > 0
    assert math.isnan(grid["people_table"])


def test_what_cannot_be_reconciled_is_told(tmp_path: Path) -> None:
    population = reconciled(tmp_path, [{"people": 9, "district_id": ""}, {"people": 50}])
    assert {
        "population-not-reconciled-no-places",
        "population-places-without-district",
    } <= codes(population)
    assert in_area(population, "city")["people_table"] == 59
    second = in_area(population, "district", "d1")
    assert second["people"] == second["people_raster"]
    assert second["people"] > 0
    path = tif(tmp_path / "b.tif", FOUR)
    assert "population-reconcile-without-people" in codes(read(path, ONE, reconcile="district"))


def test_people_of_ground_without_a_value_are_not_squeezed_into_the_rest(tmp_path: Path) -> None:
    """The village stands on a district half nodata: half of its 400 people are missing."""
    half = FOUR.copy()
    half[:, :2] = -1
    places = places_of(ONE, [{"people": 400}], polygons=[box(0, 0, 4, 4)])
    population = read(tif(tmp_path / "a.tif", half, nodata=-1), ONE, places, reconcile="district")
    assert in_area(population, "district", "d0")["people"] == near(200)
    said = {one.code: dict(one.facts) for one in population.findings}["population-reconciled-odd"]
    assert (said["table"], said["after"], said["gone"]) == ("400.0", "200.0", "200.0")
    missing = missing_people(population, places)
    assert missing["place"].tolist() == [0]
    assert missing["people"].sum() == near(200)
    row = as_places(population, places).table.iloc[-1]
    assert (row["place_id"], row["position"], row["people"]) == ("missing-d0-p0", "missing", 200)
    assert row.geometry is None


def test_a_point_on_a_cell_without_a_value_has_its_people_on_the_cells_around(
    tmp_path: Path,
) -> None:
    cells = FOUR.copy()
    cells[3, 0] = -1
    for rows in ([{"at": (0.5, 0.5)}], [{"at": (0.5, 0.5)}, {"at": (3, 3)}]):
        places = places_of(ONE, [{**row, "people": 600} for row in rows])
        path = tif(tmp_path / f"{len(rows)}.tif", cells, nodata=-1)
        population = read(path, ONE, places, reconcile="district")
        assert in_area(population, "district", "d0")["people"] == near(600 * len(rows))
        assert missing_people(population, places).empty


def test_where_many_factors_fit_the_raster_is_changed_as_little_as_can_be(tmp_path: Path) -> None:
    """The village's polygon has no value, and people live around it, in nobody's."""
    cells = FOUR.copy()
    cells[:, 0] = -1
    there = FOUR[:, 1:].sum()
    path = tif(tmp_path / "a.tif", cells, nodata=-1)
    for people, kept in ((2 * there, there), (there / 2, there / 2)):
        places = places_of(ONE, [{"people": people}], polygons=[box(0, 0, 1, 4)])
        population = read(path, ONE, places, reconcile="district")
        assert in_area(population, "district", "d0")["people"] == near(kept)
        gone = missing_people(population, places)["people"].sum()
        assert gone == pytest.approx(people - kept, rel=1e-9, abs=1e-6)


def test_a_polygon_that_leaves_the_districts_lacks_no_value_there(tmp_path: Path) -> None:
    west = region_of(box(0, 0, 2, 4))
    places = places_of(west, [{"people": 3000}], polygons=[box(0, 0, 4, 4)])
    population = read(tif(tmp_path / "a.tif", FOUR), west, places, reconcile="district")
    assert in_area(population, "place", "p0")["share_missing"] == 0
    assert in_area(population, "district", "d0")["people"] == near(3000)
    assert missing_people(population, places).empty


def test_settled_cells_alone_leave_few_people_missing(tmp_path: Path) -> None:
    """As in grids without a value where nobody lives: 1 of 16 cells has all, or nearly all."""
    cells = np.full((4, 4), -1.0)
    cells[1, 1] = 1000
    path = tif(tmp_path / "a.tif", cells, nodata=-1)
    for people, kept in ((1100, 1000), (900, 900), (40_000, 2500)):
        places = places_of(ONE, [{"people": people}], polygons=[box(0, 0, 4, 4)])
        population = read(path, ONE, places, reconcile="district")
        assert in_area(population, "district", "d0")["people"] == near(kept)
        gone = missing_people(population, places)["people"].sum()
        assert gone == pytest.approx(people - kept, rel=1e-9, abs=1e-6)


def test_no_value_may_mean_that_nobody_lives_there(tmp_path: Path) -> None:
    cells = FOUR.copy()
    cells[:, :3] = -1
    places = places_of(ONE, [{"people": 800}], polygons=[box(0, 0, 4, 4)])
    path = tif(tmp_path / "a.tif", cells, nodata=-1)
    population = read(path, ONE, places, reconcile="district", no_value="nobody")
    assert in_area(population, "district", "d0")["people"] == near(800)
    assert in_area(population, "district", "d0")["share_missing"] == 0
    assert missing_people(population, places).empty
    off = read(path, region_of(box(0, 0, 4, 4), box(4, 0, 8, 4)), no_value="nobody")
    assert in_area(off, "district", "d1")["share_missing"] == 1  # off the raster nobody knows


def test_missing_people_of_a_place_across_two_districts_add_up_to_the_table(
    tmp_path: Path,
) -> None:
    """p0 of d0 has cells in d1, too; those do not count against what d0 misses."""
    cells = FOUR.copy()
    cells[0, 0] = -1
    region = region_of(box(0, 0, 2, 4), box(2, 0, 4, 4))
    drawn = [box(0, 0, 3, 4), box(3, 0, 4, 4)]
    rows = [{"people": 90, "district_id": "d0"}, {"people": 60, "district_id": "d1"}]
    places = places_of(region, rows, polygons=drawn)
    path = tif(tmp_path / "a.tif", cells, nodata=-1)
    population = read(path, region, places, reconcile="district")
    missing = missing_people(population, places)
    assert missing["people"].sum() > 0
    people = in_area(population, "district", "d0")["people"]
    assert people + missing["people"].sum() == near(90)
    assert in_area(population, "district", "d1")["people"] == near(60)


# Towns and places


def test_towns_with_polygons_add_up_with_their_districts_factors(tmp_path: Path) -> None:
    """t0 has half a column of each district; d0 is doubled, d1 is not scaled."""
    region = region_of(
        box(0, 0, 2, 4),
        box(2, 0, 4, 4),
        towns=[("t0", "d0", box(1.5, 0, 2.5, 4)), ("t1", "d1", None)],
    )
    places = places_of(region, [{"people": 2 * FOUR[:, :2].sum(), "town_id": "t0"}])
    population = read(tif(tmp_path / "a.tif", FOUR), region, places, reconcile="district")
    town = in_area(population, "town", "t0")
    half = FOUR[:, 1:3].sum(axis=0) / 2
    assert town["people_raster"] == pytest.approx(half.sum(), rel=1e-12)
    assert town["people"] == pytest.approx(2 * half[0] + half[1], rel=1e-12)
    assert (town["cells"], town["share_missing"], town["basis"]) == (8, 0, "mixed")
    assert town["people_table"] == near(2 * FOUR[:, :2].sum())
    assert not (population.areas["area_id"] == "t1").any()


def test_polygons_of_places_share_a_cell_by_area_and_the_rest_goes_to_the_nearest(
    tmp_path: Path,
) -> None:
    """One cell of 100 people: 0.2 in the polygon of p0, 0.3 in that of p1, 0.5 in nobody's."""
    region = region_of(box(0, 0, 1, 1))
    shapes = [box(0, 0, 0.2, 1), box(0.2, 0, 0.5, 1), None]
    rows = [{"at": (0.1, 0.5)}, {"at": (0.45, 0.5)}, {"at": (0.99, 0.99)}]
    places = places_of(region, rows, weight="places", polygons=shapes)
    population = read(tif(tmp_path / "a.tif", np.array([[100.0]])), region, places)
    cells = population.cells
    assert cells["share"].tolist() == pytest.approx([0.5, 0.2, 0.3])
    assert ((cells["x"] - X0) / KM).tolist() == near([0.75, 0.1, 0.35])
    assert ((cells["y"] - Y0) / KM).tolist() == near([0.5, 0.5, 0.5])
    assert cells["place"].tolist() == [1, 0, 1]  # what is nobody's is nearer to p1 than to p2
    assert cells["assigned"].tolist() == ["voronoi", "polygon", "polygon"]
    assert in_area(population, "place", "p1")["people"] == pytest.approx(80)
    assert in_area(population, "place", "p1")["basis"] == "polygon+voronoi"
    assert in_area(population, "place_polygon", "p1")["people"] == pytest.approx(30)
    assert not (
        (population.areas["area_kind"] == "place_polygon") & (population.areas["area_id"] == "p2")
    ).any()
    ids = as_places(population, places).table["place_id"].tolist()
    assert ids == ["r0c0-d0-p1", "r0c0-d0-p0", "r0c0-d0-p1~2"]


def test_a_part_stands_within_itself_and_not_in_the_middle_of_the_cell(tmp_path: Path) -> None:
    """Two cells: a border cuts the first at 0.9; the second is d1's but for a bay from its edge."""
    bay = box(1.4, 0, 1.6, 0.9)
    west, east = box(0, 0, 0.9, 1), shapely.difference(box(0.9, 0, 2, 1), bay)
    region = region_of(west, east, bay)
    population = read(tif(tmp_path / "a.tif", np.array([[10.0, 100.0]])), region)
    cells = population.cells
    assert cells["people"].tolist() == near([9, 1, 82, 18])
    stand = shapely.points(cells["x"], cells["y"])
    ground = region.districts.geometry.to_numpy()[cells["district"]]
    assert shapely.contains(ground, stand).all()
    assert ((cells["x"] - X0) / KM).tolist()[:2] == near([0.45, 0.95])
    assert (cells["x"].iloc[3] - X0, cells["y"].iloc[3] - Y0) == near((1500, 450))
    assert shapely.contains(box(1, 0, 2, 1), stand[2:]).all()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    corners=st.lists(st.tuples(st.floats(0.1, 3.9), st.floats(0.1, 3.9)), min_size=3, max_size=9),
    turn=st.sampled_from([0.0, 0.5]),
)
def test_every_part_stands_within_its_district_and_its_cell(
    tmp_path: Path, corners: list[tuple[float, float]], turn: float
) -> None:
    hull = shapely.make_valid(shapely.Polygon([(X0 + KM * x, Y0 + KM * y) for x, y in corners]))
    shapes = [one for one in shapely.get_parts(hull) if shapely.area(one) > 1]
    assume(shapes)
    inner = shapely.union_all(shapes)
    region = region_of(inner, shapely.difference(box(0, 0, 4, 4), inner))
    a, b = KM * math.cos(turn), KM * math.sin(turn)
    transform = affine.Affine(a, b, X0 + 2 * KM - 2 * (a + b), b, -a, Y0 + 2 * KM + 2 * (a - b))
    population = read(tif(tmp_path / "a.tif", FOUR, transform=transform), region)
    cells = population.cells
    stand = shapely.points(cells["x"], cells["y"])
    ground = region.districts.geometry.to_numpy()[cells["district"]]
    thick = cells["share"].to_numpy() > 1e-6
    assert (shapely.distance(ground, stand)[thick] < 1e-6).all()
    row, column = population.grid.cells(cells[["x", "y"]])
    assert row[thick].tolist() == cells["row"][thick].tolist()
    assert column[thick].tolist() == cells["column"][thick].tolist()


def test_where_polygons_overlap_the_first_place_has_the_ground(tmp_path: Path) -> None:
    """p0 has the western 0.6, p1 all but the western 0.2, p2 what p0 has already."""
    region = region_of(box(0, 0, 1, 1))
    shapes = [box(0, 0, 0.6, 1), box(0.2, 0, 1, 1), box(0.1, 0.1, 0.2, 0.2)]
    rows = [{"at": (0.1, 0.5)}, {"at": (0.9, 0.5)}, {"at": (0.15, 0.15)}]
    places = places_of(region, rows, weight="places", polygons=shapes)
    population = read(tif(tmp_path / "a.tif", np.array([[100.0]])), region, places)
    assert people_of(population) == near({0: 60, 1: 40})
    said = {one.code: one for one in population.findings}["population-places-overlap"]
    assert dict(said.facts) == {"count": "2", "names_zh": "村1、村2", "names_en": "村1, 村2"}
    assert in_area(population, "place", "p1")["share_missing"] == 0
    people = with_people(places, population).table["people"].tolist()
    assert people == pytest.approx([60, 40, np.nan], rel=1e-9, nan_ok=True)


def test_a_polygon_across_a_border_counts_in_both_districts(tmp_path: Path) -> None:
    region = region_of(box(0, 0, 2, 4), box(2, 0, 4, 4))
    places = places_of(
        region,
        [{"at": (1.9, 2)}, {"at": (3, 3), "district_id": "d1"}],
        polygons=[box(1, 0, 3, 4), None],
    )
    population = read(tif(tmp_path / "a.tif", FOUR), region, places)
    by = population.cells.groupby(["district", "place"])["people"].sum()
    assert by[(0, 0)] == near(FOUR[:, :2].sum())  # its polygon, and the rest of d0
    assert by[(1, 0)] == near(FOUR[:, 2].sum())
    assert by[(1, 1)] == near(FOUR[:, 3].sum())
    table = as_places(population, places).table
    assert table.groupby("district_id")["people"].sum().to_dict() == near(
        {"d0": FOUR[:, :2].sum(), "d1": FOUR[:, 2:].sum()}
    )


def test_the_nearest_place_of_the_own_district(tmp_path: Path) -> None:
    region = region_of(box(0, 0, 2, 4), box(2, 0, 4, 4))
    rows = [
        {"at": (0.5, 2)},
        {"at": (2.1, 2), "district_id": "d1"},
        {"at": None},
        {"at": (0.5, 1), "position": "outside"},
    ]
    population = read(tif(tmp_path / "a.tif", FOUR), region, places_of(region, rows))
    assert people_of(population) == near({0: FOUR[:, :2].sum(), 1: FOUR[:, 2:].sum()})
    assert set(population.cells["assigned"]) == {"voronoi"}
    said = {one.code: dict(one.facts) for one in population.findings}["population-assigned"]
    assert said == {"polygon": "0.0", "network": "0.0", "voronoi": "136.0", "none": "0.0"}


def test_of_places_equally_near_the_first_takes_the_cell(tmp_path: Path) -> None:
    region = region_of(box(0, 0, 3, 3))
    corners = [(0.5, 0.5), (2.5, 2.5), (0.5, 2.5), (2.5, 0.5)]
    path = tif(tmp_path / "a.tif", np.ones((3, 3)))
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]):
        places = places_of(region, [{"at": corners[number]} for number in order])
        cells = read(path, region, places).cells
        middle = cells[(cells["row"] == 1) & (cells["column"] == 1)]
        assert middle["place"].tolist() == [0]
        for row in cells.itertuples():
            at = np.array(
                [
                    ((row.x - X0) / KM - x, (row.y - Y0) / KM - y)
                    for x, y in (corners[n] for n in order)
                ]
            )
            assert row.place == int(np.argmin(np.round(np.hypot(*at.T), 9)))


def test_within_the_town_where_towns_have_polygons(tmp_path: Path) -> None:
    """The nearest place of the western cells is of the other town; t2 has no place at all."""
    towns = [
        ("t0", "d0", box(0, 0, 2, 4)),
        ("t1", "d0", box(2, 0, 3, 4)),
        ("t2", "d0", box(3, 0, 4, 4)),
    ]
    region = region_of(box(0, 0, 4, 4), towns=towns)
    rows = [{"at": (0.1, 2), "town_id": "t0"}, {"at": (2.0, 2), "town_id": "t1"}]
    population = read(tif(tmp_path / "a.tif", FOUR), region, places_of(region, rows))
    assert people_of(population) == near({0: FOUR[:, :2].sum(), 1: FOUR[:, 2:].sum()})
    said = {one.code: one for one in population.findings}["population-town-without-place"]
    assert said.severity == "warning"
    told = {"cells": "4", "people": f"{FOUR[:, 3].sum():,.1f}", "names_zh": "镇t2"}
    assert dict(said.facts).items() >= told.items()
    drawn = places_of(region, rows, polygons=[None, box(3, 0, 4, 4)])
    population = read(tif(tmp_path / "a.tif", FOUR), region, drawn)
    assert "population-town-without-place" not in codes(population)
    without = region_of(box(0, 0, 4, 4))
    population = read(tif(tmp_path / "a.tif", FOUR), without, places_of(without, rows))
    assert people_of(population)[0] < FOUR[:, :2].sum()


def test_a_district_without_a_place_keeps_its_people(tmp_path: Path) -> None:
    region = region_of(box(0, 0, 2, 4), box(2, 0, 4, 4))
    places = places_of(region, [{"at": (1, 2)}])
    population = read(tif(tmp_path / "a.tif", FOUR), region, places)
    assert people_of(population) == near({0: FOUR[:, :2].sum(), -1: FOUR[:, 2:].sum()})
    said = {one.code: one for one in population.findings}["population-unassigned"]
    assert (said.severity, dict(said.facts)["names_zh"]) == ("warning", "区d1")
    table = as_places(population, places).table
    lost = table[table["place"] == ""]
    assert lost["people"].sum() == near(FOUR[:, 2:].sum())
    assert set(lost["district_id"]) == {"d1"}
    assert set(lost["plan_district"]) == {"区d1"}
    assert set(lost["setting"]) == {"unknown"}
    assert lost["island"].isna().all()


def road(*points: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([(X0 + x * KM, Y0 + y * KM) for x, y in points])


def test_over_the_network_the_nearest_is_another(tmp_path: Path) -> None:
    """A U of roads: p1 is across the valley, near in a straight line, 7 km by road; p0 is 3."""
    u = road((0.5, 3.5), (0.5, 0.5), (3.5, 0.5), (3.5, 3.5))
    network = network_from_lines(gpd.GeoSeries([u], crs=CRS), snap_m=600)
    rows = [{"at": (0.5, 0.5)}, {"at": (3.5, 3.5)}]
    places = places_of(ONE, rows)
    path = tif(tmp_path / "a.tif", FOUR)
    straight = read(path, ONE, places, network, assign="voronoi").cells
    walked = read(path, ONE, places, network)
    cells = walked.cells.set_index(["row", "column"])
    straight = straight.set_index(["row", "column"])
    # at the upper left end of the U: p0 is 3 km down the road, p1 3 km across
    assert (cells.loc[(1, 2), "place"], cells.loc[(1, 2), "assigned"]) == (1, "voronoi")
    assert (straight.loc[(0, 1), "place"], cells.loc[(0, 0), "assigned"]) == (1, "network")
    assert cells.loc[(0, 0), "place"] == 0
    assert cells.loc[(3, 3), "place"] == 0  # 3 km either way: the first
    assert cells.loc[(2, 3), "place"] == 1
    said = {one.code: dict(one.facts) for one in walked.findings}
    assert set(cells["assigned"]) == {"network", "voronoi"}
    off = cells[cells["assigned"] == "voronoi"]
    assert said["population-off-network"]["cells"] == str(len(off))
    assert "population-off-network" not in codes(read(path, ONE, places, network, assign="voronoi"))


def test_over_the_network_only_places_of_the_own_district(tmp_path: Path) -> None:
    region = region_of(box(0, 0, 2, 4), box(2, 0, 4, 4))
    network = network_from_lines(gpd.GeoSeries([road((0, 2), (4, 2))], crs=CRS), snap_m=3000)
    rows = [{"at": (0.1, 2)}, {"at": (2.1, 2), "district_id": "d1"}]
    population = read(tif(tmp_path / "a.tif", FOUR), region, places_of(region, rows), network)
    assert set(population.cells["assigned"]) == {"network"}
    assert people_of(population) == near({0: FOUR[:, :2].sum(), 1: FOUR[:, 2:].sum()})


# Cells as places, and places from cells


def test_cells_are_measured_as_places_are(tmp_path: Path) -> None:
    region = region_of(box(0, 0, 1.5, 4), box(1.5, 0, 4, 4))
    rows = [
        {
            "at": (0.5, 2),
            "setting": "urban",
            "town": "镇",
            "town_id": "t9",
            "plan_district": "新区",
            "island": True,
        },
        {"at": (3, 2), "district_id": "d1", "setting": "rural", "plan_district": "老区"},
    ]
    places = places_of(region, rows)
    population = read(tif(tmp_path / "a.tif", FOUR), region, places)
    cells = as_places(population, places)
    assert cells.table["place_id"].is_unique
    assert cells.table["people"].sum() == pytest.approx(136)
    assert {"r0c0", "r0c1-d0-p0", "r0c1-d1-p1", "r0c2"} <= set(cells.table["place_id"])
    mine = cells.table[cells.table["district_id"] == "d0"]
    for name, value in (
        ("setting", "urban"),
        ("town", "镇"),
        ("town_id", "t9"),
        ("plan_district", "新区"),
        ("place", "村0"),
        ("district", "区d0"),
    ):
        assert set(mine[name]) == {value}
    assert mine["island"].all()
    assert (cells.weight, cells.groups, cells.polygons) == ("people", (), None)
    facilities = builders.facilities([{"x": X0 - builders.X0 + 500, "y": Y0 - builders.Y0 + 3500}])
    service = Service(id="clinic", name={}, mode="straight", limit=1000)
    table = measure_access(cells, facilities, None, [service]).table
    assert len(table) == len(population.cells)
    covered = table[table["status"] == "covered"]
    # the clinic is in the middle of r0c0; one kilometre away is r1c0, limits included; of r0c1 the
    # western half stands 750 m away, the eastern one 1,250
    assert covered["people"].sum() == pytest.approx(FOUR[0, 0] + FOUR[0, 1] / 2 + FOUR[1, 0])


def test_places_without_people_take_those_of_their_cells(tmp_path: Path) -> None:
    cells = FOUR.copy()
    cells[:, 3] = -1
    rows = [{"at": (0.5, 2)}, {"at": (2.5, 2)}, {"at": None}, {"at": (3.9, 2)}, {"at": (2.4, 2)}]
    places = places_of(ONE, rows, weight="places")
    before = places.table.copy()
    population = read(tif(tmp_path / "a.tif", cells, nodata=-1), ONE, places)
    made = with_people(places, population)
    people = made.table["people"].tolist()
    assert made.weight == "people"
    assert people[0] == near(FOUR[:, 0].sum())
    assert people[1] == near(FOUR[:, 2].sum())  # the middle of the second column is nearer to p4
    assert people[4] == near(FOUR[:, 1].sum())
    assert math.isnan(people[2])
    assert math.isnan(people[3])  # it stands where the raster has no value
    assert np.nansum(people) == near(FOUR[:, :3].sum())
    assert made.people_missing.tolist() == [0, 0, 0, near(FOUR[:, :3].sum() / 3), 0]
    said = made.findings[-1]
    assert said.code == "population-places-from-grid"
    assert dict(said.facts)["count"] == "2"
    assert "无:2 (0)、直线最近(镇内):3 (" in said.message("zh")
    assert "none: 2 (0), nearest in a straight line, within the town: 3 (" in said.message("en")
    pd.testing.assert_frame_equal(pd.DataFrame(places.table), pd.DataFrame(before))
    told = places_of(ONE, rows)
    assert with_people(told, read(tif(tmp_path / "b.tif", FOUR), ONE, told)) is told


@given(data=st.data())
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_nobody_is_lost_or_made(tmp_path: Path, data: st.DataObject) -> None:
    """Three districts that fill the raster, villages with and without polygons, any people."""
    tall, wide = data.draw(st.integers(1, 7)), data.draw(st.integers(1, 7))
    value = st.one_of(st.just(0.0), st.just(-1.0), st.floats(0.001, 1e6))
    cells = np.array(data.draw(st.lists(value, min_size=tall * wide, max_size=tall * wide)))
    cells = cells.reshape(tall, wide)
    if not (cells >= 0).any():
        cells[0, 0] = 5
    across = data.draw(st.floats(0.1, 0.9)) * wide
    up = data.draw(st.floats(0.1, 0.9)) * tall
    region = region_of(
        box(0, 0, across, tall), box(across, 0, wide, up), box(across, up, wide, tall)
    )
    spot = st.tuples(st.floats(0, wide), st.floats(0, tall))
    rows, shapes = [], []
    for number in range(data.draw(st.integers(1, 5))):
        x, y = data.draw(spot)
        people = data.draw(st.floats(1, 1e5))
        rows.append({"at": (x, y), "people": people, "district_id": f"d{number % 3}"})
        drawn = data.draw(st.booleans())
        shapes.append(shapely.Point(X0 + x * KM, Y0 + y * KM).buffer(700) if drawn else None)
    places = places_of(region, rows, polygons=shapes)
    path = tif(tmp_path / "a.tif", cells, nodata=-1)
    population = read(
        path, region, places, reconcile=data.draw(st.sampled_from(["none", "district"]))
    )
    inside = cells[cells >= 0].sum()
    assert population.cells["people_raster"].sum() == pytest.approx(inside, rel=1e-9)
    areas = population.areas.set_index(["area_kind", "area_id"])
    missing = missing_people(population, places)
    for row, code in enumerate(("d0", "d1", "d2")):
        mine = population.cells[population.cells["district"] == row]
        district = areas.loc[("district", code)]
        assert district["people"] == pytest.approx(mine["people"].sum(), rel=1e-9)
        if district["basis"] == "reconciled":
            gone = missing.loc[missing["district"] == row, "people"].sum()
            assert district["people"] + gone == pytest.approx(district["people_table"], rel=1e-9)
        else:
            assert district["people"] == district["people_raster"]
    kept = areas.loc["place", "people"].sum()
    lost = population.cells.loc[population.cells["place"] < 0, "people"].sum()
    assert kept + lost == pytest.approx(areas.loc[("city", "city"), "people"], rel=1e-9)
    stood = as_places(population, places).table
    on_grid = stood.loc[stood["position"] == "ok", "people"].sum()
    assert on_grid == pytest.approx(kept + lost, rel=1e-9)
    assert stood["people"].sum() == pytest.approx(on_grid + missing["people"].sum(), rel=1e-9)
    assert as_places(population, places).table["place_id"].is_unique
    whole = population.cells.groupby(["row", "column"])["share"].sum()
    assert (whole <= 1 + 1e-9).all()


# What cannot be people


def test_more_people_than_can_live_in_a_cell_are_told_with_where_they_are(tmp_path: Path) -> None:
    cells = FOUR.copy()
    cells[1, 2], cells[3, 0] = 500_000, 299_000  # of one km2 each; the second is just believed
    population = read(tif(tmp_path / "a.tif", cells), ONE)
    said = {one.code: one for one in population.findings}["population-crowded"]
    told = dict(said.facts)
    assert (told["cells"], said.value, told["people"]) == ("1", "r1c2", "500,000")
    x, y = (float(one) for one in told["at"].split(", "))
    metric = pyproj.Transformer.from_crs(4326, CRS, always_xy=True).transform(x, y)
    assert metric == pytest.approx((X0 + 2500, Y0 + 2500), abs=2)
    assert float(told["density"].replace(",", "")) == pytest.approx(500_000, rel=1e-2)


def test_a_tower_may_fill_a_small_cell(tmp_path: Path) -> None:
    cells = np.zeros((4, 4))
    cells[0, 0] = 1000  # on 900 m2: more than a million per km2
    region = region_of(box(0, 0, 0.12, 0.12))
    assert "population-crowded" not in codes(read(tif(tmp_path / "a.tif", cells, 30.0), region))
    cells[0, 0] = 3001
    assert "population-crowded" in codes(read(tif(tmp_path / "b.tif", cells, 30.0), region))


def test_more_people_than_the_world_has_stop_the_run(tmp_path: Path) -> None:
    cells = FOUR.copy()
    cells[1, 2] = 1e29
    with pytest.raises(InputError) as caught:
        read(tif(tmp_path / "a.tif", cells), ONE)
    assert caught.value.code == "population-impossible"


def test_a_raster_without_anybody_is_told(tmp_path: Path) -> None:
    assert "raster-nobody" in codes(read(tif(tmp_path / "a.tif", np.zeros((4, 4))), ONE))
    assert "raster-nobody" not in codes(read(tif(tmp_path / "b.tif", FOUR), ONE))
