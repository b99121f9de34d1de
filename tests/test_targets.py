"""Targets: every measure and every status, on a world small enough to count by hand.

Two administrative districts: d1 (甲区) with towns t1 一镇 and t2 二镇, d2 (乙区) with t3 三街道.
The plan's own districts: 甲区 = t1, 新区 = t2 and t3, 空区 = nothing in the study.
Places: p0 p1 (t1, rural), p2 (t2, rural, an island), p3 (t3, urban), p4 (t3, kind unknown).
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, box

from gapmap.access import Access, Service
from gapmap.facilities import Facilities, facilities_at
from gapmap.islands import Islands
from gapmap.islands.value import no_islands
from gapmap.places import Places
from gapmap.plan import read_plan
from gapmap.records import no_records
from gapmap.region import Region
from gapmap.targets import STATUSES, TARGET_COLUMNS, evaluate_targets
from gapmap.targets.asking import is_asked
from gapmap.targets.said import _reasons

if TYPE_CHECKING:
    from pathlib import Path

    from gapmap.records import Records

CRS = "EPSG:4547"
DUE = dt.date(2014, 12, 31)
HALF = dt.date(2013, 7, 2)  # 549 of the 1096 days from 2011-12-31 to 2014-12-31
HEAD = """
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
[groups.west]
name = { zh = "西部", en = "the west" }
districts = ["新区"]
[levels]
place = { of = "place", name = { zh = "村居", en = "places" } }
village = { of = "place", setting = ["rural"], name = { zh = "村", en = "villages" } }
island = { of = "place", island = true, name = { zh = "海岛村", en = "island villages" } }
town = { of = "town", name_ends = ["镇"], name = { zh = "镇", en = "towns" } }
town_street = { of = "town", name = { zh = "镇街", en = "towns and streets" } }
unit = { of = "plan_district", name = { zh = "区", en = "districts" } }
admin = { of = "district", name = { zh = "行政区", en = "administrative districts" } }
city = { of = "city", name = { zh = "市", en = "city" } }
[[targets]]
id = "x"
clause = "1"
title = { zh = "目标", en = "Target" }
"""

TOWNS = {"t1": ("一镇", "d1", "甲区"), "t2": ("二镇", "d1", "新区"), "t3": ("三街道", "d2", "新区")}
PLACES = [
    ("p0", "t1", "rural", False, 100.0),
    ("p1", "t1", "rural", False, 200.0),
    ("p2", "t2", "rural", True, 300.0),
    ("p3", "t3", "urban", False, 400.0),
    ("p4", "t3", "unknown", False, np.nan),
]


def region() -> Region:
    districts = gpd.GeoDataFrame(
        {"district_id": ["d1", "d2"], "district": ["甲区", "乙区"]},
        geometry=[box(0, 0, 10, 10), box(10, 0, 20, 10)],
        crs=CRS,
    )
    towns = gpd.GeoDataFrame(
        [
            {"town_id": code, "town": name, "district_id": district, "plan_district": unit}
            for code, (name, district, unit) in TOWNS.items()
        ],
        geometry=gpd.GeoSeries([None] * 3, crs=CRS),
    )
    return Region(districts=districts, towns=towns, groups={"west": ("d2",)}, crs=CRS)


def places() -> Places:
    rows = [
        {
            "place_id": code,
            "place": f"村{code}",
            "town_id": town,
            "town": TOWNS[town][0],
            "district_id": TOWNS[town][1],
            "district": {"d1": "甲区", "d2": "乙区"}[TOWNS[town][1]],
            "plan_district": TOWNS[town][2],
            "setting": setting,
            "people": people,
            "island": island,
            "position": "ok",
            "geometry": Point(number, 0),
        }
        for number, (code, town, setting, island, people) in enumerate(PLACES)
    ]
    table = gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)
    table["island"] = table["island"].astype("boolean")
    return Places(table=table, region=region())


def one(area: str = "", opened: str | None = "2010-06-30", **more: object) -> dict[str, object]:
    """Give a clinic that belongs to an area: a place, a town, a district's unit, or nowhere."""
    row: dict[str, object] = {"opened": opened, "belongs": "", **more}
    towns = {code: town for code, town, *_ in PLACES}
    if area in towns:
        row |= {"place_id": area, "belongs": "place", "place_basis": "code"}
    town = towns.get(area, area if area in TOWNS else "")
    if town:
        row |= {"town_id": town, "district_id": TOWNS[town][1], "plan_district": TOWNS[town][2]}
    elif area:
        row |= {"plan_district": area}
    return {**row, **more}


def facilities(rows: list[dict[str, object]], date: dt.date) -> Facilities:
    blank = {
        "service": "clinic",
        "closed": pd.NaT,
        "status": "",
        "in_use": "yes",
        "floor_area_m2": np.nan,
        "capacity": np.nan,
        "level": "",
        "qualifies": "yes",
        "failed": "",
        "counts": "yes",
        "place_id": "",
        "town_id": "",
        "district_id": "",
        "plan_district": "",
        "place_basis": "",
        "belongs": "",
        "position": "ok",
        "file": "f.csv",
        "opened": pd.NaT,
    }
    full = [
        {"facility_id": f"f{n}", "facility": f"站{n}", "row": n + 2, **blank, **row}
        for n, row in enumerate(rows)
    ]
    columns = ["facility_id", "facility", "row", *blank]
    table = pd.DataFrame(full, columns=None if full else columns)
    for name in ("opened", "closed"):
        table[name] = pd.to_datetime(table[name]).astype("datetime64[s]")
    geometry = gpd.GeoSeries([Point(0, 0)] * len(table), crs=CRS)
    held = Facilities(
        table=gpd.GeoDataFrame(table, geometry=geometry), date=date, services=("clinic",)
    )
    return facilities_at(held, date)


def access(
    rows: list[dict[str, object]],
    date: dt.date = DUE,
    *,
    statuses: str = "",
    minutes: tuple[float, ...] = (),
    service: Service | None = None,
    where: Places | None = None,
) -> Access:
    """Give access with one letter per place: c covered, u uncovered, ? unknown."""
    held = where or places()
    word = {"c": "covered", "u": "uncovered", "?": "unknown"}
    table = held.table[["place_id", "people"]].assign(
        service="clinic",
        status=[word[letter] for letter in statuses or "u" * len(held.table)],
        minutes=list(minutes) or np.nan,
    )
    measured = service or Service(id="clinic", name={}, mode="walk", limit=500.0)
    return Access(
        table=pd.DataFrame(table),
        places=held,
        facilities=facilities(rows, date),
        network=None,
        services=(measured,),
        routes=gpd.GeoDataFrame(geometry=[], crs=CRS),
    )


