"""Following a field back from cells to their sources."""

from __future__ import annotations

from math import hypot, inf, nan
from typing import NamedTuple

import numpy as np

from gapmap.compiling import compiled
from gapmap.surface.kernels.steep import (
    BACK,
    LENGTHS,
    STEP_COLUMNS,
    STEP_ROWS,
    Crossings,
    Floats,
    Ground,
    Indices,
    Integers,
    step_minutes,
)

__all__ = ["LOST", "Found", "follow", "measure"]

LOST = -1
"""Stands where no way goes on."""
_ALIKE = 1e-12  # as a share: minutes that differ by less are the same but for rounding


class Found(NamedTuple):
    """What a search found on its ground.

    Attributes
    ----------
    ground, links
        What a step takes; links by the cells that they end at.
    price, owner
        Minutes from the nearest source to each cell, and that source; -1 without one.
    start, cell
        What each source begins with, and its cell.
    """

    ground: Ground
    links: Crossings
    price: Floats
    owner: Indices
    start: Floats
    cell: Integers


@compiled
def _onward(found: Found, cell: int) -> tuple[int, float]:
    """Give the next cell on the way to the source, and how many cells' sides away it is.

    The next cell is nearer and has the same source. Of ways that take equally long it is the one
    over the step of the lowest number, links last.
    """
    ground, links, price, owner = found.ground, found.links, found.price, found.owner
    rows, columns = price.shape
    r, c = cell // columns, cell % columns
    here, who = price[r, c], owner[r, c]
    most = here * (1.0 + _ALIKE)
    for k in range(ground.steps):
        y, x = r + STEP_ROWS[k], c + STEP_COLUMNS[k]
        if y < 0 or y >= rows or x < 0 or x >= columns:
            continue
        before = price[y, x]
        if (
            before < here
            and owner[y, x] == who
            and before + step_minutes(ground, y, x, BACK[k]) <= most
        ):
            return y * columns + x, LENGTHS[k]
    i = np.searchsorted(links.begin, cell) if links.begin.size else 0
    while i < links.begin.size and links.begin[i] == cell:
        y, x = links.end[i] // columns, links.end[i] % columns
        before = price[y, x]
        if before < here and owner[y, x] == who and before + links.minutes[i] <= most:
            return int(links.end[i]), hypot(y - r, x - c)
        i += 1
    return LOST, nan


@compiled
def follow(found: Found, cells: Integers) -> tuple[Integers, Integers]:
    """Give the cells of the ways from some cells to their sources.

    Parameters
    ----------
    found
        What was searched.
    cells
        From where; without a source they have no way.

    Returns
    -------
    The cells of all ways, one way after the other, and where each begins in them. A way that does
    not come to its source ends with ``LOST``.
    """
    price, columns = found.price, found.price.shape[1]
    passed, size = np.empty(max(1024, len(cells)), np.int64), 0
    starts = np.zeros(len(cells) + 1, np.int64)
    for i in range(len(cells)):
        cell = cells[i]
        who = found.owner[cell // columns, cell % columns]
        while who >= 0:
            if size == len(passed):
                passed = np.concatenate((passed, np.empty_like(passed)))
            passed[size] = cell
            size += 1
            if cell == LOST:
                break
            if (
                cell == found.cell[who]
                and price[cell // columns, cell % columns] == found.start[who]
            ):
                break
            cell, _ = _onward(found, cell)
        starts[i + 1] = size
    return passed[:size].copy(), starts


@compiled
def measure(found: Found, cells: Integers) -> Floats:
    """Give the lengths of the ways from some cells to their sources, in sides of a cell.

    Takes what :func:`follow` takes. Without a source a length is inf, and NaN where the way does
    not come to its source. Each cell is passed but once, however many ways lead over it.
    """
    price, columns = found.price, found.price.shape[1]
    known = np.full(price.shape, nan)
    stack, further = np.empty(1024, np.int64), np.empty(1024)
    lengths = np.full(len(cells), inf)
    for i in range(len(cells)):
        cell, depth = cells[i], 0
        who = found.owner[cell // columns, cell % columns]
        if who < 0:
            continue
        while cell != LOST and np.isnan(known[cell // columns, cell % columns]):
            if (
                cell == found.cell[who]
                and price[cell // columns, cell % columns] == found.start[who]
            ):
                known[cell // columns, cell % columns] = 0.0
                break
            if depth == len(stack):
                stack = np.concatenate((stack, np.empty_like(stack)))
                further = np.concatenate((further, np.empty_like(further)))
            stack[depth] = cell
            cell, further[depth] = _onward(found, cell)
            depth += 1
        length = nan if cell == LOST else known[cell // columns, cell % columns]
        while depth > 0:
            depth -= 1
            length += further[depth]
            known[stack[depth] // columns, stack[depth] % columns] = length
        lengths[i] = length
    return lengths
