"""Slope: the rules of walking against their formulas, and the ways that they make."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gapmap.errors import MethodError
from gapmap.surface.kernels.steep import langmuir, tobler
from gapmap.surface.paths import path
from gapmap.surface.search import search
from gapmap.surface.slope import RULES, STEEPEST, time_factor
from gapmap.surface.value import STEPS, Terrain

SLOPES = [-300.0, -3.0, -0.5, -0.2126, -0.2125, -0.1, -0.05, -1e-9, 0.0, 0.05, 0.3, 2.0, 300.0]


def plane(rows, columns, *, south=0.0, east=0.0, cell_m=20.0):
    """Heights that rise by so much a metre."""
    down, right = np.mgrid[:rows, :columns] * cell_m
    return south * down + east * right


def ground(height, **others):
    cell_m = others.setdefault("cell_m", 20.0)
    minutes = np.full(np.shape(height), cell_m * 0.72 / 60)
    return Terrain(
        **({"minutes_per_cell": minutes, "height_m": np.asarray(height, float)} | others)
    )


def test_tobler_walks_as_fast_as_the_report_says():
    kmh = 5.0364 / time_factor([0.0, -0.05, 0.1, -0.3], "tobler")

    assert kmh == pytest.approx([5.0364, 6.0, 3.5494, 2.5013], abs=2e-3)


def test_langmuir_takes_the_seconds_of_r_walk():
    seconds = 72 * time_factor([0.0, 0.1, -0.1, -0.2125, -0.3], "langmuir")  # 100 m

    assert seconds == pytest.approx([72, 72 + 60, 72 - 19.998, 72 - 42.49575, 72 + 59.994])


@pytest.mark.parametrize("rule", RULES)
def test_no_step_takes_nothing_or_less(rule):
    assert (time_factor(np.linspace(-3, 3, 10001), rule) > 0.29).all()


@pytest.mark.parametrize("rule", RULES)
def test_an_unknown_slope_is_flat(rule):
    assert time_factor([np.nan], rule) == [1.0]


def test_of_a_cliff_tobler_makes_a_number_that_others_can_be_added_to():
    assert time_factor([5.0, 300.0, np.inf], "tobler") == pytest.approx([3.98e7] * 3, rel=1e-2)
    assert (1e4 * time_factor([300.0], "tobler") + 1e-3 > 1e4 * time_factor([5.0], "tobler")).all()


def test_a_rule_that_nobody_knows_is_refused():
    with pytest.raises(MethodError, match="naismith"):
        time_factor([0.0], "naismith")


@given(st.floats(-2 * STEEPEST, 2 * STEEPEST) | st.sampled_from(SLOPES))
def test_the_kernels_work_out_the_same_factors(slope):
    assert tobler(slope) == pytest.approx(float(time_factor(slope, "tobler")), rel=1e-14)
    assert langmuir(slope) == pytest.approx(float(time_factor(slope, "langmuir")), rel=1e-14)


def test_the_kernels_take_nan_for_flat():
    assert tobler(np.nan) == langmuir(np.nan) == 1.0


@pytest.mark.parametrize("rule", ["tobler", "langmuir"])
@pytest.mark.parametrize("slope", [0.04, 0.2, 0.5])
def test_straight_up_and_down_a_plane(rule, slope):
    height = plane(1, 30, east=slope)
    flat = 20 * 0.72 / 60 * np.arange(30)
    up, down = (time_factor(way * slope, rule) for way in (1, -1))

    leaving = search(ground(height, slope=rule, direction="from"), [(0, 0)])
    coming = search(ground(height, slope=rule, direction="to"), [(0, 0)])

    assert leaving.minutes[0] == pytest.approx(flat * up)
    assert coming.minutes[0] == pytest.approx(flat * down)


def fastest(rows, columns, slope, rule, neighbours):
    """Closed form: minutes for a way over an endless plane that rises southwards.

    What a step takes depends on its kind alone there; a fastest way has two kinds at most.
    """
    kinds = np.array(STEPS[:neighbours])
    length = np.hypot(*kinds.T)
    minutes = 20 * 0.72 / 60 * length * time_factor(slope * kinds[:, 0] / length, rule)
    best = np.inf
    for a, b in itertools.combinations(range(neighbours), 2):
        pair = kinds[[a, b]].T
        if abs(np.linalg.det(pair)) > 0.5:
            times = np.linalg.solve(pair, [rows, columns])
            if (times > -1e-9).all() and np.allclose(times, times.round()):
                best = min(best, times @ minutes[[a, b]])
    return best


@pytest.mark.parametrize("neighbours", [8, 16])
@pytest.mark.parametrize(("rule", "slope"), [("tobler", 0.3), ("langmuir", 0.15)])
def test_across_a_plane(rule, slope, neighbours):
    height = plane(17, 17, south=slope)
    field = search(ground(height, slope=rule, direction="from", neighbours=neighbours), [(8, 8)])

    for rows, columns in [(3, 1), (4, 2), (-4, 2), (0, 5), (2, -5), (-5, -5)]:
        assert field.minutes[8 + rows, 8 + columns] == pytest.approx(
            fastest(rows, columns, slope, rule, neighbours)
        )


def test_one_walks_round_a_hill_but_over_a_bump():
    height = np.zeros((7, 7))
    height[0:5, 3] = 40.0
    steep = ground(height, slope="tobler", direction="to")
    low = ground(height / 40, slope="tobler", direction="to")

    assert path(steep, search(steep, [(1, 0)]), 1, 6)[:, 0].max() == 5
    assert path(low, search(low, [(1, 0)]), 1, 6)[:, 0].max() == 1


def test_up_out_of_a_valley_takes_longer_than_down_into_it():
    height = np.abs(np.arange(11) - 5.0)[None, :] * 4 + np.zeros((3, 1))  # slope 0.2 both sides
    into = search(ground(height, slope="tobler", direction="to"), [(1, 5)]).minutes
    out = search(ground(height, slope="tobler", direction="from"), [(1, 5)]).minutes

    assert into[1, 0] == into[1, 10] == pytest.approx(5 * 0.24 * time_factor(-0.2, "tobler"))
    assert out[1, 0] == out[1, 10] == pytest.approx(5 * 0.24 * time_factor(0.2, "tobler"))


def test_only_the_half_of_a_step_in_a_cell_on_foot_counts_the_slope():
    height = plane(1, 4, east=0.1)
    on_foot = np.array([[True, True, False, False]])
    there = search(ground(height, slope="tobler", direction="from", on_foot=on_foot), [(0, 0)])
    up = float(time_factor(0.1, "tobler"))

    assert there.minutes[0] / 0.24 == pytest.approx([0, up, up + (up + 1) / 2, up + (up + 3) / 2])


def test_of_a_knights_move_each_quarter_counts_for_itself():
    height = np.array([[0.0, 900.0, np.nan], [np.nan, 500.0, 3.0]])  # between the ends: no matter
    minutes = np.array([[1.0, 4.0, np.inf], [np.inf, 8.0, 2.0]])
    on_foot = np.array([[True, False, True], [True, True, False]])
    terrain = Terrain(
        minutes_per_cell=minutes, height_m=height, on_foot=on_foot, cell_m=20.0,
        slope="langmuir", direction="from", neighbours=16,
    )  # fmt: skip
    up = 1 + 6 / 0.72 * 3 / (20 * 5**0.5)

    found = search(terrain, [(0, 0)]).minutes

    assert found[1, 2] == pytest.approx(5**0.5 / 4 * (1 * up + 4 + 8 * up + 2))


@pytest.mark.parametrize("neighbours", [8, 16])
def test_steps_from_and_to_unknown_heights_are_flat(neighbours):
    height = plane(1, 5, east=0.3)
    height[0, 2] = np.nan
    field = search(
        ground(height, slope="tobler", direction="from", neighbours=neighbours), [(0, 0)]
    )
    up = float(time_factor(0.3, "tobler"))

    assert field.minutes[0] / 0.24 == pytest.approx([0, up, up + 1, up + 2, up + 2 + up])


def test_without_heights_or_rule_nothing_slopes():
    height = plane(4, 4, south=0.4)
    level = search(ground(height, slope="none"), [(0, 0)]).minutes

    assert level[3, 0] == pytest.approx(3 * 0.24)
    flat = Terrain(minutes_per_cell=np.full((4, 4), 0.24), cell_m=20.0, slope="tobler")
    assert search(flat, [(0, 0)]).minutes == pytest.approx(level)


@pytest.mark.parametrize("rule", ["tobler", "langmuir"])
def test_going_there_is_coming_back_over_the_land_turned_upside_down(rule):
    height = np.random.default_rng(5).uniform(0, 15, (20, 30))
    to = search(ground(height, slope=rule, direction="to", neighbours=16), [(3, 4), (15, 22)])
    back = search(ground(-height, slope=rule, direction="from", neighbours=16), [(3, 4), (15, 22)])

    assert np.array_equal(to.minutes, back.minutes)
    assert np.array_equal(to.source, back.source)


@pytest.mark.parametrize("rule", ["tobler", "langmuir"])
def test_from_a_to_b_takes_as_long_whichever_of_them_is_asked(rule):
    height = np.random.default_rng(6).uniform(0, 15, (12, 14))
    ends = (2, 3), (10, 11)
    leaving = search(ground(height, slope=rule, direction="from"), [ends[0]]).minutes[ends[1]]
    coming = search(ground(height, slope=rule, direction="to"), [ends[1]]).minutes[ends[0]]

    assert leaving == pytest.approx(coming, rel=1e-12)
