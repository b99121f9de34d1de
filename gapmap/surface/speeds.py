"""Speeds: how fast one gets on over each class of land cover, and on roads by their class."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

import pandas as pd

from gapmap.findings import finding
from gapmap.network.rules import KINDS
from gapmap.region.rows import Ledger, fail_for_all
from gapmap.tables import Wanted, find_columns, numbers, read_table, texts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gapmap.findings import Finding
    from gapmap.tables import RowCount

__all__ = ["Speeds", "read_speeds"]

FASTEST_KMH: Final = 150.0
"""Beyond this a speed is a slip of the pen."""
_ROADS: Final = tuple(kind for kind in KINDS if not kind.startswith("ferry"))
_CODE: Final = re.compile(r"([+-]?[0-9]{1,10})(?:\.0*)?")
_LARGEST: Final = 2**31 - 1
_UNITS: Final = {
    1.0: ("km/h", "kmh", "kph", "km/小时", "公里/小时", "公里/时", "千米/小时", "千米/时"),
    3.6: ("m/s", "米/秒"),
    0.06: ("m/min", "米/分钟", "米/分"),
}
_FACTORS: Final = {name: times for times, names in _UNITS.items() for name in names}
_UNIT: Final = re.compile(
    r"(.*?)[\s_(\[]*(" + "|".join(map(re.escape, _FACTORS)) + r")[)\]]?", re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Speeds:
    """What a table of speeds says.

    Attributes
    ----------
    by_class
        km/h by class of land cover; NaN where the table has the class, but no speed for it.
    names
        What the classes are called, where the table says so.
    by_road
        km/h by road class, as OpenStreetMap has them.
    findings, rows
        What was wrong in the table; its rows by what became of them.
    """

    by_class: Mapping[int, float]
    names: Mapping[int, str]
    by_road: Mapping[str, float]
    findings: tuple[Finding, ...] = ()
    rows: tuple[RowCount, ...] = ()


def read_speeds(path: Path, *, repair: str = "safe") -> Speeds:
    """Read a table ``class``, ``kmh`` and, where it has one, ``name``.

    A class is a whole number of the land cover or the word of a road class. A speed of 0 means
    that nobody gets through. One that is empty, unreadable, negative or above 150 km/h is told,
    and its class has none. Speeds in m/s or m/min are converted where title or cell say so.

    Parameters
    ----------
    path
        The table.
    repair
        How far it may be repaired: one of ``gapmap.findings.REPAIRS``.

    Raises
    ------
    InputError
        It cannot be read, lacks a column, or gives one class two speeds.
    """
    ledger = Ledger(read_table(path, repair=repair))
    wanted = Wanted(needed=("class", "kmh"), optional=("name",))
    columns, told = find_columns(ledger.table, "speeds", _exact(ledger), wanted)
    ledger.add(told)
    words = texts(ledger.table, columns["class"])
    keys = pd.Series([_key(word) for word in words], index=words.index, dtype=object)
    unclear = keys.isna()
    near = [", ".join(get_close_matches(word, _ROADS, n=2)) or "–" for word in words[unclear]]
    ledger.add(
        finding(
            "surface-class-unreadable",
            file=ledger.table.file,
            row=int(row),
            field=columns["class"],
            value=words[row],
            near=one,
        )
        for row, one in zip(words.index[unclear], near, strict=True)
    )
    ledger.drop(unclear)
    keys = keys[~unclear]
    kmh = _speeds(ledger, columns["kmh"])
    names = texts(ledger.table, columns["name"]) if "name" in columns else keys.map(lambda _: "")
    kept = _once(ledger, columns, keys, kmh)
    known = {key: float(kmh[row]) for row, key in keys[kept].items()}
    ledger.drop(kmh[kept].isna())
    return Speeds(
        by_class={key: one for key, one in known.items() if isinstance(key, int)},
        names={key: names[row] for row, key in keys[kept].items() if isinstance(key, int)},
        by_road={
            key: one for key, one in known.items() if isinstance(key, str) and not math.isnan(one)
        },
        findings=tuple(ledger.findings),
        rows=(ledger.count(),),
    )


def _exact(ledger: Ledger) -> dict[str, str | None]:
    """Name the columns that are called as the study file's documentation says."""
    there = set(ledger.table.cells.columns)
    return {role: role if role in there else None for role in ("class", "kmh", "name")}


