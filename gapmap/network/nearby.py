"""Nearest: the plain form of the search, for arrays of positions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from geopandas.array import GeometryArray

from gapmap.errors import MethodError
from gapmap.network.search import reach_nearest
from gapmap.network.snapping import snap

if TYPE_CHECKING:
    from gapmap.network.value import Floats, Integers, Network

    Points: TypeAlias = npt.ArrayLike | gpd.GeoSeries | gpd.GeoDataFrame | Sequence[shapely.Point]

__all__ = ["nearest"]


def nearest(
    network: Network,
    origins: Points,
    targets: Points,
    *,
    mode: str = "walk",
) -> tuple[Floats, Integers] | tuple[pd.Series, pd.Series]:
    """Give the way to the nearest target of each origin, and which target that is.

    Parameters
    ----------
    network
        The ways.
    origins, targets
        Positions in the network's CRS, shape (n, 2), NaN where there is none; or points as a
        GeoSeries or GeoDataFrame in any CRS, or as a list in the network's.
    mode
        ``walk``, ``cycle`` or ``drive``.

    Returns
    -------
    Metres (inf where no target is reached) and the target's index from 0 (-1 there): arrays, or
    Series with the index of ``origins`` where that is a GeoSeries.
    """
    origins, targets = (_as_series(points) for points in (origins, targets))
    joined = [
        snap(network, _positions(points, network), mode=mode) for points in (origins, targets)
    ]
    reach = reach_nearest(network, *joined, mode=mode, by="distance")
    if isinstance(origins, gpd.GeoSeries):
        return (
            pd.Series(reach.distance_m, index=origins.index, name="distance_m"),
            pd.Series(reach.target, index=origins.index, name="target"),
        )
    return reach.distance_m, reach.target


def _as_series(points: Points) -> npt.ArrayLike | gpd.GeoSeries:
    """Take the geometry of a table of points, or points without a table, as a series."""
    if isinstance(points, gpd.GeoDataFrame):
        return points.geometry
    first = next(iter(points), None) if isinstance(points, Sequence) else None
    if isinstance(points, GeometryArray) or isinstance(first, shapely.Point):
        return gpd.GeoSeries(points)
    return points


def _positions(points: npt.ArrayLike | gpd.GeoSeries, network: Network) -> npt.ArrayLike:
    if not isinstance(points, gpd.GeoSeries):
        return points
    if points.crs is not None and points.crs != network.crs:
        points = points.to_crs(network.crs)
    kinds = set(points.geom_type.dropna()) - {"Point"}
    if kinds:
        raise MethodError(
            f"positions are points, not {', '.join(sorted(kinds))}; take representative_point()",
            f"位置应为点,不能是 {', '.join(sorted(kinds))};可先取 representative_point()",
        )
    return np.column_stack([points.x.to_numpy(float), points.y.to_numpy(float)])
