"""Numbered rows of cells become a table: the header found, odd rows set apart, cells cleaned."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from gapmap.findings import Finding, fail, finding
from gapmap.tables.asides import find_asides
from gapmap.tables.invisible import clean_cells, clean_name
from gapmap.tables.layout import HEAD, check_header, find_layout, refuse_repeated, unit_above
from gapmap.tables.quantities import with_unit
from gapmap.tables.value import Table, row_findings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gapmap.tables.layout import Layout, Merged, NumberedRow

__all__ = ["table_from_rows"]

BATCH: Final = 20_000
"""Rows that are packed into columns at once."""


def table_from_rows(
    rows: Iterator[NumberedRow],
    file: str,
    notes: Sequence[Finding] = (),
    *,
    repair: str = "safe",
    merged: Sequence[Merged] = (),
    ragged: bool = False,
) -> Table:
    """Make a table of numbered rows of cells; where it begins is found by ``find_layout``.

    A row with too few cells is filled up with empty ones, which loses nothing. A row with more
    filled cells than the header has columns cannot be trusted in any column (as a rule a comma
    stands inside a name), so it is left out and recorded, as are totals, footnotes and whatever
    else ``find_asides`` finds.

    Parameters
    ----------
    rows
        Physical number and cells of each row with content, in order.
    file
        As findings name it.
    notes
        What was found before.
    repair
        One of ``gapmap.findings.REPAIRS``.
    merged
        Merged cells: first row, first column, last row, last column; rows from 1, columns from 0.
    ragged
        Whether a row that ends early is worth a note.

    Raises
    ------
    InputError
        There is no row, or the header is a row of data.
    """
    head = list(islice(rows, HEAD))
    if not head:
        fail(finding("table-empty", file=file))
    layout = find_layout(head, merged)
    doubts = check_header(layout, head, file)
    refuse_repeated([clean_name(name) for name in layout.names], file)
    titles = [] if ragged else [len(cells) for _, cells in head[: layout.header]]
    width = max(len(layout.names), *titles, 0)  # a sheet is as wide as its widest row
    filled = _Filled(width)
    for number, row in chain(head[layout.data :], rows):
        filled.add(number, row)
    columns = filled.columns()
    heads = [cells for _, cells in head[: layout.data]]
    written = [*layout.names, *[""] * (width - len(layout.names))]
    asides = find_asides(
        columns, filled.numbers, heads, file, names=written, numbering=_place(layout, head, filled)
    )
    columns, numbers = _kept(columns, filled.numbers, asides.excluded)
    written = [with_unit(name, asides.units.get(place, "")) for place, name in enumerate(written)]
    names, header_findings = _header(written, columns, file)
    cells = {
        name: pd.array(column, dtype="str")
        for name, column in zip(names, columns, strict=True)
        if name
    }
    index = pd.Index(numbers, dtype="int64", name="row")
    cleaned = clean_cells(pd.DataFrame(cells, index=index), file, repair=repair)
    left_out = (filled.numbers[place] for place in asides.excluded)
    return Table(
        file=file,
        cells=cleaned.cells,
        findings=(
            *notes,
            *doubts,
            *_layout_notes(layout, head, names, file),
            *header_findings,
            *row_findings("row-too-long", file, "", filled.too_long, columns=width),
            *(filled.short_note(file) if ragged else ()),
            *asides.findings,
            *_broken(cleaned.cells, file),
            *cleaned.findings,
            *([] if len(numbers) else [finding("table-without-rows", file=file)]),
        ),
        excluded=tuple(sorted([*(number for number, _ in filled.too_long), *left_out])),
        repaired=cleaned.repaired,
        read=filled.seen,
        repair=repair,
        places=tuple(place for place, name in enumerate(names) if name),
        unit=unit_above(head, layout),
    )


class _Filled:
    """Rows on their way into columns; packed in batches, so that few small objects live at once."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.seen = 0
        self.numbers: list[int] = []
        self.too_long: list[tuple[int, str]] = []
        self.short: list[int] = []
        self._waiting: list[Sequence[str]] = []
        self._batches: list[list[pa.Array]] = []

    def add(self, number: int, row: Sequence[str]) -> None:
        """Take a row, brought to the width of the header, or name it as too long."""
        self.seen += 1
        if len(row) != self.width:
            if any(cell.strip() for cell in row[self.width :]):
                self.too_long.append((number, " | ".join(row)))
                return
            if len(row) < self.width:
                self.short.append(number)
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

    def short_note(self, file: str) -> tuple[Finding, ...]:
        """Give one note for all rows that end before the header does."""
        if not self.short:
            return ()
        first, count = self.short[0], len(self.short)
        return (finding("row-too-short", file=file, row=first, columns=self.width, count=count),)


def _packed(cells: Sequence[str]) -> pa.Array:
    try:
        return pa.array(cells, pa.large_string())
    except UnicodeEncodeError:  # half of a surrogate pair, which XLSX can carry and text cannot
        sound = [
            cell.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for cell in cells
        ]
        return pa.array(sound, pa.large_string())


def _broken(cells: pd.DataFrame, file: str) -> Iterator[Finding]:
    """Say once for each column which cells hold the sign for a character that was lost."""
    for name in cells.columns:
        column = cells[name]
        lost = column[column.str.contains("\ufffd", regex=False)]
        if len(lost):
            row, *further = lost.index.tolist()
            said = finding(
                "cells-broken",
                file=file,
                row=row,
                field=str(name),
                value=lost.iloc[0],
                count=len(lost),
            )
            yield replace(said, further=tuple(further))


def _place(layout: Layout, head: Sequence[NumberedRow], filled: _Filled) -> int | None:
    """Say where the row that numbers the columns went: it is the first, unless it was too long."""
    if layout.numbering is None or not filled.numbers:
        return None
    return 0 if filled.numbers[0] == head[layout.numbering][0] else None


def _kept(
    columns: list[pa.ChunkedArray], numbers: list[int], excluded: set[int]
) -> tuple[list[pa.ChunkedArray], list[int]]:
    if not excluded:
        return columns, numbers
    keep = np.ones(len(numbers), dtype=bool)
    keep[list(excluded)] = False
    mask = pa.array(keep)
    return [column.filter(mask) for column in columns], list(np.array(numbers)[keep])


def _layout_notes(
    layout: Layout, head: Sequence[NumberedRow], names: Sequence[str], file: str
) -> list[Finding]:
    """Say what was found above the data and is no part of it."""
    notes = []
    if layout.header:
        above = head[: layout.header]
        said = " / ".join(" ".join(filter(None, map(clean_name, cells))) for _, cells in above)
        rows = ", ".join(str(number) for number, _ in above)
        header = head[layout.header][0]
        notes.append(finding("title-rows", file=file, value=said, rows=rows, header=header))
    if layout.data - layout.header > 1:
        joined = ", ".join(filter(None, names))
        row = head[layout.header][0]
        notes.append(finding("header-two-rows", file=file, row=row, value=joined, names=joined))
    return notes


def _header(
    cells: Sequence[str], columns: Sequence[pa.ChunkedArray], file: str
) -> tuple[list[str], list[Finding]]:
    """Give each column its own name; "" for a column without name and content."""
    names: list[str] = []
    found: list[Finding] = []
    for place, cell in enumerate(cells):
        name = clean_name(cell)
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
    taken = {*names, *(clean_name(cell) for cell in cells)}
    number = 2
    candidate = name
    while candidate in taken:
        candidate = f"{name} ({number})"
        number += 1
    return candidate
