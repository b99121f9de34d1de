"""WGS84, CGCS2000, GCJ-02 and BD-09: from one datum of China to another.

GCJ-02 is the datum that Chinese web maps must use; BD-09 is Baidu's, a further shift of it. No
authority has published either. The formulas below are the public reconstruction that all open
libraries share (Krasovsky 1940 ellipsoid, a = 6378245 m, e2 = 0.00669342162296594323); the inverse
is found by iteration, to better than 1e-6 m of those formulas. How well the formulas themselves
match the map providers is another matter: a metre or so.

By the same convention positions outside the box 72.004 to 137.8347 E, 0.8293 to 55.8271 N are not
shifted at all. Along its edge, at sea or abroad, the step makes some GCJ-02 positions ambiguous
or impossible; there the box is asked about the position as given.

CGCS2000 and WGS84 longitudes and latitudes are taken as equal. They differ by a few centimetres
by definition and, with the drift of the plates since 2000, by some decimetres; that is far below
the accuracy of any facility list.
"""

from __future__ import annotations

import math
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from gapmap.errors import MethodError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Step = Callable[[Floats, Floats], tuple[Floats, Floats]]

__all__ = ["DATUMS", "convert_datum"]

DATUMS: Final = ("wgs84", "cgcs2000", "gcj02", "bd09")

_A: Final = 6378245.0
_EE: Final = 0.00669342162296594323
_BOX: Final = (72.004, 0.8293, 137.8347, 55.8271)
_BD_TURN: Final = math.pi * 3000.0 / 180.0
_BD_OFFSET: Final = (0.0065, 0.006)
_CLOSE_DEG: Final = 1e-12
"""Degrees: 1e-7 m. The iteration stops when no position moves farther."""
_MOST_STEPS: Final = 40
_CHUNK: Final = 16_384
"""Positions worked on at once, so that the intermediate arrays stay in the processor's cache."""


def convert_datum(x: Any, y: Any, *, source: str, target: str) -> tuple[Any, Any]:  # noqa: ANN401 - arrays, Series or numbers
    """Convert longitudes and latitudes from one datum to another.

    Parameters
    ----------
    x, y
        Longitudes and latitudes in degrees, of the same shape; NaN passes through. Of pandas
        Series the index is kept.
    source, target
        ``wgs84``, ``cgcs2000``, ``gcj02`` or ``bd09``.

    Returns
    -------
    x, y
        Longitudes and latitudes in ``target``, in degrees, of the kind that was given.

    Raises
    ------
    MethodError
        An unknown datum, or ``x`` and ``y`` of different shapes.

    Examples
    --------
    >>> x, y = convert_datum([113.5767], [22.2707], source="wgs84", target="gcj02")
    >>> print(x.round(4), y.round(4))
    [113.5817] [22.2677]
    """
    for name in (source, target):
        _check_datum(name)
    lon = np.array(x, dtype=np.float64)
    lat = np.array(y, dtype=np.float64)
    if lon.shape != lat.shape:
        raise MethodError(
            f"x and y differ in shape: {lon.shape} and {lat.shape}",
            f"x 与 y 的形状不同:{lon.shape} 与 {lat.shape}",
        )
    flat_lon, flat_lat = lon.reshape(-1), lat.reshape(-1)
    for step in _steps(source, target):
        for start in range(0, flat_lon.size, _CHUNK):
            part = slice(start, start + _CHUNK)
            flat_lon[part], flat_lat[part] = step(flat_lon[part], flat_lat[part])
    return _like(x, flat_lon.reshape(lon.shape)), _like(y, flat_lat.reshape(lat.shape))


def _like(given: object, values: Floats) -> Any:  # noqa: ANN401 - see convert_datum
    if isinstance(given, pd.Series):
        return pd.Series(values, index=given.index, name=given.name)
    return values[()]  # a number for a number, an array for an array


def _check_datum(name: str) -> None:
    if name not in DATUMS:
        near = get_close_matches(str(name).lower().replace("-", ""), DATUMS, n=1, cutoff=0)
        raise MethodError(
            f"unknown datum {name!r}; the nearest known one is {near[0]} ({', '.join(DATUMS)})",
            f"未知的坐标系“{name}”;最接近的是 {near[0]}(可用:{'、'.join(DATUMS)})",
        )


