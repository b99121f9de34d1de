"""Reading a population grid: people by part of a cell, and to which place they belong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyproj

from gapmap.errors import InputError
from gapmap.findings import fail, finding
from gapmap.population.assigning import assign_cells, district_rows, usable_places
from gapmap.population.counting import count_people, sheet_of
from gapmap.population.middles import part_middles
from gapmap.population.missing import at_home, where_missing
from gapmap.population.parts import ground_of
from gapmap.population.reconciling import Held, factors, table_people
from gapmap.population.summing import Sums, area_table, places_missing
from gapmap.population.telling import about_population
from gapmap.population.urban import urban_clusters
from gapmap.population.value import CELL_COLUMNS, Population
from gapmap.rasters import inspect_raster
from gapmap.rasters.checking import require_usable
from gapmap.rasters.opening import READING_ERRORS, open_raster, raster_crs
from gapmap.rasters.placing import frame_of, outlines

if TYPE_CHECKING:
    import pandas as pd
    import rasterio

    from gapmap.findings import Finding
    from gapmap.network import Network
    from gapmap.places import Places
    from gapmap.population.counting import Count, Sheet
    from gapmap.population.parts import Ground
    from gapmap.population.reconciling import Table
    from gapmap.population.value import PopulationSource, Urban
    from gapmap.rasters import RasterFacts
    from gapmap.region import Region

    Floats = npt.NDArray[np.float64]

__all__ = ["read_population"]


def read_population(
    source: PopulationSource, region: Region, places: Places, network: Network | None = None
) -> Population:
    """Read people on a grid, by the exact share of each cell in districts and place polygons.

    Negative people, and values that look like an undeclared nodata, are taken as none known. What
    lies in nobody's polygon goes to the nearest place of its district, as ``source.assign`` says.

    Parameters
    ----------
    source
        The raster, and how to read it.
    region, places
        Against which it is read, in one metric CRS.
    network
        By which cells find the nearest place, on foot; None: in a straight line.

    Raises
    ------
    InputError
        There is no raster that can be read, it has no place or CRS, lies elsewhere, is a picture,
        has no value in any district, or is a density while the study does not say so.
    """
    found, facts = _looked_through(source, region, places)
    with open_raster(source.raster) as raster:
        try:
            read = _read(raster, facts, source, region, places)
        except READING_ERRORS as error:
            if isinstance(error, InputError):
                raise
            problem = str(error).replace(str(source.raster.absolute()), source.raster.name)
            fail(finding("raster-unreadable", file=source.raster.name, problem=problem))
    table = table_people(places, region)
    cells = _cells(read, region)
    on_foot = None if source.assign == "voronoi" else network
    cells["place"], cells["assigned"] = assign_cells(cells, region, places, on_foot)
    empty = np.where(usable_places(places), np.isnan(read.count.at_places), np.nan)
    held = _held(read, cells, empty, region, places)
    factor, scaled = _factors(cells, table, held, source, region)
    scale = np.where(np.isnan(factor), 1.0, factor)
    cells["people"] = cells["people_raster"] * scale[cells["district"]]
    cells = cells[list(CELL_COLUMNS)].astype(CELL_COLUMNS)
    sums = Sums(cells, read.count, read.ground, table, factor, empty)
    population = Population(
        grid=read.sheet.grid,
        cells=cells,
        areas=area_table(sums, region, places),
        region=region,
        source=source,
        urban=_urban(read, cells) if source.setting == "grid" else None,
        simulated=(source.raster.name,) if source.simulated else (),
    )
    walked = on_foot is not None
    told = about_population(population, places, read.count, read.ground, walked=walked)
    return replace(population, findings=(*found, *scaled, *told))


def _looked_through(
    source: PopulationSource, region: Region, places: Places
) -> tuple[tuple[Finding, ...], RasterFacts]:
    """Look the raster through; stop where nothing can be made of it."""
    known = places.weight == "people"
    total = float(places.table["people"].sum()) if known else None
    found, facts = inspect_raster(
        source.raster, region, kind="people", people=total, unit=source.unit
    )
    require_usable(found)
    unread = [one for one in found if one.code in {"raster-large", "raster-cut"}]
    if unread and facts.usable == 0:
        fail(unread[0])
    return found, facts


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read."""

    ground: Ground
    sheet: Sheet
    count: Count


def _read(
    raster: rasterio.DatasetReader,
    facts: RasterFacts,
    source: PopulationSource,
    region: Region,
    places: Places,
) -> _Read:
    crs, frame = raster_crs(raster), frame_of(raster)
    assert crs is not None  # noqa: S101 - without one nobody gets here
    districts = outlines(region.districts.geometry, crs, frame)
    drawn, towns = (
        None if shapes is None or shapes.isna().all() else outlines(shapes, crs, frame)
        for shapes in (places.polygons, region.towns.geometry)
    )
    ground = ground_of(districts, drawn, towns)
    sheet = sheet_of(raster, ground, places.table.geometry, wide=source.setting == "grid")
    count = count_people(raster, facts, source, sheet, ground)
    return _Read(ground, sheet, count)


def _held(read: _Read, cells: pd.DataFrame, empty: Floats, region: Region, places: Places) -> Held:
    """Say what of each place the raster holds in the place's district, and what not."""
    home = district_rows(places.table["district_id"], region)
    people = at_home(cells, home, "people_raster")
    table = np.nan_to_num(places.table["people"].to_numpy(dtype=float))
    peopled = np.bincount(cells.loc[cells["place"] >= 0, "place"], minlength=len(home)) > 0
    share = places_missing(read.count, read.ground, empty, places)
    missing = where_missing(share, places, peopled)
    return Held(home, table, people, missing)


def _factors(
    cells: pd.DataFrame, table: Table, held: Held, source: PopulationSource, region: Region
) -> tuple[Floats, list[Finding]]:
    """Give the factor of each district, NaN where it is not scaled."""
    rows = len(region.districts)
    if source.reconcile != "district":
        return np.full(rows, np.nan), []
    people = np.bincount(cells["district"], cells["people_raster"], minlength=rows).astype(float)
    return factors(table, people, held, region, source.raster.name)


def _cells(read: _Read, region: Region) -> pd.DataFrame:
    """Add where the parts of cells stand; people as on the raster."""
    cells, grid = read.count.cells, read.sheet.grid
    to_metric = pyproj.Transformer.from_crs(grid.crs, region.crs, always_xy=True)
    x, y = to_metric.transform(*part_middles(cells, read.ground, grid).T)
    return cells.assign(people=cells["people_raster"], x=x, y=y)


def _urban(read: _Read, cells: pd.DataFrame) -> Urban:
    """Find urban clusters; people within the districts count as they were scaled."""
    people = np.concatenate(read.count.whole)
    more = (cells["people"] - cells["people_raster"]).to_numpy()
    np.add.at(people, (cells["row"].to_numpy(), cells["column"].to_numpy()), more)
    return urban_clusters(read.sheet.grid, np.maximum(people, 0.0))
