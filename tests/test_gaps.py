"""Gaps: groups side by side, what would close the distance, and the bottom line; by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from builders import clinic, facilities, places
from hypothesis import given
from hypothesis import strategies as st

from gapmap.access import measure_access
from gapmap.assessment import GAP_COLUMNS, assess
from gapmap.assessment.bottom_line import _bounds_of_target
from gapmap.assessment.comparing import _difference_bounds, _people_to_close
from gapmap.plan import read_plan
from gapmap.records import no_records
from gapmap.words import word

HOMES = [
    {"x": 0, "y": 0, "people": 300.0, "setting": "urban", "people_old": 30.0},  # covered
    {"x": 0, "y": 1000, "people": 100.0, "people_old": 60.0},
    {"x": 15000, "y": 0, "people": 50.0, "people_old": 20.0},
    {"x": None, "people": 50.0, "people_old": 0.0},  # nobody knows where, in d1
]
AT_HOME = {"place_id": "p0", "place_basis": "code", "belongs": "place", "plan_district": "甲区"}
PLAN = """
[plan]
id = "small"
name = { zh = "小规划", en = "Small plan" }
authority = { zh = "镇", en = "Town" }
published = 2012-01-01
start = 2012-01-01
end = 2014-12-31
[[districts]]
id = "甲区"
name = { zh = "甲区", en = "Jia" }
[[districts]]
id = "新区"
name = { zh = "新区", en = "Xin" }
[[districts]]
id = "空区"
name = { zh = "空区", en = "Kong" }
[levels]
place = { of = "place", name = { zh = "村居", en = "places" } }
[[targets]]
id = "clinics"
clause = "1"
title = { zh = "站", en = "Clinics" }
measure = "presence"
service = "clinic"
level = "place"
required = 0.9
due = 2014-12-31
[[targets]]
id = "card"
clause = "2"
title = { zh = "卡", en = "Card" }
measure = "indicator"
indicator = "card"
unit = "share"
required = 0.7
due = 2014-12-31
[[targets]]
id = "jobless"
clause = "3"
title = { zh = "失业", en = "Jobless" }
measure = "indicator"
indicator = "jobless"
unit = "share"
comparison = "<="
required = 0.1
due = 2014-12-31
[[targets]]
id = "floor"
clause = "4"
title = { zh = "低保", en = "Floor" }
measure = "gap"
indicator = "floor_urban"
less = "floor_rural"
unit = "yuan"
comparison = "<"
due = 2014-12-31
"""


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    path = tmp_path_factory.mktemp("plan") / "plan.toml"
    path.write_text(PLAN, encoding="utf-8")
    return read_plan(path)


def access(rows=HOMES, *, sites=({"x": 0, "y": 100},), groups=("old",), service=None):
    built = facilities(list(sites), services=("clinic",))
    return measure_access(places(rows, groups=groups), built, None, [service or clinic()])


def reported(*rows: tuple[str, int, str, float]):
    columns = ["district_id", "year", "indicator", "value"]
    return replace(no_records(), indicators=pd.DataFrame(rows, columns=columns))


@pytest.fixture(scope="module")
def gaps(plan):
    return assess(access(), plan).gaps


def one(table: pd.DataFrame, **where: str) -> pd.Series:
    for column, value in where.items():
        table = table[table[column] == value]
    assert len(table) == 1, table
    return table.iloc[0]


def test_a_district_against_the_city_by_hand(gaps) -> None:
    # d1: 300 of 400 known, 50 unknown; the city: 300 of 450 known, 50 unknown
    d1 = one(gaps, comparison="district-city", group_a_id="d1", measure="share_people")
    assert (d1["value_a"], d1["value_b"]) == pytest.approx((0.75, 2 / 3))
    assert d1["difference_points"] == pytest.approx(100 * (0.75 - 2 / 3))
    assert (d1["value_a_low"], d1["value_a_high"]) == pytest.approx((300 / 450, 350 / 450))
    assert (d1["value_b_low"], d1["value_b_high"]) == pytest.approx((300 / 500, 350 / 500))
    # the 50 unknown live in d1, and in the city for that very reason
    assert d1["difference_low"] == pytest.approx(300 / 450 - 300 / 500)
    assert d1["difference_high"] == pytest.approx(350 / 450 - 350 / 500)
    assert (d1["worse"], d1["people_to_close"]) == ("group_b", 38)  # 337.5 of the 450 are 3/4
    assert d1["difference"] > d1["difference_high"]
    assert (d1["unit"], d1["basis"], d1["reason"]) == ("share", "assumption", "known_only")
    d2 = one(gaps, comparison="district-city", group_a_id="d2", measure="share_people")
    # 37.5 of the 50 served make 3/4 there and 337.5 of 450 in the city
    assert (d2["worse"], d2["people_to_close"]) == ("group_a", 38)


def test_town_and_country_by_hand(gaps) -> None:
    row = one(gaps, comparison="urban-rural", measure="share_people")
    assert (row["value_a"], row["value_b"]) == (1, 0)
    assert (row["worse"], row["people_to_close"]) == ("group_b", 150)
    assert np.isnan(row["ratio"])
    assert row["reason"] == "b_is_zero"
    assert (row["difference_low"], row["difference_high"]) == pytest.approx((0.75, 1))
    mean = one(gaps, comparison="urban-rural", measure="mean_m")
    assert (mean["unit"], mean["worse"], mean["reason"]) == ("m", "group_b", "mean_has_no_bounds")
    assert np.isnan(mean["people_to_close"])
    assert mean["difference"] == pytest.approx(100 - (100 * 900 + 50 * np.hypot(15000, 100)) / 150)


def test_every_group_that_the_plan_names_is_compared(gaps) -> None:
    told = gaps.groupby("comparison")["group_a_id"].agg(lambda ids: sorted(set(ids))).to_dict()
    assert told["district-city"] == ["d1", "d2"]
    assert told["plan_district-city"] == ["新区", "甲区", "空区"]
    assert told["town-city"] == ["t1", "t2"]
    assert told["people groups"] == ["old"]
    empty = one(gaps, comparison="plan_district-city", group_a_id="空区", measure="share_people")
    assert np.isnan(empty["value_a"])
    assert empty["reason"] == "no_places_a"
    assert (empty["group_a"], empty["worse"]) == ("空区", "")


def test_a_group_of_people_is_weighed_by_its_own_heads(gaps) -> None:
    row = one(gaps, comparison="people groups", measure="share_people")
    assert row["value_a"] == pytest.approx(30 / 110)
    # 300 of 450 residents are covered: 2/3 of the 110 old are 73.3, and 30 have it
    assert (row["worse"], row["people_to_close"]) == ("group_a", 44)


def test_registered_people_stand_against_migrants_where_both_are_given() -> None:
    rows = [
        {"x": 0, "y": 0, "people_registered": 80.0, "people_migrant": 20.0},
        {"x": 0, "y": 900, "people_registered": 20.0, "people_migrant": 80.0},
    ]
    table = assess(access(rows, groups=("registered", "migrant"))).gaps
    row = one(table, group_b_id="migrant", measure="share_people")
    assert (row["comparison"], row["difference_points"]) == ("people groups", pytest.approx(60))
    assert row["people_to_close"] == 60


def test_nothing_is_empty_without_a_reason(gaps, plan) -> None:
    nobody = [{**home, "people": 0.0} for home in HOMES]
    unheard = [{**home, "people": np.nan} for home in HOMES]
    lost = [{**home, "x": None, "position": "missing"} for home in HOMES]
    tables = {
        "": gaps,
        "nobody_a": assess(access(nobody), plan).gaps,
        "people_unknown_a": assess(access(unheard), plan).gaps,
        "status_unknown_a": assess(access(lost), plan).gaps,
        "unreachable_a": assess(access(sites=()), plan).gaps,
        "no_places_a": assess(access(HOMES[1:2])).gaps,
    }
    for code, table in tables.items():
        assert table["reason"].str.contains(code).any(), code
        numbers = ["value_a", "value_b", "difference", "ratio"]
        assert (table.loc[table[numbers].isna().any(axis=1), "reason"] != "").all(), code
        shares = table[table["unit"] == "share"]
        bounds = [f"{name}_{end}" for name in numbers[:3] for end in ("low", "high")]
        for column in [*bounds, "difference_points"]:
            assert (shares.loc[shares[column].isna(), "reason"] != "").all(), (code, column)
        assert list(table.columns) == GAP_COLUMNS


def test_who_cannot_get_there_is_worse_off_than_who_can() -> None:
    rows = [{"x": 0, "y": 0, "setting": "urban"}, {"x": 0, "y": 900}]
    measured = access(rows, groups=())
    cut = measured.table.assign(distance_m=measured.table["distance_m"].where([True, False]))
    table = assess(replace(measured, table=cut)).gaps
    row = one(table, comparison="urban-rural", measure="median_m")
    assert (row["worse"], row["reason"]) == ("group_b", "unreachable_b")
    assert np.isnan(row["difference"])
    far = assess(access(rows, sites=(), groups=())).gaps
    assert set(far.loc[far["measure"] == "p90_m", "worse"]) == {""}
    alike = one(far, comparison="urban-rural", measure="share_people")
    assert (alike["worse"], alike["people_to_close"], alike["difference"]) == ("equal", 0, 0)


def test_minutes_are_compared_where_the_limit_is_in_minutes() -> None:
    timed = assess(access(service=clinic(10, unit="minutes"))).gaps
    assert {*timed["measure"]} == {
        *("share_people", "mean_m", "median_m", "p90_m"),
        *("mean_minutes", "median_minutes", "p90_minutes"),
    }
    row = one(timed, comparison="urban-rural", measure="median_minutes")
    assert (row["value_a"], row["unit"]) == (pytest.approx(1), "minutes")  # 100 m at 6 km/h
    assert "mean_minutes" not in {*assess(access()).gaps["measure"]}


heads = st.tuples(*[st.integers(0, 6)] * 3)


@given(heads, heads)
def test_of_a_part_bounds_and_people_are_those_that_trying_finds(part, rest) -> None:
    """Held against every way in which the unknown may live, and serving one after the other."""
    whole = [one + other for one, other in zip(part, rest, strict=True)]
    a, b = (
        {
            "group_kind": np.array([kind], dtype=object),
            "people_covered": np.array([float(covered)]),
            "people_uncovered": np.array([float(uncovered)]),
            "people_unknown": np.array([float(unknown)]),
            "people_missing": np.zeros(1),
        }
        for kind, (covered, uncovered, unknown) in (("district", part), ("city", whole))
    )
    n, total = sum(part), sum(whole)
    if n:
        tried = [
            (part[0] + i) / n - (whole[0] + i + j) / total
            for i in range(part[2] + 1)
            for j in range(rest[2] + 1)
        ]
        low, high = _difference_bounds("share_people", a, b)
        assert (low[0], high[0]) == pytest.approx((min(tried), max(tried)), abs=1e-12)
    known, all_known = part[0] + part[1], whole[0] + whole[1]
    if not known:
        return
    share = (part[0] / known, whole[0] / all_known)
    served = 0
    while (
        share[0] < share[1] - 1e-12
        and (part[0] + served) / known < (whole[0] + served) / all_known - 1e-12
    ):
        served += 1
    while share[0] > share[1] + 1e-12 and part[0] / known > (whole[0] + served) / all_known + 1e-12:
        served += 1
    assert _people_to_close(a, b)[0] == served


def test_reported_figures_of_one_year_are_compared(plan) -> None:
    records = reported(
        ("city", 2013, "card", 0.7),
        ("city", 2014, "card", 0.8),
        ("city", 2015, "card", 0.99),  # after the study's date
        ("d1", 2013, "card", 0.5),  # the latest year that both have
        ("d2", 2014, "card", 0.9),
        ("city", 2014, "jobless", 0.04),
        ("新区", 2014, "jobless", 0.06),
        ("city", 2014, "own", 7.0),
        ("nowhere", 2014, "own", 5.0),
        ("city", 2014, "card_of_city", 1.0),
    )
    gaps = assess(access(), plan, records=records).gaps
    gaps = gaps[gaps["measure"] == "reported"]
    d1 = one(gaps, indicator="card", group_a_id="d1")
    assert (d1["year"], d1["value_a"], d1["value_b"]) == (2013, 0.5, 0.7)
    assert (d1["comparison"], d1["worse"]) == ("district-city", "group_a")
    assert d1["difference_points"] == pytest.approx(-20)
    d2 = one(gaps, indicator="card", group_a_id="d2")
    assert (d2["year"], d2["worse"], d2["unit"]) == (2014, "group_b", "share")
    more = one(gaps, indicator="jobless", group_a_id="新区")
    assert (more["comparison"], more["worse"]) == ("plan_district-city", "group_a")
    absent = one(gaps, indicator="jobless", group_a_id="空区")
    assert absent["reason"] == "not_reported_a+figure_has_no_bounds"
    assert absent["value_b"] == 0.04
    unknown = one(gaps, indicator="own")
    assert (unknown["comparison"], unknown["group_a"]) == ("area-city", "nowhere")
    assert "direction_unknown" in unknown["reason"]
    alone = one(gaps, indicator="card_of_city")
    assert (alone["group_a"], alone["value_b"]) == ("", 1)
    assert alone["reason"].startswith("not_reported_a")


def test_groups_of_districts_are_weighed_by_residents_where_the_figure_is_a_share(plan) -> None:
    both = (("d1", 2014, "card", 0.5), ("d2", 2014, "card", 0.9), ("d1", 2014, "yuan", 9.0))
    gaps = assess(access(), plan, records=reported(*both)).gaps
    card = one(gaps, indicator="card", comparison="west-rest")
    assert (card["value_a"], card["value_b"], card["basis"]) == (0.5, 0.9, "assumption")
    assert card["reason"].startswith("weighted_by_residents")
    yuan = one(gaps, indicator="yuan", comparison="west-rest")  # a sum or a mean? nobody knows
    assert np.isnan(yuan["value_a"])
    assert yuan["reason"].startswith("not_summed_a+not_reported_b")


def test_two_figures_are_compared_as_the_plan_does(plan) -> None:
    records = reported(
        ("d1", 2014, "floor_urban", 500.0),
        ("d1", 2014, "floor_rural", 400.0),
        ("d2", 2014, "floor_urban", 450.0),
    )
    gaps = assess(access(), plan, records=records).gaps
    gaps = gaps[gaps["indicator"] == "floor_urban - floor_rural"]
    row = one(gaps, area="甲区")
    assert (row["comparison"], row["group_a"], row["group_b"]) == ("urban-rural", "urban", "rural")
    assert (row["difference"], row["ratio"], row["unit"]) == (100, 1.25, "yuan")
    assert one(gaps, area="乙区")["reason"] == "not_reported_b+figure_has_no_bounds"


def test_the_lowest_district_stands_against_the_city_where_no_line_is_given(gaps) -> None:
    row = one(gaps, comparison="bottom-line", kind_a="district")
    assert (row["group_a"], row["group_b_id"], row["basis"]) == ("乙区", "city", "assumption")
    assert (row["value_a"], row["value_b"]) == (0, pytest.approx(2 / 3))
    assert row["people_to_close"] == 34  # 2/3 of 50
    assert (row["value_b_low"], row["value_b_high"]) == pytest.approx((0.6, 0.7))
    assert (row["worse"], row["measure"]) == ("group_a", "share_people")


def test_the_study_may_draw_the_line(plan) -> None:
    drawn = replace(clinic(), bottom_line=0.7)
    gaps = assess(access(service=drawn), plan).gaps
    row = one(gaps, comparison="bottom-line", kind_a="district")
    assert (row["value_b"], row["group_b_id"], row["people_to_close"]) == (0.7, "study", 35)
    near = assess(access(HOMES[:1], service=drawn)).gaps
    row = one(near, comparison="bottom-line", kind_a="district")
    assert (row["worse"], row["people_to_close"]) == ("above_line", 0)


def test_the_plan_draws_the_line_of_its_own_measure(gaps) -> None:
    row = one(gaps, comparison="bottom-line", target="clinics")
    assert (row["measure"], row["value_b"], row["basis"]) == ("share_areas", 0.9, "plan")
    assert (row["kind_a"], row["kind_b"]) == ("plan_district", "bottom_line")
    assert row["value_a"] == 0
    assert "areas_not_people" in row["reason"]


PEOPLE = """
[[targets]]
id = "reach"
clause = "5"
title = { zh = "可达", en = "Reach" }
each = "district"
due = 2014-12-31
[[targets.parts]]
measure = "access"
statistic = "share_people"
service = "clinic"
level = "place"
required = 0.9
"""


def test_a_line_for_people_is_told_apart_from_one_for_areas(tmp_path) -> None:
    half = PEOPLE + PEOPLE[PEOPLE.index("[[targets.parts]]") :].replace("people", "places")
    text = PLAN + PEOPLE + half.replace('"reach"', '"both"')
    (tmp_path / "plan.toml").write_text(text, encoding="utf-8")
    gaps = assess(access(), read_plan(tmp_path / "plan.toml")).gaps
    row = one(gaps, comparison="bottom-line", target="reach")
    assert (row["measure"], row["kind_a"]) == ("share_people_asked", "district")
    assert row["reason"].endswith("people_as_asked")
    row = one(gaps, comparison="bottom-line", target="both")
    assert (row["measure"], row["reason"].split("+")[-1]) == ("share_areas", "areas_or_people")


def test_a_district_that_nobody_knows_may_be_the_lowest_of_all(plan) -> None:
    # the plan's third district has no place in the study: who knows what it has
    all_served = assess(access(HOMES[:1], sites=({"x": 0, "y": 100, **AT_HOME},)), plan).gaps
    row = one(all_served, comparison="bottom-line", target="clinics")
    assert "some_districts_unknown" in row["reason"]
    assert (row["value_a"], row["value_a_low"], row["value_a_high"]) == (1, 0, 1)
    assert (row["difference_low"], row["difference_high"]) == pytest.approx((-0.9, 0.1))


def test_bounds_go_by_each_units_own_line() -> None:
    bounds = _bounds_of_target(
        np.array([0.8, 0.6]), np.array([0.9, 0.7]), np.array([0.95, 0.5]), 0.95
    )
    assert (bounds["value_a_low"], bounds["value_a_high"]) == (0.8, 0.9)
    assert bounds["difference_low"] == pytest.approx(-0.15)
    assert bounds["difference_high"] == pytest.approx(-0.05)


def test_places_without_a_number_of_people_are_told_beside_the_bounds() -> None:
    homes = [{"x": 0, "y": 0, "people": 100.0}, {"x": 0, "y": 5000, "people": np.nan}]
    homes.append({"x": 15_000, "y": 0, "people": 50.0})
    gaps = assess(access(homes, groups=())).gaps
    row = one(gaps, comparison="district-city", group_a_id="d1", measure="share_people")
    assert row["difference_low"] == row["difference_high"]  # of 150 people that are counted
    assert row["reason"] == "uncounted_a+uncounted_b"
    row = one(gaps, comparison="district-city", group_a_id="d2", measure="share_people")
    assert row["reason"] == "uncounted_b"
    row = one(gaps, comparison="bottom-line", kind_a="district")
    assert row["reason"] == "uncounted_a+uncounted_b"


def test_a_difference_of_the_known_that_cannot_be_is_told() -> None:
    homes = [
        {"x": 15_000, "y": 0, "people": 2.0},
        {"x": None, "district_id": "d2", "people": 2.0},
        {"x": 15_000, "y": 2_000, "people": 3.0},
        {"x": 0, "y": 0, "people": 1.0},
    ]
    gaps = assess(access(homes, groups=(), sites=({"x": 15_000, "y": 2_100},))).gaps
    row = one(gaps, comparison="district-city", group_a_id="d2", measure="share_people")
    assert row["difference"] == pytest.approx(0.6 - 0.5)
    assert row["difference_high"] == pytest.approx(5 / 7 - 5 / 8)  # less than of the known
    assert row["reason"] == "known_only"


def test_each_bottom_line_has_a_title_on_the_page() -> None:
    for kind in ("district", "plan_district"):
        for measure in ("share_areas", "share_people_asked"):
            assert word(f"bottom_{kind}_{measure}", "zh")


def test_the_lowest_of_districts_that_nobody_knows_is_unknown() -> None:
    lost = [{"x": None, "district_id": one, "people": 10.0} for one in ("d1", "d2")]
    row = one(assess(access(lost, groups=())).gaps, comparison="bottom-line", kind_a="district")
    assert (row["group_a"], row["reason"]) == ("", "status_unknown_a+status_unknown_b")
    assert (row["value_a_low"], row["value_a_high"]) == (0, 1)
    half = [{"x": 0, "y": 0}, {"x": None, "district_id": "d2"}]
    row = one(assess(access(half, groups=())).gaps, comparison="bottom-line", kind_a="district")
    assert (row["group_a"], row["reason"]) == ("甲区", "some_districts_unknown")
    assert (row["value_a_low"], row["value_a_high"]) == (0, 1)
