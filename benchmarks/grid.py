"""A made-up city on a grid of streets, whose right answers need no search.

Streets stand 100 m apart and cross everywhere; places and facilities stand on crossings. So the
way between two points is their Manhattan distance, and a KD-tree in that norm knows the nearest.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from pathlib import Path

SPACING_M = 100.0
CRS = "EPSG:32649"
CORNER = (500_000.0, 2_450_000.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Numbers of crossings along a side, of places, of services and of facilities of each."""

    side: int
    places: int
    services: int
    facilities: int
    seed: int = 1

    def draw(self) -> tuple[np.ndarray, list[np.ndarray]]:
        """Give the crossings (column, row) of places and of each service's facilities."""
        random = np.random.default_rng(self.seed)
        counts = [self.places, *[self.facilities] * self.services]
        drawn = [random.integers(0, self.side, (count, 2)) for count in counts]
        return drawn[0], drawn[1:]


def write_study(grid: Grid, folder: Path) -> Path:
    """Write the grid as a study with files, as a planner would have it."""
    places, services = grid.draw()
    _streets(grid).to_file(folder / "streets.gpkg")
    _district(grid).to_file(folder / "district.gpkg")
    _points(folder / "places.csv", [("place", places)])
    _points(
        folder / "facilities.csv", [(f"service_{i}", points) for i, points in enumerate(services)]
    )
    lines = [
        '[study]\nname = "grid"\ndate = 2014-12-31\nlanguage = "en"',
        f'crs = "{CRS}"',
        '[districts]\npath = "district.gpkg"\nid = "id"\nname = "name"',
        '[places]\npath = "places.csv"\nid = "id"\nname = "id"\nx = "x"\ny = "y"',
        f'datum = "{CRS}"',
        '[[facilities]]\npath = "facilities.csv"\nservice_column = "kind"\nid = "id"\nx = "x"',
        f'y = "y"\ndatum = "{CRS}"',
        "[facilities.service_values]",
        *[f'service_{i} = ["service_{i}"]' for i in range(grid.services)],
        '[network]\nlines = "streets.gpkg"',
        *[f'[services.service_{i}]\nmode = "walk"\nlimit_m = 1000' for i in range(grid.services)],
    ]
    path = folder / "study.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf8")
    return path


def is_right(grid: Grid, out: Path) -> bool:
    """Hold every distance of a run against the Manhattan distance to the nearest facility."""
    places, services = grid.draw()
    access = pd.read_csv(out / "access.csv")
    for i, facilities in enumerate(services):
        measured = access[access["service"] == f"service_{i}"].sort_values("place_id")
        crossings, _ = cKDTree(facilities).query(places, p=1)
        if not np.allclose(measured["distance_m"], crossings * SPACING_M, atol=0.01):
            return False
    return bool(json.loads((out / "run.json").read_text("utf8")))


def _streets(grid: Grid) -> gpd.GeoDataFrame:
    along = np.arange(grid.side) * SPACING_M
    across = [np.full(grid.side, at) for at in along]
    lines = [np.column_stack((along, at)) for at in across]
    lines += [np.column_stack((at, along)) for at in across]
    return gpd.GeoDataFrame(geometry=shapely.linestrings(np.array(lines) + CORNER), crs=CRS)


def _district(grid: Grid) -> gpd.GeoDataFrame:
    edge = grid.side * SPACING_M
    box = shapely.box(-edge, -edge, 2 * edge, 2 * edge)
    moved = shapely.transform(box, lambda xy: xy + CORNER)
    return gpd.GeoDataFrame({"id": ["d1"], "name": ["grid"]}, geometry=[moved], crs=CRS)


def _points(path: Path, groups: list[tuple[str, np.ndarray]]) -> None:
    with path.open("w", encoding="utf8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["id", "kind", "x", "y"])
        for kind, points in groups:
            for number, (column, row) in enumerate(points):
                x, y = CORNER[0] + column * SPACING_M, CORNER[1] + row * SPACING_M
                writer.writerow([f"{kind}-{number:06d}", kind, x, y])
