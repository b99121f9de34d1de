"""Coverage: access summed up by area and group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gapmap import equity
from gapmap.catchment import zones_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from gapmap.access import Access, Service

__all__ = ["COVERAGE_COLUMNS", "Group", "blocks_of", "coverage_of", "groups_of"]

COVERAGE_COLUMNS = [
    "service",
    "group_kind",
    "group",
    "group_id",
    "places",
    "places_covered",
    "places_uncovered",
    "places_unknown",
    "people",
    "people_covered",
    "people_uncovered",
    "people_unknown",
    "share_people",
    "share_people_low",
    "share_people_high",
    "share_places",
    "mean_m",
    "median_m",
    "p90_m",
    "mean_minutes",
    "median_minutes",
    "p90_minutes",
    "places_unreachable",
    "people_unreachable",
    "places_without_people",
    "people_missing",
    "median_m_low",
    "median_m_high",
    "p90_m_low",
    "p90_m_high",
    "median_minutes_low",
    "median_minutes_high",
    "p90_minutes_low",
    "p90_minutes_high",
]


@dataclass(frozen=True, slots=True)
class Group:
    """A named set of places, with the weight its people have, and people whom nobody placed."""

    kind: str
    name: str
    id: str
    member: NDArray[np.bool_]
    people: NDArray[np.float64]
    missing: NDArray[np.float64]


def groups_of(access: Access) -> Iterator[Group]:
    """List every group of places that is reported, city first."""
    table = access.places.table
    people, nobody = table["people"].to_numpy(dtype=float), np.zeros(len(table))
    missing = access.places.people_missing
    for zone in zones_of(access.places):
        yield Group(zone.kind, zone.name, zone.id, zone.member, people, missing)
    for name in access.places.groups:
        weight = table[f"people_{name}"].to_numpy(dtype=float)
        yield Group("people_group", name, name, np.ones(len(table), dtype=bool), weight, nobody)


def coverage_of(access: Access) -> pd.DataFrame:
    """Sum access up by area and group: the table of ``coverage.csv``.

    Parameters
    ----------
    access
        Of places, or of the cells of a population grid that stand as places: ``places`` are cells
        then.

    Returns
    -------
    One row per service and group that has a member; see :func:`assess` for how it adds up.
    """
    blocks = [(service, _judged(block)) for service, block in blocks_of(access)]
    by_group = [  # one group at a time: of many cells their members take much room
        [_coverage_row(service, block, group) for service, block in blocks]
        for group in groups_of(access)
        if group.member.any()
    ]
    rows = [of_group[number] for number in range(len(blocks)) for of_group in by_group]
    return pd.DataFrame(rows, columns=COVERAGE_COLUMNS)


def blocks_of(access: Access) -> Iterator[tuple[Service, pd.DataFrame]]:
    """Give each service with its rows of the access table, one per place in order."""
    size = len(access.places.table)
    for number, service in enumerate(access.services):
        yield service, access.table.iloc[number * size : (number + 1) * size]


_STATES = ("covered", "uncovered", "unknown")


@dataclass(frozen=True, slots=True)
class _Judged:
    """One service's rows of the access table: state by number, who cannot get there, ways by unit.

    A way is infinite for those who cannot get there, NaN where it is not known.
    """

    state: NDArray[np.int8]
    lost: NDArray[np.bool_]
    ways: Mapping[str, NDArray[np.float64]]


def _judged(block: pd.DataFrame) -> _Judged:
    status = block["status"].to_numpy()
    state = np.full(len(block), _STATES.index("unknown"), dtype=np.int8)
    for number, name in enumerate(_STATES):
        state[status == name] = number
    lost = (status == "uncovered") & block["distance_m"].isna().to_numpy()
    ways = {
        unit: np.where(lost, np.inf, block[column].to_numpy(dtype=float))
        for column, unit in (("distance_m", "m"), ("minutes", "minutes"))
    }
    return _Judged(state, lost, ways)


def _coverage_row(service: Service, block: _Judged, group: Group) -> dict[str, object]:
    member = np.flatnonzero(group.member)
    people = group.people[member]
    counted = np.nan_to_num(people)
    state, lost = block.state[member], block.lost[member]
    missing = float(group.missing[member].sum())
    told_heads = np.bincount(state, counted, minlength=len(_STATES)).tolist()
    heads = dict(zip(_STATES, told_heads, strict=True))
    told_number = np.bincount(state, minlength=len(_STATES)).tolist()
    number = dict(zip(_STATES, told_number, strict=True))
    total = sum(heads.values())
    known = heads["covered"] + heads["uncovered"]
    judged = number["covered"] + number["uncovered"]
    told: dict[str, object] = {
        "service": service.id,
        "group_kind": group.kind,
        "group": group.name,
        "group_id": group.id,
        "places": len(member),
        **{f"places_{name}": number[name] for name in _STATES},
        "people": total,
        **{f"people_{name}": heads[name] for name in _STATES},
        "share_people": _share(heads["covered"], known),
        "share_people_low": _share(heads["covered"], total + missing),
        "share_people_high": _share(total - heads["uncovered"] + missing, total + missing),
        "share_places": _share(number["covered"], judged),
        "places_unreachable": int(lost.sum()),
        "people_unreachable": float(counted[lost].sum()),
        "places_without_people": int(np.isnan(people).sum()),
        "people_missing": missing,
    }
    for unit, way in block.ways.items():
        told |= _distances(way[member], counted, state, missing, unit)
    return told


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else np.nan


def _distances(
    way: NDArray[np.float64],
    people: NDArray[np.float64],
    state: NDArray[np.int8],
    missing: float,
    unit: str,
) -> dict[str, float]:
    """Give mean, median and P90 of ways, weighted by people."""
    held = (state != _STATES.index("unknown")) & ~np.isnan(way)
    near = held & np.isfinite(way)
    weight = people[near].sum()
    mean = float(way[near] @ people[near] / weight) if weight else np.nan
    doubtful = float(people[~held].sum()) + missing
    return {f"mean_{unit}": mean, **_quantiles(way[held], people[held], doubtful, unit)}


def _quantiles(
    value: NDArray[np.float64], people: NDArray[np.float64], doubtful: float, unit: str
) -> dict[str, float]:
    """Give median and P90, and what they are with all the doubtful nearest and farthest of all."""
    lived = people > 0
    order = np.argsort(value[lived], kind="stable")
    far, reached = value[lived][order], np.cumsum(people[lived][order])
    told: dict[str, float] = {}
    for name, share in (("median", 0.5), ("p90", 0.9)):
        middle = low = high = equity.quantile_of_sorted(far, reached, share)
        if doubtful > 0 and far.size:
            nearer, farther = np.append(0.0, far), np.append(far, np.inf)
            low = equity.quantile_of_sorted(nearer, np.append(0.0, reached) + doubtful, share)
            high = equity.quantile_of_sorted(
                farther, np.append(reached, reached[-1] + doubtful), share
            )
        ends = {"": middle, "_low": low, "_high": high}
        told |= {f"{name}_{unit}{end}": _finite(one) for end, one in ends.items()}
    return told


def _finite(value: float) -> float:
    return value if np.isfinite(value) else np.nan
