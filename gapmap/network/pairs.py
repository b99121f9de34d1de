"""Pairs: what it costs to get from each origin to each target within a limit, and the k nearest."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import csr_array

from gapmap.errors import MethodError
from gapmap.network.graph import arcs, arcs_with_travel, member_rows
from gapmap.network.journey import (
    Job,
    check_limit,
    direct_pairs,
    end_costs,
    make_job,
    rank,
)
from gapmap.network.kernels.search import pairs_from
from gapmap.network.kernels.several import k_nearest_each, k_nearest_pass, one_pass_pays
from gapmap.network.meeting import shared_edge_pairs

if TYPE_CHECKING:
    from gapmap.network.snapping import Snap
    from gapmap.network.value import Floats, Indices, Integers, Network

__all__ = ["SLACK", "cost_matrix", "k_nearest", "pairs_within"]

SLACK = 1e-6
"""Metres or minutes by which a sum in another order may pass a limit that it equals."""


class _Pairs(NamedTuple):
    """Origin, target and cost; a pair may stand here several times."""

    origin: Integers
    target: Integers
    cost: Floats


def cost_matrix(
    network: Network,
    origins: Snap,
    targets: Snap,
    *,
    mode: str,
    limit: tuple[float, str],
    speed_kmh: float | None = None,
) -> csr_array:
    """Give the cost of every pair of origin and target that is within a limit.

    Parameters
    ----------
    network
        The ways.
    origins, targets
        Positions that were joined to the network in the same mode.
    mode
        ``walk``, ``cycle`` or ``drive``.
    limit
        The limit, inclusive, and its unit: ``m`` (shortest routes) or ``minutes`` (fastest).
        ``inf`` gives every pair that is connected.
    speed_kmh
        Speed on all ways in place of the mode's own.

    Returns
    -------
    Sparse matrix of the shape (origins, targets) in the limit's unit. What is not stored is out of
    reach; a stored 0 is a target at the origin's own place.

    Raises
    ------
    MethodError
        If mode, unit or speed make no sense or do not fit the positions.
    """
    most, _, by = check_limit(limit)
    job = make_job(network, (origins, targets), mode=mode, by=by, speed_kmh=speed_kmh)
    found = [
        _through_nodes(job, origins, targets, (most + SLACK, speed_kmh)),
        *_off_the_nodes(job, origins, targets),
    ]
    origin, target, cost = (np.concatenate(parts) for parts in zip(*found, strict=True))
    near = cost <= most + SLACK
    origin, target, cost = origin[near], target[near], cost[near]
    order = np.lexsort((cost, target, origin))
    origin, target, cost = origin[order], target[order], cost[order]
    first = np.ones(len(origin), bool)
    first[1:] = (origin[1:] != origin[:-1]) | (target[1:] != target[:-1])
    rows = np.concatenate([[0], np.cumsum(np.bincount(origin[first], minlength=len(origins)))])
    shape = (len(origins), len(targets))
    small = np.int32 if rows[-1] <= np.iinfo(np.int32).max else np.int64
    indices = target[first].astype(small), rows.astype(small)
    return csr_array((cost[first], *indices), shape=shape)


def pairs_within(
    network: Network,
    origins: Snap,
    targets: Snap,
    *,
    mode: str,
    limit: tuple[float, str],
    speed_kmh: float | None = None,
) -> tuple[Integers, Integers]:
    """Find all pairs of target and origin that are within a limit, travelling to the target.

    Parameters and errors are those of :func:`cost_matrix`.

    Returns
    -------
    Index of the target and index of the origin of each pair, ordered by target, then origin.
    """
    matrix = cost_matrix(network, origins, targets, mode=mode, limit=limit, speed_kmh=speed_kmh)
    origin = np.repeat(np.arange(len(origins)), np.diff(matrix.indptr))
    order = np.lexsort((origin, matrix.indices))
    return matrix.indices[order].astype(np.int64), origin[order]


def k_nearest(  # noqa: PLR0913 - three values and the four knobs of the question
    network: Network,
    origins: Snap,
    targets: Snap,
    *,
    k: int,
    mode: str,
    by: str = "distance",
    speed_kmh: float | None = None,
) -> tuple[Floats, Integers]:
    """Find the ``k`` nearest targets of every origin, travelling from origin to target.

    Parameters
    ----------
    network, origins, targets, mode, by, speed_kmh
        As for :func:`~gapmap.network.reach_nearest`.
    k
        How many targets at most.

    Returns
    -------
    Metres or minutes (inf where there are fewer) and index of the target (-1 there), both of the
    shape (origins, k), nearest first; of equals the one with the smaller x, then y.

    Raises
    ------
    MethodError
        If ``k`` is below 1, or mode, measure or speed make no sense or do not fit the positions.
    """
    if isinstance(k, bool) or not isinstance(k, (int, np.integer)) or k < 1:
        raise MethodError(
            f"k is a whole number from 1, not {k}", f"k 应为不小于 1 的整数,不能是 {k}"
        )
    job = make_job(network, (origins, targets), mode=mode, by=by, speed_kmh=speed_kmh)
    found = [_k_through_nodes(job, origins, targets, (k, speed_kmh))]
    found += _off_the_nodes(job, origins, targets)
    origin, target, cost = (np.concatenate(parts) for parts in zip(*found, strict=True))
    ranks = rank(targets)
    order = np.lexsort((cost, target, origin))
    again = np.zeros(len(order), bool)
    again[1:] = (np.diff(origin[order]) == 0) & (np.diff(target[order]) == 0)
    order = order[~again & np.isfinite(cost[order])]
    order = order[np.lexsort((ranks[target[order]], cost[order], origin[order]))]
    counts = np.bincount(origin[order], minlength=len(origins))
    place = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    order, place = order[place < k], place[place < k]
    costs, targets_of = np.full((len(origins), k), np.inf), np.full((len(origins), k), -1)
    costs[origin[order], place], targets_of[origin[order], place] = cost[order], target[order]
    return costs, targets_of


def _through_nodes(
    job: Job, origins: Snap, targets: Snap, asked: tuple[float, float | None]
) -> _Pairs:
    """Search from each of the fewer, up to the limit."""
    most, speed_kmh = asked
    from_targets = len(targets) <= len(origins)
    graph = (arcs if from_targets else arcs_with_travel)(job.network, job.mode, job.by, speed_kmh)
    sides = (targets, origins) if from_targets else (origins, targets)
    source, member, cost = pairs_from(
        graph.starts,
        graph.tails,
        graph.cost,
        *_seeds(job, sides[0], leaving=not from_targets),
        *_members(job, sides[1], leaving=from_targets),
        most,
    )
    ends = source.astype(np.int64), member.astype(np.int64)
    return _Pairs(*(ends[::-1] if from_targets else ends), cost)


def _seeds(job: Job, snap: Snap, *, leaving: bool) -> tuple[Integers, Indices, Floats]:
    """Give where each position's seeds begin, their nodes, and their prices."""
    nodes, costs = end_costs(job, snap.joins, leaving=leaving)
    price = job.cost(costs).ravel()
    open_ends = np.isfinite(price)
    owner = np.repeat(snap.joins.owner, 2)[open_ends]
    offsets = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(snap)))])
    return offsets.astype(np.int64), nodes.ravel()[open_ends].astype(np.int32), price[open_ends]


