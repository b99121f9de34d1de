"""Compiled row sweeps over a grid: down and up again until nothing gets cheaper.

Only those blocks of a row are looked at that a change in another row may reach, so that a sweep
costs little where little is left to do. Where ways wind, sweeps bring little forward:
:func:`sweep` stops, and :mod:`gapmap.surface.kernels.buckets` goes on from there.

Sweeping in alternating directions is after Zhao (2005), doi:10.1090/S0025-5718-04-01678-3, there
for another equation; here each cell takes the least over the steps to it, which is exact.

How arrays are padded, and what stands in them, is told in :mod:`gapmap.surface.kernels.flat_rows`.
"""

from __future__ import annotations

from math import inf, log
from typing import Final

import numpy as np
import numpy.typing as npt

from gapmap.compiling import compiled
from gapmap.surface.kernels.flat_rows import (
    PAD,
    Floats,
    Owners,
    Steps,
    across,
    pass_on,
    reaches,
)

__all__ = ["BLOCK", "PATIENCE", "Flags", "sweep"]

Flags = npt.NDArray[np.uint8]

BLOCK: Final = 128
"""Cells of a row that are looked at together; from 64 to 256 it makes little difference."""
PATIENCE: Final = 3.5
"""Visits of each cell: about a quarter of what a bucket search takes."""
_DEAR = 25.0  # what a cell costs in a bucket search, in visits by a sweep: 20 to 100 measured


@compiled
def sweep(
    cost: Floats, price: Floats, owner: Owners | None, started: Flags, steps: Steps, patience: float
) -> tuple[Flags, Flags, int]:
    """Sweep down and up until nothing changes or until that is not worth while any more.

    Parameters
    ----------
    cost
        Minutes to cross each cell; inf where nobody can go.
    price, owner
        Written to: minutes from the nearest source, and its index.
    started
        Which blocks of a row hold a source.
    steps
        Which steps there are.
    patience
        How often all cells may be visited before it has to show that sweeping comes to an end;
        infinite: sweep to the end whatever it takes.

    Returns
    -------
    Which blocks have yet to take over from the rows above, which from those below; and how many
    changes the last sweep made: 0 when all is done.
    """
    rows, blocks = started.shape
    down, up = np.zeros((rows, blocks), np.uint8), np.zeros((rows, blocks), np.uint8)
    hit, room = np.zeros(blocks, np.uint8), np.empty(cost.shape[1])
    for r in range(PAD, rows - PAD):
        if started[r].any():
            hit[:] = started[r]
            _settle(cost, price, owner, r, hit, down, up, steps, room)
    # Way after way, down and up in turn; two of them, of either order, are a sweep.
    last, one_before, two_before, seen = 0, 0, 0, 0
    ways, visits, most = 0, 0.0, 0.0
    while True:
        visited, changed, way = 0, 0, 1 if ways % 2 == 0 else -1
        flags = down if way == 1 else up
        for i in range(PAD, rows - PAD):
            r, found = (i if way == 1 else rows - 1 - i), 0
            for b in range(blocks):
                if flags[r, b]:
                    flags[r, b] = 0
                    begin = PAD + b * BLOCK
                    end = min(begin + BLOCK, cost.shape[1] - PAD)
                    visited += end - begin
                    fresh = across(cost, price, owner, r, way, begin, end, steps)
                    if fresh:
                        hit[b] = 1
                        found += fresh
            if found:
                changed += found
                _settle(cost, price, owner, r, hit, down, up, steps, room)
        ways, visits, in_sweep = ways + 1, visits + visited, changed + last
        if ways > 1 and in_sweep == 0:
            return down, up, 0
        most = max(most, float(in_sweep))
        if ways > 1 and patience < inf:
            looked, before = visited + seen, one_before + two_before
            if looked > _DEAR * in_sweep or (
                visits > patience * most and _winding(looked, in_sweep, before, most)
            ):
                return down, up, in_sweep
        last, one_before, two_before, seen = changed, last, one_before, visited


@compiled
def _winding(visited: int, changed: int, before: int, most: float) -> bool:
    """Tell whether the sweeps to come cost more than a bucket search over what they will change.

    They are guessed from how much less this sweep has changed than the one before: all blocks are
    visited until few cells of a block change, then fewer and fewer.
    """
    if changed >= before:
        return True
    falling = changed / before
    whole = max(0.0, log(BLOCK / 2 * changed / most) / -log(falling))
    to_visit = visited * (whole + 1.0 / (1.0 - falling))
    return to_visit > _DEAR * min(most, changed * falling / (1.0 - falling))


@compiled
def _settle(
    cost: Floats,
    price: Floats,
    owner: Owners | None,
    r: int,
    hit: Flags,
    down: Flags,
    up: Flags,
    steps: Steps,
    room: Floats,
) -> None:
    """Pass on along a row what has changed in the blocks that were hit, and tell the other rows."""
    rows, blocks = down.shape
    b, last = 0, cost.shape[1] - PAD
    while b < blocks:
        if not hit[b]:
            b += 1
            continue
        first = b
        while b < blocks and hit[b]:
            b += 1
        begin, end = PAD + first * BLOCK, min(PAD + b * BLOCK, last)
        begin, end = pass_on(cost, price, owner, r, begin, end, room)
        for k in range((begin - PAD) // BLOCK, (end - 1 - PAD) // BLOCK + 1):
            hit[k] = 1
    b, reach = 0, 2 if steps.knights else 1
    while b < blocks:
        if not hit[b]:
            b += 1
            continue
        first = b
        while b < blocks and hit[b]:
            hit[b] = 0
            b += 1
        for d in range(1, reach + 1):
            if r + d < rows - PAD:
                _tell(cost, price, owner, r, r + d, first, b, down, steps)
            if r - d >= PAD:
                _tell(cost, price, owner, r, r - d, first, b, up, steps)


@compiled
def _tell(
    cost: Floats,
    price: Floats,
    owner: Owners | None,
    r: int,
    q: int,
    first: int,
    beyond: int,
    flags: Flags,
    steps: Steps,
) -> None:
    """Flag what changed blocks may reach in another row: these blocks, and those beside them."""
    flags[q, first:beyond] = 1
    if first > 0 and _crosses(cost, price, owner, r, PAD + first * BLOCK, q, -1, steps):
        flags[q, first - 1] = 1
    if beyond < flags.shape[1] and _crosses(
        cost, price, owner, r, PAD + beyond * BLOCK - 1, q, 1, steps
    ):
        flags[q, beyond] = 1


@compiled
def _crosses(
    cost: Floats,
    price: Floats,
    owner: Owners | None,
    r: int,
    edge: int,
    q: int,
    side: int,
    steps: Steps,
) -> bool:
    """Tell whether a step out of a block, over its edge, makes a cell of another row cheaper."""
    beyond = edge + side
    if reaches(cost, price, owner, r, edge, q, beyond, steps):
        return True
    if not steps.knights or abs(q - r) > 1:
        return False
    return reaches(cost, price, owner, r, edge, q, beyond + side, steps) or reaches(
        cost, price, owner, r, edge - side, q, beyond, steps
    )
