"""In which area a point lies, and which area a planner's word means."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from gapmap.region.value import Region

__all__ = ["district_of", "lies_in", "lying", "names_of", "plan_district_of", "resolve", "town_of"]


def district_of(region: Region, points: gpd.GeoSeries) -> pd.Series:
    """Give the id of the district in which each point lies, ``""`` outside all of them."""
    return lies_in(points, region.districts.geometry, region.districts["district_id"])


def town_of(region: Region, points: gpd.GeoSeries) -> pd.Series:
    """Give the id of the town polygon in which each point lies, ``""`` outside all of them."""
    return lies_in(points, region.towns.geometry, region.towns["town_id"])


def lies_in(points: gpd.GeoSeries, polygons: gpd.GeoSeries, ids: pd.Series) -> pd.Series:
    """Give the id of the polygon in which each point lies.

    A border belongs to its polygon; a point on the border of two, or where two overlap, belongs
    to the one with the lower id. ``""`` for a missing point and one outside every polygon.

    Parameters
    ----------
    points
        In the CRS of the polygons, None where missing.
    polygons, ids
        Of one length and order; a polygon may be None.
    """
    return lying(points, polygons, ids)[0]


def lying(
    points: gpd.GeoSeries, polygons: gpd.GeoSeries, ids: pd.Series
) -> tuple[pd.Series, pd.Series]:
    """Give the polygon of each point as :func:`lies_in`, and all ids where several overlap there.

    Returns
    -------
    tuple
        The ids; and for each point inside two polygons or more (a border is inside of none) all
        of their ids, lowest first, ``""`` elsewhere.
    """
    codes, shapes = ids.to_numpy(dtype=object), polygons.to_numpy()
    found = np.full(len(points), "", dtype=object)
    several = found.copy()
    tree = shapely.STRtree(points.to_numpy())  # of the points: polygons are prepared once each
    polygon, point = tree.query(shapes, predicate="intersects")
    rank = np.empty(len(codes), dtype=np.int64)
    rank[np.argsort(codes, kind="stable")] = np.arange(len(codes))
    highest_first = np.argsort(-rank[polygon], kind="stable")
    found[point[highest_first]] = codes[polygon[highest_first]]  # the lowest is written last
    twice = np.bincount(point, minlength=len(points))[point] > 1
    polygon, point = polygon[twice], point[twice]
    shapely.prepare(shapes)
    inside = shapely.contains_properly(shapes[polygon], points.to_numpy()[point])
    named = pd.Series(codes[polygon[inside]], index=point[inside]).sort_values(kind="stable")
    for where, all_of in named.groupby(level=0):
        if len(all_of) > 1:
            several[where] = ", ".join(all_of)
    return (
        pd.Series(found, index=points.index, dtype="str"),
        pd.Series(several, index=points.index, dtype="str"),
    )


def resolve(cells: pd.Series, ids: pd.Series, names: pd.Series) -> pd.Series:
    """Give the id that each cell means: an id as it stands, or a name that only one area has.

    ``""`` for an empty cell and for one that means none or several.
    """
    once = ~names.duplicated(keep=False) & (names != "")
    meaning = _meaning(names[once], ids[once])
    meaning |= _meaning(ids, ids)
    return _mapped(cells, meaning)


def names_of(codes: pd.Series, ids: pd.Series, values: pd.Series) -> pd.Series:
    """Look up a text for each code; ``""`` for a code that is empty or unknown."""
    return _mapped(codes, _meaning(ids, values))


def plan_district_of(region: Region, district_ids: pd.Series) -> pd.Series:
    """Give the plan's unit of each district: that of its towns, ``""`` where they differ in it.

    A district of which no town is known is its own unit, under its name.
    """
    districts, towns = region.districts, region.towns
    units = dict(zip(districts["district_id"], districts["district"], strict=True))
    for code, plan in towns.groupby("district_id")["plan_district"]:
        units[code] = plan.iloc[0] if (plan == plan.iloc[0]).all() else ""
    return _mapped(district_ids, units)


def _meaning(keys: pd.Series, values: pd.Series) -> dict[str, str]:
    # as plain objects: text of Arrow is made anew, one by one, each time that it is asked for
    return dict(zip(keys.to_numpy(dtype=object), values.to_numpy(dtype=object), strict=True))


def _mapped(cells: pd.Series, meaning: Mapping[str, str]) -> pd.Series:
    told = [meaning.get(cell, "") for cell in cells.to_numpy(dtype=object)]
    return pd.Series(told, index=cells.index, name=cells.name, dtype="str")
