"""Inequality: how unevenly the way to a service, and who is covered, is spread over people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from gapmap import equity
from gapmap.assessment.coverage import blocks_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from gapmap.access import Access, Service
    from gapmap.places import Places

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
_OF_DISTRICTS = ("district", "plan_district")
_NOISE = 1e-12
"""What rounding leaves of 0; its sign says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spread:
    """What one service means for people, one entry per place with people of known status.

    ``way`` is in the unit of the limit, infinite where one cannot get there; where a place is
    covered it is not beyond the limit, whatever rounding says. ``areas`` number the areas of each
    kind, -1 where nobody knows; ``income`` is None where the study has none.
    """

    service: Service
    areas: Mapping[str, NDArray[np.intp]]
    income: NDArray[np.float64] | None
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
    areas = _numbered(access.places.table)
    rows = [
        {"service": service.id, **row}
        for service, block in blocks_of(access)
        for row in _rows(_spread(service, block, access.places, areas))
    ]
    table = pd.DataFrame(rows, columns=EQUITY_COLUMNS)
    return table.astype({"value": float, "people": float, "people_left_out": float})


def _numbered(places: pd.DataFrame) -> dict[str, NDArray[np.intp]]:
    """Give each place the number of its area, by kind that any names; -1 where it names none."""
    told = {}
    for kind, column in _AREAS.items():
        names = places[column].astype(str)
        codes: NDArray[np.intp] = pd.factorize(names.where(names != ""))[0]
        if kind not in {"plan_district", "town"} or (codes >= 0).any():
            told[kind] = codes
    return told


def _spread(
    service: Service, block: pd.DataFrame, source: Places, areas: Mapping[str, NDArray[np.intp]]
) -> _Spread:
    places = source.table
    people = np.nan_to_num(places["people"].to_numpy(dtype=float))
    status = block["status"].to_numpy()
    way = block["distance_m" if service.limit_unit == "m" else "minutes"].to_numpy(dtype=float)
    covered = status == "covered"
    way = np.where(covered, np.minimum(way, service.limit), way)
    way = np.where((status == "uncovered") & np.isnan(way), np.inf, way)
    held = (status != "unknown") & (people > 0) & ~np.isnan(way)
    return _Spread(
        service=service,
        areas={kind: codes[held] for kind, codes in areas.items()},
        income=places["income"].to_numpy(dtype=float)[held] if "income" in places else None,
        way=way[held],
        covered=covered[held],
        people=people[held],
        everyone=float(people.sum() + source.people_missing.sum()),
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
    for kind, codes in spread.areas.items():
        yield from _of_areas(spread, kind, codes, nobody)
    if spread.income is not None:
        yield from _by_income(spread, spread.income, way)


def _row(spread: _Spread, held: NDArray[np.bool_], measure: str, value: float) -> dict[str, object]:
    people = float(spread.people[held].sum())
    return {
        "measure": measure,
        "value": 0.0 if abs(value) < _NOISE else value,
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
        equity.theil(way, people, spread.areas[kind][held]) for kind in ("setting", "district")
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
    spread: _Spread, kind: str, codes: NDArray[np.intp], nobody: str
) -> Iterator[dict[str, object]]:
    """Give dissimilarity of the covered and the uncovered, and variation of the share covered."""
    known = codes >= 0
    codes, people, covered = codes[known], spread.people[known], spread.covered[known]
    some, others = (np.bincount(codes, people * one) for one in (covered, ~covered))
    nobody = nobody or ("" if known.any() else "status_unknown")
    alone = "nobody_covered" if not some.any() else "" if others.any() else "all_covered"
    value = np.nan if nobody or alone else equity.dissimilarity(some, others)
    yield _row(spread, known, f"dissimilarity_{kind}", value) | {
        "quantity": "covered", "by": kind, "reason": nobody or alone,
    }  # fmt: skip
    if kind in _OF_DISTRICTS:
        total = some + others
        lived = total > 0
        share = some[lived] / total[lived]
        value = np.nan if nobody else equity.variation(share, total[lived])
        yield _row(spread, known, f"variation_{kind}", value) | {
            "quantity": "share_people", "by": kind, "reason": nobody,
        }  # fmt: skip


def _by_income(
    spread: _Spread, income: NDArray[np.float64], way: str
) -> Iterator[dict[str, object]]:
    """Give concentration of ways and of being covered, people ranked by income, and Palma."""
    known = np.isfinite(income)
    reached = known & spread.reached
    covered = spread.covered.astype(float)
    asked: list[tuple[str, str, NDArray[np.bool_], NDArray[np.float64]]] = [
        ("palma_income", way, reached, spread.way),
        ("concentration_way", way, reached, spread.way),
        ("concentration_covered", "covered", known, covered),
        ("concentration_erreygers", "covered", known, covered),
    ]
    for measure, quantity, held, values in asked:
        value, why = float("nan"), ""
        if not held.any():
            why = "unreachable" if known.any() else "no_income"
        if not why and measure == "concentration_covered" and not values[held].any():
            why = "nobody_covered"
        if not why:
            value = _ranked(measure, values[held], spread.people[held], income[held])
            why = "two_fifths_have_no_way" if np.isnan(value) else ""
        yield _row(spread, held, measure, value) | {
            "quantity": quantity, "by": "income", "reason": why,
        }  # fmt: skip


def _ranked(
    measure: str,
    values: NDArray[np.float64],
    people: NDArray[np.float64],
    income: NDArray[np.float64],
) -> float:
    if measure == "palma_income":
        return equity.palma(values, people, rank_by=income)
    index: Literal["plain", "erreygers"] = "plain"
    if measure == "concentration_erreygers":
        index = "erreygers"
    return equity.concentration(values, people, income, index=index)
