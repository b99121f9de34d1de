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

WIDEST_M: Final = 15_000_000.0
"""A shape wider than this goes round the globe: its CRS breaks at the 180th meridian."""


def projected(
    shapes: NDArray[np.object_], source: Source, target: pyproj.CRS
) -> tuple[NDArray[np.object_], dict[str, Flags]]:
    """Bring shapes into the target CRS.

    Returns
    -------
    tuple
        The shapes, None where there is none in the target CRS; the rows that were lost so, by
        the code of the finding on them.
    """
    known = ~shapely.is_missing(shapes)
    placed = shapes.copy()
    change = _change(source, target)
    if change is not None:
        placed[known] = shapely.transform(shapes[known], change)
    bounds = shapely.bounds(placed)
    nowhere = known & ~np.isfinite(bounds).all(axis=1)
    west, _, east, _ = np.where(nowhere[:, None], 0.0, bounds).T
    wide = known & target.is_projected & (east - west > WIDEST_M)
    placed[nowhere | wide] = None
    return placed, {"position-out-of-range": nowhere, "shape-around-globe": wide}


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
