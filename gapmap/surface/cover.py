"""Cover: the class of every cell, and how fast one walks over it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from gapmap.findings import fail, finding
from gapmap.rasters.opening import open_raster
from gapmap.surface.aligning import values_on
from gapmap.surface.coarser import LARGEST, about_shut, look_finer

if TYPE_CHECKING:
    from pathlib import Path

    from gapmap.findings import Finding
    from gapmap.rasters import RasterFacts
    from gapmap.rasters.grid import Grid
    from gapmap.surface.aligning import Lattice
    from gapmap.surface.coarser import Finer
    from gapmap.surface.speeds import Speeds

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]
    Codes = npt.NDArray[np.int32]

__all__ = ["Cover", "read_cover", "same_everywhere"]

_NONE: Final = -(2**31)
"""The code of a cell without a class."""
_SHOWN: Final = 10
_COARSER: Final = 1.01
"""Cells so many times as wide as the raster's may lose some of its classes."""
_SLOW_KMH: Final = 2.0
_M2_IN_KM2: Final = 1e6


class Cover(NamedTuple):
    """Land without roads; arrays have the grid's shape.

    Attributes
    ----------
    kmh
        Speed as the study gives it; 0 where nobody gets through, NaN where nothing tells it.
    classes
        The table that :attr:`gapmap.surface.Surface.classes` describes.
    findings
        What was wrong and assumed.
    same
        Whether the raster's own cells are those of the grid.
    """

    kmh: Floats
    classes: pd.DataFrame
    findings: tuple[Finding, ...]
    same: bool


def same_everywhere(kmh: float, grid: Grid, districts: Flags) -> Cover:
    """Give land that has one speed everywhere."""
    cells = np.array([grid.height * grid.width])
    inside = np.array([int(districts.sum())])
    table = _table(grid, (pd.array([pd.NA], "Int64"), [""], np.array([kmh])), cells, inside)
    said = finding("surface-one-speed", value=f"{kmh:g}")
    return Cover(np.full(grid.shape, kmh), table, (said,), same=True)


def read_cover(
    path: Path,
    facts: RasterFacts,
    lattice: Lattice,
    grid: Grid,
    districts: Flags,
    speeds: Speeds,
) -> Cover:
    """Read classes of land cover, and give each cell its speed.

    Parameters
    ----------
    path, facts, lattice
        The raster, what it holds, and how its cells lie.
    grid, districts
        Where cells are wanted, and which of them lie in a district.
    speeds
        By class.

    Raises
    ------
    InputError
        No class of the raster has a speed above 0.
    """
    codes = np.full(grid.shape, _NONE, np.int32)
    odd = np.zeros(1, np.int64)

    def take(values: Floats, part: tuple[slice, slice]) -> None:
        whole = (values == np.rint(values)) & (np.abs(values) <= LARGEST)
        odd[0] += int((~whole & ~np.isnan(values)).sum())
        codes[part] = np.where(whole, values, _NONE).astype(np.int32)

    with open_raster(path) as source:
        same = values_on(source, grid, lattice, undeclared=facts.undeclared, take=take)
        finer = None
        if grid.transform.a > _COARSER * lattice.cell_m:
            finer = look_finer(source, grid, lattice, speeds.by_class, facts.undeclared)
    found, which = _numbered(codes)
    cells = np.bincount(which.ravel(), minlength=len(found))
    inside = np.bincount(which[districts], minlength=len(found))
    by_class = np.array([speeds.by_class.get(int(code), np.nan) for code in found], float)
    by_class[found == _NONE] = np.nan
    there = found != _NONE
    ids = pd.array([int(code) if code != _NONE else pd.NA for code in found], "Int64")
    names = [speeds.names.get(int(code), "") for code in found]
    table = _table(grid, (ids, names, by_class), cells, inside)
    if odd[0] and not there.any():
        fail(finding("surface-class-none", file=path.name, cells=int(odd[0])))
    if not (by_class[there] > 0).any():
        seen = _listed([str(code) for code in found[there]]) or "–"
        also = [one for one in speeds.findings if one.severity != "note"]  # they may be why
        if odd[0]:
            also.insert(0, finding("surface-class-fraction", file=path.name, cells=int(odd[0])))
        fail(finding("surface-nothing-passable", file=path.name, value=seen), also=also)
    kmh = by_class[which]
    findings = []
    if finer is not None:
        findings = about_shut(path.name, finer, kmh, lattice, grid)
        table = _with_lost(table, finer, speeds)
    findings += _about(path.name, table, speeds, int(odd[0]))
    return Cover(kmh, table, tuple(findings), same)


