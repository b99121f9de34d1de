"""Run the benchmarks: write ``benchmarks/results.json``, print the same as a table with ratios.

``make bench`` runs all sizes, ``make bench QUICK=1`` one size of each. A wrong answer, of ours or
of a peer, ends with exit 1, and so does a benchmark that breaks; a missed goal does not.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import bench_jobs, peers
from benchmarks.bench_check import check_rows
from benchmarks.bench_compile import first_calls
from benchmarks.bench_many import nearest_many
from benchmarks.bench_nearest import nearest, nearest_and_way
from benchmarks.bench_osm import WESTFJORDS, iceland, osm_read, osm_read_cached
from benchmarks.bench_pairs import k_nearest, k_nearest_of_places, pairs_within
from benchmarks.bench_report import report_page
from benchmarks.bench_services import services
from benchmarks.bench_siting import mclp
from benchmarks.bench_siting_lscp import lscp
from benchmarks.bench_siting_median import p_median
from benchmarks.bench_slope import slope
from benchmarks.bench_snap import snap
from benchmarks.bench_supply import supply
from benchmarks.bench_surface import surface
from benchmarks.bench_vary import vary
from benchmarks.bench_whatif import what_if
from benchmarks.bench_zonal import zonal
from benchmarks.goals import judge
from benchmarks.road_graph import RoadGraph, road_graph
from benchmarks.table import HEAD, line, rounded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.measuring import Row

RESULTS = Path(__file__).parent / "results.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How large everything is."""

    graph: int
    more_graphs: tuple[int, ...]
    limits_m: tuple[float, ...]
    snaps: tuple[tuple[int, int], ...]
    services: tuple[int, tuple[int, int]]
    rows: int
    has_iceland: bool


FULL = Sizes(
    graph=500_000,
    more_graphs=(50_000, 5_000_000),
    limits_m=(2_000.0, 5_000.0, 15_000.0),
    snaps=((850, 20_000), (850, 600_000)),
    services=(708, (20_000, 1_000)),
    rows=600_000,
    has_iceland=True,
)
QUICK = Sizes(
    graph=50_000,
    more_graphs=(),
    limits_m=(5_000.0,),
    snaps=((268, 60_000),),
    services=(224, (5_000, 200)),
    rows=60_000,
    has_iceland=False,
)


def everything(*, quick: bool) -> Iterator[Row]:
    """Give row after row as they are measured.

    Parameters
    ----------
    quick
        One size each.
    """
    yield from first_calls()
    sizes = QUICK if quick else FULL
    yield from on_graphs(sizes)
    yield from on_maps(sizes)
    for workbook in (False, True):
        yield check_rows(sizes.rows, workbook=workbook)
    yield from surface(quick=quick)
    yield from slope(quick=quick)
    yield from zonal(quick=quick)
    yield from supply(quick=quick)
    yield vary(quick=quick)
    yield from report_page(quick=quick)
    yield from what_if(quick=quick)
    yield from mclp(quick=quick)
    yield from lscp(quick=quick)
    yield from p_median(quick=quick)

    yield from bench_jobs.run(quick=quick)


def on_graphs(sizes: Sizes) -> Iterator[Row]:
    """Search bare graphs; a graph is let go before the next is made."""
    yield from on_graph(road_graph(sizes.graph), sizes)

    for nodes in sizes.more_graphs:
        yield nearest(road_graph(nodes), nodes // 100)


def on_graph(graph: RoadGraph, sizes: Sizes) -> Iterator[Row]:
    """Ask everything that is asked of one graph."""
    facilities, places = len(graph) // 100, len(graph) // 10
    yield nearest(graph, facilities)
    yield nearest_and_way(graph, facilities)
    yield from nearest_many(graph, facilities)
    for limit_m in sizes.limits_m:
        yield pairs_within(graph, (facilities, places), limit_m)
    yield k_nearest(graph, facilities)
    yield k_nearest_of_places(graph, (facilities, facilities // 10))


def on_maps(sizes: Sizes) -> Iterator[Row]:
    """Read maps and join positions to them."""
    for side, count in sizes.snaps:
        yield snap(side, count)
    yield services(*sizes.services)
    yield osm_read(WESTFJORDS, "Westfjords")
    extract = iceland()
    if sizes.has_iceland and extract is not None:
        yield osm_read(extract, "Iceland")
        yield osm_read_cached(extract, "Iceland")
    elif sizes.has_iceland:
        print("osm_read of Iceland left out: python -m benchmarks.fetch_iceland gets the extract")


def main() -> None:
    """Run, write, print; exit 1 if an answer is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one size each")
    quick = parser.parse_args().quick
    if peers.missing():
        print(f"not installed, left out: {', '.join(peers.missing())} (make bench installs them)")
    report(everything(quick=quick), RESULTS)


def report(measured: Iterator[Row], path: Path) -> None:
    """Print rows as they come, write them, and exit 1 if an answer is wrong.

    Parameters
    ----------
    measured
        Row after row.
    path
        What they are written to.
    """
    start = time.perf_counter()
    print(HEAD)
    rows = []
    for row in measured:
        rows.append(rounded(judge(row)))
        print(line(rows[-1]), flush=True)
    path.write_text(json.dumps(rows, indent=1) + "\n", "utf8")
    judged = [row["met"] for row in rows if "met" in row]
    took = time.perf_counter() - start
    print(f"{took / 60:.1f} minutes; {sum(judged)} of {len(judged)} goals met; {path.name} written")
    wrong = [f"{row['work']} ({row['size']})" for row in rows if not row["same_answer"]]
    if wrong:
        sys.exit(f"answers differ: {'; '.join(wrong)}")


if __name__ == "__main__":
    main()
