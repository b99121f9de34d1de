"""Most people with a number of sites or a budget: by hand, by brute force, against spopt."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from gapmap.location.cover_most import cover_most, cover_most_quickly
from gapmap.location.value import Problem


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


@settings(max_examples=400, deadline=None)
@given(problems())
def test_best_of_all_choices(task):
    choice = cover_most(task)
    best = best_of(task)
    assert choice.proven
    assert choice.value == pytest.approx(best, rel=1e-9)
    assert choice.bound >= choice.value
    assert choice.value == covered(task, choice.sites)
    assert set(choice.sites.tolist()) in list(allowed(task))


@settings(max_examples=200, deadline=None)
@given(problems())
def test_quick_choice_is_allowed_and_never_better(task):
    sites = cover_most_quickly(task)
    assert set(sites.tolist()) in list(allowed(task))
    assert covered(task, sites) <= cover_most(task).value * (1 + 1e-12)
