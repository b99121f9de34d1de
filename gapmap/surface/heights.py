"""Heights of the cells, in metres."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from gapmap.findings import fail, finding, may_repair
from gapmap.rasters.opening import open_raster
from gapmap.surface.aligning import values_on

if TYPE_CHECKING:
    from pathlib import Path

    import rasterio

    from gapmap.findings import Finding
    from gapmap.rasters import RasterFacts
    from gapmap.rasters.grid import Grid
    from gapmap.surface.aligning import Lattice

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

__all__ = ["height_unit", "possible", "read_heights"]

_LOWEST_M: Final = -500.0
_HIGHEST_M: Final = 9000.0
"""No land lies outside: the shore of the Dead Sea is at -440 m, Mount Everest at 8,849 m."""
_FOOT_M: Final = 0.3048
_SURVEY_FOOT_M: Final = 1200 / 3937
_FEET: Final = {
    **dict.fromkeys(("ft", "foot", "feet", "international foot", "international feet"), _FOOT_M),
    **dict.fromkeys(("us-ft", "us ft", "ftus", "ft-us", "us foot", "us feet"), _SURVEY_FOOT_M),
    **dict.fromkeys(("us survey foot", "us survey feet", "survey foot"), _SURVEY_FOOT_M),
    "英尺": _FOOT_M,
}
"""Metres in the unit that a band declares."""


def read_heights(
    path: Path,
    facts: RasterFacts,
    lattice: Lattice,
    grid: Grid,
    districts: Flags,
    *,
    repair: str = "safe",
) -> tuple[Floats, tuple[Finding, ...], bool]:
    """Read the height of each cell.

    Parameters
    ----------
    path, facts, lattice
        The raster, what it holds, and how its cells lie.
    grid, districts
        Where heights are wanted, and which of these cells lie in a district.
    repair
        Whether heights in feet may be converted: one of ``gapmap.findings.REPAIRS``.

    Returns
    -------
    Metres, NaN where the raster has none or one that cannot be; what was wrong; whether the
    raster's own cells are those of the grid.

    Raises
    ------
    InputError
        The band says that its heights are in feet, and they must not be converted.
    """
    heights = np.full(grid.shape, np.nan)

    def take(values: Floats, part: tuple[slice, slice]) -> None:
        heights[part] = values

    with open_raster(path) as source:
        factor, told = height_unit(source, facts, repair=repair)
        same = values_on(
            source,
            grid,
            lattice,
            undeclared=facts.undeclared,
            take=take,
            clean=lambda values: possible(values * factor),
        )
    findings, (low, high) = [*told], (facts.low, facts.high)
    if low is not None and high is not None:
        low, high = low * factor, high * factor
    if low is not None and high is not None and not _LOWEST_M <= low <= high <= _HIGHEST_M:
        said = finding(
            "surface-height-odd",
            file=path.name,
            value=f"{low:g} – {high:g}",
            least=f"{_LOWEST_M:g}",
            most=f"{_HIGHEST_M:g}",
        )
        findings.append(said)
    flat = int((np.isnan(heights) & districts).sum())
    if flat:
        share = f"{flat / max(int(districts.sum()), 1):.2%}"
        findings.append(finding("surface-height-unknown", file=path.name, cells=flat, share=share))
    return heights, tuple(findings), same


def height_unit(
    source: rasterio.DatasetReader, facts: RasterFacts, *, repair: str = "safe"
) -> tuple[float, tuple[Finding, ...]]:
    """Give how many metres the unit of a band's heights has, and say so where they are no metres.

    Raises
    ------
    InputError
        The band says that its heights are in feet, and they must not be converted.
    """
    unit = (source.units[0] or "").strip()
    factor = _FEET.get(" ".join(unit.lower().replace("_", " ").replace(".", "").split()), 1.0)
    if factor == 1:
        return factor, ()
    if not may_repair(repair, "surface-height-feet"):
        fail(finding("surface-height-feet-kept", file=facts.file, value=unit))
    if facts.high is None:
        return factor, ()
    said = finding(
        "surface-height-feet",
        file=facts.file,
        value=unit,
        cells=facts.usable,
        was=f"{facts.high:,.6g}",
        now=f"{facts.high * factor:,.1f}",
    )
    return factor, (said,)


def possible(values: Floats) -> Floats:
    """Take out heights that no land has."""
    return np.where((values >= _LOWEST_M) & (values <= _HIGHEST_M), values, np.nan)
