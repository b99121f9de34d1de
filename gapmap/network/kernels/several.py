"""Compiled searches for the k nearest targets: of every node in one pass, or from place to place.

A label is the price of one target at one node; each node keeps the k best of different targets, by
price, then rank. The answers do not depend on the order of arcs.
"""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np
import numpy.typing as npt

from gapmap.compiling import compiled
from gapmap.network.kernels.buckets import (
    LAST,
    ROOM,
    Floats,
    Indices,
    Offsets,
    arcs_of,
    bucket_width,
    dearest,
    offsets_of,
    put,
    ring,
    seeds_of,
    take,
)

__all__ = ["k_nearest_each", "k_nearest_pass", "one_pass_pays"]


def k_nearest_pass(
    starts: npt.ArrayLike,
    tails: npt.ArrayLike,
    cost: npt.ArrayLike,
    nodes: npt.ArrayLike,
    prices: npt.ArrayLike,
    ranks: npt.ArrayLike,
    k: int,
) -> tuple[Floats, Indices]:
    """Find the k nearest targets of every node in one pass.

    Parameters
    ----------
    starts, tails, cost
        Arcs in rows, against the direction of travel; costs are not negative.
    nodes, prices, ranks
        Seeds, as for :func:`gapmap.network.kernels.search.nearest_from`.
    k
        How many different targets, at least one.

    Returns
    -------
    Price and rank of the targets, a row of k for each node, the nearest first, of equal prices the
    lowest rank first; inf and -1 where there are fewer.
    """
    arcs, seeds = arcs_of(starts, tails, cost), seeds_of(nodes, prices, ranks)
    width = 4 * bucket_width(arcs[2])  # best of 0.03 to 1 mean arcs
    buckets = ring(dearest(arcs[2]) + dearest(seeds[1]), width)
    price, rank = _pass_by_buckets(*arcs, *seeds, int(k), *buckets)
    if _all_stand(*arcs, *seeds, price, rank):
        return price, rank
    return _pass_by_heap(*arcs, *seeds, int(k))


def k_nearest_each(
    starts: npt.ArrayLike,
    tails: npt.ArrayLike,
    cost: npt.ArrayLike,
    seed_offsets: npt.ArrayLike,
    seed_nodes: npt.ArrayLike,
    seed_prices: npt.ArrayLike,
    member_offsets: npt.ArrayLike,
    members: npt.ArrayLike,
    member_prices: npt.ArrayLike,
    k: int,
) -> tuple[Floats, Indices]:
    """Find the k nearest targets of every place, searching from one place after the other.

    Parameters
    ----------
    starts, tails, cost
        Arcs in rows, in the direction of travel; costs are not negative.
    seed_offsets, seed_nodes, seed_prices
        Of every place in turn: the nodes where it begins, and the price until there.
    member_offsets, members, member_prices
        Of every node in turn: the ranks of the targets there, and the price from the node to them.
    k
        How many different targets, at least one.

    Returns
    -------
    As :func:`k_nearest_pass`, a row for each place.
    """
    seeds, first_seed = seeds_of(seed_nodes, seed_prices, []), offsets_of(seed_offsets)
    (who, extra, _), first_member = seeds_of(members, member_prices, []), offsets_of(member_offsets)
    arcs = arcs_of(starts, tails, cost)
    return _each(*arcs, first_seed, *seeds[:2], first_member, who, extra, int(k))


def one_pass_pays(places: int, nodes: int, targets: int, k: int) -> bool:
    """Say whether one pass over all nodes is quicker than a search from each place.

    A search from a place passes nodes in inverse proportion to the targets, one pass visits every
    node k times: the number of places from which it pays is a multiple of the number of targets.
    Measured with 50,000 and 500,000 nodes and 50 to 5,000 targets: 1.4 to 2.5 for k = 1, 1.5 to
    4 for k = 5, 3 to 4.6 for k = 10.
    """
    return places > min(targets, nodes) * (1.5 + k / 3)


@compiled
def _keep(price: Floats, rank: Indices, row: int | np.int32, p: float, r: np.int32) -> bool:
    """Put a label into its row if it is one of the best of different targets there."""
    at = price.shape[1] - 1
    if p > price[row, at] or (p == price[row, at] and r >= rank[row, at]):
        return False
    for i in range(at):
        if rank[row, i] == r:
            if price[row, i] <= p:
                return False
            at = i
            break
    while at > 0 and (
        p < price[row, at - 1] or (p == price[row, at - 1] and r < rank[row, at - 1])
    ):
        price[row, at], rank[row, at] = price[row, at - 1], rank[row, at - 1]
        at -= 1
    price[row, at], rank[row, at] = p, r
    return True


