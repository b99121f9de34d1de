"""Who is not covered, and where to build, on paper: the first rows of long lists."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from gapmap.outputs.paper.cells import grid, measured, plain_text, says
from gapmap.outputs.paper.value import Grid, Section
from gapmap.words import word

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from gapmap.access import Service
    from gapmap.outputs.results import Results

__all__ = ["MOST_PLACES", "MOST_SITES", "proposals_section", "uncovered_section"]

MOST_PLACES: Final = 40
"""Places of one service that are printed, those with most people; ``access.csv`` has all."""
MOST_SITES: Final = 40
"""Proposed sites of one service that are printed, in the order of their rank."""


def uncovered_section(results: Results, tables: Mapping[str, pd.DataFrame]) -> Section:
    """List the uncovered places of each service, and the unknown ones, most people first."""
    access = tables["access"]
    towns = bool(access["town"].fillna("").astype(str).ne("").any())
    grids = []
    for service in results.assessment.access.services:
        mine = access[access["service"] == service.id]
        for status in ("uncovered", "unknown"):
            rows = mine[mine["status"] == status]
            if len(rows):
                grids.append(_listed(results, service, status, rows, towns=towns))
    title = says(results, "未覆盖和未知的村居", "Places not covered, or unknown")
    return Section(key="uncovered", title=title, grids=tuple(grids))


def _listed(
    results: Results, service: Service, status: str, rows: pd.DataFrame, *, towns: bool
) -> Grid:
    way = "distance_m" if service.limit_unit == "m" else "minutes"
    first = rows.sort_values("people", ascending=False, kind="stable").head(MOST_PLACES)
    more = len(rows) - len(first)
    name = plain_text(results.service_name(service.id), most=80)
    count = f"{len(rows):,}"
    places, are = ("place", "is") if len(rows) == 1 else ("places", "are")
    heading = {
        "uncovered": (
            f"{name}:未覆盖的 {count} 个村居",
            f"{name}: {count} {places} {are} not covered",
        ),
        "unknown": (
            f"{name}:无法判断的 {count} 个村居",
            f"{name}: {count} {places} of which nothing can be said",
        ),
    }[status]
    note = says(
        results,
        f"按人口从多到少列出前 {len(first)} 个;其余 {more:,} 个见 access.csv。",
        f"The {len(first)} with most people; {more:,} more are in access.csv.",
    )
    asked = [
        *(("place", 2.2), ("town", 1.5), ("district", 1.2), ("people", 0.9), (way, 0.9)),
        *(("shortfall", 0.9), ("facility", 2.0), ("reason", 1.6)),
    ]
    if not towns:
        asked = [one for one in asked if one[0] != "town"]
    at = {column: number for number, (column, _) in enumerate(asked)}
    told = grid(results, "access", first, asked, heading=says(results, *heading),
                note=note if more else "", statuses="status")  # fmt: skip
    limit = service.limit if status == "uncovered" else math.inf
    told = _in_unit(told, service, at[way], first[way], limit)
    unit = word(service.limit_unit, results.language)
    beyond = replace(
        told.columns[at["shortfall"]], title=says(results, f"超出({unit})", f"beyond ({unit})")
    )
    columns = (*told.columns[: at["shortfall"]], beyond, *told.columns[at["shortfall"] + 1 :])
    return _in_unit(
        replace(told, columns=columns), service, at["shortfall"], first["shortfall"], 0.0
    )


def _in_unit(told: Grid, service: Service, at: int, ways: pd.Series, limit: float) -> Grid:
    """Tell a column in the unit of the service's limit, with digits that show what is beyond."""
    kind = "metres" if service.limit_unit == "m" else "minutes"
    rows = tuple(
        (*row[:at], measured(float(value), kind, limit), *row[at + 1 :])
        for row, value in zip(told.rows, ways, strict=True)
    )
    return replace(told, rows=rows)


def proposals_section(results: Results, tables: Mapping[str, pd.DataFrame]) -> Section:
    """List the proposed sites with their reasons, and what is built in which year."""
    title = says(results, "选址建议", "Where to build next")
    grids = [
        *_verdicts(results, tables),
        *_programme(results, tables),
        *_sites(results, tables["proposals"]),
    ]
    return Section(key="proposals", title=title, grids=tuple(grids), figures=("programme_",))


def _verdicts(results: Results, tables: Mapping[str, pd.DataFrame]) -> list[Grid]:
    if "siting" not in tables or not len(tables["siting"]):
        return []
    asked = (
        *(("service", 2.0), ("objective", 1.8), ("sites", 0.8), ("cost", 1.2)),
        *(("people_before", 1.2), ("people_after", 1.2), ("value", 1.2), ("bound", 1.2)),
        *(("value_unit", 1.6), ("proven", 0.8)),
    )
    heading = says(results, "各项选址的结果与证明", "What the sites reach, and how surely")
    return [grid(results, "siting", tables["siting"], asked, heading=heading)]


def _programme(results: Results, tables: Mapping[str, pd.DataFrame]) -> list[Grid]:
    if "programme" not in tables or not len(tables["programme"]):
        return []
    asked = (
        *(("service", 2.0), ("year", 0.8), ("sites", 0.8), ("cost", 1.2), ("budget", 1.2)),
        *(("people_covered", 1.2), ("share_people", 1.0), ("places_uncovered", 1.0)),
    )
    heading = says(results, "分年建设安排", "What is built in which year")
    return [grid(results, "programme", tables["programme"], asked, heading=heading)]


def _sites(results: Results, table: pd.DataFrame) -> list[Grid]:
    if not len(table):
        return []
    reason = "reason_zh" if results.language == "zh" and "reason_zh" in table else "reason"
    grids = []
    for service, rows in table.groupby("service", sort=False):
        first = rows.head(MOST_SITES)
        more = len(rows) - len(first)
        name = plain_text(results.service_name(str(service)), most=80)
        asked = [("rank", 0.5), ("name", 2.4), ("people_gained", 0.9), ("cost", 0.9), (reason, 6.0)]
        if "year" in rows and rows["year"].notna().any():
            asked.insert(1, ("year", 0.6))
        heading = says(
            results,
            f"{name}:建议新建 {len(rows):,} 处",
            f"{name}: {len(rows):,} proposed sites",
        )
        note = says(
            results,
            f"列出前 {len(first)} 处;其余 {more:,} 处见 proposals.csv。",
            f"The first {len(first)}; {more:,} more are in proposals.csv.",
        )
        grids.append(
            grid(results, "proposals", first, asked, heading=heading, note=note if more else "")
        )
    return grids
