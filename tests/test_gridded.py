"""Coverage by cells beside that by places: the difference taken apart, by hand and at random."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import affine
import numpy as np
import pandas as pd
import pytest
from builders import CRS, X0, Y0, clinic, facilities, places, region
from hypothesis import given, settings
from hypothesis import strategies as st

from gapmap.access import measure_access
from gapmap.assessment import COVERAGE_COLUMNS, coverage_of
from gapmap.catchment import CapacityRule, measure_capacity, zonal_statistics, zones_of
from gapmap.errors import MethodError
from gapmap.facilities import read_facilities
from gapmap.gridded import GRID_COLUMNS, compare_grid, telling
from gapmap.places import read_places
from gapmap.population import Population, PopulationSource, as_places, read_population
from gapmap.population.value import AREA_COLUMNS, CELL_COLUMNS
from gapmap.rasters.grid import Grid
from gapmap.region import read_region
from gapmap.studyfile import read_study_file

if TYPE_CHECKING:
    from gapmap.places import Places

GRID = Grid(crs=CRS, transform=affine.Affine(100, 0, X0, 0, -100, Y0 + 1e4), height=100, width=200)


def population(
    village: Places,
    cells: list[tuple[float, float, float, int]],
    *,
    share_missing: tuple[float, ...] | None = None,
    district_missing: tuple[float, float] = (0, 0),
    basis: str = "raster",
) -> Population:
    """Cells of (x, y, people, row of the place), and the areas of their districts and places."""
    table = pd.DataFrame(cells, columns=["x", "y", "people", "place"])
    table["district"] = (table["x"] >= 1e4).astype(int)
    table["row"], table["column"] = GRID.cells(table[["x", "y"]] + np.array([X0, Y0]))
    table = table.assign(
        share=1.0,
        people_raster=table["people"],
        x=table["x"] + X0,
        y=table["y"] + Y0,
        assigned="voronoi",
    )[list(CELL_COLUMNS)].astype(CELL_COLUMNS)
    known = village.weight == "people"
    people = village.table["people"].to_numpy() if known else np.full(len(village.table), np.nan)
    on_grid = [table["people"][table["place"] == row].sum() for row in range(len(people))]
    of_places = pd.DataFrame(
        {
            "area_kind": "place",
            "area_id": village.table["place_id"],
            "people_table": people,
            "people": on_grid,
            "share_missing": share_missing or np.zeros(len(people)),
            "basis": "voronoi",
        }
    )
    home = village.table["district_id"].to_numpy()
    of_districts = pd.DataFrame(
        {
            "area_kind": "district",
            "area_id": ["d1", "d2"],
            "people_table": [people[home == one].sum() for one in ("d1", "d2")],
            "people": [table["people"][table["district"] == row].sum() for row in (0, 1)],
            "share_missing": district_missing,
            "basis": basis,
        }
    )
    areas = pd.concat([of_districts, of_places]).reindex(columns=list(AREA_COLUMNS))
    return Population(
        grid=GRID,
        cells=table,
        areas=areas.reset_index(drop=True),
        region=region(),
        source=PopulationSource(raster=Path("people.tif")),
    )


def compared(village: Places, people: Population, where: list[dict[str, object]], limit=500):
    services, sites = [clinic(limit)], facilities(where)
    access = measure_access(village, sites, None, services)
    cells = measure_access(as_places(people, village), sites, None, services)
    return compare_grid(access, cells, people)


def one(table: pd.DataFrame, kind: str, code: str) -> pd.Series:
    found = table[(table["group_kind"] == kind) & (table["group_id"] == code)]
    assert len(found) == 1
    return found.iloc[0]


TOWN = [
    {"x": 1000, "y": 1000, "people": 100.0},  # covered: the clinic stands here
    {"x": 4000, "y": 1000, "people": 100.0},  # 3 km away
]
CELLS = [
    (1000, 1000, 50.0, 0),  # covered as its place is
    (1600, 1000, 30.0, 0),  # 600 m: beyond, though its place is covered
    (1400, 1000, 15.0, 1),  # 400 m: within, though its place is not
    (4000, 1000, 90.0, 1),
    (1200, 1000, 15.0, -1),  # no place, within
]


def test_the_difference_by_hand() -> None:
    village = places(TOWN)
    result = compared(village, population(village, CELLS), [{"x": 1000, "y": 1000}])
    city = one(result.comparison, "city", "city")
    # By places 100 of 200; on the grid 50 + 15 + 15 of 200. Had each cell the status of its place,
    # and that without one its own: 50 + 30 + 15 of 200 = 47.5 %, 2.5 points less than 50 %.
    assert city["share_people"] == pytest.approx(0.5)
    assert city["share_grid"] == pytest.approx(80 / 200)
    assert city["people_beyond"] == 30
    assert city["people_within"] == 15
    assert city["difference_points"] == pytest.approx(-10)
    assert city["points_beyond"] == pytest.approx(-15)
    assert city["points_within"] == pytest.approx(7.5)
    assert city["points_weight"] == pytest.approx(-2.5)
    assert city["differs_much"]
    assert "80" not in city["note"]
    assert "40.0%" in city["note"]
    assert "-10.0 points" in city["note"]
    assert "相差 -10.0 个百分点" in city["note_zh"]
    told = {said.code: said for said in result.findings}
    assert set(told) == {"gridded-differs"}
    assert "40.0%" in told["gridded-differs"].message("en")
    assert "50.0%" in told["gridded-differs"].message("zh")


def test_the_coverage_of_cells_is_that_of_the_assessment() -> None:
    village = places(TOWN)
    people = population(village, CELLS)
    sites = facilities([{"x": 1000, "y": 1000}])
    cells = measure_access(as_places(people, village), sites, None, [clinic()])
    result = compare_grid(measure_access(village, sites, None, [clinic()]), cells, people)
    pd.testing.assert_frame_equal(result.coverage, coverage_of(cells))
    assert list(result.coverage.columns) == COVERAGE_COLUMNS
    assert list(result.comparison.columns) == GRID_COLUMNS
    kinds = result.comparison["group_kind"].unique().tolist()
    assert kinds == ["city", "district", "plan_district", "town", "setting", "group"]


@pytest.mark.parametrize(
    ("points", "told"),
    [(-0.04, "0.0"), (0.04, "0.0"), (-0.06, "-0.1"), (0.06, "+0.1"), (-10.0, "-10.0")],
)
def test_points_that_round_to_nothing_have_no_sign(points: float, told: str) -> None:
    assert telling._signed(points) == told


def test_five_points_are_not_more_than_five() -> None:
    village = places(TOWN)
    cells = [(1000, 1000, 55.0, 0), (4000, 1000, 45.0, 1)]
    result = compared(village, population(village, cells), [{"x": 1000, "y": 1000}])
    assert one(result.comparison, "city", "city")["difference_points"] == pytest.approx(5)
    assert not result.comparison["differs_much"].any()
    assert result.findings == ()


def test_a_city_that_agrees_hides_no_group() -> None:
    rows = [*TOWN, {"x": 14_000, "y": 1000, "people": 100.0}, {"x": 17_000, "y": 0, "people": 100}]
    village = places(rows)
    cells = [
        (1000, 1000, 120.0, 0),
        (4000, 1000, 80.0, 1),
        (14_000, 1000, 80.0, 2),
        (17_000, 0, 120.0, 3),
    ]
    sites = [{"x": 1000, "y": 1000}, {"x": 14_000, "y": 1000}]
    result = compared(village, population(village, cells), sites)
    assert one(result.comparison, "city", "city")["difference_points"] == pytest.approx(0)
    assert one(result.comparison, "district", "d1")["points_weight"] == pytest.approx(10)
    assert [said.code for said in result.findings] == ["gridded-groups-differ"]


def test_groups_on_one_side_only() -> None:
    village = places([TOWN[0], {"x": 12_000, "y": 0, "people": 70.0}])
    people = population(village, [(1000, 1000, 50.0, 0), (1100, 1000, 5.0, -1)])
    result = compared(village, people, [{"x": 1000, "y": 1000}])
    d2 = one(result.comparison, "district", "d2")
    assert d2["people_grid"] == 0
    assert np.isnan(d2["share_grid"])
    assert np.isnan(d2["difference_points"])
    assert "No cell" in d2["note"]
    nowhere = one(result.comparison, "town", "")
    assert np.isnan(nowhere["people"])
    assert nowhere["people_grid"] == 5
    assert "No place" in nowhere["note"]
    assert "没有村居" in nowhere["note_zh"]


def test_people_off_the_raster_widen_the_bounds() -> None:
    # p2 stands where the raster has nothing: its 300 people may be covered or not.
    village = places([*TOWN, {"x": 9000, "y": 1000, "people": 300.0}])
    people = population(village, CELLS, share_missing=(0, 0, 1))
    result = compared(village, people, [{"x": 1000, "y": 1000}])
    city = one(result.comparison, "city", "city")
    assert city["share_grid"] == pytest.approx(80 / 200)
    assert city["people_missing"] == 300
    assert city["share_grid_low"] == pytest.approx(80 / 500)
    assert city["share_grid_high"] == pytest.approx(380 / 500)
    assert "300 people are missing from the grid" in city["note"]
    widened = one(result.coverage, "city", "city")
    assert widened["share_people_low"] == city["share_grid_low"]
    assert widened["share_people_high"] == city["share_grid_high"]
    codes = [said.code for said in result.findings]
    assert codes == ["gridded-differs", "gridded-people-missing"]
    assert "does not have: places 1, people 300 (" in result.findings[1].message("en")


def test_a_place_whose_people_are_on_the_grid_misses_none() -> None:
    # A point may stand on a cell without a value though its people are in the cells around.
    village = places(TOWN)
    people = population(village, CELLS, share_missing=(1, 1))
    result = compared(village, people, [{"x": 1000, "y": 1000}])
    assert one(result.comparison, "city", "city")["people_missing"] == 20  # 100 less 80 on the grid


def test_all_tables_of_a_reconciled_grid_have_the_same_people_and_bounds() -> None:
    # The cells were scaled to the 200 people of d1 that the raster can have; 300 live off it.
    village = places([*TOWN, {"x": 9000, "y": 1000, "people": 300.0}])
    people = population(village, CELLS, share_missing=(0, 0, 1), basis="reconciled")
    result = compared(village, people, [{"x": 1000, "y": 1000}])
    city = one(result.comparison, "city", "city")
    assert (city["people_grid"], city["people_missing"]) == (200, 300)
    assert city["share_grid_low"] == pytest.approx(80 / 500)
    assert city["share_grid_high"] == pytest.approx(380 / 500)
    zones = zonal_statistics(result.access)
    zones = zones[(zones["zone_kind"] == "city")]
    assert zones["people"].sum() == 500
    assert zones["people"].iloc[-1] == 300
    limit = zones[zones["up_to"] == result.access.services[0].limit].iloc[0]
    assert limit["share_within_low"] == pytest.approx(80 / 500)
    assert limit["share_within_high"] == pytest.approx(380 / 500)
    rule = CapacityRule(service=result.access.services[0].id)
    access = measure_access(village, facilities([]), None, result.access.services)
    filled = measure_capacity(access, [rule], cells=result.access)
    left = filled.unserved[filled.unserved["area_kind"] == "city"].iloc[0]
    parts = left[["people_served", "people_residual", "people_unknown"]]
    assert (left["people"], parts.sum()) == (500, 500)
    assert left["people_unknown"] >= 300


def test_without_people_in_the_table_the_area_tells() -> None:
    village = replace(places([{**row, "people": 1.0} for row in TOWN]), weight="places")
    people = population(village, CELLS, district_missing=(0.2, 0))
    result = compared(village, people, [{"x": 1000, "y": 1000}])
    city = one(result.comparison, "city", "city")
    assert city["people_missing"] == pytest.approx(50)  # 200 people on 0.8 of the area
    assert city["share_grid_low"] == pytest.approx(80 / 250)
    assert one(result.comparison, "district", "d1")["people_missing"] == pytest.approx(50)
    assert one(result.comparison, "group", "west")["people_missing"] == pytest.approx(50)
    assert one(result.comparison, "town", "t1")["people_missing"] == pytest.approx(50)
    assert "gridded-area-missing" in [said.code for said in result.findings]
    assert "Places were counted" in city["note"]


def test_a_district_off_the_raster_of_which_nobody_knows_anything_is_told() -> None:
    rows = [*TOWN, {"x": 12_000, "y": 0}]
    village = replace(places([{**row, "people": 1.0} for row in rows]), weight="places")
    people = population(village, CELLS, district_missing=(0, 1))
    result = compared(village, people, [{"x": 1000, "y": 1000}])
    said = {one.code: one for one in result.findings}["gridded-district-off"]
    assert "乙区" in said.message("en")
    assert one(result.comparison, "district", "d2")["people_missing"] == 0


def test_missing_people_of_unknown_number_are_told() -> None:
    village = places([*TOWN, {"x": 9000, "y": 1000, "people": np.nan}])
    people = population(village, CELLS, share_missing=(0, 0, 1))
    codes = [said.code for said in compared(village, people, [{"x": 1000, "y": 1000}]).findings]
    assert "gridded-missing-unknown" in codes


def test_what_was_not_measured_alike_is_refused() -> None:
    village = places(TOWN)
    people = population(village, CELLS)
    access = measure_access(village, facilities([]), None, [clinic()])
    other = measure_access(as_places(people, village), facilities([]), None, [clinic(600)])
    with pytest.raises(MethodError):
        compare_grid(access, other, people)
    fewer = measure_access(village, facilities([]), None, [clinic()])
    with pytest.raises(MethodError):
        compare_grid(access, fewer, people)


def test_the_tables_that_were_given_stay_as_they_are() -> None:
    village = places(TOWN)
    people = population(village, CELLS)
    before = people.cells.copy(), people.areas.copy(), village.table.copy()
    compared(village, people, [{"x": 1000, "y": 1000}])
    for was, now in zip(before, (people.cells, people.areas, village.table), strict=True):
        pd.testing.assert_frame_equal(was, now)


HEADS = st.sampled_from([0.0, 0.5, 7.0, 31.25, 100.0])
STATES = st.sampled_from(["covered", "uncovered", "unknown"])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), HEADS, STATES), min_size=1, max_size=6),
    st.lists(st.tuples(st.booleans(), HEADS, STATES, st.integers(-1, 5)), min_size=1, max_size=9),
)
def test_the_parts_add_up_and_mean_what_they_say(rows, grid) -> None:
    village = places([{"x": 12e3 if east else 2e3, "y": 0, "people": n} for east, n, _ in rows])
    owner = [place if place < len(rows) else -1 for *_, place in grid]
    cells = [
        (12e3 if east else 2e3, 0, n, mine) for (east, n, *_), mine in zip(grid, owner, strict=True)
    ]
    people = population(village, cells)
    access = measure_access(village, facilities([]), None, [clinic()])
    access = replace(access, table=access.table.assign(status=[state for *_, state in rows]))
    measured = measure_access(as_places(people, village), facilities([]), None, [clinic()])
    states = [state for _, _, state, _ in grid]
    measured = replace(measured, table=measured.table.assign(status=states))
    table = compare_grid(access, measured, people).comparison
    for zone in zones_of(measured.places):
        if not zone.member.any():
            continue
        row = one(table, zone.kind, zone.id)
        inside = [
            (n, state, rows[mine][2] if mine >= 0 else "")
            for (_, n, state, _), mine, member in zip(grid, owner, zone.member, strict=True)
            if member
        ]
        known = sum(n for n, state, _ in inside if state != "unknown")
        beyond = sum(n for n, *pair in inside if pair == ["uncovered", "covered"])
        within = sum(n for n, *pair in inside if pair == ["covered", "uncovered"])
        assert row["people_beyond"] == pytest.approx(beyond)
        assert row["people_within"] == pytest.approx(within)
        assert row["share_grid_low"] <= row["share_grid_high"] or np.isnan(row["share_grid_low"])
        if np.isnan(row["difference_points"]):
            continue
        assert row["points_beyond"] == pytest.approx(-100 * beyond / known)
        assert row["points_within"] == pytest.approx(100 * within / known)
        parts = row["points_beyond"] + row["points_within"] + row["points_weight"]
        assert parts == pytest.approx(row["difference_points"], abs=1e-9)
        as_places_are = known and sum(
            n
            for n, state, theirs in inside
            if state != "unknown"
            and (theirs == "covered" or (theirs in ("", "unknown") and state == "covered"))
        )
        weight = 100 * (as_places_are / known - row["share_people"])
        assert row["points_weight"] == pytest.approx(weight, abs=1e-9)


def test_a_county_read_from_its_files_adds_up() -> None:
    file = read_study_file(Path(__file__).parent.parent / "data" / "hills" / "study.toml")
    assert file.population is not None
    county = read_region(file.districts, crs="EPSG:4547")
    village = read_places(file.places, county)
    sites = read_facilities(file.facilities, village, date=file.date)
    people = read_population(file.population, county, village)
    services = [replace(clinic(5000), id="health_post"), replace(clinic(9000), id="hospital")]
    access = measure_access(village, sites, None, services)
    cells = measure_access(as_places(people, village), sites, None, services)
    table = compare_grid(access, cells, people).comparison
    areas = people.areas.set_index(["area_kind", "area_id"])
    for service in ("health_post", "hospital"):
        rows = table[table["service"] == service]
        city = one(rows, "city", "city")
        assert city["people_grid"] == pytest.approx(areas.loc[("city", "city"), "people"])
        assert 0 < city["share_grid"] < 1
        districts = rows[rows["group_kind"] == "district"]
        for district in districts.itertuples():
            told = areas.loc[("district", district.group_id), "people"]
            assert district.people_grid == pytest.approx(told)
        for name in ("people", "people_grid", "people_beyond", "people_within"):
            assert districts[name].sum() == pytest.approx(city[name])
    parts = table[["points_beyond", "points_within", "points_weight"]].sum(axis=1)
    assert parts.to_numpy() == pytest.approx(table["difference_points"].to_numpy(), abs=1e-9)
