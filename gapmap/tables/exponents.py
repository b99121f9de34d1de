"""Numbers of a GeoJSON file in scientific notation that leave digits open.

``4.40403E11`` may have been any of a million codes; GDAL gives the number 440403000000, which
looks like a whole one.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from gapmap.findings import finding
from gapmap.tables.digits import digits_missing, written_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gapmap.findings import Finding

__all__ = ["OpenNumber", "keep_open", "open_numbers"]

_BEFORE: Final = 1024
"""So many bytes before its exponent hold a number and its key."""
_BEHIND: Final = 8
_EXPONENT: Final = re.compile(rb"[eE][+-]?[0-9]+")


class OpenNumber(NamedTuple):
    """A number as it is written: the key of its feature, and the feature's number from 1."""

    key: str
    row: int
    written: str


def open_numbers(stream: BinaryIO, places: Iterable[tuple[int, int]]) -> Iterator[OpenNumber]:
    """Give the numbers that leave digits open, of features' own properties.

    Parameters
    ----------
    stream
        The file.
    places
        Number of the feature, and the byte at which the exponent begins.
    """
    for row, at in places:
        start = max(0, at - _BEFORE)
        stream.seek(start)
        before, behind = stream.read(at - start), stream.read(_BEHIND)
        exponent = _EXPONENT.match(behind)
        head = before.rstrip(b"0123456789.").rstrip(b"-")
        number = before[len(head) :] + (exponent[0] if exponent else b"")
        written = number.decode("ascii")
        key = _key(head.rstrip()) if digits_missing(written) else None
        if key is not None:
            yield OpenNumber(key, row, written)


def _key(head: bytes) -> str | None:
    """Give the key that ends a piece of JSON with its colon; None within a list."""
    if not head.endswith(b":") or not (text := head[:-1].rstrip()).endswith(b'"'):
        return None
    start = len(text) - 1
    while (start := text.rfind(b'"', 0, start)) >= 0:
        escapes = start - len(text[:start].rstrip(b"\\"))
        if escapes % 2 == 0:
            return str(json.loads(text[start:]))
    return None


def keep_open(
    texts: dict[str, list[str]], fields: Sequence[str], numbers: Sequence[OpenNumber], file: str
) -> list[Finding]:
    """Put numbers back as they were written, and say so once for each column.

    Parameters
    ----------
    texts
        The columns as GDAL gives them, in the order of ``fields``, their keys in the file.
    """
    columns = dict(zip(fields, texts, strict=True))
    told: dict[str, list[OpenNumber]] = {}
    for one in numbers:
        cells = texts.get(columns.get(one.key, ""), [])
        text = cells[one.row - 1] if one.row <= len(cells) else ""
        if _is_number(text, float(one.written)):  # of two values with one key GDAL took another
            cells[one.row - 1] = written_text(one.written)
            told.setdefault(columns[one.key], []).append(one)
    return [
        finding("digits-open", file=file, field=name, row=row, value=written, count=len(found))
        for name, found in told.items()
        for _, row, written in found[:1]
    ]


def _is_number(text: str, value: float) -> bool:
    try:
        return float(text) == value
    except ValueError:
        return False
