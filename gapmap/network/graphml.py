"""The streets of a graph that OSMnx has loaded: its edges judged one by one, and made ways.

Lengths and travel times in the file are not used: every edge is measured along its geometry.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pyproj
import shapely

from gapmap.errors import CrsError
from gapmap.findings import Finding, fail, finding, may_repair
from gapmap.garbage import uncollected
from gapmap.network.graphml_file import Inventory, load_graph
from gapmap.network.rules import FERRY_TAGS, TAGS, Tags, make_tags
from gapmap.network.ways import Fate, Ways, tally

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import networkx as nx

    from gapmap.network.value import Floats, Integers

__all__ = ["read_graphml"]

_ONE_WAY = ("True", "true", "yes", "1", "-1", "reverse", "T", "F")  # OSMnx has turned "-1" already
_NEAR = 1e-5
"""Degrees (1 m) or metres within which a line's end counts as its node."""
_LEFT_OUT: Final = (
    *("network-edges-unread", "network-edges-unplaced"),
    *("network-edges-courseless", "network-edges-differ"),
)


class _Street(NamedTuple):
    """An edge with a course: the numbers of its nodes, its points and tags."""

    tail: int
    head: int
    coords: Floats
    tags: Tags


@dataclass(slots=True)
class _Doubts:
    """What is wrong with which edges: by code, numbers (from 1) with the value that is shown."""

    may_move: bool
    found: dict[str, dict[int, str]] = field(default_factory=dict)

    def add(self, code: str, number: int, value: str = "") -> None:
        self.found.setdefault(code, {}).setdefault(number, value)


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
    with uncollected():
        graph, held = load_graph(path)
        crs = _crs(str(graph.graph.get("crs", "")), file=path.name)
        degrees = crs is None or bool(crs.is_geographic)
        doubts = _Doubts(may_move=may_repair(repair, "network-edges-moved"))
        return _ways(graph, held, doubts, file=path.name, degrees=degrees), crs


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


def _ways(
    graph: nx.MultiDiGraph, held: Inventory, doubts: _Doubts, *, file: str, degrees: bool
) -> Ways:
    """Turn edges into ways that meet at nodes only; every edge is accounted for."""
    numbers = {node: i for i, node in enumerate(graph)}
    xy = _places(graph, degrees=degrees)
    lines: dict[tuple[int, int, bytes], _Street] = {}
    tags: dict[int, Tags] = {}
    edges = {number: (tail, head) for tail, head, number in graph.edges(keys=True)}
    for number in range(1, len(held.edges) + 1):
        if number not in edges:  # in another graph of the file, or in none
            doubts.add("network-edges-unread", number)
            continue
        tail, head = edges[number]
        data = {**held.usual, **graph.edges[tail, head, number]}
        street = _street(number, (numbers[tail], numbers[head]), data, xy, doubts)
        if street is None:
            continue
        if street.tags.oneway == "yes" and number in held.undirected:
            doubts.add("network-edges-undirected", number)
        there = lines.setdefault((street.tail, street.head, street.coords.tobytes()), street)
        if there.tags == street.tags:
            tags[number] = street.tags
        else:
            doubts.add("network-edges-differ", number)
    lost = [number for code in _LEFT_OUT for number in doubts.found.get(code, ())]
    moved = [*doubts.found.get("network-edges-moved", ())]
    rows, findings = tally(
        list(tags.values()),
        owners=np.fromiter(tags, np.int64, len(tags)),
        fate=Fate(len(held.edges), lost=np.array(lost, np.int64), mended=np.array(moved)),
        file=file,
        named="edge",
    )
    points, offsets, every = _packed(xy, list(lines.values()))
    return Ways(
        xy=every,
        points=points,
        offsets=offsets,
        tags=[street.tags for street in lines.values()],
        findings=(*findings, *_told(held, doubts, file=file)),
        rows=(rows,),
    )


def _places(graph: nx.MultiDiGraph, *, degrees: bool) -> Floats:
    """Read where each node lies; NaN where that is no place."""
    xy = np.array(
        [[_number(data.get(axis)) for axis in "xy"] for _, data in graph.nodes(data=True)], float
    ).reshape(-1, 2)
    wrong = ~np.isfinite(xy).all(axis=1)
    if degrees:
        wrong |= (np.abs(np.nan_to_num(xy)) > (180, 90)).any(axis=1)
    xy[wrong] = np.nan
    return xy


def _number(text: str | None) -> float:
    """Read a number; NaN for what is none, or is not there: an edge names a node that is not."""
    try:
        return float(text or "nan")
    except ValueError:
        return math.nan


def _street(
    number: int, ends: tuple[int, int], data: Mapping[str, object], xy: Floats, doubts: _Doubts
) -> _Street | None:
    """Judge one edge; None where it has no course."""
    tail, head = ends
    if np.isnan(xy[[tail, head]]).any():
        doubts.add("network-edges-unplaced", number)
        return None
    coords = _course(number, data.get("geometry"), xy[[tail, head]], doubts)
    if coords is None:
        doubts.add("network-edges-courseless", number)
        return None
    length = str(data.get("length", ""))
    if length and not _number(length) > 0 and tail != head:
        doubts.add("network-lengths-wrong", number, length)
    said = {key: _first(number, key, data[key], doubts) for key in TAGS if key in data}
    tags = make_tags({**{key: data.get(key) for key in FERRY_TAGS}, **said})
    one_way = tags.oneway in _ONE_WAY
    if not one_way and (head, coords[::-1].tobytes()) < (tail, coords.tobytes()):
        tail, head, coords = head, tail, coords[::-1]
    return _Street(tail, head, coords, tags._replace(oneway="yes" if one_way else "no"))


def _course(
    number: int, line: shapely.Geometry | None, ends: Floats, doubts: _Doubts
) -> Floats | None:
    """Give an edge's points from its first node to its last; straight where it draws none."""
    if line is None:
        return ends
    if line.is_empty:
        return None
    coords: Floats = shapely.get_coordinates(line)
    off = [float(np.abs(way[[0, -1]] - ends).max()) for way in (coords, coords[::-1])]
    if off[1] < off[0]:  # an undirected graph names the nodes the other way round
        coords = coords[::-1]
    if min(off) > _NEAR:
        if not doubts.may_move:
            return None
        doubts.add("network-edges-moved", number)
    return np.concatenate([ends[:1], coords[1:-1], ends[1:]])


def _first(number: int, key: str, value: object, doubts: _Doubts) -> str:
    """Take a value of an edge that OSMnx merged of several ways: the first stands for all.

    Several speeds are none that holds for the whole edge; they are handed on together, and ignored
    where speeds are read.
    """
    values = list(dict.fromkeys(map(str, value))) if isinstance(value, list) else [str(value)]
    if key == "maxspeed":
        return ";".join(values)
    if len(values) > 1:
        doubts.add("network-values-listed", number, f"{key} {value}")
    return values[0] if values else ""


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


def _told(held: Inventory, doubts: _Doubts, *, file: str) -> list[Finding]:
    """Say what was wrong, each with how many and the first."""
    told = []
    for code, values in doubts.found.items():
        (first, shown), *further = values.items()
        shown = shown or " – ".join(held.edges[first - 1])
        count = len(values)
        said = finding(code, file=file, row=first, value=shown, edges=count, count=count)
        told.append(replace(said, further=tuple(number for number, _ in further)))
    if held.repeated:
        first_node, nodes = held.repeated[0], len(set(held.repeated))
        told.append(finding("network-nodes-repeated", file=file, value=first_node, nodes=nodes))
    return told
