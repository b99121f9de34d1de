"""The workbook: text stays text, formats, words in the language, limits of a sheet."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import openpyxl
import pandas as pd
import pytest
import toy_results
import toys

from gapmap.outputs.tables import COLUMNS, result_tables
from gapmap.outputs.workbook import write_workbook

if TYPE_CHECKING:
    from pathlib import Path


def made(tmp_path: Path, *, language: str = "zh", tables=None, **options) -> openpyxl.Workbook:
    results = toy_results.results(about=replace(toys.ABOUT, language=language))
    path = tmp_path / "tables.xlsx"
    write_workbook(path, results, tables or result_tables(results, results.findings), **options)
    assert [p.name for p in tmp_path.iterdir()] == ["tables.xlsx"]  # nothing is left beside it
    return openpyxl.load_workbook(path)


def column(sheet, name: str) -> list[object]:
    head = [cell.value for cell in sheet[4]]
    at = head.index(name)
    return [row[at] for row in sheet.iter_rows(min_row=5, values_only=True)]


def test_one_sheet_for_each_table_behind_the_summary(tmp_path: Path) -> None:
    book = made(tmp_path)
    assert book.sheetnames == [
        *("说明", "可达性", "覆盖", "差距", "公平性", "规划目标", "数据问题", "选址建议"),
        *("海岛", "路网连通块", "开放边界"),
        *("选址结论", "选址受益村居", "选址后未覆盖", "选址前后目标", "排除的候选点"),
    ]
    sheet = book["可达性"]
    assert sheet["A1"].value == "玩具市 <i>2014</i> {{7*7}} — 可达性"
    assert sheet["A2"].value == "2014-12-31 · 玩具规划 2012–2014"
    assert sheet["A3"].value == "模拟数据 / simulated data"
    assert sheet.freeze_panes == "C5"
    assert sheet.auto_filter.ref == "A4:AJ28"
    assert sheet.dimensions == "A1:AJ28"
    assert all(7 <= size.width <= 50 for size in sheet.column_dimensions.values())


def test_values_are_those_of_the_tables_in_the_language(tmp_path: Path) -> None:
    sheet = made(tmp_path)["可达性"]
    assert column(sheet, "状态")[:3] == ["已覆盖", "已覆盖", "未覆盖"]
    assert column(sheet, "服务")[0] == "公交候车亭"
    assert column(sheet, "含模拟数据")[0] == "是"
    results = toy_results.results()
    wanted = result_tables(results, ())["access"]["distance_m"]
    told = pd.Series(column(sheet, "路程(米)"), dtype=float)
    assert np.array_equal(told.to_numpy(), wanted.to_numpy(), equal_nan=True)
    english = made(tmp_path, language="en")["Access"]
    assert column(english, "status")[:3] == ["covered", "covered", "uncovered"]
    assert column(english, "service")[0] == "bus shelter"


def test_groups_of_gapmaps_own_are_translated_and_names_are_not(tmp_path: Path) -> None:
    book = made(tmp_path)
    groups = set(column(book["覆盖"], "分组"))
    assert {"全市", "城镇", "农村", "西部", "西部以外", "香洲区", toys.HOSTILE_TOWN} <= groups
    assert {"城乡差距", "西部与其他地区", "各区与全市"} <= set(column(book["差距"], "比较"))


def test_number_formats(tmp_path: Path) -> None:
    book = made(tmp_path)
    head = {cell.value: cell.column for cell in book["覆盖"][4]}
    first = book["覆盖"][5]
    formats = {name: first[at - 1].number_format for name, at in head.items()}
    assert formats["人口覆盖率"] == "0.0 %"
    assert formats["覆盖人口"] == "#,##0"
    assert formats["平均路程(米)"] == "#,##0"
    gaps = book["差距"]
    told = {row[4].value: row[5].number_format for row in gaps.iter_rows(min_row=5)}
    assert told["人口覆盖率"] == "0.0 %"
    assert told["平均路程(米)"] == "#,##0"


def test_no_cell_is_a_formula_a_link_or_an_error(tmp_path: Path) -> None:
    texts = [
        "=1+1",
        "@x",
        "+1",
        "https://example.org",
        "0012",
        "<b>&amp;",
        " 空 ",
        "_x0041_",
        "\x07",
    ]
    table = pd.DataFrame({"place": texts, "distance_m": np.inf})
    book = made(tmp_path, tables={"access": table})
    sheet = book["可达性"]
    assert column(sheet, "村居") == [*texts[:7], "_x005F_x0041_", "\\u0007"]
    assert column(sheet, "路程(米)") == [None] * 9
    assert {cell.data_type for row in sheet.iter_rows(min_row=5, max_col=1) for cell in row} == {
        "s"
    }
    assert all(cell.hyperlink is None for row in sheet.iter_rows() for cell in row)
    with zipfile.ZipFile(tmp_path / "tables.xlsx") as archive:
        xml = archive.read("xl/worksheets/sheet2.xml").decode()
    assert "<f>" not in xml
    # a spreadsheet reads _x005F_ as an underscore; openpyxl does not
    assert "<t>_x005F_x0041_</t>" in xml


def test_a_table_too_long_for_a_sheet_goes_on_and_says_so(tmp_path: Path) -> None:
    table = pd.DataFrame({"place": [f"村{n}" for n in range(25)], "people": np.arange(25.0)})
    book = made(tmp_path, tables={"access": table}, rows_per_sheet=10)
    assert book.sheetnames == ["说明", "可达性", "可达性 2", "可达性 3"]
    people = [n for name in book.sheetnames[1:] for n in column(book[name], "人口")]
    assert [n for n in people if n is not None] == list(range(25))
    notes = [row for row in book["说明"].iter_rows(values_only=True) if row[0] == "注意"]
    assert any("续在后面的工作表中" in row[1] for row in notes)


def test_a_cell_too_long_is_cut_and_said(tmp_path: Path) -> None:
    table = pd.DataFrame({"place": ["长" * 40_000, "短"]})
    book = made(tmp_path, tables={"access": table})
    told = column(book["可达性"], "村居")
    assert len(told[0]) == 32_767
    assert told[0].endswith("…")
    notes = [row[1] for row in book["说明"].iter_rows(values_only=True) if row[0] == "注意"]
    assert any("1 个单元格超过 32,767 字符" in note for note in notes)


def test_the_summary_lists_inputs_with_their_sums_and_rows(tmp_path: Path) -> None:
    cells = list(made(tmp_path)["说明"].iter_rows(values_only=True))
    assert ("places.csv", "村居", 1234, "ab" * 32, "是") in cells
    assert ("places.csv", 12, 11, 0, 1) in cells
    assert ("可达性", "村居 × 服务", 24, None, None) in cells


def test_an_empty_table_still_has_its_head(tmp_path: Path) -> None:
    book = made(tmp_path, tables={"proposals": pd.DataFrame(columns=COLUMNS["proposals"])})
    sheet = book["选址建议"]
    assert sheet["A4"].value == "服务"
    assert sheet.max_row <= 5
    assert sheet["A5"].value is None


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_same_results_give_the_same_bytes(tmp_path: Path, language: str) -> None:
    made(tmp_path, language=language)
    first = (tmp_path / "tables.xlsx").read_bytes()
    made(tmp_path, language=language)
    assert (tmp_path / "tables.xlsx").read_bytes() == first


def test_cells_stand_in_order_under_their_own_address(tmp_path: Path) -> None:
    made(tmp_path)
    with zipfile.ZipFile(tmp_path / "tables.xlsx") as archive:
        xml = archive.read("xl/worksheets/sheet2.xml").decode()
    rows = re.findall(r'<row r="(\d+)"[^>]*>(.*?)</row>', xml)
    assert [int(number) for number, _ in rows] == [1, 2, 3, 4, *range(5, 29)]
    for number, cells in rows:
        names = re.findall(r'<c r="([A-Z]+)(\d+)"', cells)
        assert {row for _, row in names} <= {number}
        letters = [(len(name), name) for name, _ in names]
        assert letters == sorted(set(letters))
