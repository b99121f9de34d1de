"""At which dates a study is told, and of what it knows dates at all."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from gapmap.findings import finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapmap.facilities import Facilities
    from gapmap.findings import Finding
    from gapmap.plan import Plan
    from gapmap.records import Records

__all__ = ["anything_dated", "dates_of", "leave_out"]


def dates_of(plan: Plan | None, date: dt.date) -> tuple[dt.date, ...]:
    """Give the dates of a study that names none: those of its plan, as far as its data goes.

    They are the day before the plan starts, from which its lines run, every year's end of its
    span, and the study's own date; none without a plan, or before it starts.

    Examples
    --------
    >>> from gapmap.plan import read_plan
    >>> plan = read_plan("zhuhai-2012-2014")
    >>> [str(day) for day in dates_of(plan, dt.date(2013, 6, 30))]
    ['2011-12-31', '2012-12-31', '2013-06-30']
    """
    if plan is None or date <= plan.baseline:
        return ()
    ends = [dt.date(year, 12, 31) for year in range(plan.start.year, plan.end.year + 1)]
    return (plan.baseline, *(day for day in ends if day < date), date)


def leave_out(
    dates: Sequence[dt.date], date: dt.date
) -> tuple[tuple[dt.date, ...], tuple[Finding, ...]]:
    """Order dates and leave out those after the study's: of them its data says nothing."""
    late = sorted({day for day in dates if day > date})
    notes = [
        finding("series-after-study", field="series", value=day.isoformat(), date=date.isoformat())
        for day in late
    ]
    return tuple(sorted(set(dates) - set(late))), tuple(notes)


def anything_dated(facilities: Facilities, records: Records) -> bool:
    """Say whether a facility, certificate, milestone or figure carries a date or year."""
    table = facilities.table
    return bool(
        table["opened"].notna().any()
        or table["closed"].notna().any()
        or records.certificates["date"].notna().any()
        or records.milestones["date"].notna().any()
        or len(records.indicators)
    )
