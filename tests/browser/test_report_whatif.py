"""The what-if in a real browser: each number is what the engine says, for switches at random."""

from __future__ import annotations

import datetime as dt
import json
import random
from typing import TYPE_CHECKING, Any

import builders
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import gapmap as gm
from gapmap.report import build_report
from gapmap.scenario import Scenario, apply_scenario, read_scenario
from gapmap.siting import CandidateSites
from gapmap.study import Study, read_study, run_study
from gapmap.whatif import WhatIf, make_what_if

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Opened

    from gapmap.access import Service
    from gapmap.assessment import Assessment
    from gapmap.facilities import Facilities
    from gapmap.places import Places

DATES = (dt.date(2012, 12, 31), dt.date(2013, 12, 31), dt.date(2014, 12, 31))

STATE = """() => {
  const { page } = window.gapmap;
  const results = {};
  for (const id of page.whatif.model.ids) {
    results[id] = page.results(id).map((row) =>
      [row.status, row.reason, page.service(id).limit_unit === "m" ? row.distance_m : row.minutes,
        row.facility]);
  }
  return { results, coverage: page.coverage, gaps: page.gaps, targets: page.targets,
    active: page.whatif.model.ids.filter(page.whatif.isActive),
    changed: page.whatif.wanted.changed, problems: page.whatif.problems };
}"""


def told(opened: Opened, scenario: dict[str, Any]) -> dict[str, Any]:
    """Give all numbers of the page under a scenario."""
    opened.page.evaluate("(told) => window.gapmap.page.whatif.read(told)", scenario)
    state: dict[str, Any] = opened.page.evaluate(STATE)
    assert state["problems"] == []
    return state


def differ(have: object, want: object, slack: float) -> bool:
    if want is None or (isinstance(want, float) and np.isnan(want)) or want is pd.NA:
        return have is not None
    if isinstance(want, str):
        return have != want
    return not isinstance(have, int | float) or abs(have - float(want)) > slack * max(
        1.0, abs(float(want))
    )  # type: ignore[arg-type]


SUMS = [
    *("places", "places_covered", "places_uncovered", "places_unknown", "people"),
    *("people_covered", "people_uncovered", "people_unknown", "share_people"),
    *("share_people_low", "share_people_high", "share_places", "places_unreachable"),
    *("people_unreachable", "places_without_people", "people_missing"),
]
GAPS = ["value_a", "value_b", "difference", "ratio", "worse", "people_to_close", "reason"]
TARGETS = ["status", "achieved", "possible", "required", "shortfall", "expected", "areas_met"]
MILLIMETRES = 2e-3
EXACT = 1e-10
SHOWN = 0.6
"""What the page does not change is held as exactly as it is shown: to the metre, or better."""


