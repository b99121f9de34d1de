"""Catchments: capacity filled by hand and by brute force, and people by steps of the limit."""

from __future__ import annotations

import numpy as np
import pytest
from builders import clinic, facilities, places
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array, csr_array

from gapmap.access import measure_access
from gapmap.assessment import coverage_of
from gapmap.catchment import ZONAL_COLUMNS, fill_capacity, zonal_statistics
from gapmap.errors import MethodError


def matrix(rows: list[list[float | None]]) -> coo_array:
    """Facilities x origins; None is out of reach."""
    stored = [
        (f, o, cost) for f, row in enumerate(rows) for o, cost in enumerate(row) if cost is not None
    ]
    facility, origin, cost = zip(*stored, strict=True) if stored else ((), (), ())
    shape = len(rows), len(rows[0])
    ends = np.array(facility, int), np.array(origin, int)
    return coo_array((np.array(cost, float), ends), shape=shape)


def brute(
    cost: np.ndarray, people: np.ndarray, capacity: np.ndarray, order: str, limit: float
) -> tuple[list[float], np.ndarray]:
    """Fill one facility after the other, one ring after the other, as the words say it."""
    residual = people.astype(float).copy()
    served = [0.0] * len(capacity)
    reach = [float(people[row <= limit].sum()) for row in cost]
    known = [one for one in range(len(capacity)) if not np.isnan(capacity[one])]
    first = {"capacity": lambda f: -capacity[f], "people": lambda f: -reach[f], "id": lambda f: f}
    for facility in sorted(known, key=lambda f: (first[order](f), f)):
        room = capacity[facility]
        for ring in sorted(set(cost[facility][cost[facility] <= limit])):
            there = cost[facility] == ring
            left = residual[there].sum()
            took = min(left, room)
            residual[there] -= residual[there] * (took / left if left > 0 else 0)
            served[facility] += took
            room -= took
    return served, residual


def test_two_clinics_by_hand() -> None:
    # The large clinic takes 60 of 60 at 5 minutes and 40 of the 80 at 10 minutes, which is half of
    # each village there. The small one takes what is left of village 1; village 2 is beyond 15.
    minutes = matrix([[5, 10, 10], [None, 10, 20]])
    filled = fill_capacity(minutes, [60, 50, 30], [100, 50], limit=15)
    assert filled.order.tolist() == [1, 2]
    assert filled.people_within.tolist() == [140, 50]
    assert filled.people_served.tolist() == [100, 25]
    assert filled.capacity_left.tolist() == [0, 25]
    assert filled.full.tolist() == [True, False]
    assert filled.catchment.tolist() == [10, 10]
    assert filled.served.tolist() == [60, 50, 15]
    assert filled.residual.tolist() == [0, 0, 15]


def test_the_limit_is_inclusive() -> None:
    assert fill_capacity(matrix([[15.0]]), [7], [9], limit=15).served.tolist() == [7]
    assert fill_capacity(matrix([[15.001]]), [7], [9], limit=15).served.tolist() == [0]


def test_a_stored_zero_is_at_the_door() -> None:
    filled = fill_capacity(csr_array(matrix([[0.0, None]])), [7, 5], [9])
    assert filled.served.tolist() == [7, 0]
    assert filled.catchment.tolist() == [0]


def test_no_capacity_takes_nobody_and_is_full() -> None:
    filled = fill_capacity(matrix([[1.0], [2.0]]), [10], [0, 4])
    assert filled.people_served.tolist() == [0, 4]
    assert filled.full.tolist() == [True, True]
    assert np.isnan(filled.catchment[0])
    assert filled.people_within.tolist() == [10, 10]


def test_unknown_capacity_is_neither_none_nor_endless() -> None:
    filled = fill_capacity(matrix([[1.0], [2.0]]), [10], [np.nan, 4])
    assert filled.order.tolist() == [0, 1]
    assert filled.people_served.tolist() == [0, 4]
    assert np.isnan(filled.capacity_left[0])
    assert not filled.full[0]
    assert filled.residual.tolist() == [6]


