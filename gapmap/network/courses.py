"""Courses: which edges run along the same line, because somebody drew a road twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from gapmap.network.value import Edges, Integers, Network

__all__ = ["once_each"]


def once_each(network: Network, edges: Integers) -> Integers:
    """Leave out of these edges all but the first of those on the same course.

    Edges have the same course where they have the same end nodes and the same points to the
    millimetre, whichever way round.
    """
    course = _courses(network)
    _, first = np.unique(course[edges], return_index=True)
    return edges[np.sort(first)]


def _courses(network: Network) -> Integers:
    """Give every edge the number of the first edge on its course; made once."""
    if "courses" not in network.memo:
        network.memo["courses"] = _first_on_course(network.edges)
    made: Integers = network.memo["courses"]
    return made


def _first_on_course(edges: Edges) -> Integers:
    course = np.arange(len(edges), dtype=np.int64)
    low, high = np.minimum(edges.tail, edges.head), np.maximum(edges.tail, edges.head)
    # only edges with the same ends and as many points can be the same: few are looked at
    size = np.diff(edges.offsets)
    order = np.lexsort((size, high, low))
    alike = np.ones(max(len(edges) - 1, 0), bool)
    for key in (low, high, size):
        alike &= np.diff(key[order]) == 0
    beside = np.concatenate([[False], alike]) | np.concatenate([alike, [False]])
    first: dict[tuple[int, int, bytes], int] = {}
    for edge in np.sort(order[beside[: len(order)]]).tolist():
        line = (int(low[edge]), int(high[edge]), _line(edges, edge))
        course[edge] = first.setdefault(line, edge)
    return course


def _line(edges: Edges, edge: int) -> bytes:
    """Give the points of an edge to the millimetre, in the direction that is first."""
    points = edges.coords[edges.offsets[edge] : edges.offsets[edge + 1]]
    whole = np.rint(points * 1000).astype(np.int64)
    return min(whole.tobytes(), whole[::-1].tobytes())
