from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from network_reference import network_of
from test_network_search import positions, random_network

from gapmap.errors import MethodError
from gapmap.network import Network, ServiceArea, cells, reach_nearest, service_area, snap
from gapmap.network.rules import Tags
from gapmap.network.zones import LEGS

ROAD = Tags(highway="residential")
FINE = [2.0**-step for step in range(10)]


def area(
    network: Network, targets: list[list[float]] | np.ndarray, limit: float, **more: object
) -> ServiceArea:
    mode = str(more.pop("mode", "walk"))
    unit = str(more.pop("unit", "m"))
    joined = snap(network, targets, mode=mode)
    return service_area(network, joined, mode=mode, limit=(limit, unit), **more)


def rows(made: ServiceArea) -> list[tuple[object, ...]]:
    """First and last x of every line, and the cost there."""
    return [
        (line.coords[0][0], line.coords[-1][0], round(a, 6), round(b, 6))
        for line, a, b in zip(
            made.lines.geometry, made.lines["from_cost"], made.lines["to_cost"], strict=True
        )
    ]


def test_a_road_is_cut_exactly_where_the_limit_ends() -> None:
    made = area(network_of([[0, 0], [2000, 0]], [[0, 1]]), [[0, 0]], 500)
    assert rows(made) == [(0, 500, 0, 500)]
    assert made.lines["kind"].tolist() == ["residential"]
    assert made.lines["ferry"].tolist() == [False]
    assert (made.limit, made.unit, made.mode) == (500, "m", "walk")


def test_what_is_left_of_the_limit_is_walked_off_the_road() -> None:
    """With one leg of 100 m: a rectangle of 400 m x 200 m, a half circle more, and one less."""
    network = network_of([[0, 0], [2000, 0]], [[0, 1]])
    made = area(network, [[0, 0]], 500, legs=[0.1])
    assert made.polygon.area == pytest.approx(400 * 200, rel=0.03)
    assert made.polygon.bounds == pytest.approx((-100, -100, 380, 100), abs=2)
    assert shapely.covers(made.polygon, shapely.LineString([[-90, 0], [290, 0]]))


def test_open_country_is_served_as_far_as_the_leg_may_be() -> None:
    """A road all within reach: a rectangle and two half circles with the radius snap_m."""
    made = area(network_of([[0, 0], [2000, 0]], [[0, 1]]), [[0, 0]], 9000)
    assert made.polygon.area == pytest.approx(2000 * 2000 + math.pi * 1000**2, rel=0.03)


def test_a_way_out_of_reach_takes_its_own_side() -> None:
    """Who stands nearer to the other road joins that, and gets nowhere."""
    network = network_of([[0, 0], [9000, 0], [0, 400], [9000, 400]], [[0, 1], [2, 3]])
    made = area(network, [[0, 0]], 99_000)
    assert shapely.covers(made.polygon, shapely.box(700, -450, 8300, 110))
    assert not shapely.intersects(made.polygon, shapely.box(-2000, 200, 12_000, 900))


def test_both_ends_but_not_the_middle_are_two_parts() -> None:
    network = network_of([[0, 0], [1000, 0]], [[0, 1]])
    made = area(network, [[0, 0], [1000, 0]], 300)
    assert rows(made) == [(0, 300, 0, 300), (700, 1000, 300, 0)]


def test_lines_are_cut_at_the_crest_where_the_cost_turns() -> None:
    network = network_of([[0, 0], [1000, 0]], [[0, 1]])
    made = area(network, [[0, 0], [900, 0]], 600)
    assert rows(made) == [(0, 450, 0, 450), (450, 900, 450, 0), (900, 1000, 0, 100)]


def test_a_target_in_the_middle_of_an_edge_is_a_beginning() -> None:
    network = network_of([[0, 0], [1000, 0]], [[0, 1]])
    made = area(network, [[400, 30]], 330)
    assert rows(made) == [(100, 400, 330, 30), (400, 700, 30, 330)]


