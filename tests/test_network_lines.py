"""Line layers as offices leave them: columns, classes, ends that do not meet, other cities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pyproj
import pytest
import shapely

from gapmap.errors import InputError
from gapmap.network import Network, NetworkSource, read_network
from gapmap.network.elsewhere import judge_place
from gapmap.network.rules import KINDS

if TYPE_CHECKING:
    from pathlib import Path

    from gapmap.findings import Finding

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
