"""Compiled searches: the nearest target of every node, and all pairs within a limit.

A bucket queue holds the nodes whose price is known but not yet passed on: bucket number
``price / width``, in a ring, since no price waits that lies further ahead than the dearest arc.
Inside a bucket nodes are passed on again when their price falls, so any width gives the same
answer; the width decides the speed only. Entries that a lower price has overtaken stay where they
are and are skipped.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Indices = npt.NDArray[np.int32]

__all__ = ["bucket_width", "nearest_from", "pairs_from"]

_MOST_BUCKETS = 1 << 20
_WIDTH_SHARE = 0.25


def bucket_width(cost: npt.ArrayLike) -> float:
    """Give the width of a bucket that suits these arcs, in the unit of their cost."""
    costs = np.asarray(cost, np.float64)
    costs = costs[np.isfinite(costs) & (costs > 0)]
    return float(costs.mean()) * _WIDTH_SHARE if len(costs) else 1.0


def nearest_from(  # noqa: PLR0913, PLR0917 - arcs are three arrays, seeds are three arrays
    starts: Indices,
    tails: Indices,
    cost: Floats,
    nodes: Indices,
    prices: Floats,
    ranks: Indices,
    width: float,
) -> tuple[Floats, Indices, Indices, Indices]:
    """Find the nearest target of every node: price, rank, next node onward, arc to it."""
    span = _span(cost, prices)
    width, buckets = _ring(span, width)
    seeds = (_i32(nodes), _f64(prices), _i32(ranks))
    *labels, exact = _nearest_by_buckets(
        _i32(starts), _i32(tails), _f64(cost), *seeds, width, buckets
    )
    if not exact:
        labels = _nearest_by_heap(_i32(starts), _i32(tails), _f64(cost), *seeds)
    return tuple(labels)


def _i32(a):
    return np.ascontiguousarray(a, np.int32)


def _f64(a):
    return np.ascontiguousarray(a, np.float64)


def _span(cost, prices):
    """Give the largest finite cost and seed price together: how far ahead a price may wait."""
    return sum(float(np.max(v, initial=0.0, where=np.isfinite(v))) for v in (cost, prices))


def _ring(span, width):
    width = max(width, span / (_MOST_BUCKETS - 4))
    return width, 1 << int(np.ceil(np.log2(span / width + 4)))


@njit(cache=True, nogil=True, error_model="numpy")
def _nearest_by_buckets(starts, tails, cost, nodes, prices, ranks, width, buckets):
    count = len(starts) - 1
    price = np.full(count, np.inf)
    rank = np.full(count, -1, np.int32)
    onward = np.full(count, -1, np.int32)
    arc = np.full(count, -1, np.int32)
    scale = 1.0 / width
    mask = buckets - 1
    first = np.full(buckets, -1, np.int32)
    entry_price = np.empty(len(nodes) + 1024)
    entry_node = np.empty(len(nodes) + 1024, np.int32)
    entry_next = np.empty(len(nodes) + 1024, np.int32)
    used = 0
    unused = -1
    waiting = 0
    lowest = np.inf
    for i in range(len(nodes)):
        node, p, r = nodes[i], prices[i], ranks[i]
        if p < price[node] or (p == price[node] and p < np.inf and r < rank[node]):
            price[node] = p
            rank[node] = r
            slot = np.int64(p * scale) & mask
            entry_price[used] = p
            entry_node[used] = node
            entry_next[used] = first[slot]
            first[slot] = used
            used += 1
            waiting += 1
            lowest = min(lowest, p)
    if waiting == 0:
        return price, rank, onward, arc, True
    slot = np.int64(lowest * scale) & mask
    while waiting > 0:
        entry = first[slot]
        if entry < 0:
            slot = (slot + 1) & mask
            continue
        first[slot] = -1
        while entry >= 0:
            head, p = entry_node[entry], entry_price[entry]
            following = entry_next[entry]
            entry_next[entry] = unused
            unused = entry
            entry = following
            waiting -= 1
            if p > price[head]:
                continue
            r = rank[head]
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
                            onward[tail] = head
                            arc[tail] = a
                        continue
                price[tail] = candidate
                rank[tail] = r
                onward[tail] = head
                arc[tail] = a
                if unused >= 0:
                    fresh = unused
                    unused = entry_next[fresh]
                else:
                    if used == len(entry_node):
                        entry_price = np.concatenate((entry_price, np.empty_like(entry_price)))
                        entry_node = np.concatenate((entry_node, np.empty_like(entry_node)))
                        entry_next = np.concatenate((entry_next, np.empty_like(entry_next)))
                    fresh = used
                    used += 1
                where = np.int64(candidate * scale) & mask
                entry_price[fresh] = candidate
                entry_node[fresh] = tail
                entry_next[fresh] = first[where]
                first[where] = fresh
                waiting += 1
    return price, rank, onward, arc, True


@njit(cache=True, nogil=True, error_model="numpy")
def _nearest_by_heap(starts, tails, cost, nodes, prices, ranks):
    """Settle nodes once, in order of price and rank: slower, exact where sums are rounded."""
    count = len(starts) - 1
    price = np.full(count, np.inf)
    rank = np.full(count, -1, np.int32)
    onward = np.full(count, -1, np.int32)
    arc = np.full(count, -1, np.int32)
    settled = np.zeros(count, np.bool_)
    heap = [(np.inf, np.int32(-1), np.int32(-1))]
    for i in range(len(nodes)):
        node, p, r = nodes[i], prices[i], ranks[i]
        if p < price[node] or (p == price[node] and p < np.inf and r < rank[node]):
            price[node] = p
            rank[node] = r
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
                price[tail] = candidate
                rank[tail] = r
                onward[tail] = head
                arc[tail] = a
                heappush(heap, (candidate, r, tail))


def pairs_from(  # noqa: PLR0913, PLR0917 - arcs, seeds and members are three arrays each
    starts: Indices,
    tails: Indices,
    cost: Floats,
    seed_offsets: Indices,
    seed_nodes: Indices,
    seed_prices: Floats,
    member_offsets: Indices,
    members: Indices,
    member_prices: Floats,
    limit: float,
) -> tuple[Indices, Indices, Floats]:
    """Find all members within a limit of each source, by source, then member."""
    width, buckets = _ring(min(_span(cost, seed_prices), max(limit, 0.0)), bucket_width(cost))
    return _pairs(
        _i32(starts),
        _i32(tails),
        _f64(cost),
        np.ascontiguousarray(seed_offsets, np.int64),
        _i32(seed_nodes),
        _f64(seed_prices),
        np.ascontiguousarray(member_offsets, np.int64),
        _i32(members),
        _f64(member_prices),
        float(limit),
        width,
        buckets,
    )


@njit(cache=True, nogil=True, error_model="numpy")
def _pairs(
    starts,
    tails,
    cost,
    seed_offsets,
    seed_nodes,
    seed_prices,
    member_offsets,
    members,
    member_prices,
    limit,
    width,
    buckets,
):
    count = len(starts) - 1
    price = np.full(count, np.inf)
    touched = np.empty(count, np.int32)
    lowest = np.full(max(members.max() + 1, 0) if len(members) else 0, np.inf)
    met = np.empty(len(lowest), np.int32)
    out_source = np.empty(1024, np.int32)
    out_member = np.empty(1024, np.int32)
    out_price = np.empty(1024)
    done = 0
    scale = 1.0 / width
    mask = buckets - 1
    first = np.full(buckets, -1, np.int32)
    entry_price = np.empty(1024)
    entry_node = np.empty(1024, np.int32)
    entry_next = np.empty(1024, np.int32)
    for source in range(len(seed_offsets) - 1):
        reached = 0
        used = 0
        unused = -1
        waiting = 0
        least = np.inf
        begin, end = seed_offsets[source], seed_offsets[source + 1]
        if end - begin > len(entry_node):
            entry_price = np.empty(2 * (end - begin))
            entry_node = np.empty(2 * (end - begin), np.int32)
            entry_next = np.empty(2 * (end - begin), np.int32)
        for i in range(begin, end):
            node, p = seed_nodes[i], seed_prices[i]
            if p <= limit and p < price[node]:
                if price[node] == np.inf:
                    touched[reached] = node
                    reached += 1
                price[node] = p
                slot = np.int64(p * scale) & mask
                entry_price[used] = p
                entry_node[used] = node
                entry_next[used] = first[slot]
                first[slot] = used
                used += 1
                waiting += 1
                least = min(least, p)
        slot = np.int64(least * scale) & mask if waiting else 0
        while waiting > 0:
            entry = first[slot]
            if entry < 0:
                slot = (slot + 1) & mask
                continue
            first[slot] = -1
            while entry >= 0:
                head, p = entry_node[entry], entry_price[entry]
                following = entry_next[entry]
                entry_next[entry] = unused
                unused = entry
                entry = following
                waiting -= 1
                if p > price[head]:
                    continue
                for a in range(starts[head], starts[head + 1]):
                    tail = tails[a]
                    candidate = p + cost[a]
                    if candidate >= price[tail] or candidate > limit:
                        continue
                    if price[tail] == np.inf:
                        touched[reached] = tail
                        reached += 1
                    price[tail] = candidate
                    if unused >= 0:
                        fresh = unused
                        unused = entry_next[fresh]
                    else:
                        if used == len(entry_node):
                            entry_price = np.concatenate((entry_price, np.empty_like(entry_price)))
                            entry_node = np.concatenate((entry_node, np.empty_like(entry_node)))
                            entry_next = np.concatenate((entry_next, np.empty_like(entry_next)))
                        fresh = used
                        used += 1
                    where = np.int64(candidate * scale) & mask
                    entry_price[fresh] = candidate
                    entry_node[fresh] = tail
                    entry_next[fresh] = first[where]
                    first[where] = fresh
                    waiting += 1
        found = 0
        for i in range(reached):
            node = touched[i]
            for j in range(member_offsets[node], member_offsets[node + 1]):
                total = price[node] + member_prices[j]
                member = members[j]
                if total <= limit and total < lowest[member]:
                    if lowest[member] == np.inf:
                        met[found] = member
                        found += 1
                    lowest[member] = total
            price[node] = np.inf
        met[:found].sort()
        while done + found > len(out_source):
            out_source = np.concatenate((out_source, np.empty_like(out_source)))
            out_member = np.concatenate((out_member, np.empty_like(out_member)))
            out_price = np.concatenate((out_price, np.empty_like(out_price)))
        for i in range(found):
            member = met[i]
            out_source[done] = source
            out_member[done] = member
            out_price[done] = lowest[member]
            lowest[member] = np.inf
            done += 1
    return out_source[:done].copy(), out_member[:done].copy(), out_price[:done].copy()
