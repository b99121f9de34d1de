"""Telling: why both counts differ, in a sentence for each group and a finding for each service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gapmap.findings import finding
from gapmap.population.missing import from_table
from gapmap.words import listed, word

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from gapmap.findings import Finding
    from gapmap.places import Places
    from gapmap.population import Population

__all__ = ["MUCH", "differing", "findings_of", "sentences"]

MUCH: Final = 5.0
"""Percentage points: where both counts differ by more, the report says so."""

_ROUNDING: Final = 1e-9
_SOMEBODY: Final = 0.5
"""Fewer people than this are 0 in a sentence, and not worth one."""

_EN: Final = {
    "grid": "No place lies here; on the grid {grid} of {known} people are covered.",
    "places": "No cell with people lies here; by places {places} are covered.",
    "unknown": "Nothing can be compared: of the people on one side or the other nobody's status"
    " is known.",
    "both": "On the grid {grid} of {known} people are covered, by places {places}: {points} points."
    " {beyond} people live beyond the limit although their place counts as covered ({less}),"
    " {within} within it although their place does not ({more}); {rest} is because people live"
    " elsewhere than the table says or a status is unknown.",
    "weight": " Places were counted, as the table has no people.",
    "missing": " {missing} people are missing from the grid: with them the share is"
    " between {low} and {high}.",
}
_ZH: Final = {
    "grid": "此处没有村居;栅格上 {known} 人中 {grid} 已覆盖。",
    "places": "此处没有有人口的栅格单元;按村居计 {places} 已覆盖。",
    "unknown": "无法比较:其中一方所有人口的状态都未知。",
    "both": "栅格上 {known} 人中 {grid} 已覆盖,按村居计为 {places}:相差 {points} 个百分点。"
    "{beyond} 人住在限值之外,而其村居计为已覆盖({less});{within} 人住在限值之内,而其村居"
    "计为未覆盖({more});其余 {rest} 是因为人口的分布与表中不同,或状态未知。",
    "weight": "表中没有人口,村居按个数计。",
    "missing": "另有 {missing} 人是栅格上没有的:计入后覆盖率在 {low} 与 {high} 之间。",
}


def differing(difference: pd.Series) -> pd.Series:
    """Say where both counts differ by more than :data:`MUCH` points."""
    return difference.abs() > MUCH + _ROUNDING


def sentences(table: pd.DataFrame, *, weight: str) -> tuple[list[str], list[str]]:
    """Explain each row of the comparison, in English and in Chinese."""
    rows = table.to_dict("records")
    return [_sentence(row, _EN, weight) for row in rows], [
        _sentence(row, _ZH, weight) for row in rows
    ]


def _sentence(row: dict[Any, Any], words: dict[str, str], weight: str) -> str:
    grid, places = row["people_grid"] > 0, not np.isnan(row["people"])
    if not grid:
        kind = "places"
    elif not places:
        kind = "grid"
    else:
        kind = "unknown" if np.isnan(row["difference_points"]) else "both"
    if kind in ("grid", "places") and np.isnan(row["share_grid" if grid else "share_people"]):
        kind = "unknown"
    said = words[kind] + (words["weight"] if places and weight != "people" else "")
    if row["people_missing"] >= _SOMEBODY:
        said += words["missing"]
    return said.format(**_figures(row))


def _figures(row: dict[Any, Any]) -> dict[str, str]:
    return {
        "grid": f"{row['share_grid']:.1%}",
        "places": f"{row['share_people']:.1%}",
        "known": f"{row['people_grid_covered'] + row['people_grid_uncovered']:,.0f}",
        "points": _signed(row["difference_points"]),
        "beyond": f"{row['people_beyond']:,.0f}",
        "within": f"{row['people_within']:,.0f}",
        "less": _signed(row["points_beyond"]),
        "more": _signed(row["points_within"]),
        "rest": _signed(row["points_weight"]),
        "missing": f"{row['people_missing']:,.0f}",
        "low": f"{row['share_grid_low']:.1%}",
        "high": f"{row['share_grid_high']:.1%}",
    }


def _signed(points: float) -> str:
    """Write a difference with its sign; one that rounds to 0 is neither more nor less."""
    told = f"{points:+.1f}"
    return "0.0" if told in ("-0.0", "+0.0") else told


def findings_of(table: pd.DataFrame, cells: Places, population: Population) -> Iterator[Finding]:
    """Say for each service where both counts differ much, and what the raster has not."""
    for service, rows in table.groupby("service", sort=False):
        others = _others(rows)
        city = rows[rows["group_kind"] == "city"].iloc[0].to_dict()
        facts = {"service": service, "others": len(others), **_figures(city)}
        for language, gap in (("zh", ""), ("en", " ")):
            named = listed(word(name, language) for name in others)[f"names_{language}"]
            facts[f"names_{language}"] = f"{gap}({named})" if named else ""
        if city["differs_much"]:
            yield finding("gridded-differs", value=facts["points"], **facts)
        elif others:
            yield finding("gridded-groups-differ", value=len(others), **facts)
    yield from _of_missing(cells, population)


def _others(rows: pd.DataFrame) -> list[str]:
    """Name the groups that differ much, the worst first, each name once."""
    much = rows[rows["differs_much"] & (rows["group_kind"] != "city") & (rows["group_id"] != "")]
    worst = much["difference_points"].abs().sort_values(ascending=False, kind="stable").index
    return list(dict.fromkeys(much["group"][worst]))


def _of_missing(cells: Places, population: Population) -> Iterator[Finding]:
    """Tell whom the grid does not have."""
    file, table = population.source.raster.name, cells.table
    gone = table[table["position"] == "missing"]
    somebody = gone[gone["people"] > 0]
    people = float(somebody["people"].sum())
    by_places = from_table(population)
    if people >= _SOMEBODY and by_places:
        named = somebody["place"].where(somebody["place"] != "", somebody["of_place"])
        yield finding(
            "gridded-people-missing",
            file=file,
            people=f"{people:,.0f}",
            number=len(somebody),
            **listed(named),
        )
    elif people >= _SOMEBODY:
        names = listed(dict.fromkeys(somebody["district"]))
        yield finding("gridded-area-missing", file=file, people=f"{people:,.0f}", **names)
    unknown = gone[gone["people"].isna()]
    if len(unknown) and by_places:
        yield finding("gridded-missing-unknown", file=file, number=len(unknown))
    elif len(unknown):
        names = listed(dict.fromkeys(unknown["district"]))
        yield finding("gridded-district-off", file=file, **names)
