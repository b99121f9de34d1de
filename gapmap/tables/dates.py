"""Dates as planners write them; part of a date means the end of that period."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from gapmap.tables.columns import BLANKS, distinct_cells, is_blank_word, note_once, texts
from gapmap.tables.numbers import HASHES
from gapmap.tables.numerals import chinese_number, digit_of
from gapmap.tables.value import row_findings

if TYPE_CHECKING:
    from gapmap.findings import Finding
    from gapmap.tables.value import Table

__all__ = ["dates"]

EARLIEST_YEAR, LATEST_YEAR = 1700, 2200
EARLIEST_SHOWN, LATEST_SHOWN = 1950, 2100
"""Numbers that are rather years than Excel's count of days."""
EXCEL_DAY_0: Final = dt.date(1899, 12, 30)
LATEST_SERIAL: Final = 73_050
"""31 December 2099; what Excel would count beyond is another number in the wrong column."""
CLOCK: Final = r"(?:[T\s]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
DAY: Final = re.compile(rf"(\d{{4}})[-/.年](\d{{1,2}})[-/.月](\d{{1,2}})[日号]?{CLOCK}")
MONTH: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:月(?:份|底|末|中旬|下旬|上旬|中|初)?)?")
YEAR: Final = re.compile(r"(\d{4})年?(?:底|末|度)?")
COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})?")
LOST: Final = re.compile(r"\d{4}\.1")
"""October that was typed as 2012.10 and became a number, or January."""
KEPT: Final = re.compile(r"\s*\d{4}\.(?:10|0[1-9])\s*")
"""Months of two digits that end in a nought, or begin with one: nobody took them for numbers."""
QUARTER: Final = re.compile(r"(\d{4})[-/.年\s]?(?:第?([1-4])季度?|q([1-4]))", re.IGNORECASE)
HALF: Final = re.compile(r"(\d{4})(?:年?([上下])半年|\s?h([12]))", re.IGNORECASE)
DOUBTFUL: Final = re.compile(
    rf"\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{1,4}}{CLOCK}|\d{{2}}年(?:\d{{1,2}}月(?:\d{{1,2}}[日号]?)?)?"
    r"|\d{4}年?(?:年初|初|春|夏|秋|冬)"
)
ORDERED: Final = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}){CLOCK}")
"""Day and month before the year, in whichever order."""
MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NAMED: Final = re.compile(
    rf"(\d{{1,2}})[-\s./]({'|'.join(MONTHS)})[a-z]*[-\s./,]+(\d{{4}}){CLOCK}", re.IGNORECASE
)
MINGUO: Final = re.compile(r"民[国國]\s*(\d{1,3}|元)\s*年?")
"""Years of the Republic, which began in 1912."""
SERIAL: Final = re.compile(r"(\d{5})(?:\.\d+)?")
YEAR_AND_DIGIT: Final = re.compile(r"(?:19|20)\d{2}[1-9]")
"""20123 may be a month of 2012, or Excel's count of a day in 1955."""
PLANNED: Final = re.compile(
    r"(?:预计|预期|计划|规划|拟|筹建|筹备).*|施工|planned|under construction"
    r"|.*(?:在建|建设中|施工中|正在施工|未建|未完工|未竣工|未开工|未动工|拟建|待建|筹建中|未开通|未启用"
    r"|未投用|未开放|not yet built).*",
    re.DOTALL,
)
ABOUT_BUILDING: Final = re.compile(
    r"^(?:建成于|建于|竣工于|于)|(?:建成|竣工|完工|开通|启用|投用|投入使用|开业)$"
    r"|\s*\(?(?:星期|周)[一二三四五六日天]\)?$"
)
"""Words beside a date that say no more than the column does, and days of the week."""
BETWEEN: Final = re.compile(r"\s*(?:-{1,2}|–|—|~|〜|∼|至|到)\s*")
WITHOUT_YEAR: Final = re.compile(r"\d{1,2}(?:月(?:\d{1,2}[日号]?)?|[日号]|[./]\d{1,2})")
NUMERAL: Final = re.compile(r"[〇零○一二三四五六七八九十]+(?=[年月日号季])")


