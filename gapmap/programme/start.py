"""The start: the state before the first year, and the same state at the end of each year."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from gapmap.access import measure_access
from gapmap.assessment import assess
from gapmap.errors import MethodError
from gapmap.facilities import exists_at, facilities_at
from gapmap.findings import finding

if TYPE_CHECKING:
    import numpy as np

    from gapmap.access import Service
    from gapmap.assessment import Assessment
    from gapmap.facilities import Facilities
    from gapmap.findings import Finding
    from gapmap.plan import Plan, Target

__all__ = [
    "end_of",
    "frozen",
    "start_of",
    "state_at",
    "targets_about",
    "told_of_start",
]


def end_of(year: int) -> dt.date:
    """Give the day from which a year's sites count."""
    return dt.date(year, 12, 31)


def start_of(assessment: Assessment, years: tuple[int, ...], start: dt.date | None) -> dt.date:
    """Give the date before the first year: the study's, or the last day of the year before it.

    Raises
    ------
    MethodError
        The start lies not before the first year's end, or after the study's date.
    """
    own = assessment.access.facilities.date
    if start is None:
        return min(own, end_of(years[0] - 1))
    if start >= end_of(years[0]):
        raise MethodError(
            f"start is {start}; it has to be before {end_of(years[0])}, the end of the first year",
            f"start 为 {start};须早于第一年年末({end_of(years[0])})",
        )
    if start > own:
        raise MethodError(
            f"start is {start}, after the study's date, {own}; nobody knows what stands then",
            f"start 为 {start},晚于研究日期 {own};此后的设施无从得知",
        )
    return start


def state_at(assessment: Assessment, start: dt.date, service: Service) -> Assessment:
    """Give the state at the start: the assessment, or one service and its targets at that date."""
    access = assessment.access
    if start == access.facilities.date:
        return assessment
    then = facilities_at(frozen(access.facilities, start), start)
    measured = measure_access(
        access.places, then, access.network, [service], surface=access.surface
    )
    plan = assessment.plan
    if plan is not None:
        plan = replace(plan, targets=tuple(targets_about(plan, service.id).values()))
    return assess(measured, plan, records=assessment.records)


def targets_about(plan: Plan | None, service: str) -> dict[str, Target]:
    """Give the plan's targets that ask for a service, by id."""
    targets = plan.targets if plan is not None else ()
    return {one.id: one for one in targets if any(ask.service == service for ask in one.asks)}


def frozen(facilities: Facilities, start: dt.date) -> Facilities:
    """Give the facilities as they stand at the start, and go on standing at every later date.

    What opens later in the data is not there: the programme is to say what is built instead. What
    closes later goes on.
    """
    table = facilities.table.copy()
    later, closing = _after(table, start)
    table.loc[later, "in_use"] = "no"
    table.loc[later | closing, "status"] = ""
    table.loc[closing, "in_use"] = "yes"
    table.loc[closing, "closed"] = pd.NaT
    return facilities_at(replace(facilities, table=gpd.GeoDataFrame(table)), facilities.date)


def _after(table: pd.DataFrame, start: dt.date) -> tuple[np.ndarray, np.ndarray]:
    """Say which facilities open after a date, and which are there at it and close after it."""
    day = pd.Timestamp(start)
    contrary = (table["closed"] < table["opened"]).to_numpy()
    later = (table["opened"] > day).to_numpy() & ~contrary
    closing = (table["closed"] > day).to_numpy() & ~later & ~contrary
    return later, closing & (exists_at(table, start) != "no")


def told_of_start(
    assessment: Assessment, start: dt.date, service: str, last: dt.date
) -> list[Finding]:
    """Say what the data knows of the years of the programme, and is left out."""
    table = assessment.access.facilities.table
    table = table[table["service"] == service]
    later, closing = _after(table, start)
    later &= (table["opened"] <= pd.Timestamp(last)).to_numpy()
    day = start.isoformat()

    def say(code: str, which: np.ndarray) -> None:
        told.append(finding(code, service=service, start=day, count=int(which.sum())))

    told: list[Finding] = []
    undated = table["opened"].isna().to_numpy() & (exists_at(table, start) != "no")
    if start < assessment.access.facilities.date:
        say("programme-looks-back", later)
        if undated.any():
            say("programme-undated", undated)
    elif later.any():
        say("programme-openings", later)
    if closing.any():
        say("programme-closings", closing)
    return told
