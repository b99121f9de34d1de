"""Borders: what may not be crossed is cut out of the network."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gapmap.findings import finding
from gapmap.network.quays import split_edges
from gapmap.network.value import Edges, pick_edges

if TYPE_CHECKING:
    from gapmap.network.value import Flags, Floats, Integers, Network

__all__ = ["cut_at_borders"]

_GAP_M = 0.01  # a road ends this far from the border, so that no rounding joins both sides


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
    edges, xy, _ = split_edges(network.edges, network.xy, *_cuts(network.edges, crossing, borders))
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
        memo={},
    )


def _crosses(edges: Edges, borders: shapely.Geometry) -> Flags:
    owner = np.repeat(np.arange(len(edges)), np.diff(edges.offsets))
    crossing: Flags = shapely.crosses(shapely.linestrings(edges.coords, indices=owner), borders)
    return crossing


def _cuts(edges: Edges, which: Integers, borders: shapely.Geometry) -> tuple[Integers, Floats]:
    """Find where to cut: shortly before and after each point in which an edge meets a border."""
    chosen = pick_edges(edges, which)
    owner = np.repeat(np.arange(len(which)), np.diff(chosen.offsets))
    lines = shapely.linestrings(chosen.coords, indices=owner) if len(which) else np.empty(0, object)
    points, line = shapely.get_coordinates(shapely.intersection(lines, borders), return_index=True)
    along = shapely.line_locate_point(lines[line], shapely.points(points))
    length = chosen.length_m[line]
    cuts = [np.clip((along + step) / length, 0, 1) for step in (-_GAP_M, _GAP_M)]
    return np.tile(which[line], 2), np.concatenate(cuts)
