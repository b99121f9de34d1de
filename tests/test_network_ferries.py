from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from network_reference import CRS, network_of

from gapmap.errors import InputError
from gapmap.network import (
    MODES,
    Ferry,
    Network,
    NetworkSource,
    network_at,
    reach_nearest,
    read_network,
    snap,
)
from gapmap.network.ferries import Crossing
from gapmap.network.quays import connect_ferries
from gapmap.network.rules import KINDS, Tags, make_tags
from gapmap.network.sailings import sails_at

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
    assert found(network, "ferry-joined") == [{"quays": "1", "snap_m": "1000"}]
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
    # what is assumed repairs nothing
    assert (count.read, count.used, count.repaired, count.excluded) == (6, 4, 0, 2)
    assert [one["name"] for one in found(network, "ferry-row-assumed")] == ["甲", "乙", "丙"]
    assert [one["name"] for one in found(network, "ferry-without-quay")] == ["丁", "戊"]
    alone = [one for one in network.findings if one.code == "ferry-quay-alone"]
    assert [(one.file, one.row, dict(one.facts)["name"]) for one in alone] == [
        ("ferries.csv", 7, "己")
    ]


def test_minutes_about_so_many_are_a_repair_of_their_row(tmp_path: Path) -> None:
    table = f"{HEAD}{SOUTH},{NORTH},约30,60,甲\n{SOUTH},{NORTH},25,60,乙\n"
    count = two_shores(tmp_path, table, repair="all").rows[1]
    assert (count.read, count.used, count.repaired, count.excluded) == (2, 1, 1, 0)
    count = two_shores(tmp_path, table, repair="safe").rows[1]
    assert (count.read, count.used, count.repaired, count.excluded) == (2, 2, 0, 0)


def test_a_ferry_table_needs_no_headway_and_no_name(tmp_path: Path) -> None:
    network = two_shores(tmp_path, f"from_x,from_y,to_x,to_y,minutes\n{SOUTH},{NORTH},25\n")
    assert network.edges.ferry_minutes[of_kind(network, "ferry")].tolist() == [40]


def test_a_ferry_table_needs_no_minutes_and_says_what_it_assumed(tmp_path: Path) -> None:
    network = two_shores(tmp_path, f"from_x,from_y,to_x,to_y\n{SOUTH},{NORTH}\n")
    times = network.edges.ferry_minutes[of_kind(network, "ferry")]
    assert times.tolist() == pytest.approx([4.8 / 20 * 60 + 15], abs=1e-4)
    (said,) = [one for one in network.findings if one.code == "ferry-row-assumed"]
    assert (said.file, said.row, said.field, said.value) == ("ferries.csv", 2, "minutes", "")
    assert (network.rows[1].used, network.rows[1].repaired) == (1, 0)


def test_what_is_assumed_of_a_ferry_names_the_cell(tmp_path: Path) -> None:
    rows = f"{HEAD}{SOUTH},{NORTH},0,60,a\n{SOUTH},{NORTH},25,,b\n"
    network = two_shores(tmp_path, rows)
    said = [one for one in network.findings if one.code == "ferry-row-assumed"]
    assert [(one.row, one.field, one.value) for one in said] == [
        (2, "minutes", "0"),
        (3, "headway_minutes", ""),
    ]


def test_minutes_that_no_ferry_takes_are_kept_and_told(tmp_path: Path) -> None:
    # 4.8 km: 144 minutes are 2 km/h, 2.88 are 100
    times = ("1e9", "145", "143", "2.9", "2.8", "1e-320")
    network = two_shores(tmp_path, HEAD + "".join(f"{SOUTH},{NORTH},{m},60,a\n" for m in times))
    assert [ferry.minutes for ferry in network.ferries] == [float(m) for m in times]
    said = [one for one in network.findings if one.code == "ferry-minutes-doubtful"]
    assert [(one.severity, one.row, one.field, one.value) for one in said] == [
        ("warning", row, "minutes", times[row - 2]) for row in (2, 3, 6, 7)
    ]
    assert network.rows[1].used == 6


