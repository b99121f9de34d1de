"""Whether a raster is what a study needs: where it lies, what its cells hold, what is odd."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import pyproj
import shapely
from rasterio.enums import ColorInterp

from gapmap.errors import InputError
from gapmap.findings import Finding, fail, finding, from_error
from gapmap.rasters.declared import declared_nodata
from gapmap.rasters.opening import READING_ERRORS, beside, open_raster
from gapmap.rasters.survey import Survey, corners, survey
from gapmap.rasters.value import RasterFacts
from gapmap.tables.systems import name_candidates

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import rasterio

    from gapmap.region import Region

    Kind = Literal["people", "land_cover", "dem"]

__all__ = ["RasterSource", "check_rasters", "inspect_raster"]

_WHOLE: Final = 0.999
"""Share of the districts' area from which on they count as covered."""
_BULK: Final = 0.01
"""Share of the cells from which on a doubtful value is taken for an undeclared nodata."""
_SURE: Final = (-9999.0, -99999.0, -999.0)
_FITS: Final = 1.5
"""Times by which a sum may miss the people of the places and still fit them."""
_FAR: Final = 2.0
"""Times from which on it does not."""
_HA_IN_KM2: Final = 100.0
_HALF_TURN: Final = 180.0


@dataclass(frozen=True, slots=True)
class RasterSource:
    """A raster that a study names: ``people``, ``land_cover`` or ``dem``."""

    path: Path
    kind: Kind


def check_rasters(
    sources: Iterable[RasterSource], region: Region, *, people: float | None = None
) -> tuple[Finding, ...]:
    """Look through rasters and say what is wrong; one that cannot be used raises nothing.

    Parameters
    ----------
    sources
        The rasters.
    region
        The districts that they should cover.
    people
        How many people the study's places have; None where it does not know.
    """
    findings: list[Finding] = []
    for source in sources:
        try:
            found, _ = inspect_raster(source.path, region, kind=source.kind, people=people)
        except InputError as error:
            found = from_error(error)
        findings += found
    return tuple(findings)


def inspect_raster(
    path: Path, region: Region, *, kind: Kind, people: float | None = None
) -> tuple[tuple[Finding, ...], RasterFacts]:
    """Look through a raster without using it.

    Every cell is read once, a few million at a time.

    Parameters
    ----------
    path
        A GeoTIFF on a local disk.
    region
        The districts that it should cover.
    kind
        ``people`` per cell, classes of ``land_cover``, or heights (``dem``).
    people
        How many people the study's places have, to tell counts from densities.

    Returns
    -------
    What is wrong with it, and what it holds.

    Raises
    ------
    InputError
        It is missing, or no GeoTIFF that can be read.
    """
    with open_raster(path) as source:
        try:
            return _inspect(source, path, region, kind, people)
        except READING_ERRORS as error:
            if isinstance(error, InputError):
                raise
            problem = str(error).replace(str(path.absolute()), path.name)
            fail(finding("raster-unreadable", file=path.name, problem=problem))


def _inspect(
    source: rasterio.DatasetReader, path: Path, region: Region, kind: Kind, people: float | None
) -> tuple[tuple[Finding, ...], RasterFacts]:
    file = path.name
    findings = [*_about_form(source, file, kind), *_about_files(source, path)]
    outline, covered, found = _placed(source, region, file)
    findings += found
    if np.dtype(source.dtypes[0]).kind not in "iuf":
        findings.append(finding("raster-type", file=file, value=source.dtypes[0]))
        return tuple(findings), _facts(source, file, Survey(), covered, 0)
    seen = survey(source, outline)
    undeclared = {value for value in seen.suspects if _is_undeclared(source, seen, value)}
    seen.keep_values(undeclared)
    silent = sum(seen.suspects[value].cells for value in undeclared)
    facts = _facts(source, file, seen, covered, silent)
    findings += _about_cells(source, file, kind, seen, facts)
    findings += _about_undeclared(seen, undeclared, file)
    if kind == "people" and not any(one.code == "raster-picture" for one in findings):
        findings += _about_people(seen, facts, people)
    if covered > 0 and not facts.usable_in_districts and facts.in_districts:
        findings.append(finding("raster-nothing-there", file=file, cells=facts.in_districts))
    return tuple(findings), facts


