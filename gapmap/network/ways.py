"""Ways as a file draws them, and how they become edges between nodes."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gapmap.findings import Finding, finding
from gapmap.network.rules import KINDS, NO_WAYS, Rule, Tags, ferry_rule, knows_oneway, road_rule
from gapmap.network.value import Edges, Flags, Floats, Integers, row_ranges
from gapmap.tables import RowCount

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy.typing as npt


__all__ = [
    "Fate",
    "Ways",
    "edge_lines",
    "edges_from_ways",
    "line_lengths",
    "listed",
    "part_of_line",
    "pick_ways",
    "shared_points",
    "tally",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ways:
    """Ways of a file before they are cut into edges.

    Attributes
    ----------
    xy
        Position of every point, shape (points, 2), in the metric CRS. Two ways meet where they
        name the same point.
    points, offsets
        The points of all ways one after the other, and where each way begins; ``offsets`` has one
        entry more than there are ways. Each way has at least two points.
    tags
        The tags of each way.
    quays
        Points where a ferry lands though no road may reach them.
    """

    xy: Floats
    points: Integers
    offsets: Integers
    tags: Sequence[Tags]
    quays: frozenset[int] = frozenset()
    findings: tuple[Finding, ...] = ()
    rows: tuple[RowCount, ...] = ()


def pick_ways(ways: Ways, which: Integers) -> tuple[Integers, Integers]:
    """Give points and offsets of the ways with these numbers."""
    counts = np.diff(ways.offsets)[which]
    points = ways.points[row_ranges(ways.offsets[:-1][which], counts)]
    return points, np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def shared_points(count: int, points: Integers, offsets: Integers) -> Flags:
    """Mark the points where ways end, meet others, or meet themselves."""
    shared: Flags = np.bincount(points, minlength=count) > 1
    shared[points[offsets[:-1]]] = True
    shared[points[offsets[1:] - 1]] = True
    return shared


def edges_from_ways(
    ways: Ways,
    which: Integers,
    rules: Sequence[Rule],
    kmh: Mapping[str, float],
    *,
    cut_at: Integers,
) -> tuple[Edges, Integers, int]:
    """Cut ways into edges at their ends and wherever they share a point.

    A way that comes back to where it began is cut once more in its middle, so that no edge is a
    loop: what stands on it can go round either way.

    Parameters
    ----------
    ways
        Where the ways stand.
    which, rules
        The ways to use, and the rule of each.
    kmh
        Driving speed by road class.
    cut_at
        Further points to cut at (quays).

    Returns
    -------
    Edges, the point of ``ways`` at which each edge begins and ends, shape (edges, 2), and how many
    loops were cut.
    """
    points, offsets = pick_ways(ways, which)
    way_of = np.repeat(np.arange(len(which)), np.diff(offsets))
    # a point written twice in a row is one point
    fresh = np.ones(len(points), bool)
    fresh[1:] = (points[1:] != points[:-1]) | (way_of[1:] != way_of[:-1])
    points, way_of = points[fresh], way_of[fresh]
    counts = np.bincount(way_of, minlength=len(which))
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    shared = shared_points(len(ways.xy), points, offsets)
    shared[cut_at] = True
    start, end, loops = _runs(shared[points], way_of, points)
    sizes = end - start + 1
    coords = ways.xy[points[row_ranges(start, sizes)]]
    packed = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    edges = _edges(coords, packed, [rules[way] for way in way_of[start]], kmh)
    return edges, np.column_stack([points[start], points[end]]), loops


def _runs(cut: Flags, way_of: Integers, points: Integers) -> tuple[Integers, Integers, int]:
    """Give the first and last position of every run between two cuts of the same way.

    A run that would end where it began becomes two; the third value counts these.
    """
    loops = 0
    for _ in range(2):
        at = np.flatnonzero(cut)
        start, end = at[:-1], at[1:]
        same = way_of[start] == way_of[end]
        start, end = start[same], end[same]
        loop = points[start] == points[end]
        loops += int(loop.sum())
        cut = cut.copy()
        cut[(start[loop] + end[loop]) // 2] = True
    return start, end, loops


def _edges(
    coords: Floats, offsets: Integers, rules: Sequence[Rule], kmh: Mapping[str, float]
) -> Edges:
    count = len(rules)
    codes = {kind: code for code, kind in enumerate(KINDS)}
    usual = np.array([kmh.get(rule.kind, np.nan) for rule in rules], float)
    posted = np.array([rule.posted_kmh for rule in rules], float)
    return Edges(
        tail=np.zeros(count, np.int64),
        head=np.zeros(count, np.int64),
        length_m=line_lengths(coords, offsets),
        kind=np.array([codes[rule.kind] for rule in rules], np.int16),
        walk=np.array([rule.walk for rule in rules], bool),
        cycle=np.array([rule.cycle for rule in rules], bool),
        forward=np.array([rule.forward for rule in rules], bool),
        backward=np.array([rule.backward for rule in rules], bool),
        drive_kmh=np.where(np.isnan(posted), usual, posted),
        ferry_minutes=np.full(count, np.nan),
        joinable=np.ones(count, bool),
        coords=coords,
        offsets=offsets,
    )


def line_lengths(coords: Floats, offsets: Integers) -> Floats:
    """Measure packed lines along their points, in the unit of ``coords``."""
    if len(offsets) < 2:  # noqa: PLR2004 - one offset: no line
        return np.zeros(0)
    steps = np.zeros(len(coords))
    steps[1:] = np.hypot(*np.diff(coords, axis=0).T)
    steps[offsets[:-1]] = 0  # from the last point of one line to the first of the next
    lengths: Floats = np.add.reduceat(steps, offsets[:-1])
    return lengths


def edge_lines(edges: Edges) -> npt.NDArray[np.object_]:
    """Give every edge as a line."""
    owner = np.repeat(np.arange(len(edges)), np.diff(edges.offsets))
    lines: npt.NDArray[np.object_] = (
        shapely.linestrings(edges.coords, indices=owner) if len(edges) else np.empty(0, object)
    )
    return lines


def part_of_line(coords: Floats, start_m: float, end_m: float) -> Floats:
    """Cut out of a line what lies between two distances along it.

    Examples
    --------
    >>> part_of_line(np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 10.0]]), 5, 12).tolist()
    [[5.0, 0.0], [10.0, 0.0], [10.0, 2.0]]
    """
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(coords, axis=0).T))])
    ends = np.column_stack([np.interp([start_m, end_m], along, coords[:, k]) for k in (0, 1)])
    between = coords[(along > start_m) & (along < end_m)]
    return np.vstack([ends[:1], between, ends[1:]])


def listed(values: Iterable[str], *, most: int = 12) -> str:
    """List values with their counts, the most frequent first.

    Examples
    --------
    >>> listed(["b", "a", "", "b"])
    'b 2, ? 1, a 1'
    """
    counted = sorted(Counter(values).items(), key=lambda pair: (-pair[1], pair[0]))
    shown = ", ".join(f"{value or '?'} {count}" for value, count in counted[:most])
    return f"{shown}, … (+{len(counted) - most})" if len(counted) > most else shown


@dataclass(frozen=True, slots=True, eq=False)
class Fate:
    """What became of a file's ways before anybody looked at their tags.

    Attributes
    ----------
    read
        How many ways the file holds, as whoever read it counted them.
    lost, mended
        Numbers of ways of which nothing is left, and of those used after a repair.
    again
        How many stand in the file once more under a number that counts already.
    """

    read: int
    lost: Integers = field(default_factory=lambda: np.empty(0, np.int64))
    mended: Integers = field(default_factory=lambda: np.empty(0, np.int64))
    again: int = 0


def tally(
    tags: Sequence[Tags], *, owners: Integers, fate: Fate, file: str, named: str = ""
) -> tuple[RowCount, tuple[Finding, ...]]:
    """Account for every way of a file: used, repaired or left out.

    Parameters
    ----------
    tags, owners
        Tags of each piece, and the number of the way that it is a piece of.
    fate
        What became of the ways before.
    file
        The file's name.
    named
        What the numbers of ways are: ``row`` of the file, ``way`` of OpenStreetMap, ``edge`` of
        a graph, or nothing that a reader could look up.

    Raises
    ------
    MethodError
        A way got lost on the way, or is counted twice.
    """
    by_way = {int(way): tag for way, tag in zip(owners, tags, strict=True)}
    roads = {way: tag for way, tag in by_way.items() if tag.route != "ferry"}
    unused = {
        way: tag.highway if tag.highway not in KINDS else "access=no/private"
        for way, tag in roads.items()
        if road_rule(tag) is None
    }
    unused |= {
        way: "ferry access=no/private"
        for way, tag in by_way.items()
        if tag.route == "ferry" and not any(ferry_rule(tag)[:3])
    }
    strange = {tag.highway for tag in roads.values()} - {*KINDS, *NO_WAYS}
    gone = set(fate.lost.tolist())
    left_out = set(unused) | gone
    mended = set(fate.mended.tolist()) - left_out
    used = len((set(by_way) | gone) - left_out - mended)
    excluded = len(left_out) + fate.again
    rows = RowCount(file=file, read=fate.read, used=used, repaired=len(mended), excluded=excluded)
    say = _Sayer(file, named)
    unknown = (
        {} if named == "way" else {way: kind for way, kind in unused.items() if kind in strange}
    )
    unused = {way: kind for way, kind in unused.items() if way not in unknown}
    cars = {way: tag for way, tag in roads.items() if _is_driven(tag)}
    speeds = {way: tag.maxspeed for way, tag in cars.items() if _speed_ignored(tag)}
    directions = {way: tag.oneway for way, tag in cars.items() if not knows_oneway(tag.oneway)}
    found = [
        *say.about("network-ways-unused", unused, field="", fact="kinds"),
        *say.about("network-classes-unknown", unknown, field="highway", fact="kinds"),
        *say.about("network-maxspeed-ignored", speeds, field="maxspeed", fact="values"),
        *say.about("network-oneway-ignored", directions, field="oneway", fact="values"),
    ]
    return rows, tuple(found)


@dataclass(frozen=True, slots=True)
class _Sayer:
    """Says once what holds for many ways: how many, what they hold, and which is the first."""

    file: str
    named: str

    def about(self, code: str, ways: Mapping[int, str], *, field: str, fact: str) -> list[Finding]:
        if not ways:
            return []
        first, *further = sorted(ways)
        in_file = self.named in ("row", "edge")
        said = finding(
            code,
            file=self.file,
            row=first if in_file else None,
            field=field,
            value=f"way {first}" if self.named == "way" else ways[first],
            ways=len(ways),
            count=len(ways),
            **{fact: listed(ways.values())},
        )
        return [replace(said, further=tuple(further) if in_file else ())]


def _is_driven(tags: Tags) -> bool:
    rule = road_rule(tags)
    return rule is not None and (rule.forward or rule.backward)


def _speed_ignored(tags: Tags) -> bool:
    """Say whether a road's posted speed says nothing that we can use."""
    rule = road_rule(tags)
    return rule is not None and bool(tags.maxspeed) and math.isnan(rule.posted_kmh)
