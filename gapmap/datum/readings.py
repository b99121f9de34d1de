"""What a layer's numbers mean under each hypothesis: WGS84, GCJ-02 or BD-09.

CGCS2000 is WGS84 here; see :mod:`gapmap.datum.convert`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gapmap.datum.changing import DEGREES, change_between
from gapmap.datum.convert import convert_datum

if TYPE_CHECKING:
    import pyproj
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]

__all__ = ["HYPOTHESES", "Readings", "hypothesis_of", "read_as", "read_beside"]

HYPOTHESES: Final = ("wgs84", "gcj02", "bd09")


@dataclass(frozen=True, slots=True)
class Readings:
    """One layer, placed where it would lie if its numbers were in each datum.

    Attributes
    ----------
    rows
        Position of each shape in the layer as it was given; shapes without a position are left
        out.
    shapes
        Array of hypotheses x rows, in the metric CRS, in the order of :data:`HYPOTHESES`.
    xy
        The same as points, hypotheses x rows x 2, in metres: of polygons the centroid.
    """

    rows: NDArray[np.intp]
    shapes: Shapes
    xy: Floats

    def __len__(self) -> int:
        """Give how many shapes have a position."""
        return len(self.rows)

    def take(self, kept: ArrayLike) -> Readings:
        """Give some of the shapes, by a mask or by positions in ``rows``."""
        chosen = np.asarray(kept)
        return Readings(self.rows[chosen], self.shapes[:, chosen], self.xy[:, chosen])


def hypothesis_of(datum: str) -> str:
    """Give the hypothesis that a declared datum stands for: GCJ-02, BD-09, all else is WGS84."""
    return datum if datum in HYPOTHESES else "wgs84"


def read_as(shapes: ArrayLike, crs: pyproj.CRS) -> Readings:
    """Place a layer under each hypothesis.

    Parameters
    ----------
    shapes
        Points or polygons in degrees **as the numbers stand in the file**: nothing converted,
        None or empty where a row has no position. Of a projected file: taken back to the
        longitudes and latitudes of its own CRS.
    crs
        The metric CRS of the study.

    Examples
    --------
    >>> import pyproj
    >>> zhuhai = read_as(shapely.points([[113.5767, 22.2707]]), pyproj.CRS.from_epsg(4547))
    >>> print(np.hypot(*(zhuhai.xy[:, 0] - zhuhai.xy[0, 0]).T).round())
    [   0.  618. 1234.]
    """
    given = np.asarray(shapes, dtype=object)
    rows = np.flatnonzero(~(shapely.is_missing(given) | shapely.is_empty(given)))
    transformer = change_between(DEGREES, crs)

    def placed(hypothesis: str) -> Shapes:
        def change(lonlat: Floats) -> Floats:
            true = convert_datum(*lonlat.T, source=hypothesis, target="wgs84")
            return np.column_stack(transformer.transform(*true))

        return np.asarray(shapely.transform(given[rows], change), dtype=object)

    moved = np.array([placed(name) for name in HYPOTHESES], dtype=object)
    moved = moved.reshape(len(HYPOTHESES), len(rows))
    xy = shapely.get_coordinates(shapely.centroid(moved.ravel())).reshape(*moved.shape, 2)
    usable = np.isfinite(xy).all(axis=(0, 2))
    return Readings(rows[usable], moved[:, usable], xy[:, usable])


def read_beside(xy: Floats, crs: pyproj.CRS, *, declared: str) -> Readings:
    """Move points to where another layer shows them, if that layer is in each datum.

    A layer that is in GCJ-02 but read as ``declared`` lies off by one shift; points that are
    moved by that shift lie on it again. So points ask for the datum of roads.

    Parameters
    ----------
    xy
        Points at their place, n x 2, in the metric CRS.
    crs
        The metric CRS of the study.
    declared
        The datum in which the other layer is read.

    Examples
    --------
    >>> import pyproj
    >>> here, zone = np.array([[456000.0, 2463000.0]]), pyproj.CRS.from_epsg(4547)
    >>> off = read_beside(here, zone, declared="wgs84")
    >>> print(np.hypot(*(off.xy[:, 0] - off.xy[0, 0]).T).round())
    [   0.  618. 1232.]
    """
    transformer = change_between(DEGREES, crs)
    lonlat = transformer.transform(xy[:, 0], xy[:, 1], direction="INVERSE")
    moved = np.empty((len(HYPOTHESES), len(xy), 2))
    for at, name in enumerate(HYPOTHESES):
        numbers = convert_datum(*lonlat, source="wgs84", target=name)
        there = convert_datum(*numbers, source=hypothesis_of(declared), target="wgs84")
        moved[at] = np.column_stack(transformer.transform(*there))
    return Readings(np.arange(len(xy)), shapely.points(moved), moved)
