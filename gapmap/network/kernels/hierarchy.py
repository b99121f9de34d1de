"""Compiled: a network's hierarchy, its costs, and searches that pass each of its steps once.

Nodes stand in positions, the top first. Each has steps to nodes above it, in lower positions, the
nearest position first; whatever lies above a node is on one path to the top, so a node's level,
how many nodes stand on that path, tells the nodes above it apart.

Source: J. Dibbelt, B. Strasser, D. Wagner, Customizable Contraction Hierarchies (2016),
doi:10.1145/2886843; the sweep: D. Delling et al., PHAST (2013), doi:10.1016/j.jpdc.2012.02.007.

Positions are read as unsigned numbers: numba then looks for no negative index, 15 to 20 % faster.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gapmap.network.kernels.buckets import Floats, Indices, Offsets, compiled

__all__ = [
    "LANES",
    "arc_steps",
    "climb",
    "climb_lanes",
    "climb_ranked_lanes",
    "descend",
    "descend_lanes",
    "descend_ranked_lanes",
    "farthest_first",
    "fill_in",
    "hand_out",
    "hand_out_ranked",
    "join_below",
    "lay",
    "levels",
    "prune",
    "sow",
    "sow_lane",
    "subtrees",
    "upside_down",
]

LANES = 8
"""Services in one sweep: the prices of a node fill one line of the processor's cache."""

Flags = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.uint32]


@compiled
def fill_in(starts: Indices, tails: Indices, order: Indices) -> tuple[Indices, Offsets, Indices]:
    """Take nodes out in this order and join what each leaves: the steps to later ones.

    Gives each node's parent, the first to go of those it has steps to, -1 for none, and the steps
    in rows. Nodes are counted in order, the first to go first.
    """
    count = len(order)
    place = np.empty(count, np.int32)
    for i in range(count):
        place[order[i]] = i
    parent, child = np.full(count, -1, np.int32), np.full(count, -1, np.int32)
    sibling, mark = np.full(count, -1, np.int32), np.full(count, -1, np.int32)
    begin, heads, top = np.zeros(count + 1, np.int64), np.empty(2 * len(tails) + 16, np.int32), 0
    for i in range(count):
        node, lowest = order[i], count
        room = starts[node + 1] - starts[node]
        one = child[i]
        while one >= 0:
            room += begin[one + 1] - begin[one]
            one = sibling[one]
        if top + room > len(heads):
            longer = np.empty(2 * len(heads) + room, np.int32)
            longer[:top] = heads[:top]
            heads = longer
        for k in range(starts[node], starts[node + 1]):
            other = place[tails[k]]
            if other > i and mark[other] != i:
                mark[other], heads[top], top = i, other, top + 1
                lowest = min(lowest, other)
        one = child[i]
        while one >= 0:
            for k in range(begin[one], begin[one + 1]):
                other = heads[k]
                if other > i and mark[other] != i:
                    mark[other], heads[top], top = i, other, top + 1
                    lowest = min(lowest, other)
            one = sibling[one]
        begin[i + 1] = top
        heads[begin[i] : top].sort()
        if lowest < count:
            parent[i], sibling[i], child[lowest] = lowest, child[lowest], i
    return parent, begin, heads[:top].copy()


@compiled
def subtrees(parent: Indices) -> Indices:
    """Give an order in which all that stands below a node comes right before it."""
    count = len(parent)
    child, sibling = np.full(count, -1, np.int32), np.full(count, -1, np.int32)
    found, stack, at = np.empty(count, np.int32), np.empty(count, np.int32), count
    for i in range(count):
        if parent[i] >= 0:
            sibling[i], child[parent[i]] = child[parent[i]], i
    for root in range(count - 1, -1, -1):
        if parent[root] >= 0:
            continue
        stack[0], size = root, 1
        while size > 0:
            size -= 1
            node = stack[size]
            at -= 1
            found[at] = node
            one = child[node]
            while one >= 0:
                stack[size], size = one, size + 1
                one = sibling[one]
    return found


@compiled
def upside_down(begin: Offsets, heads: Indices) -> tuple[Indices, Indices]:
    """Count nodes from the last to the first instead; the order within a row stays."""
    count = len(begin) - 1
    starts, turned, top = np.zeros(count + 1, np.int32), np.empty(len(heads), np.int32), 0
    for position in range(count):
        node = count - 1 - position
        for k in range(begin[node], begin[node + 1]):
            turned[top], top = count - 1 - heads[k], top + 1
        starts[position + 1] = top
    return starts, turned


