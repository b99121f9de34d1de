"""GraphML as OSMnx saves it, read element by element: nothing is converted, merged or guessed.

Lengths and travel times in the file are not used: every edge is measured along its geometry.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from xml.parsers import expat

import numpy as np
import pyproj
import shapely

from gapmap.errors import CrsError, NetworkError
from gapmap.findings import Finding, fail, finding, may_repair
from gapmap.network.rules import TAGS, Tags, make_tags
from gapmap.network.ways import Fate, Ways, tally
from gapmap.tables.xml_guard import refuse_entities

if TYPE_CHECKING:
    from pathlib import Path

    from gapmap.network.value import Floats, Integers

__all__ = ["read_graphml"]

_ONE_WAY = ("True", "true", "yes", "1", "-1", "reverse", "T", "F")  # OSMnx has turned "-1" already
_LIST = re.compile(r"'([^']*)'|\"([^\"]*)\"|([^,\[\]'\"\s]+)")
_NEAR = 1e-5
"""Degrees (1 m) or metres within which a line's end counts as its node."""


@dataclass(slots=True)
class _Graph:
    """What the file holds, as text; ``edges`` are source, target and data in the file's order."""

    graphs: int = 0
    directed: bool = True
    names: dict[str, str] = field(default_factory=dict)
    defaults: dict[tuple[str, str], str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    nodes: dict[str, dict[str, str]] = field(default_factory=dict)
    repeated: list[str] = field(default_factory=list)
    edges: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)


class _Street(NamedTuple):
    """An edge with a course: the numbers of its nodes, its points and tags."""

    tail: int
    head: int
    coords: Floats
    tags: Tags


@dataclass(slots=True)
class _Doubts:
    """Numbers of the edges (from 1) with which something is wrong."""

    may_move: bool
    unplaced: list[int] = field(default_factory=list)
    courseless: list[int] = field(default_factory=list)
    moved: list[int] = field(default_factory=list)
    again: list[int] = field(default_factory=list)
    lengths: dict[int, str] = field(default_factory=dict)
    listed: dict[int, str] = field(default_factory=dict)
    undirected: list[int] = field(default_factory=list)


def read_graphml(path: Path, *, repair: str = "safe") -> tuple[Ways, pyproj.CRS | None]:
    """Read a graph that OSMnx saved; two directions of one street become one way.

    Parameters
    ----------
    path
        The file.
    repair
        How far gapmap may repair it: one of ``gapmap.findings.REPAIRS``.

    Returns
    -------
    The ways, in the CRS that comes with them; None where the file names none.

    Raises
    ------
    InputError
        It is no GraphML, has a document type, or a CRS that nobody understands.
    """
    root = refuse_entities(path)
    if root != "graphml":
        fail(finding("network-not-osm", file=path.name, value=f"<{root}>"), NetworkError)
    graph = _parsed(path)
    if not graph.graphs:
        fail(finding("network-unreadable", file=path.name, problem="no <graph>"), NetworkError)
    crs = _crs(graph.said.get("crs", ""), file=path.name)
    degrees = crs is None or bool(crs.is_geographic)
    doubts = _Doubts(may_move=may_repair(repair, "network-edges-moved"))
    return _ways(graph, doubts, file=path.name, degrees=degrees), crs


def _parsed(path: Path) -> _Graph:
    reader = _Reader()
    try:
        with path.open("rb") as stream:
            reader.parser.ParseFile(stream)
    except (expat.ExpatError, ValueError, LookupError) as error:
        fail(finding("network-unreadable", file=path.name, problem=error), NetworkError)
    return reader.graph


