"""Tables as offices leave them: what is no data, what means something else than it seems."""

from __future__ import annotations

import pandas as pd
import pytest
from test_tables_cells import column, told
from test_tables_layout import accounted, table_of

from gapmap.errors import InputError
from gapmap.findings import as_table, grouped
from gapmap.region.rows import Ledger, drop_repeated
from gapmap.tables import (
    Wanted,
    dates,
    find_columns,
    ids,
    named_findings,
    numbers,
    own_codes,
    parse_pair,
    read_codes,
    read_table,
    row_findings,
)

# --- codes ----------------------------------------------------------------------------------


def test_numbers_of_sections_are_no_whole_numbers():
    cells = ("1.01", "1.02", "11", "2.05", "2.10", "12.0")
    assert ids(column(*cells), "v").tolist() == ["1.01", "1.02", "11", "2.05", "2.10", "12"]


@pytest.mark.parametrize("cell", ["'0441", "\u20180441", '="0441"', "`0441"])
def test_what_protects_a_code_from_excel_is_not_part_of_it(cell):
    codes = read_codes(column(cell, "0442"), "v")
    assert codes.text.tolist() == ["0441", "0442"]
    assert told(codes.notes) == [("code-made-plain", 2, cell)]


def test_codes_that_a_narrow_column_has_cut_are_lost():
    with pytest.raises(InputError) as caught:
        own_codes(column("440402001", "########", "440402003"), "v")
    assert [(one.code, one.row) for one in caught.value.found] == [("code-digits-lost", 3)]


# --- rows that are no data ------------------------------------------------------------------

HEADER = ["序号", "镇", "编码", "村名", "经度", "纬度", "人口"]
VILLAGES = [
    ["1", "城关镇", "510112001201", "张家坝", "103.8213", "30.5217", "1000"],
    ["2", "城关镇", "510112001202", "李家沟", "103.8413", "30.5417", "1100"],
    ["3", "河西乡", "510112002201", "王家桥", "103.8613", "30.5617", "1200"],
    ["4", "河西乡", "510112002202", "石盘", "103.8813", "30.5817", "1300"],
]


def told_of(*rows: list[str], header: list[str] = HEADER, where: int = 4):
    """Codes and rows that are told of these rows among the villages, and what is left."""
    table = table_of([header, *VILLAGES[:where], *rows, *VILLAGES[where:]])
    assert accounted(table)
    left = [code for code in table.cells["编码"] if code]
    assert left == [row[2] for row in VILLAGES]
    return table, [(one.code, one.row) for one in table.findings]


def blank(**cells: str) -> list[str]:
    return [cells.get(name, "") for name in HEADER]


@pytest.mark.parametrize(
    "row",
    [
        blank(序号="平均", 人口="1150"),
        blank(序号="占全市比重", 人口="12.5%"),
        blank(村名="全市", 人口="4600"),
        blank(序号="总人口", 人口="4600"),
        blank(序号="∑", 人口="4600"),
        blank(序号="总计4个村", 人口="4600"),
        blank(编码="510100000000", 村名="临江市合计", 人口="4600"),
    ],
)
def test_words_for_totals_and_averages(row):
    table, told_rows = told_of(row)
    assert told_rows == [("row-total", 6)]
    assert len(table.cells) == 4


def test_a_hospital_for_the_whole_city_is_no_total():
    table = table_of(
        [
            ["编号", "名称", "服务范围", "经度", "床位"],
            ["1", "人民医院", "全市", "", "300"],
            ["2", "中医院", "全市", "103.9", "200"],
            ["3", "一院", "全区", "103.8", "100"],
        ]
    )
    assert len(table.cells) == 3


def test_rows_that_add_up_others_are_totals_without_a_word():
    towns = [blank(镇="城关镇", 人口="2100"), blank(镇="河西乡", 人口="2,500")]
    villages = [[row[0], "", *row[2:]] for row in VILLAGES]
    for rows, sums in (
        ([towns[0], *villages[:2], towns[1], *villages[2:]], [(2, "3", "4"), (5, "6", "7")]),
        ([*villages[:2], towns[0], *villages[2:], towns[1]], [(4, "2", "3"), (7, "5", "6")]),
    ):
        table = table_of([HEADER, *rows])
        found = [(one.row, *dict(one.facts).values()) for one in table.findings]
        assert found == sums
        assert {one.code for one in table.findings} == {"row-sum"}
        assert pd.to_numeric(table.cells["人口"]).sum() == 4600