def test_cars_come_along_one_way_streets_only_as_they_may() -> None:
    street = Tags(highway="residential", oneway="yes")
    network = network_of([[0, 0], [1000, 0], [2000, 0]], [[0, 1, 2]], [street])
    assert rows(area(network, [[1000, 0]], 300, mode="drive")) == [(700, 1000, 300, 0)]
    assert rows(area(network, [[400, 0]], 300, mode="drive")) == [(100, 400, 300, 0)]
    walked = area(network, [[1000, 0]], 300)
    assert rows(walked) == [(700, 1000, 300, 0), (1000, 1300, 0, 300)]


@pytest.mark.parametrize(("minutes", "expected"), [(30.0, 1), (36.0, 3)])
def test_a_ferry_is_a_whole_crossing_or_nothing(minutes: float, expected: int) -> None:
    """400 m of road in 5 minutes, 15 of waiting and 15 at sea."""
    boat = Tags(route="ferry", duration="15")
    network = network_of(
        [[0, 0], [400, 0], [5400, 0], [5800, 0]], [[0, 1], [1, 2], [2, 3]], [ROAD, boat, ROAD]
    )
    made = area(network, [[0, 0]], minutes, unit="minutes")
    assert len(made.lines) == expected
    ferry = made.lines[made.lines["ferry"]]
    assert ferry.geometry.length.tolist() == [5000.0][: len(ferry)]
    assert len(ferry) == (expected > 1)
    if len(ferry):
        assert ferry[["from_cost", "to_cost"]].to_numpy() == pytest.approx(np.array([[5, 35]]))
        assert made.lines["to_cost"].max() == pytest.approx(36)


def test_minutes_and_speeds_are_those_of_the_search() -> None:
    network = network_of([[0, 0], [2000, 0]], [[0, 1]])
    assert rows(area(network, [[0, 0]], 10, unit="minutes")) == [(0, 800, 0, 10)]
    slow = area(network, [[0, 0]], 10, unit="minutes", speed_kmh=2.4)
    assert rows(slow) == [(0, 400, 0, 10)]


def test_no_leg_crosses_a_border_or_water() -> None:
    network = network_of([[0, 0], [2000, 0]], [[0, 1]])
    border = shapely.LineString([[-5000, 60], [5000, 60]])
    lake = shapely.box(500, -400, 1500, -50)
    network = replace(network, borders=border, water=lake)
    made = area(network, [[0, 0]], 9000).polygon
    assert made.bounds[3] < 60
    assert not shapely.intersects(made, lake)
    assert not shapely.intersects(made, shapely.box(600, -449, 1400, -400))
    assert shapely.covers(made, shapely.box(200, -12, 1800, 12))


def test_nothing_is_reached_without_targets() -> None:
    network = network_of([[0, 0], [2000, 0]], [[0, 1]])
    for targets in (np.empty((0, 2)), [[0, 5000]], [[np.nan, np.nan]]):
        made = area(network, targets, 500)
        assert len(made.lines) == 0
        assert made.polygon.is_empty
        assert made.lines.crs == network.crs


def test_a_limit_of_nothing_and_one_without_end() -> None:
    network = network_of([[0, 0], [2000, 0], [0, 9000], [1, 9000]], [[0, 1], [2, 3]])
    assert len(area(network, [[0, 0]], 0).lines) == 0
    endless = area(network, [[0, 0]], math.inf)
    assert rows(endless) == [(0, 2000, 0, 2000)]
    assert endless.polygon.area == pytest.approx(2000 * 2000 + math.pi * 1000**2, rel=0.03)


def test_a_question_that_makes_no_sense_is_refused() -> None:
    network = network_of([[0, 0], [2000, 0]], [[0, 1]])
    with pytest.raises(MethodError, match="unit"):
        area(network, [[0, 0]], 500, unit="km")
    with pytest.raises(MethodError, match=r"(?i)nan"):
        area(network, [[0, 0]], math.nan)


