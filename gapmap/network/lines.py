"""Plain line layers as ways: where lines meet, and where they only cross.

Two lines meet where an end of one lies within 0.01 m of an end, a vertex or the course of the
other, or where both have the very same vertex. Where they merely cross they do not meet: one is a
bridge. A line whose ``bridge`` column says so meets others at its ends only.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyproj
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from gapmap.datum import DATUMS
from gapmap.errors import NetworkError
from gapmap.findings import Finding, fail, finding
from gapmap.network.line_tags import about_columns, tags_of
from gapmap.network.ways import Fate, Ways, tally
from gapmap.positions import locate
from gapmap.region.rows import Ledger
from gapmap.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt

    from gapmap.network.rules import Tags
    from gapmap.network.value import Flags, Floats, Integers
    from gapmap.tables import RowCount, Table

__all__ = [
    "TOLERANCE_M",
    "Meeting",
    "is_line",
    "parts_of",
    "read_borders",
    "read_lines",
    "ways_from_lines",
]

TOLERANCE_M = 0.01
_DEGREE_M = 111_195.0  # of a great circle on a sphere of 6,371 km
_BRIDGE = {"yes", "true", "True", "1", "t", "T", "viaduct", "是"}
LOOSE_M = 1.0
"""Nearer than this to another line an end that meets none looks like a slip of the hand."""
_LINE_TYPES = (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING)
_AREA_TYPES = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


class Meeting(NamedTuple):
    """How lines meet.

    ``joined`` counts the ends that were joined to a line which has no vertex there, ``loose`` are
    the numbers of lines with an end that nearly meets another.
    """

    joined: int
    loose: Integers


def read_lines(
    path: Path, *, layer: str | None, datum: str, crs: pyproj.CRS, repair: str = "safe"
) -> Ways:
    """Read a layer of roads.

    The columns ``highway`` (or ``fclass``), ``oneway``, ``maxspeed``, ``bridge``, ``access``,
    ``foot``, ``bicycle`` and ``motor_vehicle`` are used where they are there, with OpenStreetMap's
    values. A line without a class is an ``unclassified`` road.

    Raises
    ------
    NetworkError
        If it is a file of OpenStreetMap, which the study names under ``osm``.
    CrsError
        If the file has no geometry, or nothing says in which coordinates it is.
    """
    if path.name.lower().endswith((".osm", ".pbf", ".osm.gz", ".osm.bz2", ".graphml")):
        fail(finding("network-lines-osm", file=path.name), NetworkError)
    with np.errstate(invalid="ignore"):  # coordinates that are no numbers are told below
        table = read_table(path, layer=layer, repair=repair)
        positions = locate(table, crs=crs, datum=datum)
        geometry = positions.geometry.to_numpy()
        drawn = is_line(geometry)
    degrees = _in_degrees(table, datum)
    lost = _on_null_island(table) & drawn if degrees else np.zeros(len(drawn), bool)
    drawn &= ~lost
    rows, bad = np.flatnonzero(drawn), np.flatnonzero(~drawn & ~lost)
    tags = tags_of(table.cells.iloc[rows])
    parts, part_of = parts_of(geometry[rows])
    plane = _plane(parts, crs) if degrees else None
    ways, meeting = ways_from_lines(parts, [tags[row] for row in part_of], drawn=plane)
    number = table.cells.index.to_numpy(np.int64)
    fate = Fate(
        table.read,
        lost=np.array([*number[bad], *number[lost], *table.excluded], np.int64),
        mended=np.array([*(positions.repaired | table.repaired)], np.int64),
    )
    count, found = tally(tags, owners=number[rows], fate=fate, file=table.file, named="row")
    findings = [*table.findings, *positions.findings, *found]
    findings += about_columns(table.cells.iloc[rows], file=table.file)
    for code, which in (("network-row-no-line", number[bad]), ("network-line-zero", number[lost])):
        findings += [finding(code, file=table.file, row=int(row)) for row in which]
    if meeting.joined:
        findings.append(finding("network-ends-joined", file=table.file, ends=meeting.joined))
    if len(meeting.loose):
        first = int(number[rows][part_of[meeting.loose]].min())
        loose = finding(
            "network-ends-loose",
            file=table.file,
            row=first,
            ends=len(meeting.loose),
            m=f"{LOOSE_M:g}",
        )
        findings.append(loose)
    return replace(ways, findings=tuple(findings), rows=(count,))


def parts_of(lines: npt.NDArray[np.object_]) -> tuple[npt.NDArray[np.object_], Integers]:
    """Give the single lines of lines that may be several, and of which each is a part."""
    parts, part_of = shapely.get_parts(lines, return_index=True)
    drawn = ~shapely.is_empty(parts)
    return parts[drawn], part_of[drawn]


def _in_degrees(table: Table, datum: str) -> bool:
    """Say whether the file's coordinates are longitudes and latitudes."""
    if datum == "auto":
        return table.crs is not None and bool(table.crs.is_geographic)
    return datum in DATUMS or bool(pyproj.CRS.from_user_input(datum).is_geographic)