def records(
    *,
    indicators: list[tuple[str, int, str, float]] = (),
    certificates: list[tuple[str, str, str | None]] = (),
    milestones: list[tuple[str, str, str | None]] = (),
) -> Records:
    empty = no_records()
    made = {
        name: pd.DataFrame(rows, columns=getattr(empty, name).columns).astype(
            getattr(empty, name).dtypes
        )
        for name, rows in {
            "indicators": list(indicators),
            "certificates": list(certificates),
            "milestones": list(milestones),
        }.items()
        if rows
    }
    return replace(empty, **made)


@pytest.fixture
def judge(tmp_path: Path):
    """Give a function that judges one target, written as TOML, and gives its rows by unit."""

    def rows(target: str, seen: Access, held: Records | None = None) -> pd.DataFrame:
        path = tmp_path / "plan.toml"
        path.write_text(HEAD + target, "utf8")
        table, findings = evaluate_targets(read_plan(path), seen, held or records())
        table.attrs["codes"] = [found.code for found in findings]
        assert table["overall"].sum() == 1
        assert set(table["status"]) <= set(STATUSES)
        return table.set_index("unit")

    return rows


PRESENCE = """
measure = "presence"
service = "clinic"
level = "village"
required = 1.0
due = 2014-12-31
"""


def test_presence_counts_areas_that_have_a_facility(judge) -> None:
    table = judge(PRESENCE, access([one("p0"), one("p0"), one("p2")]))
    city = table.loc["city"]
    assert (city["areas"], city["areas_met"], city["areas_missing"]) == (3, 2, 1)
    assert city["achieved"] == pytest.approx(2 / 3)
    assert city["shortfall"] == pytest.approx(1 / 3)
    assert city["status"] == "overdue"
    assert city["basis"] == "plan"
    assert "2 of 3 villages have it" in city["reason"]
    assert "of unknown kind and not judged: 1" in city["reason"]
    assert "3个村中有2个已具备" in city["reason_zh"]
    assert table.loc["甲区", "achieved"] == pytest.approx(1 / 2)
    assert (table.loc["新区", "status"], table.loc["新区", "achieved"]) == ("met", 1.0)
    assert table.loc["空区", "status"] == "not_measurable"
    assert "Kong has no place in the study" in table.loc["空区", "reason"]


def test_presence_is_met_when_every_area_has_one(judge) -> None:
    city = judge(PRESENCE, access([one("p0"), one("p1"), one("p2")])).loc["city"]
    assert (city["status"], city["achieved"], city["shortfall"]) == ("met", 1.0, 0.0)


@pytest.mark.parametrize(
    ("state", "unknown"),
    [({"qualifies": "unknown"}, 1), ({"qualifies": "no"}, 0), ({"in_use": "unknown"}, 1)],
)
def test_a_doubtful_facility_is_a_bound_and_never_fulfils(judge, state, unknown) -> None:
    table = judge(PRESENCE, access([one("p0"), one("p1"), one("p2", **state)]))
    city = table.loc["city"]
    assert (city["areas_met"], city["areas_unknown"]) == (2, unknown)
    assert city["achieved"] == pytest.approx(2 / 3)
    assert city["possible"] == pytest.approx((2 + unknown) / 3)
    assert city["status"] == ("not_measurable" if unknown else "overdue")
    assert ("reached only if what is unknown counts" in city["reason"]) == bool(unknown)


def test_what_cannot_be_reached_even_with_the_doubtful_is_overdue(judge) -> None:
    city = judge(PRESENCE, access([one("p0"), one("p2", qualifies="unknown")])).loc["city"]
    assert (city["areas_met"], city["areas_unknown"], city["areas_missing"]) == (1, 1, 1)
    assert city["status"] == "overdue"


def test_a_facility_whose_place_no_one_knows_is_a_bound(judge) -> None:
    lost = one("", position="missing")
    city = judge(PRESENCE, access([one("p0"), one("p1"), lost])).loc["city"]
    assert (city["achieved"], city["possible"]) == (pytest.approx(2 / 3), 1.0)
    assert city["status"] == "not_measurable"
    assert "facilities without a known place: 1" in city["reason"]


def test_presence_by_nearness_is_called_an_assumption(judge) -> None:
    rows = [
        one("p0", place_basis="nearest"),
        one("p1"),
        one("p2", place_basis="nearest"),
        one("p2"),
    ]
    city = judge(PRESENCE, access(rows)).loc["city"]
    assert city["status"] == "met"
    assert "only because a facility is near, an assumption: 1" in city["reason"]


def test_at_least_two_per_area(judge) -> None:
    two = PRESENCE + "at_least = 2\n"
    city = judge(two, access([one("p0"), one("p0"), one("p1"), one("p2")])).loc["city"]
    assert city["areas_met"] == 1


@pytest.mark.parametrize(
    ("level", "areas", "met"),
    [("place", 5, 2), ("town", 2, 1), ("town_street", 3, 2), ("unit", 3, 2), ("admin", 2, 2)],
)
def test_presence_at_every_level(judge, level, areas, met) -> None:
    target = PRESENCE.replace('"village"', f'"{level}"')
    city = judge(target, access([one("p0"), one("p3")])).loc["city"]
    assert (city["areas"], city["areas_met"]) == (areas, met)


def test_presence_in_the_city_and_in_named_districts(judge) -> None:
    city = PRESENCE.replace('"village"', '"city"')
    assert judge(city, access([one("")])).loc["city", "status"] == "met"
    named = PRESENCE.replace('"village"', '"unit"\nonly = ["甲区"]')
    table = judge(named, access([one("甲区")]))
    assert list(table.index) == ["city", "甲区"]
    assert list(table["status"]) == ["met", "met"]


def test_a_district_without_any_place_is_unknown_to_the_whole(judge) -> None:
    target = PRESENCE.replace('"village"', '"unit"')
    city = judge(target, access([one("甲区"), one("新区")])).loc["city"]
    assert (city["areas_met"], city["areas_unknown"], city["status"]) == (2, 1, "not_measurable")
    assert "districts of the plan without a place in the study: 1" in city["reason"]


