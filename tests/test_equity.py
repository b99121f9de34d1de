"""Inequality measures: hand-computed toys, second forms, and properties."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from inequality.gini import Gini
from inequality.theil import Theil as PysalTheil
from inequality.theil import TheilD

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
    ("values", "people", "share"),
    [
        ([1, 2], [1], 0.5),
        ([1, np.nan], [1, 1], 0.5),
        ([1, 2], [1, -1], 0.5),
        ([1, 2], [1, np.inf], 0.5),
        ([1, 2], [1, 1], 1.5),
        (pd.Series([1, 2]), pd.Series([1, 1], index=[1, 0]), 0.5),
    ],
)
def test_a_quantile_of_what_is_none_is_refused(values, people, share) -> None:
    with pytest.raises(MethodError):
        equity.quantile(values, people, share)


amount = st.floats(0.1, 1e5)
held_by = st.lists(
    st.tuples(amount, st.integers(1, 4), st.sampled_from("abc")), min_size=2, max_size=12
)


def columns(rows) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    values, people, groups = (np.array(one) for one in zip(*rows, strict=True))
    return values, people, groups


SCALE_FREE = {
    "gini": equity.gini,
    "palma": equity.palma,
    "theil": lambda values, people: equity.theil(values, people).total,
    "theil_l": lambda values, people: equity.theil_l(values, people).total,
    "variation": equity.variation,
    "concentration": lambda values, people: equity.concentration(values, people, values),
}


@settings(max_examples=40)
@given(held_by, st.floats(0.01, 100))
def test_measures_ignore_scale_replication_order_and_the_empty(rows, by) -> None:
    values, people, _ = columns(rows)
    for name, measure in SCALE_FREE.items():
        once = measure(values, people)
        alike = [
            measure(values * by, people),
            measure(np.tile(values, 3), np.tile(people, 3)),
            measure(np.repeat(values, people), np.ones(people.sum())),  # one row a person
            measure(values[::-1], people[::-1] * 1e9),
            measure([*values, 0, 5e6], [*people, 0, 0]),  # where nobody lives
        ]
        assert alike == pytest.approx([once] * 5, rel=1e-9, abs=1e-12), name


@settings(max_examples=40)
@given(held_by, st.data())
def test_a_transfer_to_who_has_less_lowers_every_measure(rows, data) -> None:
    values, people, _ = columns(rows)
    assume(np.ptp(values) > 1e-3)
    low, high = int(values.argmin()), int(values.argmax())
    moved = data.draw(st.floats(0.05, 0.45)) * np.ptp(values)
    after = values.copy()
    after[low] += moved / people[low] * min(people[low], people[high])
    after[high] -= moved / people[high] * min(people[low], people[high])
    for name, measure in SCALE_FREE.items():
        if name == "palma":  # looks at two parts of the curve only
            continue
        assert measure(after, people) < measure(values, people) + 1e-12, name


@settings(max_examples=60)
@given(held_by)
def test_both_theils_split_to_the_last_digit_and_from_their_definition(rows) -> None:
    values, people, groups = columns(rows)
    share, mean = people / people.sum(), np.average(values, weights=people)
    t, low = (measure(values, people, groups) for measure in (equity.theil, equity.theil_l))
    kinds = [groups == one for one in np.unique(groups)]
    part = np.array([share[one].sum() for one in kinds])
    level = np.array([np.average(values[one], weights=people[one]) / mean for one in kinds])
    inner = [equity.theil(values[one], people[one]).total for one in kinds]
    inner_l = [equity.theil_l(values[one], people[one]).total for one in kinds]
    assert t.total == pytest.approx(share @ (values / mean * np.log(values / mean)), abs=1e-12)
    assert t.between == pytest.approx(np.sum(part * level * np.log(level)), abs=1e-12)
    assert t.within == pytest.approx(sum(np.multiply(part, level) * inner), abs=1e-12)
    assert low.total == pytest.approx(np.log(mean) - share @ np.log(values), abs=1e-12)
    assert low.between == pytest.approx(-np.sum(part * np.log(level)), abs=1e-12)
    assert low.within == pytest.approx(sum(np.multiply(part, inner_l)), abs=1e-12)
    for parts in (t, low):
        assert parts.between + parts.within == pytest.approx(parts.total, abs=1e-12)
        assert min(parts) >= 0


@settings(max_examples=30)
@given(held_by)
def test_pysal_finds_the_same_where_weights_are_equal(rows) -> None:
    values, _, groups = columns(rows)
    alike = np.full(len(values), 7)
    assert equity.gini(values, alike) == pytest.approx(Gini(values).g, abs=1e-12)
    mine, peer = equity.theil(values, alike, groups), TheilD(values, groups)
    assert mine.total == pytest.approx(float(PysalTheil(values).T), abs=1e-12)
    assert mine.between == pytest.approx(float(np.squeeze(peer.bg)), abs=1e-12)
    assert mine.within == pytest.approx(float(np.squeeze(peer.wg)), abs=1e-12)


def test_theil_l_by_hand_and_where_it_is_not_defined() -> None:
    assert equity.theil_l([1, 3], [3, 1]).total == pytest.approx(np.log(1.5) - np.log(3) / 4)
    assert all(np.isnan(part) for part in equity.theil_l([0, 1], [1, 1], ["a", "b"]))
    assert equity.theil_l([0, 1], [0, 1]).total == 0  # nobody lives where it is 0
    assert equity.theil_l([0, 0], [1, 1]) == (0, 0, 0)


@settings(max_examples=40)
@given(held_by, st.lists(st.integers(0, 3), min_size=12, max_size=12))
def test_concentration_equals_the_form_by_pairs(rows, ranks) -> None:
    values, people, _ = columns(rows)
    rank = np.array(ranks[: len(values)])
    higher = np.sign(rank[:, None] - rank[None, :]) * (values[:, None] - values[None, :])
    pairs = float(people @ higher @ people / (2 * people.sum() ** 2))
    mean = np.average(values, weights=people)
    plain = equity.concentration(values, people, rank)
    assert plain == pytest.approx(pairs / mean, abs=1e-12)
    bounded = equity.concentration(values, people, rank, index="erreygers", bounds=(0, 1e5))
    assert bounded == pytest.approx(4 * pairs / 1e5, abs=1e-12)
    lacking = equity.concentration(1e5 - values, people, rank, index="erreygers", bounds=(0, 1e5))
    assert lacking == pytest.approx(-bounded, abs=1e-12)  # the mirror that the plain index lacks


def test_erreygers_by_hand_and_its_bounds() -> None:
    covered, people = [0, 1, 1], [2, 1, 1]
    # ranks 0.25, 0.625, 0.875; covariance 0.125; 8 x covariance / 1
    up = equity.concentration(covered, people, [1, 2, 3], index="erreygers")
    assert up == pytest.approx(1)
    with pytest.raises(MethodError, match="bounds"):
        equity.concentration([0, 2], [1, 1], [1, 2], index="erreygers")
    with pytest.raises(MethodError, match="bounds"):
        equity.concentration([1, 1], [1, 1], [1, 2], index="erreygers", bounds=(1, 1))
    with pytest.raises(MethodError, match="erreygers"):
        equity.concentration([0, 1], [1, 1], [1, 2], index="other")
    with pytest.raises(MethodError, match="rank_by"):
        equity.concentration([0, 1], [1, 1], [1, np.nan])
    with pytest.raises(MethodError, match="rank_by"):
        equity.concentration([0, 1], [1, 1], ["poor", "rich"])


def test_fgt_by_hand() -> None:
    values, people = [500, 1000, 1500, 3000], [4, 3, 2, 1]  # the line itself is inside
    assert equity.fgt(values, people, line=1000, alpha=0) == pytest.approx(0.3)
    assert equity.fgt(values, people, line=1000, alpha=1) == pytest.approx((2 * 0.5 + 2) / 10)
    assert equity.fgt(values, people, line=1000, alpha=2) == pytest.approx((2 * 0.25 + 4) / 10)
    assert equity.fgt(values, people, line=1000, alpha=0, poor="below") == pytest.approx(0.4)
    assert equity.fgt(values, people, line=1000, alpha=2, poor="below") == pytest.approx(0.1)
    assert equity.fgt([1, np.inf], [1, 3], line=2, alpha=0) == pytest.approx(0.75)
    assert equity.fgt([1, 2], [1, 1], line=2, alpha=1) == 0


@settings(max_examples=40)
@given(
    held_by, st.floats(0.1, 1e5), st.sampled_from([0, 1, 2]), st.sampled_from(["above", "below"])
)
def test_fgt_is_a_sum_over_people_and_over_groups(rows, line, alpha, poor) -> None:
    values, people, groups = columns(rows)
    whole = equity.fgt(values, people, line=line, alpha=alpha, poor=poor)
    each = np.repeat(values, people)
    short = [one for one in each if (one > line if poor == "above" else one < line)]
    by_hand = sum((abs(one - line) / line) ** alpha for one in short) / len(each)
    assert whole == pytest.approx(by_hand, rel=1e-9)
    parts = [
        people[groups == one].sum()
        * equity.fgt(
            values[groups == one], people[groups == one], line=line, alpha=alpha, poor=poor
        )
        for one in np.unique(groups)
    ]
    assert whole == pytest.approx(sum(parts) / people.sum(), rel=1e-9)
    scaled = equity.fgt(values * 7, people, line=line * 7, alpha=alpha, poor=poor)
    assert alpha == 0 or scaled == pytest.approx(whole, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize(
    "asked",
    [
        {"line": 0, "alpha": 1},
        {"line": np.inf, "alpha": 1},
        {"line": 1, "alpha": -1},
        {"line": 1, "alpha": 1, "poor": "over"},
    ],
)
def test_fgt_refuses_what_has_no_meaning(asked) -> None:
    with pytest.raises(MethodError) as caught:
        equity.fgt([1, 2], [1, 1], **asked)
    assert caught.value.zh != caught.value.en


def test_who_cannot_get_there_has_no_depth() -> None:
    for alpha, poor in ((1, "above"), (0, "below")):
        with pytest.raises(MethodError):
            equity.fgt([1, np.inf], [1, 1], line=1, alpha=alpha, poor=poor)


two_groups = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=8)


@settings(max_examples=60)
@given(two_groups)
def test_dissimilarity_is_the_widest_gap_between_both_distributions(rows) -> None:
    a, b = (np.array(column) for column in zip(*rows, strict=True))
    assume(a.any() and b.any())
    found = equity.dissimilarity(a, b)
    more = a / a.sum() > b / b.sum()  # who would have to move, from the areas with too many
    by_hand = float((a / a.sum() - b / b.sum())[more].sum())
    assert found == pytest.approx(by_hand, abs=1e-12)
    assert found == pytest.approx(equity.dissimilarity(b, a))
    assert found == pytest.approx(equity.dissimilarity([*a, 0], [*(b * 3), 0]))
    assert 0 <= found <= 1


def test_dissimilarity_by_hand_and_of_nobody() -> None:
    assert equity.dissimilarity([1, 1], [5, 5]) == 0
    assert equity.dissimilarity([1, 0], [0, 5]) == 1
    assert equity.dissimilarity([3, 1], [1, 3]) == 0.5
    for a, b in (([0, 0], [1, 1]), ([1, 1], [0, 0]), ([], []), ([1], [1, 2]), ([-1, 2], [1, 1])):
        with pytest.raises(MethodError):
            equity.dissimilarity(a, b)


@settings(max_examples=40)
@given(held_by)
def test_variation_equals_the_form_by_pairs(rows) -> None:
    values, people, _ = columns(rows)
    pairs = people @ (values[:, None] - values[None, :]) ** 2 @ people / (2 * people.sum() ** 2)
    mean = np.average(values, weights=people)
    assert equity.variation(values, people) == pytest.approx(np.sqrt(pairs) / mean, abs=1e-9)


def test_pandas_objects_are_taken_and_never_matched_by_luck() -> None:
    values = pd.Series([1.0, 3.0], index=["a", "b"])
    people = pd.Series([3, 1], index=["a", "b"])
    assert equity.gini(values, people) == equity.gini([1, 3], [3, 1])
    assert equity.gini(values.convert_dtypes(), people) == equity.gini([1, 3], [3, 1])
    assert equity.theil(values, people, pd.Series(["x", None], index=["a", "b"])).within == 0
    with pytest.raises(MethodError, match="index"):
        equity.gini(values, people.sort_index(ascending=False))
    with pytest.raises(MethodError, match="index"):
        equity.theil(values, people, pd.Series(["x", "y"], index=["b", "a"]))
    with pytest.raises(MethodError, match="index"):
        equity.concentration(values, people, pd.Series([1, 2]))
    with pytest.raises(MethodError):
        equity.gini(pd.Series([1.0, None]).convert_dtypes(), [1, 1])


def test_everyone_alike_is_no_inequality() -> None:
    for name, measure in SCALE_FREE.items():
        assert measure([7, 7, 7], [1, 2, 3]) == pytest.approx(0.25 if name == "palma" else 0), name
    with pytest.raises(MethodError, match="labels"):
        equity.theil([1, 2], [1, 1], ["a"])


@pytest.mark.parametrize(
    ("values", "people"),
    [
        (["far"], [1]),
        ([[1]], [[1]]),
        ([], []),
        ([1, 2], [1]),
        ([-1, 2], [1, 1]),
        ([np.nan], [1]),
        ([np.inf], [1]),
        ([1], [0]),
        ([1], [-1]),
    ],
)
def test_bad_numbers_are_refused(values: list[float], people: list[float]) -> None:
    for measure in (*SCALE_FREE.values(), lambda v, p: equity.fgt(v, p, line=1, alpha=1)):
        with pytest.raises(MethodError) as caught:
            measure(values, people)
        assert caught.value.zh != caught.value.en


def test_all_zero_is_perfect_equality() -> None:
    assert equity.gini([0, 0], [1, 2]) == 0
    assert equity.theil([0, 0], [1, 2]).total == 0


@given(st.lists(st.tuples(st.floats(0.5, 100), st.integers(1, 9)), min_size=1, max_size=8))
def test_palma_by_another_rank_counts_heads_in_that_order(rows) -> None:
    values, people = np.array(rows).T
    heads = np.repeat(values, 10 * people.astype(int))  # in order of rank, ten for each one
    tenth, two_fifths = len(heads) // 10, 4 * len(heads) // 10
    rank = np.arange(len(values))
    wanted = heads[-tenth:].sum() / heads[:two_fifths].sum()
    assert equity.palma(values, people, rank_by=rank) == pytest.approx(wanted)
    turned = equity.palma(values[::-1], people[::-1], rank_by=rank[::-1])
    assert turned == pytest.approx(wanted)
    assert equity.palma(values, people, rank_by=0 * rank) == pytest.approx(0.25)  # none is first
    with pytest.raises(MethodError, match="rank_by"):
        equity.palma(values, people, rank_by=rank + np.nan)
