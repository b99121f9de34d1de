"""A made-up road graph of any size: a jittered grid with three tenths of its streets missing.

A node has 2.8 arcs on average, as in a town; there are dead ends and cut-off pieces. Nodes are
numbered along a Z-curve (Morton order), so that neighbours in space are neighbours in memory: every
program gets the same numbers. Lengths are whole eighths of a metre: their sums are exact in 64 and
32 bits and in pandana's whole millimetres, so that answers can be compared to 1e-6.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import csr_array

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["BLOCK_M", "ArcArrays", "RoadGraph", "road_graph"]

BLOCK_M = 200.0
_KEPT = 0.7
_JITTER_M = 60.0


class ArcArrays(NamedTuple):
    """Compressed rows: row ``head`` lists every ``tail`` one can come from."""

    starts: npt.NDArray[np.int32]
    tails: npt.NDArray[np.int32]
    cost: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RoadGraph:
    """Streets that may be travelled both ways.

    Attributes
    ----------
    xy
        Positions of the nodes, metres, shape (nodes, 2).
    tail, head, length_m
        One entry per street.
    memo
        What was made from these, such as a peer's form of the graph.
    """

    xy: npt.NDArray[np.float64]
    tail: npt.NDArray[np.int64]
    head: npt.NDArray[np.int64]
    length_m: npt.NDArray[np.float64]
    memo: dict[object, object] = field(default_factory=dict)

    def __len__(self) -> int:
        """Count the nodes."""
        return len(self.xy)

    def draw(self, count: int, seed: int) -> npt.NDArray[np.int64]:
        """Draw different nodes."""
        return np.random.default_rng(seed).choice(len(self), count, replace=False)

    def matrix(self) -> csr_array:
        """Give the graph as SciPy's matrix."""
        if "matrix" not in self.memo:
            both = (
                np.concatenate([self.head, self.tail]).astype(np.int32),
                np.concatenate([self.tail, self.head]).astype(np.int32),
            )
            made = csr_array((np.tile(self.length_m, 2), both), shape=(len(self), len(self)))
            made.sort_indices()
            self.memo["matrix"] = made
        return self.memo["matrix"]

    def arcs(self) -> ArcArrays:
        """Give the graph as our kernels take it."""
        matrix = self.matrix()
        return ArcArrays(
            matrix.indptr.astype(np.int32, copy=False),
            matrix.indices.astype(np.int32, copy=False),
            matrix.data,
        )


def road_graph(nodes: int, seed: int = 1) -> RoadGraph:
    """Draw a graph of about ``nodes`` nodes."""
    random = np.random.default_rng(seed)
    side = round(nodes**0.5)
    column, row = (axis.ravel() for axis in np.meshgrid(np.arange(side), np.arange(side)))
    order = np.argsort(_spread_bits(column) | (_spread_bits(row) << np.uint64(1)))
    number = np.empty(side * side, np.int64)
    number[order] = np.arange(side * side)
    corner = number.reshape(side, side)
    tail = np.concatenate([corner[:, :-1].ravel(), corner[:-1].ravel()])
    head = np.concatenate([corner[:, 1:].ravel(), corner[1:].ravel()])
    kept = random.random(len(tail)) < _KEPT
    tail, head = tail[kept], head[kept]
    xy = np.column_stack([column, row])[order] * BLOCK_M
    xy += random.uniform(-_JITTER_M, _JITTER_M, xy.shape)
    straight = np.hypot(*(xy[tail] - xy[head]).T)
    length_m = np.ceil(straight * (1 + random.exponential(0.1, len(straight))) * 8) / 8
    by_tail = np.lexsort((head, tail))
    return RoadGraph(xy=xy, tail=tail[by_tail], head=head[by_tail], length_m=length_m[by_tail])


def _spread_bits(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """Put a nought before every bit of 32-bit numbers."""
    spread = numbers.astype(np.uint64)
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):
        spread = (spread | (spread << np.uint64(shift))) & np.uint64(mask)
    return spread
