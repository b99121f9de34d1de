"""Most people with a number of sites or a budget: by hand, by brute force, against spopt."""

from __future__ import annotations

import itertools
import math
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pulp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp
from spopt.locate import MCLP

from gapmap.location import solve
from gapmap.location.cover_most import cover_most, cover_most_quickly
from gapmap.location.value import Problem

SAN_FRANCISCO = Path(__file__).parents[2] / "shared/data/siting"
needs_san_francisco = pytest.mark.skipif(
    not SAN_FRANCISCO.is_dir(), reason="../shared/data/siting is not here"
)


def problem(reach, people, **knobs):
    """Places x sites of 0 and 1; a cost of 1 where a site covers."""
    table = sparse.csr_array(np.asarray(reach, dtype=float))
    knobs["fixed"] = np.array(sorted(knobs.pop("fixed", ())), dtype=np.int64)
    if knobs.get("site_cost") is not None:
        knobs["site_cost"] = np.asarray(knobs["site_cost"], dtype=float)
    return Problem(cost=table, people=np.asarray(people, float), objective="people", **knobs)


def covered(task, sites):
    reach = task.cost.toarray() > 0
    return math.fsum(task.people[reach[:, list(sites)].any(axis=1)])


def allowed(task):
    """Every set of sites that may be open."""
    sites = [site for site in range(task.cost.shape[1]) if site not in task.fixed]
    for size in range(len(sites) + 1):
        if task.count is not None and size > task.count:
            break
        for some in itertools.combinations(sites, size):
            if task.budget is None or math.fsum(task.site_cost[list(some)]) <= task.budget * (
                1 + 1e-9
            ):
                yield {*some, *task.fixed.tolist()}


def best_of(task):
    return max(covered(task, sites) for sites in allowed(task))


@st.composite
def problems(draw):
    places, sites = draw(st.integers(1, 9)), draw(st.integers(1, 7))
    cells = st.lists(st.booleans(), min_size=sites, max_size=sites)
    reach = draw(st.lists(cells, min_size=places, max_size=places))
    some = st.sampled_from([0.0, 1.0, 2.0, 3.0, 7.0, 0.1, 0.7, 1 / 3, 1e6])
    people = draw(st.lists(some, min_size=places, max_size=places))
    fixed = draw(st.sets(st.integers(0, sites - 1), max_size=2))
    knobs = {"count": draw(st.none() | st.integers(0, sites)), "fixed": fixed}
    if draw(st.booleans()):
        prices = st.sampled_from([0.0, 1.0, 2.0, 3.0, 0.1, 0.2, 0.3, 2.5])
        knobs["site_cost"] = draw(st.lists(prices, min_size=sites, max_size=sites))
        knobs["budget"] = draw(st.sampled_from([0.0, 0.3, 1.0, 2.0, 3.3, 5.0]))
    return problem(reach, people, **knobs)


@settings(max_examples=250, deadline=None)
@given(problems())
def test_best_of_all_choices(task):
    choice = cover_most(task)
    best = best_of(task)
    assert choice.proven
    assert choice.value == pytest.approx(best, rel=1e-9)
    assert choice.bound >= choice.value
    assert choice.value == covered(task, choice.sites)
    assert set(choice.sites.tolist()) in list(allowed(task))


@settings(max_examples=100, deadline=None)
@given(problems())
def test_bound_holds_without_time(task):
    choice = cover_most(replace(task, seconds=0.0))
    assert choice.value <= best_of(task) * (1 + 1e-9)
    assert choice.bound >= best_of(task) * (1 - 1e-12)
    assert choice.proven == (choice.value == choice.bound)


@settings(max_examples=100, deadline=None)
@given(problems())
def test_quick_choice_is_allowed_and_never_better(task):
    sites = cover_most_quickly(task)
    assert set(sites.tolist()) in list(allowed(task))
    assert covered(task, sites) <= cover_most(task).value * (1 + 1e-12)


def test_two_sites_of_three_by_hand():
    # Sites serve 10 + 1, 10 + 5 and 1 + 4 people, in part the same; by twos 16, 15, 20.
    task = problem([[1, 1, 0], [1, 0, 1], [0, 1, 0], [0, 0, 1]], [10, 1, 5, 4], count=2)
    choice = cover_most(task)
    assert choice.sites.tolist() == [1, 2]
    assert (choice.value, choice.bound, choice.gap, choice.proven) == (20, 20, 0, True)
    assert choice.assigned.tolist() == [1, 2, 1, 2]


def test_greedy_is_not_best():
    # The middle site serves most (6), but the outer two serve all (8).
    task = problem([[1, 0, 0], [1, 1, 0], [0, 1, 1], [0, 0, 1]], [1, 3, 3, 1], count=2)
    assert cover_most(task).sites.tolist() == [0, 2]
    assert cover_most(task).value == 8


