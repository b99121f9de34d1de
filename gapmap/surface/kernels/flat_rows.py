"""Compiled steps on a grid, a row at a time: from the rows before it, and along it.

All arrays are padded with :data:`PAD` impassable cells on each side. A cell that is not reached
has a price above the limit and the owner :data:`NOBODY`. Where ``owner`` is None, nobody asks
whose a cell is, and the code for it is left out.

A price is always the sum along a path from its source, in that order: whatever way a search takes,
the lowest of these sums has the same bits. Of equal prices the lowest owner counts.
"""

from __future__ import annotations

from math import inf
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from gapmap.compiling import compiled

__all__ = [
    "KNIGHT", "NOBODY", "PAD", "STRAIGHT", "Floats", "Owners", "Steps", "across", "inside_of",
    "pass_on", "reaches",
]  # fmt: skip

Floats = npt.NDArray[np.float64]
Owners = npt.NDArray[np.int32]

PAD: Final = 2
NOBODY: Final = 2**31 - 1
STRAIGHT: Final = 0.5
"""Half of each cell's minutes."""
KNIGHT: Final = 5**0.5 / 4
"""A knight's move has sqrt(5) times a cell's length, a quarter of it in each of four cells."""
_FEW = 16  # cells that are not worth four chains at once


class Steps(NamedTuple):
    """Which steps there are.

    Attributes
    ----------
    diagonal
        Factor for the sum of both cells' minutes; infinite where there are straight steps only.
    knights
        Whether there are knight's moves.
    closed
        Whether a diagonal step between two impassable cells is barred.
    """

    diagonal: float
    knights: bool
    closed: bool


@compiled
def across(
    cost: Floats,
    price: Floats,
    owner: Owners | None,
    r: int,
    way: int,
    begin: int,
    end: int,
    steps: Steps,
) -> int:
    """Let cells of a row take over what is cheaper by a step from the rows before.

    Parameters
    ----------
    cost
        Minutes to cross each cell; inf where nobody can go.
    price, owner
        Written to: minutes from the nearest source, and its index.
    r, begin, end
        Row, and columns.
    way
        1 going down: from the rows above; -1 going up.
    steps
        Which steps there are.

    Returns
    -------
    How many cells have changed.
    """
    q, changed, closed, diagonal = r - way, 0, steps.closed, steps.diagonal
    here, own = price[r, begin:end], cost[r, begin:end]
    before, after = cost[r, begin - 1 : end - 1], cost[r, begin + 1 : end + 1]
    p0, c0 = price[q, begin:end], cost[q, begin:end]
    p1, c1 = price[q, begin - 1 : end - 1], cost[q, begin - 1 : end - 1]
    p2, c2 = price[q, begin + 1 : end + 1], cost[q, begin + 1 : end + 1]
    if owner is None:
        for i in range(end - begin):
            old = best = here[i]
            t = p0[i] + STRAIGHT * (c0[i] + own[i])
            best = t if t < best else best  # noqa: FURB136 - min() is not made into one instruction
            t = p1[i] + diagonal * (c1[i] + own[i])
            t = inf if closed and c0[i] == inf and before[i] == inf else t
            best = t if t < best else best  # noqa: FURB136
            t = p2[i] + diagonal * (c2[i] + own[i])
            t = inf if closed and c0[i] == inf and after[i] == inf else t
            best = t if t < best else best  # noqa: FURB136
            here[i] = best
            changed += best < old
    else:
        whose, o0 = owner[r, begin:end], owner[q, begin:end]
        o1, o2 = owner[q, begin - 1 : end - 1], owner[q, begin + 1 : end + 1]
        for i in range(end - begin):
            old = best = here[i]
            known = o = whose[i]
            t = p0[i] + STRAIGHT * (c0[i] + own[i])
            better = (t < best) | ((t == best) & (o0[i] < o))
            best, o = (t, o0[i]) if better else (best, o)
            t = p1[i] + diagonal * (c1[i] + own[i])
            t = inf if closed and c0[i] == inf and before[i] == inf else t
            better = (t < best) | ((t == best) & (o1[i] < o))
            best, o = (t, o1[i]) if better else (best, o)
            t = p2[i] + diagonal * (c2[i] + own[i])
            t = inf if closed and c0[i] == inf and after[i] == inf else t
            better = (t < best) | ((t == best) & (o2[i] < o))
            best, o = (t, o2[i]) if better else (best, o)
            here[i], whose[i] = best, o
            changed += (best < old) | (o != known)
    if steps.knights:
        changed += _jump(cost, price, owner, r, way, begin, end)
    return changed


