"""Compiled: a network's hierarchy, its costs, and searches that pass each of its steps once.

Nodes stand in positions, the top first. Each has steps to nodes above it, in lower positions, the
nearest position first; whatever lies above a node is on one path to the top, so a node's level,
how many nodes stand on that path, tells the nodes above it apart.

Source: J. Dibbelt, B. Strasser, D. Wagner, Customizable Contraction Hierarchies (2016),
doi:10.1145/2886843; the sweep: D. Delling et al., PHAST (2013), doi:10.1016/j.jpdc.2012.02.007.

Positions are read as unsigned numbers: numba then looks for no negative index, 15 to 20 % faster.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from gapmap.compiling import compiled

if TYPE_CHECKING:
    from gapmap.network.kernels.buckets import Floats, Indices

__all__ = [
    "LANES",
    "climb",
    "climb_lanes",
    "descend",
    "descend_lanes",
    "descend_tied",
    "farthest_first",
    "hand_out",
    "join_below",
    "lay",
    "levels",
    "prune",
    "sow",
    "sow_lane",
]

LANES = 8
"""Services in one sweep: the prices of a node fill one line of the processor's cache."""

Flags = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.uint32]


@compiled
def lay(steps: Indices, cost: Floats, up: Floats, down: Floats) -> None:
    """Give each step the cost of the arc along it, the cheapest of several."""
    for k in range(len(steps)):
        step = steps[k] >> 1
        if steps[k] >= 0 and steps[k] & 1:
            down[step] = min(down[step], cost[k])
        elif steps[k] >= 0:
            up[step] = min(up[step], cost[k])


@compiled
def levels(starts: Indices, heads: Indices) -> Indices:
    """Count the nodes above each."""
    found = np.zeros(len(starts) - 1, np.int32)
    for node in range(len(found)):
        if starts[node + 1] > starts[node]:
            found[node] = found[heads[starts[node]]] + 1
    return found


@compiled
def join_below(starts: Indices, heads: Indices, level: Indices, up: Floats, down: Floats) -> None:
    """Make each step as cheap as the cheapest way between its ends through nodes below both.

    Costs of the steps upward and downward are changed in place. Where every step costs the same
    both ways, ``down`` is left empty.
    """
    count, both = len(starts) - 1, len(down) > 0
    steps = starts[:-1].copy()  # of each node, the step whose upper end is next
    first, following = np.full(count, -1, np.int32), np.full(count, -1, np.int32)
    at = np.empty(level.max() + 1 if count else 0, np.int32)
    for upper in range(count - 1, -1, -1):
        begin, end = starts[upper], starts[upper + 1]
        laid = False
        low = first[upper]
        while low >= 0:
            next_low, step = following[low], steps[low]
            rest = step + 1
            fall = down[step] if both else up[step]
            rise = up[step]
            if starts[low + 1] - rest == end - begin:  # the same nodes above: no looking up
                for k in range(end - begin):
                    up[begin + k] = min(up[begin + k], fall + up[rest + k])
                if both:
                    for k in range(end - begin):
                        down[begin + k] = min(down[begin + k], rise + down[rest + k])
            elif rest < starts[low + 1]:
                if not laid:
                    laid = True
                    for k in range(begin, end):
                        at[level[heads[k]]] = k
                for k in range(rest, starts[low + 1]):
                    target = at[level[heads[k]]]
                    up[target] = min(up[target], fall + up[k])
                    if both:
                        down[target] = min(down[target], rise + down[k])
            if rest < starts[low + 1]:
                steps[low] = rest
                following[low], first[heads[rest]] = first[heads[rest]], low
            low = next_low
        if end > begin:
            following[upper], first[heads[begin]] = first[heads[begin]], upper


@compiled
def prune(
    starts: Indices,
    heads: Indices,
    level: Indices,
    up: Floats,
    down: Floats,
    keep_up: Flags,
    keep_down: Flags,
) -> None:
    """Make each step as cheap as the cheapest way of all; leave out those that no search needs.

    After :func:`join_below`, from the top down, so that the step between two nodes above is as
    cheap as can be. A step is left out where a way through another node above is cheaper, or costs
    the same and that node's step is kept. Of steps that could stand in for each other, in a round
    that costs nothing, the last is kept.
    """
    count, both = len(starts) - 1, len(down) > 0
    at = np.empty(level.max() + 1 if count else 0, np.int32)
    back = down if both else up
    for node in range(count):
        end = starts[node + 1]
        for i in range(starts[node], end - 1):
            near = heads[i]
            begin = starts[near]
            same = starts[near + 1] - begin == end - i - 1
            if not same:
                for k in range(begin, starts[near + 1]):
                    at[level[heads[k]]] = k
            for j in range(i + 1, end):
                between = begin + j - i - 1 if same else at[level[heads[j]]]
                rise, fall = up[between], back[between]
                way = up[i] + rise
                if way < up[j] or (way == up[j] and keep_up[i]):
                    up[j], keep_up[j] = way, False
                way = up[j] + fall
                if way < up[i] or (way == up[i] and keep_up[j]):
                    up[i], keep_up[i] = way, False
                if both:
                    way = fall + down[i]
                    if way < down[j] or (way == down[j] and keep_down[i]):
                        down[j], keep_down[j] = way, False
                    way = rise + down[j]
                    if way < down[i] or (way == down[i] and keep_down[j]):
                        down[i], keep_down[i] = way, False


