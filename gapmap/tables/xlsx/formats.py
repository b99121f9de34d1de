"""Number formats: what a number in a cell is shown as, and that as text.

The built-in formats and the grammar of format codes are those of ECMA-376-1:2016, 18.8.30 and
18.8.31; of the formats 27 to 36 and 50 to 58, which depend on the language, the Chinese ones.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from gapmap.tables.digits import float_text

if TYPE_CHECKING:
    from gapmap.tables.xlsx.package import Package

__all__ = ["MOMENTS", "as_text", "kind_of", "moment_text", "number_text", "read_formats"]

MOMENTS: Final = frozenset(("date", "month", "year", "moment", "time", "duration"))
"""Kinds of format that show a number as a date or time."""
_EXACT_BELOW: Final = 1e15
"""Excel keeps 15 digits: of a larger whole number the last ones are lost already."""
_BUILT_IN: Final[dict[int, str]] = {
    **dict.fromkeys((9, 10), "percent"),
    **dict.fromkeys((14, 15, 16, 28, 29, 30, 31, 51, 53, 54, 58), "date"),
    **dict.fromkeys((17, 27, 36, 50, 52, 57), "month"),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56), "time"),
    22: "moment",
    46: "duration",
}
_NOT_SHOWN_AS_CODE: Final = re.compile(
    r'"[^"]*"|\\.|_.|\*.|G/通用格式|General|AM/PM|A/P', re.IGNORECASE
)
_BRACKETS: Final = re.compile(r"\[[^\]]*\]")
_ELAPSED: Final = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_SCIENTIFIC: Final = re.compile(r"e[+-]", re.IGNORECASE)
_LAST_SERIAL: Final = 2_958_465
"""31 December 9999."""
_LEAP_DAY_THAT_WAS_NONE: Final = 60
"""Excel counts a 29 February 1900; days before it are one off."""
_DAY_SECONDS: Final = 86_400


def read_formats(package: Package, part: str) -> list[str]:
    """Give for each cell format of a workbook, by its number, the kind of number it shows.

    Kinds are those of ``kind_of``.
    """
    codes: dict[int, str] = {}
    used: list[int] = []
    inside = False

    def begun(name: str, given: dict[str, str]) -> None:
        nonlocal inside
        if name == "cellXfs":
            inside = True
        elif name == "numFmt" and "numFmtId" in given:
            codes[int(given["numFmtId"])] = given.get("formatCode", "")
        elif name == "xf" and inside:
            used.append(int(given.get("numFmtId", "0")))

    def ended(name: str) -> None:
        nonlocal inside
        inside = inside and name != "cellXfs"

    package.parse(part, begun, ended)
    return [kind_of(codes[one]) if one in codes else _BUILT_IN.get(one, "number") for one in used]


@lru_cache(maxsize=1024)
def kind_of(code: str) -> str:
    """Give the kind of a format code: ``number``, ``percent``, or one of ``MOMENTS``.

    ``month`` shows a year and a month but no day, ``year`` a year alone, ``time`` a time of day,
    ``moment`` date and time, ``duration`` hours beyond 24.

    Examples
    --------
    >>> kind_of('yyyy"年"m"月"d"日"'), kind_of('yyyy"年"m"月"'), kind_of("[h]:mm"), kind_of("0.0%")
    ('date', 'month', 'duration', 'percent')
    >>> kind_of('0"元/m"'), kind_of("[Red]0.00E+00"), kind_of("[$-804]e/m/d h:mm")
    ('number', 'number', 'moment')
    """
    first = _NOT_SHOWN_AS_CODE.sub("", code).partition(";")[0]
    if _ELAPSED.search(first):
        return "duration"
    shown = _SCIENTIFIC.sub("", _BRACKETS.sub("", first)).lower()
    clock = "h" in shown or "s" in shown
    year, day = "y" in shown or "e" in shown, "d" in shown or "aaa" in shown
    month = "m" in re.sub(r"(h+[^a-z]*)m+|m+([^a-z]*s)", r"\1\2", shown)
    if not (clock or year or day or month):
        return "percent" if "%" in shown else "number"
    if clock:
        return "moment" if year or day or month else "time"
    if day or (month and not year):
        return "date"
    return "month" if month else "year"


def as_text(value: object) -> str:
    """Give a value as text, as a planner reads it.

    A whole number of 1e15 and more comes out in scientific notation, whatever its digits: as a
    floating-point number, and in Excel above all, it has lost some.

    Examples
    --------
    >>> as_text(440402001001.0), as_text(113.5), as_text(True), as_text(None)
    ('440402001001', '113.5', 'true', '')
    >>> as_text(dt.datetime(2012, 3, 1)), as_text(440402198001010000.0)
    ('2012-03-01', '4.4040219800101e+17')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return float_text(value, exact_below=_EXACT_BELOW)
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date().isoformat() if midnight else value.isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)


