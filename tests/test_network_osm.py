"""Reading OpenStreetMap files: small ones written here, and a real one."""

from __future__ import annotations

import bz2
import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import osmium
import osmnx
import pyproj
import pytest
import shapely

from gapmap.datum import convert_datum
from gapmap.errors import InputError
from gapmap.network import (
    NetworkSource,
    nearest,
    pairs_within,
    reach_nearest,
    read_network,
    snap,
)
from gapmap.network.rules import KINDS

if TYPE_CHECKING:
    from gapmap.network import Network

UTM = pyproj.CRS("EPSG:32627")
ZONE = pyproj.CRS("EPSG:4547")
WESTFJORDS = Path(__file__).parents[1].parent / "shared/data/westfjords/westfjords.osm.pbf"

# A street with a bend (1-2-3), a side street from its end (3-4), a one-way street drawn backward,
# a bridge over the first street, a ferry in two ways of which a relation says so, an islet.
NODES = {
    1: (114.000, 22.000),
    2: (114.005, 22.001),
    3: (114.010, 22.000),
    4: (114.010, 22.010),
    5: (114.020, 22.000),
    6: (114.0075, 21.995),
    7: (114.0075, 22.005),
    8: (114.040, 22.000),
    9: (114.060, 22.000),
    10: (114.061, 22.000),
    11: (114.050, 22.050),
}
WAYS = {
    100: ([1, 2, 3], {"highway": "residential", "name": "弯路"}),
    101: ([3, 4], {"highway": "footway"}),
    102: ([5, 3], {"highway": "primary", "oneway": "-1", "maxspeed": "60"}),
    103: ([6, 7], {"highway": "secondary", "bridge": "yes", "layer": "1"}),
    104: ([5, 8], {"ferry": "cable"}),
    105: ([8, 9], {"route": "ferry", "duration": "00:12"}),
    106: ([9, 10], {"highway": "track"}),
    107: ([4, 7], {"highway": "construction"}),
    108: ([1, 6], {"highway": "service", "access": "private"}),
    109: ([1, 4, 7, 1], {"building": "yes"}),
}
FERRY_LINE = ([104, 105], {"type": "route", "route": "ferry", "name": "渡轮"})


def xml(nodes: dict[int, tuple[float, float]] = NODES, ways: dict[int, object] = WAYS) -> str:
    def tags(said: dict[str, str]) -> str:
        return "".join(f'<tag k="{key}" v="{value}"/>' for key, value in said.items())

    parts = ['<?xml version="1.0" encoding="UTF-8"?><osm version="0.6" generator="test">']
    parts += [
        f'<node id="{n}" version="1" lon="{lon}" lat="{lat}"/>' for n, (lon, lat) in nodes.items()
    ]
    for way, (refs, said) in ways.items():
        mentions = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        parts.append(f'<way id="{way}" version="1">{mentions}{tags(said)}</way>')
    members = "".join(f'<member type="way" ref="{way}" role=""/>' for way in FERRY_LINE[0])
    parts.append(f'<relation id="1" version="1">{members}{tags(FERRY_LINE[1])}</relation></osm>')
    return "".join(parts)


def write(folder: Path, ending: str, text: str | None = None) -> Path:
    """Write the little town in one of the formats."""
    plain = folder / "town.osm"
    plain.write_text(text or xml(), "utf8")
    path = folder / f"town{ending}"
    if ending == ".osm.bz2":
        path.write_bytes(bz2.compress(plain.read_bytes()))
    elif ending == ".osm.pbf":
        path.unlink(missing_ok=True)
        with osmium.SimpleWriter(str(path)) as writer:
            for thing in osmium.FileProcessor(str(plain)):
                writer.add(thing)
    return path


def described(network: Network) -> list[tuple[object, ...]]:
    """Give every edge by what it is, whatever its number."""
    edges = network.edges
    rows = []
    for i, (a, b) in enumerate(zip(edges.offsets[:-1], edges.offsets[1:], strict=True)):
        course = [tuple(point) for point in np.round(edges.coords[a:b], 3).tolist()]
        turned = course[0] > course[-1]
        ways = bool(edges.forward[i]), bool(edges.backward[i])
        rows.append(
            (
                KINDS[edges.kind[i]],
                tuple(course[::-1] if turned else course),
                ways[::-1] if turned else ways,
                bool(edges.walk[i]),
                bool(edges.cycle[i]),
                round(float(np.nan_to_num(edges.drive_kmh[i], nan=-1)), 6),
                round(float(np.nan_to_num(edges.ferry_minutes[i], nan=-1)), 6),
            )
        )
    return sorted(rows)