def test_a_village_without_code_and_position_whose_people_are_no_sum_is_kept():
    table = table_of([HEADER, *VILLAGES, blank(村名="新村", 人口="2101")])
    assert len(table.cells) == 5
    assert table.findings == ()


def test_a_village_with_a_code_and_a_name_is_none_even_if_its_people_are_a_sum():
    bare = ["5", "河西乡", "510112002203", "双流口", "", "", "2300"]
    table = table_of([HEADER, *VILLAGES[:1], bare, *VILLAGES[1:3]])
    assert len(table.cells) == 4
    assert table.findings == ()
    named = table_of(
        [
            ["名称", "经度", "纬度", "人口"],
            ["甲村", "103.1", "30.1", "4"],
            ["乙村", "103.2", "30.2", "6"],
            ["丙村", "", "", "10"],
        ]
    )
    assert len(named.cells) == 3


def test_what_stands_beside_a_table_is_no_village():
    side = [["类别", "数"], ["甲", "1"], ["总计", "2"], ["", ""]]
    rows = [[*row, "", *cells] for row, cells in zip(VILLAGES, side, strict=True)]
    below = [[""] * 8 + ["乙", "3"], [""] * 8 + ["丙", "4"]]
    table = table_of([[*HEADER, "", "", ""], *rows, *below])
    assert len(table.cells) == 4
    assert [(one.code, one.row) for one in table.findings if one.severity == "warning"] == [
        ("rows-beside", 6)
    ]
    assert accounted(table)


@pytest.mark.parametrize(
    "row",
    [
        blank(序号="填表人：王五", 村名="审核人:李四", 人口="2015年1月10日"),
        blank(序号="填表人:", 镇="王五", 经度="电话:", 纬度="13800138000"),
        blank(序号="注：1、人口为常住人口"),
        blank(序号="第1页", 人口="共3页"),
    ],
)
def test_what_stands_below_a_table_is_no_village(row):
    table, told_rows = told_of(row)
    assert len(table.cells) == 4
    assert told_rows in ([("row-footnote", 6)], [("row-page-number", 6)])


def test_full_width_colons_and_brackets_are_colons_and_brackets():
    table = table_of([["填报单位：民政局", "", "单位：人"], HEADER, *VILLAGES])
    assert list(table.cells.columns) == HEADER
    table = table_of([HEADER, ["（一）城关镇"], *VILLAGES])
    assert [(one.code, one.row) for one in table.findings] == [("row-one-cell", 2)]


def test_rows_that_were_numbered_in_advance_are_told_once():
    empty = [blank(序号=str(number)) for number in range(5, 41)]
    table = table_of([HEADER, *VILLAGES, *empty])
    (note,) = table.findings
    assert (note.code, note.row, note.value, dict(note.facts)) == (
        "rows-only-numbered",
        6,
        "5",
        {"count": "36"},
    )
    assert len(table.excluded) == 36
    assert accounted(table)


@pytest.mark.parametrize(
    ("row", "title"),
    [
        (blank(经度="度", 纬度="度", 人口="人"), "人口"),
        (blank(经度="（度）", 纬度="（度）", 人口="（万人）"), "人口(万人)"),
        (["no", "town", "code", "name", "lon", "lat", "pop"], "人口"),
    ],
)
def test_a_row_of_units_or_field_names_below_the_header(row, title):
    table, told_rows = told_of(row, where=0)
    assert told_rows == [("row-below-header", 2)]
    assert table.cells.columns[-1] == title


def test_a_first_village_of_which_little_is_known_is_a_village():
    table = table_of(
        [HEADER, ["0", "城关镇", "510112001200", "新村", "待测", "待测", "?"], *VILLAGES]
    )
    assert len(table.cells) == 5


def test_a_second_table_below_the_first_is_an_error():
    other = [
        ["编号", "名称", "经度", "纬度"],
        ["C1", "张家卫生站", "103.8", "30.5"],
        ["C2", "b", "103.9", "30.6"],
    ]
    with pytest.raises(InputError) as caught:
        table_of([HEADER, *VILLAGES, [""], *other])
    assert (caught.value.code, caught.value.row) == ("table-below", 7)
    table_of([HEADER, *VILLAGES[:2], HEADER, *VILLAGES[2:]])  # its own header once more is none


def test_the_same_table_side_by_side_is_an_error():
    half = [left + right for left, right in zip(VILLAGES[:2], VILLAGES[2:], strict=True)]
    with pytest.raises(InputError, match="side by side"):
        table_of([HEADER * 2, *half])
    with pytest.raises(InputError, match="2 times"):
        table_of([[*HEADER, "备注", "", *HEADER], *([*a[:7], "", "", *a[7:]] for a in half)])
    years = ["名称", "数量", "面积", "数量", "面积"]
    assert len(table_of([years, ["a", "1", "2", "3", "4"], ["b", "1", "2", "3", "4"]]).cells) == 2


