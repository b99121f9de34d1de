"""Routes: the line that a journey follows, along the real course of the ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from gapmap.network.ways import part_of_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapmap.network.snapping import Snap
    from gapmap.network.value import Edges, Floats, Network

__all__ = ["Stand", "line_along", "line_straight", "line_through", "stand"]


class Stand(NamedTuple):
    """Where someone stands: the position, and the point on the edge where it joins the network."""

    xy: Floats
    edge: int
    fraction: float


def stand(snap: Snap, join: int) -> Stand:
    """Take one join out of many."""
    joins = snap.joins
    return Stand(snap.xy[joins.owner[join]], int(joins.edge[join]), float(joins.fraction[join]))


def line_straight(start: Floats, end: Floats) -> shapely.LineString:
    """Go straight, off the road."""
    return shapely.LineString([start, end])


def line_along(network: Network, origin: Stand, target: Stand) -> shapely.LineString:
    """Go along the one edge that both stand on."""
    return _joined(
        [_part(network.edges, origin.edge, origin.fraction, target.fraction)], origin, target
    )


def line_through(
    network: Network, origin: Stand, target: Stand, nodes: Sequence[int], edges: Sequence[int]
) -> shapely.LineString:
    """Go from the origin's edge through nodes (joined by ``edges``) onto the target's edge."""
    every = network.edges
    first = 0.0 if every.tail[origin.edge] == nodes[0] else 1.0
    last = 0.0 if every.tail[target.edge] == nodes[-1] else 1.0
    parts = [_part(every, origin.edge, origin.fraction, first)]
    for node, edge in zip(nodes, edges, strict=False):  # one node more than edges
        line = every.coords[every.offsets[edge] : every.offsets[edge + 1]]
        parts.append(line if every.tail[edge] == node else line[::-1])
    parts.append(_part(every, target.edge, last, target.fraction))
    return _joined(parts, origin, target)


def _part(edges: Edges, edge: int, start: float, end: float) -> Floats:
    line = edges.coords[edges.offsets[edge] : edges.offsets[edge + 1]]
    length = float(edges.length_m[edge])
    part = part_of_line(line, min(start, end) * length, max(start, end) * length)
    return part if start <= end else part[::-1]


def _joined(parts: list[Floats], origin: Stand, target: Stand) -> shapely.LineString:
    points = np.vstack([origin.xy, *parts, target.xy])
    moved = np.ones(len(points), bool)
    moved[1:] = (points[1:] != points[:-1]).any(axis=1)
    kept = points[moved]
    return shapely.LineString(kept if len(kept) > 1 else np.vstack([kept, kept]))