@pytest.mark.parametrize("ending", [".osm.pbf", ".osm", ".osm.bz2"])
def test_the_little_town(tmp_path: Path, ending: str) -> None:
    path = write(tmp_path, ending)
    network = read_network(NetworkSource(osm=path), crs=ZONE)
    kinds = sorted(KINDS[code] for code in network.edges.kind)
    assert kinds == ["ferry", "footway", "primary", "residential", "secondary", "track"]
    (rows,) = network.rows
    assert (rows.file, rows.read, rows.used, rows.excluded) == (path.name, 9, 7, 2)
    unused = next(one for one in network.findings if one.code == "network-ways-unused")
    assert "construction 1" in unused.message()
    assert "access=no/private 1" in unused.message()
    (ferry,) = np.flatnonzero(network.edges.kind == KINDS.index("ferry"))
    geod = pyproj.Geod(ellps="WGS84")
    untimed_m = geod.line_length(*zip(NODES[5], NODES[8], strict=True))
    assert network.edges.ferry_minutes[ferry] == pytest.approx(
        12 + untimed_m / 1000 / 20 * 60 + 15, rel=1e-3
    )
    (street,) = np.flatnonzero(network.edges.kind == KINDS.index("residential"))
    true_m = geod.line_length(*zip(NODES[1], NODES[2], NODES[3], strict=True))
    assert network.edges.length_m[street] == pytest.approx(true_m, rel=1e-4)
    (primary,) = np.flatnonzero(network.edges.kind == KINDS.index("primary"))
    assert network.edges.drive_kmh[primary] == 60
    assert {bool(network.edges.forward[primary]), bool(network.edges.backward[primary])} == {
        True,
        False,
    }


def test_all_formats_give_the_same_network(tmp_path: Path) -> None:
    networks = [
        described(read_network(NetworkSource(osm=write(tmp_path, ending)), crs=ZONE))
        for ending in (".osm.pbf", ".osm", ".osm.bz2")
    ]
    assert networks[0] == networks[1] == networks[2]


def test_one_way_streets_keep_their_direction_in_every_format(tmp_path: Path) -> None:
    """Way 102 is drawn from 5 to 3 and says -1: driving goes from 3 to 5."""
    project = pyproj.Transformer.from_crs(4326, ZONE, always_xy=True)
    three, five = ([project.transform(*NODES[n])] for n in (3, 5))
    for ending in (".osm.pbf", ".osm"):
        network = read_network(NetworkSource(osm=write(tmp_path, ending)), crs=ZONE)
        assert np.isfinite(nearest(network, three, five, mode="drive")[0][0])
        assert np.isinf(nearest(network, five, three, mode="drive")[0][0])
        assert np.isfinite(nearest(network, five, three, mode="walk")[0][0])


def test_osmnx_gives_the_same_lengths_and_junctions(tmp_path: Path) -> None:
    """Differential: OSMnx reads the XML by itself; ferries and closed ways are left out of it."""
    ways = {n: way for n, way in WAYS.items() if n in (100, 101, 102, 103, 106)}
    path = write(tmp_path, ".osm", xml(NODES, ways))
    ours = read_network(NetworkSource(osm=path), crs=ZONE)
    graph = osmnx.project_graph(osmnx.graph_from_xml(path, retain_all=True), to_crs=ZONE)
    theirs = osmnx.convert.to_undirected(graph)
    joined = sum(degree > 0 for _, degree in theirs.degree)
    assert (len(ours.xy), len(ours.edges)) == (joined, theirs.number_of_edges())
    assert ours.edges.length_m.sum() == pytest.approx(
        sum(line.length for *_, line in theirs.edges(data="geometry") if line is not None)
        + sum(
            math.dist(*((graph.nodes[n]["x"], graph.nodes[n]["y"]) for n in pair))
            for *pair, line in theirs.edges(data="geometry")
            if line is None
        ),
        abs=1e-6,
    )


def same(one: Network, other: Network) -> None:
    """Assert that two networks are equal, array for array."""
    np.testing.assert_array_equal(one.xy, other.xy)
    for name in type(one.edges).__dataclass_fields__:
        np.testing.assert_array_equal(getattr(one.edges, name), getattr(other.edges, name))
    assert (one.findings, one.rows) == (other.findings, other.rows)


