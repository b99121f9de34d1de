"""Coverage: access summed up by area and group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gapmap import equity
from gapmap.catchment import zones_of

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    blocks = [(service, block[_JUDGED]) for service, block in blocks_of(access)]
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


def _coverage_row(service: Service, block: pd.DataFrame, group: Group) -> dict[str, object]:
    member = np.flatnonzero(group.member)
    rows = block.take(member)
    people = group.people[member]
    counted = np.nan_to_num(people)
    status = rows["status"].to_numpy()
    heads = {name: float(counted[status == name].sum()) for name in _STATES}
    missing = float(group.missing[member].sum())
    number = {name: int((status == name).sum()) for name in _STATES}
    total = sum(heads.values())
    known = heads["covered"] + heads["uncovered"]
    judged = number["covered"] + number["uncovered"]
    lost = (status == "uncovered") & rows["distance_m"].isna().to_numpy()
    return {
        "service": service.id,
        "group_kind": group.kind,
        "group": group.name,
        "group_id": group.id,
        "places": len(rows),
        **{f"places_{name}": number[name] for name in _STATES},
        "people": total,
        **{f"people_{name}": heads[name] for name in _STATES},
        "share_people": _share(heads["covered"], known),
        "share_people_low": _share(heads["covered"], total + missing),
        "share_people_high": _share(total - heads["uncovered"] + missing, total + missing),
        "share_places": _share(number["covered"], judged),
        **_distances(rows, counted, lost, missing),
        "places_unreachable": int(lost.sum()),
        "people_unreachable": float(counted[lost].sum()),
        "places_without_people": int(np.isnan(people).sum()),
        "people_missing": missing,
    }


_STATES = ("covered", "uncovered", "unknown")
_JUDGED = ["status", "distance_m", "minutes"]


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else np.nan


def _distances(
    rows: pd.DataFrame, people: NDArray[np.float64], lost: NDArray[np.bool_], missing: float
) -> dict[str, float]:
    """Give mean, median and P90 of metres and of minutes, weighted by people."""
    unknown = (rows["status"] == "unknown").to_numpy()
    told: dict[str, float] = {}
    for column, unit in (("distance_m", "m"), ("minutes", "minutes")):
        value = np.where(lost, np.inf, rows[column].to_numpy(dtype=float))
        held = ~unknown & ~np.isnan(value)
        near = held & np.isfinite(value)
        weight = people[near].sum()
        told[f"mean_{unit}"] = float(value[near] @ people[near] / weight) if weight else np.nan
        doubtful = float(people[~held].sum()) + missing
        told |= _quantiles(value[held], people[held], doubtful, unit)
    return told


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
