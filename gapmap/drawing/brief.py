"""Numbers as short as the page may have them: nothing that it shows changes.

The page tells whole metres below 10 km, tenths of a kilometre above, tenths of a minute, tenths of
a percent, at most three decimals of anything else (``web/src/text.js``). A number is cut to what
that needs, unless the cut would end on the other side of a limit or exactly between two figures,
where rounding a second time might go the other way.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = ["brief", "brief_metres", "brief_minutes"]

Floats = npt.NDArray[np.float64]

SIGNIFICANT: Final = 5
DECIMALS: Final = 4
"""A number keeps so many significant digits, and so many decimals, at least."""
KILOMETRES_FROM: Final = 10_000
_MOST: Final = 17
_FINEST: Final = 3
_HALF: Final = 0.5
_HIDDEN_MINUTES: Final = 0.05
_APART: Final = 1e9  # of figures that are told in different ways


def brief(values: Iterable[object]) -> list[object]:
    """Shorten the fractions among values; all else stays as it is.

    Examples
    --------
    >>> brief([0.123456789, 1234.56789, 0.9999999, 3.0, None, "x", 0.0624999999])
    [0.12346, 1234.5679, 0.9999999, 3, None, 'x', 0.0624999999]
    """
    return [_shortened(one) if isinstance(one, float) else one for one in values]


def _shortened(value: float) -> float | int:
    if not math.isfinite(value):
        return value
    if value == int(value):
        return int(value)
    whole = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    for digits in range(max(SIGNIFICANT, whole + DECIMALS), _MOST):
        told = f"{value:.{digits}g}"
        short = float(told)
        if short == value:
            break
        # what ends in 5 lies between two figures; a whole number may be a limit, or "all"
        if short != int(short) and not told.partition("e")[0].endswith("5"):
            return short
    return value


def brief_metres(metres: Floats, limit: float, breaks: Sequence[float] = ()) -> Floats:
    """Shorten lengths, and with them what they have beyond a limit.

    Parameters
    ----------
    metres
        Lengths, NaN unknown.
    limit
        The service's limit; NaN for one that is not in metres.
    breaks
        Ends of classes, that no length may leave its class.
    """
    return _shortest(metres, (0, 1), limit, breaks, _metres_told)


def brief_minutes(minutes: Floats, limit: float, breaks: Sequence[float] = ()) -> Floats:
    """Shorten times as :func:`brief_metres` does lengths; ``limit`` is NaN if not in minutes."""
    return _shortest(minutes, (1, 2), limit, breaks, _minutes_told)


def _shortest(
    values: Floats,
    decimals: Sequence[int],
    limit: float,
    breaks: Sequence[float],
    tell: Callable[[Floats, float], Floats],
) -> Floats:
    """Round half up as browsers do, to the fewest decimals that tell the same."""
    exact = np.round(values, _FINEST)
    found = exact.copy()
    ends = np.array([*([limit] if math.isfinite(limit) else []), *breaks], dtype=float)
    for places in sorted(decimals, reverse=True):
        short = np.floor(exact * 10.0**places + 0.5) / 10.0**places
        same = tell(short, limit) == tell(exact, limit)
        same &= tell(short - limit, math.nan) == tell(exact - limit, math.nan)
        for end in ends:
            same &= (short > end) == (exact > end)
        found = np.where(same, short, found)
    return found


def _metres_told(metres: Floats, limit: float) -> Floats:
    """Give one number for each text that ``voice.metres`` makes."""
    whole = np.floor(metres + 0.5)
    fine = np.floor(metres * 1000 + 0.5) / 1000
    told = np.where(metres >= KILOMETRES_FROM, _APART + np.floor(metres / 100 + 0.5), whole)
    hidden = (metres > limit) & (whole <= limit) & (metres < KILOMETRES_FROM)
    told = np.where(hidden | ((metres > 0) & (metres < _HALF)), 2 * _APART + fine, told)
    return np.nan_to_num(told, nan=-_APART)


def _minutes_told(minutes: Floats, limit: float) -> Floats:
    """Give one number for each text that ``voice.minutes`` makes."""
    tenths = np.floor(minutes * 10 + 0.5)
    hidden = (minutes > limit) & (minutes - limit < _HIDDEN_MINUTES)
    fine = np.floor(minutes * 1000 + 0.5) / 1000
    return np.nan_to_num(np.where(hidden, _APART + fine, tenths), nan=-_APART)
