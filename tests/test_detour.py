"""Straight line against road, by hand on a plane of metres."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from builders import CRS, X0, Y0, clinic, facilities, places
from hypothesis import given, settings
from hypothesis import strategies as st

import gapmap as gm
from gapmap.access import measure_access
from gapmap.access.detour import DETOUR_COLUMNS as OF_ACCESS
from gapmap.detour import DETOUR_COLUMNS, class_of, measure_detours, radius_of
from gapmap.network import network_from_lines
from gapmap.report.detours import detour_content


def roads(*lines: list[tuple[float, float]]):
    made = [shapely.LineString([(X0 + x, Y0 + y) for x, y in line]) for line in lines]
    return network_from_lines(gpd.GeoDataFrame(geometry=made, crs=CRS))


HOOK = [(0, 0), (400, 0), (400, 300)]
"""Round the corner: 700 m by road, 500 m straight."""


def test_the_straight_line_of_a_detour_ends_at_the_facility_that_is_reached() -> None:
    # f0 is 150 m away straight and 1,050 m round; f1 is 400 m along the road
    street = roads([(0, 0), (400, 0)], [(0, 0), (-450, 0), (-450, 150), (0, 150)])
    clinics = facilities([{"x": 0, "y": 150}, {"x": 400, "y": 0}])
    row = measure_access(
        places([{"x": 0, "y": 0}]), clinics, street, [clinic(500, mode="walk")]
    ).table.iloc[0]
    assert row["straight_m"] == pytest.approx(150)
    assert row["facility_id"] == "f1"
    assert row["straight_to_facility_m"] == pytest.approx(400)
    assert row["detour_factor"] == pytest.approx(1.0)


def test_the_page_shows_the_straight_line_to_the_facility_of_the_factor() -> None:
    # as above, but the road to f1 is 600 m: near on the map is f0, and the factor is f1's
    street = roads([(0, 0), (600, 0)], [(0, 0), (-450, 0), (-450, 150), (0, 150)])
    clinics = facilities([{"x": 0, "y": 150}, {"x": 600, "y": 0}])
    made = measure_access(
        places([{"x": 0, "y": 0}, {"x": 600, "y": 0}]), clinics, street, [clinic(500, mode="walk")]
    )
    detours = measure_detours(made)
    assert detours.only_straight(made.services[0]).tolist() == [True, False]
    told = detour_content(detours)["only_straight"]
    assert told == {"clinic": {"places": [0], "straight_to_facility_m": [600.0]}}


def test_the_detour_by_hand_and_who_is_near_only_on_the_map() -> None:
    village = places(
        [
            {"x": 0, "y": 0, "people": 100.0},  # 700 m round the corner, 500 m straight
            {"x": 400, "y": 0, "people": 50.0},  # 300 m
            {"x": 400, "y": 300, "people": 30.0},  # at the clinic's door
            {"x": None, "people": 20.0},
        ]
    )
    access = measure_access(
        village, facilities([{"x": 400, "y": 300}]), roads(HOOK), [clinic(500, mode="walk")]
    )
    table = access.table
    assert table["detour_factor"].tolist()[:2] == pytest.approx([1.4, 1.0])
    assert table["detour_reason"].tolist() == ["", "", "same_position", "not_reached"]
    assert table["detour_factor"].isna().tolist() == [False, False, True, True]
    assert table["straight_to_facility_m"].tolist()[:3] == pytest.approx([500, 300, 0])
    city = measure_detours(access).table.set_index("group_kind").loc["city"]
    assert city[["places_straight", "people_straight"]].tolist() == [3, 180]
    assert city[["places_only_straight", "people_only_straight"]].tolist() == [1, 100]
    assert city["share_only_straight"] == pytest.approx(100 / 180)
    assert city[["places_straight_unknown", "people_straight_unknown"]].tolist() == [0, 0]
    assert city[["places_measured", "people_measured"]].tolist() == [2, 150]
    assert city["detour_median"] == pytest.approx(1.4)
    assert city["reason"] == ""


def test_without_a_road_nothing_is_said_of_detours() -> None:
    access = measure_access(
        places([{"x": 0, "y": 0}]), facilities([{"x": 300, "y": 400}]), None, [clinic(600)]
    )
    assert access.table["straight_to_facility_m"].tolist() == pytest.approx([500])
    assert access.table["detour_factor"].isna().all()
    assert access.table["detour_reason"].tolist() == ["no_road"]
    row = gm.measure_detours(access).table.iloc[0]
    assert (row["reason"], row["people_straight"]) == ("no_road", 100)
    assert np.isnan(row["people_only_straight"])
    assert np.isnan(row["detour_median"])


def test_a_limit_in_minutes_reaches_as_far_as_its_speed_goes_straight() -> None:
    street = roads(HOOK)
    access = measure_access(
        places([{"x": 0, "y": 0}]),
        facilities([{"x": 400, "y": 300}]),
        street,
        [
            clinic(5, mode="walk", unit="minutes"),  # 6 km/h: 500 m
            replace(clinic(5, mode="walk", unit="minutes"), speed_kmh=None),
            replace(clinic(30, mode="drive", unit="minutes"), speed_kmh=None),
        ],
    )
    radii = [radius_of(service, access) for service in access.services]
    assert radii[:2] == pytest.approx([500, 5 * street.speeds["walk"] * 1000 / 60])
    assert np.isnan(radii[2])
    city = measure_detours(access).table.groupby("group_kind").get_group("city")
    assert city["people_only_straight"].tolist()[0] == 100
    assert np.isnan(city["people_only_straight"].tolist()[2])
    assert city["reason"].tolist() == ["", "", "no_one_speed"]
    assert city["detour_median"].tolist() == pytest.approx([1.4] * 3)


def test_whoever_is_near_on_the_map_but_unknown_by_road_is_not_called_uncovered() -> None:
    access = measure_access(
        places([{"x": 0, "y": 4000}, {"x": 0, "y": 100}]),
        facilities([{"x": 300, "y": 4000}, {"x": 0, "y": 0}]),
        roads([(-500, 0), (500, 0)]),
        [clinic(500, mode="walk")],
    )
    assert access.table["status"].tolist() == ["unknown", "covered"]
    city = measure_detours(access).table.iloc[0]
    assert city["people_straight"] == 200
    assert (city["people_only_straight"], city["people_straight_unknown"]) == (0, 100)


def test_nobody_lives_there_and_no_place_is_there() -> None:
    empty = measure_access(
        places([{"x": 0, "y": 0, "people": np.nan}]),
        facilities([], services=()),
        roads(HOOK),
        [clinic(500, mode="walk")],
    )
    row = measure_detours(empty).table.iloc[0]
    assert (row["people_straight"], row["reason"]) == (0, "none_measured")
    assert np.isnan(row["share_only_straight"])
    assert list(measure_detours(replace(empty, services=())).table.columns) == DETOUR_COLUMNS


def test_a_factor_at_a_class_s_end_belongs_to_the_class() -> None:
    assert class_of(np.array([1.0, 1.2, 1.2 + 1e-12, 1.21, 3.0, 3.1])).tolist() == [
        0,
        0,
        0,
        1,
        3,
        4,
    ]


spot = st.tuples(st.integers(0, 900), st.integers(0, 900))


@settings(max_examples=15)
@given(st.lists(spot, min_size=1, max_size=6), st.lists(spot, min_size=1, max_size=4))
def test_no_way_is_shorter_than_the_straight_line_and_the_parts_add_up(homes, clinics) -> None:
    street = roads([(0, 0), (900, 0), (900, 900), (0, 900)])
    access = measure_access(
        places([{"x": x, "y": y} for x, y in homes]),
        facilities([{"x": x, "y": y} for x, y in clinics]),
        street,
        [clinic(500, mode="walk")],
    )
    table = access.table
    assert (table["detour_factor"].dropna() >= 1).all()
    assert (table["detour_factor"].isna() == (table["detour_reason"] != "")).all()
    assert (table["straight_to_facility_m"] >= table["straight_m"] - 1e-6).all()
    told = measure_detours(access).table
    by_district = told[told["group_kind"] == "district"]
    for name in ("people_straight", "people_only_straight", "places_measured"):
        assert by_district[name].sum() == told[name].iloc[0]
    covered = 100 * int((table["status"] == "covered").sum())
    city = told.iloc[0]
    parts = covered + city["people_only_straight"] + city["people_straight_unknown"]
    assert city["people_straight"] == parts


def test_every_column_has_titles_and_a_line_in_the_documentation() -> None:
    top = Path(__file__).parents[1]
    words = tomllib.loads((top / "gapmap" / "words.toml").read_text("utf8"))
    page = (top / "docs" / "outputs.md").read_text("utf8")
    for name, columns in (("access", OF_ACCESS), ("detours", DETOUR_COLUMNS)):
        part = page.split(f"## {name}.csv")[1].split("\n## ")[0]
        for column in columns:
            assert set(words["columns"][column]) == {"zh", "en"}, column
            assert f"`{column}`" in part, f"{name}: {column}"
    for reason in ("no_road", "not_reached", "same_position", "no_one_speed"):
        assert set(words["values"][reason]) == {"zh", "en"}


def test_the_page_shows_no_factor_below_the_end_of_its_class() -> None:
    access = measure_access(
        places([{"x": 0, "y": 0}, {"x": 400, "y": 300}]),
        facilities([{"x": 400, "y": 300}]),
        roads(HOOK),
        [clinic(500, mode="walk")],
    )
    access.table["detour_factor"] = [1.2000001, np.nan]
    told = detour_content(measure_detours(access))
    assert told["factors"] == {"clinic": [1.201, None]}
    assert set(told["table"]) == set(DETOUR_COLUMNS)
    assert measure_detours(access).worst == "clinic"
    assert told["only_straight"] == {"clinic": {"places": [0], "straight_to_facility_m": [500.0]}}
    none = replace(access, table=access.table.iloc[:0], services=())
    assert measure_detours(none).worst is None
