"""The bottom line: the lowest district against what every district is to have (底线均等)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gapmap.assessment.comparing import whole_people
from gapmap.targets.said import said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from gapmap.access import Access, Service
    from gapmap.plan import Plan, Target

__all__ = ["bottom_lines"]

_KINDS = ("district", "plan_district")
_MEASURES = ("presence", "share", "access")
_ENDS = ("", "_low", "_high")
_EQUAL = 1e-9


def bottom_lines(
    access: Access, coverage: pd.DataFrame, targets: pd.DataFrame, plan: Plan | None
) -> Iterator[dict[str, object]]:
    """Hold the lowest district, and the lowest of the plan's, against the bottom line.

    What the plan requires of a service as a share (presence, share or access) is a bottom line for
    the share of areas, or of people, that its target asks about. The share of people within the
    limit has the line that the study gives (``bottom_line``), else the city's own share, both
    assumptions.

    Parameters
    ----------
    access, coverage, targets, plan
        Access, its sum by area and group, the plan's targets as judged, and the plan.

    Yields
    ------
    Rows with some of the columns of ``gaps.csv``; those of a kind of which the study has no area
    are left out.
    """
    for service in access.services:
        rows = coverage[coverage["service"] == service.id]
        for kind in _KINDS:
            held = rows[(rows["group_kind"] == kind) & (rows["group_id"] != "")]
            if len(held):
                yield _of_people(service, held, rows[rows["group_kind"] == "city"].iloc[0])
    if plan is not None:
        yield from _of_targets(targets, plan)


def _of_people(service: Service, held: pd.DataFrame, city: pd.Series) -> dict[str, object]:
    """Give the row of a service's share of people; ``held`` are the districts' coverage."""
    given = service.bottom_line is not None
    line = (service.bottom_line,) * 3 if given else tuple(city[f"share_people{e}"] for e in _ENDS)
    share, low, high = (held[f"share_people{end}"].to_numpy(dtype=float) for end in _ENDS)
    lowest = _lowest(share)
    told = _row(held, share, share, float(line[0]))
    if lowest >= 0:
        covered = float(held["people_covered"].iloc[lowest])
        known = covered + float(held["people_uncovered"].iloc[lowest])
        told["people_to_close"] = float(whole_people(np.array([line[0] * known - covered]))[0])
    uncounted = {
        "uncounted_a": held["places_without_people"].any(),
        "uncounted_b": not given and city["places_without_people"] > 0,
    }
    told["reason"] = "+".join(
        filter(None, [str(told["reason"]), *(code for code, holds in uncounted.items() if holds)])
    )
    return told | {
        "service": service.id,
        "measure": "share_people",
        "group_b_id": "study" if given else "city",
        "basis": "assumption",
        **_bounds(low, high, float(line[1]), float(line[2])),
    }


def _of_targets(targets: pd.DataFrame, plan: Plan) -> Iterator[dict[str, object]]:
    """Give a row for each target that asks a share of every district."""
    asked = (
        targets["measure"].isin(_MEASURES)
        & (targets["measure_unit"] == "share")
        & targets["comparison"].isin((">=", ">"))
        & targets["required"].notna()
        & ~targets["overall"]
        & targets["scope_kind"].isin(_KINDS)
    )
    asked_by = {one.id: one for one in plan.targets}
    nowhere = pd.Series(
        [
            _has_none(plan, asked_by[str(row["target"])], row)
            for _, row in targets[asked].iterrows()
        ],
        index=targets.index[asked],
        dtype=bool,
    )
    held = targets[asked][~nowhere]
    for (name, kind), rows in held.groupby(["target", "scope_kind"], sort=False):
        areas = rows.assign(group=rows["unit_zh"], group_id=rows["unit"], group_kind=kind)
        share, most, lines = (
            rows[column].to_numpy(dtype=float) for column in ("achieved", "possible", "required")
        )
        lowest = _lowest(share - lines)
        deciding = rows.iloc[max(lowest, 0)]
        line = float(deciding["required"])
        told = _row(areas, share, share - lines, line)
        measure, note = _weighing(asked_by[str(name)])
        told["reason"] = "+".join(filter(None, [str(told["reason"]), note]))
        yield told | {
            "service": str(deciding["service"]),
            "measure": measure,
            "group_b_id": str(name),
            "target": str(name),
            "basis": str(deciding["basis"]),
            **_bounds_of_target(share, most, lines, line),
        }


def _has_none(plan: Plan, target: Target, row: pd.Series) -> bool:
    """Say whether a unit has no such areas, or people, as the target asks: nothing is unknown."""
    unit = {"zh": row["unit_zh"], "en": row["unit_en"]}
    return str(row["reason"]) in {
        said(code, level=plan.levels[ask.level].name, unit=unit).text("en")
        for ask in target.asks
        for code in ("no_areas", "nobody")
        if ask.level
    }


def _weighing(target: Target) -> tuple[str, str]:
    """Give the measure of a target's share, of areas or of people, and what to say of it."""
    in_people = {ask.statistic == "share_people" for ask in target.asks}
    if in_people == {True}:
        return "share_people_asked", "people_as_asked"
    return "share_areas", "areas_or_people" if True in in_people else "areas_not_people"


