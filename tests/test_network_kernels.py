"""The compiled searches against SciPy, networkx and slow, plain ones."""

import heapq
import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gapmap.compiling import compiled
from gapmap.network.kernels import search, several
from gapmap.network.kernels.buckets import ROOM, arcs_of, ring, seeds_of
from gapmap.network.kernels.search import bucket_width, nearest_from, pairs_from, prices_from
from gapmap.network.kernels.several import k_nearest_each, k_nearest_pass, one_pass_pays
from gapmap.network.ordering import morton_order

# Zeros, sums that are rounded, and costs far apart: ties and rounding must come up often.
COSTS = [0.0, 0.0, 1.0, 2.0, 0.1, 0.2, 0.3, 1 / 3, 7.7, 5000.0]
WIDTHS = [0.01, 0.3, 1.0, 1e6]


class Case(NamedTuple):
    """A directed graph in rows, and seeds."""

    starts: np.ndarray
    tails: np.ndarray
    cost: np.ndarray
    nodes: np.ndarray
    prices: np.ndarray
    ranks: np.ndarray

    @property
    def arcs(self) -> tuple[np.ndarray, ...]:
        return self[:3]

    @property
    def heads(self) -> np.ndarray:
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))


def in_rows(count, heads, tails, cost) -> tuple[np.ndarray, ...]:
    heads = np.asarray(heads, np.int64)
    order = np.argsort(heads, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(heads, minlength=count))])
    return starts, np.asarray(tails, np.int64)[order], np.asarray(cost, float)[order]


@st.composite
def cases(draw, most_nodes: int = 9) -> Case:
    count = draw(st.integers(1, most_nodes))
    node = st.integers(0, count - 1)
    arcs = draw(st.lists(st.tuples(node, node, st.sampled_from(COSTS)), max_size=4 * count))
    heads, tails, cost = zip(*arcs, strict=True) if arcs else ((), (), ())
    seeds = draw(st.lists(st.tuples(node, st.sampled_from(COSTS)), max_size=6))
    nodes, prices = zip(*seeds, strict=True) if seeds else ((), ())
    ranks = draw(st.lists(st.integers(0, 3), min_size=len(seeds), max_size=len(seeds)))
    return Case(
        *in_rows(count, heads, tails, cost),
        np.array(nodes, int),
        np.array(prices, float),
        np.array(ranks, int),
    )


def settled(case: Case, k: int = 1) -> list[list[tuple[float, int]]]:
    """The k lowest (price, rank) of each node, of different ranks, by settling one at a time."""
    heap = [
        (float(price), int(rank), int(node))
        for node, price, rank in zip(case.nodes, case.prices, case.ranks, strict=True)
    ]
    heapq.heapify(heap)
    found: list[list[tuple[float, int]]] = [[] for _ in case.starts[1:]]
    while heap:
        price, rank, head = heapq.heappop(heap)
        if len(found[head]) == k or any(rank == known for _, known in found[head]):
            continue
        found[head].append((price, rank))
        for a in range(case.starts[head], case.starts[head + 1]):
            heapq.heappush(heap, (price + float(case.cost[a]), rank, int(case.tails[a])))
    return found


def in_a_row(price, rank) -> list[list[tuple[float, int]]]:
    return [
        [(p, r) for p, r in zip(prices, ranks, strict=True) if r >= 0]
        for prices, ranks in zip(price.tolist(), rank.tolist(), strict=True)
    ]


def by_heap(case: Case) -> tuple[np.ndarray, ...]:
    return search._nearest_by_heap(*arcs_of(*case.arcs), *seeds_of(*case[3:]))


# ---------------------------------------------------------------- the nearest target


def test_nearest_on_a_line_by_hand() -> None:
    # 0 -2- 1 -3- 2 -3- 3, and 4 apart; a target of rank 7 is 1 off node 0, one of rank 5 at node 3
    arcs = in_rows(5, [0, 1, 1, 2, 2, 3], [1, 0, 2, 1, 3, 2], [2, 2, 3, 3, 3, 3])
    price, rank, onward, arc = nearest_from(*arcs, [0, 3], [1.0, 0.0], [7, 5], 1.0)
    assert price.tolist() == [1, 3, 3, 0, np.inf]
    assert rank.tolist() == [7, 7, 5, 5, -1]
    assert onward.tolist() == [-1, 0, 3, -1, -1]
    assert arc.tolist() == [-1, 0, 5, -1, -1]
    assert [each.dtype.name for each in (price, rank, onward, arc)] == ["float64"] + ["int32"] * 3


