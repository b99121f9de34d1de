"""Cells that are merged over several rows: one value that belongs to each of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import pandas as pd

from gapmap.findings import finding, may_repair

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gapmap.findings import Finding
    from gapmap.tables.value import Table

__all__ = ["MergedRange", "check_overlaps", "fill_down"]

MergedRange = tuple[int, int, int, int]
"""First row, first column, last row, last column; rows from 1, columns from 0."""

_NUMBER: Final = re.compile(r"[+-]?[\d.,]+(?:[eE][+-]?\d+)?%?")
_AREA_CODE: Final = re.compile(
    r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12])\d{4}(?:\d{3}(?:\d{3})?)?"
)
"""Codes of GB/T 2260 and GB/T 10114: counties, towns, villages."""


@dataclass(frozen=True, slots=True)
class _Fill:
    """A row that a merged cell above it reaches, and the value of that cell."""

    first: int
    row: int
    value: str

    @property
    def code(self) -> str:
        """The repair that filling it is.

        A number may be a total of the merged rows (people of three villages) as well as a value
        of each (their minutes to town), and nobody can tell.
        """
        number = _NUMBER.fullmatch(self.value) and not _AREA_CODE.fullmatch(self.value)
        return "merged-number-filled" if number else "merged-filled"


def check_overlaps(merged: Iterable[MergedRange]) -> None:
    """Raise ValueError where ranges overlap in their first columns, as no program writes them."""
    by_column: dict[int, list[tuple[int, int]]] = {}
    for top, left, bottom, _ in merged:
        by_column.setdefault(left, []).append((top, bottom))
    for ranges in by_column.values():
        for (_, bottom), (top, _) in pairwise(sorted(ranges)):
            if top <= bottom:
                raise ValueError(f"merged ranges overlap in row {top}")


def fill_down(
    table: Table,
    merged: Sequence[MergedRange],
    written: Sequence[tuple[int, Sequence[str]]] = (),
) -> Table:
    """Give a table in which a cell merged over rows of data stands in each of them.

    Only rows that hold something of their own are filled, and only in the first column of a
    range: a value written across columns belongs to none but the first. Headers, titles and
    whatever else is no row of data stays as it is.

    Parameters
    ----------
    table
        With its ``places``.
    merged
        Ranges that do not overlap.
    written
        All rows as the sheet has them: a range may begin in a row that is no data, as where a
        town's name is merged over its sub-total and its villages.
    """
    excluded = frozenset(table.excluded)
    asides = {row: cells for row, cells in written if row in excluded}
    names = dict(zip(table.places, table.cells.columns, strict=True))
    rows = table.cells.index
    repaired: set[int] = set()
    found: list[Finding] = []
    columns: dict[str, pd.Series] = {}
    for place, name in names.items():
        ranges = [(top, bottom) for top, left, bottom, _ in merged if left == place]
        tall = [(top, bottom) for top, bottom in ranges if bottom > top and top in rows]
        fills = _fills(table.cells[name], tall) if tall else []
        fills += _fills_from_asides(table.cells[name], ranges, asides, place)
        for code in ("merged-filled", "merged-number-filled"):
            these = [one for one in fills if one.code == code]
            allowed = may_repair(table.repair, code)
            if these:
                found.append(_said(table.file, name, code if allowed else _LEFT[code], these))
            if these and allowed:
                filled = columns.get(name, table.cells[name])
                columns[name] = _with(filled, these)
                repaired |= {one.row for one in these}
    return replace(
        table,
        cells=table.cells.assign(**columns),
        findings=(*table.findings, *found),
        repaired=table.repaired | repaired,
    )


_LEFT: Final = {
    "merged-filled": "merged-left-empty",
    "merged-number-filled": "merged-number-left-empty",
}
"""What is said where a repair is not allowed."""


def _fills(cells: pd.Series, ranges: Sequence[tuple[int, int]]) -> list[_Fill]:
    """Give the empty cells that ranges reach; ``cells`` has the row numbers in order."""
    starts = cells.index.searchsorted([top for top, _ in ranges])
    ends = cells.index.searchsorted([bottom for _, bottom in ranges], side="right")
    texts = cells.to_list()
    return [
        _Fill(int(cells.index[start]), int(cells.index[at]), texts[start])
        for start, end in zip(starts, ends, strict=True)
        for at in range(start + 1, end)
        if texts[start].strip() and not texts[at]
    ]


def _fills_from_asides(
    cells: pd.Series,
    ranges: Sequence[tuple[int, int]],
    asides: dict[int, Sequence[str]],
    place: int,
) -> list[_Fill]:
    """Give the empty cells that ranges reach which begin in a row that is no data."""
    found: list[_Fill] = []
    for top, bottom in ranges:
        value = asides[top][place].strip() if top in asides else ""
        start, end = cells.index.searchsorted([top, bottom + 1]) if value else (0, 0)
        found += [
            _Fill(top, int(row), value)
            for row, cell in zip(cells.index[start:end], cells.iloc[start:end], strict=True)
            if not cell
        ]
    return found


def _with(cells: pd.Series, fills: Sequence[_Fill]) -> pd.Series:
    texts = cells.to_list()
    places = cells.index.get_indexer([one.row for one in fills])
    for place, one in zip(places, fills, strict=True):
        texts[place] = one.value
    return pd.Series(pd.array(texts, dtype="str"), index=cells.index)


def _said(file: str, name: str, code: str, fills: Sequence[_Fill]) -> Finding:
    said = finding(
        code,
        file=file,
        row=fills[0].row,
        field=name,
        value=fills[0].value,
        first=fills[0].first,
        count=len(fills),
        ranges=len({one.first for one in fills}),
    )
    return replace(said, further=tuple(one.row for one in fills[1:]))