def test_capacity_for_more_than_everybody() -> None:
    filled = fill_capacity(matrix([[1.0, 2.0, 3.0]]), [10, 0, 30], [1e12], limit=3)
    assert filled.residual.tolist() == [0, 0, 0]
    assert filled.capacity_left.tolist() == [1e12 - 40]
    assert filled.catchment.tolist() == [3]


def test_capacity_that_ends_with_a_ring_leaves_the_next_alone() -> None:
    filled = fill_capacity(matrix([[1.0, 2.0]]), [10, 30], [10])
    assert filled.residual.tolist() == [0, 30]
    assert filled.catchment.tolist() == [1]
    assert filled.full.tolist() == [True]


def test_sums_in_another_order_are_one_ring() -> None:
    filled = fill_capacity(matrix([[0.1 + 0.2, 0.3]]), [10, 30], [20])
    assert filled.residual.tolist() == [5, 15]


def test_a_ring_is_measured_from_its_first_not_from_one_to_the_next() -> None:
    # 0.6 millionths apart each: the second is as far as the first, the third is not.
    filled = fill_capacity(matrix([[1.0, 1.0 + 6e-7, 1.0 + 12e-7]]), [10, 10, 10], [10])
    assert filled.residual.tolist() == [5, 5, 10]
    costs = [0.5, 1.0, 1.0 + 6e-7, 1.0 + 12e-7, 1.0 + 18e-7, 2.0]  # the third and fourth again
    filled = fill_capacity(matrix([costs]), [10] * 6, [40])
    assert filled.residual.tolist() == [0, 0, 0, 5, 5, 10]


PARTS = [0.1, 0.2, 0.3, 0.7, 1e-3, 12.34, 55.1, 1e4 / 3]


@settings(max_examples=50, deadline=None)
@given(st.permutations(range(len(PARTS))))
def test_who_has_as_many_people_comes_by_id_however_they_are_added_up(turn) -> None:
    # Both reach everybody, f1 through two origins that add up to one of f0's.
    people = np.array([*PARTS, 0.1 + 0.2])
    shared, own = np.arange(len(PARTS)), len(PARTS)
    first, second = [*shared[2:], own], [*shared[2:], 0, 1]
    order = [*turn, own]
    cost = [[1.0 if one in row else None for one in order] for row in (first, second)]
    for rows in (cost, cost[::-1]):
        filled = fill_capacity(matrix(rows), people[order], [1, 1], order="people")
        assert filled.order.tolist() == [1, 2]


def test_a_capacity_that_is_the_same_but_for_rounding_comes_by_id() -> None:
    rooms = [0.3, 0.1 + 0.2]
    for room in (rooms, rooms[::-1]):
        filled = fill_capacity(matrix([[1.0], [1.0]]), [1], room)
        assert filled.order.tolist() == [1, 2]
    assert fill_capacity(matrix([[1.0], [1.0]]), [1], [0.3, 0.3001]).order.tolist() == [2, 1]


def test_a_pair_that_stands_twice_counts_once_and_the_nearer_holds() -> None:
    twice = coo_array(([9.0, 2.0], ([0, 0], [0, 0])), shape=(1, 1))
    filled = fill_capacity(twice, [10], [4], limit=5)
    assert filled.people_within.tolist() == [10]
    assert filled.catchment.tolist() == [2]


def test_who_comes_first() -> None:
    # f0 has the larger capacity, f1 more people within its limit.
    cost = matrix([[1.0, None, 1.0], [1.0, 1.0, 1.0]])
    people = [10, 10, 10]
    by_capacity = fill_capacity(cost, people, [15, 12], order="capacity")
    assert by_capacity.order.tolist() == [1, 2]
    by_people = fill_capacity(cost, people, [15, 12], order="people")
    assert by_people.order.tolist() == [2, 1]
    assert by_people.people_served.tolist() == [12, 12]
    assert fill_capacity(cost, people, [12, 12], order="capacity").order.tolist() == [1, 2]
    assert fill_capacity(cost, people, [1, 12], order="id").order.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("people", "capacity", "settled"),
    [
        ([np.nan], [1], {}),
        ([-1], [1], {}),
        ([1], [-1], {}),
        ([1], [np.inf], {}),
        ([1, 2], [1], {}),
        ([1], [1], {"order": "name"}),
        ([1], [1], {"limit": -1}),
        ([1], [1], {"limit": np.nan}),
    ],
)
def test_what_makes_no_sense_is_refused(people, capacity, settled) -> None:
    with pytest.raises(MethodError):
        fill_capacity(matrix([[1.0]]), people, capacity, **settled)


