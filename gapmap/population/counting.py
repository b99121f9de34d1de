"""Counting: the people of a raster by part of a cell, strip by strip."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from rasterio.windows import Window

from gapmap.findings import fail, finding
from gapmap.population.parts import ROUNDING, Strip, cut, in_zones
from gapmap.population.standing import cells_at
from gapmap.rasters.areas import cell_km2
from gapmap.rasters.grid import Grid
from gapmap.rasters.opening import raster_crs
from gapmap.rasters.reading import read_values
from gapmap.rasters.survey import window_around

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    import pyproj
    import rasterio

    from gapmap.population.parts import Cuts, Ground, Parts
    from gapmap.population.value import PopulationSource
    from gapmap.rasters import RasterFacts

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["Count", "Sheet", "count_people", "sheet_of"]

_AT_ONCE: Final = 4_000_000
"""Cells that are read and shared out at once."""
MOST_PARTS: Final = 30_000_000
"""Parts of cells with people that are kept; a city has some hundred thousand at 100 m."""
_HA_IN_KM2: Final = 100.0
MOST_PER_KM2: Final = 300_000.0
"""People per km2 above which a cell is not believed: Mong Kok in Hong Kong has some 130,000 over
the whole quarter, single hectares of towers there about twice as many."""
_HECTARE_KM2: Final = 0.01
"""Ground that a cell is given at least before it is judged: one tower may fill a smaller one."""
MOST_PEOPLE: Final = 1e10
"""More than the world has: 8.2 thousand millions in 2024 (United Nations 2024, World Population
Prospects)."""
URBAN_MARGIN_KM: Final = 10.0
"""How far around the districts cells are read where an urban cluster may reach across a border."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The part of a raster that is read; ``stands`` are row and column of places, -1 off it."""

    grid: Grid
    window: Window
    stands: tuple[Integers, Integers]


class Densest(NamedTuple):
    """The cell with the most people per km2, of those that are not believed."""

    per_km2: float
    people: float
    row: int
    column: int


@dataclass(slots=True)
class Count:
    """What was counted; arrays by zone have one entry per district, place or town.

    ``cells`` has ``row``, ``column``, ``district``, ``share``, ``people_raster`` and ``place`` (of
    a polygon, else -1). ``valued`` are areas with a value in squares of the raster's unit.
    ``touched`` are the people of all cells that share ground with a district, ``inside`` those of
    their parts within, counted once where districts overlap. ``at_places`` is the value of the
    cell in which each place stands, NaN without one. ``whole`` are all cells of the sheet, where
    they are wanted. ``crowded`` cells hold more people than can live there.
    """

    cells: pd.DataFrame
    district_valued: Floats
    place_valued: Floats
    town_valued: Floats
    towns: pd.DataFrame
    at_places: Floats
    touched: float = 0.0
    inside: float = 0.0
    whole: list[Floats] = field(default_factory=list)
    crowded: int = 0
    densest: Densest | None = None


def sheet_of(
    source: rasterio.DatasetReader, ground: Ground, points: gpd.GeoSeries, *, wide: bool
) -> Sheet:
    """Give the cells around the districts; ``wide`` with a margin for clusters across borders."""
    crs = raster_crs(source)
    assert crs is not None  # noqa: S101 - without one nobody gets here
    window = window_around(source, ground.all_of)
    if wide:
        middle = window.row_off + window.height // 2, window.col_off + window.width // 2
        cell = abs(source.transform.determinant)
        margin = URBAN_MARGIN_KM * (cell / float(cell_km2(crs, source.transform, *middle))) ** 0.5
        window = window_around(source, ground.all_of, margin=margin)
    grid = Grid(
        crs=crs,
        transform=source.window_transform(window),
        height=int(window.height),
        width=int(window.width),
    )
    shapes = points.to_numpy()
    xy = np.column_stack((shapely.get_x(shapes), shapely.get_y(shapes)))
    return Sheet(grid, window, cells_at(grid, xy, points.crs))


def count_people(
    source: rasterio.DatasetReader,
    facts: RasterFacts,
    told: PopulationSource,
    sheet: Sheet,
    ground: Ground,
) -> Count:
    """Share the people of every cell out among districts and place polygons.

    Raises
    ------
    InputError
        There are more parts of cells than can be kept, or more people than the world has.
    """
    districts = len(ground.districts.shapes)
    count = Count(
        cells=pd.DataFrame(),
        district_valued=np.zeros(districts),
        place_valued=np.zeros(len(ground.place_size)),
        town_valued=np.zeros(len(ground.town_size)),
        towns=pd.DataFrame(),
        at_places=np.full(len(sheet.stands[0]), np.nan),
    )
    cells, towns, kept = [], [], 0
    for strip in _strips(source, facts, told, sheet):
        cells.append(_of_strip(count, strip, ground, sheet.grid.crs))
        towns.append(_of_towns(count, strip, ground))
        row, column = sheet.stands[0] - strip.first_row, sheet.stands[1]
        here = (sheet.stands[0] >= 0) & (row >= 0) & (row < len(strip.people))
        count.at_places[here] = strip.people[row[here], column[here]]
        kept += len(cells[-1])
        if kept > MOST_PARTS:
            fail(finding("population-too-fine", file=facts.file, value=MOST_PARTS))
        if told.setting == "grid":
            count.whole.append(strip.people)
    if count.touched > MOST_PEOPLE:
        fail(finding("population-impossible", file=facts.file, people=f"{count.touched:,.4g}"))
    count.cells = pd.concat(cells, ignore_index=True)
    by = ["district", "town"]
    count.towns = pd.concat(towns, ignore_index=True).groupby(by, as_index=False).sum()
    return count


