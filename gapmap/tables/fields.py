"""Typed columns, as GDAL and Parquet give them, become text."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from gapmap.findings import finding
from gapmap.tables.digits import float_text

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from gapmap.findings import Finding

__all__ = ["as_texts", "free_name"]


def as_texts(column: pa.ChunkedArray) -> list[str]:
    """Give a typed column as text: whole numbers without ``.0``, dates in ISO form.

    Examples
    --------
    >>> as_texts(pa.chunked_array([[12.0, 0.5, None]]))
    ['12', '0.5', '']
    >>> as_texts(pa.chunked_array([[True, None]])), as_texts(pa.chunked_array([[b"a"]]))
    (['true', ''], ['61'])
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        plain: list[str] = pc.fill_null(column.cast(pa.string()), "").to_pylist()
        return plain
    values: Sequence[object] = column.to_pylist()
    return [_text(value) for value in values]


def free_name(name: str, taken: Container[str], file: str, found: list[Finding]) -> str:
    """Give a column a name that no other has; where it has to be another one, say so.

    Names are cut at ten bytes in a dbf and may then be alike.
    """
    free = name
    number = 2
    while free in taken:
        free = f"{name}_{number}"
        number += 1
    if free != name:
        found.append(finding("header-twice", file=file, field=name, name=free))
    return free


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return "" if math.isnan(value) else float_text(value)  # some drivers write NaN for empty
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date().isoformat() if midnight else value.isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else str(value)
