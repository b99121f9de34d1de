"""Compiled steps over sloping ground, a block of a row at a time.

All arrays are padded with :data:`PAD` impassable cells on each side. A cell that is not reached
has a price above the limit and the owner :data:`NOBODY`. Of equal prices the lowest owner counts.

What a step takes is worked out for a block at once, and only where some cell that it comes from
is nearer than the one that it leads to.
"""

from __future__ import annotations

from math import inf
from typing import Final

import numpy as np

from gapmap.compiling import compiled
from gapmap.surface.kernels.steep import (
    DIAGONAL,
    KNIGHTS,
    LENGTHS,
    LEVEL,
    SHARES,
    STEP_COLUMNS,
    STEP_ROWS,
    TOBLER,
    Flags,
    Floats,
    Ground,
    Indices,
    langmuir,
    step_minutes,
    tobler,
)

__all__ = ["NOBODY", "PAD", "across", "pass_on"]

PAD: Final = 2
NOBODY: Final = 2**31 - 1
_DOWN = np.flatnonzero(STEP_ROWS > 0)
_UP = np.flatnonzero(STEP_ROWS < 0)
_RIGHT, _LEFT = 1, 3


@compiled
def _work_out(ground: Ground, k: int, r: int, begin: int, end: int, room: Floats) -> None:
    """Put into ``room`` what the k-th steps take that end in a row between two columns."""
    down, right, size = STEP_ROWS[k], STEP_COLUMNS[k], end - begin
    y, x = r - down, begin - right
    m0, m1 = ground.minutes[y, x : x + size], ground.minutes[r, begin:end]
    b, a, d, c = y, x, r, begin
    if k >= KNIGHTS:
        far = abs(down) > 1
        b, a = (y + down // 2, x) if far else (y, x + right // 2)
        d, c = (y + down // 2, begin) if far else (r, x + right // 2)
    m2, m3 = ground.minutes[b, a : a + size], ground.minutes[d, c : c + size]
    share = SHARES[k]
    if ground.rule == LEVEL:
        if k >= KNIGHTS:
            for i in range(size):
                room[i] = share * ((m0[i] + m1[i]) + (m2[i] + m3[i]))
        else:
            for i in range(size):
                room[i] = share * (m0[i] + m1[i])
    else:
        h0, h1 = ground.height[y, x : x + size], ground.height[r, begin:end]
        run = LENGTHS[k] * ground.run_m
        if ground.rule == TOBLER:
            for i in range(size):
                room[i] = tobler((h1[i] - h0[i]) / run)
        else:
            for i in range(size):
                room[i] = langmuir((h1[i] - h0[i]) / run)
        if ground.driven.size:
            f0, f1 = ground.on_foot[y, x : x + size], ground.on_foot[r, begin:end]
            f2, f3 = ground.on_foot[b, a : a + size], ground.on_foot[d, c : c + size]
            d0, d1 = ground.driven[y, x : x + size], ground.driven[r, begin:end]
            d2, d3 = ground.driven[b, a : a + size], ground.driven[d, c : c + size]
            for i in range(size):
                f = room[i]
                t = min(m0[i] * (f if f0[i] else 1.0), d0[i])
                t += min(m1[i] * (f if f1[i] else 1.0), d1[i])
                if k >= KNIGHTS:
                    u = min(m2[i] * (f if f2[i] else 1.0), d2[i])
                    t += u + min(m3[i] * (f if f3[i] else 1.0), d3[i])
                room[i] = share * t
        elif ground.on_foot.size:
            f0, f1 = ground.on_foot[y, x : x + size], ground.on_foot[r, begin:end]
            f2, f3 = ground.on_foot[b, a : a + size], ground.on_foot[d, c : c + size]
            for i in range(size):
                f = room[i]
                t = m0[i] * (f if f0[i] else 1.0) + m1[i] * (f if f1[i] else 1.0)
                if k >= KNIGHTS:
                    t += m2[i] * (f if f2[i] else 1.0) + m3[i] * (f if f3[i] else 1.0)
                room[i] = share * t
        elif k >= KNIGHTS:
            for i in range(size):
                f = room[i]
                room[i] = share * ((m0[i] * f + m1[i] * f) + (m2[i] * f + m3[i] * f))
        else:
            for i in range(size):
                f = room[i]
                room[i] = share * (m0[i] * f + m1[i] * f)
    if ground.barred.size:
        bars = ground.barred[y, x : x + size]
        for i in range(size):
            room[i] = inf if (bars[i] >> k) & 1 else room[i]
    if ground.closed and DIAGONAL <= k < KNIGHTS:
        n0, n1 = ground.minutes[y, begin:end], ground.minutes[r, x : x + size]
        for i in range(size):
            room[i] = inf if n0[i] == inf and n1[i] == inf else room[i]


@compiled
def across(
    ground: Ground,
    price: Floats,
    owner: Indices,
    r: int,
    way: int,
    begin: int,
    end: int,
    room: Floats,
) -> int:
    """Let cells of a row take over what is cheaper by a step from the rows before.

    Parameters
    ----------
    ground
        What a step takes.
    price, owner
        Written to: minutes from the nearest source, and its index.
    r, begin, end
        Row, and columns.
    way
        1 going down: from the rows above; -1 going up.
    room
        Scratch, as long as a row.

    Returns
    -------
    How often a cell has changed.
    """
    steps, size, changed = _DOWN if way == 1 else _UP, end - begin, 0
    here, whose = price[r, begin:end], owner[r, begin:end]
    for j in range(3 if ground.steps == KNIGHTS else 7):
        k = steps[j]
        y, x = r - STEP_ROWS[k], begin - STEP_COLUMNS[k]
        before, theirs = price[y, x : x + size], owner[y, x : x + size]
        nearer = 0
        for i in range(size):
            nearer += before[i] < here[i]
        if not nearer:
            continue
        _work_out(ground, k, r, begin, end, room)
        for i in range(size):
            old, known = here[i], whose[i]
            t, o = before[i] + room[i], theirs[i]
            better = (t < old) | ((t == old) & (o < known))
            here[i] = t if better else old
            whose[i] = o if better else known
            changed += better
    return changed


@compiled
def pass_on(
    ground: Ground,
    price: Floats,
    owner: Indices,
    r: int,
    begin: int,
    end: int,
    room: Floats,
    marks: Flags,
) -> tuple[int, int]:
    """Pass on to the right and the left what has changed between two columns, and beyond them.

    Parameters
    ----------
    ground, price, owner, r, begin, end, room
        As for :func:`across`.
    marks
        Scratch, as long as a row.

    Returns
    -------
    The columns between which something may have changed now.
    """
    size = end - begin
    here, whose = price[r, begin:end], owner[r, begin:end]
    for k in (_RIGHT, _LEFT):
        side = STEP_COLUMNS[k]
        before = price[r, begin - side : end - side]
        theirs = owner[r, begin - side : end - side]
        _work_out(ground, k, r, begin, end, room)
        count = 0
        for i in range(size):
            t = before[i] + room[i]
            better = (t < here[i]) | ((t == here[i]) & (theirs[i] < whose[i]))
            marks[i] = better
            count += better
        if count:
            for j in range(size):
                i = j if side > 0 else size - 1 - j
                if marks[i]:
                    while 0 <= i < size:
                        t = before[i] + room[i]
                        if not (t < here[i] or (t == here[i] and theirs[i] < whose[i])):
                            break
                        here[i], whose[i] = t, theirs[i]
                        i += side
    highest = _walk(ground, price, owner, r, end - 1, _RIGHT) + 1
    lowest = _walk(ground, price, owner, r, begin, _LEFT)
    return lowest, highest


@compiled
def _walk(ground: Ground, price: Floats, owner: Indices, r: int, c: int, k: int) -> int:
    """Go on from a cell as long as the next one gets cheaper; give the last one that did."""
    side = STEP_COLUMNS[k]
    while True:
        following = price[r, c + side]
        if not price[r, c] < following:
            return c
        t = price[r, c] + step_minutes(ground, r, c, k)
        if not (t < following or (t == following and owner[r, c] < owner[r, c + side])):
            return c
        price[r, c + side], owner[r, c + side] = t, owner[r, c]
        c += side
