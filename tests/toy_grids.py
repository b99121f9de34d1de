"""The toy city on a grid: land with a river, a road, a walled garden and a gap in the land cover.

Cells are 100 m wide and start 500 m outside the two districts. Minutes are straight lines at
6 km/h, which is not what a search gives, but can be computed by hand.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import affine
import numpy as np
import pandas as pd
import toy_results
import toys
from toys import CRS, X0, Y0

from gapmap.access import Access, measure_access
from gapmap.drawing.fields import Travelled
from gapmap.gridded import Gridded, compare_grid
from gapmap.population import PopulationSource, as_places
from gapmap.population.value import Population
from gapmap.rasters.grid import Grid
from gapmap.surface import Field, Surface, SurfaceSource, Terrain

if TYPE_CHECKING:
    from gapmap.assessment import Assessment
    from gapmap.outputs import Results

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
        direction=made.terrain.direction,
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


def access(made: Surface | None = None) -> Access:
    """Give the toy city's access with travel times over the surface to the centres."""
    plain = toys.access()
    if made is None:
        made = surface()
    one = one_travelled()
    parts = {
        "surface": made,
        "fields": {"service_centre": one.field},
        "serving": {"service_centre": one.serving},
    }
    services = tuple(one.service if s.id == one.service.id else s for s in plain.services)
    services = tuple(replace(s, mode="surface") if s.id == one.service.id else s for s in services)
    return replace(plain, services=services, **parts)


def tables() -> dict[str, pd.DataFrame]:
    """Give what capacities, zones and referral would give, with names that try to be more."""
    nan = float("nan")
    hostile = "=<img src=x onerror=alert(5)>"
    return {
        "zones": pd.DataFrame(
            {
                "service": "service_centre",
                "zone_kind": np.repeat(["city", "district", "district"], 4),
                "zone_id": np.repeat(["city", "440402", "440403"], 4),
                "zone": np.repeat(["city", "香洲区", "斗门区"], 4),
                "step": ["up_to", "up_to", "beyond", "unknown"] * 3,
                "up_to": [10.0, 20.0, nan, nan] * 3,
                "unit": "minutes",
                "places": [3, 2, 5, 2, 2, 1, 1, 0, 1, 1, 4, 2],
                "people": [900.0, 600.0, 2_000.0, 310.0, 500, 300, 1_000, 0, 400, 300, 1_000, 310],
                "people_within": [
                    900.0,
                    1_500,
                    3_500,
                    nan,
                    500,
                    800,
                    1_800,
                    nan,
                    400,
                    700,
                    1_700,
                    nan,
                ],
                "share_within": [0.257, 0.4286, 1, nan, 0.277, 0.444, 1, nan, 0.235, 0.41, 1, nan],
                "share_within_low": [0.236, 0.3937, 0.918, nan] * 3,
                "share_within_high": [0.318, 0.475, 1, nan] * 3,
            }
        ),
        "capacity": pd.DataFrame(
            {
                "service": "service_centre",
                "order": pd.array([1, 2, None], dtype="Int64"),
                "facility_id": ["c1", "c9", "c3"],
                "facility": ["中心一", hostile, "未知"],
                "capacity": [10.0, 5.0, nan],
                "people_per_capacity": [100.0] * 3,
                "capacity_people": [1_000.0, 500.0, nan],
                "people_within_limit": [2_000.0, 300.0, 80.0],
                "people_served": [1_000.0, 300.0, nan],
                "capacity_left": [0.0, 200.0, nan],
                "catchment_m": nan,
                "catchment_minutes": [12.3456, 19.9999, nan],
                "full": pd.array([True, False, None], dtype="boolean"),
                "reason": ["", "", "capacity_unknown"],
                "basis": "grid",
            }
        ),
        "unserved": pd.DataFrame(
            {
                "service": "service_centre",
                "area_kind": ["city", "district", "district", "town", "place"],
                "area_id": ["city", "440402", "440403", "t2", "p01"],
                "area": ["city", "香洲区", "斗门区", toys.HOSTILE_TOWN, hostile],
                "people": [2_380.0, 2_000, 380, 100, 80],
                "people_served": [1_300.0, 1_000, 300, 60, 80],
                "people_residual": [1_000.0, 1_000, 0, 40, 0],
                "people_spent": [1_000.0, 1_000, 0, 40, 0],
                "people_unknown": [80.0, 0, 80, 0, 0],
                "places_without_people": [1, 0, 1, 0, 0],
                "basis": "grid",
            }
        ),
        "referral": pd.DataFrame(
            {
                "referral": "service_centre -> bus_shelter",
                "from_service": "service_centre",
                "from_id": ["c1", "c9"],
                "from_name": ["中心一", hostile],
                "to_service": "bus_shelter",
                "to_id": ["b1", ""],
                "to_name": [toys.HOSTILE[0], ""],
                "minutes": [7.25, nan],
                "distance_m": [725.0, nan],
                "nearest_by_distance_id": ["b2", ""],
                "nearest_by_distance_name": ["edge", ""],
                "distance_of_that_m": [640.0, nan],
                "limit_minutes": [30.0, 30.0],
                "status": ["within", "unreachable"],
                "reason": ["within_limit", "no_route"],
                "mode": "surface",
            }
        ),
        "referral_pairs": pd.DataFrame(
            {
                "referral": "service_centre -> bus_shelter",
                "from_service": "service_centre",
                "from_id": ["c1", "c1"],
                "from_name": ["中心一", "中心一"],
                "to_service": "bus_shelter",
                "to_id": ["b1", "b2"],
                "to_name": [toys.HOSTILE[0], hostile],
                "minutes": [7.25, 8.5],
                "shortest_m": [725.0, 640.0],
                "mode": "surface",
            }
        ),
    }


def assessment() -> Assessment:
    """Give the toy city's assessment with travel times over the surface."""
    return toys.assessment(access())


def results(**changed: object) -> Results:
    """Give everything that a run with every raster leaves."""
    made = population()
    parts = {"population": made, "gridded": gridded(made), "tables": tables()}
    return toy_results.results(assessment(), **parts | changed)