def test_budget_by_hand():
    # 9 people for 4 yuan, or 5 + 5 people for 2 + 2.
    task = problem(np.eye(3), [9, 5, 5], budget=4, site_cost=[4, 2, 2])
    assert cover_most(task).sites.tolist() == [1, 2]
    assert cover_most(task).value == 10
    both = problem(np.eye(3), [9, 5, 5], budget=4, count=1, site_cost=[4, 2, 2])
    assert cover_most(both).sites.tolist() == [0]


def test_budget_is_met_by_prices_that_no_float_has():
    # 0.1 + 0.2 > 0.3 in floating point; the planner's sum is 0.3.
    task = problem(np.eye(2), [1, 1], budget=0.3, site_cost=[0.1, 0.2])
    assert cover_most(task).sites.tolist() == [0, 1]
    assert cover_most_quickly(task).tolist() == [0, 1]


def test_budget_below_the_cheapest_opens_nothing():
    choice = cover_most(problem(np.eye(2), [1, 1], budget=1, site_cost=[2, 3]))
    assert choice.sites.tolist() == []
    assert (choice.value, choice.bound, choice.proven) == (0, 0, True)


def test_cheaper_of_two_that_cover_the_same():
    task = problem([[1, 1]], [5], budget=9, site_cost=[4, 3])
    assert cover_most(task).sites.tolist() == [1]
    assert cover_most_quickly(task).tolist() == [1]


def test_lowest_number_of_equals():
    task = problem([[1, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 1]], [3, 2, 5], count=1)
    assert cover_most(task).sites.tolist() == [1]
    assert cover_most_quickly(task).tolist() == [1]


def test_lowest_number_where_a_dominated_site_does_as_well():
    # Site 0 serves less than site 2, but beside the fixed site 1 as much.
    task = problem([[1, 0, 1], [0, 1, 1]], [5, 4], count=1, fixed=[1])
    assert cover_most(task).sites.tolist() == [0, 1]


def test_only_useful_sites_are_opened():
    task = problem([[1, 1, 0], [0, 1, 0], [0, 0, 0]], [1, 0, 7], count=3)
    choice = cover_most(task)
    assert choice.sites.tolist() == [0]
    assert (choice.value, choice.proven) == (1, True)
    assert choice.assigned.tolist() == [0, -1, -1]


@pytest.mark.parametrize("fixed", [[], [1]])
def test_no_new_site(fixed):
    choice = cover_most(problem(np.eye(2), [3, 4], count=0, fixed=fixed))
    assert choice.sites.tolist() == fixed
    assert (choice.value, choice.proven) == (4 * len(fixed), True)


def test_nobody_nowhere():
    for reach in (np.zeros((2, 2)), np.zeros((0, 3)), np.zeros((3, 0))):
        choice = cover_most(problem(reach, np.ones(len(reach)), count=1))
        assert choice.sites.tolist() == []
        assert (choice.value, choice.proven) == (0, True)
    everybody_served = cover_most(problem(np.ones((2, 2)), [1, 2], count=1, fixed=[0]))
    assert everybody_served.sites.tolist() == [0]
    assert everybody_served.value == 3


