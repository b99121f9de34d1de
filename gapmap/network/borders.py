"""Borders and shores: what may not be crossed is cut out of the network, or cut apart from land."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gapmap.findings import finding
from gapmap.network.quays import split_edges
from gapmap.network.value import Edges, pick_edges
from gapmap.network.ways import edge_lines

if TYPE_CHECKING:
    from gapmap.network.value import Flags, Floats, Integers, Network

__all__ = ["cut_at_borders", "cut_at_water"]

_GAP_M = 0.01  # a road ends this far from the border, so that no rounding joins both sides

_AT_END_M = 1e-6  # nearer than this to an edge's end, nothing is cut


def cut_at_borders(network: Network, borders: shapely.Geometry, *, file: str) -> Network:
    """End roads at both sides of a border, and take apart the junctions that lie on one.

    Parameters
    ----------
    network
        The network on land.
    borders
        Lines in the network's CRS.
    file
        The roads' file, for the finding.
    """
    shapely.prepare(borders)
    crossing = np.flatnonzero(_crosses(network.edges, borders))
    edges, xy, _ = split_edges(
        network.edges, network.xy, *_cuts(network.edges, crossing, borders, _GAP_M)
    )
    edges = pick_edges(edges, np.flatnonzero(~_crosses(edges, borders)))
    on_border: Flags = shapely.intersects(shapely.points(xy), borders)
    junctions = int(on_border.sum())
    ends = []
    for nodes in (edges.tail.copy(), edges.head.copy()):
        apart = np.flatnonzero(on_border[nodes])
        at = xy[nodes[apart]]
        nodes[apart] = len(xy) + np.arange(len(apart))
        xy = np.concatenate([xy, at])
        on_border = np.concatenate([on_border, np.zeros(len(at), bool)])
        ends.append(nodes)
    said = finding("network-borders", file=file, edges=len(crossing), nodes=junctions)
    return replace(
        network,
        xy=xy,
        edges=replace(edges, tail=ends[0], head=ends[1]),
        borders=borders,
        findings=(*network.findings, said),
    )


def cut_at_water(network: Network, water: shapely.Geometry, *, file: str) -> Network:
    """Cut ways at the shore, and mark what runs over water as not to be joined there.

    Bridges, causeways and tunnels stay: they are travelled as before, and no length changes.

    Parameters
    ----------
    network
        The network on land.
    water
        Areas in the network's CRS.
    file
        The roads' file, for the finding.
    """
    shapely.prepare(water)
    wet = np.flatnonzero(_touches(network.edges, water))
    shore = shapely.boundary(water)
    edges, xy, _ = split_edges(network.edges, network.xy, *_cuts(network.edges, wet, shore, 0.0))
    over = _touches(edges, water)
    middles = shapely.line_interpolate_point(
        edge_lines(pick_edges(edges, np.flatnonzero(over))), 0.5, normalized=True
    )
    over[over] = shapely.contains_properly(water, middles)
    said = finding(
        "network-water",
        file=file,
        edges=int(over.sum()),
        km=f"{edges.length_m[over].sum() / 1000:.1f}",
    )
    return replace(
        network,
        xy=xy,
        edges=replace(edges, joinable=edges.joinable & ~over),
        water=water,
        findings=(*network.findings, said),
    )


def _touches(edges: Edges, water: shapely.Geometry) -> Flags:
    touching: Flags = shapely.intersects(water, edge_lines(edges)) & (edges.length_m > 0)
    return touching


def _crosses(edges: Edges, borders: shapely.Geometry) -> Flags:
    crossing: Flags = shapely.crosses(edge_lines(edges), borders)
    return crossing


def _cuts(
    edges: Edges, which: Integers, borders: shapely.Geometry, gap_m: float
) -> tuple[Integers, Floats]:
    """Find where to cut: shortly before and after each point in which an edge meets a border."""
    chosen = pick_edges(edges, which)
    lines = edge_lines(chosen)
    points, line = shapely.get_coordinates(shapely.intersection(lines, borders), return_index=True)
    along = shapely.line_locate_point(lines[line], shapely.points(points))
    length = chosen.length_m[line]
    along = np.where(along < _AT_END_M, 0, np.where(along > length - _AT_END_M, length, along))
    cuts = [np.clip((along + step) / length, 0, 1) for step in (-gap_m, gap_m)]
    return np.tile(which[line], 2), np.concatenate(cuts)
