"""The hierarchy of a graph's nodes, whatever its arcs cost: made once, kept on disk.

Nodes are taken out one after the other, and those that each leaves behind are joined; the last one
stands at the top. See :mod:`gapmap.network.hierarchy` for what it is good for.
"""

from __future__ import annotations

import hashlib
import io
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from gapmap.errors import MethodError
from gapmap.network.keeping import write_whole
from gapmap.network.kernels import elimination, steps

if TYPE_CHECKING:
    from pathlib import Path

    from gapmap.network.value import Floats, Indices

__all__ = ["Order", "inverse", "kept_order", "load_order", "make_order", "topology"]

_FORMAT = 1
_MAGIC = b"gapmap-order"
_FEW_NEIGHBOURS = 3  # best of 2 to 4: nodes of no more go before the network is cut into parts
_LEAF_NODES = 200  # of 200 and 1,000; smaller parts are not cut
_MOST_STEPS = 1 << 30  # numbers of steps are doubled in 32 bits

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """A hierarchy of a graph's nodes, whatever its arcs cost.

    Attributes
    ----------
    node
        The node at each position, the top first.
    starts, heads
        Steps in rows: from each position to positions above it (lower ones), nearest first.
    steps
        Of each arc, twice the step that it runs along, one more where it runs down; -1 for an arc
        from a node to itself.
    topology
        SHA-256 of the graph's arcs.
    """

    node: Indices
    starts: Indices
    heads: Indices
    steps: Indices
    topology: str

    def save(self, path: Path) -> None:
        """Write to a file, which is there as a whole or not at all.

        The file is one line (format, SHA-256 of what follows, topology) and an ``.npz`` archive
        without pickled objects.

        Raises
        ------
        OSError
            The file cannot be written.
        """
        archive = io.BytesIO()
        np.savez(archive, node=self.node, starts=self.starts, heads=self.heads, steps=self.steps)
        content = archive.getvalue()
        write_whole(path, _first_line(content, self.topology) + content)


def make_order(starts: npt.ArrayLike, tails: npt.ArrayLike, xy: npt.ArrayLike) -> Order:
    """Make the hierarchy of a graph; what its arcs cost plays no part.

    Parameters
    ----------
    starts, tails
        The graph in compressed rows, as :class:`gapmap.network.graph.Arcs` has them.
    xy
        Coordinates of the nodes, shape (n, 2). They only help to find good cuts.

    Raises
    ------
    MethodError
        The coordinates are not those of the graph's nodes, or the graph is nothing like a road
        network: too many steps.
    """
    arc_starts, arc_tails = _rows(starts, tails)
    points = np.ascontiguousarray(xy, np.float64)
    if points.shape != (len(arc_starts) - 1, 2):
        raise MethodError(
            f"{len(arc_starts) - 1} nodes need as many pairs of coordinates,"
            f" not an array of shape {points.shape}",
            f"{len(arc_starts) - 1} 个节点需要同样数量的坐标对,实际数组形状为 {points.shape}",
        )
    rows = _both_ways(arc_starts, arc_tails)
    order = _elimination_order(*rows, points)
    parent, _, _ = steps.fill_in(*rows, order)
    order = order[steps.subtrees(parent)]
    _, begin, later = steps.fill_in(*rows, order)
    if len(later) > _MOST_STEPS:
        raise MethodError(
            f"a hierarchy of {len(later)} steps is too large; search without one",
            f"层级结构有 {len(later)} 步,过大;请不用层级结构直接搜索",
        )
    up_starts, heads = steps.upside_down(begin, later)
    node = order[::-1].copy()
    along = steps.arc_steps(arc_starts, arc_tails, inverse(node), up_starts, heads)
    _log.info("order of %d nodes: %d steps", len(node), len(heads))
    return Order(node, up_starts, heads, along, topology(arc_starts, arc_tails))


