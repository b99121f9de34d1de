"""Compiled: how much each pair of place and facility counts, by what lies between them.

Pairs stand in compressed rows: row ``i`` of ``starts`` has the pairs of place ``i``. One thread
takes one pair after the other, so that the same input gives the same bits everywhere. SciPy's
products of the weights with people and ratios are compiled, too, and go over the pairs likewise.

Answers are written into arrays that the caller makes, and rows are slices: so LLVM sees plain
loops. Arrays made in here, or pairs counted through all rows, took three times as long (measured).
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
    starts: Integers,
    cost: Floats,
    until: Floats,
    weights: Floats,
    made: Floats,
    within: Integers,
) -> None:
    """Weigh each pair by the step that its cost falls into; costs are numbers, not negative.

    ``until`` has where each step ends, inclusive, rising; ``weights`` that of each step and, at the
    end, what is beyond the last. Writes the weights into ``made``, and into ``within`` how many
    pairs of each row are not beyond.
    """
    steps = len(until)
    for row in range(len(starts) - 1):
        here = cost[starts[row] : starts[row + 1]]
        there = made[starts[row] : starts[row + 1]]
        count = 0
        for pair in range(len(here)):
            step = 0
            for one in range(steps):
                step += here[pair] > until[one]
            there[pair] = weights[step]
            count += step < steps
        within[row] = count


@compiled
def gaussian_weights(
    starts: Integers, cost: Floats, limit: float, until: float, made: Floats, within: Integers
) -> None:
    """Weigh each pair by a bell that is 1 at no cost, 0 at the limit and 0 beyond ``until``.

    Writes the weights into ``made``, and into ``within`` how many pairs of each row are within
    ``until``.
    """
    foot = np.exp(-0.5)
    for row in range(len(starts) - 1):
        here = cost[starts[row] : starts[row + 1]]
        there = made[starts[row] : starts[row + 1]]
        count = 0
        for pair in range(len(here)):
            near = here[pair] <= until
            part = here[pair] / limit
            height = (np.exp(-0.5 * part * part) - foot) / (1 - foot)
            there[pair] = max(height, 0.0) if near else 0.0
            count += near
        within[row] = count
