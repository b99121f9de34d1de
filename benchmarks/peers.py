"""The peers: the same questions asked of other libraries, each in its own best form.

`make bench` puts them into ``.venv/peers`` (``benchmarks/constraints.txt``), a folder of their own
behind everything else on the path: pandana is AGPL and igraph GPL, and nothing but this module may
import them. What is not there is left out of the table.

Libraries that search from one node only get an extra node that is linked to all facilities at no
cost; making it is part of their preparation, which is not timed but for pandana's.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
from scipy.sparse.csgraph import dijkstra

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    import numpy.typing as npt

    from benchmarks.road_graph import RoadGraph

__all__ = ["NEAREST", "Pandana", "has", "missing", "scipy_nearest"]

FOLDER = Path(sys.prefix) / "peers"
NAMES = ("igraph", "networkit", "pandana", "rustworkx")


def _load(name: str) -> ModuleType:
    if str(FOLDER) not in sys.path and FOLDER.exists():
        sys.path.append(str(FOLDER))
    return importlib.import_module(name)


def has(name: str) -> bool:
    """Tell whether a peer is installed."""
    if str(FOLDER) not in sys.path and FOLDER.exists():
        sys.path.append(str(FOLDER))
    return importlib.util.find_spec(name) is not None


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Let nothing reach standard output, not even from compiled code: the table stands there."""
    sys.stdout.flush()
    kept = os.dup(1)
    with Path(os.devnull).open("w", encoding="utf8") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def missing() -> list[str]:
    """Name the peers that are not installed."""
    return [name for name in NAMES if not has(name)]


def scipy_nearest(
    graph: RoadGraph, sources: npt.NDArray[np.int64]
) -> Callable[[], npt.NDArray[np.float64]]:
    """Prepare SciPy's search from all facilities at once."""
    matrix = graph.matrix()
    return lambda: dijkstra(matrix, indices=sources, min_only=True)


def _networkx(
    graph: RoadGraph, sources: npt.NDArray[np.int64]
) -> Callable[[], npt.NDArray[np.float64]]:
    made = nx.Graph()
    made.add_nodes_from(range(len(graph)))
    made.add_weighted_edges_from(_edges(graph))
    start = set(sources.tolist())

    def search() -> npt.NDArray[np.float64]:
        found = nx.multi_source_dijkstra_path_length(made, start)
        answer = np.full(len(graph), np.inf)
        answer[np.fromiter(found, np.int64, len(found))] = np.fromiter(found.values(), float)
        return answer

    return search


def _networkit(
    graph: RoadGraph, sources: npt.NDArray[np.int64]
) -> Callable[[], npt.NDArray[np.float64]]:
    networkit = _load("networkit")
    count = len(graph)
    linked = (
        np.concatenate([graph.length_m, np.zeros(len(sources))]),
        (
            np.concatenate([graph.tail, np.full(len(sources), count)]),
            np.concatenate([graph.head, sources]),
        ),
    )
    made = networkit.GraphFromCoo(linked, n=count + 1, weighted=True, directed=False)

    def search() -> npt.NDArray[np.float64]:
        run = networkit.distance.Dijkstra(made, count, storePaths=False)
        run.run()
        found = np.asarray(run.getDistances())[:count]
        return np.where(found > 1e300, np.inf, found)  # its word for "not reached"

    return search


def _rustworkx(
    graph: RoadGraph, sources: npt.NDArray[np.int64]
) -> Callable[[], npt.NDArray[np.float64]]:
    rustworkx = _load("rustworkx")
    count = len(graph)
    made = rustworkx.PyGraph(multigraph=False)
    made.add_nodes_from(range(count + 1))
    made.add_edges_from(_edges(graph))
    made.add_edges_from([(count, source, 0.0) for source in sources.tolist()])

    def search() -> npt.NDArray[np.float64]:
        found = rustworkx.dijkstra_shortest_path_lengths(made, count, float)
        answer = np.full(count, np.inf)
        answer[np.fromiter(found.keys(), np.int64)] = np.fromiter(found.values(), float)
        return answer

    return search


def _igraph(
    graph: RoadGraph, sources: npt.NDArray[np.int64]
) -> Callable[[], npt.NDArray[np.float64]]:
    igraph = _load("igraph")
    count = len(graph)
    ends = np.concatenate(
        [
            np.column_stack([graph.tail, graph.head]),
            np.column_stack([np.full(len(sources), count), sources]),
        ]
    )
    made = igraph.Graph(n=count + 1, edges=ends)
    made.es["length_m"] = np.concatenate([graph.length_m, np.zeros(len(sources))]).tolist()

    def search() -> npt.NDArray[np.float64]:
        (found,) = made.distances(source=count, weights="length_m", algorithm="dijkstra")
        return np.array(found[:count])

    return search


def _edges(graph: RoadGraph) -> list[tuple[int, int, float]]:
    return list(zip(graph.tail.tolist(), graph.head.tolist(), graph.length_m.tolist(), strict=True))


NEAREST = {
    "scipy": scipy_nearest,
    "networkit": _networkit,
    "rustworkx": _rustworkx,
    "igraph": _igraph,
    "networkx": _networkx,
}


class Pandana:
    """Pandana's network of a graph, prepared once (its contraction), and what is asked of it.

    ``prepare_seconds`` is what making it took. Setting the facilities is not timed either.
    """

    def __init__(self, graph: RoadGraph) -> None:
        pandana, pandas = _load("pandana"), importlib.import_module("pandas")
        self.xy = graph.xy
        x, y = (pandas.Series(axis) for axis in graph.xy.T)
        lengths = pandas.DataFrame({"length_m": graph.length_m})
        start = time.perf_counter()
        with _silence():
            self.network: Any = pandana.Network(x, y, graph.tail, graph.head, lengths, twoway=True)
        self.prepare_seconds = time.perf_counter() - start

    @classmethod
    def of(cls, graph: RoadGraph) -> Pandana:
        """Give the network of a graph; made once."""
        if "pandana" not in graph.memo:
            graph.memo["pandana"] = cls(graph)
        made: Pandana = graph.memo["pandana"]
        return made

    def k_nearest(
        self, sources: npt.NDArray[np.int64], *, count: int, cap_m: float
    ) -> Callable[[], npt.NDArray[np.float64]]:
        """Set the facilities; prepare the question for the ``count`` nearest of every node.

        The answer has shape (nodes, count); where none is within ``cap_m``, pandana says ``cap_m``.
        """
        x, y = self.xy[sources].T
        self.network.set_pois("facility", cap_m, count, x, y)

        def query() -> npt.NDArray[np.float64]:
            found = self.network.nearest_pois(cap_m, "facility", num_pois=count, max_distance=cap_m)
            return found.to_numpy(float)

        return query

    def in_range(
        self, sources: npt.NDArray[np.int64], limit_m: float, places: npt.NDArray[np.int64]
    ) -> Callable[[], npt.NDArray[np.int64]]:
        """Prepare the question which places each source reaches: source's index, place's index."""
        number = np.full(len(self.xy), -1, np.int64)
        number[places] = np.arange(len(places))
        rank = np.full(len(self.xy), -1, np.int64)
        rank[sources] = np.arange(len(sources))

        def query() -> npt.NDArray[np.int64]:
            found = self.network.nodes_in_range(sources, limit_m)
            place = number[found["destination"].to_numpy()]
            there = place >= 0
            keys = rank[found["source"].to_numpy()[there]] * len(places) + place[there]
            return np.sort(keys)

        return query
