"""The verb: tell a study at several dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gapmap.errors import MethodError
from gapmap.findings import finding
from gapmap.series.covering import changes, coverage_at
from gapmap.series.dates import anything_dated, leave_out
from gapmap.series.scorecard import scorecard_of
from gapmap.series.states import access_at
from gapmap.series.trajectory import trajectory_of
from gapmap.series.value import SCORECARD_COLUMNS, TRAJECTORY_COLUMNS, Series
from gapmap.targets import evaluate_targets

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from gapmap.access import Access
    from gapmap.assessment import Assessment
    from gapmap.findings import Finding

__all__ = ["measure_series"]


def measure_series(assessment: Assessment, dates: Sequence[dt.date]) -> Series:
    """Tell coverage and targets of a study at several dates, from its one set of files.

    A facility counts from its opening date until its closing date; one without an opening date
    counts at every date until it closes, and how many they are is told beside the figures.
    Certificates, milestones and reported figures go by their own dates and years. People, places,
    ways and limits are those of the study at every date: what changes is what was built, closed,
    reached or reported.

    Parameters
    ----------
    assessment
        Of the study at its own date.
    dates
        In any order; those after the study's date are left out, with a finding.

    Returns
    -------
    Series
        ``coverage`` has one row per date, service and group; covered, uncovered and unknown add
        up as in :func:`gapmap.assess`, and the row of the study's own date is that of its
        coverage. ``change_by_new`` and ``change_by_closed`` add up to ``change_people_covered``,
        the people covered more than at the date before (see :func:`gapmap.change.causes`); at the
        first date all three are NaN. ``trajectory`` has one row per date and row of the
        targets, ``scorecard`` one per date, district of the plan (and the city), and target.

    Raises
    ------
    MethodError
        Without a date up to the study's.
    """
    access, plan, records = assessment.access, assessment.plan, assessment.records
    held, findings = leave_out(dates, access.facilities.date)
    if not held:
        raise MethodError(
            "a series needs at least one date up to the study's",
            "逐年序列至少需要一个不晚于研究日期的日期",
        )
    states = list(access_at(access, held))
    coverage = [coverage_at(one) for one in states]
    trajectory = pd.DataFrame(columns=TRAJECTORY_COLUMNS)
    scorecard = pd.DataFrame(columns=SCORECARD_COLUMNS)
    if plan is not None:
        own = {access.facilities.date: assessment.targets}
        judged = [
            (date, own[date] if date in own else evaluate_targets(plan, one, records)[0])
            for date, one in zip(held, states, strict=True)
        ]
        trajectory = trajectory_of(judged)
        scorecard = scorecard_of(plan, trajectory)
    return Series(
        dates=held,
        plan=plan,
        coverage=changes(coverage, states),
        trajectory=trajectory,
        scorecard=scorecard,
        findings=(*findings, *_doubts(assessment, coverage, states)),
    )


def _doubts(
    assessment: Assessment, coverage: Sequence[pd.DataFrame], states: Sequence[Access]
) -> Iterator[Finding]:
    """Say whose dates nobody knows, and at which dates nothing had been built yet."""
    facilities, records = assessment.access.facilities, assessment.records
    if not anything_dated(facilities, records):
        yield finding("series-nothing-dated", field="series")
        return
    table = facilities.table
    counted = [(one.facilities.table["counts"] != "no").to_numpy() for one in states]
    counts = table[np.logical_or.reduce(counted)]
    for service, rows in counts[counts["opened"].isna()].groupby("service", sort=True):
        yield finding(
            "series-undated",
            field="opened",
            service=service,
            count=len(rows),
            all=int((counts["service"] == service).sum()),
        )
    for told in coverage:
        if len(told) and not told["facilities_serving"].any():
            yield finding("series-before-all", field="series", date=told["date"].iloc[0])
