"""Checks: what a caller gave, refused with reason or made into a problem."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gapmap.errors import MethodError
from gapmap.location.conditions import capacity_of, check_together, closing_of, least_of, places_of
from gapmap.location.matrix import check_limit, matrix_of
from gapmap.location.numbers import amounts, whole
from gapmap.location.value import OBJECTIVES, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt
    from scipy import sparse

    from gapmap.location.value import Floats, Integers

__all__ = ["index_of", "problem_of"]


def problem_of(  # noqa: PLR0913 - what the contract's solve takes
    cost: npt.ArrayLike | sparse.sparray | sparse.spmatrix,
    people: npt.ArrayLike,
    *,
    objective: str,
    count: int | None,
    budget: float | None,
    limit: float | None,
    fixed: Sequence[int] | npt.ArrayLike,
    site_cost: npt.ArrayLike | None,
    seconds: float,
    share: float,
    copies: int,
    capacity: npt.ArrayLike | None,
    place_groups: npt.ArrayLike | None,
    site_groups: npt.ArrayLike | None,
    least: int | Mapping[Any, int] | None,
    closing: Mapping[int, float] | None,
) -> Problem:
    """Make a problem of what :func:`gapmap.location.solve` was given, or say what is wrong."""
    _check_objective(objective)
    check_limit(limit)
    check_seconds(seconds)
    _check_asked(objective, count, budget, share)
    _check_rows(cost, people, capacity, site_cost)
    matrix = matrix_of(cost, limit)
    places, sites = matrix.shape
    weight = amounts("people", people, places, "row")
    is_open = fixed_of(fixed, sites)
    price = None if site_cost is None else amounts("site_cost", site_cost, sites, "column")
    closed = closing_of(closing, is_open)
    _check_budget(budget, price, is_open, closed)
    problem = Problem(
        cost=matrix,
        people=_counted(
            weight, everybody=objective == "fewest" and share == 1 and capacity is None
        ),
        objective=objective,
        count=None if count is None else min(int(count), sites),
        budget=None if budget is None else float(budget),
        fixed=is_open,
        site_cost=price,
        share=float(share),
        copies=whole("copies", copies, least=1),
        capacity=capacity_of(capacity, sites),
        place_groups=places_of(place_groups, weight, objective),
        least=least_of(least, site_groups, is_open, sites),
        closing=closed,
        seconds=float(seconds),
    )
    check_together(problem)
    return problem


def _counted(weight: Floats, *, everybody: bool) -> Floats:
    """Let every place count where all are to be covered, whoever is known to live there."""
    return np.where(weight > 0, weight, 1.0) if everybody else weight


def check_seconds(seconds: float) -> None:
    """Refuse a time limit that is negative or no number."""
    if not isinstance(seconds, (int, float, np.number)) or not seconds >= 0:
        raise MethodError(
            f"seconds is {seconds!r}; give how long to search at most, from 0",
            f"seconds 为 {seconds!r};请给出不小于 0 的最长求解秒数",
        )


def fixed_of(fixed: Sequence[int] | npt.ArrayLike, sites: int) -> Integers:
    """Give the numbers of the fixed sites ascending; each has to exist and stand once."""
    given = np.asarray(fixed)
    if given.size == 0:
        return np.empty(0, dtype=np.int64)
    if given.ndim != 1 or given.dtype.kind not in "iu":
        raise MethodError(
            "fixed has to be a list of the numbers of sites (columns of cost, from 0)",
            "fixed 须为选址编号的列表(cost 的列号,从 0 数起)",
        )
    outside = given[(given < 0) | (given >= sites)]
    if len(outside):
        raise MethodError(
            f"fixed names site {outside[0]}, but cost has {sites} sites, 0 to {sites - 1}",
            f"fixed 中的选址 {outside[0]} 不存在;cost 有 {sites} 个选址,编号 0 至 {sites - 1}",
        )
    found, times = np.unique(given.astype(np.int64), return_counts=True)
    if (times > 1).any():
        twice = found[times.argmax()]
        raise MethodError(
            f"fixed names site {twice} more than once; name it once",
            f"fixed 中选址 {twice} 重复;请只写一次",
        )
    return found


def index_of(*given: object) -> pd.Index | None:
    """Give the row labels of the first pandas object, None without one."""
    for one in given:
        if isinstance(one, (pd.Series, pd.DataFrame)):
            return one.index
    return None


def _check_objective(objective: str) -> None:
    if objective not in OBJECTIVES:
        known = ", ".join(OBJECTIVES)
        raise MethodError(
            f"objective is {objective!r}; use one of {known}",
            f"objective 为 {objective!r};可用 {known}",
        )


def _check_asked(objective: str, count: int | None, budget: float | None, share: float) -> None:
    if count is not None:
        whole("count", count, least=0)
    if budget is not None and not (isinstance(budget, (int, float, np.number)) and budget >= 0):
        raise MethodError(
            f"budget is {budget!r}; give an amount of money from 0, or leave it out",
            f"budget 为 {budget!r};请给出不小于 0 的金额,或不填",
        )
    if not isinstance(share, (int, float, np.number)) or not 0 < share <= 1:
        raise MethodError(
            f"share is {share!r}; give a part of the people above 0 and up to 1 (0.95 for 95 %)",
            f"share 为 {share!r};请给出大于 0 且不超过 1 的比例(95% 写 0.95)",
        )
    asked = count is not None or budget is not None
    if objective == "fewest" and asked:
        raise MethodError(
            "objective fewest finds out how many sites it takes; leave out count and budget, or "
            "ask for people",
            "目标 fewest 自行求出所需选址数;请勿填 count 和 budget,或改用 people",
        )
    if objective != "fewest" and not asked:
        raise MethodError(
            f"objective {objective} needs count (how many new sites) or budget with site_cost",
            f"目标 {objective} 须给出 count(新建数量)或 budget 与 site_cost",
        )
    if objective != "fewest" and share != 1:
        raise MethodError(
            f"share is for the objective fewest only, not for {objective}; leave it out",
            f"share 仅用于目标 fewest,不用于 {objective};请不填",
        )


def _check_rows(cost: object, people: object, capacity: object, site_cost: object) -> None:
    """Refuse pandas objects of which rows or columns stand in different order."""
    if isinstance(cost, pd.DataFrame):
        pairs = [("people", people, cost.index, "index")]
        pairs += [
            (name, one, cost.columns, "columns")
            for name, one in (("site_cost", site_cost), ("capacity", capacity))
        ]
        for name, one, labels, what in pairs:
            same_size = isinstance(one, pd.Series) and len(one) == len(labels)
            if isinstance(one, pd.Series) and same_size and not one.index.equals(labels):
                raise MethodError(
                    f"{name} and the {what} of cost have different labels; bring them into one "
                    f"order first, or give {name}.to_numpy()",
                    f"{name} 与 cost 的{'行' if what == 'index' else '列'}标签不同;"
                    f"请先使其顺序一致,或改用 {name}.to_numpy()",
                )


def _check_budget(
    budget: float | None, price: Floats | None, fixed: Integers, closing: Floats | None
) -> None:
    if budget is None:
        return
    if price is None:
        raise MethodError(
            "a budget needs site_cost, what each site costs",
            "给出 budget 时须给出各选址造价 site_cost",
        )
    new = np.setdiff1d(np.arange(len(price)), fixed)
    saved = 0.0 if closing is None else -float(np.minimum(closing, 0).sum())
    if len(new) == 0 or price[new].min() <= budget + saved:
        return
    cheapest = new[price[new].argmin()]
    raise MethodError(
        f"budget {budget:g} pays for no site: the cheapest is site {cheapest} "
        f"at {price[cheapest]:g}; raise the budget",
        f"预算 {budget:g} 不足以建任何一处:最便宜的选址 {cheapest} 造价 {price[cheapest]:g};"
        "请增加预算",
    )
