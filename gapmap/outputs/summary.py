"""What the first sheet of the workbook says: what the others hold, and what they were made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapmap.words import vocabulary, word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapmap.about import Document
    from gapmap.outputs.results import Results

__all__ = ["SummaryRow", "marker", "role_word", "summary_blocks"]

SummaryRow = tuple[str | float | None, ...]


def summary_blocks(
    results: Results, sheets: Sequence[tuple[str, str, int]], *, cut: int
) -> list[list[SummaryRow]]:
    """Give the blocks of rows, each with its head: facts, sheets, input files, rows of the files.

    Parameters
    ----------
    results
        The run.
    sheets
        Of each sheet its name, its table's name and its number of rows.
    cut
        How many cells are longer than a cell holds.
    """
    return [_facts(results, sheets, cut), _sheets(results, sheets), _inputs(results),
            _rows(results)]  # fmt: skip


def marker(results: Results) -> str:
    """Say whether the data is simulated."""
    return word("simulated_data" if results.simulated else "real_data", results.language)


def _says(results: Results, zh: str, en: str) -> str:
    return zh if results.language == "zh" else en


def _facts(results: Results, sheets: Sequence[tuple[str, str, int]], cut: int) -> list[SummaryRow]:
    about = results.about
    files = "、".join(results.simulated_files)
    told = [
        (("项目", "item"), ("内容", "value")),
        (("研究", "study"), about.name),
        (("日期", "date"), about.date.isoformat() if about.date else ""),
        (("规划", "plan"), about.plan or ("未指定", "none")),
        (("情景", "scenario"), about.scenario or ("无", "none")),
        (("数据性质", "data"), marker(results)),
        (("模拟的文件", "simulated files"), files or ("无", "none")),
        (("数据来源", "data credit"), about.credit or ("未写明", "not given")),
        *_document(about.document),
        (("测量坐标系", "CRS of measuring"), about.crs),
        (("软件版本", "version"), f"gapmap {about.version}".strip()),
    ]
    if cut:
        told.append((("注意", "note"), (
            f"{cut} 个单元格超过 32,767 字符,在此截断并以“…”结尾;CSV 中完整",
            f"{cut} cells are longer than 32,767 characters: cut here (…), whole in the CSV")))  # fmt: skip  # noqa: E501 - one sentence
    if len({name for _, name, _ in sheets}) < len(sheets):
        told.append((("注意", "note"), (
            "行数超过一张工作表的上限,续在后面的工作表中",
            "a table has more rows than a sheet takes and goes on in further sheets")))  # fmt: skip
    return [
        (_says(results, *name), value if isinstance(value, str) else _says(results, *value))
        for name, value in told
    ]


def _document(document: Document) -> list[tuple[tuple[str, str], str | tuple[str, str]]]:
    """Say who answers for the tables, and whether maps made from them may be published."""
    told: list[tuple[tuple[str, str], str]] = [
        (("文件标题", "document"), document.title),
        (("编制", "prepared by"), document.prepared_by),
        (("审核", "checked by"), document.checked_by),
        (("批准", "approved by"), document.approved_by),
        (("编制日期", "prepared on"), str(document.prepared_on or "")),
        (("底图来源", "base map"), document.base_map),
    ]
    handling = ("内部资料", "internal draft") if document.draft else ("公开", "public")
    return [
        *((name, value) for name, value in told if value),
        (("审图号", "map approval number"), document.approval_number or ("无", "none")),
        (("密级", "handling"), handling),
    ]


def _sheets(results: Results, sheets: Sequence[tuple[str, str, int]]) -> list[SummaryRow]:
    language = results.language
    head = (("工作表", "sheet"), ("一行为", "one row per"), ("行数", "rows"))
    return [
        tuple(_says(results, *one) for one in head),
        *((sheet, word(f"row_of_{name}", language), rows) for sheet, name, rows in sheets),
    ]


def _inputs(results: Results) -> list[SummaryRow]:
    language = results.language
    head = (("输入文件", "input file"), ("用途", "role"), ("字节", "bytes"),
            ("SHA-256", "SHA-256"), ("模拟", "simulated"))  # fmt: skip
    yes_no = {True: word("true", language), False: word("false", language)}
    return [
        tuple(_says(results, *one) for one in head),
        *(
            (one.name, role_word(one.role, language), one.size_bytes, one.sha256,
             yes_no[one.simulated])
            for one in results.about.inputs
        ),
    ]  # fmt: skip


def role_word(role: str, language: str) -> str:
    """Say what a file is for."""
    said: dict[str, dict[str, str]] = vocabulary()["report"]  # type: ignore[assignment]  # words by language
    return said.get(f"role_{role}", {}).get(language, role)


def _rows(results: Results) -> list[SummaryRow]:
    """Give the rows of each file, and of all files together: read = used + repaired + excluded."""
    head = (("读入的文件", "file read"), ("读取行数", "rows read"), ("使用", "used"),
            ("修复", "repaired"), ("排除", "excluded"))  # fmt: skip
    counts = [(c.file, c.read, c.used, c.repaired, c.excluded) for c in results.rows]
    sums = tuple(sum(int(row[at]) for row in counts) for at in range(1, len(head)))
    total: list[SummaryRow] = [(_says(results, "合计", "all files"), *sums)] if counts else []
    return [tuple(_says(results, *one) for one in head), *counts, *total]
