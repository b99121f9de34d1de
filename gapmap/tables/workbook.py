"""XLSX: what the cells show, as text."""

from __future__ import annotations

import datetime as dt
import re
import warnings
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from gapmap.findings import Finding, fail, finding
from gapmap.tables.text import table_from_rows
from gapmap.tables.value import nearest_known, row_findings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gapmap.tables.value import Table

__all__ = ["as_text", "read_workbook"]

ERRORS: Final = frozenset(
    ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!")
)
LARGEST_BYTES: Final = 4_000_000_000
"""Unpacked size beyond which a workbook is refused: no planner's table is that large."""


def read_workbook(path: Path, *, sheet: str | None = None, repair: str = "safe") -> Table:
    """Read one sheet of an XLSX file; see ``read_table``."""
    with _opened(path, values=True) as book:
        name = _sheet(book, path.name, sheet)
        several = len(book.sheetnames) > 1
        file = f"{path.name}[{name}]" if several else path.name
        rows, errors = _rows(book[name])
    notes = [
        *row_findings("cell-error", file, "", errors),
        *_formulas_without_value(path, name, file),
    ]
    return table_from_rows(iter(rows), file, notes, repair=repair)


@contextmanager
def _opened(path: Path, *, values: bool) -> Iterator[openpyxl.Workbook]:
    """Open a workbook for reading; what openpyxl cannot keep when writing does not matter."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        try:
            with zipfile.ZipFile(path) as archive:
                if sum(part.file_size for part in archive.infolist()) > LARGEST_BYTES:
                    fail(finding("workbook-too-large", file=path.name))
            book = openpyxl.load_workbook(path, read_only=True, data_only=values)
        except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
            fail(finding("workbook-unreadable", file=path.name, problem=error))
        try:
            yield book
        finally:
            book.close()


def _sheet(book: openpyxl.Workbook, file: str, wanted: str | None) -> str:
    """Give the sheet that was asked for, or the only one that holds anything."""
    names: list[str] = [sheet.title for sheet in book.worksheets]
    if wanted is not None:
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
        return wanted
    filled = [name for name in names if _has_content(book[name])]
    if not filled:
        fail(finding("table-empty", file=file))
    if len(filled) > 1:
        fail(finding("sheet-needed", file=file, sheets=", ".join(filled)))
    return filled[0]


def _has_content(sheet: openpyxl.worksheet._read_only.ReadOnlyWorksheet) -> bool:
    sheet.reset_dimensions()
    rows = sheet.iter_rows(values_only=True)
    return any(any(cell not in (None, "") for cell in row) for row in rows)


def _rows(
    sheet: openpyxl.worksheet._read_only.ReadOnlyWorksheet,
) -> tuple[list[tuple[int, list[str]]], list[tuple[int, str]]]:
    """Give the filled rows of a sheet as text, and the cells that hold an Excel error."""
    sheet.reset_dimensions()  # some programs write a wrong size into the file
    rows: list[tuple[int, list[str]]] = []
    errors: list[tuple[int, str]] = []
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells = [as_text(value) for value in row]
        for place, cell in enumerate(cells):
            if cell in ERRORS:
                errors.append((number, cell))
                cells[place] = ""
        if "".join(cells).strip():
            rows.append((number, cells))
    if rows:
        # cells beside the table do not shift a row as in CSV: they are a column without a name
        header = rows[0][1]
        header += [""] * (max(len(cells) for _, cells in rows) - len(header))
    return rows, errors


def as_text(value: object) -> str:
    """Give a cell's value as text, as a planner reads it.

    Examples
    --------
    >>> as_text(440402001001.0), as_text(113.5), as_text(True), as_text(None)
    ('440402001001', '113.5', 'true', '')
    >>> as_text(dt.datetime(2012, 3, 1))
    '2012-03-01'
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)  # noqa: PLR2004 - beyond it a float is no exact integer
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date().isoformat() if midnight else value.isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)


def _formulas_without_value(path: Path, sheet: str, file: str) -> list[Finding]:
    """Name the cells whose formula was never calculated; they are read as empty."""
    with zipfile.ZipFile(path) as archive:
        parts = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        if not any(re.search(rb"<f[ >/]", archive.read(part)) for part in parts):
            return []
    lost: list[tuple[int, str]] = []
    with _opened(path, values=True) as shown, _opened(path, values=False) as written:
        for each in (shown[sheet], written[sheet]):
            each.reset_dimensions()
        pairs = zip(
            shown[sheet].iter_rows(values_only=True),
            written[sheet].iter_rows(values_only=True),
            strict=True,
        )
        for number, (values, formulas) in enumerate(pairs, start=1):
            lost += [
                (number, str(formula))
                for value, formula in zip(values, formulas, strict=False)
                if value is None and formula is not None
            ]
    return list(row_findings("formula-without-value", file, "", lost))
