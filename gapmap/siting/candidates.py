"""Candidates: the points where something could be built."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from gapmap.errors import MethodError

if TYPE_CHECKING:
    from gapmap.places import Places

__all__ = ["candidate_sites"]


def candidate_sites(
    places: Places, candidates: str | gpd.GeoDataFrame = "places"
) -> gpd.GeoDataFrame:
    """List the points where something could be built: ``site_id``, ``name``, ``geometry``.

    A candidate at a place carries the place's id, a grid point its row and column.
    """
    if isinstance(candidates, gpd.GeoDataFrame):
        return candidates[["site_id", "name", "geometry"]].reset_index(drop=True)
    if candidates == "places":
        table = places.table[places.table["position"] == "ok"]
        named = table[["place_id", "place", "geometry"]].reset_index(drop=True)
        return named.rename(columns={"place_id": "site_id", "place": "name"})
    kind, _, size = candidates.partition(":")
    if kind != "grid" or not size.replace(".", "", 1).isdigit() or float(size) <= 0:
        raise MethodError(
            f"candidates is {candidates!r}; use places, grid:500 or a layer of points",
            f"candidates 为 {candidates!r};可用 places、grid:500 或点图层",
        )
    return _grid(places, float(size))


def _grid(places: Places, size_m: float) -> gpd.GeoDataFrame:
    land = shapely.union_all(places.region.districts.geometry.to_numpy())
    west, south, east, north = land.bounds
    xs = np.arange(west + size_m / 2, east, size_m)
    ys = np.arange(south + size_m / 2, north, size_m)
    column, row = (axis.ravel() for axis in np.meshgrid(np.arange(len(xs)), np.arange(len(ys))))
    shapely.prepare(land)
    inside = shapely.contains_xy(land, xs[column], ys[row])
    names = [f"grid-{r}-{c}" for r, c in zip(row[inside], column[inside], strict=True)]
    return gpd.GeoDataFrame(
        {"site_id": names, "name": names},
        geometry=gpd.points_from_xy(xs[column[inside]], ys[row[inside]]),
        crs=places.region.crs,
    )
