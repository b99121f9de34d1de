"""What could be wrong with a position that lies far from its study: slips that one can name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyproj

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from gapmap.positions.around import Around

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

__all__ = ["Slip", "fillers", "metric_systems", "named_slips"]

FILLERS: Final = (*(10.0**digits - 1 for digits in range(3, 10)), 1e10, 1e20, 1e30)
"""999, 9999 and so on: what programs write where a number is missing."""
_LOW_EARTH_M: Final = 50_000_000.0
"""No metric coordinate is greater, zone prefixes included."""
_SAME_M: Final = 1.0


@dataclass(frozen=True, slots=True)
class Slip:
    """What may have happened to both numbers of a position.

    Attributes
    ----------
    zh, en
        What one has to do to bring it into the study.
    factor_x, factor_y
        By what the numbers as written have to be multiplied.
    """

    zh: str
    en: str
    factor_x: float
    factor_y: float


def _slips() -> Iterator[Slip]:
    yield Slip("若第一个数变号", "with the sign of the first number changed", -1, 1)
    yield Slip("若第二个数变号", "with the sign of the second number changed", 1, -1)
    yield Slip("若两个数都变号", "with the signs of both numbers changed", -1, -1)
    for digits in (-4, -3, -2, -1, 1, 2, 3, 4):
        ten = 10.0**digits
        zh = f"乘以 {ten:g}" if digits > 0 else f"除以 {1 / ten:g}"
        en = f"multiplied by {ten:g}" if digits > 0 else f"divided by {1 / ten:g}"
        yield Slip(f"若第一个数{zh}", f"with the first number {en}", ten, 1)
        yield Slip(f"若第二个数{zh}", f"with the second number {en}", 1, ten)
        yield Slip(f"若两个数都{zh}", f"with both numbers {en}", ten, ten)


SLIPS: Final = tuple(_slips())


def fillers(x: Floats, y: Floats) -> Flags:
    """Say which longitudes and latitudes were not measured but filled in.

    999, 9999 and the like stand for "missing" in either number, and so do the ends of the globe.
    """
    missing = np.isin(np.abs(x), FILLERS) | np.isin(np.abs(y), FILLERS)
    ends = (np.abs(x) == 180) & (np.abs(y) == 90)  # noqa: PLR2004 - the ends of the globe
    return np.asarray(missing | ends)


def named_slips(x: Floats, y: Floats, box: Around) -> NDArray[np.intp]:
    """Give the number in ``SLIPS`` of the only one that brings a position into ``box``, else -1."""
    fits = np.array([box.km_off(x * one.factor_x, y * one.factor_y) == 0 for one in SLIPS])
    return np.where(fits.sum(axis=0) == 1, np.argmax(fits, axis=0), -1)


def metric_systems(x: Floats, y: Floats, box: Around) -> tuple[NDArray[np.object_], Floats]:
    """Find the metric system in which coordinates far too large for degrees lie in ``box``.

    Tried are web Mercator, and for every meridian that goes with the box UTM, and CGCS2000 in
    zones of 3 and 6 degrees with and without the zone's number before the easting; each with
    east and north in either order. Systems that lead to one spot count as one.

    Returns
    -------
    tuple
        The name of the system, ``""`` where none or several fit; longitudes and latitudes there.
    """
    names = np.full(len(x), "", dtype=object)
    several = np.zeros(len(x), dtype=bool)
    lonlat = np.full((len(x), 2), np.nan)
    sane = np.fmax(np.abs(x), np.abs(y)) < _LOW_EARTH_M
    for code in _codes(box):
        crs = pyproj.CRS.from_epsg(code)
        change = pyproj.Transformer.from_crs(crs, 4326, always_xy=True)
        for east, north, order in ((x, y, ""), (y, x, ", x = north")):
            lon, lat = change.transform(np.where(sane, east, np.nan), np.where(sane, north, np.nan))
            fits = sane & (box.km_off(lon, lat) == 0)
            metres = np.hypot(lon - lonlat[:, 0], lat - lonlat[:, 1]) * 111_200
            several |= fits & (names != "") & (metres > _SAME_M)
            new = fits & (names == "")
            names[new] = f"EPSG:{code} ({crs.name}{order})"
            lonlat[new, 0], lonlat[new, 1] = lon[new], lat[new]
    names[several] = ""
    return names, lonlat


def _codes(box: Around) -> list[int]:
    """List the codes of the metric systems in use where the box lies."""
    west, east = int(np.floor(box.west)), int(np.ceil(box.east))
    longitudes = np.arange(west, east + 1)
    codes = [3857]
    hemisphere = 32600 if box.north >= 0 else 32700
    codes += sorted({hemisphere + int((lon + 180) // 6) % 60 + 1 for lon in longitudes})
    threes = {round(lon / 3) for lon in longitudes}
    sixes = {int(lon // 6) + 1 for lon in longitudes}
    for number in sorted(threes & set(range(25, 46))):
        codes += [4513 + number - 25, 4534 + number - 25]
    for number in sorted(sixes & set(range(13, 24))):
        codes += [4491 + number - 13, 4502 + number - 13]
    return codes
