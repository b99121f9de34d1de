"""Location under conditions, against trying everything."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from location_reference import Question, answers, best, level, questions, served, value_of

from gapmap.errors import MethodError
from gapmap.location.checks import problem_of
from gapmap.location.solving import quickly
from gapmap.siting import Choice, solve

SERVICE = {"distance", "worst"}
"""Here the tests try every way to share places out, so there are fewer."""


@st.composite
def asked(draw: st.DrawFn, objective: str) -> Question:
    question = draw(questions(sites=5, places=5) if objective in SERVICE else questions())
    n, m = question.cost.shape
    fixed = draw(st.lists(st.integers(0, m - 1), unique=True, max_size=2)) if m > 2 else []
    extras: dict[str, Any] = {"fixed": fixed, **draw(conditions(objective, m, fixed))}
    if objective == "fewest":
        extras["share"] = draw(st.sampled_from([1.0, 1.0, 0.7]))
    else:
        extras["count"] = draw(st.integers(0, m))
    if draw(st.booleans()):
        extras["site_cost"] = draw(st.lists(st.integers(1, 5), min_size=m, max_size=m))
        if objective != "fewest" and draw(st.booleans()):
            extras["budget"] = draw(st.integers(min(extras["site_cost"]), 15))
    if objective == "worst_first":
        extras["place_groups"] = draw(st.lists(st.sampled_from("abc"), min_size=n, max_size=n))
    if draw(st.booleans()):
        extras["limit"] = 3.0
    return replace(question, extras=extras)


@st.composite
def conditions(draw: st.DrawFn, objective: str, m: int, fixed: list[int]) -> dict[str, Any]:
    kind = draw(st.sampled_from(["copies", "capacity", "least", "closing", "several"]))
    extras: dict[str, Any] = {}
    if kind == "copies" and objective not in SERVICE:
        extras["copies"] = draw(st.integers(2, 3))
    if kind in {"capacity", "several"} and objective != "worst_first":
        extras["capacity"] = draw(st.lists(st.integers(0, 12), min_size=m, max_size=m))
    if kind in {"least", "several"}:
        extras["site_groups"] = [j % 2 for j in range(m)]
        extras["least"] = {0: draw(st.integers(0, 2))}
    if kind in {"closing", "several"} and fixed:
        extras["closing"] = {j: draw(st.integers(-3, 4)) for j in fixed if draw(st.booleans())}
    return extras


def ask(question: Question, objective: str, **more: Any) -> Choice:
    return solve(question.cost, question.people, objective=objective, **question.extras, **more)


def cheapest(question: Question) -> float:
    costs = enumerate(question.get("site_cost", []))
    return min((cost for j, cost in costs if j not in question.extras["fixed"]), default=0)


def check_assigned(question: Question, choice: Choice, objective: str) -> None:
    """Everybody goes to an open site in reach, and the value is what that adds up to."""
    served = np.flatnonzero(choice.assigned >= 0)
    site = choice.assigned[served]
    assert set(site) <= set(choice.sites)
    away, people = question.cost[served, site], question.people[served]
    assert (away <= question.get("limit", np.inf)).all()
    value = (away * people).sum() if objective == "distance" else away[people > 0].max(initial=0)
    assert choice.value == pytest.approx(value)
    if "capacity" in question.extras:
        load = np.bincount(site, weights=people, minlength=question.cost.shape[1])
        assert (load <= np.array(question.extras["capacity"])).all()


@pytest.mark.parametrize("objective", ["people", "fewest", "worst_first"])
@given(data=st.data())
def test_cover_under_conditions_is_the_best_of_all(objective: str, data: st.DataObject) -> None:
    question = data.draw(asked(objective))
    expected = best(question, objective)
    try:
        choice = ask(question, objective)
    except MethodError:
        assert expected is None or cheapest(question) > question.get("budget", np.inf)
        return
    assert expected is not None
    assert choice.value == pytest.approx(expected[0], abs=1e-9)
    assert choice.proven
    assert tuple(choice.sites) in answers(question)
    if objective == "worst_first":
        assert choice.people == pytest.approx(expected[1], abs=1e-9)
        assert level(question, tuple(choice.sites)) == pytest.approx(choice.value, abs=1e-9)
    elif objective == "people":
        assert served(question, tuple(choice.sites)) == pytest.approx(choice.value, abs=1e-6)
    else:
        assert value_of(question, tuple(choice.sites)) == pytest.approx(choice.value)


@pytest.mark.parametrize("objective", ["distance", "worst"])
@given(data=st.data())
def test_service_under_conditions_is_the_best_of_all(objective: str, data: st.DataObject) -> None:
    question = data.draw(asked(objective))
    expected = best(question, objective)
    try:
        choice = ask(question, objective)
    except MethodError:
        assert expected is None or cheapest(question) > question.get("budget", np.inf)
        return
    assert expected is not None
    assert choice.value == pytest.approx(expected[0], abs=1e-9)
    assert question.people[choice.assigned >= 0].sum() == pytest.approx(expected[1])
    assert choice.proven
    assert tuple(choice.sites) in answers(question)
    check_assigned(question, choice, objective)


@pytest.mark.parametrize("objective", ["people", "fewest", "worst_first", "distance", "worst"])
@given(data=st.data())
def test_without_time_there_is_an_answer_with_a_sound_bound(
    objective: str, data: st.DataObject
) -> None:
    question = data.draw(asked(objective))
    try:
        choice = ask(question, objective, seconds=0)
    except MethodError:
        return
    expected = best(question, objective)
    assert expected is not None
    assert tuple(choice.sites) in answers(question)
    if objective in SERVICE:
        check_assigned(question, choice, objective)
        if question.people[choice.assigned >= 0].sum() < expected[1]:
            assert not choice.proven
            return
    sign = 1 if objective in {"people", "worst_first"} else -1
    assert sign * choice.value <= sign * expected[0] + 1e-9 <= sign * choice.bound + 2e-9
    if choice.proven:
        assert choice.value == pytest.approx(expected[0])


@pytest.mark.parametrize("objective", ["people", "fewest", "worst_first", "distance", "worst"])
@given(data=st.data())
def test_the_order_of_rows_makes_no_difference_and_nothing_is_written_to(
    objective: str, data: st.DataObject
) -> None:
    question = data.draw(asked(objective))
    order = np.array(data.draw(st.permutations(range(len(question.people)))))
    extras = dict(question.extras)
    if "place_groups" in extras:
        extras["place_groups"] = [extras["place_groups"][i] for i in order]
    turned = Question(question.cost[order], question.people[order], extras)
    question.cost.flags.writeable = question.people.flags.writeable = False
    try:
        choice = ask(question, objective)
    except MethodError:
        with pytest.raises(MethodError):
            ask(turned, objective)
        return
    other = ask(turned, objective)
    assert choice.sites.tolist() == other.sites.tolist()
    assert (choice.value, choice.bound, choice.proven) == (other.value, other.bound, other.proven)


@pytest.mark.parametrize("objective", ["people", "fewest", "worst_first", "distance", "worst"])
@given(data=st.data())
def test_a_quick_answer_keeps_the_rules(objective: str, data: st.DataObject) -> None:
    question = data.draw(asked(objective))
    try:
        choice = ask(question, objective, seconds=0)
    except MethodError:
        return
    extras = {"count": None, "budget": None, "limit": None, "fixed": (), "site_cost": None}
    extras |= {"share": 1.0, "copies": 1, "capacity": None, "place_groups": None}
    extras |= {"site_groups": None, "least": None, "closing": None, "seconds": 0.0}
    problem = problem_of(
        question.cost, question.people, objective=objective, **(extras | question.extras)
    )
    sites = quickly(problem)
    assert tuple(sites) in answers(question)
    assert sites.tolist() == sorted(sites)
    assert choice.value >= 0 or "closing" in question.extras


def toy(objective: str, **extras: Any) -> tuple[list[int], float]:
    """Four villages on a line, 10 apart, each a candidate; 30, 20, 10 and 40 people live there."""
    line = np.abs(np.subtract.outer(np.arange(4), np.arange(4))) * 10.0
    choice = solve(line, [30, 20, 10, 40], objective=objective, **extras)
    assert choice.proven
    return choice.sites.tolist(), choice.value


def test_backup_is_two_sites_in_reach() -> None:
    # Twice within 10: 0 and 1 by sites 0 and 1 (50 people), 2 and 3 by 2 and 3 (50), 1 by 0 and 2
    # (20), 2 by 1 and 3 (10). By three: 0, 2, 3 and 1, 2, 3 serve places 1, 2 and 3 (70).
    assert toy("people", count=2, limit=10, copies=2) in (([0, 1], 50), ([2, 3], 50))
    assert toy("people", count=3, limit=10, copies=2)[1] == 70
    assert toy("fewest", limit=10, copies=2) == ([0, 1, 2, 3], 4)
    assert toy("fewest", limit=10, copies=2, share=0.7)[1] == 3
    assert toy("people", count=1, limit=10, copies=2, fixed=[2]) == ([2, 3], 50)


def test_capacity_is_what_a_site_takes() -> None:
    # Room for 45 each: a village of 40 and 5 of the 10; two of 30 and 15 of the 20.
    assert toy("people", count=1, limit=10, capacity=45) == ([0], 45)
    assert toy("people", count=2, limit=10, capacity=45)[1] == 90
    assert toy("fewest", limit=10, capacity=50) == ([0, 2], 2)
    # As a whole: 50 people at 0 or 1 (0 and 1), the others at 3 (40 + 10).
    assert toy("distance", count=2, capacity=50) == ([0, 3], 20 * 10 + 10 * 10)
    assert toy("worst", count=2, capacity=50)[1] == 10


def test_capacity_too_small_for_all_leaves_somebody_out() -> None:
    line = np.abs(np.subtract.outer(np.arange(3), np.arange(3))) * 10.0
    choice = solve(line, [30, 20, 10], objective="distance", count=1, capacity=40)
    # 30 and 10 fit together, and so are served: at 0 for 20 x 10, or at 2 for 20 x 30.
    assert (choice.sites.tolist(), choice.value, choice.proven) == ([0], 200, True)
    assert choice.assigned.tolist() == [0, -1, 0]


def test_least_numbers_by_group() -> None:
    extras = {"limit": 10, "site_groups": ["west", "west", "east", "east"]}
    assert toy("people", count=1, **extras, least={"west": 1}) == ([1], 60)
    assert toy("people", count=2, **extras, least=1) == ([0, 2], 100)
    assert toy("distance", count=2, **extras, least={"west": 2})[0] == [0, 1]
    assert toy("worst", count=2, **extras, least={"east": 2})[0] == [2, 3]
    assert toy("fewest", **extras, least={"west": 2}) == ([0, 1, 2], 3)


def test_closing_frees_a_site_and_its_cost_counts() -> None:
    # With 1 open (60 people within 10) none may be added; closing it allows 2 (70 people).
    assert toy("people", count=0, limit=10, fixed=[1]) == ([1], 60)
    assert toy("people", count=0, limit=10, fixed=[1], closing={1: 5}) == ([2], 70)
    costs = {"limit": 10, "fixed": [1], "site_cost": [8, 8, 8, 8]}
    assert toy("people", budget=12, **costs, closing={1: 5}) == ([1, 2], 100)
    assert toy("people", budget=8, count=0, **costs, closing={1: 5}) == ([1], 60)
    assert toy("people", budget=6, count=0, **costs, closing={1: -2}) == ([2], 70)
    # All are covered by closing 1 and opening two, or by opening one beside it: one more in all.
    assert toy("fewest", limit=10, fixed=[1], closing={1: 5}) == ([1, 2], 1)


def test_worst_first_raises_the_lowest_group_then_people() -> None:
    groups = ["a", "a", "b", "b"]
    # One site within 0 of a village: 3 serves most (40 of b's 50), and leaves a at 0, as any does;
    # two sites: 0 and 3 give a 30 of 50.
    assert toy("worst_first", count=1, limit=0, place_groups=groups) == ([3], 0)
    assert toy("worst_first", count=2, limit=0, place_groups=groups) == ([0, 3], 0.6)
    # One within 10: 1 gives b its 10 of 50 and a all; 2 gives a 20 of 50 and b all.
    assert toy("worst_first", count=1, limit=10, place_groups=groups) == ([2], 0.4)


def test_a_group_that_nobody_can_help_holds_no_other_down() -> None:
    cost = [[0.0, np.inf], [np.inf, 0.0], [np.inf, np.inf]]
    choice = solve(cost, [5, 6, 7], objective="worst_first", count=2, place_groups=["a", "b", "c"])
    assert (choice.sites.tolist(), choice.value, choice.proven) == ([0, 1], 1.0, True)
    assert (choice.people, choice.people_bound) == (11, 11)


def test_conditions_that_no_sites_fulfil_are_an_error() -> None:
    with pytest.raises(MethodError, match="take 2 new sites, 16 at the cheapest"):
        toy("people", budget=9, site_cost=[8] * 4, site_groups=[0, 0, 1, 1], least=1)
    with pytest.raises(MethodError, match="group 1 needs 1 new sites but has 0 candidates"):
        toy("people", budget=9, site_cost=[8, 8, 10, 10], site_groups=[0, 0, 1, 1], least=1)


def test_a_start_does_not_hide_the_better_answer_that_highs_finds() -> None:
    # HiGHS 1.16 returned the point that it was given to start from, with the better one's value.
    minutes = [[3, np.inf, 0, 2], [8, 3, 5, 1], [5, 2, np.inf, 0], [1, 1, 0, 2], [3, 2, 2, 3]]
    choice = solve(
        minutes,
        [5, 4, 3, 4, 3],
        objective="worst",
        count=3,
        limit=3,
        fixed=[3],
        capacity=[5, 4, 3, 4],
    )
    assert (choice.value, choice.proven) == (3, True)
    assert np.sum(np.array([5, 4, 3, 4, 3])[choice.assigned >= 0]) == 16
