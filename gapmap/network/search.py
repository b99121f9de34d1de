"""Search: the nearest facility of every place, in one pass for all places and facilities.

One search starts from all facilities at once and runs against the direction of travel. What lies
off the road is part of it: a facility is where each of the ways that it joins can take one, at the
cost of the rest of that edge and of the facility's leg. A place then takes the cheapest of: leaving
one of its ways by either end, meeting a facility along one of its ways, or going straight to a
facility that is no farther than both legs together. This is the same as cutting every edge at every
place and facility, without a new graph for each service (see ``docs/adr/0004-network-search.md``).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from gapmap.errors import MethodError
from gapmap.network.graph import Arcs, Costs, arcs
from gapmap.network.journey import Job, direct_pairs, end_costs, make_job, rank
from gapmap.network.kernels.chains import follow
from gapmap.network.kernels.search import bucket_width, nearest_from
from gapmap.network.meeting import nearest_on_edge
from gapmap.network.routes import line_along, line_straight, line_through, stand
from gapmap.network.snapping import Snap, ferry_components, pieces_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import shapely

    from gapmap.network.value import Flags, Floats, Integers, Network

__all__ = ["Reach", "reach_nearest"]

_BY_TAIL, _BY_HEAD, _ALONG, _BY_AIR = range(4)
_NOBODY = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reach:
    """How far the nearest target of each origin is; all arrays have one entry per origin.

    Attributes
    ----------
    distance_m, minutes
        Along the same route, off-road legs included; inf where there is none.
    target
        Index of the target; -1 where there is none.
    leg_m
        The origin's own off-road leg on this route, all of it where no way is used; inf where
        there is no route.
    has_ferry
        Whether the origin joins a connected piece of network that a ferry serves.
    routes
        For the origins that were asked for and reach a target: the line from origin to target.
    trace
        The search itself, from which :meth:`lines` draws further routes.
    """

    distance_m: Floats
    minutes: Floats
    target: Integers
    leg_m: Floats
    has_ferry: Flags
    routes: Mapping[int, shapely.LineString] = field(default_factory=dict)
    trace: _Trace | None = None

    def lines(self, origins: npt.ArrayLike) -> dict[int, shapely.LineString]:
        """Draw the routes of these origins without searching again; none where none was found."""
        given = np.atleast_1d(np.asarray(origins))
        if given.dtype == bool and len(given) == len(self.target):
            given = np.flatnonzero(given)
        wanted = given.astype(np.int64).tolist()
        wrong = [one for one in wanted if not 0 <= one < len(self.target)]
        if wrong:
            count = len(self.target)
            raise MethodError(
                f"origin {wrong[0]} is none of the {count} origins, which count from 0",
                f"没有第 {wrong[0]} 个起点;起点共 {count} 个,从 0 编号",
            )
        if self.trace is None:
            return {}
        return {one: self.trace.line(one) for one in wanted if self.target[one] >= 0}


class _Tree(NamedTuple):
    """For each node: price to its nearest target, that target's rank, the next node, the arc there.

    ``begin`` gives, for a node where a chain ends, the end of a target's edge that lies there: the
    number of the target's join, twice, plus one for the head.
    """

    graph: Arcs
    price: Floats
    rank: npt.NDArray[np.int32]
    onward: npt.NDArray[np.int32]
    arc: npt.NDArray[np.int32]
    begin: Integers
    begin_other: Floats


class _Choice(NamedTuple):
    """What each origin does: how, by which of its joins, and to which join of the target."""

    how: Integers
    join: Integers
    target_join: Integers


class _Trace(NamedTuple):
    """What is needed to draw the route of an origin after the search."""

    job: Job
    tree: _Tree
    choice: _Choice
    target: Integers
    origins: Snap
    targets: Snap

    def line(self, origin: int) -> shapely.LineString:
        """Draw one route."""
        how = self.choice.how[origin]
        if how == _BY_AIR:
            return line_straight(self.origins.xy[origin], self.targets.xy[self.target[origin]])
        start = stand(self.origins, int(self.choice.join[origin]))
        end = stand(self.targets, int(self.choice.target_join[origin]))
        network, edges = self.job.network, self.job.network.edges
        if how == _ALONG:
            return line_along(network, start, end)
        nodes = [int((edges.tail if how == _BY_TAIL else edges.head)[start.edge])]
        walked: list[int] = []
        while self.tree.onward[nodes[-1]] >= 0:
            walked.append(int(self.tree.graph.edge[self.tree.arc[nodes[-1]]]))
            nodes.append(int(self.tree.onward[nodes[-1]]))
        return line_through(network, start, end, nodes, walked)


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
        What is made small: ``distance`` (the shortest route) or ``minutes`` (the fastest). The
        other is measured on the same route.
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
    ranks = rank(targets)
    tree = _search(job, arcs(network, mode, by, speed_kmh), targets, ranks)
    price, other, target, choice = _cheapest(job, tree, (origins, targets), ranks)
    found = np.flatnonzero(target >= 0)
    straight = np.hypot(*(origins.xy[found] - targets.xy[target[found]]).T)
    metres, minutes = (price, other) if by == "distance" else (other, price)
    metres[found] = np.maximum(metres[found], straight)  # rounding only: no route is shorter
    leg_m = np.full(len(origins), np.inf)
    leg_m[found] = np.where(
        choice.how[found] == _BY_AIR, straight, origins.joins.distance_m[choice.join[found]]
    )
    reach = Reach(
        distance_m=metres,
        minutes=minutes,
        target=target,
        leg_m=leg_m,
        has_ferry=_has_ferry(network, origins, mode),
        trace=_Trace(job, tree, choice, target, origins, targets),
    )
    return reach if routes is None else replace(reach, routes=reach.lines(routes))


def _has_ferry(network: Network, origins: Snap, mode: str) -> Flags:
    joins = origins.joins
    piece = pieces_of(network, mode)[network.edges.tail[joins.edge]]
    has_ferry = np.zeros(len(origins), bool)
    has_ferry[joins.owner[np.isin(piece, ferry_components(network, mode))]] = True
    return has_ferry


def _search(job: Job, graph: Arcs, targets: Snap, ranks: Integers) -> _Tree:
    """Search from all targets at once."""
    nodes, costs = end_costs(job, targets.joins, leaving=False)
    price, rank_of_end = job.cost(costs).ravel(), np.repeat(ranks[targets.joins.owner], 2)
    nodes = nodes.ravel()
    order = np.lexsort((rank_of_end, price, nodes))
    order = order[np.isfinite(price[order])]
    seeds, first = np.unique(nodes[order], return_index=True)
    best = order[first]
    found = nearest_from(
        graph.starts,
        graph.tails,
        graph.cost,
        seeds.astype(np.int32),
        price[best],
        rank_of_end[best].astype(np.int32),
        bucket_width(graph.cost),
    )
    begin = np.full(len(job.network.xy), -1, np.int64)
    begin[seeds] = best
    return _Tree(graph, *found, begin, job.other(costs).ravel())


def _cheapest(
    job: Job, tree: _Tree, snaps: tuple[Snap, Snap], ranks: Integers
) -> tuple[Floats, Floats, Integers, _Choice]:
    """Give each origin's price, the other measure on the same route, the target, and the choice."""
    origins, joins, by_rank = snaps[0], snaps[0].joins, np.argsort(ranks)
    nodes, costs = end_costs(job, joins, leaving=True)
    size = len(joins.owner)
    prices = np.full((4, size), np.inf)
    others = np.full((4, size), np.inf)
    of_rank = np.full((4, size), _NOBODY)
    their_join = np.full((4, size), -1)
    prices[:2] = (job.cost(costs) + tree.price[nodes]).T
    of_rank[:2] = tree.rank[nodes].T
    for off_nodes, (row, cost, its_rank, its_join) in (
        (_ALONG, _along(job, snaps, ranks)),
        (_BY_AIR, _by_air(job, snaps, ranks)),
    ):
        prices[off_nodes, row], others[off_nodes, row] = job.cost(cost), job.other(cost)
        of_rank[off_nodes, row], their_join[off_nodes, row] = its_rank, its_join
    who, best = _first_of_each(joins.owner, prices, of_rank)
    how, join = np.divmod(best, max(size, 1))
    by_end = np.flatnonzero(how < _ALONG)
    ends = nodes[join[by_end], how[by_end]]
    arc_price = job.other(job.costs)[tree.graph.edge]
    onward, last = follow(ends, tree.onward, tree.arc, arc_price)
    begin = tree.begin[last]
    others[how[by_end], join[by_end]] = (
        job.other(costs)[join[by_end], how[by_end]] + onward + tree.begin_other[begin]
    )
    their_join[how[by_end], join[by_end]] = begin // 2
    count = len(origins)
    price, other = np.full(count, np.inf), np.full(count, np.inf)
    target = np.full(count, -1, np.int64)
    choice = _Choice(*(np.full(count, -1, np.int64) for _ in range(3)))
    price[who], other[who] = prices[how, join], others[how, join]
    target[who] = by_rank[of_rank[how, join]] if len(who) else -1
    choice.how[who], choice.join[who] = how, join
    choice.target_join[who] = their_join[how, join]
    return price, other, target, choice


