"""The tables of a run as CSV: the contract's columns first, one way of writing every value.

UTF-8 with a byte-order mark, lines end in CR LF (RFC 4180), missing is empty, ``true`` and
``false``, dates as 2014-12-31. Infinity is never written: it is empty, and the reason beside it
says why. Texts are made safe as :mod:`gapmap.cells` describes: a text that a spreadsheet would run
as a formula gets an apostrophe before it, which :func:`unguarded` takes off again.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gapmap.access import BORDER_COLUMNS, PIECE_COLUMNS
from gapmap.cells import guarded, unguarded, visible
from gapmap.findings import as_table
from gapmap.islands import COLUMNS as ISLAND_COLUMNS
from gapmap.outputs.drawn import with_draws
from gapmap.outputs.extra import extra_tables

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from gapmap.findings import Finding
    from gapmap.outputs.results import Results

__all__ = [
    "COLUMNS",
    "cell_values",
    "findings_table",
    "guarded",
    "result_tables",
    "unguarded",
    "write_csv",
]


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


COLUMNS = {
    "access": _names(
        "place_id place town district_id district setting people service straight_m distance_m "
        "minutes facility_id facility limit limit_unit status reason shortfall"
    ),
    "coverage": _names(
        "service group_kind group places places_covered places_unknown people people_covered "
        "people_unknown share_people share_people_low share_people_high share_places mean_m "
        "median_m p90_m"
    ),
    "gaps": _names("service comparison group_a group_b measure value_a value_b difference ratio"),
    "equity": _names("service measure value people"),
    "targets": _names(
        "target clause title_zh title_en unit required achieved shortfall due status basis reason"
    ),
    "findings": _names(
        "severity code file layer row rows field value"
        " message what_to_do done message_zh message_en"
    ),
    "proposals": _names(
        "service rank phase site_id name x y cost people_gained places_gained reason"
    ),
    "islands": ISLAND_COLUMNS,
    "pieces": tuple(PIECE_COLUMNS),
    "borders": tuple(BORDER_COLUMNS),
}
"""The tables of every run and their first columns, in order."""

METRE_DECIMALS = 3
"""Lengths are written to the millimetre, times to the thousandth of a minute."""
SHARE_DECIMALS = 6
_FIGURES = 12
"""Other numbers are written with so many significant figures."""


def result_tables(results: Results, findings: Sequence[Finding]) -> dict[str, pd.DataFrame]:
    """Give every table as it is written, rounded, with ``simulated`` last.

    Those of the contract come first; then those that only some studies have.

    Parameters
    ----------
    results
        The run.
    findings
        All findings, those of writing included.
    """
    made = results.assessment
    sites = [proposal.sites.drop(columns="geometry") for proposal in results.proposals]
    tables = {
        "access": _on_its_side(made.access.table),
        "coverage": made.coverage,
        "gaps": _by_measure(made.gaps),
        "equity": made.equity,
        "targets": made.targets,
        "proposals": pd.concat(sites, ignore_index=True) if sites else pd.DataFrame(),
        "islands": made.islands,
        "pieces": made.access.pieces,
        "borders": results.borders,
    }
    tables = with_draws(tables, results.insights.varied)
    told = {name: _as_written(name, table, results) for name, table in tables.items()}
    told["findings"] = findings_table(results, findings)
    extra = extra_tables(results, taken=COLUMNS)
    return {name: told[name] for name in COLUMNS} | {
        name: _as_written(name, table, results) for name, table in extra.items()
    }


def findings_table(results: Results, findings: Sequence[Finding]) -> pd.DataFrame:
    """Give the table of findings as it is written."""
    return _as_written("findings", as_table(findings, results.language), results)


def _as_written(name: str, table: pd.DataFrame, results: Results) -> pd.DataFrame:
    return _rounded(_ordered(name, table)).assign(simulated=results.simulated)


def _ordered(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Put the contract's columns first; an empty table may come without any."""
    first = COLUMNS.get(name, ())
    if len(table) == 0:
        return table.reindex(columns=[*first, *(c for c in table.columns if c not in first)])
    return pd.DataFrame(table[[*first, *(c for c in table.columns if c not in first)]])


def _rounded(table: pd.DataFrame) -> pd.DataFrame:
    made = {
        name: _round_column(str(name), table[name]) if _is_float(table[name]) else table[name]
        for name in table.columns
    }
    return pd.DataFrame(made, index=table.index, columns=table.columns)


def _is_float(column: pd.Series) -> bool:
    return bool(pd.api.types.is_float_dtype(column.dtype))


