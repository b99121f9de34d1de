"""Inequality: how unevenly the way to a service, and who is covered, is spread over people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from gapmap import equity
from gapmap.assessment.coverage import blocks_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from gapmap.access import Access, Service

__all__ = ["EQUITY_COLUMNS", "inequality_of"]

EQUITY_COLUMNS = [
    "service",
    "measure",
    "value",
    "people",
    "quantity",
    "people_left_out",
    "by",
    "reason",
]
_AREAS = {
    "district": "district_id",
    "plan_district": "plan_district",
    "town": "town_id",
    "setting": "setting",
}
_TOLD = (*_AREAS.values(), "income")
_OF_DISTRICTS = ("district", "plan_district")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spread:
    """What one service means for people, one entry per place with people of known status.

    ``way`` is in the unit of the limit, infinite where one cannot get there; where a place is
    covered it is not beyond the limit, whatever rounding says.
    """

    service: Service
    places: pd.DataFrame
    way: NDArray[np.float64]
    covered: NDArray[np.bool_]
    people: NDArray[np.float64]
    everyone: float
    nobody_because: str

    @property
    def reached(self) -> NDArray[np.bool_]:
        """Say from where one can get there."""
        return np.asarray(np.isfinite(self.way))


def inequality_of(access: Access) -> pd.DataFrame:
    """Measure how unevenly the way to each service, and who is covered, is spread over people.

    Parameters
    ----------
    access
        From :func:`gapmap.measure_access`.

    Returns
    -------
    The table of ``equity.csv``, see ``docs/outputs.md``: one row per service and measure; a value
    that is empty has its reason beside it.
    """
    places = access.places.table
    missing = float(access.places.people_missing.sum())
    rows = [
        {"service": service.id, **row}
        for service, block in blocks_of(access)
        for row in _rows(_spread(service, block, places, missing))
    ]
    table = pd.DataFrame(rows, columns=EQUITY_COLUMNS)
    return table.astype({"value": float, "people": float, "people_left_out": float})


def _spread(service: Service, block: pd.DataFrame, places: pd.DataFrame, missing: float) -> _Spread:
    people = np.nan_to_num(places["people"].to_numpy(dtype=float))
    status = block["status"].to_numpy()
    way = block["distance_m" if service.limit_unit == "m" else "minutes"].to_numpy(dtype=float)
    covered = status == "covered"
    way = np.where(covered, np.minimum(way, service.limit), way)
    way = np.where((status == "uncovered") & np.isnan(way), np.inf, way)
    held = (status != "unknown") & (people > 0) & ~np.isnan(way)
    return _Spread(
        service=service,
        places=pd.DataFrame(places[[name for name in _TOLD if name in places]])[held],
        way=way[held],
        covered=covered[held],
        people=people[held],
        everyone=float(people.sum()) + missing,
        nobody_because="status_unknown" if people.sum() > 0 else "nobody",
    )


def _rows(spread: _Spread) -> Iterator[dict[str, object]]:
    way = "distance_m" if spread.service.limit_unit == "m" else "minutes"
    nobody = "" if spread.people.size else spread.nobody_because
    reached = spread.reached
    far = nobody or ("" if reached.any() else "unreachable")
    everyone = np.ones(reached.shape, dtype=bool)
    line = "" if spread.service.limit > 0 else "no_limit"
    for measure, by, value, why in _of_ways(spread, empty=bool(far)):
        if measure == "fgt_1":
            share = np.nan if nobody or line else _shortfall(spread, everyone, 0)
            yield _row(spread, everyone, "fgt_0", share) | {
                "quantity": way, "by": by, "reason": nobody or line,
            }  # fmt: skip
        yield _row(spread, reached, measure, value) | {
            "quantity": way, "by": by, "reason": far or why,
        }  # fmt: skip
    for kind, column in _AREAS.items():
        area = spread.places[column].astype(str).to_numpy(dtype=object)
        if kind in {"plan_district", "town"} and not (area != "").any():
            continue
        yield from _of_areas(spread, kind, area, nobody)
    if "income" in spread.places:
        yield from _by_income(spread, way)


def _row(spread: _Spread, held: NDArray[np.bool_], measure: str, value: float) -> dict[str, object]:
    people = float(spread.people[held].sum())
    return {
        "measure": measure,
        "value": value,
        "people": people,
        "people_left_out": max(0.0, spread.everyone - people),
    }


def _of_ways(spread: _Spread, *, empty: bool) -> Iterator[tuple[str, str, float, str]]:
    """Give measures of ways: the measure, by what, its value, and why it has none."""
    held = spread.reached
    way, people = spread.way[held], spread.people[held]
    if empty:
        yield from ((measure, by, np.nan, "") for measure, by in _WAY_MEASURES.items())
        return
    settings, districts = (
        equity.theil(way, people, spread.places.loc[held, column].astype(str))
        for column in ("setting", "district_id")
    )
    values = {
        "gini": equity.gini(way, people),
        "theil": settings.total,
        "theil_between_setting": settings.between,
        "theil_within_setting": settings.within,
        "theil_between_district": districts.between,
        "theil_within_district": districts.within,
        "theil_l": equity.theil_l(way, people).total,
        "palma": equity.palma(way, people),
        "fgt_1": _shortfall(spread, held, 1),
        "fgt_2": _shortfall(spread, held, 2),
    }
    why = {"theil_l": "some_have_no_way", "palma": "two_fifths_have_no_way"}
    why |= dict.fromkeys(("fgt_1", "fgt_2"), "no_limit")
    for measure, by in _WAY_MEASURES.items():
        value = values[measure]
        yield measure, by, value, why.get(measure, "") if np.isnan(value) else ""


_WAY_MEASURES = {
    "gini": "",
    "theil": "",
    "theil_between_setting": "setting",
    "theil_within_setting": "setting",
    "theil_between_district": "district",
    "theil_within_district": "district",
    "theil_l": "",
    "palma": "access",
    "fgt_1": "limit",
    "fgt_2": "limit",
}


def _shortfall(spread: _Spread, held: NDArray[np.bool_], alpha: int) -> float:
    if spread.service.limit <= 0:
        return float("nan")
    return equity.fgt(spread.way[held], spread.people[held], line=spread.service.limit, alpha=alpha)


def _of_areas(
    spread: _Spread, kind: str, area: NDArray[np.object_], nobody: str
) -> Iterator[dict[str, object]]:
    """Give dissimilarity of the covered and the uncovered, and variation of the share covered."""
    known = area != ""
    codes, _ = pd.factorize(area[known])
    people, covered = spread.people[known], spread.covered[known]
    some, others = (np.bincount(codes, people * one) for one in (covered, ~covered))
    nobody = nobody or ("" if known.any() else "status_unknown")
    alone = "nobody_covered" if not some.any() else "" if others.any() else "all_covered"
    value = np.nan if nobody or alone else equity.dissimilarity(some, others)
    yield _row(spread, known, f"dissimilarity_{kind}", value) | {
        "quantity": "covered", "by": kind, "reason": nobody or alone,
    }  # fmt: skip
    if kind in _OF_DISTRICTS:
        total = some + others
        value = np.nan if nobody else equity.variation(some / total, total)
        yield _row(spread, known, f"variation_{kind}", value) | {
            "quantity": "share_people", "by": kind, "reason": nobody,
        }  # fmt: skip


def _by_income(spread: _Spread, way: str) -> Iterator[dict[str, object]]:
    """Give concentration of ways and of being covered, people ranked by income."""
    income = spread.places["income"].to_numpy(dtype=float)
    known = np.isfinite(income)
    reached = known & spread.reached
    covered = spread.covered.astype(float)
    asked: list[tuple[str, str, NDArray[np.bool_], NDArray[np.float64]]] = [
        ("concentration_way", way, reached, spread.way),
        ("concentration_covered", "covered", known, covered),
        ("concentration_erreygers", "covered", known, covered),
    ]
    for measure, quantity, held, values in asked:
        index: Literal["plain", "erreygers"] = (
            "erreygers" if measure == "concentration_erreygers" else "plain"
        )
        value, why = float("nan"), ""
        if not held.any():
            why = "unreachable" if known.any() else "no_income"
        if not why and measure == "concentration_covered" and not values[held].any():
            why = "nobody_covered"
        if not why:
            people = spread.people[held]
            value = equity.concentration(values[held], people, income[held], index=index)
        yield _row(spread, held, measure, value) | {
            "quantity": quantity, "by": "income", "reason": why,
        }  # fmt: skip
