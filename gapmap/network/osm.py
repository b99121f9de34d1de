"""OpenStreetMap files: PBF and XML through pyosmium, GraphML through OSMnx.

The file is read whole, never clipped: a road that leaves the area and comes back is needed.
"""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import osmium
import pyproj

from gapmap.errors import NetworkError
from gapmap.findings import Finding, fail, finding, may_repair
from gapmap.network.graphml import read_graphml
from gapmap.network.osm_file import OSM_FORMATS, check_osm_file, deleted_ways, osm_format
from gapmap.network.rules import FERRY_TAGS, TAGS, Tags
from gapmap.network.value import row_ranges
from gapmap.network.ways import Fate, Ways, tally

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from gapmap.network.value import Flags, Floats, Integers
    from gapmap.tables import RowCount

__all__ = ["OSM_FORMATS", "read_osm"]

_KEYS = ("highway", "route")
_UNKNOWN = 2**31 - 1  # osmium's coordinate of a node that the file does not hold

# what osmium raises over a file that it cannot make out
_READING_ERRORS = (RuntimeError, OSError, EOFError, ValueError, osmium.InvalidLocationError)


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


@dataclass(slots=True)
class _Taken:
    """Ways as they come out of a file: node, x and y of every mention, all in one list.

    ``read`` counts every way that came, those that the file itself calls deleted included.
    """

    read: int = 0
    deleted: list[int] = field(default_factory=list)
    mentions: list[int] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    tags: list[Tags] = field(default_factory=list)
    ways: list[int] = field(default_factory=list)
    known: dict[Tags, Tags] = field(default_factory=dict)


class _Nodes(NamedTuple):
    """Where ferries land, and the places of nodes that a file puts at several: the last counts."""

    quays: frozenset[int]
    again: dict[int, tuple[int, int]]


class _Read(NamedTuple):
    """What a file holds, with the numbers that account for it."""

    drawn: _Drawn
    nodes: _Nodes
    read: int
    deleted: list[int]
    twice: list[int]


def read_osm(path: Path, *, repair: str = "safe") -> tuple[Ways, pyproj.CRS | None]:
    """Read all ways and ferries of an OSM file, in the CRS that the file has.

    Parameters
    ----------
    path
        ``.osm.pbf``, ``.osm``, ``.osm.bz2``, ``.osm.gz``, or ``.graphml`` as OSMnx saves it.
    repair
        How far gapmap may repair it: one of ``gapmap.findings.REPAIRS``.

    Returns
    -------
    The ways, and their CRS; None where a GraphML file names none.

    Raises
    ------
    InputError
        If the format is another one, the file cannot be read, or it holds no way that has nodes.
    """
    marked = check_osm_file(path)
    kind = osm_format(path)
    if kind == "graphml":
        return read_graphml(path, repair=repair)
    gone = deleted_ways(path) if marked else set()
    # the absolute path and the format: osmium takes "http:x" for an address, "-" for a stream
    file = osmium.io.File(str(path.absolute()), kind)
    try:
        held = _held(file, gone, check_nodes=kind != "pbf")
    except _READING_ERRORS as error:
        problem = (str(error).splitlines() or [type(error).__name__])[0]
        problem = problem.replace(str(path.absolute()), path.name)
        fail(finding("network-unreadable", file=path.name, problem=problem), NetworkError)
    if held is None:
        fail(finding("network-history", file=path.name), NetworkError)
    if not held.read:
        fail(finding("network-no-highway", file=path.name), NetworkError)
    mend = may_repair(repair, "network-ways-broken")
    ways = _ways(held, file=path.name, mend=mend)
    if not ways.tags and np.isnan(held.drawn.lonlat).any():
        fail(finding("network-without-nodes", file=path.name, ways=held.read), NetworkError)
    return ways, pyproj.CRS("EPSG:4326")


