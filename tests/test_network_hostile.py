"""Network files from anywhere: what is no map, what is not whole, what is made to do harm."""

from __future__ import annotations

import bz2
import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import networkx as nx
import numpy as np
import osmium
import osmnx
import pyproj
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import affinity

from gapmap.errors import InputError
from gapmap.network import NetworkSource, read_network
from gapmap.network.cache import network_key
from gapmap.network.rules import KINDS, knows_oneway

if TYPE_CHECKING:
    from gapmap.findings import Finding
    from gapmap.network import Network

CRS = pyproj.CRS("EPSG:4547")
EAST, NORTH = 500_000.0, 2_460_000.0
NODES = "".join(f'<node id="{n}" lon="{114 + n / 1000}" lat="22"/>' for n in range(1, 6))
STREET = '<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way>'
PLAIN = f'<osm version="0.6">{NODES}{STREET}</osm>'


def osm(path: Path, content: str | bytes, **said: object) -> Network:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_network(replace(NetworkSource(osm=path), **said), crs=CRS)


def town(folder: Path, text: str, **said: object) -> Network:
    return osm(folder / "town.osm", f'<osm version="0.6">{NODES}{text}</osm>', **said)


def refused(path: Path, content: str | bytes, **said: object) -> InputError:
    with pytest.raises(InputError) as caught:
        osm(path, content, **said)
    assert caught.value.file == path.name
    assert caught.value.zh != caught.value.en
    return caught.value


def said(network: Network, code: str) -> Finding:
    (one,) = [one for one in network.findings if one.code == code]
    return one


def counts(network: Network, file: int = 0) -> tuple[int, int, int, int]:
    rows = network.rows[file]
    return rows.read, rows.used, rows.repaired, rows.excluded


# Documents that declare, files that are something else


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
DECLARED = {
    "laughs": f'<!DOCTYPE osm [<!ENTITY l0 "lol">{LAUGHS}]>',
    "outside": '<!DOCTYPE osm [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
    "elsewhere": '<!DOCTYPE osm SYSTEM "http://127.0.0.1:9/x.dtd">',
    "parameter": '<!DOCTYPE osm [<!ENTITY % p SYSTEM "file:///etc/hostname">%p;]>',
}


@pytest.mark.parametrize("name", DECLARED)
@pytest.mark.parametrize("ending", [".osm", ".osm.bz2", ".graphml"])
def test_a_document_type_is_refused_before_anything_is_read(
    tmp_path: Path, name: str, ending: str
) -> None:
    text = f"<!-- {'x' * 5000} -->{DECLARED[name]}{PLAIN}".encode()
    content = bz2.compress(text) if ending == ".osm.bz2" else text
    assert refused(tmp_path / f"town{ending}", content).code == "xml-entities"


def test_osmium_itself_expands_no_entity(tmp_path: Path) -> None:
    """The second wall, should the first be passed."""
    path = tmp_path / "town.osm"
    path.write_text(f"{DECLARED['laughs']}{PLAIN.replace('residential', '&l8;')}", "utf8")
    with pytest.raises(RuntimeError, match="entities are not supported"):
        list(osmium.FileProcessor(str(path)))


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.osm", "<html><body><p>Error: runtime error</p></body></html>", "network-not-osm"),
        ("a.osm", "<!DOCTYPE html><html></html>", "network-not-osm"),
        ("a.osm", '\ufeff {"elements": []}', "network-overpass-json"),
        ("a.osm", bz2.compress(PLAIN.encode()), "network-not-osm"),
        ("a.osm", '<gpx version="1.1"/>', "network-not-osm"),
        ("a.osm.bz2", PLAIN, "network-not-osm"),
        ("a.osm.bz2", gzip.compress(PLAIN.encode()), "network-not-osm"),
        ("a.osm.pbf", PLAIN, "network-not-osm"),
        ("a.pbf", b"\0\0\0\x0d\n\x09OSMHeade", "network-not-osm"),
        ("a.graphml", "<gexf/>", "network-not-osm"),
        ("a.osm.gz", PLAIN.encode(), "network-not-osm"),
        ("a.osm.gz", gzip.compress(PLAIN.encode())[:-9], "xml-malformed"),
        ("a.osm", gzip.compress(PLAIN.encode()), "network-not-osm"),
        ("a.osm", b'{"version": 0.6, "elements": []}', "network-overpass-json"),
        ("a.json", b"{}", "network-format"),
        ("a.osm", b'<osm version="0.6"><node id="1" lat="1" lon="1"/></osm>', "network-no-highway"),
        ("a.osm", f"<osmChange>{PLAIN}</osmChange>", "network-history"),
        ("a.osm", PLAIN[:-20], "network-unreadable"),
        ("a.osm", PLAIN.replace("0.6", "0.5"), "network-unreadable"),
        ("a.osm", PLAIN.replace("residential", "r" * 70_000), "network-unreadable"),
        ("a.graphml", "<graphml><graph><node", "network-unreadable"),
    ],
)
def test_what_is_no_map_is_refused_by_what_it_is(
    tmp_path: Path, name: str, content: str | bytes, code: str
) -> None:
    assert refused(tmp_path / name, content).code == code


