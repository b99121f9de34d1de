"""CSV: encodings, separators, ragged rows, and row numbers as a spreadsheet shows them."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from gapmap.findings import Finding, fail, finding
from gapmap.tables.value import Table, row_findings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Grid", "decode", "read_text", "table_from_grid"]

SEPARATORS: Final = (",", "\t", ";")
MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
LONGEST_CELL: Final = 131_072
"""Characters; Python's own limit. A longer cell is a quotation mark that was never closed."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of text cells with their physical row numbers; the first row is the header."""

    numbers: Sequence[int]
    rows: Sequence[Sequence[str]]


def read_text(path: Path) -> Table:
    """Read a CSV file; see ``read_table``."""
    text, notes = decode(path.read_bytes(), path.name)
    return table_from_grid(_records(text, path.name), path.name, notes)


def decode(raw: bytes, file: str) -> tuple[str, tuple[Finding, ...]]:
    """Turn bytes into text: by the mark, else strict UTF-8, else strict GB18030, else an error.

    Nothing is replaced or dropped: bytes that are no text in either encoding stop the reading
    with their row and byte.
    """
    for mark, encoding in MARKS:
        if raw.startswith(mark):
            return _decode_strictly(raw[len(mark) :], encoding, file, len(mark)), ()
    if b"\x00" in raw:
        fail(finding("text-encoding", file=file, **_place(raw, raw.index(b"\x00"))))
    try:
        return raw.decode("utf-8"), ()
    except UnicodeDecodeError as utf8:
        try:
            text = raw.decode("gb18030")
        except UnicodeDecodeError as gb18030:
            fail(finding("text-encoding", file=file, **_place(raw, max(utf8.start, gb18030.start))))
        return text, (finding("text-gb18030", file=file),)


def _decode_strictly(raw: bytes, encoding: str, file: str, skipped: int) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode(encoding)
        place = {"row": before.count("\n") + 1, "byte": error.start + skipped + 1}
        fail(finding("text-encoding", file=file, **place))


def _place(raw: bytes, start: int) -> dict[str, int]:
    return {"row": raw.count(b"\n", 0, start) + 1, "byte": start + 1}


def _records(text: str, file: str) -> Grid:
    """Split text into records; blank ones are counted as rows of the sheet and left out."""
    separator, skip = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    numbers: list[int] = []
    rows: list[list[str]] = []
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            if number > skip and any(row) and any(cell.strip() for cell in row):
                numbers.append(number)
                rows.append(row)
    except csv.Error as error:
        fail(finding("text-quotes", file=file, row=number + 1, problem=error, limit=LONGEST_CELL))
    return Grid(numbers, rows)


def _separator(text: str) -> tuple[str, int]:
    """Give the separator by the first line with content, and how many rows precede the table.

    Excel writes and reads ``sep=;`` as a first line; it is obeyed and is not a header.
    """
    start = re.search(r"\S[^\r\n]*", text)
    line = start.group() if start else ""
    told = re.fullmatch(r'"?sep=([,;\t|])"?\s*', line)
    if told and start:
        return told.group(1), text.count("\n", 0, start.start()) + 1
    outside = re.sub(r'"[^"]*"', "", line)
    return max(SEPARATORS, key=outside.count), 0


def table_from_grid(grid: Grid, file: str, notes: Sequence[Finding] = ()) -> Table:
    """Make a table of a grid: header names, padding, rows that do not fit.

    A row with too few cells is filled up with empty ones, which loses nothing. A row with more
    filled cells than the header has columns cannot be trusted in any column (as a rule a comma
    stands inside a name), so it is left out and recorded.
    """
    if not grid.rows:
        fail(finding("table-empty", file=file))
    width = max(len(grid.rows[0]), 1)
    rows, numbers, too_long = _fitted(grid, width)
    names, header_findings = _header(grid.rows[0], rows, file)
    index = pd.Index(numbers, dtype="int64", name="row")
    columns = zip(*rows, strict=True) if rows else [()] * width
    cells = {
        name: pd.array(column, dtype="str")
        for name, column in zip(names, columns, strict=True)
        if name
    }
    return Table(
        file=file,
        cells=pd.DataFrame(cells, index=index),
        findings=(
            *notes,
            *header_findings,
            *row_findings("row-too-long", file, "", too_long, columns=width),
            *([] if len(grid.rows) > 1 else [finding("table-without-rows", file=file)]),
        ),
        excluded=tuple(number for number, _ in too_long),
    )


def _fitted(grid: Grid, width: int) -> tuple[list[Sequence[str]], list[int], list[tuple[int, str]]]:
    """Bring every row below the header to ``width`` cells, or name it as too long."""
    rows: list[Sequence[str]] = []
    numbers: list[int] = []
    too_long: list[tuple[int, str]] = []
    for number, row in zip(grid.numbers[1:], grid.rows[1:], strict=True):
        if len(row) == width:
            fitted = row
        elif len(row) < width:
            fitted = [*row, *[""] * (width - len(row))]
        elif any(cell.strip() for cell in row[width:]):
            too_long.append((number, " | ".join(row)))
            continue
        else:
            fitted = row[:width]
        rows.append(fitted)
        numbers.append(number)
    return rows, numbers, too_long


def _header(
    cells: Sequence[str], rows: Sequence[Sequence[str]], file: str
) -> tuple[list[str], list[Finding]]:
    """Give each column its own name; "" for a column without name and content."""
    names: list[str] = []
    found: list[Finding] = []
    for place, cell in enumerate(cells):
        name = " ".join(cell.replace("\ufeff", "").split())
        if not name and any(row[place].strip() for row in rows):
            name = _free(f"column {place + 1}", names, cells)
            found.append(finding("header-empty", file=file, field=name, number=place + 1))
        elif name and name in names:
            twice, name = name, _free(name, names, cells)
            found.append(finding("header-twice", file=file, field=twice, name=name))
        names.append(name)
    return names, found


def _free(name: str, taken: Sequence[str], cells: Sequence[str]) -> str:
    """Give ``name``, or ``name (2)`` and so on where it is taken."""
    taken = {*taken, *(" ".join(cell.split()) for cell in cells)}
    number = 2
    candidate = name
    while candidate in taken:
        candidate = f"{name} ({number})"
        number += 1
    return candidate
