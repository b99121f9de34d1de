"""Where the rows of a table lie: columns or geometry, of any datum, into the CRS of measuring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from gapmap.datum import DATUMS, convert_datum
from gapmap.errors import CrsError
from gapmap.findings import Finding, fail, finding
from gapmap.tables import parse_numbers, row_findings

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from gapmap.tables import Table

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

__all__ = ["Positions", "locate"]

METRES_FROM: Final = 1000.0
"""A coordinate beyond this is no degree mistyped; where most are, the file holds metres."""
MARGIN_DEG: Final = 3.0
"""How far outside the area of use of its CRS a position may lie before it is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Positions:
    """Where the rows of a table lie.

    Attributes
    ----------
    geometry
        In the target CRS, on the index of the table's cells, None where there is no usable
        position.
    repaired
        Rows whose position had to be put right: latitude and longitude were exchanged, or an
        open ring was closed.
    findings
        Which datum was taken, and what was wrong with single positions.
    """

    geometry: gpd.GeoSeries
    repaired: frozenset[int] = frozenset()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Source:
    """In what the coordinates are given: a datum's longitudes and latitudes, or a CRS."""

    crs: pyproj.CRS
    datum: str

    @property
    def in_degrees(self) -> bool:
        return bool(self.crs.is_geographic)


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
    source, notes = _source(table, datum, field)
    given, found = _from_geometry(table) if x is None or y is None else _from_columns(table, x, y)
    judged = _judge(given, source, table.file)
    found += _told(judged, table, field)
    target = pyproj.CRS.from_user_input(crs)
    placed, lost = _projected(judged.shapes, source, target)
    labels = table.cells.index.to_numpy()
    found += row_findings(
        "position-out-of-range", table.file, field, _listed(labels, lost, judged.shapes)
    )
    return Positions(
        geometry=gpd.GeoSeries(placed, index=table.cells.index, crs=target),
        repaired=frozenset(int(row) for row in labels[judged.swapped]) | _mended(table, x),
        findings=(*notes, *found),
    )


def _mended(table: Table, x: str | None) -> frozenset[int]:
    return table.repaired if x is None else frozenset()


def _source(table: Table, datum: str, field: str) -> tuple[_Source, tuple[Finding, ...]]:
    """Decide in what the coordinates are given, and say so where the study did not."""
    wgs84 = pyproj.CRS.from_epsg(4326)
    if datum == "detect":
        fail(finding("datum-detect-later", file=table.file), CrsError)
    if datum == "auto":
        if field:
            return _Source(wgs84, "wgs84"), (
                finding("datum-assumed", file=table.file, field=field),
            )
        if table.geometry is None:
            fail(finding("position-columns-missing", file=table.file))
        if table.crs is None:
            fail(finding("crs-missing", file=table.file), CrsError)
        note = finding("datum-as-declared", file=table.file, value=_name(table.crs))
        return _Source(table.crs, "crs"), (note,)
    if datum in DATUMS:
        if not field and table.crs is not None and not table.crs.is_geographic:
            fail(
                finding("datum-not-degrees", file=table.file, datum=datum, crs=_name(table.crs)),
                CrsError,
            )
        return _Source(wgs84, datum), ()
    return _Source(_named_crs(datum, table.file), "crs"), ()


def _named_crs(datum: str, file: str) -> pyproj.CRS:
    if not datum.upper().startswith("EPSG:"):
        known = ", ".join(("auto", *DATUMS))
        fail(finding("datum-unknown", file=file, value=datum, known=known), CrsError)
    try:
        crs = pyproj.CRS.from_user_input(datum.upper())
    except pyproj.exceptions.CRSError:
        fail(finding("crs-unknown", file=file, value=datum), CrsError)
    if not (crs.is_geographic or crs.is_projected):
        fail(finding("crs-unknown", file=file, value=datum), CrsError)
    return crs


def _name(crs: pyproj.CRS) -> str:
    authority = crs.to_authority()
    return f"{':'.join(authority)} ({crs.name})" if authority else str(crs.name)


@dataclass(frozen=True, slots=True)
class _Given:
    """Shapes as they stand in the file; ``told`` are the rows whose lack is recorded already."""

    shapes: NDArray[np.object_]
    told: Flags


def _from_columns(table: Table, x: str, y: str) -> tuple[_Given, tuple[Finding, ...]]:
    """Make points of two columns."""
    east, north = parse_numbers(table, x), parse_numbers(table, y)
    found = (*east.notes, *north.notes)
    for column, parsed in ((x, east), (y, north)):
        bad = parsed.text[parsed.unreadable]
        found += row_findings("position-unreadable", table.file, column, bad.items())
    unreadable = (east.unreadable | north.unreadable).to_numpy()
    xy = np.column_stack((east.numbers.to_numpy(), north.numbers.to_numpy()))
    known = np.isfinite(xy).all(axis=1)
    half = ~known & ~unreadable & np.isfinite(xy).any(axis=1)
    labels = table.cells.index.to_numpy()
    shown = (east.text + ", " + north.text).to_numpy()
    found += row_findings(
        "position-half", table.file, f"{x}, {y}", zip(labels[half], shown[half], strict=True)
    )
    shapes = np.full(len(xy), None, dtype=object)
    shapes[known] = shapely.points(xy[known])
    return _Given(shapes, unreadable | half), found


