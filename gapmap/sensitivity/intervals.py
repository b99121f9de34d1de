"""Intervals of coverage from repeated draws.

An interval runs from the 5th to the 95th percentile of the draws, each end taken outwards to the
next draw, so that at least nine draws in ten lie within it; of fewer than twenty there is none. It
says how far a figure moves when
what was assumed differs within the stated ranges, and nothing about what was not varied.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from gapmap.errors import MethodError
from gapmap.sensitivity.sums import Groups, groups_in, sum_up

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from gapmap.access import Access, Service
    from gapmap.assessment import Assessment
    from gapmap.sensitivity.value import Draw

__all__ = [
    "BASIS",
    "FEWEST",
    "HIGH",
    "INTERVAL_COLUMNS",
    "LOW",
    "TOO_FEW",
    "Tally",
    "between",
    "interval_table",
    "middle",
    "tally_draws",
]

LOW: Final = 0.05
HIGH: Final = 0.95
BASIS: Final = "assumption"
_KINDS: Final = ("share", "low", "high", "mean", "median", "p90")
FEWEST: Final = 20
"""Fewer draws have no 5th and 95th percentile, and make no interval."""
TOO_FEW: Final = "too_few_draws"
_ROWS: Final = 64
"""Room for so many draws at first; it doubles where more come."""
_DECIMALS: Final = 3
_SLACK: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Tally:
    """What all draws say of every group, and of every place.

    Attributes
    ----------
    groups
        The groups of coverage.
    drawn
        By service and kind of figure (``share``, ``low``, ``high``, ``mean``, ``median``,
        ``p90``): groups x draws.
    states
        By service: places x 3, in how many draws a place is uncovered, covered, unknown.
    count
        How many draws there are.
    """

    groups: Groups
    drawn: Mapping[str, Mapping[str, NDArray[np.float64]]]
    states: Mapping[str, NDArray[np.int64]]
    count: int


class _Rows:
    """Rows of one length, of which nobody knows how many will come; each is held once."""

    def __init__(self, length: int) -> None:
        self.held: NDArray[np.float64] = np.empty((_ROWS, length))

    def put(self, number: int, values: NDArray[np.float64]) -> None:
        if number == len(self.held):
            more = np.empty((2 * number, self.held.shape[1]))
            more[:number] = self.held
            self.held = more
        self.held[number] = values


def tally_draws(access: Access, stream: Iterable[Draw]) -> Tally:
    """Sum every draw over the groups of coverage, one draw in memory at a time.

    What stays are six figures of each group, service and draw, each held once.

    Raises
    ------
    MethodError
        The stream is empty.
    """
    groups = groups_in(access)
    services = [service.id for service in access.services]
    size = len(access.places.table)
    kept = {one: {kind: _Rows(len(groups.table)) for kind in _KINDS} for one in services}
    states = {one: np.zeros((size, 3), np.int64) for one in services}
    at = np.arange(size)
    count = 0
    for draw in stream:
        for one in services:
            sums = sum_up(groups, draw, one)
            for kind, rows in kept[one].items():
                rows.put(count, getattr(sums, kind))
            states[one][at, draw.status[one]] += 1
        count += 1
    if count == 0:
        raise MethodError("there are no draws; take at least one", "没有抽样;至少要一次")
    drawn = {
        one: {kind: rows.held[:count].T for kind, rows in kinds.items()}
        for one, kinds in kept.items()
    }
    return Tally(groups=groups, drawn=drawn, states=states, count=count)


def between(drawn: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the interval of each row of draws; NaN where fewer than ``FEWEST`` have a value.

    Infinite draws are allowed; an infinite end says that in so many draws nobody gets there.

    Examples
    --------
    >>> between(np.array([[*range(20)], [*range(19), np.nan]]))
    (array([ 0., nan]), array([19., nan]))
    """
    held, counts = _ordered(drawn)
    low = np.floor(LOW * (counts - 1)).astype(int)
    high = np.ceil(HIGH * (counts - 1)).astype(int)
    enough = counts >= FEWEST
    least, most = (np.where(enough, _picked(held, at), np.nan) for at in (low, high))
    return least, most


