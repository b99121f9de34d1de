"""Telling: the tables of sites, years and the curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from gapmap.siting.exchanging import alternatives_to
from gapmap.siting.telling import served_of
from gapmap.siting.telling import sites_of as explained

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapmap.location.value import Integers
    from gapmap.programme.building import Built
    from gapmap.programme.ground import Ground
    from gapmap.programme.ladder import Answer
    from gapmap.programme.years import Timing

__all__ = ["curve_of", "sites_of", "years_of"]

_MONEY = 10_000.0
"""The curve's unit of money, yuan."""


def sites_of(
    ground: Ground, built: Sequence[Built], timing: Timing, kind: Integers
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Give the sites as every proposal has them, with phase and ``year``, and whom they serve.

    Another candidate may stand for a site where it counts for the same targets and costs as much,
    so that the years' money and the numbers that targets ask for stay as they are; ``kind`` is the
    class of each candidate in the answer.
    """
    gaining = [one for one in built if len(one.gained)]
    credited = [one.credit(ground.people) for one in gaining]
    served = served_of(ground.asked, credited)
    new = np.array([one.site for one in built], dtype=np.int64)
    instead = alternatives_to(ground.asked, new, np.empty(0, np.int64), classes=kind)
    told = explained(ground.asked, credited, served, instead)
    idle = _idle(ground, _others(built), list(told.columns))
    places = {one.site: number for number, one in enumerate(built)}
    parts = [one for one in (told, idle) if len(one)] or [told]
    order = np.argsort([places[one.site] for one in (*gaining, *_others(built))], kind="stable")
    sites = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=ground.sites.crs)
    sites = sites.iloc[order].reset_index(drop=True)
    sites["rank"] = np.arange(1, len(sites) + 1)
    sites["phase"] = np.array([one.year + 1 for one in built], dtype=np.int64)
    sites["year"] = np.array([timing.years[one.year] for one in built], dtype=np.int64)
    return sites, served


def _others(built: Sequence[Built]) -> list[Built]:
    return [one for one in built if not len(one.gained)]


def _idle(ground: Ground, idle: Sequence[Built], columns: Sequence[str]) -> gpd.GeoDataFrame:
    """Give the sites that only make up a number, which cover nobody new."""
    numbers = [one.site for one in idle]
    chosen = ground.sites.iloc[numbers].reset_index(drop=True)
    lonlat = chosen.geometry.to_crs("EPSG:4326")
    unit_en, unit_zh = "person-metres", "人·米"
    if ground.service.limit_unit == "minutes":
        unit_en, unit_zh = "person-minutes", "人·分钟"
    en = "makes up the number that a target asks for: no uncovered place gains, ways get shorter by"
    zh = "为满足目标的数量而建:没有未覆盖的村居因它受益,合计缩短路程"
    told = {
        "service": ground.service.id,
        "site_id": ground.service.id + "@" + chosen["site_id"].astype(str),
        "name": chosen["name"],
        "x": lonlat.x.round(6),
        "y": lonlat.y.round(6),
        "cost": np.nan if ground.price is None else ground.price[numbers],
        "people_gained": 0.0,
        "places_gained": 0,
        "reason": [f"{en} {one.cut:,.0f} {unit_en}" for one in idle],
        "reason_zh": [f"{zh} {one.cut:,.0f} {unit_zh}" for one in idle],
        "limit_unit": ground.service.limit_unit,
        **dict.fromkeys(("places_served", "alternative_id", "alternative"), ""),
        "geometry": chosen.geometry,
    }
    return gpd.GeoDataFrame(pd.DataFrame(told, index=chosen.index).reindex(columns=columns))


def years_of(
    states: Sequence[pd.Series],
    sites: gpd.GeoDataFrame,
    timing: Timing,
    found: Answer,
    service: str,
) -> pd.DataFrame:
    """Give coverage at the start and after each year, with what was spent and is left."""
    priced = bool(sites["cost"].notna().all()) and len(sites) > 0
    base = float(states[0]["people_covered"])
    spoken = bool(np.isfinite(timing.money).all())
    budgets = np.diff(timing.money, prepend=0.0) if spoken else np.full(len(timing.years), np.nan)
    rows = []
    for number, state in enumerate(states):
        year = number - 1
        mine = sites[sites["phase"] == number]
        spent = float(sites.loc[sites["phase"] <= number, "cost"].sum())
        bound = base if number == 0 else base + float(found.bound[year])
        value = float(state["people_covered"])
        rows.append(
            {
                "service": service,
                "phase": number,
                "year": timing.years[year] if number else None,
                "sites": len(mine),
                "cost": float(mine["cost"].sum()) if priced or len(mine) == 0 else np.nan,
                "budget": budgets[year] if number else np.nan,
                "carried": timing.money[year] - spent if number and spoken else np.nan,
                **{name: state[name] for name in _COVERAGE},
                "value": value,
                "bound": max(value, bound),
                "proven": True if number == 0 else _reached(value, bound, bool(found.proven[year])),
            }
        )
    return pd.DataFrame(rows).astype({"year": "Int64"})


_COVERAGE = (
    *("people_covered", "share_people", "share_people_low", "share_people_high"),
    *("places_covered", "places_uncovered"),
)
_ROUNDED = 1e-6


def _reached(value: float, bound: float, sure: bool) -> bool:  # noqa: FBT001 - of a solver
    return sure and bound - value <= max(_ROUNDED * max(value, 1.0), 2e-3)


def curve_of(sites: gpd.GeoDataFrame, start: pd.Series, service: str) -> pd.DataFrame:
    """Give people covered against money spent, site by site from the start."""
    first = {
        "service": service,
        "rank": 0,
        "phase": 0,
        "year": None,
        "site_id": "",
        "name": "",
        "cost": np.nan,
        "cost_so_far": 0.0,
        "people_gained": np.nan,
        "people_so_far": float(start["people_covered"]),
        "people_per_10000_yuan": np.nan,
    }
    cost = sites["cost"].to_numpy(dtype=float)
    gained = sites["people_gained"].to_numpy(dtype=float)
    paid = np.where(cost > 0, cost, np.nan)
    more = pd.DataFrame(
        {
            "service": service,
            **{
                name: sites[name].to_numpy()
                for name in ("rank", "phase", "year", "site_id", "name")
            },
            "cost": cost,
            "cost_so_far": np.cumsum(cost),
            "people_gained": gained,
            "people_so_far": first["people_so_far"] + np.cumsum(gained),
            "people_per_10000_yuan": gained / paid * _MONEY,
        }
    )
    both = [pd.DataFrame([first]), more] if len(more) else [pd.DataFrame([first])]
    return pd.DataFrame(pd.concat(both, ignore_index=True)).astype({"year": "Int64"})