def load_order(path: Path, starts: npt.ArrayLike, tails: npt.ArrayLike) -> Order | None:
    """Read an order of this graph that :meth:`Order.save` wrote.

    Returns
    -------
    Order or None
        None where there is no file, it is damaged or of another format, or it is the order of
        another graph.
    """
    digest = topology(starts, tails)
    try:
        first, _, content = path.read_bytes().partition(b"\n")
    except OSError as error:
        _log.info("no order kept: %s", error)
        return None
    if first + b"\n" != _first_line(content, digest):
        _log.info("%s is damaged, of another format, or of another graph", path.name)
        return None
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return Order(arrays["node"], arrays["starts"], arrays["heads"], arrays["steps"], digest)


def kept_order(path: Path, starts: npt.ArrayLike, tails: npt.ArrayLike, xy: npt.ArrayLike) -> Order:
    """Read the order of a graph from a file, or make it and write the file.

    Whatever does not fit is made again; a file that cannot be written is no error. Parameters as
    for :func:`make_order`.
    """
    order = load_order(path, starts, tails)
    if order is None:
        order = make_order(starts, tails, xy)
        try:
            order.save(path)
        except OSError as error:
            _log.warning("the order of the network is not kept: %s", error)
    return order


def topology(starts: npt.ArrayLike, tails: npt.ArrayLike) -> str:
    """Give a SHA-256 of a graph's rows of arcs, 64 hexadecimal digits."""
    rows = _rows(starts, tails)
    digest = hashlib.sha256(len(rows[0]).to_bytes(8, "little"))
    digest.update(rows[0].data)
    digest.update(rows[1].data)
    return digest.hexdigest()


def _rows(starts: npt.ArrayLike, tails: npt.ArrayLike) -> tuple[Indices, Indices]:
    return np.ascontiguousarray(starts, np.int32), np.ascontiguousarray(tails, np.int32)


def _first_line(content: bytes, of_graph: str) -> bytes:
    digest = hashlib.sha256(content).hexdigest()
    return b"%s %d %s %s\n" % (_MAGIC, _FORMAT, digest.encode(), of_graph.encode())


def _both_ways(starts: Indices, tails: Indices) -> tuple[Indices, Indices]:
    """Give the neighbours of each node, whichever way an arc runs."""
    count = len(starts) - 1
    here = np.repeat(np.arange(count), np.diff(starts))
    here, there = np.concatenate([here, tails]), np.concatenate([tails, here])
    pairs = np.unique(here[here != there] * count + there[here != there])
    ends = np.cumsum(np.bincount(pairs // max(count, 1), minlength=count))
    return _rows(np.concatenate([[0], ends]), pairs % max(count, 1))


def _elimination_order(starts: Indices, tails: Indices, xy: Floats) -> Indices:
    """Order nodes: those of few neighbours, then what lies between cuts, the first cut last."""
    count = len(starts) - 1
    first, begin, length, pool = elimination.eliminate(
        starts, tails, np.zeros(count, np.int32), _FEW_NEIGHBOURS
    )
    rest = np.ones(count, bool)
    rest[first] = False
    nodes = np.flatnonzero(rest)
    number = np.cumsum(rest) - 1
    ends = np.cumsum(length[nodes])
    rest_starts = np.concatenate([[0], ends])
    at = np.repeat(begin[nodes] - rest_starts[:-1], length[nodes]) + np.arange(rest_starts[-1])
    rows = _rows(rest_starts, number[pool[at]])
    depth = elimination.dissect(*rows, xy[nodes], _LEAF_NODES)
    deepest = int(depth.max(initial=-1))
    group = np.where(depth < 0, 0, deepest + 1 - depth).astype(np.int32)
    last, _, _, _ = elimination.eliminate(*rows, group, count)
    return np.concatenate([first, nodes[last]]).astype(np.int32)


def inverse(node: Indices) -> Indices:
    """Give the position of each node from the node at each position."""
    position = np.empty(len(node), np.int32)
    position[node] = np.arange(len(node))
    return position
