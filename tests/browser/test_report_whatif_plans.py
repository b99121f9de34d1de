"""Targets under a what-if: each figure, status, basis and reason is what the engine says."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from whatif_held import Held, as_scenario, scenario_of, told
from whatif_toys import draw_with_a_plan, plan_of

import gapmap
from gapmap.report import build_report
from gapmap.scenario import apply_scenario
from gapmap.whatif import make_what_if

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Opened

    from gapmap.access import Service
    from gapmap.assessment import Assessment
    from gapmap.facilities import Facilities
    from gapmap.places import Places


def test_every_target_that_the_page_judges_is_judged_as_the_engine_does(
    open_page: Callable[..., Opened], tmp_path: Path
) -> None:
    rng = random.Random(11)  # noqa: S311 - draws of a test
    plan = plan_of(tmp_path)
    numbers, wrong = 0, []
    for _ in range(2):
        places, facilities, services, candidates = draw_with_a_plan(rng)

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
