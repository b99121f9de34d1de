"""What was strange about a sheet, said with the names of its columns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gapmap.findings import Finding, finding
from gapmap.tables.value import row_findings
from gapmap.tables.xlsx.stream import column_letters

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gapmap.tables.value import Table
    from gapmap.tables.xlsx.cells import Cells, Strange
    from gapmap.tables.xlsx.stream import Outline

__all__ = ["tell"]


def tell(table: Table, cells: Cells, outline: Outline) -> Table:
    """Give the table with findings on its cells, and on what is hidden in the sheet."""
    names = dict(zip(table.places, map(str, table.cells.columns), strict=True))
    found = (
        *_each("cell-error", table.file, names, cells.errors),
        *_each("formula-without-value", table.file, names, cells.uncalculated),
        *_percents(table.file, names, cells),
        *_hidden_rows(table, cells),
        *_hidden_columns(table.file, names, outline),
    )
    return replace(table, findings=(*table.findings, *found))


def _each(
    code: str, file: str, names: dict[int, str], cells: Iterable[Strange]
) -> Iterable[Finding]:
    """Give a finding for each cell, in the order of the sheet."""
    by_column: dict[int, list[tuple[int, str]]] = {}
    for cell in cells:
        by_column.setdefault(cell.column, []).append((cell.row, cell.value))
    for column, rows in sorted(by_column.items()):
        yield from row_findings(code, file, _name(names, column), rows)


def _name(names: dict[int, str], column: int) -> str:
    """Give the name of a column, or its letters where it has none."""
    return names.get(column) or column_letters(column)


def _percents(file: str, names: dict[int, str], cells: Cells) -> Iterable[Finding]:
    for column, count in sorted(cells.percents.items()):
        row, value = cells.first_percents[column]
        name = _name(names, column)
        yield finding(
            "cell-percent",
            file=file,
            row=row,
            field=name,
            value=f"{float(value) * 100:.10g}%",
            example=value,
            count=count,
        )


def _hidden_rows(table: Table, cells: Cells) -> Iterable[Finding]:
    data = {*table.cells.index, *table.excluded}
    hidden = [row for row in cells.hidden if row in data]
    if hidden:
        said = finding("rows-hidden", file=table.file, row=hidden[0], count=len(hidden))
        yield replace(said, further=tuple(hidden[1:]))


def _hidden_columns(file: str, names: dict[int, str], outline: Outline) -> Iterable[Finding]:
    hidden = [
        name
        for place, name in names.items()
        if any(first <= place <= last for first, last in outline.hidden_columns)
    ]
    if hidden:
        yield finding("columns-hidden", file=file, value=", ".join(hidden), count=len(hidden))
