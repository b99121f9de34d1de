"""Service areas: from where one gets to a target within a limit, as lines and as an area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from gapmap.network.journey import check_limit, make_job
from gapmap.network.pairs import SLACK
from gapmap.network.rules import KINDS
from gapmap.network.stretches import (
    crossings,
    joined,
    lines_of,
    node_prices,
    picked,
    priced_stretches,
    within,
)
from gapmap.network.zones import LEGS, zone_within

if TYPE_CHECKING:
    from collections.abc import Sequence

    import shapely

    from gapmap.network.snapping import Snap
    from gapmap.network.stretches import Stretches
    from gapmap.network.value import Network

__all__ = ["ServiceArea", "service_area"]

_KINDS = np.array(KINDS, object)
_LEAST = 1e-9  # shares of an edge that are smaller are points


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ServiceArea:
    """From where one gets to one of the targets within a limit.

    Attributes
    ----------
    lines
        The parts of the ways from which one does, cut exactly where the limit ends: ``edge``,
        ``kind`` (the road class), ``ferry`` (a crossing, never cut), ``from_cost`` and ``to_cost``
        in the limit's unit at the line's first and last point (linear between them on land), and
        the geometry.
    polygon
        An area, off the road too, of which every point is within the limit as
        :func:`~gapmap.network.reach_nearest` measures it. It is built from inside: who stands
        outside may be within the limit all the same. Empty where nothing is.
    limit, unit, mode
        What was asked.
    """

    lines: gpd.GeoDataFrame
    polygon: shapely.MultiPolygon
    limit: float
    unit: str
    mode: str


def service_area(
    network: Network,
    targets: Snap,
    *,
    mode: str,
    limit: tuple[float, str],
    speed_kmh: float | None = None,
    legs: Sequence[float] = LEGS,
) -> ServiceArea:
    """Find from where one gets to the nearest of the targets within a limit.

    Travel is towards the targets, so one-way streets count as they do for access.

    Parameters
    ----------
    network
        The ways.
    targets
        Positions that were joined to the network in the same mode.
    mode
        ``walk``, ``cycle`` or ``drive``.
    limit
        The limit, inclusive, and its unit: ``m`` (shortest routes) or ``minutes`` (fastest).
    speed_kmh
        Speed on all ways in place of the mode's own.
    legs
        How far the polygon looks off the road, as shares of ``snap_m``, the longest first: fewer
        give a smaller polygon sooner. The lines do not depend on them.

    Raises
    ------
    MethodError
        If mode, unit, limit or speed make no sense or do not fit the positions.
    """
    most, unit, by = check_limit(limit)
    job = make_job(network, (targets, targets), mode=mode, by=by, speed_kmh=speed_kmh)
    price = node_prices(job, targets, speed_kmh)
    stretches = priced_stretches(job, price, targets.joins)
    reached = joined(within(stretches, most), crossings(job, price, most + SLACK))
    reached = picked(reached, reached.end - reached.start > _LEAST)
    return ServiceArea(
        lines=_table(network, reached),
        polygon=zone_within(job, stretches, most, legs),
        limit=most,
        unit=unit,
        mode=mode,
    )


def _table(network: Network, reached: Stretches) -> gpd.GeoDataFrame:
    edges = network.edges
    return gpd.GeoDataFrame(
        {
            "edge": reached.edge,
            "kind": _KINDS[edges.kind[reached.edge]],
            "ferry": ~np.isnan(edges.ferry_minutes[reached.edge]),
            "from_cost": reached.cost_start,
            "to_cost": reached.cost_end,
        },
        geometry=gpd.GeoSeries(lines_of(network, reached), crs=network.crs),
    )
