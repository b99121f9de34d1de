"""Whether the roads lie where the districts are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from gapmap.errors import NetworkError
from gapmap.findings import Finding, fail, finding
from gapmap.network.ways import edge_lines

if TYPE_CHECKING:
    import geopandas as gpd

    from gapmap.network.value import Network

__all__ = ["judge_place"]

_FAR_M = 50_000.0  # roads farther away than this are those of another city


def judge_place(network: Network, districts: gpd.GeoSeries, *, file: str) -> tuple[Finding, ...]:
    """Say how far the roads are from the districts, where none reaches them.

    Parameters
    ----------
    network
        The ways.
    districts
        Polygons in the network's CRS.
    file
        The file of the roads.

    Raises
    ------
    NetworkError
        If no way is within 50 km of any district.
    """
    areas = shapely.union_all(shapely.make_valid(districts.dropna().to_numpy()))
    if areas.is_empty:
        return ()
    shapely.prepare(areas)
    coords = network.edges.coords
    if shapely.intersects_xy(areas, *coords.T).any():
        return ()
    away_m = float(shapely.distance(areas, edge_lines(network.edges)).min())
    if away_m <= network.snap_m:
        return ()
    west, south, east, north = (f"{one:.0f}" for one in (*coords.min(axis=0), *coords.max(axis=0)))
    km, reach = f"{away_m / 1000:.1f}", f"{west}, {south}, {east}, {north}"
    if away_m > _FAR_M:
        fail(finding("network-elsewhere", file=file, value=reach, km=km), NetworkError)
    return (finding("network-outside", file=file, value=reach, km=km),)
