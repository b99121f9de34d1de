"""The programme's model on matrices, against trying every programme there is."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from gapmap.errors import MethodError
from gapmap.programme import Year
from gapmap.programme.building import Ways, built_of
from gapmap.programme.ladder import answer, end_state
from gapmap.programme.question import Area, Condition, Question
from gapmap.programme.years import timing_of


def question(serves, people, years, *, price=None, conditions=()) -> Question:
    return Question(
        serves=csr_array(np.asarray(serves, dtype=np.int32)),
        people=np.asarray(people, dtype=float),
        price=None if price is None else np.asarray(price, dtype=float),
        timing=timing_of(years),
        conditions=tuple(conditions),
    )


def in_scope(sites, need, first, last) -> Condition:
    return Condition(
        target="t",
        unit="u",
        unit_name=("片", "part"),
        kind="sites",
        need=float(need),
        first=first,
        last=last,
        sites=np.asarray(sites, dtype=bool),
    )


def in_areas(homes, lacks, need, last) -> Condition:
    areas = tuple(
        Area(f"a{number}", f"村{number}", np.asarray(homes) == number, lack)
        for number, lack in enumerate(lacks)
    )
    return Condition(
        target="a",
        unit="u",
        unit_name=("片", "part"),
        kind="areas",
        need=float(need),
        first=0,
        last=last,
        areas=areas,
    )


def covering(weight, need, last) -> Condition:
    return Condition(
        target="c",
        unit="u",
        unit_name=("片", "part"),
        kind="people",
        need=float(need),
        first=0,
        last=last,
        weight=np.asarray(weight, dtype=float),
    )


def worth(asked: Question, year: np.ndarray) -> tuple[float, float, float, float] | None:
    """Judge a programme (year of each site, -1 never); None where the years do not allow it."""
    serves, timing = asked.serves.toarray() > 0, asked.timing
    price = np.ones(len(year)) if asked.price is None else asked.price
    covered = []
    for number, count in enumerate(timing.counts):
        stands = (year >= 0) & (year <= number)
        if (year == number).sum() > count or price[stands].sum() > timing.money[number] + 1e-9:
            return None
        covered.append(serves[stands].any(axis=0))
    people = [float(asked.people[one].sum()) for one in covered]
    missed = sum(_short(one, year, covered) / one.need for one in asked.conditions)
    return missed, -people[-1], float(price[year >= 0].sum()), -sum(people[:-1])


def _short(one: Condition, year: np.ndarray, covered: list[np.ndarray]) -> float:
    counts = (year >= one.first) & (year <= one.last)
    if one.sites is not None:
        got = float((counts & one.sites).sum())
    elif one.weight is not None:
        got = float(one.weight[covered[one.last]].sum()) if one.last >= one.first else 0.0
    else:
        got = float(sum((counts & area.sites).sum() >= area.lack for area in one.areas))
    return max(one.need - got, 0.0)


def best(asked: Question) -> tuple[float, float, float, float]:
    sites = asked.serves.shape[0]
    span = range(-1, len(asked.timing.years))
    every = (worth(asked, np.array(one)) for one in itertools.product(span, repeat=sites))
    return min(one for one in every if one is not None)


def ways(way: csr_array, nearest: np.ndarray, people: np.ndarray) -> Ways:
    """Give ways on a line: site 0 stands at 0 m, 1 at 100 m, 2 at 200 m; no facility yet."""
    xy = np.column_stack((np.arange(way.shape[0]) * 100.0, np.zeros(way.shape[0])))
    return Ways(way, nearest.copy(), people, xy, np.full(way.shape[0], np.inf))


def planned(asked: Question) -> np.ndarray:
    """Give the year of each site, those that only make up a number included."""
    way = csr_array(asked.serves.astype(float))
    nearest = np.full(len(asked.people), 5.0)
    year = np.full(asked.serves.shape[0], -1)
    for one in built_of(asked, answer(asked), ways(way, nearest, asked.people)):
        assert year[one.site] == -1, "no site is built twice"
        year[one.site] = one.year
    return year


@st.composite
def questions(draw) -> Question:
    sites, places = draw(st.integers(1, 5)), draw(st.integers(1, 6))
    span = draw(st.integers(1, 3))
    bits = draw(st.lists(st.booleans(), min_size=sites * places, max_size=sites * places))
    people = draw(st.lists(st.integers(1, 40), min_size=places, max_size=places))
    priced, uniform = draw(st.booleans()), draw(st.booleans())
    price = draw(st.lists(st.integers(1, 5), min_size=sites, max_size=sites)) if priced else None
    price = [price[0]] * sites if price and uniform else price
    years = []
    for number in range(span):
        budget = draw(st.integers(0, 7)) if priced else None
        bounded = not priced or draw(st.booleans())
        count = draw(st.integers(0, 2)) if bounded else None
        years.append(Year(year=2012 + number, count=count, budget=budget))
    conditions = []
    last = st.integers(-1, span - 1)
    if draw(st.booleans()):
        scope = draw(st.lists(st.booleans(), min_size=sites, max_size=sites))
        need, first = draw(st.integers(1, 4)), draw(st.integers(0, span - 1))
        conditions.append(in_scope(scope, need, first, draw(last)))
    if draw(st.booleans()):
        homes = draw(st.lists(st.integers(-1, 2), min_size=sites, max_size=sites))
        lacks = draw(st.lists(st.integers(1, 2), min_size=1, max_size=3))
        need = draw(st.integers(1, len(lacks)))
        conditions.append(in_areas(homes, lacks, need, draw(last)))
    if draw(st.booleans()):
        weight = draw(st.lists(st.integers(0, 9), min_size=places, max_size=places))
        conditions.append(covering(weight, draw(st.integers(1, 30)), draw(last)))
    serves = np.array(bits).reshape(sites, places)
    return question(serves, people, years, price=price, conditions=conditions)


@settings(max_examples=150, deadline=None)
@given(questions())
def test_no_programme_is_better_by_the_stated_order(asked: Question) -> None:
    told = worth(asked, planned(asked))
    assert told is not None, "the years allow what is planned"
    assert told == pytest.approx(best(asked), abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(questions())
def test_bounds_hold_and_are_reached_where_proven(asked: Question) -> None:
    found = answer(asked)
    sites, span = asked.serves.shape[0], len(asked.timing.years)
    least = best(asked)[0]
    serves = asked.serves.toarray() > 0
    most = np.zeros(span)
    for one in itertools.product(range(-1, span), repeat=sites):
        year = np.array(one)
        told = worth(asked, year)
        if told is None or told[0] > least + 1e-9:
            continue
        for number in range(span):
            covered = serves[(year >= 0) & (year <= number)].any(axis=0)
            most[number] = max(most[number], asked.people[covered].sum())
    assert found.bound == pytest.approx(most, abs=1e-3)
    assert found.proven.all()
    assert end_state(asked).people == pytest.approx(found.value, abs=1e-6)


def test_three_years_by_hand() -> None:
    """Sites serve 50, 45, 20 and 65 people; the last shares its people with the first two."""
    serves = [[1, 1, 0, 0, 0], [0, 0, 1, 0, 1], [0, 0, 0, 1, 0], [0, 1, 1, 0, 0]]
    years = [Year(year=year, count=1) for year in (2012, 2013, 2014)]
    asked = question(serves, [20, 30, 35, 20, 10], years)
    assert planned(asked).tolist() == [0, 1, 2, -1]
    found = answer(asked)
    assert found.value == 115
    assert found.price == 3  # sites
    assert found.bound.tolist() == [65, 95, 115]


def test_money_that_is_left_over_is_carried_on() -> None:
    years = [Year(year=year, budget=25) for year in (2012, 2013, 2014)]
    asked = question(np.eye(3, dtype=int), [9, 8, 7], years, price=[30, 30, 30])
    assert planned(asked).tolist() == [1, 2, -1]  # 25; 50 - 30; 45 - 30


def test_sites_that_are_not_built_in_a_year_are_not_made_up_for() -> None:
    years = [Year(year=2012, count=5), Year(year=2013, count=1)]
    late = in_scope([1, 1, 1], 3, 1, 1)  # only what is built in 2013 counts
    asked = question(np.eye(3, dtype=int), [9, 8, 7], years, conditions=[late])
    found = answer(asked)
    assert found.missed.tolist() == [2]
    assert sorted(planned(asked).tolist()) == [0, 0, 1]


def test_what_makes_up_a_number_shortens_the_longest_ways_first() -> None:
    """Site 0 covers all; two more are asked for: 2 cuts 3 x 40, 1 cuts 1 x 40, 3 nothing."""
    serves = [[1, 1], [1, 0], [0, 1], [0, 0]]
    asked = question(
        serves, [40, 120], [Year(year=2012, count=9)], conditions=[in_scope([1, 1, 1, 1], 3, 0, 0)]
    )
    way = csr_array(np.array([[2, 4], [1, 0], [0, 1], [0, 0]], dtype=float))
    nearest = np.array([np.inf, np.inf])
    built = built_of(asked, answer(asked), ways(way, nearest, asked.people))
    assert [one.site for one in built] == [0, 2, 1]
    assert [one.cut for one in built[1:]] == [360, 40]
    assert math.isnan(built[0].cut)


def test_what_shortens_no_way_spreads() -> None:
    """Site 0 covers all; of the others, which nobody gains by, the farthest is built, then the
    middle of what is left: 4 is 400 m off, 2 then 200 m from both."""
    serves = [[1, 1], [0, 0], [0, 0], [0, 0], [0, 0]]
    asked = question(
        serves, [40, 120], [Year(year=2012, count=9)], conditions=[in_scope([1] * 5, 3, 0, 0)]
    )
    way = csr_array(np.array(serves, dtype=float))
    built = built_of(asked, answer(asked), ways(way, np.full(2, np.inf), asked.people))
    assert [one.site for one in built] == [0, 4, 2]
    assert [one.cut for one in built[1:]] == [0, 0]


def test_places_without_known_people_are_served_where_that_costs_nobody() -> None:
    asked = question(np.eye(3, dtype=int), [0, 0, 5], [Year(year=2012, count=2)])
    found = answer(asked)
    assert (found.year >= 0).tolist()[2] is True
    assert (found.year >= 0).sum() == 2


@pytest.mark.parametrize(
    ("years", "says"),
    [
        ([], "at least one year"),
        ([Year(year=2013, count=1), Year(year=2012, count=1)], "in order"),
        ([Year(year=2013, count=1), Year(year=2013, count=1)], "twice"),
        ([Year(year=2013)], "neither count nor budget"),
        ([Year(year=2013, count=-1)], "whole number"),
        ([Year(year=2013, count=1.5)], "whole number"),
        ([Year(year=2013, budget=-1)], "from 0 on"),
        ([Year(year=2013, budget=math.nan)], "from 0 on"),
        ([Year(year=2013, budget=1), Year(year=2014, count=1)], "no budget and others have"),
    ],
)
def test_years_that_cannot_be_meant_are_refused(years, says) -> None:
    with pytest.raises(MethodError, match=says) as told:
        timing_of(years)
    assert told.value.zh
