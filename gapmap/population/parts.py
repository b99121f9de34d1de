"""Parts of cells: what of each cell lies in which district, place polygon and town."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from gapmap.rasters.placing import areas_only
from gapmap.rasters.zonal import cell_shares

if TYPE_CHECKING:
    import affine

    from gapmap.rasters.placing import Outlines

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Shapes = npt.NDArray[np.object_]

__all__ = ["Cuts", "Ground", "Parts", "Pieces", "Strip", "cut", "ground_of", "in_zones"]

ROUNDING: Final = 1e-9
"""Share of a cell's part below which what is left of it is the rounding of coordinates."""
_SLIVER: Final = 1e-6
"""Share of the smaller polygon below which an overlap is the rounding of coordinates."""
_NOTHING: Final = 1e-11
"""Share of a cell below which a polygon only touches it: 10 square millimetres of a km2."""


class Pieces(NamedTuple):
    """Where polygons of two layers share ground: the shapes, and which polygons they are of."""

    shapes: Shapes
    district: Integers
    other: Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Districts, towns and place polygons in the raster's coordinates.

    ``places`` and ``towns`` are those parts of them that lie in a district; ``place_size`` and
    ``town_size`` are the areas of these parts. Where polygons of places overlap, only the first has
    the ground, and ``overlapping`` are the rows of the others.
    ``all_of`` is the ground of all districts together.
    """

    districts: Outlines
    places: Pieces
    place_size: Floats
    towns: Pieces
    town_size: Floats
    all_of: shapely.Geometry
    overlapping: Integers


class Strip(NamedTuple):
    """Some rows of the raster: people in whole cells, NaN without a value."""

    transform: affine.Affine
    first_row: int
    people: Floats


class Parts(NamedTuple):
    """Parts of cells; ``zone`` counts the polygons, ``row`` and ``column`` those of the strip."""

    zone: Integers
    row: Integers
    column: Integers
    share: Floats

    def pick(self, which: Integers | npt.NDArray[np.bool_]) -> Parts:
        """Keep some parts, in this order."""
        return Parts(self.zone[which], self.row[which], self.column[which], self.share[which])


class Cuts(NamedTuple):
    """Parts of cells by district and place; -1 for what lies in nobody's polygon."""

    district: Integers
    place: Integers
    row: Integers
    column: Integers
    share: Floats


def ground_of(districts: Outlines, places: Outlines | None, towns: Outlines | None) -> Ground:
    """Cut place and town polygons along the districts."""
    apart, overlapping = _apart(_pieces(districts.shapes, places))
    of_towns = _pieces(districts.shapes, towns)
    return Ground(
        districts=districts,
        places=apart,
        place_size=_sizes(apart, places),
        towns=of_towns,
        town_size=_sizes(of_towns, towns),
        all_of=shapely.union_all(districts.shapes),
        overlapping=overlapping,
    )


def _sizes(pieces: Pieces, whole: Outlines | None) -> Floats:
    """Give the area of each polygon within the districts."""
    count = 0 if whole is None else len(whole.shapes)
    return np.bincount(pieces.other, shapely.area(pieces.shapes), minlength=count).astype(float)


def _pieces(districts: Shapes, others: Outlines | None) -> Pieces:
    if others is None or len(others.shapes) == 0:
        none = np.zeros(0, dtype=np.int64)
        return Pieces(np.zeros(0, dtype=object), none, none)
    tree = shapely.STRtree(others.shapes)
    district, other = tree.query(districts, predicate="intersects")
    shapely.prepare(districts)
    within = shapely.covers(districts[district], others.shapes[other])
    shapes = others.shapes[other]
    across = shapely.intersection(shapes[~within], districts[district[~within]])
    shapes[~within] = [areas_only(one) for one in across]
    kept = shapely.area(shapes) > 0
    order = np.lexsort((other[kept], district[kept]))
    return Pieces(shapes[kept][order], district[kept][order], other[kept][order])


def _apart(pieces: Pieces) -> tuple[Pieces, Integers]:
    """Leave ground that several pieces of a district share to the first place of the table."""
    first, second = shapely.STRtree(pieces.shapes).query(pieces.shapes, predicate="intersects")
    pairs = (pieces.other[first] < pieces.other[second]) & (
        pieces.district[first] == pieces.district[second]
    )
    first, second = first[pairs], second[pairs]
    inner = shapely.relate_pattern(pieces.shapes[first], pieces.shapes[second], "T********")
    first, second = first[inner], second[inner]
    shared = shapely.area(shapely.intersection(pieces.shapes[first], pieces.shapes[second]))
    size = shapely.area(pieces.shapes)
    real = shared > _SLIVER * np.minimum(size[first], size[second])
    shapes = pieces.shapes.copy()
    for later in np.unique(second[real]):
        others = pieces.shapes[first[real & (second == later)]]
        shapes[later] = areas_only(shapely.difference(shapes[later], shapely.union_all(others)))
    return pieces._replace(shapes=shapes), np.unique(pieces.other[second[real]])


def in_zones(strip: Strip, shapes: Shapes) -> Parts:
    """Give the exact shares of the cells of a strip that lie in each polygon."""
    if len(shapes) == 0:
        none = np.zeros(0, dtype=np.int64)
        return Parts(none, none, none, np.zeros(0))
    found = cell_shares(shapes, strip.transform, strip.people.shape)
    parts = Parts(found.zone, found.row, found.column, np.minimum(found.share, 1.0))
    return parts.pick(parts.share > _NOTHING)


def cut(whole: Parts, pieces: Parts, ground: Pieces, shape: tuple[int, int]) -> Cuts:
    """Cut the districts' parts of cells among the places whose polygons lie there.

    Parameters
    ----------
    whole
        Parts by district.
    pieces
        Parts by the pieces of ``ground``.
    ground
        Which district and place each piece is of.
    shape
        Rows and columns of the strip.

    Returns
    -------
    Cuts
        In the order of district, row, column and place, -1 first. The shares of one cell and
        district add up to that of ``whole``.
    """
    whole = whole.pick(np.argsort(_keys(whole.zone, whole, shape), kind="stable"))
    keys = _keys(whole.zone, whole, shape)
    wanted = _keys(ground.district[pieces.zone], pieces, shape)
    parent = np.searchsorted(keys, wanted)
    there = np.flatnonzero(np.append(keys, -1)[parent] == wanted)
    parent, share = parent[there], pieces.share[there]
    taken = np.bincount(parent, share, minlength=len(keys))
    rest = whole.share - taken
    left = np.flatnonzero(rest > ROUNDING * whole.share)
    full = np.flatnonzero(rest <= ROUNDING * whole.share)
    fit = np.ones(len(keys))
    fit[full] = whole.share[full] / taken[full]
    parent = np.concatenate((left, parent))
    place = np.concatenate((np.full(len(left), -1), ground.other[pieces.zone[there]]))
    share = np.concatenate((rest[left], share * fit[parent[len(left) :]]))
    order = np.lexsort((place, parent))
    parent = parent[order]
    return Cuts(
        whole.zone[parent], place[order], whole.row[parent], whole.column[parent], share[order]
    )


def _keys(district: Integers, parts: Parts, shape: tuple[int, int]) -> Integers:
    return (district * shape[0] + parts.row) * shape[1] + parts.column
