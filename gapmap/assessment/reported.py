"""Reported figures side by side: each district against the city, town against country."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gapmap.catchment import rest_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gapmap.access import Access
    from gapmap.plan import Ask, Plan
    from gapmap.records import Records

__all__ = ["compare_reported"]

Series = dict[int, float]
"""Figures by year."""


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a comparison: kind, id and name as in ``coverage.csv``, and its figures.

    ``why`` says why it has none.
    """

    kind: str
    id: str
    name: str
    series: Series
    why: str = "not_reported"


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    """What a figure is: its word, unit, and whether more or less of it is worse."""

    indicator: str
    unit: str = ""
    worse: str = ""
    basis: str = "reported"
    notes: tuple[str, ...] = ("figure_has_no_bounds",)


def compare_reported(
    access: Access, records: Records, plan: Plan | None
) -> list[dict[str, object]]:
    """Compare every reported figure by district, and town with country where the plan does.

    Figures of one year are compared, the latest that both sides have and that has ended by the
    study's date; a figure that one side lacks is empty and says so. Groups of districts are the
    mean of theirs by residents where the plan says that the figure is a share and every district
    has one; that is an assumption.

    Parameters
    ----------
    access
        Its places and districts, and the study's date.
    records
        What is reported.
    plan
        Says what unit a figure has and which way is worse; None: nobody knows.

    Returns
    -------
    Rows with some of the columns of ``gaps.csv``.
    """
    asks = [ask for target in plan.targets for ask in target.asks] if plan is not None else []
    known = _known(asks)
    figures = _figures(records, access.facilities.date, known)
    rows: list[dict[str, object]] = []
    for name, by_area in figures.items():
        about = known.get(name, _About(indicator=name))
        city = _Side("city", "city", "city", by_area.get("city", {}))
        rows += [
            _row(about, f"{area.kind or 'area'}-city", area, city)
            for area in _areas(access, by_area, plan)
        ]
        rows += _groups(access, by_area, about)
    return rows + list(_asked_gaps(access, asks, figures, plan))


def _known(asks: Sequence[Ask]) -> dict[str, _About]:
    """Say what the plan knows of each figure."""
    units = {ask.less: ask.unit for ask in asks if ask.less}
    units |= {ask.indicator: ask.unit for ask in asks if ask.indicator}
    wanted = {ask.indicator: ask.comparison for ask in asks if ask.measure == "indicator"}
    ways = {">": "less", "<": "more"}
    return {
        name: _About(indicator=name, unit=unit, worse=ways.get(wanted.get(name, "")[:1], ""))
        for name, unit in units.items()
    }


def _figures(
    records: Records, date: dt.date, known: Mapping[str, _About]
) -> dict[str, dict[str, Series]]:
    """Give the figures of years that have ended, by indicator and area; a share is 0 to 1."""
    table = records.indicators
    told: dict[str, dict[str, Series]] = {}
    cells = zip(*(table[c] for c in ("indicator", "district_id", "year", "value")), strict=True)
    for name, area, year, value in cells:
        series = told.setdefault(str(name), {}).setdefault(str(area), {})
        is_share = str(name) in known and known[str(name)].unit == "share"
        usable = np.isfinite(value) and (not is_share or 0 <= value <= 1)
        if usable and dt.date(int(year), 12, 31) <= date:
            series[int(year)] = float(value)
    return told


def _areas(access: Access, by_area: Mapping[str, Series], plan: Plan | None) -> list[_Side]:
    """List where a figure was reported, and the areas of that kind where it was not."""
    held = [_area(access, one, series, plan) for one, series in by_area.items() if one != "city"]
    kinds = {one.kind for one in held}
    told = {(one.kind, one.id) for one in held}
    every = [("district", one, name) for one, name in _district_names(access).items()]
    every += [("plan_district", one, one) for one in _plan_districts(access, plan)]
    held += [_Side(*one, {}) for one in every if one[0] in kinds and one[:2] not in told]
    return held or [_Side("district", "", "", {})]


def _area(access: Access, word: str, series: Series, plan: Plan | None) -> _Side:
    """Say which area a word in the records means: an id, or a district's name."""
    names = _district_names(access)
    if word in names:
        return _Side("district", word, names[word], series)
    if word in _plan_districts(access, plan):
        return _Side("plan_district", word, word, series)
    named = [one for one, name in names.items() if name == word]
    return _Side("district", named[0], word, series) if named else _Side("", word, word, series)


def _district_names(access: Access) -> dict[str, str]:
    table = access.places.region.districts
    return dict(zip(table["district_id"].astype(str), table["district"].astype(str), strict=True))


def _plan_districts(access: Access, plan: Plan | None) -> list[str]:
    promised = [unit.id for unit in plan.districts] if plan is not None else []
    lived = access.places.table["plan_district"].astype(str)
    return list(dict.fromkeys([*promised, *sorted({*lived} - {""})]))