@pytest.mark.parametrize(
    ("opened", "date", "status"),
    [
        # before the plan 1 of 3; the line from 1/3 asks 1/3 + 2/3 * 549/1096 = 0.667 on 2 July 2013
        ("2013-01-01", dt.date(2013, 7, 1), "on_course"),  # 0.66667 against 0.66606
        ("2013-01-01", dt.date(2013, 7, 3), "behind"),  # 0.66667 against 0.66727
        ("2014-01-01", HALF, "behind"),
        ("2013-01-01", DUE - dt.timedelta(days=1), "behind"),
        ("2013-01-01", DUE, "overdue"),
        ("2013-01-01", dt.date(2011, 12, 31), "not_measurable"),
    ],
)
def test_status_follows_the_line_from_the_baseline(judge, opened, date, status) -> None:
    city = judge(PRESENCE, access([one("p0"), one("p1", opened)], date)).loc["city"]
    assert city["status"] == status
    assert city["baseline"] == pytest.approx(1 / 3)
    assert city["baseline_date"] == "2011-12-31"


def test_the_line_is_told(judge) -> None:
    rows = [one("p0"), one("p1", "2013-01-01")]
    city = judge(PRESENCE, access(rows, HALF)).loc["city"]
    assert city["expected"] == pytest.approx(1 / 3 + 2 / 3 * 549 / 1096)
    assert "the line from 33.33 % on 2011-12-31 asks 66.73 %" in city["reason"]


def test_without_opening_dates_there_is_no_line(judge) -> None:
    rows = [one("p0", None), one("p1", None)]
    city = judge(PRESENCE, access(rows, HALF)).loc["city"]
    assert city["status"] == "not_measurable"
    assert "no opening date is known" in city["reason"]
    assert judge(PRESENCE, access(rows, DUE)).loc["city", "status"] == "overdue"


def test_undated_facilities_are_taken_to_be_old_and_it_is_said(judge) -> None:
    rows = [one("p0", None), one("p1", "2013-01-01")]
    city = judge(PRESENCE, access(rows, HALF)).loc["city"]
    assert city["baseline"] == pytest.approx(1 / 3)
    assert (
        "taken to have been there before the plan for lack of an opening date: 1" in city["reason"]
    )


def test_a_service_that_the_study_does_not_have_is_not_measurable(judge) -> None:
    table = judge(PRESENCE.replace('"clinic"', '"library"'), access([one("p0")]))
    assert set(table["status"]) == {"not_measurable"}
    assert "no facilities of service library" in table.loc["city", "reason"]
    assert table["achieved"].isna().all()


def test_an_empty_file_of_facilities_is_a_fact(judge) -> None:
    city = judge(PRESENCE, access([])).loc["city"]
    assert (city["achieved"], city["status"]) == (0.0, "overdue")


def test_no_number_in_the_plan_is_reported_and_not_judged(judge) -> None:
    table = judge(PRESENCE.replace("required = 1.0", ""), access([one("p0")]))
    city = table.loc["city"]
    assert city["achieved"] == pytest.approx(1 / 3)
    assert np.isnan(city["required"])
    assert np.isnan(city["shortfall"])
    assert (city["status"], city["basis"]) == ("not_measurable", "assumption")
    assert "at the baseline, 2011-12-31, it was 33.33 %" in city["reason"]
    assert "the plan gives no number" in city["reason"]


def test_an_assumed_number_is_judged_and_labelled(judge) -> None:
    target = PRESENCE + 'required_basis = "assumption"\n'
    city = judge(target, access([one("p0")])).loc["city"]
    assert (city["status"], city["basis"]) == ("overdue", "assumption")


SHARE = """
due = 2014-12-31
[[targets.parts]]
measure = "share"
service = "clinic"
level = "town_street"
where = { level = ["town"] }
required = 0.6
[[targets.parts]]
measure = "share"
service = "clinic"
level = "place"
where = { level = ["village"] }
required = 0.6
"""


def test_the_weakest_part_decides_and_every_part_has_a_row(judge) -> None:
    rows = [one(area, level="town") for area in ("t1", "t2", "t3")]
    rows += [one(area, level="village") for area in ("p0", "p1")]
    table = judge(SHARE, access(rows))
    city = table.loc["city"]
    assert (city["achieved"], city["status"]) == (pytest.approx(0.4), "overdue")
    assert (city["areas"], city["areas_met"]) == (3 + 5, 3 + 2)
    assert "the weakest of 2 parts decides: places" in city["reason"]
    parts = table[table["scope_kind"] == "level"]
    assert list(parts["achieved"]) == [1.0, pytest.approx(0.4)]
    assert list(parts["status"]) == ["met", "overdue"]
    assert table.loc["甲区", "status"] == "met"
    # a share is inclusive: 3 of 5 places is exactly 60 %
    rows.append(one("p3", level="village"))
    assert judge(SHARE, access(rows)).loc["city", "status"] == "met"


def test_a_facility_without_the_attribute_that_is_asked_for_is_doubtful(judge) -> None:
    rows = [one(area, level="") for area in ("p0", "p1", "p2")]
    rows += [one(area, level="TOWN ") for area in ("t1", "t2")]
    parts = judge(SHARE, access(rows)).query("scope_kind == 'level'")
    assert list(parts["status"]) == ["met", "not_measurable"]
    assert list(parts["areas_unknown"]) == [0, 3]


COUNT = """
scope = "west"
measure = "count"
service = "clinic"
opened_from = 2012-01-01
opened_to = 2014-12-31
required = 2
due = 2014-12-31
"""


def test_count_in_a_window_and_an_area(judge) -> None:
    rows = [
        one("p2", "2012-01-01"),  # first day of the window, 新区 is the west
        one("p3", "2014-12-31"),  # last day
        one("p3", "2011-12-31"),  # before the window
        one("p0", "2013-05-05"),  # not in the west
        one("p3", None),  # undated
        one("p3", "2013-05-05", qualifies="no"),
    ]
    table = judge(COUNT, access(rows))
    west = table.loc["west"]
    assert (west["achieved"], west["possible"], west["status"]) == (2, 3, "met")
    assert west["measure_unit"] == "facilities"
    assert "not counted for lack of an opening date: 1" in west["reason"]
    assert list(table.index) == ["west", "新区"]
    assert np.isnan(table.loc["新区", "required"])
    assert "for the whole only" in table.loc["新区", "reason"]
    day_before = judge(COUNT, access(rows, DUE - dt.timedelta(days=1))).loc["west"]
    assert (day_before["achieved"], day_before["shortfall"]) == (1, 1)


@pytest.mark.parametrize(
    ("required", "status"), [(2, "not_measurable"), (1, "met"), (3, "overdue")]
)
def test_undated_facilities_bound_a_windowed_count(judge, required, status) -> None:
    target = COUNT.replace("required = 2", f"required = {required}")
    west = judge(target, access([one("p2", "2013-01-01"), one("p3", None)])).loc["west"]
    assert (west["achieved"], west["possible"], west["status"]) == (1, 2, status)


