"""Reduction of cover problems: by hand, and against plain sets."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from gapmap.location.kernels.reduction import equal_rows, rows_containing, rows_within, turned
from gapmap.location.reduction import cover_of, reduce_cover


def cover(reach, weight, fixed=(), price=None):
    table = sparse.csr_array(np.asarray(reach, dtype=float))
    price = np.zeros(table.shape[1]) if price is None else np.asarray(price, dtype=float)
    fixed = np.array(fixed, dtype=np.int64)
    return cover_of(table, np.asarray(weight, dtype=float), fixed, price)


def sets_of(starts, columns):
    return [set(columns[start:end].tolist()) for start, end in itertools.pairwise(starts)]


def test_what_is_left_beside_fixed_sites():
    # Place 0 has the fixed site, place 1 nobody, place 2 no site; site 3 may not be opened.
    found = cover(
        [[1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0], [0, 1, 1, 1]],
        [5, 0, 2, 3],
        fixed=[0],
        price=[0, 1, 2, np.inf],
    )
    assert found.number.tolist() == [1, 2]
    assert found.price.tolist() == [1, 2]
    assert found.weight.tolist() == [3]
    assert sets_of(found.starts, found.sites) == [{0, 1}]
    assert sets_of(found.site_starts, found.places) == [{0}, {0}]


def test_places_with_the_same_sites_are_one():
    found = reduce_cover(cover([[1, 1, 0], [1, 1, 0], [1, 0, 0], [0, 1, 1]], [1, 2, 4, 8]))
    by_sites = {
        frozenset(found.number[list(sites)].tolist()): weight
        for sites, weight in zip(sets_of(found.starts, found.sites), found.weight, strict=True)
    }
    # Site 2 serves part of what site 1 serves, so the last place is left with site 1.
    assert by_sites == {frozenset({0, 1}): 3, frozenset({0}): 4, frozenset({1}): 8}


def test_a_part_that_costs_less_stays():
    reach = [[1, 1], [0, 1]]
    assert reduce_cover(cover(reach, [1, 1], price=[1, 2])).number.tolist() == [0, 1]
    assert reduce_cover(cover(reach, [1, 1], price=[2, 2])).number.tolist() == [1]
    assert reduce_cover(cover(reach, [1, 1], price=[3, 2])).number.tolist() == [1]


def test_lowest_number_of_equal_sites_stays():
    reach = [[0, 1, 1, 1], [0, 1, 1, 1]]
    assert reduce_cover(cover(reach, [1, 1])).number.tolist() == [1]
    assert reduce_cover(cover(reach, [1, 1], price=[0, 2, 1, 1])).number.tolist() == [2]


@st.composite
def tables(draw):
    rows, columns = draw(st.integers(1, 8)), draw(st.integers(1, 6))
    some = st.sets(st.integers(0, columns - 1), min_size=1)
    found = draw(st.lists(some, min_size=rows, max_size=rows))
    starts = np.concatenate(([0], np.cumsum([len(row) for row in found])))
    return found, columns, starts, np.concatenate([sorted(row) for row in found])


@settings(deadline=None)
@given(tables(), st.data())
def test_rows_within_others(table, data):
    rows, width, starts, columns = table
    price = data.draw(st.lists(st.sampled_from([1.0, 2.0]), min_size=len(rows), max_size=len(rows)))
    found = rows_within(starts, columns, *turned(starts, columns, width), np.array(price))
    for one, row in enumerate(rows):
        better = [
            other
            for other, theirs in enumerate(rows)
            if other != one
            and row <= theirs
            and price[other] <= price[one]
            and (row != theirs or price[other] < price[one] or other < one)
        ]
        assert found[one] == bool(better)


@settings(deadline=None)
@given(tables())
def test_rows_containing_others(table):
    rows, width, starts, columns = table
    found = rows_containing(starts, columns, *turned(starts, columns, width))
    for one, row in enumerate(rows):
        inside = [
            other
            for other, theirs in enumerate(rows)
            if other != one and theirs <= row and (row != theirs or other < one)
        ]
        assert found[one] == bool(inside)


@settings(deadline=None)
@given(tables(), st.randoms())
def test_order_of_places_changes_nothing(table, random):
    rows, width, _, _ = table
    reach = np.array([[site in row for site in range(width)] for row in rows])
    weight = np.arange(1, len(rows) + 1) / 10
    order = list(range(len(rows)))
    random.shuffle(order)
    one, two = (
        reduce_cover(cover(reach[some], weight[some])) for some in (slice(None), np.array(order))
    )
    for name in ("starts", "sites", "site_starts", "places", "weight", "number"):
        assert np.array_equal(getattr(one, name), getattr(two, name))


def test_rows_with_equal_keys_are_one_only_if_they_are_equal():
    starts, columns = np.array([0, 1, 2, 3]), np.array([0, 1, 1])
    same = np.zeros(3, np.int64)
    assert equal_rows(starts, columns, np.arange(3), same, same).tolist() == [0, 1, 1]


@pytest.mark.parametrize("shape", [(0, 2), (2, 0), (0, 0)])
def test_nothing_to_reduce(shape):
    found = reduce_cover(cover(np.zeros(shape), np.ones(shape[0])))
    assert len(found.weight) == len(found.number) == 0