def _on_null_island(table: Table) -> Flags:
    """Mark the lines with a point at 0, 0 where most of the file is elsewhere."""
    assert table.geometry is not None  # noqa: S101 - it has been located
    coords, owner = shapely.get_coordinates(table.geometry.to_numpy(), return_index=True)
    marked = np.zeros(len(table.geometry), bool)
    known = coords[np.isfinite(coords).all(axis=1)]
    if len(known) and (np.abs(np.median(known, axis=0)) > 1).any():
        marked[owner[(coords == 0).all(axis=1)]] = True
    return marked


def _plane(lines: npt.NDArray[np.object_], crs: pyproj.CRS) -> npt.NDArray[np.object_]:
    """Draw lines in a plane of about metres in which those straight in degrees are straight.

    What is drawn in degrees meets there: between two points a kilometre apart a straight line of
    the metric CRS lies up to 2 cm beside the one that the office has drawn.
    """
    coords, owner = shapely.get_coordinates(lines, return_index=True)
    if not len(coords):
        return lines
    to_degrees = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    lon, lat = to_degrees.transform(*coords.T)
    lon = (lon - lon[0] + 180) % 360 - 180  # across the 180th meridian
    scale = np.cos(np.radians(np.median(lat)))
    flat = np.column_stack([lon * scale, lat]) * _DEGREE_M
    drawn: npt.NDArray[np.object_] = shapely.linestrings(flat, indices=owner)
    return drawn


def is_line(geometry: npt.NDArray[np.object_]) -> Flags:
    """Mark what is a line, or several, with a length, and whose every coordinate is a number."""
    lines: Flags = np.isin(shapely.get_type_id(geometry), _LINE_TYPES)
    length = shapely.length(geometry)
    lines &= (length > 0) & np.isfinite(length)
    return lines


def ways_from_lines(
    lines: npt.NDArray[np.object_],
    tags: Sequence[Tags],
    *,
    drawn: npt.NDArray[np.object_] | None = None,
) -> tuple[Ways, Meeting]:
    """Find where lines meet.

    Parameters
    ----------
    lines
        LineStrings in metres.
    tags
        The tags of each.
    drawn
        The same lines in the plane in which they were drawn, in about metres, where that is
        another one.
    """
    coords, owner = shapely.get_coordinates(lines, return_index=True)
    counts = np.bincount(owner, minlength=len(lines))
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    bridge = np.array([tag.bridge in _BRIDGE for tag in tags], bool)
    is_end = np.zeros(len(coords), bool)
    is_end[offsets[:-1]] = is_end[offsets[1:] - 1] = True
    xy, points = _vertices(coords, alone=bridge[owner] & ~is_end)
    points = _merged(xy, points, np.unique(points[is_end]), free=~bridge[owner] | is_end)
    at, nodes, loose = _t_junctions(
        lines if drawn is None else drawn, np.flatnonzero(~bridge), points, offsets, len(xy)
    )
    grown = np.bincount(np.searchsorted(offsets, at, side="right") - 1, minlength=len(lines))
    ways = Ways(
        xy=xy,
        points=np.insert(points, at, nodes),
        offsets=offsets + np.concatenate([[0], np.cumsum(grown)]).astype(np.int64),
        tags=tags,
    )
    return ways, Meeting(len(np.unique(nodes)), loose)


