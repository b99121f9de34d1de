"""Buckets of prices that wait, and the arrays that the kernels work on.

Prices that wait stand in a ring of buckets, in bucket ``price / width``: none lies further ahead
than the dearest arc. A bucket is a chain of entries; those that were taken out are used again, so
that the queue stays as small as the front of the search, and in the processor's cache.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gapmap.compiling import compiled
from gapmap.network.value import Floats, Indices, Integers

__all__ = [
    "LAST", "ROOM", "Floats", "Indices", "Offsets", "arcs_of", "bucket_width",
    "dearest", "offsets_of", "put", "ring", "seeds_of", "take",
]  # fmt: skip

Offsets = Integers

LAST = -1
"""Stands where a chain of entries ends."""
ROOM = 1024
"""Entries to begin with."""
_WIDTH_SHARE = 0.25  # of the mean arc: near the best of 0.01 to 4 where arcs have 8, 80 and 800 m
_MOST_BUCKETS = 1 << 20


def bucket_width(cost: npt.ArrayLike) -> float:
    """Give the width of a bucket that suits arcs of this cost, in the same unit.

    It follows the mean: even a route along all arcs passes no more than a few buckets an arc.
    """
    costs = np.asarray(cost, np.float64)
    total = costs.sum()
    if not np.isfinite(total):
        costs = costs[np.isfinite(costs)]
        total = costs.sum()
    return float(total) / len(costs) * _WIDTH_SHARE if total > 0 else 1.0


def arcs_of(
    starts: npt.ArrayLike, tails: npt.ArrayLike, cost: npt.ArrayLike
) -> tuple[Indices, Indices, Floats]:
    """Give arrays as the kernels want them: each is compiled for one kind only."""
    return (
        np.ascontiguousarray(starts, np.int32),
        np.ascontiguousarray(tails, np.int32),
        np.ascontiguousarray(cost, np.float64),
    )


def seeds_of(
    nodes: npt.ArrayLike, prices: npt.ArrayLike, ranks: npt.ArrayLike
) -> tuple[Indices, Floats, Indices]:
    """Give nodes, prices and ranks as the kernels want them; members, too, are such."""
    return (
        np.ascontiguousarray(nodes, np.int32),
        np.ascontiguousarray(prices, np.float64),
        np.ascontiguousarray(ranks, np.int32),
    )


def offsets_of(values: npt.ArrayLike) -> Offsets:
    """Give where rows begin as the kernels want it."""
    return np.ascontiguousarray(values, np.int64)


def dearest(prices: Floats) -> float:
    """Give the highest price that is not infinite, 0 of none."""
    highest = np.max(prices, initial=0.0)
    if not np.isfinite(highest):
        highest = np.max(prices, initial=0.0, where=np.isfinite(prices))
    return float(highest)


def ring(furthest: float, width: float) -> tuple[float, int]:
    """Give the width and number of the buckets, a power of two; wider if there are too many."""
    width = max(width, furthest / (_MOST_BUCKETS - 4))
    return width, 1 << int(furthest / width + 3).bit_length()


@compiled
def put(
    first: Indices | Offsets, following: Indices | Offsets, state: Offsets, slot: int | np.int64
) -> int:
    """Put an entry at the head of a bucket and give its number; there must be room for it."""
    entry = state[1]  # one to be used again
    if entry == LAST:
        entry = state[0]  # entries used so far
        state[0] = entry + 1
    else:
        state[1] = following[entry]
    following[entry] = first[slot]
    first[slot] = entry
    return entry


@compiled
def take(following: Indices, state: Offsets, entry: int) -> int:
    """Let go of an entry and give the next of its chain."""
    rest = following[entry]
    following[entry] = state[1]
    state[1] = entry
    return rest
