"""The table of access: its columns, and the rows of one service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gapmap.access.detour import DETOUR_COLUMNS, detour_columns
from gapmap.access.evidence import EVIDENCE_COLUMNS, evidence_columns
from gapmap.access.trips import nearest_straight, or_nan

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from gapmap.access.reasons import Case
    from gapmap.access.stops import Stops

__all__ = ["COLUMNS", "COUNTED", "table_of"]

_ROUTES = {"m": "shortest", "minutes": "fastest"}

COLUMNS = [
    "place_id",
    "place",
    "town_id",
    "town",
    "district_id",
    "district",
    "plan_district",
    "setting",
    "island",
    "people",
    "service",
    "straight_m",
    "distance_m",
    "minutes",
    "facility_id",
    "facility",
    "limit",
    "limit_unit",
    "status",
    "reason",
    "shortfall",
    "mode",
    "measured",
    "route",
    "snap_m_used",
    "nearest_way_m",
    "limit_source",
    "limit_basis",
    *DETOUR_COLUMNS,
    *EVIDENCE_COLUMNS,
    "edge_effect",
]

COUNTED = [
    "people",
    "service",
    "distance_m",
    "minutes",
    "status",
    "mode",
    "measured",
    "snap_m_used",
    "nearest_way_m",
    "edge_effect",
]
"""What is kept of the table in brief: all that counting people by status, way and step asks for."""


def table_of(
    case: Case,
    targets: Stops,
    serving: gpd.GeoDataFrame,
    judged: tuple[NDArray[np.object_], NDArray[np.object_]],
    wanted: list[str],
) -> pd.DataFrame:
    """Make the table of one service: a row per place, in order.

    Parameters
    ----------
    case
        The places, and what decides.
    targets, serving
        The facilities that serve: where they stand, and their rows.
    judged
        Status and reason of each place.
    wanted
        Columns, of :data:`COLUMNS`; ``edge_effect`` is added by whoever knows the edge.
    """
    service, origins, trip = case.service, case.origins, case.trip
    status, reason = judged
    reached = np.isfinite(trip.distance_m)
    beyond = np.where(status == "uncovered", trip.value(service) - service.limit, np.nan)
    straight_m, _ = nearest_straight(origins.xy, targets.xy)
    straight = origins.measured == "straight"
    distance_m = _at_least_straight(trip.distance_m, case, targets)
    columns: dict[str, object] = {
        name: case.places[name].to_numpy(copy=True) for name in COLUMNS[:10] if name in wanted
    }
    columns |= {
        "service": service.id,
        "straight_m": or_nan(straight_m),
        "distance_m": or_nan(distance_m),
        "minutes": or_nan(trip.minutes),
        "facility_id": _of_target(serving["facility_id"], trip.target, reached),
        "facility": _of_target(serving["facility"], trip.target, reached),
        "limit": service.limit,
        "limit_unit": service.limit_unit,
        "status": status,
        "reason": reason,
        "shortfall": np.where(beyond > 0, or_nan(beyond), np.nan),
        "mode": service.mode,
        "measured": origins.measured,
        "route": "straight" if straight else _ROUTES[service.limit_unit],
        "snap_m_used": np.where(reached, or_nan(trip.leg_m), _of_snap(origins, "distance_m")),
        "nearest_way_m": _of_snap(origins, "nearest_way_m"),
        "limit_source": service.source,
        "limit_basis": service.basis,
    }
    if not set(DETOUR_COLUMNS).isdisjoint(wanted):
        columns |= detour_columns(distance_m, case, targets)
    if not set(EVIDENCE_COLUMNS).isdisjoint(wanted):
        columns |= evidence_columns(case, targets, reason)
    return pd.DataFrame(columns, columns=wanted)


def _at_least_straight(
    distance_m: NDArray[np.float64], case: Case, targets: Stops
) -> NDArray[np.float64]:
    """Give the length of each way, over land no less than the straight line to its facility.

    Ways over land run between the middles of cells, nearer to each other than the positions may be.
    A limit in metres is compared with the way as it is.
    """
    if case.origins.surface is None or case.service.limit_unit == "m":
        return distance_m
    there = np.flatnonzero(np.isfinite(distance_m) & (case.trip.target >= 0))
    apart = case.origins.xy[there] - targets.xy[case.trip.target[there]]
    longer = distance_m.copy()
    longer[there] = np.maximum(distance_m[there], np.hypot(*apart.T))
    return longer


def _of_snap(origins: Stops, name: str) -> NDArray[np.float64]:
    if origins.snap is None:
        return np.full(len(origins.xy), np.nan)
    return or_nan(np.asarray(getattr(origins.snap, name)))


def _of_target(
    names: pd.Series, target: NDArray[np.int64], reached: NDArray[np.bool_]
) -> NDArray[np.object_]:
    told = np.full(len(target), "", dtype=object)
    told[reached] = names.to_numpy(dtype=object)[target[reached]]
    return told
