"""Least worst distance, by hand, by trying everything and against known optima."""

from __future__ import annotations

import math
import warnings
from pathlib import Path

import numpy as np
import pulp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from location_reference import Question, answers, best, questions
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path
from spopt.locate import PCenter

from gapmap.location import solve

SHARED = Path(__file__).parents[2] / "shared/data/siting"
FAR = math.inf
# Optima of pmed1-10 as p-center: Elloumi, Labbé & Pochet 2004 (doi:10.1287/ijoc.1030.0028).
CENTERS = {1: 127, 2: 98, 3: 93, 4: 74, 5: 48, 6: 84, 7: 64, 8: 55, 9: 37, 10: 20}


def ask(cost, people=None, **knobs):
    weight = np.ones(len(cost)) if people is None else people
    return solve(cost, weight, objective="worst", **knobs)


def test_the_middle_of_a_line_is_nearest_to_its_farther_end():
    at = np.array([0.0, 1, 2, 10])
    choice = ask(np.abs(at[:, None] - at[None]), count=1)
    assert (choice.sites.tolist(), choice.value, choice.proven) == ([2], 8, True)
    two = ask(np.abs(at[:, None] - at[None]), count=2)
    assert (two.sites.tolist(), two.value, two.proven) == ([1, 3], 1, True)


def test_a_fixed_site_serves_and_is_not_counted():
    at = np.array([0.0, 1, 2, 10])
    choice = ask(np.abs(at[:, None] - at[None]), count=1, fixed=[0])
    assert (choice.sites.tolist(), choice.value, choice.proven) == ([0, 3], 2, True)


def test_the_budget_decides_where_sites_have_a_cost():
    choice = ask([[1, 9], [1, 2]], site_cost=[8, 3], budget=5)
    assert (choice.sites.tolist(), choice.value, choice.proven) == ([1], 9, True)


def test_places_with_nobody_do_not_count():
    choice = ask([[1.0], [50.0]], [3, 0], count=1)
    assert (choice.value, choice.proven) == (1, True)


def test_the_most_people_come_before_the_least_distance():
    # One site cannot reach all three; the one that reaches most people is taken, though farther.
    choice = ask([[1, FAR], [FAR, 9], [FAR, 9]], [5, 3, 3], count=1)
    assert (choice.sites.tolist(), choice.value, choice.proven) == ([1], 9, True)
    assert choice.assigned.tolist() == [-1, 1, 1]


@st.composite
def centers(draw):
    question = draw(questions(sites=6, places=8))
    sites = question.cost.shape[1]
    extras = {"fixed": draw(st.lists(st.integers(0, sites - 1), unique=True, max_size=2))}
    if draw(st.booleans()):
        extras["site_cost"] = draw(st.lists(st.integers(0, 5), min_size=sites, max_size=sites))
        extras["budget"] = draw(st.integers(5, 12))
    else:
        extras["count"] = draw(st.integers(0, 4))
    return Question(question.cost, question.people, extras)


@given(question=centers())
def test_the_best_of_all_choices(question):
    choice = ask(question.cost, question.people, **question.extras)
    expected, people = best(question, "worst")
    assert choice.value == pytest.approx(expected)
    assert question.people[choice.assigned >= 0].sum() == people
    assert tuple(choice.sites) in answers(question)
    assert choice.proven


@pytest.mark.parametrize("number", CENTERS)
def test_known_centers_of_or_library(number):
    if not SHARED.exists():
        pytest.skip("the shared data are not here")
    words = (SHARED / f"pmed{number}.txt").read_text().split()
    nodes, edges, count = (int(word) for word in words[:3])
    length = np.zeros((nodes, nodes))
    for one, other, far in np.array(words[3 : 3 + 3 * edges], int).reshape(-1, 3):
        length[one - 1, other - 1] = length[other - 1, one - 1] = far
    choice = ask(shortest_path(csr_array(length), directed=False), count=count)
    assert (choice.value, choice.bound, choice.proven) == (CENTERS[number],) * 2 + (True,)


@pytest.mark.parametrize("seed", range(3))
def test_spopt_goes_as_far(seed):
    cost = np.random.default_rng(seed).integers(1, 60, (25, 12)).astype(float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = PCenter.from_cost_matrix(cost, p_facilities=3)
        theirs.solve(pulp.PULP_CBC_CMD(msg=False))
    assert ask(cost, count=3).value == pytest.approx(theirs.problem.objective.value())


def test_the_order_of_places_makes_no_difference():
    rng = np.random.default_rng(4)
    cost, order = rng.random((80, 40)), rng.permutation(80)
    one, other = ask(cost, count=5), ask(cost[order], count=5)
    assert one.sites.tolist() == other.sites.tolist()
    assert one.value == other.value


def test_without_time_there_is_an_answer_with_a_bound():
    cost = np.random.default_rng(4).random((80, 40))
    sure, hasty = ask(cost, count=5), ask(cost, count=5, seconds=0.0)
    assert sure.proven
    assert hasty.bound <= sure.value <= hasty.value
    assert (hasty.assigned >= 0).all()
