"""Searches from nodes to nodes: one, many, and many by a kept order."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from test_network_search import random_network

from gapmap.errors import MethodError
from gapmap.network import many, nearest_many, nearest_nodes
from gapmap.network.graph import edge_costs, open_ways


def slow_nearest(network, targets, *, mode, by):
    """Ask networkx, travelling from every node to the targets."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(len(network.xy)))
    cost = edge_costs(network, mode, None)
    prices = cost.metres if by == "distance" else cost.minutes
    for ways, tail, head in (
        (open_ways(network, mode)[0], network.edges.tail, network.edges.head),
        (open_ways(network, mode)[1], network.edges.head, network.edges.tail),
    ):
        for edge in np.flatnonzero(ways):
            graph.add_edge(int(head[edge]), int(tail[edge]), cost=float(prices[edge]))
    found = nx.multi_source_dijkstra_path_length(graph, set(targets), weight="cost")
    return np.array([found.get(node, np.inf) for node in range(len(network.xy))])


@pytest.mark.parametrize("by", ["distance", "minutes"])
@pytest.mark.parametrize("mode", ["walk", "cycle", "drive"])
@pytest.mark.parametrize("seed", range(6))
def test_every_node_agrees_with_networkx(seed: int, mode: str, by: str) -> None:
    network = random_network(seed)
    targets = np.random.default_rng(seed).choice(len(network.xy), 4).tolist()
    price, target = nearest_nodes(network, targets, mode=mode, by=by)
    expected = slow_nearest(network, targets, mode=mode, by=by)
    np.testing.assert_allclose(price, expected, rtol=0, atol=1e-6)
    assert (price[targets] == 0).all()
    np.testing.assert_array_equal(target == -1, np.isinf(price))


@pytest.mark.parametrize("mode", ["walk", "drive"])
def test_many_services_agree_with_one_search_each_with_and_without_an_order(
    tmp_path, monkeypatch, mode
) -> None:
    network = random_network(3)
    random = np.random.default_rng(3)
    services = [random.choice(len(network.xy), 3).tolist() for _ in range(19)]
    expected = [nearest_nodes(network, one, mode=mode, by="minutes")[0] for one in services]
    kept = tmp_path / "order"
    steps = [(100, None), (100, kept), (5, None), (5, kept), (100, kept)]
    for pays_from, file in steps:
        monkeypatch.setattr(many, "PAYS_FROM", pays_from)
        found = nearest_many(network, services, mode=mode, by="minutes", order=file)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)
        assert kept.exists() or (pays_from, file) != (5, kept)


def test_no_services_and_no_targets_reach_nobody() -> None:
    network = random_network(0)
    assert nearest_many(network, [], mode="walk").shape == (0, len(network.xy))
    assert np.isinf(nearest_many(network, [[]], mode="walk")).all()
    assert np.isinf(nearest_nodes(network, [], mode="walk")[0]).all()


@pytest.mark.parametrize(
    ("targets", "more", "said"),
    [
        ([10_000], {"mode": "walk"}, "10000"),
        ([-1], {"mode": "walk"}, "-1"),
        ([0], {"mode": "fly"}, "fly"),
        ([0], {"mode": "walk", "by": "cost"}, "cost"),
    ],
)
def test_what_makes_no_sense_is_refused(targets, more, said) -> None:
    with pytest.raises(MethodError, match=said):
        nearest_nodes(random_network(0), targets, **more)
