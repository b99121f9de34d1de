"""Compiled bucket search over a grid: what a row sweep leaves undone where ways wind.

Prices that wait stand in a ring of buckets (Dial 1969, algorithm 360 of the CACM); what lies
further ahead than the ring goes waits in a heap. Within a bucket a cell is passed on again when its
price falls, so that any width gives the same answer and only the time differs. A lower price
overtakes an entry, which is skipped when its turn comes.

How arrays are padded, and what stands in them, is told in :mod:`gapmap.surface.kernels.flat_rows`.
"""

from __future__ import annotations

from heapq import heappop, heappush
from math import inf

import numpy as np
import numpy.typing as npt

from gapmap.compiling import compiled
from gapmap.network.kernels.buckets import LAST, put
from gapmap.surface.kernels.flat_rows import KNIGHT, PAD, STRAIGHT, Floats, Owners, Steps, across
from gapmap.surface.kernels.sweeping import BLOCK, Flags
from gapmap.surface.value import STEPS

__all__ = ["Cells", "bucket_width", "moves", "sample", "spread", "take_over"]

Cells = npt.NDArray[np.int64]

_STRAIGHT_MOVES, _KING_MOVES = 4, 8  # of STEPS
_RING = 4096  # a power of two
_ROOM = 4096  # entries to begin with
_SAMPLE = 64  # rows, and columns
_LOW = 0.1  # the cheapest tenth tells the width: dear cells may be barriers in fact
_LEAST = 1e-300  # what is less has no finite reciprocal
_SHARE = 0.25  # of what such a cell takes