@compiled
def arc_steps(
    arc_starts: Indices, tails: Indices, position: Indices, starts: Indices, heads: Indices
) -> Indices:
    """Give twice the step that each arc runs along, one more where it runs down; -1 for a loop."""
    found = np.empty(len(tails), np.int32)
    for node in range(len(arc_starts) - 1):
        for k in range(arc_starts[node], arc_starts[node + 1]):
            here, there = position[node], position[tails[k]]
            low, high = max(here, there), min(here, there)
            found[k] = -1
            for step in range(starts[low], starts[low + 1]):
                if heads[step] == high:
                    found[k] = 2 * step + (here < there)
                    break
    return found


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
def sow_lane(
    places: Indices,
    seeds: tuple[Floats, Indices],
    prices: Floats,
    ranks: Floats,
    reached: Flags,
    lane: int,
) -> None:
    """Write prices and ranks of one service's seeds into its lane; ``ranks`` may be empty."""
    for seed in range(len(places)):
        place, price, rank = places[seed], seeds[0][seed], float(seeds[1][seed])
        present = prices[place, lane]
        if price < present or (price == present and len(ranks) and rank < ranks[place, lane]):
            prices[place, lane] = price
            reached[place] = True
            if len(ranks):
                ranks[place, lane] = rank


@compiled
def climb(starts: Positions, heads: Positions, cost: Floats, best: Floats) -> None:
    """Carry price and rank, the columns of ``best``, upward from the nodes that have one."""
    for node in range(len(starts) - 2, -1, -1):
        price, rank = best[node, 0], best[node, 1]
        if price < np.inf:
            for k in range(starts[node], starts[node + 1]):
                head = heads[k]
                offer, present, holder = price + cost[k], best[head, 0], best[head, 1]
                better = (offer < present) | ((offer == present) & (rank < holder))
                best[head, 0] = offer if better else present
                best[head, 1] = rank if better else holder


@compiled
def descend(
    starts: Positions,
    heads: Positions,
    cost: Floats,
    best: Floats,
    node: Positions,
    prices: Floats,
    ranks: Indices,
) -> None:
    """Carry price and rank down to every node; write them where the network counts its nodes."""
    for here in range(len(starts) - 1):
        price, rank = best[here, 0], best[here, 1]
        for k in range(starts[here], starts[here + 1]):
            head = heads[k]
            offer, holder = best[head, 0] + cost[k], best[head, 1]
            better = (offer < price) | ((offer == price) & (holder < rank))
            price = offer if better else price
            rank = holder if better else rank
        best[here, 0], best[here, 1] = price, rank
        prices[node[here]] = price
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
def climb_ranked_lanes(
    starts: Positions,
    heads: Positions,
    cost: Floats,
    prices: Floats,
    ranks: Floats,
    reached: Flags,
) -> None:
    """Carry prices and ranks upward from the nodes that have one, all lanes at once."""
    for node in range(len(starts) - 2, -1, -1):
        if reached[node]:
            for k in range(starts[node], starts[node + 1]):
                head, add = heads[k], cost[k]
                reached[head] = True
                for lane in range(LANES):
                    offer, rank = prices[node, lane] + add, ranks[node, lane]
                    present, holder = prices[head, lane], ranks[head, lane]
                    better = (offer < present) | ((offer == present) & (rank < holder))
                    prices[head, lane] = offer if better else present
                    ranks[head, lane] = rank if better else holder


@compiled
def descend_ranked_lanes(
    starts: Positions, heads: Positions, cost: Floats, prices: Floats, ranks: Floats
) -> None:
    """Carry prices and ranks down to every node, all lanes at once."""
    for node in range(len(starts) - 1):
        for k in range(starts[node], starts[node + 1]):
            head, add = heads[k], cost[k]
            for lane in range(LANES):
                offer, rank = prices[head, lane] + add, ranks[head, lane]
                present, holder = prices[node, lane], ranks[node, lane]
                better = (offer < present) | ((offer == present) & (rank < holder))
                prices[node, lane] = offer if better else present
                ranks[node, lane] = rank if better else holder


@compiled
def hand_out(lanes: Floats, position: Positions, found: Floats) -> None:
    """Write lanes as rows, where the network counts its nodes; ``found`` may have fewer rows."""
    for node in range(len(position)):
        for lane in range(len(found)):
            found[lane, node] = lanes[position[node], lane]


@compiled
def hand_out_ranked(
    prices: Floats, ranks: Floats, position: Positions, found: Floats, ranked: Indices
) -> None:
    """Write lanes of prices and ranks as rows, as :func:`hand_out` does; -1 where none was met."""
    for node in range(len(position)):
        place = position[node]
        for lane in range(len(found)):
            price = prices[place, lane]
            found[lane, node] = price
            ranked[lane, node] = np.int32(ranks[place, lane]) if price < np.inf else -1