def _first_of_each(owner: Integers, prices: Floats, ranks: Integers) -> tuple[Integers, Integers]:
    """Find each owner's cheapest entry, the lowest rank of equals; owners come in order.

    ``prices`` and ``ranks`` have the shape (ways of going, joins). Owners without an entry that is
    finite are left out; the entry is told as its number in the flat table.
    """
    if not len(owner):
        return owner, owner
    who, first = np.unique(owner, return_index=True)
    sizes = np.diff([*first, len(owner)])
    least = np.minimum.reduceat(prices.min(axis=0), first)
    level = prices == np.repeat(least, sizes)
    tied = np.where(level, ranks, _NOBODY)
    lowest = np.minimum.reduceat(tied.min(axis=0), first)
    ours = level & (tied == np.repeat(lowest, sizes))
    how, join = np.nonzero(ours)
    order = np.lexsort((how, join))
    how, join = how[order], join[order]
    winner, at = np.unique(owner[join], return_index=True)
    kept = np.isfinite(least[np.searchsorted(who, winner)])
    return winner[kept], (how * len(owner) + join)[at][kept]


_Rows = tuple["Integers", Costs, "Integers", "Integers"]


def _along(job: Job, snaps: tuple[Snap, Snap], ranks: Integers) -> _Rows:
    """Meet a target on one's own edge: the origin's join, the cost, the rank, the target's join."""
    origins, targets = snaps
    of_join = ranks[targets.joins.owner]
    o, t, costs = nearest_on_edge(job, origins.joins, targets.joins, of_join)
    return o, costs, of_join[t], t


def _by_air(job: Job, snaps: tuple[Snap, Snap], ranks: Integers) -> _Rows:
    """Go straight to a target; told at the origin's nearest join."""
    origins, targets = snaps
    a, b, straight = direct_pairs(job, origins, targets)
    order = np.lexsort((ranks[b], straight, a))
    a, first = np.unique(a[order], return_index=True)
    best = order[first]
    row = np.searchsorted(origins.joins.owner, a)
    return row, job.on_foot(straight[best]), ranks[b[best]], np.full(len(a), -1)
