"""The graph that a search runs on: arcs against the direction of travel, cheapest of each pair."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gapmap.network.rules import KINDS

if TYPE_CHECKING:
    from gapmap.network.value import Flags, Floats, Integers, Network

__all__ = ["Arcs", "Costs", "arcs", "edge_costs", "open_ways", "walking_kmh"]


class Arcs(NamedTuple):
    """Arcs in compressed rows: row ``head`` lists every ``tail`` that one can come from.

    ``edge`` is the edge of each arc. Of several edges between the same nodes only the cheapest is
    an arc, since SciPy would add them up.
    """

    starts: Integers
    tails: Integers
    cost: Floats
    edge: Integers

    def with_rows(
        self, cost: Floats, tails: Integers, counts: Integers
    ) -> tuple[Floats, Integers, Integers]:
        """Add nodes that nobody leaves, with the arcs that lead to them: a CSR matrix's arrays."""
        ends = self.starts[-1] + np.cumsum(counts)
        return (
            np.concatenate([self.cost, cost]),
            np.concatenate([self.tails, tails.astype(np.int32)]),
            np.concatenate([self.starts, ends.astype(np.int32)]),
        )


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
    """Give the graph of a mode for searching by ``distance`` or ``minutes``; made once."""
    key = ("arcs", mode, by, speed_kmh if by == "minutes" else None)
    if key not in network.memo:
        costs = edge_costs(network, mode, speed_kmh)
        network.memo[key] = _arcs(
            network, mode, costs.metres if by == "distance" else costs.minutes
        )
    made: Arcs = network.memo[key]
    return made


def _arcs(network: Network, mode: str, cost: Floats) -> Arcs:
    edges = network.edges
    forward, backward = (np.flatnonzero(way) for way in open_ways(network, mode))
    edge = np.concatenate([forward, backward])
    heads = np.concatenate([edges.head[forward], edges.tail[backward]])
    tails = np.concatenate([edges.tail[forward], edges.head[backward]])
    order = np.lexsort((edge, cost[edge], tails, heads))
    edge, heads, tails = edge[order], heads[order], tails[order]
    first = np.ones(len(edge), bool)
    first[1:] = (heads[1:] != heads[:-1]) | (tails[1:] != tails[:-1])
    edge, heads, tails = edge[first], heads[first], tails[first]
    starts = np.concatenate([[0], np.cumsum(np.bincount(heads, minlength=len(network.xy)))])
    return Arcs(starts.astype(np.int32), tails.astype(np.int32), cost[edge], edge)
