"""Trips: from every place to the nearest of some facilities, along the network or straight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import cKDTree

from gapmap import network as roads

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from gapmap.access.value import Service
    from gapmap.network import Network, Reach, Snap
    from gapmap.places import Places

__all__ = [
    "Stops",
    "Trip",
    "join",
    "nearest_straight",
    "or_nan",
    "origins_of",
    "route_lines",
    "travel",
]


@dataclass(frozen=True, slots=True)
class Stops:
    """Positions, and where they meet the network; NaN coordinates are never reached.

    Without a network, or for straight lines, ``snap`` and ``network`` are None.
    """

    xy: NDArray[np.float64]
    snap: Snap | None = None
    network: Network | None = None

    @property
    def off_network(self) -> NDArray[np.bool_]:
        """Which positions no usable way is near."""
        if self.snap is None:
            return np.zeros(len(self.xy), dtype=bool)
        return ~np.isfinite(self.snap.distance_m)


@dataclass(frozen=True, slots=True)
class Trip:
    """From every place to its nearest facility.

    ``distance_m`` and ``minutes`` are inf where there is none, ``target`` is then -1.
    ``has_ferry`` says whether a ferry serves the piece of network that the place stands on,
    ``leg_m`` how far the place walks off the road on this trip (inf where there is none).
    ``reach`` is the search of the network, from which routes are drawn.
    """

    distance_m: NDArray[np.float64]
    minutes: NDArray[np.float64]
    target: NDArray[np.int64]
    has_ferry: NDArray[np.bool_]
    leg_m: NDArray[np.float64]
    reach: Reach | None = None

    def value(self, service: Service) -> NDArray[np.float64]:
        """Give what the service's limit is compared with."""
        return self.distance_m if service.limit_unit == "m" else self.minutes

    def within(self, service: Service) -> NDArray[np.bool_]:
        """Say which places are within the limit, which is inclusive."""
        return self.value(service) <= service.limit + roads.SLACK


def origins_of(
    places: Places, network: Network | None, service: Service, known: dict[str, Stops]
) -> Stops:
    """Join the places to the network once for each mode; ``known`` keeps them."""
    mode = "straight" if network is None else service.mode
    if mode not in known:
        xy = _xy(places.table)
        xy[(places.table["position"] != "ok").to_numpy()] = np.nan
        straight = network is None or mode == "straight"
        known[mode] = Stops(xy) if straight else _joined(xy, network, mode)
    return known[mode]


def join(facilities: gpd.GeoDataFrame, origins: Stops, service: Service) -> Stops:
    """Join facilities to the network that the origins stand on."""
    xy = _xy(facilities)
    return Stops(xy) if origins.network is None else _joined(xy, origins.network, service.mode)


def _joined(xy: NDArray[np.float64], network: Network | None, mode: str) -> Stops:
    assert network is not None  # noqa: S101 - callers have a network
    return Stops(xy, roads.snap(network, xy, mode=mode), network)


def _xy(table: gpd.GeoDataFrame) -> NDArray[np.float64]:
    geometry = table.geometry.to_numpy()
    return np.column_stack((shapely.get_x(geometry), shapely.get_y(geometry))).astype(float)


def travel(origins: Stops, targets: Stops, service: Service) -> Trip:
    """Go from every place to the nearest target."""
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


def _straight(origins: Stops, targets: Stops, service: Service) -> Trip:
    distance_m, target = nearest_straight(origins.xy, targets.xy)
    speed_kmh = service.speed_kmh or roads.default_speeds().get(service.mode)
    metres_a_minute = speed_kmh * 1000 / 60 if speed_kmh else np.nan
    minutes = np.where(np.isfinite(distance_m), distance_m / metres_a_minute, np.inf)
    never = np.zeros(len(target), dtype=bool)
    return Trip(distance_m, minutes, target, never, np.full(len(target), np.inf))


def nearest_straight(
    xy: NDArray[np.float64], target_xy: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Give the straight distance to the nearest target (inf without one) and which it is."""
    known = np.isfinite(xy).all(axis=1)
    distance_m = np.full(len(xy), np.inf)
    target = np.full(len(xy), -1)
    if len(target_xy) and known.any():
        distance_m[known], target[known] = cKDTree(target_xy).query(xy[known])
    return distance_m, target


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
