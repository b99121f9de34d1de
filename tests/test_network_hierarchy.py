from __future__ import annotations

import logging
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gapmap.errors import MethodError
from gapmap.network import keeping, node_order
from gapmap.network.graph import Arcs
from gapmap.network.hierarchy import (
    Seeds,
    kept_order,
    load_order,
    make_order,
    sweep,
    sweep_many,
    weigh,
)
from gapmap.network.kernels import elimination


def graph(pairs, cost, count):
    """Rows of arcs; ``pairs`` are (row, tail)."""
    pairs = np.array(pairs, np.int64).reshape(-1, 2)
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    starts = np.concatenate([[0], np.cumsum(np.bincount(pairs[:, 0], minlength=count))])
    cost = np.asarray(cost, float)[order]
    return Arcs(starts.astype(np.int32), pairs[order, 1].astype(np.int32), cost, order)


def grid(side, seed, kept=0.7, one_way=0.2):
    """Streets on a jittered grid, a third of them missing, some closed or dearer one way."""
    random = np.random.default_rng(seed)
    corner = np.arange(side * side).reshape(side, side)
    a = np.concatenate([corner[:, :-1].ravel(), corner[:-1].ravel()])
    b = np.concatenate([corner[:, 1:].ravel(), corner[1:].ravel()])
    there = random.random(len(a)) < kept
    a, b = a[there], b[there]
    xy = np.stack(np.divmod(np.arange(side * side), side), axis=1) * 80.0
    xy += random.uniform(-25, 25, xy.shape)
    cost = np.hypot(*(xy[a] - xy[b]).T)
    back = np.where(random.random(len(a)) < one_way, np.inf, cost * random.choice([1, 2], len(a)))
    pairs = np.stack([np.concatenate([a, b]), np.concatenate([b, a])], axis=1)
    return graph(pairs, np.concatenate([cost, back]), side * side), xy


def expected(arcs, seeds):
    """SciPy's answer of every seed by itself: it drops closed arcs and keeps those of no length."""
    count = len(arcs.starts) - 1
    rows = np.repeat(np.arange(count), np.diff(arcs.starts))
    usable = np.isfinite(arcs.cost)
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows[usable], minlength=count))])
    matrix = csr_array((arcs.cost[usable], arcs.tails[usable], starts), shape=(count, count))
    nodes, prices, _ = (np.asarray(one) for one in seeds)
    if not len(nodes):
        return np.full((0, count), np.inf)
    return dijkstra(matrix, indices=nodes) + prices[:, None]


def check(arcs, seeds, price, rank):
    """Prices are SciPy's, and a rank is one of a target at that price."""
    each, ranks = expected(arcs, seeds), np.asarray(seeds.ranks)
    best = each.min(axis=0, initial=np.inf)
    np.testing.assert_allclose(price, best, rtol=1e-9, atol=1e-9)
    assert rank.dtype == np.int32
    for node in range(len(price)):
        if np.isinf(best[node]):
            assert rank[node] == -1
        else:
            assert rank[node] in ranks[each[:, node] <= best[node] + 1e-6]


def lowest_ranks(arcs, seeds):
    each = expected(arcs, seeds)
    best = each.min(axis=0, initial=np.inf)
    tied = np.where(each == best, np.asarray(seeds.ranks)[:, None], np.iinfo(np.int32).max)
    return np.where(np.isinf(best), -1, tied.min(axis=0, initial=np.iinfo(np.int32).max))


@st.composite
def graphs(draw):
    """Small digraphs: pieces, single nodes, loops, arcs that cost nothing or are closed."""
    count = draw(st.integers(1, 14))
    node = st.integers(0, count - 1)
    pairs = draw(st.lists(st.tuples(node, node), max_size=40, unique=True))
    costs = st.one_of(
        st.sampled_from([0.0, 1.0, 2.0, np.inf]), st.floats(0, 1e6, allow_subnormal=False)
    )
    cost = draw(st.lists(costs, min_size=len(pairs), max_size=len(pairs)))
    xy = draw(
        st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=count, max_size=count)
    )
    return graph(pairs, cost, count), np.array(xy, float)


