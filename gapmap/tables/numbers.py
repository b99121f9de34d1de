"""Columns of numbers: plain ones, and those that carry units, separators or Chinese numerals."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from gapmap.findings import Finding, may_repair
from gapmap.tables.columns import (
    BLANKS,
    actual_title,
    each_distinct,
    note_once,
    texts,
    without_blank_words,
)
from gapmap.tables.numerals import chinese_number
from gapmap.tables.quantities import (
    ACCEPTED,
    EXPECTED,
    Quantity,
    Unit,
    split_unit,
    unit_of_sheet,
    unit_of_title,
)
from gapmap.tables.value import row_findings

if TYPE_CHECKING:
    from gapmap.tables.value import Table

__all__ = ["HASHES", "PLAIN", "numbers", "plain_cell", "plain_numbers"]

PLAIN: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
_GROUPED: Final = re.compile(
    r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[+-]?[0-9]{1,3}(?: [0-9]{3})+(?:\.[0-9]+)?"
)
_COMMA: Final = re.compile(r"[+-]?[0-9]+,[0-9]+")
_CONTINENTAL: Final = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+")
"""1.080,50: a point can part thousands only where a comma parts decimals."""
_DECIMAL_COMMA: Final = r"[+-]?[0-9.]+,(?:[0-9]{1,2}|[0-9]{4,})(?:[^0-9,.]|$)"
_LIKE_THOUSANDS: Final = r"[+-]?[0-9]{1,3}\.[0-9]{3}"
HASHES: Final = re.compile(r"#{3,}")
"""What a column shows that is too narrow."""
_SCALED: Final = re.compile(r"(.*[0-9])\s*([万亿])")
_SCALES: Final = {"万": 10_000.0, "亿": 100_000_000.0}
_ABOUT: Final = re.compile(
    r"(?:约为?|大约|大概|大致|估计|接近|将近|近|~|≈)\s*(.+)|(.+?)\s*(?:左右|上下|前后)"
)
_BOUND: Final = re.compile(
    r"(?:≥|≧|>=?|大于等于|大于|不少于|不小于|不低于|至少|超过|超|高于|多于|≤|≦|<=?|小于等于|小于|不足|不到|未满"
    r"|少于|低于|不超过|不大于|不高于|不多于|至多|最多)\s*(.+)"
    r"|(.+?)\s*(?:\+|及?以上|及?以下|以内|之内|余|多|许)"
)  # fmt: skip
_RANGE: Final = re.compile(r"(.+?)\s*(?:-{1,2}|–|—|~|〜|∼|至|到)\s*(.+)")
_MORE: Final = re.compile(r"(.*[0-9十百千万亿])([余多])(\D+)", re.DOTALL)
"""300余人: more than 300."""
_IN_BRACKETS: Final = re.compile(r"\((.+)\)")
_MARKED: Final = ("<super>", "<sub>", "<circle>", "<fraction>", "<compat>")
_WHOLE_UNITS: Final = str.maketrans({"㎡": "m2", "㎢": "km2", "㎞": "km", "㎝": "cm", "²": "2"})


@dataclass(frozen=True, slots=True)
class _Read:
    """What one cell says.

    Attributes
    ----------
    number
        In the cell's own unit; NaN where ``doubt`` is not empty, unless a repair may use it.
    doubt
        Code of the finding for a cell that is not beyond doubt.
    unit
        The unit that the cell names.
    scaled
        Whether the cell itself has 万 or 亿.
    """

    number: float = float("nan")
    doubt: str = ""
    unit: Unit | None = None
    scaled: bool = False


_REPAIRS: Final = {
    "number-approximate": "number-approximate-read",
    "number-decimal-comma": "number-decimal-comma-read",
}
"""What may be read all the same where the study allows it."""
_NOTHING: Final = _Read(doubt="number-unreadable")


def plain_cell(cell: str) -> str:
    """Give a cell in plain width, ``""`` where that would turn marks such as ① into digits.

    Examples
    --------
    >>> plain_cell("２５０ｍ²"), plain_cell("2³"), plain_cell("250㎡")
    ('250m2', '', '250m2')
    """
    if cell.isascii():
        return cell
    known = re.sub("m²", "m2", cell, flags=re.IGNORECASE).translate(_WHOLE_UNITS)
    if "²" in cell and "m²" not in cell.lower() and "ｍ²" not in cell.lower():
        return ""
    if any(unicodedata.decomposition(mark).startswith(_MARKED) for mark in known):
        return ""
    return unicodedata.normalize("NFKC", known).replace("\u2212", "-").strip(BLANKS)


def _read(cell: str) -> _Read:
    """Read one cell that is not a plain number.

    Examples
    --------
    >>> _read("1,200").number, _read("3.5万").number, _read("三百").number, _read("约300").doubt
    (1200.0, 35000.0, 300.0, 'number-approximate')
    """
    text = plain_cell(cell)
    if HASHES.fullmatch(text):
        return _Read(doubt="cell-too-narrow")
    read = _definite(text)
    return _vague(text) if read.doubt else read


def _vague(text: str) -> _Read:
    """Say what makes a text no definite number: about, a bound, a range, brackets, a comma."""
    text = _MORE.sub(r"\1\3\2", text)
    for code, form in (("number-approximate", _ABOUT), ("number-bound", _BOUND)):
        if match := form.fullmatch(text):
            inner = _definite(next(part for part in match.groups() if part))
            if not inner.doubt:
                return _Read(inner.number, code, inner.unit, inner.scaled)
            if _is_range(match[1] or ""):
                return _Read(doubt="number-range")
    if _is_range(text):
        return _Read(doubt="number-range")
    bracketed = _IN_BRACKETS.fullmatch(text)
    if bracketed and not _definite(bracketed[1]).doubt:
        return _Read(doubt="number-bracketed")
    rest, unit = split_unit(text)
    if _COMMA.fullmatch(rest):
        return _Read(float(rest.replace(",", ".")), "number-decimal-comma", unit)
    return _NOTHING


def _is_range(text: str) -> bool:
    match = _RANGE.fullmatch(text)
    if match is None:
        return False
    low, high = _definite(match[1]), _definite(match[2])
    return not low.doubt and not high.doubt and (low.unit is None or low.number <= high.number)


def _definite(text: str) -> _Read:
    """Read a number with its unit, without words that make it vague."""
    rest, unit = split_unit(text)
    number, scaled = _number(rest)
    if unit is not None and number is None:
        number, scaled = _number(text)  # the last character may be a numeral: 千, 百
        unit = None
    if number is None or not np.isfinite(number):
        return _NOTHING
    return _Read(number, "", unit, scaled)


def _number(text: str) -> tuple[float | None, bool]:
    """Read a number without unit; say whether 万 or 亿 is in it."""
    scale = 1.0
    if match := _SCALED.fullmatch(text):
        text, scale = match[1], _SCALES[match[2]]
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "").replace(" ", "")
    elif _CONTINENTAL.fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    if _DECIMAL.fullmatch(text) or (scale == 1.0 and PLAIN.fullmatch(text)):
        return (float(text) if scale == 1.0 else round(float(text) * scale, 6)), scale != 1.0
    number = chinese_number(text) if scale == 1.0 else None
    return number, "万" in text or "亿" in text


def plain_numbers(text: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Read plain numbers at once; give them, NaN elsewhere, and the cells that are other text.

    What would be infinite is other text.
    """
    cells = pa.array(text, type=pa.large_string(), from_pandas=True)
    try:
        read = pc.cast(pc.if_else(pc.equal(cells, ""), None, cells), pa.float64())
        values = read.to_numpy(zero_copy_only=False)
        other = ~np.isfinite(values) & np.asarray(read.is_valid())
    except pa.ArrowInvalid:  # some cell is no plain number
        plain = text.str.fullmatch(PLAIN.pattern).to_numpy(dtype=bool)
        values = np.full(len(text), np.nan)
        values[plain] = pd.to_numeric(text[plain]).to_numpy(dtype="float64")
        other = ~np.isfinite(values) & (text != "").to_numpy()
    made = np.where(other, np.nan, values)
    return pd.Series(made, index=text.index), text[other]


