"""Roads: a simulated network on dry land that crosses rivers at bridges and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import shapely
from shapely.geometry import LineString, Point, mapping

from zhuhai_build.graph import CURB_M, join_up, neighbours, scatter
from zhuhai_build.land import RIVERS, draw, settle, to_degrees, to_metres
from zhuhai_build.villages import CUT_OFF, NO_ROAD
from zhuhai_build.write import SIMULATED, Row

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from zhuhai_build.land import Land
    from zhuhai_build.villages import Town, Village

PART = 2
AVOID_M = 1200.0  # how far the mainland's roads keep from a village that they do not reach
BRIDGES = {  # river -> (longitude, latitude) near each of its bridges
    "磨刀门水道": [(113.4150, 22.1760), (113.4424, 22.1236), (113.4640, 22.0830)],
    "黄杨河—鸡啼门水道": [
        (113.2500, 22.3600),
        (113.2880, 22.3050),
        (113.3120, 22.2560),
        (113.3155, 22.2200),
        (113.3080, 22.1750),
        (113.2800, 22.1100),
        (113.2830, 22.0550),
    ],
    "荷麻溪水道": [(113.1850, 22.3460), (113.2200, 22.3510)],
    "前山河": [(113.4850, 22.2370), (113.5050, 22.2340), (113.5200, 22.2260), (113.5350, 22.2120)],
    "马骝洲水道": [(113.4500, 22.1510), (113.4900, 22.1490), (113.5150, 22.1560)],
}
REACH_M = 3000.0
ONEWAY_STREETS = 40


@dataclass(frozen=True, slots=True)
class Roads:
    """Road lines between numbered points, in metres, and the point at which each village is."""

    points: np.ndarray
    graph: nx.Graph  # edge data: length, highway, bridge (river or ""), oneway, line, name
    village_node: dict[str, int]


def lay_roads(villages: list[Village], towns: dict[str, Town], land: Land) -> Roads:
    """Lay the mainland's roads, class them, and thin out the least of them."""
    random = draw(PART)
    avoided = [
        Point(*village.xy).buffer(AVOID_M)
        for village in villages
        if village.code in (*NO_ROAD, *CUT_OFF) and village.xy is not None
    ]
    open_land = land.mainland.difference(shapely.union_all(avoided))
    ground = open_land.buffer(-CURB_M, 4)
    shapely.prepare(ground)
    points, node_of = _points(villages, towns, open_land, random)
    graph = neighbours(points, ground, 3600.0)
    join_up(graph, points, ground)
    nx.set_edge_attributes(graph, "", "bridge")
    for river, places in BRIDGES.items():
        for place in places:
            _bridge(graph, points, land, (river, to_metres(*place)[0]))
    _check_joined(graph, set(node_of.values()))
    town_nodes = _town_nodes(towns, points, set(graph))
    _class(graph, town_nodes, sorted(node_of.values()))
    _thin(graph, points, towns, set(node_of.values()), random)
    _draw_lines(graph, points, ground, random)
    _make_oneway(graph, points, towns, random)
    return Roads(points, graph, node_of)


def _points(
    villages: list[Village],
    towns: dict[str, Town],
    open_land: BaseGeometry,
    random: np.random.Generator,
) -> tuple[np.ndarray, dict[str, int]]:
    """Give one point beside each village, then fillers, dense in town and sparse outside."""
    ground = open_land.buffer(-90.0, 4)
    shapely.prepare(ground)
    node_of: dict[str, int] = {}
    beside: list[np.ndarray] = []
    for village in villages:
        if not village.on_mainland_roads or village.xy is None:
            continue
        angle, away = 2 * np.pi * random.random(), 30 + 80 * random.random()
        node_of[village.code] = len(beside)
        beside.append(village.xy + away * np.array([np.cos(angle), np.sin(angle)]))
    wanted = [v.xy for v in villages if v.xy is not None and not v.island]
    wanted += [to_metres(*place)[0] for places in BRIDGES.values() for place in places]
    homes = np.array(wanted)
    centres = np.array([town.xy for town in towns.values()])
    streets = np.array([town.xy for town in towns.values() if town.street])

    def apart(point: np.ndarray) -> float:
        if np.hypot(*(streets - point).T).min() < 1800:
            return 400.0
        if np.hypot(*(homes - point).T).min() > 3200:
            return 1e9  # nobody lives or crosses a river out there
        return 720.0 if np.hypot(*(centres - point).T).min() < 2600 else 1300.0

    return scatter(ground, settle(np.array(beside)), apart, 380.0, random), node_of


def _bridge(graph: nx.Graph, points: np.ndarray, land: Land, at: tuple[str, np.ndarray]) -> None:
    """Join the two banks near a place by the shortest line that crosses this river only."""
    river, place = at
    line = to_metres([p[0] for p in RIVERS[river]], [p[1] for p in RIVERS[river]])
    middle = LineString(line)
    near = np.flatnonzero(np.hypot(*(points - place).T) <= REACH_M).tolist()
    options: list[tuple[float, int, int]] = []
    for a in near:
        for b in near:
            if a < b and LineString(points[[a, b]]).crosses(middle):
                length = float(np.hypot(*(points[a] - points[b])))
                off = float(np.hypot(*(points[[a, b]].mean(axis=0) - place)))
                options.append((length + 0.5 * off, a, b))
    for _, a, b in sorted(options):
        deck = LineString(points[[a, b]])
        if _lands_well(deck, land) and not graph.has_edge(a, b):
            graph.add_edge(a, b, length=deck.length, bridge=river)
            return
    message = f"no bridge fits {river} near {to_degrees(place)[0].tolist()}"
    raise ValueError(message)