def _steps(source: str, target: str) -> list[Step]:
    """Give the elementary conversions on the line wgs84 - gcj02 - bd09."""
    line = {"wgs84": 0, "cgcs2000": 0, "gcj02": 1, "bd09": 2}
    here, there = line[source], line[target]
    up: list[Step] = [_wgs84_to_gcj02, _gcj02_to_bd09]
    down: list[Step] = [_gcj02_to_wgs84, _bd09_to_gcj02]
    return up[here:there] if here <= there else down[there:here][::-1]


def _in_box(lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    west, south, east, north = _BOX
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _gcj02_shift(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Give the shift from WGS84 to GCJ-02 in degrees, at a WGS84 position."""
    x, y = lon - 105.0, lat - 35.0
    wave_2 = np.sin(2 * np.pi * x)
    wave_x = np.sin(np.pi / 3 * x)
    wave_y = np.sin(np.pi / 3 * y)
    # sin 3a = 3 sin a - 4 sin^3 a spares the sines of 6 pi x, pi x and pi y
    both = 20 * (_tripled(wave_2) + wave_2)
    root = np.sqrt(np.abs(x))
    north = both + 20 * _tripled(wave_y) + 40 * wave_y
    north += 160 * np.sin(np.pi / 12 * y) + 320 * np.sin(np.pi / 30 * y)
    north_m = -100 + 2 * x + y * (3 + 0.2 * y + 0.1 * x) + 0.2 * root + north * (2 / 3)
    east = both + 20 * _tripled(wave_x) + 40 * wave_x
    east += 150 * np.sin(np.pi / 12 * x) + 300 * np.sin(np.pi / 30 * x)
    east_m = 300 + 2 * y + x * (1 + 0.1 * x + 0.1 * y) + 0.1 * root + east * (2 / 3)
    angle = np.radians(lat)
    magic = 1 - _EE * np.sin(angle) ** 2
    root_magic = np.sqrt(magic)
    return (
        np.degrees(east_m * root_magic / (_A * np.cos(angle))),
        np.degrees(north_m * magic * root_magic / (_A * (1 - _EE))),
    )


def _tripled(sine: Floats) -> Floats:
    """Give sin 3a from sin a."""
    return sine * (3 - 4 * sine * sine)


def _wgs84_to_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    inside = _in_box(lon, lat)
    east, north = _gcj02_shift(lon, lat)
    return np.where(inside, lon + east, lon), np.where(inside, lat + north, lat)


def _gcj02_to_wgs84(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    def back(guess_lon: Floats, guess_lat: Floats) -> tuple[Floats, Floats]:
        east, north = _gcj02_shift(guess_lon, guess_lat)
        return lon - east, lat - north

    return _iterated(back, lon, lat)


def _gcj02_to_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    inside = _in_box(lon, lat)
    radius = np.hypot(lon, lat) + 2e-5 * np.sin(lat * _BD_TURN)
    angle = np.arctan2(lat, lon) + 3e-6 * np.cos(lon * _BD_TURN)
    return (
        np.where(inside, radius * np.cos(angle) + _BD_OFFSET[0], lon),
        np.where(inside, radius * np.sin(angle) + _BD_OFFSET[1], lat),
    )


def _bd09_to_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    x, y = lon - _BD_OFFSET[0], lat - _BD_OFFSET[1]
    radius = np.hypot(x, y)

    def back(guess_lon: Floats, guess_lat: Floats) -> tuple[Floats, Floats]:
        scale = 1 - 2e-5 * np.sin(guess_lat * _BD_TURN) / radius
        turn = -3e-6 * np.cos(guess_lon * _BD_TURN)
        cosine = 1 - turn * turn / 2  # turn < 3e-6: the next terms are below 1e-16
        return scale * (x * cosine - y * turn), scale * (x * turn + y * cosine)

    return _iterated(back, lon, lat)


def _iterated(back: Step, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Find the position that the forward formula takes to ``lon, lat``.

    ``back`` undoes the shift of a guess; each round leaves less than a fiftieth of the error.
    """
    inside = _in_box(lon, lat)
    guess_lon, guess_lat = lon.copy(), lat.copy()
    with np.errstate(divide="ignore", invalid="ignore"):  # positions outside are not used
        for _ in range(_MOST_STEPS):
            last_lon, last_lat = guess_lon, guess_lat
            guess_lon, guess_lat = back(last_lon, last_lat)
            moved = np.maximum(np.abs(guess_lon - last_lon), np.abs(guess_lat - last_lat))
            if not (moved[inside] > _CLOSE_DEG).any():
                break
    return np.where(inside, guess_lon, lon), np.where(inside, guess_lat, lat)
