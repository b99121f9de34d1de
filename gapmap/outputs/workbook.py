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

import pandas as pd
import xlsxwriter

from gapmap.cells import visible
from gapmap.findings import finding
from gapmap.outputs.scorecard import FORM, write_form
from gapmap.outputs.sheets import Block, Rows, put_rows
from gapmap.outputs.summary import marker, summary_blocks
from gapmap.outputs.tables import cell_values
from gapmap.words import joined_word, title, word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from gapmap.findings import Finding
    from gapmap.outputs.results import Results

__all__ = ["workbook_findings", "write_workbook"]

SHEET_ROWS = 1_048_576
_CELL_CHARACTERS = 32_767
_SURELY_SHORT = _CELL_CHARACTERS // 6  # an escape has six characters
_HEADER_ROW = 3
_FIRST_ROW = _HEADER_ROW + 1
_ROWS_PER_SHEET = SHEET_ROWS - _FIRST_ROW
_WIDTHS = (7, 46)
_SAMPLE_ROWS = 200
_BLOCK_ROWS = 5_000

_WORD_COLUMNS = frozenset(
    (
        *("status", "reason", "setting", "group_kind", "measure", "quantity", "limit_unit"),
        *("severity", "basis", "limit_basis", "mode", "measured", "simulated", "position"),
        *("detour_reason", "standing", "main_reason", "clear", "unclear_reason", "no_line"),
        *("has_ferry", "is_main", "beyond_water", "edge_effect"),
        *("kind", "destination", "on_island"),
        *("bound", "method", "decay", "decay_basis", "people_basis", "capacity_attribute"),
        *("island", "scope", "scope_kind", "measure_unit", "overall", "limit_source"),
        *("area_kind", "zone_kind", "kind_a", "kind_b", "certainty", "assumption", "assessed_is"),
        *("proposed", "step", "full", "used", "differs_much", "worse", "by"),
    )
)
"""Columns whose values are words of gapmap's own, not of the planner's."""
_SERVICE_COLUMNS = frozenset(("service", "from_service", "to_service"))
_NAME_COLUMNS = {
    "group": "group_kind",
    "group_a": "comparison",
    "group_b": "comparison",
    "area": "area_kind",
    "zone": "zone_kind",
}
"""Columns that hold gapmap's words in some rows and the planner's names in others."""
_OWN_KINDS = frozenset({"city", "setting", "group", "people_group"})
_BY_ROW = {
    "measure": (
        *("value_a", "value_b", "difference", "value", "difference_draw_median"),
        *("difference_draw_low", "difference_draw_high", "value_a_low", "value_a_high"),
        *("value_b_low", "value_b_high", "difference_low", "difference_high"),
    ),
    "measure_unit": (
        *("required", "achieved", "possible", "shortfall", "baseline", "expected"),
        "required_line",
        *("achieved_draw_low", "achieved_draw_high"),
    ),
}
"""Columns whose number format goes by another column of their row."""
_SHARES = frozenset({"met_share_of_draws", "chosen_share"})
_FORMATS = {
    "share": "0.0 %",
    "people": "#,##0",
    "metres": "#,##0",
    "minutes": "0.0",
    "index": "0.0000",
    "rate": '[>=0.005]0.00;[>0]"<0.01";0',
    "points": "[>=0.05]+0.0;[<=-0.05]-0.0;0.0",
    "degrees": "0.000000",
}


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
    put_rows(frame, path, list(_FORMATS), rows)


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
            "title": _cut(about.name)[:255],
            "author": f"gapmap {about.version}".strip(),
            "comments": marker(results),
            "created": dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).replace(
                tzinfo=None
            ),
        }
    )
    book = _Book(made, results)
    book.formats = {name: made.add_format({"num_format": f}) for name, f in _FORMATS.items()}
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


def too_long(table: pd.DataFrame) -> int:
    """Count the cells whose text is longer than a cell of a workbook holds."""
    columns = (cell_values(table[name]) for name in table if not _is_numeric(table[name]))
    return sum(
        isinstance(value, str)
        and len(value) > _SURELY_SHORT
        and _length(visible(value)) > _CELL_CHARACTERS
        for column in columns
        for value in column
    )


def _is_numeric(column: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(column.dtype))


def _cut(text: str) -> str:
    """Give a text as a cell holds it: a spreadsheet counts some characters twice (UTF-16)."""
    plain = visible(text)
    if _length(plain) <= _CELL_CHARACTERS:
        return plain
    units = plain.encode("utf-16-le")[: 2 * (_CELL_CHARACTERS - 1)]
    return units.decode("utf-16-le", "ignore") + "…"


def _length(text: str) -> int:
    """Count a text's characters as a spreadsheet does; most texts are far too short to matter."""
    return len(text) if len(text) <= _CELL_CHARACTERS // 2 else len(text.encode("utf-16-le")) // 2


