"""Trips: from every place to the nearest of some facilities, by road, over land or straight."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gapmap import network as roads
from gapmap.access.stops import Ground, Stops, Trip, nearest_straight

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from gapmap.access.value import Service
    from gapmap.places import Places
    from gapmap.surface import Field

__all__ = [
    "Ground",
    "Stops",
    "Trip",
    "join",
    "near_lost",
    "nearest_straight",
    "or_nan",
    "origins_of",
    "route_lines",
    "travel",
    "within_limit",
]

_WALK_KMH = roads.default_speeds()["walk"]


def origins_of(places: Places, ground: Ground, service: Service, known: dict[str, Stops]) -> Stops:
    """Join the places to what a service travels on, once for each mode; ``known`` keeps them."""
    own = ground.of(service)
    if own == Ground():
        mode = "straight"
    elif own.surface is None:
        mode = service.mode
    else:
        mode = "surface" if own.network is None else f"{service.mode}+surface"
    if mode not in known:
        xy = _xy(places.table)
        xy[(places.table["position"] != "ok").to_numpy()] = np.nan
        before = next((one for one in known.values() if one.standing is not None), None)
        if own.surface is None or before is None:
            known[mode] = _joined(xy, own, service.mode)
        else:
            known[mode] = replace(before, network=own.network, landings=None)
        if own.surface is not None and own.network is not None:
            from gapmap.access.doors import find_doors  # noqa: PLC0415 - compiles for itself

            landings = find_doors(own.surface, own.network, service.mode)
            known[mode] = replace(known[mode], landings=landings)
    return known[mode]


def join(facilities: gpd.GeoDataFrame, origins: Stops, service: Service) -> Stops:
    """Join facilities to what the origins stand on."""
    return _joined(_xy(facilities), Ground(origins.network, origins.surface), service.mode)


def _joined(xy: NDArray[np.float64], own: Ground, mode: str) -> Stops:
    if own.surface is not None:
        from gapmap.access.overland import stand_on  # noqa: PLC0415 - loads the surface's kernels

        return replace(stand_on(own.surface, xy), network=own.network)
    if own.network is None:
        return Stops(xy)
    return Stops(xy, roads.snap(own.network, xy, mode=mode), own.network)


def _xy(table: gpd.GeoDataFrame) -> NDArray[np.float64]:
    geometry = table.geometry.to_numpy()
    return np.column_stack((shapely.get_x(geometry), shapely.get_y(geometry))).astype(float)


def travel(origins: Stops, targets: Stops, service: Service, field: Field | None = None) -> Trip:
    """Go from every place to the nearest target; ``field`` is what was searched over land before.

    See :func:`gapmap.access.again.field_again`.
    """
    if origins.surface is not None:
        return _travel_over(origins, targets, service, field)
    if len(targets.xy) == 0:
        nowhere = np.full(len(origins.xy), np.inf)
        never = np.zeros(len(nowhere), dtype=bool)
        return Trip(nowhere, nowhere, np.full(len(nowhere), -1), never, nowhere)
    if origins.network is None:
        return _straight(origins, targets, service)
    assert origins.snap is not None  # noqa: S101 - it comes with the network
    assert targets.snap is not None  # noqa: S101 - it comes with the network
    reach = roads.reach_nearest(
        origins.network,
        origins.snap,
        targets.snap,
        mode=service.mode,
        by=service.by,
        speed_kmh=service.speed_kmh,
    )
    measures = reach.distance_m, reach.minutes
    return Trip(*measures, reach.target, reach.has_ferry, reach.leg_m, reach)


def _travel_over(origins: Stops, targets: Stops, service: Service, field: Field | None) -> Trip:
    if origins.network is None:
        from gapmap.access.overland import travel_over  # noqa: PLC0415 - as above

        return travel_over(origins, targets, service, field)
    from gapmap.access.off_road import travel_off_road  # noqa: PLC0415 - as above

    return travel_off_road(origins, targets, service)


def _straight(origins: Stops, targets: Stops, service: Service) -> Trip:
    distance_m, target = nearest_straight(origins.xy, targets.xy)
    speed_kmh = service.speed_kmh or roads.default_speeds().get(service.mode)
    metres_a_minute = speed_kmh * 1000 / 60 if speed_kmh else np.nan
    minutes = np.where(np.isfinite(distance_m), distance_m / metres_a_minute, np.inf)
    never = np.zeros(len(target), dtype=bool)
    return Trip(distance_m, minutes, target, never, np.full(len(target), np.inf))


def within_limit(origins: Stops, targets: Stops, service: Service) -> NDArray[np.bool_]:
    """Say which places are within the limit of a target; sooner done than all of a trip."""
    if origins.surface is None:
        return travel(origins, targets, service).within(service)
    limit = service.limit + roads.SLACK
    if origins.network is None:
        from gapmap.access.overland import cost_over  # noqa: PLC0415 - as above

        cost = cost_over(origins, targets, service, limit)
    else:
        from gapmap.access.off_road import minutes_off_road  # noqa: PLC0415 - as above

        cost = minutes_off_road(origins, targets, service, limit)
    return np.isfinite(cost) & (cost <= limit)


def near_lost(origins: Stops, targets: Stops, service: Service) -> NDArray[np.bool_]:
    """Say which places may be within the limit of a target that the ground does not reach.

    By road those within it in a straight line; nobody knows how fast one drives there, so drivers
    walk. Over a surface also those that would be if the target could be walked to, in a straight
    line, from the passable cell nearest to it; walking is as fast as the surface says.
    """
    which = np.flatnonzero(targets.lost)
    if not len(which):
        return np.zeros(len(origins.xy), dtype=bool)
    if origins.surface is None:
        kmh = service.speed_kmh or roads.default_speeds().get(service.mode, _WALK_KMH)
        asked = replace(service, speed_kmh=kmh)
        return travel(Stops(origins.xy), Stops(targets.xy[which]), asked).within(service)
    from gapmap.access.overland import pick, straight_within, where_they_could  # noqa: PLC0415

    lost = pick(targets, which)
    near = straight_within(origins, lost, service)
    return near | within_limit(origins, where_they_could(lost), service)


def route_lines(
    trip: Trip, origins: Stops, targets: Stops, wanted: NDArray[np.int64]
) -> list[shapely.LineString]:
    """Give the way from each wanted place, all of which reach a target, as a line."""
    if trip.reach is not None:
        lines = trip.reach.lines(wanted)
        return [lines[int(place)] for place in wanted]
    ends = zip(origins.xy[wanted], targets.xy[trip.target[wanted]], strict=True)
    return [shapely.LineString(pair) for pair in ends]


def or_nan(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn infinity into NaN: in a table unknown is empty."""
    return np.where(np.isfinite(values), values, np.nan)
