"""Service areas of a run: one area for each service, for the GeoPackage."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from gapmap.access.reasons import pool_of, serving_of
from gapmap.findings import finding
from gapmap.network import MODES, snap
from gapmap.network.journey import make_job
from gapmap.network.stretches import node_prices, priced_stretches, within
from gapmap.network.zones import zone_within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapmap.access import Access, Service
    from gapmap.findings import Finding
    from gapmap.network import Network
    from gapmap.network.journey import Job
    from gapmap.network.stretches import Stretches

__all__ = [
    "AREA_COLUMNS",
    "MOST_EDGES",
    "MOST_STRETCHES",
    "Reach",
    "areas_left_out",
    "reaches",
    "service_areas",
]

AREA_COLUMNS = ("service", "limit", "limit_unit", "mode", "area_km2")

MOST_EDGES = 300_000
"""On larger networks nothing is even counted; ``gapmap.network.service_area`` makes areas."""

MOST_STRETCHES = 40_000
"""Stretches of ways within reach, of all services that are drawn: 0.1 ms each (measured)."""

_LONGEST = (1, 1 / 3)  # shares of snap_m
_LEGS = (1 / 4, 1 / 12)  # shares of what one walks within the limit: enough for a picture


class Reach(NamedTuple):
    """A service, and the ways that lead to it; without them no area is drawn."""

    service: Service
    ways: tuple[Job, Stretches] | None


def reaches(access: Access) -> list[Reach]:
    """Find the ways within reach of each service that was measured along a network.

    Where they are more than :data:`MOST_STRETCHES` in all, the services with the most have none;
    nor has any service on a network of more than :data:`MOST_EDGES` edges.
    """
    network = access.network
    if network is None:
        return []
    services = [one for one in access.services if one.mode in MODES and one.off_road != "surface"]
    if len(network.edges) > MOST_EDGES:
        return [Reach(one, None) for one in services]
    ways = [_ways(access, network, one) for one in services]
    counts = np.array(
        [
            len(within(stretches, one.limit).edge)
            for one, (_, stretches) in zip(services, ways, strict=True)
        ],
        np.int64,
    )
    order = np.argsort(counts, kind="stable")
    drawn = np.zeros(len(services), bool)
    drawn[order] = np.cumsum(counts[order]) <= MOST_STRETCHES
    return [
        Reach(one, way if fits else None)
        for one, way, fits in zip(services, ways, drawn, strict=True)
    ]


def service_areas(access: Access, reached: Sequence[Reach] | None = None) -> gpd.GeoDataFrame:
    """Give the area from which one gets to each service within its limit.

    One row for each service whose ways are at hand: :data:`AREA_COLUMNS` and a multipolygon, None
    where there is no area.

    Parameters
    ----------
    access
        The run.
    reached
        From :func:`reaches`, where it is at hand.
    """
    reached = reaches(access) if reached is None else reached
    drawn = [(one.service, *one.ways) for one in reached if one.ways is not None]
    areas = [_area(*each) for each in drawn]
    columns = {
        "service": [one.id for one, *_ in drawn],
        "limit": [float(one.limit) for one, *_ in drawn],
        "limit_unit": [one.limit_unit for one, *_ in drawn],
        "mode": [one.mode for one, *_ in drawn],
        "area_km2": np.round(shapely.area(np.array(areas, object)) / 1e6, 3),
    }
    shapes = [None if area.is_empty else area for area in areas]
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs=access.places.region.crs))


def _ways(access: Access, network: Network, service: Service) -> tuple[Job, Stretches]:
    serving = serving_of(pool_of(access.facilities, service.id)).geometry
    targets = snap(network, np.column_stack([serving.x, serving.y]), mode=service.mode)
    speed_kmh = service.speed_kmh
    job = make_job(
        network, (targets, targets), mode=service.mode, by=service.by, speed_kmh=speed_kmh
    )
    price = node_prices(job, targets, speed_kmh)
    return job, priced_stretches(job, price, targets.joins)


def _area(service: Service, job: Job, stretches: Stretches) -> shapely.MultiPolygon:
    network = job.network
    on_foot_m = network.speeds["walk"] / 0.06 if service.limit_unit == "minutes" else 1.0
    share = on_foot_m * service.limit / network.snap_m
    legs = np.minimum(np.array(_LEGS) * share, _LONGEST).tolist()
    return zone_within(job, stretches, service.limit, legs)


def areas_left_out(reached: Sequence[Reach]) -> list[Finding]:
    """Say which services have too many ways within reach for an area."""
    without = [one.service.id for one in reached if one.ways is None]
    if not without:
        return []
    return [finding("areas-left-out", services=", ".join(without), most=MOST_STRETCHES)]
