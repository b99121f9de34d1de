"""What a step over sloping ground takes, and the ground as the kernels see it.

A search steps from the sources outwards; where people walk towards them slopes count the other way
and links are turned round. Each cell that a step crosses counts
with its part of the way: half of it for straight and diagonal steps, a quarter for a knight's
move; where people there go on foot, times the factor of the slope between the step's ends.
"""

from __future__ import annotations

from math import exp, inf
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from gapmap.compiling import compiled
from gapmap.surface.slope import (
    FALLING,
    GENTLEST,
    RISING,
    RULES,
    STEEPEST,
    TOBLER_BEST,
    TOBLER_RATE,
)
from gapmap.surface.value import STEPS

__all__ = [
    "BACK", "DIAGONAL", "KNIGHTS", "LANGMUIR", "LENGTHS", "LEVEL", "SHARES", "STEP_COLUMNS",
    "STEP_ROWS", "TOBLER", "Crossings", "Flags", "Floats", "Ground", "Indices", "Integers",
    "steepness_factor", "step_minutes",
]  # fmt: skip

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.int32]
Integers = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint16]

LEVEL, TOBLER, LANGMUIR = (RULES.index(rule) for rule in ("none", "tobler", "langmuir"))
DIAGONAL, KNIGHTS = 4, 8
"""Numbers of the first diagonal step and the first knight's move."""
STEP_ROWS: Final = np.array([row for row, _ in STEPS])
STEP_COLUMNS: Final = np.array([column for _, column in STEPS])
BACK: Final = np.array([STEPS.index((-row, -column)) for row, column in STEPS])
"""Number of the step that undoes each one."""
LENGTHS: Final = np.hypot(STEP_ROWS, STEP_COLUMNS)
"""Of each step, in cells."""
SHARES: Final = LENGTHS / np.where(LENGTHS > 2, 4, 2)  # noqa: PLR2004 - a knight's is sqrt(5)
"""By what the minutes of each cell that a step crosses are multiplied."""


class Ground(NamedTuple):
    """A terrain as the kernels want it: what is None there has no cells here.

    Attributes
    ----------
    minutes, height, on_foot, barred
        As in a terrain.
    run_m
        Horizontal length of a step along a side; below 0 where people walk towards the sources,
        so that slopes are those in the direction of walking.
    rule
        How slope counts: ``LEVEL``, ``TOBLER`` or ``LANGMUIR``.
    steps
        8 or 16.
    closed
        Whether no step squeezes between two impassable cells.
    """

    minutes: Floats
    height: Floats
    on_foot: Flags
    barred: Bits
    run_m: float
    rule: int
    steps: int
    closed: bool


class Crossings(NamedTuple):
    """Links from cell to cell as they are walked from the sources, by the cells they begin at.

    Cells are numbered along the rows.
    """

    begin: Indices
    end: Indices
    minutes: Floats


@compiled
def steepness_factor(slope: float, rule: int) -> float:
    """Give what :func:`gapmap.surface.slope.time_factor` gives, for one step."""
    if slope != slope or rule == LEVEL:  # noqa: PLR0124 - NaN: a height is unknown
        return 1.0
    steep = min(max(slope, -STEEPEST), STEEPEST)
    if rule == TOBLER:
        return float(exp(TOBLER_RATE * (abs(steep + TOBLER_BEST) - TOBLER_BEST)))
    if steep >= 0.0:
        return 1.0 + RISING * steep
    return 1.0 - FALLING * steep if steep < GENTLEST else 1.0 + FALLING * steep


@compiled
def step_minutes(ground: Ground, r: int, c: int, k: int) -> float:
    """Give what the k-th step from a cell takes; inf off the grid and where it is barred."""
    minutes, rows, columns = ground.minutes, *ground.minutes.shape
    y, x = r + STEP_ROWS[k], c + STEP_COLUMNS[k]
    if y < 0 or y >= rows or x < 0 or x >= columns:
        return inf
    if ground.barred.size and (ground.barred[r, c] >> k) & 1:
        return inf
    if DIAGONAL <= k < KNIGHTS and ground.closed and minutes[r, x] == inf and minutes[y, c] == inf:
        return inf
    factor, others = 1.0, ground.on_foot.size > 0
    if ground.rule != LEVEL:
        rise = ground.height[y, x] - ground.height[r, c]
        factor = steepness_factor(rise / (LENGTHS[k] * ground.run_m), ground.rule)
    walked, driven = 0.0, 0.0
    if others and not ground.on_foot[r, c]:
        driven += minutes[r, c]
    else:
        walked += minutes[r, c]
    if others and not ground.on_foot[y, x]:
        driven += minutes[y, x]
    else:
        walked += minutes[y, x]
    if k >= KNIGHTS:
        down, right = STEP_ROWS[k], STEP_COLUMNS[k]
        far = abs(down) > 1  # which way the knight goes two cells
        near_r, near_c = (r + down // 2, c) if far else (r, c + right // 2)
        next_r, next_c = (r + down // 2, x) if far else (y, c + right // 2)
        for b, a in ((near_r, near_c), (next_r, next_c)):
            if others and not ground.on_foot[b, a]:
                driven += minutes[b, a]
            else:
                walked += minutes[b, a]
    return SHARES[k] * (walked * factor + driven)
