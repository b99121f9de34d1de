"""Ferries in a planner's table: quays, crossing, waiting, first and last sailing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gapmap.datum import DEGREES, change_between
from gapmap.findings import Finding, finding
from gapmap.network.ferries import (
    ASSUMED_KMH,
    ASSUMED_WAIT_MINUTES,
    Crossing,
    plausible_minutes,
)
from gapmap.tables import RowCount, numbers, read_table, texts, times

if TYPE_CHECKING:
    from pathlib import Path

    import pyproj

    from gapmap.network.value import Floats
    from gapmap.tables import Table

__all__ = ["read_ferries"]

_QUAYS = {"from_x": 180.0, "from_y": 90.0, "to_x": 180.0, "to_y": 90.0}
_OPTIONAL = ("minutes", "headway_minutes", "wait_minutes")
_HOURS = ("first_sailing", "last_sailing")
_ONE_POINT_M = 1.0  # quays nearer than this are one point: five digits of a degree


def read_ferries(
    path: Path, *, crs: pyproj.CRS, repair: str = "safe"
) -> tuple[list[Crossing], tuple[Finding, ...], RowCount]:
    """Read the table of ferries: quays in WGS84, crossing minutes, waiting, hours.

    The wait is ``wait_minutes`` where that is given, else half of ``headway_minutes``; a row with
    both is noted. Without either the wait is assumed, without ``minutes`` the crossing; both are
    recorded. A row that lacks a quay, or whose quays are one point, is left out; minutes that no
    ferry takes are told and used. ``first_sailing`` and ``last_sailing`` are times
    of day; one that cannot be read is a finding, and the ferry is kept without it. A row in which a
    cell was repaired counts as repaired; what is assumed repairs nothing: such a row is used.
    """
    table = read_table(path, repair=repair)
    rows, findings = _ferry_rows(table)
    placed = rows.dropna(subset=[*_QUAYS])
    findings += [
        finding("ferry-without-quay", file=table.file, row=int(row), name=rows["name"][row] or "?")
        for row in rows.index.difference(placed.index)
    ]
    project = change_between(DEGREES, crs)
    crossings: list[Crossing] = []
    for row in placed.itertuples():
        ends = np.column_stack(project.transform([row.from_x, row.to_x], [row.from_y, row.to_y]))
        name = row.name or "?"
        if not np.isfinite(ends).all():
            found = finding("ferry-without-quay", file=table.file, row=int(row.Index), name=name)
            findings.append(found)
        elif math.dist(*ends) < _ONE_POINT_M:
            found = finding("ferry-one-quay", file=table.file, row=int(row.Index), name=name)
            findings.append(found)
        else:
            crossing, doubts = _crossing(row, ends, table)
            crossings.append(crossing)
            findings += doubts
    used = {one.row for one in crossings}
    mended = table.repaired.union(*(one.rows for one in findings if one.repair))
    repaired = len(used & mended)
    excluded = len(rows) - len(used) + len(table.excluded)
    count = RowCount(table.file, table.read, len(used) - repaired, repaired, excluded)
    return crossings, tuple(findings), count


def _crossing(row: Any, coords: Floats, table: Table) -> tuple[Crossing, list[Finding]]:  # noqa: ANN401 - a row of itertuples has no type
    """Make a crossing of a row that has both quays, and say what was assumed or is doubtful."""

    def say(code: str, field: str, **facts: object) -> None:
        number, name = int(row.Index), row.name or "?"
        value = texts(table, field)[number] if field in table.cells.columns else ""
        one = finding(
            code, file=table.file, row=number, field=field, value=value, name=name, **facts
        )
        said.append(one)

    said: list[Finding] = []
    minutes, length_m = row.minutes, math.dist(*coords)
    wait, basis = row.wait_minutes, "fixed"
    if math.isnan(wait):
        wait, basis = row.headway_minutes / 2, "headway"
    elif not math.isnan(row.headway_minutes):
        headway = f"{row.headway_minutes:g}"
        say("ferry-wait-twice", "headway_minutes", wait=f"{wait:g}", headway=headway)
    lacking = [
        name for name, time in (("minutes", minutes), ("headway_minutes", wait)) if math.isnan(time)
    ]
    if math.isnan(wait):
        wait, basis = ASSUMED_WAIT_MINUTES, "assumption"
    if math.isnan(minutes):
        minutes = length_m / 1000 / ASSUMED_KMH * 60
    elif not plausible_minutes(length_m, minutes):
        kmh = f"{length_m / 1000 / minutes * 60:.3g}"
        say("ferry-minutes-doubtful", "minutes", km=f"{length_m / 1000:.1f}", kmh=kmh)
    if lacking:
        say("ferry-row-assumed", lacking[0], minutes=f"{minutes:.0f}", wait=f"{wait:.0f}")
    crossing = Crossing(
        ends=(-1, -1),
        coords=coords,
        minutes=minutes,
        wait_minutes=wait,
        wait_basis=basis,
        name=row.name,
        file=table.file,
        row=int(row.Index),
        first_sailing=row.first_sailing,
        last_sailing=row.last_sailing,
    )
    return crossing, said


def _ferry_rows(table: Table) -> tuple[pd.DataFrame, list[Finding]]:
    """Read the columns; those of the quays must be there, the others may be absent."""
    findings = list(table.findings)
    there = set(table.cells.columns)
    index = table.cells.index
    columns: dict[str, pd.Series] = {}
    for name in (*_QUAYS, *_OPTIONAL):
        if name in _OPTIONAL and name not in there:
            columns[name] = pd.Series(np.nan, index=index)
            continue
        high = _QUAYS.get(name)
        columns[name], found = numbers(table, name, low=-high if high else 0, high=high)
        findings += found
    columns["minutes"] = columns["minutes"].where(columns["minutes"] > 0)
    for name in _HOURS:
        columns[name] = pd.Series([None] * len(index), index=index, dtype=object)
        if name in there:
            columns[name], found = times(table, name)
            findings += found
    columns["name"] = texts(table, "name") if "name" in there else pd.Series("", index=index)
    return pd.DataFrame(columns), findings