class _Reader:
    """Takes the elements as they come; those of other names are passed over."""

    def __init__(self) -> None:
        self.graph = _Graph()
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self._data: list[dict[str, str]] = []  # of the elements around, the innermost last
        self._key = ""
        self._words: list[str] | None = None

    def _start(self, name: str, said: dict[str, str]) -> None:
        kind, graph = name.rpartition(":")[2], self.graph
        if kind == "key":
            self._key = said.get("id", "")
            graph.names[self._key] = said.get("attr.name", self._key)
            graph.defaults[self._key, "for"] = said.get("for", "all")
        elif kind in ("data", "default"):
            self._key = said.get("key", self._key)
            self._words = []
        elif kind == "graph":
            graph.graphs += 1
            graph.directed = said.get("edgedefault", "directed") != "undirected"
            self._data.append(graph.said)
        elif kind == "node":
            name = said.get("id", "")
            if name in graph.nodes:
                graph.repeated.append(name)
            self._data.append(graph.nodes.setdefault(name, {}))
        elif kind == "edge":
            graph.edges.append((said.get("source", ""), said.get("target", ""), {}))
            self._data.append(graph.edges[-1][2])
        elif kind == "hyperedge":
            message = "hyperedge"
            raise ValueError(message)

    def _text(self, words: str) -> None:
        if self._words is not None:
            self._words.append(words)

    def _end(self, name: str) -> None:
        kind = name.rpartition(":")[2]
        if kind in ("data", "default") and self._words is not None:
            words, self._words = "".join(self._words).strip(), None
            if kind == "default":
                self.graph.defaults[self._key, "default"] = words
            elif self._data:
                self._data[-1][self.graph.names.get(self._key, self._key)] = words
        elif kind in ("graph", "node", "edge") and self._data:
            self._data.pop()


def _crs(said: str, *, file: str) -> pyproj.CRS | None:
    if not said:
        return None
    try:
        crs = pyproj.CRS.from_user_input(said)
    except pyproj.exceptions.CRSError:
        fail(finding("crs-unreadable", file=file, value=said[:80]), CrsError)
    if not (crs.is_geographic or crs.is_projected):
        fail(finding("crs-unreadable", file=file, value=said[:80]), CrsError)
    return crs


def _ways(graph: _Graph, doubts: _Doubts, *, file: str, degrees: bool) -> Ways:
    """Turn edges into ways that meet at nodes only; every edge is accounted for."""
    numbers = {node: i for i, node in enumerate(graph.nodes)}
    xy = _places(graph, degrees=degrees)
    lines: dict[tuple[int, int, bytes], _Street] = {}
    tags: dict[int, Tags] = {}
    usual = {
        graph.names[key]: words
        for (key, what), words in graph.defaults.items()
        if what == "default" and graph.defaults.get((key, "for")) in ("edge", "all")
    }
    for number, (source, target, data) in enumerate(graph.edges, 1):
        street = _street(
            number,
            (numbers.get(source, -1), numbers.get(target, -1)),
            {**usual, **data},
            xy,
            doubts,
        )
        if street is None:
            continue
        if street.tags.oneway == "yes" and not graph.directed:
            doubts.undirected.append(number)
        there = lines.setdefault((street.tail, street.head, street.coords.tobytes()), street)
        if there.tags != street.tags:
            doubts.again.append(number)
        else:
            tags[number] = street.tags
    lost = [*doubts.unplaced, *doubts.courseless, *doubts.again]
    rows, findings = tally(
        list(tags.values()),
        owners=np.fromiter(tags, np.int64, len(tags)),
        fate=Fate(len(graph.edges), lost=np.array(lost, np.int64), mended=np.array(doubts.moved)),
        file=file,
        named="edge",
    )
    points, offsets, every = _packed(xy, list(lines.values()))
    return Ways(
        xy=every,
        points=points,
        offsets=offsets,
        tags=[street.tags for street in lines.values()],
        findings=(*findings, *_told(graph, doubts, file=file)),
        rows=(rows,),
    )


def _places(graph: _Graph, *, degrees: bool) -> Floats:
    """Read where each node lies; NaN where that is no place."""
    xy = np.array(
        [[_number(node.get(axis, "")) for axis in "xy"] for node in graph.nodes.values()], float
    ).reshape(-1, 2)
    wrong = ~np.isfinite(xy).all(axis=1)
    if degrees:
        wrong |= (np.abs(np.nan_to_num(xy)) > (180, 90)).any(axis=1)
    xy[wrong] = np.nan
    return xy


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _street(
    number: int, ends: tuple[int, int], data: dict[str, str], xy: Floats, doubts: _Doubts
) -> _Street | None:
    """Judge one edge; None where it has no course."""
    tail, head = ends
    if min(ends) < 0 or np.isnan(xy[[tail, head]]).any():
        doubts.unplaced.append(number)
        return None
    coords = _course(number, data.get("geometry", ""), xy[[tail, head]], doubts)
    if coords is None:
        doubts.courseless.append(number)
        return None
    length = data.get("length", "")
    if length and not _number(length) > 0 and tail != head:
        doubts.lengths[number] = length
    tags = make_tags({key: _first(number, key, data.get(key, ""), doubts) for key in TAGS})
    one_way = tags.oneway in _ONE_WAY
    if not one_way and (head, coords[::-1].tobytes()) < (tail, coords.tobytes()):
        tail, head, coords = head, tail, coords[::-1]
    return _Street(tail, head, coords, tags._replace(oneway="yes" if one_way else "no"))