@dataclass(frozen=True, slots=True)
class _Read:
    """A cell as a date; ``kind`` is day, partial, serial, doubtful, planned, range or no_date.

    A date of day, month and year in doubtful order is ``ordered``, with ``date`` for day first and
    ``other`` for month first, None where there is no such day.
    """

    kind: str
    date: dt.date | None = None
    other: dt.date | None = None


_CODES: Final = {
    "no_date": "date-unreadable",
    "doubtful": "date-doubtful",
    "too_narrow": "cell-too-narrow",
    "year": "date-is-year",
    "planned": "date-planned",
    "range": "date-range",
}


def dates(table: Table, column: str) -> tuple[pd.Series, tuple[Finding, ...]]:
    """Give a column as dates (``datetime64``), NaT where empty or no date.

    Understood are ``2012-03-01``, ``2012/3/1``, ``2012.3.1``, ``20120301``, ``2012年3月1日``, each
    also with a time of day, which is dropped, and ``二〇一二年三月一日``. Only a month, quarter,
    half-year or year (``2012年3月``, ``2012.3``, ``2012Q1``, ``2012年第一季度``, ``2012年上半年``,
    ``2012``) becomes the last day of that period, so that nothing opens before it did; one note
    says so for the column. Five digits are Excel's count of days, up to 2099. Words that say that
    nothing is known are empty, with one note.

    In ``14.03.2012`` and ``03/14/2012`` only one order is possible; where such dates tell it, and
    none the contrary, ``03/04/2012`` in the same column is read likewise, with one warning.
    ``14 Mar 2012`` and ``民國101年3月`` are read, too.

    Otherwise day and month in doubtful order, years of two digits, five digits that may be
    a year and a month (``20123``), ranges, days that do not exist, and what is not built yet
    (``在建``) stay unknown, with a finding for each row. ``2012.1`` stays unknown, too: it
    may be January, or October typed as 2012.10, unless a CSV file holds a month such as 2012.10
    or 2012.03 in the same column.

    Raises
    ------
    InputError
        There is no such column.
    """
    text = texts(table, column)
    from_excel = re.search(r"\.xls[xm]\b", table.file.lower()) is not None
    places, cells = distinct_cells(text)
    lost = from_excel or not any(map(KEPT.fullmatch, cells))
    read, order = _in_order([_read(one, from_excel=from_excel, lost_nought=lost) for one in cells])
    days = np.array([one.date for one in read], dtype="datetime64[s]")
    values = pd.Series(days[places], index=text.index, name=column)
    kinds = pd.Series(np.array([one.kind for one in read], dtype=object)[places], index=text.index)
    found = [
        *note_once("cell-blank-word", table, column, text[kinds == "blank"]),
        *note_once("date-partial", table, column, text[kinds == "partial"], values),
        *note_once("date-serial", table, column, text[kinds == "serial"], values),
        *note_once("date-order-read", table, column, text[kinds == "taken"], values, unit=order),
    ]
    for kind, code in _CODES.items():
        found += row_findings(code, table.file, column, text[kinds == kind].items())
    return values, tuple(found)


def _in_order(read: list[_Read]) -> tuple[list[_Read], str]:
    """Settle the order of day and month where dates of the column tell it, and none the contrary.

    A date that has only one order is read in any case.
    """
    ordered = [one for one in read if one.kind == "ordered"]
    day_first = any(one.other is None for one in ordered)
    month_first = any(one.date is None for one in ordered)
    settled = []
    for one in read:
        if one.kind != "ordered":
            settled.append(one)
        elif one.date is None or one.other is None or one.date == one.other:
            settled.append(_Read("day", one.date or one.other))
        elif day_first != month_first:
            settled.append(_Read("taken", one.date if day_first else one.other))
        else:
            settled.append(_Read("doubtful"))
    return settled, "d/m/Y" if day_first else "m/d/Y"


