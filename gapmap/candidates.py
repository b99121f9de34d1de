"""Candidates: points where something could be built, from a planner's file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd

from gapmap.positions import locate
from gapmap.region.rows import Ledger, drop_repeated, fill_ids
from gapmap.region.shapes import fit_shapes
from gapmap.tables import Wanted, find_columns, numbers, read_table, texts
from gapmap.tables.columns import without_blank_words

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from gapmap.findings import Finding
    from gapmap.region import Region
    from gapmap.tables import RowCount

__all__ = ["Candidates", "read_candidates"]

_COLUMNS = Wanted(needed=("id", "name", "position"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Candidate sites.

    Attributes
    ----------
    table
        ``site_id``, ``name``, ``cost`` where the study names its column (NaN unknown, and below 0
        as it stands), and ``geometry``, points in the region's CRS.
    findings, rows
        What was wrong in the file, and what became of its rows.
    """

    table: gpd.GeoDataFrame
    findings: tuple[Finding, ...] = ()
    rows: tuple[RowCount, ...] = ()


def read_candidates(
    path: Path,
    region: Region,
    *,
    datum: str = "auto",
    repair: str = "safe",
    cost_column: str = "",
    cost: float | None = None,
) -> Candidates:
    """Read candidate sites; their id, name and coordinates are found by the columns' titles.

    Titles are such as ``id``, ``name``, ``lon``, ``lat``, or ``编号``, ``名称``, ``经度``, ``纬度``
    (see ``tables/synonyms.toml``). A polygon is represented by a point inside it. A row without a
    position is excluded and recorded: nothing can be built nowhere.

    Parameters
    ----------
    path
        The file.
    region
        Whose CRS the points are brought into.
    datum
        In what the coordinates are; ``auto``: as the file declares.
    repair
        How far the file may be repaired: one of ``gapmap.findings.REPAIRS``.
    cost_column, cost
        The column of costs, and what holds where its cell is empty; a cell that is not empty but
        cannot be read stays unknown, and a finding says so.

    Raises
    ------
    InputError
        For an unusable file, a missing column, or one id with different content.
    """
    ledger = Ledger(read_table(path, repair=repair))
    named = {"cost": cost_column or None}
    columns, told = find_columns(ledger.table, "candidates", named, _COLUMNS)
    ledger.add(told)
    drop_repeated(ledger, columns["id"])
    x, y = columns.get("x"), columns.get("y")
    positions = locate(ledger.table, crs=region.crs, datum=datum, x=x, y=y, near=region.around)
    ledger.add_positions(positions)
    names = texts(ledger.table, columns["name"])
    points, _ = fit_shapes(ledger, positions.geometry, names)
    nowhere = points.isna()
    ledger.each("candidate-nowhere", nowhere, names)
    codes = fill_ids(ledger, columns["id"])
    told_of = {"site_id": codes, "name": names}
    if cost_column:
        told_of["cost"] = _costs(ledger, columns["cost"], cost)
    ledger.drop(nowhere)
    table = gpd.GeoDataFrame(told_of, geometry=points, crs=region.crs)
    return Candidates(
        table=table[~nowhere].reset_index(drop=True),
        findings=tuple(ledger.findings),
        rows=(ledger.count(),),
    )


def _costs(ledger: Ledger, column: str, otherwise: float | None) -> pd.Series:
    """Read the costs; ``otherwise`` holds where a cell says nothing."""
    read, told = numbers(ledger.table, column)
    ledger.add_cells(told)
    if otherwise is None:
        return read
    cells, _ = without_blank_words(ledger.table, column, texts(ledger.table, column))  # told above
    return read.mask(cells == "", otherwise)