def test_search_goes_from_head_to_tails_only() -> None:
    arcs = in_rows(3, [1, 2], [0, 1], [1, 1])
    assert nearest_from(*arcs, [1], [0.0], [0], 1.0)[0].tolist() == [1, 0, np.inf]


def test_of_equal_prices_the_lowest_rank_wins_all_the_way() -> None:
    # both targets are 2 from node 2; what lies behind it follows
    arcs = in_rows(4, [0, 1, 2], [2, 2, 3], [2, 2, 1])
    assert nearest_from(*arcs, [0, 1], [0.0, 0.0], [1, 0], 1.0)[1].tolist() == [1, 0, 0, 0]
    assert nearest_from(*arcs, [0, 1], [0.0, 0.0], [0, 1], 1.0)[1].tolist() == [0, 1, 0, 0]


def test_rank_passes_over_arcs_that_cost_nothing_and_back_again() -> None:
    arcs = in_rows(3, [0, 1, 1, 2], [1, 0, 2, 1], [0, 0, 0, 0])
    price, rank, onward, _ = nearest_from(*arcs, [0, 2], [4.0, 4.0], [3, 2], 1.0)
    assert price.tolist() == [4, 4, 4]
    assert rank.tolist() == [2, 2, 2]
    assert onward.tolist() == [1, 2, -1]


def test_of_equal_ways_the_one_over_the_lower_node() -> None:
    for middle in ([1, 2], [2, 1]):
        arcs = in_rows(4, [0, 0, *middle], [*middle, 3, 3], [1, 1, 1, 1])
        assert nearest_from(*arcs, [0], [0.0], [0], 0.1)[2].tolist() == [-1, 0, 0, 1]


def test_arcs_of_infinite_cost_and_infinite_seeds_lead_nowhere() -> None:
    arcs = in_rows(3, [0, 1], [1, 2], [np.inf, 1.0])
    assert nearest_from(*arcs, [0, 2], [0.0, np.inf], [0, 1], 1.0)[1].tolist() == [0, -1, -1]
    assert prices_from(*arcs, [0, 2], [0.0, np.inf]).tolist() == [0, np.inf, np.inf]


@given(cases(), st.sampled_from(WIDTHS))
@settings(max_examples=400, deadline=None)
def test_nearest_is_the_lowest_price_then_rank(case: Case, width: float) -> None:
    expected = settled(case)
    for price, rank, *_ in (nearest_from(*case, width), by_heap(case)):
        assert in_a_row(price[:, None], rank[:, None]) == expected
    alone = prices_from(*case.arcs, case.nodes, case.prices)
    assert alone.tolist() == [row[0][0] if row else np.inf for row in expected]


@given(cases(), st.sampled_from(WIDTHS))
@settings(max_examples=300, deadline=None)
def test_every_way_onward_ends_at_a_seed_of_its_rank_and_adds_up(case: Case, width: float) -> None:
    seeds = list(zip(case.nodes, case.prices, case.ranks, strict=True))
    for price, rank, onward, arc in (nearest_from(*case, width), by_heap(case)):
        for node in np.flatnonzero(rank >= 0):
            here, walked = node, 0.0
            for _ in price:
                if onward[here] < 0:
                    break
                assert case.tails[arc[here]] == here
                assert case.heads[arc[here]] == onward[here]
                assert price[here] == price[onward[here]] + case.cost[arc[here]]
                walked, here = walked + case.cost[arc[here]], onward[here]
            assert onward[here] == arc[here] == -1
            begins = [p for at, p, r in seeds if at == here and r == rank[node]]
            assert any(abs(walked + begin - price[node]) < 1e-9 for begin in begins)