def _key(word: str) -> int | str | None:
    """Give the class that a cell means: a whole number, or the word of a road.

    Examples
    --------
    >>> _key("１０"), _key("20.0"), _key(" Primary "), _key("forest")
    (10, 20, 'primary', None)
    """
    plain = unicodedata.normalize("NFKC", word).strip().casefold()
    code = _CODE.fullmatch(plain)
    if code:
        return int(code[1]) if abs(int(code[1])) <= _LARGEST else None
    return plain if plain in _ROADS else None


def _speeds(ledger: Ledger, column: str) -> pd.Series:
    """Read the speeds in km/h; NaN, with a finding, where there is none that can be."""
    table = ledger.table
    cells = texts(table, column)
    title = _split(column)[1]
    parts = cells.map(_split)
    plain = parts.map(lambda one: one[0])
    bare = replace(table, cells=pd.DataFrame({"kmh": plain}, index=cells.index))
    values, found = numbers(bare, "kmh")
    ledger.add_cells(replace(one, field=column) for one in found)
    usual = 1.0 if title is None else title
    times = parts.map(lambda one: usual if one[1] is None else one[1]).astype(float)
    kmh = (values * times).round(6)
    turned = values.notna() & (times != 1)
    example = "" if not turned.any() else f"{kmh[turned].iloc[0]:g}"
    ledger.once("surface-speed-converted", turned, cells, field=column, example=example)
    odd = (kmh < 0) | (kmh > FASTEST_KMH)
    ledger.each("surface-speed-odd", odd, cells, field=column, most=f"{FASTEST_KMH:g}")
    told = {row for one in found for row in one.rows if one.severity == "warning"}
    empty = values.isna() & ~cells.index.isin(list(told))
    ledger.each("surface-speed-missing", empty, cells, field=column)
    return kmh.mask(odd)


def _split(cell: str) -> tuple[str, float | None]:
    """Part a number, or a title, from the unit of speed behind it, given as km/h.

    Examples
    --------
    >>> _split("5 km/h"), _split("步行速度（m/s）"), _split("4.5")
    (('5', 1.0), ('步行速度', 3.6), ('4.5', None))
    """
    plain = unicodedata.normalize("NFKC", cell).strip().casefold()
    match = _UNIT.fullmatch(plain)
    return (match[1], _FACTORS[match[2]]) if match else (cell, None)


def _once(ledger: Ledger, columns: Mapping[str, str], keys: pd.Series, kmh: pd.Series) -> pd.Series:
    """Keep the first row of each class; a later one has to say the same.

    Raises
    ------
    InputError
        It does not: no one can tell which speed is right. Every such row is named.
    """
    again = keys.duplicated()
    first: dict[object, int] = {}
    for row, key in keys.items():
        first.setdefault(key, int(str(row)))
    same = pd.Series(
        [_equal(kmh[row], kmh[first[key]]) for row, key in keys.items()],
        index=keys.index,
        dtype=bool,
    )
    told = [
        finding(
            "surface-class-repeated" if same[row] else "surface-class-twice",
            file=ledger.table.file,
            row=int(row),
            field=columns["class"],
            value=keys[row],
            first=first[keys[row]],
        )
        for row in keys.index[again]
    ]
    fail_for_all(one for one in told if one.code == "surface-class-twice")
    ledger.add(told)
    ledger.drop(again)
    kept: pd.Series = ~again
    return kept


def _equal(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))
