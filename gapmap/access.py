"""Access: for each place and service, how far it is, whether that is near enough, and why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from gapmap import network as roads
from gapmap.findings import Finding, finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from gapmap.facilities import Facilities
    from gapmap.network import Network, Snap
    from gapmap.places import Places

__all__ = ["REASONS", "STATUSES", "Access", "Service", "measure_access"]

STATUSES = ("covered", "uncovered", "unknown")
REASONS = (
    "within_limit",
    "beyond_limit",
    "no_facility",
    "below_standard",
    "not_connected",
    "no_route",
    "island_no_ferry",
    "no_position",
    "outside_area",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service and how near it has to be.

    Attributes
    ----------
    id
        The word that facilities carry, such as ``bus_shelter``.
    name
        Name by language.
    mode
        ``walk``, ``cycle``, ``drive`` or ``straight``.
    limit, limit_unit
        The limit, inclusive, and its unit: ``m`` or ``minutes``.
    source
        Where the limit comes from.
    basis
        ``plan`` where the plan gives the limit, ``standard`` where a named standard in force
        does, else ``assumption``.
    speed_kmh
        Speed along the way; None means the mode's default.
    """

    id: str
    name: Mapping[str, str]
    mode: str
    limit: float
    limit_unit: str = "m"
    source: str = "assumption"
    basis: str = "assumption"
    speed_kmh: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Distance, time, status and reason of every place for every service.

    Attributes
    ----------
    table
        The columns of ``access.csv`` (see ``docs/outputs.md``). Rows are ordered by service as
        in ``services``, then by place as in ``places.table``, so that each service is a block of
        as many rows as there are places. ``distance_m`` and ``minutes`` are NaN where there is
        no route; ``straight_m`` is the straight line to the facility that is nearest in a
        straight line, NaN without a position or facility.
    routes
        Lines from uncovered places to their nearest facility: ``place_id``, ``service``,
        ``facility_id``, ``distance_m``, ``minutes``, ``geometry``.
    """

    table: pd.DataFrame
    places: Places
    facilities: Facilities
    network: Network | None
    services: tuple[Service, ...]
    routes: gpd.GeoDataFrame
    findings: tuple[Finding, ...] = ()


_INCLUSIVE_SLACK = 1e-6
"""Metres or minutes: what floating-point sums may add to a distance that equals the limit."""


def measure_access(
    places: Places,
    facilities: Facilities,
    network: Network | None,
    services: Sequence[Service],
) -> Access:
    """Measure how far every place is from the nearest facility of every service.

    A facility serves when it counts at ``facilities.date``, passes the quality gate and has a
    position; where it stands, inside or outside the districts, does not matter. With a network
    every distance runs along it, off-road legs included; a place off the network is
    ``not_connected``, never measured in a straight line. Limits are inclusive.

    Status is ``unknown`` for the reasons ``no_position`` (the place has none, or its own
    facility, known by code, has none), ``outside_area``, ``not_connected``, and for
    ``below_standard`` where the only facility within the limit lacks the attribute by which to
    judge it or its existence is doubtful; a failed gate is ``uncovered``. The remaining
    reasons are ``covered`` or ``uncovered``.

    Parameters
    ----------
    places, facilities, network
        Read with the same metric CRS. Without a network all distances are straight lines, and
        the column ``measured`` says so.
    services
        The services to measure, with limits.

    Returns
    -------
    Access
        One row per service and place.
    """
    snaps: dict[str, Snap] = {}
    found = [_measure(places, facilities, network, service, snaps) for service in services]
    tables = [table for table, _, _ in found]
    routes = [lines for _, lines, _ in found if len(lines)]
    return Access(
        table=pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=COLUMNS),
        places=places,
        facilities=facilities,
        network=network,
        services=tuple(services),
        routes=pd.concat(routes, ignore_index=True) if routes else _no_routes(places.region.crs),
        findings=tuple(one for _, _, notes in found for one in notes),
    )


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
    "snap_m_used",
    "nearest_way_m",
    "limit_source",
    "limit_basis",
]


@dataclass(frozen=True, slots=True)
class _Trip:
    """From every place to its nearest target: metres and minutes (inf unreachable), which.

    ``has_ferry`` says whether a ferry serves the piece of network that the place stands on.
    """

    distance_m: NDArray[np.float64]
    minutes: NDArray[np.float64]
    target: NDArray[np.int64]
    has_ferry: NDArray[np.bool_]

    def value(self, service: Service) -> NDArray[np.float64]:
        """Give what the service's limit is compared with."""
        return self.distance_m if service.limit_unit == "m" else self.minutes


