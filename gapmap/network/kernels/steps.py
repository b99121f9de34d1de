"""Compiled: the steps of a network's hierarchy, from the order in which its nodes are taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gapmap.compiling import compiled

if TYPE_CHECKING:
    from gapmap.network.kernels.buckets import Indices, Offsets

__all__ = ["arc_steps", "fill_in", "subtrees", "upside_down"]


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
