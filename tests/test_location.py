"""The front door of location: what it takes and refuses, and answers against trying everything."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from location_reference import Question, answers, best, near, questions, value_of
from scipy import sparse

from gapmap.errors import MethodError
from gapmap.location.checks import problem_of
from gapmap.location.solving import quickly
from gapmap.siting import Choice, solve

INF = np.inf
MINUTES = np.array([[5.0, 30.0, INF], [10.0, 10.0, 40.0], [INF, 5.0, 0.0], [INF, INF, INF]])
PEOPLE = np.array([100.0, 50.0, 80.0, 7.0])


def ask(**changed: Any) -> Any:
    given = {"cost": MINUTES, "people": PEOPLE, "objective": "people", "count": 1, "limit": 15}
    given |= changed
    return solve(given.pop("cost"), given.pop("people"), **given)


REFUSED = [
    ({"objective": "peple"}, "people, fewest, distance, worst, worst_first", "可用"),
    ({"count": 1.5}, "count is 1.5; give a whole number from 0", "不小于 0 的整数"),
    ({"count": -1}, "count is -1", "整数"),
    ({"count": True}, "count is True", "整数"),
    ({"count": np.nan}, "count is nan", "整数"),
    ({"count": None}, "needs count .how many new sites. or budget", "count"),
    ({"objective": "fewest"}, "fewest finds out how many", "自行求出"),
    ({"budget": 5, "count": None}, "a budget needs site_cost", "site_cost"),
    ({"budget": 5, "site_cost": [9, 7, 8]}, "the cheapest is site 1 at 7", "选址 1"),
    ({"budget": np.nan, "site_cost": [1, 1, 1]}, "budget is nan", "金额"),
    ({"budget": -1, "site_cost": [1, 1, 1]}, "budget is -1", "金额"),
    ({"site_cost": [1, 1]}, r"site_cost has shape \(2,\), but cost has 3 columns", "3 个列"),
    ({"site_cost": [1, -2, 1]}, r"site_cost number 1 \(from 0\) is -2", "第 1 个"),
    ({"site_cost": [1, np.nan, 1]}, "site_cost number 1", "第 1 个"),
    ({"cost": np.where(MINUTES == 40, -3, MINUTES)}, r"row 1, column 2 .* -3", "第 1 行第 2 列"),
    ({"cost": np.where(MINUTES == 40, np.nan, MINUTES)}, "write inf for out of reach", "请写 inf"),
    ({"cost": np.where(MINUTES == 40, -INF, MINUTES)}, "row 1, column 2", "第 1 行第 2 列"),
    (
        {"cost": sparse.csr_array([[1.0, np.nan, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0]])},
        "row 0, column 1 .* store nothing",
        "请勿存储",
    ),
    ({"cost": "far"}, "no matrix of numbers", "不是数值矩阵"),
    ({"cost": [1, 2, 3, 4]}, "1-dimensional", "矩阵"),
    ({"cost": [["a", "b"]] * 4}, "no matrix of numbers", "矩阵"),
    ({"cost": MINUTES < 15}, "no matrix of numbers .bool", "矩阵"),
    ({"cost": [[1, 2], [3]]}, "no matrix of numbers", "矩阵"),
    (
        {"cost": sparse.bsr_array(np.eye(4))},
        "cannot tell a cost of 0 from out of reach",
        "无法区分",
    ),
    ({"people": None}, r"people is no list of numbers", "people 不是数值列表"),
    ({"people": [1, 2]}, r"people has shape \(2,\), but cost has 4 rows", "4 个行"),
    ({"people": [1, -2, 3, 4]}, "people number 1", "第 1 个"),
    ({"people": [1, np.nan, 3, 4]}, "people number 1 .* nan", "第 1 个"),
    ({"people": ["many"] * 4}, "people is no list of numbers", "不是数值列表"),
    ({"fixed": [3]}, "fixed names site 3, but cost has 3 sites, 0 to 2", "选址 3 不存在"),
    ({"fixed": [-1]}, "fixed names site -1", "选址 -1"),
    ({"fixed": [1, 1]}, "site 1 more than once", "选址 1 重复"),
    ({"fixed": [0.5]}, "list of the numbers", "编号"),
    ({"fixed": [True, False, True]}, "list of the numbers", "编号"),
    ({"limit": np.nan}, "limit is nan", "limit"),
    ({"limit": -1}, "limit is -1", "limit"),
    ({"limit": "near"}, "limit is 'near'", "limit"),
    ({"seconds": np.nan}, "seconds is nan", "seconds"),
    ({"seconds": -1}, "seconds is -1", "seconds"),
    ({"objective": "fewest", "count": None, "share": 0}, "share is 0", "比例"),
    ({"objective": "fewest", "count": None, "share": 1.01}, "share is 1.01", "比例"),
    ({"objective": "fewest", "count": None, "share": np.nan}, "share is nan", "比例"),
    ({"share": 0.9}, "share is for the objective fewest only", "fewest"),
    ({"copies": 0}, "copies is 0; give a whole number from 1", "整数"),
    ({"copies": 1.5}, "copies is 1.5", "整数"),
    ({"copies": 2, "capacity": 9}, "copies .* and capacity cannot", "不能同时"),
    ({"copies": 2, "objective": "distance"}, "not for distance", "distance"),
    ({"capacity": [1, 2]}, r"capacity has shape \(2,\)", "capacity"),
    ({"capacity": [1, -2, 3]}, "capacity number 1", "第 1 个"),
    (
        {"capacity": 5, "objective": "worst_first", "place_groups": list("aabb")},
        "not for worst_first",
        "worst_first",
    ),
    ({"objective": "worst_first"}, "place_groups .* needs", "place_groups"),
    ({"place_groups": list("aabb")}, "goes with the objective worst_first", "同时给出"),
    ({"objective": "worst_first", "place_groups": ["a"]}, r"place_groups has shape \(1,\)", "标签"),
    ({"least": 1}, "least .* and site_groups .* go together", "同时给出"),
    ({"site_groups": [1, 1, 2]}, "go together", "同时给出"),
    (
        {"site_groups": [1, 1, 2], "least": {3: 1}},
        "group 3, which no site belongs to; groups are 1, 2",
        "已有的组:1, 2",
    ),
    ({"site_groups": [1, 1, 2], "least": {2: 2}}, "group 2 needs 2 new sites but has 1", "组 2"),
    ({"site_groups": [1, 1, 2], "least": {1: 1.5}}, "least of 1 is 1.5", "整数"),
    ({"site_groups": [1, 1, 2], "least": 1}, "take 2 new sites", "合计 2 处"),
    ({"closing": {0: 1}}, "closing names site 0, which is not among the fixed", "不在 fixed"),
    ({"closing": {0: INF}, "fixed": [0]}, "closing site 0 costs inf", "关闭选址 0"),
]


@pytest.mark.parametrize(("changed", "en", "zh"), REFUSED)
def test_what_cannot_be_meant_is_refused_in_both_languages(
    changed: dict[str, Any], en: str, zh: str
) -> None:
    with pytest.raises(MethodError, match=en) as error:
        ask(**changed)
    assert zh in error.value.text("zh")
    assert len(error.value.text("en")) < 250


def test_an_error_takes_what_is_given_as_it_is() -> None:
    with pytest.raises(MethodError, match="different labels"):
        solve(
            pd.DataFrame(MINUTES, index=list("abcd")),
            pd.Series(PEOPLE, index=list("abdc")),
            objective="people",
            count=1,
        )
    with pytest.raises(MethodError, match="sparse pandas table"):
        solve(
            pd.DataFrame({"a": pd.arrays.SparseArray([0.0, 1.0])}),
            [1, 1],
            objective="people",
            count=1,
        )


def test_nothing_is_needed_where_all_are_covered_already() -> None:
    choice = ask(fixed=[0, 1], count=2)
    assert (choice.sites.tolist(), choice.value, choice.bound, choice.gap) == ([0, 1], 230, 230, 0)
    assert choice.proven
    none = ask(objective="fewest", count=None, fixed=[0, 1])
    assert (none.sites.tolist(), none.value, none.proven) == ([0, 1], 0, True)


def test_more_sites_than_there_are_is_all_that_serve_anybody() -> None:
    choice = ask(count=99)
    assert (choice.value, choice.proven) == (230, True)
    assert choice.assigned.tolist() == [0, 0, 1, -1] or choice.assigned.tolist() == [0, 0, 2, -1]


@pytest.mark.parametrize("objective", ["people", "fewest", "distance", "worst"])
def test_nobody_and_no_site_is_an_answer(objective: str) -> None:
    count = None if objective == "fewest" else 1
    for shape in ((0, 3), (2, 0), (0, 0)):
        choice = solve(np.zeros(shape), np.ones(shape[0]), objective=objective, count=count)
        assert (choice.value, choice.gap, choice.proven) == (0, 0, True)
        assert choice.assigned.tolist() == [-1] * shape[0]
    nobody = solve(np.zeros((2, 2)), [0, 0], objective=objective, count=count)
    assert (nobody.value, nobody.proven) == (1 if objective == "fewest" else 0, True)


@pytest.mark.parametrize("objective", ["people", "fewest", "distance", "worst"])
def test_a_stored_zero_is_near_and_what_is_not_stored_is_far(objective: str) -> None:
    place, site, minutes = [0, 0, 1, 1, 2, 2], [0, 1, 1, 1, 1, 2], [5, 30, 9, 7, 5, 0]
    count = None if objective == "fewest" else 2
    dense = solve(
        [[5, 30, INF], [INF, 7, INF], [INF, 5, 0]], [1, 2, 3], objective=objective, count=count
    )
    for kind in (sparse.coo_array, sparse.coo_matrix):
        given = kind((np.array(minutes), (place, site)), shape=(3, 3))
        twice = solve(given, [1, 2, 3], objective=objective, count=count)
        assert_same(twice, dense)
    csr = sparse.csr_array((3, 3), dtype=np.int64)  # with the entry of 9 and 7 still twice in it
    csr.indptr, csr.indices = np.array([0, 2, 4, 6]), np.array(site)
    csr.data = np.array(minutes)
    for one in (csr, sparse.csr_matrix(csr)):
        before = one.data.copy()
        assert_same(solve(one, [1, 2, 3], objective=objective, count=count), dense)
        assert one.data.tolist() == before.tolist()


def assert_same(one: Choice, other: Choice) -> None:
    assert one.sites.tolist() == other.sites.tolist()
    assert one.assigned.tolist() == other.assigned.tolist()
    assert (one.value, one.bound, one.proven) == (other.value, other.bound, other.proven)


def test_pandas_objects_keep_their_index() -> None:
    villages = pd.Index(list("abcd"), name="village")
    frame = pd.DataFrame(MINUTES, index=villages)
    choice = solve(frame, pd.Series(PEOPLE, index=villages), objective="people", count=1, limit=15)
    assert isinstance(choice.assigned, pd.Series)
    assert choice.assigned.to_dict() == {"a": 0, "b": 0, "c": -1, "d": -1}
    of_array = solve(MINUTES, pd.Series(PEOPLE, index=villages), objective="people", count=1)
    assert of_array.assigned.index.equals(villages)
    of_sparse = solve(sparse.csr_array(np.eye(4)), list(PEOPLE), objective="people", count=1)
    assert isinstance(of_sparse.assigned, np.ndarray)


def test_limits_are_inclusive_and_assigned_is_the_nearest() -> None:
    choice = solve(
        [[60.0, 60.0], [60.1, 59.0], [70, 80]], [1, 1, 1], objective="people", count=2, limit=60
    )
    assert choice.value == 2
    assert choice.assigned.tolist() == [1, 1, -1] or choice.assigned.tolist() == [0, 1, -1]


OBJECTIVES = ["people", "fewest", "distance", "worst"]


@st.composite
def asked(draw: st.DrawFn, objective: str) -> Question:
    question = draw(questions())
    m = question.cost.shape[1]
    extras: dict[str, Any] = {}
    if objective == "fewest":
        extras["share"] = draw(st.sampled_from([1.0, 1.0, 0.8, 0.5]))
    else:
        extras["count"] = draw(st.integers(0, m + 1))
    if draw(st.booleans()):
        extras["site_cost"] = draw(st.lists(st.integers(0, 5), min_size=m, max_size=m))
        if objective != "fewest" and draw(st.booleans()):
            extras["budget"] = draw(st.integers(min(extras["site_cost"]), 15))
            if draw(st.booleans()):
                del extras["count"]
    if draw(st.booleans()):
        extras["fixed"] = draw(st.lists(st.integers(0, m - 1), unique=True, max_size=2))
    if draw(st.booleans()):
        extras["limit"] = draw(st.sampled_from([0.0, 2.0, 3.0, 9.0]))
    return replace(question, extras=extras)


def refused(question: Question) -> bool:
    """Say whether the budget pays for no site."""
    costs = enumerate(question.get("site_cost", []))
    new = [cost for j, cost in costs if j not in question.get("fixed", ())]
    return bool(new) and min(new) > question.get("budget", INF)


@pytest.mark.parametrize("objective", OBJECTIVES)
@given(data=st.data())
def test_an_answer_is_the_best_of_all(objective: str, data: st.DataObject) -> None:
    question = data.draw(asked(objective))
    assume(not refused(question))
    question.cost.flags.writeable = question.people.flags.writeable = False
    choice = solve(question.cost, question.people, objective=objective, **question.extras)
    expected, people = best(question, objective)
    assert choice.value == pytest.approx(expected, abs=1e-9)
    assert (choice.bound, choice.gap, choice.proven) == (choice.value, 0, True)
    check(question, choice, objective)
    if objective in {"distance", "worst"}:
        assert question.people[choice.assigned >= 0].sum() == pytest.approx(people)


@pytest.mark.parametrize("objective", OBJECTIVES)
@given(data=st.data())
def test_an_answer_without_time_has_a_sound_bound(objective: str, data: st.DataObject) -> None:
    question = data.draw(asked(objective))
    assume(not refused(question))
    choice = solve(
        question.cost, question.people, objective=objective, **question.extras, seconds=0
    )
    expected, _ = best(question, objective)
    check(question, choice, objective)
    more = 1 if objective == "people" else -1
    assert more * choice.value <= more * expected + 1e-9
    assert more * choice.bound >= more * expected - 1e-9
    if choice.proven:
        assert choice.value == pytest.approx(expected)


@pytest.mark.parametrize("objective", OBJECTIVES)
@given(data=st.data())
def test_the_order_of_places_makes_no_difference(objective: str, data: st.DataObject) -> None:
    question = data.draw(asked(objective))
    assume(not refused(question))
    order = np.array(data.draw(st.permutations(range(len(question.people)))))
    one = solve(question.cost, question.people, objective=objective, **question.extras)
    other = solve(
        question.cost[order], question.people[order], objective=objective, **question.extras
    )
    assert one.sites.tolist() == other.sites.tolist()
    assert one.assigned[order].tolist() == other.assigned.tolist()
    assert (one.value, one.bound, one.proven) == (other.value, other.bound, other.proven)


@pytest.mark.parametrize("objective", OBJECTIVES)
@given(data=st.data())
def test_of_sites_that_do_the_same_the_lowest_numbers_are_chosen(
    objective: str, data: st.DataObject
) -> None:
    question = data.draw(asked(objective))
    m = question.cost.shape[1]
    extras = {key: one for key, one in question.extras.items() if key not in {"fixed", "budget"}}
    extras |= {} if objective == "fewest" else {"count": question.get("count", 1)}
    if "site_cost" in extras:
        extras["site_cost"] = [*extras["site_cost"], *extras["site_cost"]]
    twice = np.hstack([question.cost, question.cost])
    choice = solve(twice, question.people, objective=objective, **extras)
    for site in choice.sites:
        assert site < m or site - m in choice.sites


@pytest.mark.parametrize("objective", OBJECTIVES)
@given(data=st.data())
def test_a_quick_answer_keeps_the_rules(objective: str, data: st.DataObject) -> None:
    question = data.draw(asked(objective))
    assume(not refused(question))
    none = dict.fromkeys(["count", "budget", "limit", "site_cost", "capacity", "place_groups"])
    none |= {"site_groups": None, "least": None, "closing": None, "fixed": ()}
    none |= {"share": 1.0, "copies": 1, "seconds": 1.0}
    problem = problem_of(
        question.cost, question.people, objective=objective, **(none | question.extras)
    )
    sites = quickly(problem)
    assert tuple(sites) in answers(question)
    if objective == "fewest":
        assert value_of(question, tuple(sites)) >= best(question, objective)[0]


def check(question: Question, choice: Choice, objective: str) -> None:
    """The sites may be open, everybody goes to the nearest, and the value is what that makes."""
    assert tuple(choice.sites) in answers(question)
    reach = np.where(near(question), question.cost, INF)[:, choice.sites]
    away = reach.min(axis=1, initial=INF)
    for i, site in enumerate(choice.assigned):
        equal = [] if away[i] == INF else choice.sites[reach[i] == away[i]].tolist()
        assert site == (equal[0] if equal else -1)
    served, people = away < INF, question.people
    value = {
        "people": people[served].sum(),
        "fewest": value_of(question, tuple(choice.sites)),
        "distance": (away[served] * people[served]).sum(),
        "worst": away[served & (people > 0)].max(initial=0),
    }[objective]
    assert choice.value == pytest.approx(value)
