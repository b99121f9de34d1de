"""Status and reason of a place, each by a hand-made case on a plane of metres."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from builders import CRS, X0, Y0, clinic, facilities, places
from hypothesis import given
from hypothesis import strategies as st

from gapmap.access import REASONS, STATUSES, measure_access
from gapmap.access.stops import nearest_straight
from gapmap.errors import MethodError
from gapmap.network import network_from_lines
from gapmap.network.borders import cut_at_borders, cut_at_water


def row(access, number: int = 0) -> pd.Series:
    return access.table.iloc[number]


def test_the_limit_is_inclusive_and_the_shortfall_is_what_is_missing() -> None:
    access = measure_access(
        places([{"x": 0, "y": 0}, {"x": 0, "y": 400}]),
        facilities([{"x": 300, "y": 400}]),
        None,
        [clinic(500)],
    )
    assert list(access.table["status"]) == ["covered", "covered"]
    assert list(access.table["reason"]) == ["within_limit", "within_limit"]
    assert row(access)["distance_m"] == pytest.approx(500)
    assert row(access)["minutes"] == pytest.approx(5)  # 500 m at 6 km/h
    assert np.isnan(row(access)["shortfall"])
    far = measure_access(
        places([{"x": 0, "y": 800}]), facilities([{"x": 0, "y": 0}]), None, [clinic(500)]
    )
    assert row(far)["reason"] == "beyond_limit"
    assert row(far)["shortfall"] == pytest.approx(300)
    assert row(far)["facility_id"] == "f0"
    assert far.routes.geometry.length.iloc[0] == pytest.approx(800)


def test_a_limit_in_minutes() -> None:
    access = measure_access(
        places([{"x": 0, "y": 0}]),
        facilities([{"x": 1000, "y": 0}]),
        None,
        [clinic(9.5, unit="minutes")],
    )
    assert row(access)["minutes"] == pytest.approx(10)
    assert row(access)["shortfall"] == pytest.approx(0.5)


@pytest.mark.parametrize("mode", ["drive", "straight"])
def test_nobody_is_beyond_a_limit_in_minutes_of_which_nobody_knows_the_speed(mode) -> None:
    village, sites = places([{"x": 0, "y": 0}]), facilities([{"x": 0, "y": 10}])
    service = replace(clinic(15, mode=mode, unit="minutes"), speed_kmh=None)
    with pytest.raises(MethodError, match="give speed_kmh, or a network"):
        measure_access(village, sites, None, [service])
    told = measure_access(village, sites, None, [replace(service, speed_kmh=40.0)])
    assert row(told)["status"] == "covered"


def test_without_a_position_or_outside_is_unknown() -> None:
    access = measure_access(
        places([{"x": None}, {"x": 10, "y": 10, "position": "outside", "district_id": ""}]),
        facilities([{"x": 0, "y": 0}]),
        None,
        [clinic()],
    )
    assert list(access.table["status"]) == ["unknown", "unknown"]
    assert list(access.table["reason"]) == ["no_position", "outside_area"]
    assert access.table["distance_m"].isna().all()


def test_a_service_without_any_facility_covers_nobody_and_says_so() -> None:
    access = measure_access(
        places([{"x": 0, "y": 0}]), facilities([], services=()), None, [clinic()]
    )
    assert tuple(row(access)[["status", "reason"]]) == ("uncovered", "no_facility")
    # the place stands at the districts' edge, so one outside may serve it
    assert [one.code for one in access.findings] == ["service-without-facilities", "edge-effect"]
    closed = measure_access(
        places([{"x": 0, "y": 0}]), facilities([{"x": 0, "y": 0, "counts": "no"}]), None, [clinic()]
    )
    assert row(closed)["reason"] == "no_facility"
    assert [one.code for one in closed.findings] == ["service-none-counts", "edge-effect"]


def test_the_quality_gate_has_three_answers() -> None:
    village = places([{"x": 0, "y": 0}])
    good_but_far = {"x": 2000, "y": 0}
    small = {"x": 100, "y": 0, "qualifies": "no"}
    unmeasured = {"x": 200, "y": 0, "qualifies": "unknown"}
    failed = measure_access(village, facilities([good_but_far, small]), None, [clinic()])
    assert tuple(row(failed)[["status", "reason"]]) == ("uncovered", "below_standard")
    assert row(failed)["distance_m"] == pytest.approx(2000)
    doubtful = measure_access(
        village, facilities([good_but_far, small, unmeasured]), None, [clinic()]
    )
    assert tuple(row(doubtful)[["status", "reason"]]) == ("unknown", "below_standard")
    passed = measure_access(
        village, facilities([small, unmeasured, {"x": 400, "y": 0}]), None, [clinic()]
    )
    assert tuple(row(passed)[["status", "reason"]]) == ("covered", "within_limit")


def test_a_facility_of_doubtful_existence_makes_its_neighbours_unknown() -> None:
    access = measure_access(
        places([{"x": 0, "y": 0}]),
        facilities([{"x": 100, "y": 0, "counts": "unknown"}]),
        None,
        [clinic()],
    )
    assert tuple(row(access)[["status", "reason"]]) == ("unknown", "below_standard")


def test_a_villages_own_facility_without_a_position_leaves_it_unknown() -> None:
    access = measure_access(
        places([{"x": 0, "y": 0}, {"x": 5000, "y": 0}]),
        facilities([{"x": 3000, "y": 0}, {"x": None, "place_id": "p0"}]),
        None,
        [clinic()],
    )
    assert list(access.table["status"]) == ["unknown", "uncovered"]
    assert list(access.table["reason"]) == ["no_position", "beyond_limit"]


def test_only_facilities_without_positions_mean_nobody_knows() -> None:
    access = measure_access(places([{"x": 0, "y": 0}]), facilities([{"x": None}]), None, [clinic()])
    assert tuple(row(access)[["status", "reason"]]) == ("unknown", "no_position")


def test_a_facility_outside_the_districts_still_serves() -> None:
    access = measure_access(
        places([{"x": 0, "y": 0}]),
        facilities([{"x": -300, "y": 0, "position": "outside"}]),
        None,
        [clinic()],
    )
    assert row(access)["status"] == "covered"


def test_no_function_writes_into_what_it_was_given() -> None:
    given_places, given_facilities = places([{"x": 0, "y": 0}]), facilities([{"x": 900, "y": 0}])
    before = given_places.table.copy(deep=True), given_facilities.table.copy(deep=True)
    measure_access(given_places, given_facilities, None, [clinic()])
    pd.testing.assert_frame_equal(given_places.table, before[0])
    pd.testing.assert_frame_equal(given_facilities.table, before[1])


spot = st.tuples(st.integers(0, 3000), st.integers(0, 3000))


@given(st.lists(spot, min_size=1, max_size=8), st.lists(spot, min_size=1, max_size=6), spot)
def test_one_more_facility_never_makes_access_worse(homes, clinics, more) -> None:
    village = places([{"x": x, "y": y} for x, y in homes])
    sites = [{"x": x, "y": y} for x, y in clinics]
    fewer = measure_access(village, facilities(sites), None, [clinic()]).table
    extra = facilities([*sites, {"x": more[0], "y": more[1]}])
    richer = measure_access(village, extra, None, [clinic()]).table
    assert (richer["distance_m"] <= fewer["distance_m"] + 1e-9).all()
    assert not ((fewer["status"] == "covered") & (richer["status"] != "covered")).any()
    assert set(richer["status"]) <= set(STATUSES)
    assert set(richer["reason"]) <= set(REASONS)


def along(*lines: list[tuple[float, float]]):
    """Make a network of residential lines, in metres from the corner."""
    made = [shapely.LineString([(X0 + x, Y0 + y) for x, y in line]) for line in lines]
    return network_from_lines(gpd.GeoDataFrame(geometry=made, crs=CRS))


def test_the_other_bank_of_a_river_is_not_next_door() -> None:
    banks = along(
        [(0, 0), (5000, 0)], [(0, 1800), (5000, 1800)], [(5000, 0), (9000, 900), (5000, 1800)]
    )
    village, other_bank = places([{"x": 1000, "y": 800}]), facilities([{"x": 1000, "y": 1000}])
    there = row(measure_access(village, other_bank, banks, [clinic(500, mode="walk")]))
    assert there["straight_m"] == pytest.approx(200)
    assert there["distance_m"] == pytest.approx(800 + 4000 + 2 * 4100 + 4000 + 800)
    assert there["reason"] == "beyond_limit"


def test_a_clinic_in_the_village_is_no_round_trip_to_the_road() -> None:
    road = along([(0, 0), (5000, 0)])
    village, clinic_there = places([{"x": 1000, "y": 800}]), facilities([{"x": 1010, "y": 800}])
    there = row(measure_access(village, clinic_there, road, [clinic(500, mode="walk")]))
    assert there["distance_m"] == pytest.approx(10)


def test_off_the_network_a_place_or_a_near_facility_leaves_it_unknown() -> None:
    road = along([(0, 0), (5000, 0)])
    village = places([{"x": 0, "y": 4000}, {"x": 1000, "y": 900}, {"x": 4000, "y": 0}])
    lost = facilities([{"x": 1000, "y": 1200}, {"x": 4900, "y": 0}])
    access = measure_access(village, lost, road, [clinic(500, mode="walk")])
    assert list(access.table["status"]) == ["unknown", "unknown", "uncovered"]
    assert list(access.table["reason"]) == ["not_connected", "not_connected", "beyond_limit"]
    codes = [one.code for one in access.findings]
    assert codes == ["facility-not-connected", "place-not-connected", "place-far-leg"]
    facility, place = access.findings[:2]
    assert (facility.file, facility.row, facility.value) == ("f.csv", 2, "1200.0")
    assert (place.file, place.row, place.value) == ("p.csv", 2, "4000.0")
    why = "joins no way: nearest way 1,200 m away (limit snap_m 1,000 m)"
    assert why in facility.message("en")
    assert "村0 joins no way (walk): nearest way 4,000 m away" in place.message("en")
    assert "最近的道路在 4,000 米外" in place.message("zh")


def test_a_facility_off_the_network_leaves_drivers_unknown_too() -> None:
    road = along([(0, 0), (5000, 0)])
    driving = replace(clinic(15, mode="drive", unit="minutes"), speed_kmh=None)
    village, lost = places([{"x": 1000, "y": 900}]), facilities([{"x": 1000, "y": 2000}])
    there = row(measure_access(village, lost, road, [driving]))  # 1,100 m, 13.75 minutes on foot
    assert tuple(there[["status", "reason"]]) == ("unknown", "not_connected")
    beyond = measure_access(village, lost, road, [replace(driving, limit=13.7)])
    assert tuple(row(beyond)[["status", "reason"]]) == ("uncovered", "no_route")
    assert "those farther away are judged without it" in beyond.findings[0].done("en")


def test_a_facility_behind_water_or_a_border_says_so() -> None:
    road = along([(0, 0), (5000, 0)])
    river = shapely.box(X0, Y0 + 200, X0 + 5000, Y0 + 300)
    fence = shapely.LineString([(X0, Y0 + 250), (X0 + 5000, Y0 + 250)])
    village, there = places([{"x": 1000, "y": 0}]), facilities([{"x": 1000, "y": 400}])
    for cut in (cut_at_water(road, river, file="r"), cut_at_borders(road, fence, file="r")):
        access = measure_access(village, there, cut, [clinic(500, mode="walk")])
        (said,) = [one for one in access.findings if one.code == "facility-not-connected"]
        assert said.value == "400.0"
        assert "nearest way 400 m away, but a border or water lies between" in said.message("en")
        assert "但被边界或水面隔开" in said.message("zh")


def test_places_off_the_network_are_named_worst_first_each_once() -> None:
    road = along([(0, 0), (5000, 0)])
    spots = [{"x": 100, "y": 2000 + n} for n in range(60)] + [{"x": None}, {"x": 9, "y": 9}]
    walk = clinic(500, mode="walk")
    services = [walk, replace(walk, id="other"), replace(walk, id="driven", mode="drive")]
    access = measure_access(places(spots), facilities([{"x": 0, "y": 0}]), road, services)
    lost = [one for one in access.findings if one.code == "place-not-connected"]
    assert [one.value for one in lost] == [f"{2059 - n}.0" for n in range(50)]
    assert [one.row for one in lost] == list(range(61, 11, -1))
    (rest,) = [one for one in access.findings if one.code == "places-not-connected"]
    assert dict(rest.facts)["count"] == "10"


def test_facilities_far_off_the_road_are_named_worst_first_each_once() -> None:
    road = along([(0, 0), (5000, 0)])
    sites = [{"x": 100, "y": y} for y in (150, 300, 200, 500, 201)]
    walk = clinic(500, mode="walk")
    services = [walk, replace(walk, mode="drive")]
    village = places([{"x": 0, "y": 0}])
    access = measure_access(village, facilities(sites), road, services)
    said = [one for one in access.findings if one.code == "facility-far-leg"]
    assert [(one.file, one.row, one.value) for one in said] == [
        ("f.csv", 5, "500"),
        ("f.csv", 3, "300"),
        ("f.csv", 6, "201"),
    ]
    assert "站3 stands 500 m off the road" in said[0].message("en")
    many = facilities([{"x": 100, "y": 900 - n} for n in range(53)])
    found = measure_access(village, many, road, [walk]).findings
    (rest,) = [one for one in found if one.code == "facilities-far-legs"]
    assert dict(rest.facts)["count"] == "3"
    straight = measure_access(village, facilities(sites), None, [walk]).findings
    assert not [one for one in straight if "leg" in one.code]


def test_of_facilities_that_are_equally_near_the_one_with_the_lower_id_serves() -> None:
    xy = np.array([[0.0, 0.0], [50.0, 0.0]])
    around = np.array([[100.0, 0.0], [0.0, -100.0], [-100.0, 0.0], [60.0, 80.0]])
    distance_m, target = nearest_straight(xy, around)
    assert distance_m.tolist() == [100.0, 50.0]
    assert target.tolist() == [0, 0]
    assert nearest_straight(xy, around[::-1])[1].tolist() == [0, 3]
    assert nearest_straight(xy[:1], around[1:2]) == (pytest.approx([100.0]), [0])
