"""The front door of location: what it takes, what it refuses, and answers against trying everything."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from gapmap.errors import MethodError
from gapmap.siting import solve

INF = np.inf
MINUTES = np.array([[5.0, 30.0, INF], [10.0, 10.0, 40.0], [INF, 5.0, 0.0], [INF, INF, INF]])
PEOPLE = np.array([100.0, 50.0, 80.0, 7.0])


def ask(**changed: Any) -> Any:  # noqa: ANN401 - a Choice, or an error
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
