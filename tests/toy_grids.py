"""The toy city on a grid: land with a river, a road, a walled garden and a gap in the land cover.

Cells are 100 m wide and start 500 m outside the two districts. Minutes are straight lines at
6 km/h, which is not what a search gives, but can be computed by hand.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import affine
import numpy as np
import pandas as pd
import toys
from toys import CRS, X0, Y0

from gapmap.access import measure_access
from gapmap.drawing.fields import Travelled
from gapmap.gridded import Gridded, compare_grid
from gapmap.population import PopulationSource, as_places
from gapmap.population.value import Population
from gapmap.rasters.grid import Grid
from gapmap.surface import Surface, SurfaceSource, Terrain
from gapmap.surface.field import Field

CELL_M = 100.0
GRID = Grid(
    crs=CRS,
    transform=affine.Affine(CELL_M, 0, X0 - 500, 0, -CELL_M, Y0 + 5_500),
    height=60,
    width=110,
)
RIVER, ROAD_ROW, BRIDGE = 57, 30, 30  # column, row, row of the bridge
GARDEN = (slice(10, 15), slice(80, 86))
GAP = (slice(45, 55), slice(15, 30))
CLASSES = pd.DataFrame(
    {
        "class": [10, 80, 99],
        "name": ["=林地<b>", "水面", ""],
        "kmh": [6.0, 0.0, np.nan],
        "cells": [6_000, 90, 150],
        "km2": [60.0, 0.9, 1.5],
        "share": [0.96, 0.015, 0.025],
        "used": [True, False, False],
    }
)


def surface(**changed: object) -> Surface:
    """Give the surface; ``changed`` replaces fields of its source."""
    barrier = np.zeros(GRID.shape, bool)
    barrier[:, RIVER] = True
    barrier[BRIDGE, RIVER] = False
    barrier[GARDEN] = True
    barrier[GARDEN[0].start + 1 : GARDEN[0].stop - 1, GARDEN[1].start + 1 : GARDEN[1].stop - 1] = (
        False
    )
    unknown = np.zeros(GRID.shape, bool)
    unknown[GAP] = True
    road = np.zeros(GRID.shape, bool)
    road[ROAD_ROW, 8:100] = True
    minutes = np.where(barrier | unknown, np.inf, CELL_M / 100)
    source = SurfaceSource(
        land_cover=Path("lc.tif"), speeds=Path("speeds.csv"), slope="tobler", **changed
    )
    return Surface(
        grid=GRID,
        terrain=Terrain(minutes_per_cell=minutes, cell_m=CELL_M, slope="none"),
        barrier=barrier,
        unknown=unknown,
        road=road,
        classes=CLASSES,
        source=source,
        simulated=("lc.tif",),
    )


def field(made: Surface, sources: list[tuple[int, int]]) -> Field:
    """Give minutes at 6 km/h in a straight line; inf on barriers and in the walled garden."""
    row, column = np.mgrid[: GRID.height, : GRID.width]
    every = np.array([np.hypot(row - r, column - c) * CELL_M / 100 for r, c in sources])
    closed = np.isinf(made.terrain.minutes_per_cell)
    closed[GARDEN] = True
    return Field(
        minutes=np.where(closed, np.inf, every.min(axis=0)),
        source=np.where(closed, -1, every.argmin(axis=0)).astype(np.int32),
        sources=np.array(sources, dtype=np.int64),
        start_minutes=np.zeros(len(sources)),
    )


def one_travelled(service: str = "service_centre", limit: float = 20.0) -> Travelled:
    """Give travel times to two centres."""
    made = surface()
    chosen = next(one for one in toys.SERVICES if one.id == service)
    serving = pd.DataFrame(
        {"facility_id": ["c1", "c9"], "facility": ["中心一", "=<script>alert(9)</script>"]}
    )
    return Travelled(
        replace(chosen, mode="straight", limit=limit, limit_unit="minutes"),
        made,
        field(made, [(40, 15), (30, 90)]),
        serving,
    )


def population() -> Population:
    """Give people on 500 m cells of the districts: many around two places, one cell cut in two."""
    grid = Grid(
        crs=CRS,
        transform=affine.Affine(500, 0, X0, 0, -500, Y0 + 5_000),
        height=10,
        width=20,
    )
    row, column = (axis.ravel() for axis in np.mgrid[:10, :20])
    people = np.round(400 * np.exp(-np.hypot(row - 7, column - 3) / 3), 3)
    people += np.round(900 * np.exp(-np.hypot(row - 7, column - 12) / 2), 3)
    lived = people > 2
    xy = grid.centres(row, column)
    cells = pd.DataFrame(
        {
            "row": row,
            "column": column,
            "district": (column >= 10).astype(np.int64),
            "share": 1.0,
            "people_raster": people,
            "people": people * 1.25,
            "x": xy[:, 0],
            "y": xy[:, 1],
            "place": np.where(column >= 10, 5, 0),
            "assigned": "voronoi",
        }
    )[lived].reset_index(drop=True)
    first = cells.iloc[[0]]
    cells = pd.concat(
        [first.assign(people=first["people"] / 4, share=0.25),
         first.assign(people=first["people"] * 0.75, share=0.75), cells.iloc[1:]],
        ignore_index=True,
    )  # fmt: skip
    return Population(
        grid=grid,
        cells=cells,
        areas=_areas(cells),
        region=toys.region(),
        source=PopulationSource(raster=Path("people.tif"), reconcile="district"),
        simulated=("people.tif",),
    )


def _areas(cells: pd.DataFrame) -> pd.DataFrame:
    kinds = [("city", "city", "city"), *(("district", *one) for one in toys.DISTRICTS)]
    parts = [cells, cells[cells["district"] == 0], cells[cells["district"] == 1]]
    places = toys.places().table
    return pd.DataFrame(
        {
            "area_kind": [kind for kind, _, _ in kinds] + ["place"] * len(places),
            "area_id": [one for _, one, _ in kinds] + list(places["place_id"]),
            "area": [name for _, _, name in kinds] + list(places["place"]),
            "cells": [len(part) for part in parts] + [0] * len(places),
            "people_raster": [part["people_raster"].sum() for part in parts] + [0.0] * len(places),
            "people_table": [part["people"].sum() for part in parts] + list(places["people"]),
            "people_table_unknown": [0] * (3 + len(places)),
            "factor": [np.nan, 1.25, 1.25] + [np.nan] * len(places),
            "people": [part["people"].sum() for part in parts] + [0.0] * len(places),
            "share_missing": [0.01, 0.0, 0.02] + [0.0] * len(places),
            "basis": ["reconciled"] * 3 + ["polygon+voronoi"] * len(places),
        }
    )


def gridded(made: Population) -> Gridded:
    """Measure the cells as places are, and compare."""
    cells = measure_access(as_places(made, toys.places()), toys.facilities(), None, toys.SERVICES)
    return compare_grid(toys.access(), cells, made)
