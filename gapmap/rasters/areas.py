"""How much ground a cell covers, whatever the CRS of its raster does to areas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pyproj

if TYPE_CHECKING:
    import affine

    Floats = npt.NDArray[np.float64]

__all__ = ["cell_km2"]

_M2_IN_KM2: Final = 1e6
_CORNERS: Final = ((0, 0), (1, 0), (1, 1), (0, 1))
_POLE: Final = np.pi / 2
_TURN: Final = 2 * np.pi


def cell_km2(
    crs: pyproj.CRS, transform: affine.Affine, rows: npt.ArrayLike, columns: npt.ArrayLike
) -> Floats:
    """Give the true area of cells in km2, on the ellipsoid.

    The corners of a cell are brought into the cylindrical equal-area projection (Snyder 1987, Map
    projections: a working manual, eq. 3-12 and 10-14, doi:10.3133/pp1395), and the area between
    them is taken there: exact for cells in degrees, whose sides are straight in it, and where
    others bend, what one cell gains its neighbour loses. No projected CRS is taken at its word:
    web Mercator shows four times the area at 60 degrees, and Mollweide's in PROJ are those of a
    sphere, 0.3 % off there.

    Parameters
    ----------
    crs, transform
        Of the raster.
    rows, columns
        The cells; broadcast against each other. One that lies nowhere on the earth has NaN.
    """
    row, column = np.broadcast_arrays(np.asarray(rows, float), np.asarray(columns, float))
    if crs.is_bound and crs.source_crs is not None:
        crs = crs.source_crs
    ellipsoid = crs.ellipsoid
    assert ellipsoid is not None  # noqa: S101 - a CRS of the earth has one
    base = crs if crs.is_geographic else crs.geodetic_crs
    assert base is not None  # noqa: S101 - so has a projected one
    to_degrees = pyproj.Transformer.from_crs(crs, base, always_xy=True)
    unit = base.axis_info[0].unit_conversion_factor
    large, small = ellipsoid.semi_major_metre, ellipsoid.semi_minor_metre
    squared = 1 - (small / large) ** 2
    corners = []
    for right, down in _CORNERS:
        x = transform.a * (column + right) + transform.b * (row + down) + transform.c
        y = transform.d * (column + right) + transform.e * (row + down) + transform.f
        east, north = (x, y) if crs.is_geographic else to_degrees.transform(x, y)
        height = _authalic(np.sin(np.clip(np.multiply(north, unit), -_POLE, _POLE)), squared)
        corners.append((np.multiply(east, unit), height))
    return np.asarray(large**2 / 2 * _between(corners) / _M2_IN_KM2)


def _authalic(sine: Floats, squared: float) -> Floats:
    """Give q of eq. 3-12, ``squared`` being the square of the eccentricity."""
    if squared == 0:
        return 2 * sine
    e = np.sqrt(squared)
    return np.asarray((1 - squared) * (sine / (1 - squared * sine**2) + np.arctanh(e * sine) / e))


def _between(corners: list[tuple[Floats, Floats]]) -> Floats:
    """Give the area of a quadrangle; longitudes are those nearest to that of its first corner."""
    start = corners[0][0]
    doubled = np.zeros(start.shape)
    with np.errstate(invalid="ignore"):  # cells that a damaged file has beyond the earth
        placed = [(_near(east - start), height) for east, height in corners]
    for (east, height), (other_east, other_height) in zip(
        placed, [*placed[1:], placed[0]], strict=True
    ):
        doubled += east * other_height - other_east * height
    return np.asarray(np.abs(doubled) / 2)


def _near(angle: Floats) -> Floats:
    far = np.abs(angle) > _TURN / 2
    return np.where(far, angle - np.sign(angle) * _TURN, angle)
