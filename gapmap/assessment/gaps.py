"""Gaps: the groups that the plan compares, side by side, and what would close the distance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from gapmap.assessment.bottom_line import bottom_lines
from gapmap.assessment.comparing import compare_groups
from gapmap.assessment.reported import compare_reported

if TYPE_CHECKING:
    from gapmap.access import Access
    from gapmap.plan import Plan
    from gapmap.records import Records

__all__ = ["GAP_COLUMNS", "gaps_of"]

_TYPES = {
    "service": "str",
    "comparison": "str",
    "group_a": "str",
    "group_b": "str",
    "measure": "str",
    "value_a": "float64",
    "value_b": "float64",
    "difference": "float64",
    "ratio": "float64",
    "kind_a": "str",
    "group_a_id": "str",
    "kind_b": "str",
    "group_b_id": "str",
    "indicator": "str",
    "area": "str",
    "year": "Int64",
    "target": "str",
    "unit": "str",
    "basis": "str",
    "difference_points": "float64",
    "value_a_low": "float64",
    "value_a_high": "float64",
    "value_b_low": "float64",
    "value_b_high": "float64",
    "difference_low": "float64",
    "difference_high": "float64",
    "worse": "str",
    "people_to_close": "float64",
    "reason": "str",
}
GAP_COLUMNS = list(_TYPES)


def gaps_of(
    access: Access,
    coverage: pd.DataFrame,
    *,
    plan: Plan | None,
    records: Records,
    targets: pd.DataFrame,
) -> pd.DataFrame:
    """Compare groups, reported figures, and the lowest district with the bottom line.

    Parameters
    ----------
    access, coverage
        Access, and its sum by area and group, from :func:`gapmap.assessment.coverage_of`.
    plan, records, targets
        The plan, what is reported, and the plan's targets as judged.

    Returns
    -------
    The table of ``gaps.csv``, see ``docs/outputs.md``.
    """
    lines = bottom_lines(access, coverage, targets, plan)
    rows = [*compare_reported(access, records, plan), *lines]
    tables = [_typed(compare_groups(access, coverage, plan)), _typed(pd.DataFrame(rows))]
    return pd.concat(tables, ignore_index=True)


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    """Give all columns of the table, in order; a text that is missing is empty."""
    made = {}
    for name, kind in _TYPES.items():
        held = table[name] if name in table else pd.Series(index=table.index, dtype=object)
        made[name] = held.fillna("").astype(kind) if kind == "str" else held.astype(kind)
    return pd.DataFrame(made, columns=GAP_COLUMNS)
