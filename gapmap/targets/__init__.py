"""Targets: the plan held against what the study knows, one row per target and scope unit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gapmap.facilities import facilities_at
from gapmap.targets.certificates import measure_certificate
from gapmap.targets.counts import measure_attribute, measure_count, measure_trend
from gapmap.targets.doubts import doubts
from gapmap.targets.drawn import Asked, asked_of
from gapmap.targets.figure import ScopeUnit
from gapmap.targets.ground import Scene, scope_of, units_of
from gapmap.targets.judging import STATUSES, Verdict, due_of, judge, weakest
from gapmap.targets.milestones import measure_milestone
from gapmap.targets.reach import measure_reach
from gapmap.targets.reported import measure_gap, measure_indicator
from gapmap.targets.said import Said, said, sentence
from gapmap.targets.standing import measure_presence

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from gapmap.access import Access
    from gapmap.facilities import Facilities
    from gapmap.findings import Finding
    from gapmap.islands import Islands
    from gapmap.plan import Ask, Plan, Target
    from gapmap.records import Records
    from gapmap.targets.figure import Figure

__all__ = ["STATUSES", "TARGET_COLUMNS", "Asked", "asked_of", "evaluate_targets", "scene_of"]

TARGET_COLUMNS: Mapping[str, str] = {
    "target": "str",
    "clause": "str",
    "title_zh": "str",
    "title_en": "str",
    "quote": "str",
    "scope": "str",
    "scope_kind": "str",
    "unit": "str",
    "unit_zh": "str",
    "unit_en": "str",
    "overall": "bool",
    "measure": "str",
    "level": "str",
    "service": "str",
    "measure_unit": "str",
    "comparison": "str",
    "required": "float64",
    "achieved": "float64",
    "possible": "float64",
    "shortfall": "float64",
    "baseline": "float64",
    "baseline_date": "str",
    "expected": "float64",
    "as_of": "str",
    "areas": "Int64",
    "areas_met": "Int64",
    "areas_missing": "Int64",
    "areas_unknown": "Int64",
    "due": "str",
    "status": "str",
    "basis": "str",
    "reason": "str",
    "reason_zh": "str",
}
"""Columns of ``targets.csv`` and their types, see ``docs/plan-format.md``."""


def evaluate_targets(
    plan: Plan | None, access: Access, records: Records, *, islands: Islands | None = None
) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """Judge every target of a plan at the study's date.

    Parameters
    ----------
    plan
        The plan; without one the table is empty.
    access
        Facilities with the study's date, places with their region, and the access table.
    records
        Indicators, certificates and milestones that no geometry gives.
    islands
        From :func:`gapmap.islands.measure_islands`; made from ``access`` where a target needs it.

    Returns
    -------
    table
        One row per target and scope unit, with the columns of ``TARGET_COLUMNS``. Exactly one
        row of each target has ``overall`` True: the target as a whole. Others are its parts
        (``scope_kind`` ``level``) and the units (districts, named towns, projects). Dates are
        ISO text, empty where there is none. ``possible`` is ``achieved`` with everything that
        is unknown counted in the target's favour.
    findings
        Records and units that no target understands.
    """
    if plan is None:
        return _as_table([]), ()
    scene = scene_of(plan, access, records, islands)
    earlier: dict[dt.date, Scene] = {}
    rows = [row for target in plan.targets for row in _late_told(scene, target, earlier)]
    return _as_table(rows), tuple(doubts(scene))


def scene_of(plan: Plan, access: Access, records: Records, islands: Islands | None = None) -> Scene:
    """Gather what targets are judged from, at the date of the facilities."""
    before = facilities_at(access.facilities, plan.baseline)
    return Scene(
        plan=plan,
        access=access,
        records=records,
        now=_by_service(access.facilities),
        before=_by_service(before),
        known_islands=islands,
    )


_DATED = ("milestone", "count", "presence", "share", "attribute_share", "certificate")
"""Measures that can be taken on another day than the study's."""


