"""The groups of every service side by side, from the table of coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from gapmap.catchment import rest_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any, TypeAlias

    from numpy.typing import NDArray

    from gapmap.access import Access
    from gapmap.plan import Plan

    # Columns of coverage by name, a value for each service and pair: plain arrays, because taking
    # a column out of a DataFrame a thousand times took longer than all that is counted here.
    _Side: TypeAlias = dict[str, NDArray[Any]]

__all__ = ["AGAINST_CITY", "MEASURES", "compare_groups", "whole_people"]

AGAINST_CITY = {
    "district": "district-city",
    "plan_district": "plan_district-city",
    "town": "town-city",
    "people_group": "people groups",
}
"""Kinds of group that are held against the whole city, and the word for it."""
MEASURES = {
    "share_people": "share",
    "mean_m": "m",
    "median_m": "m",
    "p90_m": "m",
    "mean_minutes": "minutes",
    "median_minutes": "minutes",
    "p90_minutes": "minutes",
}
"""What groups are compared by, and its unit; minutes where the limit of the service is in them."""
_COUNTS = (
    "people",
    "people_covered",
    "people_uncovered",
    "people_unknown",
    "people_missing",
    "people_unreachable",
    "places_without_people",
)
_PARTS_OF_CITY = ("district", "plan_district", "town")
_EQUAL = 1e-12


class _Pair(NamedTuple):
    """Two groups by kind and id, as they stand in the table of coverage."""

    comparison: str
    a: tuple[str, str]
    b: tuple[str, str]


def compare_groups(access: Access, coverage: pd.DataFrame, plan: Plan | None) -> pd.DataFrame:
    """Compare the groups of every service.

    Parameters
    ----------
    access, coverage
        Access, and its sum by area and group, from :func:`gapmap.assessment.coverage_of`.
    plan
        Its districts are compared, also those without a place; None: those of the places.

    Returns
    -------
    Some of the columns of ``gaps.csv``, by service, comparison and measure.
    """
    size = len(coverage) // max(len(access.services), 1)  # every service has the same groups
    first = coverage.iloc[:size]
    at = {
        key: number
        for number, key in enumerate(zip(first["group_kind"], first["group_id"], strict=True))
    }
    pairs = [pair for pair in _pairs(at, access, plan) if pair.a in at or pair.b in at]
    if not pairs:
        return pd.DataFrame()
    a, b = (
        _side(coverage, at, keys, size)
        for keys in ([pair.a for pair in pairs], [pair.b for pair in pairs])
    )
    services = access.services
    told = {
        "service": np.repeat([service.id for service in services], len(pairs)),
        "comparison": np.tile([pair.comparison for pair in pairs], len(services)),
        "group_a": a["group"],
        "group_b": b["group"],
        "kind_a": a["group_kind"],
        "group_a_id": a["group_id"],
        "kind_b": b["group_kind"],
        "group_b_id": b["group_id"],
        "basis": np.repeat([service.basis for service in services], len(pairs)),
    }
    timed = np.repeat([service.limit_unit == "minutes" for service in services], len(pairs))
    heads, taken, parts = pd.DataFrame(told), [], []
    for measure, unit in MEASURES.items():
        rows = np.flatnonzero(timed) if unit == "minutes" else np.arange(len(heads))
        sides = ({name: values[rows] for name, values in side.items()} for side in (a, b))
        parts.append(_by_measure(measure, unit, *sides))
        taken.append(rows)
    chosen = np.concatenate(taken)
    order = np.argsort(chosen, kind="stable")  # a pair's measures one after another
    made = heads.iloc[chosen[order]].reset_index(drop=True)
    columns = {name: np.concatenate([part[name] for part in parts])[order] for name in parts[0]}
    return pd.concat([made, pd.DataFrame(columns)], axis=1)


def whole_people(lacking: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round people up to whole ones, none below 0; what rounding errors add is not a person.

    Examples
    --------
    >>> whole_people(np.array([2.1, 3 + 1e-12, -5.0])).tolist()
    [3.0, 3.0, 0.0]
    """
    told: NDArray[np.float64] = np.ceil(lacking - 1e-9 * np.abs(lacking) - 1e-9)
    return np.maximum(0.0, told) + 0.0


