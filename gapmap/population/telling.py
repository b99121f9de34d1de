"""What is said of people on a grid after they were counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyproj

from gapmap.findings import finding
from gapmap.population.assigning import towns_of_cells, usable_places
from gapmap.population.counting import MOST_PER_KM2
from gapmap.words import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from gapmap.findings import Finding
    from gapmap.places import Places
    from gapmap.population.counting import Count
    from gapmap.population.parts import Ground
    from gapmap.population.value import Population

    Integers = npt.NDArray[np.int64]

__all__ = ["about_population"]

_MISSING: Final = 0.01
"""Share of a district without a value from which on it is told."""
_OUTSIDE: Final = 0.01
"""Share of people in cells at the border who lie outside from which on it is a warning."""
_ROUNDING: Final = 1e-9
_DOUBLE: Final = 1e-6
"""Share of people in two districts below which their borders only bend differently between CRSs."""


def about_population(
    population: Population, places: Places, count: Count, ground: Ground, *, walked: bool
) -> tuple[Finding, ...]:
    """Say what was assumed, what has no value, and who belongs to which place by which way."""
    file = population.source.raster.name
    told = [*_about_unit(population, places, file), *_about_borders(population, count, file)]
    told += _about_crowds(population, count, file)
    told += _about_missing(population.areas, file)
    told += _about_overlaps(ground.overlapping, places, file)
    told += _about_places(population, file, walked=walked)
    told += _about_towns(population, places, file)
    if places.weight == "people":
        told += _about_unknown(population.areas, file)
    return tuple(told)


def _about_unit(population: Population, places: Places, file: str) -> Iterator[Finding]:
    if population.source.unit == "auto" and places.weight != "people":
        yield finding("population-unit-assumed", file=file)


def _about_borders(population: Population, count: Count, file: str) -> Iterator[Finding]:
    """Tell who lies in cells at the border but outside, and who lies in two districts."""
    outside = count.touched - count.inside
    if outside > _ROUNDING * count.touched:
        few = outside < _OUTSIDE * count.touched
        much = "population-outside"
        if population.source.reconcile == "district":
            much = "population-outside-reconciled"
        yield finding(
            "population-outside-few" if few else much,
            file=file,
            outside=f"{outside:,.1f}",
            total=f"{count.touched:,.1f}",
            share=f"{outside / count.touched:.2%}",
        )
    twice = float(population.cells["people_raster"].sum()) - count.inside
    if twice > max(1e-6, _DOUBLE * count.inside):
        yield finding("population-twice", file=file, people=f"{twice:,.1f}")


def _about_crowds(population: Population, count: Count, file: str) -> Iterator[Finding]:
    """Tell where more people would live than can."""
    most = count.densest
    if most is not None:
        grid = population.grid
        to_degrees = pyproj.Transformer.from_crs(grid.crs, 4326, always_xy=True)
        x, y = to_degrees.transform(*grid.centres(most.row, most.column)[0])
        yield finding(
            "population-crowded",
            file=file,
            value=f"r{most.row}c{most.column}",
            cells=count.crowded,
            limit=f"{MOST_PER_KM2:,.0f}",
            density=f"{most.per_km2:,.0f}",
            people=f"{most.people:,.0f}",
            at=f"{x:.5f}, {y:.5f}",
        )


def _about_missing(areas: pd.DataFrame, file: str) -> Iterator[Finding]:
    districts = areas[areas["area_kind"] == "district"]
    for row in districts[districts["share_missing"] >= _MISSING].itertuples():
        name, share = row.area or row.area_id, f"{row.share_missing:.1%}"
        yield finding("population-missing", file=file, name=name, share=share)


def _about_overlaps(overlapping: Integers, places: Places, file: str) -> Iterator[Finding]:
    """Tell whose polygons overlap those of places before them in the table."""
    if len(overlapping):
        names = places.table["place"].to_numpy(dtype=object)[overlapping]
        yield finding("population-places-overlap", file=file, count=len(names), **listed(names))


def _about_places(population: Population, file: str, *, walked: bool) -> Iterator[Finding]:
    """Tell by which way cells belong to places."""
    cells = population.cells
    by = cells.groupby("assigned")["people"].agg(["count", "sum"])
    told = {
        way: f"{by['sum'].get(way, 0.0):,.1f}" for way in ("polygon", "network", "voronoi", "none")
    }
    yield finding(
        "population-assigned",
        file=file,
        polygon=told["polygon"],
        network=told["network"],
        voronoi=told["voronoi"],
        none=told["none"],
    )
    if walked and "voronoi" in by.index:
        yield finding(
            "population-off-network",
            file=file,
            cells=by.loc["voronoi", "count"],
            people=told["voronoi"],
        )
    lost = cells[cells["assigned"] == "none"]
    if len(lost):
        names = population.region.districts["district"].to_numpy(dtype=object)
        yield finding(
            "population-unassigned",
            file=file,
            cells=len(lost),
            people=f"{lost['people'].sum():,.1f}",
            **listed(names[row] for row in sorted(set(lost["district"]))),
        )


def _about_towns(population: Population, places: Places, file: str) -> Iterator[Finding]:
    """Tell of whose cells places of other towns take, because their town has no place."""
    towns = population.region.towns
    theirs = places.table.loc[usable_places(places), "town_id"]
    bare = (towns.geometry.notna() & ~towns["town_id"].isin(theirs)).to_numpy()
    cells = population.cells
    cells = cells[(cells["place"] >= 0) & (cells["assigned"] != "polygon")]
    if bare.any() and len(cells):
        town = towns_of_cells(population.region, cells[["x", "y"]].to_numpy())
        there = (town >= 0) & bare[town]
        if there.any():
            names = towns["town"].to_numpy(dtype=object)
            yield finding(
                "population-town-without-place",
                file=file,
                cells=int(there.sum()),
                people=f"{cells.loc[there, 'people'].sum():,.1f}",
                **listed(names[row] for row in sorted(set(town[there]))),
            )


def _about_unknown(areas: pd.DataFrame, file: str) -> Iterator[Finding]:
    """Tell what the grid has for places whose people the table does not tell."""
    places = areas[(areas["area_kind"] == "place") & (areas["people_table_unknown"] > 0)]
    if len(places):
        people = f"{places['people'].sum():,.1f}"
        yield finding("population-places-unknown", file=file, count=len(places), people=people)
