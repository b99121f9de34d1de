"""Nodes to nodes: the nearest of some nodes from all others, once or for many services."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from gapmap.errors import MethodError
from gapmap.network.graph import arcs
from gapmap.network.hierarchy import Seeds, kept_order, load_order, make_order, sweep_many, weigh
from gapmap.network.journey import check_question
from gapmap.network.kernels.search import bucket_width, nearest_from, prices_from

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gapmap.network.graph import Arcs
    from gapmap.network.value import Floats, Integers, Network

__all__ = ["PAYS_FROM", "nearest_many", "nearest_nodes"]

PAYS_FROM, PAYS_KEPT = 100, 10
"""Searches at the same costs from which an order of the nodes pays: to make it, or where it is
kept already (measured, ADR 7)."""


def nearest_nodes(
    network: Network,
    targets: npt.ArrayLike,
    *,
    mode: str,
    by: str = "distance",
    speed_kmh: float | None = None,
) -> tuple[Floats, Integers]:
    """Find the nearest of some nodes from every node, travelling to it.

    Parameters
    ----------
    network
        The ways.
    targets
        Numbers of the target nodes.
    mode, by, speed_kmh
        As for :func:`~gapmap.network.reach_nearest`.

    Returns
    -------
    Metres or minutes of every node (inf where no target is reached) and the index of the target
    in ``targets`` (-1 there; of equally near ones the first).

    Raises
    ------
    MethodError
        For an unknown mode or measure, or a target that is no node.
    """
    nodes = _nodes(network, targets)
    graph = _graph(network, mode, by, speed_kmh)
    price, rank, _, _ = nearest_from(
        graph.starts,
        graph.tails,
        graph.cost,
        nodes,
        np.zeros(len(nodes)),
        np.arange(len(nodes), dtype=np.int32),
        bucket_width(graph.cost),
    )
    return price, rank.astype(np.int64)


def nearest_many(
    network: Network,
    services: Sequence[npt.ArrayLike],
    *,
    mode: str,
    by: str = "distance",
    speed_kmh: float | None = None,
    order: Path | None = None,
) -> Floats:
    """Find the cost to the nearest target of every node, for many services on one network.

    From ``PAYS_FROM`` services on, or from ``PAYS_KEPT`` where ``order`` already keeps an order of
    the network's nodes, the searches are downward sweeps through that order, eight at a time; else
    each is a search of its own. The answers are the same to 1e-6 (see
    ``docs/adr/0007-compiled-kernels.md``).

    Parameters
    ----------
    network
        The ways.
    services
        Numbers of the target nodes of each service.
    mode, by, speed_kmh
        As for :func:`~gapmap.network.reach_nearest`.
    order
        File that keeps the order of the nodes; written where it is made, made again where it does
        not fit the network.

    Returns
    -------
    Metres or minutes, shape (services, nodes); inf where no target is reached.

    Raises
    ------
    MethodError
        For an unknown mode or measure, or a target that is no node.
    """
    wanted = [_nodes(network, targets) for targets in services]
    graph = _graph(network, mode, by, speed_kmh)
    shape = graph.starts, graph.tails
    kept = None
    if order is not None and len(wanted) >= PAYS_KEPT:
        kept = load_order(order, *shape)
    if kept is None and len(wanted) >= PAYS_FROM:
        xy = network.xy
        kept = make_order(*shape, xy) if order is None else kept_order(order, *shape, xy)
    if kept is None:
        found = np.empty((len(wanted), len(network.xy)))
        for row, nodes in zip(found, wanted, strict=True):
            row[:] = prices_from(*graph[:3], nodes, np.zeros(len(nodes)))
        return found
    weighed = weigh(kept, graph)
    seeds = [Seeds(nodes, np.zeros(len(nodes)), np.arange(len(nodes))) for nodes in wanted]
    return sweep_many(weighed, seeds)


def _graph(network: Network, mode: str, by: str, speed_kmh: float | None) -> Arcs:
    check_question(mode=mode, by=by, speed_kmh=speed_kmh)
    return arcs(network, mode, by, speed_kmh)


def _nodes(network: Network, targets: npt.ArrayLike) -> npt.NDArray[np.int32]:
    given = np.asarray(targets).ravel()
    if len(given) and given.dtype.kind not in "iu":
        raise MethodError(
            f"targets are numbers of nodes, not {given.dtype} such as {given[0]}",
            f"目标应为节点编号(整数),不能是 {given.dtype},例如 {given[0]}",
        )
    nodes = given.astype(np.int64)
    wrong = nodes[(nodes < 0) | (nodes >= len(network.xy))]
    if len(wrong):
        count = len(network.xy)
        raise MethodError(
            f"node {wrong[0]} is none of the network's {count} nodes, which count from 0",
            f"{wrong[0]} 不是路网的节点;路网共有 {count} 个节点,从 0 编号",
        )
    return nodes.astype(np.int32)
