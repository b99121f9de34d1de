"""Records: figures, certificates and milestones that no geometry gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from gapmap.findings import Finding, finding
from gapmap.tables import RowCount, Table, dates, ids, numbers, read_table, texts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["Records", "no_records", "read_records"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What offices report.

    Attributes
    ----------
    indicators
        ``district_id`` (or ``city``), ``year`` (integer), ``indicator``, ``value`` (its own unit).
    certificates
        ``area_id`` (place, town or district), ``certificate``, ``date`` (NaT unknown).
    milestones
        ``milestone``, ``state``, ``date`` (NaT unknown).
    """

    indicators: pd.DataFrame
    certificates: pd.DataFrame
    milestones: pd.DataFrame
    findings: tuple[Finding, ...] = ()
    rows: tuple[RowCount, ...] = ()
    simulated: tuple[str, ...] = ()


def no_records() -> Records:
    """Give records of nothing."""
    return read_records()


def read_records(
    *,
    indicators: Path | None = None,
    certificates: Path | None = None,
    milestones: Path | None = None,
    simulated: bool = False,
) -> Records:
    """Read the files that are given; each has the columns of its table.

    A row without a name, year or value is left out and recorded; a date that cannot be read is
    unknown.

    Raises
    ------
    InputError
        For an unusable file or a missing column.
    """
    findings: list[Finding] = []
    rows: list[RowCount] = []
    tables = []
    for path, read, empty in (
        (
            indicators,
            _indicators,
            {"district_id": str, "year": int, "indicator": str, "value": float},
        ),
        (
            certificates,
            _certificates,
            {"area_id": str, "certificate": str, "date": "datetime64[s]"},
        ),
        (milestones, _milestones, {"milestone": str, "state": str, "date": "datetime64[s]"}),
    ):
        if path is None:
            tables.append(pd.DataFrame({n: pd.Series(dtype=kind) for n, kind in empty.items()}))
        else:
            tables.append(_read(path, read, findings, rows))
    return Records(
        indicators=tables[0],
        certificates=tables[1],
        milestones=tables[2],
        findings=tuple(findings),
        rows=tuple(rows),
        simulated=tuple(count.file for count in rows) if simulated else (),
    )


def _read(
    path: Path,
    read: Callable[[Table, list[Finding]], pd.DataFrame],
    findings: list[Finding],
    rows: list[RowCount],
) -> pd.DataFrame:
    table = read_table(path)
    findings += table.findings
    frame = read(table, findings)
    lacking = ((frame == "") | frame.isna()).drop(columns="date", errors="ignore").any(axis=1)
    findings += [
        finding("record-incomplete", file=table.file, row=int(row)) for row in frame.index[lacking]
    ]
    kept = frame[~lacking].reset_index(drop=True)
    if "year" in kept:
        kept["year"] = kept["year"].astype(int)
    read_rows = len(frame) + len(table.excluded)
    rows.append(RowCount(table.file, read_rows, len(kept), 0, read_rows - len(kept)))
    return kept


def _indicators(table: Table, findings: list[Finding]) -> pd.DataFrame:
    year, doubts = numbers(table, "year", low=1900, high=2100)
    value, more = numbers(table, "value")
    findings += [*doubts, *more]
    return pd.DataFrame(
        {
            "district_id": ids(table, "district_id"),
            "year": year.where(year % 1 == 0),
            "indicator": texts(table, "indicator"),
            "value": value,
        }
    )


def _certificates(table: Table, findings: list[Finding]) -> pd.DataFrame:
    date, doubts = dates(table, "date")
    findings += doubts
    named = {"area_id": ids(table, "area_id"), "certificate": texts(table, "certificate")}
    return pd.DataFrame({**named, "date": date})


def _milestones(table: Table, findings: list[Finding]) -> pd.DataFrame:
    date, doubts = dates(table, "date")
    findings += doubts
    named = {"milestone": texts(table, "milestone"), "state": texts(table, "state")}
    return pd.DataFrame({**named, "date": date})
