"""OpenStreetMap files: PBF through pyosmium, XML and GraphML through OSMnx.

The file is read whole, never clipped: a road that leaves the area and comes back is needed.
"""

from __future__ import annotations

import difflib
import warnings
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple
from xml.sax import SAXException

import networkx as nx
import numpy as np
import osmium
import osmnx
import pyproj
import shapely

from gapmap.errors import NetworkError
from gapmap.findings import fail, finding
from gapmap.network.rules import TAGS, Tags, make_tags
from gapmap.network.ways import Ways, tally

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from gapmap.network.value import Floats, Integers

__all__ = ["OSM_FORMATS", "read_osm"]

OSM_FORMATS = (".osm.pbf", ".pbf", ".osm", ".osm.bz2", ".graphml")

_KEYS = ("highway", "route")
_UNKNOWN = 2**31 - 1  # osmium's coordinate of a node that the file does not hold
_ONE_WAY = ("True", "true", "yes", "1", "-1", "reverse", "T", "F")  # OSMnx has turned "-1" already

# what osmium, OSMnx, networkx and the XML parsers raise over a file that they cannot make out
_READING_ERRORS = (
    *(RuntimeError, OSError, EOFError, SyntaxError, KeyError, ValueError),
    *(nx.NetworkXException, SAXException),
)


class _Drawn(NamedTuple):
    """Ways as a file draws them, one after the other.

    ``ids`` and ``lonlat`` (NaN where the file lacks the node) have an entry for every mention of a
    node, ``counts``, ``tags`` and ``owners`` (the way's number in the file) one for every way.
    """

    ids: Integers
    lonlat: Floats
    counts: Integers
    tags: list[Tags]
    owners: Integers
    quays: frozenset[int]


def read_osm(path: Path) -> tuple[Ways, pyproj.CRS]:
    """Read all ways and ferries of an OSM file, in the CRS that the file has.

    Parameters
    ----------
    path
        ``.osm.pbf``, ``.osm``, ``.osm.bz2``, or ``.graphml`` as OSMnx saves it.

    Raises
    ------
    NetworkError
        If the format is another one, or the file cannot be read.
    """
    name = path.name.lower()
    _check_file(path)
    try:
        if name.endswith(".graphml"):
            return _from_graphml(path)
        drawn = _with_osmium(path) if name.endswith(".pbf") else _with_osmnx(path)
    except _READING_ERRORS as error:
        problem = (str(error).splitlines() or [type(error).__name__])[0]
        fail(finding("network-unreadable", file=path.name, problem=problem), NetworkError)
    return _ways(drawn, file=path.name), pyproj.CRS("EPSG:4326")


def _check_file(path: Path) -> None:
    if not path.name.lower().endswith(OSM_FORMATS):
        known = " ".join(OSM_FORMATS)
        found = finding("file-format", file=path.name, value=path.suffix, known=known)
        fail(found, NetworkError)
    if path.is_dir():
        fail(finding("file-is-folder", file=path.name), NetworkError)
    if not path.is_file():
        beside = [one.name for one in path.parent.iterdir()] if path.parent.is_dir() else []
        near = ", ".join(difflib.get_close_matches(path.name, beside, n=3, cutoff=0.4)) or "–"
        fail(finding("file-missing", file=path.name, value=path, nearest=near), NetworkError)
    if path.stat().st_size == 0:
        fail(finding("file-empty", file=path.name), NetworkError)


def _with_osmium(path: Path) -> _Drawn:
    """Read ways with the positions of their nodes in one pass, then what few ferries need more."""
    ids: list[tuple[int, int, int]] = []
    counts: list[int] = []
    tags: list[Tags] = []
    for way in _osm_ways(path, osmium.filter.KeyFilter(*_KEYS)):
        _take(way, ids, counts, tags, {})
    silent = _silent_members(path)
    if silent:
        for way in _osm_ways(path, osmium.filter.IdFilter(silent)):
            _take(way, ids, counts, tags, {"route": "ferry"})
    table = np.array(ids, np.int64).reshape(-1, 3)
    lonlat = table[:, 1:] / 1e7
    lonlat[table[:, 1] == _UNKNOWN] = np.nan
    owners = np.arange(len(counts))
    return _Drawn(table[:, 0], lonlat, np.array(counts, np.int64), tags, owners, _terminals(path))