def test_nobody_and_nothing() -> None:
    assert fill_capacity(coo_array((0, 3)), [1, 2, 3], []).residual.tolist() == [1, 2, 3]
    filled = fill_capacity(coo_array((2, 0)), [], [3, np.nan])
    assert filled.people_served.tolist() == [0, 0]
    assert filled.capacity_left[0] == 3


COSTS = st.sampled_from([None, 0.0, 1.0, 2.0, 2.5, 4.0, 7.0])


@st.composite
def cities(draw) -> tuple[list[list[float | None]], list[float], list[float]]:
    count, size = draw(st.integers(1, 5)), draw(st.integers(1, 6))
    row = st.lists(COSTS, min_size=size, max_size=size)
    cost = draw(st.lists(row, min_size=count, max_size=count))
    people = draw(st.lists(st.sampled_from([0, 1, 7, 30.5, 100]), min_size=size, max_size=size))
    room = st.sampled_from([0, 1, 5, 20, 60.25, 1000, np.nan])
    return cost, people, draw(st.lists(room, min_size=count, max_size=count))


@settings(max_examples=300, deadline=None)
@given(cities(), st.sampled_from(["capacity", "people", "id"]), st.sampled_from([0, 2, 4, 9]))
def test_the_same_as_by_brute_force(city, order, limit) -> None:
    cost, people, capacity = city
    filled = fill_capacity(matrix(cost), people, capacity, order=order, limit=limit)
    dense = np.array([[np.inf if one is None else one for one in row] for row in cost])
    served, residual = brute(dense, np.array(people), np.array(capacity), order, limit)
    assert filled.people_served == pytest.approx(np.array(served), abs=1e-9)
    assert filled.residual == pytest.approx(residual, abs=1e-9)
    assert filled.served + filled.residual == pytest.approx(np.array(people), abs=1e-9)
    assert filled.people_served.sum() == pytest.approx(filled.served.sum(), abs=1e-9)
    known = ~np.isnan(capacity)
    left = np.array(capacity)[known] - filled.people_served[known]
    assert filled.capacity_left[known] == pytest.approx(left, abs=1e-9)
    assert (filled.residual >= 0).all()


@settings(max_examples=100, deadline=None)
@given(cities(), st.randoms(use_true_random=False))
def test_the_order_of_origins_and_of_pairs_does_not_matter(city, random) -> None:
    cost, people, capacity = city
    once = fill_capacity(matrix(cost), people, capacity, order="people", limit=4)
    turn = list(range(len(people)))
    random.shuffle(turn)
    turned = matrix([[row[one] for one in turn] for row in cost])
    pairs = list(range(turned.nnz))
    random.shuffle(pairs)
    shuffled = coo_array(
        (turned.data[pairs], (turned.coords[0][pairs], turned.coords[1][pairs])), turned.shape
    )
    again = fill_capacity(
        shuffled, [people[one] for one in turn], capacity, order="people", limit=4
    )
    assert again.residual == pytest.approx(once.residual[turn], abs=1e-9)
    assert again.people_served == pytest.approx(once.people_served, abs=1e-9)


@settings(max_examples=200, deadline=None)
@given(cities(), st.sampled_from(["capacity", "people", "id"]), st.data())
def test_one_more_facility_serves_nobody_less(city, order, data) -> None:
    # So what is served is served at least, whatever nobody knows of a facility that is left out.
    cost, people, capacity = city
    less = list(capacity)
    less[data.draw(st.integers(0, len(capacity) - 1))] = np.nan
    every = fill_capacity(matrix(cost), people, capacity, order=order, limit=9)
    some = fill_capacity(matrix(cost), people, less, order=order, limit=9)
    assert (every.served >= some.served - 1e-9).all()


