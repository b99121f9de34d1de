"""The scoreboard on paper: what the plan asks, what stands on the ground."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from gapmap.outputs.paper.cells import NOTHING, grid, plain_text, says
from gapmap.outputs.paper.value import Column, Grid, Section
from gapmap.targets.asking import by_district
from gapmap.words import word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapmap.outputs.results import Results

__all__ = ["targets_section"]

_SIGNS: Final = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "==": "="}
_ORDER: Final = ("met", "on_course", "behind", "overdue", "not_measurable")


def targets_section(results: Results, tables: Mapping[str, pd.DataFrame]) -> Section:
    """Give each target with its clause, what is required and achieved, and how it stands."""
    table = tables["targets"]
    title = says(results, "规划目标", "Targets of the plan")
    if not len(table):
        return Section(key="targets", title=title)
    whole = table[table["overall"].astype(bool)]
    name = "title_zh" if results.language == "zh" else "title_en"
    reason = "reason_zh" if results.language == "zh" and "reason_zh" in whole else "reason"
    told = grid(
        results,
        "targets",
        whole,
        (
            *(("status", 1.1), ("clause", 0.9), (name, 2.6), ("required", 1.2)),
            *(("achieved", 0.9), ("measure_unit", 0.7), ("due", 1.35), ("basis", 0.7)),
            (reason, 4.0),
        ),
        heading=says(results, "各项目标(总体)", "Each target as a whole"),
        note=says(
            results,
            "依据为“假设”的目标并非规划原文的要求;各评价单元见 targets.csv。",
            "A target whose basis is an assumption is not in the plan's own words; its units are "
            "in targets.csv.",
        ),
        statuses="status",
    )
    return Section(
        key="targets",
        title=title,
        grids=(_signed(told, list(whole["comparison"])), *_units(results, table)),
        figures=("scorecard",),
    )


def _signed(told: Grid, comparisons: list[str]) -> Grid:
    """Put the sign of the comparison before what is required."""
    at = 3
    rows = tuple(
        row
        if row[at] == NOTHING
        else (*row[:at], f"{_SIGNS.get(sign, sign)}\N{NO-BREAK SPACE}{row[at]}", *row[at + 1 :])
        for row, sign in zip(told.rows, comparisons, strict=True)
    )
    return Grid(title=told.title, columns=told.columns, rows=rows, note=told.note,
                statuses=told.statuses)  # fmt: skip


def _units(results: Results, table: pd.DataFrame) -> tuple[Grid, ...]:
    """Count for each district how the targets stand that are asked of it, as the page does."""
    told = by_district(table.reset_index(drop=True))
    told = told[told["asked"]]
    if not len(told):
        return ()
    name = "unit_zh" if results.language == "zh" else "unit_en"
    # A district of the plan before the administrative one of the same name.
    first = told.sort_values("scope_kind", ascending=False, kind="stable")
    names = first.drop_duplicates("board_unit").set_index("board_unit")[name]
    counts = pd.crosstab(told["board_unit"], told["status"]).reindex(names.index)
    shown = [one for one in _ORDER if one in counts]
    rows = tuple(
        (plain_text(names[unit]), *(f"{int(row[one])}" for one in shown), f"{int(row.sum())}")
        for unit, row in counts.iterrows()
    )
    columns = (
        Column(title=says(results, "评价单元", "unit"), weight=2),
        *(Column(title=word(one, results.language), number=True) for one in shown),
        Column(title=says(results, "考核项", "asked"), number=True),
    )
    heading = says(results, "各区目标状态的个数", "How the targets of each district stand")
    note = says(
        results,
        "只计对该区有要求的目标;规划只对总体给出数值的,以及区内没有所指单元的,不计。",
        "Of the targets that are asked of the district: neither those whose number is the whole's "
        "alone, nor those of areas that it has none of.",
    )
    return (Grid(title=heading, columns=columns, rows=rows, note=note),)