def numbers(
    table: Table,
    column: str,
    *,
    low: float | None = None,
    high: float | None = None,
    quantity: Quantity | None = None,
) -> tuple[pd.Series, tuple[Finding, ...]]:
    """Give a column as numbers, NaN where empty, unreadable or outside ``[low, high]``.

    Full-width digits, thousands separated by commas or blanks, Chinese numerals (三百, 3万5千) and
    a unit behind the number are understood, with one note for the column. Where the quantity is
    known, a unit is converted (亩 is 2000/3 m2, 公顷 10,000 m2, 公里 1,000 m, 12% is 0.12), and a
    unit of another kind is a finding. A unit in the column's title, such as ``面积(亩)`` or
    ``人口(万人)``, holds for the numbers without one, else one that a line above the table names.
    ``1.080,50`` is 1080.5; beside decimal commas, ``1.080`` is a finding. Where the quantity is
    not known, numbers stay in the unit of the column: that of its title, else the one that most
    cells have. Words that say that nothing is known are empty, with one note.

    About (约300), bounds (≥250, 250以上) and ranges (200-300) stay unknown, with a finding for each
    row. Where the table's ``repair`` is ``all``, 约300 is taken as 300 and 12,5 as 12.5; those
    rows count as repaired.

    Parameters
    ----------
    low, high
        Inclusive bounds of what can be true.
    quantity
        What the column holds: ``area`` (m2), ``length`` (m), ``people``, ``count`` or ``share``.

    Raises
    ------
    InputError
        There is no such column.
    """
    text = texts(table, column)
    values, strange = plain_numbers(text)
    values.name = column
    strange, notes = without_blank_words(table, column, strange)
    strange = strange[strange != ""]
    doubtful = _doubtful_points(text, strange)
    values[doubtful] = np.nan
    scale = _scale_of(table, column, quantity)
    bare = text[values.notna()]
    if scale.is_foreign:
        cells = pd.concat([bare, strange]).sort_index()
        said = row_findings("unit-unexpected", table.file, column, cells.items(), **scale.facts)
        return pd.Series(np.nan, index=text.index, name=column), (*notes, *said)
    if scale.title is not None and quantity is not None and not scale.title.is_base:
        values = values.map(scale.title.value, na_action="ignore")
        code = "number-sheet-unit" if scale.above else "number-title-unit"
        notes += note_once(code, table, column, bare, values, unit=scale.title.name)
    read, doubts = _read_strange(strange, scale, table.repair)
    values.loc[read.index] = read
    told = [row for cells in doubts.values() for row in cells.index]
    converted = strange.drop(told)
    notes += note_once("number-converted", table, column, converted, values)
    outside = _outside(values, low, high)
    values[outside] = np.nan
    found = [*notes]
    cells = text[doubtful].items()
    found += row_findings("number-point-doubtful", table.file, column, cells)
    for code, cells in doubts.items():
        facts = scale.facts if code == "unit-unexpected" else {}
        found += row_findings(code, table.file, column, cells.items(), **facts)
    beyond = text[outside].items()
    found += row_findings("number-out-of-range", table.file, column, beyond, **_bounds(low, high))
    return values, tuple(found)


