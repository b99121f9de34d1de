"""The metric CRS: in which system the distances and areas of a study are measured."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import pyproj

from gapmap.errors import CrsError
from gapmap.findings import fail, finding

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["is_metric", "metric_crs"]

_ZONE_75E: Final = 4534
_ZONES: Final = range(75, 136, 3)
_MOST_STRETCH: Final = 0.01
"""A metric CRS may stretch lengths in the study area by one in a hundred, no more."""


def metric_crs(bounds_lonlat: Sequence[float], crs: str = "auto") -> pyproj.CRS:
    """Choose the CRS in which distances and areas are measured.

    ``auto`` is the CGCS2000 3-degree zone (EPSG:4534 to 4554) of the centre where the centre
    lies in China, else its UTM zone. "In China" means within the area of use that EPSG gives
    for that zone, a box of three degrees of longitude from China's southernmost to its
    northernmost mainland point there. Near a land border such a box takes in some foreign
    ground, where the zone measures just as well.

    Parameters
    ----------
    bounds_lonlat
        West, south, east, north of the study area in degrees.
    crs
        ``auto``, or the code of a projected CRS in metres, such as ``EPSG:4547``.

    Raises
    ------
    CrsError
        The bounds are no longitudes and latitudes; the code is unknown, not projected, not in
        metres, or stretches lengths in the study area by more than 1 % (as web Mercator does).
    """
    west, south, east, north = (float(side) for side in bounds_lonlat)
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):  # noqa: PLR2004 - the globe
        fail(finding("crs-bounds", value=(west, south, east, north)), CrsError)
    lon, lat = (west + east) / 2, (south + north) / 2
    if crs == "auto":
        return _zone_in_china(lon, lat) or _utm(lon, lat)
    try:
        chosen = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError:
        fail(finding("crs-unknown", value=crs), CrsError)
    if not is_metric(chosen):
        fail(finding("crs-not-metric", value=crs, name=chosen.name), CrsError)
    stretch = _stretch(chosen, lon, lat)
    if not stretch <= _MOST_STRETCH:
        percent = f"{stretch * 100:.1f}" if math.isfinite(stretch) else "∞"
        fail(finding("crs-stretches", value=crs, name=chosen.name, percent=percent), CrsError)
    return chosen


def is_metric(crs: pyproj.CRS) -> bool:
    """Say whether a CRS is projected and in metres, not in feet."""
    in_metres = all(axis.unit_name == "metre" for axis in crs.axis_info[:2])
    return bool(crs.is_projected and in_metres)


def _zone_in_china(lon: float, lat: float) -> pyproj.CRS | None:
    meridian = 3 * math.floor(lon / 3 + 0.5)
    if meridian not in _ZONES:
        return None
    zone = pyproj.CRS.from_epsg(_ZONE_75E + (meridian - 75) // 3)
    area = zone.area_of_use
    inside = area is not None and area.south <= lat <= area.north and area.west <= lon <= area.east
    return zone if inside else None


def _utm(lon: float, lat: float) -> pyproj.CRS:
    zone = min(int((lon + 180) // 6) + 1, 60)
    return pyproj.CRS.from_epsg((32600 if lat >= 0 else 32700) + zone)


def _stretch(crs: pyproj.CRS, lon: float, lat: float) -> float:
    """Give how much longer or shorter lengths are at a position than on the ground, as a share."""
    factors = pyproj.Proj(crs).get_factors(lon, lat)
    scales = (factors.meridional_scale, factors.parallel_scale)
    return max(abs(float(scale) - 1) for scale in scales)
