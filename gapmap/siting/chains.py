"""Chains: stretches of road from one junction or end to the next, whatever they are drawn in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapmap.network import Network

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["chains_of"]

_ON_THE_WAY = 2
"""So many ends of edges meet in a node that neither joins several roads nor ends one."""


class _Graph(NamedTuple):
    """Which edges meet in which node; plain lists, which single look-ups are fast in."""

    tail: list[int]
    head: list[int]
    at: dict[int, list[int]]

    def beyond(self, edge: int, node: int) -> int:
        """Give the other end of an edge."""
        return self.head[edge] if self.tail[edge] == node else self.tail[edge]


def chains_of(network: Network, edges: Integers) -> Iterator[Floats]:
    """Give the points of each chain, shape (points, 2).

    A chain begins at that of its ends with the lower x, then y; a ring without a junction at the
    lowest of its points, and a chain that comes back to where it begins on the side that is lower.

    Parameters
    ----------
    network
        The roads.
    edges
        Numbers of the edges that count; the others are not there.
    """
    tail, head = (one[edges].tolist() for one in (network.edges.tail, network.edges.head))
    graph = _Graph(tail, head, {})
    for edge, ends in enumerate(zip(tail, head, strict=True)):
        for node in ends:  # an edge that comes back to its node is in its list twice
            graph.at.setdefault(node, []).append(edge)
    lines = _lines(network, edges)
    done = [False] * len(edges)
    junctions = [node for node, met in graph.at.items() if len(met) != _ON_THE_WAY]
    for node in junctions:
        for edge in graph.at[node]:
            if not done[edge]:
                yield _forwards(_walked(graph, lines, node, edge, done))
    for edge, start in enumerate(tail):  # what is left are rings
        if not done[edge]:
            yield _forwards(_from_lowest(_walked(graph, lines, start, edge, done)))


def _lines(network: Network, edges: Integers) -> list[Floats]:
    offsets = network.edges.offsets
    return [
        network.edges.coords[first:last]
        for first, last in zip(offsets[edges].tolist(), offsets[edges + 1].tolist(), strict=True)
    ]


def _walked(graph: _Graph, lines: list[Floats], start: int, edge: int, done: list[bool]) -> Floats:
    """Walk from a node along an edge, and on, until roads meet or end or it is the start again."""
    parts: list[Floats] = []
    node = start
    while True:
        done[edge] = True
        line = lines[edge] if graph.tail[edge] == node else lines[edge][::-1]
        parts.append(line if not parts else line[1:])
        node = graph.beyond(edge, node)
        onward = [one for one in graph.at[node] if not done[one]]
        if node == start or len(graph.at[node]) != _ON_THE_WAY or not onward:
            return np.concatenate(parts)
        edge = onward[0]


def _from_lowest(ring: Floats) -> Floats:
    """Turn a ring so that it does not matter where somebody began to draw it."""
    open_ring = ring[:-1]
    first = int(np.lexsort((open_ring[:, 1], open_ring[:, 0]))[0])
    turned = np.roll(open_ring, -first, axis=0)
    return np.concatenate([turned, turned[:1]])


def _forwards(chain: Floats) -> Floats:
    """Turn a chain so that it does not matter from which end it was walked."""
    there, back = chain.tolist(), chain[::-1].tolist()
    return chain if there <= back else chain[::-1]
