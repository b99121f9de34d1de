"""Coarser cells: what a land cover has of each class where the cells of the surface are larger."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import affine
import numpy as np
import numpy.typing as npt

from gapmap.findings import finding
from gapmap.rasters.grid import Grid
from gapmap.surface.aligning import values_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import rasterio

    from gapmap.findings import Finding
    from gapmap.surface.aligning import Lattice

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

__all__ = ["LARGEST", "Finer", "about_shut", "look_finer"]

LARGEST: Final = 2**31 - 1
"""No class has a larger number."""


class Finer(NamedTuple):
    """What a raster has within a grid whose cells are larger than its own.

    Attributes
    ----------
    cells
        Of each class, how many of the raster's cells.
    barred
        How many of them have the speed 0.
    shut
        Cells of the grid that have some land of speed 0 in them.
    """

    cells: dict[int, int]
    barred: int
    shut: Flags


def look_finer(
    source: rasterio.DatasetReader,
    grid: Grid,
    lattice: Lattice,
    by_class: Mapping[int, float],
    undeclared: Iterable[float],
) -> Finer:
    """Count a raster's own cells; exactly, where a whole number of them make a cell of the grid.

    Parameters
    ----------
    source, lattice
        An open raster of classes, and how its cells lie.
    grid
        Whose cells are larger.
    by_class
        Speeds.
    undeclared
        Values that stand for none.
    """
    one, times = grid.transform, math.ceil(round(grid.transform.a / lattice.cell_m, 6))
    fine = Grid(
        crs=grid.crs,
        transform=affine.Affine(one.a / times, 0, one.c, 0, one.e / times, one.f),
        height=grid.height * times,
        width=grid.width * times,
    )
    barred = np.array([code for code, kmh in by_class.items() if kmh == 0], float)
    seen: dict[int, int] = {}
    shut = np.zeros(grid.shape, bool)

    def take(values: Floats, part: tuple[slice, slice]) -> None:
        whole = (values == np.rint(values)) & (np.abs(values) <= LARGEST)
        codes, counts = np.unique(values[whole], return_counts=True)
        for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
            seen[int(code)] = seen.get(int(code), 0) + count
        row, column = np.nonzero(np.isin(values, barred))
        shut[(row + part[0].start) // times, (column + part[1].start) // times] = True

    values_on(source, fine, lattice, undeclared=undeclared, take=take)
    share = (fine.transform.a / lattice.cell_m) ** 2
    cells = {code: max(1, round(count * share)) for code, count in seen.items()}
    return Finer(cells, sum(cells.get(int(code), 0) for code in barred), shut)


def about_shut(file: str, finer: Finer, kmh: Floats, lattice: Lattice, grid: Grid) -> list[Finding]:
    """Tell how much of the land of speed 0 the cells of the grid keep."""
    some, kept = int(finer.shut.sum()), int((finer.shut & (kmh == 0)).sum())
    if kept == some:
        return []
    return [
        finding(
            "surface-coarser-shut",
            file=file,
            value=f"{grid.transform.a:g}",
            was=f"{lattice.cell_m:g}",
            own=finer.barred,
            cells=some,
            kept=kept,
            lost=some - kept,
        )
    ]
