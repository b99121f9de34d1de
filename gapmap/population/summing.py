"""The table of people by city, district, town and place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from gapmap.population.missing import drawn
from gapmap.population.value import AREA_COLUMNS

if TYPE_CHECKING:
    from gapmap.places import Places
    from gapmap.population.counting import Count
    from gapmap.population.parts import Ground
    from gapmap.population.reconciling import Table
    from gapmap.region import Region

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Words = npt.NDArray[np.str_]

__all__ = ["Sums", "area_table", "places_missing"]

_WAYS: Final = ("network", "polygon", "voronoi")
_WAY_NAMES: Final = np.array(
    [
        "+".join(way for number, way in enumerate(_WAYS) if some >> number & 1) or "none"
        for some in range(1 << len(_WAYS))
    ],
    dtype=object,
)
"""How a place came by its cells, by the bits of its ways."""
_CERTAIN: Final = 1e-9
"""Shares of an area below this are the rounding of coordinates."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What the areas are added up from."""

    cells: pd.DataFrame
    count: Count
    ground: Ground
    table: Table
    factor: Floats
    stands_empty: Floats


def area_table(sums: Sums, region: Region, places: Places) -> pd.DataFrame:
    """Add people up by city, district, town with a polygon, and place; columns of the contract."""
    parts = [_city(sums), _districts(sums, region), _towns(sums, region, places)]
    parts += [_places(sums, places), _polygons(sums, places)]
    made = pd.concat(parts, ignore_index=True)[list(AREA_COLUMNS)]
    return made.astype(AREA_COLUMNS)


def share_missing(valued: Floats, size: Floats) -> Floats:
    """Give the share of areas without a value; NaN where there is no area."""
    with np.errstate(invalid="ignore", divide="ignore"):
        share = 1 - valued / size
    return np.where(share > _CERTAIN, share, np.where(np.isnan(share), np.nan, 0.0))


def places_missing(count: Count, ground: Ground, empty: Floats, places: Places) -> Floats:
    """Give the share of each place without a value; ``empty`` (0 or 1) where none is drawn."""
    has = drawn(places)
    missing: Floats = np.where(has, np.nan, empty)
    if has.any():
        missing[has] = share_missing(count.place_valued, ground.place_size)[has]
    return missing


def _city(sums: Sums) -> pd.DataFrame:
    cells, table = sums.cells, sums.table
    size = sums.ground.districts.size
    return pd.DataFrame(
        {
            "area_kind": ["city"],
            "area_id": ["city"],
            "area": ["city"],
            "cells": [len(cells.drop_duplicates(["row", "column"]))],
            "people_raster": [cells["people_raster"].sum()],
            "people_table": [table.people.sum()],
            "people_table_unknown": [table.unknown.sum()],
            "factor": [_one_factor(sums.factor)],
            "people": [cells["people"].sum()],
            "share_missing": share_missing(
                np.array([sums.count.district_valued.sum()]), np.array([size.sum()])
            ),
            "basis": _bases(sums.factor, np.zeros(len(sums.factor), dtype=np.int64), 1),
        }
    )


def _one_factor(factor: Floats) -> float:
    """Give the factor by which all were scaled, NaN where there are several."""
    return float(factor[0]) if len(set(factor.tolist())) == 1 else np.nan


def _bases(factor: Floats, owner: Integers, rows: int) -> Words:
    """Say of each area whether the districts that it lies in were scaled: all, none, or some."""
    scaled = np.bincount(owner, ~np.isnan(factor), minlength=rows)
    every = np.bincount(owner, minlength=rows)
    told = np.where(scaled == every, "reconciled", np.where(scaled == 0, "raster", "mixed"))
    return np.where(every == 0, "raster", told)


def _districts(sums: Sums, region: Region) -> pd.DataFrame:
    cells, table = sums.cells, sums.table
    rows = len(region.districts)
    seen = cells.drop_duplicates(["row", "column", "district"])["district"]
    return pd.DataFrame(
        {
            "area_kind": "district",
            "area_id": region.districts["district_id"].to_numpy(dtype=object),
            "area": region.districts["district"].to_numpy(dtype=object),
            "cells": np.bincount(seen, minlength=rows),
            "people_raster": _by(cells["district"], cells["people_raster"], rows),
            "people_table": table.people[:rows],
            "people_table_unknown": table.unknown[:rows],
            "factor": sums.factor,
            "people": _by(cells["district"], cells["people"], rows),
            "share_missing": share_missing(sums.count.district_valued, sums.ground.districts.size),
            "basis": np.where(np.isnan(sums.factor), "raster", "reconciled"),
        }
    )