@st.composite
def seeds_of(draw, count):
    node, rank = st.integers(0, count - 1), st.integers(0, 2**31 - 1)
    price = st.sampled_from([0.0, 1.0, 7.5, np.inf])
    drawn = draw(st.lists(st.tuples(node, price, rank), max_size=6))
    columns = zip(*drawn, strict=True) if drawn else ([], [], [])
    return Seeds(*(np.array(column) for column in columns))


@given(st.data(), graphs())
@settings(deadline=None, max_examples=300)
def test_every_search_gives_scipys_prices(data, drawn):
    arcs, xy = drawn
    weighed = weigh(make_order(arcs.starts, arcs.tails, xy), arcs)
    services = data.draw(st.lists(seeds_of(len(xy)), max_size=10))
    prices = sweep_many(weighed, services)
    assert prices.shape == (len(services), len(xy))
    for service, seeds in enumerate(services):
        price, rank = sweep(weighed, *seeds)
        check(arcs, seeds, price, rank)
        np.testing.assert_array_equal(prices[service], price)


@given(st.data(), graphs())
@settings(deadline=None, max_examples=200)
def test_whole_numbers_give_the_lowest_rank_of_ties(data, drawn):
    arcs, xy = drawn
    closed = np.isinf(arcs.cost)
    whole = np.where(closed, np.inf, np.floor(np.where(closed, 0, arcs.cost)) % 3)
    arcs = arcs._replace(cost=whole)
    weighed = weigh(make_order(arcs.starts, arcs.tails, xy), arcs)
    seeds = data.draw(seeds_of(len(xy)))
    np.testing.assert_array_equal(sweep(weighed, *seeds)[1], lowest_ranks(arcs, seeds))


@given(st.data(), graphs())
@settings(deadline=None, max_examples=100)
def test_an_order_takes_changed_costs(data, drawn):
    arcs, xy = drawn
    order = make_order(arcs.starts, arcs.tails, xy)
    seeds = data.draw(seeds_of(len(xy)))
    changed = data.draw(
        st.lists(
            st.sampled_from([0.0, 0.5, 3.0, np.inf]),
            min_size=len(arcs.cost),
            max_size=len(arcs.cost),
        )
    )
    for cost in (arcs.cost, np.array(changed), arcs.cost):
        weighed = weigh(order, arcs._replace(cost=cost))
        check(arcs._replace(cost=cost), seeds, *sweep(weighed, *seeds))


@given(st.integers(0, 2**32 - 1), st.integers(0, 2), st.integers(2, 40), st.floats(0, 3))
@settings(deadline=None, max_examples=200)
def test_cuts_down_to_parts_of_two_nodes(seed, neighbours, count, degree):
    random = np.random.default_rng(seed)
    ends = random.integers(0, count, (int(count * degree), 2))
    pairs = np.unique(ends, axis=0)
    arcs = graph(pairs, random.choice([0.0, 1.0, 2.5, np.inf], len(pairs)), count)
    xy = random.integers(0, 8, (count, 2)).astype(float)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(node_order, "_LEAF_NODES", 2)
        patch.setattr(node_order, "_FEW_NEIGHBOURS", neighbours)
        order = make_order(arcs.starts, arcs.tails, xy)
    weighed = weigh(order, arcs)
    some = random.integers(0, count, 3)
    seeds = Seeds(some, random.choice([0.0, 0.5], 3), np.arange(3))
    price, rank = sweep(weighed, *seeds)
    check(arcs, seeds, price, rank)
    np.testing.assert_array_equal(rank, lowest_ranks(arcs, seeds))
    np.testing.assert_array_equal(sweep_many(weighed, [seeds]), [price])


