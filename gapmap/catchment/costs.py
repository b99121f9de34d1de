"""Costs: what it takes from every origin to every facility within the limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.spatial import cKDTree

from gapmap import network as roads

if TYPE_CHECKING:
    import geopandas as gpd

    from gapmap.access import Access, Service
    from gapmap.network import Network

__all__ = ["Costs", "costs_within", "listed", "located", "speed_of", "straight_costs"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_MOST_NAMES = 5


class Costs(NamedTuple):
    """Metres or minutes from origins to facilities, in the unit of the service's limit.

    ``matrix`` has the shape (facilities, origins); what is not stored is beyond the limit or out of
    reach. ``lost`` marks facilities that no way or passable ground is near.
    """

    matrix: coo_array
    lost: Flags


def costs_within(access: Access, service: Service, facilities: gpd.GeoDataFrame) -> Costs:
    """Find all pairs of facility and origin within a service's limit, as access measures them.

    Parameters
    ----------
    access
        Whose places are the origins.
    service
        Mode, speed and limit.
    facilities
        With positions, in the CRS of the places.
    """
    begin, end = located(access.places.table), located(facilities)
    begin[(access.places.table["position"] != "ok").to_numpy()] = np.nan
    if access.network is None or service.mode == "straight":
        return Costs(straight_costs(begin, end, service), np.zeros(len(end), bool))
    return _over_network(access.network, begin, end, service)


def located(table: gpd.GeoDataFrame) -> Floats:
    """Give x and y of a table's points, shape (rows, 2); NaN without one."""
    points = table.geometry.to_numpy()
    return np.column_stack((shapely.get_x(points), shapely.get_y(points))).astype(float)


def listed(facilities: gpd.GeoDataFrame) -> str:
    """Name the first few facilities, by their id where they have no name."""
    named = facilities["facility"].where(facilities["facility"] != "", facilities["facility_id"])
    told = "、".join(named.astype(str).tolist()[:_MOST_NAMES])
    return told if len(named) <= _MOST_NAMES else f"{told} …"


def _over_network(network: Network, begin: Floats, end: Floats, service: Service) -> Costs:
    origins, targets = (roads.snap(network, xy, mode=service.mode) for xy in (begin, end))
    matrix = roads.cost_matrix(
        network,
        origins,
        targets,
        mode=service.mode,
        limit=(service.limit, service.limit_unit),
        speed_kmh=service.speed_kmh,
    )
    pairs = matrix.tocoo()
    origin, target = pairs.coords
    turned = coo_array((pairs.data, (target, origin)), shape=(len(end), len(begin)))
    return Costs(turned, ~np.isfinite(targets.distance_m))


def straight_costs(begin: Floats, end: Floats, service: Service) -> coo_array:
    """Find all pairs within the limit in a straight line, shape (facilities, origins)."""
    metres_a_unit = 1.0 if service.limit_unit == "m" else speed_of(service) * 1000 / 60
    shape = len(end), len(begin)
    from_row, to_row = (np.flatnonzero(np.isfinite(xy).all(axis=1)) for xy in (begin, end))
    radius = (service.limit + roads.SLACK) * metres_a_unit
    if not len(from_row) or not len(to_row) or np.isnan(radius):
        return coo_array(shape)
    near = cKDTree(begin[from_row]).query_ball_point(end[to_row], radius)
    facility = np.repeat(to_row, [len(one) for one in near])
    origin = from_row[np.concatenate([np.asarray(one, np.int64) for one in near])]
    metres = np.hypot(*(begin[origin] - end[facility]).T)
    return coo_array((metres / metres_a_unit, (facility, origin)), shape=shape)


def speed_of(service: Service) -> float:
    """Give the speed in a straight line, km/h; NaN where nobody knows it."""
    return service.speed_kmh or roads.default_speeds().get(service.mode, np.nan)
