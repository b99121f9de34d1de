"""Search: the nearest facility of every place, in one pass for all places and facilities.

One Dijkstra search starts from all facilities at once and runs against the direction of travel.
What lies off the road is part of it: an extra node stands for "arrived" and is linked to both ends
of every facility's edge, at the cost of the rest of that edge and of the facility's leg. A place
then takes the cheapest of: leaving its edge by either end, meeting a facility along its own edge,
or going straight to a facility that is no farther than both legs together. This is the same as
cutting every edge at every place and facility, without a new graph for each service (see
``docs/adr/0004-network-search.md``).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gapmap.network.graph import Arcs, Costs, arcs
from gapmap.network.journey import Job, direct_pairs, end_costs, make_job, rank
from gapmap.network.routes import Stand, line_along, line_straight, line_through, stand
from gapmap.network.snapping import Snap, ferry_components

if TYPE_CHECKING:
    from collections.abc import Mapping

    import shapely

    from gapmap.network.value import Flags, Floats, Integers, Network

__all__ = ["Reach", "reach_nearest"]

_UNREACHED = -9999  # SciPy's word for "no predecessor"
_BY_TAIL, _BY_HEAD, _BY_AIR = 0, 1, 4  # places in the list of options


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reach:
    """How far the nearest target of each origin is; all arrays have one entry per origin.

    Attributes
    ----------
    distance_m, minutes
        Along the same route, off-road legs included; inf where there is none.
    target
        Index of the target; -1 where there is none.
    has_ferry
        Whether the origin stands on a connected piece of network that a ferry serves.
    routes
        For the origins that were asked for and reach a target: the line from origin to target.
    trace
        The search itself, from which :meth:`lines` draws further routes.
    """

    distance_m: Floats
    minutes: Floats
    target: Integers
    has_ferry: Flags
    routes: Mapping[int, shapely.LineString] = field(default_factory=dict)
    trace: _Trace | None = None

    def lines(self, origins: npt.ArrayLike) -> dict[int, shapely.LineString]:
        """Draw the routes of these origins without searching again; none where none was found."""
        wanted = np.atleast_1d(np.asarray(origins, np.int64)).tolist()
        if self.trace is None:
            return {}
        return {one: self.trace.line(one) for one in wanted if self.target[one] >= 0}


class _Tree(NamedTuple):
    """For each node: cost to its nearest target, that target, the next node and the edge there.

    ``onward`` is the extra node where a target's own edge begins, ``_UNREACHED`` without a target.
    """

    costs: Costs
    target: Integers
    onward: Integers
    edge: Integers


class _Trace(NamedTuple):
    """What is needed to draw the route of an origin after the search."""

    job: Job
    tree: _Tree
    chosen: Integers
    target: Integers
    origins: Snap
    targets: Snap

    def line(self, origin: int) -> shapely.LineString:
        """Draw one route."""
        end = stand(self.targets, int(self.target[origin]))
        option = int(self.chosen[origin])
        return _route(self.job, self.tree, option, stand(self.origins, origin), end)


class _Option(NamedTuple):
    """One way for each origin to get to some target; cost inf and target -1 where there is none."""

    costs: Costs
    target: Integers


def reach_nearest(  # noqa: PLR0913 - three values and the four knobs of the question
    network: Network,
    origins: Snap,
    targets: Snap,
    *,
    mode: str,
    by: str,
    speed_kmh: float | None = None,
    routes: npt.ArrayLike | None = None,
) -> Reach:
    """Find the nearest target of every origin, travelling from origin to target.

    Parameters
    ----------
    network
        The ways.
    origins, targets
        Positions that were joined to the network in the same mode.
    mode
        ``walk``, ``cycle`` or ``drive``; one-way streets count for driving only.
    by
        What is made small: ``distance`` or ``minutes``. The other is measured on the same route.
    speed_kmh
        Speed on all ways in place of the mode's own; ferries keep their times, and off the road
        everyone walks.
    routes
        Indices of the origins whose route is wanted.

    Raises
    ------
    MethodError
        If mode, measure or speed make no sense or do not fit the positions.
    """
    job = make_job(network, (origins, targets), mode=mode, by=by, speed_kmh=speed_kmh)
    tree = _search(job, arcs(network, mode, by, speed_kmh), targets)
    options = [
        *_by_ends(job, tree, origins),
        _along(job, origins, targets, forward=True),
        _along(job, origins, targets, forward=False),
        _direct(job, origins, targets),
    ]
    price = np.stack([job.cost(option.costs) for option in options])
    chosen = np.argmin(price, axis=0)
    each = np.arange(len(origins))
    target = np.stack([option.target for option in options])[chosen, each]
    metres = np.stack([option.costs.metres for option in options])[chosen, each]
    minutes = np.stack([option.costs.minutes for option in options])[chosen, each]
    found = np.flatnonzero(target >= 0)
    straight = np.hypot(*(origins.xy[found] - targets.xy[target[found]]).T)
    metres[found] = np.maximum(metres[found], straight)  # rounding only: no route is shorter
    reach = Reach(
        distance_m=metres,
        minutes=minutes,
        target=target,
        has_ferry=np.isin(origins.component, ferry_components(network, mode)),
        trace=_Trace(job, tree, chosen, target, origins, targets),
    )
    return reach if routes is None else replace(reach, routes=reach.lines(routes))


def _search(job: Job, graph: Arcs, targets: Snap) -> _Tree:
    """Run the search from all targets; the extra node has the number of nodes as its own."""
    count = len(job.network.xy)
    nodes, costs, target = _starts(job, targets)
    matrix = csr_array(
        graph.with_rows(job.cost(costs), nodes, np.array([len(nodes)])),
        shape=(count + 1, count + 1),
    )
    _, onward = dijkstra(matrix, indices=count, return_predecessors=True)
    onward = onward[:count].astype(np.int64)
    begins = onward == count
    edge = np.full(count, -1, np.int64)
    inner = np.flatnonzero((onward != _UNREACHED) & ~begins)
    edge[inner] = graph.edge[_arc_numbers(graph, onward[inner], inner)]
    start = np.full(count, -1, np.int64)
    start[nodes] = np.arange(len(nodes))
    return _summed(job, _Tree(costs, target, onward, edge), np.where(begins, start, -1))


def _starts(job: Job, targets: Snap) -> tuple[Integers, Costs, Integers]:
    """Give the nodes next to targets, in order, with the cheapest target of each."""
    nodes, costs = end_costs(job, targets, leaving=False)
    which = np.tile(np.arange(len(targets)), 2)
    price = job.cost(costs)
    order = np.lexsort((rank(targets)[which], price, nodes))
    order = order[np.isfinite(price[order])]
    unique, first = np.unique(nodes[order], return_index=True)
    best = order[first]
    return unique, Costs(costs.metres[best], costs.minutes[best]), which[best]


def _arc_numbers(graph: Arcs, rows: Integers, tails: Integers) -> Integers:
    """Find the arcs from ``rows`` to ``tails``; arcs are ordered by row, then tail."""
    count = len(graph.starts) - 1
    row = np.repeat(np.arange(count, dtype=np.int64), np.diff(graph.starts))
    return np.searchsorted(row * count + graph.tails, rows * count + tails)


def _summed(job: Job, tree: _Tree, start: Integers) -> _Tree:
    """Add up metres and minutes from every node to its target, by doubling the steps.

    ``tree.costs`` and ``tree.target`` come in as those of the starts, ``start`` says which start a
    node is (-1: none).
    """
    count = len(start)
    walks = np.flatnonzero(tree.edge >= 0)
    sums = [np.zeros(count), np.zeros(count)]
    for total, whole in zip(sums, job.costs, strict=True):
        total[walks] = whole[tree.edge[walks]]
    ahead = np.arange(count)
    ahead[walks] = tree.onward[walks]
    while True:
        further = ahead[ahead]
        if np.array_equal(further, ahead):
            break
        for total in sums:
            np.add(total, total[ahead], out=total)
        ahead = further
    start = start[ahead]
    reached = start >= 0
    costs = [
        np.where(reached, total + own[start] if len(own) else np.inf, np.inf)
        for total, own in zip(sums, tree.costs, strict=True)
    ]
    target = np.where(reached, tree.target[start], -1) if len(tree.target) else start
    return tree._replace(costs=Costs(*costs), target=target)


def _by_ends(job: Job, tree: _Tree, origins: Snap) -> list[_Option]:
    """Leave one's edge by its tail, or by its head."""
    nodes, costs = end_costs(job, origins, leaving=True)
    metres, minutes = (
        costs.metres + tree.costs.metres[nodes],
        costs.minutes + tree.costs.minutes[nodes],
    )
    target = np.where(np.isfinite(metres), tree.target[nodes], -1)
    half = len(origins)
    return [
        _Option(Costs(metres[part], minutes[part]), target[part])
        for part in (slice(0, half), slice(half, None))
    ]


