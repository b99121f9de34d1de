"""Telling: the tables of sites, years and the curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from gapmap.siting import PROPOSAL_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gapmap.access import Service
    from gapmap.programme.building import Built
    from gapmap.programme.ground import Ground
    from gapmap.programme.ladder import Answer
    from gapmap.programme.question import Question
    from gapmap.programme.years import Timing

__all__ = ["curve_of", "sites_of", "years_of"]

_MONEY = 10_000.0
"""The curve's unit of money, yuan."""


def sites_of(
    ground: Ground, built: Sequence[Built], question: Question, service: Service
) -> gpd.GeoDataFrame:
    """Give the sites as ``proposals.csv`` has them, with ``year``, ``place_id``, ``candidate``."""
    numbers = [one.site for one in built]
    chosen = ground.sites.iloc[numbers].reset_index(drop=True)
    lonlat = chosen.geometry.to_crs("EPSG:4326")
    price = np.full(len(built), np.nan) if ground.price is None else ground.price[numbers]
    years = np.array([question.timing.years[one.year] for one in built], dtype=np.int64)
    reasons = list(_reasons(ground, built, service))
    told = {
        "service": service.id,
        "rank": np.arange(1, len(built) + 1),
        "phase": [one.year + 1 for one in built],
        "site_id": service.id + "@" + chosen["site_id"].astype(str),
        "name": chosen["name"],
        "x": lonlat.x.round(6),
        "y": lonlat.y.round(6),
        "cost": price,
        "people_gained": [float(ground.people[one.gained].sum()) for one in built],
        "places_gained": [len(one.gained) for one in built],
        "reason": [en for en, _ in reasons],
        "reason_zh": [zh for _, zh in reasons],
        "year": years,
        "place_id": chosen["place_id"],
        "candidate": chosen["site_id"],
    }
    columns = [*PROPOSAL_COLUMNS, "reason_zh", "year", "place_id", "candidate"]
    frame = pd.DataFrame(told, index=chosen.index)[columns]
    return gpd.GeoDataFrame(frame, geometry=chosen.geometry, crs=ground.sites.crs)


def _reasons(ground: Ground, built: Sequence[Built], service: Service) -> Iterator[tuple[str, str]]:
    metres = service.limit_unit == "m"
    far_en = f"{service.limit:g} {'m' if metres else 'min'}"
    far_zh = f"{service.limit:g} {'米' if metres else '分钟'}"
    unit_en, unit_zh = ("person-metres", "人·米") if metres else ("person-minutes", "人·分钟")
    for one in built:
        served = ground.block.iloc[one.gained]
        some = "、".join(served["place"].astype(str).head(3))
        count = len(one.gained)
        if count == 0:
            en = f"covers nobody new and shortens all ways by {one.cut:,.0f} {unit_en}"
            zh = f"不新增覆盖,合计缩短路程 {one.cut:,.0f} {unit_zh}"
            yield f"makes up the number that a target asks for: {en}", f"为满足目标的数量而建:{zh}"
        elif count == 1:
            yield (
                f"1 uncovered place comes within {far_en}: {some}",
                f"1 个未覆盖的村居进入 {far_zh}以内:{some}",
            )
        else:
            yield (
                f"{count} uncovered places come within {far_en}, among them {some}",
                f"{count} 个未覆盖的村居进入 {far_zh}以内,如 {some}",
            )


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
