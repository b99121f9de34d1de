"""Connected pieces, pieces beyond water, and one-way traps, on networks small enough to draw."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from network_reference import network_of

from gapmap.network import Network, snap
from gapmap.network.borders import cut_at_water
from gapmap.network.pieces import beyond_water, pieces, pieces_joined
from gapmap.network.rules import Tags
from gapmap.network.traps import find_traps, freedom

STREET, PATH = Tags(highway="residential"), Tags(highway="footway")
ONE_WAY, FERRY = Tags(highway="service", oneway="yes"), Tags(route="ferry", duration="20")


def trap_town() -> Network:
    """A square of streets; a one-way street into a dead end, and one out of another."""
    xy = [[0, 0], [1000, 0], [1000, 1000], [0, 1000], [2000, 0], [2000, 500]]
    xy += [[-1000, 500], [-1000, 0], [5000, 0], [6000, 0]]
    ways = [[0, 1, 2, 3, 0], [1, 4], [4, 5], [6, 7], [7, 0], [8, 9]]
    tags = [STREET, ONE_WAY, STREET, STREET, ONE_WAY, STREET]
    return network_of(xy, ways, tags, snap_m=300)


def test_pieces_are_numbered_by_the_length_of_their_ways() -> None:
    xy = [[0, 0], [300, 0], [0, 5000], [900, 5000], [0, 9000], [600, 9000], [700, 9000]]
    network = network_of(xy, [[0, 1], [2, 3], [4, 5], [5, 6]], [STREET, STREET, STREET, PATH])
    walk = pieces(network, "walk")
    assert walk.of_node.tolist() == [3, 3, 1, 1, 2, 2, 2]
    assert walk.ways_m.tolist() == [900, 700, 300]
    assert walk.nodes.tolist() == [2, 3, 2]
    assert walk.xy.tolist() == [[0, 5000], [0, 9000], [0, 0]]
    assert walk.main == 1
    drive = pieces(network, "drive")
    assert drive.of_node.tolist() == [3, 3, 1, 1, 2, 2, 0]  # nobody drives to the path's end
    assert drive.ways_m.tolist() == [900, 600, 300]


def test_a_ferry_connects_and_the_main_piece_is_that_of_the_longest_land() -> None:
    # two islands of 600 m each with a ferry between them, and 1000 m of mainland
    xy = [[0, 0], [600, 0], [0, 3000], [600, 3000], [0, 9000], [1000, 9000]]
    network = network_of(xy, [[0, 1], [2, 3], [4, 5], [0, 2]], [STREET, STREET, STREET, FERRY])
    found = pieces(network, "walk")
    assert found.ways_m.tolist() == [1200, 1000]  # the ferry is no way
    assert found.has_ferry.tolist() == [True, False]
    assert found.main == 2


def test_a_position_may_join_several_pieces() -> None:
    network = network_of([[0, 0], [1000, 0], [0, 50], [400, 50]], [[0, 1], [2, 3]], snap_m=100)
    joined = snap(network, [[200, 24], [900, 30], [5000, 0]], mode="walk")
    owner, piece = pieces_joined(network, joined)
    assert list(zip(owner.tolist(), piece.tolist(), strict=True)) == [(0, 1), (0, 2), (1, 1)]


def test_water_parts_an_island_and_a_border_does_not() -> None:
    xy = [[0, 0], [3000, 0], [1000, 800], [1500, 800], [2500, 100], [2600, 100]]
    network = network_of(xy, [[0, 1], [2, 3], [4, 5]], snap_m=300)
    assert not beyond_water(network, "walk").any()
    river = shapely.box(-9000, 200, 9000, 400)
    wet = cut_at_water(network, river, file="roads")
    assert pieces(wet, "walk").ways_m.tolist() == [3000, 500, 100]
    assert beyond_water(wet, "walk").tolist() == [False, True, False]
    border = shapely.LineString([(2400, 50), (2700, 50)])
    bordered = replace(wet, borders=border)
    assert beyond_water(bordered, "walk").tolist() == [False, True, False]


def test_one_way_traps_are_found_and_what_stands_before_them_is_free() -> None:
    network = trap_town()
    spots = [[1500, 10], [2010, 300], [-500, 10], [-1010, 300], [500, 10], [5500, 10], [9000, 9000]]
    joined = snap(network, spots, mode="drive")
    free = freedom(network, joined)
    assert free.leave[:6].tolist() == [False, False, True, True, True, True]
    assert free.enter[:6].tolist() == [True, True, False, False, True, True]
    traps = find_traps(network, joined)
    assert [(trap.positions.tolist(), trap.leave, trap.enter) for trap in traps] == [
        ([3, 2], True, False),
        ([0, 1], False, True),
    ]
    assert traps[1].xy.tolist() == [1500, 0]
    assert not find_traps(network, snap(network, spots, mode="walk"))


def courses(network: Network, inside: set[int]) -> dict[tuple[tuple[float, ...], ...], float]:
    """Give the length of every course among these edges: two ways on the same one are one."""
    edges, told = network.edges, {}
    for e in inside:
        line = [tuple(xy) for xy in edges.coords[edges.offsets[e] : edges.offsets[e + 1]].tolist()]
        told[tuple(min(line, line[::-1]))] = float(edges.length_m[e])
    return told


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_pieces_and_traps_agree_with_networkx(seed: int) -> None:
    random = np.random.default_rng(seed)
    xy = random.uniform(0, 3000, (24, 2)).round(1)
    ways = [random.choice(24, random.integers(2, 5), replace=False).tolist() for _ in range(14)]
    tags = [[STREET, ONE_WAY, PATH][random.integers(3)] for _ in ways]
    if all(tag is PATH for tag in tags):
        tags[0] = STREET
    network = network_of(xy.tolist(), ways, tags)
    edges, found = network.edges, pieces(network, "drive")
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    for e in range(len(edges)):
        tail, head = int(edges.tail[e]), int(edges.head[e])
        if edges.forward[e]:
            graph.add_edge(tail, head, key=e)
        if edges.backward[e]:
            graph.add_edge(head, tail, key=e)
    sets = list(nx.weakly_connected_components(graph))
    assert len(found) == len(sets)
    lengths = []
    for nodes in sets:
        assert len(set(found.of_node[list(nodes)])) == 1
        inside = {key for *_, key in graph.subgraph(nodes).edges(keys=True)}
        lengths.append(sum(courses(network, inside).values()))
    assert found.ways_m == pytest.approx(sorted(lengths, reverse=True))
    assert (found.of_node[list(set(range(len(network.xy))) - set(graph))] == 0).all()
    # a node is free if it reaches, and is reached from, the longest loop of its piece
    ends = snap(network, network.xy[sorted(graph)], mode="drive")
    free = freedom(network, ends)
    order = sorted(graph)
    tails, heads = edges.tail[ends.joins.edge], edges.head[ends.joins.edge]
    joined_at = np.where(ends.joins.fraction == 0, tails, heads)
    for nodes in sets:
        loops = [
            (
                edges.length_m[list({e for *_, e in graph.subgraph(loop).edges(keys=True)})].sum(),
                loop,
            )
            for loop in nx.strongly_connected_components(graph.subgraph(nodes))
        ]
        longest, heart = max(loops, key=lambda pair: pair[0])
        if longest == 0:
            continue  # no way leads round: which end is called the heart is a convention
        reaches = set(heart).union(*(nx.ancestors(graph, node) for node in heart))
        reached = set(heart).union(*(nx.descendants(graph, node) for node in heart))
        for node in nodes:
            at = order.index(node)
            mine = ends.joins.owner == at
            if (joined_at[mine] == node).all():  # no other way passes there by chance
                assert free.leave[at] == (node in reaches)
                assert free.enter[at] == (node in reached)
