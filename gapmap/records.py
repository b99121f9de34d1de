"""Records: figures, certificates and milestones that offices report and no geometry gives."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from gapmap.findings import finding
from gapmap.region.rows import Ledger, named_codes
from gapmap.tables import Wanted, dates, find_columns, numbers, read_table, texts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gapmap.findings import Finding
    from gapmap.tables import RowCount

__all__ = ["Records", "no_records", "read_records"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What offices report.

    Attributes
    ----------
    indicators
        ``district_id`` (or ``city``), ``year`` (integer), ``indicator``, ``value`` (in the
        indicator's own unit, NaN unknown). One row for each of them and year.
    certificates
        ``area_id`` (place, town or district), ``certificate``, ``date`` (NaT unknown).
    milestones
        ``milestone``, ``state``, ``date`` (NaT unknown).
    findings, rows, simulated
        What was wrong and what was done; row counts by file; names of simulated files.
    """

    indicators: pd.DataFrame
    certificates: pd.DataFrame
    milestones: pd.DataFrame
    findings: tuple[Finding, ...] = ()
    rows: tuple[RowCount, ...] = ()
    simulated: tuple[str, ...] = ()


_DATED = {"date": "datetime64[s]"}
_INDICATORS = {"district_id": "str", "year": "int64", "indicator": "str", "value": "float64"}
_CERTIFICATES = {"area_id": "str", "certificate": "str", **_DATED}
_MILESTONES = {"milestone": "str", "state": "str", **_DATED}


def no_records() -> Records:
    """Give records of nothing."""
    return read_records()


def read_records(
    *,
    indicators: Path | None = None,
    certificates: Path | None = None,
    milestones: Path | None = None,
    simulated: bool = False,
    repair: str = "safe",
) -> Records:
    """Read the files that are given; each has the columns of its table, under their own names.

    A row that lacks what it is about (an id, a name, a year, a state) or its figure is excluded
    and recorded, and so is one that repeats another. A date that is empty or cannot be read is
    kept as unknown. Two different figures for one district, indicator and year make it unknown: no
    one can tell which is right.

    Parameters
    ----------
    indicators, certificates, milestones
        The files; None for what the study does not have.
    simulated
        Whether what stands in them is made up.
    repair
        How far gapmap may repair what stands in them: one of ``gapmap.findings.REPAIRS``.

    Raises
    ------
    InputError
        A file is missing or unusable, or lacks a column.
    """
    read = [
        _read(indicators, _INDICATORS, _read_indicators, repair),
        _read(certificates, _CERTIFICATES, _read_certificates, repair),
        _read(milestones, _MILESTONES, _read_milestones, repair),
    ]
    ledgers = [ledger for _, ledger in read if ledger is not None]
    paths = [path for path in (indicators, certificates, milestones) if path is not None]
    return Records(
        indicators=read[0][0],
        certificates=read[1][0],
        milestones=read[2][0],
        findings=tuple(found for ledger in ledgers for found in ledger.findings),
        rows=tuple(ledger.count() for ledger in ledgers),
        simulated=tuple(path.name for path in paths) if simulated else (),
    )


def _read(
    path: Path | None,
    kinds: dict[str, str],
    read: Callable[[Ledger], pd.DataFrame],
    repair: str,
) -> tuple[pd.DataFrame, Ledger | None]:
    if path is None:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()}), None
    ledger = Ledger(read_table(path, repair=repair))
    _, told = find_columns(ledger.table, "", {name: name for name in kinds}, Wanted())
    ledger.add(told)
    frame = read(ledger)[list(kinds)]
    return frame.astype(kinds).reset_index(drop=True), ledger


def _kept(ledger: Ledger, frame: pd.DataFrame, needed: tuple[str, ...]) -> pd.DataFrame:
    """Exclude rows that lack what they are about, and rows that repeat another."""
    for column in needed:
        cells = texts(ledger.table, column)
        lacking = pd.Series((frame[column].isna() | (frame[column] == "")), index=frame.index)
        ledger.each("record-incomplete", lacking, cells, field=column)
        ledger.drop(lacking)
        frame = frame[~lacking]
    again = frame.duplicated()
    ledger.each("record-repeated", again, frame[needed[0]])
    ledger.drop(again)
    return frame[~again]


def _read_indicators(ledger: Ledger) -> pd.DataFrame:
    table = ledger.table
    values, found = numbers(table, "value")
    ledger.add_cells(found)
    frame = pd.DataFrame(
        {
            "district_id": named_codes(ledger, "district_id"),
            "year": texts(table, "year").map(_year).astype("Int64"),
            "indicator": texts(table, "indicator"),
            "value": values,
        }
    )
    return _agreed(ledger, _kept(ledger, frame, tuple(_INDICATORS)))


def _year(text: str) -> object:
    """Read a year, written 2012, 2012年 or 2012.0; missing for anything else."""
    plain = unicodedata.normalize("NFKC", text).removesuffix("年").removesuffix(".0")
    known = len(plain) == 4 and plain.isdecimal() and plain.isascii()  # noqa: PLR2004 - digits
    return int(plain) if known else pd.NA


def _agreed(ledger: Ledger, frame: pd.DataFrame) -> pd.DataFrame:
    """Give one row for each district, indicator and year; unknown where two figures disagree."""
    key = ["district_id", "year", "indicator"]
    again = frame.duplicated(key)
    if not again.any():
        return frame
    rows = pd.Series(frame.index, index=frame.index)
    first = rows.groupby([frame[name] for name in key]).transform("min")
    ledger.add(
        finding(
            "indicator-conflict",
            file=ledger.table.file,
            row=int(row),
            field="value",
            value=frame.loc[row, "value"],
            first=int(first[row]),
            other=frame.loc[first[row], "value"],
        )
        for row in frame.index[again]
    )
    ledger.drop(again)
    doubtful = rows.isin(first[again])
    return frame.assign(value=frame["value"].mask(doubtful))[~again]


def _read_certificates(ledger: Ledger) -> pd.DataFrame:
    named = {
        "area_id": named_codes(ledger, "area_id"),
        "certificate": texts(ledger.table, "certificate"),
    }
    frame = pd.DataFrame({**named, "date": _dates(ledger)})
    return _kept(ledger, frame, ("area_id", "certificate"))


def _read_milestones(ledger: Ledger) -> pd.DataFrame:
    named = {name: texts(ledger.table, name) for name in ("milestone", "state")}
    frame = pd.DataFrame({**named, "date": _dates(ledger)})
    return _kept(ledger, frame, ("milestone", "state"))


def _dates(ledger: Ledger) -> pd.Series:
    values, found = dates(ledger.table, "date")
    ledger.add(found)
    return values
