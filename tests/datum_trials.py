"""Webs of roads and points beside them, for trials of the datum evidence."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyproj
import shapely
from scipy.spatial import Voronoi

from gapmap.datum import (
    HYPOTHESES,
    Evidence,
    Roads,
    convert_datum,
    metric_crs,
    prepare_roads,
    read_as,
)

CITIES = {
    "Zhuhai": (113.5767, 22.2707),
    "Beijing": (116.40, 39.90),
    "Shanghai": (121.47, 31.23),
    "Urumqi": (87.60, 43.80),
    "Harbin": (126.60, 45.75),
    "Kunming": (102.70, 25.04),
    "Lhasa": (91.10, 29.65),
    "Chengdu": (104.07, 30.67),
    "Guangzhou": (113.26, 23.13),
}
HALF_M = 6000.0
SPACING_M = 500.0
KINDS = ("grid", "uneven grid", "lines", "cells")


@dataclass(frozen=True)
class Web:
    """Roads around a city; ``segments`` are relative to its ``middle``."""

    crs: pyproj.CRS
    degrees: pyproj.Transformer
    middle: np.ndarray
    segments: np.ndarray
    roads: Roads


def segments_of(generator: np.random.Generator, kind: str) -> np.ndarray:
    """Two kilometres of road per square of 500 m, whatever the kind: n x 2 x 2."""
    if kind == "lines":  # a Poisson line process: pi x half lines cross a disc at 1 per metre
        count = generator.poisson(2 / SPACING_M * 2 * HALF_M)
        angle = generator.uniform(0, np.pi, count)
        across = np.column_stack((np.cos(angle), np.sin(angle)))
        along = across[:, ::-1] * (-1, 1) * 1.5 * HALF_M
        foot = across * generator.uniform(-HALF_M, HALF_M, (count, 1)) * np.sqrt(2)
        return np.stack((foot - along, foot + along), axis=1)
    if kind == "cells":
        seeds = generator.uniform(-HALF_M, HALF_M, (int((2 * HALF_M / SPACING_M) ** 2), 2))
        cells = Voronoi(seeds)
        edges = np.array([edge for edge in cells.ridge_vertices if min(edge) >= 0])
        found = cells.vertices[edges]
        return found[(np.abs(found) < 2 * HALF_M).all(axis=(1, 2))]
    steps = np.arange(-HALF_M, HALF_M + 1, SPACING_M)
    lines = []
    for flip in (False, True):
        uneven = generator.uniform(-0.3, 0.3, len(steps)) * (kind == "uneven grid")
        for at in steps + generator.uniform(0, SPACING_M) + uneven * SPACING_M:
            line = np.array([[at, -HALF_M], [at, HALF_M]])
            lines.append(line[:, ::-1] if flip else line)
    return np.array(lines)


def turned(xy: np.ndarray, angle: float) -> np.ndarray:
    cosine, sine = np.cos(angle), np.sin(angle)
    return xy @ np.array([[cosine, sine], [-sine, cosine]])


@cache
def ground_of(city: str) -> tuple[pyproj.CRS, pyproj.Transformer]:
    lon, lat = CITIES[city]
    crs = metric_crs((lon - 0.1, lat - 0.1, lon + 0.1, lat + 0.1))
    return crs, pyproj.Transformer.from_crs(crs, 4326, always_xy=True)


def make_web(generator: np.random.Generator, kind: str, city: str) -> Web:
    crs, degrees = ground_of(city)
    middle = np.array(degrees.transform(*CITIES[city], direction="INVERSE"))
    segments = turned(segments_of(generator, kind), generator.uniform(0, np.pi))
    roads = prepare_roads((segments + middle).reshape(-1, 4))
    return Web(crs, degrees, middle, segments, roads)


def beside_roads(
    generator: np.random.Generator,
    web: Web,
    count: int,
    *,
    noise_m: float,
    set_back_m: tuple[float, float],
) -> np.ndarray:
    """Points beside roads within 4 km of the middle: set back to either side, with noise."""
    start, along = web.segments[:, 0], web.segments[:, 1] - web.segments[:, 0]
    length = np.hypot(*along.T)
    tries = 60 * count
    one = generator.choice(len(length), tries, p=length / length.sum())
    points = start[one] + generator.random((tries, 1)) * along[one]
    kept = np.flatnonzero((np.abs(points) < 4000).all(axis=1))[:count]
    assert len(kept) == count
    across = along[one[kept]][:, ::-1] * (-1, 1) / length[one[kept], None]
    back = generator.uniform(*set_back_m, (count, 1)) * generator.choice((-1, 1), (count, 1))
    return points[kept] + across * back + generator.normal(0, noise_m, (count, 2))


def anywhere(generator: np.random.Generator, count: int) -> np.ndarray:
    return generator.uniform(-4000, 4000, (count, 2))


def written_in(web: Web, xy: np.ndarray, datum: str):
    """The readings of points whose numbers are written in ``datum``."""
    lonlat = convert_datum(
        *web.degrees.transform(*(xy + web.middle).T), source="wgs84", target=datum
    )
    return read_as(shapely.points(*lonlat), web.crs)


def any_datum(generator: np.random.Generator) -> str:
    return HYPOTHESES[generator.integers(3)]


def evidence(kind="roads", best="gcj02", *, z=5.0, speaks=True, strong=True, reference=None):
    others = {name: z if name == best else -z for name in HYPOTHESES}
    return Evidence(
        kind=kind, rows=40, witnesses=38, typical_m={"wgs84": 84.0, "gcj02": 31.0, "bd09": 90.0},
        z=others, share=dict.fromkeys(HYPOTHESES, 0.5), best=best, speaks=speaks, strong=strong,
        distances_m=np.ones((3, 40)), reference=reference,
    )  # fmt: skip