@compiled
def _jump(
    cost: Floats, price: Floats, owner: Owners | None, r: int, way: int, begin: int, end: int
) -> int:
    """Do the same for knight's moves: two from the row before, two from the row before that."""
    q, f, changed = r - way, r - 2 * way, 0
    here, own, over = price[r, begin:end], cost[r, begin:end], cost[q, begin:end]
    left, right = cost[r, begin - 1 : end - 1], cost[r, begin + 1 : end + 1]
    slant1, slant2 = cost[q, begin - 1 : end - 1], cost[q, begin + 1 : end + 1]
    p1, c1 = price[q, begin - 2 : end - 2], cost[q, begin - 2 : end - 2]
    p2, c2 = price[q, begin + 2 : end + 2], cost[q, begin + 2 : end + 2]
    p3, c3 = price[f, begin - 1 : end - 1], cost[f, begin - 1 : end - 1]
    p4, c4 = price[f, begin + 1 : end + 1], cost[f, begin + 1 : end + 1]
    if owner is None:
        for i in range(end - begin):
            old = best = here[i]
            t = p1[i] + KNIGHT * ((c1[i] + own[i]) + (slant1[i] + left[i]))
            best = t if t < best else best  # noqa: FURB136
            t = p2[i] + KNIGHT * ((c2[i] + own[i]) + (slant2[i] + right[i]))
            best = t if t < best else best  # noqa: FURB136
            t = p3[i] + KNIGHT * ((c3[i] + own[i]) + (slant1[i] + over[i]))
            best = t if t < best else best  # noqa: FURB136
            t = p4[i] + KNIGHT * ((c4[i] + own[i]) + (slant2[i] + over[i]))
            best = t if t < best else best  # noqa: FURB136
            here[i] = best
            changed += best < old
        return changed
    whose = owner[r, begin:end]
    o1, o2 = owner[q, begin - 2 : end - 2], owner[q, begin + 2 : end + 2]
    o3, o4 = owner[f, begin - 1 : end - 1], owner[f, begin + 1 : end + 1]
    for i in range(end - begin):
        old = best = here[i]
        known = o = whose[i]
        t = p1[i] + KNIGHT * ((c1[i] + own[i]) + (slant1[i] + left[i]))
        better = (t < best) | ((t == best) & (o1[i] < o))
        best, o = (t, o1[i]) if better else (best, o)
        t = p2[i] + KNIGHT * ((c2[i] + own[i]) + (slant2[i] + right[i]))
        better = (t < best) | ((t == best) & (o2[i] < o))
        best, o = (t, o2[i]) if better else (best, o)
        t = p3[i] + KNIGHT * ((c3[i] + own[i]) + (slant1[i] + over[i]))
        better = (t < best) | ((t == best) & (o3[i] < o))
        best, o = (t, o3[i]) if better else (best, o)
        t = p4[i] + KNIGHT * ((c4[i] + own[i]) + (slant2[i] + over[i]))
        better = (t < best) | ((t == best) & (o4[i] < o))
        best, o = (t, o4[i]) if better else (best, o)
        here[i], whose[i] = best, o
        changed += (best < old) | (o != known)
    return changed


@compiled
def pass_on(
    cost: Floats, price: Floats, owner: Owners | None, r: int, begin: int, end: int, room: Floats
) -> tuple[int, int]:
    """Pass on to the left and the right what has changed between two columns.

    Beyond them it is passed on as long as that makes anything cheaper. Within, four chains run at
    once: in one, each sum would wait for the one before it.

    Parameters
    ----------
    cost, price, owner
        As for :func:`across`.
    r, begin, end
        Row, and columns.
    room
        Scratch, as long as a row.

    Returns
    -------
    The columns between which something may have changed now.
    """
    quarter = (end - begin) // 4 if end - begin >= _FEW else 0
    if quarter:
        here, mine, following = (
            price[r, begin:end],
            cost[r, begin:end],
            cost[r, begin + 1 : end + 1],
        )
        for i in range(4 * quarter):
            room[i] = STRAIGHT * (mine[i] + following[i])
        if owner is None:
            _four_chains(here, room, np.uint64(quarter))
        else:
            _four_owned_chains(here, owner[r, begin:end], room, np.uint64(quarter))
    lowest, highest = begin, end
    for k in range(4):
        highest = max(highest, _walk(cost, price, owner, r, begin + k * quarter - 1, 1) + 1)
    for c in range(begin + 4 * quarter - 1, end):
        highest = max(highest, _walk(cost, price, owner, r, c, 1) + 1)
    for c in range(end, begin + 4 * quarter - 1, -1):
        lowest = min(lowest, _walk(cost, price, owner, r, c, -1))
    for k in range(3, -1, -1):
        lowest = min(lowest, _walk(cost, price, owner, r, begin + k * quarter, -1))
    return lowest, highest


@compiled
def _walk(cost: Floats, price: Floats, owner: Owners | None, r: int, c: int, side: int) -> int:
    """Go on from a cell as long as the next one gets cheaper; give the last one that did."""
    while True:
        t, following = price[r, c] + STRAIGHT * (cost[r, c] + cost[r, c + side]), price[r, c + side]
        if owner is None:
            if not t < following:
                return c
        else:
            if not (t < following or (t == following and owner[r, c] < owner[r, c + side])):
                return c
            owner[r, c + side] = owner[r, c]
        price[r, c + side] = t
        c += side


