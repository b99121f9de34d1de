"""The graph that a search runs on: arcs against the direction of travel, cheapest of each pair."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gapmap.network.checks import check_network
from gapmap.network.rules import KINDS

if TYPE_CHECKING:
    from gapmap.network.value import Flags, Floats, Indices, Integers, Network

__all__ = [
    "Arcs",
    "Costs",
    "arcs",
    "arcs_with_travel",
    "edge_costs",
    "member_rows",
    "open_ways",
    "walking_kmh",
]


_MOST_GRAPHS = 8  # three modes by two measures, and some that are turned round


class Arcs(NamedTuple):
    """Arcs in compressed rows: row ``head`` lists every ``tail`` that one can come from.

    ``edge`` is the edge of each arc. Of several edges between the same nodes only the cheapest is
    an arc.
    """

    starts: Indices
    tails: Indices
    cost: Floats
    edge: Integers


class Costs(NamedTuple):
    """What it costs to travel each whole edge: metres and minutes."""

    metres: Floats
    minutes: Floats


def walking_kmh(network: Network, mode: str, speed_kmh: float | None) -> float:
    """Give the speed off the road: a walker's own, the default walking speed for other modes."""
    if mode == "walk" and speed_kmh is not None:
        return speed_kmh
    return network.speeds["walk"]


def edge_costs(network: Network, mode: str, speed_kmh: float | None) -> Costs:
    """Give metres and minutes of every edge; ``speed_kmh`` takes the place of the mode's speeds."""
    edges = network.edges
    if speed_kmh is not None:
        kmh = np.full(len(edges), speed_kmh)
    elif mode == "drive":
        kmh = edges.drive_kmh
    else:
        kmh = np.full(len(edges), network.speeds[mode])
    on_foot = edges.kind == KINDS.index("ferry_access")
    kmh = np.where(on_foot, walking_kmh(network, mode, speed_kmh), kmh)
    by_land = edges.length_m / 1000 / kmh * 60
    minutes = np.where(np.isnan(edges.ferry_minutes), by_land, edges.ferry_minutes)
    return Costs(edges.length_m, minutes)


def open_ways(network: Network, mode: str) -> tuple[Flags, Flags]:
    """Mark the edges that may be travelled from tail to head, and from head to tail."""
    edges = network.edges
    if mode == "drive":
        return edges.forward, edges.backward
    both = edges.walk if mode == "walk" else edges.cycle
    return both, both


def arcs(network: Network, mode: str, by: str, speed_kmh: float | None) -> Arcs:
    """Give the graph of a mode for searching by ``distance`` or ``minutes``; made once.

    ``by = "on land"`` gives the metres of all land ways of the mode, one-way streets both ways.
    """
    key = ("arcs", mode, by, speed_kmh if by == "minutes" else None)
    if key not in network.memo:
        check_network(network)
        metres, minutes = edge_costs(network, mode, speed_kmh)
        costs = (minutes, metres) if by == "minutes" else (metres, minutes)
        forward, backward = open_ways(network, mode)
        if by == "on land":
            forward = backward = (forward | backward) & np.isnan(network.edges.ferry_minutes)
        _keep(network, key, _arcs(network, (forward, backward), costs))
    made: Arcs = network.memo[key]
    return made


def _keep(network: Network, key: tuple[object, ...], graph: Arcs) -> None:
    """Keep a graph, and no more than the latest few: a hundred speeds would fill the memory."""
    graphs = [one for one in network.memo if one[0] in ("arcs", "arcs with travel")]
    for oldest in graphs[: max(0, len(graphs) + 1 - _MOST_GRAPHS)]:
        del network.memo[oldest]
    network.memo[key] = graph


def _arcs(network: Network, ways: tuple[Flags, Flags], costs: tuple[Floats, Floats]) -> Arcs:
    """Make arcs of edges; ``costs`` are what is made small, and what decides between equals."""
    cost, other = costs
    edges = network.edges
    forward, backward = (np.flatnonzero(way) for way in ways)
    edge = np.concatenate([forward, backward])
    heads = np.concatenate([edges.head[forward], edges.tail[backward]])
    tails = np.concatenate([edges.tail[forward], edges.head[backward]])
    order = _cheapest_of_each(
        heads.astype(np.int64) * len(network.xy) + tails, (cost[edge], other[edge]), edge
    )
    edge, heads, tails = edge[order], heads[order], tails[order]
    return Arcs(_row_starts(heads, len(network.xy)), tails.astype(np.int32), cost[edge], edge)


def _cheapest_of_each(key: Integers, costs: tuple[Floats, Floats], edge: Integers) -> Integers:
    """Give the entry of lowest costs, the first before the second, for each key; by key."""
    cost, other = costs
    order = np.argsort(key, kind="stable")
    sorted_key = key[order]
    new = np.ones(len(key), bool)
    new[1:] = sorted_key[1:] != sorted_key[:-1]
    begins = np.flatnonzero(new)
    sizes = np.diff([*begins, len(key)])
    several = np.repeat(sizes > 1, sizes)
    tied = order[several]
    order[several] = tied[np.lexsort((edge[tied], other[tied], cost[tied], key[tied]))]
    return order[begins]


def _row_starts(rows: Integers | Indices, count: int) -> Indices:
    counts = np.bincount(rows, minlength=count)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)


def arcs_with_travel(network: Network, mode: str, by: str, speed_kmh: float | None) -> Arcs:
    """Give the graph of :func:`arcs` turned round: row ``tail`` lists every ``head``; made once."""
    key = ("arcs with travel", mode, by, speed_kmh if by == "minutes" else None)
    if key not in network.memo:
        graph = arcs(network, mode, by, speed_kmh)
        count = len(network.xy)
        heads = np.repeat(np.arange(count, dtype=np.int32), np.diff(graph.starts))
        order = np.argsort(graph.tails, kind="stable")
        starts = _row_starts(graph.tails, count)
        turned = Arcs(starts, heads[order], graph.cost[order], graph.edge[order])
        _keep(network, key, turned)
    made: Arcs = network.memo[key]
    return made


def member_rows(
    nodes: Integers, members: Integers, prices: Floats, count: int
) -> tuple[Integers, Indices, Floats]:
    """Sort members by the node that they hang on, for :func:`pairs_from`.

    Parameters
    ----------
    nodes, members, prices
        A node, a member and the price between them, of any shape; what costs inf is left out.
    count
        Number of nodes.

    Returns
    -------
    Where each node's members begin (one entry more than nodes), the members, their prices.
    """
    nodes, members, prices = nodes.ravel(), members.ravel(), prices.ravel()
    order = np.flatnonzero(np.isfinite(prices))
    order = order[np.argsort(nodes[order], kind="stable")]
    starts = np.concatenate([[0], np.cumsum(np.bincount(nodes[order], minlength=count))])
    return starts.astype(np.int64), members[order].astype(np.int32), prices[order]
