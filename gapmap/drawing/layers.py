"""Layers of the map: areas, roads, water, ferries and routes on one grid, thinned for display."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

from gapmap.datum import DEGREES, change_between
from gapmap.drawing.topology import Topology, grid_over
from gapmap.network.rules import KINDS

if TYPE_CHECKING:
    import pyproj
    from numpy.typing import NDArray

    from gapmap.access import Access
    from gapmap.network import Network

__all__ = ["Layers", "layers_of", "to_degrees"]

THIN_M: Final = 20.0
"""How far a drawn outline, road or shore may lie from the true one, at first."""
ROUTE_THIN_M: Final = 10.0
MOST_CORNERS: Final = 250_000
"""Of all outlines of a layer together; more are thinned out further."""
_ROAD_CORNERS: Final = (6_000, 30_000)
"""What the backdrop of roads may have at least and at most; between them one corner a place."""
_MOST_EDGES: Final = 400_000
"""A class of more pieces than that is not joined for a backdrop."""
_RANKS: Final = (
    ("motorway", "trunk", "primary"),
    ("secondary", "tertiary"),
    ("unclassified", "road", "residential", "living_street"),
    ("service", "track", "path", "footway", "pedestrian", "cycleway"),
)
"""Classes of roads, main ones first; a ``_link`` goes with its class."""


class Layers(NamedTuple):
    """What lies on the map.

    Attributes
    ----------
    topology
        TopoJSON with the objects ``districts``, and where there are any ``towns``, ``places``,
        ``roads`` (one geometry for each rank), ``water``, ``ferries`` and ``routes`` (``id`` is the
        number of the place, and the number of places for each service before its own).
    told
        What a reader should know of them: ``tolerance_m`` and ``shared`` (whether borders were
        thinned out together) by layer of areas, ``roads`` (lines drawn and lines in all).
    """

    topology: dict[str, object]
    told: dict[str, object]


def layers_of(access: Access, services: list[str]) -> Layers:
    """Put an assessment's shapes on one grid."""
    region, network = access.places.region, access.network
    made = Topology(grid_over(_bounds(access)))
    told: dict[str, object] = {}
    areas = {"districts": region.districts.geometry, "towns": region.towns.geometry}
    if access.places.polygons is not None:
        areas["places"] = access.places.polygons
    for name, shapes in areas.items():
        drawn = shapes.to_numpy()
        if name != "districts" and not shapely.area(drawn[shapes.notna().to_numpy()]).sum() > 0:
            continue
        thin, facts = _thinned(drawn)
        told[name] = facts
        made.add_areas(name, to_degrees(thin, region.crs))
    if network is not None:
        _add_network(made, told, network, len(access.places.table))
    _add_routes(made, access, services)
    return Layers(made.content(), told)


def to_degrees(shapes: NDArray[np.object_], crs: pyproj.CRS) -> NDArray[np.object_]:
    """Give shapes in longitude and latitude on WGS84."""
    turn = change_between(crs, DEGREES)
    found: NDArray[np.object_] = shapely.transform(
        shapes, lambda xy: np.column_stack(turn.transform(xy[:, 0], xy[:, 1]))
    )
    return found


def _bounds(access: Access) -> tuple[float, float, float, float]:
    """Give the box of all districts and places in degrees."""
    table, region = access.places.table, access.places.region
    shapes = [region.districts.geometry.to_numpy(), table.geometry.to_numpy()]
    if access.places.polygons is not None:
        shapes.append(access.places.polygons.to_numpy())
    every = np.concatenate(shapes)
    every = every[~(shapely.is_missing(every) | shapely.is_empty(every))]
    west, south, east, north = shapely.total_bounds(to_degrees(every, region.crs))
    return float(west), float(south), float(east), float(north)


def _thinned(outlines: NDArray[np.object_]) -> tuple[NDArray[np.object_], dict[str, object]]:
    """Thin outlines out until they are few enough, and say how."""
    tolerance_m = THIN_M
    there = ~(shapely.is_missing(outlines) | shapely.is_empty(outlines))
    shapes = outlines[there]
    shared = bool(len(shapes)) and bool(shapely.coverage_is_valid(shapes))
    thin = _simplified(shapes, tolerance_m, shared=shared)
    while shapely.get_num_coordinates(thin).sum() > MOST_CORNERS and tolerance_m < THIN_M * 64:
        tolerance_m *= 2
        thin = _simplified(thin, tolerance_m, shared=shared)
    found = np.full(len(outlines), None, dtype=object)
    found[there] = thin
    return found, {"tolerance_m": tolerance_m, "shared": shared}