def _doubtful_points(text: pd.Series, strange: pd.Series) -> pd.Series:
    """Say where 1.080 stands among numbers with a decimal comma: it may be 1,080."""
    if not strange.str.match(_DECIMAL_COMMA).any():
        return pd.Series(data=False, index=text.index)
    return text.str.fullmatch(_LIKE_THOUSANDS)


@dataclass(frozen=True, slots=True)
class _Scale:
    """In what a column is: its quantity, the unit that its title names, the one that cells have.

    ``above`` is the line above the table that names the unit, where the title does not.
    """

    quantity: Quantity | None
    title: Unit | None
    commonest: str = ""
    above: str = ""

    @property
    def is_foreign(self) -> bool:
        """Whether the title says that the column holds something else than is looked for."""
        if self.quantity is None or self.title is None:
            return False
        return self.title.kind not in ("", *ACCEPTED[self.quantity])

    @property
    def facts(self) -> dict[str, str]:
        """What a unit that does not belong here is told against."""
        return EXPECTED[self.quantity or ""]

    def with_commonest(self, units: list[Unit]) -> _Scale:
        """Take the base unit that most cells have, where nothing else says what the column is."""
        counted = Counter(unit.kind for unit in units if unit.is_base).most_common(2)
        tied = len(counted) > 1 and counted[0][1] == counted[1][1]
        return replace(self, commonest=counted[0][0] if counted and not tied else "")

    def value(self, read: _Read) -> float | None:
        """Give a number as the column has it; None where its unit does not belong here."""
        if self.quantity is not None:
            if read.unit is None:
                own = self.title or _NO_UNIT
                return own.value(read.number, scaled=read.scaled)
            fits = read.unit.kind in ACCEPTED[self.quantity]
            return read.unit.value(read.number) if fits else None
        if read.unit is None:
            scaled = read.scaled and self.title is not None and self.title.scale != 1
            return None if scaled else read.number  # 3万 beside a bare 3 that is 3万, too
        if self.title is not None and self.title.kind:
            return read.number if read.unit.name == self.title.name else None
        fits = read.unit.is_base and read.unit.kind == self.commonest
        return read.number if fits else None