def test_a_windowed_count_starts_from_nothing(judge) -> None:
    # half of the time has passed: 549/1096 of 2 is 1.002, so one is just too few
    seen = access([one("p2", "2012-05-01"), one("p3", "2010-01-01")], HALF)
    west = judge(COUNT, seen).loc["west"]
    assert (west["baseline"], west["achieved"], west["status"]) == (0, 1, "behind")
    assert west["expected"] == pytest.approx(2 * 549 / 1096)
    earlier = access([one("p2", "2012-05-01")], HALF - dt.timedelta(days=2))
    assert judge(COUNT, earlier).loc["west", "status"] == "on_course"


def test_a_group_falls_back_on_the_studys_districts_where_the_unit_is_unknown(judge) -> None:
    rows = [one("", "2013-01-01", district_id=name) for name in ("d2", "d1")]
    assert judge(COUNT, access(rows)).loc["west", "achieved"] == 1


def test_count_per_named_town(judge) -> None:
    target = """
measure = "count"
service = "clinic"
each = "town"
only = ["一镇", "二镇", "无镇"]
required = 1
due = 2012-12-31
"""
    table = judge(target, access([one("t1"), one("t1")]))
    assert table.loc["t1", "status"] == "met"
    assert (table.loc["t2", "status"], table.loc["t2", "shortfall"]) == ("overdue", 1)
    assert "无镇 has no place in the study" in table.loc["? 无镇", "reason"]
    city = table.loc["city"]
    assert (city["status"], city["achieved"], city["required"]) == ("overdue", 0, 1)
    assert "1 of 3 reach it; the weakest is 二镇" in city["reason"]


def test_a_total_may_be_spread_over_the_districts_as_an_assumption(judge) -> None:
    target = """
measure = "count"
service = "clinic"
required = 3
required_per_unit = 1
due = 2012-12-31
"""
    table = judge(target, access([one("甲区"), one("新区"), one("新区")]))
    assert (table.loc["city", "status"], table.loc["city", "basis"]) == ("met", "plan")
    assert (table.loc["新区", "required"], table.loc["新区", "basis"]) == (1, "assumption")


def test_a_stray_facility_outside_every_district_is_not_the_citys(judge) -> None:
    target = 'measure = "count"\nservice = "clinic"\nrequired = 1\ndue = 2014-12-31\n'
    assert judge(target, access([one("", position="outside")])).loc["city", "achieved"] == 0


ATTRIBUTE = """
measure = "attribute_share"
service = "clinic"
meets = { standard = ["yes", "是"] }
required = 1.0
due = 2012-12-31
"""


@pytest.mark.parametrize(
    ("values", "achieved", "possible", "status"),
    [
        (["yes", "是", True, " Yes"], 1.0, 1.0, "met"),
        (["yes", "no", "yes", "yes"], 0.75, 0.75, "overdue"),
        (["yes", "", "yes", None], 0.5, 1.0, "not_measurable"),
        (["no", "", "yes", "yes"], 0.5, 0.75, "overdue"),
    ],
)
def test_attribute_share(judge, values, achieved, possible, status) -> None:
    rows = [one("p0", standard=value) for value in values]
    rows.append(one("p0", "2015-01-01", standard="no"))  # not there yet
    city = judge(ATTRIBUTE, access(rows)).loc["city"]
    assert (city["achieved"], city["possible"], city["status"]) == (achieved, possible, status)


@pytest.mark.parametrize(
    ("asked", "achieved", "possible"),
    [
        (">= 250", 0.5, 0.75),
        ("≥250", 0.5, 0.75),
        (">250", 0.25, 0.5),
        ("< 250", 0.25, 0.5),
        ("250", 0.25, 0.5),
        ("= 250.0", 0.25, 0.5),
        ("!= 250", 0.5, 0.75),
    ],
)
def test_a_condition_on_a_number_is_understood_as_the_gate_does(
    judge, asked, achieved, possible
) -> None:
    areas = (250.0, 300.0, 120.0, np.nan)
    target = ATTRIBUTE.replace('standard = ["yes", "是"]', f'floor_area_m2 = "{asked}"')
    rows = [one("p0", floor_area_m2=area) for area in areas]
    city = judge(target, access(rows)).loc["city"]
    assert (city["achieved"], city["possible"]) == (achieved, possible)


def test_what_is_not_a_word_is_asked_with_the_sign_of_unequal(judge) -> None:
    rows = [one("p0", standard=value) for value in ("no", "yes", "", "部分")]
    target = ATTRIBUTE.replace('["yes", "是"]', '"!= no"')
    city = judge(target, access(rows)).loc["city"]
    assert (city["achieved"], city["possible"]) == (0.5, 0.75)


@pytest.mark.parametrize(
    ("asked", "cells"),
    [
        ("镇（街）", ("镇（街）", "镇(街)", "\u3000镇（街） ", "村")),
        ("镇(街)", ("镇（街）", "镇(街)", "镇(街）", "村")),
        ("Ⅲ级", ("Ⅲ级", "III级", "iii级", "Ⅱ级")),
        ("iii级", ("Ⅲ级", "III级", "ⅲ级", "Ⅱ级")),
        ("①类", ("①类", "1类", "１类", "2类")),
        ("１２", ("１２", "12", " 12", "13")),
        ("ＹＥＳ", ("yes", "ｙｅｓ", True, False)),
    ],
)
def test_width_and_form_of_a_letter_decide_nothing(judge, asked, cells) -> None:
    rows = [one("p0", standard=value) for value in cells]
    for sign, share in (("", 0.75), ("!= ", 0.25)):
        target = ATTRIBUTE.replace('["yes", "是"]', f'"{sign}{asked}"')
        assert judge(target, access(rows)).loc["city", "achieved"] == share
    target = ATTRIBUTE.replace("meets", "where").replace('["yes", "是"]', f'["{asked}"]')
    count = judge(target.replace("attribute_share", "count"), access(rows)).loc["city"]
    assert count["achieved"] == 3


def test_the_quality_gate_does_not_hide_what_an_attribute_share_is_about(judge) -> None:
    rows = [one("p0", standard="yes"), one("p1", standard="no", qualifies="no")]
    assert judge(ATTRIBUTE, access(rows)).loc["city", "achieved"] == 0.5