@pytest.mark.parametrize("ending", [".osm.pbf", ".osm"])
def test_the_order_of_a_file_changes_nothing(tmp_path: Path, ending: str) -> None:
    """Overpass puts ways before their nodes, editors put everything anywhere."""
    in_order = read_network(NetworkSource(osm=write(tmp_path, ending)), crs=ZONE)
    head, *things = xml().replace("<node", "\n<node").replace("<way", "\n<way").split("\n")
    last, relation = things.pop().split("<relation")
    things = [*things[::-1], last]
    shuffled = "".join([head, *things[7:], *things[:7], "<relation", relation])
    assert shuffled.index("<way") < shuffled.index("<node") < shuffled.rindex("<way")
    other = read_network(NetworkSource(osm=write(tmp_path, ending, shuffled)), crs=ZONE)
    same(in_order, other)


def test_nodes_that_an_editor_has_not_sent_have_negative_numbers(tmp_path: Path) -> None:
    ways = {-n: ([-ref for ref in refs], said) for n, (refs, said) in WAYS.items()}
    nodes = {-n: place for n, place in NODES.items()}
    text = xml(nodes, ways).replace('type="way" ref="', 'type="way" ref="-')
    drawn = read_network(NetworkSource(osm=write(tmp_path, ".osm", text)), crs=ZONE)
    sent = read_network(NetworkSource(osm=write(tmp_path, ".osm")), crs=ZONE)
    assert described(drawn) == described(sent)
    assert [(one.code, one.facts) for one in drawn.findings] == [
        (one.code, one.facts) for one in sent.findings
    ]


def test_of_a_way_that_a_file_holds_twice_the_last_counts(tmp_path: Path) -> None:
    first = '<way id="101" version="1"><nd ref="3"/><nd ref="4"/><tag k="highway" v="steps"/></way>'
    text = xml().replace('<way id="100"', f'{first}<way id="100"')
    twice = read_network(NetworkSource(osm=write(tmp_path, ".osm", text)), crs=ZONE)
    once = read_network(NetworkSource(osm=write(tmp_path, ".osm")), crs=ZONE)
    (again,) = [one for one in twice.findings if one.code == "network-ways-repeated"]
    assert (again.value, dict(again.facts)) == ("way 101", {"ways": "1"})
    (rows,) = twice.rows
    assert (rows.read, rows.used, rows.repaired, rows.excluded) == (10, 7, 0, 3)
    assert once.rows[0].read == 9
    others = tuple(one for one in twice.findings if one is not again)
    same(replace(twice, findings=others, rows=once.rows), once)


@pytest.mark.parametrize("ending", [".osm.pbf", ".osm"])
def test_ways_with_missing_nodes_are_broken_there_and_counted(tmp_path: Path, ending: str) -> None:
    nodes = {n: place for n, place in NODES.items() if n not in (2, 6)}
    ways = {**WAYS, 110: ([8, 4, 2, 11, 9], {"highway": "tertiary"})}
    path = write(tmp_path, ending, xml(nodes, ways))
    network = read_network(NetworkSource(osm=path), crs=ZONE)
    kinds = [KINDS[code] for code in network.edges.kind]
    assert kinds.count("tertiary") == 2  # 8-4 and 11-9, with nothing between
    assert "residential" not in kinds  # 1-?-3 leaves nothing
    (rows,) = network.rows
    # read: 9 of before and 110; lost: 100 and 103 (and 108, which is private); 107 is no way
    assert (rows.read, rows.used, rows.repaired, rows.excluded) == (10, 5, 1, 4)
    said = next(one for one in network.findings if one.code == "network-ways-broken")
    assert dict(said.facts) == {"ways": "1", "lost": "3"}
    assert said.severity == "warning"


def test_a_way_that_meets_itself_is_the_same_in_every_format(tmp_path: Path) -> None:
    ways = {
        1: ([1, 2, 3, 4, 2, 6], {"highway": "residential"}),
        2: ([8, 9, 10, 8], {"highway": "track", "oneway": "yes"}),
    }
    networks = [
        described(
            read_network(NetworkSource(osm=write(tmp_path, ending, xml(NODES, ways))), crs=ZONE)
        )
        for ending in (".osm.pbf", ".osm")
    ]
    lengths = [sum(shapely.LineString(row[1]).length for row in rows) for rows in networks]
    assert lengths[0] == pytest.approx(lengths[1])
    assert [row[:1] for row in networks[0]] == [row[:1] for row in networks[1]]


