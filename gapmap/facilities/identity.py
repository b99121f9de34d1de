"""Which rows are the same facility: repeated rows, repeated ids, and possible doubles."""

from __future__ import annotations

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
    content = pd.DataFrame(table.drop(columns=_NOT_CONTENT))
    content["position_wkb"] = table.geometry.to_wkb(hex=True)
    again = content.duplicated()
    alike = content[content.duplicated(keep=False)]
    group = alike.groupby(list(alike), sort=False, dropna=False).ngroup()
    first = {number: table.loc[label] for label, number in group.drop_duplicates().items()}
    told = [_repeats(table.loc[label], first[group[label]]) for label in table.index[again]]
    return again, told


def _repeats(row: pd.Series, first: pd.Series) -> Told:
    here = row["file"] == first["file"]
    said = finding(
        "row-repeated",
        file=row["file"],
        row=int(row["row"]),
        value=row["facility_id"],
        first=first["row"] if here else f"{first['file']}:{first['row']}",
    )
    return int(row["part"]), said


def name_apart(table: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Told]]:
    """Make ids unique within each service: a second use of one gets ``~2``, and so on."""
    renamed = table["facility_id"].copy()
    taken = set(renamed)
    told: list[Told] = []
    for label in table.index[table.duplicated(["service", "facility_id"])]:
        row, number = table.loc[label], 2
        while f"{row['facility_id']}~{number}" in taken:
            number += 1
        new = f"{row['facility_id']}~{number}"
        taken.add(new)
        renamed[label] = new
        said = finding(
            "facility-id-repeated",
            file=row["file"],
            row=int(row["row"]),
            value=row["facility_id"],
            new=new,
        )
        told.append((int(row["part"]), said))
    return table.assign(facility_id=renamed), told


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
    where = np.column_stack((shapely.get_x(points), shapely.get_y(points), far_apart))
    reach_m = np.nextafter(SAME_SPOT_M, 2 * SAME_SPOT_M)
    _, near = cKDTree(where).query(where, k=2, distance_upper_bound=reach_m)
    own = np.arange(len(named))
    other = np.where(near[:, 0] == own, near[:, 1], near[:, 0])
    found = np.flatnonzero(other < len(named))
    pairs = sorted({(min(a, b), max(a, b)) for a, b in zip(found, other[found], strict=True)})
    own_ids = given[named.index].to_numpy()
    pairs = [(a, b) for a, b in pairs if own_ids[a] != own_ids[b]]
    return [(int(named["part"].iloc[b]), _double(named.iloc[a], named.iloc[b])) for a, b in pairs]


def _double(one: pd.Series, other: pd.Series) -> Finding:
    return finding(
        "facility-twin",
        file=other["file"],
        row=int(other["row"]),
        value=other["facility_id"],
        name=other["facility"],
        other=one["facility_id"],
        where=f"{one['file']}:{one['row']}",
    )
