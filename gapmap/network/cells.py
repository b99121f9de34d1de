"""Square cells over lines: which are near, found without drawing a single buffer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    import numpy.typing as npt

    from gapmap.network.value import Flags, Floats, Integers

    Shapes = npt.NDArray[np.object_]

__all__ = ["QUARTER", "Cells", "cells_over", "surroundings"]

QUARTER = 4
"""Corners of a quarter circle."""

_FINE = 4  # cells that a radius is wide
_MOST = 300  # cells for each line: with more, all buffers are drawn sooner
_STEP_M = 1e-5
_PLACES = 64  # more than there are ways at a crossing
_ODD = 0.3  # radians: so that streets along the axes do not lie where bearings begin anew
_STRAIGHT = -0.7  # cosine of the angle between two ways that are one stroke
_BOXES = 1.5  # boxes that are joined as soon as one buffer
_MANY = 100  # fewer buffers are joined at once


class Cells(NamedTuple):
    """A frame of square cells: lower left corner, width in metres, rows and columns."""

    low: Floats
    size_m: float
    shape: tuple[int, int]

    def touched(self, lines: Shapes) -> Flags:
        """Say which cells have points of lines in them; some that lines only pass may lack."""
        at, _, inside = self._samples(lines)
        found = np.zeros(self.shape, bool)
        found[tuple(at[inside].T)] = True
        return found

    def touching(self, lines: Shapes, cells: Flags) -> Flags:
        """Say which lines have a sample in one of the cells, or outside the frame."""
        at, owner, inside = self._samples(lines)
        hit = ~inside
        hit[inside] = cells[tuple(at[inside].T)]
        return np.bincount(owner[hit], minlength=len(lines)) > 0

    def _samples(self, lines: Shapes) -> tuple[Integers, Integers, Flags]:
        """Give row and column of points on lines, a cell's width apart at most, and their line."""
        xy, owner = shapely.get_coordinates(
            shapely.segmentize(lines, self.size_m), return_index=True
        )
        at = np.floor((xy - self.low) / self.size_m).astype(np.int64)[:, ::-1]
        return at, owner, ((at >= 0) & (at < self.shape)).all(axis=1)

    def surely_within(self, cells: Flags, radius_m: float) -> Flags:
        """Say which cells lie, all of them, within a radius of every point of one of ``cells``."""
        return self._spread(cells, radius_m, 1)

    def maybe_within(self, cells: Flags, radius_m: float) -> Flags:
        """Say which cells have any point within a radius of any point of ``cells``."""
        return self._spread(cells, radius_m, -1)

    def _spread(self, cells: Flags, radius_m: float, more: int) -> Flags:
        steps = np.arange(int(radius_m / self.size_m) + 2)
        far = np.maximum(steps + more, 0) * self.size_m
        widths = (np.hypot(far[:, None], far) <= radius_m).sum(axis=1)
        found, row, wide = np.zeros(self.shape, bool), cells.copy(), 0
        for step in np.flatnonzero(widths)[::-1].tolist():
            for aside in range(wide + 1, int(widths[step])):
                row[:, aside:] |= cells[:, :-aside]
                row[:, :-aside] |= cells[:, aside:]
                wide = aside
            found[step:] |= row[: len(row) - step]
            found[: len(row) - step] |= row[step:]
        return found

    def boxes(self, cells: Flags) -> Shapes:
        """Draw cells, those that are side by side as one box."""
        rim = np.diff(np.pad(cells, ((0, 0), (1, 1))).astype(np.int8), axis=1)
        row, first = np.nonzero(rim > 0)
        last = np.nonzero(rim < 0)[1]
        x, y = (
            self.low[axis] + np.arange(n + 1) * self.size_m
            for axis, n in enumerate(self.shape[::-1])
        )
        boxes: Shapes = shapely.box(x[first], y[row], x[last], y[row + 1])
        return boxes


