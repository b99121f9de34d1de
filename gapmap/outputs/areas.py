"""Service areas of a run: one area for each service, for the GeoPackage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from gapmap.access.reasons import judge
from gapmap.findings import finding
from gapmap.network import MODES, service_area, snap

if TYPE_CHECKING:
    from gapmap.access import Access, Service
    from gapmap.findings import Finding
    from gapmap.network import Network

__all__ = ["AREA_COLUMNS", "MOST_EDGES", "areas_left_out", "service_areas"]

AREA_COLUMNS = ("service", "limit", "limit_unit", "mode", "area_km2")

MOST_EDGES = 300_000
"""On larger networks areas would take minutes; ``gapmap.network.service_area`` makes them."""

_LONGEST = (1, 1 / 3)  # shares of snap_m
_LEGS = (1 / 4, 1 / 12)  # shares of what one walks within the limit: enough for a picture


def service_areas(access: Access) -> gpd.GeoDataFrame:
    """Give the area from which one gets to each service within its limit.

    One row for each service that was measured along a network: :data:`AREA_COLUMNS` and a
    multipolygon, None where there is no area; no rows without a network, or with one that has more
    than :data:`MOST_EDGES` edges.
    """
    network = access.network
    small = network is not None and len(network.edges) <= MOST_EDGES
    services = [one for one in access.services if small and one.mode in MODES]
    areas = [_area(access, network, one) for one in services if network is not None]
    columns = {
        "service": [one.id for one in services],
        "limit": [float(one.limit) for one in services],
        "limit_unit": [one.limit_unit for one in services],
        "mode": [one.mode for one in services],
        "area_km2": np.round(shapely.area(np.array(areas, object)) / 1e6, 3),
    }
    shapes = [None if area.is_empty else area for area in areas]
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs=access.places.region.crs))


def _area(access: Access, network: Network, service: Service) -> shapely.MultiPolygon:
    pool = access.facilities.table
    pool = pool[(pool["service"] == service.id) & (pool["counts"] != "no") & pool.geometry.notna()]
    serving = pool[judge(pool) == "serves"].geometry
    xy = np.column_stack([serving.x, serving.y])
    on_foot_m = network.speeds["walk"] / 0.06 if service.limit_unit == "minutes" else 1.0
    share = on_foot_m * service.limit / network.snap_m
    made = service_area(
        network,
        snap(network, xy, mode=service.mode),
        mode=service.mode,
        limit=(service.limit, service.limit_unit),
        speed_kmh=service.speed_kmh,
        legs=np.minimum(np.array(_LEGS) * share, _LONGEST).tolist(),
    )
    return made.polygon


def areas_left_out(access: Access) -> list[Finding]:
    """Say so where the network is too large for service areas."""
    if access.network is None or len(access.network.edges) <= MOST_EDGES:
        return []
    return [finding("areas-left-out", count=len(access.network.edges), most=MOST_EDGES)]