def _by(group: pd.Series, values: pd.Series, rows: int) -> Floats:
    return np.bincount(group, values, minlength=rows).astype(float)


def _towns(sums: Sums, region: Region, places: Places) -> pd.DataFrame:
    """Add up by town polygon; each district's part of a town has the district's factor."""
    towns, found = region.towns, sums.count.towns
    rows = len(towns)
    district, town = found["district"].to_numpy(), found["town"].to_numpy()
    factor = sums.factor[district]
    people = found["people_raster"] * np.where(np.isnan(factor), 1.0, factor)
    size = sums.ground.town_size
    told = _of_table(places, places.table["town_id"], towns["town_id"])
    made = pd.DataFrame(
        {
            "area_kind": "town",
            "area_id": towns["town_id"].to_numpy(dtype=object),
            "area": towns["town"].to_numpy(dtype=object),
            "cells": np.bincount(town, found["cells"], minlength=rows).astype(np.int64),
            "people_raster": np.bincount(town, found["people_raster"], minlength=rows),
            **told,
            "factor": [_one_factor(factor[town == row]) for row in range(rows)],
            "people": np.bincount(town, people, minlength=rows),
            "share_missing": share_missing(sums.count.town_valued, size),
            "basis": _bases(factor, town, rows),
        }
    )
    return made[towns.geometry.notna().to_numpy()]


def _of_table(places: Places, group: pd.Series, ids: pd.Series) -> dict[str, object]:
    """Give what the places' table says of the people of each area."""
    if places.weight == "people":
        people = places.table["people"]
    else:
        people = pd.Series(np.nan, index=places.table.index)
    told = pd.DataFrame({"people": people, "unknown": people.isna()}).groupby(group.to_numpy())
    sums = told.sum().reindex(ids.to_numpy(), fill_value=0)
    known = places.weight == "people"
    return {
        "people_table": sums["people"].to_numpy(dtype=float) if known else np.nan,
        "people_table_unknown": sums["unknown"].to_numpy(dtype=np.int64),
    }


def _places(sums: Sums, places: Places) -> pd.DataFrame:
    """Add up all cells that a place has, by whichever way it came by them."""
    missing = places_missing(sums.count, sums.ground, sums.stands_empty, places)
    cells = sums.cells
    ways = np.zeros(len(places.table), dtype=np.int64)
    for number, way in enumerate(_WAYS):
        ways[cells.loc[cells["assigned"] == way, "place"]] |= 1 << number
    basis = _WAY_NAMES[ways]
    return _by_place(places, "place", sums.cells).assign(share_missing=missing, basis=basis)


def _polygons(sums: Sums, places: Places) -> pd.DataFrame:
    """Add up what lies in the polygon of each place that has one."""
    has = drawn(places)
    cells = sums.cells[sums.cells["assigned"] == "polygon"]
    made = _by_place(places, "place_polygon", cells)
    if not has.any():
        return made[has]
    missing = share_missing(sums.count.place_valued, sums.ground.place_size)
    pieces = sums.ground.places
    basis = _bases(sums.factor[pieces.district], pieces.other, len(has))
    return made[has].assign(share_missing=missing[has], basis=basis[has])


def _by_place(places: Places, kind: str, cells: pd.DataFrame) -> pd.DataFrame:
    rows = len(places.table)
    mine = cells[cells["place"] >= 0]
    seen = mine.drop_duplicates(["row", "column", "place"])["place"]
    ids = places.table["place_id"]
    known = places.weight == "people"
    people = places.table["people"].to_numpy(dtype=float) if known else np.full(rows, np.nan)
    return pd.DataFrame(
        {
            "area_kind": kind,
            "area_id": ids.to_numpy(dtype=object),
            "area": places.table["place"].to_numpy(dtype=object),
            "cells": np.bincount(seen, minlength=rows),
            "people_raster": _by(mine["place"], mine["people_raster"], rows),
            "people_table": people,
            "people_table_unknown": np.isnan(people).astype(np.int64),
            "factor": np.nan,
            "people": _by(mine["place"], mine["people"], rows),
        }
    )