def _about_form(source: rasterio.DatasetReader, file: str, kind: Kind) -> list[Finding]:
    """Say what is odd about bands and scales."""
    findings = []
    colours = {ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.palette}
    if kind != "land_cover" and colours & set(source.colorinterp):
        findings.append(finding("raster-picture", file=file))
    elif source.count > 1:
        findings.append(finding("raster-bands", file=file, bands=source.count))
    scale, offset = source.scales[0], source.offsets[0]
    if (scale, offset) != (1.0, 0.0):
        findings.append(finding("raster-scaled", file=file, scale=scale, offset=offset))
    return findings


def _holds(dtype: np.dtype[Any], value: float) -> bool:
    """Say whether a type of number can hold a value."""
    if dtype.kind not in "iu":
        return True
    limits = np.iinfo(dtype)
    return limits.min <= value <= limits.max and value.is_integer()


def _about_files(source: rasterio.DatasetReader, path: Path) -> list[Finding]:
    """Say which files beside it are not read, and whether its value for no data can be one."""
    findings = []
    names = beside(path)
    if names:
        findings.append(finding("raster-beside", file=path.name, value=", ".join(names)))
    nodata, dtype = declared_nodata(path), np.dtype(source.dtypes[0])
    if nodata is not None and not _holds(dtype, nodata):
        shown = f"{nodata:g}"
        findings.append(
            finding("raster-nodata-impossible", file=path.name, value=shown, dtype=dtype.name)
        )
    return findings


def _placed(
    source: rasterio.DatasetReader, region: Region, file: str
) -> tuple[shapely.Geometry | None, float, list[Finding]]:
    """Bring the districts to the raster; say how much of them it covers."""
    transform = source.transform
    size = transform.determinant
    if transform.is_identity or size == 0 or not all(map(math.isfinite, transform)):
        return None, 0.0, [finding("raster-no-place", file=file)]
    found = []
    if transform.b or transform.d:
        terms = f"{transform.b:g}, {transform.d:g}"
        found.append(finding("raster-rotated", file=file, value=terms))
    if transform.e > 0:
        found.append(finding("raster-south-up", file=file, value=f"{transform.e:g}"))
    frame = _frame(source)
    crs = _crs(source)
    if crs is None:
        near = region.districts.to_crs(4326).total_bounds
        known = name_candidates(frame.bounds, region=(near[0], near[1], near[2], near[3]))
        bounds = ", ".join(f"{one:.10g}" for one in frame.bounds)
        return None, 0.0, [*found, finding("raster-no-crs", file=file, value=bounds, known=known)]
    districts = region.districts.geometry
    fine = districts.segmentize(max(1.0, float(np.ptp(districts.total_bounds)) / 1000))
    outline = shapely.union_all(shapely.make_valid(fine.to_crs(crs).to_numpy()))
    area = outline.area
    if crs.is_geographic and frame.bounds[2] > _HALF_TURN + 1 and outline.bounds[0] < 0:
        found.append(finding("raster-longitudes", file=file, value=f"{frame.bounds[2]:g}"))
        turned = shapely.transform(outline, lambda xy: np.add(xy, (2 * _HALF_TURN, 0)))
        outline = shapely.union_all([outline, turned])
    covered = float(shapely.area(shapely.intersection(outline, frame)) / area)
    share = f"{covered:.1%}"
    if covered == 0:
        there, here = (", ".join(f"{n:.6g}" for n in one.bounds) for one in (frame, outline))
        found.append(finding("raster-no-overlap", file=file, value=there, districts=here))
    elif covered < _WHOLE:
        found.append(finding("raster-partial", file=file, share=share))
    return outline, covered, found


def _frame(source: rasterio.DatasetReader) -> shapely.Polygon:
    """Give the raster's outline in its own coordinates, whichever way it is turned."""
    return shapely.Polygon(corners(source.transform, source.width, source.height))


def _crs(source: rasterio.DatasetReader) -> pyproj.CRS | None:
    if source.crs is None:
        return None
    try:
        crs = pyproj.CRS.from_wkt(source.crs.to_wkt())
    except pyproj.exceptions.CRSError:
        return None
    return crs if crs.is_geographic or crs.is_projected else None


