"""XLSX: what the cells of one sheet show, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapmap.findings import fail, finding
from gapmap.tables.ditto import fill_ditto
from gapmap.tables.rows import table_from_rows
from gapmap.tables.sexagesimal import join_degrees
from gapmap.tables.value import nearest_known
from gapmap.tables.xlsx.book import read_book
from gapmap.tables.xlsx.cells import Cells, has_content
from gapmap.tables.xlsx.formats import as_text
from gapmap.tables.xlsx.kinds import refuse_lock_file
from gapmap.tables.xlsx.merges import check_overlaps, fill_down
from gapmap.tables.xlsx.package import opened
from gapmap.tables.xlsx.stream import Outline, rows_of
from gapmap.tables.xlsx.telling import tell

if TYPE_CHECKING:
    from pathlib import Path

    from gapmap.findings import Finding
    from gapmap.tables.value import Table
    from gapmap.tables.xlsx.book import Book, Sheet
    from gapmap.tables.xlsx.package import Package

__all__ = ["as_text", "read_workbook"]


def read_workbook(path: Path, *, sheet: str | None = None, repair: str = "safe") -> Table:
    """Read one sheet of an XLSX file; see ``read_table``.

    Hidden rows and columns, filtered ones among them, are data like any others; a warning counts
    them. A hidden sheet is read only if ``sheet`` names it. Macros, links and everything else
    that is no cell of the sheet are not looked at.
    """
    refuse_lock_file(path)
    with opened(path) as package:
        book = read_book(package)
        chosen, notes = _choose(package, book, sheet)
        several = len(book.sheets) > 1
        file = f"{path.name}[{chosen.name}]" if several else path.name
        outline, cells = Outline(), Cells(book)
        cells.read(rows_of(package, chosen.part, outline))
        check_overlaps(outline.merged)
    cells.finish(file)
    merged = outline.merged
    table = table_from_rows(iter(cells.rows), file, notes, repair=repair, merged=merged)
    return fill_ditto(join_degrees(fill_down(tell(table, cells, outline), merged, cells.rows)))


def _choose(package: Package, book: Book, wanted: str | None) -> tuple[Sheet, list[Finding]]:
    """Give the sheet that was asked for, or the only visible one that holds anything."""
    file = package.file
    if wanted is not None:
        return _named(file, book, wanted)
    filled = [
        one for one in book.sheets if has_content(book, rows_of(package, one.part, Outline()))
    ]
    shown = [one for one in filled if not one.hidden]
    hidden = ", ".join(one.name for one in filled if one.hidden)
    if not filled:
        fail(finding("table-empty", file=file))
    if not shown:
        fail(finding("sheets-all-hidden", file=file, sheets=hidden))
    if len(shown) > 1:
        fail(finding("sheet-needed", file=file, sheets=", ".join(one.name for one in shown)))
    return shown[0], [finding("sheets-hidden", file=file, sheets=hidden)] if hidden else []


def _named(file: str, book: Book, wanted: str) -> tuple[Sheet, list[Finding]]:
    names = [one.name for one in book.sheets]
    if wanted not in names:
        fail(
            finding(
                "sheet-missing",
                file=file,
                value=wanted,
                **nearest_known(wanted, names),
                sheets=", ".join(names),
            )
        )
    sheet = book.sheets[names.index(wanted)]
    return sheet, [finding("sheet-is-hidden", file=file, value=wanted)] if sheet.hidden else []