def test_an_attribute_that_the_data_lacks_is_not_measurable(judge) -> None:
    city = judge(ATTRIBUTE, access([one("p0")])).loc["city"]
    assert city["status"] == "not_measurable"
    assert "no attribute standard" in city["reason"]


def test_an_attribute_share_has_no_baseline(judge) -> None:
    rows = [one("p0", standard="yes"), one("p1", standard="no")]
    city = judge(ATTRIBUTE, access(rows, dt.date(2012, 6, 30))).loc["city"]
    assert city["status"] == "not_measurable"
    assert "when the attribute was reached is not recorded" in city["reason"]


ACCESS = """
measure = "access"
service = "clinic"
level = "place"
required = 0.6
due = 2014-12-31
"""


def test_access_is_the_share_within_the_studys_limit_and_an_assumption(judge) -> None:
    table = judge(ACCESS, access([one("p0")], statuses="ccuc?"))
    city = table.loc["city"]
    assert (city["achieved"], city["possible"]) == (pytest.approx(0.6), pytest.approx(0.8))
    assert (city["areas_met"], city["areas_missing"], city["areas_unknown"]) == (3, 1, 1)
    assert (city["status"], city["basis"]) == ("met", "assumption")
    assert "within 500 m" in city["reason"]
    by_plan = Service(id="clinic", name={}, mode="walk", limit=500, source="plan", basis="plan")
    seen = access([one("p0")], statuses="ccuc?", service=by_plan)
    assert judge(ACCESS, seen).loc["city", "basis"] == "plan"


def test_access_of_people(judge) -> None:
    target = ACCESS + 'statistic = "share_people"\n'
    # 100 + 200 + 400 of 1000 known people; the fifth place has no number of people
    city = judge(target, access([one("p0")], statuses="ccucc")).loc["city"]
    assert city["achieved"] == pytest.approx(0.7)
    assert "left out for lack of a number of people: 1" in city["reason"]


def test_people_where_the_grid_has_no_value_leave_the_share_open(judge) -> None:
    target = ACCESS + 'statistic = "share_people"\n'
    held = places()
    told = held.table.assign(people_missing=[0.0, 150.0, 0.0, 100.0, 0.0])
    seen = access([one("p0")], statuses="ccucc", where=replace(held, table=told))
    city = judge(target, seen).loc["city"]
    assert city["achieved"] == pytest.approx(700 / 1250)
    assert city["possible"] == pytest.approx(950 / 1250)
    assert "700 of 1,000 people" in city["reason"]
    assert "250 more people" in city["reason"]


@pytest.mark.parametrize(
    ("people", "told", "asked", "status"),
    [
        ((np.nan,) * 3, "is not known (without a number: 3)", True, "not_measurable"),
        ((0.0, 0.0, np.nan), "is not known (without a number: 1)", True, "not_measurable"),
        ((0.0,) * 3, "nobody lives in the places of 甲区", False, "met"),
    ],
)
def test_people_that_nobody_knows_are_no_lack_of_places(judge, people, told, asked, status) -> None:
    held = places()
    counts = [*people, *held.table["people"].iloc[3:]]
    where = replace(held, table=held.table.assign(people=counts))
    target = ACCESS + 'statistic = "share_people"\neach = "district"\n'
    rows = judge(target, access([one("p0")], statuses="ccccc", where=where))
    assert rows.loc["d1", "status"] == "not_measurable"
    assert told in rows.loc["d1", "reason"]
    units = rows[rows["scope_kind"] == "district"]
    of_all = rows[rows["overall"]].iloc[0]
    assert is_asked(units.reset_index(), pd.Series({"x": 0.6})).tolist() == [asked, True]
    assert of_all["status"] == ("not_measurable" if asked else status)


def test_access_before_the_due_date_has_no_baseline(judge) -> None:
    city = judge(ACCESS, access([one("p0")], HALF, statuses="cuuuu")).loc["city"]
    assert city["status"] == "not_measurable"
    assert "access at the baseline was not measured" in city["reason"]


def test_access_asks_only_those_who_qualify_where_the_data_says_so(judge) -> None:
    target = ACCESS + 'qualifying = "safe"\n'
    blind = judge(target, access([one("p0")], statuses="ccuuu")).loc["city"]
    assert (blind["areas"], blind["achieved"]) == (5, pytest.approx(0.4))
    assert "does not say which qualify (safe): all are judged" in blind["reason"]
    held = places()
    told = held.table.assign(source_safe=["是", "yes", "no", "否", ""])
    seen = access([one("p0")], statuses="ccuuu", where=replace(held, table=told))
    city = judge(target, seen).loc["city"]
    assert (city["areas"], city["achieved"]) == (3, pytest.approx(2 / 3))
    assert "left out because they do not qualify: 2" in city["reason"]


MINUTES = """
measure = "access"
service = "clinic"
level = "place"
statistic = "median_minutes"
unit = "minutes"
comparison = "<="
due = 2014-12-31
"""
HOUR = Service(id="clinic", name={}, mode="drive", limit=60.0, limit_unit="minutes")


@pytest.mark.parametrize(
    ("statuses", "minutes", "achieved", "status"),
    [
        ("cccuu", (10, 20, 60, 90, 120), 60, "met"),
        ("ccuuu", (10, 20, 61, 90, 120), 61, "overdue"),
        ("ccuuu", (10, 20, np.nan, np.nan, np.nan), np.nan, "overdue"),  # most cannot get there
        ("cccu?", (10, 20, 60, 90, np.nan), 60, "met"),  # the unknown one counts as far
        ("uuuu?", (70, 75, 80, 90, np.nan), 80, "overdue"),  # at best 75
        ("ccu??", (10, 20, 90, np.nan, np.nan), 90, "not_measurable"),  # at best 10
    ],
)
def test_median_minutes_against_the_studys_limit(
    judge, statuses, minutes, achieved, status
) -> None:
    seen = access([one("p0")], statuses=statuses, minutes=minutes, service=HOUR)
    city = judge(MINUTES, seen).loc["city"]
    assert city["achieved"] == pytest.approx(achieved, nan_ok=True)
    assert (city["required"], city["status"], city["basis"]) == (60, status, "assumption")


MAINLAND = MINUTES.replace("median_minutes", "mainland_minutes").replace(
    'level = "place"', 'level = "island"'
)


def islands(*rows: tuple[str, str, float], town: float = 42.0) -> Islands:
    """Give what was measured of islands: place, state, minutes to the mainland's clinic."""
    held = [
        {
            "place_id": place,
            "destination": kind,
            "service": service,
            "mainland_state": state,
            "mainland_minutes": minutes if kind == "service" else town,
            "mainland_distance_m": minutes * 80,
        }
        for place, state, minutes in rows
        for kind, service in (("service", "clinic"), ("town", ""))
    ]
    return Islands(table=no_islands().table, places=pd.DataFrame(held))


