"""Plain line layers as ways, and lines that may not be crossed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyproj
import shapely

from gapmap.datum import DATUMS, DEGREES, change_between
from gapmap.errors import NetworkError
from gapmap.findings import Finding, fail, finding
from gapmap.network.line_tags import about_columns, tags_of
from gapmap.network.noding import LOOSE_M, ways_from_lines
from gapmap.network.ways import Fate, Ways, tally
from gapmap.positions import locate
from gapmap.region.rows import Ledger
from gapmap.tables import read_table

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from gapmap.network.value import Flags, Integers
    from gapmap.tables import RowCount, Table

__all__ = ["is_line", "parts_of", "read_borders", "read_lines"]

_DEGREE_M = 111_195.0  # of a great circle on a sphere of 6,371 km
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
    to_degrees = change_between(crs, DEGREES)
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