def test_an_answer_of_a_server_whose_query_failed_is_not_taken_for_whole(tmp_path: Path) -> None:
    remark = "<remark> runtime error: Query timed out in &quot;recurse&quot; at line 3 </remark>"
    error = refused(tmp_path / "a.osm", PLAIN.replace("</osm>", f"{remark}</osm>"))
    assert error.code == "network-incomplete"
    assert "Query timed out" in error.en
    assert "Query timed out" in error.zh


def written(path: Path) -> bytes:
    with osmium.SimpleWriter(str(path)) as writer:
        for number in range(1, 400):
            place = (114 + number / 10_000, 22 + number % 7 / 1000)
            writer.add_node(osmium.osm.mutable.Node(id=number, location=place))
        for number in range(1, 300):
            tags = {"highway": "residential", "name": f"{number} street"}
            nodes = [number, number + 1, number + 50]
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=nodes, tags=tags))
    return path.read_bytes()


def test_a_cut_pbf_is_refused(tmp_path: Path) -> None:
    whole = written(tmp_path / "whole.osm.pbf")
    assert counts(osm(tmp_path / "again.osm.pbf", whole)) == (299, 299, 0, 0)
    for keep in (30, len(whole) // 2, len(whole) - 1):
        assert refused(tmp_path / "cut.osm.pbf", whole[:keep]).code == "network-unreadable"


def test_a_history_is_no_map(tmp_path: Path) -> None:
    content = written(tmp_path / "h.osh.pbf")
    assert refused(tmp_path / "town.osm.pbf", content).code == "network-history"


def test_a_packed_file_that_becomes_too_large_is_refused_by_its_real_bytes(tmp_path: Path) -> None:
    spaces = b" " * (150 << 20)
    packed = bz2.compress(PLAIN.encode()[:-6] + spaces + b"</osm>")
    assert len(packed) < 10_000
    error = refused(tmp_path / "bomb.osm.bz2", packed)
    assert error.code == "network-bomb"


@pytest.mark.parametrize(
    "name", ["/vsicurl/http://127.0.0.1/a.osm", "http://127.0.0.1:9/a.osm.pbf", "ftp://x/a.osm.pbf"]
)
@pytest.mark.parametrize("key", ["osm", "lines", "ferries", "borders", "water"])
def test_addresses_are_no_files(tmp_path: Path, name: str, key: str) -> None:
    roads = tmp_path / "roads.osm"
    roads.write_text(PLAIN, "utf8")
    named = {"lines": None} if key == "lines" else {"osm": roads}
    ending = ".csv" if key == "ferries" else ".gpkg"
    path = Path(name if key == "osm" else name.replace(".osm", ending).replace(".pbf", ""))
    with pytest.raises(InputError) as caught:
        read_network(NetworkSource(**{**named, key: path}), crs=CRS)
    assert caught.value.code in {"file-not-local", "file-missing"}


def test_a_file_whose_name_looks_like_an_address_is_opened_as_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Osmium hands ``http:x`` to a program that fetches it."""
    monkeypatch.chdir(tmp_path)
    assert counts(osm(Path("http:x.osm"), PLAIN)) == (1, 1, 0, 0)
    assert counts(osm(Path("-rf $(x).osm"), PLAIN)) == (1, 1, 0, 0)


# Every way of a file is in exactly one count


def test_ways_of_one_node_are_counted_apart_from_those_that_lack_nodes(tmp_path: Path) -> None:
    text = STREET + '<way id="7"><nd ref="3"/><tag k="highway" v="service"/></way>'
    text += '<way id="8"><tag k="highway" v="service"/></way>'
    text += '<way id="9"><nd ref="4"/><nd ref="4"/><tag k="highway" v="service"/></way>'
    text += '<way id="10"><nd ref="4"/><nd ref="77"/><tag k="highway" v="service"/></way>'
    network = town(tmp_path, text)
    assert counts(network) == (5, 1, 0, 4)
    short = said(network, "network-ways-short")
    assert (short.value, dict(short.facts)) == ("way 7", {"ways": "3"})
    assert dict(said(network, "network-ways-broken").facts) == {"ways": "0", "lost": "1"}


@pytest.mark.parametrize("mark", ['action="delete"', "action='delete'", 'visible="false"'])
def test_what_an_editor_has_deleted_is_no_road(tmp_path: Path, mark: str) -> None:
    gone = f'<way id="2" {mark}><nd ref="2"/><nd ref="3"/><tag k="highway" v="service"/></way>'
    network = town(tmp_path, STREET + gone)
    assert len(network.edges) == 1
    assert counts(network) == (2, 1, 0, 1)
    assert said(network, "network-ways-deleted").value == "way 2"


def test_of_a_deleted_way_the_last_word_counts(tmp_path: Path) -> None:
    end = '<way id="1" version="2" visible="false"/>'
    other = STREET.replace('id="1"', 'id="5"', 1).replace('ref="2"', 'ref="3"')
    network = town(tmp_path, STREET + other + end)
    assert counts(network) == (2, 1, 0, 1)
    back = STREET.replace('id="1"', 'id="1" visible="false"', 1) + STREET
    assert len(town(tmp_path, back).edges) == 1


def test_a_node_at_two_places_is_told_and_the_last_counts(tmp_path: Path) -> None:
    again = '<node id="2" lon="114.1" lat="22"/><node id="1" lon="114.001" lat="22"/>'
    network = town(tmp_path, again + STREET)
    moved = said(network, "network-nodes-repeated")
    assert (moved.value, dict(moved.facts), moved.severity) == (
        "node 2",
        {"nodes": "1"},
        "warning",
    )
    assert network.edges.length_m.sum() == pytest.approx(10_213, rel=0.01)  # 0.099 degrees


def test_where_repairs_are_forbidden_a_broken_way_is_left_out_whole(tmp_path: Path) -> None:
    nodes = [1, 2, 3, 99, 4, 5]
    refs = "".join(f'<nd ref="{n}"/>' for n in nodes)
    text = f'<way id="3">{refs}<tag k="highway" v="primary"/></way>{STREET}'
    safe, none = town(tmp_path, text), town(tmp_path, text, repair="none")
    assert counts(safe) == (2, 1, 1, 0)
    assert counts(none) == (2, 1, 0, 1)
    assert len(none.edges) == 1
    assert dict(said(none, "network-ways-broken").facts) == {"ways": "0", "lost": "1"}


def test_a_ferry_for_nobody_counts_as_closed(tmp_path: Path) -> None:
    ferry = '<nd ref="2"/><nd ref="3"/><tag k="route" v="ferry"/>'
    shut = '<tag k="access" v="private"/>'
    text = f'{STREET}<way id="2">{ferry}</way><way id="3">{ferry}{shut}</way>'
    network = town(tmp_path, text)
    assert counts(network) == (3, 2, 0, 1)
    unused = said(network, "network-ways-unused")
    assert (unused.value, dict(unused.facts)["ways"]) == ("way 3", "1")


def test_a_ferry_of_a_table_that_crosses_a_border_is_an_excluded_row(tmp_path: Path) -> None:
    roads = lines_file(tmp_path / "roads.gpkg", {"highway": "primary"}, {"highway": "primary"})
    places = np.array([[EAST, NORTH], [EAST + 50, NORTH], [EAST + 150, NORTH]])
    a, b, c = np.column_stack(
        pyproj.Transformer.from_crs(CRS, 4326, always_xy=True).transform(*places.T)
    ).tolist()
    rows = [[*a, *b, 5, 10], [*a, *c, 5, 10], [*a, "", "", 5, 10]]
    head = "from_x,from_y,to_x,to_y,minutes,headway_minutes"
    ferries = tmp_path / "ferries.csv"
    ferries.write_text("\n".join([head, *(",".join(map(str, row)) for row in rows)]), "utf8")
    fence = shapely.LineString([(100, -900), (100, 900)])
    borders = shapes_file(tmp_path / "borders.gpkg", fence)
    source = NetworkSource(lines=roads, ferries=ferries)
    assert counts(read_network(source, crs=CRS), 1) == (3, 2, 0, 1)
    network = read_network(replace(source, borders=borders), crs=CRS)
    assert [one.file for one in network.rows] == ["roads.gpkg", "borders.gpkg", "ferries.csv"]
    assert counts(network, 2) == (3, 1, 0, 2)
    assert dict(said(network, "ferry-crosses-border").facts) == {"ferries": "1"}


# Line layers, borders, water


def lines_file(path: Path, *rows: dict[str, object]) -> Path:
    shapes = [
        shapely.LineString([(EAST + 100 * i, NORTH), (EAST + 100 * i + 100, NORTH)])
        for i in range(len(rows))
    ]
    gpd.GeoDataFrame([*rows], geometry=shapes, crs=CRS).to_file(path)
    return path


def test_directions_in_many_spellings(tmp_path: Path) -> None:
    spellings = ["T", "F", "B", "是", "否", "yes", "-1", "1", "0", "东向西", "2", ""]
    rows = [{"highway": "primary", "oneway": text} for text in spellings]
    path = lines_file(tmp_path / "roads.gpkg", *rows)
    network = read_network(NetworkSource(lines=path), crs=CRS)
    order = np.argsort(network.xy[network.edges.tail, 0])
    ways = list(zip(network.edges.forward[order], network.edges.backward[order], strict=True))
    both, there, back = (True, True), (True, False), (False, True)
    assert ways == [back, there, both, there, both, there, back, there, both, both, both, both]
    odd = said(network, "network-oneway-ignored")
    assert (odd.severity, odd.row, odd.field, odd.value) == ("warning", 10, "oneway", "东向西")
    assert dict(odd.facts) == {"ways": "2", "count": "2", "values": "2 1, 东向西 1"}
    assert [text for text in spellings if not knows_oneway(text)] == ["东向西", "2"]


def test_speeds_in_words_are_counted_with_their_values(tmp_path: Path) -> None:
    speeds = ["RU:urban", "30 mph", "50;30", "-30", "0", "60", "signals"]
    path = lines_file(
        tmp_path / "roads.gpkg", *({"highway": "primary", "maxspeed": text} for text in speeds)
    )
    network = read_network(NetworkSource(lines=path), crs=CRS)
    ignored = said(network, "network-maxspeed-ignored")
    assert (ignored.row, ignored.value) == (1, "RU:urban")
    assert dict(ignored.facts)["ways"] == "6"
    assert all(text in dict(ignored.facts)["values"] for text in speeds if text != "60")
    assert sorted(network.edges.drive_kmh.tolist()) == [50.0] * 6 + [60.0]


def shapes_file(path: Path, *shapes: object) -> Path:
    moved = [one and affinity.translate(one, EAST, NORTH) for one in shapes]
    gpd.GeoDataFrame({"n": range(len(moved))}, geometry=moved, crs=CRS).to_file(path)
    return path


BOX = shapely.box(20, -50, 60, 50)
BOW_TIE = shapely.Polygon([(70, -5), (90, 5), (90, -5), (70, 5)])
# a spike of 0.1 mm: it crosses itself, and mending changes the area by far less than 0.1 %
SPIKE = shapely.Polygon([(0, 0), (10, 0), (10, 10), (5, 10), (5, 10.0001), (5, 10), (0, 10)])


def test_rows_of_water_and_borders_are_counted(tmp_path: Path) -> None:
    roads = lines_file(tmp_path / "roads.gpkg", {"highway": "primary"})
    point, line = shapely.Point(5, 5), shapely.LineString([(0, 900), (9, 900)])
    water = shapes_file(tmp_path / "water.gpkg", BOX, point, None, line)
    borders = shapes_file(tmp_path / "borders.gpkg", line, point, BOX, None)
    source = NetworkSource(lines=roads, water=water, borders=borders)
    network = read_network(source, crs=CRS)
    assert [rows.file for rows in network.rows] == ["roads.gpkg", "borders.gpkg", "water.gpkg"]
    assert counts(network, 1) == (4, 2, 0, 2)
    assert counts(network, 2) == (4, 1, 0, 3)
    for code, file, rows in (
        ("network-water-row", "water.gpkg", {2, 3, 4}),
        ("network-row-no-line", "borders.gpkg", {2, 4}),
    ):
        found = {(one.file, one.row) for one in network.findings if one.code == code}
        assert found == {(file, row) for row in rows}


def test_water_past_mending_is_an_error_that_names_every_row(tmp_path: Path) -> None:
    roads = lines_file(tmp_path / "roads.gpkg", {"highway": "primary"})
    water = shapes_file(tmp_path / "water.gpkg", BOX, BOW_TIE, BOX, BOW_TIE)
    source = NetworkSource(lines=roads, water=water)
    with pytest.raises(InputError) as caught:
        read_network(source, crs=CRS)
    assert [(one.code, one.row) for one in caught.value.found] == [
        ("polygon-broken", 2),
        ("polygon-broken", 4),
    ]
    network = read_network(replace(source, repair="all"), crs=CRS)
    assert counts(network, 1) == (4, 2, 2, 0)
    # 40 m of the box; the two wings meet in the middle of 20 m of road
    assert network.edges.length_m[~network.edges.joinable].sum() == pytest.approx(60)


def test_water_is_mended_as_far_as_the_study_allows(tmp_path: Path) -> None:
    roads = lines_file(tmp_path / "roads.gpkg", {"highway": "primary"})
    assert not SPIKE.is_valid
    source = NetworkSource(lines=roads, water=shapes_file(tmp_path / "water.gpkg", BOX, SPIKE))
    network = read_network(source, crs=CRS)
    assert counts(network, 1) == (2, 1, 1, 0)
    assert said(network, "polygon-repaired").row == 2
    with pytest.raises(InputError) as caught:
        read_network(replace(source, repair="none"), crs=CRS)
    assert (caught.value.code, caught.value.row) == ("polygon-broken", 2)


def test_a_network_built_under_another_policy_is_not_reused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gapmap.network.cache.LEAST_BYTES", 0)
    path = tmp_path / "town.osm"
    path.write_text(PLAIN, "utf8")
    keys = {
        network_key(NetworkSource(osm=path, repair=repair), CRS)
        for repair in ("none", "safe", "all")
    }
    assert len(keys) == 3


# GraphML


def graph(path: Path, nodes: dict[object, dict], edges: list[tuple], **about: object) -> Path:
    made = nx.MultiDiGraph(crs="EPSG:4326", **about)
    for node, data in nodes.items():
        made.add_node(node, **data)
    for source, target, data in edges:
        made.add_edge(source, target, **data)
    nx.write_graphml(made, path)
    return path


PLACES = {n: {"x": 114 + n / 1000, "y": 22.0} for n in range(1, 6)}
ROAD = {"highway": "residential"}


def read_graph(path: Path, **said_of_it: object) -> Network:
    return read_network(replace(NetworkSource(osm=path), **said_of_it), crs=CRS)


def test_a_graph_that_networkx_saved_with_its_own_types(tmp_path: Path) -> None:
    """Numbers as numbers: OSMnx's own reader stumbles over them."""
    data = {**ROAD, "length": 12.5, "oneway": True, "lanes": 2}
    network = read_graph(graph(tmp_path / "a.graphml", PLACES, [(1, 2, data)]))
    assert counts(network) == (1, 1, 0, 0)
    assert network.edges.length_m.sum() == pytest.approx(103.2, abs=0.3)  # 0.001 degrees at 22 N
    assert (network.edges.forward[0], network.edges.backward[0]) == (True, False)


def test_weights_that_are_none_are_told_and_never_used(tmp_path: Path) -> None:
    lengths = ["far", -3, "NaN", 0, 100, "1e400"]
    edges = [(1 + i % 4, 2 + i % 4, {**ROAD, "length": str(one)}) for i, one in enumerate(lengths)]
    network = read_graph(graph(tmp_path / "a.graphml", PLACES, edges))
    wrong = said(network, "network-lengths-wrong")
    assert (wrong.row, wrong.value) == (1, "far")
    assert dict(wrong.facts) == {"edges": "4", "count": "4"}
    assert len(wrong.rows) == 4
    assert (network.edges.length_m > 100).all()


def test_nodes_without_a_place_and_edges_that_lead_nowhere(tmp_path: Path) -> None:
    places = {**PLACES, 6: {"x": 114.0}, 7: {"x": "east", "y": 22.0}, 8: {"x": 200.0, "y": 22.0}}
    edges = [(1, 2, ROAD), (2, 6, ROAD), (3, 7, ROAD), (4, 8, ROAD), (4, 9, ROAD)]
    network = read_graph(
        graph(
            tmp_path / "a.graphml",
            {n: {k: str(v) for k, v in d.items()} for n, d in places.items()},
            edges,
        )
    )
    assert counts(network) == (5, 1, 0, 4)
    lost = said(network, "network-edges-unplaced")
    assert (lost.row, lost.value) == (2, "2 – 6")
    assert dict(lost.facts) == {"edges": "4", "count": "4"}
    assert len(lost.rows) == 4
    assert len(network.xy) == 2


def test_both_directions_are_one_street_and_every_edge_is_counted(tmp_path: Path) -> None:
    edges = [
        (1, 2, ROAD),
        (2, 1, ROAD),
        (2, 3, ROAD),
        (2, 3, ROAD),
        (3, 4, ROAD),
        (3, 4, {"highway": "primary"}),
        (4, 5, {"highway": "proposed"}),
    ]
    network = read_graph(graph(tmp_path / "a.graphml", PLACES, edges))
    assert len(network.edges) == 3
    assert counts(network) == (7, 5, 0, 2)
    differ = said(network, "network-edges-differ")
    assert (differ.row, differ.value) == (6, "3 – 4")
    unused = said(network, "network-ways-unused")
    assert unused.row == 7
    assert dict(unused.facts) == {"ways": "1", "count": "1", "kinds": "proposed 1"}


def test_lines_that_end_elsewhere_are_put_on_their_nodes_or_left_out(tmp_path: Path) -> None:
    def drawn(*points: tuple[float, float]) -> dict[str, str]:
        return {**ROAD, "geometry": shapely.LineString(points).wkt}

    edges = [
        (1, 2, drawn((114.001, 22), (114.0015, 22.001), (114.002, 22))),
        (3, 2, drawn((114.002, 22), (114.0022, 22.001), (114.003, 22))),  # the other way round
        (3, 4, drawn((114.003, 22.01), (114.0035, 22.001), (114.004, 22))),
        (4, 5, {**ROAD, "geometry": "LINESTRING (114.004 22"}),
        (4, 5, {**ROAD, "geometry": "POINT (114.004 22)"}),
        (4, 5, {**ROAD, "geometry": "LINESTRING (114.004 22, nan 22, 114.005 22)"}),
    ]
    path = graph(tmp_path / "a.graphml", PLACES, edges)
    network = read_graph(path)
    assert counts(network) == (6, 2, 1, 3)
    assert said(network, "network-edges-moved").row == 3
    bad = said(network, "network-edges-courseless")
    assert (bad.row, dict(bad.facts)) == (4, {"edges": "3", "count": "3"})
    assert network.edges.length_m.max() < 300  # none goes back and forth
    assert counts(read_graph(path, repair="none")) == (6, 2, 0, 4)


def test_merged_values_are_told_and_merged_speeds_hold_for_none(tmp_path: Path) -> None:
    merged = {"highway": "['primary', 'residential']", "maxspeed": "['60', '30']"}
    alike = {"highway": "['primary', 'primary']", "maxspeed": "['60', '60']"}
    network = read_graph(graph(tmp_path / "a.graphml", PLACES, [(1, 2, merged), (2, 3, alike)]))
    assert sorted(network.edges.drive_kmh.tolist()) == [50, 60]
    listed = said(network, "network-values-listed")
    assert (listed.row, dict(listed.facts)) == (1, {"edges": "1", "count": "1"})
    assert said(network, "network-maxspeed-ignored").value == "60;30"


def test_numbers_of_nodes_that_stand_twice_in_a_graph(tmp_path: Path) -> None:
    path = graph(tmp_path / "a.graphml", PLACES, [(1, 2, ROAD)])
    text = path.read_text("utf8")
    node = '<node id="2"><data key="d1">114.01</data><data key="d2">22.0</data></node>'
    path.write_text(text.replace("<edge", f"{node}<edge", 1), "utf8")
    network = read_graph(path)
    assert said(network, "network-nodes-repeated").value == "2"
    assert network.edges.length_m.sum() == pytest.approx(929, abs=3)  # 0.009 degrees at 22 N


def test_a_graph_without_directions_tells_of_its_one_way_streets(tmp_path: Path) -> None:
    path = graph(tmp_path / "a.graphml", PLACES, [(1, 2, {**ROAD, "oneway": "True"})])
    text = path.read_text("utf8").replace('edgedefault="directed"', 'edgedefault="undirected"')
    path.write_text(text, "utf8")
    assert said(read_graph(path), "network-edges-undirected").severity == "warning"


@pytest.mark.parametrize(
    ("crs", "datum", "code"),
    [
        ("", "auto", "crs-missing"),
        ("EPSG:99999", "auto", "crs-unreadable"),
        ("EPSG:5701", "auto", "crs-unreadable"),  # heights
        ("EPSG:32650", "gcj02", "datum-not-degrees"),
    ],
)
def test_a_graph_says_in_which_crs_it_is(tmp_path: Path, crs: str, datum: str, code: str) -> None:
    path = graph(tmp_path / "a.graphml", PLACES, [(1, 2, ROAD)])
    path.write_text(path.read_text("utf8").replace("EPSG:4326", crs), "utf8")
    with pytest.raises(InputError) as caught:
        read_graph(path, datum=datum)
    assert caught.value.code == code
    if not crs:
        assert len(read_graph(path, datum="wgs84").edges) == 1


def changed(path: Path, old: str, new: str) -> Path:
    """Put something else where ``old`` stands first in a file."""
    text = path.read_text("utf8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf8")
    return path


def test_graphs_are_loaded_by_osmnx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = []
    theirs = osmnx.load_graphml
    monkeypatch.setattr(osmnx, "load_graphml", lambda **said: loaded.append(1) or theirs(**said))
    read_graph(graph(tmp_path / "a.graphml", PLACES, [(1, 2, ROAD)]))
    assert loaded == [1]


def test_edges_of_one_id_are_not_merged(tmp_path: Path) -> None:
    bent = {**ROAD, "geometry": "LINESTRING (114.001 22, 114.0015 22.001, 114.002 22)"}
    path = graph(tmp_path / "a.graphml", PLACES, [(1, 2, ROAD), (1, 2, bent)])
    network = read_graph(changed(path, 'target="2" id="1"', 'target="2" id="0"'))
    assert path.read_text("utf8").count('target="2" id="0"') == 2
    assert counts(network) == (2, 2, 0, 0)
    assert len(network.edges) == 2


def test_edges_of_a_second_graph_are_told_and_left_out(tmp_path: Path) -> None:
    path = graph(tmp_path / "a.graphml", PLACES, [(1, 2, ROAD)])
    other = '<graph edgedefault="directed"><edge source="3" target="4"/></graph>'
    network = read_graph(changed(path, "</graph>", f"</graph>{other}"))
    assert counts(network) == (2, 1, 0, 1)
    unread = said(network, "network-edges-unread")
    assert (unread.severity, unread.row, unread.value) == ("warning", 2, "3 – 4")


def test_tags_that_hold_where_an_edge_says_nothing(tmp_path: Path) -> None:
    """Networkx knows defaults, and gives them to no edge."""
    edges = [(1, 2, {"highway": "primary"}), (2, 3, {"name": "b"})]
    path = graph(tmp_path / "a.graphml", PLACES, edges, edge_default={"highway": "footway"})
    kinds = [KINDS[kind] for kind in read_graph(path).edges.kind]
    assert sorted(kinds) == ["footway", "primary"]


def test_undirected_edges_keep_their_source(tmp_path: Path) -> None:
    """Networkx lists them from the node that it met first."""
    path = graph(tmp_path / "a.graphml", PLACES, [(2, 1, {**ROAD, "oneway": "True"})])
    network = read_graph(changed(path, '"directed"', '"undirected"'))
    (start,) = network.xy[network.edges.tail]
    assert start[0] == network.xy[:, 0].max()
    path = graph(tmp_path / "b.graphml", PLACES, [(2, 1, {**ROAD, "oneway": "True"})])
    network = read_graph(changed(path, "<edge ", '<edge directed="false" '))
    assert said(network, "network-edges-undirected").row == 1


@pytest.mark.parametrize("name", ["[" + "-" * 50_000 + "1]", "{[1]: 2}", "[" + "1," * 50_000 + "]"])
def test_lists_that_no_reader_survives_are_refused(tmp_path: Path, name: str) -> None:
    path = graph(tmp_path / "a.graphml", PLACES, [(1, 2, {**ROAD, "name": name})])
    with pytest.raises(InputError) as caught:
        read_graph(path)
    assert caught.value.file == "a.graphml"
    assert caught.value.code in ("network-unreadable", "network-graph-foreign")


FOREIGN = (
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:y="http://www.yworks.com/xml/graphml">'
    '{keys}<graph edgedefault="undirected"><node id="1">{data}</node><node id="2"/>'
    '<edge source="1" target="2"/></graph></graphml>'
)
YED = (
    '<key for="node" id="d6" yfiles.type="nodegraphics"/>',
    '<data key="d6"><y:ShapeNode><y:Geometry x="577.0" y="367.0"/></y:ShapeNode></data>',
)
GEPHI = (
    "".join(
        f'<key attr.name="{name}" attr.type="double" for="{kind}" id="{name}"/>'
        for name, kind in (("x", "node"), ("y", "node"), ("weight", "edge"))
    ),
    '<data key="x">-123.4</data><data key="y">33.2</data>',
)


@pytest.mark.parametrize(
    ("program", "nodes", "edges"),
    [(YED, "–", "–"), (GEPHI, "x, y", "weight"), (("", ""), "–", "–")],
)
def test_a_graph_of_another_program_is_called_so(
    tmp_path: Path, program: tuple[str, str], nodes: str, edges: str
) -> None:
    keys, data = program
    path = tmp_path / "a.graphml"
    path.write_text(FOREIGN.format(keys=keys, data=data), "utf8")
    with pytest.raises(InputError) as caught:
        read_graph(path)
    assert caught.value.code == "network-graph-foreign"
    told = dict(caught.value.found[0].facts)
    assert (told["nodes"], told["edges"]) == (nodes, edges)


def test_what_nobody_reads_of_a_graph_is_not_handed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = []
    theirs = osmnx.load_graphml
    monkeypatch.setattr(
        osmnx, "load_graphml", lambda **said: given.append(said["graphml_str"]) or theirs(**said)
    )
    data = {**ROAD, "osmid": "[1, 2", "lanes": "zwei", "oneway": "True"}
    path = graph(tmp_path / "a.graphml", PLACES, [(1, 2, data)])
    changed(path, "</edge>", '<data key="nobody-knows">5</data></edge>')
    network = read_graph(path)
    assert counts(network) == (1, 1, 0, 0)
    assert (network.edges.forward[0], network.edges.backward[0]) == (True, False)
    assert not any(word in given[0] for word in ("osmid", "zwei", "lanes", "nobody"))


def test_text_reaches_osmnx_as_it_stands(tmp_path: Path) -> None:
    odd = "&lt; ]]> \"'路 \U0001f6b2"
    path = graph(tmp_path / "a.graphml", PLACES, [(1, 2, {**ROAD, "maxspeed": odd})])
    assert said(read_graph(path), "network-maxspeed-ignored").value == odd
    changed(path, "&amp;lt;", "<![CDATA[<&]]><!-- 60 -->")
    assert said(read_graph(path), "network-maxspeed-ignored").value == odd.replace("&lt;", "<&")


# Bytes changed at random


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Make a small sound file of every format."""
    folder = tmp_path_factory.mktemp("seeds")
    graph(folder / "a.graphml", PLACES, [(1, 2, ROAD), (2, 3, {**ROAD, "oneway": "True"})])
    return {
        ".osm": PLAIN.encode(),
        ".osm.bz2": bz2.compress(PLAIN.encode()),
        ".graphml": (folder / "a.graphml").read_bytes(),
        ".osm.pbf": written(folder / "a.osm.pbf"),
    }


A_NODE = '<node id="{}" lat="{}" lon="{}" version="1"/>'
A_WAY = '<way id="9" version="1">{}<tag k="highway" v="primary"/></way>'


def of_xml(path: Path, *parts: str) -> Path:
    path.write_text(f'<osm version="0.6">{"".join(parts)}</osm>', "utf8")
    return path


def test_packed_with_gzip_a_map_is_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.osm").write_text(PLAIN, "utf8")
    (tmp_path / "a.osm.gz").write_bytes(gzip.compress(PLAIN.encode()))
    plain, packed = (read_graph(tmp_path / name) for name in ("a.osm", "a.osm.gz"))
    assert np.array_equal(plain.xy, packed.xy)
    assert packed.rows[0].read == plain.rows[0].read > 0


def test_places_that_stand_on_the_ways_are_used(tmp_path: Path) -> None:
    """As Overpass writes with ``out geom``: no node is in the file."""
    refs = "".join(f'<nd ref="{n}" lat="22.0" lon="{114 + n / 1000}"/>' for n in (1, 2, 3))
    network = read_graph(of_xml(tmp_path / "a.osm", A_WAY.format(refs)))
    assert counts(network) == (1, 1, 0, 0)
    assert network.edges.length_m.sum() == pytest.approx(206.5, abs=0.5)


@pytest.mark.parametrize("place", [None, (114.0, 22.0)])
def test_where_no_way_has_nodes_the_error_says_what_to_download(
    tmp_path: Path, place: tuple[float, float] | None
) -> None:
    """Without nodes, or with nodes whose latitude is a longitude."""
    nodes = "" if place is None else "".join(A_NODE.format(n, *place) for n in (1, 2))
    path = of_xml(tmp_path / "a.osm", nodes, A_WAY.format('<nd ref="1"/><nd ref="2"/>'))
    with pytest.raises(InputError) as caught:
        read_graph(path)
    assert caught.value.code == "network-without-nodes"


def test_a_node_on_null_island_is_none(tmp_path: Path) -> None:
    nodes = "".join(A_NODE.format(n, 22, 114 + n / 1000) for n in (1, 2))
    refs = "".join(f'<nd ref="{n}"/>' for n in (1, 2, 3))
    network = read_graph(
        of_xml(tmp_path / "a.osm", nodes, A_NODE.format(3, 0, 0), A_WAY.format(refs))
    )
    assert counts(network) == (1, 0, 1, 0)
    assert network.edges.length_m.sum() == pytest.approx(103.2, abs=0.3)


SPLICES = [b"", b"\0", b"\xff" * 8, b"<", b"nan", b"1e999", b"-", b"[[[[", b"&x;", b'"', b"\x80"]


@pytest.mark.parametrize("ending", [".osm", ".osm.bz2", ".graphml", ".osm.pbf"])
@given(data=st.data())
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_changed_bytes_give_a_network_or_an_input_error(
    tmp_path: Path, seeds: dict[str, bytes], ending: str, data: st.DataObject
) -> None:
    content = bytearray(seeds[ending])
    for _ in range(data.draw(st.integers(1, 5))):
        start = data.draw(st.integers(0, len(content)))
        piece = data.draw(st.one_of(st.sampled_from(SPLICES), st.binary(max_size=6)))
        content[start : start + data.draw(st.sampled_from([0, 1, 8, 200]))] = piece
    path = tmp_path / f"fuzzed{ending}"
    path.write_bytes(content)
    try:
        network = read_network(NetworkSource(osm=path), crs=CRS)
    except InputError:
        return
    rows = network.rows[0]
    assert rows.read == rows.used + rows.repaired + rows.excluded
    assert np.isfinite(network.xy).all()


def test_nothing_in_a_graph_is_evaluated(tmp_path: Path) -> None:
    nested = "[" * 20_000 + "]" * 20_000
    data = {**ROAD, "name": nested, "maxspeed": nested, "oneway": "__import__('os').system('x')"}
    network = read_graph(graph(tmp_path / "a.graphml", PLACES, [(1, 2, data)]))
    assert counts(network) == (1, 1, 0, 0)
    assert json.dumps([one.message("zh") for one in network.findings])