@given(cases(), st.randoms(use_true_random=False), st.sampled_from(WIDTHS))
@settings(max_examples=200, deadline=None)
def test_order_of_arcs_seeds_and_width_change_nothing(case: Case, random, width: float) -> None:
    # of ways that cost nothing the one found first is kept; those that cost something are compared
    case = case._replace(cost=np.where(case.cost == 0, 0.5, case.cost))
    price, rank, onward, _ = nearest_from(*case, 1.0)
    rows = list(zip(case.heads.tolist(), case.tails.tolist(), case.cost.tolist(), strict=True))
    random.shuffle(rows)
    seeds = list(zip(*(each.tolist() for each in case[3:]), strict=True))
    random.shuffle(seeds)
    heads, tails, cost = zip(*rows, strict=True) if rows else ((), (), ())
    shuffled = Case(
        *in_rows(len(price), heads, tails, cost),
        *(np.array([seed[i] for seed in seeds]) for i in range(3)),
    )
    again = nearest_from(*shuffled, width)
    assert np.array_equal(price, again[0])
    assert np.array_equal(rank, again[1])
    assert np.array_equal(onward, again[2])


def test_rounding_that_hides_a_lower_price_is_settled_by_the_heap() -> None:
    # Node 0 hears of rank 0 at 1.0, then of rank 1 at 1.0 less 2**-53; 2**20 further both are one
    # price. Only the target that node 0 has in the end may be node 1's.
    low = 1.0 - 2.0**-53
    arcs = in_rows(3, [0, 2], [1, 0], [2.0**20, low])
    seeds = [2, 0], [0.0, 1.0], [1, 0]
    *_, settled_all = search._nearest_by_buckets(*arcs_of(*arcs), *seeds_of(*seeds), 1e9, 8)
    assert not settled_all
    for width in (1e9, 0.01):
        price, rank, onward, _ = nearest_from(*arcs, *seeds, width)
        assert price.tolist() == [low, low + 2.0**20, 0.0]
        assert rank.tolist() == [1, 1, 1]
        assert onward.tolist() == [2, 0, -1]


def test_room_grows_at_a_crossing_of_many_streets() -> None:
    count = 5 * ROOM
    leaves = np.arange(1, count)
    cost = np.random.default_rng(0).uniform(1, 2, count - 1)
    arcs = in_rows(count, np.zeros(count - 1, int), leaves, cost)
    assert nearest_from(*arcs, [0], [0.0], [0], 0.1)[0].tolist() == [0.0, *cost]
    assert prices_from(*arcs, [0], [0.0]).tolist() == [0.0, *cost]
    everywhere = nearest_from(*arcs, np.arange(count), np.ones(count), np.arange(count), 0.1)
    assert everywhere[1].tolist() == list(range(count))


def test_a_ferry_as_long_as_the_country_and_a_narrow_bucket() -> None:
    count = 2000
    line = np.arange(count - 1)
    arcs = in_rows(
        count + 1, [*line, count - 1], [*(line + 1), count], [*[0.001] * (count - 1), 1e7]
    )
    price = nearest_from(*arcs, [0], [0.0], [0], 1e-6)[0]
    assert np.allclose(price, [*(np.arange(count) * 0.001), 1e7 + 1.999], rtol=1e-12, atol=0)


def grid(side: int, *, seed: int) -> tuple[np.ndarray, ...]:
    """Streets with a third missing, both ways, nodes in Morton's order."""
    random = np.random.default_rng(seed)
    xy = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2) * 80.0
    xy += random.uniform(-25, 25, xy.shape)
    node = np.empty(side * side, np.int64)
    node[morton_order(xy)] = np.arange(side * side)
    corner = node.reshape(side, side)
    tail = np.concatenate([corner[:, :-1].ravel(), corner[:-1].ravel()])
    head = np.concatenate([corner[:, 1:].ravel(), corner[1:].ravel()])
    kept = random.random(len(tail)) < 0.67
    tail, head = tail[kept], head[kept]
    place = xy[np.argsort(node)]
    length = np.hypot(*(place[tail] - place[head]).T)
    return in_rows(
        side * side,
        np.concatenate([tail, head]),
        np.concatenate([head, tail]),
        np.concatenate([length, length]),
    )


