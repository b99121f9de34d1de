"""Missing: people whom the table knows and the raster has not, and what they do to the bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from gapmap.catchment import rest_of, zones_of

if TYPE_CHECKING:
    import pandas as pd

    from gapmap.places import Places
    from gapmap.population import Population

__all__ = ["Missing", "find_missing"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Missing:
    """People who live where the raster has no value: nobody can say what they reach.

    Attributes
    ----------
    people
        By kind and id of the zone; zones without any are left out.
    of_place, of_district
        Of each place and district; of places 0 where the table has no people.
    places_unknown
        Places that stand at least in part where the raster has no value, and whose people nobody
        knows.
    by_area
        Whether the table has no people at all: the missing part of each district was taken to be
        as densely peopled as the rest.
    """

    people: dict[tuple[str, str], float]
    of_place: Floats
    of_district: Floats
    places_unknown: int
    by_area: bool


def find_missing(population: Population, places: Places) -> Missing:
    """Find the people whom the raster has not.

    Of a place, its people in the table times the share of its area (of a place without polygon: 0
    or 1, as it stands) without a value, but at most as many as the grid has fewer than the table.
    Where the table has no people, of a district its people on the grid times m / (1 - m), with m
    the share of its area without a value, which is an assumption.

    Where cells were scaled to the table, people on the grid and missing people add up to it.
    """
    of_place, unknown = _by_place(population)
    ids = population.region.districts["district_id"].to_numpy(dtype=object)
    by_area = not _known(population).any()
    if by_area:
        of_district = _by_area(population)
        people = _of_whole_districts(population, of_district)
    else:
        home = places.table["district_id"].to_numpy(dtype=object)
        of_district = np.array([of_place[home == one].sum() for one in ids])
        people = {
            (zone.kind, zone.id): float(of_place[zone.member].sum()) for zone in zones_of(places)
        }
    return Missing(
        people={zone: missing for zone, missing in people.items() if missing > 0},
        of_place=of_place,
        of_district=of_district,
        places_unknown=0 if by_area else unknown,
        by_area=by_area,
    )


def _areas(population: Population, kind: str) -> pd.DataFrame:
    return population.areas[population.areas["area_kind"] == kind]


def _known(population: Population) -> npt.NDArray[np.bool_]:
    return np.asarray(_areas(population, "place")["people_table"].notna())


def _by_place(population: Population) -> tuple[Floats, int]:
    """Give the missing people of each place, and how many places have an unknown number of them."""
    told = _areas(population, "place")
    share = np.nan_to_num(told["share_missing"].to_numpy(dtype=float))
    table, grid = (told[name].to_numpy(dtype=float) for name in ("people_table", "people"))
    fewer = np.maximum(np.nan_to_num(table - grid), 0)
    missing: Floats = np.minimum(share * np.nan_to_num(table), fewer)
    return missing, int(((share > 0) & np.isnan(table)).sum())


def _by_area(population: Population) -> Floats:
    """Give the missing people of each district as if they lived as densely as the others."""
    told = _areas(population, "district")
    share = np.nan_to_num(told["share_missing"].to_numpy(dtype=float))
    seen = np.where(share < 1, 1 - share, 1)
    missing: Floats = told["people"].to_numpy(dtype=float) * np.where(share < 1, share, 0) / seen
    return missing


def _of_whole_districts(population: Population, missing: Floats) -> dict[tuple[str, str], float]:
    """Add the missing people of districts up to the zones that are whole districts."""
    ids = population.region.districts["district_id"].to_numpy(dtype=object)
    found = {("city", "city"): float(missing.sum())}
    found |= {("district", str(one)): float(n) for one, n in zip(ids, missing, strict=True)}
    for name, members in population.region.groups.items():
        inside = np.isin(ids, list(members))
        found["group", name] = float(missing[inside].sum())
        found["group", rest_of(name)] = float(missing[~inside].sum())
    return found