def _vertices(coords: Floats, *, alone: Flags) -> tuple[Floats, Integers]:
    """Give equal vertices one number, and those that may not meet others each for itself."""
    flat = coords[:, 0] + 1j * coords[:, 1]
    unique, first, points = np.unique(flat, return_index=True, return_inverse=True)
    points = points.astype(np.int64)
    points[alone] = len(unique) + np.arange(alone.sum())
    return np.concatenate([coords[first], coords[alone]]), points


def _merged(xy: Floats, points: Integers, ends: Integers, *, free: Flags) -> Integers:
    """Give line ends and the vertices within the tolerance of them one number: the lowest."""
    if not len(ends):
        return points
    vertices = np.unique(points[free])
    near = cKDTree(xy[ends]).sparse_distance_matrix(
        cKDTree(xy[vertices]), TOLERANCE_M, output_type="ndarray"
    )
    a, b = ends[near["i"]], vertices[near["j"]]
    links = coo_array((np.ones(len(a), bool), (a, b)), shape=(len(xy), len(xy)))
    _, group = connected_components(links.tocsr(), directed=False)
    _, lowest = np.unique(group, return_index=True)
    merged: Integers = lowest[group][points]
    return merged


def _t_junctions(
    lines: npt.NDArray[np.object_],
    open_lines: Integers,
    points: Integers,
    offsets: Integers,
    count: int,
) -> tuple[Integers, Integers, Integers]:
    """Find loose ends that lie on another line's course: where to put them into it, and which.

    The third value are the lines with an end that lies beside another line, but not on it.
    """
    coords = shapely.get_coordinates(lines)
    ends = np.concatenate([offsets[:-1], offsets[1:] - 1])
    loose = ends[np.bincount(points, minlength=count)[points[ends]] == 1]
    owner = np.searchsorted(offsets, loose, side="right") - 1
    tree = shapely.STRtree(lines[open_lines])
    spots = shapely.points(coords[loose])
    which, found = tree.query(spots, predicate="dwithin", distance=LOOSE_M)
    line = open_lines[found]
    other = owner[which] != line
    which, line = which[other], line[other]
    meets = shapely.distance(lines[line], spots[which]) <= TOLERANCE_M
    beside = np.setdiff1d(which, which[meets])
    beside = beside[shapely.length(lines[owner[beside]]) > 2 * LOOSE_M]
    which, line = which[meets], line[meets]
    along = shapely.line_locate_point(lines[line], spots[which])
    order = np.lexsort((along, line))
    at = [
        int(offsets[n] + np.searchsorted(_distances(coords[offsets[n] : offsets[n + 1]]), d))
        for n, d in zip(line[order], along[order], strict=True)
    ]
    low, high = offsets[line[order]] + 1, offsets[line[order] + 1] - 1
    return np.clip(np.array(at, np.int64), low, high), points[loose[which[order]]], owner[beside]


def _distances(coords: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(coords, axis=0).T))])


def read_borders(
    path: Path, *, datum: str, crs: pyproj.CRS, repair: str = "safe"
) -> tuple[shapely.Geometry, tuple[Finding, ...], RowCount]:
    """Read lines that may not be crossed; of areas, their outlines.

    Returns
    -------
    All lines as one geometry, what was wrong in the file, and what became of its rows.

    Raises
    ------
    NetworkError
        If the file has no lines and no areas.
    """
    with np.errstate(invalid="ignore"):  # coordinates that are no numbers are told below
        ledger = Ledger(read_table(path, repair=repair))
        table = ledger.table
        positions = locate(table, crs=crs, datum=datum)
        geometry = positions.geometry.to_numpy()
        wide = np.isin(shapely.get_type_id(geometry), _AREA_TYPES)
        outlines = geometry.copy()
        outlines[wide] = shapely.boundary(geometry[wide])
        drawn = is_line(outlines)
    if not drawn.any():
        fail(finding("network-no-geometry", file=table.file), NetworkError)
    ledger.add_positions(positions)
    bad = pd.Series(~drawn, index=table.cells.index)
    ledger.each("network-row-no-line", bad, pd.Series("", index=table.cells.index))
    ledger.drop(bad)
    return shapely.union_all(outlines[drawn]), tuple(ledger.findings), ledger.count()