def _about_cells(
    source: rasterio.DatasetReader, file: str, kind: Kind, seen: Survey, facts: RasterFacts
) -> list[Finding]:
    """Say what was read, and what stands in cells that is no value."""
    findings = []
    cells = source.width * source.height
    if not seen.whole:
        findings.append(finding("raster-large", file=file, cells=cells, looked=seen.cells))
    if seen.cut:
        findings.append(
            finding(
                "raster-cut",
                file=file,
                value=f"{seen.cut[0]}",
                parts=len(seen.cut),
                every=seen.parts,
                cells=seen.unreadable,
            )
        )
    nan = 0 if source.nodata is not None and math.isnan(source.nodata) else seen.nan
    if nan or seen.infinite:
        findings.append(finding("raster-not-finite", file=file, nan=nan, infinite=seen.infinite))
    if kind == "people" and seen.negative:
        low = f"{seen.low:g}"
        findings.append(finding("raster-negative", file=file, value=low, cells=seen.negative))
    if source.crs is not None and source.crs.is_geographic and seen.inside:
        small, large = (f"{size:.4g}" for size in seen.km2)
        findings.append(finding("raster-degrees", file=file, small=small, large=large))
    findings.append(
        finding(
            "raster-read",
            file=file,
            cells=facts.cells,
            usable=facts.usable,
            empty=facts.empty,
            unreadable=facts.unreadable,
        )
    )
    return findings


def _is_undeclared(source: rasterio.DatasetReader, seen: Survey, value: float) -> bool:
    """Say whether a value in bulk looks like the absence of one, though nothing declares it.

    Small whole numbers above 0 count only where they are the largest that the type can hold.
    """
    cells = seen.suspects[value].cells
    if value in _SURE or abs(value) > 1e30:  # noqa: PLR2004 - the ends of floating point
        return True
    dtype = np.dtype(source.dtypes[0])
    if dtype.kind in "iu" and dtype.itemsize > 1 and np.iinfo(dtype).max == value:
        return True  # a hundred cells of 65535 among millions double a city
    if value > 0 and (dtype.kind not in "iu" or np.iinfo(dtype).max != value):
        return False
    return cells >= _BULK * seen.cells


def _about_undeclared(seen: Survey, undeclared: set[float], file: str) -> list[Finding]:
    return [
        finding(
            "raster-nodata-missing",
            file=file,
            value=f"{value:g}",
            cells=seen.suspects[value].cells,
            share=f"{seen.suspects[value].cells / seen.cells:.1%}",
        )
        for value in sorted(undeclared)
    ]


def _about_people(seen: Survey, facts: RasterFacts, people: float | None) -> list[Finding]:
    """Hold the sum of the cells against the people of the places: counts, or a density."""
    if not people or not seen.inside or not facts.usable_in_districts:
        return []
    if facts.total == 0:
        told = {"people": f"{people:,.0f}", "cells": f"{facts.usable_in_districts}"}
        return [Finding("raster-people-none", facts.file, facts=tuple(told.items()))]
    if facts.total < 0:
        return []
    sums = {
        "counts": facts.total,
        "km2": facts.total_by_km2,
        "ha": facts.total_by_km2 * _HA_IN_KM2,
    }
    off = {unit: abs(math.log(one / people)) for unit, one in sums.items() if one > 0}
    if off["counts"] <= math.log(_FAR):
        return []
    unit = min(off, key=lambda name: off[name])
    told = {
        "counted": f"{sums['counts']:,.0f}",
        "people": f"{people:,.0f}",
        "dense": f"{sums['ha' if unit == 'ha' else 'km2']:,.0f}",
        "per": "ha" if unit == "ha" else "km2",
    }
    fits = unit != "counts" and off[unit] <= math.log(_FITS)
    code = "raster-density" if fits else "raster-people-differ"
    return [Finding(code, facts.file, facts=tuple(told.items()))]


def _facts(
    source: rasterio.DatasetReader, file: str, seen: Survey, covered: float, silent: int
) -> RasterFacts:
    """Sum up; ``silent`` cells hold a value for no data that nothing declares."""
    empty = seen.nodata + seen.nan + seen.infinite + silent
    return RasterFacts(
        file=file,
        width=source.width,
        height=source.height,
        bands=source.count,
        dtype=source.dtypes[0],
        crs="" if source.crs is None else source.crs.to_string(),
        nodata=source.nodata,
        cells=seen.cells,
        usable=seen.cells - empty - seen.unreadable,
        empty=empty,
        unreadable=seen.unreadable,
        low=seen.low if math.isfinite(seen.low) else None,
        high=seen.high if math.isfinite(seen.high) else None,
        in_districts=seen.inside,
        usable_in_districts=seen.usable_inside,
        total=seen.total,
        total_by_km2=seen.total_by_km2,
        covered=covered,
    )