@pytest.mark.parametrize("simplify", [True, False])
def test_a_graphml_file_is_the_same_network(tmp_path: Path, *, simplify: bool) -> None:
    ways = {n: way for n, way in WAYS.items() if n in (100, 101, 102, 103, 106)}
    path = write(tmp_path, ".osm", xml(NODES, ways))
    graph = osmnx.graph_from_xml(path, retain_all=True, simplify=simplify)
    osmnx.save_graphml(graph, tmp_path / "town.graphml")
    ours = read_network(NetworkSource(osm=tmp_path / "town.graphml"), crs=ZONE)
    theirs = read_network(NetworkSource(osm=path), crs=ZONE)
    if simplify:
        assert described(ours) == described(theirs)
    assert ours.edges.length_m.sum() == pytest.approx(theirs.edges.length_m.sum(), abs=1e-6)
    places = [[theirs.xy[:, 0].mean(), theirs.xy[:, 1].mean()]]
    for mode in ("walk", "drive"):
        np.testing.assert_allclose(
            nearest(ours, theirs.xy, places, mode=mode)[0],
            nearest(theirs, theirs.xy, places, mode=mode)[0],
            atol=1e-6,
        )


def test_a_projected_graphml_file(tmp_path: Path) -> None:
    path = write(tmp_path, ".osm")
    graph = osmnx.project_graph(osmnx.graph_from_xml(path, retain_all=True))
    osmnx.save_graphml(graph, tmp_path / "town.graphml")
    network = read_network(NetworkSource(osm=tmp_path / "town.graphml"), crs=ZONE)
    expected = pyproj.Transformer.from_crs(4326, ZONE, always_xy=True).transform(*NODES[1])
    assert np.hypot(*(network.xy - expected).T).min() < 0.01


def test_a_named_datum_moves_the_roads(tmp_path: Path) -> None:
    path = write(tmp_path, ".osm.pbf")
    plain = read_network(NetworkSource(osm=path), crs=ZONE)
    moved = read_network(NetworkSource(osm=path, datum="gcj02"), crs=ZONE)
    lon, lat = convert_datum(*NODES[4], source="gcj02", target="wgs84")
    expected = pyproj.Transformer.from_crs(4326, ZONE, always_xy=True).transform(lon, lat)
    assert np.hypot(*(moved.xy - expected).T).min() < 0.01
    assert np.hypot(*(plain.xy - expected).T).min() > 300


def test_an_old_datum_goes_by_way_of_wgs84(tmp_path: Path) -> None:
    nodes = {number: (x + 0.15, y + 0.25) for number, (x, y) in NODES.items()}
    path = write(tmp_path, ".osm", xml(nodes))
    plain = read_network(NetworkSource(osm=path), crs=ZONE)
    moved = read_network(NetworkSource(osm=path, datum="EPSG:4611"), crs=ZONE)
    # EPSG 1825, Hong Kong 1980 to WGS 84: 252.7 m east, 169.8 m south at 114.17, 22.3, near here
    assert (moved.xy - plain.xy).mean(axis=0) == pytest.approx((252.7, -169.8), abs=2)
    assert "datum-shift-unknown" not in {one.code for one in moved.findings}


def test_an_old_datum_whose_shift_nobody_knows_is_a_warning(tmp_path: Path) -> None:
    path = write(tmp_path, ".osm")
    network = read_network(NetworkSource(osm=path, datum="EPSG:4610"), crs=ZONE)
    (told,) = (one for one in network.findings if one.code == "datum-shift-unknown")
    assert (told.file, told.value) == ("town.osm", "Xian 1980")


def test_files_that_cannot_be_read_are_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "broken.osm.pbf").write_bytes(b"this is no protocol buffer at all")
    (tmp_path / "broken.osm").write_text("<osm><node id=", "utf8")
    (tmp_path / "empty.osm").write_text("<osm version='0.6'></osm>", "utf8")
    (tmp_path / "other.graphml").write_text("<graphml></graphml>", "utf8")
    (tmp_path / "roads.pickle").write_bytes(b"x")
    (tmp_path / "nothing.osm").touch()
    (tmp_path / "folder.osm").mkdir()
    for name, code in (
        ("broken.osm.pbf", "network-not-osm"),
        ("broken.osm", "network-unreadable"),
        ("empty.osm", "network-no-highway"),
        ("other.graphml", "network-graph-foreign"),
        ("missing.osm.pbf", "file-missing"),
        ("nothing.osm", "file-empty"),
        ("folder.osm", "file-is-folder"),
        ("roads.pickle", "network-format"),
    ):
        with pytest.raises(InputError) as caught:
            read_network(NetworkSource(osm=tmp_path / name), crs=ZONE)
        assert caught.value.code == code
        assert caught.value.file == name
        assert caught.value.zh != caught.value.en


