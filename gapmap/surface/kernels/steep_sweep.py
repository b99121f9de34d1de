"""Compiled row sweeps over sloping ground: down and up again until nothing gets cheaper.

Only those blocks of a row are looked at that a change in another row may reach. Links are crossed
after each sweep. Where ways wind, sweeps bring little forward: :func:`sweep` stops, and
:mod:`gapmap.surface.kernels.steep_heap` goes on from there.

How arrays are padded, and what stands in them, is told in :mod:`gapmap.surface.kernels.steep_rows`.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from gapmap.compiling import compiled
from gapmap.surface.kernels.steep import KNIGHTS, Crossings, Flags, Floats, Ground, Indices
from gapmap.surface.kernels.steep_rows import NOBODY, PAD, across, pass_on

__all__ = ["BLOCK", "PATIENCE", "left_over", "sweep"]

BLOCK: Final = 128
"""Cells of a row that are looked at together; from 64 to 256 it makes little difference."""
PATIENCE: Final = 5.0
"""Visits of each cell: about a tenth of what the search with a heap takes."""
_DEAR = 50.0  # what a cell costs in the search with a heap, in visits by a sweep: 40 to 70 measured


@compiled
def sweep(
    ground: Ground, links: Crossings, price: Floats, owner: Indices, fresh: Flags, patience: float
) -> tuple[Flags, Flags, bool]:
    """Sweep down and up until nothing changes or until that is not worth while any more.

    Parameters
    ----------
    ground, links
        What a step takes, and a crossing.
    price, owner
        Written to: minutes from the nearest source, and its index.
    fresh
        Which blocks of a row hold a source; used up.
    patience
        How often all cells may be visited before it has to show that sweeping comes to an end;
        infinite: sweep to the end whatever it takes.

    Returns
    -------
    Which blocks have yet to take over from the rows above, which from those below; whether all is
    done.
    """
    rows, blocks, columns = *fresh.shape, price.shape[1]
    down, up = np.zeros((rows, blocks), np.bool_), np.zeros((rows, blocks), np.bool_)
    room, marks = np.empty(columns), np.empty(columns, np.bool_)
    visits, most, visited_before, changed_before = 0.0, 1.0, 0, 0
    while True:
        visited, changed = 0, 0
        for way in (1, -1):
            flags = down if way == 1 else up
            for i in range(PAD, rows - PAD):
                r, found = (i if way == 1 else rows - 1 - i), 0
                for b in range(blocks):
                    if flags[r, b]:
                        flags[r, b] = False
                        begin = PAD + b * BLOCK
                        end = min(begin + BLOCK, columns - PAD)
                        visited += end - begin
                        better = across(ground, price, owner, r, way, begin, end, room)
                        if better:
                            fresh[r, b] = True
                            found += better
                    found += fresh[r, b]
                if found:
                    changed += found
                    _settle(ground, price, owner, r, fresh, down, up, room, marks)
        changed += _cross(links, price, owner, fresh)
        if changed == 0:
            return down, up, True
        visits, most = visits + visited, max(most, float(changed))
        if visits > patience * most and _winding(
            visited, visited_before, changed, changed_before, most
        ):
            return down, up, False
        visited_before, changed_before = visited, changed


@compiled
def _winding(
    visited: int, visited_before: int, changed: int, changed_before: int, most: float
) -> bool:
    """Tell whether the sweeps to come cost more than a search with a heap over what they change.

    Both are guessed from how much less this sweep has visited and changed than the one before.
    """
    if changed >= changed_before:
        return True
    falling = changed / changed_before
    to_change = min(most, changed * falling / (1.0 - falling))
    easing = min(visited / visited_before, 0.99)
    return visited * easing / (1.0 - easing) > _DEAR * to_change


@compiled
def _cross(links: Crossings, price: Floats, owner: Indices, fresh: Flags) -> int:
    """Cross each link and flag what gets cheaper; give how many cells do."""
    columns, changed = price.shape[1], 0
    for i in range(links.begin.size):
        y, x = links.begin[i] // columns, links.begin[i] % columns
        r, c = links.end[i] // columns, links.end[i] % columns
        t = price[y, x] + links.minutes[i]
        if t < price[r, c] or (t == price[r, c] and owner[y, x] < owner[r, c]):
            price[r, c], owner[r, c] = t, owner[y, x]
            fresh[r, (c - PAD) // BLOCK] = True
            changed += 1
    return changed


@compiled
def _settle(
    ground: Ground,
    price: Floats,
    owner: Indices,
    r: int,
    fresh: Flags,
    down: Flags,
    up: Flags,
    room: Floats,
    marks: Flags,
) -> None:
    """Pass on along a row what has changed in its fresh blocks, and tell the other rows."""
    rows, blocks = down.shape
    b, last, hit = 0, price.shape[1] - PAD, fresh[r]
    while b < blocks:
        if not hit[b]:
            b += 1
            continue
        first = b
        while b < blocks and hit[b]:
            b += 1
        begin, end = PAD + first * BLOCK, min(PAD + b * BLOCK, last)
        begin, end = pass_on(ground, price, owner, r, begin, end, room, marks)
        for k in range((begin - PAD) // BLOCK, (end - 1 - PAD) // BLOCK + 1):
            hit[k] = True
    reach = 1 if ground.steps == KNIGHTS else 2
    for b in range(blocks):
        if hit[b]:
            hit[b] = False
            for d in range(1, reach + 1):
                if r + d < rows - PAD:
                    _tell(price, r, r + d, b, down, reach)
                if r - d >= PAD:
                    _tell(price, r, r - d, b, up, reach)


@compiled
def _tell(price: Floats, r: int, q: int, b: int, flags: Flags, reach: int) -> None:
    """Flag what a change in a block may reach in another row: the block, and those beside it."""
    flags[q, b] = True
    for side in (-1, 1):
        if not 0 <= b + side < flags.shape[1]:
            continue
        # from the block's outermost cells to those beyond its edge
        edge = PAD + b * BLOCK if side < 0 else PAD + (b + 1) * BLOCK - 1
        crosses = price[r, edge] < price[q, edge + side]
        if reach > 1:
            crosses |= price[r, edge] < price[q, edge + 2 * side]
            crosses |= price[r, edge - side] < price[q, edge + side]
        if crosses:
            flags[q, b + side] = True


@compiled
def left_over(
    ground: Ground, price: Floats, owner: Indices, fresh: Flags, down: Flags, up: Flags
) -> Indices:
    """Do what a sweep has left undone from row to row, and give the cells that have changed.

    Parameters
    ----------
    ground, price, owner, fresh
        As for :func:`sweep`; blocks that are still fresh have changed by a link.
    down, up
        What that function gives.
    """
    rows, blocks, columns = *down.shape, price.shape[1]
    cells, count = np.empty(4 * BLOCK, np.int32), 0
    room, old, known = np.empty(columns), np.empty(columns), np.empty(columns, np.int32)
    for way in (1, -1):
        flags = down if way == 1 else up
        for r in range(PAD, rows - PAD):
            for b in range(blocks):
                new = fresh[r, b] and way == 1
                if not (flags[r, b] or new):
                    continue
                begin = PAD + b * BLOCK
                end = min(begin + BLOCK, columns - PAD)
                old[begin:end], known[begin:end] = price[r, begin:end], owner[r, begin:end]
                if not across(ground, price, owner, r, way, begin, end, room) and not new:
                    continue
                if count + BLOCK > len(cells):
                    cells = np.concatenate((cells, np.empty_like(cells)))
                for c in range(begin, end):
                    if (
                        price[r, c] < old[c]
                        or owner[r, c] != known[c]
                        or (new and owner[r, c] != NOBODY)
                    ):
                        cells[count] = r * columns + c
                        count += 1
    return cells[:count]
