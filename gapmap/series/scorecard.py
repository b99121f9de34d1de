"""The annual scorecard: what each of the plan's districts had achieved at the end of each year.

Clause 6.6 of the plan of Zhuhai has the city appraise its districts after every year.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gapmap.plan import Unit
from gapmap.series.value import NOT_ASKED, SCORECARD_COLUMNS
from gapmap.targets.said import said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapmap.plan import Plan, Target
    from gapmap.targets.said import Said

__all__ = ["scorecard_of"]

_CITY = {"zh": "全市", "en": "the city"}
_TAKEN = [
    *("date", "target", "clause", "title_zh", "title_en", "measure_unit", "comparison", "required"),
    *("achieved", "shortfall", "due", "status", "basis", "reason", "reason_zh"),
]


def scorecard_of(plan: Plan, trajectory: pd.DataFrame) -> pd.DataFrame:
    """Give the city and each district of the plan its row for every target and date.

    Parameters
    ----------
    plan
        Its districts and targets; the baseline is no date of a scorecard.
    trajectory
        From :func:`gapmap.series.trajectory.trajectory_of`.

    Returns
    -------
    ``plan_district`` is empty for the city, whose rows are the targets as a whole. A plan that
    names no districts is judged by the study's, and ``plan_district`` has their ids. A target that
    is not asked of a district has the status ``not_asked``, no figures, and a reason.
    """
    held = trajectory[trajectory["date"] > plan.baseline.isoformat()]
    whole = held[held["overall"].astype(bool)]
    city = whole[_TAKEN].assign(plan_district="", unit_zh=_CITY["zh"], unit_en=_CITY["en"])
    heads = whole[_TAKEN].to_dict("records")
    units = _units(plan, held)
    kind = "plan_district" if plan.districts else "district"
    own = held[held["scope_kind"] == kind].to_dict("records")
    found = {(row["date"], row["unit"], row["target"]): row for row in own}
    rows = [
        {
            **found.get((head["date"], unit.id, head["target"]), _not_asked(plan, unit.id, head)),
            "plan_district": unit.id,
            "unit_zh": unit.name.get("zh", unit.id),
            "unit_en": unit.name.get("en", unit.id),
        }
        for unit in units
        for head in heads
    ]
    districts = pd.DataFrame(rows, columns=list(city.columns)).astype(dict(city.dtypes))
    table = pd.concat([city, districts], ignore_index=True)
    return table.sort_values("date", kind="stable", ignore_index=True)[SCORECARD_COLUMNS]


def _units(plan: Plan, trajectory: pd.DataFrame) -> list[Unit]:
    """Give the plan's districts; of a plan without, those of the study that it was judged by."""
    if plan.districts:
        return list(plan.districts)
    rows = trajectory[trajectory["scope_kind"] == "district"].drop_duplicates("unit")
    names = rows[["unit", "unit_zh", "unit_en"]].itertuples(index=False)
    return [Unit(id=one, name={"zh": zh, "en": en}, districts=(one,)) for one, zh, en in names]


def _not_asked(plan: Plan, unit: str, head: Mapping[str, Any]) -> dict[str, object]:
    """Give the row of a target that the plan does not ask of a district."""
    target = next(one for one in plan.targets if one.id == head["target"])
    why = _why_not(plan, target, unit)
    return {
        **head,
        "required": np.nan,
        "achieved": np.nan,
        "shortfall": np.nan,
        "status": NOT_ASKED,
        "basis": "",
        "reason": why.text("en"),
        "reason_zh": why.text("zh"),
    }


def _why_not(plan: Plan, target: Target, unit: str) -> Said:
    if target.scope in plan.groups and unit not in plan.groups[target.scope].districts:
        return said("asked_elsewhere", unit=plan.groups[target.scope].name)
    others = {one.id: one.name for one in plan.districts}
    if target.scope in others:
        return said("asked_elsewhere", unit=others[target.scope])
    if any(ask.projects for ask in target.asks):
        return said("asked_of_projects")
    only = sorted({name for ask in target.asks for name in ask.only})
    if only:
        return said("asked_of_named", names=", ".join(only))
    if target.each in ("town", "district"):
        return said(f"asked_of_each_{target.each}")
    return said("asked_of_city")
