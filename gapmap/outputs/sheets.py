"""Rows of a worksheet, written quickly.

XlsxWriter makes the workbook: sheets, titles, formats, widths. Called once per cell it takes half a
minute for a table of 160,000 rows; so the rows of the tables are put into its file afterwards, as
inline strings and numbers, a few thousand rows at a time.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from xlsxwriter.utility import xl_col_to_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = ["Block", "Rows", "put_rows"]

_COMPRESSION = 4
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")

Cell = str | float | None


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of a sheet.

    Attributes
    ----------
    columns
        Cells by column: text, numbers, None where empty.
    formats
        For each column the name of its number format, or one name for each row.
    """

    columns: Sequence[Sequence[Cell]]
    formats: Sequence[str | Sequence[str]]


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of a sheet.

    Attributes
    ----------
    first
        Number of the first row, as a spreadsheet shows it; a row with one blank cell of each
        format stands there and is replaced.
    count, width
        How many rows and columns there are.
    blocks
        Gives the rows, block by block.
    """

    first: int
    count: int
    width: int
    blocks: Callable[[], Iterator[Block]]


def put_rows(
    source: BinaryIO, path: Path, formats: Sequence[str], sheets: Mapping[int, Rows]
) -> None:
    """Copy a workbook and put rows into its sheets.

    Parameters
    ----------
    source
        What XlsxWriter has written.
    path
        The workbook to make.
    formats
        Names of the formats, in the order of the blank cells of the row to replace.
    sheets
        The rows of each sheet, by its number from 1.
    """
    names = {f"xl/worksheets/sheet{number}.xml": rows for number, rows in sheets.items()}
    with (
        zipfile.ZipFile(source) as old,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=_COMPRESSION) as new,
    ):
        for entry in old.infolist():
            info = zipfile.ZipInfo(entry.filename, entry.date_time)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = entry.external_attr
            content = old.read(entry)
            with new.open(info, "w", force_zip64=entry.filename in names) as stream:
                if entry.filename in names:
                    rows = names[entry.filename]
                    for piece in _pieces(content.decode("utf8"), rows, formats):
                        stream.write(piece.encode("utf8"))
                else:
                    stream.write(content)


def _pieces(sheet: str, rows: Rows, formats: Sequence[str]) -> Iterator[str]:
    template = re.search(rf'<row r="{rows.first}"[^>]*>(.*?)</row>', sheet)
    if template is None:
        msg = f"no template row {rows.first}"
        raise ValueError(msg)
    numbers = re.findall(r'<c r="[A-Z]+\d+" s="(\d+)"', template[1])
    styles = {name: f' s="{style}"' for name, style in zip(formats, numbers, strict=True)}
    extent = f"A1:{xl_col_to_name(max(rows.width - 1, 0))}{rows.first + max(rows.count - 1, 0)}"
    head = sheet[: template.start()]
    yield re.sub(r'<dimension ref="[^"]*"/>', f'<dimension ref="{extent}"/>', head)
    number = rows.first
    for block in rows.blocks():
        yield _block_text(block, number, styles)
        number += len(block.columns[0]) if block.columns else 0
    yield sheet[template.end() :]


def _block_text(block: Block, first: int, styles: Mapping[str, str]) -> str:
    columns = []
    for at, (cells, kind) in enumerate(zip(block.columns, block.formats, strict=True)):
        style = _style(styles, kind) if isinstance(kind, str) else [_style(styles, k) for k in kind]
        columns.append(_column_texts(xl_col_to_name(at), first, cells, style))
    return "".join(
        f'<row r="{number}">{"".join(cells)}</row>'
        for number, cells in enumerate(zip(*columns, strict=True), start=first)
    )


def _style(styles: Mapping[str, str], kind: str) -> str:
    """Give a cell's style; a format that the workbook does not have is the general one."""
    return styles.get(kind, "")


def _column_texts(
    letter: str, first: int, cells: Sequence[Cell], style: str | Sequence[str]
) -> list[str]:
    known: dict[str, str] = {}
    told = []
    for number, cell in enumerate(cells):
        if cell is None:
            told.append("")
        elif isinstance(cell, str):
            if cell not in known:
                known[cell] = _inline(cell)
            told.append(f'<c r="{letter}{first + number}" t="inlineStr">{known[cell]}</c>')
        else:
            look = style if isinstance(style, str) else style[number]
            told.append(f'<c r="{letter}{first + number}"{look}><v>{cell!r}</v></c>')
    return told


def _inline(text: str) -> str:
    """Write text as XML; what XML cannot hold is written as spreadsheets do, ``_x0007_``."""
    plain = _LOOKS_ESCAPED.sub("_x005F_", text)
    plain = _UNSAFE.sub(lambda found: f"_x{ord(found[0]):04X}_", plain)
    plain = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    keep = ' xml:space="preserve"' if plain != plain.strip() else ""
    return f"<is><t{keep}>{plain}</t></is>"
