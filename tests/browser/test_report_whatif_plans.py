"""Targets under a what-if: each figure, status, basis and reason is what the engine says."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import builders
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from whatif_held import Held, as_scenario, scenario_of, told

import gapmap
from gapmap.facilities import facilities_at
from gapmap.plan import read_plan
from gapmap.report import build_report
from gapmap.scenario import apply_scenario
from gapmap.siting import CandidateSites
from gapmap.whatif import make_what_if

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Opened

    from gapmap.access import Service
    from gapmap.assessment import Assessment
    from gapmap.facilities import Facilities
    from gapmap.places import Places
    from gapmap.plan import Plan

PLAN = """
[plan]
id = "small"
name = { zh = "小规划", en = "Small plan" }
authority = { zh = "镇", en = "Town" }
published = 2012-01-01
start = 2012-01-01
end = 2016-12-31
[[districts]]
id = "甲区"
name = { zh = "甲区", en = "Jia" }
[[districts]]
id = "新区"
name = { zh = "新区", en = "Xin" }
[[districts]]
id = "空区"
name = { zh = "空区", en = "Kong" }
[groups.east]
name = { zh = "东部", en = "the east" }
districts = ["新区"]
[levels]
place = { of = "place", name = { zh = "村居", en = "places" } }
village = { of = "place", setting = ["rural"], name = { zh = "村", en = "villages" } }
unit = { of = "plan_district", name = { zh = "区", en = "districts" } }
city = { of = "city", name = { zh = "市", en = "city" } }
"""
TARGETS = """
overdue-count = 2013-12-31
    measure = "count"
    service = "clinic"
    required = 8
future-count = 2016-12-31
    measure = "count"
    service = "shop"
    required = 15
    required_per_unit = 4
    each = "plan_district"
opened-count = 2014-12-31
    measure = "count"
    service = "clinic"
    required = 2
    comparison = ">"
    opened_from = 2012-01-01
    opened_to = 2013-12-31
    where = { level = "town" }
large-count = 2015-12-31
    measure = "count"
    service = "shop"
    required = 3
    where = { floor_area_m2 = ">= 250" }
few-count = 2014-12-31
    measure = "count"
    service = "shop"
    required = 6
    comparison = "<="
presence = 2016-12-31
    measure = "share"
    service = "clinic"
    level = "village"
    required = 0.3
yearly = 2016-12-31
    measure = "presence"
    service = "shop"
    level = "unit"
    required = 1.0
    at_least = 2
    recurring = true
each-share = 2013-12-31
    measure = "access"
    service = "clinic"
    level = "village"
    statistic = "share_people"
    required = 0.6
    each = "plan_district"
east-share = 2016-12-31
    measure = "access"
    service = "shop"
    level = "place"
    required = 0.5
    scope = "east"
numberless = 2016-12-31
    measure = "share"
    service = "shop"
    level = "place"
parts = 2016-12-31
    each = "plan_district"
    [[targets.parts]]
    measure = "access"
    service = "clinic"
    level = "place"
    required = 0.5
    required_basis = "assumption"
    [[targets.parts]]
    measure = "count"
    service = "shop"
    required = 9
    required_per_unit = 3
    [[targets.parts]]
    measure = "share"
    service = "clinic"
    level = "village"
held = 2016-12-31
    measure = "access"
    service = "clinic"
    level = "place"
    statistic = "median_minutes"
    unit = "minutes"
    comparison = "<="
    required = 10
"""


def _plan(folder: Path) -> Plan:
    path = folder / "plan.toml"
    head = r'[[targets]]\nid = "\1"\nclause = "1"\ntitle = { zh = "目标", en = "Target" }\ndue = \2'
    path.write_text(PLAN + re.sub(r"^(\S+) = (\S+)$", head, TARGETS, flags=re.MULTILINE), "utf8")
    return read_plan(path)


def _toy(rng: random.Random) -> tuple[Places, Facilities, tuple[Service, ...], CandidateSites]:
    """Draw villages with groups of people, some unknown, and facilities that share their ids."""

    def spot() -> dict[str, object]:
        if rng.random() < 0.1:
            return {}
        return {"x": rng.randrange(0, 20_000, 500), "y": rng.randrange(0, 10_000, 500)}

    villages = [
        {
            **spot(),
            "district_id": rng.choice(["d1", "d2"]),
            "setting": rng.choice(["urban", "rural", "rural", "unknown"]),
            "people": rng.choice([0.0, 10.0, 250.0, np.nan]),
            "people_elderly": rng.choice([0.0, 4.0, np.nan]),
        }
        for _ in range(20)
    ]
    there = [
        {
            **spot(),
            "facility_id": f"f{number // 2 if number < 12 else number}",
            "service": ("clinic", "shop")[number % 2],
            "level": rng.choice(["town", "village", ""]),
            "floor_area_m2": rng.choice([100.0, 250.0, np.nan]),
            "qualifies": rng.choice(["yes", "yes", "yes", "no", "unknown"]),
            "opened": pd.Timestamp(rng.choice([None, "2010-06-01", "2012-06-01", "2014-06-01"])),
            "closed": pd.Timestamp(rng.choice([None, None, "2013-06-01"])),
            "in_use": rng.choice(["yes", "yes", "unknown"]),
            "place_id": rng.choice(["", "p1", "p2", "p3"]),
            "district_id": rng.choice(["", "d1", "d2"]),
            "plan_district": rng.choice(["", "甲区", "新区"]),
        }
        for number in range(26)
    ]
    made = builders.facilities(there, services=("clinic", "shop"))
    facilities = facilities_at(made, made.date)
    shop = replace(builders.clinic(15, unit="minutes"), id="shop")
    services = (replace(builders.clinic(1500), source="plan 1"), shop)
    xy = [(builders.X0 + 1500 * n + 100, builders.Y0 + 4000) for n in range(12)]
    table = gpd.GeoDataFrame(
        {"site_id": [f"c{n}" for n in range(12)], "name": "候选", "district_id": "", "district": "",
         "town": "", "cost": 1000.0},
        geometry=shapely.points(xy), crs=builders.CRS,
    )  # fmt: skip
    places = builders.places(villages, groups=("elderly",))
    return places, facilities, services, CandidateSites(table=table)


def test_every_target_that_the_page_judges_is_judged_as_the_engine_does(
    open_page: Callable[..., Opened], tmp_path: Path
) -> None:
    rng = random.Random(11)  # noqa: S311 - draws of a test
    plan = _plan(tmp_path)
    numbers, wrong = 0, []
    for _ in range(2):
        places, facilities, services, candidates = _toy(rng)

        def run(
            there: Facilities, asked: tuple[Service, ...], where: Places = places
        ) -> Assessment:
            return gapmap.assess(gapmap.measure_access(where, there, None, asked), plan)

        start = run(facilities, services)
        what_if = make_what_if(start, {"clinic": candidates}, proposed={})
        assert len(what_if.asks) == len(plan.targets) - 1  # all but the one in minutes
        opened = open_page(build_report(start, what_if=what_if).save(tmp_path / "report.html"))
        for _ in range(8):
            drawn = scenario_of(rng, what_if, services)
            state = told(opened, drawn)
            scenario = as_scenario(drawn, tmp_path)
            engine = run(
                *apply_scenario(
                    scenario, places, facilities, services, candidates={"clinic": candidates}
                )
            )
            held = Held(state, engine, what_if)
            numbers += held.count
            wrong += held.wrong
        assert opened.trouble() == []
    assert wrong == []
    assert numbers > 10_000
