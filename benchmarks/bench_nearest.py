"""Nearest facility of every node, cold: no order, no tree, nothing but the arcs is there before."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import ours, peers
from benchmarks.floors import relaxing_sweep
from benchmarks.measuring import Peer, Row, compare, peak, same_distances
from benchmarks.road_graph import RoadGraph, road_graph

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Search = Callable[[RoadGraph, npt.NDArray[np.int64]], npt.NDArray[np.float64]]

__all__ = ["CAP_M", "in_words", "nearest", "prepared"]

CAP_M = 100_000.0  # pandana's word for "not reached"; farther than any node that is reached
_NETWORKX_NODES = 600_000
_PANDANA_NODES = 600_000


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
    graph = road_graph(nodes)
    graph.arcs()
    return graph, graph.draw(facilities, 2)


def _search(given: tuple[RoadGraph, npt.NDArray[np.int64]]) -> None:
    ours.nearest(*given)