def _row(about: _About, comparison: str, a: _Side, b: _Side, area: str = "") -> dict[str, object]:
    common = a.series.keys() & b.series.keys()
    year = max(common or a.series.keys() or b.series.keys(), default=None)
    value_a, value_b = (
        np.nan if year is None else side.series.get(year, np.nan) for side in (a, b)
    )
    difference = value_a - value_b
    return {
        "service": "",
        "comparison": comparison,
        "group_a": a.name,
        "group_b": b.name,
        "measure": "reported",
        "value_a": value_a,
        "value_b": value_b,
        "difference": difference,
        "ratio": value_a / value_b if value_b else np.nan,
        "kind_a": a.kind,
        "group_a_id": a.id,
        "kind_b": b.kind,
        "group_b_id": b.id,
        "indicator": about.indicator,
        "area": area,
        "year": year,
        "unit": about.unit,
        "basis": about.basis,
        "difference_points": difference * 100 if about.unit == "share" else np.nan,
        "worse": _worse(difference, about.worse),
        "reason": "+".join(_reasons(about, (value_a, a.why), (value_b, b.why))),
    }


def _worse(difference: float, way: str) -> str:
    if np.isnan(difference) or not way:
        return ""
    if difference == 0:
        return "equal"
    return "group_a" if (difference < 0) == (way == "less") else "group_b"


def _reasons(about: _About, a: tuple[float, str], b: tuple[float, str]) -> Iterator[str]:
    """Say what to know of a row; each side is its value, and why it would be empty."""
    (value_a, _), (value_b, _) = a, b
    for (value, why), side in ((a, "a"), (b, "b")):
        if np.isnan(value):
            yield f"{why}_{side}"
    if value_b == 0:
        yield "b_is_zero"
    if not about.worse and not np.isnan(value_a - value_b):
        yield "direction_unknown"
    yield from about.notes


def _groups(
    access: Access, by_area: Mapping[str, Series], about: _About
) -> Iterator[dict[str, object]]:
    """Compare groups of districts, where any district reports the figure."""
    names = _district_names(access)
    series = {one: by_area.get(one) or by_area.get(name, {}) for one, name in names.items()}
    if not any(series.values()):
        return
    table = access.places.table
    people = table["people"].groupby(table["district_id"].astype(str)).sum()
    for group, members in access.places.region.groups.items():
        sides = []
        for name, inside in ((group, True), (rest_of(group), False)):
            ids = [one for one in names if (one in members) == inside]
            held = _mean(ids, series, people) if about.unit == "share" else {}
            known = ids and set.intersection(*({*series[one]} for one in ids))
            why = "not_summed" if known else "not_reported"
            sides.append(_Side("group", name, name, held, why))
        told = all(side.series for side in sides)
        notes = ("weighted_by_residents", *about.notes) if told else about.notes
        summed = _About(
            indicator=about.indicator,
            unit=about.unit,
            worse=about.worse,
            basis="assumption",
            notes=notes,
        )
        yield _row(summed, f"{group}-rest", sides[0], sides[1])


def _mean(ids: Sequence[str], series: Mapping[str, Series], people: Mapping[str, float]) -> Series:
    """Give the mean of districts by residents, for the years that all of them have."""
    weights = [float(people.get(one, 0.0)) for one in ids]
    if not ids or not all(weights):
        return {}
    years = set.intersection(*({*series[one]} for one in ids))
    return {
        year: sum(series[one][year] * w for one, w in zip(ids, weights, strict=True)) / sum(weights)
        for year in sorted(years)
    }


def _asked_gaps(
    access: Access,
    asks: Sequence[Ask],
    figures: Mapping[str, Mapping[str, Series]],
    plan: Plan | None,
) -> Iterator[dict[str, object]]:
    """Compare two figures of one area, as the plan's targets of gaps do."""
    for ask in asks:
        if ask.measure != "gap":
            continue
        both = [figures.get(name, {}) for name in (ask.indicator, ask.less)]
        split = ask.indicator.endswith("_urban") and ask.less.endswith("_rural")
        about = _About(indicator=f"{ask.indicator} - {ask.less}", unit=ask.unit)
        for word in dict.fromkeys([*both[0], *both[1]]):
            name = _area(access, word, {}, plan).name if word != "city" else ""
            sides = [
                _Side("setting", setting, setting, by_area.get(word, {}))
                if split
                else _Side("indicator", one, one, by_area.get(word, {}))
                for setting, one, by_area in zip(
                    ("urban", "rural"), (ask.indicator, ask.less), both, strict=True
                )
            ]
            yield _row(about, "urban-rural" if split else "figures", sides[0], sides[1], name)
