"""Strips between neighbours: ground that nobody drew, open at its ends, so that no ring holds it.

Where two persons draw one border, they often leave a strip between them. It is found by closing
the ground that all polygons cover (Serra, Image Analysis and Mathematical Morphology, 1982):
widening it by half the greatest width of a strip and narrowing it again fills strips, and also
bays and the notches at which borders meet a coast. The latter are told from strips by whom their
shores belong to, and by how little of a strip's outline lies open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]

__all__ = ["STRIP_M", "Strip", "strips"]

STRIP_M: Final = 200.0
"""A strip wider than this is rather a river or a sound than two drawings of one border."""
_OPEN: Final = 0.15
"""Share of a strip's outline that may lie open: it is then at least six times as long as wide.
Notches that are wider than about 14 degrees have more, and so have the gaps between islets."""
_ONE_SIDE: Final = 0.75
"""Share of the outline that one polygon may have; beyond it the strip is a creek of its own."""
_SMALLEST_M2: Final = 10.0
_STEP_M: Final = 50.0
"""The outline of a strip is looked at in pieces of this length."""
_BESIDE_M: Final = 0.1
"""A closed outline follows the one that it was made of to so much."""


@dataclass(frozen=True, slots=True)
class Strip:
    """A strip, and the numbers of the polygons along it."""

    shape: shapely.Geometry
    members: tuple[int, ...]


def strips(shapes: Shapes, covered: shapely.Geometry) -> list[Strip]:
    """Find strips up to ``STRIP_M`` wide between polygons of different rows.

    The shores of islets belong to nobody here: the sea lies between them, not a border. An islet
    is a part that touches no other polygon and is not the largest part of its row.

    Parameters
    ----------
    shapes
        Valid polygons of a metric CRS.
    covered
        The ground that they cover together. Holes in it are not looked at.
    """
    rings = shapely.get_exterior_ring(shapely.get_parts(covered))
    filled = shapely.union_all(shapely.polygons(rings))
    wide = shapely.buffer(filled, STRIP_M / 2, quad_segs=4)
    closed = shapely.buffer(wide, -STRIP_M / 2, quad_segs=4)
    made = shapely.get_parts(shapely.difference(closed, filled))
    made = made[shapely.area(made) > _SMALLEST_M2]
    parts, owner = _ashore(shapes)
    tree = shapely.STRtree(parts)
    found = ((one, _members(one, tree, owner)) for one in made)
    return [Strip(one, members) for one, members in found if members]


def _ashore(shapes: Shapes) -> tuple[Shapes, NDArray[np.intp]]:
    """Give all parts but islets, each with the number of its row."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    area = shapely.area(parts)
    largest = np.zeros(len(shapes))
    np.maximum.at(largest, owner, area)
    one, other = shapely.STRtree(parts).query(parts, predicate="dwithin", distance=_BESIDE_M)
    touching = np.zeros(len(parts), dtype=bool)
    touching[one[owner[one] != owner[other]]] = True
    ashore = touching | (area == largest[owner])
    return parts[ashore], owner[ashore]


def _members(
    piece: shapely.Geometry, tree: shapely.STRtree, owner: NDArray[np.intp]
) -> tuple[int, ...]:
    """Give the rows along a strip; none if it is no strip."""
    corners = shapely.get_coordinates(shapely.segmentize(piece.exterior, _STEP_M))
    length = np.hypot(*np.diff(corners, axis=0).T)
    middle = shapely.points((corners[1:] + corners[:-1]) / 2)
    at, part = tree.query(middle, predicate="dwithin", distance=_BESIDE_M)
    pairs = np.unique(np.column_stack((at, owner[part])), axis=0)
    whole = length.sum()
    shore = np.bincount(pairs[:, 1], weights=length[pairs[:, 0]])
    lying_open = 1 - length[np.unique(at)].sum() / whole
    if len(shore) == 0 or lying_open > _OPEN or shore.max() > _ONE_SIDE * whole:
        return ()
    return tuple(int(one) for one in np.flatnonzero(shore))
