"""Pairs: the cells that roads connect, from one where a road is met to the next."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

__all__ = ["LEAST_LINK", "Passage", "Visits", "nothing", "pairs_of"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]

LEAST_LINK: Final = 1e-9
"""Minutes that a link takes at least."""


class Passage(NamedTuple):
    """What roads open: pairs of cells by their numbers along the rows, and minutes between them."""

    tail: Integers
    head: Integers
    minutes: Floats


class Visits(NamedTuple):
    """Where roads are met, in their order; ``cell`` is -1 for those that are left out.

    Those of one ``stretch`` follow each other without leaving the grid; those of one ``point``
    are one, and a ``node`` is where ways meet.
    """

    line: Integers
    stretch: Integers
    point: Integers
    node: Flags
    cell: Integers
    along: Floats


def nothing() -> Passage:
    """Give what opens nothing."""
    return Passage(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))


def pairs_of(visits: Visits, minutes: Floats, width: int) -> Passage:
    """Give the pairs of cells that roads connect; ``minutes`` is what a cell takes on each.

    A pair takes as long as the road between where it is met, and no less than the straight line
    between the cells' middles would.
    """
    at = np.flatnonzero(visits.stretch[1:] == visits.stretch[:-1])
    each = minutes[visits.line[at]]
    takes = (visits.along[at + 1] - visits.along[at]) * each
    a, b = visits.cell[at], visits.cell[at + 1]
    whole = (a >= 0) & (b >= 0)
    arcs = Passage(visits.point[at[~whole]], visits.point[at[~whole] + 1], takes[~whole])
    through, rate = _through(arcs, (a[~whole], b[~whole]), each[~whole])
    tail, head, took, each = (
        np.concatenate(one)
        for one in zip(
            (a[whole], b[whole], takes[whole], each[whole]), (*through, rate), strict=True
        )
    )
    apart = tail != head
    tail, head = tail[apart], head[apart]
    straight = np.hypot(tail // width - head // width, tail % width - head % width)
    return Passage(tail, head, np.maximum(took[apart], straight * each[apart]))


def _through(
    arcs: Passage, cells: tuple[Integers, Integers], each: Floats
) -> tuple[Passage, Floats]:
    """Connect the cells at both ends of what is left out, along the roads.

    ``arcs`` go from point to point, ``cells`` are where these points are met: -1 for one of them
    at least. ``each`` is what a cell takes on each arc; of the two at the ends, the less is given
    beside what they connect.
    """
    if not len(arcs.tail):
        return arcs, each
    points, numbers = np.unique(np.concatenate((arcs.tail, arcs.head)), return_inverse=True)
    tail, head = numbers.reshape(2, -1)
    ports = len(points) + np.arange(2 * len(tail))  # each end that is met counts for itself
    met = np.concatenate(cells)
    ends = np.where(met >= 0, ports, np.concatenate((tail, head))).reshape(2, -1)
    count = len(points) + len(ports)
    # no two arcs join the same two points, which would be added up: each has a point in its middle
    graph = coo_array(
        (np.maximum(arcs.minutes, LEAST_LINK), tuple(ends)), shape=(count, count)
    ).tocsr()
    _, group = connected_components(graph, directed=False)
    doors = np.flatnonzero(met >= 0)
    if not len(doors):
        return nothing(), np.empty(0)
    order = doors[np.argsort(group[ports[doors]], kind="stable")]
    rate = np.tile(each, 2)
    found: list[tuple[Integers, Integers, Floats, Floats]] = []
    members = np.argsort(group, kind="stable")
    bounds = np.searchsorted(group[members], np.arange(group.max() + 2))
    groups, starts = np.unique(group[ports[order]], return_index=True)
    for number, some in zip(groups, np.split(order, starts[1:]), strict=True):
        if len(np.unique(met[some])) < 2:  # noqa: PLR2004 - it leads nowhere
            continue
        inside = members[bounds[number] : bounds[number + 1]]
        where = np.searchsorted(inside, ports[some])
        far = dijkstra(graph[inside][:, inside], directed=False, indices=where)[:, where]
        one, other = np.triu_indices(len(some), 1)
        slow = np.minimum(rate[some][one], rate[some][other])
        found.append((met[some][one], met[some][other], far[one, other], slow))
    if not found:
        return nothing(), np.empty(0)
    tail, head, minutes, slow = (np.concatenate(one) for one in zip(*found, strict=True))
    return Passage(tail, head, minutes), slow