def _late_told(
    scene: Scene, target: Target, earlier: dict[dt.date, Scene]
) -> Iterator[dict[str, object]]:
    """Give the target's rows; one that is met now and was missed on its due date says so.

    ``earlier`` keeps the scenes of due dates.
    """
    rows = list(_rows(scene, target))
    past = not target.recurring and target.due < scene.date
    if past and all(ask.measure in _DATED for ask in target.asks) and _any_met(rows):
        if target.due not in earlier:
            earlier[target.due] = _scene_at(scene, target.due)
        for row, was in zip(rows, _rows(earlier[target.due], target), strict=True):
            if row["status"] == "met" and was["status"] == "overdue":
                row["reason"] = f"{row['reason']}; {said('late').text('en')}"
                row["reason_zh"] = f"{row['reason_zh']};{said('late').text('zh')}"
    yield from rows


def _scene_at(scene: Scene, date: dt.date) -> Scene:
    """Give the same scene on another day."""
    then = facilities_at(scene.access.facilities, date)
    access = replace(scene.access, facilities=then)
    return replace(scene, access=access, now=_by_service(then), known_islands=None)


def _any_met(rows: Sequence[Mapping[str, object]]) -> bool:
    return any(row["status"] == "met" for row in rows)


def _by_service(facilities: Facilities) -> dict[str, pd.DataFrame]:
    """Split the table by service; without geometry and as plain text rows are picked faster."""
    table = pd.DataFrame(facilities.table.drop(columns="geometry"))
    text = table.select_dtypes(include=["object", "string"]).columns
    table[text] = table[text].astype(object)
    table = table.copy()  # columns of a kind in one piece: rows are picked faster
    return {"": table.iloc[:0], **{str(name): rows for name, rows in table.groupby("service")}}


def _as_table(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(TARGET_COLUMNS))
    return table.astype(dict(TARGET_COLUMNS))


def _measure(scene: Scene, target: Target, ask: Ask, units: Sequence[ScopeUnit]) -> list[Figure]:
    if ask.measure == "indicator":
        return measure_indicator(scene, ask, units, recurring=target.recurring)
    measures = {
        "presence": measure_presence,
        "share": measure_presence,
        "count": measure_count,
        "attribute_share": measure_attribute,
        "access": measure_reach,
        "trend": measure_trend,
        "milestone": measure_milestone,
        "certificate": measure_certificate,
        "gap": measure_gap,
    }
    return measures[ask.measure](scene, ask, units)


def _rows(scene: Scene, target: Target) -> Iterator[dict[str, object]]:
    """Give the target's rows: the whole, its parts, its units."""
    whole = scope_of(scene.plan, target.scope)
    units = _own_units(scene, target)
    when = (scene.date, due_of(target, scene.date, scene.plan.start))
    judged = [
        [
            judge(target, ask, unit, figure, when)
            for unit, figure in zip(
                [whole, *units], _measure(scene, target, ask, [whole, *units]), strict=True
            )
        ]
        for ask in target.asks
    ]
    of_units = [
        _over_parts(scene.plan, [verdicts[number] for verdicts in judged])
        for number in range(1, len(units) + 1)
    ]
    yield _row(target, _overall(scene.plan, target, judged, of_units), overall=True)
    if len(target.asks) > 1:
        for verdicts in judged:
            yield _row(target, _as_part(scene.plan, verdicts[0]), part=True)
    for verdict in of_units:
        yield _row(target, verdict)


def _own_units(scene: Scene, target: Target) -> list[ScopeUnit]:
    projects = [project for ask in target.asks for project in ask.projects]
    if projects:
        return [ScopeUnit("project", one.id, one.name) for one in projects]
    return units_of(scene, target)