def _course(number: int, text: str, ends: Floats, doubts: _Doubts) -> Floats | None:
    """Give an edge's points from its first node to its last; straight where it draws none."""
    if not text:
        return ends
    with np.errstate(invalid="ignore"):  # coordinates that are no numbers
        line = shapely.from_wkt(text, on_invalid="ignore")
    if line is None or line.geom_type != "LineString" or line.is_empty:
        return None
    coords: Floats = shapely.get_coordinates(line)
    if not np.isfinite(coords).all():
        return None
    off = [float(np.abs(way[[0, -1]] - ends).max()) for way in (coords, coords[::-1])]
    if off[1] < off[0]:  # an undirected graph names the nodes the other way round
        coords = coords[::-1]
    if min(off) > _NEAR:
        if not doubts.may_move:
            return None
        doubts.moved.append(number)
    return np.concatenate([ends[:1], coords[1:-1], ends[1:]])


def _first(number: int, key: str, text: str, doubts: _Doubts) -> str:
    """Take a value of an edge that OSMnx merged of several ways: the first stands for all.

    Several speeds are none that holds for the whole edge; they are handed on together, and ignored
    where speeds are read.
    """
    if not (text.startswith("[") and text.endswith("]")):
        return text
    values = list(dict.fromkeys("".join(found) for found in _LIST.findall(text)))
    if len(values) < 2:  # noqa: PLR2004 - a single value holds for the whole edge
        return "".join(values)
    if key == "maxspeed":
        return ";".join(values)
    doubts.listed.setdefault(number, f"{key} {text}")
    return values[0]


def _packed(xy: Floats, streets: list[_Street]) -> tuple[Integers, Integers, Floats]:
    """Give points between two nodes numbers of their own: streets meet at nodes only."""
    ends = np.array([(street.tail, street.head) for street in streets], np.int64).reshape(-1, 2)
    nodes, ends = np.unique(ends, return_inverse=True)
    ends = ends.reshape(-1, 2)
    between = [street.coords[1:-1] for street in streets]
    counts = np.array([len(inner) + 2 for inner in between], np.int64)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    points = np.empty(counts.sum(), np.int64)
    points[offsets[:-1]], points[offsets[1:] - 1] = ends.T
    inner = np.ones(len(points), bool)
    inner[offsets[:-1]] = inner[offsets[1:] - 1] = False
    points[inner] = len(nodes) + np.arange(inner.sum())
    return points, offsets, np.concatenate([xy[nodes], *between])


def _told(graph: _Graph, doubts: _Doubts, *, file: str) -> list[Finding]:
    """Say what was wrong, each with how many and the first."""
    told = []
    for code, numbers, value in (
        ("network-edges-unplaced", doubts.unplaced, ""),
        ("network-edges-courseless", doubts.courseless, ""),
        ("network-edges-moved", doubts.moved, ""),
        ("network-edges-differ", doubts.again, ""),
        ("network-edges-undirected", doubts.undirected, ""),
        ("network-lengths-wrong", list(doubts.lengths), next(iter(doubts.lengths.values()), "")),
        ("network-values-listed", list(doubts.listed), next(iter(doubts.listed.values()), "")),
    ):
        if numbers:
            first = numbers[0]
            source, target, _ = graph.edges[first - 1]
            shown = value or f"{source} – {target}"
            told.append(finding(code, file=file, row=first, value=shown, edges=len(numbers)))
    if graph.repeated:
        again = graph.repeated
        told.append(
            finding("network-nodes-repeated", file=file, value=again[0], nodes=len(set(again)))
        )
    return told
