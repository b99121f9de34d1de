"""A search with a heap over sloping ground: each cell is passed on from once.

Where sweeps bring little forward it goes on from where they stopped.

How arrays are padded, and what stands in them, is told in :mod:`gapmap.surface.kernels.steep_rows`.
"""

from __future__ import annotations

import numpy as np

from gapmap.compiling import compiled
from gapmap.surface.kernels.steep import (
    STEP_COLUMNS,
    STEP_ROWS,
    Crossings,
    Floats,
    Ground,
    Indices,
    step_minutes,
)

__all__ = ["spread"]

_FOUR = 4  # a heap of fours is flatter than one of twos


@compiled
def _rise(prices: Floats, cells: Indices, place: int, price: float, cell: int) -> None:
    """Put a cell at a free place of the heap, or above it."""
    while place > 0:
        above = (place - 1) // _FOUR
        if prices[above] <= price:
            break
        prices[place], cells[place] = prices[above], cells[above]
        place = above
    prices[place], cells[place] = price, cell


@compiled
def _sink(prices: Floats, cells: Indices, size: int) -> None:
    """Close the gap at the top with the last of what then are ``size`` entries."""
    price, cell, place = prices[size], cells[size], 0
    while True:
        first = place * _FOUR + 1
        if first >= size:
            break
        least = first
        for i in range(first + 1, min(first + _FOUR, size)):
            if prices[i] < prices[least]:
                least = i
        if prices[least] >= price:
            break
        prices[place], cells[place] = prices[least], cells[least]
        place = least
    prices[place], cells[place] = price, cell


@compiled
def spread(ground: Ground, links: Crossings, price: Floats, owner: Indices, cells: Indices) -> None:
    """Pass on prices and owners until nothing is cheaper.

    Parameters
    ----------
    ground, links
        What a step takes, and a crossing.
    price, owner
        Written to: minutes from the nearest source, and its index.
    cells
        Those that have not been passed on from.
    """
    columns, size = price.shape[1], 0
    room = max(1024, len(cells))
    prices, waiting = np.empty(room), np.empty(room, np.int32)
    for cell in cells:
        _rise(prices, waiting, size, price[cell // columns, cell % columns], cell)
        size += 1
    while size:
        at, cell = prices[0], waiting[0]
        size -= 1
        _sink(prices, waiting, size)
        r, c = cell // columns, cell % columns
        if at > price[r, c]:
            continue
        who = owner[r, c]
        first = np.searchsorted(links.begin, cell) if links.begin.size else 0
        last = first
        while last < links.begin.size and links.begin[last] == cell:
            last += 1
        most = ground.steps + last - first
        if size + most > len(prices):
            prices = np.concatenate((prices, np.empty(len(prices) + most)))
            waiting = np.concatenate((waiting, np.empty(len(waiting) + most, np.int32)))
        for k in range(most):
            if k < ground.steps:
                y, x = r + STEP_ROWS[k], c + STEP_COLUMNS[k]
                t = at + step_minutes(ground, r, c, k)
            else:
                i = first + k - ground.steps
                y, x = links.end[i] // columns, links.end[i] % columns
                t = at + links.minutes[i]
            if t < price[y, x] or (t == price[y, x] and who < owner[y, x]):
                price[y, x], owner[y, x] = t, who
                _rise(prices, waiting, size, t, y * columns + x)
                size += 1
