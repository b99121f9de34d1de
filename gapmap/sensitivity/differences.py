"""Intervals of the differences between groups: whether a gap is there whatever was assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from gapmap.sensitivity.intervals import BASIS, between, middle

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from numpy.typing import NDArray

    from gapmap.access import Service
    from gapmap.assessment import Assessment
    from gapmap.sensitivity.intervals import Tally

__all__ = ["DIFFERENCE_COLUMNS", "difference_table"]

_DECIMALS: Final = 3
_SHARE_DECIMALS: Final = 6


def difference_table(assessment: Assessment, tally: Tally) -> pd.DataFrame:
    """Give the interval of every row of ``gaps.csv``, in its order.

    ``same_sign_share`` is the share of draws in which the difference has the sign that it has as
    assessed, of those in which both groups are known. What is measured in the other unit than the
    limit of its service is not drawn, and ``reason`` says so.
    """
    numbers = {
        (kind, one): number
        for number, (kind, one) in enumerate(
            zip(tally.groups.table["group_kind"], tally.groups.table["group_id"], strict=True)
        )
    }
    services = {one.id: one for one in assessment.access.services}
    rows = []
    for row in assessment.gaps.to_dict("records"):
        drawn = _drawn(row, services.get(row["service"]), numbers, tally)
        told = {key: row[key] for key in (*_KEYS, "difference")}
        ends = _interval(row, drawn) if drawn is not None else {"reason": "not_drawn"}
        rows.append(told | ends | {"draws": tally.count, "basis": BASIS})
    return pd.DataFrame(rows, columns=list(DIFFERENCE_COLUMNS))


_KEYS: Final = (
    *("service", "comparison", "group_a", "group_b", "measure"),
    *("kind_a", "group_a_id", "kind_b", "group_b_id"),
)
DIFFERENCE_COLUMNS: Final = (
    *(*_KEYS, "difference", "difference_draw_median", "difference_draw_low"),
    *("difference_draw_high", "share_same_sign", "draws", "basis", "reason"),
)


def _drawn(
    row: Mapping[Hashable, object],
    service: Service | None,
    numbers: Mapping[tuple[str, str], int],
    tally: Tally,
) -> NDArray[np.float64] | None:
    """Give the difference in every draw; None where the draws say nothing of it."""
    if service is None:  # a reported figure, or a target whose service is not measured
        return None
    kind = _kind_of(str(row["measure"]), service)
    a = numbers.get((str(row["kind_a"]), str(row["group_a_id"])))
    b = numbers.get((str(row["kind_b"]), str(row["group_b_id"])))
    if kind is None or a is None or b is None:
        return None
    drawn = tally.drawn[service.id][kind]
    with np.errstate(invalid="ignore"):  # where neither gets there the difference is unknown
        return np.asarray(drawn[a] - drawn[b])


def _kind_of(measure: str, service: Service) -> str | None:
    """Say which figure of a draw a measure is."""
    if measure == "share_people":
        return "share"
    kind, _, unit = measure.partition("_")
    return kind if unit == service.limit_unit and kind in ("mean", "median", "p90") else None


def _interval(row: Mapping[Hashable, object], drawn: NDArray[np.float64]) -> dict[str, object]:
    decimals = _SHARE_DECIMALS if row["measure"] == "share_people" else _DECIMALS
    held = np.round(drawn[None, :], decimals)
    low, high = between(held)
    known = held[~np.isnan(held)]
    assessed = float(str(row["difference"]))
    same = np.sign(known) == np.sign(np.round(assessed, decimals))
    told = len(known) > 0 and not np.isnan(assessed)
    return {
        "difference_draw_median": middle(held)[0],
        "difference_draw_low": low[0],
        "difference_draw_high": high[0],
        "share_same_sign": float(same.mean()) if told else np.nan,
        "reason": _reason(known, float(low[0]), float(high[0])),
    }


def _reason(known: NDArray[np.float64], low: float, high: float) -> str:
    if len(known) == 0:
        return "nobody_known"
    return "unreachable" if np.isinf([low, high]).any() else ""
