"""The main piece, roads that are drawn twice, and ferries that exist but do not sail."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
import shapely
from builders import CRS
from hypothesis import given, settings
from hypothesis import strategies as st
from network_reference import network_of

from gapmap.network import Network, network_at
from gapmap.network.assembly import assemble
from gapmap.network.ferries import Crossing
from gapmap.network.noding import ways_from_lines
from gapmap.network.pieces import ferries_at_rest, longest_on_land, pieces
from gapmap.network.rules import Tags

Point = tuple[float, float]
Line = list[Point]
STREET, PATH = Tags(highway="residential"), Tags(highway="footway")


def drawn(*lines: Line, boats: list[Crossing] | None = None) -> Network:
    made = np.array([shapely.LineString(line) for line in lines], dtype=object)
    ways, _ = ways_from_lines(made, [STREET] * len(lines))
    return assemble(ways, crs=CRS, file="roads", snap_m=500, crossings=boats or [])


def boat(start: Point, end: Point, **more: Any) -> Crossing:
    return Crossing(ends=(-1, -1), coords=np.array([start, end], float), minutes=20, **more)


LONG: Line = [(0, 0), (2000, 0), (5000, 0)]
SHORT: Line = [(0, 9000), (1500, 9100), (3000, 9000)]


def test_a_road_that_is_drawn_twice_counts_once_and_makes_no_main_piece() -> None:
    once = drawn(LONG, SHORT)
    again = drawn(LONG, SHORT, SHORT, SHORT[::-1])
    for mode in ("walk", "drive"):
        plain, twice = pieces(once, mode), pieces(again, mode)
        assert twice.ways_m == pytest.approx(plain.ways_m)
        assert twice.main == plain.main == 1
        assert twice.ways_m[0] == pytest.approx(5000)


def test_another_course_between_the_same_ends_counts_for_itself() -> None:
    bend: Line = [(0, 9000), (1500, 12_000), (3000, 9000)]
    network = drawn(LONG, SHORT, bend)
    found = pieces(network, "walk")
    both = shapely.LineString(SHORT).length + shapely.LineString(bend).length
    assert found.ways_m[0] == pytest.approx(both)
    # a loop counts once, whichever way round it was drawn
    ring: Line = [(0, 0), (400, 0), (400, 300), (0, 0)]
    assert pieces(drawn(ring, ring[::-1]), "walk").ways_m == pytest.approx([1200])


def test_of_two_coincident_ways_the_one_that_the_mode_may_use_counts() -> None:
    xy = [[0, 0], [1000, 0]]
    for tags in ([PATH, STREET], [STREET, PATH]):
        network = network_of(xy, [[0, 1], [1, 0]], tags)
        assert pieces(network, "walk").ways_m.tolist() == [1000]
        assert pieces(network, "drive").ways_m.tolist() == [1000]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 5), max_size=8), st.booleans())
def test_drawing_roads_again_changes_no_length(again: list[int], turned: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    lines: list[Line] = [
        LONG,
        SHORT,
        [(0, 0), (0, 900)],
        [(2000, 0), (2000, 700)],
        [(0, 9000), (0, 9400)],
    ]
    lines.append([(2000, 0), (2000, 700), (0, 900)])
    more = [lines[number][:: -1 if turned else 1] for number in again]
    one, other = pieces(drawn(*lines), "walk"), pieces(drawn(*more, *lines), "walk")
    assert other.ways_m == pytest.approx(one.ways_m)
    assert other.main == one.main


def test_the_main_piece_is_told_by_a_node_of_its_longest_land() -> None:
    network = drawn(SHORT, LONG, boats=[boat((0, 9000), (0, 0))])
    assert longest_on_land(network, "walk") >= 0
    assert network.xy[longest_on_land(network, "walk")].tolist() == [0, 0]


def test_ferries_at_rest_land_here_and_would_link_to_the_main_piece() -> None:
    third: Line = [(0, 20_000), (900, 20_000)]
    fourth: Line = [(0, 30_000), (800, 30_000)]
    lines = (LONG, SHORT, third, fourth)
    late: dict[str, Any] = {"first_sailing": dt.time(9), "last_sailing": dt.time(18)}
    boats = [boat((0, 0), (0, 9000), **late), boat((0, 20_000), (0, 30_000))]
    network = drawn(*lines, boats=boats)
    resting = ferries_at_rest(network, "walk")
    assert not resting.land.any()
    assert not resting.link.any()
    storm = network_at(network, sailing=False)
    assert pieces(storm, "walk").ways_m == pytest.approx(pieces(drawn(*lines), "walk").ways_m)
    resting = ferries_at_rest(storm, "walk")
    assert resting.land.tolist() == [True] * 4
    assert resting.link.tolist() == [False, True, False, False]  # 1 is the main piece itself
    early = ferries_at_rest(network_at(network, depart=dt.time(8)), "walk")
    assert early.link.sum() == 1
    assert early.land.sum() == 2


def test_a_ferry_that_takes_no_cars_does_not_rest_for_them() -> None:
    network = drawn(LONG, SHORT, boats=[boat((0, 0), (0, 9000), drive=False)])
    storm = network_at(network, sailing=False)
    assert ferries_at_rest(storm, "walk").land.all()
    assert not ferries_at_rest(storm, "drive").land.any()
