"""Strips between neighbours: ground that nobody drew, open at its ends, so that no ring holds it.

Where two persons draw one border, they often leave a strip between them. It is found by closing
the ground that all polygons cover (Serra, Image Analysis and Mathematical Morphology, 1982):
widening it by half the greatest width of a strip and narrowing it again fills strips, and also
bays and the notches at which borders meet a coast. The latter are told from strips by whom their
shores belong to, and by how little of a strip's outline lies open.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterator

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
_COARSE_M: Final = 5.0
"""By so much outlines are simplified before they are widened: of jagged ones, drawn every few
decimetres, GEOS makes no end of crossings."""
_CROWDED: Final = 2_000_000
"""How crowded corners may be, see :func:`_crowd`; at this, widening takes some seconds."""
_STEP_M: Final = 50.0
"""The outline of a strip is looked at in pieces of this length."""
_BESIDE_M: Final = 0.1
"""A closed outline follows the one that it was made of to so much."""


@dataclass(frozen=True, slots=True)
class Strip:
    """A strip, and the numbers of the polygons along it."""

    shape: shapely.Geometry
    members: tuple[int, ...]


def strips(shapes: Shapes, covered: shapely.Geometry) -> list[Strip] | None:
    """Find strips up to ``STRIP_M`` wide between polygons of different rows.

    The shores of islets belong to nobody here: the sea lies between them, not a border. An islet
    is a part that touches no other polygon and is not the largest part of its row.

    Parameters
    ----------
    shapes
        Valid polygons of a metric CRS.
    covered
        The ground that they cover together. Holes in it are not looked at.

    Returns
    -------
    list or None
        None where the outlines are too jagged to be looked at.
    """
    rings = shapely.get_exterior_ring(shapely.get_parts(covered))
    filled = shapely.union_all(shapely.polygons(rings))
    coarse = shapely.simplify(filled, _COARSE_M)
    if _crowd(coarse) > _CROWDED:
        return None
    wide = shapely.buffer(coarse, STRIP_M / 2, quad_segs=4)
    closed = shapely.buffer(wide, -STRIP_M / 2, quad_segs=4)
    made = shapely.get_parts(shapely.difference(closed, filled))
    made = made[shapely.area(made) > _SMALLEST_M2]
    along = _along(made, *_ashore(shapes))
    return [Strip(one, members) for one, members in zip(made, along, strict=True) if members]


def _crowd(outline: shapely.Geometry) -> int:
    """Add up the cubes of the numbers of corners in cells as wide as an outline is widened.

    Widened corners cross each other where they are near, and the crossings again.
    """
    cells = np.floor(shapely.get_coordinates(outline) / (STRIP_M / 2))
    _, counts = np.unique(cells[:, 0] + 1j * cells[:, 1], return_counts=True)
    return int((counts.astype(np.int64) ** 3).sum())


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


def _along(pieces: Shapes, parts: Shapes, owner: NDArray[np.intp]) -> Iterator[tuple[int, ...]]:
    """Give the rows along each piece; none where it is no strip."""
    rings = shapely.segmentize(shapely.get_exterior_ring(pieces), _STEP_M)
    corners, piece = shapely.get_coordinates(rings, return_index=True)
    same = piece[1:] == piece[:-1]
    length, piece = np.hypot(*np.diff(corners, axis=0)[same].T), piece[1:][same]
    middle = shapely.points(((corners[1:] + corners[:-1]) / 2)[same])
    near = np.unique(shapely.STRtree(parts).query(pieces)[1])
    shores, part = _steps(parts[near])
    at, shore = shapely.STRtree(shores).query(middle, predicate="dwithin", distance=_BESIDE_M)
    pairs = np.unique(np.column_stack((at, owner[near][part[shore]])), axis=0)
    ashore = np.unique(at)
    whole = np.bincount(piece, weights=length, minlength=len(pieces))
    shared = np.bincount(piece[ashore], weights=length[ashore], minlength=len(pieces))
    numbers, which = np.unique(
        np.column_stack((piece[pairs[:, 0]], pairs[:, 1])), axis=0, return_inverse=True
    )
    shore = np.bincount(which.ravel(), weights=length[pairs[:, 0]], minlength=len(numbers))
    first = np.searchsorted(numbers[:, 0], np.arange(len(pieces) + 1))
    for number, (start, end) in enumerate(pairwise(first)):
        longest = shore[start:end].max(initial=0.0)
        is_strip = (
            shared[number] >= (1 - _OPEN) * whole[number] and longest <= _ONE_SIDE * whole[number]
        )
        yield tuple(int(one) for one in numbers[start:end, 1]) if is_strip else ()


def _steps(parts: Shapes) -> tuple[Shapes, NDArray[np.intp]]:
    """Give all straight pieces of the outlines, each with the number of its polygon.

    Of whole outlines of 100,000 corners GEOS would look at every corner for each point.
    """
    rings, part = shapely.get_rings(parts, return_index=True)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    ends = np.stack((corners[:-1][same], corners[1:][same]), axis=1)
    return shapely.linestrings(ends), part[ring[1:][same]]
