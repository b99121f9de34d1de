"""What the sections say that only some studies have: people on a grid, surface, capacity, referral.

Plain values, as in :mod:`gapmap.report.parts`; a section without data is not there at all.
"""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Final

from gapmap.drawing.chart import WIDTH_IN, height_in, new_figure
from gapmap.drawing.fields import travelled
from gapmap.drawing.ground import BARRIER, ROAD, UNKNOWN, UNREACHED, steps_of
from gapmap.drawing.sheet import area_of, draw_travelled
from gapmap.report.tables import columns

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd

    from gapmap.access import Access
    from gapmap.assessment import Assessment
    from gapmap.drawing.fields import Travelled
    from gapmap.population import Population
    from gapmap.report.grids import Grids
    from gapmap.surface import Surface

__all__ = ["grid_content", "simulated_grids"]

MOST_PICTURES: Final = 24
"""Maps of travel time that the page holds; the folder of figures has all."""
MOST_ROWS: Final = 2_000
"""Rows of facilities that the page holds for a table; the CSV has all."""
_KINDS: Final = ("city", "district")


def grid_content(assessment: Assessment, grids: Grids) -> dict[str, object]:
    """Give what the sections show, fit for JSON; empty for a study that has none of it."""
    access = assessment.access
    made: dict[str, object] = {}
    if grids.population is not None:
        made["population"] = _population(grids.population)
    if grids.gridded is not None:
        made["compared"] = _rows_of(grids.gridded.comparison, "group_kind", _KINDS)
    surface = access.surface
    if surface is not None:
        made["surface"] = _surface(surface, access)
    for name, kind in (("zones", "zone_kind"), ("unserved", "area_kind")):
        if name in grids.tables:
            made[name] = _rows_of(grids.tables[name], kind, _KINDS)
    for name in ("capacity", "referral"):
        if name in grids.tables:
            table = grids.tables[name]
            made[name] = {"table": columns(table.head(MOST_ROWS)), "rows": len(table)}
    return made


def simulated_grids(assessment: Assessment, grids: Grids) -> list[str]:
    """Name the rasters that are simulated."""
    sources = (grids.population, assessment.access.surface)
    return [name for one in sources if one is not None for name in one.simulated]


def _rows_of(table: pd.DataFrame, column: str, kinds: Collection[str]) -> dict[str, list[object]]:
    return columns(table[table[column].isin(list(kinds))])


def _population(population: Population) -> dict[str, object]:
    source = population.source
    return {
        "file": source.raster.name,
        "reconcile": source.reconcile,
        "assign": source.assign,
        "areas": _rows_of(population.areas, "area_kind", _KINDS),
    }


def _surface(surface: Surface, access: Access) -> dict[str, object]:
    source, terrain = surface.source, surface.terrain
    links = terrain.links
    every = travelled(access)
    return {
        "cell_m": float(terrain.cell_m),
        "rows": surface.grid.height,
        "columns": surface.grid.width,
        "directions": sorted({one.direction for one in every} or {terrain.direction}),
        "slope": terrain.slope,
        "on_path": float(source.on_path),
        "off_path": float(source.off_path),
        "neighbours": terrain.neighbours,
        "roads": source.roads,
        "snap_m": float(source.snap_m),
        "kmh": float(source.kmh),
        "land_cover": source.land_cover.name if source.land_cover else None,
        "speeds": source.speeds.name if source.speeds else None,
        "dem": source.dem.name if source.dem else None,
        "barriers": source.barriers.name if source.barriers else None,
        "barrier_cells": int(surface.barrier.sum()),
        "fenced": surface.fences is not None,
        "unknown_cells": int(surface.unknown.sum()),
        "road_cells": int(surface.road.sum()),
        "crossings": 0 if links is None else len(links.minutes),
        "classes": columns(surface.classes),
        "maps": [_map(one, access) for one in every[:MOST_PICTURES]],
        "maps_left": max(len(every) - MOST_PICTURES, 0),
    }


def _map(one: Travelled, access: Access) -> dict[str, object]:
    """Draw travel time to one service, without a word on it, and say what its colours mean."""
    figure = new_figure(WIDTH_IN, height_in(area_of(access.places.region)))
    axis = figure.add_axes((0, 0, 1, 1))
    pixels = draw_travelled(axis, one, access)
    stream = io.BytesIO()
    figure.savefig(stream, format="png", metadata={"Software": None})
    width, height = figure.canvas.get_width_height()
    return {
        "service": one.service.id,
        "direction": one.direction,
        "png": base64.b64encode(stream.getvalue()).decode("ascii"),
        "width": width,
        "height": height,
        "limit_minutes": one.limit_minutes if one.in_minutes else None,
        "steps": [
            {"low": step.low, "high": step.high, "colour": step.colour}
            for number, step in enumerate(steps_of(one.limit_minutes))
            if str(number) in pixels.shown
        ],
        "marks": [
            {"kind": kind, "colours": list(colours)}
            for kind, colours in (
                ("unreached", UNREACHED),
                ("barrier", BARRIER),
                ("unknown", UNKNOWN),
                ("road", (ROAD,)),
            )
            if kind in pixels.shown
        ],
    }
