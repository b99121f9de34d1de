"""Presence and share: which areas have a facility that counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from gapmap.facilities import ORDER, plain_word, read_condition
from gapmap.targets.figure import Baseline, Figure, impossible
from gapmap.targets.ground import areas_of, exists, within
from gapmap.targets.said import said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from gapmap.facilities import Condition
    from gapmap.plan import Ask, Plan
    from gapmap.targets.figure import ScopeUnit
    from gapmap.targets.ground import Areas, Scene
    from gapmap.targets.said import Said

__all__ = [
    "AREA_KEYS",
    "attribute_state",
    "baseline_of",
    "certainty",
    "dated",
    "level_problem",
    "may_lie_in",
    "measure_presence",
    "undated_note",
]

AREA_KEYS = {"place": "place_id", "town": "town_id", "district": "district_id"}
"""The column that says in which area of a level a facility is; else that of the plan's district."""


def certainty(table: pd.DataFrame, ask: Ask, *, gate: bool = True) -> NDArray[np.str_]:
    """Say of each facility whether it counts for an ask: ``yes``, ``no`` or ``unknown``.

    It has to exist at the date, pass the quality gate (unless ``gate`` is False), and carry
    the attribute values that the ask wants.
    """
    states = [table["counts"].to_numpy(dtype=object)]
    if gate:
        states.append(table["qualifies"].to_numpy(dtype=object))
    states += [attribute_state(table, name, values) for name, values in ask.where.items()]
    never = np.logical_or.reduce([state == "no" for state in states])
    always = np.logical_and.reduce([state == "yes" for state in states])
    return np.select([never, always], ["no", "yes"], "unknown")


def attribute_state(table: pd.DataFrame, name: str, values: Sequence[str]) -> NDArray[np.str_]:
    """Say whether an attribute meets one of ``values``; empty or absent is ``unknown``.

    A value is a word or a number to be equal to, or a condition such as ``>= 250``.
    """
    if name not in table.columns:
        return np.full(len(table), "unknown")
    known = np.array([_plain(cell) != "" for cell in table[name]], dtype=bool)
    met = np.zeros(len(table), dtype=bool)
    for value in values:
        condition = read_condition(value)
        if condition is not None:
            met |= _meets(table[name], condition)
    return np.select([~known, met], ["unknown", "yes"], "no")


def _meets(cells: pd.Series, condition: Condition) -> NDArray[np.bool_]:
    are_numbers = is_numeric_dtype(cells) and not is_bool_dtype(cells)
    if condition.sign in ORDER:
        values = cells if are_numbers else pd.to_numeric(cells, errors="coerce")
        return np.asarray(ORDER[condition.sign](values.astype(float), condition.number))
    if are_numbers and not np.isnan(condition.number):
        same = np.asarray(cells.astype(float) == condition.number)
    else:
        wanted = plain_word(condition.bound)
        same = np.array([_plain(cell) == wanted for cell in cells], dtype=bool)
    return same if condition.sign == "==" else ~same


def _plain(cell: object) -> str:
    if (
        cell is None
        or cell is pd.NA
        or cell is pd.NaT
        or (isinstance(cell, float) and np.isnan(cell))
    ):
        return ""
    if isinstance(cell, bool | np.bool_):
        return "yes" if cell else "no"
    return plain_word(str(cell))


@dataclass(frozen=True, slots=True)
class _Held:
    """Of each area: whether it certainly has enough, may have, has only by nearness."""

    has: NDArray[np.bool_]
    may: NDArray[np.bool_]
    near: NDArray[np.bool_]
    unplaced: pd.DataFrame


def measure_presence(scene: Scene, ask: Ask, units: Sequence[ScopeUnit]) -> list[Figure]:
    """Measure the share of areas that have a facility, for each unit."""
    if not scene.has_service(ask.service):
        return [impossible(said("no_facilities", service=ask.service)) for _ in units]
    areas = areas_of(scene, ask)
    now, before = scene.facilities(ask.service)
    held = (_hold(now, ask, areas), _hold(before, ask, areas))
    when = _When(dated(now) > 0, undated_note(now, baseline_of(scene.plan, now, 0.0)))
    return [_figure(scene, unit, areas, held, when) for unit in units]


class _When(NamedTuple):
    """Whether any facility's opening date is known, and what is said of the others."""

    dated: bool
    undated: tuple[Said, ...]


