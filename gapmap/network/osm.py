"""OpenStreetMap files: PBF and XML through pyosmium, GraphML through OSMnx.

The file is read whole, never clipped: a road that leaves the area and comes back is needed.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, NamedTuple
from xml.etree.ElementTree import ParseError

import numpy as np
import osmium
import pyproj
import shapely

from gapmap.errors import NetworkError
from gapmap.findings import fail, finding
from gapmap.network.rules import FERRY_TAGS, TAGS, Tags, make_tags
from gapmap.network.value import row_ranges
from gapmap.network.ways import Ways, tally

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import networkx as nx

    from gapmap.network.value import Floats, Integers

__all__ = ["OSM_FORMATS", "read_osm"]

OSM_FORMATS = (".osm.pbf", ".pbf", ".osm", ".osm.bz2", ".graphml")

_KEYS = ("highway", "route")
_UNKNOWN = 2**31 - 1  # osmium's coordinate of a node that the file does not hold
_ONE_WAY = ("True", "true", "yes", "1", "-1", "reverse", "T", "F")  # OSMnx has turned "-1" already

# what osmium, OSMnx, networkx and the XML parsers raise over a file that they cannot make out
_READING_ERRORS = (
    *(RuntimeError, OSError, EOFError, ParseError, KeyError, ValueError),
    osmium.InvalidLocationError,
)


class _Drawn(NamedTuple):
    """Ways as a file draws them, one after the other.

    ``ids`` and ``lonlat`` (NaN where the file lacks the node) have an entry for every mention of a
    node, ``counts``, ``tags`` and ``owners`` (the way's id) one for every way.
    """

    ids: Integers
    lonlat: Floats
    counts: Integers
    tags: list[Tags]
    owners: Integers
    quays: frozenset[int]


class _Taken(NamedTuple):
    """Ways as they come out of a file: node, x and y of every mention, all in one list."""

    mentions: list[int]
    counts: list[int]
    tags: list[Tags]
    ways: list[int]
    known: dict[Tags, Tags]


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
        drawn = _drawn(path)
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


def _drawn(path: Path) -> _Drawn:
    """Read the nodes, then the ways, wherever they stand in the file; then what few ferries need.

    The ways come by their ids, so that their order in the file changes nothing.
    """
    store = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
    store.ignore_errors()
    taken = _Taken([], [], [], [], {})
    quays = _fill(path, store)
    _take(path, store, osmium.filter.KeyFilter(*_KEYS), taken)
    silent = _line_members(path) - set(taken.ways)
    if silent:
        _take(path, store, _ids_filter(silent), taken, silent=silent)
    mentions = np.array(taken.mentions, np.int64).reshape(-1, 3)
    ids, placed = mentions[:, 0], mentions[:, 1:]
    lonlat = placed / 1e7
    if (ids < 0).any():
        lonlat[ids < 0] = _unsent(path, ids[ids < 0])
    lonlat[(np.abs(lonlat) > (180, 90)).any(axis=1)] = np.nan
    return _by_id(
        _Drawn(
            ids,
            lonlat,
            np.array(taken.counts, np.int64),
            taken.tags,
            np.array(taken.ways, np.int64),
            quays,
        )
    )


def _fill(path: Path, store: osmium.NodeLocationsForWays) -> frozenset[int]:
    """Keep where each node lies, outside of Python, and find those where ferries land."""
    landing = osmium.filter.TagFilter(("amenity", "ferry_terminal"))  # not kept alive by osmium
    with osmium.io.Reader(str(path), osmium.osm.NODE) as reader:
        return frozenset(node.id for node in osmium.OsmFileIterator(reader, store, landing))


def _take(
    path: Path,
    store: osmium.NodeLocationsForWays,
    which: object,
    taken: _Taken,
    *,
    silent: Collection[int] = (),
) -> None:
    """Take ways with the places of their nodes; equal tags are one object.

    Where ``silent`` names ways, only those are taken, as ferries.
    """
    mentions, known = taken.mentions, taken.known
    with osmium.io.Reader(str(path), osmium.osm.WAY) as reader:
        for way in osmium.OsmFileIterator(reader, store, which):
            if silent and way.id not in silent:
                continue
            nodes = way.nodes
            for node in nodes:
                where = node.location
                mentions += (node.ref, where.x, where.y)
            said = way.tags.get
            tags = Tags(*[said(key, "").strip() for key in TAGS])
            if silent:
                tags = tags._replace(route="ferry")
            if tags.route == "ferry":
                tags = tags._replace(**{key: said(key, "").strip() for key in FERRY_TAGS})
            taken.ways.append(way.id)
            taken.counts.append(len(nodes))
            taken.tags.append(known.setdefault(tags, tags))


def _ids_filter(ids: set[int]) -> object:
    """Let ways with these ids through, as osmium can; it knows no negative numbers."""
    if min(ids) < 0:
        return osmium.filter.EntityFilter(osmium.osm.WAY)
    return osmium.filter.IdFilter(ids)


def _line_members(path: Path) -> set[int]:
    """Find the ways that belong to a ferry line."""
    relations = osmium.FileProcessor(str(path), osmium.osm.RELATION)
    lines = relations.with_filter(osmium.filter.TagFilter(("route", "ferry")))
    return {member.ref for line in lines for member in line.members if member.type == "w"}


def _unsent(path: Path, ids: Integers) -> Floats:
    """Find nodes that were drawn in an editor and never sent: osmium keeps no negative numbers."""
    nodes = osmium.FileProcessor(str(path), osmium.osm.NODE)
    where = {node.id: (node.location.x, node.location.y) for node in nodes if node.id < 0}
    unknown = (_UNKNOWN, _UNKNOWN)
    return np.array([where.get(node, unknown) for node in ids.tolist()], float) / 1e7


def _by_id(drawn: _Drawn) -> _Drawn:
    """Put ways in the order of their ids; of a way that a file holds twice the last counts."""
    order = np.argsort(drawn.owners, kind="stable")
    last = np.ones(len(order), bool)
    last[:-1] = np.diff(drawn.owners[order]) > 0
    order = order[last]
    starts = np.cumsum(drawn.counts) - drawn.counts
    rows = row_ranges(starts[order], drawn.counts[order])
    return drawn._replace(
        ids=drawn.ids[rows],
        lonlat=drawn.lonlat[rows],
        counts=drawn.counts[order],
        tags=[drawn.tags[way] for way in order.tolist()],
        owners=drawn.owners[order],
    )


def _from_graphml(path: Path) -> tuple[Ways, pyproj.CRS]:
    """Read a graph that OSMnx saved; two directions of one street become one way."""
    import networkx as nx  # noqa: PLC0415 - both take longer to load than many a file to read
    import osmnx  # noqa: PLC0415

    as_text = dict.fromkeys(("oneway", "osmid", "reversed", "length"), str)
    try:
        graph = osmnx.load_graphml(path, node_dtypes={"osmid": str}, edge_dtypes=as_text)
    except nx.NetworkXException as error:
        raise ValueError(*error.args) from error
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
    rows, findings = tally(
        drawn.tags, owners=owners, lost=lost, broken=broken, file=file, named="way"
    )
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
