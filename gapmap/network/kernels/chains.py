"""Kernels that follow a search's pointers from nodes to the seeds where they end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gapmap.compiling import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["follow"]


@compiled
def follow(
    nodes: NDArray[np.int64],
    onward: NDArray[np.int32],
    arc: NDArray[np.int32],
    arc_price: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Add up another price along the chain from each node, and say where the chain ends.

    Parameters
    ----------
    nodes
        Where to begin.
    onward, arc
        Of every node: the next one and the arc to it; -1 where the chain ends.
    arc_price
        The price of each arc.

    Returns
    -------
    Price and last node for each of ``nodes``.
    """
    total = np.full(len(onward), np.nan)
    last = np.empty(len(onward), np.int64)
    stack = np.empty(len(onward), np.int64)
    prices, ends = np.empty(len(nodes)), np.empty(len(nodes), np.int64)
    for i in range(len(nodes)):
        node, depth = nodes[i], 0
        while np.isnan(total[node]) and onward[node] >= 0:
            stack[depth] = node
            depth += 1
            node = onward[node]
        if np.isnan(total[node]):
            total[node], last[node] = 0.0, node
        while depth > 0:
            depth -= 1
            before = node
            node = stack[depth]
            total[node] = total[before] + arc_price[arc[node]]
            last[node] = last[before]
        prices[i], ends[i] = total[node], last[node]
    return prices, ends
