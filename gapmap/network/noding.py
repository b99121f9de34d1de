"""Lines as ways: where they meet, and where they only cross.

Two lines meet where an end of one lies within 0.01 m of an end, a vertex or the course of the
other, or where both have the very same vertex; so does a line meet itself. Where they merely cross
they do not meet: one is a bridge. A line whose ``bridge`` column says so meets others at its ends
only, and where only such lines end in each other they go on: above a line that has no vertex there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from gapmap.network.ways import Ways

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from gapmap.network.rules import Tags
    from gapmap.network.value import Flags, Floats, Integers

__all__ = ["LOOSE_M", "TOLERANCE_M", "Meeting", "ways_from_lines"]

TOLERANCE_M = 0.01
LOOSE_M = 1.0
"""Nearer than this to another line an end that meets none looks like a slip of the hand."""
_BRIDGE = {"yes", "true", "True", "1", "t", "T", "viaduct", "是"}


class Meeting(NamedTuple):
    """How lines meet.

    ``joined`` counts the ends that were joined to a line which has no vertex there, ``loose`` are
    the numbers of lines with an end that nearly meets another.
    """

    joined: int
    loose: Integers


def ways_from_lines(
    lines: npt.NDArray[np.object_],
    tags: Sequence[Tags],
    *,
    drawn: npt.NDArray[np.object_] | None = None,
) -> tuple[Ways, Meeting]:
    """Find where lines meet.

    Parameters
    ----------
    lines
        LineStrings in metres.
    tags
        The tags of each.
    drawn
        The same lines in the plane in which they were drawn, in about metres, where that is
        another one.
    """
    coords, owner = shapely.get_coordinates(lines, return_index=True)
    counts = np.bincount(owner, minlength=len(lines))
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    bridge = np.array([tag.bridge in _BRIDGE for tag in tags], bool)
    is_end = np.zeros(len(coords), bool)
    is_end[offsets[:-1]] = is_end[offsets[1:] - 1] = True
    xy, points = _vertices(coords, alone=bridge[owner] & ~is_end)
    points = _merged(xy, points, is_end=is_end, free=~bridge[owner] | is_end)
    drawing = _Drawing(lines if drawn is None else drawn, owner, points, offsets, bridge)
    at, nodes, loose = _t_junctions(drawing)
    grown = np.bincount(np.searchsorted(offsets, at, side="right") - 1, minlength=len(lines))
    ways = Ways(
        xy=xy,
        points=np.insert(points, at, nodes),
        offsets=offsets + np.concatenate([[0], np.cumsum(grown)]).astype(np.int64),
        tags=tags,
    )
    return ways, Meeting(int(np.isin(points[is_end], nodes).sum()), loose)


def _vertices(coords: Floats, *, alone: Flags) -> tuple[Floats, Integers]:
    """Give equal vertices one number, and those that may not meet others each for itself."""
    flat = coords[:, 0] + 1j * coords[:, 1]
    unique, first, points = np.unique(flat, return_index=True, return_inverse=True)
    points = points.astype(np.int64)
    points[alone] = len(unique) + np.arange(alone.sum())
    return np.concatenate([coords[first], coords[alone]]), points


def _merged(xy: Floats, points: Integers, *, is_end: Flags, free: Flags) -> Integers:
    """Give line ends and the vertices within the tolerance of them one number: the lowest."""
    ends, vertices = _different(points[is_end], len(xy)), _different(points[free], len(xy))
    if not len(ends):
        return points
    near = cKDTree(xy[ends]).sparse_distance_matrix(
        cKDTree(xy[vertices]), TOLERANCE_M, output_type="ndarray"
    )
    a, b = ends[near["i"]], vertices[near["j"]]
    links = coo_array((np.ones(len(a), bool), (a, b)), shape=(len(xy), len(xy)))
    count, group = connected_components(links.tocsr(), directed=False)
    lowest = np.empty(count, np.int64)
    lowest[group[::-1]] = np.arange(len(group))[::-1]  # the last one written stays
    merged: Integers = lowest[group][points]
    return merged


def _different(points: Integers, count: int) -> Integers:
    """Give the different numbers below a count, in order."""
    there = np.zeros(count, bool)
    there[points] = True
    return np.flatnonzero(there)


class _Drawing(NamedTuple):
    """Lines, the line and the place of each coordinate, where lines begin, which are bridges."""

    lines: npt.NDArray[np.object_]
    owner: Integers
    points: Integers
    offsets: Integers
    bridge: Flags


def _t_junctions(drawing: _Drawing) -> tuple[Integers, Integers, Integers]:
    """Find ends that lie on a line's course: where to put them into it, and which.

    The third value are the lines with an end that lies beside another line, but meets none.
    """
    lines, owner, points, offsets, _ = drawing
    coords = shapely.get_coordinates(lines)
    ends, alone = _ends(drawing, coords)
    which, line = _passing(drawing, ends, coords, np.where(alone, LOOSE_M, TOLERANCE_M))
    meets = shapely.distance(lines[line], shapely.points(coords[ends[which]])) <= TOLERANCE_M
    beside = owner[ends[np.setdiff1d(which[alone[which]], which[meets])]]
    beside = beside[shapely.length(lines[beside]) > 2 * LOOSE_M]
    end, line = ends[which[meets]], line[meets]
    along = shapely.line_locate_point(lines[line], shapely.points(coords[end]))
    own, own_along = _on_own_course(drawing, coords)
    end, line = np.concatenate([end, own]), np.concatenate([line, owner[own]])
    _, once = np.unique(np.column_stack([line, points[end]]), axis=0, return_index=True)
    end, line, along = end[once], line[once], np.concatenate([along, own_along])[once]
    order = np.lexsort((along, line))
    at = [
        int(offsets[n] + np.searchsorted(_distances(coords[offsets[n] : offsets[n + 1]]), d))
        for n, d in zip(line[order], along[order], strict=True)
    ]
    low, high = offsets[line[order]] + 1, offsets[line[order] + 1] - 1
    return np.clip(np.array(at, np.int64), low, high), points[end[order]], beside


def _ends(drawing: _Drawing, coords: Floats) -> tuple[Integers, Flags]:
    """Give one end at each spot where not only bridges go on, and whether it is there alone."""
    _, owner, points, offsets, bridge = drawing
    ends = np.concatenate([offsets[:-1], offsets[1:] - 1])
    place = points[ends]
    alone = np.bincount(points)[place] == 1
    lands = np.bincount(points, weights=~bridge[owner])[place] > 0
    one = np.zeros(points.max(initial=-1) + 1, np.int64)
    one[place] = ends
    again = (one[place] != ends) & (coords[one[place]] == coords[ends]).all(axis=1)
    kept = (alone | lands) & ~again
    return ends[kept], alone[kept]


def _passing(
    drawing: _Drawing, ends: Integers, coords: Floats, within_m: Floats
) -> tuple[Integers, Integers]:
    """Find lines, bridges apart, that pass ends without a vertex there: which ends, which lines."""
    lines, owner, points, offsets, bridge = drawing
    open_lines = np.flatnonzero(~bridge)
    tree = shapely.STRtree(lines[open_lines])
    which, found = tree.query(shapely.points(coords[ends]), predicate="dwithin", distance=within_m)
    line, place = open_lines[found], points[ends[which]]
    other = (points[offsets[line]] != place) & (points[offsets[line + 1] - 1] != place)
    which, line, place = which[other], line[other], place[other]
    count = points.max(initial=-1) + 1
    asked = np.zeros(count, bool)
    asked[place] = True
    vertices = np.flatnonzero(asked[points])
    bare = ~np.isin(line * count + place, owner[vertices] * count + points[vertices])
    return which[bare], line[bare]


def _on_own_course(drawing: _Drawing, coords: Floats) -> tuple[Integers, Floats]:
    """Find ends on the course of their own line, bridges apart: which, and how far along it."""
    _, owner, points, offsets, bridge = drawing
    passed_m = _distances(coords)
    starts = np.flatnonzero((owner[:-1] == owner[1:]) & ~bridge[owner[:-1]])
    found, along = [], []
    for ends in (offsets[:-1], offsets[1:] - 1):
        end = ends[owner[starts]]
        away = (points[starts] != points[end]) & (points[starts + 1] != points[end])
        at, end = starts[away], end[away]
        step, way = coords[at + 1] - coords[at], coords[end] - coords[at]
        square = (step**2).sum(axis=1)
        part = np.clip((step * way).sum(axis=1) / np.where(square > 0, square, 1), 0, 1)
        near = np.hypot(*(way - part[:, None] * step).T) <= TOLERANCE_M
        at, end, part = at[near], end[near], part[near]
        found.append(end)
        along.append(passed_m[at] - passed_m[offsets[owner[at]]] + part * np.sqrt(square[near]))
    return np.concatenate(found), np.concatenate(along)


def _distances(coords: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(coords, axis=0).T))])