def scipy_prices(arcs, nodes, **options) -> np.ndarray:
    starts, tails, cost = arcs
    matrix = csr_array((cost, tails, starts), shape=(len(starts) - 1,) * 2)
    return dijkstra(matrix, indices=nodes, **options)


def test_nearest_on_streets_is_what_scipy_and_networkx_say() -> None:
    arcs = grid(100, seed=1)
    seeds = np.random.default_rng(2).choice(10_000, 60, replace=False)
    price, rank, *_ = nearest_from(*arcs, seeds, np.zeros(60), np.arange(60), bucket_width(arcs[2]))
    expected, _, source = scipy_prices(arcs, seeds, min_only=True, return_predecessors=True)
    assert np.allclose(price, expected, rtol=0, atol=1e-6)
    assert np.isinf(price).any()
    found = np.isfinite(price)
    assert np.array_equal(seeds[rank[found]], source[found])
    assert np.array_equal(prices_from(*arcs, seeds, np.zeros(60)), price)
    graph = nx.DiGraph()
    heads = np.repeat(np.arange(10_000), np.diff(arcs[0]))
    graph.add_weighted_edges_from(
        zip(heads.tolist(), arcs[1].tolist(), arcs[2].tolist(), strict=True)
    )
    graph.add_nodes_from(range(10_000))
    slow = nx.multi_source_dijkstra_path_length(graph, set(seeds.tolist()))
    assert np.allclose(price, [slow.get(v, np.inf) for v in range(10_000)], rtol=0, atol=1e-6)


# ---------------------------------------------------------------- all pairs within a limit


@st.composite
def hanging(draw, case: Case, most: int = 4) -> tuple[np.ndarray, ...]:
    """Members with the node that they hang on and a price, as rows of the nodes."""
    count = len(case.starts) - 1
    one = st.tuples(st.integers(0, count - 1), st.integers(0, most - 1), st.sampled_from(COSTS))
    members = sorted(draw(st.lists(one, max_size=10)))
    nodes, who, prices = zip(*members, strict=True) if members else ((), (), ())
    offsets = np.concatenate([[0], np.cumsum(np.bincount(np.array(nodes, int), minlength=count))])
    return offsets, np.array(who, int), np.array(prices, float)


def lowest_totals(case: Case, seeds, members) -> dict[tuple[int, int], float]:
    """The lowest price of every source and member, one source at a time."""
    offsets, who, extra = members
    totals: dict[tuple[int, int], float] = {}
    for source, (begin, end) in enumerate(itertools.pairwise(seeds)):
        own = case._replace(
            nodes=case.nodes[begin:end],
            prices=case.prices[begin:end],
            ranks=np.zeros(end - begin, int),
        )
        for node, labels in enumerate(settled(own)):
            for i in range(offsets[node], offsets[node + 1]):
                for price, _ in labels:
                    key = source, int(who[i])
                    totals[key] = min(totals.get(key, np.inf), price + float(extra[i]))
    return totals


@given(st.data(), cases(), st.sampled_from([0.0, 0.1, 0.3, 1.0, 3.0, 9000.0, np.inf, -1.0]))
@settings(max_examples=150, deadline=None)
def test_pairs_are_those_within_the_limit_at_the_lowest_price(data, case, limit) -> None:
    members = data.draw(hanging(case))
    cut = data.draw(st.integers(0, len(case.nodes)))
    seeds = [0, cut, cut, len(case.nodes)]  # the source in the middle begins nowhere
    source, member, price = pairs_from(*case.arcs, seeds, case.nodes, case.prices, *members, limit)
    totals = lowest_totals(case, seeds, members)
    expected = sorted((*key, total) for key, total in totals.items() if total <= limit)
    assert list(zip(source.tolist(), member.tolist(), price.tolist(), strict=True)) == expected


def test_a_limit_is_inclusive() -> None:
    arcs = in_rows(2, [0], [1], [60.0])
    assert pairs_from(*arcs, [0, 1], [0], [0.0], [0, 0, 1], [0], [0.0], 60.0)[2].tolist() == [60.0]
    assert len(pairs_from(*arcs, [0, 1], [0], [0.0], [0, 0, 1], [0], [0.0], 59.999)[2]) == 0