def test_a_ferry_that_ends_where_it_begins_is_left_out(tmp_path: Path) -> None:
    rows = f"{HEAD}{SOUTH},{SOUTH},25,60,round\n{SOUTH},{NORTH},25,60,b\n"
    network = two_shores(tmp_path, rows)
    assert [ferry.name for ferry in network.ferries] == ["b"]
    (said,) = [one for one in network.findings if one.code == "ferry-one-quay"]
    assert (said.severity, said.file, said.row) == ("warning", "ferries.csv", 2)
    count = network.rows[1]
    assert (count.read, count.used, count.repaired, count.excluded) == (2, 1, 0, 1)


AT_SEA = lonlat(500_200, 2_462_500)


def test_nobody_changes_boats_at_sea_between_ferries_of_a_table(tmp_path: Path) -> None:
    third = lonlat(500_900, 2_464_900)
    rows = (
        f"{HEAD}{SOUTH},{AT_SEA},10,10,west\n{AT_SEA},{NORTH},10,10,east\n{AT_SEA},{third},10,10,\n"
    )
    network = two_shores(tmp_path, rows)
    assert len(network.ferries) == 3
    assert math.isinf(minutes(network, *ENDS))
    (said,) = [one for one in network.findings if one.code == "ferry-quay-alone"]
    assert (said.file, said.row) == ("ferries.csv", 2)
    assert "ferry west, east, ? (rows 2, 3, 4) at" in said.message("en")
    assert "航线“west, east, ?”(第 2, 3, 4 行)的码头" in said.message("zh")
    # with a way within snap_m the same point is a quay, where one changes
    near = two_shores(tmp_path, rows, snap_m=2600)
    assert minutes(near, *ENDS) == pytest.approx((200 + 100 + 100 + 100) * 0.06 / 4.8 + 30)
    assert not found(near, "ferry-quay-alone")


def test_a_quay_a_hair_off_a_road_touches_it(tmp_path: Path) -> None:
    hair, away = lonlat(500_000 - 1e-4, 2_460_000), lonlat(500_200, 2_464_999.1)
    network = two_shores(tmp_path, f"{HEAD}{hair},{away},25,60,a\n")
    assert not found(network, "ferry-joined")
    assert minutes(network, *ENDS) == pytest.approx(25 + 30 + 800 * 0.06 / 4.8, abs=0.02)
    farther = lonlat(500_200, 2_464_998.9)
    network = two_shores(tmp_path, f"{HEAD}{hair},{farther},25,60,a\n")
    assert found(network, "ferry-joined") == [{"quays": "1", "snap_m": "1000"}]


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


# Waits, hours and days without sailings


TIMES = (
    "from_x,from_y,to_x,to_y,minutes,headway_minutes,wait_minutes,first_sailing,last_sailing,name\n"
)


def timed(tmp_path: Path, *rows: str, **more: object) -> Network:
    return two_shores(
        tmp_path, TIMES + "\n".join(f"{SOUTH},{NORTH},{row}" for row in rows) + "\n", **more
    )


def test_a_fixed_wait_wins_over_the_headway(tmp_path: Path) -> None:
    rows = ("25,60,,,,甲", "25,,10,,,乙", "25,60,10,,,丙", "25,,,,,丁", "25,,0,,,戊")
    network = timed(tmp_path, *rows)
    assert [
        (one.name, one.minutes, one.wait_minutes, one.wait_basis) for one in network.ferries
    ] == [
        ("甲", 25, 30, "headway"),
        ("乙", 25, 10, "fixed"),
        ("丙", 25, 10, "fixed"),
        ("丁", 25, 15, "assumption"),
        ("戊", 25, 0, "fixed"),
    ]
    waits = network.edges.ferry_minutes[of_kind(network, "ferry")]
    assert waits.tolist() == [55, 35, 35, 40, 25]
    (twice,) = [one for one in network.findings if one.code == "ferry-wait-twice"]
    assert (twice.severity, twice.row) == ("note", 4)
    count = network.rows[1]
    assert (count.used, count.repaired) == (5, 0)  # neither a note nor an assumption is a repair