def middle(drawn: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the median of each row of draws; NaN where no draw has a value.

    Examples
    --------
    >>> middle(np.array([[0.3, 0.1, np.nan, 0.2], [1.0, np.inf, 2.0, 5.0]]))
    array([0.2, 3.5])
    """
    held, counts = _ordered(drawn)
    below, above = _picked(held, (counts - 1) // 2), _picked(held, counts // 2)
    return np.asarray((below + above) / 2)


def _ordered(drawn: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Sort each row, what is unknown last; say how many are known."""
    return np.sort(drawn, axis=1), (~np.isnan(drawn)).sum(axis=1)


def _picked(held: NDArray[np.float64], at: NDArray[np.int64]) -> NDArray[np.float64]:
    """Pick one entry of each row; a row without any has NaN wherever one looks."""
    inside = np.clip(at, 0, held.shape[1] - 1)
    return np.asarray(np.take_along_axis(held, inside[:, None], axis=1)[:, 0])


def interval_table(assessment: Assessment, tally: Tally) -> pd.DataFrame:
    """Give the table of ``intervals.csv``: one row per row of coverage."""
    access = assessment.access
    parts = [_service_rows(one, assessment.coverage, tally) for one in access.services]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=INTERVAL_COLUMNS)


INTERVAL_COLUMNS: Final = (
    *("service", "group_kind", "group", "group_id", "share_people", "share_draw_median"),
    *("share_draw_low", "share_draw_high", "share_low_with_unknown", "share_high_with_unknown"),
    *("assessed_is", "limit_unit"),
    *(
        f"{one}{end}"
        for one in ("mean", "median", "p90")
        for end in ("", "_draw_low", "_draw_high")
    ),
    *("draws", "basis", "reason"),
)


def _service_rows(service: Service, coverage: pd.DataFrame, tally: Tally) -> pd.DataFrame:
    told = coverage[coverage["service"] == service.id].reset_index(drop=True)
    drawn = tally.drawn[service.id]
    low, high = between(drawn["share"])
    made: dict[str, object] = {
        "service": service.id,
        **{name: told[name] for name in ("group_kind", "group", "group_id", "share_people")},
        "share_draw_median": middle(drawn["share"]),
        "share_draw_low": low,
        "share_draw_high": high,
        "share_low_with_unknown": between(drawn["low"])[0],
        "share_high_with_unknown": between(drawn["high"])[1],
        "assessed_is": _against(told["share_people"].to_numpy(dtype=float), low, high),
        "limit_unit": service.limit_unit,
    }
    for kind in ("mean", "median", "p90"):
        made[kind] = told[f"{kind}_{service.limit_unit}"].round(_DECIMALS)
        ends = between(drawn[kind])
        for name, values in zip(("low", "high"), ends, strict=True):
            made[f"{kind}_draw_{name}"] = np.round(values, _DECIMALS)
    made |= {"draws": tally.count, "basis": BASIS, "reason": list(_reasons(drawn))}
    return pd.DataFrame(made)[list(INTERVAL_COLUMNS)]


def _against(
    assessed: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]
) -> NDArray[np.object_]:
    """Say where the figure as assessed lies: what varies may move nearly all draws one way."""
    inside = np.where(np.isnan(assessed) | np.isnan(low), "", "inside")
    return np.asarray(
        np.select(
            [assessed < low - _SLACK, assessed > high + _SLACK], ["below", "above"], inside
        ).astype(object)
    )


def _reasons(drawn: Mapping[str, NDArray[np.float64]]) -> Iterator[str]:
    """Say why something in a row is empty; a far end that is infinite is empty in the tables."""
    nobody = np.asarray(np.isnan(drawn["share"]).all(axis=1))
    few = np.asarray(np.isnan(between(drawn["share"])[0]))
    far = np.asarray(np.isinf(between(drawn["p90"])[1]))
    for empty, rare, lost in zip(nobody, few, far, strict=True):
        yield "nobody_known" if empty else TOO_FEW if rare else "unreachable" if lost else ""
