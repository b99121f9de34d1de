"""Times of day as planners write them: 07:30, 7：30, 7时30分, 7:30 PM, or Excel's part of a day."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import TYPE_CHECKING, Final

import pandas as pd

from gapmap.tables.columns import each_distinct, texts, without_blank_words
from gapmap.tables.value import row_findings

if TYPE_CHECKING:
    from gapmap.findings import Finding
    from gapmap.tables.value import Table

__all__ = ["clock", "times"]

_CLOCK: Final = re.compile(
    r"(?:\d{4}-\d{2}-\d{2}[T ])?(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?\s*([ap])?\.?(?:m\.?)?",
    re.IGNORECASE,
)
_SPOKEN: Final = re.compile(r"(\d{1,2})[时点](?:(\d{1,2})分?|(半))?")
_PART_OF_DAY: Final = re.compile(r"0?\.\d+|0(?:\.0+)?")
_DAY_MINUTES: Final = 24 * 60


def clock(cell: str) -> dt.time | None:
    """Read a time of day to the minute; None where there is none beyond doubt.

    24:00 is 00:00. A fraction below 1 is a part of a day, as Excel counts. A bare ``7`` or ``7.30``
    stays unread: it may be an hour, minutes, or a slip.

    Examples
    --------
    >>> clock("7：30"), clock("19时05分"), clock("0.3125"), clock("7.30")
    (datetime.time(7, 30), datetime.time(19, 5), datetime.time(7, 30), None)
    """
    text = unicodedata.normalize("NFKC", cell).strip()
    if _PART_OF_DAY.fullmatch(text):
        return _at(round(float(text) * _DAY_MINUTES))
    if match := _SPOKEN.fullmatch(text):
        hour, minute, half = match.groups()
        return _checked(int(hour), 30 if half else int(minute or 0))
    if match := _CLOCK.fullmatch(text):
        hour, minute, second, noon = match.groups()
        return _on_dial(int(hour), int(minute), float(second or 0), (noon or "").lower())
    return None


def _on_dial(hour: int, minute: int, second: float, noon: str) -> dt.time | None:
    if second >= 60 or (noon and not 1 <= hour <= 12):  # noqa: PLR2004 - a clock's own numbers
        return None
    if noon:
        hour = hour % 12 + (12 if noon == "p" else 0)
    return _checked(hour, minute, second)


def _checked(hour: int, minute: int, second: float = 0.0) -> dt.time | None:
    total = hour * 60 + minute + second / 60
    if minute > 59 or total > _DAY_MINUTES:  # noqa: PLR2004 - minutes of an hour
        return None
    return _at(round(total))


def _at(minutes: int) -> dt.time:
    return dt.time(*divmod(minutes % _DAY_MINUTES, 60))


def times(table: Table, column: str) -> tuple[pd.Series, tuple[Finding, ...]]:
    """Give a column as times of day (objects), None where empty or unreadable.

    Understood is what :func:`clock` reads. Words that say that nothing is known are empty, with
    one note; every other cell is a finding.

    Raises
    ------
    InputError
        There is no such column.
    """
    text = texts(table, column)
    values = pd.Series(each_distinct(text, clock), index=text.index, name=column, dtype=object)
    bad, notes = without_blank_words(table, column, text[values.isna() & (text != "")])
    bad = bad[bad != ""]
    return values, (*notes, *row_findings("time-unreadable", table.file, column, bad.items()))