def _along(job: Job, origins: Snap, targets: Snap, *, forward: bool) -> _Option:
    """Meet a target on one's own edge, going forward (to a later point) or backward."""
    may = job.forward if forward else job.backward
    shared = np.intersect1d(origins.edge, targets.edge)
    shared = shared[(shared >= 0)]
    shared = shared[may[shared]]
    o, t = (np.flatnonzero(np.isin(snap.edge, shared)) for snap in (origins, targets))
    sign = -1.0 if forward else 1.0
    edge = np.concatenate([targets.edge[t], origins.edge[o]])
    at = sign * np.concatenate([targets.fraction[t], origins.fraction[o]])
    whole = job.cost(job.costs)[edge]
    price = np.full(len(edge), np.inf)  # of being at the edge's beginning and going on to a target
    price[: len(t)] = job.cost(job.on_foot(targets.distance_m[t])) - (at * whole)[: len(t)]
    tie = np.concatenate([rank(targets)[t], np.zeros(len(o), np.int64)])
    order = np.lexsort((tie, np.arange(len(edge)) >= len(t), at, edge))
    price, edge = price[order], edge[order]
    running = pd.Series(price).groupby(edge).cummin().to_numpy()
    new = np.ones(len(edge), bool)
    new[1:] = (edge[1:] != edge[:-1]) | (price[1:] < running[:-1])
    latest = np.maximum.accumulate(np.where(new, np.arange(len(edge)), 0))
    met = (order >= len(t)) & np.isfinite(running)
    return _meeting(job, (origins, o[order[met] - len(t)]), (targets, t[order[latest[met]]]))


