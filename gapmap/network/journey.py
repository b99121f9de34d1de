"""One question to the network: for whom, by which measure, and what lies off the road."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from gapmap.errors import MethodError
from gapmap.network.graph import Costs, arcs, edge_costs, member_rows, open_ways, walking_kmh
from gapmap.network.kernels.search import pairs_from
from gapmap.network.meeting import shared_edge_pairs
from gapmap.network.snapping import Joins, Snap, check_mode
from gapmap.network.water import blocked_legs

if TYPE_CHECKING:
    from gapmap.network.value import Flags, Floats, Integers, Network

__all__ = [
    "Job",
    "check_limit",
    "check_question",
    "direct_pairs",
    "end_costs",
    "make_job",
    "rank",
    "straight_on",
]

_MEASURES = {"m": "distance", "minutes": "minutes"}
_ROUNDING, _SAME_M = 1 + 1e-12, 1e-6
_TIMES = 2.0  # the way between two joins, over both legs, of those who are neighbours
_ALL_PAIRS = 500_000  # so many are sooner tried one by one than found in a tree
_TOGETHER = 2_000  # pairs of which all origins and targets are looked for together


class Job(NamedTuple):
    """What one search is about."""

    network: Network
    mode: str
    costs: Costs
    forward: Flags
    backward: Flags
    foot_kmh: float
    by: str

    def cost(self, costs: Costs) -> Floats:
        """Pick what is made small: metres or minutes."""
        return costs.metres if self.by == "distance" else costs.minutes

    def other(self, costs: Costs) -> Floats:
        """Pick what is measured along the same route."""
        return costs.minutes if self.by == "distance" else costs.metres

    def on_foot(self, metres: Floats) -> Costs:
        """Price an off-road leg."""
        return Costs(metres, metres / 1000 / self.foot_kmh * 60)


def make_job(
    network: Network, snaps: tuple[Snap, Snap], *, mode: str, by: str, speed_kmh: float | None
) -> Job:
    """Check a question and price the edges for it.

    Raises
    ------
    MethodError
        If mode, measure or speed make no sense or do not fit the positions.
    """
    check_question(mode=mode, by=by, speed_kmh=speed_kmh)
    if not all(isinstance(snap, Snap) and snap.courses is network.edges.coords for snap in snaps):
        raise MethodError(
            "origins and targets are positions that snap() has joined to this very network",
            "起点和终点须先用 snap() 接入同一个路网",
        )
    if {snap.mode for snap in snaps} != {mode}:
        first, second = (snap.mode for snap in snaps)
        raise MethodError(
            f"positions were joined for {first} and {second}; join them for {mode}",
            f"位置是按 {first} 和 {second} 接入路网的;请按 {mode} 重新接入",
        )
    forward, backward = open_ways(network, mode)
    costs = edge_costs(network, mode, speed_kmh)
    return Job(network, mode, costs, forward, backward, walking_kmh(network, mode, speed_kmh), by)


def check_limit(limit: tuple[float, str]) -> tuple[float, str, str]:
    """Refuse a limit that makes no sense; give it, its unit, and the measure that it is of."""
    try:
        most, unit = limit
        most = float(most)
    except (TypeError, ValueError):
        most, unit = np.nan, "m"
    if np.isnan(most):
        raise MethodError(
            f'a limit is a number and its unit, such as (500, "m"), not {limit!r}',
            f"限值应为数字和单位,例如 (500, 'm'),不能是 {limit!r}",
        )
    if unit not in _MEASURES:
        en = f'the limit\'s unit is "m" or "minutes", not "{unit}"'
        raise MethodError(en, f"限值的单位只能是 m 或 minutes,不能是“{unit}”")
    return most, unit, _MEASURES[unit]


def check_question(*, mode: str, by: str, speed_kmh: float | None) -> None:
    """Refuse a mode, a measure or a speed that makes no sense."""
    check_mode(mode)
    if by not in ("distance", "minutes"):
        raise MethodError(
            f'by is "distance" or "minutes", not "{by}"',
            f"by 只能是 distance 或 minutes,不能是“{by}”",
        )
    given = isinstance(speed_kmh, (int, float, np.number)) and not isinstance(speed_kmh, bool)
    if speed_kmh is not None and not (given and np.isfinite(speed_kmh) and speed_kmh > 0):
        raise MethodError(
            f"speed_kmh must be above 0, not {speed_kmh}", f"speed_kmh 应大于 0,而不是 {speed_kmh}"
        )


def rank(targets: Snap) -> Integers:
    """Order targets by position, so that equal choices do not hang on the order of rows."""
    rank = np.empty(len(targets), np.int64)
    rank[np.lexsort((targets.xy[:, 1], targets.xy[:, 0]))] = np.arange(len(targets))
    return rank


def end_costs(job: Job, joins: Joins, *, leaving: bool) -> tuple[Integers, Costs]:
    """Price the way between each join's position and the tail, and the head, of its edge.

    Arrays have the shape (joins, 2). Cost is inf where the edge may not be travelled so; who joins
    at a node is free to use it.
    """
    edges = job.network.edges
    edge = joins.edge
    share = np.column_stack([joins.fraction, 1 - joins.fraction])
    to_tail, to_head = (job.backward, job.forward) if leaving else (job.forward, job.backward)
    free = np.column_stack([to_tail[edge], to_head[edge]]) | (share == 0)
    leg = job.on_foot(joins.distance_m[:, None])
    costs = [
        np.where(free, share * whole[edge][:, None] + off_road, np.inf)
        for whole, off_road in zip(job.costs, leg, strict=True)
    ]
    return np.column_stack([edges.tail[edge], edges.head[edge]]), Costs(*costs)


def direct_pairs(job: Job, origins: Snap, targets: Snap) -> tuple[Integers, Integers, Floats]:
    """Find origins and targets between which one may walk straight, without the road.

    They are no farther apart than both off-road legs together, and the way on land between the
    points where they join it is at most twice that: a clinic in the village is not a round trip to
    the road. Two banks of a river whose roads do not meet near there stay apart, and so do the two
    sides of a border.

    Returns
    -------
    Origin, target and metres of each pair.
    """
    if len(origins) < len(targets):
        a, b = _near_pairs(origins, targets)
    else:
        b, a = _near_pairs(targets, origins)
    straight = np.hypot(*(origins.xy[a] - targets.xy[b]).T)
    keep = straight <= (origins.distance_m[a] + targets.distance_m[b]) * _ROUNDING
    a, b, straight = a[keep], b[keep], straight[keep]
    near = straight_on(job, origins, targets, (a, b))
    return a[near], b[near], straight[near]


def straight_on(job: Job, origins: Snap, targets: Snap, pairs: tuple[Integers, Integers]) -> Flags:
    """Say between which origins and targets one may walk straight; see :func:`direct_pairs`.

    ``pairs`` are numbers of origins and of targets no farther apart than both legs together.
    """
    a, b = pairs
    near = ~blocked_legs(job.network, origins.xy[a], targets.xy[b])
    if np.count_nonzero(near) <= _TOGETHER:
        near[near] = _joined_nearby(job, origins, targets, (a[near], b[near]))
        return near
    level = np.ceil(np.log2(np.maximum(origins.distance_m[a] + targets.distance_m[b], 1)))
    for one in np.unique(level[near]):  # the few with long legs do not lengthen all other searches
        mine = np.flatnonzero(near & (level == one))
        near[mine] = _joined_nearby(job, origins, targets, (a[mine], b[mine]))
    return near


def _joined_nearby(
    job: Job, origins: Snap, targets: Snap, pairs: tuple[Integers, Integers]
) -> Flags:
    """Say of which pairs of origin and target the nearest joins are near each other by land."""
    a, b = pairs
    most_m = _TIMES * (origins.distance_m[a] + targets.distance_m[b]) * _ROUNDING
    everyone = job._replace(forward=job.forward | job.backward, backward=job.forward | job.backward)
    everyone = everyone._replace(by="distance")
    graph = arcs(job.network, job.mode, "on land", None)
    asked, target = np.unique(b, return_inverse=True)
    asking, origin = np.unique(a, return_inverse=True)
    theirs, mine = _main_feet(targets, asked), _main_feet(origins, asking)
    nodes, costs = end_costs(everyone, theirs, leaving=False)
    my_nodes, my_costs = end_costs(everyone, mine, leaving=False)
    ends = np.concatenate([[0], np.cumsum(2 * np.bincount(theirs.owner, minlength=len(asked)))])
    furthest_m = np.zeros(len(asked))
    np.maximum.at(furthest_m, target, most_m)
    source, member, metres = pairs_from(
        graph.starts,
        graph.tails,
        graph.cost,
        ends,
        nodes.ravel().astype(np.int32),
        costs.metres.ravel(),
        *member_rows(my_nodes, np.repeat(mine.owner, 2), my_costs.metres, len(job.network.xy)),
        furthest_m,
    )
    o, t, along = shared_edge_pairs(everyone, mine, theirs)
    keys = np.concatenate(
        [
            source.astype(np.int64) * len(asking) + member,
            theirs.owner[t] * len(asking) + mine.owner[o],
        ]
    )
    values = np.concatenate([metres, along.metres])
    order = np.lexsort((values, keys))
    keys, values = keys[order], values[order]
    wanted = target * len(asking) + origin
    at = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    if not len(keys):
        return np.zeros(len(a), bool)
    near: Flags = (keys[at] == wanted) & (values[at] <= most_m)
    return near


def _main_feet(snap: Snap, which: Integers) -> Joins:
    """Give the main joins of some positions, numbered anew, on all ways that run there; no legs."""
    joins = snap.joins
    number = np.full(len(snap), -1)
    number[which] = np.arange(len(which))
    main = np.abs(joins.distance_m - snap.distance_m[joins.owner]) <= _SAME_M
    kept = np.flatnonzero(main & (number[joins.owner] >= 0))
    kept = kept[np.argsort(number[joins.owner[kept]], kind="stable")]
    no_leg = np.zeros(len(kept))
    return Joins(number[joins.owner[kept]], joins.edge[kept], joins.fraction[kept], no_leg)


def _near_pairs(few: Snap, many: Snap) -> tuple[Integers, Integers]:
    """Find pairs that may be near enough, looking around the few.

    The many are taken by the length of their leg, so that one far from the road does not widen the
    circle in which all others are looked for.
    """
    f, m = np.flatnonzero(few.edge >= 0), np.flatnonzero(many.edge >= 0)
    if len(f) * len(m) <= _ALL_PAIRS:
        x, y = ((few.xy[f, one, None] - many.xy[m, one]) ** 2 for one in (0, 1))
        radius = few.distance_m[f, None] + many.distance_m[m]
        first, second = np.nonzero(x + y <= (radius * (1 + _SAME_M)) ** 2)
        return f[first], m[second]
    size = np.floor(np.log2(np.maximum(many.distance_m[m], 1)))
    pairs = [np.empty((0, 2), np.int64)]
    for level in np.unique(size):
        mine = m[size == level]
        radius = few.distance_m[f] + many.distance_m[mine].max()
        near = cKDTree(many.xy[mine]).query_ball_point(few.xy[f], radius * _ROUNDING)
        counts = np.fromiter(map(len, near), np.int64, len(near))
        flat = np.concatenate([*near, []]).astype(np.int64)
        pairs.append(np.column_stack([np.repeat(f, counts), mine[flat]]))
    first, second = np.concatenate(pairs).T
    return first, second