# --- cells that mean something else ---------------------------------------------------------


def test_ditto_marks_have_what_stands_above(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("村,镇\na,城关镇\nb,同上\nc,〃\nd,河西乡\ne,—〃—\n", "utf8")
    table = read_table(path)
    assert table.cells["镇"].tolist() == ["城关镇", "城关镇", "城关镇", "河西乡", "河西乡"]
    assert table.repaired == {3, 4, 6}
    (said,) = table.findings
    assert (said.code, said.row, dict(said.facts)) == (
        "cell-ditto-filled",
        3,
        {"count": "3", "example": "城关镇"},
    )
    table = read_table(path, repair="none")
    assert table.cells["镇"].tolist() == ["城关镇", "", "", "河西乡", ""]
    assert [one.code for one in table.findings] == ["cell-ditto-left-empty"]
    assert table.repaired == frozenset()


def test_a_ditto_mark_under_nothing_is_empty(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("村,镇\na,同上\nb,\nc,〃\n", "utf8")
    table = read_table(path)
    assert table.cells["镇"].tolist() == ["", "", ""]
    assert [(one.code, one.row) for one in table.findings] == [("cell-ditto-left-empty", 2)]


@pytest.mark.parametrize(
    "header",
    [
        "经度(度),经度(分),经度(秒),纬度(度),纬度(分),纬度(秒)",
        "lon_deg,lon_min,lon_sec,lat_deg,lat_min,lat_sec",
    ],
)
def test_degrees_minutes_and_seconds_in_columns_of_their_own(tmp_path, header):
    path = tmp_path / "t.csv"
    path.write_text(f"编码,{header}\n1,113,34,36,22,16,12\n2,113,30,,22,15,\n3,,,,,,\n", "utf8")
    table = read_table(path)
    x, y = ("经度", "纬度") if "经度" in header else ("lon", "lat")
    pair = parse_pair(table, x, y)
    assert pair.x.tolist()[:2] == pytest.approx([113 + 34 / 60 + 36 / 3600, 113.5])
    assert pair.y.tolist()[:2] == pytest.approx([22.27, 22.25])
    assert pair.x.isna().tolist() == [False, False, True]
    assert [one.code for one in table.findings] == ["columns-joined", "columns-joined"]


def test_a_unit_above_the_table_holds_for_its_columns():
    above = [["临江市一览表"], ["单位：万人、亩"]]
    table = table_of(
        [*above, ["名称", "人口", "面积", "床位"], ["a", "1.2", "3", "5"], ["b", "2", "6", "7"]]
    )
    people, found = numbers(table, "人口", quantity="people")
    assert people.tolist() == [12_000, 20_000]
    assert [one.code for one in found] == ["number-sheet-unit"]
    assert numbers(table, "面积", quantity="area")[0].tolist() == [2000, 4000]
    assert numbers(table, "面积")[0].tolist() == [3, 6]
    assert numbers(table, "床位", quantity="count")[0].tolist() == [5, 7]


def test_points_that_part_thousands_are_told_from_decimal_points():
    read, found = numbers(column("1.080,50", "1.080", "200", "12.345.678,0"), "v", quantity="area")
    assert read.tolist()[0] == 1080.5
    assert read.isna().tolist() == [False, True, False, False]
    assert read.tolist()[3] == 12_345_678
    assert told(found) == [
        ("number-converted", 2, "1.080,50"),
        ("number-point-doubtful", 3, "1.080"),
    ]
    assert numbers(column("1.080", "2.500"), "v")[0].tolist() == [1.08, 2.5]


def test_what_a_narrow_column_has_cut_is_unknown():
    assert told(numbers(column("12", "#####"), "v")[1]) == [("cell-too-narrow", 3, "#####")]
    assert told(dates(column("2012", "#####"), "v")[1])[-1] == ("cell-too-narrow", 3, "#####")


# --- dates ----------------------------------------------------------------------------------


def days(*cells: str, file: str = "t.csv") -> list[str]:
    values, _ = dates(column(*cells, file=file), "v")
    return ["" if day is pd.NaT else str(day.date()) for day in values]


def test_dates_that_can_be_read_in_one_order_only_tell_it_for_the_column():
    assert days("14.03.2012", "03.04.2012") == ["2012-03-14", "2012-04-03"]
    assert days("03/14/2012", "03/04/2012") == ["2012-03-14", "2012-03-04"]
    assert days("03/14/2012", "14/03/2012", "03/04/2012") == ["2012-03-14", "2012-03-14", ""]
    assert days("03/04/2012", "05/05/2012") == ["", "2012-05-05"]
    assert days("31/02/2012", "13/13/2012") == ["", ""]
    found = dates(column("14.03.2012", "03.04.2012", "04.04.2012"), "v")[1]
    assert [(one.code, one.row, dict(one.facts)["unit"]) for one in found] == [
        ("date-order-read", 3, "d/m/Y")
    ]


def test_named_months_and_years_of_the_republic():
    assert days("1-Mar-2012", "14 March, 2012", "31-Feb-2012") == ["2012-03-01", "2012-03-14", ""]
    assert days("民國101年3月", "民国元年", "民國101年3月5日") == [
        "2012-03-31",
        "1912-12-31",
        "2012-03-05",
    ]


def test_a_year_in_a_cell_for_dates_is_no_day_of_1905():
    assert days("1905-07-04", "2012-03-01", file="t.xlsx") == ["", "2012-03-01"]
    assert days("1905-07-04", file="t.csv") == ["1905-07-04"]


# --- many findings --------------------------------------------------------------------------


def test_beyond_a_thousand_rows_one_finding_stands_for_the_others():
    rows = [(row, "约300") for row in range(2, 2002)]
    found = row_findings("number-approximate", "t.csv", "v", rows)
    assert [one.row for one in found] == list(range(2, 1003))
    assert found[-1].further == tuple(range(1003, 2002))
    assert [row for one in found for row in one.rows] == list(range(2, 2002))
    assert "999" not in found[0].message()
    assert found[-1].message().endswith("(so too 999 more rows)")
    assert found[-1].message("zh").endswith("(另有 999 行也是)")
    assert [(group.count, group.rows(2)) for group in grouped(found)] == [(2000, "2, 3, …")]
    assert len(as_table(found)) == 1001
    assert row_findings("number-approximate", "t.csv", "v", rows[:1001])[-1].further == ()


def test_rows_without_a_finding_of_their_own_are_repaired_all_the_same():
    table = column(*["约300"] * 3000, repair="all")
    ledger = Ledger(table)
    ledger.add_cells(numbers(table, "v", quantity="people")[1])
    count = ledger.count()
    assert (count.read, count.used, count.repaired, count.excluded) == (3000, 0, 3000, 0)


def test_a_row_that_only_its_running_number_tells_from_another_is_repeated():
    again = ["5", *VILLAGES[1][1:]]
    ledger = Ledger(table_of([HEADER, *VILLAGES, again]))
    drop_repeated(ledger, "编码")
    assert [(one.code, one.row) for one in ledger.findings] == [("row-repeated", 6)]
    assert ledger.excluded == {6}


def test_facts_of_their_own_are_kept_for_the_rows_that_are_listed():
    found = named_findings("id-made", "t.csv", "v", range(2, 5002), lambda row: {"new": f"n{row}"})
    assert [dict(one.facts)["new"] for one in found] == [f"n{row}" for row in range(2, 1003)]
    assert found[-1].rows == tuple(range(1002, 5002))


# --- text files -----------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["，", "；"])
def test_chinese_commas_part_cells_where_nothing_else_does(tmp_path, mark):
    path = tmp_path / "t.csv"
    path.write_text(mark.join(["编码", "名称"]) + f"\n01{mark}上横\n02{mark}下横\n", "utf8")
    table = read_table(path)
    assert table.cells.to_numpy().tolist() == [["01", "上横"], ["02", "下横"]]
    assert [(one.code, one.value) for one in table.findings] == [("text-separator", mark)]
    path.write_text("编码,名称\n01,上横，下横\n", "utf8")
    assert read_table(path).cells["名称"].tolist() == ["上横，下横"]


def test_blanks_before_quotation_marks(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('"编码", "名称"\n"01", "上横, 下横"\n', "utf8")
    assert read_table(path).cells.to_numpy().tolist() == [["01", "上横, 下横"]]


def test_titles_in_traditional_characters_are_found():
    table = table_of([["編號", "名稱", "經度", "緯度"], ["1", "a", "121.5", "25.0"]])
    columns, _ = find_columns(table, "places", {}, Wanted(needed=("id", "name", "position")))
    assert columns == {"id": "編號", "name": "名稱", "x": "經度", "y": "緯度"}