def _pairs(at: Mapping[tuple[str, str], int], access: Access, plan: Plan | None) -> Iterator[_Pair]:
    """List the comparisons that the plan asks for."""
    yield _Pair("urban-rural", ("setting", "urban"), ("setting", "rural"))
    for name in access.places.region.groups:
        yield _Pair(f"{name}-rest", ("group", name), ("group", rest_of(name)))
    for kind, comparison in AGAINST_CITY.items():
        known = [one for its_kind, one in at if its_kind == kind and one]
        if kind == "plan_district" and plan is not None:
            known += _without_a_place(known, plan)
        for one in known:
            yield _Pair(comparison, (kind, one), ("city", "city"))
    if {"registered", "migrant"} <= {*access.places.groups}:
        yield _Pair("people groups", ("people_group", "registered"), ("people_group", "migrant"))


def _without_a_place(known: Sequence[str], plan: Plan) -> list[str]:
    """List the plan's districts that no place lies in, where places name any of them."""
    promised = [unit.id for unit in plan.districts]
    return [one for one in promised if one not in known] if {*promised} & {*known} else []


def _side(
    coverage: pd.DataFrame,
    at: Mapping[tuple[str, str], int],
    keys: Sequence[tuple[str, str]],
    size: int,
) -> _Side:
    """Give a row of coverage for each service and pair; a group without a place has no numbers."""
    position = np.array([at.get(key, -1) for key in keys])
    starts = np.arange(0, len(coverage), size)[:, None]
    rows = np.where(position < 0, -1, starts + position).ravel()
    missing = rows < 0
    side: _Side = {}
    bounds = [f"{measure}_{end}" for measure in MEASURES for end in ("low", "high")]
    for name in {*MEASURES, *bounds, *_COUNTS} & {*coverage.columns}:
        side[name] = np.where(missing, np.nan, coverage[name].to_numpy(dtype=float)[rows])
    for name, part in (("group_kind", 0), ("group_id", 1), ("group", 1)):
        texts = np.tile(np.array([key[part] for key in keys], dtype=object), len(starts))
        side[name] = np.where(missing, texts, coverage[name].to_numpy(dtype=object)[rows])
    return side


def _by_measure(measure: str, unit: str, a: _Side, b: _Side) -> dict[str, NDArray[Any]]:
    value_a, value_b = _numbers(a, measure), _numbers(b, measure)
    difference = value_a - value_b
    is_share = unit == "share"
    low, high = _difference_bounds(measure, a, b)
    nowhere = np.full(len(value_a), np.nan)
    reasons = [
        _marked(_why_empty(measure, a), "_a"),
        _marked(_why_empty(measure, b), "_b"),
        np.where(~np.isnan(value_a) & (value_b == 0), "b_is_zero", ""),
        _why_boundless(measure, difference, high - low),
        np.where((difference < low - _EQUAL) | (difference > high + _EQUAL), "known_only", ""),
        *(
            np.where(np.isnan(difference), "", _marked(_uncounted(side), mark))
            for side, mark in ((a, "_a"), (b, "_b"))
        ),
    ]
    return {
        "measure": np.full(len(value_a), measure, dtype=object),
        "value_a": value_a,
        "value_b": value_b,
        "difference": difference,
        "ratio": np.divide(value_a, value_b, out=nowhere.copy(), where=value_b != 0),
        "unit": np.full(len(value_a), unit, dtype=object),
        "difference_points": difference * 100 if is_share else nowhere,
        "value_a_low": _numbers(a, f"{measure}_low"),
        "value_a_high": _numbers(a, f"{measure}_high"),
        "value_b_low": _numbers(b, f"{measure}_low"),
        "value_b_high": _numbers(b, f"{measure}_high"),
        "difference_low": low,
        "difference_high": high,
        "worse": _worse(measure, unit, a, b),
        "people_to_close": _people_to_close(a, b) if is_share else nowhere,
        "reason": _joined(reasons),
    }


def _joined(reasons: Sequence[NDArray[np.object_]]) -> NDArray[np.object_]:
    told = ["+".join(filter(None, row)) for row in zip(*reasons, strict=True)]
    return np.array(told, dtype=object)


def _numbers(side: _Side, column: str) -> NDArray[np.float64]:
    return side[column] if column in side else np.full(len(side["group_kind"]), np.nan)


def _heads(side: _Side) -> tuple[NDArray[np.float64], ...]:
    """Give people covered, people whose state is known, and those of whom it is not."""
    covered = _numbers(side, "people_covered")
    unknown = _numbers(side, "people_unknown") + _numbers(side, "people_missing")
    return covered, covered + _numbers(side, "people_uncovered"), unknown


