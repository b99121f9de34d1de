"""Columns of a table as text, ids, numbers and yes or no; what cannot be read stays unknown."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from gapmap.findings import Finding, fail, finding
from gapmap.tables.value import row_findings

if TYPE_CHECKING:
    from collections.abc import Callable

    from gapmap.tables.value import Table

__all__ = ["Parsed", "booleans", "ids", "note_once", "numbers", "parse_numbers", "texts"]

BLANKS: Final = " \t\r\n\v\f\u00a0\u3000\ufeff\u200b\u200c\u200d\u2060"
FULL_WIDTH_DIGITS: Final = {0xFF10 + digit: str(digit) for digit in range(10)}
UNITS: Final = (
    "平方米", "m2", "㎡", "sqm", "米", "m", "人", "户", "个", "张", "座", "处", "所",
    "元", "分钟", "min", "分", "年",
)  # fmt: skip
YES: Final = frozenset(("是", "有", "true", "yes", "y", "t", "1", "√", "✓"))
NO: Final = frozenset(("否", "无", "没有", "false", "no", "n", "f", "0", "×"))


def texts(table: Table, column: str) -> pd.Series:
    """Give a column as text without blanks at its ends, ``""`` where empty.

    Raises
    ------
    InputError
        There is no such column; the nearest names and all names are told.
    """
    if column not in table.cells.columns:
        names = [str(name) for name in table.cells.columns]
        near = get_close_matches(column, names, n=3, cutoff=0.3)
        fail(
            finding(
                "column-missing",
                file=table.file,
                field=column,
                nearest=", ".join(near) or "–",
                columns=", ".join(names) or "–",
            )
        )
    return table.cells[column].str.strip(BLANKS)


def ids(table: Table, column: str) -> pd.Series:
    """Give a column of codes: full-width digits made plain, a trailing ``.0`` removed.

    Leading zeros stay. ``""`` where empty.
    """
    plain = texts(table, column)
    wide = plain.str.contains("[\uff10-\uff19]", regex=True)
    if wide.any():
        plain = plain.where(~wide, plain.map(lambda text: text.translate(FULL_WIDTH_DIGITS)))
    return plain.str.replace(r"^([0-9]+)\.0+$", r"\1", regex=True)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A column of numbers before any of it is judged.

    Attributes
    ----------
    numbers
        NaN where empty or unreadable.
    text
        The cells without blanks at their ends.
    notes
        What was converted, one note for the column.
    """

    numbers: pd.Series
    text: pd.Series
    notes: tuple[Finding, ...]

    @property
    def unreadable(self) -> pd.Series:
        """Where there is text that is no number."""
        return self.numbers.isna() & (self.text != "")


