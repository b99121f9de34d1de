"""Fewest sites that cover all, by hand, by trying everything and against another solver."""

from __future__ import annotations

import csv
import itertools
import math
import time
import warnings
from pathlib import Path

import numpy as np
import pulp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from location_reference import Question, answers, best, near, questions, value_of
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp
from spopt.locate import LSCP

from gapmap.location import solve
from gapmap.location.checks import problem_of
from gapmap.location.cover_all import cover_all, cover_all_quickly
from gapmap.location.pieces import bound_in_pieces
from gapmap.location.reduction import cover_of
from gapmap.location.set_cover import cheapest_cover

SF = Path(__file__).parents[2] / "shared/data/siting"
FAR = math.inf


def ask(reach, people=None, **knobs):
    """Solve with 1 for in reach and 0 for out of reach."""
    cost = np.where(np.asarray(reach) > 0, 1.0, FAR)
    weight = np.ones(len(cost)) if people is None else people
    return solve(cost, weight, objective="fewest", **knobs)


def around(places, sites, within, seed):
    """Scatter places and sites on a square; places reach the sites nearby."""
    rng = np.random.default_rng(seed)
    here, there = rng.random((places, 2)), rng.random((sites, 2))
    return np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1)) <= within


def test_greedy_is_not_best():
    # The first site covers most, but then both of the others are needed as well.
    choice = ask([[1, 1, 0], [1, 1, 0], [0, 1, 0], [1, 0, 1], [1, 0, 1], [0, 0, 1]])
    assert (choice.sites.tolist(), choice.value, choice.proven) == ([1, 2], 2, True)


def test_an_odd_ring_takes_more_than_half_a_site_each():
    # Five places, each between two of five sites: halves would do with 2.5.
    ring = np.eye(5) + np.roll(np.eye(5), 1, axis=1)
    choice = ask(ring)
    assert (choice.value, choice.bound, choice.proven) == (3, 3, True)


def test_whom_nobody_reaches_is_left_out_and_no_failure():
    choice = ask([[1, 0], [0, 0], [0, 1]])
    assert choice.sites.tolist() == [0, 1]
    assert choice.assigned.tolist() == [0, -1, 1]
    assert choice.proven


def test_places_with_nobody_need_a_site_too_unless_a_share_of_people_is_asked_for():
    choice = ask([[1, 0], [0, 1]], [5, 0])
    assert (choice.sites.tolist(), choice.value) == ([0, 1], 2)
    assert ask([[1, 0], [0, 1]], [5, 0], share=0.9).sites.tolist() == [0]


def test_fixed_sites_are_open_and_not_counted():
    choice = ask([[1, 1, 0], [0, 1, 0], [0, 0, 1]], fixed=[1])
    assert (choice.sites.tolist(), choice.value, choice.proven) == ([1, 2], 1, True)
    nothing = ask([[1, 1], [1, 1]], fixed=[1])
    assert (nothing.sites.tolist(), nothing.value, nothing.proven) == ([1], 0, True)


def test_two_cheap_sites_for_one_dear_one():
    choice = ask([[1, 1, 0], [1, 0, 1]], site_cost=[5, 2, 2.5])
    assert (choice.sites.tolist(), choice.value, choice.proven) == ([1, 2], 4.5, True)
    free = ask([[1, 1, 0], [1, 0, 1]], site_cost=[5, 0, 0])
    assert (free.sites.tolist(), free.value, free.proven) == ([1, 2], 0, True)


def test_a_share_is_met_exactly():
    # Nine of ten people is 0.9 of them, whatever 0.9 is in floating point.
    choice = ask(np.eye(3), [6, 3, 1], share=0.9)
    assert (choice.sites.tolist(), choice.value, choice.proven) == ([0, 1], 2, True)
    more = ask(np.eye(3), [6, 3, 1], share=0.91)
    assert more.value == 3


@st.composite
def covers(draw):
    """Draw questions; half of them with prices, some with fixed sites."""
    question = draw(questions(sites=7, places=9))
    sites = question.cost.shape[1]
    extras = {}
    if draw(st.booleans()):
        money = st.sampled_from([0.0, 0.1, 0.7, 1.0, 2.0, 3.5])
        extras["site_cost"] = draw(st.lists(money, min_size=sites, max_size=sites))
    extras["fixed"] = draw(st.lists(st.integers(0, sites - 1), unique=True, max_size=2))
    extras["share"] = draw(st.sampled_from([1.0, 1.0, 1.0, 0.7]))
    return Question(question.cost, question.people, extras)


@given(question=covers())
def test_the_best_of_all_choices(question):
    choice = solve(question.cost, question.people, objective="fewest", **question.extras)
    assert choice.value == pytest.approx(best(question, "fewest")[0], abs=1e-9)
    assert choice.value == pytest.approx(value_of(question, tuple(choice.sites)), abs=1e-9)
    assert tuple(choice.sites) in answers(question)
    assert choice.proven
    if question.extras["share"] == 1:
        reached = near(question).any(axis=1) & (question.people > 0)
        assert (choice.assigned[reached] >= 0).all()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("priced", [False, True])
