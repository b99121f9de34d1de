"""The network: reading, snapping, one service, eight services.

The made-up road map is a jittered grid of bent streets of six classes with a third of them missing:
as many edges per node as a real one (1.3), pieces included.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import networkx as nx
import numpy as np
import osmium
import osmnx
import pyproj
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from benchmarks.measuring import Row, in_turn, peak_mb
from gapmap.network import Network, NetworkSource, Snap, reach_nearest, read_network, snap
from gapmap.network.assembly import assemble
from gapmap.network.rules import Tags
from gapmap.network.ways import Ways

CRS = pyproj.CRS("EPSG:4547")
BLOCK_M = 80.0
PLACES, SERVICES, FACILITIES = 20_000, 8, 1_000
CLASSES = ("residential", "residential", "residential", "tertiary", "secondary", "primary")
WESTFJORDS = Path(__file__).parents[1] / "data/westfjords/westfjords.osm.pbf"


def made_up_ways(side: int) -> Ways:
    """Draw ``side`` x ``side`` junctions; each street has one bend."""
    random = np.random.default_rng(1)
    corner = np.arange(side * side).reshape(side, side)
    tail = np.concatenate([corner[:, :-1].ravel(), corner[:-1].ravel()])
    head = np.concatenate([corner[:, 1:].ravel(), corner[1:].ravel()])
    kept = random.random(len(tail)) < 0.65
    tail, head = tail[kept], head[kept]
    grid = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2)
    xy = grid * BLOCK_M + random.uniform(-25, 25, (side * side, 2))
    bends = (xy[tail] + xy[head]) / 2 + random.normal(0, 6, (len(tail), 2))
    points = np.column_stack([tail, side * side + np.arange(len(tail)), head]).ravel()
    tags = [Tags(highway=kind) for kind in CLASSES]
    return Ways(
        xy=np.concatenate([xy, bends]),
        points=points,
        offsets=np.arange(0, len(points) + 1, 3),
        tags=[tags[i] for i in random.integers(0, len(tags), len(tail))],
    )


def made_up_network(side: int) -> Network:
    """Make the network of the made-up road map."""
    return assemble(made_up_ways(side), crs=CRS, file="made up")


def somewhere(side: int, count: int, seed: int) -> np.ndarray:
    """Draw positions anywhere on the map."""
    return np.random.default_rng(seed).uniform(0, (side - 1) * BLOCK_M, (count, 2))


def questions() -> list[tuple[str, str]]:
    """Give mode and measure of eight services: four on foot, four by car."""
    return [("walk", "distance"), ("drive", "minutes")] * (SERVICES // 2)


def eight_services(network: Network, side: int) -> list[np.ndarray]:
    """Answer for eight services from positions on: joining, searching."""
    places = somewhere(side, PLACES, 2)
    network.memo.clear()  # nothing is left from an earlier round
    joined = {mode: snap(network, places, mode=mode) for mode in ("walk", "drive")}
    answers = []
    for service, (mode, by) in enumerate(questions()):
        targets = snap(network, somewhere(side, FACILITIES, 10 + service), mode=mode)
        reach = reach_nearest(network, joined[mode], targets, mode=mode, by=by)
        answers.append(reach.distance_m if by == "distance" else reach.minutes)
    return answers


def eight_rebuilt(network: Network, side: int) -> list[np.ndarray]:
    """Answer the same in the plain way: cut every edge at every position, for each service anew."""
    places = somewhere(side, PLACES, 2)
    network.memo.clear()
    joined = {mode: snap(network, places, mode=mode) for mode in ("walk", "drive")}
    answers = []
    for service, (mode, by) in enumerate(questions()):
        targets = snap(network, somewhere(side, FACILITIES, 10 + service), mode=mode)
        minutes_a_metre = 0.06 / np.where(mode == "walk", 4.8, network.edges.drive_kmh)
        a_metre = np.ones(len(network.edges)) if by == "distance" else minutes_a_metre
        on_foot = 1.0 if by == "distance" else 0.06 / 4.8
        answers.append(_rebuilt(network, (joined[mode], targets), a_metre, on_foot))
    return answers


def _rebuilt(
    network: Network, snaps: tuple[Snap, Snap], a_metre: np.ndarray, on_foot: float
) -> np.ndarray:
    origins, targets = snaps
    edges, count = network.edges, len(network.xy)
    edge = np.concatenate([origins.edge, targets.edge])
    at = np.concatenate([origins.fraction, targets.fraction])
    order = np.lexsort((at, edge))
    node = count + order  # of each cut, in order along its edge
    edge, at = edge[order], at[order]
    first = np.ones(len(edge), bool)
    first[1:] = edge[1:] != edge[:-1]
    last = np.roll(first, -1)
    before = np.where(first, edges.tail[edge], np.roll(node, 1))
    step = np.where(first, at, at - np.roll(at, 1))
    whole = edges.length_m * a_metre
    a = np.concatenate([edges.tail, before, node[last]])
    b = np.concatenate([edges.head, node, edges.head[edge[last]]])
    cost = np.concatenate([whole, step * whole[edge], (1 - at[last]) * whole[edge[last]]])
    cuts = count + len(origins) + np.arange(len(targets))
    stands = cuts + len(targets)
    rows, columns = np.concatenate([a, b, stands]), np.concatenate([b, a, cuts])
    costs = np.concatenate([cost, cost, targets.distance_m * on_foot])
    size = (int(stands[-1]) + 1,) * 2
    found = dijkstra(csr_array((costs, (rows, columns)), shape=size), indices=stands, min_only=True)
    by_way = found[count : count + len(origins)] + origins.distance_m * on_foot
    tree = cKDTree(targets.xy)
    radius = origins.distance_m + targets.distance_m.max()
    ends = np.column_stack((edges.tail, edges.head))
    for i, about in enumerate(tree.query_ball_point(origins.xy, radius)):
        meets = np.isin(ends[targets.edge[about]], ends[origins.edge[i]]).any(axis=1)
        near = np.array(about, dtype=np.int64)[meets]
        away = np.hypot(*(targets.xy[near] - origins.xy[i]).T)
        away = away[away <= origins.distance_m[i] + targets.distance_m[near]]
        by_way[i] = min([by_way[i], *(away * on_foot)])
    return by_way


def bench_nearest(network: Network, peak: float) -> Row:
    """One service, everything standing on junctions, so that bare graph searches can answer too."""
    random = np.random.default_rng(3)
    sources = random.choice(len(network.xy), FACILITIES * 5, replace=False)
    asked = random.choice(len(network.xy), PLACES, replace=False)
    joined = snap(network, network.xy[asked], mode="walk")
    targets = snap(network, network.xy[sources], mode="walk")
    tail, head, length = network.edges.tail, network.edges.head, network.edges.length_m
    both = (np.concatenate([tail, head]), np.concatenate([head, tail]))
    matrix = csr_array((np.tile(length, 2), both), shape=(len(network.xy),) * 2)
    graph = nx.Graph()
    graph.add_nodes_from(range(len(network.xy)))
    graph.add_weighted_edges_from(zip(tail.tolist(), head.tolist(), length.tolist(), strict=True))
    answers: dict[str, np.ndarray] = {}

    def ours() -> None:
        answers["ours"] = reach_nearest(
            network, joined, targets, mode="walk", by="distance"
        ).distance_m

    def scipy() -> None:
        answers["scipy"] = dijkstra(matrix, indices=sources, min_only=True)[asked]

    def networkx() -> None:
        found = nx.multi_source_dijkstra_path_length(graph, set(sources.tolist()))
        answers["networkx"] = np.array([found.get(node, np.inf) for node in asked.tolist()])

    seconds, cpu = in_turn({"ours": ours, "scipy": scipy, "networkx": networkx})
    return {
        "work": "nearest",
        "size": f"{len(network.xy) // 1000}k nodes, {len(sources) // 1000}k facilities",
        "seconds": seconds.pop("ours"),
        "cpu_seconds": cpu["ours"],
        "peak_mb": peak,
        "peers": seconds,
        "floor": floor_seconds(network),
        "same_answer": all(
            np.allclose(answers["ours"], answers[peer], rtol=0, atol=1e-6)
            for peer in ("scipy", "networkx")
        ),
    }


def _one_service(side: int) -> None:
    network = made_up_network(side)
    joined, targets = (
        snap(network, somewhere(side, count, count), mode="walk") for count in (PLACES, FACILITIES)
    )
    reach_nearest(network, joined, targets, mode="walk", by="distance")


def floor_seconds(network: Network) -> float:
    """Give the time to look at every edge once: no search can be quicker."""
    seen = np.zeros(len(network.xy))

    def look() -> None:
        np.minimum.at(seen, network.edges.head, network.edges.length_m)

    return in_turn({"look": look})[0]["look"]


def bench_eight_services(network: Network, side: int) -> Row:
    """Do the job of a run: 20,000 places, 8 services, 1,000 facilities each, joining included."""
    answers: dict[str, list[np.ndarray]] = {}

    def ours() -> None:
        answers["ours"] = eight_services(network, side)

    def rebuilt() -> None:
        answers["scipy"] = eight_rebuilt(network, side)

    seconds, cpu = in_turn({"ours": ours, "scipy_rebuilt": rebuilt})
    return {
        "work": "nearest_many",
        "size": f"{len(network.xy) // 1000}k nodes, {PLACES // 1000}k places, {SERVICES} services",
        "seconds": seconds.pop("ours"),
        "cpu_seconds": cpu["ours"],
        "peak_mb": peak_mb(whole_job, side),
        "peers": seconds,
        "floor": floor_seconds(network) * SERVICES,
        "same_answer": all(
            np.allclose(a, b, rtol=0, atol=1e-6)
            for a, b in zip(answers["ours"], answers["scipy"], strict=True)
        ),
    }


def whole_job(side: int) -> None:
    """Make the network and answer for eight services, to see how much memory that takes."""
    eight_services(made_up_network(side), side)


def bench_snap(network: Network, side: int, peak: float) -> Row:
    """Join 20,000 places to the nearest edge; the search tree is made before, for both."""
    places = somewhere(side, PLACES, 2)
    edges = network.edges
    owner = np.repeat(np.arange(len(edges)), np.diff(edges.offsets))
    lines = shapely.linestrings(edges.coords, indices=owner)
    tree = shapely.STRtree(lines)
    answers: dict[str, np.ndarray] = {}
    snap(network, places[:1], mode="walk")

    def ours() -> None:
        answers["ours"] = snap(network, places, mode="walk").nearest_way_m

    def bare() -> None:
        (which, _), away = tree.query_nearest(
            shapely.points(places), return_distance=True, all_matches=False
        )
        answers["shapely"] = away[np.argsort(which)]

    seconds, cpu = in_turn({"ours": ours, "shapely": bare})
    return {
        "work": "snap",
        "size": f"{len(edges) // 1000}k edges, {PLACES // 1000}k places",
        "seconds": seconds.pop("ours"),
        "cpu_seconds": cpu["ours"],
        "peak_mb": peak,
        "peers": seconds,
        "floor": seconds["shapely"],
        "same_answer": bool(np.allclose(answers["ours"], answers["shapely"], rtol=0, atol=1e-9)),
    }


def _read_westfjords() -> None:
    read_network(NetworkSource(osm=WESTFJORDS), crs=pyproj.CRS(32627))


def bench_osm_read() -> Row:
    """Read the Westfjords; OSMnx reads the same ways from XML, the only format that it has."""
    lengths: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        xml = Path(folder) / "westfjords.osm"
        ways = osmium.FileProcessor(str(WESTFJORDS))
        with osmium.SimpleWriter(str(xml)) as writer:
            for thing in ways:
                writer.add(thing)

        def ours() -> None:
            network = read_network(NetworkSource(osm=WESTFJORDS), crs=pyproj.CRS(32627))
            lengths["ours"] = float(network.edges.length_m.sum())

        def theirs() -> None:
            graph = osmnx.graph_from_xml(xml, bidirectional=True, retain_all=True, simplify=False)
            used = (data["length"] for _, _, data in graph.edges(data=True) if "highway" in data)
            lengths["osmnx"] = sum(used) / 2

        def osmium_only() -> None:
            processor = osmium.FileProcessor(str(WESTFJORDS)).with_locations()
            for way in processor.with_filter(osmium.filter.KeyFilter("highway")):
                if way.is_way():
                    len(way.nodes)

        seconds, cpu = in_turn({"ours": ours, "osmnx": theirs, "floor": osmium_only})
    return {
        "work": "osm_read",
        "size": "Westfjords, 3,772 ways",
        "seconds": seconds.pop("ours"),
        "cpu_seconds": cpu["ours"],
        "peak_mb": peak_mb(_read_westfjords),
        "floor": seconds.pop("floor"),
        "peers": seconds,
        # OSMnx keeps 19 closed or unbuilt ways, and measures on a sphere
        "same_answer": bool(abs(lengths["ours"] / lengths["osmnx"] - 1) < 0.01),
    }


def run(*, quick: bool) -> list[Row]:
    """Give the benchmark rows of the network.

    Parameters
    ----------
    quick
        One size each instead of all.
    """
    rows = [bench_osm_read()] if WESTFJORDS.exists() else []
    for side in (708,) if quick else (224, 708):
        network = made_up_network(side)
        peak = peak_mb(_one_service, side)
        rows += [
            bench_nearest(network, peak),
            bench_eight_services(network, side),
            bench_snap(network, side, peak),
        ]
    return rows
