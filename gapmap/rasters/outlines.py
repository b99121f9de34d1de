"""Outlines: polygons as rings in columns and rows of a raster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from gapmap.errors import MethodError
from gapmap.rasters.kernels.rings import Rings, signed_areas, to_cells, way_to_cells

if TYPE_CHECKING:
    import affine

__all__ = ["make_rings", "rings_of"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def rings_of(
    polygons: npt.ArrayLike, transform: affine.Affine, shape: tuple[int, int]
) -> tuple[Rings, Floats]:
    """Bring polygons to columns and rows; give each one's area in cells, too.

    Parameters
    ----------
    polygons
        Valid polygons and multipolygons; an empty one, or None, has no ring.
    transform, shape
        Of the raster.

    Raises
    ------
    MethodError
        A geometry is no polygon or reaches to infinity, or the transform has no area.
    """
    shapes = np.array(polygons, dtype=object).ravel()
    if transform.determinant == 0:
        raise MethodError("the raster's cells have no area", "栅格像元没有面积")
    rings, zone, shell = _taken_apart(shapes)
    xy, ring_of_corner = shapely.get_coordinates(rings, return_index=True)
    finite = np.isfinite(xy)
    if not finite.all():
        bad = zone[ring_of_corner[np.argmin(finite.all(axis=1))]]
        raise MethodError(
            f"a corner of polygon {bad} is at no finite place", f"第 {bad} 个面有坐标不是有限的数"
        )
    corners = to_cells(xy, way_to_cells(transform, shape))
    starts = np.searchsorted(ring_of_corner, np.arange(len(rings) + 1)).astype(np.int64)
    ends = np.searchsorted(zone, np.arange(len(shapes) + 1)).astype(np.int64)
    return make_rings(corners, starts, ends, shell, shape)


def make_rings(
    corners: Floats, starts: Integers, ends: Integers, shell: Flags, shape: tuple[int, int]
) -> tuple[Rings, Floats]:
    """Put rings together that are in columns and rows already; give each zone's area, too.

    Parameters
    ----------
    corners, starts
        As in :class:`~gapmap.rasters.kernels.rings.Rings`.
    ends
        Where each zone's rings begin, and the end.
    shell
        Whether each ring is a shell; else it is a hole.
    shape
        Rows and columns of the raster.
    """
    area = signed_areas(corners, starts)
    side = np.where(shell, 1.0, -1.0)
    zone = np.repeat(np.arange(len(ends) - 1), np.diff(ends))
    areas = np.bincount(zone, side * np.abs(area), minlength=len(ends) - 1)
    made = Rings(
        corners=corners,
        starts=starts,
        signs=np.where(area < 0, -side, side),
        rings=ends,
        windows=_windows(corners, starts[ends], shape),
    )
    return made, areas.astype(float)


def _taken_apart(
    shapes: npt.NDArray[np.object_],
) -> tuple[npt.NDArray[np.object_], Integers, Flags]:
    """Give all rings in the order of their polygons, the number of these, and which are shells.

    A polygon without holes stands for its ring: taking it apart would take longer than its sum.
    """
    kinds = shapely.get_type_id(shapes)
    odd = np.flatnonzero(~np.isin(kinds, (-1, 3, 6)))
    if len(odd):
        kind = shapes[odd[0]].geom_type
        raise MethodError(
            f"geometry {odd[0]} is a {kind}; give polygons", f"第 {odd[0]} 个几何是 {kind};应为面"
        )
    plain = (kinds == 3) & (shapely.get_num_interior_rings(shapes) == 0)  # noqa: PLR2004 - a polygon
    plain &= ~shapely.is_empty(shapes)
    others = np.flatnonzero(~plain & (kinds >= 0))
    parts, which = shapely.get_parts(shapes[others], return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    zone = np.concatenate((np.flatnonzero(plain), others[which[part]]))
    shell = np.append(np.ones(plain.sum(), dtype=bool), np.diff(part, prepend=-1) > 0)
    order = np.argsort(zone, kind="stable")
    return np.concatenate((shapes[plain], rings))[order], zone[order], shell[order]


def _windows(corners: Floats, starts: Integers, shape: tuple[int, int]) -> Integers:
    """Give first and last row and column (exclusive) that each zone can touch on the raster."""
    windows = np.zeros((len(starts) - 1, 4), dtype=np.int64)
    there = np.flatnonzero(np.diff(starts) > 0)
    if not len(there):
        return windows
    begin = starts[there]
    for axis, size, at in ((1, shape[0], 0), (0, shape[1], 2)):
        low = np.floor(np.minimum.reduceat(corners[:, axis], begin))
        high = np.ceil(np.maximum.reduceat(corners[:, axis], begin))
        windows[there, at] = np.clip(low, 0, size)
        windows[there, at + 1] = np.clip(high, 0, size)
    return windows