def _held(file: osmium.io.File, gone: set[int], *, check_nodes: bool) -> _Read | None:
    """Read the nodes, then the ways, wherever they stand in the file; then what few ferries need.

    The ways come by their ids, so that their order in the file changes nothing. None for a file
    that holds several versions of each object.
    """
    with osmium.io.Reader(file, osmium.osm.NOTHING) as reader:
        if reader.header().has_multiple_object_versions:
            return None
    store = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
    store.ignore_errors()
    taken = _Taken()
    nodes = _every_node(file, store) if check_nodes else _fill(file, store)
    _take(file, store, osmium.filter.KeyFilter(*_KEYS), taken, gone)
    silent = _line_members(file) - {*taken.ways, *taken.deleted}
    if silent:
        _take(file, store, _ids_filter(silent), taken, gone, silent=silent)
    mentions = np.array(taken.mentions, np.int64).reshape(-1, 3)
    ids, placed = mentions[:, 0], mentions[:, 1:]
    lonlat = placed / 1e7
    if (ids < 0).any():
        lonlat[ids < 0] = _unsent(file, ids[ids < 0])
    for at in np.flatnonzero(np.isin(ids, list(nodes.again))):
        lonlat[at] = np.array(nodes.again[int(ids[at])]) / 1e7
    lonlat[(np.abs(lonlat) > (180, 90)).any(axis=1)] = np.nan
    _use_carried(file, ids, lonlat)
    _forget_null_island(lonlat)
    owners = np.array(taken.ways, np.int64)
    drawn = _Drawn(ids, lonlat, np.array(taken.counts, np.int64), taken.tags, owners)
    once = _by_id(drawn)
    twice = list((Counter(taken.ways) - Counter(once.owners.tolist())).elements())
    return _Read(once, nodes, taken.read, taken.deleted, twice)


def _fill(file: osmium.io.File, store: osmium.NodeLocationsForWays) -> _Nodes:
    """Keep where each node lies, outside of Python, and find those where ferries land."""
    landing = osmium.filter.TagFilter(("amenity", "ferry_terminal"))  # not kept alive by osmium
    with osmium.io.Reader(file, osmium.osm.NODE) as reader:
        quays = frozenset(node.id for node in osmium.OsmFileIterator(reader, store, landing))
    return _Nodes(quays, {})


def _every_node(file: osmium.io.File, store: osmium.NodeLocationsForWays) -> _Nodes:
    """Do the same, and find numbers that stand at several places: files joined by hand do that.

    Programs write PBF, and people do not; there it is not looked for.
    """
    quays, seen = set(), array("q")
    with osmium.io.Reader(file, osmium.osm.NODE) as reader:
        for node in osmium.OsmFileIterator(reader, store):
            seen.extend((node.id, node.location.x, node.location.y))
            if node.tags.get("amenity") == "ferry_terminal":
                quays.add(node.id)
    table = np.array(seen, np.int64).reshape(-1, 3)
    table = table[np.argsort(table[:, 0], kind="stable")]
    twice = table[1:, 0] == table[:-1, 0]
    moved = np.unique(table[1:, 0][twice & (table[1:, 1:] != table[:-1, 1:]).any(axis=1)])
    rows = table[np.isin(table[:, 0], moved)].tolist()
    return _Nodes(frozenset(quays), {number: (x, y) for number, x, y in rows})


def _take(
    file: osmium.io.File,
    store: osmium.NodeLocationsForWays,
    which: object,
    taken: _Taken,
    gone: Collection[int],
    *,
    silent: Collection[int] = (),
) -> None:
    """Take ways with the places of their nodes; equal tags are one object.

    Where ``silent`` names ways, only those are taken, as ferries.
    """
    mentions, known = taken.mentions, taken.known
    with osmium.io.Reader(file, osmium.osm.WAY) as reader:
        for way in osmium.OsmFileIterator(reader, store, which):
            if silent and way.id not in silent:
                continue
            taken.read += 1
            if way.deleted or way.id in gone:
                taken.deleted.append(way.id)
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


def _line_members(file: osmium.io.File) -> set[int]:
    """Find the ways that belong to a ferry line."""
    relations = osmium.FileProcessor(file, osmium.osm.RELATION)
    lines = relations.with_filter(osmium.filter.TagFilter(("route", "ferry")))
    return {member.ref for line in lines for member in line.members if member.type == "w"}


def _unsent(file: osmium.io.File, ids: Integers) -> Floats:
    """Find nodes that were drawn in an editor and never sent: osmium keeps no negative numbers."""
    nodes = osmium.FileProcessor(file, osmium.osm.NODE)
    where = {node.id: (node.location.x, node.location.y) for node in nodes if node.id < 0}
    unknown = (_UNKNOWN, _UNKNOWN)
    return np.array([where.get(node, unknown) for node in ids.tolist()], float) / 1e7