def test_middling_problems_against_the_plain_model(seed, priced):
    reach = around(150, 60, 0.16, seed)
    price = np.random.default_rng(seed).integers(1, 9, 60).astype(float) if priced else None
    choice = ask(reach, site_cost=price)
    cost = np.ones(60) if price is None else price
    rows = reach[reach.any(axis=1)].astype(float)
    plain = milp(
        cost,
        constraints=LinearConstraint(rows, 1, np.inf),
        integrality=np.ones(60),
        bounds=Bounds(0, 1),
    )
    assert plain.status == 0
    assert choice.proven
    assert choice.value == pytest.approx(plain.fun)


@pytest.mark.parametrize("seed", range(3))
def test_spopt_needs_as_many(seed):
    reach = around(40, 25, 0.25, seed)
    reach = reach[reach.any(axis=1)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = LSCP.from_cost_matrix(np.where(reach, 1.0, 9.0), service_radius=1.0)
        theirs.solve(pulp.PULP_CBC_CMD(msg=False))
    assert ask(reach).value == theirs.problem.objective.value()


def test_san_francisco_takes_eight_within_5000_m():
    if not SF.exists():
        pytest.skip("the shared data are not here")
    name = "SF_network_distance_candidateStore_16_censusTract_205_new.csv"
    with (SF / name).open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    stores = sorted({row["name"] for row in rows})
    tracts = sorted({row["DestinationName"] for row in rows})
    cost = np.full((len(tracts), len(stores)), FAR)
    for row in rows:
        place, site = tracts.index(row["DestinationName"]), stores.index(row["name"])
        cost[place, site] = float(row["distance"])
    choice = solve(cost, np.ones(len(tracts)), objective="fewest", limit=5000)
    assert (choice.value, choice.proven) == (8, True)


@pytest.mark.parametrize("seed", range(2))
def test_the_order_of_places_makes_no_difference(seed):
    reach = around(300, 120, 0.11, seed)
    order = np.random.default_rng(seed).permutation(len(reach))
    one, other = ask(reach), ask(reach[order])
    assert one.sites.tolist() == other.sites.tolist()
    assert one.assigned[order].tolist() == other.assigned.tolist()


def test_without_time_there_is_an_answer_with_a_bound():
    reach = around(300, 120, 0.11, 1)
    sure, hasty = ask(reach), ask(reach, seconds=0.0)
    assert sure.proven
    assert hasty.bound <= sure.value <= hasty.value
    assert (hasty.assigned[reach.any(axis=1)] >= 0).all()


def test_of_sites_that_cover_the_same_the_lowest_number_is_open():
    assert ask([[0, 1, 1], [0, 1, 1]]).sites.tolist() == [1]


def test_the_quick_answer_covers_all():
    reach = around(300, 120, 0.11, 2)
    problem = problem_of(
        np.where(reach, 1.0, FAR),
        np.ones(len(reach)),
        objective="fewest",
        **dict.fromkeys(("count", "budget", "limit", "site_cost", "capacity", "place_groups")),
        **dict.fromkeys(("site_groups", "least", "closing")),
        fixed=[3],
        seconds=60,
        share=1.0,
        copies=1,
    )
    sites = cover_all_quickly(problem)
    assert 3 in sites
    assert reach[:, sites].any(axis=1)[reach.any(axis=1)].all()
    assert len(sites) - 1 >= cover_all(problem).value


@pytest.mark.parametrize("enough", [0, 1, 2, 3, 4])
def test_a_search_that_may_stop_says_whether_so_many_do(enough):
    ring = np.eye(5) + np.roll(np.eye(5), 1, axis=1)
    cover = cover_of(sparse.csr_array(ring), np.ones(5), np.empty(0, np.int64), np.ones(5))
    found = cheapest_cover(cover, time.perf_counter() + 60, enough)
    assert (found.value <= enough) == (enough >= 3)
    assert (found.bound > enough) == (enough < 3)


def test_every_pair_of_disjoint_problems_adds_up():
    for one, other in itertools.product(range(2), repeat=2):
        first, second = around(60, 30, 0.2, one), around(60, 30, 0.2, other + 5)
        both = np.block([[first, np.zeros_like(first)], [np.zeros_like(second), second]])
        assert ask(both).value == ask(first).value + ask(second).value


@given(st.integers(0, 10_000), st.integers(1, 9))
def test_pieces_never_bound_above_the_cheapest_cover(seed: int, most: int) -> None:
    """Whatever pieces and multipliers: below the optimum (scipy), not below the linear bound."""
    rng = np.random.default_rng(seed)
    reach = rng.random((12, 9)) < 0.3
    reach[np.arange(12), rng.integers(0, 9, 12)] = True
    price = rng.integers(1, 6, 9).astype(float)
    cost = sparse.csr_array(reach.astype(float))
    cover = cover_of(cost, np.ones(12), np.empty(0, np.int64), price)
    multiplier = rng.random(12)
    held = sparse.csr_array((np.ones(len(cover.sites)), cover.sites, cover.starts))
    best = milp(
        cover.price, constraints=LinearConstraint(held, 1), integrality=np.ones(held.shape[1])
    ).fun
    linear = multiplier.sum() + np.minimum(cover.price - held.T @ multiplier, 0).sum()
    end = time.perf_counter() + 60
    assert bound_in_pieces(cover, multiplier, most=most, end=end) <= best + 1e-9
    whole = bound_in_pieces(cover, multiplier, most=12, end=end)
    assert best - 1e-3 <= whole <= best + 1e-9
    assert linear - 1e-3 <= whole
    late = bound_in_pieces(cover, multiplier, most=most, end=0.0)
    assert late <= best + 1e-9
