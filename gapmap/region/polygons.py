"""Polygons as planners draw them: some cross themselves; mend what can be mended without doubt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gapmap.findings import may_repair

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]
    Flags = NDArray[np.bool_]

__all__ = ["Mended", "is_polygon", "mend", "point_in"]

SAME_AREA = 1e-3
"""Share by which mending may change a polygon's area; beyond it a person has to look."""
_FACES_MOST = 1000
"""A ring that crosses itself into more pieces is a scribble; nobody mends it unseen."""
_POINT = 0
_POLYGONS = (3, 6)


@dataclass(frozen=True, slots=True)
class Mended:
    """Shapes of which every polygon is valid.

    Attributes
    ----------
    shapes
        As given, but invalid polygons mended, or None where they may not be.
    repaired, remade, broken
        Which were mended as good as unchanged; which were mended and changed by it; which could
        not be mended or may not be.
    drawn_m2, valid_m2
        Area before and after mending, NaN where nothing was invalid.
    why
        What is wrong with an invalid polygon, in the words of the geometry engine.
    """

    shapes: Shapes
    repaired: Flags
    remade: Flags
    broken: Flags
    drawn_m2: NDArray[np.float64]
    valid_m2: NDArray[np.float64]
    why: Shapes

    def areas(self, number: int) -> dict[str, str]:
        """Give the facts that a finding on the polygon of this number needs."""
        return {
            "why": str(self.why[number]),
            "drawn": f"{self.drawn_m2[number]:.0f}",
            "kept": f"{self.valid_m2[number]:.0f}",
        }


def is_polygon(shapes: Shapes) -> Flags:
    """Say which shapes are polygons or several of them; None is none."""
    return np.isin(shapely.get_type_id(shapes), _POLYGONS)


def mend(shapes: Shapes, *, repair: str = "safe") -> Mended:
    """Make invalid polygons valid where that changes their area by less than 0.1 %.

    The area drawn is that within the outer rings less that within the holes. Each ring is looked
    at for itself besides, see :func:`_change_m2`, so that one fault cannot hide another.

    Parameters
    ----------
    shapes
        In a metric CRS; None and other types stay as they are.
    repair
        The study's policy: ``none`` mends nothing, ``all`` mends whatever the change, as long as
        ground is left.
    """
    invalid = is_polygon(shapes) & ~shapely.is_valid(shapes)
    count = len(shapes)
    made, why = shapes.copy(), np.full(count, "", dtype=object)
    drawn_m2, valid_m2, change_m2 = (np.full(count, np.nan) for _ in range(3))
    why[invalid] = shapely.is_valid_reason(shapes[invalid])
    drawn_m2[invalid] = shapely.area(shapes[invalid])
    for number in np.flatnonzero(invalid):
        made[number] = _valid(shapes[number])
        change_m2[number] = _change_m2(shapes[number], made[number])
    valid_m2[invalid] = np.nan_to_num(shapely.area(made[invalid]))
    same = change_m2 < SAME_AREA * np.fmin(drawn_m2, valid_m2)
    usable = np.isfinite(change_m2) & (valid_m2 > 0)
    repaired = usable & same & may_repair(repair, "polygon-repaired")
    remade = usable & ~same & may_repair(repair, "polygon-remade")
    broken = invalid & ~repaired & ~remade
    made[broken] = None
    return Mended(made, repaired, remade, broken, drawn_m2, valid_m2, why)


def _valid(shape: shapely.Geometry) -> shapely.Geometry | None:
    """Give a valid polygon of an invalid one; None where the geometry engine finds none."""
    try:
        made = shapely.make_valid(shape, method="structure", keep_collapsed=False)
        if not made.is_valid:  # GEOS 3.13 may leave two parts that share a piece of an edge
            made = shapely.make_valid(made, method="structure", keep_collapsed=False)
    except shapely.errors.GEOSException:
        return None
    return made if made.is_valid else None


def _change_m2(drawn: shapely.Geometry, valid: shapely.Geometry | None) -> float:
    """Give by how much mending changes an area at least, infinite where that cannot be said.

    The change of the whole would not be enough: in the area drawn, ground that a ring goes round
    the other way counts as minus, ground that it goes round twice counts twice, and the two can
    cancel out. Therefore each ring is looked at by itself, and no change makes up for another.
    """
    if valid is None or not np.isfinite(shapely.get_coordinates(drawn)).all():
        return np.inf
    whole = abs(float(shapely.area(valid) - shapely.area(drawn)))
    if whole >= SAME_AREA * float(shapely.area(drawn)):
        return whole
    rings = shapely.get_rings(drawn)
    crossed = rings[~shapely.is_valid(shapely.polygons(rings))]
    try:
        return max(whole, sum(_miscounted_m2(ring) for ring in crossed))
    except shapely.errors.GEOSException:
        return np.inf


def _miscounted_m2(ring: shapely.Geometry) -> float:
    """Give the ground that a ring does not go round exactly once, each face by how often."""
    xy = shapely.get_coordinates(ring)
    faces = shapely.get_parts(shapely.polygonize([shapely.unary_union(shapely.linestrings(xy))]))
    if len(faces) > _FACES_MOST:
        return np.inf
    spots = shapely.get_coordinates(shapely.point_on_surface(faces))
    times = np.array([_winding(xy, x, y) for x, y in spots], dtype=float)
    area_m2 = shapely.area(faces)
    times *= np.sign((times * area_m2).sum()) or 1.0
    return float((area_m2 * np.abs(times - (times != 0))).sum())


def _winding(xy: NDArray[np.float64], x: float, y: float) -> int:
    """Say how often a closed ring goes round a point; to the left counts as plus."""
    (x0, y0), (x1, y1) = xy[:-1].T, xy[1:].T
    left = (x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)
    up = (y0 <= y) & (y1 > y) & (left > 0)
    down = (y1 <= y) & (y0 > y) & (left < 0)
    return int(up.sum()) - int(down.sum())


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