def _meeting(job: Job, mine: tuple[Snap, Integers], theirs: tuple[Snap, Integers]) -> _Option:
    """Price the way along the edge that both stand on."""
    (origins, o), (targets, t) = mine, theirs
    share = np.abs(origins.fraction[o] - targets.fraction[t])
    legs = job.on_foot(origins.distance_m[o] + targets.distance_m[t])
    edge = origins.edge[o]
    return _option(
        len(origins),
        o,
        t,
        Costs(*(leg + share * c[edge] for leg, c in zip(legs, job.costs, strict=True))),
    )


def _option(count: int, o: Integers, t: Integers, costs: Costs) -> _Option:
    target = np.full(count, -1, np.int64)
    target[o] = t
    spread = [np.full(count, np.inf), np.full(count, np.inf)]
    for values, known in zip(spread, costs, strict=True):
        values[o] = known
    return _Option(Costs(*spread), target)


def _direct(job: Job, origins: Snap, targets: Snap) -> _Option:
    """Go straight to a target that is no farther than both off-road legs together."""
    a, b, straight = direct_pairs(job, origins, targets)
    order = np.lexsort((rank(targets)[b], straight, a))
    a, first = np.unique(a[order], return_index=True)
    best = order[first]
    return _option(len(origins), a, b[best], job.on_foot(straight[best]))


def _route(job: Job, tree: _Tree, option: int, origin: Stand, target: Stand) -> shapely.LineString:
    if option == _BY_AIR:
        return line_straight(origin, target)
    if option not in (_BY_TAIL, _BY_HEAD):
        return line_along(job.network, origin, target)
    edges = job.network.edges
    nodes = [int((edges.tail if option == _BY_TAIL else edges.head)[origin.edge])]
    walked: list[int] = []
    while tree.edge[nodes[-1]] >= 0:
        walked.append(int(tree.edge[nodes[-1]]))
        nodes.append(int(tree.onward[nodes[-1]]))
    return line_through(job.network, origin, target, nodes, walked)
