"""Candidates: points where something could be built, from a planner's file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd

from gapmap.positions import locate
from gapmap.region.rows import Ledger, drop_repeated, fill_ids
from gapmap.region.shapes import fit_shapes
from gapmap.tables import Wanted, find_columns, read_table, texts

if TYPE_CHECKING:
    from pathlib import Path

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
        ``site_id``, ``name`` and ``geometry``, points in the region's CRS.
    findings, rows
        What was wrong in the file, and what became of its rows.
    """

    table: gpd.GeoDataFrame
    findings: tuple[Finding, ...] = ()
    rows: tuple[RowCount, ...] = ()


def read_candidates(
    path: Path, region: Region, *, datum: str = "auto", repair: str = "safe"
) -> Candidates:
    """Read candidate sites; their id, name and coordinates are found by the columns' titles.

    Titles are such as ``id``, ``name``, ``lon``, ``lat``, or ``编号``, ``名称``, ``经度``, ``纬度``
    (see ``tables/synonyms.toml``). A polygon is represented by a point inside it. A row without a
    position is excluded and recorded: nothing can be built nowhere.

    Raises
    ------
    InputError
        For an unusable file, a missing column, or one id with different content.
    """
    ledger = Ledger(read_table(path, repair=repair))
    columns, told = find_columns(ledger.table, "candidates", {}, _COLUMNS)
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
    ledger.drop(nowhere)
    table = gpd.GeoDataFrame({"site_id": codes, "name": names}, geometry=points, crs=region.crs)
    return Candidates(
        table=table[~nowhere].reset_index(drop=True),
        findings=tuple(ledger.findings),
        rows=(ledger.count(),),
    )
