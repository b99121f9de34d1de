"""Indicators and gaps: figures that districts report, year by year."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from gapmap.targets.figure import Baseline, Figure, impossible, reaches
from gapmap.targets.said import amount, said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gapmap.plan import Ask
    from gapmap.targets.figure import ScopeUnit
    from gapmap.targets.ground import Scene

__all__ = ["measure_gap", "measure_indicator", "names_of"]


def names_of(scene: Scene, unit: ScopeUnit) -> set[str]:
    """Give the words under which a unit's figures may stand: its id, or its district's id."""
    if unit.kind == "city":
        return {"city"}
    districts = scene.access.places.region.districts
    same = districts.loc[districts["district"] == unit.id, "district_id"]
    return {unit.id, *(str(one) for one in same)}


def measure_indicator(
    scene: Scene, ask: Ask, units: Sequence[ScopeUnit], *, recurring: bool
) -> list[Figure]:
    """Give each unit's latest figure whose year has ended, and its first."""
    cells = _of(scene, ask.indicator, ask)
    return [
        _indicator(scene, ask, unit, _series(scene, cells, unit), recurring=recurring)
        for unit in units
    ]


def measure_gap(scene: Scene, ask: Ask, units: Sequence[ScopeUnit]) -> list[Figure]:
    """Give the difference of two figures in the latest and in the first year that has both."""
    both = [_of(scene, name, ask) for name in (ask.indicator, ask.less)]
    return [_gap(ask, unit, [_series(scene, one, unit) for one in both]) for unit in units]


_Cells = list[tuple[str, int, float]]


def _of(scene: Scene, indicator: str, ask: Ask) -> _Cells:
    """Give an indicator's usable rows, district, year and value; a share outside 0 to 1 is none."""
    table = scene.records.indicators
    usable = (table["indicator"] == indicator) & table["value"].notna()
    if ask.unit == "share":
        usable &= table["value"].between(0, 1)
    rows = table[usable]
    return list(zip(rows["district_id"], rows["year"], rows["value"], strict=True))


def _series(scene: Scene, cells: _Cells, unit: ScopeUnit) -> dict[int, float]:
    """Give a unit's figures of the years that have ended by the study's date."""
    mine = names_of(scene, unit)
    years = {int(year): float(value) for district, year, value in cells if district in mine}
    return {year: years[year] for year in sorted(years) if _end(year) <= scene.date}


def _end(year: int) -> dt.date:
    return dt.date(year, 12, 31)


def _first_of(series: Mapping[int, float]) -> Baseline | None:
    first = min(series)
    return Baseline(_end(first), series[first]) if len(series) > 1 else None


def _indicator(
    scene: Scene, ask: Ask, unit: ScopeUnit, series: Mapping[int, float], *, recurring: bool
) -> Figure:
    if not series:
        return impossible(said("no_indicator", indicator=ask.indicator, unit=unit.name))
    year = max(series)
    notes = [said("figure", value=amount(series[year], ask.unit), year=year)]
    missed = [
        str(one)
        for one, value in series.items()
        if recurring
        and scene.plan.start.year <= one < year
        and ask.required is not None
        and not reaches(value, ask.comparison, ask.required)
    ]
    if missed:
        notes.append(said("figure_missed", years=", ".join(missed)))
    return Figure(
        achieved=series[year],
        possible=series[year],
        baseline=_first_of(series),
        no_baseline=said("one_year"),
        as_of=_end(year),
        said=tuple(notes),
    )


def _gap(ask: Ask, unit: ScopeUnit, both: Sequence[Mapping[int, float]]) -> Figure:
    upper, lower = both
    series = {year: upper[year] - lower[year] for year in upper if year in lower}
    if not series:
        named = f"{ask.indicator} - {ask.less}"
        return impossible(said("no_indicator", indicator=named, unit=unit.name))
    first = _first_of(series)
    year = max(series)
    if first is None:
        note = said("figure", value=amount(series[year], ask.unit), year=year)
        return Figure(achieved=series[year], said=(note,), problem=said("one_year"))
    told = said(
        "gap",
        value=amount(series[year], ask.unit),
        year=year,
        before=amount(first.value, ask.unit),
        first=first.date.year,
    )
    return Figure(
        achieved=series[year],
        possible=series[year],
        required=first.value,
        baseline=first,
        as_of=_end(year),
        said=(told,),
    )