def _osm_ways(path: Path, which: object) -> Iterator[osmium.osm.Way]:
    reader = osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY)
    only_ways = osmium.filter.EntityFilter(osmium.osm.WAY)
    return iter(reader.with_locations("flex_mem").with_filter(only_ways).with_filter(which))


def _take(
    way: osmium.osm.Way,
    ids: list[tuple[int, int, int]],
    counts: list[int],
    tags: list[Tags],
    said: dict[str, str],
) -> None:
    ids.extend([(node.ref, node.x, node.y) for node in way.nodes])
    counts.append(len(way.nodes))
    tags.append(make_tags({**{tag.k: tag.v for tag in way.tags}, **said}))


def _silent_members(path: Path) -> set[int]:
    """Find the ways that belong to a ferry line and do not say so themselves."""
    relations = osmium.FileProcessor(str(path), osmium.osm.RELATION)
    lines = relations.with_filter(osmium.filter.TagFilter(("route", "ferry")))
    members = {member.ref for line in lines for member in line.members if member.type == "w"}
    if not members:
        return members
    ways = osmium.FileProcessor(str(path), osmium.osm.WAY)
    present = ways.with_filter(osmium.filter.IdFilter(members))
    return {way.id for way in present if not any(key in way.tags for key in _KEYS)}


def _terminals(path: Path) -> frozenset[int]:
    nodes = osmium.FileProcessor(str(path), osmium.osm.NODE)
    return frozenset(
        node.id
        for node in nodes.with_filter(osmium.filter.TagFilter(("amenity", "ferry_terminal")))
    )


@contextmanager
def _osmnx_settings() -> Iterator[None]:
    """Ask OSMnx for the tags that we need and for ways as they are drawn; put all back after."""
    before = osmnx.settings.all_oneway, osmnx.settings.useful_tags_way
    osmnx.settings.all_oneway, osmnx.settings.useful_tags_way = True, list(TAGS)
    try:
        yield
    finally:
        osmnx.settings.all_oneway, osmnx.settings.useful_tags_way = before


def _with_osmnx(path: Path) -> _Drawn:
    """Read XML through OSMnx, which refuses a way with a missing node: then through pyosmium."""
    try:
        with _osmnx_settings(), warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # "made by OSMnx": its ways are ways too
            graph = osmnx.graph_from_xml(path, simplify=False, retain_all=True)
    except ValueError:
        return _with_osmium(path)
    members = _silent_members(path)
    steps: dict[int, dict[int, list[int]]] = {}
    tags: dict[int, Tags] = {}
    for tail, head, data in graph.edges(data=True):
        way = data["osmid"]
        if not (way in members or any(key in data for key in _KEYS)):
            continue
        steps.setdefault(way, {}).setdefault(tail, []).append(head)
        if way not in tags:
            tags[way] = _osmnx_tags(data, ferry=way in members)
    chains = [(way, chain) for way in steps for chain in _chains(steps[way])]
    ids = [node for _, chain in chains for node in chain]
    place = graph.nodes
    return _Drawn(
        np.array(ids, np.int64),
        np.array([(place[node]["x"], place[node]["y"]) for node in ids], float).reshape(-1, 2),
        np.array([len(chain) for _, chain in chains], np.int64),
        [tags[way] for way, _ in chains],
        np.array([way for way, _ in chains], np.int64),
        _terminals(path),
    )


def _osmnx_tags(data: Mapping[str, object], *, ferry: bool) -> Tags:
    """Take the tags of an OSMnx edge; OSMnx has already turned ways that run backward."""
    tags = make_tags(data)
    if tags.oneway in ("-1", "reverse", "T"):
        tags = tags._replace(oneway="yes")
    return tags._replace(route="ferry") if ferry and not tags.highway else tags


def _chains(steps: dict[int, list[int]]) -> list[list[int]]:
    """Put the steps of one way in order again; a way that meets itself comes in several chains."""
    arrivals = Counter(head for heads in steps.values() for head in heads)
    passed = {node for node, heads in steps.items() if len(heads) == 1 == arrivals[node]}
    chains = []
    starts = [node for node in steps if node not in passed] or [min(steps)]
    for start in starts:
        for head in steps[start]:
            chain = [start, head]
            while chain[-1] in passed and chain[-1] != start:
                chain.append(steps[chain[-1]][0])
            chains.append(chain)
    return chains


