"""Zones: the sets of places or cells that are summed up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapmap.places import Places

__all__ = ["Zone", "rest_of", "zones_of"]

_BY_COLUMN = (
    ("district", "district", "district_id"),
    ("plan_district", "plan_district", "plan_district"),
    ("town", "town", "town_id"),
    ("setting", "setting", "setting"),
)


@dataclass(frozen=True, slots=True)
class Zone:
    """A named set of places, or of cells that stand as places.

    ``kind`` is ``city``, ``district``, ``plan_district``, ``town``, ``setting`` or ``group``;
    ``member`` has one entry per row of the places' table.
    """

    kind: str
    name: str
    id: str
    member: npt.NDArray[np.bool_]


def zones_of(places: Places) -> Iterator[Zone]:
    """List every zone, the city first, those of a kind by their id.

    A zone without a member is listed where it is a group of districts; places whose district or
    town nobody knows make a zone with an empty id.
    """
    table = places.table
    yield Zone("city", "city", "city", np.ones(len(table), dtype=bool))
    for kind, name, key in _BY_COLUMN:
        codes, ids = pd.factorize(table[key].astype(str).to_numpy(dtype=object), sort=True)
        names = table[name].to_numpy(dtype=object)
        for number, one in enumerate(ids):
            member = codes == number
            yield Zone(kind, str(names[member.argmax()]) or "unknown", str(one), member)
    for name, districts in places.region.groups.items():
        inside = table["district_id"].isin(districts).to_numpy()
        known = (table["district_id"] != "").to_numpy()
        yield Zone("group", name, name, inside)
        yield Zone("group", rest_of(name), rest_of(name), known & ~inside)


def rest_of(group: str) -> str:
    """Name the districts that do not belong to a group."""
    return f"rest of {group}"
