"""Gaps: the groups that the plan compares, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gapmap.catchment import rest_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapmap.access import Access

__all__ = ["GAP_COLUMNS", "GAP_MEASURES", "gaps_of"]

GAP_COLUMNS = [
    "service",
    "comparison",
    "group_a",
    "group_b",
    "measure",
    "value_a",
    "value_b",
    "difference",
    "ratio",
    "kind_a",
    "group_a_id",
    "kind_b",
    "group_b_id",
]
GAP_MEASURES = ("share_people", "mean_m", "median_m", "p90_m")


def gaps_of(access: Access, coverage: pd.DataFrame) -> pd.DataFrame:
    """Compare the groups of every service: the table of ``gaps.csv``."""
    rows = [
        row
        for service in access.services
        for comparison, a, b in _pairs(coverage[coverage["service"] == service.id], access)
        for row in _gap_rows(service.id, comparison, a, b)
    ]
    return pd.DataFrame(rows, columns=GAP_COLUMNS)


def _pairs(
    coverage: pd.DataFrame, access: Access
) -> Iterator[tuple[str, dict[str, object], dict[str, object]]]:
    """List the comparisons that the plan asks for, as pairs of coverage rows."""
    rows = {(row["group_kind"], row["group_id"]): row for row in coverage.to_dict("records")}
    city = rows["city", "city"]
    wanted = [("urban-rural", ("setting", "urban"), ("setting", "rural"))]
    wanted += [
        (f"{name}-rest", ("group", name), ("group", rest_of(name)))
        for name in access.places.region.groups
    ]
    for comparison, a, b in wanted:
        if a in rows and b in rows:
            yield comparison, rows[a], rows[b]
    for kind, comparison in (
        ("district", "district-city"),
        ("plan_district", "plan_district-city"),
        ("people_group", "people groups"),
    ):
        for (row_kind, group), row in rows.items():
            if row_kind == kind and group:
                yield comparison, row, city


def _gap_rows(
    service: str, comparison: str, a: dict[str, object], b: dict[str, object]
) -> Iterator[dict[str, object]]:
    for measure in GAP_MEASURES:
        value_a, value_b = float(str(a[measure])), float(str(b[measure]))
        yield {
            "service": service,
            "comparison": comparison,
            "group_a": a["group"],
            "group_b": b["group"],
            "measure": measure,
            "value_a": value_a,
            "value_b": value_b,
            "difference": value_a - value_b,
            "ratio": value_a / value_b if value_b else np.nan,
            "kind_a": a["group_kind"],
            "group_a_id": a["group_id"],
            "kind_b": b["group_kind"],
            "group_b_id": b["group_id"],
        }
