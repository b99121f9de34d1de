"""Heights of the cells, in metres."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from gapmap.findings import finding
from gapmap.rasters.opening import open_raster
from gapmap.surface.aligning import values_on

if TYPE_CHECKING:
    from pathlib import Path

    from gapmap.findings import Finding
    from gapmap.rasters import RasterFacts
    from gapmap.rasters.grid import Grid
    from gapmap.surface.aligning import Lattice

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

__all__ = ["read_heights"]

_LOWEST_M: Final = -500.0
_HIGHEST_M: Final = 9000.0
"""No land lies outside: the shore of the Dead Sea is at -440 m, Mount Everest at 8,849 m."""


def read_heights(
    path: Path, facts: RasterFacts, lattice: Lattice, grid: Grid, districts: Flags
) -> tuple[Floats, tuple[Finding, ...], bool]:
    """Read the height of each cell.

    Parameters
    ----------
    path, facts, lattice
        The raster, what it holds, and how its cells lie.
    grid, districts
        Where heights are wanted, and which of these cells lie in a district.

    Returns
    -------
    Metres, NaN where the raster has none or one that cannot be; what was wrong; whether the
    raster's own cells are those of the grid.
    """
    heights = np.full(grid.shape, np.nan)

    def take(values: Floats, part: tuple[slice, slice]) -> None:
        heights[part] = values

    with open_raster(path) as source:
        same = values_on(
            source,
            grid,
            lattice,
            undeclared=facts.undeclared,
            take=take,
            clean=_possible,
        )
    findings = []
    low, high = facts.low, facts.high
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


def _possible(values: Floats) -> Floats:
    """Take out heights that no land has."""
    return np.where((values >= _LOWEST_M) & (values <= _HIGHEST_M), values, np.nan)