def number_text(written: str) -> str:
    """Give a number of the file as text; what is no number stays as it is.

    Examples
    --------
    >>> number_text("12"), number_text("3.0"), number_text("0.10000000000000001"), number_text("x")
    ('12', '3', '0.1', 'x')
    """
    if len(written) < 16 and written.isdigit() and written[0] != "0":  # noqa: PLR2004 - 15 digits
        return written
    try:
        value = float(written)
    except ValueError:
        return written
    if "_" in written:  # Python's own way to group digits
        return written
    shown = repr(value)
    # almost all numbers take this way; as_text has the rest
    return as_text(value) if shown.endswith(".0") or not -1e15 < value < 1e15 else shown  # noqa: PLR2004 - see _EXACT_BELOW


@lru_cache(maxsize=65_536)
def moment_text(written: str, kind: str, *, from_1904: bool) -> str:
    """Give a number that is shown as a date or time as ISO text, to the second.

    The first of a month in a format without a day is the month alone (``2012-03``), as that is
    what was typed; likewise a year. What no date or time can be stays a number.

    Examples
    --------
    >>> [moment_text("40969", kind, from_1904=False) for kind in ("date", "month", "year")]
    ['2012-03-01', '2012-03', '2012-03-01']
    >>> [moment_text("1.5", kind, from_1904=False) for kind in ("duration", "moment")]
    ['36:00:00', '1900-01-01T12:00:00']
    >>> moment_text("0.3125", "time", from_1904=False)
    '07:30:00'
    """
    try:
        serial = float(written)
    except ValueError:
        return written
    if not 0 <= serial <= _LAST_SERIAL:
        return number_text(written)
    days, seconds = divmod(round(serial * _DAY_SECONDS), _DAY_SECONDS)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if kind == "duration":
        return f"{days * 24 + seconds // 3600:02}{clock[2:]}"
    if days == 0 and (kind == "time" or seconds):
        return clock
    moment = _moment(days, seconds, from_1904=from_1904)
    return number_text(written) if moment is None else _shown(moment, kind)


def _shown(moment: dt.datetime, kind: str) -> str:
    """Give a moment as far as its format shows it, if nothing else was stored."""
    start_of_month = moment.day == 1 and moment.time() == dt.time()
    if kind == "month" and start_of_month:
        return f"{moment.year:04}-{moment.month:02}"
    if kind == "year" and start_of_month and moment.month == 1:
        return f"{moment.year:04}"
    return as_text(moment)


def _moment(days: int, seconds: int, *, from_1904: bool) -> dt.datetime | None:
    if from_1904:
        start = dt.datetime(1904, 1, 1)  # noqa: DTZ001 - spreadsheets know no time zones
    elif days in (0, _LEAP_DAY_THAT_WAS_NONE):
        return None
    else:
        late = days > _LEAP_DAY_THAT_WAS_NONE
        start = dt.datetime(1899, 12, 30 if late else 31)  # noqa: DTZ001 - the same
    try:
        return start + dt.timedelta(days=days, seconds=seconds)
    except OverflowError:
        return None