def _is_part(a: _Side, b: _Side) -> NDArray[np.bool_]:
    """Say where the first group is a part of the second, the city."""
    nested: NDArray[np.bool_] = b["group_kind"] == "city"
    return nested & np.isin(a["group_kind"].astype(str), _PARTS_OF_CITY)


def _difference_bounds(
    measure: str, a: _Side, b: _Side
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the least and greatest difference, whatever holds for the unknown.

    Of a part and its whole the same unknown people count on both sides: the shares differ most
    with those of the part covered and all others not, or the other way round.
    """
    low = _numbers(a, f"{measure}_low") - _numbers(b, f"{measure}_high")
    high = _numbers(a, f"{measure}_high") - _numbers(b, f"{measure}_low")
    if not measure.startswith("share"):
        return low, high
    (covered_a, known_a, unknown_a), (covered_b, known_b, unknown_b) = _heads(a), _heads(b)
    part, whole = known_a + unknown_a, known_b + unknown_b
    with np.errstate(divide="ignore", invalid="ignore"):
        least = covered_a / part - (covered_b + unknown_b - unknown_a) / whole
        most = (covered_a + unknown_a) / part - (covered_b + unknown_a) / whole
    nested = _is_part(a, b)
    return np.where(nested, least, low), np.where(nested, most, high)


def _why_empty(measure: str, side: _Side) -> NDArray[np.object_]:
    """Say why a measure of a group is empty; "" where it is not."""
    people = _numbers(side, "people")
    uncounted = _numbers(side, "places_without_people") + _numbers(side, "people_missing")
    why = np.select(
        [
            np.isnan(people),
            (people == 0) & (uncounted > 0),
            people == 0,
            _heads(side)[1] == 0,
            _numbers(side, "people_unreachable") > 0,
        ],
        ["no_places", "people_unknown", "nobody", "status_unknown", "unreachable"],
        "not_measured",
    )
    return np.where(np.isnan(_numbers(side, measure)), why, "").astype(object)


def _uncounted(side: _Side) -> NDArray[np.object_]:
    """Say where places have no known number of people: no bound can count them."""
    uncounted = _numbers(side, "places_without_people") > 0
    return np.where(uncounted, "uncounted", "").astype(object)


def _marked(codes: NDArray[np.object_], mark: str) -> NDArray[np.object_]:
    return np.where(codes == "", "", codes + mark).astype(object)


def _why_boundless(
    measure: str, difference: NDArray[np.float64], width: NDArray[np.float64]
) -> NDArray[np.object_]:
    """Say why a difference that is known has no bounds."""
    why = "mean_has_no_bounds" if measure.startswith("mean") else "no_bound"
    return np.where(~np.isnan(difference) & np.isnan(width), why, "").astype(object)


def _worse(measure: str, unit: str, a: _Side, b: _Side) -> NDArray[np.object_]:
    """Say which group is worse off: less covered, or farther, unreachable being farthest."""
    sign = -1.0 if unit == "share" else 1.0
    burdens = [
        np.where(_why_empty(measure, side) == "unreachable", np.inf, sign * _numbers(side, measure))
        for side in (a, b)
    ]
    told = np.full(len(a["group_kind"]), "equal", dtype=object)
    both_lost = np.isinf(burdens[0]) & np.isinf(burdens[1])
    one, other = (np.where(both_lost, np.nan, burden) for burden in burdens)
    slack = _EQUAL * np.maximum(1.0, np.abs(np.where(np.isfinite(other), other, 0.0)))
    told[one > other + slack] = "group_a"
    told[other > one + slack] = "group_b"
    told[np.isnan(one) | np.isnan(other)] = ""
    return told


def _people_to_close(a: _Side, b: _Side) -> NDArray[np.float64]:
    """Give the people of the worse group that have to be served for equal shares.

    Of a part and its whole, who is served counts in both where the part is worse, and lives in
    the rest where the whole is.
    """
    (covered_a, known_a, _), (covered_b, known_b, _) = _heads(a), _heads(b)
    with np.errstate(divide="ignore", invalid="ignore"):
        share_a, share_b = covered_a / known_a, covered_b / known_b
        rest = (covered_b - covered_a) / (known_b - known_a)
        other = np.where(_is_part(a, b) & (known_b > known_a), rest, share_b)
        of_a, of_b = other * known_a - covered_a, share_a * known_b - covered_b
        return whole_people(np.where(share_a < share_b, of_a, of_b))
