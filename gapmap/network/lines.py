"""Plain line layers as ways: where lines meet, and where they only cross.

Two lines meet where an end of one lies within 0.01 m of an end, a vertex or the course of the
other, or where both have the very same vertex. Where they merely cross they do not meet: one is a
bridge. A line whose ``bridge`` column says so meets others at its ends only.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from gapmap.errors import NetworkError
from gapmap.findings import fail, finding
from gapmap.network.rules import FERRY_TAGS, TAGS, Tags, make_tags
from gapmap.network.ways import Fate, Ways, tally
from gapmap.positions import locate
from gapmap.region.rows import Ledger
from gapmap.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt
    import pyproj

    from gapmap.findings import Finding
    from gapmap.network.value import Flags, Floats, Integers
    from gapmap.tables import RowCount

__all__ = ["TOLERANCE_M", "is_line", "read_borders", "read_lines", "tags_of", "ways_from_lines"]

TOLERANCE_M = 0.01
_BRIDGE = {"yes", "true", "True", "1", "t", "T", "viaduct", "是"}
_HIGHWAY_COLUMNS = ("highway", "fclass")  # fclass: as Geofabrik's shapefiles name it
_LINE_TYPES = (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING)
_AREA_TYPES = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def read_lines(
    path: Path, *, layer: str | None, datum: str, crs: pyproj.CRS, repair: str = "safe"
) -> Ways:
    """Read a layer of roads.

    The columns ``highway`` (or ``fclass``), ``oneway``, ``maxspeed``, ``bridge``, ``access``,
    ``foot``, ``bicycle`` and ``motor_vehicle`` are used where they are there, with OpenStreetMap's
    values. A line without a class is an ``unclassified`` road.

    Raises
    ------
    CrsError
        If the file has no geometry, or nothing says in which coordinates it is.
    """
    with np.errstate(invalid="ignore"):  # coordinates that are no numbers are told below
        table = read_table(path, layer=layer, repair=repair)
        positions = locate(table, crs=crs, datum=datum)
        geometry = positions.geometry.to_numpy()
        drawn = is_line(geometry)
    rows, bad = np.flatnonzero(drawn), np.flatnonzero(~drawn)
    tags = tags_of(table.cells.iloc[rows])
    parts, part_of = shapely.get_parts(geometry[rows], return_index=True)
    ways, joined = ways_from_lines(parts, [tags[row] for row in part_of])
    number = table.cells.index.to_numpy(np.int64)
    fate = Fate(
        table.read,
        lost=np.array([*number[bad], *table.excluded], np.int64),
        mended=np.array([*(positions.repaired | table.repaired)], np.int64),
    )
    count, found = tally(tags, owners=number[rows], fate=fate, file=table.file, named="row")
    findings = [*table.findings, *positions.findings, *found]
    findings += [
        finding("network-row-no-line", file=table.file, row=int(table.cells.index[row]))
        for row in bad
    ]
    if joined:
        findings.append(finding("network-ends-joined", file=table.file, ends=joined))
    return replace(ways, findings=tuple(findings), rows=(count,))


def is_line(geometry: npt.NDArray[np.object_]) -> Flags:
    """Mark what is a line, or several, with a length, and whose every coordinate is a number."""
    lines: Flags = np.isin(shapely.get_type_id(geometry), _LINE_TYPES)
    length = shapely.length(geometry)
    lines &= (length > 0) & np.isfinite(length)
    return lines


def tags_of(cells: pd.DataFrame) -> list[Tags]:
    """Take the tags of every row from the columns that bear a tag's name."""
    columns = {str(name).lower(): name for name in cells.columns}
    known = {tag: columns[tag] for tag in (*TAGS, *FERRY_TAGS) if tag in columns}
    classes = [columns[name] for name in _HIGHWAY_COLUMNS if name in columns]
    if classes:
        known["highway"] = classes[0]
    made = [
        make_tags(dict(zip(known, row, strict=True)))
        for row in zip(*(cells[name] for name in known.values()), strict=True)
    ] or [Tags()] * len(cells)
    return [
        tags if tags.highway or tags.route else tags._replace(highway="unclassified")
        for tags in made
    ]


def ways_from_lines(lines: npt.NDArray[np.object_], tags: Sequence[Tags]) -> tuple[Ways, int]:
    """Find where lines meet.

    Returns
    -------
    The ways, and how many line ends were joined to a line that has no vertex there.
    """
    coords, owner = shapely.get_coordinates(lines, return_index=True)
    counts = np.bincount(owner, minlength=len(lines))
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    bridge = np.array([tag.bridge in _BRIDGE for tag in tags], bool)
    is_end = np.zeros(len(coords), bool)
    is_end[offsets[:-1]] = is_end[offsets[1:] - 1] = True
    xy, points = _vertices(coords, alone=bridge[owner] & ~is_end)
    points = _merged(xy, points, np.unique(points[is_end]), free=~bridge[owner] | is_end)
    at, nodes = _t_junctions(lines, np.flatnonzero(~bridge), coords, points, offsets, xy)
    grown = np.bincount(np.searchsorted(offsets, at, side="right") - 1, minlength=len(lines))
    ways = Ways(
        xy=xy,
        points=np.insert(points, at, nodes),
        offsets=offsets + np.concatenate([[0], np.cumsum(grown)]).astype(np.int64),
        tags=tags,
    )
    return ways, len(np.unique(nodes))


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
    coords: Floats,
    points: Integers,
    offsets: Integers,
    xy: Floats,
) -> tuple[Integers, Integers]:
    """Find loose ends that lie on another line's course: where to put them into it, and which."""
    ends = np.concatenate([offsets[:-1], offsets[1:] - 1])
    loose = ends[np.bincount(points, minlength=len(xy))[points[ends]] == 1]
    tree = shapely.STRtree(lines[open_lines])
    spots = shapely.points(coords[loose])
    which, found = tree.query(spots, predicate="dwithin", distance=TOLERANCE_M)
    line = open_lines[found]
    other = np.searchsorted(offsets, loose[which], side="right") - 1 != line
    which, line = which[other], line[other]
    along = shapely.line_locate_point(lines[line], spots[which])
    order = np.lexsort((along, line))
    at = [
        int(offsets[n] + np.searchsorted(_distances(coords[offsets[n] : offsets[n + 1]]), d))
        for n, d in zip(line[order], along[order], strict=True)
    ]
    low, high = offsets[line[order]] + 1, offsets[line[order] + 1] - 1
    return np.clip(np.array(at, np.int64), low, high), points[loose[which[order]]]


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
