"""Supply by floating catchments: by hand, by dense formulas, by PySAL access; what is conserved."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from access.fca import three_stage_fca, two_stage_fca
from access.weights import step_fn
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array, csr_array

from gapmap.catchment import METHODS, Decay, share_supply
from gapmap.errors import MethodError

LIMIT = 30.0


def steps(cost):
    return np.select([cost <= 10, cost <= 20, cost <= 30], [1, 0.68, 0.22], 0.0)


def bell(cost):
    foot = np.exp(-0.5)
    height = (np.exp(-((cost / LIMIT) ** 2) / 2) - foot) / (1 - foot)
    return np.where(cost <= LIMIT, height, 0.0)


def dense(cost, people, capacity, method):
    """The formulas as they stand in the papers, over whole tables."""
    weight = {"2sfca": lambda c: (c <= LIMIT) * 1.0, "e2sfca_gaussian": bell}.get(method, steps)(
        cost
    )
    of_place = weight.sum(1, keepdims=True)
    chosen = np.divide(weight, of_place, out=np.zeros_like(weight), where=of_place > 0)
    towards = {"3sfca": chosen * weight, "bfca": chosen}.get(method, weight)
    of_facility = weight.sum(0)
    handed = np.divide(weight, of_facility, out=np.zeros_like(weight), where=of_facility > 0)
    back = {"3sfca": chosen * weight, "m2sfca": weight**2, "bfca": handed}.get(method, weight)
    competing = (towards * people[:, None]).sum(0)
    ratio = np.divide(capacity, competing, out=np.zeros_like(competing), where=competing > 0)
    return (back * ratio).sum(1)


# Two hospitals of 100 and 60 beds; minutes of three villages of 1,000, 500 and 2,000 people.
MINUTES = np.array([[5.0, 25.0], [15.0, 10.0], [np.inf, 20.0]])
PEOPLE = np.array([1000.0, 500.0, 2000.0])
BEDS = np.array([100.0, 60.0])
# Weights 1 0.22 / 0.68 1 / 0 0.68; for 3sfca and bfca divided by 1.22, 1.68, 0.68 of each row.
BY_HAND = {
    "2sfca": [100 / 1500 + 60 / 3500, 100 / 1500 + 60 / 3500, 60 / 3500],
    "e2sfca": [
        100 / 1340 + 0.22 * 60 / 2080,
        0.68 * 100 / 1340 + 60 / 2080,
        0.68 * 60 / 2080,
    ],
    "m2sfca": [
        100 / 1340 + 0.0484 * 60 / 2080,
        0.4624 * 100 / 1340 + 60 / 2080,
        0.4624 * 60 / 2080,
    ],
    "3sfca": [
        100 / (1000 / 1.22 + 500 * 0.4624 / 1.68) / 1.22
        + 60 / (1000 * 0.0484 / 1.22 + 500 / 1.68 + 1360) * 0.0484 / 1.22,
        100 / (1000 / 1.22 + 500 * 0.4624 / 1.68) * 0.4624 / 1.68
        + 60 / (1000 * 0.0484 / 1.22 + 500 / 1.68 + 1360) / 1.68,
        60 / (1000 * 0.0484 / 1.22 + 500 / 1.68 + 1360) * 0.68,
    ],
    "bfca": [
        100 / (1000 / 1.22 + 340 / 1.68) / 1.68
        + 60 / (220 / 1.22 + 500 / 1.68 + 2000) * 0.22 / 1.9,
        100 / (1000 / 1.22 + 340 / 1.68) * 0.68 / 1.68
        + 60 / (220 / 1.22 + 500 / 1.68 + 2000) / 1.9,
        60 / (220 / 1.22 + 500 / 1.68 + 2000) * 0.68 / 1.9,
    ],
}


@pytest.mark.parametrize("method", BY_HAND)
def test_by_hand(method):
    shared = share_supply(MINUTES, PEOPLE, BEDS, method=method, limit=LIMIT)
    assert shared.supply == pytest.approx(BY_HAND[method], rel=1e-12)
    assert shared.within.tolist() == [2, 2, 1]
    assert not shared.at_least.any()


def test_a_bell_by_hand():
    shared = share_supply(
        [[0.0], [15.0], [30.0]], [10, 10, 10], [5], method="e2sfca_gaussian", limit=30
    )
    half = (np.exp(-1 / 8) - np.exp(-1 / 2)) / (1 - np.exp(-1 / 2))
    assert shared.competing == pytest.approx([10 * (1 + half)])
    assert shared.supply == pytest.approx([0.5 / (1 + half), 0.5 * half / (1 + half), 0])
    assert shared.within.tolist() == [1, 1, 1]  # at the limit is within it, and weighs nothing


TOWNS = st.integers(0, 2**32 - 1).map(np.random.default_rng)


def town(rng):
    """Draw places and facilities; some costs lie on a step's end, some places have nobody."""
    shape = rng.integers(1, 9), rng.integers(1, 6)
    cost = np.where(
        rng.random(shape) < 0.3, rng.integers(0, 5, shape) * 10.0, rng.uniform(0, 45, shape)
    )
    cost[rng.random(shape) < 0.2] = np.inf
    people = rng.integers(0, 5000, shape[0]) * (rng.random(shape[0]) < 0.8).astype(float)
    return cost, people, rng.uniform(0, 300, shape[1])