def case(seed: int) -> tuple[Network, np.ndarray, str, float, str]:
    """Make a random network, often with borders and water, targets, and a limit."""
    random = np.random.default_rng(seed)
    network = random_network(
        seed,
        points=int(random.integers(14, 40)),
        ways=int(random.integers(2, 22)),
        snap_m=float(random.choice([40, 400, 1500])),
    )
    if seed % 3 == 1:
        line = shapely.LineString(random.uniform(-600, 3600, (3, 2)))
        network = replace(network, borders=line)
    if seed % 4 == 1:
        lakes = shapely.buffer(shapely.points(random.uniform(0, 3000, (4, 2))), 250, quad_segs=3)
        network = replace(network, water=shapely.union_all(lakes))
    mode = str(random.choice(["walk", "cycle", "drive"]))
    unit = str(random.choice(["m", "minutes"]))
    limit = float(random.choice([200, 900, 2500]) * (1 if unit == "m" else 0.06 / 4.8))
    return network, positions(seed, 4), mode, limit, unit


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
@example(1)
@example(5)
@example(13294)  # a street of no length that may be driven one way only
def test_no_point_of_the_area_is_beyond_the_limit(seed: int) -> None:
    hold_against_the_search(seed)


@pytest.mark.parametrize("seed", range(16))
def test_cells_in_place_of_buffers_change_nothing(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few ways are drawn without cells: here with as many as it takes, wherever they can be."""
    network, targets, mode, limit, unit = case(seed)
    plain = area(network, targets, limit, mode=mode, unit=unit).polygon
    for name, value in {"_MANY": 1, "_MOST": 10**5, "_BOXES": 10**6}.items():
        monkeypatch.setattr(cells, name, value)
    made = area(network, targets, limit, mode=mode, unit=unit).polygon
    assert made.symmetric_difference(plain).area <= 0.02 * plain.area
    hold_against_the_search(seed)


def test_a_dense_net_is_drawn_with_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    side = range(12)
    points = [[100 * x, 100 * y] for y in side for x in side]
    rows = [[12 * y + x for x in side] for y in side]
    network = network_of(points, [*rows, *map(list, zip(*rows, strict=True))])
    lines = lines_of_all(network)
    frame = cells.cells_over(lines, 150)
    assert frame is not None
    union = shapely.union_all(shapely.buffer(lines, 150, quad_segs=cells.QUARTER))
    drawn = []
    real = shapely.buffer
    monkeypatch.setattr(shapely, "buffer", lambda x, *a, **k: drawn.append(x) or real(x, *a, **k))
    made = cells.surroundings(frame, lines, 150)
    assert made.symmetric_difference(union).area <= 0.01 * union.area
    assert sum(shapely.length(x).sum() for x in drawn) < 0.7 * shapely.length(lines).sum()


def lines_of_all(network: Network) -> np.ndarray:
    return np.array(list(all_ways(network, "walk").values()))


def hold_against_the_search(seed: int) -> None:
    network, targets, mode, limit, unit = case(seed)
    legs = FINE if seed % 2 else LEGS
    made = area(network, targets, limit, mode=mode, unit=unit, legs=legs)
    if made.polygon.is_empty:
        return
    asked = sample(made.polygon, seed)
    by = "distance" if unit == "m" else "minutes"
    found = reach_nearest(
        network,
        snap(network, asked, mode=mode),
        snap(network, targets, mode=mode),
        mode=mode,
        by=by,
    )
    cost = found.distance_m if unit == "m" else found.minutes
    assert cost.max() <= limit + 1e-6


def sample(polygon: shapely.MultiPolygon, seed: int) -> np.ndarray:
    """Take points inside, on the outline, and at its corners."""
    random = np.random.default_rng(seed)
    low, high = np.array(polygon.bounds).reshape(2, 2)
    inside = random.uniform(low, high, (3000, 2))
    inside = inside[shapely.contains_xy(polygon, inside)]
    rim = polygon.boundary
    on_rim = shapely.line_interpolate_point(rim, random.uniform(0, rim.length, 300))
    corners = shapely.get_coordinates(polygon)
    corners = corners[random.integers(0, len(corners), 300)]
    return np.vstack([inside, shapely.get_coordinates(on_rim), corners])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
@example(1096)  # a street that runs back on itself
@example(2253)  # a dead end just within the limit
def test_every_way_within_reach_lies_in_the_area(seed: int) -> None:
    """But the last two metres of the limit, and near ways out of reach, borders and water.

    Of ways that are drawn over each other, one of which is out of reach, neither counts.
    """
    network, targets, mode, limit, unit = case(seed)
    polygon = area(network, targets, limit, mode=mode, unit=unit, legs=FINE).polygon
    least_m = FINE[-1] * network.snap_m
    least = least_m if unit == "m" else least_m * 0.06 / 4.8
    ways = area(network, targets, limit - least, mode=mode, unit=unit).lines
    ways = ways[~ways["ferry"]]
    ways = ways[network.edges.joinable[ways["edge"]]]
    own = ways.dissolve("edge").geometry.buffer(1e-6)
    beyond = [
        line.difference(own[edge]) if edge in own.index and line.is_simple else line
        for edge, line in all_ways(network, mode).items()
    ]
    near = [shape for shape in (*beyond, network.borders, network.water) if shape is not None]
    reached = shapely.union_all(ways.geometry.to_numpy())
    held = reached.difference(shapely.union_all(shapely.buffer(near, least_m * 1.1)))
    assert held.difference(polygon.buffer(1e-6)).length == pytest.approx(0, abs=1e-6)


def all_ways(network: Network, mode: str) -> dict[int, shapely.LineString]:
    """Give the course of every way that the mode may join, by its number."""
    edges = network.edges
    used = edges.forward | edges.backward if mode == "drive" else getattr(edges, mode)
    used = np.flatnonzero(used & edges.joinable)
    bounds = zip(used, edges.offsets[used], edges.offsets[used + 1], strict=True)
    return {int(edge): shapely.LineString(edges.coords[a:b]) for edge, a, b in bounds}


@pytest.mark.parametrize("seed", [0, 2, 3, 4, 6, 8])
def test_lines_and_their_costs_are_what_the_search_finds(seed: int) -> None:
    """But within a metre of a crossing, where one may stand on the other way too."""
    network, targets, mode, limit, unit = case(seed * 12)
    network = replace(network, borders=None, water=None)
    made = area(network, targets, limit, mode=mode, unit=unit)
    ways = made.lines[~made.lines["ferry"] & network.edges.joinable[made.lines["edge"]]]
    every = np.array(list(all_ways(network, mode).values()))
    share = np.tile(np.linspace(0.02, 0.98, 30), len(every))
    at = shapely.line_interpolate_point(np.repeat(every, 30), share, normalized=True)
    found = reach_nearest(
        network,
        snap(network, shapely.get_coordinates(at), mode=mode),
        snap(network, targets, mode=mode),
        mode=mode,
        by="distance" if unit == "m" else "minutes",
    )
    cost = found.distance_m if unit == "m" else found.minutes
    lines = ways.geometry.to_numpy()
    told = np.full(len(at), np.inf)
    for line, start, end in zip(lines, ways["from_cost"], ways["to_cost"], strict=True):
        on_line = shapely.dwithin(at, line, 1e-6)
        along = shapely.line_locate_point(line, at[on_line], normalized=True)
        told[on_line] = np.minimum(told[on_line], start + along * (end - start))
    alone = np.array(
        [(shapely.distance(every, one) < 2 * network.snap_m / 1000).sum() < 2 for one in at]
    )
    assert np.isfinite(told[alone]).any()
    np.testing.assert_allclose(
        np.where(cost <= limit, cost, np.inf)[alone], told[alone], rtol=0, atol=1e-6
    )
