"""Access: the share of places or people within the study's limit, or the time they need.

From islands to the mainland the time is the one behind ``islands.csv``, waits for ferries included.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gapmap.network import SLACK
from gapmap.targets.figure import Figure, impossible
from gapmap.targets.ground import areas_of, within
from gapmap.targets.said import amount, said
from gapmap.targets.standing import attribute_state, level_problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from gapmap.access import Service
    from gapmap.plan import Ask, Level
    from gapmap.targets.figure import ScopeUnit
    from gapmap.targets.ground import Scene
    from gapmap.targets.said import Said

__all__ = ["measure_reach", "people_problem", "qualifying"]

_YES = ("yes", "是", "true", "1")


def measure_reach(scene: Scene, ask: Ask, units: Sequence[ScopeUnit]) -> list[Figure]:
    """Measure access for each unit, from the access table."""
    ids = [service.id for service in scene.access.services]
    if not scene.has_service(ask.service):
        return [impossible(said("no_facilities", service=ask.service)) for _ in units]
    if ask.service not in ids:
        return [impossible(said("no_access", service=ask.service)) for _ in units]
    service = scene.access.services[ids.index(ask.service)]
    to_mainland = ask.statistic == "mainland_minutes"
    if to_mainland and scene.access.network is None:
        return [impossible(said("no_network")) for _ in units]
    areas = areas_of(scene, ask)
    rows = scene.access.table[scene.access.table["service"] == ask.service]
    rows = rows.assign(people_missing=scene.access.places.people_missing)
    rows = rows.set_index(scene.access.places.table.index).loc[areas.table.index]
    if to_mainland:
        rows = _across(scene, service, rows)
    asked, notes = qualifying(scene, ask, areas.table)
    figures = []
    for unit in units:
        inside = within(areas.table, unit, scene)
        problem = level_problem(scene, unit, areas, inside & asked)
        if problem is None and ask.statistic == "share_people":
            problem = people_problem(unit, areas.level, rows[inside & asked])
        if problem is not None:
            figures.append(problem)
            continue
        left_out = int((inside & ~asked).sum())
        extra = [*notes, *([said("qualifying", count=left_out)] if left_out else [])]
        figures.append(_figure(ask, service, areas.level, rows[inside & asked], extra))
    return figures


def people_problem(unit: ScopeUnit, level: Level, rows: pd.DataFrame) -> Figure | None:
    """Say why no share of people can be told: nobody lives there, or nobody knows how many.

    Parameters
    ----------
    unit, level
        What is measured, and its areas.
    rows
        ``people`` (NaN unknown) and ``people_missing`` of the areas in it, one or more.
    """
    if rows["people"].sum() + rows["people_missing"].sum() > 0:
        return None
    unknown = int(rows["people"].isna().sum())
    if unknown:
        problem = said("people_not_known", level=level.name, unit=unit.name, count=unknown)
        return impossible(problem)
    return impossible(said("nobody", level=level.name, unit=unit.name), void=True)


def qualifying(
    scene: Scene, ask: Ask, areas: pd.DataFrame
) -> tuple[np.ndarray[tuple[int], np.dtype[np.bool_]], list[Said]]:
    """Say which areas qualify; where the data does not say, all of them do, and it is noted."""
    everyone = np.ones(len(areas), dtype=bool)
    if not ask.qualifying:
        return everyone, []
    places = scene.access.places.table.loc[areas.index]
    for column in (f"source_{ask.qualifying}", ask.qualifying):
        if column in places.columns:
            return attribute_state(places, column, _YES) != "no", []
    return everyone, [said("qualifying_absent", attribute=ask.qualifying)]


def _across(scene: Scene, service: Service, rows: pd.DataFrame) -> pd.DataFrame:
    """Put the way to the mainland's nearest facility in the place of the way to the nearest.

    What is no island for the table of islands is unknown; ``town_minutes`` is the time to the
    nearest town of the mainland.
    """
    places = scene.islands.places
    held, town = (
        places[(places["destination"] == kind) & (places["service"] == name)]
        .set_index("place_id")
        .reindex(rows["place_id"])
        for kind, name in (("service", service.id), ("town", ""))
    )
    way = held["mainland_minutes" if service.limit_unit == "minutes" else "mainland_distance_m"]
    status = np.where(way.to_numpy(dtype=float) <= service.limit + SLACK, "covered", "uncovered")
    known = held["mainland_state"].isin(("reached", "unreachable")).to_numpy()
    return rows.assign(
        minutes=held["mainland_minutes"].to_numpy(dtype=float),
        status=np.where(known, status, "unknown"),
        town_minutes=town["mainland_minutes"].to_numpy(dtype=float),
    )


def _figure(
    ask: Ask, service: Service, level: Level, rows: pd.DataFrame, extra: Sequence[Said]
) -> Figure:
    if ask.statistic in ("median_minutes", "mainland_minutes"):
        return _minutes(service, level, rows, extra)
    in_people = ask.statistic == "share_people"
    weight, missing = np.ones(len(rows)), 0.0
    if in_people:
        weight = rows["people"].to_numpy(dtype=float)
        missing = float(rows["people_missing"].sum())
    status = rows["status"].to_numpy(dtype=object)
    counted = np.nan_to_num(weight)
    total = float(counted.sum()) + missing
    met, unknown = (float(counted[status == word].sum()) for word in ("covered", "unknown"))
    unknown += missing
    notes = [
        said(
            "covered_people" if in_people else "covered_places",
            met=amount(met, ""),
            areas=amount(total - missing, ""),
            level=level.name,
            limit=_limit(service),
        ),
        _limit_said(service),
    ]
    told = {
        "access_unknown": int((status == "unknown").sum()),
        "people_unknown": int(np.isnan(weight).sum()),
    }
    notes += [said(code, count=count) for code, count in told.items() if count]
    if missing > 0:
        notes.append(said("people_missing", people=amount(missing, "")))
    return Figure(
        achieved=met / total,
        possible=(met + unknown) / total,
        areas=len(rows),
        met=int((status == "covered").sum()),
        unknown=int((status == "unknown").sum()),
        no_baseline=said("no_baseline_access"),
        basis="" if service.basis == "plan" else "assumption",
        said=(*notes, *extra),
    )


def _limit(service: Service) -> dict[str, str]:
    value = f"{service.limit:g}"
    if service.limit_unit == "m":
        return {"zh": f"{value}米", "en": f"{value} m"}
    return {"zh": f"{value}分钟", "en": f"{value} minutes"}


def _minutes(service: Service, level: Level, rows: pd.DataFrame, extra: Sequence[Said]) -> Figure:
    """Give the median minutes, those who cannot get there taken as infinitely far."""
    judged = rows[(rows["status"] != "unknown").to_numpy(dtype=bool)]
    unknown = len(rows) - len(judged)
    if len(judged) == 0:
        return impossible(said("access_unknown", count=unknown))
    minutes = judged["minutes"].to_numpy(dtype=float)
    far = np.where(np.isnan(minutes), np.inf, minutes)
    worst, best = (np.sort(np.r_[far, [end] * unknown]) for end in (np.inf, 0.0))
    lost = int(np.isinf(far).sum())
    across = "town_minutes" in rows.columns
    told_as = "mainland_minutes" if across else "median_minutes"
    notes = [said(told_as, areas=len(judged), level=level.name)]
    told = {"unreachable": lost, "access_unknown": unknown}
    notes += [said(code, count=count) for code, count in told.items() if count]
    in_minutes = service.limit_unit == "minutes"
    if in_minutes:
        notes.append(_limit_said(service))
    achieved = _median(worst)
    if np.isinf(achieved):
        notes.append(said("median_unreachable", level=level.name))
    if across and judged["town_minutes"].notna().any():
        town = _median(np.sort(judged["town_minutes"].fillna(np.inf).to_numpy(dtype=float)))
        if np.isfinite(town):
            notes.append(said("mainland_town", minutes=amount(town, "minutes")))
    close = int((judged["status"] == "covered").sum())
    return Figure(
        achieved=achieved,
        possible=_median(best),
        areas=len(rows),
        met=close,
        unknown=unknown,
        required=service.limit if in_minutes else None,
        no_baseline=said("no_baseline_access"),
        basis="assumption",
        said=(*notes, *extra),
    )


def _median(ordered: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    """Give the median of sorted values; infinite where either middle value is."""
    middle = len(ordered) // 2
    return float(ordered[middle] if len(ordered) % 2 else ordered[middle - 1 : middle + 1].mean())


def _limit_said(service: Service) -> Said:
    """Say where the limit comes from."""
    if service.source == "assumption":
        return said("limit_assumed")
    return said("limit_source", source=service.source)
