"""Capacity over places and cells: who finds room, who does not, and of whom nobody knows."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from builders import CRS, X0, Y0, clinic, facilities, places
from hypothesis import given, settings
from hypothesis import strategies as st
from test_catchment_referral import surface
from test_gridded import population

from gapmap.access import measure_access
from gapmap.catchment import (
    CAPACITY_COLUMNS,
    UNSERVED_COLUMNS,
    CapacityRule,
    measure_capacity,
    zonal_statistics,
)
from gapmap.errors import MethodError
from gapmap.gridded import compare_grid
from gapmap.network import network_from_lines
from gapmap.population import as_places
from gapmap.surface import SurfaceSource

RULE = CapacityRule(service="clinic")


def area(table: pd.DataFrame, kind: str, code: str) -> pd.Series:
    found = table[(table["area_kind"] == kind) & (table["area_id"] == code)]
    assert len(found) == 1
    return found.iloc[0]


VILLAGES = [
    {"x": 0, "y": 0, "people": 60.0},
    {"x": 400, "y": 0, "people": 50.0},
    {"x": 0, "y": 400, "people": 30.0},
    {"x": 9000, "y": 0, "people": 20.0},
]


def test_two_clinics_by_hand() -> None:
    # f1 is the larger: 60 at its door, then 40 of the 80 at 400 m, half of each village there.
    # f0 takes the 25 that are left of p1, 500 m away; p2 is 800 m from it, p3 has nobody.
    sites = facilities(
        [{"x": 800, "y": 300, "capacity": 50.0}, {"x": 0, "y": 0, "capacity": 100.0}]
    )
    access = measure_access(places(VILLAGES), sites, None, [clinic(500)])
    made = measure_capacity(access, [RULE])
    table = made.table
    assert list(table.columns) == CAPACITY_COLUMNS
    assert table["facility_id"].tolist() == ["f1", "f0"]
    assert table["order"].tolist() == [1, 2]
    assert table["people_within_limit"].tolist() == [140, 50]
    assert table["people_served"].tolist() == [100, 25]
    assert table["capacity_left"].tolist() == [0, 25]
    assert table["catchment_m"].tolist() == [400, 500]
    assert table["catchment_minutes"].isna().all()
    assert table["full"].tolist() == [True, False]
    assert table["basis"].tolist() == ["places", "places"]
    unserved = made.unserved
    assert list(unserved.columns) == UNSERVED_COLUMNS
    city = area(unserved, "city", "city")
    figures = ["people", "people_served", "people_residual", "people_spent", "people_unknown"]
    assert city[figures].tolist() == [160, 125, 35, 15, 0]
    assert area(unserved, "place", "p2")[figures].tolist() == [30, 15, 15, 15, 0]
    assert area(unserved, "place", "p3")[figures].tolist() == [20, 0, 20, 0, 0]
    assert made.findings == ()


def test_capacity_in_beds_is_people_times_what_a_bed_is_for() -> None:
    sites = facilities([{"x": 0, "y": 0, "capacity": 2.0}])
    access = measure_access(places(VILLAGES), sites, None, [clinic(400)])
    rule = CapacityRule(service="clinic", people_per_capacity=40)
    row = measure_capacity(access, [rule]).table.iloc[0]
    assert (row["capacity"], row["capacity_people"], row["people_served"]) == (2, 80, 80)


def test_unknown_capacity_makes_unknown_people() -> None:
    sites = facilities([{"x": 0, "y": 400}, {"x": 400, "y": 0, "capacity": 45.0}])
    access = measure_access(places(VILLAGES), sites, None, [clinic(400)])
    made = measure_capacity(access, [RULE])
    lost = made.table.iloc[1]
    assert lost["facility_id"] == "f0"
    assert lost["reason"] == "capacity_unknown"
    assert pd.isna(lost["order"])
    assert pd.isna(lost["full"])
    assert np.isnan(lost["people_served"])
    assert lost["people_within_limit"] == 90
    # f1 takes 45 of p1; the 60 of p0 and 30 of p2 are within f0's limit, whose room nobody knows.
    columns = ["people_served", "people_residual", "people_spent", "people_unknown"]
    assert area(made.unserved, "city", "city")[columns].tolist() == [45, 25, 5, 90]
    (said,) = made.findings
    assert said.code == "catchment-capacity-unknown"
    assert (said.file, said.row) == ("f.csv", 2)
    assert "1 of 2 that serve: 站0" in said.message("en")


def test_negative_capacity_is_unknown() -> None:
    sites = facilities([{"x": 0, "y": 0, "capacity": -5.0}])
    access = measure_access(places(VILLAGES), sites, None, [clinic(400)])
    assert measure_capacity(access, [RULE]).table["reason"].tolist() == ["capacity_unknown"]


def test_what_may_serve_leaves_people_unknown() -> None:
    rows = [
        {"x": 0, "y": 0, "capacity": 10.0},
        {"x": 400, "y": 0, "capacity": 99.0, "qualifies": "unknown"},
        {"x": None, "capacity": 99.0, "place_id": "p2"},
        {"x": 9000, "y": 0, "capacity": 99.0, "qualifies": "no"},
    ]
    access = measure_access(places(VILLAGES), facilities(rows), None, [clinic(400)])
    made = measure_capacity(access, [RULE])
    assert made.table["facility_id"].tolist() == ["f0", "f2"]
    assert made.table["reason"].tolist() == ["", "no_position"]
    assert np.isnan(made.table["people_within_limit"].iloc[1])
    columns = ["people_served", "people_residual", "people_unknown"]
    assert area(made.unserved, "place", "p0")[columns].tolist() == [10, 0, 50]  # f1 at 400 m
    assert area(made.unserved, "place", "p1")[columns].tolist() == [0, 0, 50]
    assert area(made.unserved, "place", "p2")[columns].tolist() == [0, 0, 30]  # its own f2
    assert area(made.unserved, "place", "p3")[columns].tolist() == [0, 20, 0]


def test_a_place_without_a_position_or_a_number_of_people() -> None:
    rows = [{"x": None, "people": 40.0}, {"x": 0, "y": 0, "people": np.nan}]
    sites = facilities([{"x": 0, "y": 0, "capacity": 99.0}])
    access = measure_access(places(rows), sites, None, [clinic(400)])
    city = area(measure_capacity(access, [RULE]).unserved, "city", "city")
    assert city["people_unknown"] == 40
    assert city["people"] == 40
    assert city["places_without_people"] == 1


def road(*points: tuple[float, float]) -> object:
    line = shapely.LineString([(X0 + x, Y0 + y) for x, y in points])
    return network_from_lines(gpd.GeoDataFrame(geometry=[line], crs=CRS))


def test_over_the_network_by_minutes() -> None:
    ways = road((0, 0), (1000, 0), (1000, 1000))
    sites = facilities(
        [{"x": 0, "y": 0, "capacity": 55.0}, {"x": 500, "y": 9000, "capacity": 99.0}]
    )
    rows = [
        {"x": 1000, "y": 0, "people": 50.0},
        {"x": 1000, "y": 500, "people": 30.0},
        {"x": 1000, "y": 1000, "people": 30.0},
    ]
    service = clinic(15, mode="walk", unit="minutes")
    access = measure_access(places(rows), sites, ways, [service])
    made = measure_capacity(access, [RULE])
    first = made.table.iloc[0]
    assert first["people_within_limit"] == 80  # 1,500 m are 15 minutes at 6 km/h
    assert first["people_served"] == 55
    assert first["catchment_minutes"] == pytest.approx(15)
    assert made.table["reason"].tolist() == ["", "not_connected"]


@pytest.mark.parametrize("unit", ["minutes", "m"])
@pytest.mark.parametrize("seed", range(4))
def test_over_a_surface_all_who_are_covered_are_served_while_there_is_room(seed, unit) -> None:
    # Cells of 1 to 3 minutes, every sixth impassable; who stands there is moved 150 m at most.
    random = np.random.default_rng(seed)
    land = surface(
        minutes=random.choice([1.0, 2.0, 3.0, np.inf], (20, 20), p=[0.3, 0.3, 0.23, 0.17])
    )
    land = replace(land, source=SurfaceSource(snap_m=150.0))
    rows = [
        {"x": x, "y": y, "people": people}
        for x, y, people in random.integers([0, 0, 1], [2000, 2000, 50], (30, 3)).tolist()
    ]
    sites = facilities(
        [{"x": x, "y": y, "capacity": 1e6} for x, y in random.integers(0, 2000, (3, 2)).tolist()]
    )
    service = clinic(9 if unit == "minutes" else 700, mode="surface", unit=unit)
    access = measure_access(places(rows), sites, None, [service], surface=land)
    covered = (access.table["status"] == "covered").to_numpy()
    assert 0 < covered.sum() < len(rows)
    made = measure_capacity(access, [RULE])
    served = made.unserved[made.unserved["area_kind"] == "place"]["people_served"].to_numpy()
    assert served == pytest.approx(np.where(covered, access.table["people"], 0))
    farthest = access.table.loc[covered, "minutes" if unit == "minutes" else "distance_m"].max()
    assert farthest - 1e-6 <= made.table[f"catchment_{unit}"].max() <= service.limit + 1e-6


def test_by_road_and_over_land_all_who_are_covered_are_served_while_there_is_room() -> None:
    land, ways = surface(wall=9), road((0, 550), (2000, 550))
    sites = facilities([{"x": 1850, "y": 1250, "capacity": 1e6}, {"x": 150, "y": 50}])
    sites = replace(sites, table=sites.table.assign(capacity=1e6))
    rows = [{"x": x, "y": y} for x in (50, 450, 1050, 1950) for y in (50, 550, 1250, 1950)]
    service = replace(clinic(15, mode="drive", unit="minutes"), off_road="surface", speed_kmh=None)
    land = replace(land, source=SurfaceSource(roads="none"))
    access = measure_access(places(rows), sites, ways, [service], surface=land)
    covered = (access.table["status"] == "covered").to_numpy()
    assert set(access.table["facility_id"][covered]) == {"f0", "f1"}
    assert not covered.all()
    made = measure_capacity(access, [RULE])
    served = made.unserved[made.unserved["area_kind"] == "place"]["people_served"].to_numpy()
    assert served == pytest.approx(np.where(covered, 100, 0))


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=8),
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=3),
    st.sampled_from([("m", 800), ("m", 2000), ("minutes", 12), ("minutes", 25)]),
    st.sampled_from(["walk", "drive"]),
)
def test_over_the_network_all_who_are_covered_are_served_while_there_is_room(
    homes, clinics, within, mode
) -> None:
    # Streets every 500 m with gaps; homes up to 250 m off them, some farther than snap_m.
    ways = network_from_lines(
        gpd.GeoDataFrame(
            {"highway": ["service"] * 6},
            geometry=[
                shapely.LineString([(X0 + x1, Y0 + y1), (X0 + x2, Y0 + y2)])
                for x1, y1, x2, y2 in (
                    *((0, 0, 2000, 0), (0, 0, 0, 2000), (1000, 0, 1000, 1500)),
                    *((0, 1500, 1000, 1500), (500, 1000, 2000, 1000), (1500, 1500, 2000, 1500)),
                )
            ],
            crs=CRS,
        ),
        snap_m=300,
    )
    unit, limit = within
    service = replace(clinic(limit, mode=mode, unit=unit), speed_kmh=None)
    sites = facilities([{"x": x * 100, "y": y * 100, "capacity": 1e6} for x, y in clinics])
    rows = [{"x": x * 100, "y": y * 100} for x, y in homes]
    access = measure_access(places(rows), sites, ways, [service])
    made = measure_capacity(access, [RULE])
    by_place = made.unserved[made.unserved["area_kind"] == "place"]
    covered = (access.table["status"] == "covered").to_numpy()
    assert by_place["people_served"].to_numpy() == pytest.approx(np.where(covered, 100, 0))
    unknown = (access.table["status"] == "unknown").to_numpy()
    assert by_place["people_unknown"].to_numpy() == pytest.approx(np.where(unknown, 100, 0))


def test_people_where_the_cells_are() -> None:
    village = places([{"x": 0, "y": 0, "people": 100.0}, {"x": 9000, "y": 0, "people": 10.0}])
    grid = population(village, [(0, 50, 30.0, 0), (350, 50, 60.0, 0), (900, 50, 5.0, -1)])
    sites = facilities([{"x": 0, "y": 50, "capacity": 70.0}])
    access = measure_access(village, sites, None, [clinic(400)])
    cells = measure_access(as_places(grid, village), sites, None, [clinic(400)])
    made = measure_capacity(access, [RULE], cells=cells)
    assert made.table["basis"].tolist() == ["grid"]
    assert made.table["people_within_limit"].tolist() == [90]
    columns = ["people", "people_served", "people_residual", "people_spent"]
    assert area(made.unserved, "place", "p0")[columns].tolist() == [90, 70, 20, 20]
    assert area(made.unserved, "place", "p1")[columns].tolist() == [0, 0, 0, 0]
    assert area(made.unserved, "place", "")[columns].tolist() == [5, 0, 5, 0]
    assert area(made.unserved, "city", "city")[columns].tolist() == [95, 70, 25, 20]


def test_cells_of_a_village_whose_clinic_has_no_position_are_as_unknown_as_it_is() -> None:
    # p1 has a clinic that nobody knows the place of; of its cells one is within 400 m of p0's, but
    # the 70 who fit in there are taken at its door. Nobody's cell, 3 km away, is beyond the limit.
    village = places([{"x": 0, "y": 50, "people": 80.0}, {"x": 3000, "y": 50, "people": 95.0}])
    parts = [
        (0, 50, 80.0, 0),
        (350, 50, 25.0, 1),
        (3000, 50, 40.0, 1),
        (3500, 50, 30.0, 1),
        (3000, 950, 5.0, -1),
    ]
    grid = population(village, parts)
    sites = facilities(
        [{"x": 0, "y": 50, "capacity": 70.0}, {"x": None, "capacity": 99.0, "place_id": "p1"}]
    )
    services = [clinic(400)]
    access = measure_access(village, sites, None, services)
    assert access.table["reason"].tolist() == ["within_limit", "no_position"]
    cells = measure_access(as_places(grid, village), sites, None, services)
    covered, unknown, beyond = "covered", "unknown", "uncovered"
    assert cells.table["status"].tolist() == [covered, covered, unknown, unknown, beyond]
    assert cells.table["reason"].tolist()[2:] == ["no_position", "no_position", "beyond_limit"]
    city = compare_grid(access, cells, grid).comparison.iloc[0]
    figures = [city[f"people_grid_{status}"] for status in (covered, beyond, unknown)]
    assert figures == [105, 5, 70]
    zones = zonal_statistics(cells, kinds=("city",)).set_index("step")
    assert zones.loc["unknown", "people"] == 70
    assert zones.loc["up_to", "people_within"].iloc[3] == 105
    columns = ["people_served", "people_residual", "people_spent", "people_unknown"]
    made = measure_capacity(access, [RULE], cells=cells).unserved
    assert area(made, "place", "p0")[columns].tolist() == [70, 10, 10, 0]
    assert area(made, "place", "p1")[columns].tolist() == [0, 0, 0, 95]
    assert area(made, "place", "")[columns].tolist() == [0, 5, 0, 0]
    by_places = measure_capacity(access, [RULE]).unserved
    assert area(by_places, "place", "p1")[columns].tolist() == [0, 0, 0, 95]


def test_a_cell_is_no_place_though_it_is_called_like_one() -> None:
    village = places([{"x": 0, "y": 50, "place_id": "r99c0"}, {"x": 3000, "y": 50}])
    grid = population(village, [(0, 50, 9.0, 1), (3000, 50, 8.0, 0)])
    table = as_places(grid, village).table
    assert table["place_id"].tolist() == ["r99c0", "r99c30"]
    assert table["of_place"].tolist() == ["p1", "r99c0"]
    sites = facilities([{"x": 9000, "y": 50}, {"x": None, "place_id": "r99c0"}])
    cells = measure_access(as_places(grid, village), sites, None, [clinic(400)])
    assert cells.table["status"].tolist() == ["uncovered", "unknown"]


def test_what_makes_no_sense_is_refused() -> None:
    access = measure_access(places(VILLAGES), facilities([]), None, [clinic()])
    for rule in (
        CapacityRule(service="school"),
        CapacityRule(service="clinic", order="name"),
        CapacityRule(service="clinic", people_per_capacity=0),
        CapacityRule(service="clinic", people_per_capacity=np.nan),
    ):
        with pytest.raises(MethodError):
            measure_capacity(access, [rule])
    assert list(measure_capacity(access, []).table.columns) == CAPACITY_COLUMNS


def test_a_service_without_facilities_leaves_everybody() -> None:
    access = measure_access(places(VILLAGES), facilities([]), None, [clinic()])
    made = measure_capacity(access, [RULE])
    assert len(made.table) == 0
    assert area(made.unserved, "city", "city")["people_residual"] == 160


SPOT = st.tuples(st.integers(0, 30), st.integers(0, 30))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(SPOT, st.sampled_from([0, 10, 35.5, np.nan])), min_size=1, max_size=8),
    st.lists(
        st.tuples(
            SPOT,
            st.sampled_from([0, 12, 40, 500, np.nan]),
            st.sampled_from(["yes", "yes", "unknown", "no"]),
        ),
        max_size=5,
    ),
    st.sampled_from(["capacity", "people", "id"]),
)
def test_everybody_is_served_left_or_unknown(villages, sites, order) -> None:
    rows = [{"x": x * 50, "y": y * 50, "people": people} for (x, y), people in villages]
    have = [
        {"x": x * 50, "y": y * 50, "capacity": room, "qualifies": gate}
        for (x, y), room, gate in sites
    ]
    access = measure_access(places(rows), facilities(have), None, [clinic(500)])
    made = measure_capacity(access, [CapacityRule(service="clinic", order=order)])
    parts = made.unserved[["people_served", "people_residual", "people_unknown"]]
    people = made.unserved["people"].to_numpy()
    assert parts.sum(axis=1).to_numpy() == pytest.approx(people, abs=1e-9)
    assert (made.unserved["people_spent"] <= made.unserved["people_residual"] + 1e-9).all()
    city = area(made.unserved, "city", "city")
    assert made.table["people_served"].sum() == pytest.approx(city["people_served"], abs=1e-9)
    # Nobody is served who is not covered, and with room enough for all everybody covered is.
    covered = (access.table["status"] == "covered").to_numpy()
    by_place = made.unserved[made.unserved["area_kind"] == "place"]
    assert not by_place["people_served"].to_numpy()[~covered].any()
    roomy = facilities([{**one, "capacity": 1e6} for one in have])
    again = measure_capacity(measure_access(places(rows), roomy, None, [clinic(500)]), [RULE])
    people = np.nan_to_num(access.table["people"].to_numpy())
    served = again.unserved[again.unserved["area_kind"] == "place"]["people_served"]
    assert served.to_numpy() == pytest.approx(np.where(covered, people, 0))


def test_who_finds_no_room_may_find_it_beyond_ground_of_unknown_speed() -> None:
    # 90 people beside s0, which takes 50; s1 lies beyond a strip that nobody knows.
    strip = np.zeros((20, 20), bool)
    strip[:, 10] = True
    sites = facilities(
        [{"x": 850, "y": 950, "capacity": 50.0}, {"x": 1250, "y": 950, "capacity": 99.0}]
    )
    village = places([{"x": 850, "y": 950, "people": 90.0}])
    columns = ["people_served", "people_residual", "people_unknown"]
    for land, told in (
        (surface(wall=10, unknown=strip), [50, 0, 40]),
        (surface(wall=10), [50, 40, 0]),
    ):
        service = clinic(6, mode="surface", unit="minutes")
        access = measure_access(village, sites, None, [service], surface=land)
        assert access.table["status"].tolist() == ["covered"]
        made = measure_capacity(access, [RULE])
        assert area(made.unserved, "city", "city")[columns].tolist() == told


def test_who_finds_no_room_may_find_it_at_a_facility_off_the_ground() -> None:
    # 90 people beside s0, which takes 50; s1 stands in a river 4 cells away.
    sites = facilities(
        [{"x": 650, "y": 950, "capacity": 50.0}, {"x": 1050, "y": 950, "capacity": 99.0}]
    )
    village = places([{"x": 650, "y": 950, "people": 90.0}])
    service = clinic(6, mode="surface", unit="minutes")
    access = measure_access(village, sites, None, [service], surface=surface(wall=10))
    assert access.table["status"].tolist() == ["covered"]
    left = area(measure_capacity(access, [RULE]).unserved, "city", "city")
    assert left[["people_served", "people_residual", "people_unknown"]].tolist() == [50, 0, 40]