@pytest.mark.parametrize("one_way", [0.0, 0.2])
def test_a_town_that_is_cut_into_parts(one_way):
    arcs, xy = grid(60, seed=4, one_way=one_way)
    if not one_way:  # the same cost both ways
        rows = np.repeat(np.arange(len(xy)), np.diff(arcs.starts))
        arcs = arcs._replace(cost=np.hypot(*(xy[rows] - xy[arcs.tails]).T))
    weighed = weigh(make_order(arcs.starts, arcs.tails, xy), arcs)
    assert (weighed.up is weighed.down) == (one_way == 0)
    random = np.random.default_rng(5)
    services = [
        Seeds(random.choice(len(xy), 40), random.uniform(0, 200, 40), random.permutation(40))
        for _ in range(11)
    ]
    for seeds, prices in zip(services, sweep_many(weighed, services), strict=True):
        price, rank = sweep(weighed, *seeds)
        check(arcs, seeds, price, rank)
        np.testing.assert_array_equal(prices, price)


def test_nodes_that_all_lie_on_one_spot():
    arcs, xy = grid(40, seed=6)
    weighed = weigh(make_order(arcs.starts, arcs.tails, np.zeros_like(xy)), arcs)
    seeds = Seeds([3, 900], [0.0, 5.0], [1, 0])
    check(arcs, seeds, *sweep(weighed, *seeds))


def test_prices_of_a_million_metres_are_right_to_a_millionth():
    count = 3_000
    along = np.arange(count - 1)
    cost = np.random.default_rng(7).uniform(300, 400, count - 1)
    arcs = graph(np.stack([along, along + 1], axis=1), cost, count)
    xy = np.stack([np.arange(count), np.zeros(count)], axis=1)
    price, _ = sweep(weigh(make_order(arcs.starts, arcs.tails, xy), arcs), [0], [0.0], [0])
    assert price[-1] > 1e6
    np.testing.assert_allclose(price[1:], np.cumsum(cost), rtol=0, atol=1e-6)


def test_travel_runs_against_the_rows():
    # from node 1 one comes to node 0: row 0 lists 1; a target at 0 is reached from 1, not from 2
    arcs = graph([(0, 1), (1, 0), (0, 2), (2, 0)], [5.0, np.inf, np.inf, 3.0], 3)
    price, rank = sweep(
        weigh(make_order(arcs.starts, arcs.tails, np.eye(3, 2)), arcs), [0], [2], [9]
    )
    assert price.tolist() == [2, 7, np.inf]
    assert rank.tolist() == [9, 9, -1]


def test_the_cheaper_of_arcs_between_the_same_nodes():
    starts, tails = np.array([0, 2, 2], np.int32), np.array([1, 1], np.int32)
    arcs = Arcs(starts, tails, np.array([4.0, 7.0]), np.arange(2))
    weighed = weigh(make_order(starts, tails, np.eye(2)), arcs)
    assert sweep(weighed, [0], [0.0], [0])[0].tolist() == [0, 4]


def test_no_nodes_no_services_no_seeds():
    arcs = graph([], [], 0)
    weighed = weigh(make_order(arcs.starts, arcs.tails, np.empty((0, 2))), arcs)
    assert [len(one) for one in sweep(weighed, [], [], [])] == [0, 0]
    assert sweep_many(weighed, []).shape == (0, 0)
    arcs = graph([(0, 1)], [1.0], 2)
    weighed = weigh(make_order(arcs.starts, arcs.tails, np.eye(2)), arcs)
    assert sweep(weighed, [], [], [])[1].tolist() == [-1, -1]
    assert sweep_many(weighed, []).shape == (0, 2)


@given(graphs())
@settings(deadline=None, max_examples=100)
def test_steps_lead_up_and_all_above_a_node_is_on_one_path(drawn):
    arcs, xy = drawn
    order = make_order(arcs.starts, arcs.tails, xy)
    assert sorted(order.node) == list(range(len(xy)))
    rows = [
        order.heads[begin:end].tolist()
        for begin, end in zip(order.starts[:-1], order.starts[1:], strict=True)
    ]
    for position, above in enumerate(rows):
        assert above == sorted(set(above), reverse=True)
        assert all(head < position for head in above)
        if above:
            assert set(above[1:]) <= set(rows[above[0]])


