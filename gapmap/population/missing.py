"""Missing: people who live where the raster has no value. Nobody can say what they reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from gapmap.population.assigning import district_rows

if TYPE_CHECKING:
    from gapmap.places import Places
    from gapmap.population.value import Population

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]

__all__ = ["at_home", "drawn", "from_table", "missing_people", "where_missing"]


def missing_people(population: Population, places: Places) -> pd.DataFrame:
    """Find the people whom the raster has not.

    Of a place, its people in the table times the share of its area without a value, but at most as
    many as the grid has fewer than the table. Of a place without a polygon the share is 0 where it
    has cells, as they are where its people live; else 1 where it stands without a value.
    Where cells are scaled to the table, no more are missing of a district than its cells have fewer
    than the table, and both add up to it: of a district with nobody on the grid all are missing.

    Where the table has no people, of a district its people on the grid times m / (1 - m), with m
    the share of its area without a value, which is an assumption. They go to its places by the
    area that is without a value; where no place has any, by their people on the grid.

    Returns
    -------
    One row per place, or district without one: ``district`` (row of ``region.districts``, -1
    without), ``place`` (row of the places' table, -1 without), ``people`` (NaN: nobody knows how
    many). Who misses nobody is left out.
    """
    if from_table(population):
        return _by_place(population, places)
    return _by_area(population, places)


def from_table(population: Population) -> bool:
    """Say whether the table that the population was read against has people."""
    return bool(_areas(population, "place")["people_table"].notna().any())


def at_home(cells: pd.DataFrame, home: Integers, column: str) -> Floats:
    """Add up what each place has of the cells in its own district, ``home``."""
    own = cells[cells["place"] >= 0]
    own = own[home[own["place"]] == own["district"].to_numpy()]
    return np.bincount(own["place"], own[column], minlength=len(home)).astype(float)


def where_missing(share: npt.ArrayLike, places: Places, peopled: Flags) -> Floats:
    """Give the share of the ground of each place on which people may be missing; 0 if unknown."""
    missing = np.nan_to_num(np.asarray(share, dtype=float))
    return np.where(peopled & ~drawn(places), 0.0, missing)


def drawn(places: Places) -> Flags:
    """Say which places have a polygon."""
    if places.polygons is None:
        return np.zeros(len(places.table), dtype=bool)
    return np.asarray(places.polygons.notna())


def _areas(population: Population, kind: str) -> pd.DataFrame:
    return population.areas[population.areas["area_kind"] == kind]


def _by_place(population: Population, places: Places) -> pd.DataFrame:
    told = _areas(population, "place")
    home = district_rows(places.table["district_id"], population.region)
    share = where_missing(told["share_missing"], places, told["cells"].to_numpy() > 0)
    table = told["people_table"].to_numpy(dtype=float)
    if population.source.reconcile == "district":
        nobody = (_areas(population, "district")["people"] == 0).to_numpy()
        share[(home >= 0) & nobody[home]] = 1.0
    fewer = np.maximum(table - at_home(population.cells, home, "people"), 0)
    people = np.minimum(share * table, fewer) * _room(population, home, share * table, fewer)
    lost = np.flatnonzero((share > 0) & ~(people == 0))
    return pd.DataFrame({"district": home[lost], "place": lost, "people": people[lost]})


def _room(population: Population, home: Integers, lost: Floats, fewer: Floats) -> Floats:
    """Give the share of its missing people that each place keeps, so that districts add up.

    In a district whose cells were scaled no more are missing than the cells have fewer than the
    table.
    """
    districts = _areas(population, "district")
    count = len(districts)
    room = np.array(districts["people_table"] - districts["people"], dtype=float)
    room[districts["factor"].isna().to_numpy()] = np.inf
    known = np.nan_to_num(np.minimum(lost, fewer))
    every = np.bincount(home[home >= 0], known[home >= 0], minlength=count)
    kept = np.ones(count + 1)  # the last is of places without a district
    full = every > np.maximum(room, 0)
    kept[:-1][full] = np.maximum(room, 0)[full] / every[full]
    return kept[home]


def _by_area(population: Population, places: Places) -> pd.DataFrame:
    districts = _areas(population, "district")
    home = district_rows(places.table["district_id"], population.region)
    share = np.nan_to_num(districts["share_missing"].to_numpy(dtype=float))
    seen = districts["people"].to_numpy(dtype=float)
    parts = [pd.DataFrame({"district": home[:0], "place": home[:0], "people": seen[:0]})]
    for row in np.flatnonzero(share > 0):
        if seen[row] == 0:
            parts.append(pd.DataFrame({"district": row, "place": [-1], "people": [np.nan]}))
            continue
        people = seen[row] * share[row] / (1 - share[row])
        mine = np.flatnonzero(home == row)
        weight = _weights(population, places, mine)
        if not len(mine):
            mine, weight = np.array([-1]), np.ones(1)
        heads = {"place": mine, "people": people * weight / weight.sum()}
        parts.append(pd.DataFrame({"district": row, **heads})[weight > 0])
    return pd.concat(parts, ignore_index=True)


def _weights(population: Population, places: Places, mine: Integers) -> Floats:
    """Say how the missing people of a district are shared out among its places."""
    told = _areas(population, "place").iloc[mine]
    share = np.nan_to_num(told["share_missing"].to_numpy(dtype=float))
    area = np.zeros(len(mine))
    if places.polygons is not None:
        area = np.nan_to_num(places.polygons.iloc[mine].area.to_numpy(dtype=float))
    people = told["people"].to_numpy(dtype=float)
    for weight in (share * area, share, people):
        if weight.sum() > 0:
            return np.asarray(weight)
    return np.ones(len(mine))