def _round_column(name: str, column: pd.Series) -> pd.Series:
    values = column.to_numpy(dtype=float, na_value=np.nan)
    values = np.where(np.isfinite(values), values, np.nan)
    if name.startswith("share") or "points" in name:
        values = np.round(values, SHARE_DECIMALS)
    elif re.search(r"(_m|_km|_m_used|minutes|minutes_(median|worst))(_low|_high)?$", name):
        values = np.round(values, METRE_DECIMALS)
    return pd.Series(values, index=column.index)


_COMPARED = ("value_a", "value_b", "difference")


def _by_measure(gaps: pd.DataFrame) -> pd.DataFrame:
    """Round gaps as the coverage that they compare is rounded."""
    share = (gaps["unit"] == "share").to_numpy(dtype=bool)
    table = gaps.copy()
    ends = [f"{name}{end}" for name in _COMPARED for end in ("", "_low", "_high")]
    for name in ends:
        values = gaps[name].to_numpy(dtype=float)
        table[name] = np.where(
            share, np.round(values, SHARE_DECIMALS), np.round(values, METRE_DECIMALS)
        )
    table["ratio"] = np.round(gaps["ratio"].to_numpy(dtype=float), SHARE_DECIMALS)
    return table


def _on_its_side(access: pd.DataFrame) -> pd.DataFrame:
    """Round distances so that none passes its limit or falls below the straight line.

    Rounding to the millimetre could make an uncovered 500.0004 m look like 500 m, and a way
    that is as long as the straight line look shorter than it.
    """
    step = 10.0**-METRE_DECIMALS
    table = access.copy()
    straight_m, distance_m, minutes, shortfall = (
        np.round(access[name].to_numpy(dtype=float), METRE_DECIMALS)
        for name in ("straight_m", "distance_m", "minutes", "shortfall")
    )
    distance_m = np.where(_within_step(straight_m - distance_m, step), straight_m, distance_m)
    beyond = (access["status"] == "uncovered").to_numpy()
    limit = access["limit"].to_numpy(dtype=float)
    for unit, value in (("m", distance_m), ("minutes", minutes)):
        hidden = beyond & (access["limit_unit"] == unit).to_numpy() & (value <= limit)
        hidden &= access["shortfall"].to_numpy(dtype=float) > 0
        value[hidden] = np.round(limit[hidden] + step, METRE_DECIMALS)
        shortfall[hidden] = step
    table["straight_m"], table["distance_m"] = straight_m, distance_m
    to_it_m = np.round(access["straight_to_facility_m"].to_numpy(dtype=float), METRE_DECIMALS)
    longer = _within_step(to_it_m - distance_m, step)
    table["straight_to_facility_m"] = np.where(longer, distance_m, to_it_m)
    table["minutes"], table["shortfall"] = minutes, shortfall
    return table


def _within_step(excess: NDArray[np.float64], step: float) -> NDArray[np.bool_]:
    return np.asarray((excess > 0) & (excess < 1.5 * step))


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a table in the one way that this module describes."""
    columns = [_texts(table[name]) for name in table.columns]
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([guarded(visible(str(name))) for name in table.columns])
        writer.writerows(zip(*columns, strict=True))


def _texts(column: pd.Series) -> list[str]:
    told: dict[str, str] = {}  # most texts of a column stand in many rows
    values = []
    for value in cell_values(column):
        if not isinstance(value, str):
            values.append(_text(value))
            continue
        if value not in told:
            told[value] = guarded(visible(value))
        values.append(told[value])
    return values


def _text(value: float | bool | None) -> str:  # noqa: FBT001 - the value of a cell
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, int) else _number(value)


def _number(value: float) -> str:
    short = format(value, f".{_FIGURES}g")
    return "0" if short == "-0" else short


def cell_values(column: pd.Series) -> list[str | float | bool | None]:
    """Give a column's cells as text, numbers, true or false, and None where something is missing.

    Infinity is missing too.

    Examples
    --------
    >>> cell_values(pd.Series([1.5, float("inf"), float("nan")]))
    [1.5, None, None]
    """
    kind = column.dtype
    if pd.api.types.is_float_dtype(kind):
        numbers = column.to_numpy(dtype=float, na_value=np.nan).tolist()
        return [value if math.isfinite(value) else None for value in numbers]
    return [_cell(value) for value in column.astype(object)]


def _cell(value: object) -> str | float | bool | None:
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, str):
        return plain or None
    if isinstance(plain, float):
        return plain if math.isfinite(plain) else None
    if plain is None or plain is pd.NA or plain is pd.NaT:
        return None
    if isinstance(plain, dt.datetime) and plain.time() == dt.time():
        return plain.date().isoformat()
    if isinstance(plain, dt.date):
        return plain.isoformat()
    return plain if isinstance(plain, (bool, int)) else str(plain)
