"""The edge of the data: who may be served by a facility outside the districts, which nobody knows.

The data's extent are the districts. Facilities beyond them serve where a file names them, but
nobody knows whether all are named. A place that is not covered, and from which the districts' edge
is within the limit, may be served from outside the data.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from gapmap import network as roads
from gapmap.access.stops import Stops
from gapmap.access.trips import travel, within_limit
from gapmap.findings import Finding, finding
from gapmap.network.rules import KINDS
from gapmap.network.snapping import Joins, Snap, pieces_of, usable
from gapmap.network.value import pick_edges
from gapmap.network.ways import edge_lines

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gapmap.access.value import Service
    from gapmap.network import Network
    from gapmap.region import Region

__all__ = ["CLIPPED_M", "Extent", "edge_finding", "exits"]

CLIPPED_M = 50.0
"""A dead end this near to the outline is where the extract of the map was clipped."""

_SLIVER_M = 25.0  # gaps between districts narrower than twice this are slips of the pen
_AT_BORDER_M = 1.0  # a way that was cut at a hard border ends this near to it
_Key = tuple[str, str, float | None]


@dataclass(slots=True)
class Extent:
    """The districts' outline, the exits through it, and how far each place is from them.

    It keeps what it has measured for a mode, since several services share it.
    """

    region: Region
    _area: shapely.Geometry | None = None
    _borders: Stops | None = None
    _trips: dict[_Key, NDArray[np.float64]] = field(default_factory=dict)

    @property
    def area(self) -> shapely.Geometry:
        """The districts as one area, slivers between them closed; made once."""
        if self._area is None:
            union = shapely.union_all(self.region.districts.geometry.to_numpy())
            grown = shapely.buffer(union, _SLIVER_M, join_style="mitre")
            self._area = shapely.union(shapely.buffer(grown, -_SLIVER_M, join_style="mitre"), union)
            shapely.prepare(self._area)
        return self._area

    def mark(
        self, origins: Stops, service: Service, status: NDArray[np.object_]
    ) -> pd.api.extensions.ExtensionArray:
        """Say which places may be served from outside; missing without a position.

        Parameters
        ----------
        origins
            The places; NaN coordinates are no position.
        service
            Its mode and limit.
        status
            The status of each place: what is covered is not in doubt.
        """
        placed = np.asarray(np.isfinite(origins.xy).all(axis=1))
        marked = placed & (status != "covered")
        if marked.any():
            marked &= self._near(origins, service)
        return pd.arrays.BooleanArray(marked, ~placed)

    def _near(self, origins: Stops, service: Service) -> NDArray[np.bool_]:
        if origins.surface is not None:
            if self._borders is None:
                from gapmap.access.overland import at_border  # noqa: PLC0415 - loads kernels

                self._borders = at_border(origins.surface, self.area)
            out = replace(self._borders, network=origins.network)
            return within_limit(origins, out, service)
        if origins.network is None:
            return self._near_straight(origins, service)
        key = (service.mode, service.limit_unit, service.speed_kmh)
        if key not in self._trips:
            joined = exits(origins.network, service.mode, self.area)
            out = Stops(joined.xy, joined, origins.network)
            self._trips[key] = travel(origins, out, service).value(service)
        return self._trips[key] <= service.limit + roads.SLACK

    def _near_straight(self, origins: Stops, service: Service) -> NDArray[np.bool_]:
        reach_m = service.limit
        if service.limit_unit == "minutes":
            kmh = service.speed_kmh or roads.default_speeds().get(service.mode)
            if kmh is None:
                return np.zeros(len(origins.xy), bool)
            reach_m = service.limit * kmh * 1000 / 60
        outline = shapely.boundary(self.area)
        shapely.prepare(outline)
        near = np.zeros(len(origins.xy), bool)
        placed = np.isfinite(origins.xy).all(axis=1)
        points = shapely.points(origins.xy[placed])
        near[placed] = shapely.dwithin(outline, points, reach_m + roads.SLACK)
        return near


def edge_finding(table: pd.DataFrame) -> list[Finding]:
    """Count the places of each service that may be served from outside; one finding for all."""
    if not len(table):
        return []
    marked = table.loc[table["edge_effect"].fillna(value=False).astype(bool), "service"]
    if not len(marked):
        return []
    counts = marked.value_counts(sort=False)
    services = [service for service in dict.fromkeys(table["service"]) if service in counts.index]
    told = ", ".join(f"{service} {counts[service]}" for service in services)
    return [finding("edge-effect", count=len(marked), services=told)]


def exits(network: Network, mode: str, area: shapely.Geometry) -> Snap:
    """Find where the ways of a mode leave an area, as positions on the ways.

    A way leaves where it crosses the outline; one that comes back before it meets any other way
    does not. A dead end within ``CLIPPED_M`` of the outline leaves as well: there the map was
    clipped. Nobody leaves over a hard border, nor by ferry.

    Parameters
    ----------
    network
        The ways.
    mode
        ``walk``, ``cycle`` or ``drive``.
    area
        The area, in the network's CRS.
    """
    edges = network.edges
    afloat = np.isin(edges.kind, [KINDS.index("ferry"), KINDS.index("ferry_access")])
    land = np.flatnonzero(usable(network, mode) & ~afloat)
    outline = shapely.boundary(area)
    shapely.prepare([area, outline])
    edge, fraction = _crossings(network, land, area, outline)
    clipped, at_end = _clipped(network, land, usable(network, mode) & afloat, area, outline)
    return _as_snap(
        network, mode, np.concatenate([edge, clipped]), np.concatenate([fraction, at_end])
    )


def _crossings(
    network: Network, land: NDArray[np.int64], area: shapely.Geometry, outline: shapely.Geometry
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Give where ways cross the outline: the edge, and how far along it."""
    chosen = pick_edges(network.edges, land)
    meets = np.flatnonzero(shapely.intersects(outline, edge_lines(chosen)) & (chosen.length_m > 0))
    ends = np.column_stack([chosen.tail[meets], chosen.head[meets]])
    leads_out = ~shapely.intersects_xy(area, *network.xy[ends.ravel()].T).reshape(-1, 2)
    leads_out &= ~_at_border(network, ends.ravel()).reshape(-1, 2)
    meets = meets[leads_out.any(axis=1)]
    chosen, land = pick_edges(chosen, meets), land[meets]
    lines = edge_lines(chosen)
    points, line = shapely.get_coordinates(shapely.intersection(lines, outline), return_index=True)
    along = shapely.line_locate_point(lines[line], shapely.points(points))
    return land[line], np.clip(along / chosen.length_m[line], 0, 1)