def _write_frame(book: _Book, sheet: str, which: tuple[str, int], table: pd.DataFrame) -> None:
    """Write all of a sheet but its rows: titles, widths, filter, a blank cell of each format."""
    name, number = which
    page = book.book.add_worksheet(sheet)
    some = table.head(_SAMPLE_ROWS)
    more = "" if number == 1 else book.says(f"(续 {number})", f" (continued, {number})")
    _write_head(book, page, f"{word(f'sheet_{name}', book.results.language)}{more}")
    for at, column in enumerate(table.columns):
        told = title(str(column), book.results.language, table=name)
        page.set_column(at, at, _width(told, _shown(book.results, some, str(column))))
        page.write_string(_HEADER_ROW, at, told, book.formats["header"])
    for at, kind in enumerate(_FORMATS):
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
                columns=[_shown(results, part, str(name)) for name in part.columns],
                formats=[_kinds(part, str(name)) for name in part.columns],
            )

    return Rows(_FIRST_ROW + 1, len(table), len(table.columns), blocks)


def _write_head(book: _Book, page: xlsxwriter.worksheet.Worksheet, what: str) -> None:
    about = book.results.about
    page.write_string(0, 0, _cut(" — ".join(t for t in (about.name, what) if t)),
                      book.formats["title"])  # fmt: skip
    dated = about.date.isoformat() if about.date else ""
    facts = [dated, about.plan, about.scenario]
    page.write_string(1, 0, _cut(" · ".join(fact for fact in facts if fact)))
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


def _shown(results: Results, table: pd.DataFrame, column: str) -> list[str | float | None]:
    """Give a column's cells as the sheet shows them: gapmap's own words in the language."""
    own_unit = {"up_to", "people_to_close"} & {*table.columns}  # else a unit of the plan
    unit_of_limit = column == "unit" and bool(own_unit)
    say = _speaker(results, "limit_unit" if unit_of_limit else column)
    values = cell_values(table[column])
    if _NAME_COLUMNS.get(column) in table.columns:
        kinds = cell_values(table[_NAME_COLUMNS[column]])
        return [
            _group_word(results, str(value), str(kind)) if value is not None else None
            for value, kind in zip(values, kinds, strict=True)
        ]
    return [
        say("true" if value else "false")
        if isinstance(value, bool)
        else (_cut(say(value)) if isinstance(value, str) else value)
        for value in values
    ]


def _speaker(results: Results, column: str) -> Callable[[str], str]:
    if column in _SERVICE_COLUMNS:
        return results.service_name
    if column == "lacked":
        mark = "、" if results.language == "zh" else ", "
        return lambda value: mark.join(results.service_name(one) for one in value.split(";"))
    if column == "comparison":
        return lambda value: _comparison_word(value, results.language)
    if column in _WORD_COLUMNS:
        return lambda value: joined_word(value, results.language)
    return lambda value: value


def _group_word(results: Results, value: str, kind: str) -> str:
    """Say a group's name; names of districts, towns and districts of the plan stay as they are."""
    own = kind in _OWN_KINDS or kind in {"urban-rural", "people groups"} or kind.endswith("-rest")
    if value in {"city", "unknown", "bottom line"}:
        return word(value, results.language)
    if not own:
        return _cut(value)
    return _cut(word(value, results.language))


def _comparison_word(value: str, language: str) -> str:
    told = word(value, language)
    if told == value and language == "zh" and value.endswith("-rest"):
        return f"{word(value.removesuffix('-rest'), language)}—其他"
    return told


def _kinds(table: pd.DataFrame, column: str) -> str | list[str]:
    """Give a column's number format: one for all rows, or one for each row."""
    for by, columns in _BY_ROW.items():
        if column in columns and by in table.columns:
            return [_kind(str(value)) for value in table[by]]
    return "degrees" if column in {"x", "y"} else _kind(column)


def _kind(name: str) -> str:
    """Name the number format of a column or measure."""
    told = {
        "rate": "_per_1000_" in name,
        "share": name.startswith("share") or name in _SHARES,
        "points": "points" in name,
        "people": name.startswith(("people", "change_", "places", "cost", "capacity", "cells")),
        "metres": name.endswith(("_m", "_m_used")),
        "minutes": "minutes" in name,
        "index": name in {"ratio", "gini", "palma", "factor"}
        or name.startswith(
            ("theil", "detour", "fgt", "dissimilarity", "variation", "concentration")
        ),
    }
    return next((kind for kind, is_it in told.items() if is_it), "number")


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
                    page.write_string(row, at, _cut(cell), look)
                elif cell is not None:
                    page.write_number(row, at, cell, book.formats["people"])
            row += 1
        row += 1
    _set_print(book, page)
