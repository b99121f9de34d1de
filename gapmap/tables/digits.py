"""Numbers as text: whole ones without ``.0``, and no digit that nobody has written."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Final

__all__ = ["EXACT_BELOW", "digits_missing", "float_text", "written_text"]

EXACT_BELOW: Final = 2.0**53
"""From here on neighbouring whole numbers share one floating-point number."""
_SCIENTIFIC: Final = re.compile(
    r"[+-]?(?=\.?[0-9])[0-9]*\.?(?P<decimals>[0-9]*)[eE](?P<exponent>[+-]?[0-9]{1,3})"
)
_FRACTION: Final = re.compile(r"[+-]?(?:[0-9]+\.[0-9]*|\.[0-9]+)")


def float_text(value: float, *, exact_below: float = EXACT_BELOW) -> str:
    """Give a floating-point number as text.

    A whole number of ``exact_below`` and more comes out in scientific notation, whatever its
    digits: some of them may be lost already.

    Examples
    --------
    >>> float_text(440402001001.0), float_text(113.5), float_text(440402198001010000.0)
    ('440402001001', '113.5', '4.4040219800101e+17')
    """
    if abs(value) < exact_below:
        return str(int(value)) if value.is_integer() else repr(value)
    if not math.isfinite(value):
        return repr(value)
    return f"{Decimal(repr(value)).normalize():e}"


def written_text(written: str) -> str:
    """Give a number that somebody wrote as text, with the digits that were written and no others.

    Zeros at the end of a fraction go. Scientific notation is written out where it names every
    digit; else it stays, so that a code is seen to be lost and a quantity keeps its value. What
    is no number stays as it is.

    Examples
    --------
    >>> written_text("440402.500"), written_text("12.0"), written_text("4.40403000000e+005")
    ('440402.5', '12', '440403')
    >>> written_text("4.40201E+11"), written_text("4E11"), written_text("1.5E-3"), written_text("x")
    ('4.40201e+11', '4e+11', '0.0015', 'x')
    """
    if _FRACTION.fullmatch(written):
        return written.rstrip("0").rstrip(".") or "0"
    if not _SCIENTIFIC.fullmatch(written):
        return written
    if digits_missing(written):
        return f"{Decimal(written).normalize():e}"
    value = Decimal(written)
    return str(int(value)) if value == int(value) else repr(float(written))


def digits_missing(written: str) -> bool:
    """Say whether a number in scientific notation does not name all its digits before the point.

    Examples
    --------
    >>> [digits_missing(one) for one in ("4.40201E+11", "4.40201001001E+11", "1e-3", "440201")]
    [True, False, False, False]
    """
    told = _SCIENTIFIC.fullmatch(written)
    if told is None:
        return False
    return int(told["exponent"]) > len(told["decimals"]) and Decimal(written) != 0
