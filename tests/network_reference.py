"""The same questions answered slowly: snapping by brute force, searching by networkx.

Nothing here is shared with the package but the arrays of the network that is asked.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pyproj

from gapmap.network.assembly import assemble
from gapmap.network.rules import KINDS, Tags
from gapmap.network.ways import Ways

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapmap.network import Network

CRS = pyproj.CRS("EPSG:4547")
OFF_ROAD_KMH = 4.8


def network_of(
    xy: Sequence[Sequence[float]],
    ways: Sequence[Sequence[int]],
    tags: Sequence[Tags] | None = None,
    *,
    snap_m: float = 1000.0,
    speeds: dict[str, float] | None = None,
    quays: frozenset[int] = frozenset(),
) -> Network:
    """Make a network of points and of ways that name them."""
    return assemble(
        Ways(
            xy=np.array(xy, float),
            points=np.concatenate([np.array(way, np.int64) for way in ways]),
            offsets=np.cumsum([0, *map(len, ways)]).astype(np.int64),
            tags=list(tags or [Tags(highway="residential")] * len(ways)),
            quays=quays,
        ),
        crs=CRS,
        file="made",
        speeds=speeds,
        snap_m=snap_m,
    )


@dataclass
class Join:
    """One point of a way that a position joins."""

    edge: int
    along_m: float
    leg_m: float


class Reference:
    """A network as networkx sees it, for one mode and one set of positions."""

    def __init__(self, network: Network, mode: str, *, speed_kmh: float | None = None) -> None:
        self.network, self.mode, self.speed_kmh = network, mode, speed_kmh
        edges = network.edges
        if mode == "drive":
            self.open = [
                (bool(f), bool(b)) for f, b in zip(edges.forward, edges.backward, strict=False)
            ]
        else:
            self.open = [
                (bool(u), bool(u)) for u in (edges.walk if mode == "walk" else edges.cycle)
            ]
        self.points = [
            edges.coords[a:b] for a, b in zip(edges.offsets[:-1], edges.offsets[1:], strict=True)
        ]
        self.kinds = [KINDS[code] for code in edges.kind]
        self.joinable = [
            edge
            for edge in range(len(edges))
            if any(self.open[edge]) and not self.kinds[edge].startswith("ferry")
        ]
        self.foot_kmh = speed_kmh if mode == "walk" and speed_kmh else OFF_ROAD_KMH
        self.branches = self._branches()

    def _branches(self) -> dict[int, list[np.ndarray]]:
        """For each spot (nodes that edges of no length make one): where its edges lead."""
        edges = self.network.edges
        spots = nx.utils.UnionFind(range(len(self.network.xy)))
        for edge in self.joinable:
            if edges.length_m[edge] == 0:
                spots.union(int(edges.tail[edge]), int(edges.head[edge]))
        self.spots = spots
        found: dict[int, list[np.ndarray]] = {}
        for edge in self.joinable:
            for node, line in (
                (edges.tail[edge], self.points[edge]),
                (edges.head[edge], self.points[edge][::-1]),
            ):
                moved = line[(line != line[0]).any(axis=1)]
                if len(moved):
                    found.setdefault(spots[int(node)], []).append(moved[0] - line[0])
        return found

    def minutes(self, edge: int) -> float:
        """Time for the whole edge."""
        ferry = self.network.edges.ferry_minutes[edge]
        if self.kinds[edge] == "ferry":
            return float(ferry)
        if self.kinds[edge] == "ferry_access":
            kmh = self.foot_kmh
        elif self.speed_kmh:
            kmh = self.speed_kmh
        elif self.mode == "drive":
            kmh = float(self.network.edges.drive_kmh[edge])
        else:
            kmh = {"walk": 4.8, "cycle": 15.0}[self.mode]
        return float(self.network.edges.length_m[edge]) * 0.06 / kmh

    def joins(self, xy: np.ndarray) -> list[list[Join]]:
        """Find where every position joins, trying every point of every edge; nearest first."""
        return [self._joins_of(np.array(position)) for position in xy]

    def _joins_of(self, p: np.ndarray) -> list[Join]:
        found = [
            Join(edge, along, float(math.dist(p, q)))
            for edge in self.joinable
            for along, q in self._feet(p, edge)
        ]
        snap_m = self.network.snap_m
        near = sorted(found, key=lambda join: (join.leg_m, join.edge))
        near = [join for join in near if join.leg_m <= snap_m]
        if not near:
            return []
        main = self._main_first(near)
        leg_m = (near if near[0].leg_m <= 0.001 * snap_m else main)[0].leg_m
        if self._on_scrap(main[0]) and leg_m > 0.001 * snap_m:
            return main
        piece, about = self._piece(main[0]), 0.1 * snap_m
        return [
            join
            for join in main
            if join.leg_m <= min(2 * leg_m, leg_m + about) + 1e-6
            or (
                leg_m > 0.001 * snap_m
                and join.leg_m <= leg_m + about + 1e-6
                and self._piece(join) != piece
            )
        ]

    def _main_first(self, joins: list[Join]) -> list[Join]:
        scraps = [self._on_scrap(join) for join in joins]
        order = sorted(range(len(joins)), key=lambda i: (scraps[i], i))
        return [joins[i] for i in order]

    def _piece(self, join: Join) -> int:
        return self._pieces()[int(self.network.edges.tail[join.edge])][0]

    def _on_scrap(self, join: Join) -> bool:
        width = self._pieces()[int(self.network.edges.tail[join.edge])][1]
        widest = max(width for _, width in self._pieces().values())
        return width <= 0.25 * self.network.snap_m and width < widest * (1 - 1e-9)

    @cache  # noqa: B019 - a reference lives as long as its test
    def _pieces(self) -> dict[int, tuple[int, float]]:
        """For each node in use: number and width of its connected piece."""
        edges, links = self.network.edges, nx.Graph()
        links.add_edges_from(
            (int(edges.tail[e]), int(edges.head[e])) for e in range(len(edges)) if any(self.open[e])
        )
        found = {}
        for number, piece in enumerate(nx.connected_components(links)):
            mine = [
                e for e in range(len(edges)) if int(edges.tail[e]) in piece and any(self.open[e])
            ]
            drawn = np.concatenate([self.points[e] for e in mine])
            width = float(np.hypot(*np.ptp(drawn, axis=0)))
            found |= dict.fromkeys(piece, (number, width))
        return found

    def _feet(self, p: np.ndarray, edge: int) -> list[tuple[float, np.ndarray]]:
        line, edges = self.points[edge], self.network.edges
        line = line[np.concatenate([[True], (line[1:] != line[:-1]).any(axis=1)])]
        steps = np.diff(line, axis=0)
        sizes = np.hypot(*steps.T)
        before = np.concatenate([[0.0], np.cumsum(sizes)])
        found = []
        for i, (step, size) in enumerate(zip(steps, sizes, strict=True)):
            share = float((p - line[i]) @ step) / size**2
            if 0 < share < 1:
                found.append((before[i] + share * size, line[i] + share * step))
        found += [
            (before[i], line[i])
            for i in range(1, len(line) - 1)
            if (p - line[i]) @ steps[i] <= 0 <= (p - line[i]) @ steps[i - 1]
        ]
        for node, at, along in (
            (edges.tail[edge], line[0], 0.0),
            (edges.head[edge], line[-1], before[-1]),
        ):
            directions = self.branches.get(self.spots[int(node)], [])
            if all((p - at) @ u <= 1e-9 for u in directions):
                found.append((along, at))
        return found

    def reach(self, origins: np.ndarray, targets: np.ndarray, by: str) -> list[tuple[float, float]]:
        """Give metres and minutes from every origin to its nearest target."""
        graph = self._graph(origins, targets)
        answers = []
        for i in range(len(origins)):
            cost, path = nx.single_source_dijkstra(graph, ("o", i), weight=by)
            reached = [("t", j) for j in range(len(targets)) if ("t", j) in cost]
            if not reached:
                answers.append((math.inf, math.inf))
                continue
            best = min(reached, key=lambda node: cost[node])
            steps = list(zip(path[best][:-1], path[best][1:], strict=True))
            taken = [min(graph[u][v].values(), key=lambda arc: arc[by]) for u, v in steps]
            answers.append((sum(a["distance"] for a in taken), sum(a["minutes"] for a in taken)))
        return answers

    def costs(self, origins: np.ndarray, targets: np.ndarray, by: str) -> np.ndarray:
        """Give the cost of every pair, inf where there is no way; shape (origins, targets)."""
        graph = self._graph(origins, targets)
        table = np.full((len(origins), len(targets)), np.inf)
        for i in range(len(origins)):
            cost = nx.single_source_dijkstra_path_length(graph, ("o", i), weight=by)
            for j in range(len(targets)):
                table[i, j] = cost.get(("t", j), math.inf)
        return table

    def _graph(self, origins: np.ndarray, targets: np.ndarray) -> nx.MultiDiGraph:
        starts, ends = self.joins(origins), self.joins(targets)
        graph = nx.MultiDiGraph()
        graph.add_nodes_from(("o", i) for i in range(len(origins)))
        for edge in range(len(self.network.edges)):
            self._add_edge(graph, edge, [*starts, *ends])
        land = nx.Graph()
        for u, v, arc in graph.edges(data=True):
            if self.kinds[arc["edge"]] != "ferry":
                shorter = min(arc["distance"], land.get_edge_data(u, v, {"m": math.inf})["m"])
                land.add_edge(u, v, m=shorter)
        self._add_positions(graph, starts, "o")
        self._add_positions(graph, ends, "t")
        for (i, start), (j, end) in product(enumerate(starts), enumerate(ends)):
            straight = math.dist(origins[i], targets[j])
            if start and end and self._direct(land, start[0], end[0], straight):
                graph.add_edge(("o", i), ("t", j), **self._walked(straight))
        return graph

    def _add_edge(self, graph: nx.MultiDiGraph, edge: int, joined: list[list[Join]]) -> None:
        edges = self.network.edges
        whole_m, whole_minutes = float(edges.length_m[edge]), self.minutes(edge)
        mine = [self._capped(join) for joins in joined for join in joins if join.edge == edge]
        stops = sorted({0.0, whole_m, *mine})
        names = [self._stop(edge, at) for at in stops]
        if len(stops) == 1:  # an edge of length 0
            stops = [0.0, 0.0]
            names = [("n", int(edges.tail[edge])), ("n", int(edges.head[edge]))]
        for k in range(len(stops) - 1):
            length = stops[k + 1] - stops[k]
            share = length / whole_m if whole_m else 0.0
            arc = {"distance": length, "minutes": share * whole_minutes, "edge": edge}
            if self.open[edge][0]:
                graph.add_edge(names[k], names[k + 1], **arc)
            if self.open[edge][1]:
                graph.add_edge(names[k + 1], names[k], **arc)

    def _direct(self, land: nx.Graph, start: Join, end: Join, straight: float) -> bool:
        legs = start.leg_m + end.leg_m
        if straight > legs:
            return False
        stops = [self._stop(join.edge, self._capped(join)) for join in (start, end)]
        if stops[0] == stops[1]:
            return True
        if not all(stop in land for stop in stops) or not nx.has_path(land, *stops):
            return False
        return nx.dijkstra_path_length(land, *stops, weight="m") <= 2 * legs

    def _capped(self, join: Join) -> float:
        return min(join.along_m, float(self.network.edges.length_m[join.edge]))

    def _add_positions(
        self, graph: nx.MultiDiGraph, positions: list[list[Join]], side: str
    ) -> None:
        for i, joins in enumerate(positions):
            for join in joins:
                at = self._stop(join.edge, self._capped(join))
                ends = [(side, i), at] if side == "o" else [at, (side, i)]
                graph.add_edge(*ends, **self._walked(join.leg_m), edge=-1)

    def _walked(self, metres: float) -> dict[str, float]:
        return {"distance": metres, "minutes": metres * 0.06 / self.foot_kmh}

    def _stop(self, edge: int, at: float) -> tuple[object, ...]:
        edges = self.network.edges
        if at < 1e-6:
            return ("n", int(edges.tail[edge]))
        if at > float(edges.length_m[edge]) - 1e-6:
            return ("n", int(edges.head[edge]))
        return ("s", edge, at)
