"""Inequality measures: hand-computed toys, second forms, and properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gapmap import equity
from gapmap.errors import MethodError

finite = st.floats(0, 1e6, allow_subnormal=False)
weight = st.floats(0.01, 1e4)
spread = st.lists(st.tuples(finite, weight), min_size=1, max_size=30)


def pairwise_gini(values: np.ndarray, people: np.ndarray) -> float:
    mean = values @ people / people.sum()
    differences = np.abs(values[:, None] - values[None, :])
    return float(people @ differences @ people / (2 * people.sum() ** 2 * mean))


@given(spread)
def test_gini_equals_the_mean_difference_form(rows: list[tuple[float, float]]) -> None:
    values, people = (np.array(column) for column in zip(*rows, strict=True))
    assume(values @ people > 1e-3)
    assert equity.gini(values, people) == pytest.approx(pairwise_gini(values, people), abs=1e-9)


@given(spread, st.floats(0.1, 10))
def test_gini_ignores_scale_and_replication(rows: list[tuple[float, float]], by: float) -> None:
    values, people = (np.array(column) for column in zip(*rows, strict=True))
    once = equity.gini(values, people)
    assert equity.gini(values * by, people) == pytest.approx(once, abs=1e-9)
    assert equity.gini(np.tile(values, 2), np.tile(people, 2)) == pytest.approx(once, abs=1e-9)


def test_a_transfer_to_the_worse_off_lowers_every_measure() -> None:
    before, after, people = [1.0, 5.0, 9.0], [2.0, 5.0, 8.0], [1.0, 1.0, 1.0]
    for measure in (equity.gini, equity.palma):
        assert measure(after, people) < measure(before, people)
    assert equity.theil(after, people).total < equity.theil(before, people).total


@given(spread, st.integers(1, 4))
def test_theil_splits_exactly(rows: list[tuple[float, float]], kinds: int) -> None:
    values, people = (np.array(column) for column in zip(*rows, strict=True))
    groups = np.arange(len(values)) % kinds
    parts = equity.theil(values, people, groups)
    assert parts.between + parts.within == pytest.approx(parts.total, abs=1e-12)
    assert parts.within >= -1e-9
    mean = values @ people / people.sum()
    if mean > 1e-3:  # the within part from its own definition
        within = sum(
            people[groups == g].sum()
            / people.sum()
            * np.average(values[groups == g], weights=people[groups == g])
            / mean
            * equity.theil(values[groups == g], people[groups == g]).total
            for g in np.unique(groups)
            if (people[groups == g] @ values[groups == g]) > 0
        )
        assert parts.within == pytest.approx(within, abs=1e-9)


def test_theil_of_one_holder_is_the_log_of_the_number() -> None:
    assert equity.theil([0, 0, 0, 8], [1, 1, 1, 1]).total == pytest.approx(np.log(4))


def test_palma_by_hand() -> None:
    # ten people: 4 lowest hold 1+1+1+1 = 4, the top one holds 10
    assert equity.palma([1, 1, 1, 1, 2, 2, 2, 2, 2, 10], [1] * 10) == pytest.approx(2.5)
    # 5 people hold 1 each and 5 hold 3 each: bottom 40 % = 4, top 10 % = 3
    assert equity.palma([1, 3], [5, 5]) == pytest.approx(0.75)
    assert np.isnan(equity.palma([0, 0, 0, 0, 0, 1], [1] * 6))


def test_concentration_by_own_rank_is_gini_and_reverses() -> None:
    values, people = np.array([4.0, 1.0, 7.0]), np.array([2.0, 3.0, 1.0])
    up = equity.concentration(values, people, rank_by=values)
    assert up == pytest.approx(equity.gini(values, people))
    assert equity.concentration(values, people, rank_by=-values) == pytest.approx(-up)
    assert equity.concentration(values, people, rank_by=[1, 1, 1]) == pytest.approx(0)


def test_quantile_by_hand() -> None:
    assert equity.quantile([1, 3], [1, 1], 0.5) == 2
    assert equity.quantile([5, 1, 3], [1, 1, 1], 0.5) == 3
    assert equity.quantile([1, 2], [9, 1], 0.9) == 1.5
    assert equity.quantile([1, np.inf], [4, 6], 0.5) == np.inf
    assert np.isnan(equity.quantile([], [], 0.5))
    assert np.isnan(equity.quantile([7.0], [0.0], 0.5))


@pytest.mark.parametrize(
    ("values", "people"),
    [([1, 2], [1]), ([-1, 2], [1, 1]), ([np.nan], [1]), ([np.inf], [1]), ([1], [0]), ([1], [-1])],
)
def test_bad_numbers_are_refused(values: list[float], people: list[float]) -> None:
    for measure in (equity.gini, equity.theil, equity.palma):
        with pytest.raises(MethodError):
            measure(values, people)


def test_all_zero_is_perfect_equality() -> None:
    assert equity.gini([0, 0], [1, 2]) == 0
    assert equity.theil([0, 0], [1, 2]).total == 0
