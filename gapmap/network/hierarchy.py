"""Many searches on one network: an order of its nodes, made once, and costs that may change.

An order (some seconds at 500,000 nodes, kept on disk) fits every cost of the same arcs. Costs are
worked into it (under a second); then a search passes each step of the hierarchy once, and eight
services together hardly take longer than one. Prices equal those of Dijkstra's search but for
rounding, since they are summed up in another order: within a billionth. So of targets at the same
price the lowest rank is given where the sums are exact, such as whole metres, and otherwise one of
those at the same price but for rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from gapmap.errors import MethodError
from gapmap.network.kernels import hierarchy
from gapmap.network.node_order import Order, inverse, kept_order, load_order, make_order, topology

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapmap.network.graph import Arcs
    from gapmap.network.value import Floats, Indices

__all__ = [
    "Order",
    "Seeds",
    "Steps",
    "Weighed",
    "kept_order",
    "load_order",
    "make_order",
    "sweep",
    "sweep_many",
    "weigh",
]

Positions = npt.NDArray[np.uint32]


class Steps(NamedTuple):
    """Steps in rows from each position to some above, the farthest first; none is closed."""

    starts: Positions
    heads: Positions
    cost: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """A hierarchy with costs.

    Attributes
    ----------
    node, position
        The node at each position, and the position of each node.
    up, down
        Steps upward and downward, both in rows from the lower end; the same object where each
        costs the same both ways.
    """

    node: Positions
    position: Positions
    up: Steps
    down: Steps


class Seeds(NamedTuple):
    """Where a search for one service begins: nodes, price from there to a target, its rank.

    A node may have several seeds, a target too.
    """

    nodes: npt.ArrayLike
    prices: npt.ArrayLike
    ranks: npt.ArrayLike


def weigh(order: Order, arcs: Arcs) -> Weighed:
    """Work the costs of arcs into an order.

    Parameters
    ----------
    order
        Of the same graph: the same rows of arcs, whatever they cost.
    arcs
        Costs are at least 0; infinite where an arc is closed.

    Raises
    ------
    MethodError
        The order is of another graph, or a cost is negative or no number.
    """
    cost = np.ascontiguousarray(arcs.cost, np.float64)
    if topology(arcs.starts, arcs.tails) != order.topology:
        raise MethodError(
            "the order is of another graph; make it again", "该次序属于另一张图,请重新生成"
        )
    _check_prices(cost)
    up, down = np.full((2, len(order.heads)), np.inf)
    hierarchy.lay(order.steps, cost, up, down)
    if np.array_equal(up, down):
        down = down[:0]
    level = hierarchy.levels(order.starts, order.heads)
    hierarchy.join_below(order.starts, order.heads, level, up, down)
    keep_up, keep_down = np.ones(len(up), bool), np.ones(len(down), bool)
    hierarchy.prune(order.starts, order.heads, level, up, down, keep_up, keep_down)
    upward = _kept(order, up, keep_up)
    downward = _kept(order, down, keep_down) if len(down) else upward
    return Weighed(
        order.node.view(np.uint32), inverse(order.node).view(np.uint32), upward, downward
    )


def sweep(
    weighed: Weighed, nodes: npt.ArrayLike, prices: npt.ArrayLike, ranks: npt.ArrayLike
) -> tuple[Floats, Indices]:
    """Find the nearest target of every node.

    Parameters
    ----------
    weighed
        From :func:`weigh`.
    nodes, prices, ranks
        See :class:`Seeds`.

    Returns
    -------
    tuple
        Of every node the price of its nearest target, inf where none can be reached, and that
        target's rank, -1 where none can; of equal prices the lowest rank (see above).
    """
    best = np.full((len(weighed.node), 2), np.inf)
    hierarchy.sow(*_placed(weighed, Seeds(nodes, prices, ranks)), best)
    price, rank = np.empty(len(best)), np.empty(len(best), np.int32)
    hierarchy.climb(*weighed.up, best)
    if hierarchy.descend(*weighed.down, best, weighed.node, price, rank):
        hierarchy.descend_tied(*weighed.down, best, weighed.node, rank)
    return price, rank


def sweep_many(weighed: Weighed, services: Sequence[Seeds]) -> Floats:
    """Find the price of the nearest target of every node for several services, eight at a time.

    Returns
    -------
    ndarray
        One row a service, one column a node; inf where no target can be reached.
    """
    found = np.empty((len(services), len(weighed.node)))
    prices = np.empty((len(weighed.node), hierarchy.LANES))
    for begin in range(0, len(services), hierarchy.LANES):
        block = services[begin : begin + hierarchy.LANES]
        if len(block) == 1:  # takes half as long as eight lanes
            found[begin] = sweep(weighed, *block[0])[0]
            continue
        reached = _sown(weighed, block, prices)
        hierarchy.climb_lanes(*weighed.up, prices, reached)
        hierarchy.descend_lanes(*weighed.down, prices)
        hierarchy.hand_out(prices, weighed.position, found[begin : begin + len(block)])
    return found


def _kept(order: Order, cost: Floats, keep: npt.NDArray[np.bool_]) -> Steps:
    keep &= np.isfinite(cost)
    before = np.concatenate([[0], np.cumsum(keep)])
    starts = before[order.starts].astype(np.uint32)
    return Steps(starts, *hierarchy.farthest_first(order.starts, order.heads, cost, keep))


def _check_prices(prices: Floats) -> None:
    if not bool((prices >= 0).all()):
        worst = prices[~(prices >= 0)][0]
        raise MethodError(
            f"a cost must be 0 or more, or infinite; found {worst}",
            f"费用必须大于或等于 0,或为无穷大;实际为 {worst}",
        )


def _placed(weighed: Weighed, seeds: Seeds) -> tuple[Indices, Floats, Indices]:
    nodes, ranks = (np.ascontiguousarray(one, np.int32) for one in (seeds.nodes, seeds.ranks))
    prices = np.ascontiguousarray(seeds.prices, np.float64)
    _check_prices(prices)
    if not len(nodes) == len(prices) == len(ranks):
        raise MethodError(
            f"{len(nodes)} nodes, {len(prices)} prices and {len(ranks)} ranks make no seeds",
            f"{len(nodes)} 个节点、{len(prices)} 个费用和 {len(ranks)} 个序号不能组成起点",
        )
    if len(nodes) and not 0 <= int(nodes.min()) <= int(nodes.max()) < len(weighed.node):
        raise MethodError(
            f"there is no node {nodes.min()} or {nodes.max()} among {len(weighed.node)}",
            f"{len(weighed.node)} 个节点中没有节点 {nodes.min()} 或 {nodes.max()}",
        )
    return weighed.position[nodes].view(np.int32), prices, ranks


def _sown(weighed: Weighed, services: Sequence[Seeds], prices: Floats) -> npt.NDArray[np.bool_]:
    """Fill the lanes with the seeds of up to eight services; mark the nodes that have one."""
    prices[:] = np.inf
    reached = np.zeros(len(prices), bool)
    for lane, seeds in enumerate(services):
        places, price, _ = _placed(weighed, seeds)
        hierarchy.sow_lane(places, price, prices, reached, lane)
    return reached
