"""Polygons as planners draw them: some cross themselves; mend what can be mended without doubt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]
    Flags = NDArray[np.bool_]

__all__ = ["Mended", "is_polygon", "mend", "point_in"]

SAME_AREA = 1e-3
"""Share by which mending may change a polygon's area; beyond it a person has to look."""
_POINT = 0
_POLYGONS = (3, 6)


@dataclass(frozen=True, slots=True)
class Mended:
    """Shapes of which every polygon is valid.

    Attributes
    ----------
    shapes
        As given, but invalid polygons mended, or None where that would change them.
    repaired, broken
        Which were mended, and which could not be.
    drawn_m2, valid_m2
        Area before and after mending, NaN where nothing was mended.
    """

    shapes: Shapes
    repaired: Flags
    broken: Flags
    drawn_m2: NDArray[np.float64]
    valid_m2: NDArray[np.float64]


def is_polygon(shapes: Shapes) -> Flags:
    """Say which shapes are polygons or several of them; None is none."""
    return np.isin(shapely.get_type_id(shapes), _POLYGONS)


def mend(shapes: Shapes) -> Mended:
    """Make invalid polygons valid where that changes their area by less than 0.1 %.

    The area drawn is that within the outer rings less that within the holes.
    """
    invalid = is_polygon(shapes) & ~shapely.is_valid(shapes)
    made = shapes.copy()
    drawn_m2, valid_m2 = np.full(len(shapes), np.nan), np.full(len(shapes), np.nan)
    made[invalid] = shapely.make_valid(shapes[invalid], method="structure", keep_collapsed=False)
    drawn_m2[invalid] = shapely.area(shapes[invalid])
    valid_m2[invalid] = shapely.area(made[invalid])
    changed = np.abs(valid_m2 - drawn_m2) >= SAME_AREA * drawn_m2
    broken = invalid & (changed | ~is_polygon(made))
    made[broken] = None
    return Mended(made, invalid & ~broken, broken, drawn_m2, valid_m2)


def point_in(shapes: Shapes) -> Shapes:
    """Represent each shape by a point: itself, its only point, or one inside the polygon.

    None where a shape is neither a point nor a polygon; polygons have to be valid.
    """
    points = np.full(len(shapes), None, dtype=object)
    single = (shapely.get_type_id(shapes) == 4) & (shapely.get_num_geometries(shapes) == 1)  # noqa: PLR2004 - a multipoint
    points[single] = shapely.get_geometry(shapes[single], 0)
    own = shapely.get_type_id(shapes) == _POINT
    points[own] = shapes[own]
    areas = is_polygon(shapes)
    points[areas] = shapely.point_on_surface(shapes[areas])
    return points
