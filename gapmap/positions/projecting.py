"""From the system of a file to the CRS of measuring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyproj
import shapely

from gapmap.datum import convert_datum

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from gapmap.positions.source import Source

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

__all__ = ["projected"]

MARGIN_DEG: Final = 3.0
"""How far outside the area of use of its CRS a position may lie before it is refused."""


def projected(
    shapes: NDArray[np.object_], source: Source, target: pyproj.CRS
) -> tuple[NDArray[np.object_], Flags]:
    """Bring shapes into the target CRS; None and flagged where that gives no position."""
    known = ~shapely.is_missing(shapes)
    placed = shapes.copy()
    change = _change(source, target)
    if change is not None:
        placed[known] = shapely.transform(shapes[known], change)
    bounds = shapely.bounds(placed)
    lost = known & ~np.isfinite(bounds).all(axis=1)
    if source.crs.is_projected:
        lost |= known & ~_in_area(shapes, source.crs)
    placed[lost] = None
    return placed, lost


def _change(source: Source, target: pyproj.CRS) -> Callable[[Floats], Floats] | None:
    """Give the function from source to target coordinates; None where nothing changes."""
    shifted = source.datum in ("gcj02", "bd09")
    if source.crs == target and not shifted:
        return None
    transformer = pyproj.Transformer.from_crs(source.crs, target, always_xy=True)

    def change(xy: Floats) -> Floats:
        lon, lat = xy[:, 0], xy[:, 1]
        if shifted:
            lon, lat = convert_datum(lon, lat, source=source.datum, target="wgs84")
        return np.column_stack(transformer.transform(lon, lat))

    return change


def _in_area(shapes: NDArray[np.object_], crs: pyproj.CRS) -> Flags:
    """Say which shapes lie in or near the area for which their projected CRS is meant.

    Eastings and northings exchanged, as Chinese surveyors write them (X is north), are found
    by this: they would lie on another continent.
    """
    area = crs.area_of_use
    west, south, east, north = shapely.bounds(shapes).T
    if area is None or area.west > area.east:
        return np.ones(len(shapes), dtype=bool)
    to_degrees = pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    lon, lat = to_degrees.transform((west + east) / 2, (south + north) / 2)
    return np.asarray(
        (lon >= area.west - MARGIN_DEG)
        & (lon <= area.east + MARGIN_DEG)
        & (lat >= area.south - MARGIN_DEG)
        & (lat <= area.north + MARGIN_DEG)
    )