def _lowest(share: NDArray[np.float64]) -> int:
    """Give the number of the lowest district, -1 where nothing is known of any."""
    return -1 if np.isnan(share).all() else int(np.nanargmin(share))


def _row(
    areas: pd.DataFrame, share: NDArray[np.float64], order: NDArray[np.float64], line: float
) -> dict[str, object]:
    """Give the row of a bottom line; the lowest area is the one that is lowest in ``order``."""
    known, lowest = ~np.isnan(share), _lowest(order)
    value = float(share[lowest]) if lowest >= 0 else np.nan
    difference = value - line
    reasons = {
        "status_unknown_a": np.isnan(value),
        "status_unknown_b": np.isnan(line),
        "b_is_zero": line == 0,
        "some_districts_unknown": known.any() and not known.all(),
        "others_as_low": int((order[known] <= order[lowest] + _EQUAL).sum()) > 1,
    }
    area = areas.iloc[lowest] if lowest >= 0 else dict.fromkeys(("group", "group_id"), "")
    return {
        "comparison": "bottom-line",
        "group_a": area["group"],
        "group_b": "bottom line",
        "value_a": value,
        "value_b": line,
        "difference": difference,
        "ratio": value / line if line else np.nan,
        "kind_a": areas["group_kind"].iloc[0],
        "group_a_id": area["group_id"],
        "kind_b": "bottom_line",
        "unit": "share",
        "difference_points": difference * 100,
        "worse": _worse(difference),
        "reason": "+".join(code for code, holds in reasons.items() if holds),
    }


def _worse(difference: float) -> str:
    """Say whether the lowest district is below the line."""
    if np.isnan(difference):
        return ""
    return "group_a" if difference < -_EQUAL else "equal" if difference <= _EQUAL else "above_line"


def _bounds(
    low: NDArray[np.float64], high: NDArray[np.float64], line_low: float, line_high: float
) -> dict[str, float]:
    """Give what the lowest share is at least and at most, and its distance from the line."""
    least, most = (
        float(np.nanmin(one)) if not np.isnan(one).all() else np.nan for one in (low, high)
    )
    return {
        "value_a_low": least,
        "value_a_high": most,
        "value_b_low": line_low,
        "value_b_high": line_high,
        "difference_low": least - line_high,
        "difference_high": most - line_low,
    }


def _bounds_of_target(
    share: NDArray[np.float64], most: NDArray[np.float64], lines: NDArray[np.float64], line: float
) -> dict[str, float]:
    """Give what the lowest unit has at least and at most; who is unknown has 0 to 1.

    Lines may differ: lowest is who is farthest below its own, at either end as in between.
    """
    low = np.nan_to_num(share, nan=0.0)
    high = np.where(np.isnan(share), 1.0, np.fmax(most, share))
    least, best = int(np.argmin(low - lines)), int(np.argmin(high - lines))
    at_most = float(high[best])
    known = share[_lowest(share - lines)] if not np.isnan(share).all() else at_most
    return {
        "value_a_low": float(low[least]),
        "value_a_high": max(at_most, float(known)),
        "value_b_low": line,
        "value_b_high": line,
        "difference_low": float(low[least] - lines[least]),
        "difference_high": float(high[best] - lines[best]),
    }
