"""Our side of the graph benchmarks: gapmap's own searches, asked like the peers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gapmap.network import hierarchy
from gapmap.network.kernels.search import bucket_width, nearest_from, pairs_from, prices_from
from gapmap.network.kernels.several import k_nearest_each, k_nearest_pass, one_pass_pays

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from benchmarks.road_graph import RoadGraph

__all__ = [
    "k_nearest",
    "k_nearest_of_places",
    "make_order",
    "nearest",
    "nearest_and_way",
    "nearest_by_order",
    "pairs",
    "weigh",
]


def nearest(graph: RoadGraph, sources: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Search how far the nearest facility of every node is, cold: nothing is known but the arcs."""
    return prices_from(*graph.arcs(), sources, np.zeros(len(sources)))


def nearest_and_way(
    graph: RoadGraph, sources: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int32]]:
    """Search how far, which facility, and the way there; give metres and the facility's index."""
    arcs = graph.arcs()
    prices, ranks = np.zeros(len(sources)), np.arange(len(sources))
    return nearest_from(*arcs, sources, prices, ranks, bucket_width(arcs.cost))[:2]


def pairs(
    graph: RoadGraph,
    sources: npt.NDArray[np.int64],
    places: npt.NDArray[np.int64],
    limit_m: float,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Find all pairs within the limit: source's index x places + place's index, and metres."""
    order = np.argsort(places)
    per_node = np.bincount(places, minlength=len(graph))
    each = np.arange(len(sources) + 1)
    source, place, metres = pairs_from(
        *graph.arcs(),
        each,
        sources,
        np.zeros(len(sources)),
        np.concatenate([[0], np.cumsum(per_node)]),
        order,
        np.zeros(len(places)),
        limit_m,
    )
    return source.astype(np.int64) * len(places) + place, metres


def k_nearest(
    graph: RoadGraph, sources: npt.NDArray[np.int64], count: int
) -> npt.NDArray[np.float64]:
    """Find the ``count`` nearest facilities of every node in one pass: metres, (nodes, count)."""
    prices, ranks = np.zeros(len(sources)), np.arange(len(sources))
    return k_nearest_pass(*graph.arcs(), sources, prices, ranks, count)[0]


def k_nearest_of_places(
    graph: RoadGraph,
    sources: npt.NDArray[np.int64],
    places: npt.NDArray[np.int64],
    count: int,
) -> npt.NDArray[np.float64]:
    """Find the ``count`` nearest facilities of some nodes, by the way that pays."""
    if one_pass_pays(len(places), len(graph), len(sources), count):
        return k_nearest(graph, sources, count)[places]
    rows = np.concatenate([[0], np.cumsum(np.bincount(sources, minlength=len(graph)))])
    each, free = np.arange(len(places) + 1), np.zeros(len(places))
    members = rows, np.argsort(sources), np.zeros(len(sources))
    return k_nearest_each(*graph.arcs(), each, places, free, *members, count)[0]


def make_order(graph: RoadGraph) -> Any:  # noqa: ANN401 - what it is concerns nobody here
    """Make the contraction order, which does not hang on the lengths and can be kept."""
    arcs = graph.arcs()
    return hierarchy.make_order(arcs.starts, arcs.tails, graph.xy)


def weigh(graph: RoadGraph, order: Any) -> Any:  # noqa: ANN401 - the same
    """Work the lengths into the order: once for a network, or for a scenario with other costs."""
    return hierarchy.weigh(order, graph.arcs())


def nearest_by_order(
    weighed: Any,  # noqa: ANN401 - the same
    services: Sequence[npt.NDArray[np.int64]],
) -> list[npt.NDArray[np.float64]]:
    """Answer :func:`nearest` for one service, or for several in one sweep."""
    seeds = [
        hierarchy.Seeds(sources, np.zeros(len(sources)), np.arange(len(sources)))
        for sources in services
    ]
    if len(seeds) == 1:
        return [hierarchy.sweep(weighed, *seeds[0])[0]]
    return list(hierarchy.sweep_many(weighed, seeds))
