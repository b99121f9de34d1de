"""Points and the lines between them that stay on given ground."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import shapely
from scipy.spatial import Delaunay
from shapely.geometry import LineString

from zhuhai_build.land import settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from shapely.geometry.base import BaseGeometry

CURB_M = 12.0  # a road keeps this far from water, so that rounding cannot wet it


def scatter(
    ground: BaseGeometry,
    start: np.ndarray,
    apart: Callable[[np.ndarray], float],
    step_m: float,
    random: np.random.Generator,
) -> np.ndarray:
    """Add points on ``ground`` to ``start``, at least ``apart(point)`` metres from each other."""
    west, south, east, north = ground.bounds
    columns, rows = int((east - west) / step_m) + 1, int((north - south) / step_m) + 1
    column, row = np.meshgrid(np.arange(columns), np.arange(rows))
    cells = np.column_stack([column.ravel(), row.ravel()])
    guesses = settle(np.array([west, south]) + (cells + random.random(cells.shape)) * step_m)
    guesses = guesses[np.argsort(random.random(len(guesses)), kind="stable")]
    guesses = guesses[shapely.contains_xy(ground, guesses)]
    points = np.empty((len(start) + len(guesses), 2))
    points[: len(start)], count = start, len(start)
    for guess in guesses:
        away = points[:count] - guess
        if count == 0 or np.hypot(away[:, 0], away[:, 1]).min() >= apart(guess):
            points[count], count = guess, count + 1
    return points[:count]


def neighbours(points: np.ndarray, ground: BaseGeometry, longest_m: float) -> nx.Graph:
    """Join points as a Gabriel graph, leaving out every line that leaves ``ground``."""
    graph = nx.Graph()
    graph.add_nodes_from(range(len(points)))
    if len(points) > 3:
        corners = Delaunay(points).simplices
        sides = np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
        sides = np.unique(np.sort(sides, axis=1), axis=0)
    else:
        sides = np.array([(a, b) for b in range(len(points)) for a in range(b)]).reshape(-1, 2)
    shapely.prepare(ground)
    for a, b in sides.tolist():
        length = float(np.hypot(*(points[a] - points[b])))
        if (
            length <= longest_m
            and _is_gabriel(points, a, b)
            and ground.contains(LineString([points[a], points[b]]))
        ):
            graph.add_edge(a, b, length=length)
    return graph


def _is_gabriel(points: np.ndarray, a: int, b: int) -> bool:
    """Tell whether no third point lies in the circle over the line from a to b."""
    middle, radius = (points[a] + points[b]) / 2, float(np.hypot(*(points[a] - points[b]))) / 2
    away = np.hypot(*(points - middle).T)
    away[[a, b]] = np.inf
    return bool(away.min() >= radius * (1 - 1e-9))


def join_up(graph: nx.Graph, points: np.ndarray, ground: BaseGeometry) -> None:
    """Join each smaller component to the rest by its shortest line on ``ground``, if it has one."""
    while True:
        parts = sorted(nx.connected_components(graph), key=lambda part: (-len(part), min(part)))
        made = False
        for part in parts[1:]:
            link = _shortest_link(points, sorted(part), ground)
            if link:
                a, b = link
                graph.add_edge(a, b, length=float(np.hypot(*(points[a] - points[b]))))
                made = True
                break
        if not made:
            return


def _shortest_link(
    points: np.ndarray, part: list[int], ground: BaseGeometry
) -> tuple[int, int] | None:
    others = np.setdiff1d(np.arange(len(points)), part)
    away = np.hypot(*(points[part][:, None, :] - points[others][None, :, :]).transpose(2, 0, 1))
    for flat in np.argsort(away, axis=None, kind="stable")[:400].tolist():
        one, other = divmod(flat, len(others))
        a, b = part[one], int(others[other])
        if ground.contains(LineString([points[a], points[b]])):
            return a, b
    return None