def scattered(places, sites, within, seed, *, whole=True, **knobs):
    """Places and sites drawn on a unit square."""
    rng = np.random.default_rng(seed)
    here, there = rng.random((places, 2)), rng.random((sites, 2))
    reach = np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1)) <= within
    people = rng.lognormal(3, 1, places)
    return problem(reach, np.ceil(people) if whole else people, **knobs)


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("priced", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_middling_problems_against_the_plain_model(seed, priced, whole):
    knobs = {"count": 6}
    if priced:
        prices = np.random.default_rng(seed).uniform(1, 3, 40).round(2)
        knobs = {"budget": 9.5, "site_cost": prices, "fixed": [3]}
    task = scattered(120, 40, 0.2, seed, whole=whole, **knobs)
    choice = cover_most(task)
    assert choice.proven
    assert choice.value == pytest.approx(best_by_model(task), rel=1e-7)
    assert choice.value == covered(task, choice.sites)


def best_by_model(task):
    """The textbook model, nothing reduced, by scipy."""
    places, sites = task.cost.shape
    reach = (task.cost > 0).astype(float)
    rows = sparse.hstack([reach, -sparse.eye_array(places)])
    new = np.ones(sites)
    new[task.fixed] = 0
    rules = [LinearConstraint(sparse.csr_array(rows), 0, np.inf)]
    for most, each in ((task.count, np.ones(sites)), (task.budget, task.site_cost)):
        if most is not None:
            row = np.concatenate((new * each, np.zeros(places)))
            rules.append(LinearConstraint(row, 0, most))
    least = np.zeros(sites + places)
    least[task.fixed] = 1
    found = milp(
        -np.concatenate((np.zeros(sites), task.people)),
        constraints=rules,
        bounds=Bounds(least, 1),
        integrality=np.ones(sites + places),
    )
    return -found.fun


@pytest.mark.parametrize("seed", range(4))
def test_same_answer_as_spopt(seed):
    task = scattered(60, 25, 0.2, seed, count=4)
    distance = np.where(task.cost.toarray() > 0, 0.0, 9.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # spopt uses what pulp will drop
        model = MCLP.from_cost_matrix(distance, task.people, service_radius=1.0, p_facilities=4)
        model.solve(pulp.PULP_CBC_CMD(msg=False))
    choice = cover_most(task)
    assert choice.proven
    assert choice.value == pytest.approx(model.problem.objective.value(), rel=1e-9)


@needs_san_francisco
def test_san_francisco_as_its_readme_has_it():
    table = pd.read_csv(
        SAN_FRANCISCO / "SF_network_distance_candidateStore_16_censusTract_205_new.csv"
    )
    tracts = pd.read_csv(SAN_FRANCISCO / "SF_demand_205_centroid_uniform_weight.csv")
    distance = table.pivot_table(index="DestinationName", columns="name", values="distance")
    people = tracts.set_index("NAME")["POP2000"].reindex(distance.index)
    choice = solve(distance.to_numpy(), people.to_numpy(), objective="people", count=4, limit=5000)
    assert choice.proven
    assert choice.value == 875_247
    assert (choice.assigned >= 0).sum() == 184
    equal = solve(distance.to_numpy(), np.ones(205), objective="people", count=4, limit=5000)
    assert (equal.value, equal.proven) == (185, True)


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_order_of_places_changes_nothing(seed, whole):
    knobs = {"budget": 8.0, "site_cost": np.ones(50) + np.arange(50) % 3} if seed else {"count": 5}
    task = scattered(150, 50, 0.15, seed, whole=whole, **knobs)
    order = np.random.default_rng(seed).permutation(150)
    other = replace(task, cost=task.cost[order], people=task.people[order])
    one, two = cover_most(task), cover_most(other)
    assert one.sites.tolist() == two.sites.tolist()
    assert (one.value, one.bound, one.proven) == (two.value, two.bound, two.proven)
    assert one.assigned[order].tolist() == two.assigned.tolist()
    assert cover_most_quickly(task).tolist() == cover_most_quickly(other).tolist()


def test_same_answer_on_every_run():
    task = scattered(300, 300, 0.1, 1, count=12)
    one, two = cover_most(task), cover_most(task)
    assert one.sites.tolist() == two.sites.tolist()
    assert (one.value, one.bound) == (two.value, two.bound)


def test_more_sites_or_more_money_never_cover_fewer():
    by_count = [cover_most(scattered(120, 40, 0.15, 2, count=n)).value for n in range(12)]
    assert by_count == sorted(by_count)
    prices = np.arange(1, 41) % 7 + 1.0
    by_budget = [
        cover_most(scattered(120, 40, 0.15, 2, budget=n, site_cost=prices)).value
        for n in range(0, 30, 3)
    ]
    assert by_budget == sorted(by_budget)


def test_a_further_site_never_lowers_the_value():
    task = scattered(120, 40, 0.15, 3, count=5)
    values = [cover_most(replace(task, cost=task.cost[:, :n])).value for n in range(5, 41, 5)]
    assert values == sorted(values)


@pytest.mark.parametrize("priced", [False, True])
def test_no_time_still_gives_an_answer_with_a_bound(priced):
    knobs = {"budget": 30.0, "site_cost": np.ones(400) * 1.5} if priced else {"count": 20}
    task = scattered(400, 400, 0.1, 4, seconds=0.0, **knobs)
    choice = cover_most(task)
    best = cover_most(replace(task, seconds=60)).value
    assert covered(task, cover_most_quickly(task)) <= choice.value <= best <= choice.bound
    assert choice.bound < task.people.sum()
    assert choice.gap == (choice.bound - choice.value) / choice.value


def test_huge_and_tiny_people():
    for factor in (1e-12, 1e12):
        task = scattered(60, 25, 0.2, 5, whole=False, count=4)
        scaled = replace(task, people=task.people * factor)
        assert cover_most(scaled).proven
        assert cover_most(scaled).sites.tolist() == cover_most(task).sites.tolist()
        assert cover_most(scaled).value == pytest.approx(cover_most(task).value * factor)


def test_nothing_given_is_changed():
    task = scattered(60, 25, 0.2, 5, budget=5.0, site_cost=np.ones(25))
    kept = [one.copy() for one in (task.cost.data, task.cost.indices, task.people, task.site_cost)]
    cover_most(task)
    now = (task.cost.data, task.cost.indices, task.people, task.site_cost)
    assert all(np.array_equal(one, two) for one, two in zip(kept, now, strict=True))
