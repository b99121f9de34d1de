"""Nearest facility of every node, cold: no order, no tree, nothing but the arcs is there before."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse.csgraph import dijkstra

from benchmarks import ours, peers
from benchmarks.floors import relaxing_sweep
from benchmarks.measuring import Peer, Row, compare, peak, same_distances
from benchmarks.road_graph import RoadGraph, road_graph

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Search = Callable[[RoadGraph, npt.NDArray[np.int64]], npt.NDArray[np.float64]]

__all__ = ["CAP_M", "in_words", "nearest", "nearest_and_way", "prepared"]

CAP_M = 100_000.0  # pandana's word for "not reached"; farther than any node that is reached
_NETWORKX_NODES = 600_000
_PANDANA_NODES = 600_000
_TIES = 0.02  # share of nodes with two facilities at the very same distance, at most


def in_words(count: int) -> str:
    """Write a count as the table has it."""
    if count >= 1_000_000:
        return f"{count / 1_000_000:.2g}M"
    return f"{count / 1000:.0f}k" if count >= 1000 else str(count)


def nearest(graph: RoadGraph, facilities: int, *, search: Search = ours.nearest) -> Row:
    """Measure the search from all facilities at once for all nodes.

    Parameters
    ----------
    graph
        The roads.
    facilities
        How many nodes have a facility.
    search
        Our side, or another for a test.
    """
    sources = graph.draw(facilities, 2)
    sides = {
        name: Peer(job=make(graph, sources), same=same_distances)
        for name, make in peers.NEAREST.items()
        if (name in ("scipy", "networkx") or peers.has(name))
        and (name != "networkx" or len(graph) <= _NETWORKX_NODES)
    }
    prepare = {}
    if peers.has("pandana") and len(graph) <= _PANDANA_NODES:
        pandana = peers.Pandana.of(graph)
        query = pandana.k_nearest(sources, count=1, cap_m=CAP_M)
        sides["pandana"] = Peer(job=query, same=same_when_capped)
        prepare["pandana_prepare"] = pandana.prepare_seconds
    arcs = graph.arcs()
    relaxing_sweep(arcs, sources)  # compiled now
    sides["floor"] = Peer(job=partial(relaxing_sweep, arcs, sources), same=same_distances)
    size = f"{in_words(len(graph))} nodes, {in_words(facilities)} facilities"
    row = compare(
        "nearest",
        size,
        partial(search, graph, sources),
        sides,
        memory=peak(prepared, _search, len(graph), facilities),
    )
    row["peers"] |= prepare
    row["per"] = len(graph)
    return row


def nearest_and_way(
    graph: RoadGraph,
    facilities: int,
    *,
    search: Callable[..., tuple[npt.NDArray[np.float64], npt.NDArray[np.int32]]] = (
        ours.nearest_and_way
    ),
) -> Row:
    """Measure the search that also tells which facility it is and how to get there, as SciPy can.

    Parameters
    ----------
    graph
        The roads.
    facilities
        How many nodes have a facility.
    search
        Our side, or another for a test.
    """
    sources = graph.draw(facilities, 2)
    by_scipy = partial(
        dijkstra, graph.matrix(), indices=sources, min_only=True, return_predecessors=True
    )
    ours.nearest_and_way(graph, sources[:1])  # compiled now
    return compare(
        "nearest",
        f"{in_words(len(graph))} nodes, {in_words(facilities)} facilities, with facility and way",
        partial(search, graph, sources),
        {"scipy": Peer(job=by_scipy, same=_same_facilities(sources))},
        memory=peak(prepared, _search_way, len(graph), facilities),
    )


def _same_facilities(sources: npt.NDArray[np.int64]) -> Callable[[Any, Any], bool]:
    """Hold metres against SciPy's, and facilities but for those at the very same distance."""

    def same(ours: Any, theirs: Any) -> bool:  # noqa: ANN401 - tuples of arrays
        metres, rank = ours
        found = np.where(rank >= 0, sources[rank], -1)
        others = np.where(np.isfinite(theirs[0]), theirs[2], -1)
        differ = float(np.mean(found != others))
        return same_distances(metres, theirs[0]) and differ < _TIES

    return same


def same_when_capped(ours: npt.NDArray[np.float64], theirs: npt.NDArray[np.float64]) -> bool:
    """Hold our distances, shape (nodes,) or (nodes, k), against pandana's, which end at its cap."""
    theirs = theirs.reshape(ours.shape)
    return bool((ours[np.isfinite(ours)] < CAP_M).all()) and same_distances(
        np.minimum(ours, CAP_M), theirs
    )


def prepared(nodes: int, facilities: int) -> tuple[RoadGraph, npt.NDArray[np.int64]]:
    """Make the graph and its arcs, and have the search compiled on a small one."""
    small = road_graph(100)
    ours.nearest(small, small.draw(2, 2))
    ours.nearest_and_way(small, small.draw(2, 2))
    graph = road_graph(nodes)
    graph.arcs()
    return graph, graph.draw(facilities, 2)


def _search(given: tuple[RoadGraph, npt.NDArray[np.int64]]) -> None:
    ours.nearest(*given)


def _search_way(given: tuple[RoadGraph, npt.NDArray[np.int64]]) -> None:
    ours.nearest_and_way(*given)