@pytest.mark.parametrize(
    ("known", "achieved", "possible", "status"),
    [
        (("p2", "reached", 45.0), 45, 45, "met"),
        (("p2", "reached", 61.0), 61, 61, "overdue"),
        (("p2", "unreachable", np.nan), np.nan, np.nan, "overdue"),
    ],
)
def test_minutes_from_islands_to_the_mainland(
    tmp_path: Path, known, achieved, possible, status
) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(HEAD + MAINLAND, "utf8")
    # the nearest at all is a clinic on the island, one minute away: it does not count
    seen = access([one("p2")], statuses="ccccc", minutes=(1,) * 5, service=HOUR)
    seen = replace(seen, network=object())
    table, _ = evaluate_targets(read_plan(path), seen, records(), islands=islands(known))
    city = table.set_index("unit").loc["city"]
    assert city["achieved"] == pytest.approx(achieved, nan_ok=True)
    assert city["possible"] == pytest.approx(possible, nan_ok=True)
    assert (city["required"], city["status"], city["basis"]) == (60, status, "assumption")
    assert "on the mainland" in city["reason"]
    assert "nearest town: 42 minutes" in city["reason"]
    assert "陆上" in city["reason_zh"]


def test_minutes_to_the_mainland_need_a_network_and_a_place_that_joins_it(
    judge, tmp_path: Path
) -> None:
    seen = access([one("p2")], statuses="ccccc", minutes=(1,) * 5, service=HOUR)
    city = judge(MAINLAND, seen).loc["city"]
    assert city["status"] == "not_measurable"
    assert pd.isna(city["areas"])
    assert "no network" in city["reason"]
    off = islands(("p2", "unknown", np.nan))
    table, _ = evaluate_targets(
        read_plan(tmp_path / "plan.toml"), replace(seen, network=object()), records(), islands=off
    )
    assert table.set_index("unit").loc["city", "status"] == "not_measurable"


def test_minutes_without_a_limit_in_minutes_are_reported(judge) -> None:
    seen = access([one("p0")], statuses="ccccc", minutes=(10, 20, 30, 40, 50))
    city = judge(MINUTES, seen).loc["city"]
    assert (city["achieved"], city["status"]) == (30, "not_measurable")
    assert "the plan gives no number" in city["reason"]


def test_access_that_was_not_measured(judge) -> None:
    other = Service(id="school", name={}, mode="walk", limit=500)
    city = judge(ACCESS, access([one("p0")], service=other)).loc["city"]
    assert city["status"] == "not_measurable"
    assert "measures no access to service clinic" in city["reason"]


TREND = """
scope = "west"
measure = "trend"
service = "clinic"
due = 2014-12-31
"""


@pytest.mark.parametrize(
    ("opened", "date", "achieved", "status", "shortfall"),
    [
        (["2010-01-01", "2013-01-01"], DUE, 2, "met", 0),
        (["2010-01-01", "2013-01-01"], HALF, 2, "met", 0),
        (["2010-01-01"], DUE, 1, "overdue", 1),
        (["2010-01-01"], HALF, 1, "behind", 1),
        (["2010-01-01", None], DUE, 2, "overdue", 1),  # the undated one counts as old
        ([], DUE, 0, "overdue", 1),
    ],
)
def test_a_trend_asks_for_more_than_before(
    judge, opened, date, achieved, status, shortfall
) -> None:
    west = judge(TREND, access([one("p2", day) for day in opened], date)).loc["west"]
    assert (west["achieved"], west["status"], west["shortfall"]) == (achieved, status, shortfall)
    assert west["comparison"] == ">"
    assert west["basis"] == "plan"


def test_a_trend_without_dates_is_not_measurable(judge) -> None:
    west = judge(TREND, access([one("p2", None)])).loc["west"]
    assert (west["status"], west["achieved"]) == ("not_measurable", 1)


MILESTONE = """
measure = "milestone"
state = "built"
projects = [
  { id = "a", name = { zh = "甲院", en = "Hospital A" } },
  { id = "b", name = { zh = "乙院", en = "Hospital B" } },
]
due = 2014-12-31
"""


def test_milestones_have_states_in_an_order(judge) -> None:
    held = records(
        milestones=[
            ("a", "planned", "2012-01-31"),
            ("a", "已建成", "2014-06-30"),
            ("b", "under_way", "2014-01-31"),
            ("b", "built", "2015-02-01"),  # after the study's date
        ]
    )
    table = judge(MILESTONE, access([]), held)
    city = table.loc["city"]
    assert (city["required"], city["achieved"], city["shortfall"]) == (2, 1, 1)
    assert (city["status"], city["measure_unit"]) == ("overdue", "projects")
    assert (
        "Hospital A: built since 2014-06-30; Hospital B: under way since 2014-01-31"
        in city["reason"]
    )
    assert "甲院:2014-06-30起已建成;乙院:2014-01-31起在建" in city["reason_zh"]
    assert (table.loc["a", "status"], table.loc["b", "status"]) == ("met", "overdue")
    later = judge(MILESTONE, access([], dt.date(2015, 2, 1)), held)
    assert later.loc["city", "status"] == "met"


@pytest.mark.parametrize(
    ("state", "status"),
    [("under_way", "on_course"), ("started", "behind"), ("in_place", "met")],
)
def test_a_milestone_moves_along_its_states(judge, state, status) -> None:
    # the line from planned (0 of 3) on 2011-12-31 to built asks 549/1096 = 0.50 of the way:
    # started is 1/3, under way 2/3
    target = MILESTONE.replace('{ id = "b", name = { zh = "乙院", en = "Hospital B" } },', "")
    held = records(milestones=[("a", "planned", "2011-12-31"), ("a", state, "2013-01-31")])
    city = judge(target, access([], HALF), held).loc["city"]
    assert city["status"] == status


def test_a_project_without_a_record_is_unknown(judge) -> None:
    built = records(milestones=[("a", "built", "2013-01-31")])
    table = judge(MILESTONE, access([]), built)
    city = table.loc["city"]
    assert (city["achieved"], city["possible"], city["areas_unknown"]) == (1, 2, 1)
    assert city["status"] == "not_measurable"
    assert table.loc["b", "status"] == "not_measurable"
    assert "Hospital B: no record" in table.loc["b", "reason"]
    none = judge(MILESTONE, access([])).loc["city"]
    assert none["status"] == "not_measurable"
    assert np.isnan(none["achieved"])


