"""Coverage, gaps and inequality of a hand-made city, summed by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from builders import clinic, facilities, places
from hypothesis import assume, given
from hypothesis import strategies as st

from gapmap import equity
from gapmap.access import measure_access
from gapmap.assessment import assess, coverage_of
from gapmap.assessment.coverage import _quantiles

TOWN = [
    {"x": 0, "y": 0, "people": 300.0, "setting": "urban", "people_old": 30.0},  # covered, 100 m
    {"x": 0, "y": 1000, "people": 100.0, "people_old": 40.0},  # 1,000 m
    {"x": 15000, "y": 0, "people": 50.0, "people_old": 20.0},  # 15,000 m
    {"x": None, "people": 50.0, "people_old": np.nan},  # unknown, d1
    {"x": 0, "y": 200, "people": np.nan, "people_old": 10.0},  # covered, nobody knows how many
]


@pytest.fixture
def result():
    village = places(TOWN, groups=("old",))
    return assess(measure_access(village, facilities([{"x": 0, "y": 100}]), None, [clinic()]))


def one(table: pd.DataFrame, **where: str) -> pd.Series:
    for column, value in where.items():
        table = table[table[column] == value]
    assert len(table) == 1
    return table.iloc[0]


def test_the_city_adds_up(result) -> None:
    city = one(result.coverage, group_kind="city")
    assert (city["places"], city["places_covered"], city["places_unknown"]) == (5, 2, 1)
    assert city["people"] == 500
    assert city["people_covered"] == 300
    assert city["people_uncovered"] == 150
    assert city["people_unknown"] == 50
    assert city["share_people"] == pytest.approx(300 / 450)
    assert city["share_people_low"] == pytest.approx(300 / 500)
    assert city["share_people_high"] == pytest.approx(350 / 500)
    assert city["share_places"] == pytest.approx(2 / 4)
    assert city["places_without_people"] == 1
    assert city["mean_m"] == pytest.approx(
        (300 * 100 + 100 * 900 + 50 * np.hypot(15000, 100)) / 450
    )
    assert city["median_m"] == pytest.approx(100)
    assert city["p90_m"] == pytest.approx(np.hypot(15000, 100))


def test_every_level_adds_up_to_the_city(result) -> None:
    city = one(result.coverage, group_kind="city")
    for kind in ("district", "plan_district", "town", "setting", "group"):
        level = result.coverage[result.coverage["group_kind"] == kind]
        for column in ("places", "people", "people_covered", "people_uncovered", "people_unknown"):
            assert level[column].sum() == city[column], (kind, column)


def test_a_people_group_is_weighed_by_its_own_heads(result) -> None:
    old = one(result.coverage, group_kind="people_group", group="old")
    assert old["people"] == 100
    assert old["people_covered"] == 40


def test_gaps_by_hand(result) -> None:
    gap = one(result.gaps, comparison="urban-rural", measure="share_people")
    assert (gap["value_a"], gap["value_b"]) == (1.0, 0.0)
    assert gap["difference"] == 1.0
    assert np.isnan(gap["ratio"])
    west = one(result.gaps, comparison="west-rest", measure="share_people")
    assert west["value_a"] == pytest.approx(300 / 400)
    assert west["value_b"] == 0
    district = result.gaps[result.gaps["comparison"] == "district-city"]
    assert set(district["group_a"]) == {"甲区", "乙区"}
    assert set(result.gaps["comparison"]) >= {"plan_district-city", "people groups"}


def test_unreachable_is_infinite_for_quantiles_and_left_out_of_means() -> None:
    village = places([{"x": 0, "y": 0}, {"x": 0, "y": 300}])
    access = measure_access(village, facilities([], services=("clinic",)), None, [clinic()])
    city = one(assess(access).coverage, group_kind="city")
    assert np.isnan(city["mean_m"])
    assert np.isnan(city["median_m"])
    assert (city["places_unreachable"], city["people_unreachable"]) == (2, 200)
    assert city["share_people"] == 0


homes = st.lists(
    st.fixed_dictionaries(
        {
            "x": st.one_of(st.none(), st.integers(0, 19_999)),
            "y": st.integers(0, 9_999),
            "people": st.one_of(st.just(np.nan), st.integers(0, 10_000).map(float)),
            "setting": st.sampled_from(["urban", "rural", "unknown"]),
            "position": st.sampled_from(["ok", "outside"]),
        }
    ).map(lambda row: {**row, "position": "missing" if row["x"] is None else row["position"]}),
    min_size=1,
    max_size=12,
)


ways = st.lists(
    st.tuples(st.sampled_from([0.0, 100.0, 250.0, 900.0, np.inf]), st.integers(0, 5)),
    min_size=1,
    max_size=8,
)


@given(ways, st.integers(0, 9))
def test_bounds_of_quantiles_have_the_unknown_nearest_and_farthest(rows, doubtful) -> None:
    value, people = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    assume(people.sum() > 0)
    told = _quantiles(value, people, float(doubtful), "m")
    for name, share in (("median_m", 0.5), ("p90_m", 0.9)):
        for end, put in (("", None), ("_low", 0.0), ("_high", np.inf)):
            weights = [*people, 0 if put is None else doubtful]
            wanted = equity.quantile([*value, put or 0.0], weights, share)
            found = told[f"{name}{end}"]
            assert found == pytest.approx(wanted) if np.isfinite(wanted) else np.isnan(found)


def test_bounds_of_the_city_by_hand(result) -> None:
    city = one(result.coverage, group_kind="city")  # 300 at 100 m, 100 at 900, 50 far, 50 unknown
    assert (city["median_m_low"], city["median_m_high"]) == (100, 100)
    assert city["p90_m_low"] == pytest.approx((900 + np.hypot(15000, 100)) / 2)  # met exactly
    assert np.isnan(city["p90_m_high"])  # the unknown may live any distance away
    west = one(result.coverage, group_kind="district", group_id="d2")
    assert west["p90_m_low"] == west["p90_m"] == west["p90_m_high"]


def test_inequality_is_measured_over_those_whose_way_is_known(result) -> None:
    gini = one(result.equity, measure="gini")
    assert gini["people"] == 450
    assert gini["people_left_out"] == 50
    distances, people = [100, 900, np.hypot(15000, 100)], [300, 100, 50]
    mean = np.average(distances, weights=people)
    pairs = np.abs(np.subtract.outer(distances, distances)) * np.outer(people, people)
    assert gini["value"] == pytest.approx(pairs.sum() / (2 * 450**2 * mean))


def test_without_a_plan_there_are_no_targets(result) -> None:
    assert len(result.targets) == 0
    assert {"target", "clause", "status", "basis"} <= set(result.targets.columns)


@given(homes, st.lists(st.integers(0, 19_999), max_size=3))
def test_the_three_states_always_add_up(rows, sites) -> None:
    access = measure_access(
        places(rows), facilities([{"x": x, "y": 0} for x in sites]), None, [clinic(3000)]
    )
    table = coverage_of(access)
    states = table[["people_covered", "people_uncovered", "people_unknown"]].sum(axis=1)
    assert np.allclose(states, table["people"])
    counts = table[["places_covered", "places_uncovered", "places_unknown"]].sum(axis=1)
    assert (counts == table["places"]).all()
    known = table["share_people"].notna()
    assert (table["share_people_low"][known] <= table["share_people"][known] + 1e-12).all()
    assert (table["share_people"][known] <= table["share_people_high"][known] + 1e-12).all()


def test_coverage_alone_is_that_of_the_assessment(result) -> None:
    pd.testing.assert_frame_equal(coverage_of(result.access), result.coverage)


def test_groups_stand_in_one_order_the_city_first(result) -> None:
    kinds = result.coverage["group_kind"].drop_duplicates().tolist()
    order = ["city", "district", "plan_district", "town", "setting", "group", "people_group"]
    assert kinds == order
    towns = result.coverage.loc[result.coverage["group_kind"] == "town", "group_id"].tolist()
    assert towns == sorted(towns)


def test_places_of_no_town_are_a_group_of_their_own() -> None:
    village = places([{"x": 0, "y": 0}, {"x": 0, "y": 0, "town_id": "", "town": ""}])
    coverage = assess(measure_access(village, facilities([]), None, [clinic()])).coverage
    nowhere = one(coverage, group_kind="town", group_id="")
    assert (nowhere["group"], nowhere["places"]) == ("unknown", 1)
