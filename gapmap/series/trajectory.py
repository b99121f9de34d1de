"""Trajectories: what each target had achieved at each date, beside the line it should follow."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from gapmap.errors import MethodError
from gapmap.series.value import TRAJECTORY_COLUMNS
from gapmap.targets.figure import Baseline
from gapmap.targets.judging import line_on

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

__all__ = ["trajectory_of"]

_UNIT: Final = ["target", "scope_kind", "unit", "overall"]
"""What a row is about."""


def trajectory_of(targets: Sequence[tuple[dt.date, pd.DataFrame]]) -> pd.DataFrame:
    """Lay the tables of targets at several dates under each other, with the required line.

    The line runs straight from the baseline to the requirement at the due date, as
    :func:`gapmap.targets.evaluate_targets` judges it; from the due date on it is the requirement.
    The baseline is the one that the date knows, or else the last date: a figure of one year alone
    is none yet. A reported figure is held against the line on the day that it is of, the end of its
    year (``as_of``), as it is judged. Of a target that its weakest part or unit decides, that may
    be another one at each date, and the line with it.

    Parameters
    ----------
    targets
        Date and table, in order.

    Returns
    -------
    One row per date and row of the table. ``required_line`` is NaN with ``no_line`` saying why:
    ``no_number`` (nothing is required of the unit), ``by_states`` (projects are judged by the
    states that they have passed), ``no_baseline``, ``before_baseline``.
    """
    last = targets[-1][1]
    told = []
    for date, table in targets:
        if not table[_UNIT].equals(last[_UNIT]):
            raise MethodError(
                "the targets of two dates have other rows; this is a defect of gapmap, report it",
                "两个日期的目标行不一致;这是 gapmap 的缺陷,请报告",
            )
        own = table["baseline"].notna() & (table["baseline_date"] != "")
        rows = table.assign(
            baseline=table["baseline"].where(own, last["baseline"]),
            baseline_date=table["baseline_date"].where(own, last["baseline_date"]),
        )
        lines = [_line(row, date) for row in rows.to_dict("records")]
        rows["date"] = date.isoformat()
        rows["required_line"] = np.array([value for value, _ in lines], dtype=float)
        rows["no_line"] = [reason for _, reason in lines]
        told.append(rows[TRAJECTORY_COLUMNS])
    return pd.concat(told, ignore_index=True)


def _line(row: Mapping[Hashable, Any], date: dt.date) -> tuple[float, str]:
    """Give what the line asks of a row at a date, or why there is none."""
    if np.isnan(row["required"]):
        return np.nan, "no_number"
    if row["measure"] == "milestone":
        return np.nan, "by_states"
    if np.isnan(row["baseline"]) or not row["baseline_date"]:
        return np.nan, "no_baseline"
    first = Baseline(dt.date.fromisoformat(row["baseline_date"]), float(row["baseline"]))
    day = dt.date.fromisoformat(row["as_of"]) if row["as_of"] else date
    if day < first.date:
        return np.nan, "before_baseline"
    goal = dt.date.fromisoformat(row["due"]), float(row["required"])
    return line_on(first, goal, day), ""