@dataclass(frozen=True, slots=True)
class _Origins:
    """The places as a service's search sees them; NaN coordinates are never reached."""

    xy: NDArray[np.float64]
    snap: Snap | None
    network: Network | None


def _measure(
    places: Places,
    facilities: Facilities,
    network: Network | None,
    service: Service,
    snaps: dict[str, Snap],
) -> tuple[pd.DataFrame, gpd.GeoDataFrame, list[Finding]]:
    origins = _origins(places, network, service, snaps)
    pool = facilities.table[facilities.table["service"] == service.id]
    pool = pool[pool["counts"] != "no"]
    judged = _judge(pool)
    located = pool.geometry.notna().to_numpy()
    serving = pool[(judged == "serves") & located]
    trip, lost = _travel(origins, _xy(serving), service)
    within = _within(trip, service)
    status, reason = _explain(
        _Case(
            service=service,
            places=places.table,
            origins=origins,
            trip=trip,
            within=within,
            failing=_any_within(origins, pool[(judged == "fails") & located], service, within),
            doubtful=_any_within(origins, pool[(judged == "doubtful") & located], service, within),
            unplaced=pool[(judged != "fails") & ~located],
            serving=len(serving) > 0,
        )
    )
    table = _as_table(places, service, origins, trip, serving, (status, reason))
    wanted = np.flatnonzero((status == "uncovered") & np.isfinite(trip.distance_m))
    lines = _routes(table, _route_lines(origins, serving, service, wanted), wanted, places)
    return table, lines, _notes(service, facilities, serving, lost)


def _judge(pool: gpd.GeoDataFrame) -> NDArray[np.str_]:
    """Say of each facility whether it serves, fails the gate, or cannot be judged."""
    certain = (pool["counts"] == "yes") & (pool["qualifies"] == "yes")
    return np.select(
        [certain.to_numpy(), (pool["qualifies"] == "no").to_numpy()],
        ["serves", "fails"],
        "doubtful",
    )


def _origins(
    places: Places, network: Network | None, service: Service, snaps: dict[str, Snap]
) -> _Origins:
    xy = _xy(places.table)
    xy[(places.table["position"] != "ok").to_numpy()] = np.nan
    if network is None or service.mode == "straight":
        return _Origins(xy, None, None)
    if service.mode not in snaps:
        snaps[service.mode] = roads.snap(network, xy, mode=service.mode)
    return _Origins(xy, snaps[service.mode], network)


def _xy(table: gpd.GeoDataFrame) -> NDArray[np.float64]:
    geometry = table.geometry.to_numpy()
    return np.column_stack((shapely.get_x(geometry), shapely.get_y(geometry))).astype(float)


def _travel(
    origins: _Origins, target_xy: NDArray[np.float64], service: Service
) -> tuple[_Trip, NDArray[np.bool_]]:
    """Give the trip to the nearest target, and which targets the network does not reach."""
    count = len(origins.xy)
    nowhere = np.full(count, np.inf)
    if len(target_xy) == 0:
        never = np.zeros(count, dtype=bool)
        return _Trip(nowhere, nowhere, np.full(count, -1), never), np.zeros(0, dtype=bool)
    if origins.network is None or origins.snap is None:
        return _straight_trip(origins.xy, target_xy, service), np.zeros(len(target_xy), dtype=bool)
    targets = roads.snap(origins.network, target_xy, mode=service.mode)
    reach = roads.reach_nearest(
        origins.network,
        origins.snap,
        targets,
        mode=service.mode,
        by="distance" if service.limit_unit == "m" else "minutes",
        speed_kmh=service.speed_kmh,
    )
    return (
        _Trip(reach.distance_m, reach.minutes, reach.target, reach.has_ferry),
        ~np.isfinite(np.asarray(targets.distance_m)),
    )