def test_pairs_on_streets_are_scipys_and_room_grows() -> None:
    arcs = grid(60, seed=3)
    random = np.random.default_rng(4)
    sources = random.choice(3600, 80, replace=False)
    hangs = np.sort(random.integers(0, 3600, 900))
    offsets = np.concatenate([[0], np.cumsum(np.bincount(hangs, minlength=3600))])
    found = pairs_from(
        *arcs, np.arange(81), sources, np.zeros(80), offsets, np.arange(900), np.zeros(900), 2000.0
    )
    table = scipy_prices(arcs, sources, limit=2000.0)[:, hangs]
    expected = np.nonzero(np.isfinite(table))
    assert len(expected[0]) > 5 * ROOM
    assert np.array_equal(found[0], expected[0])
    assert np.array_equal(found[1], expected[1])
    assert np.allclose(found[2], table[expected], rtol=0, atol=1e-6)


# ---------------------------------------------------------------- the k nearest targets


@given(cases(), st.integers(1, 5))
@settings(max_examples=400, deadline=None)
def test_k_nearest_in_one_pass_are_the_lowest_labels(case: Case, k: int) -> None:
    expected = settled(case, k)
    assert in_a_row(*k_nearest_pass(*case, k)) == expected
    arrays = *arcs_of(*case.arcs), *seeds_of(*case[3:])
    assert in_a_row(*several._pass_by_heap(*arrays, k)) == expected
    for width in WIDTHS:  # the quick answer is the exact one wherever its check says so
        quick = several._pass_by_buckets(*arrays, k, *ring(20_000.0, width))
        if several._all_stand(*arrays, *quick):
            assert in_a_row(*quick) == expected


@given(st.data(), cases(), st.integers(1, 5))
@settings(max_examples=300, deadline=None)
def test_k_nearest_of_each_place_are_the_lowest_totals(data, case: Case, k: int) -> None:
    members = data.draw(hanging(case))
    cut = data.draw(st.integers(0, len(case.nodes)))
    seeds = [0, cut, cut, len(case.nodes)]
    found = k_nearest_each(*case.arcs, seeds, case.nodes, case.prices, *members, k)
    totals = lowest_totals(case, seeds, members)
    for place, labels in enumerate(in_a_row(*found)):
        mine = sorted((total, member) for (of, member), total in totals.items() if of == place)
        assert labels == mine[:k]


def test_a_label_that_nothing_stands_behind_is_found_out() -> None:
    # as above: rank 0 goes on to node 1, then node 0 keeps rank 1 alone
    low = 1.0 - 2.0**-53
    arcs = in_rows(3, [0, 2], [1, 0], [2.0**20, low])
    seeds = [2, 0], [0.0, 1.0], [1, 0]
    arrays = *arcs_of(*arcs), *seeds_of(*seeds)
    quick = several._pass_by_buckets(*arrays, 1, 1e9, 8)
    assert quick[1].ravel().tolist() == [1, 0, 1]
    assert not several._all_stand(*arrays, *quick)
    assert k_nearest_pass(*arcs, *seeds, 1)[1].ravel().tolist() == [1, 1, 1]


def test_labels_that_only_stand_on_each_other_do_not_stand() -> None:
    arcs = in_rows(2, [0, 1], [1, 0], [0.0, 0.0])
    arrays = *arcs_of(*arcs), *seeds_of([0], [3.0], [0])
    price, rank = np.full((2, 1), 2.0), np.zeros((2, 1), np.int32)
    assert not several._all_stand(*arrays, price, rank)
    assert several._all_stand(*arrays, price + 1.0, rank)


def test_room_for_labels_grows_at_a_crossing_of_many_streets() -> None:
    count = 5 * ROOM
    arcs = in_rows(count, np.zeros(count - 1, int), np.arange(1, count), np.ones(count - 1))
    price, rank = k_nearest_pass(*arcs, [0, 0, 7], [0.0, 3.0, 2.0], [0, 1, 2], 2)
    assert price[[0, 1, 7]].tolist() == [[0, 3], [1, 4], [1, 2]]
    assert rank[[0, 1, 7]].tolist() == [[0, 1], [0, 1], [0, 2]]