# The real file: a very rural corner of Iceland


@pytest.fixture(scope="module")
def westfjords() -> Network:
    if not WESTFJORDS.exists():
        pytest.skip("the Westfjords extract is not beside the repository")
    return read_network(NetworkSource(osm=WESTFJORDS), crs=UTM)


def test_every_way_of_the_real_file_is_accounted_for(westfjords: Network) -> None:
    (rows,) = westfjords.rows
    # 3,772 ways have a highway tag; 3 are building sites, 1 a rest area, 15 closed to the public
    assert (rows.read, rows.used, rows.repaired, rows.excluded) == (3772, 3753, 0, 19)
    kinds = [KINDS[code] for code in westfjords.edges.kind]
    assert {"track", "primary", "footway", "steps"} < set(kinds)
    assert not {"construction", "rest_area"} & set(kinds)


def test_the_real_network_falls_into_pieces_and_all_are_kept(westfjords: Network) -> None:
    """Counted by a second route: union of the ways' node lists, straight from the file."""
    parent: dict[int, int] = {}

    def root(node: int) -> int:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    ways = osmium.FileProcessor(str(WESTFJORDS), osmium.osm.WAY)
    shut = {"no", "private"}
    for way in ways.with_filter(osmium.filter.KeyFilter("highway")):
        kind, foot = way.tags["highway"], way.tags.get("foot") or way.tags.get("access", "")
        if kind in ("construction", "rest_area") or foot in shut:
            continue
        refs = [node.ref for node in way.nodes]
        for ref in refs[1:]:
            parent[root(ref)] = root(refs[0])
    expected = len({root(node) for node in list(parent)})
    said = next(one for one in westfjords.findings if one.code == "network-pieces")
    assert dict(said.facts)["pieces"] == str(expected)
    assert expected > 1


def test_the_real_network_is_as_long_as_its_ways(westfjords: Network) -> None:
    """Against geodesic lengths of the same ways; UTM's scale is off by less than 0.1 % here."""
    geod = pyproj.Geod(ellps="WGS84")
    processor = osmium.FileProcessor(str(WESTFJORDS)).with_locations()
    total = 0.0
    for way in processor.with_filter(osmium.filter.TagFilter(("highway", "primary"))):
        if way.is_way():
            total += geod.line_length(
                [node.lon for node in way.nodes], [node.lat for node in way.nodes]
            )
    primary = westfjords.edges.kind == KINDS.index("primary")
    assert westfjords.edges.length_m[primary].sum() == pytest.approx(total, rel=1e-3)


def test_a_hand_checked_journey_in_isafjordur(westfjords: Network) -> None:
    """Ísafjörður to Bolungarvík by road: 13 to 15 km since the tunnel of 2010; 10.5 km by air."""
    project = pyproj.Transformer.from_crs(4326, UTM, always_xy=True)
    here, there = project.transform(-23.1258, 66.0748), project.transform(-23.2617, 66.1517)
    distance_m, _ = nearest(westfjords, [here], [there], mode="drive")
    assert math.dist(here, there) == pytest.approx(10_550, abs=150)
    assert 13_000 < distance_m[0] < 15_500


def test_questions_to_the_real_network_agree_with_each_other(westfjords: Network) -> None:
    random = np.random.default_rng(7)
    nodes = westfjords.xy[random.choice(len(westfjords.xy), 60, replace=False)]
    origins, targets = nodes[:50] + random.uniform(-300, 300, (50, 2)), nodes[50:]
    start, end = (snap(westfjords, xy, mode="walk") for xy in (origins, targets))
    every = reach_nearest(westfjords, start, end, mode="walk", by="distance", routes=range(50))
    alone = [
        reach_nearest(
            westfjords, start, snap(westfjords, xy[None], mode="walk"), mode="walk", by="distance"
        ).distance_m
        for xy in targets
    ]
    np.testing.assert_allclose(every.distance_m, np.min(alone, axis=0), atol=1e-6)
    for i, line in every.routes.items():
        assert line.length == pytest.approx(every.distance_m[i], abs=1e-6)
    rows, columns = pairs_within(westfjords, start, end, mode="walk", limit=(20_000, "m"))
    assert set(zip(rows.tolist(), columns.tolist(), strict=True)) == {
        (j, i) for j in range(10) for i in range(50) if alone[j][i] <= 20_000
    }
