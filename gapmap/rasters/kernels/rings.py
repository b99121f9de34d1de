"""Rings of polygons, in columns and rows of a raster."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from gapmap.compiling import compiled

if TYPE_CHECKING:
    import affine

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["Rings", "Way", "signed_areas", "to_cells", "way_to_cells"]

_LOOSE = 1e-6
"""Parts of a cell by which a corner is moved onto a line between cells at most."""


class Rings(NamedTuple):
    """The rings of all zones.

    Attributes
    ----------
    corners
        Column and row of each corner, ring after ring, the first of a ring again as its last.
    starts
        Where each ring begins in ``corners``, and the end.
    signs
        1 or -1: what makes an edge that runs down the rows add what lies within.
    rings
        Where each zone's rings begin, and the end.
    windows
        First and last row, first and last column (exclusive) that each zone can touch.
    """

    corners: Floats
    starts: Integers
    signs: Floats
    rings: Integers
    windows: Integers


class Way(NamedTuple):
    """From coordinates to columns and rows.

    Attributes
    ----------
    x, y
        Where the raster begins.
    back
        Columns by x and by y, rows by x and by y.
    slack
        How far from a line between cells a corner may lie, in columns and rows, and be on it.
    """

    x: float
    y: float
    back: tuple[float, float, float, float]
    slack: tuple[float, float]


def way_to_cells(transform: affine.Affine, shape: tuple[int, int]) -> Way:
    """Give the way back of a raster's transform.

    A corner on a line between cells is hardly ever exactly there in floating point: it would leave
    slivers of the next cell in the polygon. What lies no farther off than the coordinates
    are precise is put onto the line; that depends on the raster alone, so that what two polygons
    share is moved alike.
    """
    one, back = transform, ~transform
    rows, columns = shape
    far_x = max(abs(one.c), abs(one.c + one.a * columns), abs(one.c + one.b * rows))
    far_y = max(abs(one.f), abs(one.f + one.d * columns), abs(one.f + one.e * rows))
    precise = np.spacing(far_x), np.spacing(far_y)
    slack = [
        2 * (abs(by_x) * precise[0] + abs(by_y) * precise[1] + np.spacing(float(max(shape))))
        for by_x, by_y in ((back.a, back.b), (back.d, back.e))
    ]
    return Way(
        x=one.c,
        y=one.f,
        back=(back.a, back.b, back.d, back.e),
        slack=(min(float(slack[0]), _LOOSE), min(float(slack[1]), _LOOSE)),
    )


@compiled
def to_cells(xy: Floats, way: Way) -> Floats:
    """Give column and row of coordinates, shape (corners, 2)."""
    cells = np.empty(xy.shape)
    a, b, d, e = way.back
    for corner in range(len(xy)):
        x, y = xy[corner, 0] - way.x, xy[corner, 1] - way.y
        column, row = a * x + b * y, d * x + e * y
        whole, line = np.rint(column), np.rint(row)
        cells[corner, 0] = whole if abs(column - whole) <= way.slack[0] else column
        cells[corner, 1] = line if abs(row - line) <= way.slack[1] else row
    return cells


@compiled
def signed_areas(corners: Floats, starts: Integers) -> Floats:
    """Give the area of each ring in cells, above 0 where its left side runs down the rows."""
    areas = np.zeros(len(starts) - 1)
    for ring in range(len(areas)):
        first, last = starts[ring], starts[ring + 1] - 1
        x0, y0 = corners[first, 0], corners[first, 1]  # small numbers cancel less
        for corner in range(first, last):
            x = corners[corner, 0] + corners[corner + 1, 0] - 2 * x0
            y = (corners[corner + 1, 1] - y0) - (corners[corner, 1] - y0)
            areas[ring] -= 0.5 * x * y
    return areas