def test_both_ways_to_the_k_nearest_agree_on_streets() -> None:
    arcs = grid(50, seed=5)  # every street leads both ways, so the graph is its own reverse
    targets = np.sort(np.random.default_rng(6).choice(2500, 40, replace=False))
    offsets = np.concatenate([[0], np.cumsum(np.bincount(targets, minlength=2500))])
    whole = k_nearest_pass(*arcs, targets, np.zeros(40), np.arange(40), 5)
    each = k_nearest_each(
        *arcs, np.arange(2501), np.arange(2500), np.zeros(2500), offsets, np.arange(40),
        np.zeros(40), 5,
    )  # fmt: skip
    assert np.allclose(whole[0], each[0], rtol=0, atol=1e-6)
    assert np.array_equal(whole[1], each[1])
    best = np.sort(scipy_prices(arcs, targets), axis=0)[:5].T
    assert np.allclose(whole[0], best, rtol=0, atol=1e-6)


def test_one_pass_pays_where_places_outnumber_targets() -> None:
    assert one_pass_pays(50_000, 500_000, 5_000, 5)
    assert not one_pass_pays(10_000, 500_000, 5_000, 5)
    assert not one_pass_pays(50, 500_000, 40, 1)


# ---------------------------------------------------------------- widths, order, compiling


def test_width_follows_the_arcs_and_their_unit() -> None:
    cost = np.array([10.0, 30.0, 20.0, np.inf])
    assert bucket_width(cost) == pytest.approx(0.25 * 20.0)
    assert bucket_width(cost / 80) == pytest.approx(bucket_width(cost) / 80)
    assert bucket_width([]) > 0
    assert bucket_width([0.0]) > 0


def test_morton_order_of_a_square_by_hand() -> None:
    xy = [(x, y) for y in range(4) for x in range(4)]
    quarter = [0, 1, 4, 5]
    expected = [q + s for s in (0, 2, 8, 10) for q in quarter]
    # a grid of four by four has its corners at 0, 1/3, 2/3 and 1 of the side
    assert morton_order(xy).tolist() == expected


@given(
    st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), max_size=20),
    st.randoms(use_true_random=False),
)
def test_morton_order_is_a_permutation_that_order_of_input_does_not_change(points, random) -> None:
    xy = np.array(points, float).reshape(-1, 2)
    order = morton_order(xy)
    assert sorted(order.tolist()) == list(range(len(points)))
    random.shuffle(points)
    again = np.array(points, float).reshape(-1, 2)
    assert np.array_equal(xy[order], again[morton_order(again)])


def test_morton_order_of_points_that_differ_by_less_than_a_cell() -> None:
    xy = np.array([[1e9, 1e9], [1e-6, 0.0], [0.0, 1e-6], [0.0, 0.0]])
    assert morton_order(xy).tolist() == [3, 2, 1, 0]


def test_a_function_that_cannot_be_kept_is_compiled_all_the_same() -> None:
    made: dict = {}
    exec("def twice(x):\n    return 2 * x\n", made)  # noqa: S102 - a function of no file, as numba wants for a failure
    with pytest.raises(RuntimeError, match="cannot cache"):
        njit(cache=True)(made["twice"])
    assert compiled(made["twice"])(21) == 42


def test_kernels_work_where_nothing_can_be_written(tmp_path: Path) -> None:
    """Numba keeps machine code beside the module, else in the user's cache, else makes it anew."""
    package = tmp_path / "gapmap"
    shutil.copytree(
        Path(search.__file__).parents[2], package, ignore=shutil.ignore_patterns("__pycache__")
    )
    code = (
        "import numpy as np\nfrom gapmap.network.kernels.grid import padded\n"
        "print(round(padded(np.ones(9), 2.0), 6))  # one kernel in another\n"
    )
    (package / "network/kernels/__pycache__").write_text("a file where a folder is wanted")
    done = subprocess.run(
        [sys.executable, "-B", "-c", code],
        check=True, capture_output=True, text=True, cwd=tmp_path,
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "NUMBA_CACHE_DIR": ""},
    )  # fmt: skip
    assert done.stdout.strip() == "3.0"
    assert list((tmp_path / "cache").rglob("*.nbc"))
