"""Count, trend and attribute share: facilities themselves, not the areas that have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gapmap.targets.figure import Baseline, Figure, impossible
from gapmap.targets.ground import exists, within
from gapmap.targets.said import said
from gapmap.targets.standing import (
    attribute_state,
    baseline_of,
    certainty,
    dated,
    undated_note,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gapmap.plan import Ask
    from gapmap.targets.figure import ScopeUnit
    from gapmap.targets.ground import Scene
    from gapmap.targets.said import Said

__all__ = [
    "measure_attribute",
    "measure_count",
    "measure_trend",
    "nowhere_of",
    "stands_inside",
    "window_of",
]


def measure_count(scene: Scene, ask: Ask, units: Sequence[ScopeUnit]) -> list[Figure]:
    """Count facilities, opened inside a window where the ask has one."""
    return [_hindrance(scene, ask, unit) or _count(scene, ask, unit) for unit in units]


def measure_trend(scene: Scene, ask: Ask, units: Sequence[ScopeUnit]) -> list[Figure]:
    """Count facilities now and before the plan; more than before is required."""
    return [_hindrance(scene, ask, unit) or _trend(scene, ask, unit) for unit in units]


def measure_attribute(scene: Scene, ask: Ask, units: Sequence[ScopeUnit]) -> list[Figure]:
    """Measure the share of the existing facilities that carry an attribute."""
    return [_hindrance(scene, ask, unit) or _attribute(scene, ask, unit) for unit in units]


def _hindrance(scene: Scene, ask: Ask, unit: ScopeUnit) -> Figure | None:
    if not scene.has_service(ask.service):
        return impossible(said("no_facilities", service=ask.service))
    if not exists(scene, unit):
        return impossible(said("no_unit", unit=unit.name))
    return None


def stands_inside(table: pd.DataFrame, unit: ScopeUnit, scene: Scene) -> NDArray[np.bool_]:
    """Say which facilities are in a unit; one outside every district is in none."""
    stray = (table["position"] == "outside") & (table["district_id"] == "")
    return np.asarray(within(table, unit, scene) & ~stray.to_numpy(dtype=bool))


def _inside(table: pd.DataFrame, unit: ScopeUnit, scene: Scene) -> pd.DataFrame:
    inside: pd.DataFrame = table[stands_inside(table, unit, scene)]
    return inside


def nowhere_of(table: pd.DataFrame, unit: ScopeUnit) -> NDArray[np.bool_]:
    """Say of which facilities no one knows in which unit they are."""
    column = "town_id" if unit.kind == "town" else "district_id"
    lost = (table[column] == "") & (table["position"] == "missing") & (unit.kind != "city")
    return np.asarray(lost, dtype=bool)


def window_of(table: pd.DataFrame, ask: Ask) -> NDArray[np.str_]:
    """Say whether each was opened inside the ask's window; undated is ``unknown``."""
    if ask.opened_from is None and ask.opened_to is None:
        return np.full(len(table), "yes")
    opened = table["opened"]
    inside = opened.notna()
    if ask.opened_from is not None:
        inside &= opened >= pd.Timestamp(ask.opened_from)
    if ask.opened_to is not None:
        inside &= opened < pd.Timestamp(ask.opened_to) + pd.Timedelta(days=1)
    return np.select([inside, opened.isna()], ["yes", "unknown"], "no")


def _tally(table: pd.DataFrame, ask: Ask) -> tuple[int, int, int]:
    """Count certain, undated and doubtful facilities."""
    state, window = certainty(table, ask), window_of(table, ask)
    undated = (state != "no") & (window == "unknown")
    doubtful = (state == "unknown") & (window == "yes")
    return (
        int(((state == "yes") & (window == "yes")).sum()),
        int(undated.sum()),
        int(doubtful.sum()),
    )


def _count(scene: Scene, ask: Ask, unit: ScopeUnit) -> Figure:
    now, before = scene.facilities(ask.service)
    table = _inside(now, unit, scene)
    certain, undated, doubtful = _tally(table, ask)
    lost = sum(_tally(now[nowhere_of(now, unit)], ask))
    earlier = _tally(_inside(before, unit, scene), ask)[0]
    windowed = ask.opened_from is not None or ask.opened_to is not None
    if windowed:
        span = {"opened_from": ask.opened_from or "…", "opened_to": ask.opened_to or "…"}
        notes = [said("count_window", count=certain, **span)]
    else:
        notes = [said("count", count=certain)]
    notes += _doubts(undated, doubtful, lost)
    first = baseline_of(scene.plan, now, float(earlier))
    if not windowed:
        notes += undated_note(table, first)
    return Figure(
        achieved=float(certain),
        possible=float(certain + undated + doubtful + lost),
        baseline=first,
        no_baseline=said("no_dates"),
        said=tuple(notes),
    )


def _doubts(undated: int, doubtful: int, lost: int) -> list[Said]:
    told = {"count_undated": undated, "count_doubtful": doubtful, "unplaced": lost}
    return [said(code, count=count) for code, count in told.items() if count]


def _trend(scene: Scene, ask: Ask, unit: ScopeUnit) -> Figure:
    now, before = scene.facilities(ask.service)
    table = _inside(now, unit, scene)
    certain, _, doubtful = _tally(table, ask)
    earlier = _tally(_inside(before, unit, scene), ask)[0]
    notes = [said("count", count=certain), *_doubts(0, doubtful, 0)]
    standing = table[table["counts"] != "no"]
    if len(standing) and not dated(standing):
        return Figure(achieved=float(certain), said=tuple(notes), problem=said("no_dates"))
    first = Baseline(scene.plan.baseline, float(earlier))
    notes.append(said("more_than", before=earlier, date=first.date))
    return Figure(
        achieved=float(certain),
        possible=float(certain + doubtful),
        required=float(earlier),
        baseline=first,
        said=(*notes, *undated_note(table, first)),
    )


def _attribute(scene: Scene, ask: Ask, unit: ScopeUnit) -> Figure:
    table = _inside(scene.facilities(ask.service)[0], unit, scene)
    exist = certainty(table, ask, gate=False)
    sure = table[exist == "yes"]
    if len(sure) == 0:
        return impossible(said("no_facility_now"), void=unit.kind != "city")
    states = [attribute_state(sure, name, values) for name, values in ask.meets.items()]
    no = np.logical_or.reduce([state == "no" for state in states])
    yes = np.logical_and.reduce([state == "yes" for state in states])
    met, unknown = int(yes.sum()), int((~yes & ~no).sum())
    if unknown == len(sure):
        return impossible(said("attribute_absent", attribute=", ".join(ask.meets)))
    told = {"attribute_unknown": unknown, "attribute_doubtful": int((exist == "unknown").sum())}
    return Figure(
        achieved=met / len(sure),
        possible=(met + unknown) / len(sure),
        no_baseline=said("no_baseline_attribute"),
        said=(
            said("attribute", met=met, total=len(sure)),
            *(said(code, count=count) for code, count in told.items() if count),
        ),
    )
