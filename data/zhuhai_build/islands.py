"""Roads on islands, roads that are joined to nothing, and the ferries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
from shapely.geometry import Point

from zhuhai_build.graph import join_up, neighbours, scatter
from zhuhai_build.land import draw, settle, to_degrees, to_metres
from zhuhai_build.roads import Roads
from zhuhai_build.villages import CUT_OFF, ISLANDS
from zhuhai_build.write import SIMULATED, Row

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from zhuhai_build.land import Land
    from zhuhai_build.villages import Village

PART = 3
PORT = (113.583, 22.288)  # 香洲港, where the ferries leave
# From, to, crossing minutes, minutes between two boats or a fixed wait, first and last sailing.
# 荷包岛 has none on purpose.
FERRIES = (
    ("香洲港", "桂山岛", 60, 120, None, "07:30", "17:30"),
    ("香洲港", "东澳岛", 55, 180, None, "08:30", "16:30"),
    ("香洲港", "大万山岛", 75, 240, None, "09:00", "15:30"),
    ("香洲港", "外伶仃岛", 80, 180, None, "08:30", "16:30"),
    ("外伶仃岛", "担杆岛", 70, 360, None, "10:30", "16:00"),
    ("担杆岛", "二洲岛", 25, None, 60, "08:00", "17:00"),
)
ISLAND_NAMES = {
    "桂山岛": "440402105200",
    "大万山岛": "440402106200",
    "东澳岛": "440402106201",
    "外伶仃岛": "440402107200",
    "二洲岛": "440402107201",
    "担杆岛": "440402107202",
}


def lay_island_roads(villages: list[Village], land: Land) -> list[Roads]:
    """Lay a small network on every inhabited island, and around each cut-off village."""
    random = draw(PART)
    nets: list[Roads] = []
    for island in land.islands:
        here = [v for v in villages if v.code in ISLANDS and island.contains(Point(*v.xy))]
        if here:
            nets.append(_lay(island.buffer(-60.0, 4), here, 520.0, random))
    for code in CUT_OFF:
        village = next(v for v in villages if v.code == code)
        ground = Point(*village.xy).buffer(750.0).intersection(land.mainland.buffer(-90.0, 4))
        nets.append(_lay(ground, [village], 330.0, random))
    return nets


def _lay(
    ground: BaseGeometry, villages: list[Village], apart_m: float, random: np.random.Generator
) -> Roads:
    beside = []
    for village in villages:
        angle, away = 2 * np.pi * random.random(), 30 + 40 * random.random()
        beside.append(village.xy + away * np.array([np.cos(angle), np.sin(angle)]))
    points = scatter(ground, settle(np.array(beside)), lambda _: apart_m, apart_m / 2, random)
    graph = neighbours(points, ground, 2500.0)
    join_up(graph, points, ground)
    reached = nx.node_connected_component(graph, 0)
    if not reached >= set(range(len(villages))):
        message = f"no roads join {[v.name for v in villages]}"
        raise ValueError(message)
    graph = graph.subgraph(reached).copy()
    for u, v, road in graph.edges(data=True):
        line = points[[min(u, v), max(u, v)]]
        near = min(u, v) < len(villages)
        kind = "tertiary" if near else "unclassified"
        road.update(line=line, highway=kind, bridge="", oneway=False, start=min(u, v))
    return Roads(points, graph, {v.code: n for n, v in enumerate(villages)})


def ferry_rows(mainland: Roads, islands: list[Roads]) -> list[Row]:
    """Give the rows of ``ferries.csv``: quays are road junctions near the other side."""
    home = {name: _net_of(code, islands) for name, code in ISLAND_NAMES.items()}
    rows: list[Row] = []
    for start, end, minutes, headway, wait, first, last in FERRIES:
        towards = to_metres(*PORT)[0]
        here, there = home.get(start, mainland), home[end]
        if start != "香洲港":
            towards = there.points[0]
        quay = _nearest(here, towards)
        landing = _nearest(there, quay)
        (from_x, from_y), (to_x, to_y) = to_degrees(np.array([quay, landing])).tolist()
        rows.append(
            {
                "from_x": from_x,
                "from_y": from_y,
                "to_x": to_x,
                "to_y": to_y,
                "minutes": minutes,
                "headway_minutes": headway,
                "wait_minutes": wait,
                "first_sailing": first,
                "last_sailing": last,
                "name": f"{start}—{end}",
                "data_origin": SIMULATED,
            }
        )
    return rows


def _net_of(code: str, nets: list[Roads]) -> Roads:
    return next(net for net in nets if code in net.village_node)


def _nearest(net: Roads, towards: np.ndarray) -> np.ndarray:
    nodes = sorted(net.graph)
    away = np.hypot(*(net.points[nodes] - towards).T)
    return net.points[nodes[int(away.argmin())]]
