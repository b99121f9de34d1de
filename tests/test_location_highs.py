"""HiGHS: what it found, what it proved, and silence."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from gapmap.location.highs import Model, optimise


def knapsack(*, whole=True):
    """Most of 5, 4, 3 for prices 4, 3, 2 within 6: sites 0 and 2, 8; in shares 5/4 x 1 + 4 + 3."""
    return Model(
        cost=np.array([-5.0, -4.0, -3.0]),
        rows=csr_array([[4.0, 3.0, 2.0]]),
        low=np.array([-np.inf]),
        high=np.array([6.0]),
        upper=np.ones(3),
        integral=np.full(3, whole),
    )


def test_whole_numbers():
    found = optimise(knapsack(), seconds=10)
    assert found.status == "optimal"
    assert found.x.round().tolist() == [1, 0, 1]
    assert (found.value, found.bound) == (pytest.approx(-8), pytest.approx(-8))
    assert len(found.duals) == len(found.reduced) == 0


def test_shares_with_duals():
    found = optimise(knapsack(whole=False), seconds=10)
    assert found.x == pytest.approx([0.25, 1, 1])
    assert found.value == found.bound == pytest.approx(-8.25)
    assert found.duals == pytest.approx([-1.25])
    assert found.reduced == pytest.approx([0, -0.25, -0.5])


def test_infeasible():
    model = knapsack()
    none = Model(
        cost=model.cost,
        rows=model.rows,
        low=np.array([10.0]),
        high=np.array([np.inf]),
        upper=model.upper,
        integral=model.integral,
    )
    found = optimise(none, seconds=10)
    assert (found.x, found.value, found.bound, found.status) == (None, np.inf, np.inf, "infeasible")


def hard():
    """Make a market-split problem: many equal values, none provable in a moment."""
    rng = np.random.default_rng(1)
    rows, items = 5, 40
    amounts = rng.integers(0, 100, (rows, items)).astype(float)
    half = np.floor(amounts.sum(axis=1) / 2)
    over = np.hstack([np.eye(rows), -np.eye(rows)])
    return Model(
        cost=np.concatenate((np.zeros(items), np.ones(2 * rows))),
        rows=csr_array(np.hstack([amounts, over])),
        low=half,
        high=half,
        upper=np.concatenate((np.ones(items), np.full(2 * rows, 1e4))),
        integral=np.arange(items + 2 * rows) < items,
    )


def test_stopped_with_what_is_known():
    start = np.zeros(50)
    start[40:45] = hard().low
    found = optimise(hard(), seconds=0.2, start=start)
    assert found.status == "stopped"
    assert found.x is not None
    assert found.bound + 1e-9 >= 0
    assert found.bound < found.value <= hard().low.sum()


def test_no_time():
    found = optimise(hard(), seconds=0.0)
    assert found.status == "stopped"
    assert found.bound <= 0 + 1e-9


def test_stops_within_an_absolute_gap():
    found = optimise(knapsack(), seconds=10, absolute_gap=5.0)
    assert found.value - 5.0 <= found.bound <= found.value


def test_silence(capfd):
    optimise(knapsack(), seconds=10)
    assert capfd.readouterr() == ("", "")
