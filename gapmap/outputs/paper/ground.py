"""Coverage, gaps and reasons on paper."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from gapmap.access import REASONS
from gapmap.outputs.paper.cells import amount, grid, plain_text, says, share_range, texts
from gapmap.outputs.paper.value import Column, Grid, Section
from gapmap.report.tables import but_towns
from gapmap.words import title

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gapmap.outputs.results import Results

__all__ = ["coverage_section", "gaps_section", "reasons_section"]

_KINDS: Final = ("city", "setting", "group", "district", "plan_district")
_COMPARISON: Final = (
    *("service", "comparison", "group_a", "value_a", "group_b", "value_b"),
    *("difference_points", "difference_low", "difference_high"),
)
_COMPARED: Final = ("urban-rural", "people groups", "bottom-line")


def coverage_section(results: Results, tables: Mapping[str, pd.DataFrame]) -> Section:
    """Give coverage by service, of the whole, town and country, groups and districts."""
    table = tables["coverage"]
    rows = but_towns(table[table["group_kind"].isin(_KINDS)])
    by_places = results.assessment.access.places.weight == "places"
    kinds = ("places",) if by_places else ("places", "people")
    ends = ("", "_covered", "_uncovered", "_unknown")
    counts = [(f"{kind}{end}", 1.1 if kind == "people" else 0.75) for kind in kinds for end in ends]
    told = grid(
        results,
        "coverage",
        rows,
        (
            ("service", 1.6),
            ("group_kind", 1.1),
            ("group", 1.3),
            *counts,
            ("share_people", 1.15),
        ),
        heading=says(results, "各项服务、各区的覆盖情况", "Coverage by service and district"),
        note=says(
            results,
            "已覆盖、未覆盖、未知三者相加等于全部;下限和上限把未知的人分别算作未覆盖和已覆盖。"
            "各镇街见 coverage.csv。",
            "Covered, uncovered and unknown always add up to all; the bounds count the unknown as "
            "uncovered and as covered. Towns are in coverage.csv.",
        ),
    )
    ends_of = rows["share_people_low"], rows["share_people_high"]
    bounds = [share_range(low, high) for low, high in zip(*ends_of, strict=True)]
    return Section(
        key="coverage",
        title=says(results, "覆盖情况", "Coverage"),
        grids=(_with_bounds(results, told, bounds, 1.7),),
        figures=("status_", "minutes_", "people_grid_"),
    )


def gaps_section(results: Results, tables: Mapping[str, pd.DataFrame]) -> Section:
    """Give the gaps in the share of people covered: what each group has, and the difference."""
    table = tables["gaps"]
    compared = table["comparison"].isin(_COMPARED) | table["comparison"].str.endswith("-rest")
    rows = table[compared & table["measure"].str.startswith("share") & (table["service"] != "")]
    # A plan that names no districts is judged by the study's: the weakest of both is one.
    rows = rows.drop_duplicates([*_COMPARISON, "measure", "target"])
    if not len(rows):
        return Section(key="gaps", title="")
    told = grid(
        results,
        "gaps",
        rows,
        (
            *(("service", 2.0), ("comparison", 1.6), ("group_a", 1.5), ("value_a", 0.9)),
            *(("group_b", 1.5), ("value_b", 0.9), ("difference_points", 1.0)),
        ),
        heading=says(results, "覆盖率的差距(百分点)", "Gaps in the share covered (points)"),
        note=says(
            results,
            "差距 = 前一组减后一组;规划目标一行是达标单元的比例。"
            "各区、各镇街与全市的比较见 gaps.csv。",
            "A gap is the first group less the second; of a target of the plan it is the share of "
            "places that reach it. Districts and towns against the city are in gaps.csv.",
        ),
    )
    told = replace(told, rows=_named(results, told.rows, rows["target"], tables["targets"]))
    ends = rows["difference_low"], rows["difference_high"]
    bounds = [_points(low, high) for low, high in zip(*ends, strict=True)]
    full = _with_bounds(results, told, bounds, 1.4)
    heading = says(results, "差距", "Gaps")
    return Section(key="gaps", title=heading, grids=(full,), figures=("detour",))


def _with_bounds(results: Results, told: Grid, bounds: Sequence[str], weight: float) -> Grid:
    """Give a table with a last column of bounds."""
    column = Column(title=says(results, "下限 – 上限", "low – high"), weight=weight, number=True)
    rows = tuple((*row, one) for row, one in zip(told.rows, bounds, strict=True))
    return replace(told, columns=(*told.columns, column), rows=rows)


def _named(
    results: Results, cells: Sequence[tuple[str, ...]], asked: pd.Series, targets: pd.DataFrame
) -> tuple[tuple[str, ...], ...]:
    """Name what is measured as a target of the plan asks it, which is no share of people."""
    title = "title_zh" if results.language == "zh" else "title_en"
    names = targets.drop_duplicates("target").set_index("target")[title]
    return tuple(
        (says(results, f"{plain_text(names[one])}(规划目标)", f"{plain_text(names[one])} (target)"),
         *row[1:]) if one in names.index else row
        for row, one in zip(cells, asked, strict=True)
    )  # fmt: skip


def _points(low: float, high: float) -> str:
    ends = [amount(100 * one, "points") for one in (low, high)]
    return ends[0] if ends[0] == ends[1] else " – ".join(ends)


def reasons_section(results: Results, tables: Mapping[str, pd.DataFrame]) -> Section:
    """Give for each service how many places and people are covered or not, and why."""
    access = tables["access"]
    language = results.language
    by_places = results.assessment.access.places.weight == "places"
    counted = access.groupby(["service", "status", "reason"], sort=False, observed=True)["people"]
    counts = pd.DataFrame({"places": counted.size(), "people": counted.sum()}).reset_index()
    order = {one: at for at, one in enumerate(REASONS)}
    services = {one: at for at, one in enumerate(dict.fromkeys(access["service"]))}
    counts = counts.assign(
        first=counts["service"].map(services), second=counts["reason"].map(order)
    ).sort_values(["first", "second"])
    shown = ["service", "status", "reason", "places", *([] if by_places else ["people"])]
    cells = [texts(results, counts, one) for one in shown]
    columns = tuple(
        Column(
            title=title(one, language, table="access" if one == "reason" else "coverage"),
            weight={"reason": 3.0, "service": 2.0}.get(one, 1.0),
            number=one in ("places", "people"),
        )
        for one in shown
    )
    told = Grid(
        title=says(results, "未覆盖和未知的原因", "Why places are not covered, or unknown"),
        columns=columns,
        rows=tuple(zip(*cells, strict=True)),
        statuses=tuple(counts["status"]),
    )
    heading = says(results, "原因", "Reasons")
    return Section(key="reasons", title=heading, grids=(told,))