def _hold(table: pd.DataFrame, ask: Ask, areas: Areas) -> _Held:
    state = certainty(table, ask)
    sure, doubtful = state == "yes", state != "no"
    if areas.level.of == "city":
        has = np.array([sure.sum() >= ask.at_least])
        may = np.array([doubtful.sum() >= ask.at_least]) & ~has
        return _Held(has, may, np.zeros(1, dtype=bool), table.iloc[:0])
    key = AREA_KEYS.get(areas.level.of, "plan_district")
    ids, basis, position = (
        table[name].to_numpy(dtype=object) for name in (key, "place_basis", "position")
    )
    wanted = areas.table["area_id"].tolist()
    has = _number(ids[sure], wanted) >= ask.at_least
    may = (_number(ids[doubtful], wanted) >= ask.at_least) & ~has
    near = has & (_number(ids[sure & (basis != "nearest")], wanted) < ask.at_least)
    lost = table[doubtful & (ids == "") & (position == "missing")]
    return _Held(has, may, near if key == "place_id" else near & False, lost)


def _number(ids: NDArray[np.object_], wanted: Sequence[str]) -> NDArray[np.int64]:
    number = Counter(ids.tolist())
    return np.array([number[one] for one in wanted], dtype=np.int64)


def _figure(
    scene: Scene, unit: ScopeUnit, areas: Areas, held: tuple[_Held, _Held], when: _When
) -> Figure:
    inside = within(areas.table, unit, scene)
    problem = level_problem(scene, unit, areas, inside)
    if problem is not None:
        return problem
    now, before = held
    known = areas.table["known"].to_numpy(dtype=bool)
    unknown = inside & ~now.has & (now.may | ~known)
    count, met = int(inside.sum()), int((inside & now.has).sum())
    lost = _lost_in(now.unplaced, unit, scene)
    notes = [said("areas_have", met=met, areas=count, level=areas.level.name)]
    notes += _notes(
        {
            "nearest": int((inside & now.near).sum()),
            "areas_doubtful": int((unknown & known).sum()),
            "units_absent": int((unknown & ~known).sum()),
            "setting_unknown": int(within(areas.unsure, unit, scene).sum()),
            "unplaced": lost,
        }
    )
    doubt = int(unknown.sum())
    share = float((inside & before.has).sum() / count)
    first = Baseline(scene.plan.baseline, share) if when.dated else None
    return Figure(
        achieved=met / count,
        possible=min(1.0, (met + doubt + lost) / count),
        areas=count,
        met=met,
        unknown=doubt,
        baseline=first,
        no_baseline=said("no_dates"),
        said=(*notes, *when.undated),
    )


def _notes(counts: Mapping[str, int]) -> list[Said]:
    return [said(code, count=count) for code, count in counts.items() if count]


def _lost_in(lost: pd.DataFrame, unit: ScopeUnit, scene: Scene) -> int:
    """Count facilities without a known place that may lie in the unit."""
    return int(may_lie_in(lost, unit, scene).sum()) if len(lost) else 0


def may_lie_in(table: pd.DataFrame, unit: ScopeUnit, scene: Scene) -> NDArray[np.bool_]:
    """Say which facilities lie in a unit, or may: no one knows of any area that they belong to."""
    nowhere = (table["plan_district"] == "") & (table["district_id"] == "")
    return np.asarray(within(table, unit, scene) | nowhere.to_numpy(dtype=bool))


def level_problem(
    scene: Scene, unit: ScopeUnit, areas: Areas, inside: NDArray[np.bool_]
) -> Figure | None:
    """Say why a unit cannot be asked: it is not in the study, or has no such areas."""
    if not exists(scene, unit):
        return impossible(said("no_unit", unit=unit.name))
    if not inside.any():
        return impossible(said("no_areas", level=areas.level.name, unit=unit.name), void=True)
    return None


def dated(facilities: pd.DataFrame) -> int:
    """Count the facilities whose opening date is known."""
    return int(facilities["opened"].notna().sum())


def baseline_of(plan: Plan, facilities: pd.DataFrame, value: float) -> Baseline | None:
    """Give the value before the plan, None where no facility carries an opening date."""
    return Baseline(plan.baseline, value) if dated(facilities) else None


def undated_note(facilities: pd.DataFrame, first: Baseline | None) -> tuple[Said, ...]:
    """Say how many facilities are only taken to have stood before the plan."""
    if first is None:
        return ()
    count = int(((facilities["counts"] != "no") & facilities["opened"].isna()).sum())
    return (said("undated_before", count=count),) if count else ()
