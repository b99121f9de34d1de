"""Workbooks: merged and hidden cells, formulas, several sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import xlsxwriter

from corpus.city import FACILITIES, VILLAGES, Case
from corpus.tables_writing import raw, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

__all__ = ["CASES"]

TO_XLSX = {'path = "villages.csv"': 'path = "villages.xlsx"'}
SHELTERS_XLSX = {'path = "shelters.csv"': 'path = "shelters.xlsx"'}


def workbook(
    name: str, fill: Callable[[xlsxwriter.Workbook, dict[str, Any]], None]
) -> Callable[[Path], None]:
    """Write a workbook by ``fill``."""

    def spoil(folder: Path) -> None:
        with xlsxwriter.Workbook(str(folder / name)) as book:
            fill(book, {})

    return spoil


def put(sheet: xlsxwriter.worksheet.Worksheet, rows: Sequence[Sequence[str]], top: int = 0) -> None:
    """Write rows as Excel keeps them: numbers as numbers, codes as text."""
    for down, row in enumerate(rows):
        for right, cell in enumerate(row):
            number = down > 0 and rows[0][right] in ("经度", "纬度", "人口", "面积")
            if number and cell:
                sheet.write_number(top + down, right, float(cell))
            else:
                sheet.write_string(top + down, right, cell)


def _title_rows(book: xlsxwriter.Workbook, _: dict[str, Any]) -> None:
    sheet = book.add_worksheet("村居")
    sheet.merge_range(0, 0, 0, 5, "语料城2014年村居一览表")
    sheet.write_string(1, 0, "填报单位:民政局")
    put(sheet, VILLAGES, top=2)


def _two_row_header(book: xlsxwriter.Workbook, _: dict[str, Any]) -> None:
    sheet = book.add_worksheet("村居")
    for at, name in enumerate(VILLAGES[0]):
        if name in ("经度", "纬度"):
            continue
        sheet.merge_range(0, at, 1, at, name)
    sheet.merge_range(0, 3, 0, 4, "位置")
    sheet.write_string(1, 3, "经度")
    sheet.write_string(1, 4, "纬度")
    put(sheet, [[""] * 6, *VILLAGES[1:]], top=1)
    sheet.write_string(1, 3, "经度")
    sheet.write_string(1, 4, "纬度")
    for down, row in enumerate(VILLAGES[1:], start=2):
        for at in (3, 4, 5):
            sheet.write_number(down, at, float(row[at]))


def _merged_district(book: xlsxwriter.Workbook, _: dict[str, Any]) -> None:
    sheet = book.add_worksheet("村居")
    put(sheet, [[*row[:2], "" if at else row[2], *row[3:]] for at, row in enumerate(VILLAGES)])
    sheet.write_string(0, 2, "区码")
    sheet.merge_range(1, 2, 6, 2, "440403")
    sheet.merge_range(7, 2, 12, 2, "440404")


def _hidden_rows(book: xlsxwriter.Workbook, _: dict[str, Any]) -> None:
    sheet = book.add_worksheet("村居")
    put(sheet, VILLAGES)
    sheet.set_row(3, None, None, {"hidden": True})
    sheet.set_row(4, None, None, {"hidden": True})


def _hidden_sheet(book: xlsxwriter.Workbook, _: dict[str, Any]) -> None:
    sheet = book.add_worksheet("村居")
    put(sheet, VILLAGES)
    old = book.add_worksheet("旧表")
    put(old, VILLAGES)
    old.hide()


def _two_sheets(book: xlsxwriter.Workbook, _: dict[str, Any]) -> None:
    for name in ("香洲", "斗门"):
        put(book.add_worksheet(name), VILLAGES)


def _formulas(book: xlsxwriter.Workbook, _: dict[str, Any]) -> None:
    sheet = book.add_worksheet("站亭")
    put(sheet, FACILITIES)
    sheet.write_formula(2, 5, "=10*2", None, "")
    sheet.write_formula(3, 5, "=1/0", None, "#DIV/0!")


def _long_codes(book: xlsxwriter.Workbook, _: dict[str, Any]) -> None:
    sheet = book.add_worksheet("村居")
    put(sheet, VILLAGES)
    sheet.write_number(1, 0, 440403001001000123.0)


def _dates(book: xlsxwriter.Workbook, _: dict[str, Any]) -> None:
    sheet = book.add_worksheet("站亭")
    put(sheet, FACILITIES)
    sheet.write_number(1, 4, 40664)


def _town_totals(book: xlsxwriter.Workbook, _: dict[str, Any]) -> None:
    """A grand total on top; a district merged down over its sub-total and its villages."""
    sheet = book.add_worksheet("村居")
    sheet.write_string(0, 0, "语料城2014年村居一览表")
    sheet.write_string(1, 5, "单位：人")
    total = ["", "合计", "", "", "", "5220"]
    sums = [["", "小计", "", "", "", "2010"], ["", "小计", "", "", "", "3210"]]
    bare = [[*row[:2], "", *row[3:]] for row in VILLAGES[1:]]
    put(sheet, [VILLAGES[0], total, sums[0], *bare[:6], sums[1], *bare[6:]], top=2)
    sheet.merge_range(4, 2, 10, 2, "440403")
    sheet.merge_range(11, 2, 17, 2, "440404")
    sheet.write_row(18, 0, ["填表人：王五", "", "", "", "", "2015年1月10日"])


def _beside(book: xlsxwriter.Workbook, _: dict[str, Any]) -> None:
    sheet = book.add_worksheet("村居")
    put(sheet, VILLAGES)
    for row in range(2, 20):
        sheet.write_row(row, 8, [f"类别{row}", row])


CASES = [
    Case(
        name="title-rows-xlsx",
        expect=[("title-rows", None)],
        study=TO_XLSX,
        spoil=workbook("villages.xlsx", _title_rows),
    ),
    Case(
        name="two-row-header-xlsx",
        expect=[("header-two-rows", 1)],
        study=TO_XLSX,
        spoil=workbook("villages.xlsx", _two_row_header),
        rows={"villages.xlsx": (12, 12, 0, 0)},
    ),
    Case(
        name="merged-districts-xlsx",
        expect=[("merged-filled", 3)],
        study=TO_XLSX,
        spoil=workbook("villages.xlsx", _merged_district),
    ),
    Case(
        name="hidden-rows-xlsx",
        expect=[("rows-hidden", 4)],
        study=TO_XLSX,
        spoil=workbook("villages.xlsx", _hidden_rows),
    ),
    Case(
        name="hidden-sheet-xlsx",
        expect=[("sheets-hidden", None)],
        study=TO_XLSX,
        spoil=workbook("villages.xlsx", _hidden_sheet),
    ),
    Case(
        name="two-sheets-xlsx",
        study=TO_XLSX,
        spoil=workbook("villages.xlsx", _two_sheets),
        expect=[("sheet-needed", None)],
        usable=False,
    ),
    Case(
        name="formulas-xlsx",
        study=SHELTERS_XLSX,
        spoil=workbook("shelters.xlsx", _formulas),
        expect=[("formula-without-value", 3), ("cell-error", 4)],
    ),
    Case(
        name="eighteen-digits-xlsx",
        expect=[("code-digits-lost", 2)],
        study=TO_XLSX,
        spoil=workbook("villages.xlsx", _long_codes),
        usable=False,
    ),
    Case(
        name="excel-serial-date",
        expect=[("date-serial", 2)],
        study=SHELTERS_XLSX,
        spoil=workbook("shelters.xlsx", _dates),
    ),
    Case(
        name="not-a-workbook",
        expect=[("workbook-other", None)],
        study=TO_XLSX,
        spoil=raw("villages.xlsx", text_of(VILLAGES).encode()),
        usable=False,
    ),
    Case(
        name="old-xls",
        expect=[("workbook-other", None)],
        study={'path = "villages.csv"': 'path = "villages.xls"'},
        spoil=raw("villages.xls", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512)),
        usable=False,
    ),
    Case(
        name="totals-with-the-district-merged-xlsx",
        study=TO_XLSX,
        spoil=workbook("villages.xlsx", _town_totals),
        expect=[
            *[("row-total", row) for row in (4, 5, 12)],
            ("row-footnote", 19),
            ("merged-filled", None),
        ],
        rows={"villages.xlsx": (16, 0, 12, 4)},
        never=["id-made", "place-outside"],
    ),
    Case(
        name="pivot-table-beside-xlsx",
        study=TO_XLSX,
        spoil=workbook("villages.xlsx", _beside),
        expect=[("rows-beside", 14)],
        rows={"villages.xlsx": (19, 12, 0, 7)},
        never=["id-made"],
    ),
]