def _clipped(
    network: Network,
    land: NDArray[np.int64],
    afloat: NDArray[np.bool_],
    area: shapely.Geometry,
    outline: shapely.Geometry,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Give the dead ends near the outline: the edge, and at which of its ends."""
    edges = network.edges
    ends = np.concatenate([edges.tail[land], edges.head[land]])
    meeting = np.bincount(ends, minlength=len(network.xy))
    quays = np.zeros(len(network.xy), bool)
    quays[edges.tail[afloat]] = quays[edges.head[afloat]] = True
    dead = np.flatnonzero((meeting[ends] == 1) & ~quays[ends])
    points = shapely.points(network.xy[ends[dead]])
    near = shapely.dwithin(outline, points, CLIPPED_M) & shapely.intersects(area, points)
    near[near] = ~_at_border(network, ends[dead[near]])
    dead = dead[near]
    return np.tile(land, 2)[dead], (dead >= len(land)).astype(float)


def _at_border(network: Network, nodes: NDArray[np.int64]) -> NDArray[np.bool_]:
    if network.borders is None:
        return np.zeros(len(nodes), bool)
    shapely.prepare(network.borders)
    near: NDArray[np.bool_] = shapely.dwithin(
        network.borders, shapely.points(network.xy[nodes]), _AT_BORDER_M
    )
    return near


def _as_snap(
    network: Network, mode: str, edge: NDArray[np.int64], fraction: NDArray[np.float64]
) -> Snap:
    """Take points on ways for positions that stand there."""
    lines = edge_lines(pick_edges(network.edges, edge))
    xy = shapely.get_coordinates(shapely.line_interpolate_point(lines, fraction, normalized=True))
    count = len(edge)
    zero = np.zeros(count)
    label = pieces_of(network, mode)
    return Snap(
        mode=mode,
        xy=xy.reshape(-1, 2),
        edge=edge,
        fraction=fraction,
        point_xy=xy.reshape(-1, 2),
        distance_m=zero,
        nearest_way_m=zero.copy(),
        component=label[network.edges.tail[edge]] if count else np.zeros(0, np.int64),
        joins=Joins(np.arange(count), edge, fraction, zero.copy()),
        courses=network.edges.coords,
    )