def test_hours_of_sailing_are_read_and_a_bad_one_is_left_out(tmp_path: Path) -> None:
    network = timed(
        tmp_path, "25,60,,7：30,18:00,甲", "25,60,,半夜,0.75,乙", "25,60,,,,丙", "25,60,,8:61,9,丁"
    )
    hours = [(one.first_sailing, one.last_sailing) for one in network.ferries]
    assert hours == [
        (dt.time(7, 30), dt.time(18)),
        (None, dt.time(18)),
        (None, None),
        (None, None),
    ]
    bad = [
        (one.row, one.field, one.value) for one in network.findings if one.code == "time-unreadable"
    ]
    assert sorted(bad) == [
        (3, "first_sailing", "半夜"),
        (5, "first_sailing", "8:61"),
        (5, "last_sailing", "9"),
    ]
    count = network.rows[1]
    assert (count.read, count.used, count.repaired, count.excluded) == (4, 4, 0, 0)


def test_ferries_know_their_edges(tmp_path: Path) -> None:
    network = timed(tmp_path, "25,60,,,,甲", "30,60,,,,乙")
    assert [ferry.edge for ferry in network.ferries] == of_kind(network, "ferry").tolist()
    sums = [ferry.minutes + ferry.wait_minutes for ferry in network.ferries]
    assert network.edges.ferry_minutes[[ferry.edge for ferry in network.ferries]].tolist() == sums
    assert [(ferry.file, ferry.row) for ferry in network.ferries] == [
        ("ferries.csv", 2),
        ("ferries.csv", 3),
    ]


ENDS = [500_000, 2_460_000], [501_000, 2_465_000]


def running(network: Network, mode: str) -> np.ndarray:
    """Say of each ferry whether the mode can use it."""
    edges = network.edges
    ways = {"walk": edges.walk, "cycle": edges.cycle, "drive": edges.forward | edges.backward}
    return ways[mode][[ferry.edge for ferry in network.ferries]]


def test_no_ferry_runs_on_a_day_without_sailings_and_all_run_again(tmp_path: Path) -> None:
    network = timed(tmp_path, "25,60,,07:30,18:00,甲", "30,60,,,,乙")
    there = minutes(network, *ENDS)
    storm = network_at(network, sailing=False)
    for mode in MODES:
        assert math.isinf(minutes(storm, *ENDS, mode))
        assert not running(storm, mode).any()
    assert found(storm, "ferry-none-sails") == [{"ferries": "2"}]
    assert storm.ferries == network.ferries
    assert len(storm.edges) == len(network.edges)
    after = network_at(storm)
    assert minutes(after, *ENDS) == there
    assert not found(after, "ferry-none-sails")
    assert minutes(network, *ENDS) == there  # the network that was given is as it was
    assert all(running(network, mode).all() for mode in MODES)


def test_a_time_of_setting_out_uses_the_boats_that_sail_then(tmp_path: Path) -> None:
    network = timed(tmp_path, "25,60,,07:30,18:00,甲", "95,60,,,,乙")
    quick, slow = (minutes(timed(tmp_path, row), *ENDS) for row in ("25,60,,,,甲", "95,60,,,,乙"))
    for hour, expected in (
        (dt.time(7, 29), slow),
        (dt.time(7, 30), quick),
        (dt.time(18), quick),
        (dt.time(18, 1), slow),
    ):
        assert minutes(network_at(network, depart=hour), *ENDS) == expected
        if expected == slow:
            assert found(network_at(network, depart=hour), "ferry-not-at-hour") == [
                {"ferries": "1", "all": "2"}
            ]
    early = timed(
        tmp_path, "25,60,,07:30,18:00,甲", "95,60,,,,乙", depart=dt.time(6)
    )  # the study's own hour
    assert minutes(early, *ENDS) == slow
    assert minutes(network_at(early, depart=dt.time(9)), *ENDS) == quick
    assert not found(network_at(early, depart=dt.time(9)), "ferry-not-at-hour")


