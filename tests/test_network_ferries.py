from __future__ import annotations

import math
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from network_reference import CRS, network_of

from gapmap.errors import InputError
from gapmap.network import Network, NetworkSource, reach_nearest, read_network, snap
from gapmap.network.rules import KINDS, Tags

if TYPE_CHECKING:
    from pathlib import Path

STREET = Tags(highway="residential")
FERRY = Tags(route="ferry")


def of_kind(network: Network, kind: str) -> np.ndarray:
    return np.flatnonzero(network.edges.kind == KINDS.index(kind))


def found(network: Network, code: str) -> list[dict[str, str]]:
    return [dict(one.facts) for one in network.findings if one.code == code]


def minutes(network: Network, start: list[float], end: list[float], mode: str = "walk") -> float:
    ends = [snap(network, [xy], mode=mode) for xy in (start, end)]
    return float(reach_nearest(network, *ends, mode=mode, by="minutes").minutes[0])


def test_a_ferry_without_times_is_timed_by_its_length_and_a_wait_and_says_so() -> None:
    network = network_of(
        [[0, 0], [100, 0], [10_100, 0], [10_200, 0]],
        [[0, 1], [1, 2], [2, 3]],
        [STREET, FERRY, STREET],
    )
    (ferry,) = of_kind(network, "ferry")
    assert network.edges.ferry_minutes[ferry] == pytest.approx(30 + 15)  # 10 km at 20 km/h
    assert network.edges.length_m[ferry] == 10_000
    (said,) = found(network, "ferry-times-assumed")
    assert (said["ferries"], said["guessed"], said["wait"]) == ("1", "1", "15")
    assert minutes(network, [0, 0], [10_200, 0]) == pytest.approx(45 + 2 * 1.25)


def test_a_duration_that_cannot_be_is_not_believed() -> None:
    """ "5:00" is five hours in OSM; over 600 m somebody meant five minutes."""
    slip = Tags(route="ferry", duration="5:00")
    network = network_of([[0, 0], [100, 0], [700, 0]], [[0, 1], [1, 2]], [STREET, slip])
    assert network.edges.ferry_minutes[of_kind(network, "ferry")[0]] == pytest.approx(1.8 + 15)
    assert found(network, "ferry-duration-doubtful") == [{"km": "0.6"}]


def test_ferry_ways_that_meet_at_sea_are_through_routes_with_one_wait() -> None:
    """Two boats leave one channel for two islands: three crossings, no change at sea."""
    points = [[0, 0], [100, 0], [1100, 0], [1100, 1000], [1100, 1100], [3100, 0], [3200, 0]]
    ways = [[0, 1], [1, 2], [2, 3], [3, 4], [2, 5], [5, 6]]
    ten = Tags(route="ferry", duration="10")
    network = network_of(points, ways, [STREET, ten, ten, STREET, ten, STREET])
    ferries = of_kind(network, "ferry")
    assert sorted(network.edges.length_m[ferries]) == [2000, 3000, 3000]
    assert sorted(network.edges.ferry_minutes[ferries]) == [35, 35, 35]
    assert minutes(network, [100, 0], [1100, 1000]) == pytest.approx(35)
    # the point at sea is no place to be
    assert not (network.xy == [1100, 0]).all(axis=1).any()


def test_a_ferry_calls_at_quays_on_its_way() -> None:
    points = [[0, 0], [100, 0], [2100, 0], [2100, 50], [6100, 0], [6200, 0]]
    ways = [[0, 1], [1, 2, 4], [2, 3], [4, 5]]
    boat = Tags(route="ferry", duration="30")
    network = network_of(points, ways, [STREET, boat, STREET, STREET])
    ferries = of_kind(network, "ferry")
    assert sorted(network.edges.length_m[ferries]) == [2000, 4000]
    assert sorted(network.edges.ferry_minutes[ferries]) == pytest.approx([10 + 15, 20 + 15])
    unmarked = network_of(points, [ways[0], ways[1], ways[3]], [STREET, boat, STREET])
    assert network_lengths(unmarked) == [6000]
    quay = frozenset([2])
    marked = network_of(points, [ways[0], ways[1], ways[3]], [STREET, boat, STREET], quays=quay)
    assert network_lengths(marked) == [2000, 4000]


def network_lengths(network: Network) -> list[float]:
    return sorted(network.edges.length_m[of_kind(network, "ferry")].tolist())


