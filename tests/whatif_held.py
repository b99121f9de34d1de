"""The page's numbers under a what-if against the engine's, one by one."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import pandas as pd

from gapmap.drawing import brief
from gapmap.scenario import Scenario, read_scenario
from gapmap.targets.asking import asked_rows

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from conftest import Opened

    from gapmap.access import Service
    from gapmap.assessment import Assessment
    from gapmap.whatif import WhatIf

__all__ = ["STATE", "Held", "as_scenario", "scenario_of", "told"]

STATE: Final = """() => {
  const { page } = window.gapmap;
  const results = {};
  for (const id of page.whatif.model.ids) {
    results[id] = page.results(id).map((row) =>
      [row.status, row.reason, page.service(id).limit_unit === "m" ? row.distance_m : row.minutes,
        row.facility]);
  }
  return { results, coverage: page.coverage, gaps: page.gaps, targets: page.targets,
    active: page.whatif.model.ids.filter(page.whatif.isActive),
    changed: page.whatif.wanted.changed, problems: page.whatif.problems,
    unsaid: page.data.words.report.whatif_reason };
}"""

SUMS: Final = [
    *("places", "places_covered", "places_uncovered", "places_unknown", "people"),
    *("people_covered", "people_uncovered", "people_unknown", "share_people"),
    *("share_people_low", "share_people_high", "share_places", "places_unreachable"),
    *("people_unreachable", "places_without_people", "people_missing"),
]
GAPS: Final = [
    *("value_a", "value_b", "difference", "ratio", "difference_points", "value_a_low"),
    *("value_a_high", "value_b_low", "value_b_high", "difference_low", "difference_high"),
    *("worse", "people_to_close", "basis", "group_a", "group_a_id", "reason"),
]
TARGETS: Final = [
    *("status", "achieved", "possible", "required", "shortfall", "expected", "areas", "areas_met"),
    *("areas_missing", "areas_unknown", "baseline", "baseline_date", "due", "basis", "service"),
    *("measure", "measure_unit", "comparison", "level", "overall", "unit"),
]
WAY: Final = 2e-3
"""Metres or minutes: ways are kept in thousandths, moved by one at most beyond their rounding."""
EXACT: Final = 1e-10
"""Relative: sums and shares are told as they are, but for the order of additions."""
SHOWN: Final = {"m": 0.5, "minutes": 0.05}
"""Of a service that nothing was changed of: half of what the page shows, metres and minutes."""
TABLES: Final = 5e-4
"""Half of the last digit of the engine's tables: the page shows those, so it rounds them again."""
KILOMETRES_FROM: Final = 10_000


def told(opened: Opened, scenario: dict[str, Any]) -> dict[str, Any]:
    """Give all numbers of the page under a scenario."""
    opened.page.evaluate("(told) => window.gapmap.page.whatif.read(told)", scenario)
    state: dict[str, Any] = opened.page.evaluate(STATE)
    assert state["problems"] == [], state["problems"]
    return state


def is_nothing(value: object) -> bool:
    """Say whether the engine has no value here."""
    return value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value))


def differ(have: object, want: object, slack: float) -> bool:
    """Say whether the page's value is another than the engine's, by more than ``slack``."""
    if is_nothing(want):
        return have is not None
    if isinstance(want, str | bool | np.bool_):
        return have != want
    return not isinstance(have, int | float) or abs(have - float(want)) > slack  # type: ignore[arg-type]


@dataclass
class Held:
    """The page's numbers against the engine's: how many, and which differ."""

    state: dict[str, Any]
    engine: Assessment
    what_if: WhatIf
    count: int = 0
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.units = {one.id: one.limit_unit for one in self.engine.access.services}
        self.services = [one.service for one in self.what_if.switches]
        self.places()
        self.sums()
        self.gaps()
        self.targets()

    def hold(self, name: str, have: object, want: object, slack: float = EXACT) -> None:
        """Hold one value; a service that nothing was changed of is told as a fresh page has it."""
        self.count += 1
        if name.partition(" ")[0] not in self.state["active"]:
            want, slack = brief([want])[0], 0.0
        elif slack == EXACT and isinstance(want, float):
            slack *= max(1.0, abs(want))
        if differ(have, want, slack):
            self.wrong.append(f"{name}: page {have!r}, engine {want!r}")

    def places(self) -> None:
        table = self.engine.access.table
        for service in self.services:
            unit = self.units[service]
            way = "distance_m" if unit == "m" else "minutes"
            rows = table[table["service"] == service][["status", "reason", way, "facility"]]
            for row, told_of in zip(
                rows.itertuples(index=False), self.state["results"][service], strict=True
            ):
                for have, want in zip(told_of, row, strict=True):
                    self.count += 1
                    slack = WAY
                    if service not in self.state["active"] and isinstance(want, float):
                        slack = SHOWN[unit] * (100 if want >= KILOMETRES_FROM else 1)
                        slack += TABLES + EXACT
                    if differ(have, want, slack):
                        self.wrong.append(f"{service} place: page {have!r}, engine {want!r}")

    def sums(self) -> None:
        rows = self.engine.coverage.to_dict("records")
        for have, want in zip(self.state["coverage"], rows, strict=True):
            service = want["service"]
            if service not in self.services:
                continue
            unit = self.units[service]
            ways = [f"{name}_{unit}" for name in ("mean", "median", "p90")]
            if service in self.state["active"]:
                ways += [f"{name}_{end}" for name in ways[1:] for end in ("low", "high")]
            for column in [*SUMS, *ways]:
                name = f"{service} {want['group']} {column}"
                self.hold(name, have[column], want[column], WAY if column in ways else EXACT)

    def gaps(self) -> None:
        shown = self.engine.gaps[self.engine.gaps["comparison"] != "town-city"].to_dict("records")
        for have, want in zip(self.state["gaps"], shown, strict=True):
            service, measure = want["service"], want["measure"]
            other = {"m": "minutes", "minutes": "m"}.get(self.units.get(service, ""), "")
            if service not in self.services or measure.endswith(f"_{other}"):
                continue
            for column in GAPS:
                name = f"{service} {want['comparison']} {measure} {column}"
                self.hold(name, have[column], want[column], _slack(want, column))

    def targets(self) -> None:
        asked = asked_rows(self.engine.targets)
        for ask in self.what_if.asks:
            first, length = cast("list[int]", ask["rows"])
            for number in range(first, first + length):
                have, want = self.state["targets"][number], self.engine.targets.iloc[number]
                service = next(
                    (one["service"] for one in cast("list[Any]", ask["asks"])
                     if one["service"] in self.state["active"]), want["service"],
                )  # fmt: skip
                name = f"{service} {want['target']} {want['unit']}"
                for column in TARGETS:
                    self.hold(f"{name} {column}", have[column], want[column])
                self.hold(f"{name} asked", have["asked"], asked[number])
                for language, column in (("en", "reason"), ("zh", "reason_zh")):
                    if have[column] != self.state["unsaid"][language]:
                        self.hold(f"{name} {column}", have[column], want[column])


def _slack(gap: dict[str, Any], column: str) -> float:
    """Give how far a comparison's number may be off: two ways are in a difference or ratio."""
    if gap["measure"].startswith("share"):
        return EXACT
    if column == "ratio" and not math.isnan(gap["ratio"]):
        return float(WAY * (1 + gap["ratio"]) / gap["value_b"])
    return 2 * WAY if column.startswith("difference") else WAY


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
            (on if new or rng.random() < 0.4 else off).add(ids[number])
        service = next(each for each in services if each.id == one.service)
        if rng.random() < 0.5:
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