@compiled
def _four_chains(here: Floats, step: Floats, quarter: np.uint64) -> None:
    """Pass on within each quarter. Unsigned: numba would ask of any other index if it is < 0."""
    one, second, third, fourth = np.uint64(1), quarter, quarter + quarter, quarter * np.uint64(3)
    x0, x1, x2, x3 = here[0], here[second], here[third], here[fourth]
    i, last = np.uint64(0), quarter - one
    while i < last:
        t0, t1 = x0 + step[i], x1 + step[i + second]
        t2, t3 = x2 + step[i + third], x3 + step[i + fourth]
        i += one
        y0, y1, y2, y3 = here[i], here[i + second], here[i + third], here[i + fourth]
        x0 = t0 if t0 < y0 else y0  # noqa: FURB136
        x1 = t1 if t1 < y1 else y1  # noqa: FURB136
        x2 = t2 if t2 < y2 else y2  # noqa: FURB136
        x3 = t3 if t3 < y3 else y3  # noqa: FURB136
        here[i], here[i + second], here[i + third], here[i + fourth] = x0, x1, x2, x3
    while i > np.uint64(0):
        i -= one
        t0, t1 = x0 + step[i], x1 + step[i + second]
        t2, t3 = x2 + step[i + third], x3 + step[i + fourth]
        y0, y1, y2, y3 = here[i], here[i + second], here[i + third], here[i + fourth]
        x0 = t0 if t0 < y0 else y0  # noqa: FURB136
        x1 = t1 if t1 < y1 else y1  # noqa: FURB136
        x2 = t2 if t2 < y2 else y2  # noqa: FURB136
        x3 = t3 if t3 < y3 else y3  # noqa: FURB136
        here[i], here[i + second], here[i + third], here[i + fourth] = x0, x1, x2, x3


@compiled
def _four_owned_chains(here: Floats, whose: Owners, step: Floats, quarter: np.uint64) -> None:
    """Do the same with owners."""
    one, second, third, fourth = np.uint64(1), quarter, quarter + quarter, quarter * np.uint64(3)
    x0, x1, x2, x3 = here[0], here[second], here[third], here[fourth]
    o0, o1, o2, o3 = whose[0], whose[second], whose[third], whose[fourth]
    i, last = np.uint64(0), quarter - one
    for back in (False, True):
        while (i > np.uint64(0)) if back else (i < last):
            if back:
                i -= one
            t0, t1 = x0 + step[i], x1 + step[i + second]
            t2, t3 = x2 + step[i + third], x3 + step[i + fourth]
            if not back:
                i += one
            y0, y1, y2, y3 = here[i], here[i + second], here[i + third], here[i + fourth]
            n0, n1, n2, n3 = whose[i], whose[i + second], whose[i + third], whose[i + fourth]
            b0 = (t0 < y0) | ((t0 == y0) & (o0 < n0))
            b1 = (t1 < y1) | ((t1 == y1) & (o1 < n1))
            b2 = (t2 < y2) | ((t2 == y2) & (o2 < n2))
            b3 = (t3 < y3) | ((t3 == y3) & (o3 < n3))
            x0, o0 = (t0, o0) if b0 else (y0, n0)
            x1, o1 = (t1, o1) if b1 else (y1, n1)
            x2, o2 = (t2, o2) if b2 else (y2, n2)
            x3, o3 = (t3, o3) if b3 else (y3, n3)
            here[i], here[i + second], here[i + third], here[i + fourth] = x0, x1, x2, x3
            whose[i], whose[i + second], whose[i + third], whose[i + fourth] = o0, o1, o2, o3


@compiled
def reaches(
    cost: Floats, price: Floats, owner: Owners | None, r: int, c: int, q: int, k: int, steps: Steps
) -> bool:
    """Tell whether a step from one cell to another near it makes that one cheaper.

    Closed corners are not asked for: a step is told too often rather than not.
    """
    rows, columns, both = abs(q - r), abs(k - c), cost[r, c] + cost[q, k]
    if rows + columns == 1:
        t = price[r, c] + STRAIGHT * both
    elif rows == columns:
        t = price[r, c] + steps.diagonal * both
    elif columns > rows:
        m = (c + k) // 2
        t = price[r, c] + KNIGHT * (both + (cost[r, m] + cost[q, m]))
    else:
        m = (r + q) // 2
        t = price[r, c] + KNIGHT * (both + (cost[m, c] + cost[m, k]))
    level = owner is not None and t == price[q, k] and owner[r, c] < owner[q, k]
    return bool(t < price[q, k] or level)


@compiled
def inside_of(padded: Floats, limit: float) -> Floats:
    """Move what lies within the padding to the front of the same memory; inf above a limit."""
    rows, columns = padded.shape[0] - 2 * PAD, padded.shape[1] - 2 * PAD
    flat, at = padded.reshape(padded.size), 0
    for r in range(PAD, PAD + rows):
        for c in range(PAD, PAD + columns):
            value = padded[r, c]
            flat[at] = value if value <= limit else inf
            at += 1
    return flat[:at].reshape(rows, columns)
