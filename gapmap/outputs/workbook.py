"""The tables of a run as one XLSX workbook in the study's language.

The first sheet says what the others hold and what they were made from.
Text is always written as text: no cell becomes a formula, a link or a number. The workbook
holds no time of writing, so that the same results give the same file.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd
import xlsxwriter

from gapmap.outputs.sheets import Block, Rows, put_rows
from gapmap.outputs.tables import cell_values
from gapmap.words import title, vocabulary, word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from gapmap.outputs.results import Results

__all__ = ["write_workbook"]

_SHEET_ROWS = 1_048_576
_CELL_CHARACTERS = 32_767
_HEADER_ROW = 3
_FIRST_ROW = _HEADER_ROW + 1
_WIDTHS = (7, 46)
_SAMPLE_ROWS = 200
_BLOCK_ROWS = 5_000

_WORD_COLUMNS = frozenset(
    (
        *("status", "reason", "setting", "group_kind", "measure", "quantity", "limit_unit"),
        *("severity", "basis", "limit_basis", "mode", "measured", "simulated", "position"),
        *("has_ferry", "is_main", "beyond_water", "edge_effect"),
        *("kind", "destination", "on_island"),
        *("island", "scope", "scope_kind", "measure_unit", "overall", "limit_source"),
    )
)
"""Columns whose values are words of gapmap's own, not of the planner's."""
_NAME_COLUMNS = {"group": "group_kind", "group_a": "comparison", "group_b": "comparison"}
"""Columns that hold gapmap's words in some rows and the planner's names in others."""
_OWN_KINDS = frozenset({"city", "setting", "group", "people_group"})
_BY_ROW = {
    "measure": ("value_a", "value_b", "difference", "value"),
    "measure_unit": ("required", "achieved", "possible", "shortfall", "baseline", "expected"),
}
"""Columns whose number format goes by another column of their row."""
_FORMATS = {
    "share": "0.0 %",
    "people": "#,##0",
    "metres": "#,##0",
    "minutes": "0.0",
    "index": "0.0000",
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
    rows_per_sheet: int = _SHEET_ROWS - _FIRST_ROW,
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
    frame = path.with_name(f".{path.name}.frame")
    with xlsxwriter.Workbook(str(frame), {"in_memory": True}) as made:
        book = _start(made, results)
        plan = [(name, *part) for name in tables for part in _parts(tables[name], rows_per_sheet)]
        book.sheets = [
            (_sheet_name(name, number, results), name, len(part)) for name, number, part in plan
        ]
        book.cut = sum(_too_long(table) for table in tables.values())
        _write_summary(book)
        for (sheet, _, _), (name, number, part) in zip(book.sheets, plan, strict=True):
            _write_frame(book, sheet, (name, number), part)
    rows = {at: _rows(results, part) for at, (_, _, part) in enumerate(plan, start=2)}
    put_rows(frame, path, list(_FORMATS), rows)
    frame.unlink()


def _start(made: xlsxwriter.Workbook, results: Results) -> _Book:
    about = results.about
    day = about.date or dt.date(1980, 1, 1)
    made.set_properties(
        {
            "title": _cut(about.name)[:255],
            "author": f"gapmap {about.version}".strip(),
            "comments": _marker(results),
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


def _marker(results: Results) -> str:
    return word("simulated_data" if results.simulated else "real_data", results.language)


def _parts(table: pd.DataFrame, most: int) -> Iterable[tuple[int, pd.DataFrame]]:
    """Cut a table into pieces that fit on a sheet; an empty one is one piece."""
    for number, start in enumerate(range(0, max(len(table), 1), most), start=1):
        yield number, table.iloc[start : start + most]


def _sheet_name(name: str, number: int, results: Results) -> str:
    told = word(f"sheet_{name}", results.language)
    return told if number == 1 else f"{told} {number}"


def _too_long(table: pd.DataFrame) -> int:
    columns = (cell_values(table[name]) for name in table if not _is_numeric(table[name]))
    return sum(
        isinstance(value, str) and len(value) > _CELL_CHARACTERS for c in columns for value in c
    )


def _is_numeric(column: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(column.dtype))


def _cut(text: str) -> str:
    plain = text.encode("utf8", "backslashreplace").decode("utf8")
    return plain if len(plain) <= _CELL_CHARACTERS else plain[: _CELL_CHARACTERS - 1] + "…"


def _write_frame(book: _Book, sheet: str, which: tuple[str, int], table: pd.DataFrame) -> None:
    """Write all of a sheet but its rows: titles, widths, filter, a blank cell of each format."""
    name, number = which
    page = book.book.add_worksheet(sheet)
    some = table.head(_SAMPLE_ROWS)
    more = "" if number == 1 else book.says(f"(续 {number})", f" (continued, {number})")
    _write_head(book, page, f"{word(f'sheet_{name}', book.results.language)}{more}")
    for at, column in enumerate(table.columns):
        told = title(str(column), book.results.language)
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
    for name in ("reason", "evidence", "note"):
        if {name, f"{name}_zh"} <= set(table.columns):
            told = table if language != "zh" else table.assign(**{name: table[f"{name}_zh"]})
            table = told.drop(columns=f"{name}_zh")
    return table


def _role(role: str, language: str) -> str:
    said: dict[str, dict[str, str]] = vocabulary()["report"]  # type: ignore[assignment]  # words by language
    return said.get(f"role_{role}", {}).get(language, role)


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
    page.write_string(2, 0, _marker(book.results),
                      book.formats["marker"] if book.results.simulated else None)  # fmt: skip


def _set_print(book: _Book, page: xlsxwriter.worksheet.Worksheet) -> None:
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(_HEADER_ROW)
    page.set_footer(f"&L{_marker(book.results)}&R&P / &N")


def _frozen_columns(name: str) -> int:
    return 2 if name in {"access", "targets"} else 0


def _shown(results: Results, table: pd.DataFrame, column: str) -> list[str | float | None]:
    """Give a column's cells as the sheet shows them: gapmap's own words in the language."""
    say = _speaker(results, column)
    values = cell_values(table[column])
    if column in _NAME_COLUMNS:
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
    if column == "service":
        return results.service_name
    if column == "comparison":
        return lambda value: _comparison_word(value, results.language)
    if column in _WORD_COLUMNS:
        return lambda value: word(value, results.language)
    return lambda value: value


def _group_word(results: Results, value: str, kind: str) -> str:
    """Say a group's name; names of districts, towns and districts of the plan stay as they are."""
    own = kind in _OWN_KINDS or kind in {"urban-rural", "people groups"} or kind.endswith("-rest")
    if value in {"city", "unknown"}:
        return word(value, results.language)
    if not own:
        return _cut(value)
    start, _, name = value.partition("rest of ")
    if not start and name:
        inner = word(name, results.language)
        return f"{inner}以外" if results.language == "zh" else value
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
    if name.startswith("share"):
        return "share"
    if name.startswith(("people", "places", "cost")):
        return "people"
    if name.endswith(("_m", "_m_used")):
        return "metres"
    if "minutes" in name:
        return "minutes"
    if name in {"ratio", "gini", "palma"} or name.startswith("theil"):
        return "index"
    return "number"


