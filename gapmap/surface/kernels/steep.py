"""What a step over sloping ground takes, and the ground as the kernels see it.

A search steps from the sources outwards; where people walk towards them slopes count the other way
and links are turned round. Each cell that a step crosses counts
with its part of the way: half of it for straight and diagonal steps, a quarter for a knight's
move; where people there go on foot, times the factor of the slope between the step's ends.
"""

from __future__ import annotations

from math import inf, log
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
    "langmuir", "step_minutes", "tobler",
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

_LOG2_E: Final = 1 / log(2)
_LN_2: Final = 0.693147180369123816490  # the leading bits of log(2): a whole multiple is exact
_LN_2_REST: Final = 1.90821492927058770002e-10
_TWOS: Final = 2.0 ** np.arange(32)


class Ground(NamedTuple):
    """A terrain as the kernels want it: what is None there has no cells here.

    Attributes
    ----------
    minutes, height, on_foot, driven, barred
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
    driven: Floats
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
def tobler(slope: float) -> float:
    """Give the factor of Tobler's rule; NaN, an unknown height, is flat.

    The exponential is worked out here: the compiler makes vectors of this, not of a call of exp().
    """
    steep = min(max(slope if slope == slope else 0.0, -STEEPEST), STEEPEST)  # noqa: PLR0124 - NaN
    x = TOBLER_RATE * (abs(steep + TOBLER_BEST) - TOBLER_BEST)
    twos = int(x * _LOG2_E + 0.5)
    r = (x - twos * _LN_2) - twos * _LN_2_REST
    r2 = r * r
    r4 = r2 * r2
    low = (1.0 + r) + r2 * (1 / 2 + r * (1 / 6))
    middle = (1 / 24 + r * (1 / 120)) + r2 * (1 / 720 + r * (1 / 5040))
    high = (1 / 40320 + r * (1 / 362880)) + r2 * (1 / 3628800 + r * (1 / 39916800))
    return float((low + r4 * (middle + r4 * (high + r4 * (1 / 479001600)))) * _TWOS[twos])


@compiled
def langmuir(slope: float) -> float:
    """Give the factor of Langmuir's rule; NaN, an unknown height, is flat."""
    steep = slope if slope == slope else 0.0  # noqa: PLR0124 - NaN
    each = RISING if steep >= 0.0 else (-FALLING if steep < GENTLEST else FALLING)
    return 1.0 + each * steep


@compiled
def _in_cell(ground: Ground, r: int, c: int, factor: float) -> float:
    """Give what crossing a cell takes: the quicker of walking on a slope and driving."""
    walks = not ground.on_foot.size or ground.on_foot[r, c]
    takes = ground.minutes[r, c] * (factor if walks else 1.0)
    return float(min(takes, ground.driven[r, c]) if ground.driven.size else takes)


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
    factor = 1.0
    if ground.rule != LEVEL:
        slope = (ground.height[y, x] - ground.height[r, c]) / (LENGTHS[k] * ground.run_m)
        factor = tobler(slope) if ground.rule == TOBLER else langmuir(slope)
    total = _in_cell(ground, r, c, factor) + _in_cell(ground, y, x, factor)
    if k >= KNIGHTS:
        # the two cells between: in the row or column of one end each
        down, right = STEP_ROWS[k], STEP_COLUMNS[k]
        b, a = (r + down // 2, c) if abs(down) > 1 else (r, c + right // 2)
        between = _in_cell(ground, b, a, factor)
        b, a = (r + down // 2, x) if abs(down) > 1 else (y, c + right // 2)
        between += _in_cell(ground, b, a, factor)
        total += between  # summed as the flat search does, so that both give the same bits
    return float(SHARES[k] * total)
