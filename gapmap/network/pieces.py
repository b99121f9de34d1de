"""Pieces: into which connected parts the ways of a mode fall, and which of them lies across water.

Pieces are numbered from 1, the one with the longest ways first, so that the numbers do not depend
on the order of rows. Ferries connect; their courses are not counted as ways.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from gapmap.network.courses import once_each
from gapmap.network.rules import KINDS
from gapmap.network.snapping import check_mode, pieces_of, usable
from gapmap.network.value import MODES
from gapmap.network.water import blocked_legs, in_water

if TYPE_CHECKING:
    from gapmap.network.snapping import Snap
    from gapmap.network.value import Flags, Floats, Integers, Network

__all__ = [
    "AtRest",
    "Pieces",
    "beyond_water",
    "ferries_at_rest",
    "longest_on_land",
    "pieces",
    "pieces_joined",
]

_SAMPLE_NODES = 200
_NEAR_NODES = 8
_AFLOAT = ("ferry", "ferry_access")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pieces:
    """The connected pieces of a mode; arrays but ``of_node`` have one entry per piece.

    Attributes
    ----------
    mode
        ``walk``, ``cycle`` or ``drive``; one-way streets connect both ways.
    of_node
        For each node of the network the number of its piece, from 1; 0 where the mode has no way.
    ways_m
        Length of the ways, ferries left out; ways on the same course count once.
    nodes
        How many nodes there are.
    xy
        A node of the piece, the first by x, then y: where to look for it. Shape (pieces, 2).
    has_ferry
        Whether a ferry that takes the mode serves the piece.
    main
        Number of the main piece: that of the longest ways that hang together without a ferry. 0
        where the mode has no way.
    """

    mode: str
    of_node: Integers
    ways_m: Floats
    nodes: Integers
    xy: Floats
    has_ferry: Flags
    main: int

    def __len__(self) -> int:
        """Count the pieces."""
        return len(self.ways_m)


def pieces(network: Network, mode: str) -> Pieces:
    """Find the connected pieces of a mode; made once.

    Raises
    ------
    MethodError
        If the mode is not known.
    """
    check_mode(mode)
    if ("pieces", mode) not in network.memo:
        network.memo["pieces", mode] = _pieces(network, mode)
    made: Pieces = network.memo["pieces", mode]
    return made


def pieces_joined(network: Network, snap: Snap) -> tuple[Integers, Integers]:
    """Give every piece that a position joins: the position, and the piece's number from 1.

    Pairs stand once each, ordered by position, then piece.
    """
    of_node = pieces(network, snap.mode).of_node
    pairs = np.column_stack([snap.joins.owner, of_node[network.edges.tail[snap.joins.edge]]])
    owner, piece = np.unique(pairs, axis=0).T
    return owner, piece


def beyond_water(network: Network, mode: str) -> Flags:
    """Say of every piece whether water parts it from the main one; made once.

    It does where every straight line from the piece to the ways of the main piece near it crosses
    water of the study's water layer: an island, as far as that layer knows. Without water no piece
    is beyond it.
    """
    if ("beyond water", mode) not in network.memo:
        found = pieces(network, mode)
        beyond = np.zeros(len(found), bool)
        if network.water is not None and len(found) > 1:
            dry = ~in_water(network, network.xy)
            tree = cKDTree(network.xy[(found.of_node == found.main) & dry])
            order, starts = _by_piece(found)
            for piece in np.flatnonzero(np.arange(1, len(found) + 1) != found.main):
                mine = order[starts[piece] : starts[piece + 1]]
                beyond[piece] = _parted(network, tree, mine[dry[mine]])
        network.memo["beyond water", mode] = beyond
    parted: Flags = network.memo["beyond water", mode]
    return parted


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AtRest:
    """What ferries would do that take the mode and do not sail; one entry per piece.

    Attributes
    ----------
    land
        Whether one of them lands here and comes from another piece.
    link
        Whether they would link the piece to the main one. The main piece itself is not linked.
    """

    land: Flags
    link: Flags


def ferries_at_rest(network: Network, mode: str) -> AtRest:
    """Say which pieces have ferries that exist, but do not sail on the day or at the hour."""
    found, count = pieces(network, mode), len(pieces(network, mode)) + 1
    column, sailing = MODES.index(mode), usable(network, mode)
    edge = [one.edge for one in network.ferries if one.takes[column] and not sailing[one.edge]]
    ends = found.of_node[np.stack([network.edges.tail[edge], network.edges.head[edge]])]
    ends = ends[:, (ends > 0).all(axis=0) & (ends[0] != ends[1])]
    links = coo_array((np.ones(ends.shape[1], bool), tuple(ends)), shape=(count, count))
    _, label = connected_components(links.tocsr(), directed=False)
    linked = label[1:] == label[found.main]
    linked[found.main - 1 : found.main] = False
    return AtRest(land=np.isin(np.arange(1, count), ends), link=linked)


def longest_on_land(network: Network, mode: str) -> int:
    """Give a node of the longest ways that hang together without a ferry; -1 without ways.

    It is the one that makes its piece the main one: ``pieces(network, mode).main``.
    """
    of_node = pieces(network, mode).of_node
    return _longest(network, _on_land(network, np.flatnonzero(usable(network, mode))), of_node)


def _by_piece(found: Pieces) -> tuple[Integers, Integers]:
    """Give the nodes ordered by piece, and where those of each piece begin."""
    order = np.argsort(found.of_node, kind="stable")
    return order, np.searchsorted(found.of_node[order], np.arange(1, len(found) + 2))


def _parted(network: Network, main: cKDTree, nodes: Integers) -> bool:
    if not (len(nodes) and main.n):
        return False
    step = -(-len(nodes) // _SAMPLE_NODES)
    xy = network.xy[nodes[::step]]
    count = min(_NEAR_NODES, main.n)
    _, near = main.query(xy, k=count)
    from_xy = np.repeat(xy, count, axis=0)
    to_xy = main.data[near.ravel()]
    return bool(blocked_legs(replace(network, borders=None), from_xy, to_xy).all())


def _on_land(network: Network, edges: Integers) -> Integers:
    """Leave out ferries, the legs to their quays, and all but one of the ways on a course."""
    afloat = np.isin(network.edges.kind[edges], [KINDS.index(one) for one in _AFLOAT])
    return once_each(network, edges[~afloat])


def _pieces(network: Network, mode: str) -> Pieces:
    edges, count = network.edges, len(network.xy)
    used = np.flatnonzero(usable(network, mode))
    touched = np.zeros(count, bool)
    touched[edges.tail[used]] = touched[edges.head[used]] = True
    label = pieces_of(network, mode)
    land = _on_land(network, used)
    length = np.zeros(label.max(initial=-1) + 1)
    np.add.at(length, label[edges.tail[land]], edges.length_m[land])
    first = _first_nodes(network.xy, label)
    kept = np.unique(label[touched])
    x, y = network.xy[first[kept]].T
    order = kept[np.lexsort((y, x, -np.round(length[kept], 3)))]
    number = np.zeros(label.max(initial=-1) + 1, np.int64)
    number[order] = np.arange(1, len(order) + 1)
    of_node = np.where(touched, number[label], 0)
    ferries = used[edges.kind[used] == KINDS.index("ferry")]
    has_ferry = np.zeros(len(order) + 1, bool)
    has_ferry[of_node[edges.tail[ferries]]] = True
    main = _longest(network, land, of_node)
    return Pieces(
        mode=mode,
        of_node=of_node,
        ways_m=length[order],
        nodes=np.bincount(of_node, minlength=len(order) + 1)[1:],
        xy=network.xy[first[order]],
        has_ferry=has_ferry[1:],
        main=int(of_node[main]) if main >= 0 else int(of_node.max(initial=0) > 0),
    )


def _first_nodes(xy: Floats, label: Integers) -> Integers:
    """Give of every component the node that is first by x, then y."""
    order = np.lexsort((xy[:, 1], xy[:, 0]))
    labels, at = np.unique(label[order], return_index=True)
    first = np.zeros(label.max(initial=-1) + 1, np.int64)
    first[labels] = order[at]
    return first


def _longest(network: Network, land: Integers, of_node: Integers) -> int:
    """Find the longest ways that hang together on land; give their first node, -1 without."""
    if not len(land):
        return -1
    tail, head = network.edges.tail[land], network.edges.head[land]
    links = coo_array((np.ones(len(land), bool), (tail, head)), shape=(len(network.xy),) * 2)
    _, label = connected_components(links.tocsr(), directed=False)
    lengths = np.round(np.bincount(label[tail], network.edges.length_m[land]), 3)
    longest = np.flatnonzero(lengths == lengths.max())
    # of equally long ones that of the piece with the lowest number, then by position
    nodes = np.flatnonzero(np.isin(label, longest))
    x, y = network.xy[nodes].T
    return int(nodes[np.lexsort((y, x, of_node[nodes]))[0]])
