"""Unserved: people for whom no facility has room, by area and by place."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from gapmap.catchment.zones import zones_of

if TYPE_CHECKING:
    from gapmap.places import Places

__all__ = ["UNSERVED_COLUMNS", "Grounds", "Left", "unserved_rows"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_KINDS = ("city", "district", "town", "group")

UNSERVED_COLUMNS = [
    "service",
    "area_kind",
    "area_id",
    "area",
    "people",
    "people_served",
    "people_residual",
    "people_spent",
    "people_unknown",
    "places_without_people",
    "basis",
]
"""Columns of ``unserved.csv``."""


class Grounds(NamedTuple):
    """Where people are: as places or as cells, and to which place (-1: none) each row belongs."""

    origins: Places
    places: Places
    owner: npt.NDArray[np.int64]
    basis: str


class Left(NamedTuple):
    """People of each origin, who of them was taken in, who not, and what is known of the rest.

    ``within`` says whether a facility of known capacity is within the limit.
    """

    people: Floats
    served: Floats
    residual: Floats
    unknown: Flags
    within: Flags


def unserved_rows(service: str, left: Left, grounds: Grounds) -> pd.DataFrame:
    """Add people up by city, district, town and group, and by place.

    ``people_served``, ``people_residual`` and ``people_unknown`` add up to ``people``;
    ``people_spent`` are those of ``people_residual`` who have a facility within the limit, but a
    full one. Of cells those without a place are one row with an empty id.
    """
    without = grounds.origins.table["people"].isna().to_numpy()
    of_rows = {
        "people": left.people,
        "people_served": left.served,
        "people_residual": np.where(left.unknown, 0.0, left.residual),
        "people_spent": np.where(left.within & ~left.unknown, left.residual, 0.0),
        "people_unknown": np.where(left.unknown, left.residual, 0.0),
        "places_without_people": without.astype(float),
    }
    rows = [
        {
            "area_kind": zone.kind,
            "area_id": zone.id,
            "area": zone.name,
            **{name: float(values[zone.member].sum()) for name, values in of_rows.items()},
        }
        for zone in zones_of(grounds.origins)
        if zone.kind in _KINDS and zone.member.any()
    ]
    table = pd.concat([pd.DataFrame(rows), _by_place(of_rows, grounds)], ignore_index=True)
    table = table.assign(service=service, basis=grounds.basis)
    table["places_without_people"] = table["places_without_people"].astype(np.int64)
    return table[UNSERVED_COLUMNS]


def _by_place(of_rows: dict[str, Floats], grounds: Grounds) -> pd.DataFrame:
    table = grounds.places.table
    size = len(table)
    owner = np.where(grounds.owner < 0, size, grounds.owner)
    sums = {
        name: np.bincount(owner, values, minlength=size + 1) for name, values in of_rows.items()
    }
    named = {
        "area_kind": "place",
        "area_id": [*table["place_id"].astype(str), ""],
        "area": [*table["place"].astype(str), ""],
    }
    made = pd.DataFrame({**named, **sums})
    return made if (owner == size).any() else made.iloc[:size]
