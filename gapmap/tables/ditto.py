"""Cells that only say "the same as above": 同上, 〃."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gapmap.findings import finding, may_repair
from gapmap.tables.columns import BLANKS

if TYPE_CHECKING:
    import pandas as pd

    from gapmap.findings import Finding
    from gapmap.tables.value import Table

__all__ = ["fill_ditto"]

_MARK: Final = (
    r"(?i)^(?:[-–—\s]*(?:〃|″|\"|”|“|''|′′)[-–—\s]*|[（(]?(?:同上|同前)[）)]?"
    r"|ditto|do\.|dto\.?|idem)$"
)


def fill_ditto(table: Table) -> Table:
    """Give a table in which such a cell has what stands above it.

    Above is the row of data before it; where that is empty, or where the study allows no repairs,
    the cell is empty.
    """
    columns: dict[str, pd.Series] = {}
    found: list[Finding] = []
    repaired: set[int] = set()
    allowed = may_repair(table.repair, "cell-ditto-filled")
    for name in table.cells.columns:
        cells = table.cells[name]
        text = pc.utf8_trim(pa.array(cells, pa.large_string()), characters=BLANKS)
        marked = np.asarray(pc.match_substring_regex(text, _MARK).to_numpy(zero_copy_only=False))
        if not marked.any():
            continue
        plain = cells.mask(marked, None).ffill() if allowed else cells.mask(marked, "")
        columns[str(name)] = made = plain.fillna("").astype("str")
        rows = cells.index[marked]
        filled = allowed & (made[rows] != "")
        for which, code in (
            (rows[filled], "cell-ditto-filled"),
            (rows[~filled], "cell-ditto-left-empty"),
        ):
            if len(which):
                found.append(_said(code, table, cells, made, which))
        repaired |= {int(row) for row in rows[filled]}
    if not columns:
        return table
    return replace(
        table,
        cells=table.cells.assign(**columns),
        findings=(*table.findings, *found),
        repaired=table.repaired | repaired,
    )


def _said(code: str, table: Table, cells: pd.Series, made: pd.Series, rows: pd.Index) -> Finding:
    said = finding(
        code,
        file=table.file,
        row=int(rows[0]),
        field=str(cells.name),
        value=cells[rows[0]].strip(BLANKS),
        count=len(rows),
        example=made[rows[0]],
    )
    return replace(said, further=tuple(int(row) for row in rows[1:]))
