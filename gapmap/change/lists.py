"""Two lists of facilities: which of them differ, by what cause, and the lists in between."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gapmap.facilities import exists_at
from gapmap.facilities.value import COLUMNS
from gapmap.findings import Finding, finding

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from numpy.typing import NDArray

    from gapmap.facilities import Facilities

    Flags = NDArray[np.bool_]

__all__ = ["Lists", "match_lists", "same_points"]


@dataclass(frozen=True, slots=True)
class Lists:
    """Two lists of facilities, matched.

    Attributes
    ----------
    a, b
        The lists.
    rows_a, rows_b
        Row in ``a.table`` and in ``b.table`` of each facility of either list; -1: not in it.
    cause
        ``new``, ``closed`` or ``corrections`` for a facility that serves differently in the two
        lists, else empty.
    service
        The service of each.
    findings
        What was assumed.
    """

    a: Facilities
    b: Facilities
    rows_a: NDArray[np.int64]
    rows_b: NDArray[np.int64]
    cause: NDArray[np.object_]
    service: NDArray[np.object_]
    findings: tuple[Finding, ...]

    def causes_of(self, service: str) -> set[str]:
        """Give the causes by which a service's facilities differ."""
        return set(self.cause[self.service == service]) - {""}

    def mixed(self, causes: Collection[str]) -> Facilities:
        """Give the facilities of A with the differences of some causes made as in B."""
        as_b = np.isin(self.cause, list(causes))
        from_a, from_b = self.rows_a[~as_b], self.rows_b[as_b]
        parts = [
            self.a.table[list(COLUMNS)].iloc[from_a[from_a >= 0]],
            self.b.table[list(COLUMNS)].iloc[from_b[from_b >= 0]],
        ]
        table = pd.concat([one for one in parts if len(one)] or parts[:1], ignore_index=True)
        services = tuple(dict.fromkeys((*self.a.services, *self.b.services)))
        told = gpd.GeoDataFrame(table, geometry="geometry", crs=self.a.table.crs)
        return replace(self.a, table=told, services=services, sizes=(), rows=(), findings=())

    def cause_by_id(self, *, late: bool) -> dict[tuple[str, str], str]:
        """Give the cause of each facility of B (``late``) or A that differs, by service and id."""
        rows, table = (self.rows_b, self.b.table) if late else (self.rows_a, self.a.table)
        some = (rows >= 0) & (self.cause != "")
        found = table.iloc[rows[some]]
        keys = zip(found["service"], found["facility_id"], strict=True)
        return dict(zip(keys, self.cause[some], strict=True))


def match_lists(a: Facilities, b: Facilities) -> Lists:
    """Match two lists by service and id, and say why each facility serves differently in them.

    A facility whose id gapmap has made, from its row or to tell it from another of the same id, is
    matched by its name and position. See :func:`gapmap.change.causes` for the causes.
    """
    key_a, made_a = _keys(a)
    key_b, made_b = _keys(b)
    both = key_a.append(key_b[~key_b.isin(key_a)])
    rows_a, rows_b = key_a.get_indexer(both), key_b.get_indexer(both)
    one, other = _side(a, rows_a), _side(b, rows_b)
    forward = a.date <= b.date
    cause = _causes(one, other) if forward else _causes(other, one)
    service = np.array([key[0] for key in both], dtype=object)
    rows = [one.table[["service", "facility_id", "file", "row"]] for one in (a, b)]
    made = 0 if rows[0].equals(rows[1]) else max(made_a, made_b)
    told = _told(made, one, other, cause)
    return Lists(a, b, rows_a, rows_b, cause, service, tuple(told))


def _keys(facilities: Facilities) -> tuple[pd.Index, int]:
    """Give what each facility is known by, and for how many that is not an id of their own."""
    table = facilities.table
    columns = [table[name].tolist() for name in ("service", "facility_id", "file", "row")]
    rows = list(zip(*columns, strict=True))
    shared = Counter((service, _NUMBER.sub("", one)) for service, one, _, _ in rows)
    x, y = (np.round(axis(table.geometry.to_numpy())) for axis in (shapely.get_x, shapely.get_y))
    where = list(zip(table["facility"], x.astype(str), y.astype(str), strict=True))
    known: list[tuple[object, ...]] = []
    made = 0
    for (service, one, file, row), position in zip(rows, where, strict=True):
        by_row = pd.notna(row) and one == f"{PurePath(_PART.sub('', file)).stem}-{row}"
        if by_row or shared[service, _NUMBER.sub("", one)] > 1:
            known.append((service, *position))
            made += 1
        else:
            known.append((service, one))
    again: Counter[tuple[object, ...]] = Counter()
    for number, key in enumerate(known):
        known[number] = (*key, again[key])
        again[key] += 1
    return pd.Index(known, tupleize_cols=False, dtype=object), made


