"""Numbers written in Chinese: 三百, 二百五十, 一万二千, 十五, 廿五, 叁佰, 3万5千."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["chinese_number", "digit_of"]

_DIGITS: Final = {
    **{digit: value for value, digits in enumerate(
        ("〇零○", "一壹弌", "二贰两貳", "三叁參", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖")
    ) for digit in digits},
}  # fmt: skip
_UNITS: Final = {"十": 1, "拾": 1, "百": 2, "佰": 2, "千": 3, "仟": 3}
_PLAIN: Final = str.maketrans({"廿": "二十", "卅": "三十", "卌": "四十", "萬": "万", "億": "亿"})
_ARABIC: Final = r"[0-9]+(?:\.[0-9]+)?"
_TOKEN: Final = re.compile(rf"{_ARABIC}|[{''.join(_DIGITS)}{''.join(_UNITS)}]")
_KNOWN: Final = re.compile(rf"(?:{_TOKEN.pattern}|[万亿点])+")
_FEWEST_POSITIONS: Final = 3
"""Of digits alone: 二〇〇 is 200, but 二三 may mean two or three."""


def digit_of(mark: str) -> int | None:
    """Give the value of one Chinese digit."""
    return _DIGITS.get(mark)


def chinese_number(text: str) -> float | None:
    """Read a number that has Chinese digits or units in it; None where it is not beyond doubt.

    In doubt are a last digit without its unit (``三百五``, ``一万二``: 350 or 305?) and two digits
    side by side (``二三``, ``三四十``: two or three).

    Examples
    --------
    >>> [chinese_number(one) for one in ("三百", "一万二千", "十五", "3万5千", "三百五")]
    [300.0, 12000.0, 15.0, 35000.0, None]
    """
    plain = text.translate(_PLAIN)
    if not _KNOWN.fullmatch(plain):
        return None
    whole, point, part = plain.partition("点")
    value = _whole(whole)
    if not point or value is None:
        return value
    digits = [_DIGITS.get(mark) for mark in part]
    if not digits or None in digits:
        return None
    return float(f"{value:.0f}." + "".join(map(str, digits)))


def _whole(text: str) -> float | None:
    for mark, size in (("亿", 100_000_000.0), ("万", 10_000.0)):
        before, found, after = text.rpartition(mark)
        if found:
            high = _whole(before)
            low = _after(after, size)
            return None if high is None or low is None else round(high * size + low, 6)
    digits = [_DIGITS.get(mark) for mark in text]
    if text and None not in digits:
        positional = len(digits) == 1 or len(digits) >= _FEWEST_POSITIONS
        return float("".join(map(str, digits))) if positional else None
    return _section(text)


def _after(text: str, size: float) -> float | None:
    """Read what stands behind 万 or 亿; a single digit there could mean either of two numbers."""
    if not text:
        return 0.0
    if len(text) == 1:
        return None
    low = _whole(text)
    return low if low is not None and low < size else None


def _section(text: str) -> float | None:
    """Read a number below 10,000, such as 二百零五 or 1千2百."""
    total, power, zero = 0.0, 4, False
    digit: float | None = None
    for mark in _TOKEN.findall(text):
        if mark in _UNITS:
            if _UNITS[mark] >= power or (digit is None and mark not in "十拾"):
                return None
            total += (1 if digit is None else digit) * 10.0 ** _UNITS[mark]
            power, digit, zero = _UNITS[mark], None, False
        elif digit is not None:
            return None
        elif _DIGITS.get(mark) == 0:
            zero = True
        else:
            digit = float(_DIGITS.get(mark, mark))
    if digit is None:
        return round(total, 6) if total and not zero else None
    without_unit = 1 < power < 4 and not zero  # noqa: PLR2004 - 4: no unit has come yet
    return None if without_unit else round(total + digit, 6)
