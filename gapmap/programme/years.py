"""Years: what each allows, checked, and how many sites can stand by the end of each."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from gapmap.errors import MethodError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapmap.location.value import Floats
    from gapmap.programme.value import Year

__all__ = ["Timing", "timing_of"]

_WHOLE = 1e-9
"""What floating-point division may take from a whole number of sites."""


@dataclass(frozen=True, slots=True)
class Timing:
    """What the years allow, by number of the year from 0.

    Attributes
    ----------
    years
        The calendar years, ascending.
    counts
        Sites that may be built in each at most; inf for any number. What is not built in a year is
        not made up for later.
    money
        Money that has come by the end of each, all years before included; inf for any amount.
    """

    years: tuple[int, ...]
    counts: Floats
    money: Floats

    def most_by(self, price: float | None) -> Floats:
        """Give how many sites of one price can stand by the end of each year at most."""
        standing, most = 0.0, []
        for count, money in zip(self.counts, self.money, strict=True):
            affordable = math.floor(money / price + _WHOLE) if self._binds(price, money) else np.inf
            standing = min(standing + count, affordable)
            most.append(standing)
        return np.array(most)

    @staticmethod
    def _binds(price: float | None, money: float) -> bool:
        return price is not None and price > 0 and math.isfinite(money)


def timing_of(years: Sequence[Year]) -> Timing:
    """Check the years and add up their money.

    Raises
    ------
    MethodError
        No year, years not in order or named twice, a count or budget below 0 or no number, a year
        that sets no bound, or a budget in some years alone.
    """
    if not years:
        raise MethodError("a programme needs at least one year", "建设计划至少需要一个年份")
    _check_order([one.year for one in years])
    for one in years:
        _check_year(one)
    _check_budgets(years)
    budgets = [math.inf if one.budget is None else float(one.budget) for one in years]
    counts = [math.inf if one.count is None else float(one.count) for one in years]
    return Timing(
        years=tuple(one.year for one in years),
        counts=np.array(counts),
        money=np.cumsum(budgets),
    )


def _check_order(years: list[int]) -> None:
    for before, after in pairwise(years):
        if before == after:
            raise MethodError(
                f"year {after} is given twice; give each year once",
                f"{after} 年给出了两次;每个年份只能给出一次",
            )
        if before > after:
            raise MethodError(
                f"year {after} follows {before}; give the years in order",
                f"{after} 年排在 {before} 年之后;请按先后顺序给出年份",
            )


def _check_year(one: Year) -> None:
    if one.count is None and one.budget is None:
        raise MethodError(
            f"year {one.year} has neither count nor budget; give one of them (0 for nothing)",
            f"{one.year} 年既没有数量也没有预算;请至少给出一个(不建写 0)",
        )
    if one.count is not None and (one.count < 0 or one.count != int(one.count)):
        raise MethodError(
            f"year {one.year} has count {one.count}; give a whole number from 0 on",
            f"{one.year} 年的数量为 {one.count};须为不小于 0 的整数",
        )
    if one.budget is not None and not (one.budget >= 0 and math.isfinite(one.budget)):
        raise MethodError(
            f"year {one.year} has budget {one.budget}; give a number from 0 on",
            f"{one.year} 年的预算为 {one.budget};须为不小于 0 的数",
        )


def _check_budgets(years: Sequence[Year]) -> None:
    """Refuse a budget in some years alone: nobody could tell what is carried over."""
    without = [one.year for one in years if one.budget is None]
    if without and len(without) < len(years):
        raise MethodError(
            f"year {without[0]} has no budget and others have one; give each year one (0 for none)",
            f"{without[0]} 年没有预算,而其他年份有;请每年都给出(没有资金写 0)",
        )
