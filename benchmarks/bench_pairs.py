"""All pairs of facility and place within a limit, and the k nearest facilities of every node."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse.csgraph import dijkstra

from benchmarks import ours, peers
from benchmarks.bench_nearest import CAP_M, in_words, prepared, same_when_capped
from benchmarks.floors import relaxing_sweep
from benchmarks.measuring import Peer, Row, compare, peak, same_distances

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from benchmarks.road_graph import RoadGraph

    Nodes = npt.NDArray[np.int64]
    Pairs = tuple[Nodes, npt.NDArray[np.float64]]

__all__ = ["K", "k_nearest", "k_nearest_of_places", "pairs_within"]

K = 5
_SAMPLE = 500  # facilities that the peers search from, where there are more
_SCIPY_SAMPLE = 20  # the same without a limit that is known beforehand
_ROWS = 40  # facilities that SciPy takes at a time: it holds a row of all nodes for each


def pairs_within(
    graph: RoadGraph,
    counts: tuple[int, int],
    limit_m: float,
    *,
    search: Callable[[RoadGraph, Nodes, Nodes, float], Pairs] = ours.pairs,
) -> Row:
    """Measure the search for all pairs within a limit, from the facilities: they are the fewer.

    Parameters
    ----------
    graph
        The roads.
    counts
        Numbers of facilities and of places, all on nodes.
    limit_m
        The limit, inclusive.
    search
        Our side, or another for a test.
    """
    sources, places = graph.draw(counts[0], 2), graph.draw(counts[1], 3)
    sample = sources[:_SAMPLE]
    scale = len(sources) / len(sample)
    by_scipy = partial(_scipy_pairs, graph, sample, places, limit_m)
    sides = {"scipy": Peer(job=by_scipy, same=_same_pairs(sample, places), scale=scale)}
    prepare = {}
    if peers.has("pandana"):
        pandana = peers.Pandana.of(graph)
        query = pandana.in_range(sample, limit_m, places)
        sides["pandana"] = Peer(job=query, same=_same_keys(sample, places), scale=scale)
        prepare["pandana_prepare"] = pandana.prepare_seconds
    size = f"{in_words(len(graph))} nodes, {in_words(counts[0])} x {in_words(counts[1])}"
    sampled = f"; peers x {scale:g} from {len(sample)}" if scale > 1 else ""
    row = compare(
        "pairs_within",
        f"{size}, {limit_m / 1000:g} km{sampled}",
        partial(search, graph, sources, places, limit_m),
        sides,
        memory=peak(_prepared_pairs, _search_pairs, len(graph), *counts, limit_m),
    )
    row["peers"] |= prepare
    return row


def k_nearest(
    graph: RoadGraph,
    facilities: int,
    *,
    search: Callable[[RoadGraph, Nodes, int], npt.NDArray[np.float64]] = ours.k_nearest,
) -> Row:
    """Measure the search for the five nearest facilities of every node.

    SciPy cannot stop at the fifth: it searches from each facility as far as the farthest fifth one
    is, which it would have to guess; a sample of facilities is searched from.

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
    found = search(graph, sources, K)
    farthest = found[np.isfinite(found)].max()
    sample = sources[:_SCIPY_SAMPLE]
    scale = len(sources) / len(sample)
    by_scipy = partial(dijkstra, graph.matrix(), indices=sample, limit=farthest)
    sides = {"scipy": Peer(job=by_scipy, same=_same_k(graph, sources), scale=scale)}
    prepare = {}
    if peers.has("pandana"):
        pandana = peers.Pandana.of(graph)
        query = pandana.k_nearest(sources, count=K, cap_m=CAP_M)
        sides["pandana"] = Peer(job=query, same=same_when_capped)
        prepare["pandana_prepare"] = pandana.prepare_seconds
    arcs = graph.arcs()
    relaxing_sweep(arcs, sources)
    floor = partial(relaxing_sweep, arcs, sources)
    sides["floor"] = Peer(job=floor, same=same_distances, scale=K)
    size = f"{in_words(len(graph))} nodes, {in_words(facilities)} facilities, k = {K}"
    row = compare(
        "k_nearest",
        f"{size}; scipy x {scale:g} from {len(sample)}",
        partial(search, graph, sources, K),
        sides,
        memory=peak(prepared, _search_k, len(graph), facilities),
    )
    row["peers"] |= prepare
    return row


