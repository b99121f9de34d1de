"""Nearest: the plain form of the search, for arrays of positions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from gapmap.network.search import reach_nearest
from gapmap.network.snapping import snap

if TYPE_CHECKING:
    from gapmap.network.value import Floats, Integers, Network

__all__ = ["nearest"]


def nearest(
    network: Network,
    origins: npt.ArrayLike | gpd.GeoSeries,
    targets: npt.ArrayLike | gpd.GeoSeries,
    *,
    mode: str = "walk",
) -> tuple[Floats, Integers] | tuple[pd.Series, pd.Series]:
    """Give the way to the nearest target of each origin, and which target that is.

    Parameters
    ----------
    network
        The ways.
    origins, targets
        Positions in the network's CRS, shape (n, 2), NaN where there is none; or a GeoSeries of
        points in any CRS.
    mode
        ``walk``, ``cycle`` or ``drive``.

    Returns
    -------
    Metres (inf where no target is reached) and the target's index from 0 (-1 there): arrays, or
    Series with the index of ``origins`` where that is a GeoSeries.
    """
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


def _positions(points: npt.ArrayLike | gpd.GeoSeries, network: Network) -> Floats:
    if not isinstance(points, gpd.GeoSeries):
        return np.asarray(points, float)
    if points.crs is not None and points.crs != network.crs:
        points = points.to_crs(network.crs)
    return np.column_stack([points.x.to_numpy(float), points.y.to_numpy(float)])
