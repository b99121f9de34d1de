"""The what-if in a real browser: each number is what the engine says, for switches at random."""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING, Any

import builders
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from whatif_held import STATE, Held, as_scenario, scenario_of, told

import gapmap as gm
from gapmap.report import build_report
from gapmap.scenario import apply_scenario, read_scenario
from gapmap.siting import CandidateSites
from gapmap.study import Study, read_study, run_study
from gapmap.whatif import make_what_if

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Opened

    from gapmap.access import Service
    from gapmap.assessment import Assessment
    from gapmap.facilities import Facilities
    from gapmap.places import Places

DATES = (dt.date(2012, 12, 31), dt.date(2013, 12, 31), dt.date(2014, 12, 31))


# ---- a city of toys: all that can be doubtful ------------------------------------------


def toy(rng: random.Random) -> tuple[Places, Facilities, tuple[Service, ...], CandidateSites]:
    """Draw places and facilities, some without a position, a judgement, a date, or twice."""
    spot = lambda: {"x": rng.randrange(0, 20_000, 400), "y": rng.randrange(0, 10_000, 400)}  # noqa: E731
    places = builders.places(
        [
            {
                **({} if rng.random() < 0.1 else spot()),
                "district_id": rng.choice(["d1", "d2"]),
                "setting": rng.choice(["urban", "rural", "unknown"]),
                "people": rng.choice([0.0, 10.0, 250.0, np.nan]),
            }
            for _ in range(25)
        ]
    )
    rows = [
        {
            **({} if rng.random() < 0.1 else spot()),
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


def measured(places: Places, facilities: Facilities, services: tuple[Service, ...]) -> Assessment:
    return gm.assess(gm.measure_access(places, facilities, None, services))


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

        start = measured(places, facilities, services)
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
            held = Held(state, engine, what_if)
            numbers += held.count
            wrong += held.wrong
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
        held = Held(state, run(there, asked), what_if)
        numbers += held.count
        wrong += held.wrong
    assert wrong == []
    assert numbers > 60_000
    again = told(opened, {})
    assert not again["changed"]
    assert Held(again, start, what_if).wrong == []
    assert opened.trouble() == []


# ---- the panel --------------------------------------------------------------------------


FIRST_CANDIDATE = """() => {
      const { page } = window.gapmap;
      const { spots, existing } = page.whatif.model.service(page.state.service);
      const point = page.map.latLngToContainerPoint([spots.lat[existing], spots.lon[existing]]);
      const box = page.map.getContainer().getBoundingClientRect();
      return [box.left + point.x, box.top + point.y];
    }"""


def covered(opened: Opened) -> int:
    count: int = opened.page.evaluate(
        "() => window.gapmap.page.city(window.gapmap.page.state.service).people_covered"
    )
    return count


def test_switches_sliders_and_undo_change_the_page_and_put_it_back(
    open_page: Callable[..., Opened], starter: Path
) -> None:
    opened = open_page(starter / "out" / "report.html")
    page = opened.page
    start = covered(opened)
    page.click(".whatif-open")
    page.click('[data-proposed="on"]')
    built = covered(opened)
    assert built > start
    assert page.locator(".whatif-chips .chip").count() == 2
    assert page.locator('[data-fact="cost"]').inner_text().split()[-1] == "60,000"
    assert page.locator('.detail [data-fact="people_uncovered"] dd').inner_text() == (
        f"{page.evaluate('() => gapmap.page.city(gapmap.page.state.service).people_uncovered'):,}"
    )
    page.locator("#whatif-limit").focus()
    for _ in range(9):
        page.keyboard.press("ArrowLeft")
    assert page.evaluate("() => document.activeElement.id") == "whatif-limit"
    assert covered(opened) < built
    assert page.locator(".detail .limit").inner_text().startswith("步行不超过 50 米")
    for _ in range(9):
        page.click(".whatif-undo")
    assert covered(opened) == built
    page.click(".whatif-redo")
    page.click(".whatif-reset")
    assert covered(opened) == start
    page.wait_for_selector("html[data-behind=no]")
    assert page.locator(".start-note").count() == 0
    assert opened.trouble() == []


def test_one_is_built_at_the_candidate_next_to_a_click_and_switched_off_on_its_card(
    open_page: Callable[..., Opened], starter: Path
) -> None:
    opened = open_page(starter / "out" / "report.html")
    page = opened.page
    start = covered(opened)
    page.click(".whatif-open")
    page.click('[data-act="place"]')
    where = page.evaluate(FIRST_CANDIDATE)
    page.mouse.click(where[0] + 3, where[1])
    state = page.evaluate("() => window.gapmap.page.whatif.wanted.toScenario()")
    wanted = page.evaluate("""() => { const { page } = window.gapmap;
      const { id, existing } = page.whatif.model.service(page.state.service);
      return id[existing]; }""")
    assert state == {"on": [wanted]}
    assert covered(opened) >= start
    page.wait_for_selector("html[data-behind=no]")
    page.mouse.click(*page.evaluate(FIRST_CANDIDATE))  # the legend has grown: the map moved
    page.click(f'.whatif-card [data-switch="{wanted}"]')
    assert page.evaluate("() => window.gapmap.page.whatif.wanted.toScenario()") == {}
    assert opened.trouble() == []


def test_the_code_opens_the_same_page_and_the_file_runs_to_the_same_numbers(
    open_page: Callable[..., Opened], starter: Path, tmp_path: Path
) -> None:
    opened = open_page(starter / "out" / "report.html")
    opened.page.click(".whatif-open")
    opened.page.click('[data-proposed="on"]')
    opened.page.click('[data-site="S01"]')
    opened.page.locator("#whatif-date").focus()
    opened.page.keyboard.press("ArrowLeft")
    opened.page.wait_for_selector("html[data-behind=no]")
    told_there = opened.page.evaluate(STATE)
    opened.page.wait_for_function("() => window.location.hash.startsWith('#whatif=')")
    opened.page.evaluate("() => window.gapmap.page.whatif.writeCode()")
    address = opened.page.evaluate("() => window.location.href")
    opened.page.click(".whatif-keep summary")
    with opened.page.expect_download() as download:
        opened.page.click('[data-keep="save"]')
    file = tmp_path / "what-if.json"
    download.value.save_as(file)
    again = open_page(starter / "out" / "report.html")
    again.page.goto("about:blank")
    again.page.goto(address)
    again.page.wait_for_selector("html[data-ready=yes]")
    assert again.page.evaluate(STATE) == told_there
    study = starter / "study" / "study.toml"
    run_study(study, tmp_path / "out", scenario=read_scenario(file))
    access = pd.read_csv(tmp_path / "out" / "access.csv")
    for service, rows in access.groupby("service"):
        have = told_there["results"][service]
        assert [one[:2] for one in have] == rows[["status", "reason"]].to_numpy().tolist()
        assert [one[3] for one in have] == rows["facility"].fillna("").tolist()


def test_what_the_page_cannot_do_is_told_and_left_out(
    open_page: Callable[..., Opened], starter: Path
) -> None:
    opened = open_page(starter / "out" / "report.html")
    page = opened.page
    page.click(".whatif-open")
    page.evaluate(
        "(told) => window.gapmap.page.whatif.read(told)",
        {
            "on": ["nobody"],
            "no_sailing": True,
            "limit_m": {"bus_shelter": 700, "service_centre": 1999.001, "x": 5},
            "limit_minutes": {"health_station": 7.333},
        },
    )
    said = page.locator(".whatif-panel [role=alert]").inner_text()
    assert all(one in said for one in ("nobody", "no_sailing", "limit_m: x"))
    # ways are rounded so that limits in tenths are never crossed: others have to be run
    assert "limit_m: service_centre" in said
    assert "limit_minutes: health_station" in said
    assert page.evaluate("() => window.gapmap.page.whatif.wanted.toScenario()") == {
        "limit_m": {"bus_shelter": 700}
    }
    page.evaluate("() => window.gapmap.page.whatif.readText('{oops')")
    assert page.locator(".whatif-panel [role=alert]").count() == 1
    broken = open_page(starter / "out" / "report.html")
    broken.page.goto("about:blank")
    broken.page.goto(broken.url + "#whatif=@@@")
    broken.page.wait_for_selector("html[data-ready=yes]")
    assert broken.page.locator(".whatif-panel [role=alert]").count() == 1