def test_a_cut_parts_the_network():
    arcs, xy = grid(50, seed=8, kept=0.8)
    rows = node_order._both_ways(arcs.starts, arcs.tails)
    depth = elimination.dissect(*(one.copy() for one in rows), xy, 100)
    count = len(xy)
    assert 5 < (depth == 0).sum() < 50  # a straight cut has 50 nodes
    uncut = depth != 0
    ends = np.repeat(np.arange(count), np.diff(rows[0])), rows[1]
    matrix = csr_array((np.ones(len(ends[0])), ends), shape=(count, count))
    left = dijkstra(matrix[uncut][:, uncut], unweighted=True, indices=0)
    assert np.isinf(left).sum() > count / 5


def test_few_steps_are_added():
    arcs, xy = grid(120, seed=9)
    order = make_order(arcs.starts, arcs.tails, xy)
    streets = len(arcs.tails) / 2
    assert streets < len(order.heads) < 3.5 * streets


def test_saved_and_read_again(tmp_path):
    arcs, xy = grid(12, seed=1)
    order = make_order(arcs.starts, arcs.tails, xy)
    path = tmp_path / "order"
    order.save(path)
    order.save(path)  # in place of the former
    assert [one.name for one in tmp_path.iterdir()] == ["order"]
    read = load_order(path, arcs.starts.astype(np.int64), arcs.tails)
    for name in ("node", "starts", "heads", "steps"):
        np.testing.assert_array_equal(getattr(read, name), getattr(order, name))
    seeds = Seeds([0, 70], [0.0, 0.0], [0, 1])
    check(arcs, seeds, *sweep(weigh(read, arcs), *seeds))


def test_an_order_of_another_graph_is_not_read(tmp_path):
    arcs, xy = grid(12, seed=1)
    path = tmp_path / "order"
    make_order(arcs.starts, arcs.tails, xy).save(path)
    other, _ = grid(12, seed=2)
    assert load_order(path, other.starts, other.tails) is None
    with pytest.raises(MethodError, match="another graph"):
        weigh(load_order(path, arcs.starts, arcs.tails), other)


def test_no_file_and_another_format_are_not_read(tmp_path, monkeypatch):
    arcs, xy = grid(5, seed=1)
    path = tmp_path / "order"
    assert load_order(path, arcs.starts, arcs.tails) is None
    assert load_order(tmp_path, arcs.starts, arcs.tails) is None
    make_order(arcs.starts, arcs.tails, xy).save(path)
    monkeypatch.setattr(node_order, "_FORMAT", node_order._FORMAT + 1)
    assert load_order(path, arcs.starts, arcs.tails) is None


@given(st.data())
@settings(deadline=None, max_examples=150)
def test_a_damaged_file_is_not_read(tmp_path_factory, data):
    arcs, xy = grid(4, seed=1)
    path = tmp_path_factory.mktemp("kept") / "order"
    make_order(arcs.starts, arcs.tails, xy).save(path)
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    damage = data.draw(st.sampled_from(["cut", "changed", "longer"]))
    if damage == "cut":
        path.write_bytes(whole[:at])
    elif damage == "longer":
        path.write_bytes(whole + whole[at:])
    else:
        flipped = whole[at] ^ data.draw(st.integers(1, 255))
        path.write_bytes(whole[:at] + bytes([flipped]) + whole[at + 1 :])
    assert load_order(path, arcs.starts, arcs.tails) is None