def _straight_trip(
    xy: NDArray[np.float64], target_xy: NDArray[np.float64], service: Service
) -> _Trip:
    distance_m, target = _nearest_straight(xy, target_xy)
    speed_kmh = service.speed_kmh or roads.default_speeds().get(service.mode)
    metres_a_minute = speed_kmh * 1000 / 60 if speed_kmh else np.nan
    minutes = np.where(np.isfinite(distance_m), distance_m / metres_a_minute, np.inf)
    return _Trip(distance_m, minutes, target, np.zeros(len(xy), dtype=bool))


def _nearest_straight(
    xy: NDArray[np.float64], target_xy: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    known = np.isfinite(xy).all(axis=1)
    distance_m = np.full(len(xy), np.inf)
    target = np.full(len(xy), -1)
    if len(target_xy) and known.any():
        distance_m[known], target[known] = cKDTree(target_xy).query(xy[known])
    return distance_m, target


def _within(trip: _Trip, service: Service) -> NDArray[np.bool_]:
    return trip.value(service) <= service.limit + _INCLUSIVE_SLACK


def _any_within(
    origins: _Origins, others: gpd.GeoDataFrame, service: Service, already: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Say which places have one of ``others`` within the limit; asked only where it matters."""
    if len(others) == 0 or already.all():
        return np.zeros(len(already), dtype=bool)
    return _within(_travel(origins, _xy(others), service)[0], service) & ~already


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """All that decides status and reason of every place for one service."""

    service: Service
    places: gpd.GeoDataFrame
    origins: _Origins
    trip: _Trip
    within: NDArray[np.bool_]
    failing: NDArray[np.bool_]
    doubtful: NDArray[np.bool_]
    unplaced: gpd.GeoDataFrame
    serving: bool


def _explain(case: _Case) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Decide status and reason; the first rule that holds speaks."""
    count = len(case.places)
    position = case.places["position"].to_numpy()
    own_unplaced = case.places["place_id"].isin(_named(case.unplaced)).to_numpy()
    off_network = np.zeros(count, dtype=bool)
    no_ferry = np.zeros(count, dtype=bool)
    if case.origins.snap is not None:
        off_network = ~np.isfinite(np.asarray(case.origins.snap.distance_m))
        island = case.places["island"].fillna(value=False).to_numpy(dtype=bool)
        no_ferry = island & ~case.trip.has_ferry
    nobody_placed = np.full(count, not case.serving and len(case.unplaced) > 0)
    unreachable = ~np.isfinite(case.trip.distance_m)
    rules = [
        (position == "missing", "unknown", "no_position"),
        (position == "outside", "unknown", "outside_area"),
        (case.within, "covered", "within_limit"),
        (own_unplaced, "unknown", "no_position"),
        (case.doubtful, "unknown", "below_standard"),
        (case.failing, "uncovered", "below_standard"),
        (nobody_placed, "unknown", "no_position"),
        (np.full(count, not case.serving), "uncovered", "no_facility"),
        (off_network, "unknown", "not_connected"),
        (unreachable & no_ferry, "uncovered", "island_no_ferry"),
        (unreachable, "uncovered", "no_route"),
    ]
    holds = [rule for rule, _, _ in rules]
    status = np.select(holds, [word for _, word, _ in rules], "uncovered").astype(object)
    reason = np.select(holds, [word for _, _, word in rules], "beyond_limit").astype(object)
    return status, reason


def _named(pool: gpd.GeoDataFrame) -> list[str]:
    return [place for place in pool["place_id"].unique() if place]


def _as_table(
    places: Places,
    service: Service,
    origins: _Origins,
    trip: _Trip,
    serving: gpd.GeoDataFrame,
    judged: tuple[NDArray[np.object_], NDArray[np.object_]],
) -> pd.DataFrame:
    status, reason = judged
    reached = np.isfinite(trip.distance_m)
    beyond = np.where(status == "uncovered", trip.value(service) - service.limit, np.nan)
    straight_m, _ = _nearest_straight(origins.xy, _xy(serving))
    columns: dict[str, object] = {
        name: places.table[name].to_numpy(copy=True) for name in COLUMNS[:10]
    }
    columns |= {
        "service": service.id,
        "straight_m": _or_nan(straight_m),
        "distance_m": _or_nan(trip.distance_m),
        "minutes": _or_nan(trip.minutes),
        "facility_id": _of_target(serving["facility_id"], trip.target, reached),
        "facility": _of_target(serving["facility"], trip.target, reached),
        "limit": service.limit,
        "limit_unit": service.limit_unit,
        "status": status,
        "reason": reason,
        "shortfall": np.where(beyond > 0, _or_nan(beyond), np.nan),
        "mode": service.mode,
        "measured": "straight" if origins.snap is None else "network",
        "snap_m_used": _of_snap(origins, "distance_m"),
        "nearest_way_m": _of_snap(origins, "nearest_way_m"),
        "limit_source": service.source,
        "limit_basis": service.basis,
    }
    return pd.DataFrame(columns, columns=list(COLUMNS))


def _of_snap(origins: _Origins, name: str) -> NDArray[np.float64]:
    if origins.snap is None:
        return np.full(len(origins.xy), np.nan)
    return _or_nan(np.asarray(getattr(origins.snap, name)))


def _or_nan(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.isfinite(values), values, np.nan)


def _of_target(
    names: pd.Series, target: NDArray[np.int64], reached: NDArray[np.bool_]
) -> NDArray[np.object_]:
    told = np.full(len(target), "", dtype=object)
    told[reached] = names.to_numpy(dtype=object)[target[reached]]
    return told


def _route_lines(
    origins: _Origins, serving: gpd.GeoDataFrame, service: Service, wanted: NDArray[np.int64]
) -> list[shapely.LineString]:
    """Give the way from each wanted place to its nearest facility, as a line."""
    if len(wanted) == 0:
        return []
    target_xy = _xy(serving)
    if origins.network is None or origins.snap is None:
        _, target = _nearest_straight(origins.xy, target_xy)
        return [
            shapely.LineString([origins.xy[place], target_xy[target[place]]]) for place in wanted
        ]
    reach = roads.reach_nearest(
        origins.network,
        origins.snap,
        roads.snap(origins.network, target_xy, mode=service.mode),
        mode=service.mode,
        by="distance" if service.limit_unit == "m" else "minutes",
        speed_kmh=service.speed_kmh,
        routes=wanted,
    )
    return [reach.routes[int(place)] for place in wanted]


def _routes(
    table: pd.DataFrame,
    lines: list[shapely.LineString],
    wanted: NDArray[np.int64],
    places: Places,
) -> gpd.GeoDataFrame:
    columns = ["place_id", "service", "facility_id", "distance_m", "minutes"]
    return gpd.GeoDataFrame(
        table.loc[wanted, columns].reset_index(drop=True),
        geometry=gpd.GeoSeries(lines, crs=places.region.crs),
    )


def _no_routes(crs: object) -> gpd.GeoDataFrame:
    columns: dict[str, list[object]] = {
        name: [] for name in ("place_id", "service", "facility_id", "distance_m", "minutes")
    }
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=crs))


def _notes(
    service: Service,
    facilities: Facilities,
    serving: gpd.GeoDataFrame,
    lost: NDArray[np.bool_],
) -> list[Finding]:
    notes = [
        finding(
            "facility-not-connected",
            file=str(row.file),
            row=int(row.row),
            name=row.facility or row.facility_id,
            service=service.id,
        )
        for row in serving[lost].itertuples()
    ]
    if service.id not in facilities.services:
        notes.append(finding("service-without-facilities", service=service.id))
    elif len(serving) == 0:
        notes.append(
            finding("service-none-counts", service=service.id, date=facilities.date.isoformat())
        )
    return notes
