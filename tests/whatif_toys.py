"""A city of toys with a plan of several years, for what-ifs of all that targets may ask."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import builders
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gapmap.facilities import facilities_at
from gapmap.plan import read_plan
from gapmap.siting import CandidateSites

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from gapmap.access import Service
    from gapmap.facilities import Facilities
    from gapmap.places import Places
    from gapmap.plan import Plan

__all__ = ["draw_with_a_plan", "plan_of"]

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


def plan_of(folder: Path) -> Plan:
    """Give a plan with one target of each kind: past and due, of counts, shares, parts, units."""
    path = folder / "plan.toml"
    head = r'[[targets]]\nid = "\1"\nclause = "1"\ntitle = { zh = "目标", en = "Target" }\ndue = \2'
    path.write_text(PLAN + re.sub(r"^(\S+) = (\S+)$", head, TARGETS, flags=re.MULTILINE), "utf8")
    return read_plan(path)


def draw_with_a_plan(
    rng: random.Random,
) -> tuple[Places, Facilities, tuple[Service, ...], CandidateSites]:
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
