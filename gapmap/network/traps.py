"""One-way traps: where a driver gets in and never out, or out and never in.

Of every connected piece the ways that lead round (the strongly connected component with the longest
ways) are its heart. What cannot reach the heart cannot be left; what the heart cannot reach cannot
be entered. Walkers and cyclists go both ways everywhere and are never trapped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from gapmap.network.graph import open_ways
from gapmap.network.pieces import pieces

if TYPE_CHECKING:
    from gapmap.network.snapping import Snap
    from gapmap.network.value import Flags, Floats, Integers, Network

__all__ = ["Freedom", "Trap", "find_traps", "freedom"]


class Freedom(NamedTuple):
    """For each node, or each position: whether one can leave it, and whether one can enter it."""

    leave: Flags
    enter: Flags


class Trap(NamedTuple):
    """Positions that one street traps.

    ``positions`` are their numbers, ``edge`` the street that the first of them joins, at ``xy``;
    ``leave`` and ``enter`` say what is possible there.
    """

    positions: Integers
    edge: int
    xy: Floats
    leave: bool
    enter: bool


def freedom(network: Network, snap: Snap) -> Freedom:
    """Say which positions a driver can leave for the rest of its piece, and which one can enter.

    What is said of a position off the network means nothing.

    Parameters
    ----------
    network
        The ways.
    snap
        Positions joined for driving; others go both ways and are free.
    """
    count = len(snap)
    if snap.mode != "drive":
        return Freedom(np.ones(count, bool), np.ones(count, bool))
    nodes, edges, joins = _of_nodes(network), network.edges, snap.joins
    tail, head = edges.tail[joins.edge], edges.head[joins.edge]
    forward, backward = (way[joins.edge] for way in open_ways(network, "drive"))
    at_tail, at_head = joins.fraction == 0, joins.fraction == 1
    may_leave = (forward | at_head) & nodes.leave[head] | (backward | at_tail) & nodes.leave[tail]
    may_enter = (forward | at_tail) & nodes.enter[tail] | (backward | at_head) & nodes.enter[head]
    leave, enter = np.zeros(count, bool), np.zeros(count, bool)
    leave[joins.owner[may_leave]] = True
    enter[joins.owner[may_enter]] = True
    return Freedom(leave, enter)


def find_traps(network: Network, snap: Snap) -> list[Trap]:
    """Find the positions that cannot be left or cannot be entered, those of one street together.

    Traps are ordered by the position of their first member, by x, then y.
    """
    free = freedom(network, snap)
    caught = np.flatnonzero((snap.edge >= 0) & ~(free.leave & free.enter))
    if not len(caught):
        return []
    nodes, edge = _of_nodes(network), snap.edge[caught]
    forward, _ = open_ways(network, "drive")
    ahead = np.where(forward[edge], network.edges.head[edge], network.edges.tail[edge])
    behind = np.where(forward[edge], network.edges.tail[edge], network.edges.head[edge])
    group = _groups(network, nodes)[np.where(free.leave[caught], behind, ahead)]
    keys = np.column_stack([group, free.leave[caught], free.enter[caught]])
    _, which = np.unique(keys, axis=0, return_inverse=True)
    x, y = snap.point_xy[caught].T
    traps = []
    order = np.lexsort((caught, y, x))
    for one in dict.fromkeys(which.ravel()[order].tolist()):
        mine = caught[order[which.ravel()[order] == one]]
        first = mine[0]
        traps.append(
            Trap(
                positions=mine,
                edge=int(snap.edge[first]),
                xy=snap.point_xy[first],
                leave=bool(free.leave[first]),
                enter=bool(free.enter[first]),
            )
        )
    return traps


def _of_nodes(network: Network) -> Freedom:
    """Say of every node whether it reaches the heart of its piece, and is reached from it."""
    if "freedom" not in network.memo:
        count = len(network.xy)
        links = _links(network)
        hearts = _hearts(network, links)
        # one more node that leads into all hearts
        start = np.full(len(hearts), count)
        flags = []
        for tail, head in (links[::-1], links):
            graph = coo_array(
                (
                    np.ones(len(tail) + len(hearts), bool),
                    (np.concatenate([tail, start]), np.concatenate([head, hearts])),
                ),
                shape=(count + 1, count + 1),
            )
            flags.append(np.zeros(count + 1, bool))
            flags[-1][breadth_first_order(csr_array(graph), count, return_predecessors=False)] = (
                True
            )
        network.memo["freedom"] = Freedom(*(flag[:count] for flag in flags))
    made: Freedom = network.memo["freedom"]
    return made


def _links(network: Network) -> tuple[Integers, Integers]:
    """Give where a driver comes from and goes to, for every direction of every street."""
    forward, backward = open_ways(network, "drive")
    tail, head = network.edges.tail, network.edges.head
    return (
        np.concatenate([tail[forward], head[backward]]),
        np.concatenate([head[forward], tail[backward]]),
    )


def _hearts(network: Network, links: tuple[Integers, Integers]) -> Integers:
    """Give the nodes of the longest strongly connected component of every piece."""
    count = len(network.xy)
    graph = coo_array((np.ones(len(links[0]), bool), links), shape=(count, count))
    _, strong = connected_components(csr_array(graph), directed=True, connection="strong")
    of_node = pieces(network, "drive").of_node
    edges = network.edges
    forward, backward = open_ways(network, "drive")
    inner = np.flatnonzero((forward | backward) & (strong[edges.tail] == strong[edges.head]))
    length = np.bincount(strong[edges.tail[inner]], edges.length_m[inner], strong.max() + 1)
    x, y = network.xy.T
    order = np.lexsort((y, x, -np.round(length[strong], 3), of_node))
    order = order[of_node[order] > 0]
    _, first = np.unique(of_node[order], return_index=True)
    return np.flatnonzero(np.isin(strong, strong[order[first]]))


def _groups(network: Network, nodes: Freedom) -> Integers:
    """Give the nodes that hang together and are trapped alike one number."""
    alike = nodes.leave * 2 + nodes.enter
    tail, head = _links(network)
    same = alike[tail] == alike[head]
    count = len(network.xy)
    graph = coo_array((np.ones(same.sum(), bool), (tail[same], head[same])), shape=(count,) * 2)
    _, group = connected_components(csr_array(graph), directed=False)
    groups: Integers = group.astype(np.int64)
    return groups