def _read(cell: str, *, from_excel: bool, lost_nought: bool) -> _Read:
    if not cell:
        return _Read("empty")
    text = _plain(cell)
    if HASHES.fullmatch(text):
        return _Read("too_narrow")
    if is_blank_word(text):
        return _Read("blank")
    if PLANNED.fullmatch(text.lower()):
        return _Read("planned")
    read = _whole_day(text)
    if from_excel and read is not None and read.date is not None and _is_year(read.date, text):
        return _Read("year")
    if read is None and (DOUBTFUL.fullmatch(text) or (lost_nought and LOST.fullmatch(text))):
        read = _Read("doubtful")
    read = read or _period(text)
    return _Read("range") if read.kind == "no_date" and _is_range(text) else read


def _whole_day(text: str) -> _Read | None:
    """Read a day, or digits alone; None where the text is of another form."""
    if match := DAY.fullmatch(text):
        year, month, day = match.groups()
        return _day(int(year), int(month), int(day))
    if match := ORDERED.fullmatch(text):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        day_first, month_first = _day(year, second, first).date, _day(year, first, second).date
        known = day_first or month_first
        return _Read("ordered", day_first, month_first) if known else _Read("no_date")
    if match := NAMED.fullmatch(text):
        day, month, year = match.groups()
        return _day(int(year), MONTHS.index(month.lower()) + 1, int(day))
    if match := COMPACT.fullmatch(text):
        year, month, day = match.groups()
        return _day(int(year), int(month), int(day)) if day else _end(int(year), int(month))
    if match := SERIAL.fullmatch(text):
        return _serial(match[1])
    return None


def _is_year(date: dt.date, text: str) -> bool:
    """Say whether Excel shows a year as this day: 2012 in a cell for dates is 4 July 1905."""
    as_written = re.fullmatch(r"\d{4}-\d{2}-\d{2}(?:T.*)?", text) is not None
    return as_written and EARLIEST_SHOWN <= (date - EXCEL_DAY_0).days <= LATEST_SHOWN


def _plain(cell: str) -> str:
    """Give a cell in plain width, Chinese numerals as digits, without blanks about 年 and 月."""
    text = unicodedata.normalize("NFKC", cell).strip(BLANKS)
    if text.isascii() or PLANNED.fullmatch(text):
        return text
    text = ABOUT_BUILDING.sub("", text).strip(BLANKS) or text
    text = MINGUO.sub(lambda match: f"{1911 + int(match[1].replace('元', '1'))}年", text)
    text = re.sub(r"\s*([年月])\s*|\s+(?=[日号])", lambda match: match[1] or "", text)
    return NUMERAL.sub(_digits, text.replace("元月", "1月"))


def _digits(match: re.Match[str]) -> str:
    numeral = match[0]
    each = [digit_of(mark) for mark in numeral]
    if len(each) == 4 and None not in each:  # noqa: PLR2004 - a year
        return "".join(map(str, each))
    number = chinese_number(numeral)
    return numeral if number is None else f"{number:.0f}"


def _is_range(text: str) -> bool:
    """Say whether two dates stand here, the second one perhaps without its year."""
    for between in BETWEEN.finditer(text):
        first, last = text[: between.start()], text[between.end() :]
        begins = _read(first, from_excel=False, lost_nought=False).kind in ("day", "partial")
        ends = _read(last, from_excel=False, lost_nought=False).kind in ("day", "partial")
        if begins and (ends or WITHOUT_YEAR.fullmatch(last)):
            return True
    return False


def _serial(digits: str) -> _Read:
    if YEAR_AND_DIGIT.fullmatch(digits):
        return _Read("doubtful")
    if int(digits) > LATEST_SERIAL:
        return _Read("no_date")
    return _Read("serial", EXCEL_DAY_0 + dt.timedelta(days=int(digits)))


def _period(text: str) -> _Read:
    """Read a month, quarter, half or year."""
    if match := MONTH.fullmatch(text):
        return _end(int(match[1]), int(match[2]))
    if match := QUARTER.fullmatch(text):
        return _end(int(match[1]), 3 * int(match[2] or match[3]))
    if match := HALF.fullmatch(text):
        return _end(int(match[1]), 6 if match[2] == "上" or match[3] == "1" else 12)
    if match := YEAR.fullmatch(text):
        return _end(int(match[1]), 12)
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
