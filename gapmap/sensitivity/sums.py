"""Sums of a draw over the groups that coverage is told of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gapmap.assessment import groups_of
from gapmap.sensitivity.kernels.sums import sum_groups

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gapmap.access import Access
    from gapmap.sensitivity.value import Draw

__all__ = ["Groups", "Sums", "groups_in", "sum_up"]


@dataclass(frozen=True, slots=True)
class Groups:
    """Every group of places, and which places bring it how many people.

    Attributes
    ----------
    table
        ``group_kind``, ``group``, ``group_id``, one row per group, in the order of coverage.
    start, group, people
        The groups of place ``i`` are ``group[start[i]:start[i + 1]]``, with the people it brings.
    missing
        People of each group who live where a grid has no value.
    """

    table: pd.DataFrame
    start: NDArray[np.int64]
    group: NDArray[np.int64]
    people: NDArray[np.float64]
    missing: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sums:
    """What one draw says of one service, an entry per group.

    Attributes
    ----------
    share, low, high
        Share of people covered: of those known; of all, with the unknown counted as uncovered;
        and as covered. NaN where there is nobody.
    mean, median, p90
        In the unit of the service's limit; infinite where so many reach none, NaN where nobody
        is known (mean: nobody gets there).
    """

    share: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    mean: NDArray[np.float64]
    median: NDArray[np.float64]
    p90: NDArray[np.float64]


def groups_in(access: Access) -> Groups:
    """Give the groups of an access, those without a place left out, as coverage does."""
    held = [group for group in groups_of(access) if group.member.any()]
    member = [np.flatnonzero(group.member) for group in held]
    place = np.concatenate(member)
    group = np.repeat(np.arange(len(held)), [len(one) for one in member])
    people = np.concatenate([one.people[at] for one, at in zip(held, member, strict=True)])
    order = np.argsort(place, kind="stable")
    size = len(access.places.table)
    return Groups(
        table=pd.DataFrame(
            {
                "group_kind": [one.kind for one in held],
                "group": [one.name for one in held],
                "group_id": [one.id for one in held],
            }
        ),
        start=np.searchsorted(place[order], np.arange(size + 1)).astype(np.int64),
        group=group[order].astype(np.int64),
        people=np.nan_to_num(people[order]),
        missing=np.array([float(one.missing[one.member].sum()) for one in held]),
    )


def sum_up(groups: Groups, draw: Draw, service: str) -> Sums:
    """Sum one service of one draw.

    Where a draw changes a place's people, those of its further groups (the registered, the
    elderly) change by the same factor.
    """
    value = np.ascontiguousarray(draw.value[service], dtype=float)
    heads, reach = sum_groups(
        np.argsort(value, kind="stable"),
        value,
        np.ascontiguousarray(draw.status[service], dtype=np.int8),
        np.ascontiguousarray(draw.people_factor, dtype=float),
        groups.start,
        groups.group,
        groups.people,
        len(groups.table),
    )
    uncovered, covered, unknown = heads.T
    everyone = covered + uncovered + unknown + groups.missing
    return Sums(
        share=_share(covered, covered + uncovered),
        low=_share(covered, everyone),
        high=_share(covered + unknown + groups.missing, everyone),
        mean=reach[:, 0],
        median=reach[:, 1],
        p90=reach[:, 2],
    )


def _share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    share = np.full(len(whole), np.nan)
    np.divide(part, whole, out=share, where=whole > 0)
    return share
