"""In which coordinate systems numbers of a given size can be."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
import pyproj

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


__all__ = ["Bounds", "bounds_of", "candidate_systems", "fits_degrees", "name_candidates"]

Bounds = tuple[float, float, float, float]
"""Smallest x, smallest y, largest x, largest y."""

GLOBE: Final = (-180.0, -90.0, 180.0, 90.0)
CHINA: Final = (73.0, 16.0, 136.0, 54.0)
_DATUMS: Final = ("wgs84", "cgcs2000", "gcj02", "bd09")
_MARGIN_DEG: Final = 0.5
"""A layer may reach a little over the border of the zone that it was drawn in."""
_NAMED: Final = 8
"""Candidates that a message names."""


def fits_degrees(bounds: Bounds) -> bool:
    """Say whether all coordinates could be longitudes and latitudes.

    Examples
    --------
    >>> fits_degrees((113.0, 21.8, 114.4, 22.6)), fits_degrees((435000, 2430000, 470000, 2470000))
    (True, False)
    """
    west, south, east, north = bounds
    return west >= GLOBE[0] and south >= GLOBE[1] and east <= GLOBE[2] and north <= GLOBE[3]


def bounds_of(xy: NDArray[np.float64]) -> Bounds:
    """Give the bounds of points, one per row; infinite where there is none.

    Examples
    --------
    >>> bounds_of(np.array([[1.0, 2.0], [0.0, 5.0]]))
    (0.0, 2.0, 1.0, 5.0)
    """
    west, south = np.min(xy, axis=0, initial=np.inf)
    east, north = np.max(xy, axis=0, initial=-np.inf)
    return float(west), float(south), float(east), float(north)


def candidate_systems(bounds: Bounds, *, region: Bounds | None = None) -> tuple[str, ...]:
    """Name the systems that coordinates of this size can be in, the likeliest first.

    Degrees are of one of the four datums that Chinese data come in. Metres are tried in the
    zones of CGCS2000, Xian 1980, Beijing 1954, UTM and web Mercator: those are named in which
    the layer's middle lies within the area for which the system is meant. A zone's number before
    the easting (38 in 38,470,000) leaves one zone of each datum.

    Parameters
    ----------
    bounds
        Smallest x, smallest y, largest x, largest y, as they stand in the file.
    region
        Where the study is, as west, south, east and north in degrees: what lies outside is left
        out.

    Returns
    -------
    tuple of str
        What ``datum`` of the study file takes; empty where nothing fits.

    Examples
    --------
    >>> candidate_systems((113.0, 21.8, 114.4, 22.6))
    ('wgs84', 'cgcs2000', 'gcj02', 'bd09')
    >>> candidate_systems((38435000, 2430000, 38470000, 2470000))
    ('EPSG:4526', 'EPSG:2362', 'EPSG:2414')
    >>> zhuhai = (112.9, 21.7, 114.5, 22.6)
    >>> candidate_systems((435000, 2430000, 470000, 2470000), region=zhuhai)[:2]
    ('EPSG:4547', 'EPSG:2383')
    """
    if not all(math.isfinite(one) for one in bounds):
        return ()
    if fits_degrees(bounds):
        return _DATUMS
    x, y = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    codes = dict.fromkeys(_codes(x))
    return tuple(f"EPSG:{code}" for code in codes if _lies_in(code, x, y, region))


def name_candidates(bounds: Bounds, *, region: Bounds | None = None) -> str:
    """Name the first candidates in one line, metric ones with the names of their zones; or ``–``.

    Where nothing fits, but with x and y exchanged something would, that is said by ``y, x:``
    before the names: surveyors in China write the northing as X.
    """
    found = candidate_systems(bounds, region=region)
    exchanged = ""
    if not found:
        west, south, east, north = bounds
        found = candidate_systems((south, west, north, east), region=region)
        exchanged = "y, x: " if found else ""
    shown = [_titled(code) for code in found[:_NAMED]]
    more = [f"… (+{len(found) - _NAMED})"] if len(found) > _NAMED else []
    return exchanged + (", ".join([*shown, *more]) or "–")


def _titled(code: str) -> str:
    return f"{code} ({pyproj.CRS.from_user_input(code).name})" if code.startswith("EPSG") else code


def _codes(x: float) -> Iterator[int]:
    """Give the EPSG codes of the systems whose eastings can be so large, the likeliest first."""
    zone = int(x // 1_000_000)
    if 25 <= zone <= 45:  # noqa: PLR2004 - 3-degree zones of China
        yield from (4488 + zone, 2324 + zone, 2376 + zone)
    if 13 <= zone <= 23:  # noqa: PLR2004 - 6-degree zones of China
        yield from (4478 + zone, 2314 + zone, 21400 + zone)
    if 100_000 <= x < 1_000_000:  # noqa: PLR2004 - a false easting of 500 km
        three, six = range(21), range(11)
        yield from (4534 + step for step in three)
        yield from (32600 + utm for utm in range(43, 54))
        yield from (4502 + step for step in six)
        yield from (2370 + step for step in three)
        yield from (2422 + step for step in three)
        yield 2326
    yield 3857


def _lies_in(code: int, x: float, y: float, region: Bounds | None) -> bool:
    """Say whether a point lies where a system is meant to be used, and in the region."""
    crs = pyproj.CRS.from_epsg(code)
    area = crs.area_of_use
    lon, lat = pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True).transform(x, y)
    if area is None or not (math.isfinite(lon) and math.isfinite(lat)):
        return False
    places = [(area.west, area.south, area.east, area.north), *((region,) if region else ())]
    if code == 3857 or code > 32600:  # noqa: PLR2004 - used far beyond China
        places.append(CHINA)
    return all(
        west - _MARGIN_DEG <= lon <= east + _MARGIN_DEG
        and south - _MARGIN_DEG <= lat <= north + _MARGIN_DEG
        for west, south, east, north in places
    )
