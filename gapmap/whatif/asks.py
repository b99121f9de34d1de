"""Asks: what has to be known of the plan's targets to judge them anew under other switches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from gapmap.facilities import exists_at
from gapmap.targets import scene_of
from gapmap.targets.counts import nowhere_of, stands_inside, window_of
from gapmap.targets.figure import Figure
from gapmap.targets.ground import areas_of, exists, scope_of, units_of, within
from gapmap.targets.judging import due_of, judge
from gapmap.targets.reach import people_problem, qualifying
from gapmap.targets.standing import (
    AREA_KEYS,
    attribute_state,
    dated,
    level_problem,
    may_lie_in,
)
from gapmap.whatif.packing import pack
from gapmap.whatif.sites import letters

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from gapmap.assessment import Assessment
    from gapmap.plan import Ask, Target
    from gapmap.targets.figure import ScopeUnit
    from gapmap.targets.ground import Scene
    from gapmap.whatif.sites import Sites

__all__ = ["asks_of"]

_SHARES: Final = ("share_places", "share_people")

Told = dict[str, Any]


def asks_of(
    assessment: Assessment, sites: Mapping[str, Sites], dates: Sequence[dt.date]
) -> Iterator[Told]:
    """Give each target that counts facilities, areas that have one, or who is within a limit.

    Parameters
    ----------
    assessment
        The state, with its table of targets.
    sites
        What may be switched, by service.
    dates
        The days that are asked about.

    Returns
    -------
    For each target, fit for JSON: ``rows`` (its first row in the table, and how many), ``each``,
    ``due`` for each date, ``first`` (the plan's baseline) and ``asks``. An ask has its ``kind``
    (``count``, ``presence``, ``access``), ``service``, ``unit``, ``comparison``, and ``units``: the
    scope as a whole, then each unit that has a row. Targets that ask for anything else are left
    out: they have to be run.
    """
    plan, table = assessment.plan, assessment.targets
    if plan is None:
        return
    scene = scene_of(plan, assessment.access, assessment.records)
    for target in plan.targets:
        if not all(_can(ask, scene, sites) for ask in target.asks):
            continue
        rows = np.flatnonzero((table["target"] == target.id).to_numpy())
        units = [scope_of(plan, target.scope), *units_of(scene, target)]
        yield {
            "rows": [int(rows[0]), len(rows)],
            "each": bool(target.each),
            "due": [due_of(target, date, plan.start).isoformat() for date in dates],
            "first": plan.baseline.isoformat(),
            "asks": [_ask(scene, target, ask, units, sites[ask.service]) for ask in target.asks],
        }


def _can(ask: Ask, scene: Scene, sites: Mapping[str, Sites]) -> bool:
    if ask.service not in sites or not scene.has_service(ask.service) or ask.projects:
        return False
    if ask.measure == "access":
        return ask.statistic in _SHARES
    return ask.measure in ("count", "presence", "share")


def _ask(scene: Scene, target: Target, ask: Ask, units: Sequence[ScopeUnit], sites: Sites) -> Told:
    kind = ask.measure if ask.measure in ("access", "count") else "presence"
    told: Told = {
        "kind": kind,
        "service": ask.service,
        "unit": ask.unit,
        "comparison": ask.comparison,
    }
    if kind == "access":
        specs = _of_access(scene, ask, units)
    else:
        told |= _of_facilities(scene, ask, sites)
        specs = (_of_count if kind == "count" else _of_presence)(scene, ask, units, sites)
        if kind == "presence":
            told |= _of_areas(scene, ask, sites)
    told["units"] = [
        spec | _required(scene, target, ask, unit, is_figure="problem" not in spec)
        for spec, unit in zip(specs, units, strict=True)
    ]
    return told


def _required(scene: Scene, target: Target, ask: Ask, unit: ScopeUnit, *, is_figure: bool) -> Told:
    """Give what is required of a unit and on what it rests, as it is judged."""
    when = (scene.date, due_of(target, scene.date, scene.plan.start))
    basis = ""
    if ask.measure == "access" and is_figure:
        limits = {one.id: one.basis for one in scene.access.services}
        basis = "" if limits[ask.service] == "plan" else "assumption"
    found = judge(target, ask, unit, Figure(achieved=0.0, basis=basis), when)
    return {"required": found.required, "basis": found.basis}


def _of_facilities(scene: Scene, ask: Ask, sites: Sites) -> Told:
    """Give what decides whether a site counts for an ask, besides its switch and its date."""
    table = pd.DataFrame(sites.table)
    states = [attribute_state(table, name, values) for name, values in ask.where.items()]
    told: Told = {"before": _before(scene, sites)}
    if states:
        never = np.logical_or.reduce([one == "no" for one in states])
        always = np.logical_and.reduce([one == "yes" for one in states])
        told["attribute"] = letters(np.select([never, always], ["no", "yes"], "unknown"))
    told["dated"] = dated(table.iloc[: sites.existing]) > 0
    return told


def _before(scene: Scene, sites: Sites) -> str:
    """Say which facilities existed on the plan's baseline."""
    there = sites.table.iloc[: sites.existing]
    return letters(exists_at(there, scene.plan.baseline))


def _of_count(scene: Scene, ask: Ask, units: Sequence[ScopeUnit], sites: Sites) -> Iterator[Told]:
    table = pd.DataFrame(sites.table)
    opened = {
        "from": "" if ask.opened_from is None else ask.opened_from.isoformat(),
        "to": "" if ask.opened_to is None else ask.opened_to.isoformat(),
        "window": letters(window_of(table.iloc[: sites.existing], ask)),
    }
    windowed = ask.opened_from is not None or ask.opened_to is not None
    for unit in units:
        if not exists(scene, unit):
            yield {"problem": True, "void": False}
            continue
        yield {
            "inside": _bits(stands_inside(table, unit, scene)),
            "nowhere": np.flatnonzero(nowhere_of(table, unit)).tolist(),
            **(opened if windowed else {}),
        }


def _of_areas(scene: Scene, ask: Ask, sites: Sites) -> Told:
    """Give the areas of an ask's level: in which each site lies, and which are known."""
    areas = areas_of(scene, ask)
    if areas.level.of == "city":
        area = np.zeros(len(sites.table), dtype=np.int64)
    else:
        key = AREA_KEYS.get(areas.level.of, "plan_district")
        number = {str(one): at for at, one in enumerate(areas.table["area_id"])}
        area = np.array([number.get(str(one), -1) for one in sites.table[key]], dtype=np.int64)
    return {
        "area": pack(area + 1),
        "known": _bits(areas.table["known"].to_numpy(dtype=bool)),
        "at_least": ask.at_least,
    }


def _of_presence(
    scene: Scene, ask: Ask, units: Sequence[ScopeUnit], sites: Sites
) -> Iterator[Told]:
    areas = areas_of(scene, ask)
    table = pd.DataFrame(sites.table)
    lost = np.zeros(len(table), dtype=bool)
    if areas.level.of != "city":
        key = AREA_KEYS.get(areas.level.of, "plan_district")
        lost = ((table[key] == "") & (table["position"] == "missing")).to_numpy(dtype=bool)
    for unit in units:
        inside = within(areas.table, unit, scene)
        problem = level_problem(scene, unit, areas, inside)
        if problem is not None:
            yield _problem(problem)
            continue
        yield {
            "areas": _bits(inside),
            "lost": np.flatnonzero(lost & may_lie_in(table, unit, scene)).tolist(),
        }


def _of_access(scene: Scene, ask: Ask, units: Sequence[ScopeUnit]) -> Iterator[Told]:
    areas = areas_of(scene, ask)
    wanted, _ = qualifying(scene, ask, areas.table)
    places = scene.access.places
    at = places.table.index.get_indexer(areas.table.index)
    missing = np.asarray(places.people_missing, dtype=float)
    people = places.table[["people"]].assign(people_missing=missing)
    for unit in units:
        inside = within(areas.table, unit, scene) & wanted
        member = np.sort(at[inside])
        problem = level_problem(scene, unit, areas, inside)
        in_people = ask.statistic == "share_people"
        if problem is None and in_people:
            problem = people_problem(unit, areas.level, people.iloc[member])
        if problem is not None:
            yield _problem(problem)
        else:
            yield {
                "members": pack(np.diff(member, prepend=-1) - 1),
                "in_people": in_people,
                "missing": float(missing[member].sum()) if in_people else 0.0,
            }


def _problem(found: Figure) -> Told:
    return {"problem": True, "void": found.void}


def _bits(flags: npt.NDArray[np.bool_]) -> str:
    return "".join("1" if one else "0" for one in flags)
