"""Search a small graph in a process of its own and print the seconds of the first call as JSON.

The first call of a kernel on a machine compiles it; later processes load the machine code.
"""

from __future__ import annotations

import json
import time


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
