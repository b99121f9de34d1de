"""The tables of a run as one XLSX workbook in the study's language.

The first sheet says what the others hold and what they were made from.
Text is always written as text: no cell becomes a formula, a link or a number. The workbook
holds no time of writing, so that the same results give the same file.
"""

from __future__ import annotations

import datetime as dt
import io
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import xlsxwriter

from gapmap.findings import finding
from gapmap.outputs.scorecard import FORM, write_form
from gapmap.outputs.sheets import Block, Rows, put_rows
from gapmap.outputs.showing import FORMATS, cut, kinds_of, shown, too_long
from gapmap.outputs.summary import marker, summary_blocks
from gapmap.words import title, word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from gapmap.findings import Finding
    from gapmap.outputs.results import Results

__all__ = ["workbook_findings", "write_workbook"]

SHEET_ROWS = 1_048_576
_HEADER_ROW = 3
_FIRST_ROW = _HEADER_ROW + 1
_ROWS_PER_SHEET = SHEET_ROWS - _FIRST_ROW
_WIDTHS = (7, 46)
_SAMPLE_ROWS = 200
_BLOCK_ROWS = 5_000


@dataclass(slots=True)
class _Book:
    """A workbook being written, its formats, and what has to be said about it."""

    book: xlsxwriter.Workbook
    results: Results
    formats: dict[str, xlsxwriter.format.Format] = field(default_factory=dict)
    sheets: list[tuple[str, str, int]] = field(default_factory=list)
    cut: int = 0

    def says(self, zh: str, en: str) -> str:
        return zh if self.results.language == "zh" else en


def write_workbook(
    path: Path,
    results: Results,
    tables: Mapping[str, pd.DataFrame],
    *,
    rows_per_sheet: int = _ROWS_PER_SHEET,
) -> None:
    """Write the tables, one sheet each, behind a sheet that says what they are.

    Parameters
    ----------
    path
        The file to make.
    results
        The run: name, date, language and what is simulated.
    tables
        The tables by name, from :func:`gapmap.outputs.tables.result_tables`.
    rows_per_sheet
        Rows of a table that one sheet takes; a longer table goes on in further sheets.
    """
    tables = {name: _in_language(table, results.language) for name, table in tables.items()}
    frame = io.BytesIO()
    with xlsxwriter.Workbook(frame, {"in_memory": True}) as made:
        book = _start(made, results)
        plan = [(name, *part) for name in tables for part in _parts(tables[name], rows_per_sheet)]
        book.sheets = [
            (_sheet_name(name, number, results), name, len(part)) for name, number, part in plan
        ]
        book.cut = sum(too_long(table) for table in tables.values())
        forms = list(_forms(results))
        _write_summary(book, [*book.sheets, *forms])
        for (sheet, _, _), (name, number, part) in zip(book.sheets, plan, strict=True):
            _write_frame(book, sheet, (name, number), part)
        for sheet, _, _ in forms:
            _write_form(book, sheet)
    rows = {at: _rows(results, part) for at, (_, _, part) in enumerate(plan, start=2)}
    put_rows(frame, path, list(FORMATS), rows)


def _forms(results: Results) -> Iterator[tuple[str, str, int]]:
    """Name the sheets that are no tables, with the rows of what they show."""
    series = results.insights.series
    if series is not None and len(series.scorecard):
        yield word(f"sheet_{FORM}", results.language), FORM, len(series.scorecard)


def _write_form(book: _Book, sheet: str) -> None:
    series = book.results.insights.series
    assert series is not None  # noqa: S101 - _forms
    page = book.book.add_worksheet(sheet)
    _write_head(book, page, sheet)
    write_form(book.book, page, series.scorecard, book.results.language)
    _set_print(book, page)


def workbook_findings(tables: Mapping[str, pd.DataFrame]) -> tuple[Finding, ...]:
    """Say which tables are too long for one sheet, and which have texts too long for a cell."""
    found = []
    for name, table in tables.items():
        cells = too_long(table)
        if cells:
            found.append(finding("workbook-cells-cut", field=name, count=cells))
        if len(table) > _ROWS_PER_SHEET:
            sheets = -(-len(table) // _ROWS_PER_SHEET)
            found.append(
                finding("workbook-table-split", field=name, count=len(table), sheets=sheets)
            )
    return tuple(found)


def _start(made: xlsxwriter.Workbook, results: Results) -> _Book:
    about = results.about
    day = about.date or dt.date(1980, 1, 1)
    made.set_properties(
        {
            "title": cut(about.name)[:255],
            "author": f"gapmap {about.version}".strip(),
            "comments": marker(results),
            "created": dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).replace(
                tzinfo=None
            ),
        }
    )
    book = _Book(made, results)
    book.formats = {name: made.add_format({"num_format": f}) for name, f in FORMATS.items()}
    book.formats["title"] = made.add_format({"bold": True, "font_size": 14})
    book.formats["header"] = made.add_format(
        {"bold": True, "bg_color": "#DCE6EF", "bottom": 1, "text_wrap": True, "valign": "top"}
    )
    book.formats["marker"] = made.add_format({"bold": True, "font_color": "#D55E00"})
    book.formats["wrap"] = made.add_format({"text_wrap": True, "valign": "top"})
    return book


