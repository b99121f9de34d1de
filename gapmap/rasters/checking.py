"""Whether a raster is what a study needs: where it lies, what its cells hold, what is odd."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from rasterio.enums import ColorInterp

from gapmap.errors import InputError
from gapmap.findings import Finding, fail, finding
from gapmap.rasters.declared import declared_nodata
from gapmap.rasters.opening import READING_ERRORS, beside, open_raster
from gapmap.rasters.placing import place_districts
from gapmap.rasters.survey import Survey, survey
from gapmap.rasters.value import RasterFacts

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import rasterio

    from gapmap.region import Region

    Kind = Literal["people", "land_cover", "dem"]

__all__ = ["UNUSABLE", "inspect_raster", "require_usable"]

_BULK: Final = 0.01
"""Share of the cells from which on a doubtful value is taken for an undeclared nodata."""
_SURE: Final = (-9999.0, -99999.0, -999.0)
_FITS: Final = 1.5
"""Times by which a sum may miss the people of the places and still fit them."""
_FAR: Final = 2.0
"""Times from which on it does not."""
_HA_IN_KM2: Final = 100.0
UNUSABLE: Final = (
    *("raster-no-crs", "raster-no-place", "raster-type", "raster-picture"),
    *("raster-no-overlap", "raster-nothing-there", "raster-density"),
)
"""Findings after which nothing can be made of a raster."""


def require_usable(findings: Iterable[Finding]) -> None:
    """Stop at the first finding on a raster of which nothing can be made.

    Raises
    ------
    InputError
        With this finding; further ones of the same kind, and the errors beside them, go with it.
    """
    errors = [one for one in findings if one.severity == "error"]
    stops = [one for one in errors if one.code in UNUSABLE]
    if stops:
        fail(stops[0], also=[one for one in errors if one is not stops[0]])


def inspect_raster(
    path: Path, region: Region, *, kind: Kind, people: float | None = None, unit: str = "auto"
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
    unit
        What the study says that a cell holds: ``count``, ``per_km2``, ``per_ha``, or ``auto``.

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
            return _inspect(source, path, region, kind, (people, unit))
        except READING_ERRORS as error:
            if isinstance(error, InputError):
                raise
            problem = str(error).replace(str(path.absolute()), path.name)
            fail(finding("raster-unreadable", file=path.name, problem=problem))


def _inspect(
    source: rasterio.DatasetReader,
    path: Path,
    region: Region,
    kind: Kind,
    told: tuple[float | None, str],
) -> tuple[tuple[Finding, ...], RasterFacts]:
    file = path.name
    findings = [*_about_form(source, file, kind), *_about_files(source, path)]
    outline, covered, found = place_districts(source, region, file)
    findings += found
    if np.dtype(source.dtypes[0]).kind not in "iuf":
        findings.append(finding("raster-type", file=file, value=source.dtypes[0]))
        return tuple(findings), _facts(source, file, Survey(), covered, set())
    seen = survey(source, outline)
    undeclared = {value for value in seen.suspects if _is_undeclared(source, seen, value)}
    seen.keep_values(undeclared, source.scales[0], source.offsets[0])
    if kind == "people":
        seen.leave_negative()
    facts = _facts(source, file, seen, covered, undeclared)
    findings += _about_cells(source, file, kind, seen, facts)
    findings += _about_undeclared(seen, undeclared, file)
    if kind == "people" and not any(one.code == "raster-picture" for one in findings):
        findings += _about_people(seen, facts, *told)
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
        total = f"{seen.negative_total:,.6g}"
        findings.append(
            finding("raster-negative", file=file, value=low, cells=seen.negative, total=total)
        )
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


def _about_people(
    seen: Survey, facts: RasterFacts, people: float | None, unit: str
) -> list[Finding]:
    """Hold the sum of the cells against the people of the places: counts, or a density."""
    if not seen.inside or not facts.usable_in_districts:
        return []
    file, cells = facts.file, f"{facts.usable_in_districts}"
    if not people:
        nobody = Finding("raster-nobody", file, facts=(("cells", cells),))
        return [nobody] if facts.total == 0 else []
    told = {"people": f"{people:,.0f}"}
    if facts.total == 0:
        told["cells"] = cells
        return [Finding("raster-people-none", file, facts=tuple(told.items()))]
    sums = {
        "count": facts.total,
        "per_km2": facts.total_by_km2,
        "per_ha": facts.total_by_km2 * _HA_IN_KM2,
    }
    off = {name: abs(math.log(one / people)) for name, one in sums.items() if one > 0}
    taken = "count" if unit == "auto" else unit
    if off.get(taken, math.inf) <= math.log(_FAR):
        return []
    best = min((name for name in off if name != taken), key=lambda name: off[name])
    if unit != "auto":
        told |= {"taken": f"{sums[taken]:,.0f}", "best": best, "would": f"{sums[best]:,.0f}"}
        fits = off[best] <= math.log(_FITS)
        code = "raster-unit" if fits else "raster-unit-differs"
        return [Finding(code, file, value=unit, facts=tuple(told.items()))]
    fits = off[best] <= math.log(_FITS)
    per = "ha" if best == "per_ha" else "km2"
    told |= {"counted": f"{sums['count']:,.0f}", "dense": f"{sums['per_' + per]:,.0f}", "per": per}
    code = "raster-density" if fits else "raster-people-differ"
    return [Finding(code, file, facts=tuple(told.items()))]


def _facts(
    source: rasterio.DatasetReader, file: str, seen: Survey, covered: float, undeclared: set[float]
) -> RasterFacts:
    """Sum up; ``undeclared`` are the values for no data that nothing declares."""
    silent = sum(seen.suspects[value].cells for value in undeclared)
    empty = seen.nodata + seen.nan + seen.infinite + seen.left + silent
    return RasterFacts(
        file=file,
        width=source.width,
        height=source.height,
        bands=source.count,
        dtype=source.dtypes[0],
        crs="" if source.crs is None else source.crs.to_string(),
        nodata=source.nodata,
        undeclared=tuple(sorted(undeclared)),
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