def _members(
    job: Job, snap: Snap, *, leaving: bool, names: Integers | None = None
) -> tuple[Integers, Indices, Floats]:
    """Hang positions, or their ``names``, on the nodes at both ends of their edges."""
    nodes, costs = end_costs(job, snap.joins, leaving=leaving)
    who = snap.joins.owner if names is None else names[snap.joins.owner]
    return member_rows(nodes, np.repeat(who, 2), job.cost(costs), len(job.network.xy))


def _k_through_nodes(
    job: Job, origins: Snap, targets: Snap, asked: tuple[int, float | None]
) -> _Pairs:
    """Find the k nearest targets by way of the ends of the origin's edges."""
    k, speed_kmh = asked
    k = min(k, max(len(targets), 1))
    ranks = rank(targets)
    by_rank = np.argsort(ranks)
    if one_pass_pays(len(origins), len(job.network.xy), len(targets), k):
        graph = arcs(job.network, job.mode, job.by, speed_kmh)
        nodes, costs = end_costs(job, targets.joins, leaving=False)
        price = job.cost(costs).ravel()
        open_ends = np.isfinite(price)
        label = np.repeat(ranks[targets.joins.owner], 2)[open_ends].astype(np.int32)
        seeds = nodes.ravel()[open_ends].astype(np.int32), price[open_ends], label
        prices, labels = k_nearest_pass(graph.starts, graph.tails, graph.cost, *seeds, k)
        ends, leave = end_costs(job, origins.joins, leaving=True)
        cost = job.cost(leave)[:, :, None] + prices[ends]
        origin = np.broadcast_to(origins.joins.owner[:, None, None], cost.shape)
        origin, label, cost = origin.ravel(), labels[ends].ravel(), cost.ravel()
    else:
        graph = arcs_with_travel(job.network, job.mode, job.by, speed_kmh)
        prices, labels = k_nearest_each(
            graph.starts,
            graph.tails,
            graph.cost,
            *_seeds(job, origins, leaving=True),
            *_members(job, targets, leaving=False, names=ranks),
            k,
        )
        origin, label, cost = np.repeat(np.arange(len(origins)), k), labels.ravel(), prices.ravel()
    found = np.flatnonzero(label >= 0)
    return _Pairs(origin[found], by_rank[label[found]], cost[found])


def _off_the_nodes(job: Job, origins: Snap, targets: Snap) -> tuple[_Pairs, _Pairs]:
    """Find pairs that meet along one edge, and pairs that meet off the road."""
    o, t, along = shared_edge_pairs(job, origins.joins, targets.joins)
    a, b, straight = direct_pairs(job, origins, targets)
    return (
        _Pairs(origins.joins.owner[o], targets.joins.owner[t], job.cost(along)),
        _Pairs(a, b, job.cost(job.on_foot(straight))),
    )
