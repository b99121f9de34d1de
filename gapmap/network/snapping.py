"""Snapping: from a position to the nearest point of the nearest way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gapmap.errors import MethodError
from gapmap.network.rules import KINDS
from gapmap.network.value import MODES

if TYPE_CHECKING:
    from gapmap.network.value import Flags, Floats, Integers, Network

__all__ = ["Snap", "check_mode", "ferry_components", "pieces_of", "snap", "usable"]

_AT_END_M = 1e-6  # nearer than this to a node is at the node


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snap:
    """Where positions meet the network; all arrays have one entry per position.

    Attributes
    ----------
    mode
        ``walk``, ``cycle`` or ``drive``.
    xy
        The positions themselves, shape (n, 2), metres; NaN where there is none.
    edge
        The nearest edge that the mode can use; -1 without a position or a way within ``snap_m``.
    fraction
        How far along the edge, from 0 (tail) to 1 (head); NaN where ``edge`` is -1.
    point_xy
        The point on the edge, shape (n, 2); NaN where ``edge`` is -1.
    distance_m
        The off-road leg; inf where ``edge`` is -1.
    nearest_way_m
        True distance to the nearest way, however far; NaN without a position, inf where the
        network has no way for the mode.
    component
        Number of the connected piece of network (ferries connect); -1 where ``edge`` is -1.
    """

    mode: str
    xy: Floats
    edge: Integers
    fraction: Floats
    point_xy: Floats
    distance_m: Floats
    nearest_way_m: Floats
    component: Integers

    def __len__(self) -> int:
        """Count the positions."""
        return len(self.edge)


class _Tree(NamedTuple):
    """Search tree over the edges that a mode can snap to, and the numbers of those edges."""

    tree: shapely.STRtree
    edges: Integers


def check_mode(mode: str) -> None:
    """Refuse a mode that is none of :data:`MODES`."""
    if mode not in MODES:
        text = ", ".join(MODES)
        en = f'mode "{mode}" is not known; use one of {text}'
        raise MethodError(en, f"不认识的出行方式“{mode}”;可用:{text}")


def usable(network: Network, mode: str) -> Flags:
    """Mark the edges that a mode can use in at least one direction."""
    edges = network.edges
    if mode == "drive":
        return edges.forward | edges.backward
    return edges.walk if mode == "walk" else edges.cycle


def snap(network: Network, xy: npt.ArrayLike, *, mode: str) -> Snap:
    """Join each position to the nearest point of the nearest edge that the mode can use.

    Nobody boards a ferry at sea: ferries and the legs to their quays are left out. Of equally near
    edges the one with the lowest number is taken. A leg that would cross one of the network's
    borders is not taken; the next nearest edge within ``snap_m`` is.

    Parameters
    ----------
    network
        The ways.
    xy
        Positions in the network's CRS, shape (n, 2), NaN where there is none.
    mode
        ``walk``, ``cycle`` or ``drive``.

    Raises
    ------
    MethodError
        If the mode is not known or ``xy`` has another shape.
    """
    check_mode(mode)
    xy = np.array(xy, float)
    if xy.ndim != 2 or xy.shape[1] != 2:  # noqa: PLR2004 - x and y
        en = f"positions must have the shape (n, 2), not {xy.shape}"
        raise MethodError(en, f"位置数组的形状应为 (n, 2),而不是 {xy.shape}")
    tree = _tree(network, mode)
    placed = np.flatnonzero(np.isfinite(xy).all(axis=1))
    edge = np.full(len(xy), -1, np.int64)
    nearest_way_m = np.full(len(xy), np.nan)
    nearest_way_m[placed] = np.inf
    if len(placed) and len(tree.edges):
        points = shapely.points(xy[placed])
        edge[placed], nearest_way_m[placed] = _nearest(tree, points)
        edge[nearest_way_m > network.snap_m] = -1
        if network.borders is not None:
            edge[placed] = _inside_borders(network, tree, points, edge[placed])
    return _on_edges(network, mode, xy, edge, nearest_way_m)


def _nearest(tree: _Tree, points: npt.NDArray[np.object_]) -> tuple[Integers, Floats]:
    (which, found), distance = tree.tree.query_nearest(points, return_distance=True)
    order = np.lexsort((found, which))
    which, first = np.unique(which[order], return_index=True)
    return tree.edges[found[order][first]], distance[order][first]


def _inside_borders(
    network: Network, tree: _Tree, points: npt.NDArray[np.object_], edge: Integers
) -> Integers:
    """Give another edge to those whose off-road leg crosses a border, or -1."""
    lines = _lines(network)
    edge = edge.copy()
    joined = np.flatnonzero(edge >= 0)
    legs = shapely.shortest_line(points[joined], lines[edge[joined]])
    for i in joined[shapely.intersects(legs, network.borders)]:
        near = np.sort(tree.edges[tree.tree.query(points[i], "dwithin", network.snap_m)])
        legs = shapely.shortest_line(points[i], lines[near])
        free = ~shapely.intersects(legs, network.borders)
        order = np.argsort(shapely.length(legs[free]), kind="stable")
        edge[i] = near[free][order[0]] if len(order) else -1
    return edge


def _on_edges(
    network: Network, mode: str, xy: Floats, edge: Integers, nearest_way_m: Floats
) -> Snap:
    count = len(xy)
    fraction, distance_m = np.full(count, np.nan), np.full(count, np.inf)
    point_xy, component = np.full((count, 2), np.nan), np.full(count, -1, np.int64)
    joined = np.flatnonzero(edge >= 0)
    if len(joined):
        mine = edge[joined]
        lines, points = _lines(network)[mine], shapely.points(xy[joined])
        length = network.edges.length_m[mine]
        along = np.clip(shapely.line_locate_point(lines, points), 0, length)
        along = np.where(along < _AT_END_M, 0, np.where(along > length - _AT_END_M, length, along))
        point_xy[joined] = shapely.get_coordinates(shapely.line_interpolate_point(lines, along))
        distance_m[joined] = np.hypot(*(xy[joined] - point_xy[joined]).T)
        fraction[joined] = np.divide(along, length, out=np.zeros(len(along)), where=length > 0)
        component[joined] = pieces_of(network, mode)[network.edges.tail[mine]]
    return Snap(
        mode=mode,
        xy=xy,
        edge=edge,
        fraction=fraction,
        point_xy=point_xy,
        distance_m=distance_m,
        nearest_way_m=nearest_way_m,
        component=component,
    )


def _lines(network: Network) -> npt.NDArray[np.object_]:
    """Give every edge as a line; made once."""
    if "lines" not in network.memo:
        edges = network.edges
        owner = np.repeat(np.arange(len(edges)), np.diff(edges.offsets))
        network.memo["lines"] = (
            shapely.linestrings(edges.coords, indices=owner) if len(edges) else np.empty(0, object)
        )
    lines: npt.NDArray[np.object_] = network.memo["lines"]
    return lines


def _tree(network: Network, mode: str) -> _Tree:
    """Give the search tree of a mode; made once."""
    if ("tree", mode) not in network.memo:
        afloat = [KINDS.index("ferry"), KINDS.index("ferry_access")]
        keep = np.flatnonzero(usable(network, mode) & ~np.isin(network.edges.kind, afloat))
        network.memo["tree", mode] = _Tree(shapely.STRtree(_lines(network)[keep]), keep)
    tree: _Tree = network.memo["tree", mode]
    return tree


def pieces_of(network: Network, mode: str) -> Integers:
    """Give connected pieces a number, one-way streets counting both ways; made once."""
    if ("components", mode) not in network.memo:
        keep = usable(network, mode)
        tail, head = network.edges.tail[keep], network.edges.head[keep]
        size = (len(network.xy),) * 2
        links = coo_array((np.ones(len(tail), bool), (tail, head)), shape=size)
        _, pieces = connected_components(links.tocsr(), directed=False)
        network.memo["components", mode] = pieces.astype(np.int64)
    labels: Integers = network.memo["components", mode]
    return labels


def ferry_components(network: Network, mode: str) -> Integers:
    """Give the numbers of the connected pieces that a ferry serves in this mode."""
    ferry = (network.edges.kind == KINDS.index("ferry")) & usable(network, mode)
    return np.unique(pieces_of(network, mode)[network.edges.tail[ferry]])
