"""The position of every row of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from gapmap.findings import fail, finding
from gapmap.positions.doubts import doubts
from gapmap.positions.given import from_columns, from_geometry
from gapmap.positions.judging import judge
from gapmap.positions.projecting import projected, shift_unknown
from gapmap.positions.source import source_of
from gapmap.positions.telling import listed, told
from gapmap.positions.value import Positions
from gapmap.tables import row_findings

if TYPE_CHECKING:
    from gapmap.positions.around import Around
    from gapmap.tables import Table

__all__ = ["locate"]


def locate(
    table: Table,
    *,
    crs: str | pyproj.CRS,
    datum: str = "auto",
    x: str | None = None,
    y: str | None = None,
    near: Around | None = None,
) -> Positions:
    """Find the position of every row.

    With ``x`` and ``y`` the columns of these names are read, or one column that holds both if they
    are the same, else the file's geometry. A row without a usable position (empty, text, both
    zero, filled in with 9999 or the like, off the globe or far from where its CRS is used) gets
    None and a finding.

    Longitude and latitude are exchanged, and the row recorded as repaired, where what stands for
    the latitude is none but the two exchanged would be a position; and, where ``near`` says in
    which region the study lies, for positions more than 50 km outside it that would be within 10
    km if exchanged. Metres among degrees are read in the only system that brings them into the
    region, where the study allows all repairs. Other slips that would explain a position far
    outside (a decimal point, a sign) are named; the position is unknown then.

    Parameters
    ----------
    table
        As ``read_table`` gives it.
    crs
        The CRS to bring positions into.
    datum
        ``auto`` is what the file declares, and WGS84 for bare longitudes and latitudes; a note
        says so. Otherwise ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09`` or a code such as
        ``EPSG:4547``, which overrule what the file declares.
    x, y
        Columns with longitude and latitude, or easting and northing.
    near
        Where the study lies. None where that is not known yet; positions are then judged only by
        what is possible anywhere.

    Raises
    ------
    InputError
        There are neither such columns nor a geometry, or only one of ``x`` and ``y`` is given.
    CrsError
        The datum is unknown; a file with geometry declares no CRS and none is named; the
        coordinates are metres of an unnamed CRS.
    """
    if (x is None) != (y is None):
        fail(finding("position-column-single", file=table.file, field=x or y or ""))
    field = "" if x is None else f"{x}, {y}"
    source, notes = source_of(table, datum, field)
    if x is None or y is None:
        given, found = from_geometry(table)
    else:
        given, found = from_columns(table, x, y, degrees=source.in_degrees)
    judged = judge(given, source, table.file, near=near, repair=table.repair)
    found += tuple(told(judged, table, field))
    if near is not None:
        found += tuple(doubts(judged.shapes, table, field, in_degrees=source.in_degrees))
    target = pyproj.CRS.from_user_input(crs)
    if shift_unknown(shapely.get_coordinates(judged.shapes), source.crs, target):
        found += (finding("datum-shift-unknown", file=table.file, value=source.crs.name),)
    placed, lost = projected(judged.shapes, source, target)
    labels = table.cells.index.to_numpy()
    for code, rows in lost.items():
        found += row_findings(code, table.file, field, listed(labels, rows, judged.given))
    right = np.isin(judged.verdict, ("position-swapped", "position-metres"))
    return Positions(
        geometry=gpd.GeoSeries(placed, index=table.cells.index, crs=target),
        repaired=frozenset(int(row) for row in labels[right]) | given.repaired | _mended(table, x),
        findings=(*notes, *found),
    )


def _mended(table: Table, x: str | None) -> frozenset[int]:
    return table.repaired if x is None else frozenset()