def _overall(
    plan: Plan, target: Target, judged: Sequence[Sequence[Verdict]], of_units: Sequence[Verdict]
) -> Verdict:
    """Judge the target as a whole: its parts, or every unit where the plan asks it of each."""
    whole = [verdicts[0] for verdicts in judged]
    if not target.each or not of_units:
        return _over_parts(plan, whole)
    worst = weakest(of_units)
    deciding = [one for one in of_units if one.decides]
    met = sum(one.status == "met" for one in deciding)
    note = said("worst_of_units", met=met, count=len(deciding), name=worst.unit.name)
    return _together(worst, whole, (note,))


def _over_parts(plan: Plan, verdicts: Sequence[Verdict]) -> Verdict:
    """Judge several parts of one unit together; the weakest decides."""
    if len(verdicts) == 1:
        return verdicts[0]
    worst = weakest(verdicts)
    deciding = [one for one in verdicts if one.decides]
    if len(deciding) < 2:  # noqa: PLR2004 - one alone is no comparison
        return worst
    note = said("worst_of_parts", count=len(deciding), name=_part_name(plan, worst))
    return _together(worst, deciding, (note,))


def _together(worst: Verdict, asked: Sequence[Verdict], note: tuple[Said, ...]) -> Verdict:
    """Give the weakest verdict for the whole, with the areas of all that is asked."""
    figures = [one.figure for one in asked if one.figure.areas is not None]
    figure = worst.figure
    if figures:
        figure = replace(
            figure,
            areas=sum(one.areas or 0 for one in figures),
            met=sum(one.met or 0 for one in figures),
            unknown=sum(one.unknown or 0 for one in figures),
        )
    return replace(worst, unit=asked[0].unit, figure=figure, said=(*note, *worst.said))


def _part_name(plan: Plan, verdict: Verdict) -> Mapping[str, str]:
    level = plan.levels.get(verdict.ask.level)
    return level.name if level is not None else verdict.unit.name


def _as_part(plan: Plan, verdict: Verdict) -> Verdict:
    word = f"{verdict.ask.level or verdict.ask.service}:{verdict.ask.measure}"
    unit = ScopeUnit("level", word, _part_name(plan, verdict))
    return replace(verdict, unit=unit)


def _row(
    target: Target, verdict: Verdict, *, overall: bool = False, part: bool = False
) -> dict[str, object]:
    figure, ask, unit = verdict.figure, verdict.ask, verdict.unit
    several = len(target.asks) > 1 and not part
    first = figure.baseline
    by_states = figure.progress is not None
    return {
        "target": target.id,
        "clause": target.clause,
        "title_zh": target.title["zh"],
        "title_en": target.title["en"],
        "quote": target.quote,
        "scope": target.scope,
        "scope_kind": unit.kind,
        "unit": unit.id,
        "unit_zh": unit.name.get("zh", unit.id),
        "unit_en": unit.name.get("en", unit.id),
        "overall": overall,
        "measure": target.measure if several else ask.measure,
        "level": "" if several else ask.level,
        "service": ask.service,
        "measure_unit": ask.unit,
        "comparison": ask.comparison,
        "required": np.nan if verdict.required is None else verdict.required,
        "achieved": _finite(figure.achieved),
        "possible": _finite(figure.possible),
        "shortfall": _finite(verdict.shortfall),
        "baseline": np.nan if first is None or by_states else first.value,
        "baseline_date": "" if first is None else first.date.isoformat(),
        "expected": verdict.expected,
        "as_of": "" if figure.as_of is None else _iso(figure.as_of),
        "areas": figure.areas,
        "areas_met": figure.met,
        "areas_missing": figure.missing,
        "areas_unknown": figure.unknown,
        "due": _iso(verdict.due),
        "status": verdict.status,
        "basis": verdict.basis,
        "reason": sentence(verdict.said, "en"),
        "reason_zh": sentence(verdict.said, "zh"),
    }


def _finite(value: float) -> float:
    return value if np.isfinite(value) else np.nan


def _iso(day: dt.date) -> str:
    return day.isoformat()
