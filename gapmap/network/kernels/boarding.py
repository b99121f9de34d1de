"""Compiled: getting on and off the ways between their nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gapmap.compiling import compiled

if TYPE_CHECKING:
    from gapmap.network.value import Flags, Floats, Indices, Integers

__all__ = ["AHEAD", "BEHIND", "BY_HEAD", "BY_TAIL", "Ends", "Stretch", "best_of", "get_off"]

AHEAD, BEHIND, BY_HEAD, BY_TAIL = range(4)
"""Where a ride leads: along the edge towards its head or its tail, or through one of them."""


class Stretch(NamedTuple):
    """Doors along edges, and what the edges take.

    ``first`` has where the doors of each of ``edges`` begin, one entry more than there are edges;
    ``fraction``, ``start`` and ``rank`` stand for the doors. The rest has an entry for every edge
    of the network.
    """

    edges: Integers
    first: Integers
    fraction: Floats
    start: Floats
    rank: Integers
    minutes: Floats
    length_m: Floats
    forward: Flags
    backward: Flags
    tail: Integers
    head: Integers


class Ends(NamedTuple):
    """Where it is best to get off without passing a node, from doors and from nodes.

    Price and door ahead of each door, behind it, and of each node along one of its edges; with the
    metres from the node.
    """

    ahead: Floats
    ahead_door: Integers
    behind: Floats
    behind_door: Integers
    node: Floats
    node_door: Integers
    node_m: Floats


@compiled
def get_off(ways: Stretch, nodes: int) -> Ends:
    """Find for each door and node the best door on the same edge; itself is one of them."""
    count = len(ways.start)
    ahead, behind = np.empty(count), np.empty(count)
    ahead_door, behind_door = np.empty(count, np.int64), np.empty(count, np.int64)
    node, node_m = np.full(nodes, np.inf), np.full(nodes, np.inf)
    node_door = np.full(nodes, -1, np.int64)
    for k in range(len(ways.edges)):
        edge, a, b = ways.edges[k], ways.first[k], ways.first[k + 1]
        takes, fraction = ways.minutes[edge], ways.fraction
        price, door = np.inf, -1
        for i in range(b - 1, a - 1, -1):
            if i < b - 1:
                price += (fraction[i + 1] - fraction[i]) * takes
            if not ways.forward[edge]:
                price, door = np.inf, -1
            if _better(ways.start[i], ways.rank[i], price, door, ways.rank):
                price, door = ways.start[i], i
            ahead[i], ahead_door[i] = price, door
        price, door = np.inf, -1
        for i in range(a, b):
            if i > a:
                price += (fraction[i] - fraction[i - 1]) * takes
            if not ways.backward[edge]:
                price, door = np.inf, -1
            if _better(ways.start[i], ways.rank[i], price, door, ways.rank):
                price, door = ways.start[i], i
            behind[i], behind_door[i] = price, door
        for end in range(2):
            where = ways.tail[edge] if end == 0 else ways.head[edge]
            price, door = (
                (ahead[a], ahead_door[a]) if end == 0 else (behind[b - 1], behind_door[b - 1])
            )
            rest = fraction[a] if end == 0 else 1.0 - fraction[b - 1]
            open_to = ways.forward[edge] if end == 0 else ways.backward[edge]
            if door < 0 or (rest > 0.0 and not open_to):
                continue
            price += rest * takes
            if _better(price, ways.rank[door], node[where], node_door[where], ways.rank):
                node[where], node_door[where] = price, door
                node_m[where] = abs(fraction[door] - end) * ways.length_m[edge]
    return Ends(ahead, ahead_door, behind, behind_door, node, node_door, node_m)


@compiled
def _better(price: float, rank: int, than: float, door: int, ranks: Integers) -> bool:
    """Say whether a price is lower than another, or as low and of a lower rank."""
    return price < than or (price == than and price < np.inf and rank < ranks[door])


@compiled
def best_of(
    ways: Stretch, ends: Ends, price: Floats, rank: Indices
) -> tuple[Floats, Integers, Integers]:
    """Choose for each door how to go: not at all, along its edge, or through one of its ends.

    Parameters
    ----------
    ways, ends
        As :func:`get_off` has them.
    price, rank
        Of every node, of the best door from there.

    Returns
    -------
    The price; how one goes; and the door where one gets off, -1 where that lies beyond a node.
    """
    count = len(ways.start)
    best, how = np.full(count, np.inf), np.full(count, AHEAD, np.int64)
    off = np.full(count, -1, np.int64)
    for k in range(len(ways.edges)):
        edge = ways.edges[k]
        tail, head, takes = ways.tail[edge], ways.head[edge], ways.minutes[edge]
        for i in range(ways.first[k], ways.first[k + 1]):
            least, lowest = ends.ahead[i], -1
            door, way = ends.ahead_door[i], AHEAD
            if door >= 0:
                lowest = ways.rank[door]
            if ends.behind_door[i] >= 0:
                other, its_rank = ends.behind[i], ways.rank[ends.behind_door[i]]
                if other < least or (other == least and its_rank < lowest):
                    least, lowest, door, way = other, its_rank, ends.behind_door[i], BEHIND
            share = ways.fraction[i]
            if ways.forward[edge] or share == 1.0:
                other = price[head] + (1.0 - share) * takes
                if other < least or (other == least and other < np.inf and rank[head] < lowest):
                    least, lowest, door, way = other, rank[head], -1, BY_HEAD
            if ways.backward[edge] or share == 0.0:
                other = price[tail] + share * takes
                if other < least or (other == least and other < np.inf and rank[tail] < lowest):
                    least, lowest, door, way = other, rank[tail], -1, BY_TAIL
            best[i], how[i], off[i] = least, way, door
    return best, how, off