@compiled
def farthest_first(
    starts: Indices, heads: Indices, cost: Floats, keep: Flags
) -> tuple[Positions, Floats]:
    """Give head and cost of the steps kept, each row from the farthest to the nearest.

    On the way down the nearest node's price has just been found: it is waited for last.
    """
    count = keep.sum()
    kept, costs, top = np.empty(count, np.uint32), np.empty(count), 0
    for node in range(len(starts) - 1):
        for k in range(starts[node + 1] - 1, starts[node] - 1, -1):
            if keep[k]:
                kept[top], costs[top], top = heads[k], cost[k], top + 1
    return kept, costs


@compiled
def sow(places: Indices, prices: Floats, ranks: Indices, best: Floats) -> None:
    """Write price and rank of the seeds into ``best``, of several at a node the best."""
    for seed in range(len(places)):
        place, price, rank = places[seed], prices[seed], float(ranks[seed])
        if price < best[place, 0] or (price == best[place, 0] and rank < best[place, 1]):
            best[place, 0], best[place, 1] = price, rank


@compiled
def sow_lane(places: Indices, seeds: Floats, prices: Floats, reached: Flags, lane: int) -> None:
    """Write prices of one service's seeds into its lane."""
    for seed in range(len(places)):
        place, price = places[seed], seeds[seed]
        if price < prices[place, lane]:
            prices[place, lane] = price
            reached[place] = True


@compiled
def climb(starts: Positions, heads: Positions, cost: Floats, best: Floats) -> None:
    """Carry price and rank, the columns of ``best``, upward from the nodes that have one."""
    for node in range(len(starts) - 2, -1, -1):
        price, rank = best[node, 0], best[node, 1]
        if price < np.inf:
            for k in range(starts[node], starts[node + 1]):
                head, offer = heads[k], price + cost[k]
                present = best[head, 0]
                if offer <= present and (offer < present or rank < best[head, 1]):
                    best[head, 0], best[head, 1] = offer, rank


@compiled
def descend(
    starts: Positions,
    heads: Positions,
    cost: Floats,
    best: Floats,
    node: Positions,
    prices: Floats,
    ranks: Indices,
) -> bool:
    """Carry price and rank down to every node; write them where the network counts its nodes.

    True where two ranks met at the same price: then :func:`descend_tied` is needed for the ranks.
    Seldom so, and to choose between them here took a third longer.
    """
    tied = False
    for here in range(len(starts) - 1):
        price, rank = best[here, 0], best[here, 1]
        for k in range(starts[here], starts[here + 1]):
            head = heads[k]
            offer, other = best[head, 0] + cost[k], best[head, 1]
            tied |= (offer == price) & (other != rank)
            better = offer < price
            price = offer if better else price
            rank = other if better else rank
        best[here, 0], best[here, 1] = price, rank
        prices[node[here]] = price
        ranks[node[here]] = np.int32(rank) if price < np.inf else -1
    return tied


@compiled
def descend_tied(
    starts: Positions,
    heads: Positions,
    cost: Floats,
    best: Floats,
    node: Positions,
    ranks: Indices,
) -> None:
    """Carry the lowest rank of those at the best price down, after :func:`descend`."""
    for here in range(len(starts) - 1):
        price, rank = best[here, 0], best[here, 1]
        for k in range(starts[here], starts[here + 1]):
            head = heads[k]
            same = best[head, 0] + cost[k] == price
            rank = min(rank, best[head, 1] if same else np.inf)
        best[here, 1] = rank
        ranks[node[here]] = np.int32(rank) if price < np.inf else -1


@compiled
def climb_lanes(
    starts: Positions, heads: Positions, cost: Floats, prices: Floats, reached: Flags
) -> None:
    """Carry prices upward from the nodes that have one, all lanes at once."""
    for node in range(len(starts) - 2, -1, -1):
        if reached[node]:
            for k in range(starts[node], starts[node + 1]):
                head, add = heads[k], cost[k]
                reached[head] = True
                for lane in range(LANES):
                    prices[head, lane] = min(prices[head, lane], prices[node, lane] + add)


@compiled
def descend_lanes(starts: Positions, heads: Positions, cost: Floats, prices: Floats) -> None:
    """Carry prices down to every node, all lanes at once."""
    for node in range(len(starts) - 1):
        for k in range(starts[node], starts[node + 1]):
            head, add = heads[k], cost[k]
            for lane in range(LANES):
                prices[node, lane] = min(prices[node, lane], prices[head, lane] + add)


@compiled
def hand_out(lanes: Floats, position: Positions, found: Floats) -> None:
    """Write lanes as rows, where the network counts its nodes; ``found`` may have fewer rows."""
    for node in range(len(position)):
        for lane in range(len(found)):
            found[lane, node] = lanes[position[node], lane]
