"""TopoJSON: shapes as arcs on a grid of whole numbers, each shared border or way stored once.

The format is that of the TopoJSON specification 1.0 (Bostock and Metcalf, 2013): positions are
whole steps of ``transform``, the first of an arc counted from the corner, each further one from
that before; ``~n`` is arc ``n`` backwards; an area too small for the grid has no geometry (its
``type`` is None).
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Grid", "Topology", "grid_over"]

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]

STEP_M: Final = (1.0, 5.0)
"""The finest and the coarsest grid."""
_ACROSS: Final = 50_000
"""Steps over the extent of a study, unless it is that small or large."""
_DEGREE_M: Final = 111_320.0
_LEAST: Final = 3
"""Corners of an area."""
_SHIFT: Final = 2**32


class Grid(NamedTuple):
    """A grid over longitudes and latitudes whose steps are about as long in both directions."""

    scale: tuple[float, float]
    translate: tuple[float, float]
    step_m: float

    def whole(self, lonlat: npt.NDArray[np.float64]) -> Integers:
        """Give positions in whole steps."""
        steps = (lonlat - np.array(self.translate)) / np.array(self.scale)
        return np.asarray(np.rint(steps), dtype=np.int64)


def grid_over(bounds: Sequence[float]) -> Grid:
    """Lay a grid over an area: west, south, east, north in degrees."""
    west, south, east, north = bounds if all(map(math.isfinite, bounds)) else (0, 0, 1, 1)
    across_m = _DEGREE_M * max(
        (east - west) * math.cos(math.radians((south + north) / 2)), north - south
    )
    step_m = min(max(across_m / _ACROSS, STEP_M[0]), STEP_M[1])
    up = step_m / _DEGREE_M
    along = up / max(math.cos(math.radians((south + north) / 2)), 0.01)
    return Grid((along, up), (west, south), step_m)


class Topology:
    """Layers of shapes on one grid, with all their arcs.

    Parameters
    ----------
    grid
        What positions are counted on.
    """

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self._arcs: list[Integers] = []
        self._objects: dict[str, object] = {}

    def add_areas(self, name: str, shapes: Shapes) -> None:
        """Add polygons; neighbours that have the same corners share their border's arc."""
        parts, shape_of_part = shapely.get_parts(shapes, return_index=True)
        area = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
        parts, shape_of_part = parts[area], shape_of_part[area]
        rings, part_of_ring = shapely.get_rings(parts, return_index=True)
        cut = self._cut(rings, tolerance=0.0, closed=True)
        polygons: list[list[list[int]]] = [[] for _ in parts]
        for part, arcs in zip(part_of_ring.tolist(), cut, strict=True):
            if arcs:
                polygons[part].append(arcs)
        found: list[list[list[list[int]]]] = [[] for _ in shapes]
        for shape, polygon in zip(shape_of_part.tolist(), polygons, strict=True):
            if polygon:
                found[shape].append(polygon)
        self._objects[name] = _collection([_area(one) for one in found])

    def add_lines(
        self, name: str, shapes: Shapes, ids: Sequence[int] | None = None, tolerance_m: float = 0.0
    ) -> None:
        """Add lines; what several have in common is one arc, thinned out once for all of them."""
        parts, shape_of_part = shapely.get_parts(shapes, return_index=True)
        cut = self._cut(parts, tolerance=tolerance_m / self.grid.step_m, closed=False)
        found: list[list[list[int]]] = [[] for _ in shapes]
        for shape, arcs in zip(shape_of_part.tolist(), cut, strict=True):
            if arcs:
                found[shape].append(arcs)
        geometries = [_line(one) for one in found]
        for number, geometry in zip(ids if ids is not None else (), geometries, strict=False):
            geometry["id"] = int(number)
        self._objects[name] = _collection(geometries)

    def content(self) -> dict[str, object]:
        """Give the topology, fit for JSON."""
        return {
            "type": "Topology",
            "transform": {
                "scale": [float(f"{one:.10g}") for one in self.grid.scale],
                "translate": [float(one) for one in self.grid.translate],
            },
            "objects": self._objects,
            "arcs": [_deltas(arc) for arc in self._arcs],
        }

    def _cut(self, lines: Shapes, *, tolerance: float, closed: bool) -> list[list[int]]:
        """Cut rings or lines where others join or leave, and give the numbers of their arcs."""
        xy, line = shapely.get_coordinates(lines, return_index=True)
        whole = self.grid.whole(xy)
        fresh = np.ones(len(whole), dtype=bool)
        fresh[1:] = (whole[1:] != whole[:-1]).any(axis=1) | (line[1:] != line[:-1])
        whole, line = whole[fresh], line[fresh]
        lowest = whole.min(axis=0, initial=0)  # south or west of the grid steps are negative
        packed = (whole - lowest) @ np.array([_SHIFT, 1])
        points, corner = np.unique(packed, return_inverse=True)
        place = np.column_stack((points // _SHIFT, points % _SHIFT)) + lowest
        node = _nodes(corner, line, len(points), closed=closed)
        starts = np.searchsorted(line, np.arange(len(lines) + 1))
        known: dict[bytes, int] = {}
        made: list[list[int]] = []
        for begin, end in itertools.pairwise(starts.tolist()):
            chain = corner[begin:end]
            if len(chain) < (_LEAST + 1 if closed else 2):
                made.append([])
                continue
            pieces = _pieces(_turned(chain, node) if closed else chain, node)
            made.append([self._arc(piece, known, place, tolerance) for piece in pieces])
        return made

    def _arc(
        self, piece: Integers, known: dict[bytes, int], place: Integers, tolerance: float
    ) -> int:
        """Give the number of an arc, that of one which runs the other way as ``~number``."""
        backwards = piece[::-1]
        for way, sign in ((piece, False), (backwards, True)):
            number = known.get(way.tobytes())
            if number is not None:
                return ~number if sign else number
        number = known[piece.tobytes()] = len(self._arcs)
        points = place[piece]
        if tolerance > 0 and len(points) > 2:  # noqa: PLR2004 - a straight line has none to spare
            thin = shapely.simplify(shapely.linestrings(points), tolerance)
            points = shapely.get_coordinates(thin).astype(np.int64)
        self._arcs.append(points)
        return number


def _nodes(corner: Integers, line: Integers, count: int, *, closed: bool) -> Flags:
    """Say which corners more or fewer than two different edges meet in; ends of lines are some."""
    joined = line[1:] == line[:-1]
    low = np.minimum(corner[1:], corner[:-1])[joined]
    high = np.maximum(corner[1:], corner[:-1])[joined]
    edges = np.unique(low * count + high) if count else low
    met = np.bincount(edges // max(count, 1), minlength=count)
    met += np.bincount(edges % max(count, 1), minlength=count)
    node = np.asarray(met != 2)  # noqa: PLR2004 - a corner on the way has two
    if not closed and len(corner):
        last = np.append(~joined, [True])
        first = np.insert(~joined, 0, [True])
        node[corner[last | first]] = True
    return node


def _turned(chain: Integers, node: Flags) -> Integers:
    """Let a ring begin at a node, or else at its lowest corner, the same way round for all."""
    ring = chain[:-1]
    nodes = np.flatnonzero(node[ring])
    ring = np.roll(ring, -int(nodes[0] if len(nodes) else np.argmin(ring)))
    return np.append(ring, ring[0])


def _pieces(chain: Integers, node: Flags) -> list[Integers]:
    inner = np.flatnonzero(node[chain[1:-1]]) + 1
    bounds = [0, *inner.tolist(), len(chain) - 1]
    return [chain[a : b + 1] for a, b in itertools.pairwise(bounds)]


def _deltas(points: Integers) -> list[list[int]]:
    deltas = np.diff(points, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    pairs: list[list[int]] = deltas.tolist()
    return pairs


def _collection(geometries: Sequence[dict[str, object]]) -> dict[str, object]:
    return {"type": "GeometryCollection", "geometries": list(geometries)}


def _area(polygons: list[list[list[int]]]) -> dict[str, object]:
    if not polygons:
        return {"type": None}
    if len(polygons) == 1:
        return {"type": "Polygon", "arcs": polygons[0]}
    return {"type": "MultiPolygon", "arcs": polygons}


def _line(lines: list[list[int]]) -> dict[str, object]:
    if not lines:
        return {"type": None}
    if len(lines) == 1:
        return {"type": "LineString", "arcs": lines[0]}
    return {"type": "MultiLineString", "arcs": lines}
