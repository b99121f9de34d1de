"""Where targets hold: the areas of a level, and which of them lie in which unit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gapmap.islands import measure_islands
from gapmap.targets.figure import ScopeUnit

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from gapmap.access import Access
    from gapmap.islands import Islands
    from gapmap.plan import Ask, Level, Plan, Target
    from gapmap.records import Records

__all__ = ["CITY", "Areas", "Scene", "areas_of", "exists", "scope_of", "units_of", "within"]

CITY = ScopeUnit("city", "city", {"zh": "全市", "en": "the city"})
_COLUMNS = ["area_id", "name", "town_id", "plan_district", "district_id"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All that targets are judged from.

    Attributes
    ----------
    now, before
        The facilities of each service, without geometry, as on the study's date and on the
        baseline; the word for no service gives the empty table.
    known_islands
        What was measured of islands; None where nobody has yet.
    memo
        What several targets ask for, made once.
    """

    plan: Plan
    access: Access
    records: Records
    now: Mapping[str, pd.DataFrame]
    before: Mapping[str, pd.DataFrame]
    known_islands: Islands | None = None
    memo: dict[object, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def date(self) -> dt.date:
        """The study's date."""
        return self.access.facilities.date

    @property
    def islands(self) -> Islands:
        """What is known of islands, of the services that targets of ways to the mainland name."""
        if self.known_islands is not None:
            return self.known_islands
        if "islands" not in self.memo:
            asks = [ask for target in self.plan.targets for ask in target.asks]
            across = {ask.service for ask in asks if ask.statistic == "mainland_minutes"}
            self.memo["islands"] = measure_islands(self.access, services=across)
        found: Islands = self.memo["islands"]
        return found

    def has_service(self, service: str) -> bool:
        """Say whether the study has data of the service, be it only an empty file."""
        return service in self.access.facilities.services or service in self.now

    def facilities(self, service: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Give a service's facilities now and before the plan."""
        return self.now.get(service, self.now[""]), self.before.get(service, self.before[""])


@dataclass(frozen=True, slots=True, kw_only=True)
class Areas:
    """The areas of a level.

    Attributes
    ----------
    table
        ``area_id``, ``name``, ``town_id``, ``plan_district``, ``district_id``, and ``known``:
        whether the study has any place there. The index is that of places or towns.
    level
        Which level.
    unsure
        Rows like those of ``table``: areas of which it is unknown whether they belong to it.
    """

    table: pd.DataFrame
    level: Level
    unsure: pd.DataFrame


def areas_of(scene: Scene, ask: Ask) -> Areas:
    """List the areas that an ask is about; made once for a level and those named."""
    key = ("areas", ask.level, tuple(ask.only))
    if key not in scene.memo:
        scene.memo[key] = _areas_of(scene, ask)
    areas: Areas = scene.memo[key]
    return areas


def _areas_of(scene: Scene, ask: Ask) -> Areas:
    level = scene.plan.levels[ask.level]
    table = _AREAS[level.of](scene)
    keep = np.ones(len(table), dtype=bool)
    unsure = np.zeros(len(table), dtype=bool)
    if level.name_ends:
        keep &= table["name"].str.endswith(level.name_ends).to_numpy(dtype=bool)
    if ask.only:
        keep &= table["name"].isin(ask.only).to_numpy()
    if level.of == "place":
        belongs, doubtful = _kind(scene.access.places.table, level)
        unsure = keep & doubtful
        keep &= belongs
    table[_COLUMNS] = table[_COLUMNS].astype(object)  # plain texts are compared faster
    return Areas(table=table[keep], level=level, unsure=table[unsure])


def _kind(places: pd.DataFrame, level: Level) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Say which places are of the level's kind, and of which it is unknown."""
    belongs = np.ones(len(places), dtype=bool)
    doubtful = np.zeros(len(places), dtype=bool)
    if level.setting:
        setting = places["setting"]
        belongs &= setting.isin(level.setting).to_numpy()
        if "unknown" not in level.setting:
            doubtful |= ~setting.isin(("urban", "rural")).to_numpy()
    if level.island is not None:
        island = places["island"].astype("boolean")
        belongs &= (island == level.island).fillna(value=False).to_numpy(dtype=bool)
        doubtful |= island.isna().to_numpy()
    return belongs, doubtful & ~belongs


def _places(scene: Scene) -> pd.DataFrame:
    source = pd.DataFrame(scene.access.places.table)
    table = pd.DataFrame({"area_id": source["place_id"], "name": source["place"]})
    for column in _COLUMNS[2:]:
        table[column] = source[column]
    return table.assign(known=True)


def _towns(scene: Scene) -> pd.DataFrame:
    source = scene.access.places.region.towns
    table = pd.DataFrame({"area_id": source["town_id"], "name": source["town"]})
    for column in _COLUMNS[2:]:
        table[column] = source[column]
    return table.assign(known=True)


def _districts(scene: Scene) -> pd.DataFrame:
    source = scene.access.places.region.districts
    table = pd.DataFrame({"area_id": source["district_id"], "name": source["district"]})
    return table.assign(
        town_id="", plan_district=source["district"], district_id=source["district_id"], known=True
    )


def _plan_districts(scene: Scene) -> pd.DataFrame:
    ids = [unit.id for unit in scene.plan.districts]
    held = _held_plan_districts(scene)
    table = pd.DataFrame({"area_id": ids, "name": ids, "town_id": "", "plan_district": ids})
    return table.assign(district_id="", known=[one in held for one in ids])


def _city(scene: Scene) -> pd.DataFrame:
    known = len(scene.access.places.table) > 0
    row = {"area_id": "city", "name": "", "town_id": "", "plan_district": "", "district_id": ""}
    return pd.DataFrame([row]).assign(known=known)


_AREAS = {
    "place": _places,
    "town": _towns,
    "district": _districts,
    "plan_district": _plan_districts,
    "city": _city,
}


def _held_plan_districts(scene: Scene) -> set[str]:
    places, towns = scene.access.places.table, scene.access.places.region.towns
    return {*places["plan_district"].astype(str), *towns["plan_district"].astype(str)}


def within(table: pd.DataFrame, unit: ScopeUnit, scene: Scene) -> NDArray[np.bool_]:
    """Say which rows lie in a unit; the plan's district decides, else the district's id."""
    if unit.kind == "city":
        return np.ones(len(table), dtype=bool)
    if unit.kind == "group":
        return _within_group(table, unit, scene)
    column = {"plan_district": "plan_district", "district": "district_id", "town": "town_id"}
    return np.asarray(table[column[unit.kind]] == unit.id, dtype=bool)


def _within_group(table: pd.DataFrame, unit: ScopeUnit, scene: Scene) -> NDArray[np.bool_]:
    known = table["plan_district"].isin([one.id for one in scene.plan.districts])
    members = scene.plan.groups[unit.id].districts
    by_study = table["district_id"].isin(scene.access.places.region.groups.get(unit.id, ()))
    inside = (known & table["plan_district"].isin(members)) | (~known & by_study)
    return np.asarray(inside, dtype=bool)


def exists(scene: Scene, unit: ScopeUnit) -> bool:
    """Say whether the study has a place or town in the unit."""
    key = ("exists", unit.kind, unit.id)
    if key not in scene.memo:
        scene.memo[key] = bool(
            within(scene.access.places.table, unit, scene).any()
            or within(scene.access.places.region.towns, unit, scene).any()
        )
    found: bool = scene.memo[key]
    return found


def scope_of(plan: Plan, scope: str) -> ScopeUnit:
    """Give the unit that a target as a whole is about."""
    if scope == "city":
        return CITY
    if scope in plan.groups:
        return ScopeUnit("group", scope, plan.groups[scope].name)
    unit = next(one for one in plan.districts if one.id == scope)
    return ScopeUnit("plan_district", scope, unit.name)


def units_of(scene: Scene, target: Target) -> list[ScopeUnit]:
    """List the units that get a row of their own beside the scope as a whole."""
    plan = scene.plan
    if target.scope not in ("city", *plan.groups):
        return []
    if all(ask.level and plan.levels[ask.level].of == "city" for ask in target.asks):
        return []
    only = {name for ask in target.asks for name in ask.only}
    kind = target.each or _usual_kind(plan, target)
    if kind == "town":
        return _named_towns(scene, target, only)
    if kind == "district":
        return _admin_districts(scene, target, only)
    members = plan.groups[target.scope].districts if target.scope != "city" else None
    return [
        ScopeUnit("plan_district", unit.id, unit.name)
        for unit in plan.districts
        if (members is None or unit.id in members) and (not only or unit.id in only)
    ]


def _usual_kind(plan: Plan, target: Target) -> str:
    named = any(
        ask.only and plan.levels[ask.level].of == "town" for ask in target.asks if ask.level
    )
    if named:
        return "town"
    return "plan_district" if plan.districts else "district"


def _named_towns(scene: Scene, target: Target, only: set[str]) -> list[ScopeUnit]:
    """Give the named towns, also those that the study does not know; without names, all."""
    towns = scene.access.places.region.towns
    inside = towns[within(towns, scope_of(scene.plan, target.scope), scene)]
    ids = dict(zip(inside["town"], inside["town_id"], strict=True))
    wanted = sorted(only) if only else list(ids)
    return [
        ScopeUnit("town", str(ids.get(name, f"? {name}")), {"zh": name, "en": name})
        for name in wanted
    ]


def _admin_districts(scene: Scene, target: Target, only: set[str]) -> list[ScopeUnit]:
    table = _districts(scene)
    table = table[within(table, scope_of(scene.plan, target.scope), scene)]
    return [
        ScopeUnit("district", str(row.area_id), {"zh": str(row.name_), "en": str(row.name_)})
        for row in table.rename(columns={"name": "name_"}).itertuples()
        if not only or row.name_ in only
    ]
