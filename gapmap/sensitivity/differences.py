"""Intervals of the differences between groups: whether a gap is there whatever was assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from gapmap.sensitivity.intervals import BASIS, FEWEST, TOO_FEW, between, middle

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from numpy.typing import NDArray

    from gapmap.access import Service
    from gapmap.assessment import Assessment
    from gapmap.sensitivity.intervals import Tally

    Floats = NDArray[np.float64]

__all__ = ["DIFFERENCE_COLUMNS", "difference_table"]

_DECIMALS: Final = 3
_SHARE_DECIMALS: Final = 6
_LINE: Final = "bottom_line"
_FROM_CITY: Final = "city"
_FROM_STUDY: Final = "study"
"""Whose bottom line it is: the city's own share, or what the study says."""


def difference_table(assessment: Assessment, tally: Tally) -> pd.DataFrame:
    """Give the interval of every row of ``gaps.csv``, in its order.

    ``share_same_sign`` is the share of draws in which the difference has the sign that it has as
    assessed, of those in which both groups are known. Against the bottom line stands whichever
    area of its kind is the lowest in a draw. What is measured in the other unit than the limit of
    its service is not drawn, nor is what is reported, and ``reason`` says so.
    """
    services = {one.id: one for one in assessment.access.services}
    groups = _Groups(tally)
    rows = []
    for row in assessment.gaps.to_dict("records"):
        told = {key: row[key] for key in (*_KEYS, "difference")}
        ends = _interval(row, services.get(row["service"]), groups)
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


class _Groups:
    """Finds what was drawn of the groups that a gap names."""

    def __init__(self, tally: Tally) -> None:
        kinds, ids = (tally.groups.table[name] for name in ("group_kind", "group_id"))
        self._tally = tally
        self._number = {pair: at for at, pair in enumerate(zip(kinds, ids, strict=True))}

    def drawn(self, service: str, figure: str, side: tuple[str, str]) -> Floats | None:
        """Give a figure of one group in every draw; None for what is no group."""
        at = self._number.get(side)
        return None if at is None else self._tally.drawn[service][figure][at]

    def lowest(self, service: str, figure: str, kind: str) -> Floats | None:
        """Give the lowest figure of a kind of groups in every draw."""
        rows = [at for (one, ident), at in self._number.items() if one == kind and ident]
        drawn = self._tally.drawn[service][figure]
        return np.asarray(np.fmin.reduce(drawn[rows], axis=0)) if rows else None


def _figure_of(measure: str, service: Service) -> str | None:
    """Say which figure of a draw a measure is."""
    if measure == "share_people":
        return "share"
    kind, _, unit = measure.partition("_")
    return kind if unit == service.limit_unit and kind in ("mean", "median", "p90") else None


def _interval(
    row: Mapping[Hashable, object], service: Service | None, groups: _Groups
) -> dict[str, object]:
    figure = None if service is None else _figure_of(str(row["measure"]), service)
    if service is None or figure is None:  # reported, of a service not measured, or another unit
        return {"reason": "not_drawn"}
    kind_a, kind_b = str(row["kind_a"]), str(row["kind_b"])
    a = groups.drawn(service.id, figure, (kind_a, str(row["group_a_id"])))
    b = groups.drawn(service.id, figure, (kind_b, str(row["group_b_id"])))
    known_a = groups.drawn(service.id, "share", (kind_a, str(row["group_a_id"])))
    if kind_b == _LINE and row["group_b_id"] in (_FROM_CITY, _FROM_STUDY):
        a = groups.lowest(service.id, figure, kind_a)
        b = groups.drawn(service.id, figure, ("city", "city"))
        if b is not None and row["group_b_id"] == _FROM_STUDY:
            b = np.full_like(b, float(str(row["value_b"])))
    if a is None or b is None or known_a is None:
        return {"reason": "not_drawn"}
    with np.errstate(invalid="ignore"):  # where neither gets there the difference is unknown
        drawn = np.asarray(a - b)
    return _told(row, drawn, nobody=bool(np.isnan(known_a).all()))


def _told(
    row: Mapping[Hashable, object], drawn: NDArray[np.float64], *, nobody: bool
) -> dict[str, object]:
    decimals = _SHARE_DECIMALS if row["measure"] == "share_people" else _DECIMALS
    held = np.round(drawn[None, :], decimals)
    low, high = between(held)
    known = held[~np.isnan(held)]
    assessed = float(str(row["difference"]))
    same = np.sign(known) == np.sign(np.round(assessed, decimals))
    told = len(known) > 0 and not np.isnan(assessed)
    lost = "unreachable" if not len(known) or np.isinf([low[0], high[0]]).any() else ""
    reason = TOO_FEW if 0 < len(known) < FEWEST else lost
    return {
        "difference_draw_median": middle(held)[0],
        "difference_draw_low": low[0],
        "difference_draw_high": high[0],
        "share_same_sign": float(same.mean()) if told else np.nan,
        "reason": "nobody_known" if nobody else reason,
    }
