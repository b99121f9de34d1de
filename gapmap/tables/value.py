"""What a file holds after reading: cells as text, geometry as declared, nothing interpreted yet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, TypedDict

from gapmap.errors import MethodError
from gapmap.findings import LISTED, Finding, finding, storable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import geopandas as gpd
    import pandas as pd
    import pyproj

__all__ = [
    "Nearest",
    "RowCount",
    "Table",
    "named_findings",
    "nearest_known",
    "row_findings",
    "without",
]


@dataclass(frozen=True, slots=True)
class RowCount:
    """How many rows of a file were read, and what became of them.

    Attributes
    ----------
    file
        The file as findings name it.
    read
        Rows of data: without the header and without blank rows.
    used, repaired, excluded
        Taken as they stood; taken after a repair; left out. They add up to ``read``.

    Examples
    --------
    >>> RowCount(file="villages.csv", read=10, used=8, repaired=1, excluded=1).used
    8
    """

    file: str
    read: int
    used: int
    repaired: int
    excluded: int

    def __post_init__(self) -> None:
        """Refuse a count in which a row got lost or was counted twice."""
        parts = (self.used, self.repaired, self.excluded)
        if min(parts) < 0 or sum(parts) != self.read:
            raise MethodError(
                f"{self.file}: rows do not add up: {self.read} read, but used, repaired and "
                f"excluded are {parts}",
                f"{self.file}:行数不符:读入 {self.read} 行,而使用、修复、排除为 {parts}",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A planner's file as text.

    Attributes
    ----------
    file
        The file as findings name it: its name, with ``[sheet]`` or ``[layer]`` where there are
        several.
    cells
        Every cell as text exactly as it stood, ``""`` where empty. The index is the physical row
        as a spreadsheet shows it (the header is row 1), or the feature's number from 1.
    geometry
        On the same index, two-dimensional, in the file's own CRS, None where a feature has none;
        None altogether for a file without geometry.
    crs
        The CRS that the file declares; None if it declares none.
    findings
        What was wrong in the file and what was done.
    excluded
        Rows left out at reading, such as those whose cells did not fit the header. They are in no
        other attribute, but they belong to the rows that were read.
    repaired
        Rows that had to be repaired to be read at all.
    read
        How many rows of data the file holds, as whoever read it counted them; what becomes of
        them is held against this number.
    repair
        How far the study lets gapmap repair this file: one of ``gapmap.findings.REPAIRS``.
    places
        Of each column of ``cells`` its number in the file, from 0: columns without a name and
        without content are left out. Empty for files of features.
    unit
        What a line above the header says about units (``单位:万人``), ``""`` where there is none.
    """

    file: str
    cells: pd.DataFrame
    geometry: gpd.GeoSeries | None = None
    crs: pyproj.CRS | None = None
    findings: tuple[Finding, ...] = ()
    excluded: tuple[int, ...] = ()
    repaired: frozenset[int] = frozenset()
    read: int
    repair: str = "safe"
    places: tuple[int, ...] = ()
    unit: str = ""


def row_findings(
    code: str, file: str, field: str, rows: Iterable[tuple[int, object]], **facts: object
) -> tuple[Finding, ...]:
    """Give one finding of the same code for each ``(row, value)``; quick for a whole column.

    Beyond ``gapmap.findings.LISTED`` rows one more finding stands for all the others.
    """
    listed = list(rows)
    if not listed:
        return ()
    row, value = listed[0]
    first = finding(code, file=file, row=int(row), field=field, value=value, **facts)
    made = [
        Finding(code, first.file, int(row), field, storable(value)[:200], first.facts)
        for row, value in listed[1 : LISTED + 1]
    ]
    if len(listed) > LISTED + 1:
        further = tuple(int(row) for row, _ in listed[LISTED + 1 :])
        made[-1] = replace(made[-1], further=further)
    return (first, *made)


def named_findings(
    code: str,
    file: str,
    field: str,
    rows: Sequence[int],
    facts_of: Callable[[int], Mapping[str, object]],
) -> tuple[Finding, ...]:
    """Give one finding for each row, with facts of its own; as ``row_findings`` beyond bounds."""
    made = [
        finding(code, file=file, row=int(row), field=field, **facts_of(row))
        for row in rows[: LISTED + 1]
    ]
    if len(rows) > LISTED + 1:
        further = tuple(int(row) for row in rows[LISTED + 1 :])
        made[-1] = replace(made[-1], further=further)
    return tuple(made)


def without(table: Table, rows: pd.Series) -> Table:
    """Give the same table without the rows that ``rows`` marks (boolean, on the table's index)."""
    geometry = None if table.geometry is None else table.geometry[~rows]
    return replace(table, cells=table.cells[~rows], geometry=geometry)


class Nearest(TypedDict):
    """What to say of the nearest name; empty where none is near."""

    nearest_zh: str
    nearest_en: str


def nearest_known(wanted: str, names: Sequence[str]) -> Nearest:
    """Give the facts of a finding on a name that does not exist: the nearest, if one is near.

    Examples
    --------
    >>> nearest_known("town", ["towns"])["nearest_en"], nearest_known("x", ["towns"])["nearest_en"]
    ("; the nearest is 'towns'", '')
    """
    near = get_close_matches(wanted, names, n=1, cutoff=0.3)
    if not near:
        return {"nearest_zh": "", "nearest_en": ""}
    return {"nearest_zh": f";最接近的是“{near[0]}”", "nearest_en": f"; the nearest is {near[0]!r}"}
