"""Which rows are the same facility: repeated rows, repeated ids, and possible doubles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from gapmap.findings import Finding, finding

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["Told", "name_apart", "possible_doubles", "repeated_rows"]

SAME_SPOT_M = 1.0
"""Two facilities of one name this near to each other may be one, entered twice."""
_NOT_CONTENT = ["file", "row", "part", "geometry"]

Told = tuple[int, Finding]
"""A finding, and the number of the file that it is about."""


def repeated_rows(table: gpd.GeoDataFrame) -> tuple[pd.Series, list[Told]]:
    """Say which rows repeat an earlier one in all that was read: id, name, position, dates.

    Parameters
    ----------
    table
        Facilities of all files; ``part`` is the file's number.

    Returns
    -------
    again, told
        Which rows those are, and a finding for each.
    """
    again = pd.Series(data=False, index=table.index)
    same_id = np.flatnonzero(table.duplicated(["service", "facility_id"], keep=False))
    if not len(same_id):
        return again, []
    content = pd.DataFrame(table.iloc[same_id].drop(columns=_NOT_CONTENT))
    content["position_wkb"] = table.geometry.iloc[same_id].to_wkb(hex=True)
    again.iloc[same_id] = content.duplicated().to_numpy()
    some = content[content.duplicated(keep=False)]
    alike = same_id[content.duplicated(keep=False).to_numpy()]
    group = some.groupby(list(some), sort=False, dropna=False).ngroup().to_numpy()
    _, first = np.unique(group, return_index=True)
    where = _Rows(table)
    told = [
        _repeats(where.at(alike[at]), where.at(alike[first[group[at]]]))
        for at in np.flatnonzero(again.to_numpy()[alike])
    ]
    return again, told


@dataclass(frozen=True, slots=True)
class _Where:
    """A facility's id and name, and the row that it stands in."""

    id: str
    name: str
    service: str
    part: int
    file: str
    row: int


class _Rows:
    """The rows of a table of facilities, by their position in it."""

    def __init__(self, table: gpd.GeoDataFrame) -> None:
        names = ("facility_id", "facility", "service", "part", "file", "row")
        self._columns = [table[name].to_numpy(dtype=object) for name in names]

    def at(self, position: np.integer) -> _Where:
        """Give the row at a position."""
        return _Where(*(column[position] for column in self._columns))


def _repeats(one: _Where, first: _Where) -> Told:
    place = first.row if one.file == first.file else f"{first.file}:{first.row}"
    said = finding("row-repeated", file=one.file, row=one.row, value=one.id, first=place)
    return one.part, said


def name_apart(table: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Told]]:
    """Make ids unique within each service: a second use of one gets ``~2``, and so on."""
    renamed = table["facility_id"].to_numpy(dtype=object, copy=True)
    taken = set(renamed)
    next_number: dict[str, int] = {}
    made: dict[tuple[int, int], str] = {}  # a row of two services keeps one id
    told: list[Told] = []
    where = _Rows(table)
    for position in np.flatnonzero(table.duplicated(["service", "facility_id"])):
        one = where.at(position)
        if (one.part, one.row) in made:
            renamed[position] = made[one.part, one.row]
            continue
        number = next_number.get(one.id, 2)
        while f"{one.id}~{number}" in taken:
            number += 1
        new = f"{one.id}~{number}"
        next_number[one.id] = number + 1
        taken.add(new)
        renamed[position] = made[one.part, one.row] = new
        said = finding("facility-id-repeated", file=one.file, row=one.row, value=one.id, new=new)
        told.append((one.part, said))
    apart = pd.Series(renamed, index=table.index, dtype="str")
    return table.assign(facility_id=apart), told


def possible_doubles(table: gpd.GeoDataFrame, given: pd.Series) -> list[Told]:
    """Point out facilities of one service and name within 1 m of each other, but of two ids.

    Parameters
    ----------
    table
        Facilities with ids that are unique within each service.
    given
        The ids as the files have them: where two were equal, that has been said.
    """
    named = table[table.geometry.notna() & (table["facility"] != "")]
    if len(named) < 2:  # noqa: PLR2004 - a pair
        return []
    group = named.groupby(["service", "facility"], sort=False).ngroup().to_numpy(dtype=float)
    points = named.geometry.to_numpy()
    far_apart = group * 10 * SAME_SPOT_M  # a third axis keeps other names out of reach
    xyz = np.column_stack((shapely.get_x(points), shapely.get_y(points), far_apart))
    reach_m = np.nextafter(SAME_SPOT_M, 2 * SAME_SPOT_M)
    _, near = cKDTree(xyz).query(xyz, k=2, distance_upper_bound=reach_m)
    own = np.arange(len(named))
    other = np.where(near[:, 0] == own, near[:, 1], near[:, 0])
    found = np.flatnonzero(other < len(named))
    pairs = sorted({(min(a, b), max(a, b)) for a, b in zip(found, other[found], strict=True)})
    own_ids = given[named.index].to_numpy()
    where = _Rows(named)
    return [_double(where.at(a), where.at(b)) for a, b in pairs if own_ids[a] != own_ids[b]]


def _double(one: _Where, other: _Where) -> Told:
    said = finding(
        "facility-twin",
        file=other.file,
        row=other.row,
        value=other.id,
        name=other.name,
        other=one.id,
        where=f"{one.file}:{one.row}",
    )
    return other.part, said
