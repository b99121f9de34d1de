"""Line layers as offices leave them: columns, classes, ends that do not meet, other cities."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gapmap.errors import InputError
from gapmap.network import Network, NetworkSource, read_network
from gapmap.network.elsewhere import judge_place
from gapmap.network.noding import ways_from_lines
from gapmap.network.rules import KINDS, Tags

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from gapmap.findings import Finding

Course = list[tuple[float, float]]
CRS = pyproj.CRS("EPSG:4547")
EAST, NORTH = 500_000.0, 2_460_000.0


def read(folder: Path, *rows: tuple[list[tuple[float, float]], dict], crs: object = CRS) -> Network:
    shapes = [shapely.LineString(course) for course, _ in rows]
    frame = gpd.GeoDataFrame([said for _, said in rows], geometry=shapes, crs=crs)
    frame.to_file(folder / "roads.gpkg")
    return read_network(NetworkSource(lines=folder / "roads.gpkg"), crs=CRS)


def metres(*points: tuple[float, float]) -> list[tuple[float, float]]:
    return [(EAST + x, NORTH + y) for x, y in points]


def found(network: Network, code: str) -> Finding:
    (one,) = [one for one in network.findings if one.code == code]
    return one


def codes(network: Network) -> set[str]:
    return {one.code for one in network.findings}


def kinds(network: Network) -> list[str]:
    return sorted(KINDS[kind] for kind in network.edges.kind)


def counts(network: Network) -> tuple[int, int, int, int]:
    (rows,) = network.rows
    return rows.read, rows.used, rows.repaired, rows.excluded


ONE, TWO = metres((0, 0), (1000, 0)), metres((0, 500), (1000, 500))


def test_columns_that_nobody_understands_are_named(tmp_path: Path) -> None:
    said = {"道路等级": "主干路", "单双向": "单向", "限速": "60", "名称": "a"}
    network = read(tmp_path, (ONE, said), (TWO, said))
    unread = found(network, "network-columns-unread")
    assert (unread.severity, unread.value) == ("warning", "道路等级, 单双向, 限速")
    assumed = found(network, "network-class-assumed")
    assert (assumed.severity, dict(assumed.facts)) == ("note", {"ways": "2"})
    assert kinds(network) == ["unclassified"] * 2


def test_a_sound_layer_is_not_accused(tmp_path: Path) -> None:
    said = {"highway": "primary", "type": "x", "oneway": "no", "maxspeed": "60", "length": 1.0}
    assert codes(read(tmp_path, (ONE, said))) <= {"datum-as-declared", "network-pieces"}


def test_classes_in_chinese_are_told_with_what_is_assumed(tmp_path: Path) -> None:
    names = ["国道", "县道", "Primary", "规划道路"]
    rows = [
        (metres((0, 100 * i), (1000, 100 * i)), {"highway": name}) for i, name in enumerate(names)
    ]
    network = read(tmp_path, *rows)
    assert kinds(network) == ["primary", "primary", "tertiary"]
    assert counts(network) == (4, 3, 0, 1)
    told = found(network, "network-classes-translated")
    assert (told.severity, told.row, told.field, told.value) == ("warning", 1, "highway", "国道")
    assert "国道 = primary, 县道 = tertiary, 规划道路 = proposed" in told.done("en")
    assert dict(found(network, "network-ways-unused").facts)["kinds"] == "proposed 1"


def test_classes_that_nobody_knows_are_a_warning_and_planned_ones_a_note(tmp_path: Path) -> None:
    names = ["residential", "二环", "primary;secondary", "construction"]
    rows = [
        (metres((0, 100 * i), (1000, 100 * i)), {"highway": name}) for i, name in enumerate(names)
    ]
    network = read(tmp_path, *rows)
    unknown = found(network, "network-classes-unknown")
    assert (unknown.severity, unknown.row, unknown.value) == ("warning", 2, "二环")
    assert dict(unknown.facts)["kinds"] == "primary;secondary 1, 二环 1"
    assert dict(found(network, "network-ways-unused").facts)["kinds"] == "construction 1"
    assert counts(network) == (4, 1, 0, 3)


@pytest.mark.parametrize("text", ["FT", "Y", "YES", "单向"])
def test_more_ways_to_write_one_way(tmp_path: Path, text: str) -> None:
    network = read(tmp_path, (ONE, {"highway": "primary", "oneway": text}))
    assert (network.edges.forward[0], network.edges.backward[0]) == (True, False)
    assert "network-oneway-ignored" not in codes(network)


def test_against_the_direction_of_drawing(tmp_path: Path) -> None:
    network = read(tmp_path, (ONE, {"highway": "primary", "oneway": "TF"}))
    assert (network.edges.forward[0], network.edges.backward[0]) == (False, True)


def test_ends_that_nearly_meet_are_told_and_not_joined(tmp_path: Path) -> None:
    """0.5 m short of the first road; 1.5 m short; exactly on it."""
    road = {"highway": "primary"}
    network = read(
        tmp_path,
        (ONE, road),
        (metres((200, 0.5), (200, 300)), road),
        (metres((400, 1.5), (400, 300)), road),
        (metres((600, 0), (600, 300)), road),
    )
    loose = found(network, "network-ends-loose")
    assert (loose.severity, loose.row, dict(loose.facts)) == ("warning", 2, {"ends": "1", "m": "1"})
    assert dict(found(network, "network-ends-joined").facts) == {"ends": "1"}
    assert len(network.edges) == 5


def meetings(*courses: Course, bridges: tuple[int, ...] = ()) -> tuple[list[set[int]], int]:
    """Say which lines pass each place where several do, and how many ends were joined."""
    made = np.array([shapely.LineString(course) for course in courses], dtype=object)
    tags = [Tags(bridge="yes" if n in bridges else "") for n in range(len(courses))]
    ways, meeting = ways_from_lines(made, tags)
    owner = np.repeat(np.arange(len(courses)), np.diff(ways.offsets))
    passing = [set(owner[ways.points == point].tolist()) for point in np.unique(ways.points)]
    for n in range(len(courses)):  # nothing is put into a line twice
        course = ways.points[ways.offsets[n] : ways.offsets[n + 1]]
        assert (np.diff(course) != 0).all()
    return [lines for lines in passing if len(lines) > 1], meeting.joined


MAIN: Course = [(0, 0), (1000, 0)]
NORTHWARD: Course = [(500, 0), (500, 300)]
SOUTHWARD: Course = [(500, 0), (500, -300)]
ASLANT: Course = [(900, 400), (500, 0)]


def test_side_streets_that_end_at_one_point_of_a_line_meet_it() -> None:
    assert meetings(MAIN, NORTHWARD, SOUTHWARD) == ([{0, 1, 2}], 2)
    assert meetings(ASLANT, SOUTHWARD, MAIN, NORTHWARD) == ([{0, 1, 2, 3}], 3)


def test_side_streets_meet_a_line_on_the_way_from_one_to_the_other(tmp_path: Path) -> None:
    road = {"highway": "primary"}
    courses = [metres(*course) for course in (MAIN, NORTHWARD, SOUTHWARD)]
    network = read(tmp_path, *((course, road) for course in courses))
    assert len(network.edges) == 4
    assert sorted(network.edges.length_m) == pytest.approx([300, 300, 500, 500])
    assert dict(found(network, "network-ends-joined").facts) == {"ends": "2"}
    assert "network-ends-loose" not in codes(network)


@pytest.mark.parametrize("miss", [(0.004, 0.004), (0.009, -0.0005), (0.008, 0.016), (-0.009, 0.0)])
def test_side_streets_that_miss_a_line_by_the_tolerance_meet_it(miss: tuple[float, float]) -> None:
    """Of the third pair one is farther than 0.01 m from the line, but not from the other."""
    first, second = miss
    streets = [[(500, first), (500, 300)], [(500, second), (500.0, -300)]]
    assert meetings(MAIN, *streets) == ([{0, 1, 2}], 2)


def test_side_streets_that_miss_a_line_by_more_meet_each_other_only() -> None:
    streets: list[Course] = [[(500, 0.012), (500, 300)], [(500, 0.02), (700, 300)]]
    assert meetings(MAIN, *streets) == ([{1, 2}], 0)


def test_an_end_on_a_vertex_of_one_line_meets_another_that_has_none_there() -> None:
    bent: Course = [(300, 500), (500, 0), (700, 500)]
    assert meetings(MAIN, SOUTHWARD, bent) == ([{0, 1, 2}], 1)


def test_lines_that_cross_where_others_end_meet_there_both() -> None:
    across: Course = [(300, -200), (700, 200)]
    assert meetings(MAIN, across, NORTHWARD, SOUTHWARD) == ([{0, 1, 2, 3}], 2)


def test_side_streets_do_not_meet_a_bridge_over_them() -> None:
    assert meetings(MAIN, NORTHWARD, SOUTHWARD, bridges=(0,)) == ([{1, 2}], 0)
    arched: Course = [(0, 9), *((100 * n, 9 + n) for n in range(1, 10)), (1000, 9)]
    assert meetings(arched, MAIN, NORTHWARD, SOUTHWARD, bridges=(0,)) == ([{1, 2, 3}], 2)


def test_a_bridge_of_two_lines_does_not_meet_the_line_below() -> None:
    """Where only bridges end, they go on; a street that ends there with them leads down."""
    assert meetings(MAIN, NORTHWARD, SOUTHWARD, bridges=(1, 2)) == ([{1, 2}], 0)
    assert meetings(MAIN, NORTHWARD, SOUTHWARD, bridges=(1,)) == ([{0, 1, 2}], 2)
    assert meetings(MAIN, NORTHWARD, SOUTHWARD, ASLANT, bridges=(1, 2)) == ([{0, 1, 2, 3}], 3)
    assert meetings(MAIN, NORTHWARD, bridges=(1,)) == ([{0, 1}], 1)


LASSO: Course = [(0, 0), (0, 200), (100, 300), (200, 200), (0, 100)]


@pytest.mark.parametrize("turned", [1, -1])
def test_a_line_that_ends_on_its_own_course_closes_a_loop(tmp_path: Path, turned: int) -> None:
    assert meetings(LASSO[::turned])[1] == 1
    network = read(tmp_path, (metres(*LASSO[::turned]), {"highway": "primary"}))
    round_m = shapely.LineString(LASSO).length - 100
    stem, *loop = sorted(network.edges.length_m)
    assert (stem, sum(loop)) == pytest.approx((100, round_m))


def test_a_street_meets_a_line_where_that_ends_on_its_own_course() -> None:
    street: Course = [(0, 100), (-100, 100)]
    assert meetings(LASSO, street) == ([{0, 1}], 2)
    _, joined = meetings(LASSO, MAIN, street, bridges=(0,))
    assert joined == 0


def test_rings_and_ends_beside_their_own_course_stay_as_they_are() -> None:
    ring: Course = [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]
    eight: Course = [(0, 0), (0, 200), (100, 200), (100, 100), (0, 100), (-50, 100)]
    assert meetings(ring) == meetings(eight) == ([], 0)
    assert meetings([*LASSO[:-1], (0.02, 100)])[1] == 0


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=8, unique=True),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_lines_meet_whatever_has_a_vertex_there(
    streets: list[tuple[int, int]],
    turned: bool,  # noqa: FBT001 - hypothesis gives it
    order: random.Random,
) -> None:
    """A line meets the same streets with a vertex where they end as without."""
    tops: list[Course] = [
        [(100 * at, 0), (100 * at + 10 * turn, 300)][:: -1 if turned else 1] for at, turn in streets
    ]
    order.shuffle(tops)
    spots = sorted({100 * at for at, _ in streets})
    with_vertices: Course = [(0, 0), *((spot, 0) for spot in spots), (1000, 0)]
    assert meetings(MAIN, *tops)[0] == meetings(with_vertices, *tops)[0]


spot = st.tuples(st.integers(0, 6), st.integers(0, 6))
course = st.lists(spot, min_size=2, max_size=5).filter(lambda spots: len(set(spots)) > 1)


@settings(max_examples=200, deadline=None)
@given(st.lists(course, min_size=1, max_size=7))
def test_every_line_that_passes_an_end_has_a_vertex_there(courses: list[Course]) -> None:
    lines = np.array([shapely.LineString(course) for course in courses], dtype=object)
    ways, _ = ways_from_lines(lines, [Tags()] * len(lines))
    at = [ways.points[a:b] for a, b in itertools.pairwise(ways.offsets)]
    for points, course in zip(at, courses, strict=True):
        here = ways.xy[points]
        assert shapely.LineString(here).length == pytest.approx(shapely.LineString(course).length)
        for end in (points[0], points[-1]):
            spot = shapely.Point(ways.xy[end])
            passed = [n for n, line in enumerate(lines) if line.distance(spot) < 1e-6]
            assert passed == [n for n in range(len(lines)) if end in at[n]]


@pytest.mark.parametrize("km", [1, 5, 20])
def test_an_end_drawn_on_a_long_line_in_degrees_meets_it(tmp_path: Path, km: int) -> None:
    """In metres the line lies beside it: by 2 cm for 1 km at 50 degrees north."""
    crs = pyproj.CRS("EPSG:32633")
    wide = km / 71.7
    rows = [((15.0, 50.0), (15 + wide, 50.0)), ((15 + wide / 2, 50.0), (15 + wide / 2, 50.01))]
    frame = gpd.GeoDataFrame(
        {"highway": ["primary"] * 2}, geometry=[*map(shapely.LineString, rows)], crs=4326
    )
    frame.to_file(tmp_path / "roads.gpkg")
    network = read_network(NetworkSource(lines=tmp_path / "roads.gpkg"), crs=crs)
    assert len(network.edges) == 3
    assert dict(found(network, "network-ends-joined").facts) == {"ends": "1"}


def test_a_point_on_null_island_and_empty_parts(tmp_path: Path) -> None:
    shapes = [
        shapely.LineString([(114, 22), (114.01, 22)]),
        shapely.LineString([(114, 22), (0, 0)]),
        shapely.MultiLineString([[(114, 22.01), (114.01, 22.01)], [(114, 22.02), (114.01, 22.02)]]),
    ]
    frame = gpd.GeoDataFrame({"highway": ["primary"] * 3}, geometry=shapes, crs=4326)
    frame.to_file(tmp_path / "roads.gpkg")
    network = read_network(NetworkSource(lines=tmp_path / "roads.gpkg"), crs=CRS)
    assert counts(network) == (3, 2, 0, 1)
    assert found(network, "network-line-zero").row == 2
    assert len(network.edges) == 3


def test_an_empty_part_of_a_line_is_nothing(tmp_path: Path) -> None:
    path = tmp_path / "roads.geojson"
    path.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"highway":"primary"},'
        '"geometry":{"type":"MultiLineString","coordinates":[[],[[114,22],[114.01,22]]]}}]}',
        "utf8",
    )
    network = read_network(NetworkSource(lines=path), crs=CRS)
    assert counts(network) == (1, 1, 0, 0)
    assert len(network.edges) == 1


def test_lengths_that_are_none_are_counted(tmp_path: Path) -> None:
    rows = [
        (metres((0, 100 * i), (1000, 100 * i)), {"highway": "primary", "长度": text})
        for i, text in enumerate(["1.2", "", "1.5km", "0", "-3", "inf", "nan", "远"])
    ]
    wrong = found(read(tmp_path, *rows), "network-lengths-wrong")
    assert (wrong.row, wrong.field, wrong.value, dict(wrong.facts)["edges"]) == (
        4,
        "长度",
        "0",
        "5",
    )


def test_an_osm_file_under_lines_is_told_where_to_stand(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_network(NetworkSource(lines=tmp_path / "roads.osm.pbf"), crs=CRS)
    assert caught.value.code == "network-lines-osm"


def test_roads_of_another_city(tmp_path: Path) -> None:
    network = read(tmp_path, (ONE, {"highway": "primary"}))

    def district(x: float) -> gpd.GeoSeries:
        return gpd.GeoSeries([shapely.box(EAST + x, NORTH - 1, EAST + x + 10, NORTH + 1)], crs=CRS)

    assert judge_place(network, district(500), file="a") == ()  # between two vertices
    assert judge_place(network, district(2000), file="a") == ()  # 1 km, as far as one snaps
    (outside,) = judge_place(network, district(2001), file="a")
    assert (outside.code, outside.severity) == ("network-outside", "warning")
    assert dict(outside.facts) == {"km": "1.0"}
    with pytest.raises(InputError) as caught:
        judge_place(network, district(51_001), file="a")
    assert caught.value.code == "network-elsewhere"
    assert judge_place(network, gpd.GeoSeries([None], crs=CRS), file="a") == ()
