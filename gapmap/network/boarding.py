"""Boarding: riding along the ways from wherever one gets on to wherever it is best to get off.

Where one can get on and off is a door: a point on an edge. What remains beyond a door, once one got
off there, is known beforehand. One search then tells for every door the best one to ride to, if
any; it runs against the direction of travel, as all searches do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gapmap.errors import MethodError
from gapmap.network.graph import arcs, edge_costs, open_ways
from gapmap.network.journey import check_question
from gapmap.network.kernels.boarding import (
    BY_HEAD,
    BY_TAIL,
    Ends,
    Stretch,
    best_of,
    get_off,
)
from gapmap.network.kernels.chains import follow
from gapmap.network.kernels.search import bucket_width, nearest_from
from gapmap.network.routes import Stand, line_along, line_through
from gapmap.network.snapping import ferry_components, pieces_of, usable

if TYPE_CHECKING:
    import shapely

    from gapmap.network.graph import Arcs
    from gapmap.network.value import Flags, Floats, Indices, Integers, Network

__all__ = ["Doors", "Rides", "boardable", "ride", "served_by_ferry"]


class Doors(NamedTuple):
    """Points where one gets on and off, ordered by edge, then from tail to head.

    ``xy`` is the point, ``fraction`` how far along its edge it lies, from 0 to 1.
    """

    edge: Integers
    fraction: Floats
    xy: Floats


class _Tree(NamedTuple):
    """The search: the next node on the way from each, the arc there, and where it ends."""

    graph: Arcs
    onward: Indices
    arc: Indices
    ends: Ends


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rides:
    """The best ride from each door; all arrays have one entry per door.

    Attributes
    ----------
    minutes
        Of the ride and of what remains after it; inf where nothing is reached.
    off
        The door where one gets off; itself where one does not ride, -1 where nothing is reached.
    metres
        Length of the ride.
    """

    minutes: Floats
    off: Integers
    metres: Floats
    network: Network
    doors: Doors
    how: Integers
    tree: _Tree

    def line(self, door: int) -> shapely.LineString:
        """Draw the ride from a door from which something is reached."""
        start, end = self._stand(door), self._stand(int(self.off[door]))
        how, edges = self.how[door], self.network.edges
        if how not in (BY_HEAD, BY_TAIL):
            return line_along(self.network, start, end)
        nodes = [int((edges.tail if how == BY_TAIL else edges.head)[start.edge])]
        walked: list[int] = []
        while self.tree.onward[nodes[-1]] >= 0:
            walked.append(int(self.tree.graph.edge[self.tree.arc[nodes[-1]]]))
            nodes.append(int(self.tree.onward[nodes[-1]]))
        return line_through(self.network, start, end, nodes, walked)

    def _stand(self, door: int) -> Stand:
        doors = self.doors
        return Stand(doors.xy[door], int(doors.edge[door]), float(doors.fraction[door]))


def boardable(network: Network, mode: str) -> Integers:
    """Give the edges on which one may get on and off: those that a position may join."""
    return np.flatnonzero(usable(network, mode) & network.edges.joinable)


def served_by_ferry(network: Network, mode: str, edge: Integers) -> Flags:
    """Say of edges whether their connected piece of network is served by a ferry."""
    piece = pieces_of(network, mode)[network.edges.tail[edge]]
    return np.isin(piece, ferry_components(network, mode))


def ride(
    network: Network,
    doors: Doors,
    start_minutes: Floats,
    rank: Integers,
    *,
    mode: str,
    speed_kmh: float | None = None,
) -> Rides:
    """Find for every door where it is best to get off, riding from it.

    Parameters
    ----------
    network
        The ways.
    doors
        Where one can get on and off.
    start_minutes
        What remains after getting off at each door; inf where nothing is reached from there.
    rank
        Of doors that are equally good the lowest is taken.
    mode
        ``walk``, ``cycle`` or ``drive``; one-way streets count for driving only.
    speed_kmh
        Speed on all ways in place of the mode's own; ferries keep their times.

    Raises
    ------
    MethodError
        Mode or speed make no sense, or the doors are not in order.
    """
    check_question(mode=mode, by="minutes", speed_kmh=speed_kmh)
    edge, fraction = np.asarray(doors.edge, np.int64), np.asarray(doors.fraction, float)
    same = edge[1:] == edge[:-1]
    if (edge[1:] < edge[:-1]).any() or (fraction[1:] < fraction[:-1])[same].any():
        raise MethodError(
            "doors have to be ordered by edge, then from tail to head",
            "上下路点须先按路段、再从起端到末端排列",
        )
    costs, (forward, backward) = edge_costs(network, mode, speed_kmh), open_ways(network, mode)
    begins = np.flatnonzero(np.concatenate([[True], ~same]))[: len(edge)]
    ways = Stretch(
        edges=edge[begins],
        first=np.append(begins, len(edge)),
        fraction=fraction,
        start=np.asarray(start_minutes, float),
        rank=np.asarray(rank, np.int64),
        minutes=costs.minutes,
        length_m=costs.metres,
        forward=forward,
        backward=backward,
        tail=network.edges.tail,
        head=network.edges.head,
    )
    ends = get_off(ways, len(network.xy))
    graph = arcs(network, mode, "minutes", speed_kmh)
    seeds = np.flatnonzero(ends.node_door >= 0)
    price, rank_of, onward, arc = nearest_from(
        graph.starts,
        graph.tails,
        graph.cost,
        seeds.astype(np.int32),
        ends.node[seeds],
        ways.rank[ends.node_door[seeds]].astype(np.int32),
        bucket_width(graph.cost),
    )
    minutes, how, off = best_of(ways, ends, price, rank_of)
    tree = _Tree(graph, onward, arc, ends)
    off, metres = _measured(ways, tree, how, off)
    return Rides(
        minutes=minutes,
        off=np.where(np.isfinite(minutes), off, -1),
        metres=np.where(np.isfinite(minutes), metres, np.inf),
        network=network,
        doors=doors,
        how=how,
        tree=tree,
    )


def _measured(ways: Stretch, tree: _Tree, how: Integers, off: Integers) -> tuple[Integers, Floats]:
    """Give where each ride ends, and its length."""
    edge = np.repeat(ways.edges, np.diff(ways.first))
    metres = np.abs(ways.fraction[off] - ways.fraction) * ways.length_m[edge]
    through = np.flatnonzero((how == BY_HEAD) | (how == BY_TAIL))
    by_head = how[through] == BY_HEAD
    node = np.where(by_head, ways.head[edge[through]], ways.tail[edge[through]])
    share = np.where(by_head, 1 - ways.fraction[through], ways.fraction[through])
    onward, last = follow(node, tree.onward, tree.arc, ways.length_m[tree.graph.edge])
    metres[through] = share * ways.length_m[edge[through]] + onward + tree.ends.node_m[last]
    off = off.copy()
    off[through] = tree.ends.node_door[last]
    return off, metres