def compare(state: dict[str, Any], engine: Assessment, what_if: WhatIf) -> tuple[int, list[str]]:
    """Count the numbers that were held against each other, and name those that differ."""
    wrong: list[str] = []
    count = 0

    def hold(name: str, have: object, want: object, slack: float) -> None:
        nonlocal count
        count += 1
        if differ(have, want, slack):
            wrong.append(f"{name}: page {have!r}, engine {want!r}")

    active = set(state["active"])

    def fine(service: str, slack: float) -> float:
        return slack if service in active else SHOWN if slack == MILLIMETRES else MILLIMETRES

    units = {one.id: one.limit_unit for one in engine.access.services}
    table = engine.access.table
    for service in (one.service for one in what_if.switches):
        way = "distance_m" if units[service] == "m" else "minutes"
        rows = table[table["service"] == service][["status", "reason", way, "facility", "place_id"]]
        for row, have in zip(rows.itertuples(index=False), state["results"][service], strict=True):
            name = f"{service} {row[4]}"
            for told_, want in zip(have, row[:4], strict=True):
                hold(name, told_, want, fine(service, MILLIMETRES))
    ids = {one.service for one in what_if.switches}
    for have, (_, want) in zip(state["coverage"], engine.coverage.iterrows(), strict=True):
        if want["service"] not in ids:
            continue
        unit = units[want["service"]]
        ways = [f"{name}_{unit}" for name in ("mean", "median", "p90")]
        for column in [*SUMS, *ways]:
            slack = fine(want["service"], MILLIMETRES if column in ways else EXACT)
            hold(f"coverage {want['service']} {want['group']} {column}", have[column], want[column],
                 slack)  # fmt: skip
    shown = engine.gaps[engine.gaps["comparison"] != "town-city"]
    for have, (_, want) in zip(state["gaps"], shown.iterrows(), strict=True):
        unit = units.get(want["service"], "")
        other = {"m": "minutes", "minutes": "m"}.get(unit, "")
        if want["service"] not in ids or str(want["measure"]).endswith(f"_{other}"):
            continue
        ways_ = not str(want["measure"]).startswith("share")
        for column in GAPS:
            hold(f"gap {want['service']} {want['comparison']} {want['measure']} {column}",
                 have[column], want[column],
                 fine(want["service"], MILLIMETRES if ways_ else EXACT))  # fmt: skip
    first = {int(one["rows"][0]) + n for one in what_if.asks for n in range(one["rows"][1])}  # type: ignore[index]
    for number, (have, (_, want)) in enumerate(
        zip(state["targets"], engine.targets.iterrows(), strict=True)
    ):
        if number in first:
            for column in TARGETS:
                hold(f"target {want['target']} {want['unit']} {column}", have[column],
                     want[column], fine(want["service"], EXACT))  # fmt: skip
    return count, wrong


