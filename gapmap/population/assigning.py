"""To which place a cell belongs that lies in nobody's polygon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree

from gapmap.network import reach_nearest, snap
from gapmap.region import town_of

if TYPE_CHECKING:
    import pandas as pd

    from gapmap.network import Network
    from gapmap.places import Places
    from gapmap.region import Region

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["assign_cells", "district_rows", "nearest_place", "towns_of_cells", "usable_places"]

_SAME: Final = 1e-12
"""Share by which two distances may differ and still be the same."""


def district_rows(codes: pd.Series, region: Region) -> Integers:
    """Give the row of each district id in ``region.districts``; -1 for none."""
    return _rows(region.districts["district_id"], codes)


def assign_cells(
    cells: pd.DataFrame, region: Region, places: Places, network: Network | None
) -> tuple[Integers, npt.NDArray[np.object_]]:
    """Find the place of each part of a cell, and say how it was found.

    A place takes only parts of its own district. Of places that are equally near, the first in
    the table takes it; one without a usable position takes none.

    Parameters
    ----------
    cells
        ``district``, ``x``, ``y``, and ``place``: -1 where the part lies in nobody's polygon.
    region, places
        Against which the cells were read.
    network
        The cells take the place that is nearest on foot, by the length of the way; those that
        no way is near, or from which none leads to a place of their district, the one nearest in
        a straight line. None: all do.

    Returns
    -------
    tuple
        Row of the place, -1 without; and ``polygon``, ``network``, ``voronoi`` or ``none``.
    """
    place = cells["place"].to_numpy(np.int64, copy=True)
    how = np.where(place >= 0, "polygon", "none").astype(object)
    table = places.table
    home = np.where(usable_places(places), district_rows(table["district_id"], region), -1)
    point = table.geometry.to_numpy()
    place_xy = np.column_stack((shapely.get_x(point), shapely.get_y(point)))
    xy = cells[["x", "y"]].to_numpy()
    district = cells["district"].to_numpy()
    if network is not None:
        for code in np.unique(district[place < 0]):
            mine = np.flatnonzero((district == code) & (place < 0))
            there = np.flatnonzero(home == code)
            target = _by_network(network, xy[mine], place_xy[there])
            place[mine[target >= 0]] = there[target[target >= 0]]
            how[mine[target >= 0]] = "network"
    left = np.flatnonzero(place < 0)
    stands = _Stands(home, _towns_of_places(places, region), place_xy)
    nearest = _straight(stands, district[left], towns_of_cells(region, xy[left]), xy[left])
    place[left] = nearest
    how[left[nearest >= 0]] = "voronoi"
    return place, how


def usable_places(places: Places) -> npt.NDArray[np.bool_]:
    """Say which places have a position that cells can be near to."""
    table = places.table
    return np.asarray((table["position"] == "ok") & table.geometry.notna())


class _Stands(NamedTuple):
    """Of each place: row of its district (-1: takes no cells), row of its town, position."""

    district: Integers
    town: Integers
    xy: Floats


def _by_network(network: Network, xy: Floats, place_xy: Floats) -> Integers:
    if len(place_xy) == 0:
        return np.full(len(xy), -1)
    origins, targets = snap(network, xy, mode="walk"), snap(network, place_xy, mode="walk")
    return reach_nearest(network, origins, targets, mode="walk", by="distance").target


def _straight(stands: _Stands, district: Integers, town: Integers, xy: Floats) -> Integers:
    """Take the nearest place of the own town, or without one there the nearest of the district."""
    found = np.full(len(xy), -1)
    towns = int(max(town.max(initial=-1), stands.town.max(initial=-1))) + 1
    asked, theirs = (one * towns + other for one, other in ((district, town), stands[:2]))
    theirs[(stands.town < 0) | (stands.district < 0)] = -1
    for cells, group, places in (
        (np.flatnonzero(town >= 0), asked, theirs),
        (np.arange(len(xy)), district, stands.district),
    ):
        open_yet = cells[found[cells] < 0]
        for code in np.unique(group[open_yet]):
            mine = open_yet[group[open_yet] == code]
            there = np.flatnonzero(places == code)
            if len(there):
                found[mine] = there[nearest_place(xy[mine], stands.xy[there])]
    return found


def nearest_place(xy: Floats, place_xy: Floats) -> Integers:
    """Give the nearest of at least one place, the first of those that are equally near."""
    tree = cKDTree(place_xy)
    if len(place_xy) == 1:
        return np.zeros(len(xy), dtype=np.int64)
    distance, place = tree.query(xy, k=2)
    nearest = np.asarray(place[:, 0], dtype=np.int64)
    reach = distance[:, 0] * (1 + _SAME)
    tied = np.flatnonzero(distance[:, 1] <= reach)
    for cell, same in zip(tied, tree.query_ball_point(xy[tied], reach[tied]), strict=True):
        nearest[cell] = min(same, default=nearest[cell])
    return nearest


def _towns_of_places(places: Places, region: Region) -> Integers:
    return _rows(region.towns["town_id"], places.table["town_id"])


def towns_of_cells(region: Region, xy: Floats) -> Integers:
    """Give the town in whose polygon the middle of a cell lies; -1 in none."""
    if not region.towns.geometry.notna().any():
        return np.full(len(xy), -1)
    points = gpd.GeoSeries(shapely.points(xy), crs=region.crs)
    return _rows(region.towns["town_id"], town_of(region, points))


def _rows(ids: pd.Series, codes: pd.Series) -> Integers:
    known = {code: row for row, code in reversed(list(enumerate(ids)))}
    return np.array([known.get(code, -1) for code in codes], dtype=np.int64)
