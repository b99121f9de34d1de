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
from gapmap.siting import Choice, solve


@st.composite
def asked(draw: st.DrawFn, objective: str) -> Question:
    question = draw(questions())
    n, m = question.cost.shape
    extras: dict[str, Any] = {}
    if objective != "fewest":
        extras["count"] = draw(st.integers(0, m))
    if draw(st.booleans()):
        extras["site_cost"] = draw(st.lists(st.integers(1, 5), min_size=m, max_size=m))
        if objective != "fewest" and draw(st.booleans()):
            extras["budget"] = draw(st.integers(min(extras["site_cost"]), 15))
    fixed = draw(st.lists(st.integers(0, m - 1), unique=True, max_size=2)) if m > 2 else []
    extras["fixed"] = fixed
    condition = draw(st.sampled_from(["copies", "capacity", "least", "closing", "two"]))
    if condition == "copies" and objective in {"distance", "worst"}:
        condition = "least"
    if condition == "copies":
        extras["copies"] = draw(st.integers(2, 3))
    if condition == "capacity" and objective != "worst_first":
        extras["capacity"] = draw(st.lists(st.integers(0, 12), min_size=m, max_size=m))
    if condition in {"least", "two"}:
        extras["site_groups"] = [j % 2 for j in range(m)]
        extras["least"] = {0: draw(st.integers(0, 2))}
    if condition in {"closing", "two"} and fixed:
        extras["closing"] = {j: draw(st.integers(-3, 4)) for j in fixed if draw(st.booleans())}
    if objective == "fewest":
        extras["share"] = draw(st.sampled_from([1.0, 1.0, 0.7]))
    if objective == "worst_first":
        extras["place_groups"] = draw(st.lists(st.sampled_from("abc"), min_size=n, max_size=n))
    if draw(st.booleans()):
        extras["limit"] = 3.0
    return replace(question, extras=extras)


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


@pytest.mark.parametrize("objective", ["people", "fewest", "worst_first"])
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
    sign = -1 if objective == "fewest" else 1
    assert sign * choice.value <= sign * expected[0] + 1e-9 <= sign * choice.bound + 2e-9
    if choice.proven:
        assert choice.value == pytest.approx(expected[0])
