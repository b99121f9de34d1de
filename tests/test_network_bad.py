"""Bad networks: everything that is wrong is an error or is recorded, and nothing else changes."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from network_reference import network_of

from gapmap.errors import NetworkError
from gapmap.network import (
    Network,
    NetworkSource,
    nearest,
    nearest_nodes,
    network_from_lines,
    read_network,
)
from gapmap.network.checks import check_edges
from gapmap.network.graph import edge_costs
from gapmap.network.rules import KINDS, Tags

if TYPE_CHECKING:
    from pathlib import Path

    from gapmap.findings import Finding

CRS = pyproj.CRS("EPSG:4547")
EAST, NORTH = 500_000.0, 2_460_000.0
NAN, INF = math.nan, math.inf


def layer(*rows: tuple[list[tuple[float, float]], dict[str, object]]) -> gpd.GeoDataFrame:
    """Make a line layer, moved to where the CRS is used."""
    places = [[(EAST + x, NORTH + y) for x, y in course] for course, _ in rows]
    with np.errstate(invalid="ignore"):  # some are bad on purpose
        shapes = [shapely.LineString(course) for course in places]
    return gpd.GeoDataFrame([dict(said) for _, said in rows], geometry=shapes, crs=CRS)


def found(network: Network, *codes: str) -> list[Finding]:
    return [one for one in network.findings if one.code in codes]


def facts(network: Network, code: str) -> dict[str, str]:
    (one,) = found(network, code)
    return dict(one.facts)


def read_layer(folder: Path, frame: gpd.GeoDataFrame) -> Network:
    frame.to_file(folder / "roads.gpkg")
    return read_network(NetworkSource(lines=folder / "roads.gpkg"), crs=CRS)


def read_osm(folder: Path, text: str, **said: object) -> Network:
    path = folder / "town.osm"
    path.write_text(f'<osm version="0.6">{text}</osm>', "utf8")
    return read_network(replace(NetworkSource(osm=path), **said), crs=CRS)


def node(number: int, lon: object, lat: object) -> str:
    return f'<node id="{number}" lon="{lon}" lat="{lat}"/>'


def way(number: int, refs: list[int], **tags: str) -> str:
    mentions = "".join(f'<nd ref="{ref}"/>' for ref in refs)
    said = "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
    return f'<way id="{number}">{mentions}{said}</way>'


NODES = "".join(node(n, 114 + n / 1000, 22) for n in range(1, 6))

# Line layers


BAD_LINES = [
    [(0, 0), (100, 0)],
    [(0, 0), (NAN, NAN), (0, 50)],
    [(0, 0), (0, NAN)],
    [(0, 0), (0, INF)],
    [(0, 0), (50, 50), (-INF, 3)],
    [(7, 7), (7, 7)],
    [(100, 0), (100, 40)],
]


def test_lines_with_what_is_no_coordinate_or_no_length_are_left_out_and_named() -> None:
    network = network_from_lines(layer(*((course, {}) for course in BAD_LINES)))
    assert network.edges.length_m.tolist() == [100, 40]
    assert [one.row for one in found(network, "network-row-no-line")] == [2, 3, 4, 5, 6]
    assert np.isfinite(network.xy).all()


def test_a_file_of_such_lines_accounts_for_every_row(tmp_path: Path) -> None:
    network = read_layer(tmp_path, layer(*((course, {"n": 1}) for course in BAD_LINES)))
    assert network.edges.length_m.tolist() == [100, 40]
    assert [one.row for one in found(network, "network-row-no-line")] == [2, 3, 4, 5, 6]
    assert {one.severity for one in found(network, "network-row-no-line")} == {"warning"}
    (rows,) = network.rows
    assert (rows.read, rows.used, rows.repaired, rows.excluded) == (7, 2, 0, 5)


def test_a_layer_of_nothing_but_such_lines_is_refused() -> None:
    with pytest.raises(NetworkError) as caught:
        network_from_lines(layer(*((course, {}) for course in BAD_LINES[1:6])))
    assert caught.value.code == "network-no-lines"


def test_points_and_areas_are_no_roads_and_the_error_says_so(tmp_path: Path) -> None:
    shapes = [shapely.Point(EAST, NORTH), shapely.box(EAST, NORTH, EAST + 9, NORTH + 9)]
    frame = gpd.GeoDataFrame({"highway": ["residential"] * 2}, geometry=shapes, crs=CRS)
    with pytest.raises(NetworkError) as caught:
        read_layer(tmp_path, frame)
    assert caught.value.code == "network-no-lines"
    assert "points and areas" in str(caught.value)


def test_where_every_road_is_closed_the_error_says_so() -> None:
    line = [(0, 0), (9, 0)]
    closed = {"highway": "residential", "access": "private"}
    with pytest.raises(NetworkError) as caught:
        network_from_lines(layer((line, closed), (line, {**closed, "highway": "spaceway"})))
    assert caught.value.code == "network-all-closed"
    assert "(1 of 2 ways)" in str(caught.value)
    with pytest.raises(NetworkError) as caught:
        network_from_lines(layer((line, {"highway": "spaceway"})))
    assert caught.value.code == "network-no-ways"


def test_lines_drawn_twice_rings_and_steps_of_no_length_are_counted() -> None:
    """A road drawn twice is one road; a ring is no loop; what has no length connects."""
    square = [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]
    rows = [
        ([(0, 0), (-300, 5), (-400, 0)], {}),
        ([(-400, 0), (-300, 5), (0, 0)], {}),  # the same, drawn backward
        ([(0, 0), (-300, 5), (-400, 0)], {}),
        ([(0, 0), (-300, -5), (-400, 0)], {}),  # as long, but another road
        (square, {}),
    ]
    network = network_from_lines(layer(*rows))
    assert facts(network, "network-edges-odd") == {"repeated": "4", "empty": "0", "loops": "1"}
    assert (network.edges.tail != network.edges.head).all()
    assert len(network.edges) == 3 * 2 + 1 + 2  # at a vertex that two lines share they meet
    alone = network_from_lines(layer(rows[0], rows[3], rows[4]))
    assert facts(alone, "network-edges-odd") == {"repeated": "0", "empty": "0", "loops": "1"}
    places = [[EAST - 400, NORTH], [EAST + 100, NORTH + 90]]
    for one in (network, alone):
        assert nearest(one, places, [[EAST, NORTH]])[0].tolist() == pytest.approx(
            [math.hypot(300, 5) + math.hypot(100, 5), 190]
        )


def test_a_sound_network_has_nothing_odd() -> None:
    network = network_from_lines(layer(([(0, 0), (9, 0)], {}), ([(9, 0), (9, 9)], {})))
    assert [one.code for one in network.findings] == ["network-pieces"]


def test_nodes_at_one_place_are_a_step_of_no_length_that_connects() -> None:
    points = [[0, 0], [100, 0], [100, 0], [200, 0]]
    network = network_of(points, [[0, 1], [1, 2], [2, 3]])
    assert facts(network, "network-edges-odd") == {"repeated": "0", "empty": "1", "loops": "0"}
    assert nearest(network, [[0, 0]], [[200, 0]])[0][0] == 200


# Speeds


@pytest.mark.parametrize(
    "value", ["0", "-30", "walk", "50 mph", "none", "nan", "inf", "1e2", "999"]
)
def test_a_posted_speed_that_is_none_is_ignored_and_counted(tmp_path: Path, value: str) -> None:
    text = NODES + way(1, [1, 2], highway="primary", maxspeed=value)
    text += way(2, [2, 3], highway="primary", maxspeed="60") + way(3, [3, 4], highway="primary")
    text += way(4, [4, 5], highway="footway", maxspeed=value)  # nobody drives there
    text += way(5, [4, 5], highway="construction", maxspeed=value)
    network = read_osm(tmp_path, text)
    assert sorted(network.edges.drive_kmh.tolist())[:3] == [50, 50, 60]
    told = facts(network, "network-maxspeed-ignored")
    assert told == {"ways": "1", "count": "1", "values": f"{value} 1"}
    (said,) = found(network, "network-maxspeed-ignored")
    assert said.severity == "note"
    assert (said.row, said.field, said.value) == (None, "maxspeed", "way 1")
    assert value in said.message("zh")
    assert value in said.message("en")


def test_posted_speeds_of_a_layer_are_counted_by_value(tmp_path: Path) -> None:
    speeds = [0.0, 0.0, -30.0, 60.0, NAN, 4.9, 150.0, 150.5]
    rows = [
        ([(100.0 * i, 0), (100.0 * i + 100, 0)], {"highway": "primary", "maxspeed": kmh})
        for i, kmh in enumerate(speeds)
    ]
    network = read_layer(tmp_path, layer(*rows))
    kmh = network.edges.drive_kmh[np.argsort(network.xy[network.edges.tail, 0])]
    assert kmh.tolist() == [50, 50, 50, 60, 50, 50, 150, 50]
    assert facts(network, "network-maxspeed-ignored") == {
        "ways": "5",
        "count": "5",
        "values": "0 2, -30 1, 150.5 1, 4.9 1",
    }
    (said,) = found(network, "network-maxspeed-ignored")
    assert (said.row, said.field, said.value) == (1, "maxspeed", "0")


@pytest.mark.parametrize("kmh", [0.0, -30.0, NAN, INF, -INF, 1e-320, 5e-324, 0.0009])
@pytest.mark.parametrize("name", ["walk", "cycle", "drive", "primary"])
def test_speeds_that_make_no_minutes_are_refused(name: str, kmh: float) -> None:
    with pytest.raises(NetworkError) as caught:
        network_of([[0, 0], [100, 0]], [[0, 1]], [Tags(highway="primary")], speeds={name: kmh})
    assert caught.value.code == "network-speed-wrong"
    assert (caught.value.field, caught.value.value) == (name, str(kmh))


@pytest.mark.parametrize("kmh", [0.001, 1e300])
def test_the_slowest_and_the_fastest_speeds_give_minutes(kmh: float) -> None:
    points = [[0, 0], [1_000_000, 0]]
    network = network_of(points, [[0, 1]], [Tags(highway="primary")], speeds={"drive": kmh})
    minutes = edge_costs(network, "drive", None).minutes
    assert minutes[0] == pytest.approx(1000 / kmh * 60)


# OpenStreetMap


def test_proposed_roads_and_building_sites_are_counted(tmp_path: Path) -> None:
    text = NODES + way(1, [1, 2], highway="residential")
    text += way(2, [2, 3], highway="proposed") + way(3, [3, 4], highway="construction")
    text += way(4, [4, 5], highway="construction") + way(5, [1, 5], highway="corridor", foot="no")
    network = read_osm(tmp_path, text)
    assert facts(network, "network-ways-unused") == {
        "ways": "4",
        "count": "4",
        "kinds": "construction 2, access=no/private 1, proposed 1",
    }
    (rows,) = network.rows
    assert (rows.read, rows.used, rows.excluded) == (5, 1, 4)


def test_nodes_off_the_globe_count_as_missing(tmp_path: Path) -> None:
    text = node(1, 114.001, 22) + node(2, 114.002, 22) + node(3, 114.003, 22)
    text += node(4, 181, 22) + node(5, 114.005, -90.5)
    text += way(1, [1, 2, 4, 3], highway="residential") + way(2, [4, 5], highway="residential")
    text += way(3, [3, 99, 2], highway="residential") + way(4, [2, 3], highway="steps")
    network = read_osm(tmp_path, text)
    assert sorted(KINDS[kind] for kind in network.edges.kind) == ["residential", "steps"]
    assert facts(network, "network-ways-broken") == {"ways": "1", "lost": "2"}
    (rows,) = network.rows
    assert (rows.read, rows.used, rows.repaired, rows.excluded) == (4, 1, 1, 2)


@pytest.mark.parametrize("lon", ["NaN", "inf", "-Infinity", "1e99999999", "east", ""])
def test_a_file_whose_coordinates_are_no_numbers_is_refused(tmp_path: Path, lon: str) -> None:
    text = node(1, lon, 22) + node(2, 114, 22) + way(1, [1, 2], highway="residential")
    with pytest.raises(NetworkError) as caught:
        read_osm(tmp_path, text)
    assert (caught.value.code, caught.value.file) == ("network-unreadable", "town.osm")


def test_streets_drawn_twice_loops_and_doubled_nodes_are_counted(tmp_path: Path) -> None:
    text = NODES + node(6, 114.002, 22)  # where node 2 is
    text += node(7, 114.004, 22.001) + node(8, 114.002, 22.002)
    text += way(1, [1, 2], highway="residential") + way(2, [2, 1], highway="primary")
    text += way(3, [2, 6], highway="residential") + way(4, [3, 4, 7, 3], highway="residential")
    text += way(5, [5, 5], highway="residential") + way(6, [6, 8, 6], highway="residential")
    network = read_osm(tmp_path, text)
    # 1-2 twice; 6-8 there and back; 2-6 has no length; two of them end where they begin
    assert facts(network, "network-edges-odd") == {"repeated": "2", "empty": "1", "loops": "2"}
    assert (network.edges.tail != network.edges.head).all()
    west = network.xy[np.argmin(network.xy[:, 0])]
    north = network.xy[np.argmax(network.xy[:, 1])]
    assert np.isfinite(nearest(network, [west], [north])[0][0])  # across the empty step


# Arrays made by hand


@pytest.fixture
def sound() -> Network:
    return network_of([[0, 0], [100, 0], [100, 50]], [[0, 1], [1, 2], [0, 2]])


def test_a_sound_network_passes(sound: Network) -> None:
    check_edges(sound.edges, len(sound.xy))


BAD_VALUES = [
    ("length_m", -1.0, "network-array-value", "-1.0"),
    ("length_m", NAN, "network-array-value", "nan"),
    ("length_m", INF, "network-array-value", "inf"),
    ("drive_kmh", 0.0, "network-array-value", "0.0"),
    ("drive_kmh", -5.0, "network-array-value", "-5.0"),
    ("drive_kmh", INF, "network-array-value", "inf"),
    ("ferry_minutes", -0.5, "network-array-value", "-0.5"),
    ("ferry_minutes", -INF, "network-array-value", "-inf"),
    ("tail", 3, "network-array-node", "3"),
    ("tail", -1, "network-array-node", "-1"),
    ("head", 99, "network-array-node", "99"),
]


@pytest.mark.parametrize(("name", "value", "code", "shown"), BAD_VALUES)
def test_the_first_edge_with_a_bad_value_is_named(
    sound: Network, name: str, value: float, code: str, shown: str
) -> None:
    array = getattr(sound.edges, name).copy()
    array[1:] = value
    with pytest.raises(NetworkError) as caught:
        check_edges(replace(sound.edges, **{name: array}), len(sound.xy))
    error = caught.value
    assert (error.code, error.field, error.value) == (code, name, shown)
    assert "2 edges" in error.en
    assert "edge 1: " in error.en
    assert "第 1 条边" in error.zh


def test_a_crossing_and_the_speed_where_nobody_drives_may_be_left_open(sound: Network) -> None:
    shut, unknown = np.zeros(3, bool), np.full(3, NAN)
    check_edges(replace(sound.edges, ferry_minutes=unknown), len(sound.xy))
    paths = replace(sound.edges, drive_kmh=unknown, forward=shut, backward=shut)
    check_edges(paths, len(sound.xy))
    with pytest.raises(NetworkError, match="drive_kmh"):
        check_edges(replace(sound.edges, drive_kmh=unknown), len(sound.xy))


@pytest.mark.parametrize("bad", [0.0, -4.8, NAN, INF])
def test_speeds_and_reach_that_make_no_sense_are_refused_before_any_search(
    sound: Network, bad: float
) -> None:
    slow = replace(sound, speeds={**sound.speeds, "walk": bad})
    far = replace(sound, snap_m=bad)
    for broken, name in ((slow, "speeds"), (far, "snap_m")):
        with pytest.raises(NetworkError, match=name):
            nearest(broken, sound.xy[:1], sound.xy[1:2])


@pytest.mark.parametrize("value", [NAN, INF, -INF])
def test_points_that_lie_nowhere_are_refused(sound: Network, value: float) -> None:
    coords = sound.edges.coords.copy()
    coords[3, 1] = value
    with pytest.raises(NetworkError) as caught:
        check_edges(replace(sound.edges, coords=coords), len(sound.xy))
    assert (caught.value.code, caught.value.field) == ("network-array-value", "coords")
    assert "1 edge " in caught.value.en
    assert "edge 1: " in caught.value.en


@pytest.mark.parametrize(
    ("offsets", "code"),
    [
        ([0, 2, 4, 6], None),
        ([1, 2, 4, 6], "network-array-offsets"),
        ([0, 2, 4, 5], "network-array-offsets"),
        ([0, 2, 4, 7], "network-array-offsets"),
        ([0, 3, 4, 6], "network-array-offsets"),
        ([0, 4, 2, 6], "network-array-offsets"),
        ([0, 2, 6], "network-array-shape"),
        ([0, 2, 4, 6, 6], "network-array-shape"),
        ([0.0, 2.0, 4.0, 6.0], "network-array-shape"),
        ([[0, 2, 4, 6]], "network-array-shape"),
    ],
)
def test_offsets_have_to_fit(sound: Network, offsets: list[object], code: str | None) -> None:
    edges = replace(sound.edges, offsets=np.array(offsets))
    if code is None:
        check_edges(edges, len(sound.xy))
        return
    with pytest.raises(NetworkError) as caught:
        check_edges(edges, len(sound.xy))
    assert (caught.value.code, caught.value.field) == (code, "offsets")


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("head", np.zeros(2, np.int64)),
        ("tail", np.zeros(3)),
        ("tail", np.zeros((3, 1), np.int64)),
        ("length_m", np.zeros(3, np.int64)),
        ("length_m", np.array(["1", "2", "3"])),
        ("walk", np.ones(3)),
        ("kind", np.zeros(4, np.int16)),
        ("joinable", np.ones(3, np.int8)),
        ("coords", np.zeros((6, 3))),
        ("coords", np.zeros(6)),
    ],
)
def test_arrays_have_to_have_their_shape_and_type(
    sound: Network, name: str, array: np.ndarray
) -> None:
    with pytest.raises(NetworkError) as caught:
        check_edges(replace(sound.edges, **{name: array}), len(sound.xy))
    assert caught.value.code == "network-array-shape"


def test_no_edges_are_sound_edges(sound: Network) -> None:
    edges = replace(
        sound.edges,
        **{
            name: getattr(sound.edges, name)[:0]
            for name in type(sound.edges).__dataclass_fields__
            if name != "offsets"
        },
        offsets=np.zeros(1, np.int64),
    )
    check_edges(edges, 0)


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_a_network_made_by_hand_with_a_bad_length_is_refused_before_any_search(bad: float) -> None:
    network = network_of([[0, 0], [100, 0]], [[0, 1]])
    lengths = network.edges.length_m.copy()
    lengths[0] = bad
    broken = replace(network, edges=replace(network.edges, length_m=lengths))
    for question in (
        lambda: nearest(broken, [[0, 0]], [[100, 0]]),
        lambda: nearest_nodes(broken, [0], mode="walk"),
    ):
        with pytest.raises(NetworkError, match="length_m"):
            question()
