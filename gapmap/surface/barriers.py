"""Barriers: lines that nobody crosses and areas that nobody enters, but on a road or by ferry."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from gapmap.findings import fail, finding
from gapmap.network.lines import is_line
from gapmap.positions import locate
from gapmap.region.polygons import is_polygon, mend
from gapmap.region.rows import Ledger, fail_for_all
from gapmap.tables import read_table

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from gapmap.findings import Finding
    from gapmap.network import Network
    from gapmap.rasters.grid import Grid
    from gapmap.region import Region
    from gapmap.region.polygons import Mended
    from gapmap.tables import RowCount, Table

    Flags = npt.NDArray[np.bool_]

__all__ = ["Barriers", "about_extent", "read_barriers", "with_network"]


class Barriers(NamedTuple):
    """What is closed but for roads and ferries, in the metric CRS.

    Attributes
    ----------
    lines, areas
        Lines that nobody crosses, and areas that nobody enters.
    findings, rows
        What was wrong in the file, and what became of its rows.
    """

    lines: tuple[shapely.Geometry, ...] = ()
    areas: tuple[shapely.Geometry, ...] = ()
    findings: tuple[Finding, ...] = ()
    rows: tuple[RowCount, ...] = ()


def read_barriers(
    path: Path, region: Region, *, datum: str = "auto", repair: str = "safe"
) -> Barriers:
    """Read a vector file of lines and areas; holes in areas are open.

    An area that crosses itself is mended where that changes it by less than 0.1 %. A row that is
    neither a line nor an area is left out.

    Parameters
    ----------
    path
        The file, in the coordinates that it declares.
    region
        Whose CRS the answer is in.
    datum
        What its coordinates are in; ``auto``: as the file declares.
    repair
        How far the file may be repaired: one of ``gapmap.findings.REPAIRS``.

    Raises
    ------
    InputError
        It has neither lines nor areas, or an area of which nobody can tell what is inside.
    CrsError
        It does not say in which coordinates it is.
    """
    with np.errstate(invalid="ignore"):  # coordinates that are no numbers are told below
        ledger = Ledger(read_table(path, repair=repair))
        table = ledger.table
        positions = locate(table, crs=region.crs, datum=datum)
        shapes = positions.geometry.to_numpy().copy()
        drawn = is_line(shapes)
    areas = shapes.copy()
    areas[~is_polygon(shapes)] = None
    mended = mend(areas, repair=repair)
    unclear = mended.broken & ((mended.drawn_m2 > 0) | (mended.valid_m2 > 0))
    index = table.cells.index
    fail_for_all(_told("polygon-broken", table, mended, unclear))
    wide = shapely.area(mended.shapes) > 0
    if not (drawn | wide).any():
        fail(finding("surface-barriers-none", file=table.file))
    none = pd.Series("", index=index)
    ledger.add_positions(positions)
    ledger.each("polygon-repaired", pd.Series(mended.repaired, index=index), none)
    ledger.add(_told("polygon-remade", table, mended, mended.remade))
    ledger.repaired |= {int(row) for row in index[mended.repaired | mended.remade]}
    lost = pd.Series(~(drawn | wide), index=index)
    ledger.each("surface-barrier-row", lost, none)
    ledger.drop(lost)
    return Barriers(
        lines=tuple(shapes[drawn]),
        areas=tuple(mended.shapes[wide]),
        findings=tuple(ledger.findings),
        rows=(ledger.count(),),
    )


def _told(code: str, table: Table, mended: Mended, which: Flags) -> list[Finding]:
    return [
        finding(code, file=table.file, row=int(row), value=row, **mended.areas(at))
        for at, row in zip(np.flatnonzero(which).tolist(), table.cells.index[which], strict=True)
    ]


def about_extent(barriers: Barriers, grid: Grid, file: str) -> list[Finding]:
    """Count the barriers that lie off the grid: a warning where all do, a note where some do."""
    shapes = np.array([*barriers.lines, *barriers.areas], object)
    frame = shapely.box(*grid.bounds)
    near = shapely.intersects(frame, shapes)
    partly = int((near & ~shapely.covers(frame, shapes)).sum())
    off = int((~near).sum())
    if not off:
        return []
    code = "surface-barriers-partly-off" if near.any() else "surface-barriers-off"
    return [finding(code, file=file, count=off, shapes=len(shapes), partly=partly)]


def with_network(barriers: Barriers, network: Network | None) -> Barriers:
    """Add the network's water and borders; its roads end at borders already."""
    if network is None:
        return barriers
    return barriers._replace(
        lines=(*barriers.lines, *(one for one in (network.borders,) if one is not None)),
        areas=(*barriers.areas, *(one for one in (network.water,) if one is not None)),
    )
