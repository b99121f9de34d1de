"""What a study at several dates tells: coverage, trajectories of targets, the scorecard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gapmap.assessment import COVERAGE_COLUMNS

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

    from gapmap.findings import Finding
    from gapmap.plan import Plan

__all__ = ["NOT_ASKED", "SCORECARD_COLUMNS", "SERIES_COLUMNS", "TRAJECTORY_COLUMNS", "Series"]

SERIES_COLUMNS: Final = [
    "date",
    *COVERAGE_COLUMNS[: COVERAGE_COLUMNS.index("share_people")],
    "people_missing",
    "share_people",
    "share_people_low",
    "share_people_high",
    "change_people_covered",
    "change_by_new",
    "change_by_closed",
    "facilities_serving",
    "facilities_undated",
    "reason",
]
TRAJECTORY_COLUMNS: Final = [
    "date",
    "target",
    "clause",
    "title_zh",
    "title_en",
    "scope_kind",
    "unit",
    "unit_zh",
    "unit_en",
    "overall",
    "measure",
    "measure_unit",
    "comparison",
    "baseline",
    "baseline_date",
    "due",
    "required",
    "required_line",
    "no_line",
    "as_of",
    "achieved",
    "possible",
    "shortfall",
    "status",
    "basis",
    "reason",
    "reason_zh",
]
SCORECARD_COLUMNS: Final = [
    "date",
    "plan_district",
    "unit_zh",
    "unit_en",
    "target",
    "clause",
    "title_zh",
    "title_en",
    "measure_unit",
    "comparison",
    "required",
    "achieved",
    "shortfall",
    "due",
    "status",
    "basis",
    "reason",
    "reason_zh",
]
NOT_ASKED: Final = "not_asked"
"""Status in the scorecard of a target that is not one of the unit's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One study at several dates; its people are those of its one place file at every date.

    Attributes
    ----------
    dates
        In order.
    plan
        Whose targets are followed; None without one.
    coverage, trajectory, scorecard
        The columns of ``series.csv``, ``trajectory.csv`` and ``scorecard.csv``; the last two are
        empty without a plan.
    findings
        What is doubtful in it.
    """

    dates: tuple[dt.date, ...]
    plan: Plan | None
    coverage: pd.DataFrame
    trajectory: pd.DataFrame
    scorecard: pd.DataFrame
    findings: tuple[Finding, ...] = ()

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give the tables by the name of their file without its ending."""
        told = {"series": self.coverage}
        if self.plan is not None:
            told |= {"trajectory": self.trajectory, "scorecard": self.scorecard}
        return told
