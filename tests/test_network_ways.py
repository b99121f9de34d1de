"""Rules of ways, cutting them into edges, line layers, borders, and snapping."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from network_reference import CRS, network_of

from gapmap.errors import CrsError, MethodError, NetworkError
from gapmap.findings import catalogue
from gapmap.network import (
    NetworkSource,
    default_speeds,
    nearest,
    network_from_lines,
    read_network,
    snap,
)
from gapmap.network.rules import KINDS, Tags, duration_minutes, road_rule
from gapmap.network.value import pick_edges
from gapmap.network.ways import part_of_line

if TYPE_CHECKING:
    from pathlib import Path

    from gapmap.network import Network

SQUARE = [[0, 0], [100, 0], [100, 100], [0, 100]]


def lines(*rows: tuple[list[tuple[float, float]], dict[str, object]]) -> gpd.GeoDataFrame:
    geometry = [shapely.LineString(points) for points, _ in rows]
    return gpd.GeoDataFrame(pd.DataFrame([tags for _, tags in rows]), geometry=geometry, crs=CRS)


def degrees(network: Network) -> list[int]:
    ends = np.concatenate([network.edges.tail, network.edges.head])
    return sorted(np.bincount(ends, minlength=len(network.xy)).tolist())


# Who may use what


@pytest.mark.parametrize(
    ("tags", "walk", "cycle", "forward", "backward"),
    [
        (Tags(highway="residential"), 1, 1, 1, 1),
        (Tags(highway="motorway"), 0, 0, 1, 0),
        (Tags(highway="motorway", oneway="no"), 0, 0, 1, 1),
        (Tags(highway="trunk", motorroad="yes"), 0, 0, 1, 1),
        (Tags(highway="footway"), 1, 0, 0, 0),
        (Tags(highway="footway", bicycle="yes"), 1, 1, 0, 0),
        (Tags(highway="footway", motor_vehicle="yes"), 1, 0, 0, 0),
        (Tags(highway="steps", bicycle="yes"), 1, 0, 0, 0),
        (Tags(highway="cycleway"), 1, 1, 0, 0),
        (Tags(highway="cycleway", foot="no"), 0, 1, 0, 0),
        (Tags(highway="track"), 1, 1, 1, 1),
        (Tags(highway="primary", foot="no"), 0, 1, 1, 1),
        (Tags(highway="primary", oneway="yes"), 1, 1, 1, 0),
        (Tags(highway="primary", oneway="-1"), 1, 1, 0, 1),
        (Tags(highway="primary", junction="roundabout"), 1, 1, 1, 0),
        (Tags(highway="service", access="private", foot="yes"), 1, 0, 0, 0),
        (Tags(highway="service", access="no", motor_vehicle="yes"), 0, 0, 1, 1),
        (Tags(highway="service", access="customers"), 1, 1, 1, 1),
        (Tags(highway="unclassified", vehicle="no"), 1, 0, 0, 0),
        (Tags(highway="unclassified", motor_vehicle="no"), 1, 1, 0, 0),
    ],
)
def test_rules(tags: Tags, walk: int, cycle: int, forward: int, backward: int) -> None:
    rule = road_rule(tags)
    assert rule is not None
    assert (rule.walk, rule.cycle, rule.forward, rule.backward) == (
        bool(walk),
        bool(cycle),
        bool(forward),
        bool(backward),
    )


@pytest.mark.parametrize(
    "tags",
    [
        *(Tags(highway=kind) for kind in ("proposed", "construction", "platform", "raceway", "")),
        Tags(highway="ferry"),
        Tags(highway="residential", route="ferry"),
        Tags(highway="service", access="private"),
        Tags(highway="residential", access="no"),
    ],
)
def test_these_are_no_ways(tags: Tags) -> None:
    assert road_rule(tags) is None


@pytest.mark.parametrize(
    ("text", "kmh"),
    [("50", 50), ("37.5", 37.5), ("", None), ("50 mph", None), ("walk", None), ("0", None)],
)
def test_only_a_plain_number_is_a_posted_speed(text: str, kmh: float | None) -> None:
    rule = road_rule(Tags(highway="primary", maxspeed=text))
    assert rule is not None
    assert math.isnan(rule.posted_kmh) if kmh is None else rule.posted_kmh == kmh


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("25", 25),
        ("00:25", 25),
        ("1:30", 90),
        ("01:30:30", 90.5),
        ("PT2H", 120),
        ("P1DT1M", 1441),
        ("0", None),
        ("half an hour", None),
        ("P", None),
        ("1:75", None),
    ],
)
def test_durations(text: str, minutes: float | None) -> None:
    read = duration_minutes(text)
    assert math.isnan(read) if minutes is None else read == minutes


def test_speeds_have_defaults_and_can_be_replaced() -> None:
    speeds = default_speeds()
    assert (speeds["walk"], speeds["cycle"]) == (4.8, 15.0)
    speeds["walk"] = 99.0
    assert default_speeds()["walk"] == 4.8
    assert set(speeds) - {"walk", "cycle"} < set(KINDS)
    tags = [Tags(highway="primary"), Tags(highway="track"), Tags(highway="primary", maxspeed="90")]
    ways = [[0, 1], [1, 2], [2, 3]]
    assert network_of(SQUARE, ways, tags).edges.drive_kmh.tolist() == [50, 15, 90]
    capped = network_of(SQUARE, ways, tags, speeds={"primary": 60.0, "walk": 4.0})
    assert capped.edges.drive_kmh.tolist() == [60, 15, 60]
    assert capped.speeds["walk"] == 4.0
    every = network_of(SQUARE, ways, tags, speeds={"drive": 33.0, "track": 8.0})
    assert every.edges.drive_kmh.tolist() == [33, 8, 33]


@pytest.mark.parametrize("speeds", [{"primry": 50.0}, {"walk": 0.0}, {"drive": math.nan}])
def test_speeds_for_nothing_or_of_nothing_are_refused(speeds: dict[str, float]) -> None:
    with pytest.raises(NetworkError, match=r"primary|at least"):
        network_of(SQUARE, [[0, 1]], speeds=speeds)


def test_a_network_without_any_way_is_refused() -> None:
    with pytest.raises(NetworkError) as caught:
        network_of(SQUARE, [[0, 1]], [Tags(highway="proposed")])
    assert caught.value.code == "network-no-ways"


# Cutting ways into edges


def test_ways_are_cut_where_they_share_a_point_and_nowhere_else() -> None:
    points = [[0, 0], [50, 10], [100, 0], [150, 0], [100, 80]]
    network = network_of(points, [[0, 1, 2, 3], [2, 4]])
    assert len(network.xy) == 4  # [50, 10] is only a bend
    bent = 2 * math.hypot(50, 10)
    assert sorted(network.edges.length_m.tolist()) == pytest.approx([50, 80, bent])
    assert degrees(network) == [1, 1, 1, 3]


def test_a_way_that_crosses_itself_is_cut_there() -> None:
    network = network_of([[0, 0], [100, 0], [50, 50], [50, -50]], [[0, 1, 2, 1, 3]])
    assert degrees(network) == [1, 1, 2, 4]


def test_a_ring_is_no_loop_but_can_be_gone_round_either_way() -> None:
    network = network_of(SQUARE, [[0, 1, 2, 3, 0]])
    assert (network.edges.tail != network.edges.head).all()
    assert network.edges.length_m.sum() == 400
    distance_m, _ = nearest(network, [[50, 0]], [[100, 90]])
    assert distance_m[0] == pytest.approx(140)
    distance_m, _ = nearest(network, [[50, 0]], [[0, 90]])
    assert distance_m[0] == pytest.approx(140)


def test_points_written_twice_and_ways_of_one_point_do_no_harm() -> None:
    network = network_of(SQUARE, [[0, 0, 1, 1, 2], [3, 3]])
    assert len(network.edges) == 1
    assert network.edges.length_m.tolist() == [200]


def test_every_piece_is_kept() -> None:
    network = network_of([*SQUARE, [9000, 0], [9100, 0]], [[0, 1], [4, 5]])
    assert len(network.edges) == 2
    pieces = snap(network, [[0, 0], [9000, 0]], mode="walk").component
    assert len(set(pieces.tolist())) == 2
    said = [found for found in network.findings if found.code == "network-pieces"]
    assert "2 pieces" in said[0].message()
    assert "50.0%" in said[0].message()


def test_picking_edges_keeps_their_course() -> None:
    network = network_of([[0, 0], [5, 5], [10, 0], [10, 30]], [[0, 1, 2], [2, 3]])
    picked = pick_edges(network.edges, np.array([1, 0]))
    assert picked.offsets.tolist() == [0, 2, 5]
    assert picked.coords.tolist() == [[10, 0], [10, 30], [0, 0], [5, 5], [10, 0]]


def test_part_of_a_line() -> None:
    line = np.array([[0.0, 0], [10, 0], [10, 10]])
    assert part_of_line(line, 0, 20).tolist() == line.tolist()
    assert part_of_line(line, 12, 15).tolist() == [[10, 2], [10, 5]]
    assert part_of_line(line, 4, 4).tolist() == [[4, 0], [4, 0]]


# Line layers


def test_lines_meet_at_ends_and_shared_vertices_but_not_where_they_cross() -> None:
    crossing = network_from_lines(lines(([(0, 0), (100, 0)], {}), ([(50, -50), (50, 50)], {})))
    assert degrees(crossing) == [1, 1, 1, 1]
    shared = network_from_lines(
        lines(([(0, 0), (50, 0), (100, 0)], {}), ([(50, -50), (50, 0), (50, 50)], {}))
    )
    assert degrees(shared) == [1, 1, 1, 1, 4]
    ends = network_from_lines(lines(([(0, 0), (50, 0)], {}), ([(50, 0.009), (50, 50)], {})))
    assert degrees(ends) == [1, 1, 2]
    apart = network_from_lines(lines(([(0, 0), (50, 0)], {}), ([(50, 0.02), (50, 50)], {})))
    assert degrees(apart) == [1, 1, 1, 1]


def test_a_line_that_ends_on_anothers_course_joins_it() -> None:
    network = network_from_lines(
        lines(
            ([(0, 0), (30, 0), (100, 0)], {}),
            ([(60, 0), (60, 50)], {}),
            ([(80, 0.005), (80, -9)], {}),
        )
    )
    assert degrees(network) == [1, 1, 1, 1, 3, 3]
    assert nearest(network, [[60, 50]], [[80, -9]])[0][0] == pytest.approx(50 + 20 + 9, abs=0.02)


def test_a_bridge_meets_others_at_its_ends_only() -> None:
    rows = (
        ([(0, 0), (50, 0), (100, 0)], {"bridge": "yes"}),
        ([(50, -50), (50, 0), (50, 50)], {"bridge": ""}),
        ([(0, 0), (0, 50)], {"bridge": ""}),
        ([(70, 0), (70, 50)], {"bridge": ""}),
    )
    assert degrees(network_from_lines(lines(*rows))) == [1, 1, 1, 1, 1, 1, 2]


def test_columns_of_a_layer_are_used_where_they_are_there() -> None:
    network = network_from_lines(
        lines(
            ([(0, 0), (100, 0)], {"fclass": "primary", "oneway": "F", "maxspeed": 60}),
            ([(0, 9), (100, 9)], {"fclass": "primary", "oneway": "T", "maxspeed": 0}),
            ([(0, 20), (100, 20)], {"fclass": "footway", "oneway": "B", "maxspeed": None}),
            ([(0, 30), (100, 30)], {"fclass": "", "oneway": None, "maxspeed": math.nan}),
        )
    )
    edges = network.edges
    assert [KINDS[code] for code in edges.kind] == [
        "primary",
        "primary",
        "footway",
        "unclassified",
    ]
    assert edges.forward.tolist() == [True, False, False, True]
    assert edges.backward.tolist() == [False, True, False, True]
    np.testing.assert_array_equal(edges.drive_kmh, [60, 50, np.nan, 30])


def test_several_parts_are_one_road_and_what_is_no_line_is_said(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"highway": ["tertiary", "tertiary", "proposed", "tertiary"]},
        geometry=[
            shapely.MultiLineString([[(0, 0), (100, 0)], [(100, 0), (100, 70)]]),
            shapely.Point(5, 5),
            shapely.LineString([(0, 0), (0, 50)]),
            shapely.LineString([(7, 7), (7, 7)]),
        ],
        crs=CRS,
    )
    frame.geometry = frame.geometry.translate(500_000, 2_460_000)
    path = tmp_path / "roads.gpkg"
    frame.to_file(path)
    network = read_network(NetworkSource(lines=path, simulated=True), crs=CRS)
    assert network.edges.length_m.sum() == pytest.approx(170)
    (rows,) = network.rows
    assert (rows.read, rows.used, rows.excluded) == (4, 1, 3)
    codes = [found.code for found in network.findings]
    assert codes.count("network-row-no-line") == 2
    assert codes.count("network-ways-unused") == 1
    assert network.simulated == ("roads.gpkg",)


def test_lengths_are_never_shorter_than_the_straight_line() -> None:
    random = np.random.default_rng(3)
    rows = [(random.uniform(0, 5e4, (n, 2)).tolist(), {}) for n in random.integers(2, 9, 200)]
    edges = network_from_lines(lines(*rows)).edges
    ends = edges.coords[edges.offsets[1:] - 1] - edges.coords[edges.offsets[:-1]]
    assert (edges.length_m >= np.hypot(*ends.T) - 1e-9).all()


def test_lines_without_a_metric_crs_are_refused() -> None:
    frame = lines(([(0, 0), (1, 1)], {}))
    for crs in (None, 4326):
        with pytest.raises(CrsError):
            network_from_lines(frame.set_crs(crs, allow_override=True))


def test_a_source_names_one_file(tmp_path: Path) -> None:
    both = NetworkSource(osm=tmp_path / "a.osm", lines=tmp_path / "b.gpkg")
    for source in (NetworkSource(), both):
        with pytest.raises(NetworkError):
            read_network(source, crs=CRS)


# Borders


def write_lines(path: Path, *courses: list[tuple[float, float]]) -> Path:
    geometry = [shapely.LineString(course) for course in courses]
    frame = gpd.GeoDataFrame({"n": range(len(geometry))}, geometry=geometry, crs=CRS)
    frame.geometry = frame.geometry.translate(500_000, 2_460_000)
    frame.to_file(path)
    return path


def at(*xy: tuple[float, float]) -> list[list[float]]:
    return [[500_000 + x, 2_460_000 + y] for x, y in xy]


def test_a_border_cuts_roads_junctions_and_off_road_legs(tmp_path: Path) -> None:
    roads = write_lines(
        tmp_path / "roads.gpkg",
        [(0, 0), (400, 0)],
        [(400, 0), (1000, 0)],
        [(0, 0), (0, 600), (900, 600)],
        [(410, 200), (410, 900)],
    )
    border = write_lines(tmp_path / "border.gpkg", [(400, -500), (400, 5000)])
    network = read_network(NetworkSource(lines=roads, borders=border), crs=CRS)
    said = next(found for found in network.findings if found.code == "network-borders")
    assert dict(said.facts) == {"edges": "1", "nodes": "1"}
    here, there = at((300, 0)), at((500, 0))
    assert np.isinf(nearest(network, here, there)[0][0])
    open_network = read_network(NetworkSource(lines=roads), crs=CRS)
    assert nearest(open_network, here, there)[0][0] == pytest.approx(200)
    # the road that crosses still serves each side up to the border
    west = at((380, 650))
    assert nearest(network, west, here)[0][0] == pytest.approx(50 + 380 + 600 + 300)
    assert np.isinf(nearest(network, west, at((420, 600)))[0][0])
    # the nearest road lies across: the one on this side is taken
    joined = snap(network, at((390, 225)), mode="walk")
    assert joined.nearest_way_m[0] == pytest.approx(20)
    assert joined.distance_m[0] == pytest.approx(225)
    assert snap(open_network, at((390, 225)), mode="walk").distance_m[0] == pytest.approx(20)
    # a clinic a step away on the other side is not a step away
    pair = at((390, 300)), at((410, 300))
    assert nearest(open_network, *pair)[0][0] == pytest.approx(20)
    assert np.isinf(nearest(network, *pair)[0][0])


# Snapping


def test_snapping_finds_the_nearest_point_of_the_nearest_edge() -> None:
    network = network_of([[0, 0], [1000, 0], [1000, 500]], [[0, 1], [1, 2]], snap_m=100)
    joined = snap(
        network, [[250, -40], [1030, 250], [500, 101], [np.nan, 3], [-60, 80]], mode="walk"
    )
    assert joined.edge.tolist() == [0, 1, -1, -1, 0]
    np.testing.assert_allclose(joined.fraction, [0.25, 0.5, np.nan, np.nan, 0])
    np.testing.assert_allclose(joined.distance_m, [40, 30, np.inf, np.inf, 100])
    np.testing.assert_allclose(joined.nearest_way_m, [40, 30, 101, np.nan, 100])
    np.testing.assert_allclose(joined.point_xy[:2], [[250, 0], [1000, 250]])
    assert np.isnan(joined.point_xy[2:4]).all()
    assert joined.component.tolist() == [0, 0, -1, -1, 0]


def test_snapping_takes_ways_that_the_mode_can_use_only() -> None:
    tags = [Tags(highway="footway"), Tags(highway="motorway"), Tags(highway="residential")]
    points = [[0, 0], [100, 0], [0, 10], [100, 10], [0, 30], [100, 30]]
    network = network_of(points, [[0, 1], [2, 3], [4, 5]], tags)
    place = [[50, 6]]
    assert snap(network, place, mode="walk").distance_m[0] == 6
    assert snap(network, place, mode="cycle").distance_m[0] == 24
    assert snap(network, place, mode="drive").distance_m[0] == 4


def test_a_network_without_a_way_for_the_mode_connects_nobody() -> None:
    network = network_of([[0, 0], [100, 0]], [[0, 1]], [Tags(highway="footway")])
    joined = snap(network, [[0, 0], [np.nan, 0]], mode="drive")
    assert joined.edge.tolist() == [-1, -1]
    np.testing.assert_array_equal(joined.nearest_way_m, [np.inf, np.nan])


def test_nobody_boards_a_ferry_at_sea() -> None:
    street, ferry = Tags(highway="residential"), Tags(route="ferry")
    points = [[0, 0], [100, 0], [5000, 0], [5100, 0]]
    network = network_of(points, [[0, 1], [1, 2], [2, 3]], [street, ferry, street], snap_m=9000)
    joined = snap(network, [[2000, 10]], mode="walk")
    assert joined.distance_m[0] == pytest.approx(math.hypot(1900, 10))


@pytest.mark.parametrize("xy", [[1, 2], [[1, 2, 3]], [[[1, 2]]]])
def test_positions_of_another_shape_are_refused(xy: list[object]) -> None:
    with pytest.raises(MethodError, match="shape"):
        snap(network_of([[0, 0], [1, 0]], [[0, 1]]), xy, mode="walk")


def test_nearest_keeps_the_index_of_a_series_and_brings_its_crs() -> None:
    frame = write = gpd.GeoSeries.from_xy([500_000.0, 500_400.0], [2_460_000.0] * 2, crs=CRS)
    network = network_of([[500_000, 2_460_000], [501_000, 2_460_000]], [[0, 1]])
    places = frame.to_crs(4326)
    places.index = ["a", "b"]
    distance_m, target = nearest(network, places, write.iloc[1:])
    assert distance_m.index.tolist() == ["a", "b"]
    np.testing.assert_allclose(distance_m, [400, 0], atol=1e-5)
    assert target.tolist() == [0, 0]


def test_all_words_of_the_network_stand_in_the_catalogue() -> None:
    ours = {code for code in catalogue() if code.startswith(("network-", "ferry-"))}
    assert len(ours) > 15
    for code in ours:
        entry = catalogue()[code]
        assert all(entry[key] for key in ("zh", "en", "done_zh", "done_en"))
