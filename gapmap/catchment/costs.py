"""Costs: what it takes from every origin to every facility within the limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.spatial import cKDTree

from gapmap import network as roads
from gapmap.words import listed

if TYPE_CHECKING:
    import geopandas as gpd

    from gapmap.access import Service
    from gapmap.access.trips import Stops

__all__ = ["costs_between", "names_of"]

Floats = npt.NDArray[np.float64]


def names_of(facilities: gpd.GeoDataFrame) -> dict[str, Any]:
    """Name the first few facilities, by their id where they have no name."""
    named = facilities["facility"].where(facilities["facility"] != "", facilities["facility_id"])
    return listed(named)


def costs_between(origins: Stops, targets: Stops, service: Service) -> coo_array:
    """Find all pairs of target and origin within a service's limit, as access measures them.

    Parameters
    ----------
    origins, targets
        On the same ground.
    service
        Mode, speed and limit; the limit may be inf.

    Returns
    -------
    Metres or minutes, as the limit's unit is, shape (targets, origins). What is not stored is
    beyond the limit or out of reach.
    """
    if origins.measured == "network":
        return _over_network(origins, targets, service)
    if origins.measured == "surface":
        return _over_surface(origins, targets, service)
    if origins.measured == "straight":
        return _straight(origins, targets, service)
    return _off_road(origins, targets, service)


def _over_network(origins: Stops, targets: Stops, service: Service) -> coo_array:
    assert origins.network is not None  # noqa: S101 - they are measured along it
    assert origins.snap is not None  # noqa: S101 - it comes with the network
    assert targets.snap is not None  # noqa: S101 - as above
    found = roads.cost_matrix(
        origins.network,
        origins.snap,
        targets.snap,
        mode=service.mode,
        limit=(service.limit, service.limit_unit),
        speed_kmh=service.speed_kmh,
    ).tocoo()
    return coo_array((found.data, found.coords[::-1]), shape=found.shape[::-1])


def _over_surface(origins: Stops, targets: Stops, service: Service) -> coo_array:
    from gapmap.access.overland import cells_of, ground_speed, moved  # noqa: PLC0415 - loads kernels
    from gapmap.surface.within import cell_pairs_within  # noqa: PLC0415 - as above

    assert origins.surface is not None  # noqa: S101 - they are measured over it
    in_metres = service.limit_unit == "m"
    pairs = cell_pairs_within(
        origins.surface.terrain,
        cells_of(origins),
        cells_of(targets),
        limit=service.limit,
        unit=service.limit_unit,
    )
    metres_a_unit = 1.0 if in_metres else ground_speed(origins.surface)
    legs = moved(origins, metres_a_unit)[pairs.origin] + moved(targets, metres_a_unit)[pairs.target]
    cost = pairs.value + legs
    near = cost <= service.limit + roads.SLACK
    shape = len(targets.xy), len(origins.xy)
    return coo_array((cost[near], (pairs.target[near], pairs.origin[near])), shape=shape)


def _off_road(origins: Stops, targets: Stops, service: Service) -> coo_array:
    """Ask for one target after the other: by road and over land there is no quicker way."""
    from gapmap.access.off_road import minutes_off_road  # noqa: PLC0415 - loads kernels
    from gapmap.access.overland import pick  # noqa: PLC0415 - as above
    from gapmap.surface.within import reach_cells  # noqa: PLC0415 - as above

    assert origins.surface is not None  # noqa: S101 - they are measured over it, too
    limit = service.limit + roads.SLACK
    reach = reach_cells(origins.surface.terrain, limit)
    rows, columns, costs = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0)]
    for number in np.flatnonzero(~targets.off_network):
        one = pick(targets, np.array([number]))
        minutes = minutes_off_road(origins, one, service, limit, reach=reach)
        near = np.flatnonzero(np.isfinite(minutes) & (minutes <= limit))
        rows.append(np.full(len(near), number))
        columns.append(near)
        costs.append(minutes[near])
    ends = np.concatenate(rows), np.concatenate(columns)
    return coo_array((np.concatenate(costs), ends), shape=(len(targets.xy), len(origins.xy)))


def _straight(origins: Stops, targets: Stops, service: Service) -> coo_array:
    speed_kmh = service.speed_kmh or roads.default_speeds().get(service.mode, np.nan)
    metres_a_unit = 1.0 if service.limit_unit == "m" else speed_kmh * 1000 / 60
    shape = len(targets.xy), len(origins.xy)
    here, there = (np.flatnonzero(np.isfinite(one.xy).all(axis=1)) for one in (origins, targets))
    radius = (service.limit + roads.SLACK) * metres_a_unit
    if not len(here) or not len(there) or np.isnan(radius):
        return coo_array(shape)
    near = cKDTree(origins.xy[here]).query_ball_point(targets.xy[there], radius)
    target = np.repeat(there, [len(one) for one in near])
    origin = here[np.concatenate([np.asarray(one, np.int64) for one in near])]
    metres = np.hypot(*(origins.xy[origin] - targets.xy[target]).T)
    return coo_array((metres / metres_a_unit, (target, origin)), shape=shape)
