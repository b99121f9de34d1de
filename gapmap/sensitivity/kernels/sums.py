"""The kernel that sums one service of one draw over all groups at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from gapmap.compiling import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MEAN", "MEDIAN", "P90", "sum_groups"]

MEAN, MEDIAN, P90 = 0, 1, 2
_SHARES: Final = (0.5, 0.9)
_SLACK: Final = 1e-12
_UNKNOWN: Final = 2


@compiled
def sum_groups(
    order: NDArray[np.int64],
    value: NDArray[np.float64],
    status: NDArray[np.int8],
    factor: NDArray[np.float64],
    start: NDArray[np.int64],
    group: NDArray[np.int64],
    people: NDArray[np.float64],
    groups: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sum people by status, and give mean, median and P90 of how far they have to go.

    Quantiles are those of :func:`gapmap.equity.quantile`.

    Parameters
    ----------
    order
        The places, the nearest first.
    value, status, factor
        Of each place: how far it is (infinite: unreachable, NaN: unknown), 0 uncovered, 1 covered
        or 2 unknown, and what its people are multiplied by.
    start, group, people
        The groups of place ``i`` are ``group[start[i]:start[i + 1]]``, with the people it brings.
    groups
        How many groups there are.

    Returns
    -------
    heads
        Groups x 3: people uncovered, covered, unknown.
    reach
        Groups x 3: mean (of those who get there), median, P90; NaN where nobody is known.
    """
    heads = np.zeros((groups, 3))
    reach = np.full((groups, 3), np.nan)
    known, near, way = np.zeros(groups), np.zeros(groups), np.zeros(groups)
    for i in range(len(value)):
        for at in range(start[i], start[i + 1]):
            one, count = group[at], people[at] * factor[i]
            heads[one, status[i]] += count
            if status[i] == _UNKNOWN or np.isnan(value[i]):
                continue
            known[one] += count
            if np.isfinite(value[i]):
                near[one] += count
                way[one] += count * value[i]
    for one in range(groups):
        if near[one] > 0:
            reach[one, 0] = way[one] / near[one]
    for which in range(2):
        passed = np.zeros(groups)
        open_end = np.zeros(groups, np.bool_)  # the share is met exactly: the next one counts, too
        for i in order:
            if status[i] == _UNKNOWN or np.isnan(value[i]):
                continue
            for at in range(start[i], start[i + 1]):
                one, count = group[at], people[at] * factor[i]
                if count <= 0:
                    continue
                if open_end[one]:
                    reach[one, 1 + which] = (reach[one, 1 + which] + value[i]) / 2
                    open_end[one] = False
                    continue
                wanted, slack = _SHARES[which] * known[one], _SLACK * known[one]
                before = passed[one] >= wanted - slack
                passed[one] += count
                if not before and passed[one] >= wanted - slack:
                    reach[one, 1 + which] = value[i]
                    open_end[one] = abs(passed[one] - wanted) <= slack
    return heads, reach
