"""Ferries in a planner's table: quays, crossing, waiting, first and last sailing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyproj

from gapmap.findings import Finding, finding
from gapmap.network.ferries import ASSUMED_KMH, ASSUMED_WAIT_MINUTES, Crossing
from gapmap.tables import RowCount, numbers, read_table, texts, times

if TYPE_CHECKING:
    from pathlib import Path

    from gapmap.network.value import Floats
    from gapmap.tables import Table

__all__ = ["read_ferries"]

_QUAYS = {"from_x": 180.0, "from_y": 90.0, "to_x": 180.0, "to_y": 90.0}
_WAITS = ("headway_minutes", "wait_minutes")
_HOURS = ("first_sailing", "last_sailing")


def read_ferries(
    path: Path, *, crs: pyproj.CRS
) -> tuple[list[Crossing], tuple[Finding, ...], RowCount]:
    """Read the table of ferries: quays in WGS84, crossing minutes, waiting, hours.

    The wait is ``wait_minutes`` where that is given, else half of ``headway_minutes``; a row with
    both is noted. Without either the wait is assumed, without ``minutes`` the crossing; both are
    recorded. A row that lacks a quay is left out. ``first_sailing`` and ``last_sailing`` are times
    of day; one that cannot be read is a finding, and the ferry is kept without it.
    """
    table = read_table(path)
    rows, findings = _ferry_rows(table)
    doubtful = {one.row for one in findings if one.code == "time-unreadable"}
    placed = rows.dropna(subset=[*_QUAYS])
    findings += [
        finding("ferry-without-quay", file=table.file, row=int(row), name=rows["name"][row] or "?")
        for row in rows.index.difference(placed.index)
    ]
    project = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    crossings, repaired = [], 0
    for row in placed.itertuples():
        ends = project.transform([row.from_x, row.to_x], [row.from_y, row.to_y])
        crossing, doubts = _crossing(row, np.column_stack(ends), file=table.file)
        crossings.append(crossing)
        findings += doubts
        assumed = any(one.code == "ferry-row-assumed" for one in doubts)
        repaired += assumed or int(row.Index) in doubtful
    count = RowCount(
        file=table.file,
        read=len(rows),
        used=len(crossings) - repaired,
        repaired=repaired,
        excluded=len(rows) - len(crossings),
    )
    return crossings, tuple(findings), count


def _crossing(row: Any, coords: Floats, *, file: str) -> tuple[Crossing, list[Finding]]:  # noqa: ANN401 - a row of itertuples has no type
    """Make a crossing of a row that has both quays, and say what was assumed."""

    def say(code: str, **facts: str) -> None:
        name = row.name or "?"
        said.append(finding(code, file=file, row=int(row.Index), name=name, **facts))

    said: list[Finding] = []
    wait, basis = row.wait_minutes, "fixed"
    if math.isnan(wait):
        wait, basis = row.headway_minutes / 2, "headway"
    elif not math.isnan(row.headway_minutes):
        say("ferry-wait-twice", wait=f"{wait:g}", headway=f"{row.headway_minutes:g}")
    minutes = row.minutes
    if math.isnan(minutes) or math.isnan(wait):
        if math.isnan(minutes):
            minutes = math.dist(*coords) / 1000 / ASSUMED_KMH * 60
        if math.isnan(wait):
            wait, basis = ASSUMED_WAIT_MINUTES, "assumption"
        say("ferry-row-assumed", minutes=f"{minutes:.0f}", wait=f"{wait:.0f}")
    crossing = Crossing(
        ends=(-1, -1),
        coords=coords,
        minutes=minutes,
        wait_minutes=wait,
        wait_basis=basis,
        name=row.name,
        file=file,
        row=int(row.Index),
        first_sailing=row.first_sailing,
        last_sailing=row.last_sailing,
    )
    return crossing, said


def _ferry_rows(table: Table) -> tuple[pd.DataFrame, list[Finding]]:
    """Read the columns; quays and minutes must be there, the others may be absent."""
    findings = list(table.findings)
    there = set(table.cells.columns)
    index = table.cells.index
    columns: dict[str, pd.Series] = {}
    for name in (*_QUAYS, "minutes", *_WAITS):
        if name in _WAITS and name not in there:
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
