"""The network's share of a run: eight services, places and facilities anywhere.

Both join them and search. The plain way does so by cutting every street at every join and building
SciPy's graph anew for each service. Who may walk straight, without the road, is taken from gapmap
for both.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.bench_nearest import in_words
from benchmarks.measuring import Peer, Row, compare, peak, same_distances
from benchmarks.street_map import somewhere, street_network
from gapmap.network import Network, Snap, reach_nearest, snap
from gapmap.network.journey import Job, direct_pairs, make_job

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

__all__ = ["SERVICES", "our_answers", "services"]

SERVICES = 8
_QUESTIONS = [("walk", "distance"), ("drive", "minutes")] * (SERVICES // 2)


def services(
    side: int,
    counts: tuple[int, int],
    *,
    answer: Callable[[Network, int, tuple[int, int]], list[Floats]] | None = None,
) -> Row:
    """Measure eight services from positions on: joining and searching.

    Parameters
    ----------
    side
        Junctions along a side of the street map.
    counts
        Numbers of places, and of facilities of each service.
    answer
        Our side, or another for a test.
    """
    network = street_network(side)
    places, facilities = counts
    size = (
        f"{in_words(len(network.xy))} nodes, {in_words(places)} places, "
        f"{SERVICES} x {in_words(facilities)} facilities"
    )
    our_answers(network, side, (10, 10))  # compiled now
    return compare(
        "services",
        size,
        partial(answer or our_answers, network, side, counts),
        {"scipy_rebuilt": Peer(job=partial(_rebuilt, network, side, counts), same=_same)},
        memory=peak(_prepared, _services, side, counts),
    )


def our_answers(network: Network, side: int, counts: tuple[int, int]) -> list[Floats]:
    """Join and search for eight services: metres or minutes of every place."""
    return [
        reach.distance_m if job.by == "distance" else reach.minutes
        for job, origins, targets in _joined(network, side, counts)
        for reach in [reach_nearest(network, origins, targets, mode=job.mode, by=job.by)]
    ]


def _rebuilt(network: Network, side: int, counts: tuple[int, int]) -> list[Floats]:
    return [_cut(job, origins, targets) for job, origins, targets in _joined(network, side, counts)]


def _joined(network: Network, side: int, counts: tuple[int, int]) -> list[tuple[Job, Snap, Snap]]:
    """Join places and facilities, as if for the first time."""
    network.memo.clear()
    places = somewhere(side, counts[0], 2)
    origins = {mode: snap(network, places, mode=mode) for mode in ("walk", "drive")}
    questions = []
    for service, (mode, by) in enumerate(_QUESTIONS):
        targets = snap(network, somewhere(side, counts[1], 10 + service), mode=mode)
        job = make_job(network, (origins[mode], targets), mode=mode, by=by, speed_kmh=None)
        questions.append((job, origins[mode], targets))
    return questions


def _cut(job: Job, origins: Snap, targets: Snap) -> Floats:
    """Cut every street at every join, search from the facilities, take each place's best join."""
    edges, count = job.network.edges, len(job.network.xy)
    mine, theirs = origins.joins, targets.joins
    edge = np.concatenate([mine.edge, theirs.edge])
    at = np.concatenate([mine.fraction, theirs.fraction])
    order = np.lexsort((at, edge))
    node = count + order  # of each cut, in order along its edge
    edge, at = edge[order], at[order]
    first = np.ones(len(edge), bool)
    first[1:] = edge[1:] != edge[:-1]
    last = np.roll(first, -1)
    before = np.where(first, edges.tail[edge], np.roll(node, 1))
    step = np.where(first, at, at - np.roll(at, 1))
    whole = job.cost(job.costs)
    stands = count + len(edge) + np.arange(len(targets))
    a = np.concatenate([edges.tail, before, node[last]])
    b = np.concatenate([edges.head, node, edges.head[edge[last]]])
    cost = np.concatenate([whole, step * whole[edge], (1 - at[last]) * whole[edge[last]]])
    leg = job.cost(job.on_foot(theirs.distance_m))
    rows = np.concatenate([a, b, stands[theirs.owner]])
    columns = np.concatenate([b, a, count + len(mine.edge) + np.arange(len(theirs.edge))])
    size = (int(stands[-1]) + 1,) * 2
    graph = csr_array((np.concatenate([cost, cost, leg]), (rows, columns)), shape=size)
    found = dijkstra(graph, indices=stands, min_only=True)
    best = np.full(len(origins), np.inf)
    away = found[count : count + len(mine.edge)] + job.cost(job.on_foot(mine.distance_m))
    np.minimum.at(best, mine.owner, away)
    origin, _, straight_m = direct_pairs(job, origins, targets)
    np.minimum.at(best, origin, job.cost(job.on_foot(straight_m)))
    return best


def _same(ours: list[Floats], theirs: list[Floats]) -> bool:
    return all(same_distances(a, b) for a, b in zip(ours, theirs, strict=True))


def _prepared(side: int, counts: tuple[int, int]) -> tuple[Network, int, tuple[int, int]]:
    network = street_network(side)
    our_answers(network, side, (10, 10))
    return network, side, counts


def _services(given: tuple[Network, int, tuple[int, int]]) -> None:
    our_answers(*given)
