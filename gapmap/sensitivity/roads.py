"""Roads: the nearest facility of every place along the network, for many draws."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gapmap.network.graph import edge_costs, open_ways, walking_kmh
from gapmap.network.journey import Job, straight_on
from gapmap.network.kernels.search import prices_from
from gapmap.network.snapping import Joins, Snap, snap
from gapmap.sensitivity.kernels.nearest import by_air, cheapest_by_joins, end_prices

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from gapmap.access import Service
    from gapmap.network import Network
    from gapmap.sensitivity.asked import Asked

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Indices = NDArray[np.int32]

__all__ = ["Roads", "gather", "slices"]


_OF_EACH = ("xy", "edge", "fraction", "point_xy", "distance_m", "nearest_way_m", "component")
"""What a snap tells of each position but its joins."""


def slices(network: Network, mode: str, positions: Sequence[Floats]) -> list[Snap]:
    """Join the positions of several draws to the ways at once, which is faster than one by one."""
    joined = snap(network, np.concatenate(positions), mode=mode)
    ends = np.cumsum([0, *map(len, positions)])
    first = np.searchsorted(joined.joins.owner, ends)
    return [
        _slice(joined, slice(*own), slice(*theirs))
        for own, theirs in zip(_pairs(ends), _pairs(first), strict=True)
    ]


def gather(first: Snap, second: Snap, rows: Integers) -> Snap:
    """Take positions of two that were joined to the same ways in the same mode.

    Parameters
    ----------
    first, second
        The positions.
    rows
        Which to take, in this order, counting those of the first, then those of the second.
    """
    both, others = first.joins, second.joins
    owner = np.concatenate([both.owner, others.owner + len(first)])
    begin = np.searchsorted(owner, np.arange(len(first) + len(second) + 1))
    counts = np.diff(begin)[rows]
    at = np.arange(counts.sum()) + np.repeat(begin[rows] - np.cumsum(counts) + counts, counts)
    whole = {
        one: np.concatenate([getattr(first, one), getattr(second, one)])[rows] for one in _OF_EACH
    }
    joins = Joins(
        np.repeat(np.arange(len(rows)), counts),
        *(
            np.concatenate([ours, theirs])[at]
            for ours, theirs in zip(both[1:], others[1:], strict=True)
        ),
    )
    return Snap(mode=first.mode, joins=joins, courses=first.courses, **whole)


def _pairs(ends: Integers) -> Iterator[tuple[int, int]]:
    return zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)


def _slice(whole: Snap, own: slice, joined: slice) -> Snap:
    joins = whole.joins
    return Snap(
        mode=whole.mode,
        xy=whole.xy[own],
        edge=whole.edge[own],
        fraction=whole.fraction[own],
        point_xy=whole.point_xy[own],
        distance_m=whole.distance_m[own],
        nearest_way_m=whole.nearest_way_m[own],
        component=whole.component[own],
        joins=Joins(
            joins.owner[joined] - own.start,
            joins.edge[joined],
            joins.fraction[joined],
            joins.distance_m[joined],
        ),
        courses=whole.courses,
    )


class _Ways(NamedTuple):
    """All arcs of a mode against the direction of travel, parallel ones, too, and their edges."""

    starts: Indices
    tails: Indices
    edge: Integers


@dataclass(frozen=True, eq=False)
class Roads:
    """The services of one mode, and what every draw of them has in common.

    Attributes
    ----------
    network
        As the study has it.
    asked
        The services. Their lists of facilities are numbered one after the other: those that serve
        the first service, that fail, that are doubtful, then those of the second.
    """

    network: Network
    mode: str
    asked: tuple[Asked, ...]

    @cached_property
    def rows(self) -> Integers:
        """Row numbers of all facilities to be looked for, list by list."""
        return np.concatenate([rows for one in self.asked for rows in one.lists])

    @cached_property
    def of_list(self) -> Integers:
        """Number of the list of each of :attr:`rows`."""
        sizes = [len(rows) for one in self.asked for rows in one.lists]
        return np.repeat(np.arange(len(sizes)), sizes)

    @cached_property
    def _ways(self) -> _Ways:
        forward, backward = (np.flatnonzero(way) for way in open_ways(self.network, self.mode))
        edges = self.network.edges
        edge = np.concatenate([forward, backward])
        heads = np.concatenate([edges.head[forward], edges.tail[backward]])
        tails = np.concatenate([edges.tail[forward], edges.head[backward]])
        order = np.argsort(heads, kind="stable")
        starts = np.cumsum([0, *np.bincount(heads, minlength=len(self.network.xy))])
        return _Ways(starts.astype(np.int32), tails[order].astype(np.int32), edge[order])

    @cached_property
    def _on_land(self) -> Job:
        """A question of metres, for who may walk straight."""
        costs = edge_costs(self.network, self.mode, None)
        kmh = walking_kmh(self.network, self.mode, None)
        return Job(
            self.network, self.mode, costs, *open_ways(self.network, self.mode), kmh, "distance"
        )

    def costs(
        self, network: Network, services: Sequence[Service], origins: Snap, targets: Snap
    ) -> Floats:
        """Give what it takes from every place to the nearest facility of every list.

        Parameters
        ----------
        network, services
            With the speeds and the waits of a draw; the services in the order of ``asked``.
        origins, targets
            The places and the facilities of ``rows``, where they stand in it.

        Returns
        -------
        Metres or minutes, as the limit's unit is, shape (lists, places); inf without a way.
        """
        best = np.full((3 * len(self.asked), len(origins)), np.inf)
        a_metre = np.ones(len(best))
        asked: dict[tuple[str, float | None], list[int]] = {}
        for number, service in enumerate(services):
            asked.setdefault((service.by, service.speed_kmh), []).append(number)
        for (by, kmh), numbers in asked.items():
            lists = [3 * number + kind for number in numbers for kind in range(3)]
            minutes_a_metre = 0.06 / walking_kmh(network, self.mode, kmh)
            a_metre[lists] = 1.0 if by == "distance" else minutes_a_metre
            costs = edge_costs(network, self.mode, kmh)
            cost = costs.metres if by == "distance" else costs.minutes
            self._by_joins(cost, a_metre[lists[0]], (origins.joins, targets.joins), lists, best)
        self._by_air(origins, targets, a_metre, best)
        return best

    def _by_joins(
        self,
        cost: Floats,
        a_metre: float,
        joins: tuple[Joins, Joins],
        lists: Sequence[int],
        best: Floats,
    ) -> None:
        ours, theirs = joins
        edges, ways = self.network.edges, self._ways
        forward, backward = open_ways(self.network, self.mode)
        leg, their_leg = (one.distance_m * a_metre for one in joins)
        ends = end_prices(ours.edge, ours.fraction, leg, cost, backward, forward)
        begin = end_prices(theirs.edge, theirs.fraction, their_leg, cost, forward, backward)
        nodes = np.column_stack([edges.tail[theirs.edge], edges.head[theirs.edge]])
        of_join, arc_cost = self.of_list[theirs.owner], cost[ways.edge]
        first = np.full(len(edges), -1)
        for number in lists:
            own = slice(*np.searchsorted(of_join, [number, number + 1]))
            if own.start == own.stop:
                continue
            price = prices_from(
                ways.starts, ways.tails, arc_cost, nodes[own].ravel(), begin[own].ravel()
            )
            cheapest_by_joins(
                price,
                cost,
                edges.tail,
                edges.head,
                forward,
                backward,
                ours.owner,
                ours.edge,
                ours.fraction,
                leg,
                ends,
                theirs.edge[own],
                theirs.fraction[own],
                their_leg[own],
                first,
                np.empty(own.stop - own.start, np.int64),
                best[number],
            )

    def _by_air(self, origins: Snap, targets: Snap, a_metre: Floats, best: Floats) -> None:
        """Let walk straight who may, where that is better."""
        joined = np.flatnonzero(np.isfinite(targets.distance_m))
        by_x = joined[np.argsort(targets.xy[joined, 0], kind="stable")]
        a, b, metres = by_air(
            origins.xy,
            origins.distance_m,
            targets.xy,
            targets.distance_m,
            self.of_list,
            by_x,
            a_metre,
            best,
        )
        may = straight_on(self._on_land, origins, targets, (a, b))
        lists = self.of_list[b[may]]
        np.minimum.at(best, (lists, a[may]), metres[may] * a_metre[lists])