def test_what_does_not_fit_is_made_again(tmp_path, monkeypatch):
    arcs, xy = grid(6, seed=1)
    other, other_xy = grid(6, seed=2)
    path = tmp_path / "order"
    kept_order(path, other.starts, other.tails, other_xy)
    order = kept_order(path, arcs.starts, arcs.tails, xy)
    seeds = Seeds([0], [0.0], [0])
    check(arcs, seeds, *sweep(weigh(order, arcs), *seeds))
    monkeypatch.setattr(node_order, "make_order", None)  # not needed any more
    again = kept_order(path, arcs.starts, arcs.tails, xy)
    np.testing.assert_array_equal(again.heads, order.heads)


def test_an_order_that_cannot_be_kept_is_used_all_the_same(tmp_path, caplog):
    arcs, xy = grid(6, seed=1)
    with caplog.at_level(logging.WARNING, logger="gapmap"):
        order = kept_order(tmp_path / "missing" / "order", arcs.starts, arcs.tails, xy)
    assert "not kept" in caplog.text
    assert len(order.node) == 36


def test_a_failed_save_leaves_the_former_file(tmp_path, monkeypatch):
    arcs, xy = grid(6, seed=1)
    order = make_order(arcs.starts, arcs.tails, xy)
    path = tmp_path / "order"
    order.save(path)
    broken = SimpleNamespace(**vars(keeping.os))

    def no_room(_):
        raise OSError(28, "No space left on device")

    broken.fsync = no_room
    monkeypatch.setattr(keeping, "os", broken)
    with pytest.raises(OSError, match="No space"):
        order.save(path)
    assert [one.name for one in tmp_path.iterdir()] == ["order"]
    assert load_order(path, arcs.starts, arcs.tails) is not None


@pytest.mark.parametrize("cost", [-1.0, np.nan, -np.inf])
def test_a_cost_that_is_none(cost):
    arcs = graph([(0, 1), (1, 0)], [1.0, cost], 2)
    order = make_order(arcs.starts, arcs.tails, np.eye(2))
    with pytest.raises(MethodError, match="0 or more"):
        weigh(order, arcs)
    weighed = weigh(order, arcs._replace(cost=np.ones(2)))
    with pytest.raises(MethodError, match="0 or more"):
        sweep(weighed, [0], [cost], [0])


@pytest.mark.parametrize(
    ("seeds", "message"),
    [
        (Seeds([2], [0.0], [0]), "no node"),
        (Seeds([-1], [0.0], [0]), "no node"),
        (Seeds([0, 1], [0.0], [0]), "no seeds"),
        (Seeds([0], [0.0], [0, 1]), "no seeds"),
    ],
)
def test_seeds_that_are_none(seeds, message):
    arcs = graph([(0, 1), (1, 0)], [1.0, 1.0], 2)
    weighed = weigh(make_order(arcs.starts, arcs.tails, np.eye(2)), arcs)
    for search in (lambda: sweep(weighed, *seeds), lambda: sweep_many(weighed, [seeds])):
        with pytest.raises(MethodError, match=message):
            search()


def test_coordinates_of_other_nodes():
    arcs = graph([(0, 1)], [1.0], 2)
    with pytest.raises(MethodError, match="2 nodes"):
        make_order(arcs.starts, arcs.tails, np.zeros((3, 2)))


def test_nothing_that_was_given_is_changed():
    arcs, xy = grid(30, seed=3)
    seeds = Seeds(np.array([4, 4]), np.array([1.0, 0.5]), np.array([0, 1]))
    given = [*arcs, xy, *seeds]
    before = [one.copy() for one in given]
    order = make_order(arcs.starts, arcs.tails, xy)
    kept = [one.copy() for one in (order.node, order.starts, order.heads, order.steps)]
    weighed = weigh(order, arcs)
    sweep(weighed, *seeds)
    first = sweep_many(weighed, [seeds])
    np.testing.assert_array_equal(sweep_many(weighed, [seeds]), first)
    for one, former in zip(given, before, strict=True):
        np.testing.assert_array_equal(one, former)
    now = (order.node, order.starts, order.heads, order.steps)
    for one, former in zip(now, kept, strict=True):
        np.testing.assert_array_equal(one, former)