def _use_carried(file: osmium.io.File, ids: Integers, lonlat: Floats) -> None:
    """Fill in places that stand on the ways themselves, as Overpass and osmium can write them."""
    missing = np.isnan(lonlat[:, 0])
    if not missing.any():
        return
    carried: dict[int, tuple[float, float]] = {}
    with osmium.io.Reader(file, osmium.osm.WAY) as reader:
        for way in osmium.OsmFileIterator(reader):
            for node in way.nodes:
                if node.location.valid():
                    carried[node.ref] = (node.location.x / 1e7, node.location.y / 1e7)
            if not carried and len(way.nodes):  # then no way does
                return
    for at in np.flatnonzero(missing).tolist():
        lonlat[at] = carried.get(int(ids[at]), (np.nan, np.nan))


def _forget_null_island(lonlat: Floats) -> None:
    """Take nodes at 0, 0 for unknown where the rest is elsewhere: there is no road."""
    known = lonlat[~np.isnan(lonlat[:, 0])]
    if len(known) and (np.abs(np.median(known, axis=0)) > 1).any():
        lonlat[(lonlat == 0).all(axis=1)] = np.nan


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


def _ways(held: _Read, *, file: str, mend: bool) -> Ways:
    """Give points their numbers, and break ways where the file lacks a node: nothing is bridged.

    Where ``mend`` forbids it, a way that lacks a node is left out whole.
    """
    drawn, counts = held.drawn, held.drawn.counts
    way_of = np.repeat(np.arange(len(counts)), counts)
    known = ~np.isnan(drawn.lonlat[:, 0])
    cut = np.unique(way_of[~known])
    run = np.cumsum(~known) + way_of  # changes where a way ends and where a node is missing
    if not mend:
        known &= ~np.isin(way_of, cut)
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
    rows, findings = _account(held, kept=way_of[begins], cut=cut, file=file)
    return Ways(
        xy=drawn.lonlat[known][long][first],
        points=points,
        offsets=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        tags=tags,
        quays=frozenset(np.flatnonzero(np.isin(nodes, list(held.nodes.quays))).tolist()),
        findings=findings,
        rows=(rows,),
    )


def _account(
    held: _Read, *, kept: Integers, cut: Integers, file: str
) -> tuple[RowCount, tuple[Finding, ...]]:
    """Say what became of every way: ``kept`` are those of which something is left."""
    owners = held.drawn.owners
    short = owners[_is_short(held.drawn)]
    lost = np.union1d(np.setdiff1d(owners, owners[kept]), short)
    broken = np.setdiff1d(np.intersect1d(owners[cut], owners[kept]), short)
    again = len(held.twice)
    fate = Fate(held.read, lost=lost, mended=broken, again=again + len(held.deleted))
    rows, findings = tally(held.drawn.tags, owners=owners, fate=fate, file=file, named="way")
    gaps = np.setdiff1d(lost, short)
    found = []
    if len(broken) or len(gaps):
        first = f"way {min(*broken, *gaps, np.inf):.0f}"
        said = finding(
            "network-ways-broken", file=file, value=first, ways=len(broken), lost=len(gaps)
        )
        found.append(said)
    for code, which in (
        ("network-ways-short", short.tolist()),
        ("network-ways-deleted", held.deleted),
        ("network-ways-repeated", held.twice),
    ):
        if which:
            found.append(finding(code, file=file, value=f"way {min(which)}", ways=len(which)))
    moved = held.nodes.again
    if moved:
        first = f"node {min(moved)}"
        found.append(finding("network-nodes-repeated", file=file, value=first, nodes=len(moved)))
    return rows, (*findings, *found)


def _is_short(drawn: _Drawn) -> Flags:
    """Mark the ways that do not name two different nodes."""
    short: Flags = drawn.counts < 2  # noqa: PLR2004 - a line has two ends
    some = np.flatnonzero(drawn.counts)
    starts = (np.cumsum(drawn.counts) - drawn.counts)[some]
    if len(some):
        same = np.minimum.reduceat(drawn.ids, starts) == np.maximum.reduceat(drawn.ids, starts)
        short[some] |= same
    return short