def scenario_of(
    rng: random.Random, what_if: WhatIf, services: tuple[Service, ...]
) -> dict[str, Any]:
    """Draw switches, limits and a date."""
    on, off, limits = set(), set(), {"limit_m": {}, "limit_minutes": {}}
    for one in what_if.switches:
        ids = list(one.sites.table["facility_id"])
        free = [n for n in range(len(ids)) if n not in set(one.stay_on.tolist())]
        some = rng.sample(free, min(len(free), rng.choice([0, 1, 2, len(free) // 3, len(free)])))
        for number in some:
            new = number >= one.sites.existing
            (on if new or rng.random() < 0.4 else off).add(ids[number])  # noqa: PLR2004 - a share
        service = next(each for each in services if each.id == one.service)
        if rng.random() < 0.5:  # noqa: PLR2004 - a share
            limit = float(rng.randint(1, int(service.limit * 3)))
            key = "limit_m" if service.limit_unit == "m" else "limit_minutes"
            limits[key][one.service] = limit
    return {
        "on": sorted(on),
        "off": sorted(off - on),
        "date": str(rng.choice(what_if.dates)),
        **{key: held for key, held in limits.items() if held},
    }


def as_scenario(told: dict[str, Any], folder: Path) -> Scenario:
    path = folder / "what-if.json"
    path.write_text(json.dumps(told), "utf8")
    return read_scenario(path)


# ---- a city of toys: all that can be doubtful ------------------------------------------


def toy(rng: random.Random) -> tuple[Places, Facilities, tuple[Service, ...], CandidateSites]:
    """Draw places and facilities, some without a position, a judgement, a date, or twice."""
    spot = lambda: {"x": rng.randrange(0, 20_000, 400), "y": rng.randrange(0, 10_000, 400)}  # noqa: E731
    places = builders.places(
        [
            {
                **({} if rng.random() < 0.1 else spot()),  # noqa: PLR2004 - a share
                "district_id": rng.choice(["d1", "d2"]),
                "setting": rng.choice(["urban", "rural", "unknown"]),
                "people": rng.choice([0.0, 10.0, 250.0, np.nan]),
            }
            for _ in range(25)
        ]
    )
    rows = [
        {
            **({} if rng.random() < 0.1 else spot()),  # noqa: PLR2004 - a share
            "service": rng.choice(["clinic", "shop"]),
            "qualifies": rng.choice(["yes", "yes", "yes", "no", "unknown"]),
            "opened": rng.choice([pd.NaT, pd.Timestamp("2012-06-01"), pd.Timestamp("2014-06-01")]),
            "closed": rng.choice([pd.NaT, pd.NaT, pd.Timestamp("2013-06-01")]),
            "in_use": rng.choice(["yes", "yes", "unknown"]),
            "place_id": rng.choice(["", "p1", "p2", "p3"]),
            "district_id": rng.choice(["d1", "d2"]),
        }
        for _ in range(30)
    ]
    made = builders.facilities(rows, services=("clinic", "shop"))
    facilities = gm.facilities.facilities_at(made, DATES[-1])
    clinic = builders.clinic(1200)
    shop = builders.clinic(12, unit="minutes")
    services = (clinic, gm.Service(**{**_fields(shop), "id": "shop"}))
    xy = [(builders.X0 + 1000 * n, builders.Y0 + 4000) for n in range(15)]
    table = gpd.GeoDataFrame(
        {"site_id": [f"c{n}" for n in range(15)], "name": "候选", "district_id": "", "district": "",
         "town": "", "cost": [1000.0] * 14 + [np.nan]},
        geometry=shapely.points(xy), crs=builders.CRS,
    )  # fmt: skip
    return places, facilities, services, CandidateSites(table=table)


def _fields(service: Service) -> dict[str, Any]:
    return {name: getattr(service, name) for name in service.__slots__}


def test_a_page_says_what_the_engine_says_of_all_that_is_doubtful(
    open_page: Callable[..., Opened], tmp_path: Path
) -> None:
    rng = random.Random(8)  # noqa: S311 - draws of a test
    numbers, wrong = 0, []
    for _ in range(4):
        places, facilities, services, candidates = toy(rng)

        def run(
            there: Facilities, asked: tuple[Service, ...], where: Places = places
        ) -> Assessment:
            return gm.assess(gm.measure_access(where, there, None, asked))

        start = run(facilities, services)
        what_if = make_what_if(start, {"clinic": candidates}, proposed={})
        report = build_report(start, what_if=what_if)
        opened = open_page(report.save(tmp_path / "report.html"))
        for _ in range(10):
            drawn = scenario_of(rng, what_if, services)
            state = told(opened, drawn)
            engine = run(
                *apply_scenario(
                    as_scenario(drawn, tmp_path), places, facilities, services,
                    candidates={"clinic": candidates},
                )
            )  # fmt: skip
            count, differing = compare(state, engine, what_if)
            numbers += count
            wrong += differing
        assert opened.trouble() == []
    assert wrong == []
    assert numbers > 20_000


@pytest.fixture(scope="module")
def zhuhai() -> Study:
    return read_study("data/zhuhai/study.toml")


def test_a_page_of_zhuhai_says_what_the_engine_says(
    open_page: Callable[..., Opened], zhuhai: Study, tmp_path: Path
) -> None:
    def run(there: Facilities, asked: tuple[Service, ...]) -> Assessment:
        access = gm.measure_access(zhuhai.places, there, zhuhai.network, asked)
        return gm.assess(access, zhuhai.plan, records=zhuhai.records)

    start = run(zhuhai.facilities, zhuhai.services)
    what_if = make_what_if(start, zhuhai.candidates, proposed={})
    opened = open_page(build_report(start, what_if=what_if).save(tmp_path / "报告 1.html"))
    rng = random.Random(2014)  # noqa: S311 - draws of a test
    numbers, wrong = 0, []
    for _ in range(2):
        drawn = scenario_of(rng, what_if, zhuhai.services)
        state = told(opened, drawn)
        there, asked = apply_scenario(
            as_scenario(drawn, tmp_path), zhuhai.places, zhuhai.facilities, zhuhai.services,
            candidates=zhuhai.candidates,
        )  # fmt: skip
        count, differing = compare(state, run(there, asked), what_if)
        numbers += count
        wrong += differing
    assert wrong == []
    assert numbers > 60_000
    again = told(opened, {})
    assert not again["changed"]
    assert compare(again, start, what_if)[1] == []
    assert opened.trouble() == []