def _with_lost(table: pd.DataFrame, finer: Finer, speeds: Speeds) -> pd.DataFrame:
    """Add the classes that no cell of the grid took from the raster."""
    seen = set(table["class"].dropna().astype(int))
    lost = sorted(set(finer.cells) - seen)
    if not lost:
        return table
    more = pd.DataFrame(
        {
            "class": pd.array(lost, "Int64"),
            "name": [speeds.names.get(code, "") for code in lost],
            "kmh": [speeds.by_class.get(code, np.nan) for code in lost],
            "cells": 0,
            "km2": 0.0,
            "share": 0.0,
            "used": False,
        }
    )
    every = pd.concat([table, more], ignore_index=True)
    return every.sort_values("class", na_position="first", ignore_index=True)


def _numbered(codes: Codes) -> tuple[Codes, npt.NDArray[np.int32]]:
    """Give the codes that occur, and of each cell the number of its own among them."""
    known = codes[codes != _NONE]
    low, high = (int(known.min()), int(known.max())) if known.size else (0, 0)
    if high - low > 10**7:
        found, which = np.unique(codes, return_inverse=True)
        return found, which.reshape(codes.shape).astype(np.int32)
    there = np.zeros(high - low + 2, bool)
    there[0] = (codes == _NONE).any()
    there[known - low + 1] = True
    number = (np.cumsum(there) - 1).astype(np.int32)
    found = (np.flatnonzero(there) + low - 1).astype(np.int32)
    if there[0]:
        found[0] = _NONE
    return found, number[np.where(codes == _NONE, 0, codes - low + 1)]


def _table(
    grid: Grid,
    told: tuple[pd.api.extensions.ExtensionArray, list[str], Floats],
    cells: npt.NDArray[np.int64],
    inside: npt.NDArray[np.int64],
) -> pd.DataFrame:
    ids, names, kmh = told
    size = abs(grid.transform.determinant) / _M2_IN_KM2
    return pd.DataFrame(
        {
            "class": ids,
            "name": pd.Series(names, dtype=str),
            "kmh": kmh,
            "cells": cells.astype(np.int64),
            "km2": cells * size,
            "share": inside / max(int(inside.sum()), 1),
            "used": np.nan_to_num(kmh) > 0,
        }
    )


def _about(file: str, table: pd.DataFrame, speeds: Speeds, odd: int) -> list[Finding]:
    """Say which classes have no speed, and which speeds no class."""
    findings = []
    there = table["class"].notna()
    if odd:
        findings.append(finding("surface-class-fraction", file=file, cells=odd))
    none = table[~there & (table["share"] > 0)]
    for _, row in none.iterrows():
        told = {"cells": row["cells"], "share": f"{row['share']:.2%}"}
        findings.append(finding("surface-land-unknown", file=file, **told))
    lacking = table[there & table["kmh"].isna()]
    if len(lacking):
        said = [
            f"{row['class']}: {row['cells']:,} ({row['share']:.2%})"
            for _, row in lacking.sort_values("cells", ascending=False).iterrows()
        ]
        findings.append(
            finding(
                "surface-class-missing",
                file=file,
                value=_listed(said),
                classes=len(lacking),
                cells=int(lacking["cells"].sum()),
                share=f"{lacking['share'].sum():.2%}",
            )
        )
    seen = set(table.loc[there, "class"].astype(int))
    unused = [str(code) for code in speeds.by_class if code not in seen]
    if unused:
        findings.append(finding("surface-class-unused", file=file, value=_listed(unused)))
    shut = table[there & (table["kmh"] == 0)]
    if len(shut):
        said = [f"{row['class']} {row['name']}".strip() for _, row in shut.iterrows()]
        told = {"cells": int(shut["cells"].sum()), "share": f"{shut['share'].sum():.2%}"}
        findings.append(finding("surface-class-shut", file=file, value=_listed(said), **told))
    fastest = float(table.loc[there, "kmh"].max())
    if fastest < _SLOW_KMH:
        findings.append(finding("surface-speeds-slow", file=file, value=f"{fastest:g}"))
    return findings


def _listed(said: list[str]) -> str:
    more = ["…"] if len(said) > _SHOWN else []
    return ", ".join([*said[:_SHOWN], *more])
