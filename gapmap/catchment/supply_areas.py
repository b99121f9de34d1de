"""Supply by area: what people have on average, how unequally, and who has nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gapmap.catchment.zones import zones_of
from gapmap.equity import gini

if TYPE_CHECKING:
    from gapmap.catchment.zones import Zone
    from gapmap.places import Places

__all__ = ["AREA_COLUMNS", "area_rows"]

AREA_COLUMNS = [
    "service",
    "group_kind",
    "group",
    "group_id",
    "places",
    "people",
    "people_measured",
    "people_zero",
    "people_unknown",
    "people_bounded",
    "places_without_people",
    "share_zero",
    "share_zero_low",
    "share_zero_high",
    "supply_per_1000_people",
    "capacity_shared",
    "gini",
    "reason",
    "capacity_attribute",
    "capacity_title",
    "method",
    "decay",
    "decay_basis",
    "people_basis",
]
"""Columns of ``supply_areas.csv``."""


def area_rows(places: Places, table: pd.DataFrame) -> pd.DataFrame:
    """Sum one service's supply up by city, district, town, setting and group.

    Means, shares and Gini are over the people of places that have a figure (``people_measured``);
    those of the others are ``people_unknown`` and bound ``share_zero``. ``people_bounded`` are
    those whose figure is a bound or unsure, so that the mean is no better. Where nobody is
    measured, mean, share and Gini are empty and ``reason`` is ``nobody`` (no people at all) or
    ``unknown``. Where all who are measured have 0 nothing is shared out, and only the Gini is
    empty (``nothing_shared``). By BFCA supply is an index: ``capacity_shared`` is empty
    (``index_not_capacity``).
    """
    rows = [_row(zone, table) for zone in zones_of(places) if zone.member.any()]
    if (table["method"] == "bfca").any():
        for row in rows:
            row["capacity_shared"] = np.nan
            row["reason"] = "+".join(filter(None, (str(row["reason"]), "index_not_capacity")))
    return pd.DataFrame(rows).assign(service=table["service"].iloc[0] if len(table) else "")


def _row(zone: Zone, table: pd.DataFrame) -> dict[str, object]:
    part = table[zone.member]
    people = part["people"].to_numpy(dtype=float)
    heads = np.nan_to_num(people)
    supply = part["supply_per_1000_people"].to_numpy(dtype=float)
    known = ~np.isnan(supply)
    zero = known & (supply == 0)
    every, measured, none = heads.sum(), heads[known].sum(), heads[zero].sum()
    capacity = float(heads[known] @ supply[known]) / 1000
    unknown = every - measured
    return {
        "group_kind": zone.kind,
        "group": zone.name,
        "group_id": zone.id,
        "places": len(part),
        "people": every,
        "people_measured": measured,
        "people_zero": none,
        "people_unknown": unknown,
        "people_bounded": heads[known & (part["bound"] != "exact").to_numpy()].sum(),
        "places_without_people": int(np.isnan(people).sum()),
        "share_zero": none / measured if measured else np.nan,
        "share_zero_low": none / every if every else np.nan,
        "share_zero_high": (none + unknown) / every if every else np.nan,
        "supply_per_1000_people": capacity * 1000 / measured if measured else np.nan,
        "capacity_shared": capacity if measured else np.nan,
        "gini": gini(supply[known], heads[known]) if measured > none else np.nan,
        "reason": _reason(every, measured, none),
    }


def _reason(every: float, measured: float, none: float) -> str:
    """Say why figures are empty."""
    if not measured:
        return "unknown" if every else "nobody"
    return "" if measured > none else "nothing_shared"
