"""Compiled: how much each pair of place and facility counts, by what lies between them.

Pairs stand in compressed rows: row ``i`` of ``starts`` has the pairs of place ``i``. One thread
takes one pair after the other, so that the same input gives the same bits everywhere. SciPy's
products of the weights with people and ratios are compiled, too, and go over the pairs likewise.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gapmap.compiling import compiled

__all__ = ["gaussian_weights", "step_weights"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@compiled
def step_weights(
    starts: Integers, cost: Floats, until: Floats, weights: Floats
) -> tuple[Floats, Integers]:
    """Weigh each pair by the step that its cost falls into; costs are numbers, not negative.

    ``until`` has where each step ends, inclusive, rising; ``weights`` that of each step and, at the
    end, what is beyond the last. Gives the weights and how many pairs of each row are within it.
    """
    steps = len(until)
    made = np.empty(len(cost))
    within = np.zeros(len(starts) - 1, np.int64)
    for row in range(len(starts) - 1):
        count = 0
        for pair in range(starts[row], starts[row + 1]):
            step = 0
            for one in range(steps):
                step += cost[pair] > until[one]
            made[pair] = weights[step]
            count += step < steps
        within[row] = count
    return made, within


@compiled
def gaussian_weights(
    starts: Integers, cost: Floats, limit: float, until: float
) -> tuple[Floats, Integers]:
    """Weigh each pair by a bell that is 1 at no cost, 0 at the limit and 0 beyond ``until``.

    Gives the weights and how many pairs of each row are within ``until``.
    """
    foot = np.exp(-0.5)
    made = np.empty(len(cost))
    within = np.zeros(len(starts) - 1, np.int64)
    for row in range(len(starts) - 1):
        count = 0
        for pair in range(starts[row], starts[row + 1]):
            near = cost[pair] <= until
            part = cost[pair] / limit
            height = (np.exp(-0.5 * part * part) - foot) / (1 - foot)
            made[pair] = max(height, 0.0) if near else 0.0
            count += near
        within[row] = count
    return made, within
