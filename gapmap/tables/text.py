"""CSV: encodings, separators, ragged rows, and row numbers as a spreadsheet shows them."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Final, NoReturn

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from gapmap.findings import Finding, fail, finding
from gapmap.tables.value import Table, row_findings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["decode", "read_text", "table_from_rows"]

SEPARATORS: Final = (",", "\t", ";")
MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
BATCH: Final = 20_000
"""Rows that are packed into columns at once."""
LONGEST_CELL: Final = 131_072
"""Characters; Python's own limit. A longer cell is a quotation mark that was never closed."""


def read_text(path: Path, *, repair: str = "safe") -> Table:
    """Read a CSV file; see ``read_table``."""
    text, notes = decode(path.read_bytes(), path.name)
    return table_from_rows(_records(text, path.name), path.name, notes, repair=repair)


def decode(raw: bytes, file: str) -> tuple[str, tuple[Finding, ...]]:
    """Turn bytes into text: by the mark, else strict UTF-8, else strict GB18030, else an error.

    Nothing is replaced or dropped: bytes that are no text in either encoding stop the reading
    with their row and byte.
    """
    for mark, encoding in MARKS:
        if raw.startswith(mark):
            return _decode_strictly(raw[len(mark) :], encoding, file, len(mark)), ()
    if b"\x00" in raw:
        _refuse(raw, raw.index(b"\x00"), file)
    try:
        return raw.decode("utf-8"), ()
    except UnicodeDecodeError as utf8:
        try:
            text = raw.decode("gb18030")
        except UnicodeDecodeError as gb18030:
            _refuse(raw, max(utf8.start, gb18030.start), file)
        return text, (finding("text-gb18030", file=file),)


def _decode_strictly(raw: bytes, encoding: str, file: str, skipped: int) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        row = raw[: error.start].decode(encoding).count("\n") + 1
        byte = error.start + skipped + 1
        fail(finding("text-encoding", file=file, row=row, byte=byte))


def _refuse(raw: bytes, start: int, file: str) -> NoReturn:
    row = raw.count(b"\n", 0, start) + 1
    fail(finding("text-encoding", file=file, row=row, byte=start + 1))


def _records(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Split text into records; blank ones are counted as rows of the sheet and left out."""
    separator, skip = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            if number > skip and "".join(row).strip():
                yield number, row
    except csv.Error as error:
        fail(finding("text-quotes", file=file, row=number + 1, problem=error, limit=LONGEST_CELL))


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


def table_from_rows(
    rows: Iterator[tuple[int, Sequence[str]]],
    file: str,
    notes: Sequence[Finding] = (),
    *,
    repair: str = "safe",
) -> Table:
    """Make a table of numbered rows of cells, the header first.

    A row with too few cells is filled up with empty ones, which loses nothing. A row with more
    filled cells than the header has columns cannot be trusted in any column (as a rule a comma
    stands inside a name), so it is left out and recorded.
    """
    header = next(rows, (0, []))[1]
    if not header:
        fail(finding("table-empty", file=file))
    filled = _Filled(len(header))
    for number, row in rows:
        filled.add(number, row)
    columns = filled.columns()
    names, header_findings = _header(header, columns, file)
    cells = {
        name: pd.array(column, dtype="str")
        for name, column in zip(names, columns, strict=True)
        if name
    }
    return Table(
        file=file,
        cells=pd.DataFrame(cells, index=pd.Index(filled.numbers, dtype="int64", name="row")),
        findings=(
            *notes,
            *header_findings,
            *row_findings("row-too-long", file, "", filled.too_long, columns=len(header)),
            *([] if filled.numbers else [finding("table-without-rows", file=file)]),
        ),
        excluded=tuple(number for number, _ in filled.too_long),
        read=filled.seen,
        repair=repair,
        places=tuple(place for place, name in enumerate(names) if name),
    )


class _Filled:
    """Rows on their way into columns; packed in batches, so that few small objects live at once."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.seen = 0
        self.numbers: list[int] = []
        self.too_long: list[tuple[int, str]] = []
        self._waiting: list[Sequence[str]] = []
        self._batches: list[list[pa.Array]] = []

    def add(self, number: int, row: Sequence[str]) -> None:
        """Take a row, brought to the width of the header, or name it as too long."""
        self.seen += 1
        if len(row) != self.width:
            if any(cell.strip() for cell in row[self.width :]):
                self.too_long.append((number, " | ".join(row)))
                return
            row = [*row[: self.width], *[""] * (self.width - len(row))]
        self.numbers.append(number)
        self._waiting.append(row)
        if len(self._waiting) == BATCH:
            self._pack()

    def _pack(self) -> None:
        self._batches.append([_packed(cells) for cells in zip(*self._waiting, strict=True)])
        self._waiting = []

    def columns(self) -> list[pa.ChunkedArray]:
        """Give the columns of all rows that were added."""
        if self._waiting:
            self._pack()
        return [
            pa.chunked_array([batch[place] for batch in self._batches], pa.large_string())
            for place in range(self.width)
        ]


def _packed(cells: Sequence[str]) -> pa.Array:
    try:
        return pa.array(cells, pa.large_string())
    except UnicodeEncodeError:  # half of a surrogate pair, which XLSX can carry and text cannot
        sound = [
            cell.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for cell in cells
        ]
        return pa.array(sound, pa.large_string())


def _header(
    cells: Sequence[str], columns: Sequence[pa.ChunkedArray], file: str
) -> tuple[list[str], list[Finding]]:
    """Give each column its own name; "" for a column without name and content."""
    names: list[str] = []
    found: list[Finding] = []
    for place, cell in enumerate(cells):
        name = " ".join(cell.replace("\ufeff", "").split())
        if not name and _has_text(columns[place]):
            name = _free(f"column {place + 1}", names, cells)
            found.append(finding("header-empty", file=file, field=name, number=place + 1))
        elif name and name in names:
            twice, name = name, _free(name, names, cells)
            found.append(finding("header-twice", file=file, field=twice, name=name))
        names.append(name)
    return names, found


def _has_text(column: pa.ChunkedArray) -> bool:
    return bool(pc.any(pc.not_equal(pc.utf8_trim_whitespace(column), "")).as_py())


def _free(name: str, names: Sequence[str], cells: Sequence[str]) -> str:
    """Give ``name``, or ``name (2)`` and so on where it is taken."""
    taken = {*names, *(" ".join(cell.split()) for cell in cells)}
    number = 2
    candidate = name
    while candidate in taken:
        candidate = f"{name} ({number})"
        number += 1
    return candidate