def parse_numbers(table: Table, column: str) -> Parsed:
    """Read a column of numbers; unreadable cells are told by ``Parsed.unreadable``."""
    text = texts(table, column)
    plain = text.str.fullmatch(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
    numeric = pd.to_numeric(text.where(plain, None), errors="coerce").astype("float64")
    values = pd.Series(numeric.to_numpy(copy=True), index=text.index, name=column)
    values[~np.isfinite(values)] = np.nan
    strange = text[~plain & (text != "")]
    if strange.empty:
        return Parsed(values, text, ())
    known = {cell: _number_in(cell) for cell in strange.unique()}
    read = strange.map(known).astype("float64")
    values.loc[read.index] = read
    converted = strange[read.notna()]
    return Parsed(values, text, note_once("number-converted", table, column, converted, read))


def _number_in(cell: str) -> float:
    """Read one cell that is not a plain number; NaN unless its meaning is beyond doubt.

    Examples
    --------
    >>> _number_in("1,200"), _number_in("250㎡"), _number_in("3.5万"), _number_in("约300")
    (1200.0, 250.0, 35000.0, nan)
    """
    text = unicodedata.normalize("NFKC", cell).replace("\u2212", "-").strip(BLANKS)
    for unit in UNITS:
        plain_unit = unicodedata.normalize("NFKC", unit)
        if text.lower().endswith(plain_unit):
            text = text[: -len(plain_unit)].rstrip(BLANKS)
            break
    factor = 1.0
    if text.endswith("万"):
        text, factor = text[:-1].rstrip(BLANKS), 10_000.0
    grouped = re.fullmatch(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", text)
    if grouped:
        text = text.replace(",", "")
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)", text):
        return float("nan")
    return round(float(text) * factor, 6)


def note_once(
    code: str, table: Table, column: str, cells: pd.Series, read: pd.Series
) -> tuple[Finding, ...]:
    """Give one note for all converted cells of a column, with the first as example."""
    if cells.empty:
        return ()
    row = int(cells.index[0])
    return (
        finding(
            code,
            file=table.file,
            row=row,
            field=column,
            value=cells.iloc[0],
            count=len(cells),
            example=_shown(read.loc[row]),
        ),
    )


def _shown(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return str(value.date())
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def numbers(
    table: Table, column: str, *, low: float | None = None, high: float | None = None
) -> tuple[pd.Series, tuple[Finding, ...]]:
    """Give a column as numbers, NaN where empty, unreadable or outside ``[low, high]``.

    Full-width digits, thousands commas, 万 and a unit such as ``㎡`` or ``人`` behind the number
    are understood, with one note for the column. ``约300``, ranges, percentages and other text
    stay unknown, with a finding for each row.

    Parameters
    ----------
    low, high
        Inclusive bounds of what can be true.

    Raises
    ------
    InputError
        There is no such column.
    """
    parsed = parse_numbers(table, column)
    values = parsed.numbers.copy()
    bad = parsed.text[parsed.unreadable]
    too_low = values < low if low is not None else pd.Series(data=False, index=values.index)
    too_high = values > high if high is not None else pd.Series(data=False, index=values.index)
    outside = parsed.text[too_low | too_high]
    values[too_low | too_high] = np.nan
    bounds = _bounds(low, high)
    return values, (
        *parsed.notes,
        *row_findings("number-unreadable", table.file, column, bad.items()),
        *row_findings("number-out-of-range", table.file, column, outside.items(), **bounds),
    )


def _bounds(low: float | None, high: float | None) -> dict[str, str]:
    """Say in words which numbers can be true."""
    if low is not None and high is not None:
        return {
            "bounds_zh": f"在 {low:g} 至 {high:g} 之间",
            "bounds_en": f"from {low:g} to {high:g}",
        }
    if high is not None:
        return {"bounds_zh": f"不大于 {high:g}", "bounds_en": f"at most {high:g}"}
    least = 0.0 if low is None else low
    return {"bounds_zh": f"不小于 {least:g}", "bounds_en": f"at least {least:g}"}


def booleans(table: Table, column: str) -> tuple[pd.Series, tuple[Finding, ...]]:
    """Give a column as yes or no (nullable boolean), missing where empty or neither.

    Understood are 是/否, 有/无, true/false, yes/no, y/n, 1/0, √/×, in any width and case.

    Raises
    ------
    InputError
        There is no such column.
    """
    text = texts(table, column)
    known = {cell: _yes_or_no(cell) for cell in text.unique()}
    values = _mapped(text, known.__getitem__).astype("boolean")
    bad = text[values.isna() & (text != "")]
    return values, row_findings("boolean-unreadable", table.file, column, bad.items())


def _mapped(text: pd.Series, read: Callable[[str], object]) -> pd.Series:
    """Apply ``read`` to every cell; the result holds plain objects."""
    made = np.empty(len(text), dtype=object)
    made[:] = [read(cell) for cell in text]
    return pd.Series(made, index=text.index, name=text.name, dtype=object)


def _yes_or_no(cell: str) -> bool | None:
    plain = unicodedata.normalize("NFKC", cell).casefold().removesuffix(".0")
    return True if plain in YES else False if plain in NO else None
