"""Least total distance (p-median): toys by hand, trying everything, published optima."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pulp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from location_reference import Question, answers, questions, service
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path
from spopt.locate import PMedian

from gapmap.location import Problem, solve_problem
from gapmap.location.solving import quickly
from gapmap.siting import Choice, solve

INF = np.inf
DATA = Path(__file__).parents[2] / "shared" / "data" / "siting"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="needs ../shared/data/siting")
LINE = np.abs(np.arange(5.0)[:, None] - np.arange(5.0))


def ask(cost: Any, people: Any, **more: Any) -> Choice:
    return solve(cost, people, objective="distance", **more)


def roads(nodes: int, edges: np.ndarray) -> np.ndarray:
    """Give shortest paths; of an edge that is given twice the last counts."""
    length = {(min(a, b), max(a, b)): c for a, b, c in edges.tolist()}
    ends = np.array(list(length))
    graph = csr_array((list(length.values()), (ends[:, 0], ends[:, 1])), shape=(nodes, nodes))
    return shortest_path(graph, directed=False)


def drawn(nodes: int, seed: int) -> np.ndarray:
    """Draw a network as those of the OR-Library are: n * n / 50 edges, a path among them."""
    rng = np.random.default_rng(seed)
    path = rng.permutation(nodes)
    ends = np.vstack(
        [
            np.column_stack((path[:-1], path[1:])),
            rng.integers(0, nodes, (nodes * nodes // 50 - nodes + 1, 2)),
        ]
    )
    ends = ends[ends[:, 0] != ends[:, 1]]
    return roads(nodes, np.column_stack((ends, rng.integers(1, 101, len(ends)))))


def test_the_middle_of_a_line_is_nearest_to_all() -> None:
    choice = ask(LINE, np.ones(5), count=1)
    assert choice.sites.tolist() == [2]
    assert (choice.value, choice.bound, choice.proven) == (6, 6, True)


def test_people_pull_the_site() -> None:
    choice = ask(LINE, [10, 1, 1, 1, 1], count=1)
    assert (choice.sites.tolist(), choice.value) == ([0], 10)


def test_fewest_are_left_out_first_and_unreachable_places_do_not_count() -> None:
    cost = [[1, INF], [9, 2], [9, INF], [INF, INF]]
    choice = ask(cost, [1, 50, 1, 7], count=1)
    assert choice.sites.tolist() == [0]
    assert (choice.value, choice.proven) == (460, True)
    assert choice.assigned.tolist() == [0, 0, 0, -1]


def test_fixed_sites_serve_and_are_not_counted() -> None:
    choice = ask(LINE, np.ones(5), count=1, fixed=[4])
    assert (choice.sites.tolist(), choice.value) == ([1, 4], 3)


def test_of_equals_the_lowest_number_and_no_site_that_helps_nobody() -> None:
    assert ask([[3, 3, 3]], [1], count=2).sites.tolist() == [0]
    assert ask(LINE, np.zeros(5), count=2).sites.tolist() == []
    assert ask(LINE, np.ones(5), count=5).value == 0


def test_a_budget_buys_what_helps_most() -> None:
    choice = ask(LINE, np.ones(5), budget=4, site_cost=[2, 2, 5, 2, 2])
    assert (choice.sites.tolist(), choice.value, choice.proven) == ([0, 3], 3, True)


@st.composite
def asked(draw: st.DrawFn) -> Question:
    question = draw(questions())
    sites = question.cost.shape[1]
    more: dict[str, Any] = {"fixed": draw(st.sets(st.integers(0, sites - 1), max_size=2))}
    by_budget = draw(st.booleans())
    if by_budget:
        prices = st.lists(st.integers(0, 6), min_size=sites, max_size=sites)
        more["site_cost"] = np.array(draw(prices), dtype=float)
        more["budget"] = 6.0 + draw(st.integers(0, 6))
    if not by_budget or draw(st.booleans()):
        more["count"] = draw(st.integers(0, sites))
    more["fixed"] = sorted(more["fixed"])
    scale = draw(st.sampled_from([1.0, 0.37]))
    return Question(question.cost, question.people * scale, more)


def tried(question: Question) -> list[tuple[float, float]]:
    """Give people and distance (negative) of everything that is allowed, the best last."""
    every = [service(question, sites, "distance") for sites in answers(question)]
    return sorted((round(people, 9), -round(away, 9)) for people, away in every)


@settings(max_examples=80, deadline=None)
@given(asked())
def test_as_good_as_trying_everything(question: Question) -> None:
    people, away = tried(question)[-1]
    choice = ask(question.cost, question.people, **question.extras)
    assert choice.proven
    assert choice.value == pytest.approx(-away, abs=1e-6)
    assert question.people[choice.assigned >= 0].sum() == pytest.approx(people)


@settings(max_examples=50, deadline=None)
@given(asked(), st.randoms(use_true_random=False))
def test_no_time_still_gives_an_answer_and_a_bound_in_any_order(
    question: Question, random: Any
) -> None:
    order = random.sample(range(len(question.people)), len(question.people))
    cost, people = question.cost[order], question.people[order]
    choice = ask(question.cost, question.people, seconds=0.0, **question.extras)
    other = ask(cost, people, seconds=0.0, **question.extras)
    assert (choice.sites.tolist(), choice.value) == (other.sites.tolist(), other.value)
    served = question.people[choice.assigned >= 0].sum()
    no_fewer = [-away for more, away in tried(question) if more >= served - 1e-6]
    assert choice.bound <= min(no_fewer) + 1e-6
    assert choice.bound <= choice.value


@pytest.mark.parametrize("seed", range(3))
def test_as_spopt(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cost, people = rng.random((30, 12)) * 1000, rng.integers(1, 500, 30)
    with warnings.catch_warnings():  # of pulp
        warnings.simplefilter("ignore")
        model = PMedian.from_cost_matrix(cost, people, p_facilities=4)
        model.solve(pulp.HiGHS(msg=False))
    choice = ask(cost, people, count=4)
    assert choice.proven
    assert choice.value == pytest.approx(model.problem.objective.value())


def test_more_sites_are_never_farther() -> None:
    cost = drawn(80, 5)
    found = [ask(cost, np.ones(80), count=count) for count in range(1, 12)]
    assert all(one.proven for one in found)
    assert (np.diff([one.value for one in found]) <= 0).all()


def test_no_site_can_be_exchanged_for_a_lower_one_without_loss() -> None:
    cost = drawn(60, 2)
    choice = ask(cost, np.ones(60), count=6)
    for leaving in choice.sites:
        for entering in np.setdiff1d(np.arange(leaving), choice.sites):
            sites = np.append(choice.sites[choice.sites != leaving], entering)
            assert cost[:, sites].min(axis=1).sum() > choice.value


def test_sparse_is_as_dense_and_the_order_of_places_does_not_matter() -> None:
    cost = drawn(100, 3)
    cost[cost > 60] = INF
    people = np.random.default_rng(1).integers(1, 9, 100) * 1.1
    place, site = np.nonzero(np.isfinite(cost))
    sparsely = csr_array((cost[place, site], (place, site)), shape=cost.shape)
    dense = ask(cost, people, count=8)
    order = np.random.default_rng(2).permutation(100)
    for one in (ask(sparsely, people, count=8), ask(cost[order], people[order], count=8)):
        assert (one.sites.tolist(), one.value) == (dense.sites.tolist(), dense.value)


def test_a_network_like_those_of_the_or_library_with_a_gap_is_proven() -> None:
    choice = ask(drawn(600, 1), np.ones(600), count=120)
    assert choice.proven


def test_quickly_is_near_the_best() -> None:
    cost = drawn(200, 4)
    problem = Problem(
        cost=csr_array(np.where(cost == 0, 1e-9, cost)),
        people=np.ones(200),
        objective="distance",
        count=10,
    )
    best = solve_problem(problem)
    reached = cost[:, quickly(problem)].min(axis=1).sum()
    assert best.value - 1e-6 <= reached <= best.value * 1.03
    assert solve_problem(replace(problem, seconds=0.0)).value >= best.value - 1e-6


@needs_data
@pytest.mark.parametrize("number", range(1, 11))
def test_or_library_is_proven(number: int) -> None:
    file = DATA / f"pmed{number}.txt"
    nodes, _, count = (int(one) for one in file.read_text().split()[:3])
    edges = np.loadtxt(file, skiprows=1, dtype=np.int64) - [1, 1, 0]
    optima = pd.read_csv(DATA / "pmedopt.txt", sep=r"\s+", skiprows=1, header=None, index_col=0)
    choice = ask(roads(nodes, edges), np.ones(nodes), count=count)
    assert choice.proven
    assert choice.value == optima.loc[f"pmed{number}", 1]


@needs_data
def test_san_francisco() -> None:
    long = pd.read_csv(DATA / "SF_network_distance_candidateStore_16_censusTract_205_new.csv")
    demand = pd.read_csv(DATA / "SF_demand_205_centroid_uniform_weight.csv")
    table = long.pivot_table(index="DestinationName", columns="name", values="distance")
    people = demand.set_index("NAME")["POP2000"].reindex(table.index)
    choice = ask(table.to_numpy(), people.to_numpy(), count=4)
    assert choice.proven
    assert choice.value == pytest.approx(2848268129.7145, rel=1e-12)
