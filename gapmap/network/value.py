"""Network: roads, paths and ferries as arrays, in one metric CRS."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    import pyproj
    import shapely

    from gapmap.findings import Finding
    from gapmap.tables import RowCount

__all__ = [
    "MODES",
    "Edges",
    "Ferry",
    "Flags",
    "Floats",
    "Indices",
    "Integers",
    "Network",
    "NetworkSource",
    "join_edges",
    "pack_lines",
    "pick_edges",
    "row_ranges",
]

MODES = ("walk", "cycle", "drive")

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Indices = npt.NDArray[np.int32]  # numbers of nodes and arcs, as the compiled searches take them
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSource:
    """Where roads and ferries stand; field names are those of ``[network]`` in ``study.toml``.

    Attributes
    ----------
    osm
        ``.osm.pbf``, ``.osm``, ``.osm.bz2``, ``.osm.gz`` or ``.graphml``; or give ``lines``.
    lines, layer
        A vector file of lines, and its layer where it has several.
    ferries
        A table ``from_x, from_y, to_x, to_y`` (WGS84), ``minutes``, and, where known,
        ``headway_minutes`` or ``wait_minutes``, ``first_sailing``, ``last_sailing``, ``name``.
    depart
        The time of day at which everybody sets out: ferries that do not sail then are not used.
        None: every ferry is used whenever it sails.
    snap_m
        What is farther than this from any way is not connected.
    borders
        Lines that may not be crossed.
    water
        Areas that nobody walks across off the road; ways over them are used, not joined.
    compare_borders
        Whether a run measures a second time with the borders open.
    speeds
        km/h by mode (``walk``, ``cycle``, ``drive``) or by road class (``primary``, ...).
    datum
        Datum of ``osm``, ``lines``, ``borders`` and ``water``; OSM is WGS84 unless something else
        is named.
    simulated
        Whether the files' content is simulated.
    repair
        How far gapmap may repair what stands in the files: one of ``gapmap.findings.REPAIRS``.
    cache
        Whether a network that took long to build may be kept for the next run.
    """

    osm: Path | None = None
    lines: Path | None = None
    layer: str | None = None
    ferries: Path | None = None
    depart: dt.time | None = None
    snap_m: float = 1000.0
    borders: Path | None = None
    water: Path | None = None
    compare_borders: bool = False
    speeds: Mapping[str, float] = field(default_factory=dict)
    datum: str = "auto"
    simulated: bool = False
    repair: str = "safe"
    cache: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Edges:
    """Pieces of way between two nodes; all arrays have one entry per edge.

    Attributes
    ----------
    tail, head
        Nodes at the first and the last point.
    length_m
        Length along the geometry.
    kind
        Index into :data:`gapmap.network.rules.KINDS`: the road class, ``ferry``, or
        ``ferry_access`` (the off-road leg between a quay and a road).
    walk, cycle
        Open to the mode, both ways.
    forward, backward
        Open to driving from tail to head, from head to tail.
    drive_kmh
        Driving speed; NaN where a speed has no meaning.
    ferry_minutes
        Crossing and waiting time of a ferry; NaN on land.
    joinable
        Whether a position may join the way here: not over water, not on a ferry or its quay leg.
    coords, offsets
        Points of all edges, shape (points, 2), and where each edge's points begin; ``offsets`` has
        one entry more than there are edges.
    """

    tail: Integers
    head: Integers
    length_m: Floats
    kind: npt.NDArray[np.int16]
    walk: Flags
    cycle: Flags
    forward: Flags
    backward: Flags
    drive_kmh: Floats
    ferry_minutes: Floats
    joinable: Flags
    coords: Floats
    offsets: Integers

    def __len__(self) -> int:
        """Count the edges."""
        return len(self.tail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ferry:
    """What is known of a ferry besides its edge.

    Attributes
    ----------
    edge
        Number of its edge in the network.
    name, file, row
        What it is called, and where it stands; ``row`` is None for a ferry of a map.
    minutes, wait_minutes
        Crossing, and waiting on the quay before it.
    wait_basis
        ``headway`` (half the time between two boats), ``fixed`` (as written), or ``assumption``.
    first_sailing, last_sailing
        Between which it sails, both inclusive; None where nobody says. A last sailing before the
        first is one after midnight.
    takes
        Whether it takes walkers, cyclists, cars, on a day on which it sails.
    """

    edge: int
    name: str = ""
    file: str = ""
    row: int | None = None
    minutes: float
    wait_minutes: float
    wait_basis: str = "assumption"
    first_sailing: dt.time | None = None
    last_sailing: dt.time | None = None
    takes: tuple[bool, bool, bool] = (True, True, True)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Network:
    """Roads, paths and ferries; every component is kept.

    Attributes
    ----------
    crs
        The metric CRS of all coordinates and lengths.
    xy
        Position of each node, shape (nodes, 2), metres.
    edges
        The ways between the nodes.
    speeds
        km/h by mode for walking and cycling, and by road class for driving, overrides included.
    snap_m
        What is farther than this from any way is not connected.
    borders
        Lines that may not be crossed, as one geometry; None without.
    water
        Areas that no leg off the road may cross, as one geometry; None without.
    ferries
        What is known of each ferry, also of those that do not sail (see ``network_at``).
    findings
        What was wrong in the files, what was assumed, and what was done.
    rows
        For each file: rows (ways) read, used, repaired and excluded.
    simulated
        Names of the files whose content is simulated.
    cache
        ``read`` from what an earlier run had built, ``built`` and kept for the next run, or
        ``off``; says nothing about the roads.
    memo
        Search trees and graphs that were made from the arrays once and are kept; no part of the
        value, and empty in every copy that :func:`dataclasses.replace` makes.
    """

    crs: pyproj.CRS
    xy: Floats
    edges: Edges
    speeds: Mapping[str, float]
    snap_m: float = 1000.0
    borders: shapely.Geometry | None = None
    water: shapely.Geometry | None = None
    findings: tuple[Finding, ...] = ()
    ferries: tuple[Ferry, ...] = ()
    rows: tuple[RowCount, ...] = ()
    simulated: tuple[str, ...] = ()
    cache: str = "off"
    memo: dict[Any, Any] = field(init=False, default_factory=dict, repr=False, compare=False)


def row_ranges(starts: Integers, counts: Integers) -> Integers:
    """Give ``start, start + 1, ...`` (``count`` of them) for every pair, one after the other.

    Examples
    --------
    >>> row_ranges(np.array([5, 0]), np.array([2, 3]))
    array([5, 6, 0, 1, 2])
    """
    first = np.concatenate([[0], np.cumsum(counts)[:-1]]) if len(counts) else counts
    return np.repeat(starts - first, counts) + np.arange(counts.sum())


def pick_edges(edges: Edges, which: Integers) -> Edges:
    """Keep the edges with these numbers, in this order."""
    counts = np.diff(edges.offsets)[which]
    points = row_ranges(edges.offsets[:-1][which], counts)
    return replace(
        edges,
        **{name: getattr(edges, name)[which] for name in _PER_EDGE},
        coords=edges.coords[points],
        offsets=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
    )


def join_edges(first: Edges, second: Edges) -> Edges:
    """Put the edges of ``second`` behind those of ``first``."""
    return replace(
        first,
        **{
            name: np.concatenate([getattr(first, name), getattr(second, name)])
            for name in (*_PER_EDGE, "coords")
        },
        offsets=np.concatenate([first.offsets, second.offsets[1:] + first.offsets[-1]]),
    )


def pack_lines(lines: list[Floats]) -> tuple[Floats, Integers]:
    """Pack coordinate arrays of shape (n, 2) into one, with offsets."""
    counts = [len(line) for line in lines]
    coords = np.concatenate(lines) if lines else np.empty((0, 2))
    return coords, np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


_PER_EDGE = tuple(name for name in Edges.__dataclass_fields__ if name not in ("coords", "offsets"))
