"""Stretches: parts of edges along which the cost of the way to the nearest target is linear."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from gapmap.network.graph import arcs
from gapmap.network.journey import end_costs
from gapmap.network.kernels.search import prices_from
from gapmap.network.value import row_ranges

if TYPE_CHECKING:
    import numpy.typing as npt

    from gapmap.network.journey import Job
    from gapmap.network.snapping import Joins, Snap
    from gapmap.network.value import Flags, Floats, Integers, Network

__all__ = [
    "Stretches",
    "above",
    "crossings",
    "joined",
    "lines_of",
    "node_prices",
    "picked",
    "priced_stretches",
    "within",
]


class Stretches(NamedTuple):
    """Parts of edges.

    ``start`` and ``end`` are shares of the edge's length, ``cost_start`` and ``cost_end`` what it
    costs to get from there to the nearest target; between them the cost is linear. What leads to
    no target costs inf.
    """

    edge: Integers
    start: Floats
    end: Floats
    cost_start: Floats
    cost_end: Floats


def picked(stretches: Stretches, which: Flags | Integers) -> Stretches:
    """Keep some stretches."""
    edge, *rest = stretches
    return Stretches(edge[which], *(values[which] for values in rest))


def joined(*parts: Stretches) -> Stretches:
    """Put stretches together, by edge, then from tail to head."""
    edge, *rest = (np.concatenate(values) for values in zip(*parts, strict=True))
    every = Stretches(edge.astype(np.int64), *(values.astype(np.float64) for values in rest))
    return picked(every, np.lexsort((every.end, every.start, every.edge)))


def node_prices(job: Job, targets: Snap, speed_kmh: float | None) -> Floats:
    """Give what it costs to get from every node to the nearest target; inf where none is."""
    graph = arcs(job.network, job.mode, job.by, speed_kmh)
    nodes, costs = end_costs(job, targets.joins, leaving=False)
    nodes, cost = nodes.ravel(), job.cost(costs).ravel()
    kept = np.isfinite(cost)
    seeds = nodes[kept].astype(np.int32), cost[kept]
    return prices_from(graph.starts, graph.tails, graph.cost, *seeds)


def priced_stretches(job: Job, price: Floats, joins: Joins) -> Stretches:
    """Price every usable way on land, all of it.

    Edges are cut where a target joins them, and at the crest from which both ends are equally far.

    Parameters
    ----------
    job
        The question.
    price
        Price of every node, from :func:`node_prices`.
    joins
        Where the targets join.
    """
    whole = job.cost(job.costs)
    edge, at, best = _marks(job, price, whole, joins)
    inner = np.flatnonzero(edge[1:] == edge[:-1])
    edge, start, end = edge[inner], at[inner], at[inner + 1]
    back = np.where(job.backward[edge], best[inner], np.inf)
    ahead = np.where(job.forward[edge], best[inner + 1], np.inf)
    size = (end - start) * whole[edge]
    at_start, at_end = np.minimum(back, ahead + size), np.minimum(ahead, back + size)
    rise = np.subtract(at_end, at_start, out=np.full(len(edge), np.inf), where=np.isfinite(at_end))
    crested = job.backward[edge] & job.forward[edge] & (np.abs(rise) < size)
    share = np.divide(size + rise, 2 * size, out=np.ones(len(edge)), where=crested)
    crest = start + share * (end - start)
    top = np.where(crested, at_start + share * size, at_end)
    return joined(
        Stretches(edge, start, crest, at_start, top),
        picked(Stretches(edge, crest, end, top, at_end), crested),
    )


def _marks(job: Job, price: Floats, whole: Floats, joins: Joins) -> tuple[Integers, Floats, Floats]:
    """Give the ends of usable land edges and the joins on them: edge, share and least cost."""
    edges = job.network.edges
    used = np.flatnonzero((job.forward | job.backward) & np.isnan(edges.ferry_minutes))
    inside = (joins.fraction > 0) & (joins.fraction < 1)
    edge = np.concatenate([used, used, joins.edge[inside]])
    at = np.concatenate([np.zeros(len(used)), np.ones(len(used)), joins.fraction[inside]])
    leg = job.cost(job.on_foot(joins.distance_m[inside]))
    cost = np.concatenate([price[edges.tail[used]], price[edges.head[used]], leg])
    order = np.lexsort((cost, at, edge))
    edge, at, cost = edge[order], at[order], cost[order]
    first = np.ones(len(edge), bool)
    first[1:] = (edge[1:] != edge[:-1]) | (at[1:] != at[:-1])
    edge, at, cost = edge[first], at[first], cost[first]
    along = at * whole[edge]
    back = _least_so_far(edge, cost - along) + along
    ahead = _least_so_far(edge[::-1], (cost + along)[::-1])[::-1] - along
    best = np.minimum(cost, np.where(job.backward[edge], back, np.inf))
    return edge, at, np.minimum(best, np.where(job.forward[edge], ahead, np.inf))


def _least_so_far(group: Integers, values: Floats) -> Floats:
    least: Floats = pd.Series(values).groupby(group, sort=False).cummin().to_numpy()
    return least


def crossings(job: Job, price: Floats, most: float) -> Stretches:
    """Give the ferries by which one gets to a target within a limit, each from quay to quay."""
    edges = job.network.edges
    ferry = np.flatnonzero(~np.isnan(edges.ferry_minutes))
    at_tail, at_head = price[edges.tail[ferry]], price[edges.head[ferry]]
    cost = job.cost(job.costs)[ferry]
    taken = job.forward[ferry] & (at_head + cost <= most) & np.isfinite(at_head)
    taken |= job.backward[ferry] & (at_tail + cost <= most) & np.isfinite(at_tail)
    zeros = np.zeros(len(ferry))
    return picked(Stretches(ferry, zeros, zeros + 1, at_tail, at_head), taken)


def within(stretches: Stretches, most: float) -> Stretches:
    """Keep what costs no more than ``most``, cut exactly where the cost passes it."""
    low = np.minimum(stretches.cost_start, stretches.cost_end)
    kept = picked(stretches, (low <= most) & np.isfinite(low))
    early, late = kept.cost_start > most, kept.cost_end > most
    return _cut(kept, most, early, late)


def above(stretches: Stretches, most: float) -> Stretches:
    """Keep what costs more than ``most``, and what leads to no target."""
    high = np.maximum(stretches.cost_start, stretches.cost_end)
    kept = picked(stretches, (high > most) | np.isinf(high))
    early = (kept.cost_start < most) & (kept.cost_end > most)
    late = (kept.cost_end < most) & (kept.cost_start > most)
    return _cut(kept, most, early, late)


def _cut(kept: Stretches, most: float, early: Flags, late: Flags) -> Stretches:
    """Let stretches begin, or end, where their cost is ``most``."""
    cut = early | late
    rise = np.where(cut, kept.cost_end, 0) - np.where(cut, kept.cost_start, -1)
    share = np.where(cut, most - np.where(cut, kept.cost_start, 0), 0) / rise
    middle = kept.start + share * (kept.end - kept.start)
    return Stretches(
        kept.edge,
        np.where(early, middle, kept.start),
        np.where(late, middle, kept.end),
        np.where(early, most, kept.cost_start),
        np.where(late, most, kept.cost_end),
    )


def lines_of(network: Network, stretches: Stretches) -> npt.NDArray[np.object_]:
    """Draw stretches as lines along the course of their edges."""
    if not len(stretches.edge):
        return np.empty(0, object)
    edges, run = network.edges, _stations(network)
    first, last = edges.offsets[stretches.edge], edges.offsets[stretches.edge + 1] - 1
    whole = run[last] - run[first]
    begin, end = (run[first] + share * whole for share in (stretches.start, stretches.end))
    after = np.clip(np.searchsorted(run, begin, side="right"), first + 1, last)
    until = np.maximum(np.clip(np.searchsorted(run, end, side="left"), first + 1, last), after)
    bends, every = row_ranges(after, until - after), np.arange(len(first))
    owner = np.concatenate([every, np.repeat(every, until - after), every])
    ends = [_between(edges.coords, run, at, way) for at, way in ((after, begin), (until, end))]
    points = np.concatenate([ends[0], edges.coords[bends], ends[1]])
    order = np.argsort(owner, kind="stable")
    lines: npt.NDArray[np.object_] = shapely.linestrings(points[order], indices=owner[order])
    return lines


def _stations(network: Network) -> Floats:
    """Give how far along each point lies, all edges one after the other; made once."""
    if "stations" not in network.memo:
        edges = network.edges
        step = np.hypot(*np.diff(edges.coords, axis=0, prepend=edges.coords[:1]).T)
        step[edges.offsets[:-1]] = 1.0  # a gap, so that one edge ends before the next begins
        network.memo["stations"] = np.cumsum(step)
    stations: Floats = network.memo["stations"]
    return stations


def _between(coords: Floats, run: Floats, after: Integers, at: Floats) -> Floats:
    """Interpolate between the point ``after`` and the one before it."""
    size = run[after] - run[after - 1]
    share = np.divide(at - run[after - 1], size, out=np.zeros(len(at)), where=size > 0)
    share = np.clip(share, 0, 1)[:, None]
    points: Floats = coords[after - 1] * (1 - share) + coords[after] * share
    return points