def _from_geometry(table: Table) -> tuple[_Given, tuple[Finding, ...]]:
    """Take the file's own shapes; empty ones and those with coordinates that are none are None."""
    if table.geometry is None:
        fail(finding("position-columns-missing", file=table.file))
    shapes = np.array(table.geometry.to_numpy(), dtype=object)
    west, south, east, north = shapely.bounds(shapes).T
    finite = np.isfinite(west) & np.isfinite(south) & np.isfinite(east) & np.isfinite(north)
    shapes[~finite] = None
    unreadable = {found.row for found in table.findings if found.code == "geometry-unreadable"}
    return _Given(shapes, table.cells.index.isin(unreadable)), ()


@dataclass(frozen=True, slots=True)
class _Judged:
    """Shapes with those that cannot be true taken out; the reasons by row."""

    shapes: NDArray[np.object_]
    given: NDArray[np.object_]
    missing: Flags
    zero: Flags
    outside: Flags
    swapped: Flags


def _judge(given: _Given, source: _Source, file: str) -> _Judged:
    shapes = given.shapes.copy()
    bounds = shapely.bounds(shapes)
    known = ~shapely.is_missing(shapes)
    zero = known & (np.abs(np.nan_to_num(bounds)) < 1e-9).all(axis=1)  # noqa: PLR2004 - 0.1 mm
    outside = np.zeros(len(shapes), dtype=bool)
    swapped = outside.copy()
    if source.in_degrees:
        west, south, east, north = np.where((known & ~zero)[:, None], bounds, 0.0).T
        width = np.maximum(np.abs(west), np.abs(east))
        height = np.maximum(np.abs(south), np.abs(north))
        _refuse_metres(np.maximum(width, height)[known & ~zero], file)
        outside = (width > 180) | (height > 90)  # noqa: PLR2004 - the globe
        swapped = (height > 90) & (height <= 180) & (width <= 90)  # noqa: PLR2004 - the globe
        shapes[swapped] = shapely.transform(shapes[swapped], lambda xy: xy[:, ::-1])
        outside &= ~swapped
    shapes[zero | outside] = None
    missing = ~known & ~given.told
    return _Judged(shapes, given.shapes, missing, zero, outside, swapped)


def _refuse_metres(largest: Floats, file: str) -> None:
    """Refuse a file most of whose coordinates are far too large for degrees."""
    far = largest > METRES_FROM
    if far.size and far.mean() > 0.5:  # noqa: PLR2004 - most
        fail(finding("crs-metres-unnamed", file=file, value=f"{largest[far][0]:.10g}"), CrsError)


def _told(judged: _Judged, table: Table, field: str) -> tuple[Finding, ...]:
    """Give a finding for each row without a usable position, or with one put right."""
    labels = table.cells.index.to_numpy()
    found: tuple[Finding, ...] = ()
    for code, flags in (
        ("position-empty", judged.missing),
        ("position-zero", judged.zero),
        ("position-out-of-range", judged.outside),
        ("position-swapped", judged.swapped),
    ):
        found += row_findings(code, table.file, field, _listed(labels, flags, judged.given))
    return found


def _listed(
    labels: NDArray[np.int64], flags: Flags, shapes: NDArray[np.object_]
) -> list[tuple[int, object]]:
    """Give the flagged rows, each with where its shape begins."""
    bounds = shapely.bounds(shapes[flags])
    return [
        (int(row), "" if np.isnan(box[0]) else f"{box[0]:.10g}, {box[1]:.10g}")
        for row, box in zip(labels[flags], bounds, strict=True)
    ]


def _projected(
    shapes: NDArray[np.object_], source: _Source, target: pyproj.CRS
) -> tuple[NDArray[np.object_], Flags]:
    """Bring shapes into the target CRS; None and flagged where that gives no position."""
    known = ~shapely.is_missing(shapes)
    placed = shapes.copy()
    change = _change(source, target)
    if change is not None:
        placed[known] = shapely.transform(shapes[known], change)
    bounds = shapely.bounds(placed)
    lost = known & ~np.isfinite(bounds).all(axis=1)
    if source.crs.is_projected:
        lost |= known & ~_in_area(shapes, source.crs)
    placed[lost] = None
    return placed, lost


def _change(source: _Source, target: pyproj.CRS) -> Callable[[Floats], Floats] | None:
    """Give the function from source to target coordinates; None where nothing changes."""
    shifted = source.datum in ("gcj02", "bd09")
    if source.crs == target and not shifted:
        return None
    transformer = pyproj.Transformer.from_crs(source.crs, target, always_xy=True)

    def change(xy: Floats) -> Floats:
        lon, lat = xy[:, 0], xy[:, 1]
        if shifted:
            lon, lat = convert_datum(lon, lat, source=source.datum, target="wgs84")
        return np.column_stack(transformer.transform(lon, lat))

    return change


def _in_area(shapes: NDArray[np.object_], crs: pyproj.CRS) -> Flags:
    """Say which shapes lie in or near the area for which their projected CRS is meant.

    Eastings and northings exchanged, as Chinese surveyors write them (X is north), are found
    by this: they would lie on another continent.
    """
    area = crs.area_of_use
    west, south, east, north = shapely.bounds(shapes).T
    if area is None or area.west > area.east:
        return np.ones(len(shapes), dtype=bool)
    to_degrees = pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    lon, lat = to_degrees.transform((west + east) / 2, (south + north) / 2)
    return np.asarray(
        (lon >= area.west - MARGIN_DEG)
        & (lon <= area.east + MARGIN_DEG)
        & (lat >= area.south - MARGIN_DEG)
        & (lat <= area.north + MARGIN_DEG)
    )
