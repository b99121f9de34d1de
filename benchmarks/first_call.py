"""Search a small graph in a process of its own and print the seconds of the first call as JSON.

The first call of a kernel on a machine compiles it; later processes load the machine code.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace


def _search_land() -> None:
    """Search land that is flat, and land that rises with a link across it."""
    import numpy as np  # noqa: PLC0415 - as in main

    from gapmap.surface import Links, Terrain  # noqa: PLC0415 - as in main
    from gapmap.surface.paths import lengths_m  # noqa: PLC0415 - as in main
    from gapmap.surface.search import search  # noqa: PLC0415 - as in main

    minutes = np.ones((64, 64))
    ferry = Links(tail=np.array([[1, 1]]), head=np.array([[60, 60]]), minutes=np.array([2.0]))
    heights = np.add.outer(np.arange(64.0), np.arange(64.0))
    for neighbours in (8, 16):
        flat = Terrain(minutes_per_cell=minutes, cell_m=30.0, neighbours=neighbours)
        for land in (flat, replace(flat, height_m=heights, slope="tobler", links=ferry)):
            lengths_m(land, search(land, [(3, 3), (50, 9)]), np.array([[40, 40]]))


def main() -> None:
    """Time import and first call of our kernels."""
    start, cpu = time.perf_counter(), time.process_time()
    from benchmarks import ours  # noqa: PLC0415 - importing is part of what is timed
    from benchmarks.bench_snap import our_nearest  # noqa: PLC0415 - the same
    from benchmarks.measuring import own_peak_mb  # noqa: PLC0415 - the same
    from benchmarks.road_graph import road_graph  # noqa: PLC0415 - the same
    from benchmarks.street_map import somewhere, street_map  # noqa: PLC0415 - the same

    imported, imported_cpu = time.perf_counter(), time.process_time()
    graph = road_graph(100)
    sources = graph.draw(5, 2)
    ours.nearest(graph, sources)
    ours.nearest_and_way(graph, sources)
    ours.pairs(graph, sources, sources, 1000.0)
    ours.k_nearest(graph, sources, 2)
    ours.k_nearest_of_places(graph, graph.draw(50, 2), sources[:1], 2)
    weighed = ours.weigh(graph, ours.make_order(graph))
    ours.nearest_by_order(weighed, [sources])
    ours.nearest_by_order(weighed, [sources, sources])
    our_nearest(street_map(5), somewhere(5, 10, 2))
    _search_land()
    took = {
        "seconds": time.perf_counter() - imported,
        "cpu_seconds": time.process_time() - imported_cpu,
        "import_seconds": imported - start,
        "import_cpu_seconds": imported_cpu - cpu,
        "peak_mb": own_peak_mb(),
    }
    print(json.dumps(took))


if __name__ == "__main__":
    main()
