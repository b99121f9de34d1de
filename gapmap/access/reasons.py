"""Reasons: why a place is covered, uncovered or unknown; the first rule that holds speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gapmap.access.evidence import cut_off

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from gapmap.access.stops import Stops, Trip
    from gapmap.access.value import Service
    from gapmap.facilities import Facilities

__all__ = ["Case", "explain", "judge", "own_unplaced", "pool_of", "serving_of", "unplaced_of"]


def judge(pool: gpd.GeoDataFrame) -> NDArray[np.str_]:
    """Say of each facility whether it ``serves``, ``fails`` the gate, or is ``doubtful``."""
    certain = (pool["counts"] == "yes") & (pool["qualifies"] == "yes")
    return np.select(
        [certain.to_numpy(), (pool["qualifies"] == "no").to_numpy()],
        ["serves", "fails"],
        "doubtful",
    )


def pool_of(facilities: Facilities, service: str) -> gpd.GeoDataFrame:
    """Give the facilities of a service that exist on the day, or may."""
    table = facilities.table
    return table[(table["service"] == service) & (table["counts"] != "no")]


def serving_of(pool: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give those of a pool that serve and have a position, by their id, whatever their rows."""
    serving = pool[(judge(pool) == "serves") & pool.geometry.notna().to_numpy()]
    return serving.sort_values("facility_id", kind="stable")


def unplaced_of(pool: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give those of a pool that serve, or may, and stand nobody knows where."""
    return pool[(judge(pool) != "fails") & pool.geometry.isna().to_numpy()]


def own_unplaced(places: gpd.GeoDataFrame, unplaced: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Say which places have a facility of their own among those without a position.

    The cells of a grid have what the place has that they belong to (``of_place``).
    """
    own = places["of_place" if "of_place" in places else "place_id"]
    named = [place for place in unplaced["place_id"].unique() if place]
    return np.asarray(own.isin(named), dtype=bool)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All that decides status and reason of every place for one service."""

    service: Service
    places: gpd.GeoDataFrame
    origins: Stops
    trip: Trip
    failing: NDArray[np.bool_]
    doubtful: NDArray[np.bool_]
    unjoined: NDArray[np.bool_]
    unsure: NDArray[np.bool_]
    unplaced: gpd.GeoDataFrame
    serving: bool


def explain(case: Case) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Decide status and reason; the first rule that holds speaks."""
    count = len(case.places)
    position = case.places["position"].to_numpy()
    island = case.places["island"].fillna(value=False).to_numpy(dtype=bool)
    straight = case.origins.measured == "straight"
    no_ferry = (island & ~case.trip.has_ferry & (not straight)) | cut_off(case.origins, island)
    nobody_placed = np.full(count, not case.serving and len(case.unplaced) > 0)
    unreachable = ~np.isfinite(case.trip.distance_m)
    rules = [
        (position == "missing", "unknown", "no_position"),
        (position == "outside", "unknown", "outside_area"),
        (case.trip.within(case.service), "covered", "within_limit"),
        (own_unplaced(case.places, case.unplaced), "unknown", "no_position"),
        (case.doubtful, "unknown", "below_standard"),
        (case.failing, "uncovered", "below_standard"),
        (nobody_placed, "unknown", "no_position"),
        (np.full(count, not case.serving), "uncovered", "no_facility"),
        (case.origins.off_network, "unknown", "not_connected"),
        (case.unjoined | case.unsure, "unknown", "not_connected"),
        (unreachable & no_ferry, "uncovered", "island_no_ferry"),
        (unreachable, "uncovered", "no_route"),
    ]
    holds = [rule for rule, _, _ in rules]
    status = np.select(holds, [word for _, word, _ in rules], "uncovered").astype(object)
    reason = np.select(holds, [word for _, _, word in rules], "beyond_limit").astype(object)
    return status, reason