def k_nearest_of_places(
    graph: RoadGraph,
    counts: tuple[int, int],
    *,
    search: Callable[[RoadGraph, Nodes, Nodes, int], npt.NDArray[np.float64]] = (
        ours.k_nearest_of_places
    ),
) -> Row:
    """Measure the five nearest facilities of few places, where one pass over all nodes is waste.

    Parameters
    ----------
    graph
        The roads.
    counts
        Numbers of facilities and of places, all on nodes.
    search
        Our side, or another for a test.
    """
    sources, places = graph.draw(counts[0], 2), graph.draw(counts[1], 3)

    def one_pass() -> npt.NDArray[np.float64]:
        return ours.k_nearest(graph, sources, K)[places]

    sides = {"gapmap_one_pass": Peer(job=one_pass, same=same_distances)}
    size = f"{in_words(len(graph))} nodes, {in_words(counts[0])} facilities, k = {K}"
    return compare(
        "k_nearest",
        f"{size}, of {in_words(counts[1])} places only",
        partial(search, graph, sources, places, K),
        sides,
        memory=peak(_prepared_few, _search_few, len(graph), *counts),
    )


def _scipy_pairs(graph: RoadGraph, sources: Nodes, places: Nodes, limit_m: float) -> Pairs:
    keys, metres = [], []
    for begin in range(0, len(sources), _ROWS):
        some = sources[begin : begin + _ROWS]
        reached = dijkstra(graph.matrix(), indices=some, limit=limit_m)[:, places]
        row, place = np.nonzero(np.isfinite(reached))
        keys.append((begin + row) * len(places) + place)
        metres.append(reached[row, place])
    return np.concatenate(keys), np.concatenate(metres)


def _same_pairs(sample: Nodes, places: Nodes) -> Callable[[Pairs, Pairs], bool]:
    """Hold our pairs of the sampled facilities against another's, and their metres."""

    def same(ours: Pairs, theirs: Pairs) -> bool:
        (mine, metres), (others, their_metres) = _sampled(ours, sample, places), theirs
        return np.array_equal(mine, others) and same_distances(metres, their_metres)

    return same


def _same_keys(sample: Nodes, places: Nodes) -> Callable[[Pairs, Nodes], bool]:
    """Hold our pairs of the sampled facilities against pandana's."""
    return lambda ours, theirs: np.array_equal(_sampled(ours, sample, places)[0], theirs)


def _sampled(pairs: Pairs, sample: Nodes, places: Nodes) -> Pairs:
    keys, metres = pairs
    order = np.argsort(keys)
    keys, metres = keys[order], metres[order]
    end = np.searchsorted(keys, len(sample) * len(places))
    return keys[:end], metres[:end]


def _same_k(
    graph: RoadGraph, sources: Nodes
) -> Callable[[npt.NDArray[np.float64], npt.NDArray[np.float64]], bool]:
    """Hold our k nearest against SciPy: searches from facilities, and from some nodes for all."""

    def same(ours: npt.NDArray[np.float64], theirs: npt.NDArray[np.float64]) -> bool:
        nodes = graph.draw(len(theirs), 4)
        away = dijkstra(graph.matrix(), indices=nodes)[:, sources]
        return _contains(ours, theirs) and same_distances(ours[nodes], np.sort(away)[:, :K])

    return same


def _contains(ours: npt.NDArray[np.float64], theirs: npt.NDArray[np.float64]) -> bool:
    """Tell whether every facility nearer than a node's fifth one is among the node's five."""
    for reached in theirs:
        nearer = reached < ours[:, -1] - 1e-6
        among = np.abs(ours[nearer] - reached[nearer, None]) <= 1e-6
        if not among.any(axis=1).all():
            return False
    return True


def _prepared_pairs(
    nodes: int, facilities: int, places: int, limit_m: float
) -> tuple[RoadGraph, Nodes, Nodes, float]:
    graph, sources = prepared(nodes, facilities)
    return graph, sources, graph.draw(places, 3), limit_m


def _search_pairs(given: tuple[RoadGraph, Nodes, Nodes, float]) -> None:
    ours.pairs(*given)


def _search_k(given: tuple[RoadGraph, Nodes]) -> None:
    ours.k_nearest(*given, K)


def _prepared_few(nodes: int, facilities: int, places: int) -> tuple[RoadGraph, Nodes, Nodes]:
    graph, sources = prepared(nodes, facilities)
    return graph, sources, graph.draw(places, 3)


def _search_few(given: tuple[RoadGraph, Nodes, Nodes]) -> None:
    ours.k_nearest_of_places(*given, K)