_NUMBER = re.compile(r"~\d+$")
"""What gapmap puts behind an id that another facility of the service has, too."""
_PART = re.compile(r"\[[^\[\]]*\]$")
"""What stands behind the name of a file of several sheets or layers: which it is."""


@dataclass(frozen=True, slots=True)
class _Side:
    """One list's word on each facility of either: ``table`` has empty rows where it has none."""

    date: dt.date
    table: pd.DataFrame
    listed: Flags

    @property
    def here(self) -> Flags:
        """Which exist on the list's date, or may."""
        held: Flags = self.listed & np.asarray(self.table["counts"] != "no", dtype=bool)
        return held

    @property
    def used(self) -> Flags:
        """Which are not said to be out of use."""
        held: Flags = self.listed & np.asarray(self.table["in_use"] != "no", dtype=bool)
        return held

    @property
    def switched(self) -> Flags:
        """Which a what-if has added, switched on or off, against their dates, status or quality."""
        table = self.table
        against = table["counts"] != exists_at(table, self.date)
        forced = (table["qualifies"] == "yes") & (table["failed"] != "")
        held: Flags = self.listed & np.asarray(against | forced | table["row"].isna(), dtype=bool)
        return held

    def within(self, column: str, earlier: dt.date) -> Flags:
        """Which have a date after ``earlier`` and not after the list's own."""
        dates = self.table[column]
        held = (dates > pd.Timestamp(earlier)) & (dates <= pd.Timestamp(self.date))
        return np.asarray(held, dtype=bool)


def _side(facilities: Facilities, rows: NDArray[np.int64]) -> _Side:
    table = pd.DataFrame(facilities.table)[list(COLUMNS)].reset_index(drop=True).reindex(rows)
    told = table.assign(status=table["status"].astype(object).fillna("")).reset_index(drop=True)
    return _Side(facilities.date, told, rows >= 0)


def _causes(early: _Side, late: _Side) -> NDArray[np.object_]:
    """Say why each facility serves differently at the later date than at the earlier one."""
    comes, goes = ~early.here & late.here, early.here & ~late.here
    stays = early.here & late.here & _serve_apart(early.table, late.table)
    switched = early.switched | late.switched
    opened = late.within("opened", early.date)
    put_into_use = early.listed & ~early.used & late.used
    known = np.where(late.listed, late.within("closed", early.date), _ends(early, late.date))
    put_out_of_use = early.used & late.listed & ~late.used
    better = (early.table["qualifies"] != "yes").to_numpy()
    rules = [
        (comes & (opened | put_into_use | switched), "new"),
        (goes & (known | put_out_of_use | switched), "closed"),
        (stays & late.switched & ~early.switched & better, "new"),
        (stays & early.switched & ~late.switched & ~better, "closed"),
        (comes | goes | stays, "corrections"),
    ]
    told = np.select([holds for holds, _ in rules], [word for _, word in rules], "")
    return told.astype(object)


def _ends(early: _Side, date: dt.date) -> Flags:
    """Which the earlier list itself says to be closed by the later date."""
    closed = early.table["closed"]
    held = (closed > pd.Timestamp(early.date)) & (closed <= pd.Timestamp(date))
    return np.asarray(held, dtype=bool)


def _serve_apart(one: pd.DataFrame, other: pd.DataFrame) -> Flags:
    """Which differ in what decides whom they serve: existence, quality, position, own place."""
    apart = (one["counts"] != other["counts"]) | (one["qualifies"] != other["qualifies"])
    here, there = (table["geometry"].to_numpy(dtype=object) for table in (one, other))
    nowhere = shapely.is_missing(here) | shapely.is_missing(there)
    owned = nowhere & (one["place_id"] != other["place_id"]).to_numpy()
    return np.asarray(apart | owned | ~same_points(here, there), dtype=bool)


def same_points(here: NDArray[np.object_], there: NDArray[np.object_]) -> Flags:
    """Say which pairs of points are the same, or both missing."""
    same = np.ones(len(here), dtype=bool)
    for axis in (shapely.get_x, shapely.get_y):
        one, other = axis(here), axis(there)
        same &= (one == other) | (np.isnan(one) & np.isnan(other))
    return same


def _told(made: int, one: _Side, other: _Side, cause: NDArray[np.object_]) -> list[Finding]:
    told = []
    if made and (cause != "").any():
        told.append(finding("change-ids-made", count=made))
    undated = (cause == "corrections") & (one.listed != other.listed)
    if undated.any():
        told.append(finding("change-listed-once", count=int(undated.sum())))
    return told
