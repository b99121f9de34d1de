"""Conditions: what the plan's targets ask of new sites, after what exists is taken off."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gapmap.errors import MethodError
from gapmap.programme.question import Area, Condition
from gapmap.programme.start import end_of, targets_about
from gapmap.targets import asked_of
from gapmap.targets.counts import measure_count, measure_trend
from gapmap.targets.figure import ScopeUnit
from gapmap.targets.ground import areas_of, scope_of, units_of, within
from gapmap.targets.judging import judge
from gapmap.targets.standing import certainty, measure_presence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from gapmap.location.value import Floats
    from gapmap.plan import Ask, Plan, Target
    from gapmap.targets.ground import Scene

__all__ = ["Asks", "asks_of", "conditions_of"]

_SLACK = 1e-9
"""What floating-point division may add to a whole number."""
_COUNTED = ("count", "trend")
_IN_AREAS = ("presence", "share")


@dataclass(frozen=True, slots=True)
class Asks:
    """What conditions are made from.

    Attributes
    ----------
    scene
        Facilities of the start as they stand at the end of the last year.
    table
        The targets judged there: nothing is built.
    service
        Whose sites are planned.
    homes
        Of each candidate ``place_id``, ``town_id``, ``district_id``, ``plan_district`` and
        ``position``.
    years
        The calendar years.
    open_places
        Which places are uncovered; the columns of the question.
    """

    scene: Scene
    table: pd.DataFrame
    service: str
    homes: pd.DataFrame
    years: tuple[int, ...]
    open_places: np.ndarray
    not_held: dict[str, tuple[str, str]] = field(default_factory=dict)


def asks_of(plan: Plan | None, service: str, wanted: Sequence[str]) -> tuple[Target, ...]:
    """Find the targets that a programme is to hold.

    Raises
    ------
    MethodError
        There is no plan, or a target is not in it or not about the service.
    """
    if not wanted:
        return ()
    if plan is None:
        raise MethodError(
            "targets are named and the assessment has no plan; give a plan or no targets",
            "给出了目标,而评价没有规划;请给出规划,或不写目标",
        )
    about = targets_about(plan, service)
    known = ", ".join(about) or "-"
    every = {one.id for one in plan.targets}
    for name in wanted:
        if name not in every:
            raise MethodError(
                f"the plan has no target {name!r}; about {service} are: {known}",
                f"规划中没有目标“{name}”;与“{service}”有关的有:{known}",
            )
        if name not in about:
            raise MethodError(
                f"target {name!r} does not ask for {service}; about it are: {known}",
                f"目标“{name}”与“{service}”无关;有关的有:{known}",
            )
    return tuple(about[name] for name in dict.fromkeys(wanted))


def conditions_of(asks: Asks, targets: Sequence[Target]) -> tuple[Condition, ...]:
    """Translate targets; why an ask cannot be held is written to ``asks.not_held``."""
    told: list[Condition] = []
    for target in targets:
        for ask in target.asks:
            if ask.service == asks.service:
                told += _of_ask(asks, target, ask)
    return tuple(told)


def _of_ask(asks: Asks, target: Target, ask: Ask) -> list[Condition]:
    if ask.where and ask.measure != "access":
        names = ", ".join(ask.where)
        asks.not_held[target.id] = (
            f"it counts facilities by {names}, which new sites do not carry",
            f"它按“{names}”计数,而新建点没有该属性",
        )
        return []
    if ask.measure in _COUNTED:
        return list(_counted(asks, target, ask))
    if ask.measure in _IN_AREAS:
        return list(_in_areas(asks, target, ask))
    if ask.measure == "access" and ask.statistic in ("share_places", "share_people"):
        return list(_within_reach(asks, target, ask))
    asks.not_held[target.id] = (
        f"new sites cannot be planned for what it measures ({ask.measure})",
        f"它的度量({ask.measure})不能靠新建点来规划",
    )
    return []


def _units(asks: Asks, target: Target) -> list[ScopeUnit]:
    """Give what has to hold it: every unit where the plan asks it of each, else the whole."""
    return units_of(asks.scene, target) if target.each else [_whole(asks, target)]


def _whole(asks: Asks, target: Target) -> ScopeUnit:
    return scope_of(asks.scene.plan, target.scope)


def _window(asks: Asks, target: Target, ask: Ask) -> tuple[int, int]:
    """Give the first and the last year whose sites count; due later than the last is held by it."""
    ends = [end_of(year) for year in asks.years]
    until = min(target.due, ask.opened_to or target.due)
    last = sum(day <= until for day in ends) - 1
    first = 0 if ask.opened_from is None else sum(day < ask.opened_from for day in ends)
    return first, last


def _counted(asks: Asks, target: Target, ask: Ask) -> Iterator[Condition]:
    measure = measure_count if ask.measure == "count" else measure_trend
    scene, homes = asks.scene, asks.homes
    units = _units(asks, target)
    when = scene.date, target.due
    stray = ((homes["position"] == "outside") & (homes["district_id"] == "")).to_numpy()
    for unit, figure in zip(units, measure(scene, ask, units), strict=True):
        verdict = judge(target, ask, unit, figure, when)
        if figure.problem is not None or verdict.required is None:
            _not_judged(asks, target)
            continue
        need = math.ceil(verdict.shortfall - _SLACK)
        if need > 0:
            inside = within(homes, unit, scene) & ~stray
            yield _condition(asks, target, ask, unit, _What(kind="sites", need=need, sites=inside))


def _in_areas(asks: Asks, target: Target, ask: Ask) -> Iterator[Condition]:
    scene = asks.scene
    units = _units(asks, target)
    areas = areas_of(scene, ask)
    lacks = _lacks(asks, ask, areas.level.of, areas.table["area_id"].tolist())
    for unit, figure in zip(units, measure_presence(scene, ask, units), strict=True):
        if figure.problem is not None or ask.required is None or figure.areas is None:
            _not_judged(asks, target)
            continue
        need = math.ceil(ask.required * figure.areas - _SLACK) - (figure.met or 0)
        inside = within(areas.table, unit, scene)
        lacking = tuple(
            Area(str(ident), str(name), sites, lack)
            for (ident, name), (sites, lack), held in zip(
                areas.table[["area_id", "name"]].itertuples(index=False), lacks, inside, strict=True
            )
            if held and lack > 0
        )
        if need > 0:
            yield _condition(asks, target, ask, unit, _What(kind="areas", need=need, areas=lacking))


_KEYS = {"place": "place_id", "town": "town_id", "district": "district_id"}


def _lacks(asks: Asks, ask: Ask, of: str, ids: list[str]) -> list[tuple[np.ndarray, int]]:
    """Give for each area the candidates that belong to it, and how many sites it lacks."""
    table = asks.scene.facilities(ask.service)[0]
    sure = certainty(table, ask) == "yes"
    if of == "city":
        return [(np.ones(len(asks.homes), dtype=bool), ask.at_least - int(sure.sum()))]
    key = _KEYS.get(of, "plan_district")
    have = Counter(table.loc[sure, key])
    home = asks.homes[key].to_numpy(dtype=object)
    return [(home == one, ask.at_least - have[one]) for one in ids]


def _within_reach(asks: Asks, target: Target, ask: Ask) -> Iterator[Condition]:
    """Give the shares of places or people that have to be covered."""
    scene = asks.scene
    found, _ = asked_of(scene.plan, scene.access, scene.records, asks.table)
    rows = asks.table["target"].to_numpy(dtype=object)
    block = scene.access.table[scene.access.table["service"] == asks.service]
    people = np.nan_to_num(block["people"].to_numpy(dtype=float))
    covered = (block["status"] == "covered").to_numpy()
    mine = [one for one in found if rows[one.row] == target.id]
    whole = [one for one in mine if asks.table["overall"].iloc[one.row]]
    held = [one for one in mine if one.row in whole[0].parts] if whole and whole[0].parts else whole
    if not held:
        _not_judged(asks, target)
    for one in held:
        weight = people if one.in_people else np.ones(len(people))
        total = float(weight[one.member].sum()) + one.missing
        need = one.required * total - float(weight[one.member & covered].sum())
        row = asks.table.iloc[one.row]
        unit = ScopeUnit("", str(row["unit"]), {"zh": row["unit_zh"], "en": row["unit_en"]})
        if need > _SLACK * max(total, 1.0):
            kind = "people" if one.in_people else "places"
            counted = np.where(one.member & asks.open_places, weight, 0.0)
            what = _What(kind=kind, need=need, weight=counted)
            yield _condition(asks, target, ask, unit, what)


@dataclass(frozen=True, slots=True, kw_only=True)
class _What:
    """What a condition counts."""

    kind: str
    need: float
    sites: np.ndarray | None = None
    areas: tuple[Area, ...] = ()
    weight: Floats | None = None


def _condition(asks: Asks, target: Target, ask: Ask, unit: ScopeUnit, what: _What) -> Condition:
    first, last = _window(asks, target, ask)
    return Condition(
        target=target.id,
        unit=unit.id,
        unit_name=(unit.name["zh"], unit.name["en"]),
        kind=what.kind,
        need=float(what.need),
        first=first,
        last=last,
        sites=what.sites,
        areas=what.areas,
        weight=what.weight,
    )


def _not_judged(asks: Asks, target: Target) -> None:
    asks.not_held[target.id] = (
        "the plan gives no number for it, or nothing can be measured",
        "方案没有给出数值,或无法测量",
    )
