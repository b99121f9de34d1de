"""One question to the network: for whom, by which measure, and what lies off the road."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from scipy.spatial import cKDTree

from gapmap.errors import MethodError
from gapmap.network.graph import Costs, edge_costs, open_ways, walking_kmh
from gapmap.network.snapping import Snap, check_mode

if TYPE_CHECKING:
    from gapmap.network.value import Flags, Floats, Integers, Network

__all__ = ["Job", "direct_pairs", "end_costs", "make_job", "rank"]


class Job(NamedTuple):
    """What one search is about."""

    network: Network
    costs: Costs
    forward: Flags
    backward: Flags
    foot_kmh: float
    by: str

    def cost(self, costs: Costs) -> Floats:
        """Pick what is made small: metres or minutes."""
        return costs.metres if self.by == "distance" else costs.minutes

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
    _check(*snaps, mode=mode, by=by, speed_kmh=speed_kmh)
    forward, backward = open_ways(network, mode)
    costs = edge_costs(network, mode, speed_kmh)
    return Job(network, costs, forward, backward, walking_kmh(network, mode, speed_kmh), by)


def _check(origins: Snap, targets: Snap, *, mode: str, by: str, speed_kmh: float | None) -> None:
    check_mode(mode)
    if by not in ("distance", "minutes"):
        raise MethodError(
            f'by is "distance" or "minutes", not "{by}"',
            f"by 只能是 distance 或 minutes,不能是“{by}”",
        )
    if {origins.mode, targets.mode} != {mode}:
        raise MethodError(
            f"positions were joined for {origins.mode} and {targets.mode}; join them for {mode}",
            f"位置是按 {origins.mode} 和 {targets.mode} 接入路网的;请按 {mode} 重新接入",
        )
    if speed_kmh is not None and not (np.isfinite(speed_kmh) and speed_kmh > 0):
        raise MethodError(
            f"speed_kmh must be above 0, not {speed_kmh}", f"speed_kmh 应大于 0,而不是 {speed_kmh}"
        )


def rank(targets: Snap) -> Integers:
    """Order targets by position, so that equal choices do not hang on the order of rows."""
    rank = np.empty(len(targets), np.int64)
    rank[np.lexsort((targets.xy[:, 1], targets.xy[:, 0]))] = np.arange(len(targets))
    return rank


def end_costs(job: Job, snap: Snap, *, leaving: bool) -> tuple[Integers, Costs]:
    """Price the way between each position and the tail, then the head, of its edge.

    Arrays have twice the positions' length. Cost is inf where the edge may not be travelled so, or
    the position is not connected; a position at a node is free to use it.
    """
    edge = np.where(snap.edge >= 0, snap.edge, 0)
    edges = job.network.edges
    fraction = np.where(snap.edge >= 0, snap.fraction, np.nan)
    share = np.concatenate([fraction, 1 - fraction])
    to_tail, to_head = (job.backward, job.forward) if leaving else (job.forward, job.backward)
    free = np.concatenate([to_tail[edge], to_head[edge]]) | (share == 0)
    leg = job.on_foot(np.tile(snap.distance_m, 2))
    nodes = np.concatenate([edges.tail[edge], edges.head[edge]])
    costs = [
        np.where(free & np.isfinite(share), share * np.tile(whole[edge], 2) + off_road, np.inf)
        for whole, off_road in zip(job.costs, leg, strict=True)
    ]
    return nodes, Costs(*costs)


def direct_pairs(job: Job, origins: Snap, targets: Snap) -> tuple[Integers, Integers, Floats]:
    """Find origins and targets between which one may walk straight, without the road.

    They join the same edge, or edges that meet, and are no farther apart than both off-road legs
    together: a clinic in the village is not a round trip to the road. Two banks of a river whose
    roads do not meet there stay apart, and so do the two sides of a border.

    Returns
    -------
    Origin, target and metres of each pair.
    """
    if len(origins) < len(targets):
        a, b = _near_pairs(origins, targets)
    else:
        b, a = _near_pairs(targets, origins)
    straight = np.hypot(*(origins.xy[a] - targets.xy[b]).T)
    keep = straight <= origins.distance_m[a] + targets.distance_m[b]
    keep &= _meet(job.network, origins.edge[a], targets.edge[b])
    a, b, straight = a[keep], b[keep], straight[keep]
    if job.network.borders is not None and len(a):
        legs = shapely.linestrings(np.stack([origins.xy[a], targets.xy[b]], axis=1))
        keep = ~shapely.intersects(legs, job.network.borders)
        a, b, straight = a[keep], b[keep], straight[keep]
    return a, b, straight


def _meet(network: Network, one: Integers, other: Integers) -> Flags:
    """Say which pairs of edges are one, or have a node in common."""
    tail, head = network.edges.tail, network.edges.head
    shared = (tail[one] == tail[other]) | (head[one] == head[other])
    crossed = (tail[one] == head[other]) | (head[one] == tail[other])
    meet: Flags = (one == other) | shared | crossed
    return meet


def _near_pairs(few: Snap, many: Snap) -> tuple[Integers, Integers]:
    """Find pairs that may be near enough, looking around the few.

    The many are taken by the length of their leg, so that one far from the road does not widen the
    circle in which all others are looked for.
    """
    f, m = np.flatnonzero(few.edge >= 0), np.flatnonzero(many.edge >= 0)
    size = np.floor(np.log2(np.maximum(many.distance_m[m], 1)))
    pairs = [np.empty((0, 2), np.int64)]
    for level in np.unique(size):
        mine = m[size == level]
        radius = few.distance_m[f] + many.distance_m[mine].max()
        near = cKDTree(many.xy[mine]).query_ball_point(few.xy[f], radius * (1 + 1e-12))
        counts = np.fromiter(map(len, near), np.int64, len(near))
        flat = np.concatenate([*near, []]).astype(np.int64)
        pairs.append(np.column_stack([np.repeat(f, counts), mine[flat]]))
    first, second = np.concatenate(pairs).T
    return first, second