def _strips(
    source: rasterio.DatasetReader, facts: RasterFacts, told: PopulationSource, sheet: Sheet
) -> Iterator[Strip]:
    """Read people per cell, some rows at a time; a cell below 0 has no value.

    What has no value is nobody where the study says so.
    """
    window, grid = sheet.window, sheet.grid
    high = max(1, _AT_ONCE // max(1, grid.width))
    for first in range(0, grid.height, high):
        tall = min(high, grid.height - first)
        part = Window(window.col_off, window.row_off + first, grid.width, tall)
        people = read_values(source, part, undeclared=facts.undeclared)
        people[people < 0] = np.nan
        if told.no_value == "nobody":
            people[np.isnan(people)] = 0.0
        transform = source.window_transform(part)
        if told.unit in ("per_km2", "per_ha"):
            row, column = np.nonzero(people > 0)
            km2 = cell_km2(grid.crs, transform, row, column)
            people[row, column] *= km2 * (_HA_IN_KM2 if told.unit == "per_ha" else 1.0)
        yield Strip(transform, first, people)


def _of_strip(count: Count, strip: Strip, ground: Ground, crs: pyproj.CRS) -> pd.DataFrame:
    whole = in_zones(strip, ground.districts.shapes)
    pieces = in_zones(strip, ground.places.shapes)
    size = abs(strip.transform.determinant)
    _add_valued(count.district_valued, whole, whole.zone, strip, size)
    _add_valued(count.place_valued, pieces, ground.places.other[pieces.zone], strip, size)
    together = in_zones(strip, np.array([ground.all_of], dtype=object))
    value = np.nan_to_num(strip.people[together.row, together.column])
    count.touched += float(value.sum())
    count.inside += float((value * together.share).sum())
    _judge(count, together, strip, crs)
    parts = cut(_peopled(whole, strip), _peopled(pieces, strip), ground.places, strip.people.shape)
    return _table(parts, strip)


def _judge(count: Count, parts: Parts, strip: Strip, crs: pyproj.CRS) -> None:
    """Note cells that hold more people than can live there."""
    value = strip.people[parts.row, parts.column]
    many = np.flatnonzero(value > MOST_PER_KM2 * _HECTARE_KM2)
    parts, value = parts.pick(many), value[many]
    km2 = cell_km2(crs, strip.transform, parts.row, parts.column)
    crowded = np.flatnonzero(value > MOST_PER_KM2 * np.maximum(km2, _HECTARE_KM2) * (1 + ROUNDING))
    count.crowded += len(crowded)
    if len(crowded):
        density = value[crowded] / km2[crowded]
        most = int(density.argmax())
        cell = crowded[most]
        row, column = int(parts.row[cell]) + strip.first_row, int(parts.column[cell])
        here = Densest(float(density[most]), float(value[cell]), row, column)
        count.densest = here if count.densest is None else max(count.densest, here)


def _add_valued(valued: Floats, parts: Parts, zone: Integers, strip: Strip, size: float) -> None:
    """Add the area of the parts whose cell has a value, zone by zone."""
    has = np.isfinite(strip.people[parts.row, parts.column])
    valued += size * np.bincount(zone, parts.share * has, minlength=len(valued))


def _peopled(parts: Parts, strip: Strip) -> Parts:
    return parts.pick(strip.people[parts.row, parts.column] > 0)


def _table(parts: Cuts, strip: Strip) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "row": parts.row + strip.first_row,
            "column": parts.column,
            "district": parts.district,
            "share": parts.share,
            "people_raster": strip.people[parts.row, parts.column] * parts.share,
            "place": parts.place,
        }
    )


def _of_towns(count: Count, strip: Strip, ground: Ground) -> pd.DataFrame:
    """Add up the people of each district's part of each town, and the cells with people."""
    parts = in_zones(strip, ground.towns.shapes)
    size = abs(strip.transform.determinant)
    _add_valued(count.town_valued, parts, ground.towns.other[parts.zone], strip, size)
    parts = _peopled(parts, strip)
    people = strip.people[parts.row, parts.column] * parts.share
    pieces = len(ground.towns.shapes)
    return pd.DataFrame(
        {
            "district": ground.towns.district,
            "town": ground.towns.other,
            "people_raster": np.bincount(parts.zone, people, minlength=pieces),
            "cells": np.bincount(parts.zone, minlength=pieces),
        }
    )