@settings(max_examples=60, deadline=None)
@given(TOWNS, st.sampled_from(METHODS))
def test_dense_formulas_say_the_same(rng, method):
    cost, people, capacity = town(rng)
    shared = share_supply(cost, people, capacity, method=method, limit=LIMIT)
    assert shared.supply == pytest.approx(
        dense(cost, people, capacity, method), rel=1e-12, abs=1e-15
    )
    assert shared.within.tolist() == (cost <= LIMIT).sum(1).tolist()


@settings(max_examples=60, deadline=None)
@given(TOWNS, st.sampled_from(METHODS))
def test_what_is_conserved(rng, method):
    cost, people, capacity = town(rng)
    shared = share_supply(cost, people, capacity, method=method, limit=LIMIT)
    given_out, reached = people @ shared.supply, capacity[shared.competing > 0].sum()
    if method not in {"m2sfca", "bfca"}:
        assert given_out == pytest.approx(reached, rel=1e-12)
    elif method == "m2sfca":
        assert given_out <= reached * (1 + 1e-12)
    else:
        assert shared.competing.sum() == pytest.approx(people[shared.within > 0].sum(), rel=1e-12)
        assert shared.supply.sum() == pytest.approx(np.nansum(shared.ratio), rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(TOWNS, st.sampled_from(METHODS))
def test_order_of_rows_and_columns_does_not_matter(rng, method):
    cost, people, capacity = town(rng)
    shared = share_supply(cost, people, capacity, method=method, limit=LIMIT)
    rows, columns = rng.permutation(len(people)), rng.permutation(len(capacity))
    row, column = np.nonzero(np.isfinite(cost[rows][:, columns]))
    shuffled = rng.permutation(len(row))
    row, column = row[shuffled], column[shuffled]
    pairs = coo_array((cost[rows][:, columns][row, column], (row, column)), shape=cost.shape)
    again = share_supply(pairs, people[rows], capacity[columns], method=method, limit=LIMIT)
    assert again.supply == pytest.approx(shared.supply[rows], rel=1e-12, abs=0)
    assert again.ratio == pytest.approx(shared.ratio[columns], rel=1e-12, abs=0, nan_ok=True)


@pytest.mark.filterwarnings(  # access 1.1.10 drops columns in place; pandas means to end that
    "ignore:The inplace keyword in DataFrame.drop is deprecated"
)
@settings(max_examples=25, deadline=None)
@given(TOWNS, st.sampled_from(("2sfca", "e2sfca", "e2sfca_gaussian", "3sfca")))
def test_pysal_access_says_the_same(rng, method):
    cost, people, capacity = town(rng)
    people += 1.0  # access divides by nobody and gives inf where nobody competes
    row, column = np.nonzero(cost <= LIMIT)  # cut beforehand: its 3SFCA chooses among all rows
    if method == "e2sfca_gaussian":
        inside = cost[row, column] < LIMIT
        row, column = row[inside], column[inside]
    table = pd.DataFrame({"origin": row, "dest": column, "cost": cost[row, column]})
    if table.empty:
        return
    demand = pd.DataFrame({"demand": people}, index=pd.RangeIndex(len(people), name="geoid"))
    beds = pd.DataFrame({"supply": capacity}, index=pd.RangeIndex(len(capacity), name="geoid"))
    way = three_stage_fca if method == "3sfca" else two_stage_fca
    weight = {"2sfca": None, "e2sfca_gaussian": bell}.get(
        method, step_fn({10: 1, 20: 0.68, 30: 0.22})
    )
    theirs = way(demand, beds, table, max_cost=LIMIT, weight_fn=weight)
    ours = share_supply(cost, people, capacity, method=method, limit=LIMIT).supply
    assert ours == pytest.approx(theirs.reindex(range(len(people))).fillna(0).to_numpy(), rel=1e-9)


def test_a_pair_that_stands_twice_counts_once_with_the_smaller_cost():
    twice = coo_array(([25.0, 5.0, 5.0], ([0, 0, 1], [0, 0, 0])), shape=(2, 1))
    once = coo_array(([5.0, 5.0], ([0, 1], [0, 0])), shape=(2, 1))
    ours = [share_supply(one, [1, 1], [1], limit=LIMIT).supply.tolist() for one in (twice, once)]
    assert ours[0] == ours[1] == [0.5, 0.5]
    rows = csr_array((twice.data, twice.coords[1], [0, 2, 3]), shape=(2, 1))
    assert share_supply(rows, [1, 1], [1], limit=LIMIT).supply.tolist() == [0.5, 0.5]


def test_a_stored_zero_is_at_the_door():
    door = csr_array((np.array([0.0]), np.array([0]), np.array([0, 1])), shape=(1, 1))
    assert share_supply(door, [4], [2], limit=LIMIT).supply.tolist() == [0.5]


def test_limits_and_steps_are_inclusive_but_for_a_rounding():
    edge = np.array([[10 + 1e-7, 30 + 1e-7], [10.1, 30.1]])
    shared = share_supply(edge, [1, 1], [1, 1], limit=LIMIT)
    assert shared.competing == pytest.approx([1.68, 0.22])
    assert shared.within.tolist() == [2, 1]


def test_nothing_within_the_limit_is_zero_and_nobody_leaves_capacity_unused():
    cost = np.array([[5.0, np.inf, np.inf], [np.inf, np.inf, 5.0]])
    shared = share_supply(cost, [10, 0], [5, 7, 9], method="2sfca", limit=LIMIT)
    assert shared.supply.tolist() == [0.5, 0.0]
    assert np.isnan(shared.ratio).tolist() == [False, True, True]
    assert shared.at_least.tolist() == [False, True]
    empty = share_supply(csr_array((2, 0)), [1, 1], [], limit=LIMIT)
    assert (empty.supply.tolist(), empty.within.tolist()) == ([0, 0], [0, 0])


@pytest.mark.parametrize("method", METHODS)
def test_unknown_capacity_is_left_out_and_said(method):
    cost = np.array([[5.0, 5.0], [5.0, np.inf]])
    shared = share_supply(cost, [1, 1], [6, np.nan], method=method, limit=LIMIT)
    assert np.isnan(shared.ratio).tolist() == [False, True]
    assert shared.at_least.tolist() == [True, False]
    assert np.isfinite(shared.supply).all()
    if method in {"3sfca", "bfca"}:  # it draws people all the same
        assert shared.competing[1] == pytest.approx(0.5 * {"3sfca": 1, "bfca": 1}[method])


def test_steps_of_ones_own():
    decay = Decay(breaks=(5,), weights=(1, 0.5))
    shared = share_supply([[5.0], [6.0]], [1, 1], [3], limit=12, decay=decay)
    assert shared.supply.tolist() == [2, 1]
    assert decay.words(12) == "5: 1, 12: 0.5"
    assert decay.steps(4) == ((4, 1.0),)  # a what-if made the limit smaller than a step
    assert Decay().words(1500) == "500: 1, 1000: 0.68, 1500: 0.22"
    assert Decay(kind="gaussian").words(15) == "gaussian"
    without = share_supply([[5.0], [6.0]], [1, 1], [3], limit=np.inf, method="2sfca")
    assert without.supply.tolist() == [1.5, 1.5]
    never = coo_array(([np.inf], ([0], [0])), shape=(1, 1))
    assert share_supply(never, [1], [1], limit=np.inf, method="2sfca").within.tolist() == [0]


GOOD = {"cost": [[1.0]], "people": [1.0], "capacity": [1.0], "limit": 30.0, "method": "e2sfca"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"method": "4sfca"}, "method is '4sfca'; choose one of 2sfca"),
        ({"cost": [[-1.0]]}, "cost is negative or no number"),
        ({"cost": [[np.nan]]}, "cost is negative or no number"),
        ({"cost": [1.0]}, "cost has 1 dimensions"),
        ({"cost": [[1.0, 2.0]]}, r"cost has the shape \(1, 2\); 1 places have people"),
        ({"people": [np.nan]}, "people is negative or no number, first at 0"),
        ({"people": [-1.0]}, "people is negative"),
        ({"capacity": [-1.0]}, "capacity is negative"),
        ({"capacity": [np.inf]}, "capacity is negative or no number"),
        ({"limit": 0.0}, "limit is 0.0; give a number above 0"),
        ({"limit": np.nan}, "limit is nan"),
        ({"limit": np.inf}, "breaks are finite and"),
        ({"limit": np.inf, "method": "e2sfca_gaussian"}, "limit is inf"),
        ({"decay": Decay(kind="gaussian")}, "e2sfca works with decay 'step', not 'gaussian'"),
        ({"decay": Decay(kind="line"), "method": "3sfca"}, "decay is 'line'; choose one of none"),
        ({"decay": Decay(breaks=(5, 4))}, "breaks are finite and"),
        ({"decay": Decay(breaks=(5,))}, "weights are one more"),
        ({"decay": Decay(breaks=(5,), weights=(0.5, 1))}, "fall from at most 1"),
        ({"decay": Decay(breaks=(5,), weights=(1, 0))}, "to above 0"),
    ],
)
def test_what_no_answer_could_be_right_for_is_refused(wrong, said):
    with pytest.raises(MethodError, match=said):
        share_supply(**{**GOOD, **wrong})


def test_nothing_given_is_written_into():
    pairs = csr_array((np.array([7.0, 5.0]), np.array([0, 0]), np.array([0, 1, 2])), shape=(2, 1))
    people, capacity = np.array([3.0, 2.0]), np.array([4.0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        share_supply(pairs, people, capacity, limit=LIMIT)
    assert (pairs.data.tolist(), people.tolist(), capacity.tolist()) == ([7, 5], [3, 2], [4])
