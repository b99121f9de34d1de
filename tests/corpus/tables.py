"""Tables: encodings, layouts, workbooks, cells, names of columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import xlsxwriter

from corpus.city import FACILITIES, VILLAGES, Case, csv

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

__all__ = ["CASES"]

TO_XLSX = {'path = "villages.csv"': 'path = "villages.xlsx"'}
SHELTERS_XLSX = {'path = "shelters.csv"': 'path = "shelters.xlsx"'}


def villages(rows: Sequence[Sequence[str]], encoding: str = "utf-8-sig") -> Callable[[Path], None]:
    """Write other villages."""
    return lambda folder: csv(folder / "villages.csv", rows, encoding)


def shelters(rows: Sequence[Sequence[str]], encoding: str = "utf-8-sig") -> Callable[[Path], None]:
    """Write other shelters."""
    return lambda folder: csv(folder / "shelters.csv", rows, encoding)


def raw(name: str, content: bytes) -> Callable[[Path], None]:
    """Write bytes."""
    return lambda folder: _write(folder / name, content)


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def changed(rows: Sequence[Sequence[str]], row: int, column: str, cell: str) -> list[list[str]]:
    """Give rows with one cell changed; ``row`` as a spreadsheet counts."""
    made = [list(one) for one in rows]
    made[row - 1][made[0].index(column)] = cell
    return made


def renamed(rows: Sequence[Sequence[str]], **names: str) -> list[list[str]]:
    """Give rows with other column names."""
    return [[names.get(cell, cell) for cell in rows[0]], *[list(one) for one in rows[1:]]]


def text_of(rows: Sequence[Sequence[str]], separator: str = ",") -> str:
    """Give rows as the text of a CSV file."""
    return "".join(separator.join(row) + "\n" for row in rows)


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


GB = "gb18030"
AREA = {'floor_area_m2 = "面积"': 'floor_area_m2 = "面积"\nrequire = { floor_area_m2 = ">= 5" }'}

CASES = [
    Case(name="clean"),
    Case(
        name="gbk-text",
        spoil=villages(VILLAGES, GB),
        expect=[("text-gb18030", None)],
        rows={"villages.csv": (12, 12, 0, 0)},
    ),
    Case(name="utf16-with-mark", spoil=villages(VILLAGES, "utf-16")),
    Case(
        name="utf16-without-mark",
        expect=[("text-utf16", None)],
        spoil=villages(VILLAGES, "utf-16-le"),
    ),
    Case(
        name="neither-utf8-nor-gbk",
        spoil=raw("villages.csv", text_of(VILLAGES).encode("utf8") + b"\xff\xfe\xff\n"),
        expect=[("text-encoding", 14)],
        usable=False,
    ),
    Case(
        name="utf8-then-gbk",
        expect=[("text-mixed", 8)],
        spoil=raw(
            "villages.csv",
            text_of(VILLAGES[:7]).encode("utf8") + text_of(VILLAGES[7:]).encode(GB),
        ),
        usable=False,
    ),
    Case(
        name="nul-in-a-name",
        expect=[("cell-invisible", 3)],
        spoil=villages(changed(VILLAGES, 3, "名称", "下\0横村委会")),
        rows={"villages.csv": (12, 11, 1, 0)},
    ),
    Case(
        name="semicolons",
        expect=[("text-separator", None)],
        spoil=raw("villages.csv", text_of(VILLAGES, ";").encode("utf8")),
    ),
    Case(
        name="tabs",
        expect=[("text-separator", None)],
        spoil=raw("villages.csv", text_of(VILLAGES, "\t").encode("utf8")),
    ),
    Case(
        name="sep-line",
        expect=[("text-separator", None)],
        spoil=raw("villages.csv", ("sep=;\n" + text_of(VILLAGES, ";")).encode()),
    ),
    Case(
        name="comma-in-a-name",
        spoil=villages(changed(VILLAGES, 5, "名称", "小托,北村委会")),
        expect=[("row-too-long", 5)],
        rows={"villages.csv": (12, 11, 0, 1)},
    ),
    Case(
        name="open-quotation-mark",
        spoil=villages(changed(VILLAGES, 4, "名称", '"大托村委会')),
        expect=[("text-quotes", None)],
        usable=False,
    ),
    Case(
        name="title-rows",
        expect=[("title-rows", None)],
        spoil=villages([["语料城2014年村居一览表"], ["填报单位:民政局"], *VILLAGES]),
        rows={"villages.csv": (12, 12, 0, 0)},
    ),
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
        name="subtotals",
        expect=[("row-total", 8), ("row-total", 15)],
        spoil=villages(
            [
                *VILLAGES[:7],
                ["小计", "", "", "", "", "2010"],
                *VILLAGES[7:],
                ["合计", "", "", "", "", "5220"],
            ]
        ),
        rows={"villages.csv": (14, 12, 0, 2)},
    ),
    Case(
        name="footnotes",
        expect=[("row-too-short", 14), ("row-footnote", 14), ("row-footnote", 15)],
        spoil=villages([*VILLAGES, ["注:数据截至2014年底"], ["制表人:张三"]]),
        rows={"villages.csv": (14, 12, 0, 2)},
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
        name="empty-file",
        spoil=raw("villages.csv", b""),
        expect=[("file-empty", None)],
        usable=False,
    ),
    Case(
        name="header-alone",
        spoil=villages(VILLAGES[:1]),
        expect=[("places-empty", None)],
        usable=False,
    ),
    Case(
        name="header-twice",
        spoil=villages([[*VILLAGES[0], "名称"], *[[*row, "x"] for row in VILLAGES[1:]]]),
        expect=[("header-twice", None)],
    ),
    Case(
        name="header-empty",
        spoil=villages([[*VILLAGES[0], ""], *[[*row, "x"] for row in VILLAGES[1:]]]),
        expect=[("header-empty", None)],
    ),
    Case(
        name="column-missing",
        spoil=villages(renamed(VILLAGES, 人口="常住人数")),
        expect=[("column-missing", None)],
        usable=False,
    ),
    Case(
        name="code-in-scientific-notation",
        expect=[("code-digits-lost", 2), ("code-digits-lost", 9)],
        spoil=villages(
            changed(changed(VILLAGES, 2, "编码", "4.40403E+11"), 9, "编码", "4.40404E+11")
        ),
        usable=False,
    ),
    Case(
        name="code-with-point-zero",
        expect=[("code-made-plain", 2)],
        spoil=villages(changed(VILLAGES, 2, "编码", "440403001001.0")),
    ),
    Case(
        name="code-full-width",
        expect=[("code-made-plain", 2)],
        spoil=villages(changed(VILLAGES, 2, "编码", "４４０４０３００１００１")),
    ),
    Case(
        name="code-missing",
        spoil=villages(changed(VILLAGES, 4, "编码", "")),
        expect=[("id-made", 4)],
        rows={"villages.csv": (12, 11, 1, 0)},
    ),
    Case(
        name="code-missing-no-repair",
        expect=[("id-missing", 4)],
        study={'language = "en"': 'language = "en"\nrepair = "none"'},
        spoil=villages(changed(VILLAGES, 4, "编码", "")),
        usable=False,
    ),
    Case(
        name="code-twice",
        spoil=villages(changed(VILLAGES, 4, "编码", "440403001001")),
        expect=[("id-conflict", 4)],
        usable=False,
    ),
    Case(
        name="row-twice",
        spoil=villages([*VILLAGES, VILLAGES[3]]),
        expect=[("row-repeated", 14)],
        rows={"villages.csv": (13, 12, 0, 1)},
    ),
    Case(
        name="people-about",
        expect=[("number-approximate", 4), ("people-unknown", 4)],
        spoil=villages(changed(VILLAGES, 4, "人口", "约300")),
    ),
    Case(
        name="people-range",
        expect=[("number-range", 4), ("people-unknown", 4)],
        spoil=villages(changed(VILLAGES, 4, "人口", "200-300")),
    ),
    Case(
        name="people-dash",
        expect=[("cell-blank-word", 4), ("people-unknown", 4)],
        spoil=villages(changed(VILLAGES, 4, "人口", "—")),
    ),
    Case(
        name="people-chinese-numerals",
        expect=[("number-converted", 4)],
        spoil=villages(changed(VILLAGES, 4, "人口", "三百二十")),
    ),
    Case(
        name="people-thousands",
        spoil=villages(changed(VILLAGES, 4, "人口", '"1,320"')),
        expect=[("number-converted", 4)],
    ),
    Case(
        name="people-negative",
        spoil=villages(changed(VILLAGES, 4, "人口", "-5")),
        expect=[("number-out-of-range", 4)],
    ),
    Case(
        name="people-in-ten-thousands",
        spoil=villages(changed(VILLAGES, 4, "人口", "0.032万人")),
        expect=[("number-converted", 4)],
    ),
    Case(
        name="area-in-mu",
        expect=[("number-converted", 3)],
        study=AREA,
        spoil=shelters(changed(FACILITIES, 3, "面积", "3亩")),
    ),
    Case(
        name="area-in-hectares",
        expect=[("number-converted", 3)],
        study=AREA,
        spoil=shelters(changed(FACILITIES, 3, "面积", "0.5公顷")),
    ),
    Case(
        name="area-square-metres",
        expect=[("number-converted", 3)],
        study=AREA,
        spoil=shelters(changed(FACILITIES, 3, "面积", "25㎡")),
    ),
    Case(
        name="area-about",
        expect=[("number-approximate", 3), ("facility-not-judged", 3)],
        study=AREA,
        spoil=shelters(changed(FACILITIES, 3, "面积", "约300平方米")),
    ),
    Case(
        name="area-is-people",
        expect=[("unit-unexpected", 3), ("facility-not-judged", 3)],
        study=AREA,
        spoil=shelters(changed(FACILITIES, 3, "面积", "25人")),
    ),
    Case(
        name="date-month",
        spoil=shelters(changed(FACILITIES, 3, "建成日期", "2012年3月")),
        expect=[("date-partial", 3)],
    ),
    Case(
        name="date-impossible",
        spoil=shelters(changed(FACILITIES, 3, "建成日期", "2012-02-30")),
        expect=[("date-unreadable", 3)],
    ),
    Case(
        name="date-doubtful",
        spoil=shelters(changed(FACILITIES, 3, "建成日期", "03/04/2012")),
        expect=[("date-doubtful", 3)],
    ),
    Case(
        name="date-chinese-numerals",
        expect=[("date-partial", 3)],
        spoil=shelters(changed(FACILITIES, 3, "建成日期", "二〇一二年三月")),
    ),
    Case(
        name="date-planned",
        expect=[("date-planned", 3), ("opened-unknown", 3)],
        spoil=shelters(changed(FACILITIES, 3, "建成日期", "在建")),
    ),
    Case(
        name="degrees-minutes-seconds",
        expect=[("position-degrees-read", 4)],
        spoil=villages(
            changed(changed(VILLAGES, 4, "经度", "113°10′48″E"), 4, "纬度", "北纬22度11分42秒")
        ),
        rows={"villages.csv": (12, 12, 0, 0)},
        never=["position-unreadable", "place-outside"],
    ),
    Case(
        name="synonyms",
        expect=[("column-chosen", None)],
        study={
            'id = "编码"\n': "",
            'x = "经度"\ny = "纬度"\npeople': "people",
            '\nname = "名称"\ndistrict': "\ndistrict",
        },
        rows={"villages.csv": (12, 12, 0, 0)},
    ),
    Case(
        name="synonyms-ambiguous",
        expect=[("columns-ambiguous", None)],
        study={'x = "经度"\ny = "纬度"\npeople': "people"},
        spoil=villages(
            [[*VILLAGES[0], "lon", "lat"], *[[*row, row[3], row[4]] for row in VILLAGES[1:]]]
        ),
        usable=False,
    ),
    Case(
        name="control-and-bidi-characters",
        expect=[("cell-invisible", 3)],
        spoil=villages(changed(VILLAGES, 3, "名称", "下\x07横\u202e村委会")),
        rows={"villages.csv": (12, 11, 1, 0)},
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
        name="sums-without-a-word",
        spoil=villages(
            [
                VILLAGES[0],
                ["", "斗门区", "", "", "", "2010"],
                *VILLAGES[1:7],
                ["", "金湾区", "", "", "", "3210"],
                *VILLAGES[7:],
            ]
        ),
        expect=[("row-sum", 2), ("row-sum", 9)],
        rows={"villages.csv": (14, 12, 0, 2)},
    ),
    Case(
        name="average-below",
        spoil=villages([*VILLAGES, ["平均", "", "", "", "", "435"]]),
        expect=[("row-total", 14)],
        rows={"villages.csv": (13, 12, 0, 1)},
    ),
    Case(
        name="units-and-field-names-below-the-header",
        spoil=villages([VILLAGES[0], ["", "", "", "度", "度", "人"], *VILLAGES[1:]]),
        expect=[("row-below-header", 2)],
        rows={"villages.csv": (13, 12, 0, 1)},
    ),
    Case(
        name="second-table-below",
        spoil=villages([*VILLAGES, [""] * 6, *FACILITIES]),
        expect=[("table-below", 15)],
        usable=False,
    ),
    Case(
        name="same-table-side-by-side",
        spoil=villages(
            [
                left + right
                for left, right in zip(VILLAGES[:7], [VILLAGES[0], *VILLAGES[7:]], strict=True)
            ]
        ),
        expect=[("table-side-by-side", None)],
        usable=False,
    ),
    Case(
        name="pivot-table-beside-xlsx",
        study=TO_XLSX,
        spoil=workbook("villages.xlsx", _beside),
        expect=[("rows-beside", 14)],
        rows={"villages.xlsx": (19, 12, 0, 7)},
        never=["id-made"],
    ),
    Case(
        name="rows-numbered-in-advance",
        spoil=villages(
            [
                ["序号", *VILLAGES[0]],
                *[[str(at), *row] for at, row in enumerate(VILLAGES[1:], start=1)],
                *[[str(at), *[""] * 6] for at in range(13, 41)],
            ]
        ),
        expect=[("rows-only-numbered", 14)],
        rows={"villages.csv": (40, 12, 0, 28)},
    ),
    Case(
        name="ditto-marks",
        spoil=villages(
            [*VILLAGES[:2], *[[*row[:2], "同上", *row[3:]] for row in VILLAGES[2:7]], *VILLAGES[7:]]
        ),
        expect=[("cell-ditto-filled", 3)],
        rows={"villages.csv": (12, 7, 5, 0)},
        never=["district-unknown"],
    ),
    Case(
        name="ditto-marks-no-repair",
        study={'language = "en"': 'language = "en"\nrepair = "none"'},
        spoil=villages(changed(VILLAGES, 4, "人口", "〃")),
        expect=[("cell-ditto-left-empty", 4), ("people-unknown", 4)],
    ),
    Case(
        name="unit-above-the-table",
        spoil=villages(
            [
                ["单位：万人"],
                VILLAGES[0],
                *[[*row[:5], f"{int(row[5]) / 10_000}"] for row in VILLAGES[1:]],
            ]
        ),
        expect=[("number-sheet-unit", 3)],
    ),
    Case(
        name="people-cut-by-a-narrow-column",
        spoil=villages(changed(VILLAGES, 4, "人口", "#####")),
        expect=[("cell-too-narrow", 4), ("people-unknown", 4)],
    ),
    Case(
        name="code-cut-by-a-narrow-column",
        spoil=villages(changed(VILLAGES, 4, "编码", "########")),
        expect=[("code-digits-lost", 4)],
        usable=False,
    ),
    Case(
        name="codes-with-apostrophe",
        spoil=villages([VILLAGES[0], *[["'" + row[0], *row[1:]] for row in VILLAGES[1:]]]),
        expect=[("code-made-plain", 2)],
        rows={"villages.csv": (12, 12, 0, 0)},
    ),
    Case(
        name="european-shelters",
        expect=[("text-separator", None), ("date-order-read", 3), ("number-converted", 2)],
        spoil=raw(
            "shelters.csv",
            text_of(
                changed(
                    changed(
                        changed(FACILITIES, 2, "建成日期", "14.03.2011"), 2, "面积", "1.080,50"
                    ),
                    3,
                    "建成日期",
                    "03.04.2012",
                ),
                ";",
            ).encode(),
        ),
        never=["date-doubtful"],
    ),
    Case(
        name="date-of-the-republic",
        spoil=shelters(changed(FACILITIES, 3, "建成日期", "民國101年3月")),
        expect=[("date-partial", 3)],
    ),
    Case(
        name="degrees-in-columns-of-their-own",
        spoil=villages(
            [
                [*VILLAGES[0][:3], "经度(度)", "经度(分)", "纬度(度)", "纬度(分)", "人口"],
                *[
                    [
                        *row[:3],
                        "113",
                        f"{(float(row[3]) - 113) * 60:.4f}",
                        "22",
                        f"{(float(row[4]) - 22) * 60:.4f}",
                        row[5],
                    ]
                    for row in VILLAGES[1:]
                ],
            ]
        ),
        expect=[("columns-joined", None), ("position-degrees-read", 2)],
        never=["place-outside"],
    ),
    Case(
        name="chinese-commas",
        spoil=raw("villages.csv", text_of(VILLAGES, "，").encode()),
        expect=[("text-separator", None)],
        rows={"villages.csv": (12, 12, 0, 0)},
    ),
]
