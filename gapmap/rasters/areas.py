"""How much ground a cell covers, whatever the CRS of its raster does to areas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyproj

if TYPE_CHECKING:
    import affine

    Floats = npt.NDArray[np.float64]

__all__ = ["cell_km2"]

_M2_IN_KM2 = 1e6


def cell_km2(
    crs: pyproj.CRS, transform: affine.Affine, rows: npt.ArrayLike, columns: npt.ArrayLike
) -> Floats:
    """Give the true area of cells in km2, on the ellipsoid.

    Of cells in degrees it is that between their parallels and meridians, by the authalic function
    (Snyder 1987, Map projections: a working manual, eq. 3-12, doi:10.3133/pp1395). Of cells of a
    projected CRS it is their area on the map over the map's areal scale in the cell's middle,
    which is 1 for an equal-area projection and 4 for web Mercator at 60 degrees.

    Parameters
    ----------
    crs, transform
        Of the raster.
    rows, columns
        The cells; broadcast against each other.
    """
    row, column = np.broadcast_arrays(np.asarray(rows, float), np.asarray(columns, float))
    if crs.is_bound and crs.source_crs is not None:
        crs = crs.source_crs
    if crs.is_geographic:
        return _between_parallels(crs, transform, row, column)
    x = transform.a * (column + 0.5) + transform.b * (row + 0.5) + transform.c
    y = transform.d * (column + 0.5) + transform.e * (row + 0.5) + transform.f
    metres = crs.axis_info[0].unit_conversion_factor
    planar = abs(transform.determinant) * metres**2 / _M2_IN_KM2
    degrees = pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    scale = pyproj.Proj(crs).get_factors(*degrees.transform(x, y)).areal_scale
    known = np.isfinite(scale) & (scale > 0)
    return np.asarray(planar / np.where(known, scale, 1.0))


def _between_parallels(
    crs: pyproj.CRS, transform: affine.Affine, row: Floats, column: Floats
) -> Floats:
    radians = crs.axis_info[0].unit_conversion_factor
    ellipsoid = crs.ellipsoid
    assert ellipsoid is not None  # noqa: S101 - a geographic CRS has one
    large, small = ellipsoid.semi_major_metre, ellipsoid.semi_minor_metre
    squared = 1 - (small / large) ** 2
    middle = transform.d * (column + 0.5) + transform.e * (row + 0.5) + transform.f
    sine = np.sin(np.clip(middle * radians, -np.pi / 2, np.pi / 2))
    if transform.b or transform.d:  # turned cells: the area at their middle
        size = abs(transform.determinant) * radians**2
        cosine = np.sqrt(1 - sine**2)
        thinned = cosine / (1 - squared * sine**2) ** 2
        return np.asarray(size * large**2 * (1 - squared) * thinned / _M2_IN_KM2)
    half = transform.e / 2
    ends = (np.clip((middle + side) * radians, -np.pi / 2, np.pi / 2) for side in (half, -half))
    north, south = (_authalic(np.sin(end), squared) for end in ends)
    wide = abs(transform.a) * radians
    return np.asarray(wide * large**2 / 2 * np.abs(north - south) / _M2_IN_KM2)


def _authalic(sine: Floats, squared: float) -> Floats:
    """Give q of eq. 3-12, ``squared`` being the square of the eccentricity."""
    if squared == 0:
        return 2 * sine
    e = np.sqrt(squared)
    return np.asarray((1 - squared) * (sine / (1 - squared * sine**2) + np.arctanh(e * sine) / e))