def _from_graphml(path: Path) -> tuple[Ways, pyproj.CRS]:
    """Read a graph that OSMnx saved; two directions of one street become one way."""
    as_text = dict.fromkeys(("oneway", "osmid", "reversed", "length"), str)
    graph = osmnx.load_graphml(path, node_dtypes={"osmid": str}, edge_dtypes=as_text)
    nodes = {node: i for i, node in enumerate(graph.nodes)}
    lines: dict[tuple[int, int, bytes], tuple[Floats, Tags]] = {}
    for tail, head, data in graph.edges(data=True):
        tags = make_tags(data)
        ends = [(graph.nodes[node]["x"], graph.nodes[node]["y"]) for node in (tail, head)]
        line = data.get("geometry")
        coords = np.array(ends) if line is None else shapely.get_coordinates(line)
        a, b = nodes[tail], nodes[head]
        one_way = tags.oneway in _ONE_WAY
        if not one_way and (b, coords[::-1].tobytes()) < (a, coords.tobytes()):
            a, b, coords = b, a, coords[::-1]
        tags = tags._replace(oneway="yes" if one_way else "no")
        lines.setdefault((a, b, coords.tobytes()), (coords, tags))
    return _graph_ways(graph, lines, file=path.name), pyproj.CRS(graph.graph["crs"])


def _graph_ways(
    graph: nx.MultiDiGraph,
    lines: dict[tuple[int, int, bytes], tuple[Floats, Tags]],
    *,
    file: str,
) -> Ways:
    """Give points between two nodes numbers of their own: streets meet at nodes only."""
    xy = np.array([(data["x"], data["y"]) for _, data in graph.nodes(data=True)], float)
    between = [coords[1:-1] for coords, _ in lines.values()]
    counts = np.array([len(inner) + 2 for inner in between], np.int64)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    points = np.empty(counts.sum(), np.int64)
    points[offsets[:-1]] = [a for a, _, _ in lines]
    points[offsets[1:] - 1] = [b for _, b, _ in lines]
    inner = np.ones(len(points), bool)
    inner[offsets[:-1]] = inner[offsets[1:] - 1] = False
    points[inner] = len(xy) + np.arange(inner.sum())
    tags = [tags for _, tags in lines.values()]
    none = np.empty(0, np.int64)
    rows, findings = tally(tags, owners=np.arange(len(tags)), lost=none, broken=none, file=file)
    return Ways(
        xy=np.concatenate([xy.reshape(-1, 2), *between]),
        points=points,
        offsets=offsets,
        tags=tags,
        findings=findings,
        rows=(rows,),
    )


def _ways(drawn: _Drawn, *, file: str) -> Ways:
    """Give points their numbers, and break ways where the file lacks a node: nothing is bridged."""
    counts = drawn.counts
    way_of = np.repeat(np.arange(len(counts)), counts)
    known = ~np.isnan(drawn.lonlat[:, 0])
    cut = np.unique(way_of[~known])
    run = np.cumsum(~known) + way_of  # changes where a way ends and where a node is missing
    run, way_of = run[known], way_of[known]
    _, begins, sizes = np.unique(run, return_index=True, return_counts=True)
    long = np.isin(run, run[begins[sizes > 1]])
    begins, sizes = begins[sizes > 1], sizes[sizes > 1]
    ids = drawn.ids[known][long]
    nodes, first, points = np.unique(ids, return_index=True, return_inverse=True)
    tags = [drawn.tags[way] for way in way_of[begins]]
    partial = np.isin(way_of[begins], cut)
    for part in np.flatnonzero(partial):
        tags[part] = tags[part]._replace(duration="")  # it is that of the whole
    owners = drawn.owners
    kept = owners[way_of[begins]]
    lost, broken = np.setdiff1d(owners, kept), np.intersect1d(owners[cut], kept)
    rows, findings = tally(drawn.tags, owners=owners, lost=lost, broken=broken, file=file)
    if len(cut) or len(lost):
        found = finding("network-ways-broken", file=file, ways=len(broken), lost=len(lost))
        findings = (*findings, found)
    return Ways(
        xy=drawn.lonlat[known][long][first],
        points=points,
        offsets=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        tags=tags,
        quays=frozenset(np.flatnonzero(np.isin(nodes, list(drawn.quays))).tolist()),
        findings=findings,
        rows=(rows,),
    )
