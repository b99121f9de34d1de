"""Sites: the greedy choice by hand, and that its promise equals a new measurement."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import pandas as pd
import pytest
from builders import CRS, X0, Y0, clinic, facilities, places
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point

from gapmap.access import Service, measure_access
from gapmap.assessment import assess
from gapmap.errors import MethodError
from gapmap.facilities import facilities_at
from gapmap.siting import candidate_sites, propose_sites

# four villages on a line; p1 sees p0 and p2, p3 stands alone with the most people
LINE = [
    {"x": 0, "y": 0, "people": 30.0},
    {"x": 400, "y": 0, "people": 10.0},
    {"x": 800, "y": 0, "people": 30.0},
    {"x": 5000, "y": 0, "people": 60.0},
]


def state(rows=LINE, sites=()):
    built = facilities(list(sites), services=("clinic",))
    return assess(measure_access(places(rows), built, None, [clinic(500)]))


def test_the_most_people_first() -> None:
    proposal = propose_sites(state(), service="clinic", count=2, cost=30000)
    assert list(proposal.sites["site_id"]) == ["clinic@p1", "clinic@p3"]
    assert list(proposal.sites["people_gained"]) == [70, 60]
    assert list(proposal.sites["places_gained"]) == [3, 1]
    assert list(proposal.sites["rank"]) == [1, 2]
    assert proposal.sites["cost"].sum() == 60000
    several, one = proposal.sites["reason"]
    assert several.startswith("3 uncovered places with 70 people come within 500 m: 村0、村1、村2")
    assert one.startswith("1 uncovered place with 60 people comes within 500 m: 村3")


def test_what_was_promised_is_what_is_measured_afterwards() -> None:
    proposal = propose_sites(state(), service="clinic", count=1)
    before, after = (
        one.coverage.set_index("group_kind").loc["city", "people_covered"]
        for one in (proposal.before, proposal.after)
    )
    assert after - before == proposal.sites["people_gained"].sum() == 70


def test_a_budget_buys_whole_sites_and_covered_villages_ask_for_none() -> None:
    assert len(propose_sites(state(), service="clinic", budget=59_999, cost=30_000).sites) == 1
    covered = state(sites=[{"x": 400, "y": 0}, {"x": 5000, "y": 0}])
    assert len(propose_sites(covered, service="clinic", count=5).sites) == 0
    fewest = propose_sites(state(), service="clinic", objective="fewest")
    assert len(fewest.sites) == 2


def test_a_grid_and_a_layer_as_candidates() -> None:
    grid = candidate_sites(places(LINE), "grid:1000")
    assert len(grid) == 200  # 20 km x 10 km
    layer = gpd.GeoDataFrame(
        {"site_id": ["a"], "name": ["地块"]}, geometry=[Point(X0 + 400, Y0 + 100)], crs=CRS
    )
    proposal = propose_sites(state(), service="clinic", count=3, candidates=layer)
    assert list(proposal.sites["site_id"]) == ["clinic@a"]
    assert proposal.sites["people_gained"].iloc[0] == 70


@pytest.mark.parametrize(
    "asked",
    [
        {"service": "clinik", "count": 1},
        {"service": "clinic", "count": 0},
        {"service": "clinic", "budget": 100, "cost": 200},
        {"service": "clinic", "budget": 100},
        {"service": "clinic", "count": 1, "objective": "best"},
        {"service": "clinic", "count": 1, "candidates": "grid:-5"},
        {"service": "clinic", "count": 1, "candidates": "villages"},
    ],
)
def test_impossible_questions_are_refused(asked: dict[str, object]) -> None:
    with pytest.raises(MethodError):
        propose_sites(state(), **asked)


spots = st.lists(
    st.tuples(st.integers(0, 4000), st.integers(0, 4000), st.integers(0, 90)),
    min_size=1,
    max_size=9,
)


@settings(max_examples=15)  # each is two proposals, each of those two assessments
@given(spots, st.integers(1, 4))
def test_a_site_never_lowers_coverage_and_row_order_does_not_matter(homes, count) -> None:
    rows = [
        {"x": x, "y": y, "people": float(n), "place_id": f"p{i}"}
        for i, (x, y, n) in enumerate(homes)
    ]
    proposal = propose_sites(state(rows), service="clinic", count=count)
    turned = propose_sites(state(rows[::-1]), service="clinic", count=count)
    assert list(proposal.sites["site_id"]) == list(turned.sites["site_id"])
    city = [
        a.coverage.set_index("group_kind").loc["city"] for a in (proposal.before, proposal.after)
    ]
    gained = city[1]["people_covered"] - city[0]["people_covered"]
    assert gained == pytest.approx(proposal.sites["people_gained"].sum())
    # the first site is the best single one, by trying all
    alone = max(
        sum(r["people"] for r in rows if (r["x"] - s["x"]) ** 2 + (r["y"] - s["y"]) ** 2 <= 500**2)
        for s in rows
    )
    assert proposal.sites["people_gained"].iloc[0] == pytest.approx(alone)


def test_a_new_site_belongs_to_its_place_and_opens_on_the_day() -> None:
    proposal = propose_sites(state(), service="clinic", count=1)
    built = proposal.after.access.facilities.table.iloc[-1]
    assert (built["place_id"], built["district_id"], built["town_id"]) == ("p1", "d1", "t1")
    assert built["belongs"] == "place"
    assert built["opened"].date() == proposal.after.access.facilities.date
    earlier = facilities_at(proposal.after.access.facilities, dt.date(2011, 12, 31))
    assert earlier.table.iloc[-1]["counts"] == "no"  # nothing proposed stood before the plan


def test_other_services_stay_as_they_were() -> None:
    school = Service(id="school", name={}, mode="straight", limit=700)
    built = facilities([{"x": 0, "y": 0, "service": "school"}], services=("clinic", "school"))
    before = assess(measure_access(places(LINE), built, None, [clinic(500), school]))
    after = propose_sites(before, service="clinic", count=1).after
    whole = measure_access(places(LINE), after.access.facilities, None, [clinic(500), school])
    pd.testing.assert_frame_equal(after.access.table, whole.table)
