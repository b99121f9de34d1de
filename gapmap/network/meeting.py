"""Meeting on one edge: who gets to whom along a stretch that both join, without passing a node."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from gapmap.network.graph import Costs

if TYPE_CHECKING:
    from gapmap.network.journey import Job
    from gapmap.network.snapping import Joins
    from gapmap.network.value import Flags, Integers

__all__ = ["Meetings", "nearest_on_edge", "shared_edge_pairs"]


class Meetings(NamedTuple):
    """Number of the origin's join, of the target's join, and the cost between the positions."""

    origin: Integers
    target: Integers
    costs: Costs


def shared_edge_pairs(job: Job, origins: Joins, targets: Joins) -> Meetings:
    """Find all joins of origins and of targets on one edge between which one may go along it."""
    by_edge = np.argsort(targets.edge, kind="stable")
    sorted_edges = targets.edge[by_edge]
    first = np.searchsorted(sorted_edges, origins.edge, side="left")
    counts = np.searchsorted(sorted_edges, origins.edge, side="right") - first
    o = np.repeat(np.arange(len(origins.edge)), counts)
    within = np.arange(len(o)) - np.repeat(np.cumsum(counts) - counts, counts)
    t = by_edge[np.repeat(first, counts) + within]
    edge = origins.edge[o]
    ahead = targets.fraction[t] - origins.fraction[o]
    may = np.where(ahead > 0, job.forward[edge], job.backward[edge]) | (ahead == 0)
    return _priced(job, (origins, targets), o[may], t[may])


def nearest_on_edge(job: Job, origins: Joins, targets: Joins, ranks: Integers) -> Meetings:
    """Find for each join of an origin the target that it meets at the lowest cost along its edge.

    All on an edge are passed once in each direction, however many they are. ``ranks`` are those of
    the targets' joins; of equals the lowest is taken.
    """
    both = [
        _passed(job, (origins, targets), ranks, may, sign)
        for may, sign in ((job.forward, 1.0), (job.backward, -1.0))
    ]
    o, t = (np.concatenate(parts) for parts in zip(*both, strict=True))
    found = _priced(job, (origins, targets), o, t)
    order = np.lexsort((ranks[t], job.cost(found.costs), o))
    one, first = np.unique(o[order], return_index=True)
    best = order[first]
    metres, minutes = found.costs
    return Meetings(one, t[best], Costs(metres[best], minutes[best]))


def _passed(
    job: Job, joins: tuple[Joins, Joins], ranks: Integers, may: Flags, sign: float
) -> tuple[Integers, Integers]:
    """Pass every edge against the direction of travel, with the best target that was passed."""
    origins, targets = joins
    shared = np.zeros(len(may), bool)
    shared[targets.edge] = True
    wanted = np.zeros(len(may), bool)
    wanted[origins.edge] = True
    shared &= wanted & may
    o, t = (np.flatnonzero(shared[side.edge]) for side in joins)
    edge = np.concatenate([targets.edge[t], origins.edge[o]])
    back = -sign * np.concatenate([targets.fraction[t], origins.fraction[o]])
    price = np.full(len(edge), np.inf)  # from where the edge begins, beyond the target's leg
    price[: len(t)] = job.cost(job.on_foot(targets.distance_m[t]))
    price[: len(t)] -= (back * job.cost(job.costs)[edge])[: len(t)]
    tie = np.concatenate([ranks[t], np.zeros(len(o), np.int64)])
    is_origin = np.arange(len(edge)) >= len(t)
    order = np.lexsort((tie, price, is_origin, back, edge))
    price, edge = price[order], edge[order]
    running = pd.Series(price).groupby(edge).cummin().to_numpy()
    new = np.ones(len(edge), bool)
    new[1:] = (edge[1:] != edge[:-1]) | (price[1:] < running[:-1])
    latest = np.maximum.accumulate(np.where(new, np.arange(len(edge)), 0))
    met = is_origin[order] & np.isfinite(running)
    return o[order[met] - len(t)], t[order[latest[met]]]


def _priced(job: Job, joins: tuple[Joins, Joins], o: Integers, t: Integers) -> Meetings:
    origins, targets = joins
    edge = origins.edge[o]
    share = np.abs(targets.fraction[t] - origins.fraction[o])
    legs = job.on_foot(origins.distance_m[o] + targets.distance_m[t])
    metres, minutes = (leg + share * cost[edge] for leg, cost in zip(legs, job.costs, strict=True))
    return Meetings(o, t, Costs(metres, minutes))