def test_records_that_nothing_understands_are_findings(judge) -> None:
    held = records(
        milestones=[
            ("a", "nearly", "2013-01-31"),
            ("aa", "built", "2013-01-31"),
            ("b", "built", None),
        ],
        certificates=[("p9", "green", "2013-01-31")],
        indicators=[("d9", 2013, "pensions", 0.5)],
    )
    codes = judge(MILESTONE, access([]), held).attrs["codes"]
    assert sorted(codes) == [
        "milestone-state-unknown",
        "milestone-undated",
        "record-area-unknown",
        "record-area-unknown",
        "record-unused",
        "record-unused",
        "record-unused",
    ]


CERTIFICATE = """
measure = "certificate"
certificate = "green"
level = "village"
required = 0.6
due = 2013-12-31
"""


def test_certificates_count_from_their_date(judge) -> None:
    held = records(
        certificates=[
            ("p0", "green", "2011-05-01"),
            ("p1", "green", "2013-12-31"),
            ("p2", "red", "2011-05-01"),
            ("p3", "green", "2011-05-01"),  # no village
        ]
    )
    table = judge(CERTIFICATE, access([], dt.date(2013, 12, 31)), held)
    city = table.loc["city"]
    assert (city["areas"], city["areas_met"], city["status"]) == (3, 2, "met")
    assert (city["baseline"], city["achieved"]) == (pytest.approx(1 / 3), pytest.approx(2 / 3))
    day_before = judge(CERTIFICATE, access([], dt.date(2013, 12, 30)), held).loc["city"]
    assert (day_before["areas_met"], day_before["status"]) == (1, "behind")


def test_a_certificate_without_a_date_is_unknown(judge) -> None:
    held = records(certificates=[("p0", "green", "2011-05-01"), ("p1", "green", None)])
    city = judge(CERTIFICATE, access([]), held).loc["city"]
    assert (city["areas_met"], city["areas_unknown"], city["status"]) == (1, 1, "not_measurable")
    none = judge(CERTIFICATE, access([])).loc["city"]
    assert "no certificates green" in none["reason"]
    assert np.isnan(none["achieved"])


def test_what_is_asked_of_each_district_is_decided_by_the_weakest(judge) -> None:
    held = records(certificates=[("p0", "green", "2012-05-01"), ("p2", "green", "2012-05-01")])
    table = judge(CERTIFICATE + 'each = "district"\n', access([]), held)
    # d1 holds p0, p1, p2: 2 of 3; d2 has no village at all and decides nothing
    assert list(table.index) == ["city", "d1", "d2"]
    assert (table.loc["d1", "status"], table.loc["d2", "status"]) == ("met", "not_measurable")
    assert "no villages in 乙区" in table.loc["d2", "reason"]
    assert table.loc["city", "status"] == "met"
    by_unit = judge(CERTIFICATE + 'each = "plan_district"\n', access([]), held)
    # 甲区 has 1 of 2 (0.5 < 0.6): it decides; 空区 is not in the study
    assert by_unit.loc["city", "achieved"] == 0.5
    assert by_unit.loc["city", "status"] == "overdue"
    assert "1 of 3 reach it; the weakest is Jia" in by_unit.loc["city", "reason"]


INDICATOR = """
measure = "indicator"
indicator = "pension"
unit = "share"
required = 0.9
due = 2014-12-31
"""


def figures(*values: tuple[str, int, float]) -> Records:
    return records(indicators=[(unit, year, "pension", value) for unit, year, value in values])


def test_an_indicator_takes_the_latest_year_that_has_ended(judge) -> None:
    held = figures(
        ("city", 2013, 0.7), ("city", 2014, 0.9), ("d1", 2014, 0.95), ("新区", 2014, 0.8)
    )
    table = judge(INDICATOR, access([]), held)
    assert (table.loc["city", "status"], table.loc["city", "achieved"]) == ("met", 0.9)
    assert (table.loc["甲区", "status"], table.loc["甲区", "achieved"]) == ("met", 0.95)
    assert table.loc["新区", "status"] == "overdue"
    assert table.loc["新区", "shortfall"] == pytest.approx(0.1)
    assert table.loc["空区", "status"] == "not_measurable"
    earlier = judge(INDICATOR, access([], dt.date(2014, 12, 30)), held).loc["city"]
    assert earlier["achieved"] == 0.7


@pytest.mark.parametrize(
    ("comparison", "value", "status"),
    [
        (">=", 0.9, "met"),
        (">", 0.9, "overdue"),
        (">", 0.91, "met"),
        ("<=", 0.9, "met"),
        ("<=", 0.91, "overdue"),
        ("<", 0.9, "overdue"),
        ("<", 0.89, "met"),
    ],
)
def test_comparisons_at_their_edge(judge, comparison, value, status) -> None:
    target = INDICATOR + f'comparison = "{comparison}"\n'
    assert judge(target, access([]), figures(("city", 2014, value))).loc["city", "status"] == status


@pytest.mark.parametrize(
    ("comparison", "first", "now", "status"),
    [
        # 2011 to 2013 is 731 of 1096 days: the line asks 0.5 + 0.4 * 731/1096 = 0.7668
        (">=", 0.5, 0.77, "on_course"),
        (">=", 0.5, 0.76, "behind"),
        # falling, it asks 0.9333
        ("<=", 1.0, 0.93, "on_course"),
        ("<=", 1.0, 0.94, "behind"),
    ],
)
def test_an_indicator_follows_the_line_from_its_first_year(
    judge, comparison, first, now, status
) -> None:
    target = INDICATOR + f'comparison = "{comparison}"\n'
    held = figures(("city", 2011, first), ("city", 2013, now))
    city = judge(target, access([], dt.date(2014, 6, 30)), held).loc["city"]
    assert city["status"] == status
    assert city["baseline_date"] == "2011-12-31"


def test_one_year_gives_no_line_and_an_old_year_no_answer(judge) -> None:
    single = judge(INDICATOR, access([], dt.date(2014, 6, 30)), figures(("city", 2013, 0.5)))
    assert "only one year of figures" in single.loc["city", "reason"]
    old = judge(INDICATOR, access([]), figures(("city", 2012, 0.5), ("city", 2013, 0.95)))
    assert old.loc["city", "status"] == "not_measurable"
    assert "the latest figure is of 2013; 2014 has none" in old.loc["city", "reason"]
    none = judge(INDICATOR, access([]))
    assert "no figures pension for the city" in none.loc["city", "reason"]


