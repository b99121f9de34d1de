"""Demand: places that any sites would serve alike, taken together."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from gapmap.location.value import Floats, Integers, Problem

__all__ = ["Demand", "demand_of", "level_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Places with the same sites in reach and of the same group, as one.

    Attributes
    ----------
    reach
        Demand x sites, 1 within the limit.
    people
        In all of its places.
    group
        Number of the group, -1 for none.
    copies
        Open sites that it needs in reach.
    """

    reach: sparse.csr_array
    people: Floats
    group: Integers
    copies: int

    def covered(self, is_open: np.typing.NDArray[np.bool_]) -> np.typing.NDArray[np.bool_]:
        """Say which demand has as many open sites in reach as it needs."""
        return np.asarray(self.reach @ is_open.astype(float) >= self.copies)


def demand_of(problem: Problem) -> Demand:
    """Take places together: those with the fewest sites first, in whatever order they came."""
    cost, groups = problem.cost, problem.place_groups
    group = np.full(cost.shape[0], -1, dtype=np.int64) if groups is None else groups.of
    found: dict[tuple[bytes, int], list[float]] = {}
    starts = cost.indptr
    for place in range(cost.shape[0]):
        near = cost.indices[starts[place] : starts[place + 1]]
        if len(near):
            key = (near.astype(np.int32).tobytes(), int(group[place]))
            found.setdefault(key, []).append(problem.people[place])
    keys = sorted(found, key=lambda key: (len(key[0]), key))
    rows = [np.frombuffer(key, dtype=np.int32) for key, _ in keys]
    sizes = np.array([len(row) for row in rows], dtype=np.int64)
    indices = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int32)
    return Demand(
        reach=sparse.csr_array(
            (np.ones(len(indices)), indices, np.concatenate([[0], np.cumsum(sizes)])),
            shape=(len(rows), cost.shape[1]),
        ),
        people=np.array([math.fsum(found[key]) for key in keys], dtype=float),
        group=np.array([of for _, of in keys], dtype=np.int64),
        copies=problem.copies,
    )


def level_of(served: Floats, most: Floats, amount: Floats) -> float:
    """Give the share that every group is covered to, or else as far as any sites could.

    Parameters
    ----------
    served, most, amount
        By group: people covered, those whom all sites together would cover, all people.

    Notes
    -----
    The largest ``t`` with ``served >= min(t * amount, most)`` in every group, at most the largest
    of ``most / amount``. A group that no site can help does not hold the others down.
    """
    lived = amount > 0
    if not lived.any():
        return 0.0
    share, top = served[lived] / amount[lived], most[lived] / amount[lived]
    behind = served[lived] < most[lived] - 1e-9 * np.maximum(1.0, most[lived])
    return float(share[behind].min()) if behind.any() else float(top.max())