def test_a_quay_off_the_road_is_joined_on_foot_in_the_middle_of_an_edge() -> None:
    points = [[0, 0], [1000, 0], [400, 80], [400, 5000], [0, 5000], [1000, 5000]]
    ways = [[0, 1], [2, 3], [4, 5]]
    boat = Tags(route="ferry", duration="20")
    network = network_of(points, ways, [STREET, boat, STREET])
    legs = of_kind(network, "ferry_access")
    # the quay at (400, 5000) stands on the road's course but on no point of it
    assert sorted(network.edges.length_m[legs]) == [0, 80]
    assert found(network, "ferry-joined") == [{"quays": "2", "snap_m": "1000"}]
    expected = (400 + 80 + 600) * 0.06 / 4.8 + 20 + 15
    assert minutes(network, [0, 0], [1000, 5000]) == pytest.approx(expected)
    # by car the leg is walked too; 20 km/h on a residential street
    driven = 1000 * 0.06 / 20 + 80 * 0.06 / 4.8 + 35
    assert minutes(network, [0, 0], [1000, 5000], "drive") == pytest.approx(driven)


def test_the_leg_to_a_quay_is_no_place_to_join_the_network() -> None:
    points = [[0, 0], [1000, 0], [400, 800], [400, 5000], [0, 5000], [1000, 5000]]
    network = network_of(points, [[0, 1], [2, 3], [4, 5]], [STREET, FERRY, STREET])
    joined = snap(network, [[410, 300]], mode="walk")
    assert joined.distance_m[0] == 300


def test_a_quay_without_a_road_near_is_reported_and_the_ferry_kept() -> None:
    points = [[0, 0], [100, 0], [9000, 0]]
    network = network_of(points, [[0, 1], [1, 2]], [STREET, FERRY], snap_m=500)
    (said,) = found(network, "ferry-quay-alone")
    assert said["snap_m"] == "500"
    assert len(of_kind(network, "ferry")) == 1
    joined = snap(network, [[0, 0]], mode="walk")
    answer = reach_nearest(network, joined, joined, mode="walk", by="distance")
    assert answer.has_ferry.tolist() == [True]


def test_a_ferry_takes_whom_its_tags_do_not_refuse() -> None:
    points = [[0, 0], [100, 0], [5100, 0], [5200, 0]]
    ways = [[0, 1], [1, 2], [2, 3]]
    for tags, takes in (
        ({}, (True, True, True)),
        ({"motor_vehicle": "no"}, (True, True, False)),
        ({"motorcar": "no"}, (True, True, False)),
        ({"foot": "no"}, (False, True, True)),
        ({"bicycle": "no"}, (True, False, True)),
    ):
        network = network_of(points, ways, [STREET, Tags(route="ferry", **tags), STREET])
        for mode, taken in zip(("walk", "cycle", "drive"), takes, strict=True):
            assert np.isfinite(minutes(network, [0, 0], [5200, 0], mode)) == taken


def test_islands_without_a_ferry_are_known_as_such() -> None:
    points = [[0, 0], [100, 0], [5100, 0], [5200, 0], [0, 9000], [100, 9000]]
    ways = [[0, 1], [1, 2], [2, 3], [4, 5]]
    network = network_of(points, ways, [STREET, FERRY, STREET, STREET])
    places = snap(network, [[0, 0], [5200, 0], [0, 9000], [np.nan, 0]], mode="walk")
    clinic = snap(network, [[100, 0]], mode="walk")
    answer = reach_nearest(network, places, clinic, mode="walk", by="distance")
    assert answer.has_ferry.tolist() == [True, True, False, False]
    assert answer.target.tolist() == [0, 0, -1, -1]


# Ferries from a table


def two_shores(tmp_path: Path, table: str, **more: object) -> Network:
    """Two parallel roads 5 km apart near Zhuhai, and a table of ferries between them."""
    roads = gpd.GeoDataFrame(
        {"highway": ["residential"] * 2},
        geometry=[
            shapely.LineString([(500_000, 2_460_000), (501_000, 2_460_000)]),
            shapely.LineString([(500_000, 2_465_000), (501_000, 2_465_000)]),
        ],
        crs=CRS,
    )
    roads.to_file(tmp_path / "roads.gpkg")
    (tmp_path / "ferries.csv").write_text(table, "utf-8-sig")
    source = NetworkSource(lines=tmp_path / "roads.gpkg", ferries=tmp_path / "ferries.csv", **more)
    return read_network(source, crs=CRS)


