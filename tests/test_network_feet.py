"""Joining points of ways: the grid against shapely, and feet against a search without any grid."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gapmap.network.feet import Feet, feet_within, make_grid, nearest_edge
from gapmap.network.value import pack_lines


@dataclass
class Drawing:
    """Ways as lists of points, and the spots at both ends of each."""

    lines: list
    spots: list

    @classmethod
    def of(cls, *lines):
        """Let ways that end at the same point meet there."""
        spots: dict = {}
        ends = [
            tuple(spots.setdefault(tuple(line[k]), len(spots)) for k in (0, -1)) for line in lines
        ]
        return cls([[tuple(map(float, point)) for point in line] for line in lines], ends)

    def new_spot(self):
        return 1 + max(max(ends) for ends in self.spots)

    def grid(self, edges=None):
        coords, offsets = pack_lines([np.array(line, float).reshape(-1, 2) for line in self.lines])
        edges = np.arange(len(self.lines)) if edges is None else np.array(edges)
        return make_grid(coords, offsets, edges, np.array(self.spots, np.int64).reshape(-1, 2))

    def feet(self, point, within_m=np.inf):
        return feet_within(self.grid(), np.array([point], float), within_m)


def places(feet):
    return sorted(
        zip(feet.x.round(5) + 0, feet.y.round(5) + 0, feet.distance_m.round(5), strict=True)
    )


def same_places(one, other):
    """Match the points of two sets of feet within a micrometre, each with each."""
    a, b = (np.column_stack([feet.x, feet.y, feet.distance_m]) for feet in (one, other))
    assert (len(a) > 0) == (len(b) > 0), (a, b)
    if len(a):
        away = np.abs(a[:, None] - b[None]).max(axis=2)
        assert away.min(axis=0).max() <= 1e-6
        assert away.min(axis=1).max() <= 1e-6


def slow_feet(drawing, point, within_m=np.inf):
    """Find feet as they are defined: vertex by vertex, segment by segment."""
    point, slack = np.array(point, float), 1e-7
    branches: dict = {}  # by vertex: where it is, where each branch leads, edges there
    found, inner = [], []
    for edge, line in enumerate(drawing.lines):
        bends = np.array([p for i, p in enumerate(line) if i == 0 or p != line[i - 1]], float)
        names = [(edge, i) for i in range(len(bends))]
        names[0], names[-1] = drawing.spots[edge][0], drawing.spots[edge][1]
        for i, name in enumerate(names):
            at = branches.setdefault(name, (bends[i], [], []))
            at[1].extend(bends[j] for j in (i - 1, i + 1) if 0 <= j < len(bends))
            at[2].append(edge)
        for a, b in pairwise(bends):
            length = np.hypot(*(b - a))
            along = (point - a) @ (b - a) / length
            if slack < along < length - slack:
                foot = a + (b - a) * along / length
                inner.append((*foot, np.hypot(*(point - foot)), edge))
    for vertex, towards, edges in branches.values():
        steps = [(point - vertex) @ (other - vertex) for other in towards]
        lengths = [np.hypot(*(other - vertex)) for other in towards]
        if all(step <= slack * length for step, length in zip(steps, lengths, strict=True)):
            found.append((*vertex, np.hypot(*(point - vertex)), min(edges)))
    alone: list = []
    for foot in sorted(found + inner, key=lambda foot: foot[3]):
        same_edge = [other for other in alone if other[3] == foot[3]]
        if foot[2] <= within_m and all(math.dist(foot[:2], o[:2]) > 1e-6 for o in same_edge):
            alone.append(foot)
    return sorted(alone, key=lambda foot: (round(foot[2], 7), foot[3]))


# --- by hand


def test_the_foot_of_a_perpendicular():
    feet = Drawing.of([(0, 0), (10, 0)]).feet((3, 4))
    assert places(feet) == [(3, 0, 4)]
    assert feet.along_m.tolist() == [3]
    assert feet.edge.tolist() == [0]


def test_beyond_the_end_of_a_lone_way_the_end_is_the_foot():
    feet = Drawing.of([(0, 0), (10, 0)]).feet((13, 4))
    assert places(feet) == [(10, 0, 5)]
    assert feet.along_m.tolist() == [10]


def test_a_position_on_a_way_is_its_own_foot():
    assert places(Drawing.of([(0, 0), (10, 0)]).feet((3, 0))) == [(3, 0, 0)]
    assert places(Drawing.of([(0, 0), (10, 0)]).feet((10, 0))) == [(10, 0, 0)]


def test_both_sides_of_a_hairpin_are_feet_and_its_bend_is_not():
    feet = Drawing.of([(0, 0), (100, 0), (100, 10), (0, 10)]).feet((50, 4))
    # the short side between them is nearer than its ends, though far away
    assert places(feet) == [(50, 0, 4), (50, 10, 6), (100, 4, 50)]
    assert feet.along_m.tolist() == [50, 160, 104]


def test_the_outside_of_a_bend_is_a_foot_and_the_inside_is_none():
    bend = Drawing.of([(0, 10), (0, 0), (10, 0)])
    assert places(bend.feet((-3, -4))) == [(0, 0, 5)]
    assert places(bend.feet((3, 4))) == [(0, 4, 3), (3, 0, 4)]


def test_where_ways_meet_there_is_a_foot_only_if_all_lead_away():
    away = Drawing.of([(0, 0), (10, 0)], [(0, 0), (0, 10)], [(10, 10), (0, 0)])
    assert places(away.feet((-3, -4))) == [(0, 0, 5)]
    assert away.feet((-3, -4)).edge.tolist() == [0]
    towards = Drawing.of([(0, 0), (10, 0)], [(0, 0), (0, 10)], [(-6, -8), (0, 0)])
    assert places(towards.feet((-3, -4))) == [(-3, -4, 0)]


def test_ways_that_cross_without_meeting_are_joined_each_for_itself():
    bridge = Drawing.of([(-10, 0), (10, 0)], [(0, -10), (0, 10)])
    assert places(bridge.feet((3, 4))) == [(0, 4, 3), (3, 0, 4)]


def test_two_dead_ends_at_one_place_that_do_not_meet_are_a_foot_each():
    ends = Drawing([[(0.0, 0.0), (10.0, 0.0)], [(0.0, 0.0), (10.0, 1.0)]], [(0, 1), (2, 3)])
    assert places(ends.feet((-3, 4))) == [(0, 0, 5), (0, 0, 5)]
    assert ends.feet((-3, 4)).edge.tolist() == [0, 1]


def test_what_lies_at_the_limit_is_within_it():
    way = Drawing.of([(0, 0), (10, 0)])
    assert places(way.feet((13, 4), 5)) == [(10, 0, 5)]
    assert places(way.feet((13, 4), 4.999)) == []
    edge, distance_m = nearest_edge(way.grid(), np.array([[13.0, 4.0]]), 5)
    assert (edge.tolist(), distance_m.tolist()) == ([0], [5])
    edge, distance_m = nearest_edge(way.grid(), np.array([[13.0, 4.0]]), 4.999)
    assert (edge.tolist(), distance_m.tolist()) == ([-1], [np.inf])


def test_a_ring_has_a_foot_on_every_side():
    ring = Drawing.of([(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)])
    assert places(ring.feet((4, 3))) == [(0, 3, 4), (4, 0, 3), (4, 10, 7), (10, 3, 6)]
    assert places(ring.feet((-3, -4))) == [(0, 0, 5)]


def test_a_way_without_length_is_a_point():
    point = Drawing.of([(3, 4), (3, 4)])
    assert places(point.feet((0, 0))) == [(3, 4, 5)]
    edge, distance_m = nearest_edge(point.grid(), np.zeros((1, 2)), np.inf)
    assert (edge.tolist(), distance_m.tolist()) == ([0], [5])


def test_an_edge_without_length_makes_one_place_of_its_ends():
    # the way goes on from the other end of the edge without length: no foot where it is
    lines = [[(0.0, 0.0), (10.0, 0.0)], [(10.0, 0.0), (10.0, 0.0)], [(10.0, 0.0), (20.0, 0.0)]]
    apart = Drawing(lines, [(0, 1), (1, 2), (2, 3)])
    assert places(apart.feet((13, 4))) == [(13, 0, 4)]


def test_only_the_edges_that_may_be_joined_count():
    ways = Drawing.of([(0, 0), (10, 0)], [(10, 0), (20, 0)], [(0, 1), (20, 1)])
    grid = ways.grid([0])
    assert nearest_edge(grid, np.array([[13.0, 4.0]]), np.inf)[0].tolist() == [0]
    # the way ends for whom may not go on
    assert places(feet_within(grid, np.array([[13.0, 4.0]]), np.inf)) == [(10, 0, 5)]


def test_without_a_position_or_a_way_there_is_nothing():
    way, point = Drawing.of([(0, 0), (10, 0)]), np.array([[np.nan, 1.0], [1.0, np.inf]])
    for grid, xy in ((way.grid(), point), (way.grid([]), np.zeros((2, 2)))):
        edge, distance_m = nearest_edge(grid, xy, np.inf)
        assert edge.tolist() == [-1, -1]
        assert np.isinf(distance_m).all()
        assert len(feet_within(grid, xy, np.inf).owner) == 0
    edge, distance_m = nearest_edge(way.grid(), np.zeros((0, 2)), np.inf)
    assert len(edge) == len(distance_m) == 0


def test_feet_come_by_position_then_distance():
    ways = Drawing.of([(0, 0), (10, 0)], [(0, 5), (10, 5)])
    feet = feet_within(ways.grid(), np.array([[3.0, 4.0], [3.0, 1.0]]), 4.5)
    assert feet.owner.tolist() == [0, 0, 1, 1]
    assert feet.edge.tolist() == [1, 0, 0, 1]
    assert feet.distance_m.tolist() == [1, 4, 1, 4]


# --- against shapely and the slow search

number = st.one_of(st.integers(0, 60).map(float), st.floats(0, 60).map(lambda v: round(v, 1)))
spot = st.tuples(number, number)


@st.composite
def drawings(draw):
    """Ways between shared places, with bends; whole numbers make many ties and right angles."""
    corners = draw(st.lists(spot, min_size=2, max_size=6, unique=True))
    lines = []
    for _ in range(draw(st.integers(1, 7))):
        line = [draw(st.sampled_from(corners))]
        line += draw(st.lists(spot, max_size=3))
        line += [draw(st.sampled_from(corners))]
        lines.append(line)
    return Drawing.of(*lines)


@given(drawings(), st.lists(spot, min_size=1, max_size=5), st.sampled_from([5.0, 20.5, np.inf]))
@settings(max_examples=150)
def test_nearest_edges_are_those_of_shapely(drawing, points, most_m):
    lines = shapely.linestrings(
        np.concatenate(drawing.lines),
        indices=np.repeat(np.arange(len(drawing.lines)), [len(line) for line in drawing.lines]),
    )
    edge, distance_m = nearest_edge(drawing.grid(), np.array(points), most_m)
    for point, mine, away_m in zip(points, edge, distance_m, strict=True):
        away = shapely.distance(lines, shapely.Point(point))
        if away.min() > most_m:
            assert (mine, away_m) == (-1, np.inf)
        else:
            assert away_m == pytest.approx(away.min(), abs=1e-6)
            assert mine == np.flatnonzero(away <= away.min() * (1 + 1e-9) + 1e-9)[0]


@given(drawings(), spot, st.sampled_from([10.25, 33.3, np.inf]))
@settings(max_examples=150)
def test_feet_are_those_of_the_slow_search(drawing, point, within_m):
    slow, feet = slow_feet(drawing, point, within_m), drawing.feet(point, within_m)
    assume(all(abs(foot[2] - within_m) > 1e-6 for foot in slow_feet(drawing, point)))
    expected = np.array(slow).reshape(-1, 4)
    same_places(feet, replace_feet(feet, expected))
    assert sorted(feet.edge) == sorted(foot[3] for foot in slow)
    if len(slow):
        assert feet.distance_m[0] == pytest.approx(
            nearest_edge(drawing.grid(), np.array([point]), np.inf)[1][0], abs=1e-6
        )


def replace_feet(feet, rows):
    return feet._replace(x=rows[:, 0], y=rows[:, 1], distance_m=rows[:, 2], edge=rows[:, 3])


@given(drawings(), spot)
@settings(max_examples=60)
def test_each_foot_lies_where_it_says_on_its_edge(drawing, point):
    feet = drawing.feet(point)
    for edge, along_m, x, y in zip(feet.edge, feet.along_m, feet.x, feet.y, strict=True):
        line = shapely.LineString(drawing.lines[edge])
        at = line.interpolate(along_m)
        assert np.hypot(at.x - x, at.y - y) <= 2e-6
    assert (np.diff(feet.distance_m) >= 0).all()


def test_of_a_way_drawn_twice_the_lower_number_is_nearest_whatever_the_rounding():
    random = np.random.default_rng(5)
    ways = random.uniform(2e6, 2e6 + 500, (200, 2, 2))
    twice = np.concatenate([ways, ways[:, ::-1]])
    number = random.permutation(len(twice))
    lines = np.empty_like(twice)
    lines[number] = twice
    lower = np.empty(len(lines), int)
    lower[number] = np.tile(np.minimum(number[:200], number[200:]), 2)
    xy = random.uniform(2e6, 2e6 + 500, (500, 2))
    edge, _ = nearest_edge(
        Drawing(lines.tolist(), np.arange(800).reshape(-1, 2).tolist()).grid(), xy, np.inf
    )
    assert edge.tolist() == lower[edge].tolist()


def test_alike_is_what_the_nearest_is_alike_to_not_its_neighbour_in_a_chain():
    # 10 m less nothing, 8 and 16 nm, looked at from below; alike within 11 nm
    lines = [
        [(-1, -10), (1, -10)],
        [(10 - 8e-9, -1), (10 - 8e-9, 1)],
        [(-1, 10 - 16e-9), (1, 10 - 16e-9)],
    ]
    edge, _ = nearest_edge(Drawing.of(*lines).grid(), np.zeros((1, 2)), np.inf)
    assert edge.tolist() == [1]


def test_a_way_cut_right_at_the_foot_has_that_foot_once():
    random = np.random.default_rng(8)
    for a, b, turned in random.uniform(-50, 50, (300, 3, 2)):
        cut = a + (b - a) * random.uniform(0.1, 0.9)
        point = cut + (b - a)[::-1] * [1, -1] * random.uniform(-2, 2)
        halves = [[tuple(a), tuple(cut)], [tuple(cut), tuple(b)]]
        halves = [half[:: -1 if at > 0 else 1] for half, at in zip(halves, turned, strict=True)]
        feet = Drawing.of(*halves).feet(point)
        assert len(feet.x) == 1
        assert np.hypot(feet.x - cut[0], feet.y - cut[1])[0] <= 1e-6


def test_far_from_zero_a_cut_among_pieces_of_five_centimetres_has_its_foot_once():
    # coordinates there are off by 0.2 nm, which turns a short piece by 0.000002 m in 500 m
    random = np.random.default_rng(9)
    for angle in random.uniform(0, 2 * np.pi, 300):
        along = np.array([np.cos(angle), np.sin(angle)])
        cut = random.uniform(2e6, 3e6, 2)
        halves = [[tuple(cut + at * along) for at in (50 * end, end, 0)] for end in (-0.05, 0.03)]
        feet = Drawing.of(*halves).feet(cut + 500 * along[::-1] * [1, -1])
        assert len(feet.x) == 1
        assert np.hypot(feet.x - cut[0], feet.y - cut[1])[0] <= 1e-4


def test_a_thousand_feet_of_one_position_come_in_order():
    comb = [[(x, 0), (x, 10), (x + 0.5, 10), (x + 0.5, 0), (x + 1, 0)] for x in range(600)]
    feet = Drawing.of(*comb).feet((-1, 5))
    assert len(feet.owner) >= 1000
    assert (np.diff(feet.distance_m) > 0).all()
    assert feet.x[feet.y == 5].tolist() == np.arange(0, 600, 0.5).tolist()


# --- what must not change the feet


@st.composite
def splits(draw, drawing):
    """Cut an edge in two: at a bend, or anywhere on a segment that leaves two pieces of a metre."""
    edge = draw(st.integers(0, len(drawing.lines) - 1))
    line = drawing.lines[edge]
    i = draw(st.integers(0, len(line) - 2))
    a, b = np.array(line[i]), np.array(line[i + 1])
    length = np.hypot(*(b - a))
    if draw(st.booleans()) and i > 0:
        first, second = line[: i + 1], line[i:]
    else:
        assume(length > 3)
        share = draw(st.floats(1 / length, 1 - 1 / length))
        cut = tuple((a + share * (b - a)).tolist())
        first, second = [*line[: i + 1], cut], [cut, *line[i + 1 :]]
    new = drawing.new_spot()
    begin, end = drawing.spots[edge]
    lines, spots = list(drawing.lines), list(drawing.spots)
    lines[edge], spots[edge] = first, (begin, new)
    return Drawing([*lines, second], [*spots, (new, end)])


@given(st.data(), drawings(), spot)
@settings(max_examples=150)
def test_cutting_edges_does_not_change_the_feet(data, drawing, point):
    cut = drawing
    for _ in range(data.draw(st.integers(1, 3))):
        cut = data.draw(splits(cut))
    same_places(cut.feet(point), drawing.feet(point))


@given(drawings(), spot, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_neither_direction_nor_order_of_edges_changes_the_feet(drawing, point, random):
    order = list(range(len(drawing.lines)))
    random.shuffle(order)
    turned = [random.random() < 0.5 for _ in order]
    lines = [drawing.lines[i][:: -1 if turned[i] else 1] for i in order]
    spots = [drawing.spots[i][:: -1 if turned[i] else 1] for i in order]
    same_places(Drawing(lines, spots).feet(point), drawing.feet(point))


@given(drawings(), spot, st.booleans(), st.data())
@settings(max_examples=200, deadline=None)
def test_a_way_drawn_twice_gives_the_same_points_and_both_ways(drawing, point, turned, data):
    edge = data.draw(st.integers(0, len(drawing.lines) - 1))
    step = -1 if turned else 1
    lines = [*drawing.lines, drawing.lines[edge][::step]]
    twice = Drawing(lines, [*drawing.spots, drawing.spots[edge][::step]])
    once, both = drawing.feet(point), twice.feet(point)
    second = both.edge == len(drawing.lines)
    same_places(picked(both, ~second), once)
    inside = (both.along_m > 1e-5) & (both.along_m < shapely.LineString(lines[-1]).length - 1e-5)
    same_places(picked(both, second & inside), picked(both, (both.edge == edge) & inside))


def picked(feet, which):
    return Feet(*(values[which] for values in feet))


@given(drawings(), spot, st.data())
@settings(max_examples=60)
def test_edges_without_length_and_repeated_points_change_nothing(drawing, point, data):
    edge = data.draw(st.integers(0, len(drawing.lines) - 1))
    lines, spots = list(drawing.lines), list(drawing.spots)
    i = data.draw(st.integers(0, len(lines[edge]) - 1))
    lines[edge] = [*lines[edge][: i + 1], *lines[edge][i:]]
    end = data.draw(st.integers(0, 1))
    there, new = lines[edge][-end], drawing.new_spot()
    # the edge now ends at a spot of its own, and one without length leads on to the old one
    moved = list(spots[edge])
    old, moved[end] = moved[end], new
    spots[edge] = tuple(moved)
    at = data.draw(st.sampled_from([0, len(lines)]))
    lines.insert(at, [there, there])
    spots.insert(at, (old, new))
    same_places(Drawing(lines, spots).feet(point), drawing.feet(point))


@given(drawings(), spot, st.sampled_from([1000.0, -1000.0, 1e6]))
@settings(max_examples=60)
def test_moving_everything_moves_the_feet(drawing, point, by):
    moved = replace(drawing, lines=[[(x + by, y + by) for x, y in line] for line in drawing.lines])
    feet = moved.feet((point[0] + by, point[1] + by))
    same_places(feet._replace(x=feet.x - by, y=feet.y - by), drawing.feet(point))


# --- uneven ways


def short_ways(x, y):
    """Draw 3,000 ways of some metres in a square of a kilometre."""
    random = np.random.default_rng(3)
    at = random.uniform(0, 1000, (3000, 2)) + np.array([x, y])
    return np.stack([at, at + random.normal(0, 5, at.shape)], axis=1)


def long_ways():
    return np.random.default_rng(3).uniform(0, 1000, (500, 2, 2))


UNEVEN = {
    "50 km beside 5 m": [*short_ways(0, 0), [(-20_000, -30_000), (20_000, 15_000)]],
    "one segment": [[(3, 4), (30, 70)]],
    "two towns": [*short_ways(0, 0), *short_ways(400_000, 0)],
    "a stray way far away": [*short_ways(0, 0), [(-3e6, -9e6), (-3e6, -9e6 + 10)]],
    "long ways across": long_ways(),
    "one line": [[(x, 0), (x + 2, 0)] for x in range(0, 900, 3)],
    "one upright line": [[(5, y), (5, y + 2)] for y in range(0, 900, 3)],
    "all in one place": np.full((50, 2, 2), 7.0),
    "far from zero": short_ways(4e7, 9e7),
}


@pytest.mark.parametrize("lines", UNEVEN.values(), ids=UNEVEN)
def test_uneven_ways_are_searched_as_exactly(lines):
    lines = np.array([np.array(line, float) for line in lines])
    grid = Drawing(lines, np.arange(2 * len(lines)).reshape(-1, 2)).grid()
    random, (low, high) = np.random.default_rng(4), np.quantile(lines, (0.1, 0.9), axis=(0, 1))
    some = random.uniform(low - 100, high + 100, (300, 2))
    xy = np.concatenate([some, random.normal(low, 1e5, (100, 2)), random.normal(low, 1e7, (20, 2))])
    xy = random.permutation(np.concatenate([xy, lines[:20, 0]]))
    made, points = shapely.linestrings(lines), shapely.points(xy)
    (_, _), expected = shapely.STRtree(made).query_nearest(
        points, all_matches=False, return_distance=True
    )
    edge, distance_m = nearest_edge(grid, xy, np.inf)
    assert distance_m == pytest.approx(expected, rel=1e-12, abs=1e-6)
    assert shapely.distance(made[edge], points) == pytest.approx(expected, rel=2e-9, abs=1e-6)
    assert len(grid.cell_segments) <= 6 * len(lines) + 4_000_000
    feet = feet_within(grid, xy, 50.0)
    first = np.unique(feet.owner, return_index=True)
    assert first[0].tolist() == np.flatnonzero(distance_m <= 50).tolist()
    assert feet.distance_m[first[1]] == pytest.approx(distance_m[first[0]], abs=1e-6)


@pytest.mark.parametrize(("cells", "crossings"), [(1, 1e-9), (1, 3), (500, 1e9)])
def test_the_size_of_the_cells_changes_no_answer(cells, crossings, monkeypatch):
    monkeypatch.setattr("gapmap.network.feet._CELLS_A_SEGMENT", cells)
    monkeypatch.setattr("gapmap.network.feet._CROSSINGS", crossings)
    monkeypatch.setattr("gapmap.network.feet._FEW_CROSSINGS", 0)
    random = np.random.default_rng(6)
    at = random.integers(0, 40, (120, 2)).astype(float)  # many lie on the borders of cells
    lines = np.stack([at, at + random.integers(-6, 7, at.shape)], axis=1)
    drawing = Drawing(lines.tolist(), np.arange(240).reshape(-1, 2).tolist())
    grid, xy = drawing.grid(), random.integers(-10, 100, (200, 2)) / 2
    away = shapely.distance(shapely.linestrings(lines)[None], shapely.points(xy)[:, None])
    edge, distance_m = nearest_edge(grid, xy, np.inf)
    assert distance_m == pytest.approx(away.min(axis=1), abs=1e-9)
    alike = away <= away.min(axis=1)[:, None] * (1 + 1e-9) + 1e-9
    assert edge.tolist() == alike.argmax(axis=1).tolist()
    feet = feet_within(grid, xy, 7.03)
    slow = [slow_feet(drawing, point, 7.03) for point in xy]
    assert np.bincount(feet.owner, minlength=200).tolist() == [len(found) for found in slow]
    assert feet.distance_m == pytest.approx(np.array([f[2] for found in slow for f in found]))
