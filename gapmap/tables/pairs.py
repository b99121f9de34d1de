"""Both coordinates of every row: from two columns, from one, exchanged, or packed into digits."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gapmap.findings import Finding, may_repair
from gapmap.tables.angles import (
    MOST_LATITUDE,
    MOST_LONGITUDE,
    Both,
    parse_coordinates,
    two_in_one,
)
from gapmap.tables.columns import (
    actual_title,
    each_distinct,
    note_once,
    texts,
    without_blank_words,
)
from gapmap.tables.value import row_findings

if TYPE_CHECKING:
    from gapmap.tables.value import Table

__all__ = ["Pair", "parse_pair"]


@dataclass(frozen=True, slots=True)
class Pair:
    """Both coordinates of every row, before any of it is judged.

    Attributes
    ----------
    x, y
        NaN where empty or not read.
    text
        Both cells as findings show them; ``""`` where there is nothing.
    told
        Rows of which a finding says why they have no coordinates.
    findings
        What was converted, exchanged or not read.
    repaired
        Rows in which coordinates were exchanged, or a comma was read as a point.
    """

    x: pd.Series
    y: pd.Series
    text: pd.Series
    told: pd.Series
    findings: tuple[Finding, ...]
    repaired: frozenset[int]


def parse_pair(table: Table, x: str, y: str, *, degrees: bool = True) -> Pair:
    """Read both coordinates of every row, from two columns or, where both are one, from one.

    Two numbers in one cell are longitude and latitude, in this order unless hemispheres say
    otherwise, or only the second one can be a longitude.

    Where a row's own letters say that its two columns are exchanged (``N`` among the longitudes),
    they are put right if the table's ``repair`` allows it. Digits without any sign, such as
    ``1133436`` and ``221616``, are a finding: they may be degrees, minutes and seconds.

    Parameters
    ----------
    degrees
        Whether longitudes and latitudes are expected, not metres.

    Raises
    ------
    InputError
        There is no such column.
    """
    if actual_title(table, x) == actual_title(table, y):
        return _from_one_column(table, x, degrees=degrees)
    east, north = parse_coordinates(table, x), parse_coordinates(table, y)
    text = (east.text + ", " + north.text).where((east.text != "") | (north.text != ""), "")
    pair = Pair(
        x=east.numbers,
        y=north.numbers,
        text=text,
        told=east.unreadable | north.unreadable,
        findings=(*east.findings, *north.findings),
        repaired=east.repaired | north.repaired,
    )
    field = f"{x}, {y}"
    pair = _by_letters(table, field, pair, east.says, north.says)
    return _without_packed(table, field, pair) if degrees else pair


def _by_letters(table: Table, field: str, pair: Pair, east: pd.Series, north: pd.Series) -> Pair:
    """Exchange rows whose letters say that they are exchanged; those that contradict are none."""
    known = pair.x.notna() & pair.y.notna()
    crossed = known & (((east == "y") & (north != "y")) | ((north == "x") & (east != "x")))
    contrary = ((east == "y") | (north == "x")) & ~crossed & ~pair.told
    if not (crossed.any() or contrary.any()):
        return pair
    told, x, y, repaired = pair.told, pair.x.copy(), pair.y.copy(), pair.repaired
    code = "position-letters-swapped"
    if may_repair(table.repair, code):
        x[crossed], y[crossed] = pair.y[crossed], pair.x[crossed]
        repaired = repaired | {int(row) for row in x.index[crossed]}
        found = row_findings(code, table.file, field, pair.text[crossed].items())
        wrong = contrary
    else:
        found, wrong = (), contrary | crossed
    x[wrong] = y[wrong] = np.nan
    found += row_findings("position-letters-wrong", table.file, field, pair.text[wrong].items())
    return replace(
        pair, x=x, y=y, told=told | wrong, findings=(*pair.findings, *found), repaired=repaired
    )


def _without_packed(table: Table, field: str, pair: Pair) -> Pair:
    """Take out digits that may be packed degrees, minutes and seconds."""
    packed = _packed(pair.x, MOST_LONGITUDE) & _packed(pair.y, MOST_LATITUDE)
    if not packed.any():
        return pair
    found = row_findings("position-packed", table.file, field, pair.text[packed].items())
    return replace(
        pair,
        x=pair.x.mask(packed),
        y=pair.y.mask(packed),
        told=pair.told | packed,
        findings=(*pair.findings, *found),
    )


def _packed(values: pd.Series, most: int) -> pd.Series:
    """Say which numbers, read as DDDMMSS, are an angle of at least 10 degrees."""
    size = values.abs()
    degrees, minutes, seconds = size // 10_000, size // 100 % 100, size % 100
    return degrees.between(10, most) & (minutes < 60) & (seconds < 60)  # noqa: PLR2004 - sixtieths


def _from_one_column(table: Table, column: str, *, degrees: bool) -> Pair:
    """Read a column each cell of which holds both coordinates."""
    text, notes = without_blank_words(table, column, texts(table, column))
    read = each_distinct(text, lambda cell: two_in_one(cell, degrees=degrees) if cell else None)
    none = Both(math.nan, math.nan, latitude_first=False)
    both = [one or none for one in read]
    x = pd.Series([one.x for one in both], index=text.index, dtype="float64")
    y = pd.Series([one.y for one in both], index=text.index, dtype="float64")
    bad = x.isna() & (text != "")
    first = pd.Series([one.latitude_first for one in both], index=text.index, dtype=bool)
    found = (
        *notes,
        *note_once("position-pair-read", table, column, text[x.notna() & ~first], x),
        *note_once("position-pair-turned", table, column, text[first], x),
        *row_findings("position-unreadable", table.file, column, text[bad].items()),
    )
    return Pair(x=x, y=y, text=text, told=bad, findings=found, repaired=frozenset())
