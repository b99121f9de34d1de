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
from gapmap.tables.numerals import chinese_number, digit_of
from gapmap.tables.value import row_findings

if TYPE_CHECKING:
    from gapmap.findings import Finding
    from gapmap.tables.value import Table

__all__ = ["dates"]

EARLIEST_YEAR, LATEST_YEAR = 1700, 2200
EXCEL_DAY_0: Final = dt.date(1899, 12, 30)
LATEST_SERIAL: Final = 73_050
"""31 December 2099; what Excel would count beyond is another number in the wrong column."""
CLOCK: Final = r"(?:[T\s]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
DAY: Final = re.compile(rf"(\d{{4}})[-/.年](\d{{1,2}})[-/.月](\d{{1,2}})[日号]?{CLOCK}")
MONTH: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:月(?:份|底|末|中旬|下旬|上旬|中|初)?)?")
YEAR: Final = re.compile(r"(\d{4})年?(?:底|末|度)?")
COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})?")
QUARTER: Final = re.compile(r"(\d{4})[-/.年\s]?(?:第?([1-4])季度?|q([1-4]))", re.IGNORECASE)
HALF: Final = re.compile(r"(\d{4})(?:年?([上下])半年|\s?h([12]))", re.IGNORECASE)
DOUBTFUL: Final = re.compile(
    rf"\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{1,4}}{CLOCK}|\d{{2}}年(?:\d{{1,2}}月(?:\d{{1,2}}[日号]?)?)?"
    r"|\d{4}年?(?:年初|初|春|夏|秋|冬)"
)
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
    """A cell as a date; ``kind`` is day, partial, serial, doubtful, planned, range or no_date."""

    kind: str
    date: dt.date | None = None


_CODES: Final = {
    "no_date": "date-unreadable",
    "doubtful": "date-doubtful",
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

    Day and month in doubtful order (``03/04/2012``), years of two digits, five digits that may be
    a year and a month (``20123``), ranges, days that do not exist, and what is not built yet
    (``在建``) stay unknown, with a finding for each row. In an XLSX file ``2012.1`` stays unknown,
    too: it may be January, or October typed as 2012.10.

    Raises
    ------
    InputError
        There is no such column.
    """
    text = texts(table, column)
    from_excel = re.search(r"\.xls[xm]\b", table.file.lower()) is not None
    places, cells = distinct_cells(text)
    read = [_read(cell, from_excel=from_excel) for cell in cells]
    days = np.array([one.date for one in read], dtype="datetime64[s]")
    values = pd.Series(days[places], index=text.index, name=column)
    kinds = pd.Series(np.array([one.kind for one in read], dtype=object)[places], index=text.index)
    found = [
        *note_once("cell-blank-word", table, column, text[kinds == "blank"]),
        *note_once("date-partial", table, column, text[kinds == "partial"], values),
        *note_once("date-serial", table, column, text[kinds == "serial"], values),
    ]
    for kind, code in _CODES.items():
        found += row_findings(code, table.file, column, text[kinds == kind].items())
    return values, tuple(found)


def _read(cell: str, *, from_excel: bool) -> _Read:
    if not cell:
        return _Read("empty")
    text = _plain(cell)
    if is_blank_word(text):
        return _Read("blank")
    if PLANNED.fullmatch(text.lower()):
        return _Read("planned")
    read = _whole_day(text)
    if read is None and (
        DOUBTFUL.fullmatch(text) or (from_excel and re.fullmatch(r"\d{4}\.1", text))
    ):
        read = _Read("doubtful")
    read = read or _period(text)
    return _Read("range") if read.kind == "no_date" and _is_range(text) else read


def _whole_day(text: str) -> _Read | None:
    """Read a day, or digits alone; None where the text is of another form."""
    if match := DAY.fullmatch(text):
        year, month, day = match.groups()
        return _day(int(year), int(month), int(day))
    if match := COMPACT.fullmatch(text):
        year, month, day = match.groups()
        return _day(int(year), int(month), int(day)) if day else _end(int(year), int(month))
    if match := SERIAL.fullmatch(text):
        return _serial(match[1])
    return None


def _plain(cell: str) -> str:
    """Give a cell in plain width, Chinese numerals as digits, without blanks about 年 and 月."""
    text = unicodedata.normalize("NFKC", cell).strip(BLANKS)
    if text.isascii() or PLANNED.fullmatch(text):
        return text
    text = ABOUT_BUILDING.sub("", text).strip(BLANKS) or text
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
        begins = _read(first, from_excel=False).kind in ("day", "partial")
        ends = _read(last, from_excel=False).kind in ("day", "partial")
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
