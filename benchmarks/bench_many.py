"""Eight services or scenarios on one network whose contraction order is made and kept."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

from scipy.sparse.csgraph import dijkstra

from benchmarks import ours
from benchmarks.bench_nearest import in_words
from benchmarks.floors import relaxing_sweep
from benchmarks.measuring import Peak, Peer, Row, compare, peak, same_distances
from benchmarks.road_graph import RoadGraph, road_graph

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import numpy.typing as npt

    Nodes = npt.NDArray[np.int64]
    Answer = list[npt.NDArray[np.float64]]

__all__ = ["SERVICES", "nearest_many"]

SERVICES = 8


def nearest_many(
    graph: RoadGraph,
    facilities: int,
    *,
    answer: Callable[[Any, list[Nodes]], Answer] = ours.nearest_by_order,
) -> list[Row]:
    """Measure making the order, working the lengths in, one service, and a batch of eight.

    Parameters
    ----------
    graph
        The roads.
    facilities
        How many nodes have a facility of each service.
    answer
        Our side, or another for a test.
    """
    services = _services(graph, facilities)
    size = f"{in_words(len(graph))} nodes"
    memory = peak(_small_order, _make_and_answer, len(graph), facilities)
    _make_and_answer((small := road_graph(100), _services(small, 2)))  # compiled now
    order, prepared = _once("order_prepare", size, partial(ours.make_order, graph), memory)
    weighed, weighing = _once("order_weigh", size, partial(ours.weigh, graph, order), memory)
    rows = [prepared, weighing]
    for count, words in ((1, "one service"), (SERVICES, f"batch of {SERVICES}")):
        asked = services[:count]
        row = compare(
            "nearest_many",
            f"{size}, {words} of {in_words(facilities)} facilities, order kept",
            partial(answer, weighed, asked),
            _others(graph, asked),
            memory=memory,
        )
        row["peers"]["order_prepare"] = prepared["seconds"] + weighing["seconds"]
        rows.append(row)
    # an order is right if what it answers is
    prepared["same_answer"] = weighing["same_answer"] = all(r["same_answer"] for r in rows[2:])
    return rows


def _others(graph: RoadGraph, services: list[Nodes]) -> dict[str, Peer]:
    matrix, arcs = graph.matrix(), graph.arcs()

    def by_scipy() -> Answer:
        return [dijkstra(matrix, indices=sources, min_only=True) for sources in services]

    def cold() -> Answer:
        return [ours.nearest(graph, sources) for sources in services]

    def floor() -> Answer:
        return [relaxing_sweep(arcs, sources) for sources in services]

    cold(), floor()  # compiled now
    return {
        "scipy": Peer(job=by_scipy, same=_same),
        "gapmap_cold": Peer(job=cold, same=_same),
        "floor": Peer(job=floor, same=_same),
    }


def _once(work: str, size: str, job: Callable[[], Any], memory: Peak) -> tuple[Any, Row]:
    """Do what is done once for a network and kept."""
    start, start_cpu = time.perf_counter(), time.process_time()
    made = job()
    return made, {
        "work": work,
        "size": size,
        "seconds": time.perf_counter() - start,
        "cpu_seconds": time.process_time() - start_cpu,
        "peak_mb": memory.whole_mb,
        "peers": {},
        "floor": None,
        "same_answer": True,
        "rounds": {"ours": 1},
        "above_mb": memory.above_mb,
    }


def _services(graph: RoadGraph, facilities: int) -> list[Nodes]:
    return [graph.draw(facilities, 100 + number) for number in range(SERVICES)]


def _same(ours: Answer, theirs: Answer) -> bool:
    return len(ours) == len(theirs) and all(map(same_distances, ours, theirs))


def _small_order(nodes: int, facilities: int) -> tuple[RoadGraph, list[Nodes]]:
    """Make the graph, and have everything compiled on a small one."""
    small = road_graph(100)
    _make_and_answer((small, _services(small, 2)))
    graph = road_graph(nodes)
    graph.arcs()
    return graph, _services(graph, facilities)


def _make_and_answer(given: tuple[RoadGraph, list[Nodes]]) -> None:
    graph, services = given
    order = ours.make_order(graph)
    ours.nearest_by_order(ours.weigh(graph, order), services)