def sample(cost: Floats) -> Floats:
    """Give the minutes of some cells all over a padded grid."""
    inside = cost[PAD:-PAD, PAD:-PAD]
    down, right = (max(1, size // _SAMPLE) for size in inside.shape)
    return inside[::down, ::right]


def bucket_width(some: Floats) -> float:
    """Give a width of buckets that suits a grid of which this is a sample, in minutes."""
    some = some[np.isfinite(some) & (some > 0)]
    return max(float(np.quantile(some, _LOW)) * _SHARE, _LEAST) if len(some) else 1.0


def moves(columns: int, neighbours: int) -> Cells:
    """Give the steps from a cell of a padded grid as distances in its flat array, shape (n, 3).

    The cell that is reached, and the two that the step crosses or, a diagonal one, passes between.
    A straight step has none: 0.
    """
    found = []
    for down, right in STEPS[:neighbours]:
        if abs(down) > 1:
            between = ((down // 2, 0), (down // 2, right))
        elif abs(right) > 1:
            between = ((0, right // 2), (down, right // 2))
        else:
            between = ((down, 0), (0, right)) if down and right else ((0, 0), (0, 0))
        found.append([r * columns + c for r, c in ((down, right), *between)])
    return np.array(found, np.int64)


@compiled
def take_over(
    cost: Floats, price: Floats, owner: Owners | None, down: Flags, up: Flags, steps: Steps
) -> Cells:
    """Do what a sweep has left undone from row to row, and give the cells that have changed.

    Parameters
    ----------
    cost, price, owner, steps
        As for :func:`gapmap.surface.kernels.sweeping.sweep`.
    down, up
        What that function gives.
    """
    rows, blocks = down.shape
    cells, count = np.empty(_ROOM, np.int64), 0
    old, known = np.empty(BLOCK), np.empty(BLOCK, np.int32)
    for way in (1, -1):
        flags = down if way == 1 else up
        for r in range(PAD, rows - PAD):
            for b in range(blocks):
                if not flags[r, b]:
                    continue
                begin = PAD + b * BLOCK
                end = min(begin + BLOCK, cost.shape[1] - PAD)
                old[: end - begin] = price[r, begin:end]
                if owner is not None:
                    known[: end - begin] = owner[r, begin:end]
                if not across(cost, price, owner, r, way, begin, end, steps):
                    continue
                if count + BLOCK > len(cells):
                    cells = np.concatenate((cells, np.empty(len(cells), np.int64)))
                for c in range(begin, end):
                    fresh = price[r, c] < old[c - begin]
                    if owner is not None:
                        fresh = fresh or owner[r, c] != known[c - begin]
                    if fresh:
                        cells[count] = r * cost.shape[1] + c
                        count += 1
    return cells[:count]


@compiled
def spread(
    cost: Floats,
    price: Floats,
    owner: Owners | None,
    cells: Cells,
    steps: Steps,
    move: Cells,
    width: float,
) -> None:
    """Lower prices wherever that can be done from some cells.

    Parameters
    ----------
    cost, price, owner, steps
        As for :func:`gapmap.surface.kernels.sweeping.sweep`.
    cells
        Whose price is not yet passed on; as indices of the flat arrays.
    move
        From :func:`moves`.
    width
        Width of a bucket.
    """
    paid, room = price.reshape(price.size), len(cells) + _ROOM
    entry_price, entry_cell = np.empty(room), np.empty(room, np.int64)
    following, first = np.empty(room, np.int64), np.full(_RING, LAST, np.int64)
    far = [(inf, np.int64(-1))]  # never alone on the heap until all is done
    base, scale = inf, 1.0 / width
    for cell in cells:
        base = min(base, paid[cell])
    # How many entries were used so far, one to be used again, how many wait, the bucket whose turn
    # it is, and the entries of it that are left.
    state = np.array([0, LAST, 0, 0, LAST])
    for cell in cells:
        ahead = (paid[cell] - base) * scale
        if ahead < _RING - 1:
            entry = put(first, following, state, np.int64(ahead))
            entry_price[entry], entry_cell[entry] = paid[cell], cell
            state[2] += 1
        else:
            heappush(far, (paid[cell], cell))
    while state[2] or len(far) > 1:
        base = _some(
            cost, price, owner, steps, move, scale, base, first, entry_price, entry_cell, following,
            far, state,
        )  # fmt: skip
        entry_price = np.concatenate((entry_price, np.empty(room)))
        entry_cell = np.concatenate((entry_cell, np.empty(room, np.int64)))
        following = np.concatenate((following, np.empty(room, np.int64)))
        room = len(following)


@compiled
def _some(
    cost: Floats,
    price: Floats,
    owner: Owners | None,
    steps: Steps,
    move: Cells,
    scale: float,
    base: float,
    first: Cells,
    entry_price: Floats,
    entry_cell: Cells,
    following: Cells,
    far: list[tuple[float, np.int64]],
    state: Cells,
) -> float:
    """Search until all is done or entries run out, and give the price where the ring begins.

    Arrays that are made longer within this loop would make it half as fast again.
    """
    toll, paid = cost.reshape(cost.size), price.reshape(price.size)
    whose = owner.reshape(owner.size) if owner is not None else None
    mask, diagonal = _RING - 1, steps.diagonal
    enough = len(following) - len(move) - 1
    late_price, late_cell = np.empty(len(move)), np.empty(len(move), np.int64)
    nearest, waiting, slot, entry = far[0][0], state[2], state[3], state[4]
    while waiting or nearest < inf:
        if not waiting:
            base, slot = nearest, 0
        while (nearest - base) * scale < slot + 1 and state[0] < enough:
            p, cell = heappop(far)
            nearest = far[0][0]
            fresh = put(first, following, state, slot & mask)
            entry_price[fresh], entry_cell[fresh] = p, cell
            waiting += 1
        if entry == LAST:
            entry = first[slot & mask]
            if entry == LAST:
                slot += 1
                continue
            first[slot & mask] = LAST  # what comes here meanwhile has its turn afterwards
        while entry != LAST and state[0] < enough:
            here, p = entry_cell[entry], entry_price[entry]
            rest = following[entry]
            following[entry], state[1], entry = state[1], entry, rest
            waiting -= 1
            if p > paid[here]:
                continue
            own, late = toll[here], 0
            for k in range(len(move)):
                there = here + move[k, 0]
                t = own + toll[there]
                if k < _STRAIGHT_MOVES:
                    t = p + STRAIGHT * t
                elif k < _KING_MOVES:
                    t = p + diagonal * t
                else:
                    between = toll[here + move[k, 1]] + toll[here + move[k, 2]]
                    t = p + KNIGHT * (t + between)
                if whose is None:
                    if not t < paid[there]:
                        continue
                elif not (t < paid[there] or (t == paid[there] and whose[here] < whose[there])):
                    continue
                if (
                    steps.closed
                    and _STRAIGHT_MOVES <= k < _KING_MOVES
                    and toll[here + move[k, 1]] == inf
                    and toll[here + move[k, 2]] == inf
                ):
                    continue
                paid[there] = t
                if whose is not None:
                    whose[there] = whose[here]
                ahead = (t - base) * scale
                if ahead < slot + mask:
                    fresh = put(first, following, state, np.int64(ahead) & mask)
                    entry_price[fresh], entry_cell[fresh] = t, there
                    waiting += 1
                else:
                    late_price[late], late_cell[late] = t, there
                    late += 1
            if late:
                for k in range(late):
                    heappush(far, (late_price[k], late_cell[k]))
                nearest = far[0][0]
        if state[0] >= enough:
            break
    state[2], state[3], state[4] = waiting, slot, entry
    return base
