"""Where a facility belongs: by its code, else by polygon, else to the nearest place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from gapmap.findings import finding
from gapmap.region import district_of, lying, names_of, plan_district_of, town_of
from gapmap.region.placing import say_outside, say_overlaps
from gapmap.region.rows import named_codes

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from gapmap.facilities.value import FacilitySource
    from gapmap.places import Places
    from gapmap.region.rows import Ledger

__all__ = ["HOME", "Gazetteer", "find_home", "home_of_points", "make_gazetteer"]

FAR_FROM_PLACE_M = 10_000.0
"""Farther than this from the place whose code it carries, its code or its position is wrong."""
_EQUAL_M = 1e-6
"""Distances that differ by less are equal."""
_AMBIGUOUS = ("", "")
HOME = ("place_id", "town_id", "district_id", "plan_district", "place_basis", "belongs", "position")


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """All areas that a code or name can mean.

    Attributes
    ----------
    places
        Villages and communities, with their region.
    towns
        ``town_id``, ``town``, ``district_id``, ``plan_district``: those of the region and those
        that only places name.
    meaning
        What a code or a name stands for: the level (``place``, ``town``, ``district``,
        ``plan_district``) and the id; two empty texts for a name that several areas have.
    """

    places: Places
    towns: pd.DataFrame
    meaning: Mapping[str, tuple[str, str]]


def make_gazetteer(places: Places) -> Gazetteer:
    """List what codes and names mean. An id goes before a name, a place before a town."""
    columns = ["town_id", "town", "district_id", "plan_district"]
    own = places.table.loc[places.table["town_id"] != "", columns]
    towns = pd.concat([pd.DataFrame(places.region.towns[columns]), pd.DataFrame(own)])
    towns = towns.drop_duplicates("town_id", ignore_index=True)
    districts = places.region.districts
    units = _plan_units(places, towns)
    listed = [
        *(("place", *one) for one in _pairs(places.table, "place_id", "place")),
        *(("town", *one) for one in _pairs(towns, "town_id", "town")),
        *(("district", *one) for one in _pairs(districts, "district_id", "district")),
        *(("plan_district", one, one) for one in units - set(districts["district"])),
    ]
    meaning: dict[str, tuple[str, str]] = {}
    for level, code, name in listed:
        meaning[name] = _AMBIGUOUS if name in meaning else (level, code)
    for level, code, _ in reversed(listed):
        meaning[code] = (level, code)
    meaning.pop("", None)
    return Gazetteer(places, towns, meaning)


def _pairs(table: pd.DataFrame, one: str, other: str) -> list[tuple[str, str]]:
    return list(
        zip(table[one].to_numpy(dtype=object), table[other].to_numpy(dtype=object), strict=True)
    )


def _plan_units(places: Places, towns: pd.DataFrame) -> set[str]:
    return {*places.table["plan_district"].unique(), *towns["plan_district"].unique()} - {""}


def find_home(
    ledger: Ledger,
    source: FacilitySource,
    points: gpd.GeoSeries,
    gazetteer: Gazetteer,
    names: pd.Series,
) -> pd.DataFrame:
    """Find the place, town and district that each facility belongs to.

    A code (or unique name) of a place, town, district or unit of the plan decides. Without a
    known one, the place polygon in which the facility lies does, else the nearest place within
    ``presence_m`` metres in a straight line (an assumption, therefore labelled ``nearest``; of
    two at one distance the lower id). A facility without a place belongs to the town and the
    district in which it lies. What a code says of a town or district is not refined by position.

    Returns
    -------
    pd.DataFrame
        The columns of ``HOME`` on the table's index. A facility outside every district has the
        position ``outside``; it may still belong to a place, and it serves.
    """
    index = ledger.table.cells.index
    home = pd.DataFrame("", index=index, columns=list(HOME), dtype="str")
    level = _by_code(ledger, source, gazetteer, home)
    open_rows = (level == "") & points.notna()
    in_several = _by_position(home, points[open_rows], gazetteer.places, source.presence_m)
    say_overlaps(ledger, in_several)
    _fill(home, level, points, gazetteer)
    region = gazetteer.places.region
    in_district, in_several = lying(
        points, region.districts.geometry, region.districts["district_id"]
    )
    say_overlaps(ledger, in_several)
    home["position"] = np.select(
        [points.isna().to_numpy(), (in_district == "").to_numpy()], ["missing", "outside"], "ok"
    )
    ledger.each("facility-outside", home["position"] == "outside", names)
    say_outside(ledger, points, home["position"] == "outside", region)
    _say_far(ledger, home, points, gazetteer.places, names)
    return home


def home_of_points(
    points: gpd.GeoSeries, place_ids: pd.Series, places: Places, presence_m: float = 1000.0
) -> pd.DataFrame:
    """Find where new facilities belong: to the place that is named, else by their position.

    Parameters
    ----------
    points
        In the region's CRS.
    place_ids
        The place of each, ``""`` where position decides, as in :func:`find_home`.

    Returns
    -------
    pd.DataFrame
        The columns of ``HOME`` on the index of ``points``.
    """
    home = pd.DataFrame("", index=points.index, columns=list(HOME), dtype="str")
    home["place_id"] = place_ids.astype("str")
    named = home["place_id"] != ""
    home.loc[named, "place_basis"] = "code"
    _by_position(home, points[~named], places, presence_m)
    nothing_coded = pd.Series("", index=points.index, dtype="str")
    _fill(home, nothing_coded, points, make_gazetteer(places))
    outside = district_of(places.region, points) == ""
    home["position"] = np.where(outside, "outside", "ok")
    return home


def _by_code(
    ledger: Ledger, source: FacilitySource, gazetteer: Gazetteer, home: pd.DataFrame
) -> pd.Series:
    """Write what the place column means into ``home``; give its level, ``""`` where none."""
    if source.place is None:
        return pd.Series("", index=home.index, dtype="str")
    cells = named_codes(ledger, source.place)
    meant = {cell: gazetteer.meaning.get(cell) for cell in cells.unique()}
    level = cells.map({cell: one[0] if one else "" for cell, one in meant.items()}).astype("str")
    code = cells.map({cell: one[1] if one else "" for cell, one in meant.items()}).astype("str")
    several = cells.isin([cell for cell, one in meant.items() if one == _AMBIGUOUS])
    ledger.each("place-code-ambiguous", several, cells, field=source.place)
    unknown = (level == "") & (cells != "") & ~several
    ledger.each("place-code-unknown", unknown, cells, field=source.place)
    for name in ("place", "town", "district"):
        home[f"{name}_id"] = code.where(level == name, "")
    home["plan_district"] = code.where(level == "plan_district", "")
    home.loc[level != "", "place_basis"] = "code"
    return level


def _by_position(
    home: pd.DataFrame, points: gpd.GeoSeries, places: Places, presence_m: float
) -> pd.Series:
    """Give each point its place, by polygon or by nearness, and write down by which.

    Returns
    -------
    pd.Series
        The ids of all place polygons in which a point lies, where these are several.
    """
    several = pd.Series("", index=points.index, dtype="str")
    if len(points) == 0:
        return several
    if places.polygons is not None:
        found, several = lying(points, places.polygons, places.table["place_id"])
        found = found[found != ""]
        home.loc[found.index, "place_id"] = found
        home.loc[found.index, "place_basis"] = "polygon"
        points = points[~points.index.isin(found.index)]
    near = _nearest(points, places, presence_m)
    home.loc[near.index, "place_id"] = near
    home.loc[near.index, "place_basis"] = "nearest"
    return several


def _nearest(points: gpd.GeoSeries, places: Places, presence_m: float) -> pd.Series:
    """Give the id of the nearest place for the points that have one within ``presence_m``."""
    known = places.table[places.table["position"] == "ok"].sort_values("place_id")
    if len(known) == 0 or len(points) == 0:
        return pd.Series(dtype="str")
    _, lowest_id = np.unique(_xy(known.geometry), axis=0, return_index=True)
    known = known.iloc[np.sort(lowest_id)]  # one place for each spot: many share a fallback one
    tree, here = cKDTree(_xy(known.geometry)), _xy(points)
    metres, order = tree.query(here, k=[1])
    metres, order = metres[:, 0], order[:, 0]
    near = np.flatnonzero(metres <= presence_m)
    order = order[near]
    rivals = tree.query_ball_point(here[near], metres[near] + _EQUAL_M)
    lowest = np.array([min(several) for several in rivals], dtype=np.int64)
    codes = known["place_id"].to_numpy(dtype=object)[np.minimum(order, lowest)]
    return pd.Series(codes, index=points.index[near], dtype="str")


def _xy(points: gpd.GeoSeries) -> NDArray[np.float64]:
    shapes = points.to_numpy()
    return np.column_stack((shapely.get_x(shapes), shapely.get_y(shapes)))


def _fill(
    home: pd.DataFrame, level: pd.Series, points: gpd.GeoSeries, gazetteer: Gazetteer
) -> None:
    """Add town, district and plan district from the place, the code, or the polygons."""
    places, region = gazetteer.places.table, gazetteer.places.region
    towns, districts = gazetteer.towns, region.districts
    placed, coded = home["place_id"] != "", level != ""
    for name in ("town_id", "district_id", "plan_district"):
        of_place = names_of(home["place_id"], places["place_id"], places[name])
        home[name] = home[name].where(~placed, of_place)
    drawn = town_of(region, points)
    home["town_id"] = home["town_id"].where(placed | coded, drawn)
    by_town = ~placed & (home["town_id"] != "")
    for name in ("district_id", "plan_district"):
        of_town = names_of(home["town_id"], towns["town_id"], towns[name])
        home[name] = home[name].where(~by_town, of_town)
    lying = district_of(region, points)
    home["district_id"] = home["district_id"].where(
        placed | coded | (home["district_id"] != ""), lying
    )
    named = names_of(home["district_id"], districts["district_id"], districts["district"])
    home["plan_district"] = home["plan_district"].where(level != "district", named)
    by_position = ~placed & ~coded & (home["plan_district"] == "")
    of_district = plan_district_of(region, home["district_id"])
    home["plan_district"] = home["plan_district"].where(~by_position, of_district)
    unit = level == "plan_district"
    only = _only_district(gazetteer)
    home.loc[unit, "district_id"] = [only.get(one, "") for one in home.loc[unit, "plan_district"]]
    below = (home["district_id"] != "") | (home["plan_district"] != "")
    home["belongs"] = np.select(
        [placed, home["town_id"] != "", below], ["place", "town", "district"], ""
    )


def _only_district(gazetteer: Gazetteer) -> dict[str, str]:
    """Give the district of each of the plan's units that lies in one, ``""`` for the others."""
    columns = ["plan_district", "district_id"]
    both = pd.concat([gazetteer.towns[columns], gazetteer.places.table[columns]])
    both = both[both["district_id"] != ""].drop_duplicates()
    several = both["plan_district"].duplicated(keep=False)
    return dict(zip(both["plan_district"], both["district_id"].where(~several, ""), strict=True))


def _say_far(
    ledger: Ledger, home: pd.DataFrame, points: gpd.GeoSeries, places: Places, names: pd.Series
) -> None:
    """Doubt a facility that stands far from the place whose code it carries."""
    known = places.table[places.table["position"] == "ok"]
    coded = (home["place_basis"] == "code") & points.notna()
    if not coded.any():
        return
    there = dict(zip(known["place_id"], known.geometry.to_numpy(), strict=True))
    codes = home.loc[coded, "place_id"]
    homes = np.array([there.get(code) for code in codes], dtype=object)
    metres = shapely.distance(points[coded].to_numpy(), homes)
    ledger.add(
        finding(
            "facility-far-from-place",
            file=ledger.table.file,
            row=int(str(row)),
            name=name,
            place=code,
            km=f"{far_m / 1000:.1f}",
        )
        for (row, code), name, far_m in zip(codes.items(), names[coded], metres, strict=True)
        if far_m > FAR_FROM_PLACE_M
    )
