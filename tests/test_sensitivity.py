"""What is told from repeated draws, on draws made by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from builders import clinic, facilities, places
from hypothesis import given
from hypothesis import strategies as st

from gapmap import equity
from gapmap.access import measure_access
from gapmap.assessment import assess
from gapmap.errors import MethodError
from gapmap.sensitivity import COVERED, UNCOVERED, UNKNOWN, Draw, Swing
from gapmap.sensitivity.certainty import certainty_table
from gapmap.sensitivity.differences import difference_table
from gapmap.sensitivity.intervals import between, interval_table, middle, tally_draws
from gapmap.sensitivity.kernels.sums import sum_groups
from gapmap.sensitivity.sums import groups_in, sum_up
from gapmap.sensitivity.tornado import tornado_table

if TYPE_CHECKING:
    import pandas as pd

TOWN = [
    {
        "x": 0,
        "y": 0,
        "people": 300.0,
        "setting": "urban",
        "people_old": 30.0,
    },  # 100 m, covered (limit 500 m)
    {"x": 0, "y": 1000, "people": 100.0, "people_old": 40.0},  # 900 m
    {"x": 15000, "y": 0, "people": 50.0, "people_old": 20.0},
    {"x": None, "people": 50.0, "people_old": np.nan},  # unknown
    {"x": 0, "y": 200, "people": np.nan, "people_old": 10.0},  # covered, nobody knows how many
]
STATES = {"uncovered": UNCOVERED, "covered": COVERED, "unknown": UNKNOWN}


@pytest.fixture(scope="module")
def city():
    village = places(TOWN, groups=("old",))
    return assess(measure_access(village, facilities([{"x": 0, "y": 100}]), None, [clinic()]))


def draw(assessment, *, status=None, value=None, factor=None, number=0, **more) -> Draw:
    """Make a draw: as assessed where nothing else is given."""
    table = assessment.access.table
    people = assessment.access.places.table["people"].to_numpy(dtype=float)
    held = table["status"].map(STATES).to_numpy(dtype=np.int8)
    far = table["distance_m"].to_numpy(dtype=float)
    factor = np.ones(len(people)) if factor is None else np.asarray(factor, dtype=float)
    return Draw(
        number=number,
        factors=more.pop("factors", {}),
        people=people * factor,
        people_factor=factor,
        places_xy=np.zeros((len(people), 2)),
        limit={"clinic": 500.0},
        status={"clinic": held if status is None else np.array(status, dtype=np.int8)},
        value={"clinic": far if value is None else np.array(value, dtype=float)},
        **more,
    )


def row(table: pd.DataFrame, **where: object) -> pd.Series:
    for name, value in where.items():
        table = table[table[name] == value]
    assert len(table) == 1
    return table.iloc[0]


# ---- one draw ---------------------------------------------------------------------------


def test_a_draw_in_which_nothing_varies_gives_coverage_itself(city) -> None:
    groups = groups_in(city.access)
    sums = sum_up(groups, draw(city), "clinic")
    told = city.coverage
    assert [*groups.table["group_id"]] == [*told["group_id"]]
    for mine, column in (
        (sums.share, "share_people"),
        (sums.low, "share_people_low"),
        (sums.high, "share_people_high"),
        (sums.mean, "mean_m"),
        (sums.median, "median_m"),
        (sums.p90, "p90_m"),
    ):
        finite = np.where(np.isfinite(mine), mine, np.nan)
        np.testing.assert_allclose(finite, told[column], rtol=1e-12, err_msg=column)


def test_people_groups_vary_with_the_people_of_their_places(city) -> None:
    sums = sum_up(groups_in(city.access), draw(city, factor=[2, 1, 1, 1, 1]), "clinic")
    old = [*city.coverage["group_id"]].index("old")
    # covered: 2 x 30 and 10; uncovered: 40 and 20
    assert sums.share[old] == pytest.approx(70 / 130)


weights = st.lists(
    st.tuples(
        st.sampled_from([0.0, 1.0, 2.5, 40.0]),
        st.sampled_from([0.0, 1.0, 3.0, 100.0, np.inf, np.nan]),
        st.sampled_from([UNCOVERED, COVERED, UNKNOWN]),
    ),
    min_size=1,
    max_size=9,
)


@given(weights)
def test_quantiles_are_those_of_equity(rows) -> None:
    people, value, status = (np.array(column) for column in zip(*rows, strict=True))
    size = len(people)
    _, reach = sum_groups(
        np.argsort(value, kind="stable"),
        value,
        status.astype(np.int8),
        np.ones(size),
        np.arange(size + 1),
        np.zeros(size, dtype=np.int64),
        people,
        1,
    )
    held = (status != UNKNOWN) & ~np.isnan(value)
    for at, share in ((1, 0.5), (2, 0.9)):
        wanted = equity.quantile(value[held], people[held], share)
        np.testing.assert_equal(reach[0, at], wanted)


# ---- percentiles ------------------------------------------------------------------------


def test_percentiles_by_hand() -> None:
    drawn = np.arange(1.0, 101.0)[None, ::-1]  # 100 draws: 1 ... 100
    low, high = between(drawn)
    # 0.05 x 99 = 4.95: outwards to the 5th smallest; 94.05: to the 96th
    assert (low[0], high[0]) == (5.0, 96.0)
    assert middle(drawn)[0] == 50.5


@pytest.mark.parametrize("known", [0, 1, 19])
def test_fewer_than_twenty_draws_make_no_interval(known: int) -> None:
    drawn = np.array([[0.4] * known + [np.nan] * (1000 - known)])
    assert np.isnan(between(drawn)).all()
    assert np.array_equal(middle(drawn), [0.4 if known else np.nan], equal_nan=True)
    low, high = between(np.array([[0.4] * 20]))
    assert low[0] == high[0] == 0.4


@given(st.lists(st.floats(0, 1), min_size=20, max_size=60))
def test_nine_draws_in_ten_lie_within(values) -> None:
    drawn = np.array([values])
    low, high = between(drawn)
    inside = (drawn >= low) & (drawn <= high)
    assert inside.mean() >= 0.9
    assert low[0] <= middle(drawn)[0] <= high[0]


# ---- intervals --------------------------------------------------------------------------


def test_the_interval_of_the_city_by_hand(city) -> None:
    # nobody else changes: places 0 and 4 covered, 2 uncovered, 3 unknown; place 1 (100) flips
    stream = [
        draw(city, status=[1, one, 0, 2, 1], number=number)
        for number, one in enumerate([1] * 10 + [0] * 11)
    ]
    table = interval_table(city, tally_draws(city.access, stream))
    told = row(table, group_kind="city")
    assert told["share_people"] == pytest.approx(300 / 450)
    assert told["share_draw_low"] == pytest.approx(300 / 450)
    assert told["share_draw_high"] == pytest.approx(400 / 450)
    assert told["share_draw_median"] == pytest.approx(300 / 450)  # 11 of 21
    assert told["share_low_with_unknown"] == pytest.approx(300 / 500)
    assert told["share_high_with_unknown"] == pytest.approx(450 / 500)
    assert (told["draws"], told["basis"], told["reason"]) == (21, "assumption", "")
    assert [*table["group_id"]] == [*city.coverage["group_id"]]


states = st.lists(
    st.lists(st.sampled_from([0, 1, 2]), min_size=5, max_size=5), min_size=1, max_size=8
)


@given(states)
def test_bounds_hold_whatever_is_drawn(city, drawn) -> None:
    stream = [draw(city, status=one, value=[10.0, 900.0, np.inf, np.nan, 5.0]) for one in drawn]
    table = interval_table(city, tally_draws(city.access, stream * 20))
    told = table[table["share_draw_low"].notna()]
    assert (told["share_low_with_unknown"] <= told["share_draw_low"] + 1e-12).all()
    assert (told["share_draw_low"] <= told["share_draw_median"]).all()
    assert (told["share_draw_median"] <= told["share_draw_high"]).all()
    assert (told["share_draw_high"] <= told["share_high_with_unknown"] + 1e-12).all()
    empty = table[table["share_draw_low"].isna()]
    assert (empty["reason"] == "nobody_known").all()


def test_what_is_empty_says_why(city) -> None:
    nobody = interval_table(city, tally_draws(city.access, [draw(city, status=[2] * 5)] * 20))
    assert set(nobody["reason"]) == {"nobody_known"}
    assert nobody["share_draw_low"].isna().all()
    # who lives there is unknown, so that the bounds stay open
    held = row(nobody, group_kind="city")
    assert (held["share_low_with_unknown"], held["share_high_with_unknown"]) == (0, 1)
    far = [draw(city, status=[0] * 5, value=[np.inf] * 5)] * 20
    lost = row(interval_table(city, tally_draws(city.access, far)), group_kind="city")
    assert lost["share_draw_high"] == 0
    assert lost["reason"] == "unreachable"
    few = interval_table(city, tally_draws(city.access, far[:19]))
    assert set(few["reason"]) == {"too_few_draws"}
    assert few.filter(regex="_draw_(low|high)|_with_unknown").isna().all(axis=None)
    assert set(few["assessed_is"]) == {""}


def test_draws_are_held_once_in_their_order(city) -> None:
    stream = [
        draw(city, status=[number % 3, 1, 0, 2, 1], value=[number, 9.0, np.inf, np.nan, 5.0])
        for number in range(150)  # more than there is room for at first, twice
    ]
    tally = tally_draws(city.access, stream)
    (service,) = tally.drawn
    sums = [sum_up(tally.groups, one, service) for one in stream]
    for kind, held in tally.drawn[service].items():
        several = np.array([getattr(one, kind) for one in sums]).T
        assert np.array_equal(held, several, equal_nan=True), kind
        assert held.base.nbytes < 2 * several.nbytes


def test_no_draws_are_refused(city) -> None:
    with pytest.raises(MethodError, match="at least one"):
        tally_draws(city.access, [])


# ---- differences ------------------------------------------------------------------------


def test_a_difference_and_how_often_it_keeps_its_sign(city) -> None:
    # urban is place 0; rural are 1 and 2 (150 people known): as assessed 1 - 0
    stream = [draw(city, status=one) for one in ([1, 0, 0, 2, 1], [1, 1, 0, 2, 1], [0, 1, 0, 2, 1])]
    table = difference_table(city, tally_draws(city.access, stream * 20))
    assert len(table) == len(city.gaps)
    told = row(table, comparison="urban-rural", measure="share_people")
    assert told["difference"] == 1
    assert told["difference_draw_low"] == pytest.approx(-100 / 150, abs=1e-6)
    assert told["difference_draw_high"] == 1
    assert told["difference_draw_median"] == pytest.approx(1 - 100 / 150, abs=1e-6)
    assert told["share_same_sign"] == pytest.approx(2 / 3)


def test_against_the_bottom_line_stands_whoever_is_lowest_in_a_draw(city) -> None:
    # d1 has places 0, 1 (and 3, 4 without known people or state), d2 place 2
    stream = [draw(city, status=one) for one in ([1, 0, 0, 2, 1], [0, 1, 1, 2, 1])]
    table = difference_table(city, tally_draws(city.access, stream * 20))
    told = table[(table["comparison"] == "bottom-line") & (table["kind_a"] == "district")]
    assert told["difference_draw_low"].iloc[0] == pytest.approx(0 - 300 / 450, abs=1e-6)
    assert told["difference_draw_high"].iloc[0] == pytest.approx(100 / 400 - 150 / 450, abs=1e-6)


def test_the_study_s_own_bottom_line_does_not_vary_but_who_is_lowest_does(city) -> None:
    service = replace(city.access.services[0], bottom_line=0.9)
    made = assess(replace(city.access, services=(service,)))
    stream = [draw(made, status=one) for one in ([1, 0, 0, 2, 1], [0, 1, 1, 2, 1])]
    table = difference_table(made, tally_draws(made.access, stream * 20))
    told = table[(table["comparison"] == "bottom-line") & (table["kind_a"] == "district")]
    assert told["group_b_id"].tolist() == ["study"]
    assert told["difference_draw_low"].iloc[0] == pytest.approx(0 - 0.9)
    assert told["difference_draw_high"].iloc[0] == pytest.approx(100 / 400 - 0.9)
    assert told["reason"].tolist() == [""]


def test_a_difference_that_is_empty_says_why(city) -> None:
    lost = [draw(city, status=[0] * 5, value=[np.inf] * 5)] * 20
    table = difference_table(city, tally_draws(city.access, lost))
    told = row(table, comparison="urban-rural", measure="mean_m")
    assert np.isnan(told["difference_draw_low"])
    assert told["reason"] == "unreachable"
    nobody = difference_table(city, tally_draws(city.access, [draw(city, status=[2] * 5)]))
    assert row(nobody, comparison="urban-rural", measure="mean_m")["reason"] == "nobody_known"
    assert (table["difference_draw_low"].notna() | (table["reason"] != "")).all()
    few = difference_table(city, tally_draws(city.access, [draw(city)] * 19))
    told = row(few, comparison="urban-rural", measure="share_people")
    assert (np.isnan(told["difference_draw_low"]), told["reason"]) == (True, "too_few_draws")


# ---- places -----------------------------------------------------------------------------


def test_how_certain_a_place_is(city) -> None:
    ones = [[1, number < 1, number < 15, 2, number < 19] for number in range(20)]
    table = certainty_table(city, tally_draws(city.access, [draw(city, status=s) for s in ones]))
    assert [*table["certainty"]] == [
        "firmly_covered",
        "firmly_uncovered",  # 5 %
        "borderline",  # 75 %
        "unknown",
        "firmly_covered",  # 95 %
    ]
    assert table["share_draws_covered"].iloc[:3].tolist() == [1.0, 0.05, 0.75]
    assert np.isnan(table["share_draws_covered"].iloc[3])
    assert table["share_draws_unknown"].iloc[3] == 1
    few = certainty_table(city, tally_draws(city.access, [draw(city, status=[1, 0, 0, 2, 1])] * 19))
    likely = ["probably_covered", "probably_uncovered", "probably_uncovered", "unknown"]
    assert [*few["certainty"]] == [*likely, "probably_covered"]


# ---- one assumption at a time -----------------------------------------------------------


def test_the_widest_swing_ranks_first(city) -> None:
    low = draw(city, status=[1, 0, 0, 2, 1], factors={"limit:clinic": 0.9})
    high = draw(city, status=[1, 1, 0, 2, 1], factors={"limit:clinic": 1.1})
    alone = [
        Swing(assumption="people", ends=False, draws=(draw(city),) * 20),
        Swing(assumption="position", ends=False, draws=(draw(city),) * 19),
        Swing(assumption="limit", ends=True, draws=(low, high)),
        Swing(assumption="speed:walk", ends=True, draws=(draw(city), draw(city))),
        Swing(assumption="ferry_wait", ends=True, draws=(draw(city), draw(city))),
    ]
    table = tornado_table(city, alone)
    limit = row(table, assumption="limit")
    assert (limit["low"], limit["high"], limit["rank"]) == (0.9, 1.1, 1)
    assert limit["share_at_low"] == pytest.approx(300 / 450)
    assert limit["share_at_high"] == pytest.approx(400 / 450)
    assert limit["share_swing"] == pytest.approx(100 / 450, abs=1e-6)
    people = row(table, assumption="people")
    assert (people["share_swing"], people["reason"]) == (0, "no_swing")
    assert (people.isna()["rank"], limit["reason"]) == (True, "")
    assert np.isnan(people["low"])
    assert row(table, assumption="position")["reason"] == "too_few_draws"
    for name in ("speed:walk", "ferry_wait"):  # its limit is in metres
        assert row(table, assumption=name)["reason"] == "cannot_matter"
    same = draw(city, factors={"limit:clinic": 1.0})
    fixed = tornado_table(city, [Swing(assumption="limit", ends=True, draws=(same, same))])
    assert fixed["reason"].tolist() == ["cannot_matter"]
    lost = draw(city, status=[2] * 5, factors={"limit:clinic": 0.9})
    nobody = tornado_table(city, [Swing(assumption="limit", ends=True, draws=(lost, lost))])
    assert nobody["reason"].tolist() == ["nobody_known"]
    assert nobody["rank"].isna().all()