def cells_over(lines: Shapes, radius_m: float) -> Cells | None:
    """Frame lines, and twice a radius around them; None if ways are too sparse for cells."""
    size_m = radius_m / _FINE
    bounds = shapely.total_bounds(lines)
    low = bounds[:2] - 2 * radius_m - 2 * size_m
    columns, rows = np.ceil((bounds[2:] - low + 2 * radius_m) / size_m + 2).astype(int).tolist()
    return Cells(low, size_m, (rows, columns)) if rows * columns <= _MOST * len(lines) else None


def surroundings(
    cells: Cells | None, lines: Shapes, radius_m: float, asked: Flags | None = None
) -> shapely.Geometry:
    """Join the buffers of many lines.

    Most buffers of a dense net lie inside those of others. Cells that are surely covered stand for
    them, and only the buffers that reach out of these cells are drawn.

    Parameters
    ----------
    cells
        A frame around the lines, from :func:`cells_over`; None draws all buffers.
    lines
        The lines; of those that leave the frame all is drawn.
    radius_m
        The buffers' radius.
    asked
        Cells that matter: in others, parts may be missing. None: all do.
    """
    if cells is not None and len(lines) >= _MANY:
        lines, boxes = _replaced(cells, lines, radius_m, asked)
    else:
        buffers = shapely.buffer(_strokes(lines), radius_m, quad_segs=QUARTER)
        return shapely.disjoint_subset_union_all(buffers)
    buffers = shapely.buffer(_strokes(lines), radius_m, quad_segs=QUARTER)
    return shapely.union_all(np.concatenate([buffers, boxes]))


def _replaced(
    cells: Cells, lines: Shapes, radius_m: float, asked: Flags | None
) -> tuple[Shapes, Shapes]:
    """Give the lines whose buffers are to be drawn, and boxes in place of the others.

    Where ways are few and long there are no others, or it takes more boxes than they are.
    """
    covered = cells.surely_within(cells.touched(lines), radius_m)
    matter = np.ones(cells.shape, bool) if asked is None else asked
    reach_m = radius_m + cells.size_m / 2
    drawn = cells.touching(lines, cells.maybe_within(matter & ~covered, reach_m))
    needed = cells.maybe_within(cells.touched(lines[~drawn]), reach_m)
    boxes = cells.boxes(covered & matter & needed)
    if len(boxes) > _BOXES * (~drawn).sum():
        return lines, boxes[:0]
    return lines[drawn], boxes


def _strokes(lines: Shapes) -> Shapes:
    """Join lines that go straight on where they meet: long buffers overlap less than short ones.

    Points move by less than 1 mm, and points of no length stay as they are.
    """
    long = shapely.get_dimensions(lines) > 0
    if not long.any():
        return lines
    xy, owner = shapely.get_coordinates(lines[long], return_index=True)
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    last = np.append(first[1:], len(xy)) - 1
    end, after = np.concatenate([first, last]), np.concatenate([first + 1, last - 1])
    ahead = xy[after] - xy[end]
    ahead /= np.maximum(np.hypot(*ahead.T), _STEP_M)[:, None]
    bearing = (np.arctan2(ahead[:, 1], ahead[:, 0]) + _ODD) % np.pi
    order = np.lexsort((bearing, xy[end, 1], xy[end, 0]))
    end, ahead = end[order], ahead[order]
    fits = (xy[end[1:]] == xy[end[:-1]]).all(axis=1)
    fits &= (ahead[1:] * ahead[:-1]).sum(axis=1) < _STRAIGHT
    fits = np.append(fits, [False])
    run = np.arange(len(fits)) - np.maximum.accumulate(np.where(fits, 0, np.arange(len(fits)) + 1))
    one = np.flatnonzero(fits & (run % 2 == 0))
    # each pair of ends gets a place of its own, where no third line meets it
    moved = one % _PLACES * _STEP_M
    xy[end[one], 0] += moved
    xy[end[one + 1], 0] += moved
    parts = shapely.multilinestrings(shapely.linestrings(xy, indices=owner))
    strokes = shapely.simplify(shapely.get_parts(shapely.line_merge(parts)), _STEP_M)
    joined: Shapes = np.concatenate([strokes, lines[~long]])
    return joined