@given(
    st.none() | st.integers(0, 1439),
    st.none() | st.integers(0, 1439),
    st.none() | st.integers(0, 1439),
)
def test_hours_against_a_clock_that_ticks(first, last, depart) -> None:
    """Start at the first sailing and let the minutes of the day pass until the last."""
    at = [None if one is None else dt.time(*divmod(one, 60)) for one in (first, last, depart)]
    ferry = Ferry(edge=0, minutes=1, wait_minutes=1, first_sailing=at[0], last_sailing=at[1])
    if depart is None:
        assert sails_at(ferry, None)
        return
    begin, end = first if first is not None else 0, last if last is not None else 1439
    tick, sailing = begin, {begin}
    while tick != end:
        tick = (tick + 1) % 1440
        sailing.add(tick)
    assert sails_at(ferry, at[2]) == (depart in sailing)


def test_a_ferry_that_never_took_cars_takes_none_when_it_sails_again() -> None:
    boat = Tags(route="ferry", motor_vehicle="no", name="小轮")
    points = [[0, 0], [100, 0], [5100, 0], [5200, 0]]
    network = network_of(points, [[0, 1], [1, 2], [2, 3]], [STREET, boat, STREET])
    assert [ferry.takes for ferry in network.ferries] == [(True, True, False)]
    assert network.ferries[0].name == "小轮"
    again = network_at(network_at(network, sailing=False))
    assert math.isinf(minutes(again, [0, 0], [5200, 0], "drive"))
    assert np.isfinite(minutes(again, [0, 0], [5200, 0]))
    assert running(again, "walk").tolist() == [True]
    assert running(again, "drive").tolist() == [False]


def test_a_network_without_ferries_is_the_same_on_every_day() -> None:
    network = network_of([[0, 0], [100, 0]], [[0, 1]])
    assert network_at(network, sailing=False, depart=dt.time(3)) is network


def test_an_island_still_has_its_ferry_on_a_day_without_sailings() -> None:
    points = [[0, 0], [100, 0], [5100, 0], [5200, 0]]
    network = network_of(points, [[0, 1], [1, 2], [2, 3]], [STREET, FERRY, STREET])
    storm = network_at(network, sailing=False)
    ends = [snap(storm, [xy], mode="walk") for xy in ([5200, 0], [0, 0])]
    answer = reach_nearest(storm, *ends, mode="walk", by="minutes")
    assert answer.has_ferry.tolist() == [False]  # none that sails
    assert len(storm.ferries) == 1
    assert math.isinf(answer.minutes[0])


# What a map says of waiting, and of boats that meet at sea


@pytest.mark.parametrize(
    ("interval", "wait", "basis"),
    [
        ("01:00", 30, "headway"),
        ("40", 20, "headway"),
        ("PT2H", 60, "headway"),
        ("", 15, "assumption"),
        ("sometimes", 15, "assumption"),
    ],
)
def test_the_interval_of_a_map_gives_the_wait(interval: str, wait: float, basis: str) -> None:
    boat = Tags(route="ferry", duration="20", interval=interval)
    points = [[0, 0], [100, 0], [5100, 0], [5200, 0]]
    network = network_of(points, [[0, 1], [1, 2], [2, 3]], [STREET, boat, STREET])
    (ferry,) = network.ferries
    assert (ferry.minutes, ferry.wait_minutes, ferry.wait_basis) == (20, wait, basis)
    (said,) = found(network, "ferry-times-assumed")
    assert said["waits"] == str(int(basis == "assumption"))


def test_names_and_intervals_are_kept_of_ferries_only() -> None:
    tags = {"name": "x", "interval": "30"}
    assert make_tags({"highway": "path", **tags}) == Tags(highway="path")
    assert make_tags({"route": "ferry", **tags}) == Tags(route="ferry", **tags)


def test_of_two_boats_in_one_course_the_rarer_one_is_waited_for() -> None:
    points = [[0, 0], [100, 0], [1100, 0], [2100, 0], [2200, 0]]
    boats = [Tags(route="ferry", duration="10", interval=one) for one in ("20", "90")]
    ways = [[0, 1], [1, 2], [2, 3], [3, 4]]
    network = network_of(points, ways, [STREET, *boats, STREET])
    (ferry,) = network.ferries
    assert (ferry.minutes, ferry.wait_minutes) == (20, 45)