def _width(told: str, values: Sequence[object]) -> float:
    some = [_shown_length(str(value)) for value in values[:_SAMPLE_ROWS] if value is not None]
    least, most = _WIDTHS
    return min(max([least, _shown_length(told) * 0.9, *(min(n, 24) for n in some)]) + 2, most)


def _shown_length(text: str) -> int:
    """Count a text's width in Latin letters: Chinese characters are twice as wide."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text[:100])


def _write_summary(book: _Book) -> None:
    """Write the first sheet: what the workbook is, what each sheet holds, what it was made of."""
    results = book.results
    page = book.book.add_worksheet(word("sheet_summary", results.language))
    for at, width in enumerate((30, 34, 16, 70, 14)):
        page.set_column(at, at, width)
    _write_head(book, page, word("sheet_summary", results.language))
    row = _HEADER_ROW + 1
    for block in (_facts(book), _sheet_rows(book), _input_rows(book), _row_rows(book)):
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


_Row = tuple[str | float | None, ...]


def _facts(book: _Book) -> list[_Row]:
    about, says = book.results.about, book.says
    files = "、".join(book.results.simulated_files)
    rows: list[_Row] = [
        (says("项目", "item"), says("内容", "value")),
        (says("研究", "study"), about.name),
        (says("日期", "date"), about.date.isoformat() if about.date else ""),
        (says("规划", "plan"), about.plan or says("未指定", "none")),
        (says("情景", "scenario"), about.scenario or says("无", "none")),
        (says("数据性质", "data"), _marker(book.results)),
        (says("模拟的文件", "simulated files"), files or says("无", "none")),
        (says("数据来源", "data credit"), about.credit or says("未写明", "not given")),
        (says("测量坐标系", "CRS of measuring"), about.crs),
        (says("软件版本", "version"), f"gapmap {about.version}".strip()),
    ]
    if book.cut:
        told = says(f"{book.cut} 个单元格超过 32,767 字符,在此截断并以“…”结尾;CSV 中完整",
                    f"{book.cut} cells are longer than 32,767 characters: cut here, ending in …; whole in the CSV")  # fmt: skip  # noqa: E501 - one sentence
        rows.append((says("注意", "note"), told))
    if len({name for _, name, _ in book.sheets}) < len(book.sheets):
        told = says("行数超过一张工作表的上限,续在后面的工作表中",
                    "a table has more rows than a sheet takes and goes on in further sheets")  # fmt: skip  # noqa: E501 - one sentence
        rows.append((says("注意", "note"), told))
    return rows


def _sheet_rows(book: _Book) -> list[_Row]:
    says, language = book.says, book.results.language
    head: _Row = (says("工作表", "sheet"), says("一行为", "one row per"), says("行数", "rows"))
    return [
        head,
        *((sheet, word(f"row_of_{name}", language), rows) for sheet, name, rows in book.sheets),
    ]


def _input_rows(book: _Book) -> list[_Row]:
    says = book.says
    head: _Row = (says("输入文件", "input file"), says("用途", "role"), says("字节", "bytes"),
                  "SHA-256", says("模拟", "simulated"))  # fmt: skip
    yes_no = {
        True: word("true", book.results.language),
        False: word("false", book.results.language),
    }
    return [
        head,
        *(
            (
                f.name,
                _role(f.role, book.results.language),
                f.size_bytes,
                f.sha256,
                yes_no[f.simulated],
            )
            for f in book.results.about.inputs
        ),
    ]


def _row_rows(book: _Book) -> list[_Row]:
    says = book.says
    head: _Row = (says("读入的文件", "file read"), says("读取行数", "rows read"),
                  says("使用", "used"), says("修复", "repaired"),
                  says("排除", "excluded"))  # fmt: skip
    return [
        head,
        *((c.file, c.read, c.used, c.repaired, c.excluded) for c in book.results.rows),
    ]
