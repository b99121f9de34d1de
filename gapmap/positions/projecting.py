"""From the system of a file to the CRS of measuring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gapmap.datum import DEGREES, change_between, convert_datum
from gapmap.positions.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyproj
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

__all__ = ["projected", "projected_points", "shift_unknown"]

_EQUATOR_M: Final = 6_378_137.0
"""Semi-major axis of GRS 1980, WGS 84 and CGCS2000: datums that go round the earth's middle."""
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


def projected_points(xy: Floats, crs: pyproj.CRS, target: pyproj.CRS) -> tuple[Floats, bool]:
    """Bring bare coordinates from one CRS into another.

    Returns
    -------
    tuple
        The coordinates, infinite where there are none in the target CRS; what ``shift_unknown``
        says.
    """
    change = _change(Source(crs, "crs"), target)
    return (xy if change is None else change(xy)), shift_unknown(xy, crs, target)


def shift_unknown(xy: Floats, crs: pyproj.CRS, target: pyproj.CRS) -> bool:
    """Say whether nobody has published how a file's datum lies against that of the target.

    Old datums of other ellipsoids, such as Beijing 1954 and Xian 1980, lie some 50 to 150 m off,
    and PROJ passes them on as they are. WGS 84, CGCS2000 and their like agree to a metre or two.

    Parameters
    ----------
    xy
        Coordinates of the file; PROJ knows shifts of single countries.
    crs
        The file's.
    """
    if not len(xy) or _is_direct(crs, target):
        return False
    change = _to_wgs84(crs)
    change.transform(*np.median(xy, axis=0))
    known = change.operations is not None and len(change.operations) > 0
    used = change if known else change.get_last_used_operation()  # of several, that for this spot
    return "Ballpark" in str(used.description)


def _is_direct(source: pyproj.CRS, target: pyproj.CRS) -> bool:
    """Say whether both are on one datum, or the source's is as good as WGS 84 and CGCS2000."""
    own = source.geodetic_crs
    ellipsoid = source.ellipsoid
    if own is None or ellipsoid is None or own == target.geodetic_crs:
        return True
    return bool(ellipsoid.semi_major_metre == _EQUATOR_M)


def _to_wgs84(crs: pyproj.CRS) -> pyproj.Transformer:
    return change_between(crs, DEGREES)


def _change(source: Source, target: pyproj.CRS) -> Callable[[Floats], Floats] | None:
    """Give the function from source to target coordinates; None where nothing changes."""
    shifted = source.datum in ("gcj02", "bd09")
    if source.crs == target and not shifted:
        return None
    direct = _is_direct(source.crs, target)
    # of old datums PROJ knows the way to WGS 84, but none on to CGCS2000, which is as good as that
    first = None if direct else _to_wgs84(source.crs)
    transformer = change_between(source.crs if direct else DEGREES, target)

    def change(xy: Floats) -> Floats:
        lon, lat = xy[:, 0], xy[:, 1]
        if first is not None:
            lon, lat = first.transform(lon, lat)
        if shifted:
            lon, lat = convert_datum(lon, lat, source=source.datum, target="wgs84")
        return np.column_stack(transformer.transform(lon, lat))

    return change
