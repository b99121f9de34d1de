"""Assembly: ways, borders and ferries become one network."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from gapmap.errors import NetworkError
from gapmap.findings import Finding, fail, finding
from gapmap.network.borders import cut_at_borders, cut_at_water
from gapmap.network.checks import odd_edges
from gapmap.network.ferries import Crossing, osm_crossings
from gapmap.network.ordering import morton_order
from gapmap.network.quays import connect_ferries
from gapmap.network.rules import KINDS, Rule, effective_speeds, road_rule
from gapmap.network.snapping import pieces_of
from gapmap.network.value import Integers, Network, pick_edges
from gapmap.network.ways import Ways, edges_from_ways, pick_ways

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyproj
    import shapely

__all__ = ["assemble"]


def assemble(  # noqa: PLR0913 - the parts of a network, and the knobs of putting them together
    ways: Ways,
    *,
    crs: pyproj.CRS,
    file: str,
    speeds: Mapping[str, float] | None = None,
    snap_m: float = 1000.0,
    borders: shapely.Geometry | None = None,
    water: shapely.Geometry | None = None,
    crossings: Sequence[Crossing] = (),
) -> Network:
    """Make a network of ways and of ferries that a table brings.

    Parameters
    ----------
    ways
        Roads, paths and ferry ways in ``crs``.
    crs
        Metric CRS.
    file
        The ways' file, for findings.
    speeds
        Speeds that replace the defaults, km/h by mode or road class.
    snap_m
        Ferries are joined to a way that is no farther than this from the quay.
    borders
        Lines that may not be crossed.
    water
        Areas that nobody walks across off the road.
    crossings
        Ferries from a table.

    Raises
    ------
    NetworkError
        If no way is usable, or ``speeds`` names what is no class.
    """
    overrides = dict(speeds or {})
    kmh = effective_speeds(overrides, file=file)
    which, rules = _roads(ways, overrides, kmh)
    if not len(which):
        _refuse(ways, file=file)
    afloat = np.array([i for i, tags in enumerate(ways.tags) if tags.route == "ferry"], np.int64)
    on_road = np.zeros(len(ways.xy), bool)
    on_road[pick_ways(ways, which)[0]] = True
    drawn, ferry_findings = osm_crossings(ways, afloat, on_road, file=file)
    ends = np.array([crossing.ends for crossing in drawn], np.int64).reshape(-1, 2)
    cut_at = np.unique(ends[on_road[ends]])
    edges, edge_ends, loops = edges_from_ways(ways, which, rules, kmh, cut_at=cut_at)
    nodes, numbers = np.unique(np.concatenate([edge_ends, ends]), return_inverse=True)
    numbers = numbers.reshape(-1, 2)
    network = Network(
        crs=crs,
        xy=ways.xy[nodes],
        edges=replace(edges, tail=numbers[: len(edges), 0], head=numbers[: len(edges), 1]),
        speeds=kmh,
        snap_m=snap_m,
        rows=ways.rows,
    )
    odd = odd_edges(network.edges, loops=loops, file=file)
    network = replace(network, findings=(*ways.findings, *ferry_findings, *odd))
    drawn = [
        replace(crossing, ends=(int(tail), int(head)))
        for crossing, (tail, head) in zip(drawn, numbers[len(edges) :], strict=True)
    ]
    if borders is not None:
        network = cut_at_borders(network, borders, file=file)
    if water is not None:
        network = cut_at_water(network, water, file=file)
    network = _in_order(connect_ferries(network, [*drawn, *crossings]))
    return replace(network, findings=(*network.findings, _pieces(network, file=file)))


def _refuse(ways: Ways, *, file: str) -> NoReturn:
    """Say why no way is usable: there is no line, or roads that are closed, or no road at all."""
    roads = sum(tags.highway in KINDS and tags.route != "ferry" for tags in ways.tags)
    if not ways.tags:
        fail(finding("network-no-lines", file=file), NetworkError)
    if roads:
        closed = finding("network-all-closed", file=file, roads=roads, ways=len(ways.tags))
        fail(closed, NetworkError)
    fail(finding("network-no-ways", file=file, ways=len(ways.tags)), NetworkError)


def _in_order(network: Network) -> Network:
    """Give nodes numbers along Morton's curve, and edges numbers by their first node.

    What lies near on the map lies near in memory, and the numbers depend on where things are, not
    on where they stand in a file.
    """
    order = morton_order(network.xy)
    edges = network.edges
    number = _inverse(order)
    tail, head = number[edges.tail], number[edges.head]
    second = edges.coords[edges.offsets[:-1] + 1]
    rest = (edges.forward, edges.backward, edges.cycle, edges.walk, edges.drive_kmh, edges.kind)
    by = np.lexsort((*rest, second[:, 1], second[:, 0], edges.length_m, head, tail))
    moved = _inverse(by)
    return replace(
        network,
        xy=network.xy[order],
        edges=pick_edges(replace(edges, tail=tail, head=head), by),
        ferries=tuple(replace(ferry, edge=int(moved[ferry.edge])) for ferry in network.ferries),
    )


def _inverse(order: Integers) -> Integers:
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    return places


def _pieces(network: Network, *, file: str) -> Finding:
    """Say how large the network is and into how many pieces it falls for walkers."""
    edges = network.edges
    walked = np.flatnonzero(edges.walk)
    piece = pieces_of(network, "walk")[edges.tail[walked]]
    lengths = np.bincount(piece, weights=edges.length_m[walked], minlength=1)
    return finding(
        "network-pieces",
        file=file,
        nodes=len(network.xy),
        edges=len(edges),
        pieces=len(np.unique(piece)),
        share=f"{lengths.max() / max(lengths.sum(), 1e-9):.1%}",
    )


def _roads(
    ways: Ways, overrides: Mapping[str, float], kmh: Mapping[str, float]
) -> tuple[Integers, list[Rule]]:
    """Find the ways that someone can use; a planner's speed for a class caps the posted one."""
    rules = [road_rule(tags) for tags in ways.tags]
    which = np.array([i for i, rule in enumerate(rules) if rule is not None], np.int64)
    kept = [rule for rule in rules if rule is not None]
    if overrides:
        named = set(KINDS) if "drive" in overrides else set(overrides)
        kept = [
            rule._replace(posted_kmh=min(rule.posted_kmh, kmh[rule.kind]))
            if rule.kind in named and rule.posted_kmh > 0
            else rule
            for rule in kept
        ]
    return which, kept