@compiled
def _pass_by_buckets(
    starts: Indices,
    tails: Indices,
    cost: Floats,
    nodes: Indices,
    prices: Floats,
    ranks: Indices,
    k: int,
    width: float,
    buckets: int,
) -> tuple[Floats, Indices]:
    """Pass labels on, again when a lower price comes; rounding may leave some that do not stand."""
    count, end = len(starts) - 1, k - 1
    price, rank = np.full((count, k), np.inf), np.full((count, k), -1, np.int32)
    scale, mask = 1.0 / width, buckets - 1
    first, state = np.full(buckets, LAST, np.int32), np.array([0, LAST])
    room = len(nodes) + ROOM
    entry_price, entry_node = np.empty(room), np.empty(room, np.int32)
    entry_rank, following = np.empty(room, np.int32), np.empty(room, np.int32)
    waiting, lowest = 0, np.inf
    for i in range(len(nodes)):
        if _keep(price, rank, nodes[i], prices[i], ranks[i]):
            entry = put(first, following, state, np.int64(prices[i] * scale) & mask)
            entry_price[entry], entry_node[entry] = prices[i], nodes[i]
            entry_rank[entry] = ranks[i]
            waiting += 1
            lowest = min(lowest, prices[i])
    slot = np.int64(lowest * scale) & mask if waiting else np.int64(0)
    while waiting:
        entry = first[slot]
        if entry == LAST:
            slot = (slot + 1) & mask
            continue
        first[slot] = LAST
        while entry != LAST:
            head, p, r = entry_node[entry], entry_price[entry], entry_rank[entry]
            entry = take(following, state, entry)
            waiting -= 1
            at = 0
            while at < end and rank[head, at] != r:
                at += 1
            if rank[head, at] != r or price[head, at] != p:
                continue  # a better label has overtaken it
            more = starts[head + 1] - starts[head]
            if state[0] + more > len(entry_node):
                more += len(entry_node)
                entry_price = np.concatenate((entry_price, np.empty(more)))
                entry_node = np.concatenate((entry_node, np.empty(more, np.int32)))
                entry_rank = np.concatenate((entry_rank, np.empty(more, np.int32)))
                following = np.concatenate((following, np.empty(more, np.int32)))
            for a in range(starts[head], starts[head + 1]):
                tail, candidate = tails[a], p + cost[a]
                if candidate <= price[tail, end] and _keep(price, rank, tail, candidate, r):
                    fresh = put(first, following, state, np.int64(candidate * scale) & mask)
                    entry_price[fresh], entry_node[fresh] = candidate, tail
                    entry_rank[fresh] = r
                    waiting += 1
    return price, rank


@compiled
def _all_stand(
    starts: Indices,
    tails: Indices,
    cost: Floats,
    nodes: Indices,
    prices: Floats,
    ranks: Indices,
    price: Floats,
    rank: Indices,
) -> bool:
    """Say whether every label is a seed, or a label one arc away that stands itself, plus the arc.

    Then the labels are those that settling one by one gives: each is offered to all its tails, so
    none is missing, and none was left by a label that is no more among the k best.
    """
    stands = rank < 0
    for i in range(len(nodes)):
        for at in range(rank.shape[1]):
            if rank[nodes[i], at] == ranks[i] and price[nodes[i], at] == prices[i]:
                stands[nodes[i], at] = True
    found = True
    while found:
        found = False
        for head in range(len(starts) - 1):
            for a in range(starts[head], starts[head + 1]):
                tail = tails[a]
                for at in range(rank.shape[1]):
                    if stands[tail, at]:
                        continue
                    for i in range(rank.shape[1]):
                        if rank[head, i] == rank[tail, at]:
                            p = price[head, i]
                            if p + cost[a] == price[tail, at] and (
                                p < price[tail, at] or stands[head, i]
                            ):
                                stands[tail, at] = found = True
                            break
    return bool(stands.all())


@compiled
def _pass_by_heap(
    starts: Indices,
    tails: Indices,
    cost: Floats,
    nodes: Indices,
    prices: Floats,
    ranks: Indices,
    k: int,
) -> tuple[Floats, Indices]:
    """Settle labels once each, in order of price and rank: slower, and never at a loss."""
    count = len(starts) - 1
    price, rank = np.full((count, k), np.inf), np.full((count, k), -1, np.int32)
    settled = np.zeros(count, np.int32)
    heap = [(np.inf, np.int32(-1), np.int32(-1))]  # tells the type, and that all is done
    for i in range(len(nodes)):
        if _keep(price, rank, nodes[i], prices[i], ranks[i]):
            heappush(heap, (prices[i], ranks[i], nodes[i]))
    while True:
        p, r, head = heappop(heap)
        if head < 0:
            return price, rank
        turn = settled[head]
        if turn == k or rank[head, turn] != r or price[head, turn] != p:
            continue  # a better label has overtaken it
        settled[head] += 1
        for a in range(starts[head], starts[head + 1]):
            if _keep(price, rank, tails[a], p + cost[a], r):
                heappush(heap, (p + cost[a], r, tails[a]))


@compiled
def _each(
    starts: Indices,
    tails: Indices,
    cost: Floats,
    seed_offsets: Offsets,
    seed_nodes: Indices,
    seed_prices: Floats,
    member_offsets: Offsets,
    members: Indices,
    member_prices: Floats,
    k: int,
) -> tuple[Floats, Indices]:
    """Search until k targets are certain; what a search touched is wiped for the next."""
    places = len(seed_offsets) - 1
    price, rank = np.full((places, k), np.inf), np.full((places, k), -1, np.int32)
    reached = np.full(len(starts) - 1, np.inf)
    touched = [np.int32(-1)]
    for place in range(places):
        heap = [(np.inf, np.int32(-1))]
        for i in range(seed_offsets[place], seed_offsets[place + 1]):
            if seed_prices[i] < reached[seed_nodes[i]]:
                reached[seed_nodes[i]] = seed_prices[i]
                touched.append(seed_nodes[i])
                heappush(heap, (seed_prices[i], seed_nodes[i]))
        while True:
            p, head = heappop(heap)
            if head < 0 or p > price[place, k - 1]:
                break
            if p > reached[head]:
                continue
            for i in range(member_offsets[head], member_offsets[head + 1]):
                _keep(price, rank, place, p + member_prices[i], members[i])
            for a in range(starts[head], starts[head + 1]):
                tail, candidate = tails[a], p + cost[a]
                if candidate < reached[tail] and candidate <= price[place, k - 1]:
                    reached[tail] = candidate
                    touched.append(tail)
                    heappush(heap, (candidate, tail))
        while len(touched) > 1:
            reached[touched.pop()] = np.inf
    return price, rank