def _lands_well(deck: LineString, land: Land) -> bool:
    wet = deck.intersection(land.water)
    whole = land.mainland.union(land.water)
    return wet.geom_type == "LineString" and whole.contains(deck)


def _check_joined(graph: nx.Graph, wanted: set[int]) -> None:
    parts = [part for part in nx.connected_components(graph) if part & wanted]
    if len(parts) > 1:
        message = f"villages stand on {len(parts)} road networks: {[len(p) for p in parts]}"
        raise ValueError(message)


def _town_nodes(towns: dict[str, Town], points: np.ndarray, known: set[int]) -> list[int]:
    order = sorted(known)
    nodes = []
    for town in towns.values():
        away = np.hypot(*(points[order] - town.xy).T)
        if away.min() < 3000:  # island towns have no road of the mainland near them
            nodes.append(order[int(away.argmin())])
    return sorted(set(nodes))


def _class(graph: nx.Graph, town_nodes: list[int], village_nodes: list[int]) -> None:
    """Class the ways between towns primary, bridges secondary at least, to villages tertiary."""
    nx.set_edge_attributes(graph, "", "highway")
    between = nx.Graph()
    ways = {}
    for town in town_nodes:
        far, way = nx.single_source_dijkstra(graph, town, weight="length")
        ways[town] = way
        for other in town_nodes:
            if town < other:
                between.add_edge(town, other, weight=far[other])
    for a, b in nx.minimum_spanning_edges(between, data=False):
        for u, v in pairwise(ways[a][b]):
            graph[u][v]["highway"] = "primary"
    bridges = [(u, v) for u, v, river in graph.edges(data="bridge") if river]
    for u, v in bridges:
        graph[u][v]["highway"] = graph[u][v]["highway"] or "secondary"
    starts = {n for u, v, kind in graph.edges(data="highway") if kind == "primary" for n in (u, v)}
    _, ways = nx.multi_source_dijkstra(graph, starts, weight="length")
    ends = [*village_nodes, *(n for edge in bridges for n in edge)]
    for end in ends:
        for u, v in pairwise(ways[end]):
            graph[u][v]["highway"] = graph[u][v]["highway"] or "tertiary"


def _thin(
    graph: nx.Graph,
    points: np.ndarray,
    towns: dict[str, Town],
    keep: set[int],
    random: np.random.Generator,
) -> None:
    """Class the rest, drop four in ten of it, and whatever then hangs on to nothing."""
    streets = np.array([town.xy for town in towns.values()])
    for u, v in sorted(tuple(sorted(edge)) for edge in graph.edges):
        if graph[u][v]["highway"]:
            continue
        lot = random.random()
        middle = points[[u, v]].mean(axis=0)
        town = np.hypot(*(streets - middle).T).min() < 2600
        if lot < (0.30 if town else 0.42):
            graph.remove_edge(u, v)
        elif town:
            graph[u][v]["highway"] = "residential"
        else:
            graph[u][v]["highway"] = "track" if lot > 0.9 else "unclassified"
    for part in list(nx.connected_components(graph)):
        if not part & keep:
            graph.remove_nodes_from(part)


def _draw_lines(
    graph: nx.Graph, points: np.ndarray, ground: BaseGeometry, random: np.random.Generator
) -> None:
    """Give each road its line, with one gentle bend; bridges are straight."""
    for u, v in sorted(tuple(sorted(edge)) for edge in graph.edges):
        bend = 0.14 * (random.random() - 0.5)
        a, b = points[u], points[v]
        straight = np.array([a, b])
        across = np.array([a[1] - b[1], b[0] - a[0]])
        bent = np.array([a, settle((a + b) / 2 + bend * across)[0], b])
        line = bent if not graph[u][v]["bridge"] and ground.contains(LineString(bent)) else straight
        graph[u][v].update(line=line, length=float(LineString(line).length), start=u, oneway=False)


def _make_oneway(
    graph: nx.Graph, points: np.ndarray, towns: dict[str, Town], random: np.random.Generator
) -> None:
    """Make some inner-city streets one-way, as long as a car still gets everywhere."""
    streets = np.array([town.xy for town in towns.values() if town.street])
    lanes = nx.DiGraph(graph.edges)
    lanes.add_edges_from((v, u) for u, v in graph.edges)
    inner = [
        (u, v)
        for u, v in sorted(tuple(sorted(edge)) for edge in graph.edges)
        if graph[u][v]["highway"] == "residential"
        and np.hypot(*(streets - points[u]).T).min() < 1500
    ]
    for which in np.argsort(random.random(len(inner)), kind="stable")[:ONEWAY_STREETS].tolist():
        u, v = inner[which]
        lanes.remove_edge(v, u)
        if nx.is_strongly_connected(lanes):
            graph[u][v]["oneway"] = True
        else:
            lanes.add_edge(v, u)


def road_features(nets: list[Roads]) -> list[tuple[Row, Row]]:
    """Give the features of ``roads.geojson``: one line between two junctions."""
    features: list[tuple[Row, Row]] = []
    for net in nets:
        for u, v in sorted(tuple(sorted(edge)) for edge in net.graph.edges):
            road = net.graph[u][v]
            river = road["bridge"]
            line = LineString(to_degrees(road["line"]))
            features.append(
                (
                    {
                        "id": f"R{len(features) + 1:05d}",
                        "name": f"{river}大桥" if river else "",
                        "highway": road["highway"],
                        "oneway": "yes" if road["oneway"] else "",
                        "bridge": "yes" if river else "",
                        "data_origin": SIMULATED,
                    },
                    mapping(line),
                )
            )
    return features
