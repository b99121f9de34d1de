"""CSV: the separator, quoted cells, and row numbers as a spreadsheet shows them."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gapmap.findings import fail, finding
from gapmap.tables.ditto import fill_ditto
from gapmap.tables.encodings import decode
from gapmap.tables.rows import table_from_rows
from gapmap.tables.sexagesimal import join_degrees

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gapmap.findings import Finding
    from gapmap.tables.layout import NumberedRow
    from gapmap.tables.value import Table

__all__ = ["read_text"]

SEPARATORS: Final = (",", "\t", ";", "|")
WIDE: Final = ("，", "；")
"""Chinese commas and semicolons, which part cells only where nothing else does."""
SAMPLE_CHARACTERS: Final = 65_536
SAMPLE_ROWS: Final = 100
"""Rows by which the separator is chosen."""
LONGEST_CELL: Final = 131_072
"""Characters; Python's own limit. A longer cell is a quotation mark that was never closed."""
_NAMES: Final = {"\t": "tab"}


@dataclass(frozen=True, slots=True)
class _Separator:
    """What stands between cells, and how many rows at the top only say so.

    ``spaced`` is whether blanks stand between it and quotation marks.
    """

    mark: str
    skip: int = 0
    spaced: bool = False


def read_text(path: Path, *, repair: str = "safe") -> Table:
    """Read a CSV file; see ``read_table``."""
    text, notes = decode(path.read_bytes(), path.name)
    separator = _separator(text)
    if separator.mark != ",":
        said = finding(
            "text-separator", file=path.name, value=_NAMES.get(separator.mark, separator.mark)
        )
        notes = (*notes, said)
    records = _records(text, separator, path.name)
    table = table_from_rows(records, path.name, notes, repair=repair, ragged=True)
    table = fill_ditto(join_degrees(table))
    if '"' not in text:
        return table
    return replace(table, findings=(*table.findings, *_swallowed(table, separator.mark)))


def _records(text: str, separator: _Separator, file: str) -> Iterator[NumberedRow]:
    """Split text into records; blank ones are counted as rows of the sheet and left out."""
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=separator.mark,
        skipinitialspace=separator.spaced,
        strict=True,
    )
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            if number > separator.skip and "".join(row).strip():
                yield number, row
    except csv.Error as error:
        fail(finding("text-quotes", file=file, row=number + 1, problem=error, limit=LONGEST_CELL))


def _swallowed(table: Table, mark: str) -> Iterator[Finding]:
    """Name the cells that hold whole rows: between two quotation marks that belong to no pair."""
    fewest = max(1, len(table.cells.columns) - 1)
    for name in table.cells.columns:
        column = table.cells[name]
        breaks = pc.count_substring(pa.array(column.array), "\n").to_numpy()
        for place in np.flatnonzero(breaks):
            rows = _rows_inside(str(column.iloc[place]).splitlines(), mark, fewest)
            if rows:
                row = int(column.index[place])
                value = column.iloc[place]
                yield finding(
                    "cell-holds-rows",
                    file=table.file,
                    row=row,
                    field=str(name),
                    value=value,
                    count=rows,
                )


def _rows_inside(lines: list[str], mark: str, fewest: int) -> int:
    """Count the rows that a cell of several lines holds; the ends of two rows are one of them."""
    if len(lines) == 2:  # noqa: PLR2004 - the end of one row and the start of the next
        parted = [re.findall(rf"{re.escape(mark)}(?=\S|$)", line) for line in lines]
        return int(sum(map(len, parted)) >= max(2, fewest) and all(parted))
    return sum(line.count(mark) >= fewest for line in lines[1:-1])


def _separator(text: str) -> _Separator:
    """Give the separator that divides most of the first rows into the same number of cells.

    Excel writes and reads ``sep=;`` as a first line; it is obeyed and is not a header. Between
    equals the one that makes more columns of the first divided row wins, then the comma.
    """
    start = re.search(r"\S[^\r\n]*", text)
    told = re.fullmatch(r'"?sep=([,;\t|])"?\s*', start.group()) if start else None
    if told and start:
        return _Separator(told.group(1), len(re.findall(r"\r\n?|\n", text[: start.start()])) + 1)
    best = max(SEPARATORS, key=lambda mark: _evidence(text, mark))
    if _evidence(text, best) == (0, 0):
        best = max((best, *WIDE), key=lambda mark: _evidence(text, mark))
    return _Separator(
        best, spaced=re.search(rf'{re.escape(best)} +"', text[:SAMPLE_CHARACTERS]) is not None
    )


def _evidence(text: str, mark: str) -> tuple[int, int]:
    """Say how many rows have the width that most have, and how wide the first divided row is."""
    sample = io.StringIO(text[:SAMPLE_CHARACTERS], newline="")
    widths: list[int] = []
    with suppress(csv.Error):  # a cell beyond all bounds: what came before it counts
        widths.extend(map(len, islice(csv.reader(sample, delimiter=mark), SAMPLE_ROWS)))
    if len(text) > SAMPLE_CHARACTERS and len(widths) > 1:
        widths.pop()  # it may have been cut
    divided = [width for width in widths if width > 1]
    if not divided:
        return 0, 0
    return Counter(divided).most_common(1)[0][1], divided[0]
