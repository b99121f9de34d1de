"""The table of a shapefile, read byte by byte: no digit of a code is rounded, no row passed over.

Format: dBASE III+ table file header, as in the xBase file format description of E. Bachmann.
"""

from __future__ import annotations

import datetime as dt
import math
import struct
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import numpy as np

from gapmap.findings import Finding, fail, finding
from gapmap.tables.digits import float_text, written_text
from gapmap.tables.fields import free_name
from gapmap.tables.value import row_findings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

__all__ = ["Dbf", "read_dbf"]

_FIELD: Final = 32
_END: Final = 0x0D
_DELETED: Final = ord("*")
_BINARY: Final = {"I": "<i4", "B": "<f8", "Y": "<i8"}
_UNREAD: Final = frozenset("MGPQVWT@0+O")
"""Kinds of fields whose content stands in another file, or is no text and no plain number."""
_MONEY_PLACES: Final = 4
"""Decimals that FoxPro's currency has without writing a point."""
_TRUTHS: Final = {"t": "true", "y": "true", "f": "false", "n": "false", "?": ""}


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    kind: str
    start: int
    width: int


@dataclass(slots=True)
class Dbf:
    """A table with its text still in single bytes (Latin-1 keeps each of them).

    Attributes
    ----------
    told
        Rows that the header names.
    held
        Rows for which there are bytes.
    mark
        The language byte of the header.
    texts
        Each column's cells, of rows that are not marked as deleted.
    rows
        Number of each such row, from 1.
    deleted
        Numbers of the rows that are marked as deleted.
    """

    told: int
    held: int
    mark: int
    texts: dict[str, list[str]] = field(default_factory=dict)
    rows: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    deleted: list[int] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read_dbf(content: bytes, file: str) -> Dbf:
    """Read a table.

    Numbers come as they are written, without zeros at the end, and in scientific notation where
    that leaves digits open; dates as ISO text; truth values as ``true`` and ``false``. Cells that
    hold nothing are ``""``: blanks, ``*****`` for a number that did not fit (a finding each),
    ``00000000`` for a date (one finding for the column).

    Raises
    ------
    InputError
        The header is none, or its fields do not fill its rows.
    """
    if len(content) < _FIELD + 1:
        fail(finding("dbf-header", file=file))
    told, header, width = struct.unpack_from("<IHH", content, 4)
    columns = _columns(content[:header])
    filled = 1 + sum(column.width for column in columns)
    if not columns or header > len(content) or filled != width:
        fail(finding("dbf-header", file=file))
    held = _held(content, told, header, width)
    read = Dbf(told, held, content[29])
    if held != told:
        return read
    matrix = np.frombuffer(content, dtype=np.uint8, count=told * width, offset=header)
    matrix = matrix.reshape(told, width)
    live = matrix[:, 0] != _DELETED
    read.rows = np.flatnonzero(live) + 1
    read.deleted = [int(row) + 1 for row in np.flatnonzero(~live)]
    kept = matrix if live.all() else matrix[live]
    for column in columns:
        name = free_name(column.name, read.texts, file, read.findings)
        read.texts[name] = _cells(kept, column, read, file)
    return read


def _held(content: bytes, told: int, header: int, width: int) -> int:
    """Count the rows for which there are bytes; padding behind the last one is none."""
    held = (len(content) - header) // width
    if held > told and not content[header + told * width :].strip(b"\x1a\x00 "):
        return told
    return held


def _columns(header: bytes) -> list[_Column]:
    found: list[_Column] = []
    start = 1
    for at in range(_FIELD, len(header) - _FIELD + 1, _FIELD):
        if header[at] == _END:
            break
        name = header[at : at + 11].split(b"\0")[0].decode("latin-1")
        width = header[at + 16]
        found.append(_Column(name, chr(header[at + 11]).upper(), start, width))
        start += width
    return found


def _cells(matrix: NDArray[np.uint8], column: _Column, read: Dbf, file: str) -> list[str]:
    """Give one column's cells as text, and add to ``read`` what was wrong in it."""
    raw = np.ascontiguousarray(matrix[:, column.start : column.start + column.width])
    name = column.name if column.name.isascii() else ""
    if not len(raw) or not column.width:
        return [""] * len(raw)
    if column.kind in _UNREAD:
        if column.kind != "0":  # FoxPro's own flags of empty cells
            note = finding("dbf-kind-unread", file=file, field=name, value=column.kind)
            read.findings.append(note)
        return [""] * len(raw)
    binary = _BINARY.get(column.kind)
    if binary and column.width == np.dtype(binary).itemsize:
        return [_binary(value, column.kind) for value in raw.view(binary).ravel().tolist()]
    texts = [text.decode("latin-1") for text in raw.view(f"S{column.width}").ravel().tolist()]
    make = {"N": _number, "F": _number, "D": _date, "L": _truth}.get(column.kind, _text)
    made = _each(texts, make)
    if column.kind in "NF":
        over = [(n, t.strip()) for n, t in zip(read.rows, texts, strict=True) if "*" in t]
        read.findings += row_findings("dbf-overflow", file, name, over)
    if not raw.all():
        read.findings += _behind_nul(texts, read.rows, file, name)
    if column.kind == "D" and (zeros := sum(text.startswith("00000000") for text in texts)):
        read.findings.append(finding("dbf-date-zero", file=file, field=name, count=zeros))
    return made


def _each(texts: list[str], make: Callable[[str], str]) -> list[str]:
    """Make each different text once: tables repeat themselves."""
    made = {text: make(text) for text in set(texts)}
    return [made[text] for text in texts]


def _behind_nul(
    texts: list[str], rows: NDArray[np.int64], file: str, name: str
) -> Iterator[Finding]:
    """Say how many cells go on behind the byte at which their text ends."""
    longer = [
        row for row, text in zip(rows, texts, strict=True) if text.partition("\0")[2].strip("\0 ")
    ]
    if longer:
        first, count = int(longer[0]), len(longer)
        yield finding("dbf-behind-nul", file=file, row=first, field=name, count=count)


def _binary(value: float, kind: str) -> str:
    if kind == "B":
        return "" if math.isnan(value) else float_text(value)
    places = _MONEY_PLACES if kind == "Y" else 0
    return written_text(f"{Decimal(value).scaleb(-places):f}")


def _text(cell: str) -> str:
    return cell.split("\0", 1)[0].rstrip(" ")


def _number(cell: str) -> str:
    text = cell.split("\0", 1)[0].strip()
    return "" if "*" in text else written_text(text)


def _date(cell: str) -> str:
    text = cell.split("\0", 1)[0].strip()
    if not text.strip("0"):
        return ""
    try:
        return dt.datetime.strptime(text, "%Y%m%d").date().isoformat()  # noqa: DTZ007 - a day
    except ValueError:
        return text


def _truth(cell: str) -> str:
    """Give a truth value; what is none, such as 1 or X, stays for whoever reads the column."""
    mark = cell.split("\0", 1)[0].strip()
    return _TRUTHS.get(mark.lower(), ascii(mark)[1:-1])
