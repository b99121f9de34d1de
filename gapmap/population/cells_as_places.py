"""People on a grid as places: each part of a cell is measured as a village is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gapmap.findings import finding
from gapmap.places import Places
from gapmap.population.missing import missing_people
from gapmap.region import plan_district_of
from gapmap.words import joined_word

if TYPE_CHECKING:
    from gapmap.population.value import Population

    Integers = npt.NDArray[np.int64]
    Objects = npt.NDArray[np.object_]

__all__ = ["as_places", "owners", "with_people"]


def as_places(population: Population, places: Places) -> Places:
    """Make each part of a cell a place without a name of its own.

    Town, plan district, setting, island and name are those of the place that the part belongs to;
    the district is the one that the part lies in. Further people groups are not carried: a grid
    does not tell who lives where.

    Parameters
    ----------
    population
        Read against ``places``.
    places
        Where people live.

    Returns
    -------
    Places
        One row per row of ``population.cells``, then one for the people whom the raster has not
        (see :func:`gapmap.population.missing.missing_people`), of each place: they have no
        position. ``place_id`` is ``r12c34``, row and column of ``population.grid`` counted from 0;
        where a cell has several parts, the ids of district and place follow,
        ``r12c34-440402-0017``; of missing people ``missing-440402-0017``. ``of_place`` is the id of
        the place that it belongs to, ``""`` of none.
    """
    region, gone = population.region, missing_people(population, places)
    cells = pd.concat([population.cells, gone], ignore_index=True)
    owner, district = cells["place"].to_numpy(), cells["district"].to_numpy()
    columns: dict[str, object] = {
        name: _of_owner(places.table[name], owner, "unknown" if name == "setting" else "")
        for name in ("place", "town_id", "town", "plan_district", "setting")
    }
    for name in ("district_id", "district"):
        columns[name] = _of_owner(region.districts[name], district, "")
    elsewhere = _of_owner(places.table["district_id"], owner, "") != columns["district_id"]
    units = plan_district_of(region, region.districts["district_id"])
    plan = np.where(elsewhere, _of_owner(units, district, ""), np.asarray(columns["plan_district"]))
    placed = np.arange(len(cells)) < len(population.cells)
    island = pd.array(_of_owner(places.table["island"], owner, pd.NA), dtype="boolean")
    columns |= {
        "place_id": _part_ids(population, places, cells),
        "of_place": _of_owner(places.table["place_id"], owner, ""),
        "plan_district": plan,
        "people": cells["people"].to_numpy(copy=True),
        "island": island,
        "position": np.where(placed, "ok", "missing").astype(object),
        "file": population.source.raster.name,
        "row": pd.array(np.full(len(cells), pd.NA), dtype="Int64"),
    }
    points = np.full(len(cells), None, dtype=object)
    points[placed] = shapely.points(cells.loc[placed, ["x", "y"]].to_numpy())
    made = gpd.GeoDataFrame(columns, geometry=points, crs=region.crs)
    return Places(table=made, region=region, simulated=population.simulated)


def owners(cells: Places, places: Places) -> Integers:
    """Give the row of the place that each row of :func:`as_places` belongs to, -1 of none."""
    ids = pd.Index(places.table["place_id"].to_numpy(dtype=object))
    return np.asarray(ids.get_indexer(cells.table["of_place"].to_numpy(dtype=object)))


def _of_owner(values: pd.Series, owner: Integers, without: object) -> Objects:
    """Give what the place of each part has; ``without`` where there is none."""
    told = values.to_numpy(dtype=object)
    mine = np.full(len(owner), without, dtype=object)
    mine[owner >= 0] = told[owner[owner >= 0]]
    return mine


def _part_ids(population: Population, places: Places, cells: pd.DataFrame) -> list[str]:
    """Name each part by its cell; where the cell has several, by district and place, too."""
    count = len(population.cells)
    row, column = (population.cells[name].to_numpy() for name in ("row", "column"))
    several = population.cells.duplicated(["row", "column"], keep=False).to_numpy()
    named = [f"r{one}c{other}" for one, other in zip(row.tolist(), column.tolist(), strict=True)]
    named += ["missing"] * (len(cells) - count)
    codes = _of_owner(population.region.districts["district_id"], cells["district"].to_numpy(), "")
    owner = _of_owner(places.table["place_id"], cells["place"].to_numpy(), "")
    for part in [*np.flatnonzero(several), *range(count, len(cells))]:
        named[part] += f"-{codes[part]}-{owner[part]}"
    return _told_apart(named)


def _told_apart(names: list[str]) -> list[str]:
    """Add a number to a name that stood before: ids may hold hyphens themselves."""
    seen: dict[str, int] = {}
    told = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        told.append(name if seen[name] == 1 else f"{name}~{seen[name]}")
    return told


def with_people(places: Places, population: Population) -> Places:
    """Give places that have no people those of their cells on the grid.

    A place without cells has nobody, where the raster has a value in its polygon or where it
    stands; else, and without a position or ground of its own, its people are unknown. People whom
    the raster has not (see :func:`gapmap.population.missing.missing_people`) are
    ``people_missing``: nobody knows what they reach. Where the table has people, it is left alone,
    and what it does not tell stays unknown.

    Parameters
    ----------
    places
        Whose ``weight`` is ``places``; others are given back as they are.
    population
        Read against them.

    Returns
    -------
    Places
        With ``weight`` ``people``, and a finding ``population-places-from-grid``.
    """
    if places.weight == "people":
        return places
    areas = population.areas[population.areas["area_kind"] == "place"]
    people = areas["people"].to_numpy(copy=True)
    people[((areas["cells"] == 0) & ~(areas["share_missing"] < 1)).to_numpy()] = np.nan
    by = areas.groupby("basis")["people"].agg(["count", "sum"])
    told = finding(
        "population-places-from-grid",
        file=population.source.raster.name,
        **_ways(by),
        people=f"{np.nansum(people):,.1f}",
        count=int(np.isnan(people).sum()),
    )
    gone = missing_people(population, places)
    gone = gone[gone["place"] >= 0]
    missing = np.bincount(gone["place"], np.nan_to_num(gone["people"]), minlength=len(people))
    table = places.table.assign(people=people, people_missing=missing)
    return replace(places, table=table, weight="people", findings=(*places.findings, told))


def _ways(by: pd.DataFrame) -> dict[str, Any]:
    """Say how many places came by their cells in which way, and their people."""
    return {
        f"ways_{language}": mark.join(
            f"{joined_word(str(way), language)}{colon}{row['count']:.0f} ({row['sum']:,.0f})"
            for way, row in by.iterrows()
        )
        for language, mark, colon in (("zh", "、", ":"), ("en", ", ", ": "))
    }