_NO_UNIT: Final = Unit("", "")


def _scale_of(table: Table, column: str, quantity: Quantity | None) -> _Scale:
    """Say in what a column is: its own title tells, else a line above the table."""
    title = unit_of_title(actual_title(table, column), quantity)
    if title is None:
        return _Scale(quantity, unit_of_sheet(table.unit, quantity), above=table.unit)
    return _Scale(quantity, title)


def _read_strange(
    cells: pd.Series, scale: _Scale, repair: str
) -> tuple[pd.Series, dict[str, pd.Series]]:
    """Read cells that are no plain numbers; give their numbers, and those in doubt by code."""
    if cells.empty:
        return pd.Series(dtype="float64"), {}
    read = each_distinct(cells, _read)
    if scale.quantity is None:
        scale = scale.with_commonest([one.unit for one in read if one.unit is not None])
    made, codes = [], []
    for one in read:
        value, code = _settled(one, scale, repair)
        made.append(value)
        codes.append(code)
    told = pd.Series(codes, index=cells.index, dtype=object)
    return pd.Series(made, index=cells.index, dtype="float64"), {
        code: cells[told == code] for code in dict.fromkeys(codes) if code
    }


def _settled(read: _Read, scale: _Scale, repair: str) -> tuple[float, str]:
    """Give the number that stands for a cell, and the code of what there is to say about it."""
    if math.isnan(read.number):
        return math.nan, read.doubt
    value = scale.value(read)
    if value is None or not math.isfinite(value):
        return math.nan, "unit-unexpected" if value is None else "number-unreadable"
    if not read.doubt:
        return value, ""
    repaired = _REPAIRS.get(read.doubt)
    if repaired is not None and may_repair(repair, repaired):
        return value, repaired
    return math.nan, read.doubt


def _outside(values: pd.Series, low: float | None, high: float | None) -> pd.Series:
    outside = pd.Series(data=False, index=values.index)
    if low is not None:
        outside |= values < low
    if high is not None:
        outside |= values > high
    return outside


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
