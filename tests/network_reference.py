"""The same questions answered slowly: snapping by brute force, searching by networkx.

Nothing here is shared with the package but the arrays of the network that is asked.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pyproj
import shapely

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
class Joined:
    """Where a position meets the network; edge -1 where it does not."""

    xy: tuple[float, float]
    edge: int = -1
    along_m: float = 0.0
    leg_m: float = math.inf


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
        self.lines = [
            shapely.LineString(edges.coords[a:b])
            for a, b in zip(edges.offsets[:-1], edges.offsets[1:], strict=True)
        ]
        self.kinds = [KINDS[code] for code in edges.kind]
        self.foot_kmh = speed_kmh if mode == "walk" and speed_kmh else OFF_ROAD_KMH

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

    def join(self, xy: np.ndarray) -> list[Joined]:
        """Try every edge for every position."""
        found = []
        for x, y in xy:
            best = Joined((x, y))
            for edge, line in enumerate(self.lines):
                if self.kinds[edge].startswith("ferry") or not any(self.open[edge]):
                    continue
                away = line.distance(shapely.Point(x, y))
                if away <= self.network.snap_m and away < best.leg_m:
                    best = Joined((x, y), edge, line.project(shapely.Point(x, y)), away)
            found.append(best)
        return found

    def reach(self, origins: np.ndarray, targets: np.ndarray, by: str) -> list[tuple[float, float]]:
        """Give metres and minutes from every origin to its nearest target."""
        starts, ends = self.join(origins), self.join(targets)
        graph = self._graph(starts, ends)
        answers = []
        for i, start in enumerate(starts):
            if start.edge < 0:
                answers.append((math.inf, math.inf))
                continue
            cost, path = nx.single_source_dijkstra(graph, ("o", i), weight=by)
            reached = [("t", j) for j in range(len(ends)) if ("t", j) in cost]
            if not reached:
                answers.append((math.inf, math.inf))
                continue
            best = min(reached, key=lambda node: cost[node])
            steps = list(zip(path[best][:-1], path[best][1:], strict=True))
            taken = [min(graph[u][v].values(), key=lambda arc: arc[by]) for u, v in steps]
            answers.append((sum(a["distance"] for a in taken), sum(a["minutes"] for a in taken)))
        return answers

    def _graph(self, starts: list[Joined], ends: list[Joined]) -> nx.MultiDiGraph:
        graph = nx.MultiDiGraph()
        edges = self.network.edges
        for edge in range(len(edges)):
            mine = [p for p in (*starts, *ends) if p.edge == edge]
            whole_m, whole_minutes = float(edges.length_m[edge]), self.minutes(edge)
            stops = sorted({0.0, whole_m, *(min(p.along_m, whole_m) for p in mine)})
            names = [self._stop(edge, at) for at in stops]
            if len(stops) == 1:  # an edge of length 0
                stops = [0.0, 0.0]
                names = [("n", int(edges.tail[edge])), ("n", int(edges.head[edge]))]
            for k in range(len(stops) - 1):
                length = stops[k + 1] - stops[k]
                share = length / whole_m if whole_m else 0.0
                arc = {"distance": length, "minutes": share * whole_minutes}
                if self.open[edge][0]:
                    graph.add_edge(names[k], names[k + 1], **arc)
                if self.open[edge][1]:
                    graph.add_edge(names[k + 1], names[k], **arc)
        self._add_positions(graph, starts, ends)
        return graph

    def _add_positions(
        self, graph: nx.MultiDiGraph, starts: list[Joined], ends: list[Joined]
    ) -> None:
        lengths = self.network.edges.length_m
        starts_at = {i: p for i, p in enumerate(starts) if p.edge >= 0}
        ends_at = {j: p for j, p in enumerate(ends) if p.edge >= 0}
        for i, start in starts_at.items():
            at = self._stop(start.edge, min(start.along_m, float(lengths[start.edge])))
            graph.add_edge(("o", i), at, **self._walked(start.leg_m))
        for j, end in ends_at.items():
            at = self._stop(end.edge, min(end.along_m, float(lengths[end.edge])))
            graph.add_edge(at, ("t", j), **self._walked(end.leg_m))
            for i, start in starts_at.items():
                straight = math.dist(start.xy, end.xy)
                near = straight <= start.leg_m + end.leg_m
                if near and self._meet(start.edge, end.edge):
                    graph.add_edge(("o", i), ("t", j), **self._walked(straight))

    def _meet(self, one: int, other: int) -> bool:
        edges = self.network.edges
        ends = [{int(edges.tail[edge]), int(edges.head[edge])} for edge in (one, other)]
        return one == other or bool(ends[0] & ends[1])

    def _walked(self, metres: float) -> dict[str, float]:
        return {"distance": metres, "minutes": metres * 0.06 / self.foot_kmh}

    def _stop(self, edge: int, at: float) -> tuple[object, ...]:
        edges = self.network.edges
        if at < 1e-6:
            return ("n", int(edges.tail[edge]))
        if at > float(edges.length_m[edge]) - 1e-6:
            return ("n", int(edges.head[edge]))
        return ("s", edge, at)
