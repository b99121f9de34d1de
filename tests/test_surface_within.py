"""Pairs within a limit over a terrain: the same as one search of everything for each target."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gapmap.surface import Links, Terrain
from gapmap.surface.search import in_metres, search
from gapmap.surface.within import Reach, cell_pairs_within, cut_around, reach_cells


def plain(size=41, minutes=1.0):
    return Terrain(minutes_per_cell=np.full((size, size), minutes), cell_m=100.0)


def test_limit_is_inclusive_and_pairs_are_told_in_order():
    found = cell_pairs_within(
        plain(), [(20, 25), (20, 20), (-1, -1), (20, 26)], [(20, 20), (-1, -1), (20, 22)], limit=5
    )
    assert found.target.tolist() == [0, 0, 2, 2, 2]
    assert found.origin.tolist() == [0, 1, 0, 1, 3]
    assert found.value == pytest.approx([5, 0, 3, 2, 4])


def test_metres_do_not_ask_how_fast_one_is():
    slow = plain(minutes=9.0)
    found = cell_pairs_within(slow, [(20, 23), (23, 23)], [(20, 20)], limit=300, unit="m")
    assert found.origin.tolist() == [0]
    assert found.value == pytest.approx([300.0])


def test_a_link_out_of_the_part_is_not_lost():
    links = Links(tail=np.array([[1, 1]]), head=np.array([[39, 39]]), minutes=np.array([0.5]))
    terrain = Terrain(
        minutes_per_cell=np.ones((41, 41)), cell_m=100.0, links=links, direction="from"
    )
    found = cell_pairs_within(terrain, [(39, 39)], [(1, 1)], limit=1)
    assert found.value == pytest.approx([0.5])


@pytest.mark.parametrize("direction", ["to", "from"])
def test_the_part_reaches_as_far_as_links_lead_and_no_farther(direction):
    tail, head = np.array([[10, 10], [22, 20], [90, 90]]), np.array([[20, 20], [30, 30], [5, 95]])
    if direction == "to":
        tail, head = head, tail
    links = Links(tail=tail, head=head, minutes=np.ones(3))
    terrain = replace(plain(100), links=links, direction=direction)
    part, corner = cut_around(terrain, np.array([[8, 9]]), Reach(6.0, 1.0))
    assert corner.tolist() == [2, 3]  # 2 cells to the first link, 1 for it: 3 are left there
    assert part.minutes_per_cell.shape == (29, 28)  # 2 to the second, 1 for it: 0 are left
    assert part.links.minutes.tolist() == [1, 1]
    assert (part.links.tail + corner).tolist() == tail[:2].tolist()
    assert (part.links.head + corner).tolist() == head[:2].tolist()
    part, corner = cut_around(terrain, np.array([[50, 50]]), Reach(6.0, 1.0))
    assert (part.minutes_per_cell.shape, part.links) == ((13, 13), None)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 100_000), st.floats(1, 7))
def test_links_and_what_lies_beyond_them_are_those_of_the_whole(seed, limit):
    draw = np.random.default_rng(seed)
    shape, count = (37, 53), int(draw.integers(0, 9))
    ends = np.stack([np.column_stack([draw.integers(0, s, count) for s in shape]) for _ in "ab"])
    minutes = draw.uniform(0.8, 2, shape)
    minutes[draw.random(shape) < 0.15] = np.inf
    terrain = Terrain(
        minutes_per_cell=minutes,
        cell_m=50.0,
        height_m=draw.uniform(0, 30, shape),
        driven_minutes=np.where(draw.random(shape) < 0.1 * np.isfinite(minutes), 0.3, np.inf),
        slope=("none", "tobler")[seed % 2],
        direction=("to", "from")[seed // 2 % 2],
        neighbours=(8, 16)[seed // 4 % 2],
        links=Links(tail=ends[0], head=ends[1], minutes=draw.uniform(0.1, 3, count)),
    )
    sources = np.column_stack([draw.integers(0, s, 2) for s in shape])
    sources[1] = np.minimum(sources[0] + 2, np.array(shape) - 1)
    whole = search(terrain, sources, limit_minutes=limit)
    part, corner = cut_around(terrain, sources, reach_cells(terrain, limit))
    found = search(part, sources - corner, limit_minutes=limit)
    there = tuple(slice(a, a + n) for a, n in zip(corner, found.minutes.shape, strict=True))
    np.testing.assert_array_equal(found.minutes, whole.minutes[there])
    np.testing.assert_array_equal(found.source, whole.source[there])
    missed = np.isfinite(whole.minutes)
    missed[there] = False
    assert not missed.any()


def test_nobody_near():
    found = cell_pairs_within(plain(), [(0, 0)], [(40, 40)], limit=3)
    assert [len(one) for one in found] == [0, 0, 0]


@given(st.integers(0, 10_000), st.sampled_from(["tobler", "langmuir", "none"]), st.floats(1, 9))
def test_pairs_are_those_of_whole_searches(seed, slope, limit):
    draw = np.random.default_rng(seed)
    shape = (23, 31)
    minutes = draw.uniform(0.8, 3, shape)
    minutes[draw.random(shape) < 0.15] = np.inf
    terrain = Terrain(
        minutes_per_cell=minutes,
        cell_m=50.0,
        height_m=draw.uniform(0, 60, shape),
        slope=slope,
        direction=("to", "from")[seed % 2],
        neighbours=(8, 16)[seed // 2 % 2],
    )
    origins = np.column_stack([draw.integers(0, side, 12) for side in shape])
    targets = np.column_stack([draw.integers(0, side, 4) for side in shape])
    found = cell_pairs_within(terrain, origins, targets, limit=limit)
    told = dict(zip(zip(found.target, found.origin, strict=True), found.value, strict=True))
    for number, target in enumerate(targets):
        whole = search(terrain, [target.tolist()], limit_minutes=limit).minutes[tuple(origins.T)]
        for origin, value in enumerate(whole):
            assert told.get((number, origin), np.inf) == pytest.approx(value, rel=1e-12)


def test_shortest_ways_are_those_of_a_search_in_metres():
    draw = np.random.default_rng(3)
    terrain = Terrain(minutes_per_cell=draw.uniform(1, 9, (15, 15)), cell_m=30.0)
    origins = np.column_stack((draw.integers(0, 15, 30), draw.integers(0, 15, 30)))
    found = cell_pairs_within(terrain, origins, [(7, 7)], limit=120, unit="m")
    whole = search(in_metres(terrain), [(7, 7)]).minutes[tuple(origins.T)]
    assert found.origin.tolist() == np.flatnonzero(whole <= 120).tolist()
    assert found.value == pytest.approx(whole[whole <= 120])
