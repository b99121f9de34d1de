"""How many are beyond a line, how far, and how unequally: the measures of Foster and others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from gapmap.equity.checks import weighed
from gapmap.errors import MethodError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["fgt"]


def fgt(
    values: ArrayLike,
    people: ArrayLike,
    *,
    line: float,
    alpha: float,
    poor: Literal["above", "below"] = "above",
) -> float:
    """Person-weighted shortfall against a line: Foster, Greer and Thorbecke's measure.

    The mean over all people of (distance from the line / line) to the power of ``alpha``, where
    those on the right side of the line count 0. Who is on the line is on the right side, as limits
    are inclusive everywhere.

    Parameters
    ----------
    values
        One number per place, not negative. With ``alpha=0`` and ``poor="above"`` it may be
        infinite: who cannot get there at all is beyond the line.
    people
        Weight of each place, not negative, not all zero.
    line
        Above 0, in the unit of the values.
    alpha
        0: share of people who are short. 1: mean shortfall in lines. 2: the same squared, so that
        those who are shortest count more. Any number from 0 on.
    poor
        ``"above"``, as for distances: short are those with more than the line; the measure has no
        upper end for alpha above 0. ``"below"``, as for supply: those with less; at most 1.

    Returns
    -------
    float
        0 where nobody is short.

    Raises
    ------
    MethodError
        When values or people are negative or not numbers, of unequal length or index, nobody is
        there; when the line is not above 0, alpha is negative, ``poor`` is another word, or
        alpha is above 0 where someone cannot get there (leave them out and say so).

    Notes
    -----
    Foster, J., Greer, J. and Thorbecke, E. (1984), doi:10.2307/1913475.

    Examples
    --------
    >>> fgt([500, 1500], [3, 1], line=1000, alpha=0)
    0.25
    >>> fgt([500, 1500], [3, 1], line=1000, alpha=1)
    0.125
    >>> fgt([500, 1500], [3, 1], line=1000, alpha=1, poor="below")
    0.375
    """
    _check(line, alpha, poor)
    held, shares = weighed(values, people, infinite=alpha == 0 and poor == "above")
    short = held > line if poor == "above" else held < line
    if alpha == 0:
        return min(1.0, float(shares[short].sum()))
    return float((np.abs(held[short] - line) / line) ** alpha @ shares[short])


def _check(line: float, alpha: float, poor: str) -> None:
    if not (np.isfinite(line) and line > 0):
        raise MethodError(f"line must be above 0, not {line}", f"line 须大于 0,现为 {line}")
    if not (np.isfinite(alpha) and alpha >= 0):
        raise MethodError(f"alpha must not be negative: {alpha}", f"alpha 不得为负:{alpha}")
    if poor not in {"above", "below"}:
        raise MethodError(
            f'poor is "above" or "below", not {poor!r}', f'poor 为 "above" 或 "below",现为 {poor!r}'
        )