def pairs(network: Network) -> set[frozenset[tuple[float, float]]]:
    """Which quays the ferries link."""
    edges = network.edges
    ends = [(edges.tail[one.edge], edges.head[one.edge]) for one in network.ferries]
    return {frozenset(tuple(network.xy[node].tolist()) for node in pair) for pair in ends}


def cross(split: bool) -> tuple[list[list[int]], list[list[int]]]:  # noqa: FBT001 - two shapes of one map
    """Four shores, each with its street, and boats that run through one point at sea."""
    shores = [[-2000, 0], [2000, 0], [0, -2000], [0, 2000]]
    points = [[0, 0], *shores, [-2100, 0], [2100, 0], [0, -2100], [0, 2100]]
    boats = [[1, 0], [0, 2], [3, 0], [0, 4]] if split else [[1, 0, 2], [3, 0, 4]]
    return points, [*boats, [1, 5], [2, 6], [3, 7], [4, 8]]


def test_boats_that_pass_each_other_at_sea_take_nobody_from_one_to_the_other() -> None:
    points, ways = cross(split=False)
    network = network_of(points, ways, [FERRY] * 2 + [STREET] * 4)
    assert pairs(network) == {
        frozenset([(-2000.0, 0.0), (2000.0, 0.0)]),
        frozenset([(0.0, -2000.0), (0.0, 2000.0)]),
    }
    assert math.isinf(minutes(network, [-2100, 0], [0, 2100]))
    assert np.isfinite(minutes(network, [-2100, 0], [2100, 0]))


def test_ways_that_end_at_one_point_at_sea_are_one_boat_for_every_pair_of_quays() -> None:
    points, ways = cross(split=True)
    network = network_of(points, ways, [FERRY] * 4 + [STREET] * 4)
    assert len(pairs(network)) == len(network.ferries) == 6
    assert set(network.edges.length_m[of_kind(network, "ferry")]) == {4000}
    assert minutes(network, [-2000, 0], [0, 2000]) == pytest.approx(12 + 15)  # one wait


def test_a_way_that_ends_on_another_boats_course_goes_on_along_it() -> None:
    points, _ = cross(split=False)
    ways = [[1, 0, 2], [4, 0], [1, 5], [2, 6], [4, 8]]
    network = network_of(points, ways, [FERRY] * 2 + [STREET] * 3)
    assert len(pairs(network)) == len(network.ferries) == 3


def test_boats_whose_courses_cross_without_a_point_do_not_meet() -> None:
    points, _ = cross(split=False)
    ways = [[1, 2], [3, 4], [1, 5], [2, 6], [3, 7], [4, 8]]
    network = network_of(points, ways, [FERRY] * 2 + [STREET] * 4)
    assert len(network.ferries) == 2
    assert math.isinf(minutes(network, [-2100, 0], [0, 2100]))


@given(st.permutations(range(8)), st.lists(st.booleans(), min_size=8, max_size=8))
def test_the_order_and_direction_of_ways_changes_no_crossing(order, turned) -> None:
    points, ways = cross(split=True)
    tags = [FERRY] * 4 + [STREET] * 4
    drawn = [way[::-1] if turn else way for way, turn in zip(ways, turned, strict=True)]
    mixed = network_of(points, [drawn[one] for one in order], [tags[one] for one in order])
    plain = network_of(points, ways, tags)
    assert pairs(mixed) == pairs(plain)
    assert sorted(mixed.edges.ferry_minutes[of_kind(mixed, "ferry")]) == pytest.approx(
        sorted(plain.edges.ferry_minutes[of_kind(plain, "ferry")])
    )