def test_per_cent_written_as_a_share_is_refused(judge) -> None:
    table = judge(INDICATOR, access([]), figures(("city", 2014, 95.0)))
    assert table.loc["city", "status"] == "not_measurable"
    assert table.attrs["codes"] == ["indicator-no-share"]


def test_a_yearly_target_is_due_at_every_years_end(judge) -> None:
    target = INDICATOR + "recurring = true\n"
    held = figures(("city", 2012, 0.8), ("city", 2013, 0.95), ("city", 2014, 0.85))
    by_date = {
        date: judge(target, access([], dt.date.fromisoformat(date)), held).loc["city"]
        for date in ("2012-12-31", "2014-06-30", "2014-12-31", "2016-06-30")
    }
    assert [row["due"] for row in by_date.values()] == [
        "2012-12-31",
        "2013-12-31",
        "2014-12-31",
        "2014-12-31",
    ]
    assert [row["status"] for row in by_date.values()] == ["overdue", "met", "overdue", "overdue"]
    assert "also not reached in 2012" in by_date["2014-06-30"]["reason"]


def test_a_yearly_total_is_not_asked_of_a_district(judge) -> None:
    target = INDICATOR.replace('"share"', '"tests"').replace("0.9", "30000")
    held = figures(("city", 2014, 31_000), ("d1", 2014, 9_000))
    table = judge(target, access([]), held)
    assert table.loc["city", "status"] == "met"
    assert (table.loc["甲区", "achieved"], table.loc["甲区", "status"]) == (9000, "not_measurable")
    assert "for the whole only" in table.loc["甲区", "reason"]


GAP = """
scope = "甲区"
measure = "gap"
indicator = "urban"
less = "rural"
unit = "yuan"
due = 2014-12-31
"""


@pytest.mark.parametrize(
    ("rural", "status", "shortfall"), [(310, "met", 0), (300, "overdue", 0), (280, "overdue", 20)]
)
def test_a_gap_has_to_be_smaller_than_at_the_first(judge, rural, status, shortfall) -> None:
    held = records(
        indicators=[
            ("d1", 2011, "urban", 400),
            ("d1", 2011, "rural", 300),
            ("d1", 2014, "urban", 400),
            ("d1", 2014, "rural", rural),
            ("d1", 2013, "urban", 500),  # no rural figure: not a gap
        ]
    )
    table = judge(GAP, access([]), held)
    assert list(table.index) == ["甲区"]
    row = table.loc["甲区"]
    assert (row["required"], row["achieved"], row["status"]) == (100, 400 - rural, status)
    assert row["shortfall"] == shortfall
    assert (row["comparison"], row["measure_unit"], row["basis"]) == ("<", "yuan", "plan")


def test_a_gap_of_one_year_cannot_be_compared(judge) -> None:
    held = records(indicators=[("d1", 2014, "urban", 400), ("d1", 2014, "rural", 300)])
    row = judge(GAP, access([]), held).loc["甲区"]
    assert (row["achieved"], row["status"]) == (100, "not_measurable")


def test_an_unknown_district_of_places_is_a_finding(judge) -> None:
    held = places()
    told = held.table.assign(plan_district=["甲区", "甲", "新区", "新区", ""])
    seen = access([one("p0")], where=replace(held, table=told))
    codes = judge(PRESENCE, seen).attrs["codes"]
    assert codes == ["target-unit-unknown", "target-unit-missing"]


def test_without_a_plan_the_table_is_empty_with_all_its_columns() -> None:
    table, findings = evaluate_targets(None, access([]), records())
    assert list(table.columns) == list(TARGET_COLUMNS)
    assert len(table) == 0
    assert findings == ()


def test_nothing_that_was_given_is_changed(judge) -> None:
    seen = access([one("p0"), one("p1", "2013-01-01")], HALF)
    held = figures(("city", 2013, 0.5))
    before = [
        frame.copy()
        for frame in (seen.table, seen.facilities.table, seen.places.table, held.indicators)
    ]
    judge(PRESENCE, seen, held)
    after = (seen.table, seen.facilities.table, seen.places.table, held.indicators)
    for old, new in zip(before, after, strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(old), pd.DataFrame(new))


def test_the_shipped_plan_runs_on_a_study_that_has_almost_nothing() -> None:
    table, _ = evaluate_targets(read_plan("zhuhai-2012-2014"), access([one("p0")]), records())
    assert table["target"].nunique() == 47
    assert (table.groupby("target")["overall"].sum() == 1).all()
    assert set(table["status"]) == {"not_measurable"}
    assert (table["reason"].str.len() > 0).all()
    assert (table["reason_zh"].str.contains("[一-鿿]")).all()
    assert not np.isinf(table.select_dtypes("float").to_numpy()).any()


def test_every_reason_has_both_languages_and_the_same_placeholders() -> None:
    placeholder = re.compile(r"\{(\w+)\}")
    for code, words in _reasons().items():
        assert set(words) == {"zh", "en"}, code
        in_zh, in_en = (set(placeholder.findall(words[one])) for one in ("zh", "en"))
        assert in_zh <= in_en, code


@settings(max_examples=20, deadline=None)
@given(
    held=st.lists(
        st.tuples(
            st.sampled_from(["p0", "p1", "p2", "p3", "p4", ""]),
            st.sampled_from(["yes", "no", "unknown"]),
            st.sampled_from(["yes", "no", "unknown"]),
        ),
        max_size=6,
    )
)
def test_presence_agrees_with_counting_sets(held, tmp_path_factory) -> None:
    """Against plain sets: who has one, who may have one, and sums that add up in every row."""
    rows = [one(area, qualifies=gate, in_use=use) for area, gate, use in held]
    path = tmp_path_factory.mktemp("plan") / "plan.toml"
    path.write_text(HEAD + PRESENCE.replace('"village"', '"place"'), "utf8")
    table, _ = evaluate_targets(read_plan(path), access(rows), records())
    city = table[table["overall"]].iloc[0]
    has = {area for area, gate, use in held if area and gate == use == "yes"}
    may = {area for area, gate, use in held if area and "no" not in (gate, use)} - has
    assert (city["areas_met"], city["areas_unknown"]) == (len(has), len(may))
    assert city["areas_missing"] == 5 - len(has) - len(may)
    expected = "met" if len(has) == 5 else "overdue" if len(has | may) < 5 else "not_measurable"
    assert city["status"] == expected
    units = table[table["scope_kind"] == "plan_district"]
    for column in ("areas", "areas_met", "areas_unknown", "areas_missing"):
        assert units[column].sum() == city[column]
