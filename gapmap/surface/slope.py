"""How slope changes the time of walking: the rules, and what a step's time is multiplied by.

Slope is rise over horizontal run in the direction of walking. Times in a terrain hold on the flat;
a rule gives the factor by which a step takes longer or shorter, so that any walking speed can
stand in a table of land cover.

``tobler``: speed is 6 exp(-3.5 abs(slope + 0.05)) km/h, on the flat 5.04 km/h. Source: W. Tobler,
Three Presentations on Geographical Analysis and Modeling, NCGIA Technical Report 93-1 (1993).

``langmuir``: seconds are 0.72 a metre of horizontal way, 6 more a metre of rise, 1.9998 fewer a
metre of fall down to a slope of -0.2125 (12 degrees), and 1.9998 more a metre of fall where it is
steeper; on the flat 5 km/h. Source: E. Langmuir, Mountaincraft and Leadership (1984), with the
coefficients of GRASS ``r.walk``.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from gapmap.errors import MethodError

__all__ = [
    "FALLING", "FLAT", "GENTLEST", "LEAST", "RISING", "RULES", "STEEPEST", "TOBLER_BEST",
    "TOBLER_RATE", "time_factor",
]  # fmt: skip

Floats = npt.NDArray[np.float64]

RULES: Final = ("none", "tobler", "langmuir")
"""In the order of the numbers by which kernels know them."""

TOBLER_RATE: Final = 3.5
TOBLER_BEST: Final = 0.05
"""The downward slope of the fastest walking."""

FLAT: Final = 0.72
RISING: Final = 6.0 / FLAT
FALLING: Final = 1.9998 / FLAT
GENTLEST: Final = -0.2125
"""The steepest slope of those down which walking is faster than on the flat, itself among them."""

LEAST: Final = 0.4
"""No step takes less than this part of its time on the flat: Langmuir 0.41, Tobler 0.84."""

STEEPEST: Final = 5.0
"""Beyond this slope (79 degrees), up or down, Tobler's rule is not followed any further.

Its factor is 4e7 there already; what a gap in the heights would make of it, no number can hold.
"""


def time_factor(slope: npt.ArrayLike, rule: str) -> Floats:
    """Give what walking up or down takes, as a multiple of the time on the flat.

    Parameters
    ----------
    slope
        Rise over horizontal run in the direction of walking; NaN is taken as flat.
    rule
        One of :data:`RULES`; see above for formulas and sources.

    Returns
    -------
    Factors of the shape of ``slope``: above 1 is slower than on the flat.

    Examples
    --------
    >>> time_factor([0.0, 0.1, -0.05, -0.5], "tobler").round(4).tolist()
    [1.0, 1.4191, 0.8395, 4.0552]
    >>> time_factor([0.0, 0.1, -0.2, -0.5], "langmuir").round(4).tolist()
    [1.0, 1.8333, 0.4445, 2.3888]
    """
    if rule not in RULES:
        raise MethodError(
            f"rule is {rule!r}; give one of {', '.join(RULES)}",
            f"rule 为 {rule!r}；请取 {'、'.join(RULES)} 之一",
        )
    steep = np.asarray(slope, np.float64)
    steep = np.where(np.isnan(steep), 0.0, steep)
    if rule == "tobler":
        steep = np.clip(steep, -STEEPEST, STEEPEST)
        return np.exp(TOBLER_RATE * (np.abs(steep + TOBLER_BEST) - TOBLER_BEST))
    if rule == "langmuir":
        each = np.where(steep >= 0, RISING, np.where(steep < GENTLEST, -FALLING, FALLING))
        return 1.0 + each * steep
    return np.ones_like(steep)
