"""Compiled: in which order a network's nodes are taken out, so that few arcs are added.

Nodes of few neighbours go first. What remains is cut by small sets of nodes into parts of half the
size, again and again; the cuts go last. Source of the cuts: A. Schild, C. Sommer, On Balanced
Separators in Road Networks (2015), doi:10.1007/978-3-319-20086-6_22, here with cuts through nodes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from gapmap.compiling import compiled

if TYPE_CHECKING:
    from gapmap.network.kernels.buckets import Floats, Indices, Offsets

__all__ = ["dissect", "eliminate"]

SOURCE, INNER, SINK = 0, 1, 2
DIRECTIONS = 4

Flags = npt.NDArray[np.bool_]
Sides = npt.NDArray[np.int8]


class _Rows(NamedTuple):
    """Neighbours of each node in a pool that grows: where a row begins, its length, its room."""

    begin: Offsets
    length: Indices
    room: Indices
    top: Offsets


class _Lists(NamedTuple):
    """Nodes by their number of neighbours, as lists that a node can leave at once."""

    first: Indices
    after: Indices
    before: Indices


@compiled
def _enter(lists: _Lists, node: int, degree: int) -> None:
    head = lists.first[degree]
    lists.after[node], lists.before[node] = head, -1
    if head >= 0:
        lists.before[head] = node
    lists.first[degree] = node


@compiled
def _leave(lists: _Lists, node: int, degree: int) -> None:
    after, before = lists.after[node], lists.before[node]
    if before >= 0:
        lists.after[before] = after
    else:
        lists.first[degree] = after
    if after >= 0:
        lists.before[after] = before


@compiled
def _longer(pool: Indices, rows: _Rows, node: int, length: int) -> Indices:
    """Move the row of a node to where it has twice the room; the pool may be a new one."""
    room, top, begin = 2 * length + 4, rows.top[0], rows.begin[node]
    if top + room > len(pool):
        bigger = np.empty(2 * len(pool) + room, np.int32)
        bigger[:top] = pool[:top]
        pool = bigger
    pool[top : top + length] = pool[begin : begin + length]
    rows.begin[node], rows.room[node], rows.top[0] = top, room, top + room
    return pool


@compiled
def _meet(
    pool: Indices, rows: _Rows, pair: tuple[int, int, int], ring: Indices, mark: Offsets
) -> Indices:
    """Give the first node of ``pair`` all of ``ring`` as neighbours, in place of the second."""
    one, gone, stamp = pair
    begin, length = rows.begin[one], 0
    for k in range(begin, begin + rows.length[one]):
        other = pool[k]
        if other != gone:
            pool[begin + length] = other
            length += 1
            mark[other] = stamp
    mark[one] = stamp
    for other in ring:
        if mark[other] != stamp:
            if length == rows.room[one]:
                pool = _longer(pool, rows, one, length)
                begin = rows.begin[one]
            pool[begin + length] = other
            length += 1
    rows.length[one] = length
    return pool


@compiled
def eliminate(
    starts: Indices, tails: Indices, group: Indices, most: int
) -> tuple[Indices, Offsets, Indices, Indices]:
    """Take out the node of fewest neighbours, join these to each other, and so on.

    Lower groups go first. Stops at a node of more than ``most`` neighbours. Gives the nodes in
    the order taken, and the neighbours of those that remain: begin and length in a pool.
    """
    count = len(starts) - 1
    pool = np.empty(4 * len(tails) + 16, np.int32)
    pool[: len(tails)] = tails
    length = (starts[1:] - starts[:-1]).astype(np.int32)
    rows = _Rows(starts[:-1].astype(np.int64), length, length.copy(), np.array([len(tails)]))
    empty = np.full(count + 1, -1, np.int32)
    lists = _Lists(empty, empty.copy(), empty.copy())
    mark, order, ring = np.zeros(count, np.int64), np.empty(count, np.int32), tails[:0].copy()
    queue = np.argsort(group, kind="mergesort")
    taken = stamp = entered = 0
    low = count
    while taken < count:
        if taken == entered:  # the next group
            present = group[queue[entered]]
            low = count
            while entered < count and group[queue[entered]] == present:
                _enter(lists, queue[entered], length[queue[entered]])
                low = min(low, length[queue[entered]])
                entered += 1
        while lists.first[low] < 0:
            low += 1
        if low > most:
            break
        node = lists.first[low]
        _leave(lists, node, low)
        order[taken] = node
        taken += 1
        ring = pool[rows.begin[node] : rows.begin[node] + low].copy()
        for one in ring:
            stamp += 1
            former = length[one]
            pool = _meet(pool, rows, (one, node, stamp), ring, mark)
            if group[one] == present and length[one] != former:
                _leave(lists, one, former)
                _enter(lists, one, length[one])
                low = min(low, length[one])
    return order[:taken], rows.begin, length, pool


class _Graph(NamedTuple):
    """Rows of neighbours, and the part that each node is in."""

    starts: Indices
    tails: Indices
    part: Indices


class _Flow(NamedTuple):
    """Paths from sources to sinks that share no inner node, and what the search has seen.

    ``seen`` and ``stack`` hold states: twice the node where it is entered, one more where left.
    """

    side: Sides
    before: Indices
    after: Indices
    seen: Flags
    at: Indices
    stack: Indices


@compiled
def _next_left(graph: _Graph, flow: _Flow, node: int) -> int:
    """Give the next state from a node that is left: a neighbour, or an own unit taken back."""
    from_source = flow.side[node] == SOURCE
    while flow.at[node] < graph.starts[node + 1]:
        other = graph.tails[flow.at[node]]
        flow.at[node] += 1
        if graph.part[other] != graph.part[node] or flow.side[other] == SOURCE:
            continue
        if flow.side[other] == SINK:
            if from_source:
                continue  # no inner node can cut these: the sink itself will
            return 2 * other
        if flow.before[other] != node and not flow.seen[2 * other]:
            flow.seen[2 * other] = True
            return 2 * other
    if not from_source and flow.before[node] >= 0 and not flow.seen[2 * node]:
        flow.seen[2 * node] = True
        return 2 * node
    return -1


@compiled
def _next_entered(flow: _Flow, node: int) -> int:
    """Give the next state from a node that is entered: itself, or the one before on its path."""
    before = flow.before[node]
    if before >= 0 and flow.side[before] == SOURCE:
        return -1
    state = 2 * (node if before < 0 else before) + 1
    if flow.seen[state]:
        return -1
    flow.seen[state] = True
    return state


@compiled
def _find_path(graph: _Graph, flow: _Flow, root: int) -> int:
    """Look for one more path; gives its length in states on the stack, 0 for none."""
    stack, size = flow.stack, 1
    stack[0] = 2 * root + 1
    while size > 0:
        state = stack[size - 1]
        node = state >> 1
        following = _next_left(graph, flow, node) if state & 1 else _next_entered(flow, node)
        if following < 0:
            size -= 1
            continue
        stack[size] = following
        size += 1
        if flow.side[following >> 1] == SINK:
            return size
    return 0


@compiled
def _add_path(flow: _Flow, size: int) -> None:
    """Take back what the path undoes, then lay what it adds."""
    for i in range(size - 1):
        here, there = flow.stack[i], flow.stack[i + 1]
        if here & 1 == 0 and here >> 1 != there >> 1:
            flow.after[there >> 1] = flow.before[here >> 1] = -1
    for i in range(size - 1):
        here, there = flow.stack[i] >> 1, flow.stack[i + 1] >> 1
        if flow.stack[i] & 1 and here != there:
            if flow.side[here] == INNER:
                flow.after[here] = there
            if flow.side[there] == INNER:
                flow.before[there] = here


@compiled
def _fill(graph: _Graph, flow: _Flow, nodes: Indices) -> None:
    """Lay as many paths as there can be; ``seen`` then tells what sources still reach."""
    for node in nodes:
        flow.before[node] = flow.after[node] = -1
    more = True
    while more:
        more = False
        for node in nodes:
            flow.seen[2 * node] = flow.seen[2 * node + 1] = False
            flow.at[node] = graph.starts[node]
        for node in nodes:
            if flow.side[node] == SOURCE:
                size = _find_path(graph, flow, node)
                while size > 0:
                    more = True
                    _add_path(flow, size)
                    size = _find_path(graph, flow, node)


@compiled
def _cut(graph: _Graph, flow: _Flow, nodes: Indices, sides: Sides) -> tuple[int, int]:
    """Write the side of each node, INNER being the cut; give its size and the smaller side's."""
    near = cut = 0
    for node in nodes:
        if flow.side[node] == SOURCE or flow.seen[2 * node + 1]:
            sides[node] = SOURCE
            near += 1
        elif flow.seen[2 * node]:
            sides[node] = INNER
            cut += 1
        else:
            sides[node] = SINK
    for node in nodes:
        if flow.side[node] == SOURCE:
            for k in range(graph.starts[node], graph.starts[node + 1]):
                other = graph.tails[k]
                if graph.part[other] == graph.part[node] and sides[other] == SINK:
                    sides[other] = INNER
                    cut += 1
    return cut, min(near, len(nodes) - near - cut)