def _parts(table: pd.DataFrame, most: int) -> Iterable[tuple[int, pd.DataFrame]]:
    """Cut a table into pieces that fit on a sheet; an empty one is one piece."""
    for number, start in enumerate(range(0, max(len(table), 1), most), start=1):
        yield number, table.iloc[start : start + most]


def _sheet_name(name: str, number: int, results: Results) -> str:
    told = word(f"sheet_{name}", results.language)
    return told if number == 1 else f"{told} {number}"


def _write_frame(book: _Book, sheet: str, which: tuple[str, int], table: pd.DataFrame) -> None:
    """Write all of a sheet but its rows: titles, widths, filter, a blank cell of each format."""
    name, number = which
    page = book.book.add_worksheet(sheet)
    some = table.head(_SAMPLE_ROWS)
    more = "" if number == 1 else book.says(f"(续 {number})", f" (continued, {number})")
    _write_head(book, page, f"{word(f'sheet_{name}', book.results.language)}{more}")
    for at, column in enumerate(table.columns):
        told = title(str(column), book.results.language, table=name)
        page.set_column(at, at, _width(told, shown(book.results, some, str(column))))
        page.write_string(_HEADER_ROW, at, told, book.formats["header"])
    for at, kind in enumerate(FORMATS):
        page.write_blank(_FIRST_ROW, at, None, book.formats[kind])
    page.freeze_panes(_FIRST_ROW, _frozen_columns(name))
    last = max(len(table.columns) - 1, 0)
    page.autofilter(_HEADER_ROW, 0, _HEADER_ROW + max(len(table), 1), last)
    _set_print(book, page)


def _in_language(table: pd.DataFrame, language: str) -> pd.DataFrame:
    """Keep of two texts the one in the workbook's language, where the first one stood."""
    table = table.drop(columns=["message_zh", "message_en"], errors="ignore")  # as `message`
    for name in ("reason", "evidence", "note"):
        if {name, f"{name}_zh"} <= set(table.columns):
            told = table if language != "zh" else table.assign(**{name: table[f"{name}_zh"]})
            table = told.drop(columns=f"{name}_zh")
    other = "en" if language == "zh" else "zh"
    doubled = [f"{name}_{other}" for name in ("kind", "description")]
    return table.drop(columns=doubled, errors="ignore")


def _rows(results: Results, table: pd.DataFrame) -> Rows:
    def blocks() -> Iterator[Block]:
        for start in range(0, len(table), _BLOCK_ROWS):
            part = table.iloc[start : start + _BLOCK_ROWS]
            yield Block(
                columns=[shown(results, part, str(name)) for name in part.columns],
                formats=[kinds_of(part, str(name)) for name in part.columns],
            )

    return Rows(_FIRST_ROW + 1, len(table), len(table.columns), blocks)


def _write_head(book: _Book, page: xlsxwriter.worksheet.Worksheet, what: str) -> None:
    about = book.results.about
    page.write_string(0, 0, cut(" — ".join(t for t in (about.name, what) if t)),
                      book.formats["title"])  # fmt: skip
    dated = about.date.isoformat() if about.date else ""
    facts = [dated, about.plan, about.scenario]
    page.write_string(1, 0, cut(" · ".join(fact for fact in facts if fact)))
    page.write_string(2, 0, marker(book.results),
                      book.formats["marker"] if book.results.simulated else None)  # fmt: skip


def _set_print(book: _Book, page: xlsxwriter.worksheet.Worksheet) -> None:
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(_HEADER_ROW)
    page.set_footer(f"&L{marker(book.results)}&R&P / &N")


def _frozen_columns(name: str) -> int:
    return 2 if name in {"access", "targets"} else 0


def _width(told: str, values: Sequence[object]) -> float:
    some = [_shown_length(str(value)) for value in values[:_SAMPLE_ROWS] if value is not None]
    least, most = _WIDTHS
    return min(max([least, _shown_length(told) * 0.9, *(min(n, 24) for n in some)]) + 2, most)


def _shown_length(text: str) -> int:
    """Count a text's width in Latin letters: Chinese characters are twice as wide."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text[:100])


def _write_summary(book: _Book, sheets: Sequence[tuple[str, str, int]]) -> None:
    """Write the first sheet."""
    results = book.results
    page = book.book.add_worksheet(word("sheet_summary", results.language))
    for at, width in enumerate((30, 34, 16, 70, 14)):
        page.set_column(at, at, width)
    _write_head(book, page, word("sheet_summary", results.language))
    row = _HEADER_ROW + 1
    for block in summary_blocks(results, sheets, cut=book.cut):
        for number, cells in enumerate(block):
            look = book.formats["header"] if number == 0 else book.formats["wrap"]
            for at, cell in enumerate(cells):
                if isinstance(cell, str):
                    page.write_string(row, at, cut(cell), look)
                elif cell is not None:
                    page.write_number(row, at, cell, book.formats["people"])
            row += 1
        row += 1
    _set_print(book, page)
