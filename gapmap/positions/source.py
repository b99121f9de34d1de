"""In what the coordinates of a file are given: as declared, as the study says, or by default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyproj
import shapely

from gapmap.datum import DATUMS
from gapmap.errors import CrsError
from gapmap.findings import Finding, fail, finding
from gapmap.tables.systems import fits_degrees, name_candidates

if TYPE_CHECKING:
    from gapmap.tables import Table
    from gapmap.tables.systems import Bounds

__all__ = ["Source", "source_of"]


@dataclass(frozen=True, slots=True)
class Source:
    """In what the coordinates are given: a datum's longitudes and latitudes, or a CRS."""

    crs: pyproj.CRS
    datum: str

    @property
    def in_degrees(self) -> bool:
        """Whether coordinates are longitudes and latitudes."""
        return bool(self.crs.is_geographic)


def source_of(table: Table, datum: str, field: str) -> tuple[Source, tuple[Finding, ...]]:
    """Decide in what the coordinates are given, and say so where the study did not."""
    wgs84 = pyproj.CRS.from_epsg(4326)
    if datum == "detect":
        fail(finding("datum-detect-alone", file=table.file), CrsError)
    if datum == "auto":
        if field:
            return Source(wgs84, "wgs84"), (finding("datum-assumed", file=table.file, field=field),)
        if table.geometry is None:
            fail(finding("position-columns-missing", file=table.file))
        if table.crs is None:
            said = name_candidates(_bounds(table))
            fail(finding("crs-missing", file=table.file, candidates=said), CrsError)
        note = finding("datum-as-declared", file=table.file, value=_name(table.crs))
        return Source(table.crs, "crs"), (note,)
    if datum in DATUMS:
        if not field and table.crs is not None and _holds_metres(table, table.crs):
            fail(
                finding("datum-not-degrees", file=table.file, datum=datum, crs=_name(table.crs)),
                CrsError,
            )
        return Source(wgs84, datum), ()
    return Source(_named_crs(datum, table.file), "crs"), ()


def _bounds(table: Table) -> Bounds:
    """Give the bounds of all usable shapes, as they stand in the file."""
    shapes = () if table.geometry is None else table.geometry.to_numpy()
    west, south, east, north = shapely.total_bounds(shapes)
    return float(west), float(south), float(east), float(north)


def _holds_metres(table: Table, declared: pyproj.CRS) -> bool:
    """Say whether a file declares metres, and holds them: some declare what they do not hold."""
    return not declared.is_geographic and not fits_degrees(_bounds(table))


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