TOWN = [
    {"x": 0, "y": 0, "people": 10.0},  # 125 m: up to 0.25 x 500
    {"x": 0, "y": 625, "people": 20.0},  # 500 m: within
    {"x": 0, "y": 626, "people": 30.0},  # 501 m: beyond the limit
    {"x": 0, "y": 9125, "people": 40.0},  # 9,000 m: beyond the last step
    {"x": 15000, "y": 125, "people": 50.0},  # d2
    {"x": None, "people": 60.0},  # unknown, d1
    {"x": 0, "y": 0, "people": np.nan},
]


def test_people_by_steps_of_the_limit() -> None:
    access = measure_access(places(TOWN), facilities([{"x": 0, "y": 125}]), None, [clinic()])
    table = zonal_statistics(access)
    assert list(table.columns) == ZONAL_COLUMNS
    d1 = table[(table["zone_kind"] == "district") & (table["zone_id"] == "d1")]
    assert d1["step"].tolist() == ["up_to"] * 7 + ["beyond", "unreachable", "unknown"]
    assert d1["up_to"].tolist()[:7] == [125, 250, 375, 500, 750, 1000, 2000]
    assert d1["people"].tolist() == [10, 0, 0, 20, 30, 0, 0, 40, 0, 60]
    assert d1["places"].tolist() == [2, 0, 0, 1, 1, 0, 0, 1, 0, 1]
    assert d1["people_within"].tolist()[:8] == [10, 10, 10, 30, 60, 60, 60, 100]
    assert d1["people_within"].isna().tolist() == [False] * 8 + [True] * 2
    at_limit = d1.iloc[3]
    assert at_limit["share_within"] == pytest.approx(30 / 100)
    assert at_limit["share_within_low"] == pytest.approx(30 / 160)
    assert at_limit["share_within_high"] == pytest.approx(90 / 160)


def test_nobody_reaches_what_is_not_there() -> None:
    access = measure_access(places(TOWN), facilities([]), None, [clinic()])
    city = zonal_statistics(access, kinds=("city",))
    assert city["people"].tolist() == [0] * 8 + [150, 60]
    assert city["share_within"].tolist()[:8] == [0] * 8


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.integers(0, 19_000)),
            st.one_of(st.just(np.nan), st.integers(0, 500)),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_steps_add_up_to_the_coverage(rows) -> None:
    village = places([{"x": x, "y": 0, "people": float(people)} for x, people in rows])
    access = measure_access(village, facilities([{"x": 9_000, "y": 0}]), None, [clinic(2000)])
    table = zonal_statistics(access, kinds=("city", "district", "town", "group", "setting"))
    coverage = coverage_of(access).set_index(["group_kind", "group_id"])
    for (kind, zone), steps in table.groupby(["zone_kind", "zone_id"]):
        told = coverage.loc[(kind, zone)]
        assert steps["people"].sum() == pytest.approx(told["people"])
        assert steps["places"].sum() == told["places"]
        at_limit = steps[steps["up_to"] == 2000].iloc[0]
        assert at_limit["people_within"] == pytest.approx(told["people_covered"])
        for share, same in (
            ("share_within", "share_people"),
            ("share_within_low", "share_people_low"),
            ("share_within_high", "share_people_high"),
        ):
            assert at_limit[share] == pytest.approx(told[same], nan_ok=True)


@pytest.mark.parametrize("breaks", [(), (0, 1), (1, 1), (2, 1), (1, np.inf), (np.nan, 1)])
def test_steps_that_do_not_rise_are_refused(breaks) -> None:
    access = measure_access(places(TOWN), facilities([]), None, [clinic()])
    with pytest.raises(MethodError):
        zonal_statistics(access, breaks=breaks)