def _simplified(
    shapes: NDArray[np.object_], tolerance_m: float, *, shared: bool
) -> NDArray[np.object_]:
    """Thin outlines out; shared borders stay shared where the outlines form a coverage."""
    if shared:
        thin = shapely.coverage_simplify(shapes, tolerance_m)
    else:
        thin = shapely.simplify(shapes, tolerance_m, preserve_topology=True)
    found: NDArray[np.object_] = np.where(shapely.is_empty(thin), shapes, thin)
    return found


def _add_network(made: Topology, told: dict[str, object], network: Network, places: int) -> None:
    least, most = _ROAD_CORNERS
    lines, counts = _roads(network, min(max(places, least), most))
    if counts["drawn"]:
        made.add_lines("roads", to_degrees(lines, network.crs))
        told["roads"] = counts
    boats = _edges(network, np.flatnonzero(network.edges.kind == KINDS.index("ferry")))
    if len(boats):
        made.add_lines("ferries", to_degrees(boats, network.crs), tolerance_m=THIN_M)
        told["ferries"] = _ferry_names(network)
    if network.water is not None and not network.water.is_empty:
        water, told["water"] = _thinned(np.array([network.water], dtype=object))
        made.add_areas("water", to_degrees(water, network.crs))


def _edges(network: Network, chosen: NDArray[np.int64]) -> NDArray[np.object_]:
    """Give the lines of some edges."""
    edges = network.edges
    counts = np.diff(edges.offsets)[chosen]
    starts = np.cumsum(counts) - counts
    at = np.arange(counts.sum()) + np.repeat(edges.offsets[chosen] - starts, counts)
    lines: NDArray[np.object_] = shapely.linestrings(
        edges.coords[at], indices=np.repeat(np.arange(len(chosen)), counts)
    )
    return lines


def _ferry_names(network: Network) -> list[str]:
    """Name the ferries in the order of their edges; "" where nobody names one."""
    named = {one.edge: one.name for one in network.ferries}
    kind = KINDS.index("ferry")
    return [named.get(edge, "") for edge in np.flatnonzero(network.edges.kind == kind).tolist()]


def _roads(network: Network, most: int) -> tuple[NDArray[np.object_], dict[str, int]]:
    """Give one shape for each rank of roads, main ones first, until they have too many corners."""
    kinds = np.array(KINDS, dtype=object)[network.edges.kind]
    made: list[shapely.Geometry] = []
    counts = {"drawn": 0, "lines": 0}
    left = most
    for rank in _RANKS:
        names = [name for one in rank for name in (one, f"{one}_link")]
        chosen = np.flatnonzero(np.isin(kinds, names))
        counts["lines"] += len(chosen)
        if not len(chosen) or len(chosen) > _MOST_EDGES or left <= 0:
            continue
        merged = shapely.line_merge(shapely.multilinestrings(_edges(network, chosen)))
        lines = shapely.get_parts(shapely.simplify(merged, THIN_M))
        lines = lines[np.argsort(-shapely.length(lines), kind="stable")]
        fits = np.cumsum(shapely.get_num_coordinates(lines)) <= left
        left -= int(shapely.get_num_coordinates(lines[fits]).sum())
        if not fits.all():
            left = 0
        else:
            counts["drawn"] += len(chosen)
        made.append(shapely.multilinestrings(lines[fits]))
    return np.array(made, dtype=object), counts


def _add_routes(made: Topology, access: Access, services: list[str]) -> None:
    """Add each uncovered place's way; what ways have in common is stored once."""
    table = access.routes
    number = {place: row for row, place in enumerate(access.places.table["place_id"])}
    drawn = table[table["service"].isin(services) & table.geometry.notna()]
    drawn = drawn[~drawn.geometry.is_empty]
    if not len(drawn):
        return
    ids = [number[place] for place in drawn["place_id"]]
    of = [services.index(one) for one in drawn["service"]]
    keys = [service * len(number) + place for service, place in zip(of, ids, strict=True)]
    made.add_lines(
        "routes",
        to_degrees(drawn.geometry.to_numpy(), access.places.region.crs),
        keys,
        ROUTE_THIN_M,
    )