@compiled
def _aim(graph: _Graph, flow: _Flow, nodes: Indices, key: Floats) -> None:
    """Make the first and last quarter by ``key`` sources and sinks; look ahead first."""
    order = np.argsort(key)
    quarter = max(1, len(nodes) // 4)
    for i in range(len(nodes)):
        node = nodes[order[i]]
        flow.at[node] = i
        if i < quarter:
            flow.side[node] = SOURCE
        else:
            flow.side[node] = SINK if i >= len(nodes) - quarter else INNER
    for node in nodes:
        for k in range(graph.starts[node] + 1, graph.starts[node + 1]):
            other, j = graph.tails[k], k
            while j > graph.starts[node] and flow.at[graph.tails[j - 1]] < flow.at[other]:
                graph.tails[j] = graph.tails[j - 1]
                j -= 1
            graph.tails[j] = other


@compiled
def _bisect(graph: _Graph, flow: _Flow, nodes: Indices, xy: Floats) -> Sides:
    """Give the side of each of ``nodes`` for the smallest cut of four directions."""
    best = (len(nodes) + 1, 0)
    chosen = np.empty(len(nodes), np.int8)
    sides = np.empty(len(flow.side), np.int8)
    for direction in range(DIRECTIONS):
        turn = np.pi * direction / DIRECTIONS
        _aim(graph, flow, nodes, xy[nodes, 0] * np.cos(turn) + xy[nodes, 1] * np.sin(turn))
        _fill(graph, flow, nodes)
        cut, smaller = _cut(graph, flow, nodes, sides)
        if cut < best[0] or (cut == best[0] and smaller > best[1]):
            best = (cut, smaller)
            chosen[:] = sides[nodes]
    return chosen


@compiled
def dissect(starts: Indices, tails: Indices, xy: Floats, leaf: int) -> Indices:
    """Cut a graph into parts of at most ``leaf`` nodes; ``tails`` are put into another order.

    Gives how deep down each node was in a cut, 0 for the first cut; -1 where it never was.
    """
    count = len(starts) - 1
    graph = _Graph(starts, tails, np.zeros(count, np.int32))
    node, state = np.zeros(count, np.int32), np.zeros(2 * count + 2, np.int32)
    flow = _Flow(node.astype(np.int8), node, node.copy(), state > 0, node.copy(), state)
    depth = np.full(count, -1, np.int32)
    placed = np.arange(count).astype(np.int32)
    waiting = [(0, count, 0)]
    parts = 0
    while len(waiting) > 0:
        begin, end, deep = waiting.pop()
        if end - begin <= leaf:
            continue
        parts += 1
        nodes = placed[begin:end].copy()
        graph.part[nodes] = parts
        sides = _bisect(graph, flow, nodes, xy)
        near, far = nodes[sides == SOURCE], nodes[sides == SINK]
        cut = nodes[sides == INNER]
        depth[cut] = deep
        graph.part[cut] = -1
        middle = begin + len(near)
        placed[begin:middle] = near
        placed[middle : middle + len(far)] = far
        waiting.append((begin, middle, deep + 1))
        waiting.append((middle, middle + len(far), deep + 1))
    return depth