def lonlat(x: float, y: float) -> str:
    lon, lat = pyproj.Transformer.from_crs(CRS, 4326, always_xy=True).transform(x, y)
    return f"{lon:.9f},{lat:.9f}"


HEAD = "from_x,from_y,to_x,to_y,minutes,headway_minutes,name\n"
SOUTH, NORTH = lonlat(500_200, 2_460_100), lonlat(500_200, 2_464_900)


def test_a_table_of_ferries(tmp_path: Path) -> None:
    network = two_shores(tmp_path, f"{HEAD}{SOUTH},{NORTH},25,60,轮渡\n", simulated=True)
    (ferry,) = of_kind(network, "ferry")
    assert network.edges.ferry_minutes[ferry] == 25 + 30
    assert network.edges.length_m[ferry] == pytest.approx(4800, abs=1e-3)
    np.testing.assert_allclose(network.edges.length_m[of_kind(network, "ferry_access")], 100, 1e-5)
    walked = (200 + 100 + 100 + 800) * 0.06 / 4.8
    start, end = [500_000, 2_460_000], [501_000, 2_465_000]
    assert minutes(network, start, end) == pytest.approx(walked + 55, abs=1e-4)
    assert [(count.file, count.used) for count in network.rows] == [
        ("roads.gpkg", 2),
        ("ferries.csv", 1),
    ]
    assert network.simulated == ("roads.gpkg", "ferries.csv")


def test_rows_of_a_ferry_table_that_lack_something(tmp_path: Path) -> None:
    rows = [
        f"{SOUTH},{NORTH},25,,甲",  # no headway: 15 minutes assumed
        f"{SOUTH},{NORTH},,60,乙",  # no minutes: by length
        f"{SOUTH},{NORTH},0,60,丙",  # nor are 0 minutes any
        f"{SOUTH},,,25,60,丁",  # no end
        f"113.5,222,{NORTH},25,60,戊",  # no latitude
        f"{SOUTH},{lonlat(540_000, 2_465_000)},25,60,己",  # lands nowhere
    ]
    network = two_shores(tmp_path, HEAD + "\n".join(rows) + "\n")
    times = network.edges.ferry_minutes[of_kind(network, "ferry")]
    by_length = 4.8 / 20 * 60
    np.testing.assert_allclose(times, [40, by_length + 30, by_length + 30, 55], atol=1e-4)
    count = network.rows[1]
    assert (count.read, count.used, count.repaired, count.excluded) == (6, 1, 3, 2)
    assert [one["name"] for one in found(network, "ferry-row-assumed")] == ["甲", "乙", "丙"]
    assert [one["name"] for one in found(network, "ferry-without-quay")] == ["丁", "戊"]
    alone = [one for one in network.findings if one.code == "ferry-quay-alone"]
    assert [(one.file, one.row, dict(one.facts)["name"]) for one in alone] == [
        ("ferries.csv", 7, "己")
    ]


def test_a_ferry_table_needs_no_headway_and_no_name(tmp_path: Path) -> None:
    network = two_shores(tmp_path, f"from_x,from_y,to_x,to_y,minutes\n{SOUTH},{NORTH},25\n")
    assert network.edges.ferry_minutes[of_kind(network, "ferry")].tolist() == [40]


def test_a_ferry_table_without_a_needed_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        two_shores(tmp_path, f"from_x,from_y,to_x,to_yy,minutes\n{SOUTH},{NORTH},25\n")
    assert caught.value.code == "column-missing"


def test_two_ferries_of_one_quay_share_it(tmp_path: Path) -> None:
    other = lonlat(500_700, 2_464_900)
    network = two_shores(tmp_path, f"{HEAD}{SOUTH},{NORTH},25,60,a\n{SOUTH},{other},30,60,b\n")
    assert len(of_kind(network, "ferry_access")) == 3


def test_a_ferry_across_a_border_is_left_out(tmp_path: Path) -> None:
    border = gpd.GeoDataFrame(
        {"n": [1]},
        geometry=[shapely.LineString([(490_000, 2_462_000), (510_000, 2_462_000)])],
        crs=CRS,
    )
    border.to_file(tmp_path / "border.gpkg")
    table = f"{HEAD}{SOUTH},{NORTH},25,60,a\n"
    network = two_shores(tmp_path, table, borders=tmp_path / "border.gpkg")
    assert not len(of_kind(network, "ferry"))
    assert found(network, "ferry-crosses-border") == [{"ferries": "1"}]
    assert math.isinf(minutes(network, [500_000, 2_460_000], [501_000, 2_465_000]))
