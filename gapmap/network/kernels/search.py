"""Compiled searches: the nearest target of every node, and all pairs within a limit.

Within a bucket of prices that wait (see :mod:`gapmap.network.kernels.buckets`) a node is passed on
again when its price falls, so any width gives the same answer and only the time differs. A lower
price overtakes an entry, which is skipped when its turn comes.

Arcs stand in compressed rows: row ``head`` lists the ``tails`` to which a search goes on from it.
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

__all__ = ["bucket_width", "nearest_from", "pairs_from", "prices_from"]


def nearest_from(
    starts: npt.ArrayLike,
    tails: npt.ArrayLike,
    cost: npt.ArrayLike,
    nodes: npt.ArrayLike,
    prices: npt.ArrayLike,
    ranks: npt.ArrayLike,
    width: float,
) -> tuple[Floats, Indices, Indices, Indices]:
    """Find the nearest target of every node, and the way there.

    Parameters
    ----------
    starts, tails, cost
        Arcs in rows, against the direction of travel; costs are not negative, infinite ones are
        never paid.
    nodes, prices, ranks
        Seeds: the node, the price from there to a target, and the target's rank. A node may have
        several seeds, a target too.
    width
        Width of a bucket, from :func:`bucket_width`. It does not change the answer.

    Returns
    -------
    Of every node: the price of its nearest target, of equal ones the lowest rank; that rank; the
    next node on the way there; the arc from there. Without a target inf and -1, and the last two
    are -1 at a seed. The next node has the same rank, and its price and the arc's cost are
    exactly the price. Of equal ways the one over the lower node is given, among those where every
    step costs something.
    """
    arcs, seeds = arcs_of(starts, tails, cost), seeds_of(nodes, prices, ranks)
    width, buckets = ring(dearest(arcs[2]) + dearest(seeds[1]), width)
    price, rank, onward, arc, settled = _nearest_by_buckets(*arcs, *seeds, width, buckets)
    return (price, rank, onward, arc) if settled else _nearest_by_heap(*arcs, *seeds)


def prices_from(
    starts: npt.ArrayLike,
    tails: npt.ArrayLike,
    cost: npt.ArrayLike,
    nodes: npt.ArrayLike,
    prices: npt.ArrayLike,
) -> Floats:
    """Give the price of the nearest target of every node alone; see :func:`nearest_from`."""
    arcs, seeds = arcs_of(starts, tails, cost), seeds_of(nodes, prices, [])
    width, buckets = ring(dearest(arcs[2]) + dearest(seeds[1]), bucket_width(arcs[2]))
    price, touched = np.full(len(arcs[0]) - 1, np.inf), np.empty(len(arcs[0]) - 1, np.int32)
    _spread(*arcs, *seeds[:2], np.inf, width, buckets, price, touched)
    return price


def pairs_from(
    starts: npt.ArrayLike,
    tails: npt.ArrayLike,
    cost: npt.ArrayLike,
    seed_offsets: npt.ArrayLike,
    seed_nodes: npt.ArrayLike,
    seed_prices: npt.ArrayLike,
    member_offsets: npt.ArrayLike,
    members: npt.ArrayLike,
    member_prices: npt.ArrayLike,
    limit: npt.ArrayLike,
) -> tuple[Indices, Indices, Floats]:
    """Find all members within a limit of each source.

    Parameters
    ----------
    starts, tails, cost
        Arcs in rows, as for :func:`nearest_from`.
    seed_offsets, seed_nodes, seed_prices
        Of every source in turn: the nodes where it begins, and the price until there.
    member_offsets, members, member_prices
        Of every node in turn: the members that hang on it, and the price from the node to them.
        A member may hang on several nodes.
    limit
        The highest price, inclusive; one for all sources, or one for each.

    Returns
    -------
    Source, member and lowest price of each pair, by source, then member.
    """
    arcs = arcs_of(starts, tails, cost)
    seeds, first_seed = seeds_of(seed_nodes, seed_prices, []), offsets_of(seed_offsets)
    (who, extra, _), first_member = seeds_of(members, member_prices, []), offsets_of(member_offsets)
    most = np.full(len(first_seed) - 1, limit, float)
    furthest = min(dearest(arcs[2]) + dearest(seeds[1]), most.max(initial=0.0))
    buckets = ring(furthest, bucket_width(arcs[2]))
    return _pairs(*arcs, first_seed, *seeds[:2], first_member, who, extra, most, *buckets)


@compiled
def _nearest_by_buckets(
    starts: Indices,
    tails: Indices,
    cost: Floats,
    nodes: Indices,
    prices: Floats,
    ranks: Indices,
    width: float,
    buckets: int,
) -> tuple[Floats, Indices, Indices, Indices, bool]:
    """Search, or give up where rounding makes the answer depend on the order of arcs.

    That is: a node went on from a price that was not the last, a lower price of another rank came
    to it, and both are the same price one arc further on.
    """
    count = len(starts) - 1
    price = np.full(count, np.inf)
    rank, onward = np.full(count, -1, np.int32), np.full(count, -1, np.int32)
    arc = np.full(count, -1, np.int32)
    scale, mask = 1.0 / width, buckets - 1
    first, state = np.full(buckets, LAST, np.int32), np.array([0, LAST])
    room = len(nodes) + ROOM
    entry_price, entry_node = np.empty(room), np.empty(room, np.int32)
    following = np.empty(room, np.int32)
    waiting, lowest = 0, np.inf
    for i in range(len(nodes)):
        node, begin, r = nodes[i], prices[i], ranks[i]
        if begin < price[node] or (begin == price[node] and r < rank[node]):
            price[node], rank[node] = begin, r
            entry = put(first, following, state, np.int64(begin * scale) & mask)
            entry_price[entry], entry_node[entry] = begin, node
            waiting += 1
            lowest = min(lowest, begin)
    slot = np.int64(lowest * scale) & mask if waiting else np.int64(0)
    while waiting:
        entry = first[slot]
        if entry == LAST:
            slot = (slot + 1) & mask
            continue
        first[slot] = LAST  # what comes into this bucket meanwhile has its turn afterwards
        while entry != LAST:
            head, p = entry_node[entry], entry_price[entry]
            entry = take(following, state, entry)
            waiting -= 1
            if p > price[head]:
                continue
            r = rank[head]
            more = starts[head + 1] - starts[head]
            if state[0] + more > len(entry_node):
                more += len(entry_node)
                entry_price = np.concatenate((entry_price, np.empty(more)))
                entry_node = np.concatenate((entry_node, np.empty(more, np.int32)))
                following = np.concatenate((following, np.empty(more, np.int32)))
            for a in range(starts[head], starts[head + 1]):
                tail = tails[a]
                candidate = p + cost[a]
                if candidate > price[tail]:
                    continue
                if candidate == price[tail]:
                    if r > rank[tail]:
                        if onward[tail] == head:
                            return price, rank, onward, arc, False
                        continue
                    if r == rank[tail]:
                        known = onward[tail]
                        if (
                            known >= 0
                            and p < candidate
                            and (head < known or price[known] == candidate)
                        ):
                            onward[tail], arc[tail] = head, a
                        continue
                price[tail], rank[tail], onward[tail], arc[tail] = candidate, r, head, a
                fresh = put(first, following, state, np.int64(candidate * scale) & mask)
                entry_price[fresh], entry_node[fresh] = candidate, tail
                waiting += 1
    return price, rank, onward, arc, True


@compiled
def _nearest_by_heap(
    starts: Indices, tails: Indices, cost: Floats, nodes: Indices, prices: Floats, ranks: Indices
) -> tuple[Floats, Indices, Indices, Indices]:
    """Settle nodes once each, in order of price and rank: slower, and never at a loss."""
    count = len(starts) - 1
    price = np.full(count, np.inf)
    rank, onward = np.full(count, -1, np.int32), np.full(count, -1, np.int32)
    arc = np.full(count, -1, np.int32)
    settled = np.zeros(count, np.bool_)
    heap = [(np.inf, np.int32(-1), np.int32(-1))]  # never alone on the heap until all is done
    for i in range(len(nodes)):
        node, p, r = nodes[i], prices[i], ranks[i]
        if p < price[node] or (p == price[node] and r < rank[node]):
            price[node], rank[node] = p, r
            heappush(heap, (p, r, node))
    while True:
        p, r, head = heappop(heap)
        if head < 0:
            return price, rank, onward, arc
        if settled[head]:
            continue
        settled[head] = True
        for a in range(starts[head], starts[head + 1]):
            tail = tails[a]
            candidate = p + cost[a]
            if candidate < price[tail] or (candidate == price[tail] and r < rank[tail]):
                price[tail], rank[tail], onward[tail], arc[tail] = candidate, r, head, a
                heappush(heap, (candidate, r, tail))
            elif candidate == price[tail] and r == rank[tail] and p < candidate:
                known = onward[tail]
                if known >= 0 and (head < known or price[known] == candidate):
                    onward[tail], arc[tail] = head, a


@compiled
def _spread(
    starts: Indices,
    tails: Indices,
    cost: Floats,
    nodes: Indices,
    prices: Floats,
    limit: float,
    width: float,
    buckets: int,
    price: Floats,
    touched: Indices,
) -> int:
    """Lower ``price`` wherever it can be had up to the limit; note the nodes and their number."""
    scale, mask = 1.0 / width, buckets - 1
    first, state = np.full(buckets, LAST, np.int32), np.array([0, LAST])
    room = len(nodes) + ROOM
    entry_price, entry_node = np.empty(room), np.empty(room, np.int32)
    following = np.empty(room, np.int32)
    reached, waiting, lowest = 0, 0, np.inf
    for i in range(len(nodes)):
        node, begin = nodes[i], prices[i]
        if begin <= limit and begin < price[node]:
            if price[node] == np.inf:
                touched[reached] = node
                reached += 1
            price[node] = begin
            entry = put(first, following, state, np.int64(begin * scale) & mask)
            entry_price[entry], entry_node[entry] = begin, node
            waiting += 1
            lowest = min(lowest, begin)
    slot = np.int64(lowest * scale) & mask if waiting else np.int64(0)
    while waiting:
        entry = first[slot]
        if entry == LAST:
            slot = (slot + 1) & mask
            continue
        first[slot] = LAST
        while entry != LAST:
            head, p = entry_node[entry], entry_price[entry]
            entry = take(following, state, entry)
            waiting -= 1
            if p > price[head]:
                continue
            more = starts[head + 1] - starts[head]
            if state[0] + more > len(entry_node):
                more += len(entry_node)
                entry_price = np.concatenate((entry_price, np.empty(more)))
                entry_node = np.concatenate((entry_node, np.empty(more, np.int32)))
                following = np.concatenate((following, np.empty(more, np.int32)))
            for a in range(starts[head], starts[head + 1]):
                tail = tails[a]
                candidate = p + cost[a]
                if candidate >= price[tail] or candidate > limit:
                    continue
                if price[tail] == np.inf:
                    touched[reached] = tail
                    reached += 1
                price[tail] = candidate
                fresh = put(first, following, state, np.int64(candidate * scale) & mask)
                entry_price[fresh], entry_node[fresh] = candidate, tail
                waiting += 1
    return reached


@compiled
def _pairs(
    starts: Indices,
    tails: Indices,
    cost: Floats,
    seed_offsets: Offsets,
    seed_nodes: Indices,
    seed_prices: Floats,
    member_offsets: Offsets,
    members: Indices,
    member_prices: Floats,
    most: Floats,
    width: float,
    buckets: int,
) -> tuple[Indices, Indices, Floats]:
    """Search from one source after the other; what a search touched is wiped for the next."""
    price = np.full(len(starts) - 1, np.inf)
    touched = np.empty(len(price), np.int32)
    lowest = np.full(members.max() + 1 if len(members) else 0, np.inf)
    met = np.empty(len(lowest), np.int32)
    pair_source, pair_member = np.empty(ROOM, np.int32), np.empty(ROOM, np.int32)
    pair_price, pairs = np.empty(ROOM), 0
    for source in range(len(seed_offsets) - 1):
        own = slice(seed_offsets[source], seed_offsets[source + 1])
        limit = most[source]
        nodes, prices = seed_nodes[own], seed_prices[own]
        reached = _spread(starts, tails, cost, nodes, prices, limit, width, buckets, price, touched)
        found = 0
        for node in touched[:reached]:
            for i in range(member_offsets[node], member_offsets[node + 1]):
                total, member = price[node] + member_prices[i], members[i]
                if total <= limit and total < lowest[member]:
                    if lowest[member] == np.inf:
                        met[found] = member
                        found += 1
                    lowest[member] = total
            price[node] = np.inf
        met[:found].sort()
        if pairs + found > len(pair_source):
            more = len(pair_source) + found
            pair_source = np.concatenate((pair_source, np.empty(more, np.int32)))
            pair_member = np.concatenate((pair_member, np.empty(more, np.int32)))
            pair_price = np.concatenate((pair_price, np.empty(more)))
        for member in met[:found]:
            pair_source[pairs], pair_member[pairs] = source, member
            pair_price[pairs] = lowest[member]
            pairs += 1
            lowest[member] = np.inf
    return pair_source[:pairs].copy(), pair_member[:pairs].copy(), pair_price[:pairs].copy()
