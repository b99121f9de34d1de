"""The position of every row of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pyproj

from gapmap.findings import fail, finding
from gapmap.positions.given import from_columns, from_geometry
from gapmap.positions.judging import judge, listed, told
from gapmap.positions.projecting import projected
from gapmap.positions.source import source_of
from gapmap.positions.value import Positions
from gapmap.tables import row_findings

if TYPE_CHECKING:
    from gapmap.tables import Table

__all__ = ["locate"]


def locate(
    table: Table,
    *,
    crs: str | pyproj.CRS,
    datum: str = "auto",
    x: str | None = None,
    y: str | None = None,
) -> Positions:
    """Find the position of every row.

    With ``x`` and ``y`` the columns of these names are read, else the file's geometry. A row
    without a usable position (empty, text, both zero, off the globe or far from where its CRS
    is used) gets None and a finding. Where what stands for the latitude is no latitude, but the two
    exchanged would be a position, they are exchanged and the row is recorded as repaired.

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
    given, found = from_geometry(table) if x is None or y is None else from_columns(table, x, y)
    judged = judge(given, source, table.file)
    found += told(judged, table, field)
    target = pyproj.CRS.from_user_input(crs)
    placed, lost = projected(judged.shapes, source, target)
    labels = table.cells.index.to_numpy()
    found += row_findings(
        "position-out-of-range", table.file, field, listed(labels, lost, judged.shapes)
    )
    return Positions(
        geometry=gpd.GeoSeries(placed, index=table.cells.index, crs=target),
        repaired=frozenset(int(row) for row in labels[judged.swapped]) | _mended(table, x),
        findings=(*notes, *found),
    )


def _mended(table: Table, x: str | None) -> frozenset[int]:
    return table.repaired if x is None else frozenset()
