"""Dates as planners write them; part of a date means the end of that period."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from gapmap.tables.columns import note_once, texts
from gapmap.tables.value import row_findings

if TYPE_CHECKING:
    from gapmap.findings import Finding
    from gapmap.tables.value import Table

__all__ = ["dates"]

EARLIEST_YEAR, LATEST_YEAR = 1700, 2200
EXCEL_DAY_0: Final = dt.date(1899, 12, 30)
CLOCK: Final = r"(?:[T\s]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
DAY: Final = re.compile(rf"(\d{{4}})[-/.年](\d{{1,2}})[-/.月](\d{{1,2}})[日号]?{CLOCK}")
MONTH: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")
YEAR: Final = re.compile(r"(\d{4})年?")
COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})?")
DOUBTFUL: Final = re.compile(rf"\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{1,4}}{CLOCK}")
SERIAL: Final = re.compile(r"\d{5}")


@dataclass(frozen=True, slots=True)
class _Read:
    """A cell as a date; ``kind`` is day, partial, serial, doubtful or no_date."""

    kind: str
    date: dt.date | None = None


def dates(table: Table, column: str) -> tuple[pd.Series, tuple[Finding, ...]]:
    """Give a column as dates (``datetime64``), NaT where empty or no date.

    Understood are ``2012-03-01``, ``2012/3/1``, ``2012.3.1``, ``20120301``, ``2012年3月1日``, each
    also with a time of day, which is dropped. Only a month or a year (``2012年3月``, ``2012.3``,
    ``201203``, ``2012``) becomes the last day of that period, so that nothing opens before it
    did; one note says so for the column. Five digits are Excel's count of days. Day and month
    in doubtful order (``03/04/2012``) and days that do not exist stay unknown, with a finding.
    In an XLSX file ``2012.1`` stays unknown, too: it may be January, or October typed as 2012.10.

    Raises
    ------
    InputError
        There is no such column.
    """
    text = texts(table, column)
    from_excel = ".xlsx" in table.file.lower()
    known = {cell: _read(cell, from_excel=from_excel) for cell in text.unique() if cell}
    kinds = text.map({cell: one.kind for cell, one in known.items()})
    moments = {cell: pd.Timestamp(one.date) for cell, one in known.items() if one.date}
    values = pd.Series(
        pd.to_datetime([moments.get(cell, pd.NaT) for cell in text]).as_unit("s"),
        index=text.index,
        name=column,
    )
    return values, (
        *note_once("date-partial", table, column, text[kinds == "partial"], values),
        *note_once("date-serial", table, column, text[kinds == "serial"], values),
        *row_findings("date-unreadable", table.file, column, text[kinds == "no_date"].items()),
        *row_findings("date-doubtful", table.file, column, text[kinds == "doubtful"].items()),
    )


def _read(cell: str, *, from_excel: bool) -> _Read:
    text = unicodedata.normalize("NFKC", cell).strip().replace(" 年", "年").replace(" 月", "月")
    if match := DAY.fullmatch(text):
        year, month, day = match.groups()
        return _day(int(year), int(month), int(day))
    if match := COMPACT.fullmatch(text):
        year, month, day = match.groups()
        return _day(int(year), int(month), int(day)) if day else _end(int(year), int(month))
    if SERIAL.fullmatch(text):
        return _Read("serial", EXCEL_DAY_0 + dt.timedelta(days=int(text)))
    if DOUBTFUL.fullmatch(text) or (from_excel and re.fullmatch(r"\d{4}\.1", text)):
        return _Read("doubtful")
    return _period(text)


def _period(text: str) -> _Read:
    """Read a month or a year."""
    if match := MONTH.fullmatch(text):
        return _end(int(match.group(1)), int(match.group(2)))
    if match := YEAR.fullmatch(text):
        return _end(int(match.group(1)), 12)
    return _Read("no_date")


def _day(year: int, month: int, day: int) -> _Read:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return _Read("no_date")
    try:
        return _Read("day", dt.date(year, month, day))
    except ValueError:
        return _Read("no_date")


def _end(year: int, month: int) -> _Read:
    """Give the last day of a month."""
    if not (EARLIEST_YEAR <= year <= LATEST_YEAR and 1 <= month <= 12):  # noqa: PLR2004 - months
        return _Read("no_date")
    return _Read("partial", dt.date(year, month, calendar.monthrange(year, month)[1]))