@pytest.mark.parametrize("away_m", [0.0, 5.0, 10.0])
def test_who_stands_beside_a_ferrys_course_joins_the_road_all_the_same(away_m: float) -> None:
    points = [[0, 0], [900, 0], [900, 600], [5100, 600], [5200, 600]]
    ways = [[0, 1], [0, 2, 3], [3, 4]]
    network = network_of(points, ways, [STREET, FERRY, STREET])
    course = shapely.LineString([points[0], points[2], points[3]])
    x, y = 450 - away_m * 600 / math.hypot(900, 600), 300 + away_m * 900 / math.hypot(900, 600)
    assert course.distance(shapely.Point(x, y)) == pytest.approx(away_m)
    joined = snap(network, [[x, y]], mode="walk")
    assert joined.distance_m[0] == pytest.approx(y)
    assert network.edges.kind[joined.edge[0]] != KINDS.index("ferry")
    # to the island over the quay at (0, 0), not from the course
    expected = (y + x + 100) * 0.06 / 4.8 + network.ferries[0].minutes + 15
    assert minutes(network, [x, y], [5200, 600]) == pytest.approx(expected)


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 90)), min_size=1, max_size=5), st.data())
def test_shutting_a_ferry_never_makes_the_way_shorter(boats, data) -> None:
    """Two streets, and several boats from one to the other, some of which do not sail."""
    streets = network_of([[x, y] for y in (0, 3000) for x in (0, 400)], [[0, 1], [2, 3]])
    crossings = [
        Crossing(
            ends=(-1, -1),
            coords=np.array([[0.0, 0.0], [0.0, 3000.0]]),
            minutes=time,
            first_sailing=dt.time(8) if late else dt.time(0),
            last_sailing=dt.time(20),
        )
        for late, time in boats
    ]
    network = connect_ferries(streets, crossings)
    told = network.ferries
    assert len(told) == len(boats)
    hour = data.draw(st.sampled_from([dt.time(1), dt.time(8), dt.time(21)]))
    every, some = (
        minutes(one, [400, 0], [400, 3000]) for one in (network, network_at(network, depart=hour))
    )
    assert some >= every
    running = [ferry.minutes + ferry.wait_minutes for ferry in told if sails_at(ferry, hour)]
    assert some == pytest.approx(min(running, default=math.inf) + 2 * 400 * 0.06 / 4.8)


def test_of_boats_between_the_same_quays_each_mode_has_its_best() -> None:
    """A short one for walkers, a longer one for cars, and one that is quick and takes a detour."""
    points = [[0, 0], [100, 0], [5100, 0], [5200, 0], [2600, 900], [2600, 2500]]
    ways = [[0, 1], [2, 3], [1, 2], [1, 4, 2], [1, 5, 2]]
    boats = [
        Tags(route="ferry", duration="40", motor_vehicle="no", name="walkers"),
        Tags(route="ferry", duration="50", name="cars"),
        Tags(route="ferry", duration="15", foot="yes", motor_vehicle="no", name="quick"),
    ]
    network = network_of(points, ways, [STREET, STREET, *boats])
    assert {ferry.name for ferry in network.ferries} == {"walkers", "cars", "quick"}
    ends = [100, 0], [5100, 0]
    assert minutes(network, *ends) == pytest.approx(15 + 15)
    assert minutes(network, *ends, "drive") == pytest.approx(50 + 15)
    joined = [snap(network, [xy], mode="walk") for xy in ends]
    shortest = reach_nearest(network, *joined, mode="walk", by="distance")
    assert shortest.distance_m[0] == pytest.approx(5000)
    assert shortest.minutes[0] == pytest.approx(40 + 15)


@given(st.permutations(range(3)))
def test_of_boats_of_one_course_the_quickest_is_kept_whatever_the_order(order) -> None:
    points = [[0, 0], [100, 0], [5100, 0], [5200, 0]]
    times = [("20", "60"), ("30", "10"), ("25", "50")]  # with half the headway: 50, 35, 50
    boats = [Tags(route="ferry", duration=time, interval=gap) for time, gap in times]
    ways = [[0, 1], [2, 3], [1, 2], [1, 2], [1, 2]]
    network = network_of(points, ways, [STREET, STREET, *(boats[one] for one in order)])
    assert minutes(network, [100, 0], [5100, 0]) == pytest.approx(35)
