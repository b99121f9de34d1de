"""Times of day as planners write them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from gapmap.tables import clock, read_table, times

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("cell", "hour", "minute"),
    [
        ("07:30", 7, 30),
        ("7:30", 7, 30),
        ("7：30", 7, 30),
        ("０７：３０", 7, 30),
        ("07:30:00", 7, 30),
        ("07:29:59.999", 7, 30),
        ("23:59:59", 0, 0),
        ("2014-12-31T18:05:00", 18, 5),
        ("1899-12-30 18:05", 18, 5),
        ("24:00", 0, 0),
        ("0.3125", 7, 30),
        (".5", 12, 0),
        ("0", 0, 0),
        ("0.99999", 0, 0),
        ("7时", 7, 0),
        ("19点05分", 19, 5),
        ("6点半", 6, 30),
        ("7:30 PM", 19, 30),
        ("12:05 a.m.", 0, 5),
        ("12:05pm", 12, 5),
    ],
)
def test_a_time_of_day_is_read(cell: str, hour: int, minute: int) -> None:
    assert clock(cell) == dt.time(hour, minute)


@pytest.mark.parametrize(
    "cell",
    [
        *("", "7", "7.30", "0730", "25:00", "24:01", "7:60", "07:30:60", "13:00 PM", "0:10 am"),
        *("1.0", "早班", "07:30-18:00", "-0.5", "7点60分", "nan", "7:5"),
    ],
)
def test_what_may_be_anything_stays_unread(cell: str) -> None:
    assert clock(cell) is None


@given(st.integers(0, 1439))
def test_every_minute_comes_back_from_every_way_of_writing_it(minute: int) -> None:
    time = dt.time(*divmod(minute, 60))
    for cell in (f"{time:%H:%M}", f"{time.hour}：{time:%M}", repr(minute / 1440), time.isoformat()):
        if "e" not in cell:
            assert clock(cell) == time, cell


def test_excel_times_fractions_and_text_are_one_column(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["h", "k"])
        page.write_datetime(1, 0, dt.time(7, 30), book.add_format({"num_format": "hh:mm"}))
        page.write_number(2, 0, 0.75)
        page.write_string(3, 0, "7：45")
        page.write_string(4, 0, "晚班")
        for row in range(1, 6):
            page.write_number(row, 1, row)
    values, found = times(read_table(path), "h")
    expected = [dt.time(7, 30), dt.time(18), dt.time(7, 45), None, None]
    assert values.tolist() == expected
    assert [(one.code, one.row, one.value) for one in found] == [("time-unreadable", 5, "晚班")]
