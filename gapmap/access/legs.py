"""Legs: who is off the network, and who walks far off the road to join it, the worst first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np
import pandas as pd

from gapmap.access.evidence import off_road
from gapmap.findings import Finding, finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd

    from gapmap.access.stops import Stops
    from gapmap.places import Places

__all__ = [
    "FAR_LEG_M",
    "MOST_LEGS",
    "Where",
    "facility_legs",
    "far_legs",
    "lost_places",
    "metres",
    "ranked",
    "where",
]

FAR_LEG_M = 200.0
"""An assumption: who walks farther than this off the road deserves a look at the map."""

MOST_LEGS = 50
"""Legs that are named one by one; the others are counted."""


class Where(TypedDict):
    """Where a row stands."""

    file: str
    row: int | None


def far_legs(table: pd.DataFrame, places: Places) -> list[Finding]:
    """List places whose leg off the road is longer than ``FAR_LEG_M``, the worst first.

    Parameters
    ----------
    table
        The access table, with ``snap_m_used`` and ``nearest_way_m`` of every service.
    places
        Where the places stand in their file.

    Returns
    -------
    One finding for each of the ``MOST_LEGS`` longest legs, each place once, and one that counts
    the rest.
    """
    if not len(table):
        return []
    worst = (
        table.assign(place=np.tile(np.arange(len(places.table)), len(table) // len(places.table)))
        .loc[(table["snap_m_used"] > FAR_LEG_M) & (table["measured"] == "network")]
        .sort_values(["snap_m_used", "place", "service"], ascending=[False, True, True])
        .drop_duplicates("place")
    )
    named = worst.head(MOST_LEGS)
    found = [
        finding(
            "place-far-leg",
            **where(place),
            value=f"{row.snap_m_used:.0f}",
            name=place.place or place.place_id,
            nearest=f"{row.nearest_way_m:.0f}",
            mode=row.mode,
        )
        for row, place in zip(
            named.itertuples(), places.table.iloc[named["place"]].itertuples(), strict=True
        )
    ]
    return [*ranked(found), *_rest("places-far-legs", len(worst) - len(named), FAR_LEG_M)]


def lost_places(on_modes: Mapping[str, Stops], places: Places) -> list[Finding]:
    """List places with a position that join no way, the worst first.

    Parameters
    ----------
    on_modes
        The places on the network of each mode.
    places
        Where the places stand in their file.

    Returns
    -------
    One finding for each of the ``MOST_LEGS`` farthest from any way, each place once, in the mode
    in which it is farthest, and one that counts the rest.
    """
    lost = [
        pd.DataFrame({"place": off, "mode": mode, "nearest_m": stops.snap.nearest_way_m[off]})
        for mode, stops in on_modes.items()
        if stops.snap is not None
        for off in [np.flatnonzero(stops.off_network & np.isfinite(stops.xy).all(axis=1))]
    ]
    if not lost:
        return []
    worst = (
        pd.concat(lost, ignore_index=True)
        .sort_values(["nearest_m", "place", "mode"], ascending=[False, True, True])
        .drop_duplicates("place")
    )
    named = worst.head(MOST_LEGS)
    found = []
    for row, place in zip(
        named.itertuples(), places.table.iloc[named["place"]].itertuples(), strict=True
    ):
        network = on_modes[str(row.mode)].network
        assert network is not None  # noqa: S101 - it comes with the join
        why_zh, why_en = off_road(network, row.nearest_m)
        found.append(
            finding(
                "place-not-connected",
                **where(place),
                value=metres(row.nearest_m),
                name=place.place or place.place_id,
                mode=row.mode,
                why_zh=why_zh,
                why_en=why_en,
            )
        )
    return [*ranked(found), *_rest("places-not-connected", len(worst) - len(named))]


def facility_legs(served: Iterable[tuple[str, gpd.GeoDataFrame, Stops]]) -> list[Finding]:
    """List facilities whose leg off the road is longer than ``FAR_LEG_M``, the worst first.

    Parameters
    ----------
    served
        For every service the mode, the facilities that serve, and where they join the network.

    Returns
    -------
    One finding for each of the ``MOST_LEGS`` longest legs, each facility once, and one that counts
    the rest.
    """
    columns = ["file", "row", "facility_id", "facility"]
    legs = [
        facilities[columns].assign(
            mode=mode, leg_m=stops.snap.distance_m, nearest_m=stops.snap.nearest_way_m
        )
        for mode, facilities, stops in served
        if stops.snap is not None
    ]
    if not legs:
        return []
    every = pd.concat(legs, ignore_index=True)
    worst = (
        every[(every["leg_m"] > FAR_LEG_M) & np.isfinite(every["leg_m"])]
        .sort_values(["leg_m", *columns[:3], "mode"], ascending=[False, True, True, True, True])
        .drop_duplicates(columns[:3])
    )
    found = [
        finding(
            "facility-far-leg",
            **where(row),
            value=f"{row.leg_m:.0f}",
            name=row.facility or row.facility_id,
            nearest=f"{row.nearest_m:.0f}",
            mode=row.mode,
        )
        for row in worst.head(MOST_LEGS).itertuples()
    ]
    return [*ranked(found), *_rest("facilities-far-legs", len(worst) - len(found), FAR_LEG_M)]


def metres(distance_m: float) -> str:
    """Give a distance as a finding's value; empty where there is none."""
    return f"{distance_m:.1f}" if np.isfinite(distance_m) else ""


def where(row: Any) -> Where:  # noqa: ANN401 - a row of itertuples has no type
    """Give file and row of a place or a facility; its row is None where nobody knows it."""
    return {"file": str(row.file), "row": None if pd.isna(row.row) else int(row.row)}


def ranked(found: list[Finding]) -> list[Finding]:
    """Keep the order of a list, the worst first, wherever findings are put in order."""
    return [replace(one, rank=rank) for rank, one in enumerate(found, start=1)]


def _rest(code: str, count: int, limit_m: float = 0.0) -> list[Finding]:
    return [finding(code, count=count, metres=f"{limit_m:g}")] if count else []
