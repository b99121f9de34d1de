"""Where a table begins and which of its rows are no data; a plain table stays as it is."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gapmap.errors import InputError
from gapmap.tables.layout import find_layout
from gapmap.tables.rows import table_from_rows

if TYPE_CHECKING:
    from gapmap.tables import Table

VILLAGES = [
    ["440402001", "海澄村", "820", "113.36"],
    ["440402002", "新堂村", "1205", "113.29"],
    ["440402003", "南门村", "333", "113.24"],
]
HEADER = ["编号", "名称", "人口", "经度"]


def table_of(rows: list[list[str]], **knobs: object) -> Table:
    numbered = [(number, row) for number, row in enumerate(rows, start=1) if "".join(row).strip()]
    return table_from_rows(iter(numbered), "t.xlsx", **knobs)


def text_rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def told(table: Table) -> list[tuple[str, int | None]]:
    return [(one.code, one.row) for one in table.findings]


def accounted(table: Table) -> bool:
    return table.read == len(table.cells) + len(table.excluded)


def many_villages(count: int) -> list[list[str]]:
    return [[f"4404{n:05d}", f"村{n}", str(100 + n), f"113.{n:03d}"] for n in range(count)]


@pytest.mark.parametrize("count", [10, 200, 5000])
@pytest.mark.parametrize("word", ["合计", "总 计", "Total"])
def test_a_total_in_the_column_of_codes_is_no_village_in_a_table_of_any_length(count, word):
    table = table_of([HEADER, *many_villages(count), [word, "", "7", ""]])
    assert told(table) == [("row-total", count + 2)]
    assert len(table.cells) == count
    assert accounted(table)


# --- the header -----------------------------------------------------------------------------


def test_title_rows_are_told_and_no_data():
    above = [
        ["珠海市2012年公交候车亭一览表", "", "", ""],
        ["填报单位:交通局", "", "填报日期:2012年", ""],
        ["单位:平方米", "", "", ""],
    ]
    table = table_of([*above, [""], HEADER, *VILLAGES])
    assert list(table.cells.columns) == HEADER
    assert table.cells.index.tolist() == [6, 7, 8]
    (note,) = table.findings
    assert note.code == "title-rows"
    assert dict(note.facts) == {"rows": "1, 2, 3", "header": "5"}
    assert "一览表" in note.value
    assert "单位:平方米" in note.value
    assert (table.read, table.excluded) == (3, ())


def test_titles_and_notes_may_outnumber_the_rows_of_data():
    above = [["候车亭一览表"], ["填报单位:交通局", "", "填报日期:2012年"], ["单位:平方米"]]
    below = [["合计", "", "820"], ["注:截至2012年底"], ["制表:张三", "审核:李四"]]
    table = table_of([*above, HEADER, VILLAGES[0], *below])
    assert list(table.cells.columns) == HEADER
    assert table.cells.index.tolist() == [5]
    assert table.excluded == (6, 7, 8)


def test_addresses_with_commas_are_no_header():
    rows = [[f"珠海市香洲区人民东路{n}号候车亭"] for n in range(20)]
    rows[5:5] = [["香洲区候车亭", "朝南"], ["斗门区候车亭", "朝北"]]
    assert find_layout(list(enumerate(rows, start=1))).header == 0


def test_a_table_of_two_columns_may_have_a_title():
    table = table_of([["候车亭一览表"], ["名称", "人口"], ["三灶", "5"]])
    assert list(table.cells.columns) == ["名称", "人口"]
    assert told(table) == [("title-rows", None)]


def test_a_sheet_is_as_wide_as_its_title_row():
    title = ["候车亭一览表", "", "", ""]
    rows = [title, ["编号", "名称"], ["1", "三灶", "", "朝南"], ["2", "井岸"]]
    table = table_of(rows)
    assert table.cells["column 4"].tolist() == ["朝南", ""]
    assert table_of(rows, ragged=True).excluded == (3,)


def test_a_short_title_is_told_by_the_header_below_it():
    table = table_of([["Zhuhai"], HEADER, *VILLAGES])
    assert told(table) == [("title-rows", None)]
    assert list(table.cells.columns) == HEADER


@pytest.mark.parametrize(
    "rows",
    [
        [["name", ""], ["三灶", "x"], ["井岸", "y"]],
        [["a"], ["1"], ["2", "a remark"]],
        [["名称"], ["三灶"], ["井岸,新堂"]],
        [["", "name"], ["0", "三灶"], ["1", "井岸"]],
        [["名称", "2010", "2011"], ["三灶", "5", "6"]],
    ],
)
def test_a_first_row_in_doubt_is_the_header(rows):
    assert find_layout(list(enumerate(rows, start=1))).header == 0


@pytest.mark.parametrize("merged", [(), [(1, 2, 1, 3), (1, 0, 2, 0), (1, 1, 2, 1)]])
def test_a_header_of_two_rows_is_joined(merged):
    rows = [["编号", "名称", "位置", ""], ["", "", "经度", "纬度"]]
    table = table_of([*rows, ["1", "三灶", "113.3", "22.0"]], merged=merged)
    assert table.cells.loc[3].to_dict() == {
        "编号": "1",
        "名称": "三灶",
        "经度": "113.3",
        "纬度": "22.0",
    }
    assert told(table) == [("header-two-rows", 1)]


def test_lower_names_that_stand_twice_take_the_upper_before_them():
    text = "编号,2010年,,2012年,\n,男,女,男,女\n01,1,2,3,4\n"
    names = list(table_of(text_rows(text)).cells.columns)
    assert names == ["编号", "2010年 男", "2010年 女", "2012年 男", "2012年 女"]


def test_a_second_row_that_fills_a_nameless_column_is_data():
    for text in ("编号,名称,\n1,三灶,好\n2,井岸,坏\n", "a,,b\nx,y,z\nu,v,w\n", ",a,b\nx,u,v\n"):
        assert find_layout(list(enumerate(text_rows(text), start=1))).data == 1, text


@pytest.mark.parametrize(
    "text",
    [
        "a,,b,\nx,y,z,w\nu,v,s,t\n",
        "编号,名称,面积,\nA,三灶,不详,好\nB,井岸,5,坏\nC,斗门,6,坏\n",
    ],
)
def test_a_second_row_without_further_evidence_is_data(text):
    assert find_layout(list(enumerate(text_rows(text), start=1))).data == 1


def test_merged_upper_cells_join_words_over_words():
    rows = [["编号", "联系", ""], ["", "姓名", "单位"], ["A", "张三", "局"], ["B", "李四", "所"]]
    assert find_layout(list(enumerate(rows, start=1)), [(1, 1, 1, 2)]).names == (
        "编号",
        "姓名",
        "单位",
    )


@pytest.mark.parametrize(
    "numbering", [["1", "2", "3", "4"], ["甲", "乙", "1", "2"], ["(1)", "(2)", "(3)", "(4)"]]
)
def test_a_row_that_numbers_the_columns_is_excluded(numbering):
    table = table_of([HEADER, numbering, *VILLAGES])
    assert table.excluded == (2,)
    assert told(table) == [("row-numbers-columns", 2)]
    assert table.read == 4
    assert accounted(table)


@pytest.mark.parametrize(
    "text",
    [
        "a,b,c\n1,2,3\n4,5,6\n",
        "名称,x,y\n甲,1,2\n乙,3,4\n",
        "n,x,y\n1,2,3\n",
        "名称,x,y,z\n甲,1,2,3\n乙,3,4,5\n",
    ],
)
def test_data_that_look_like_numbers_of_columns_stay(text):
    table = table_of(text_rows(text))
    assert table.excluded == ()


def test_a_file_without_header_is_an_error_that_says_so():
    with pytest.raises(InputError, match="no header") as caught:
        table_of([[*row, "22.1"] for row in VILLAGES])
    assert caught.value.row == 1
    table = table_of([["三灶", "113.4"], ["井岸", "113.3"], ["斗门", "113.2"]])
    assert told(table) == [("header-like-data", 1)]
    table = table_of([["海澄村", "820"], ["新堂村", "1205"], ["南门村", "333"]])
    assert told(table) == [("header-like-data", 1)]


def test_a_year_over_years_is_a_name():
    assert table_of(text_rows("村,2010\n三灶,1999\n井岸,2005\n")).findings == ()


def test_years_and_codes_may_name_columns():
    text = "村,2010,2011,440402,440403,1,2\n三灶,5,6,1,2,3,4\n井岸,7,8,3,4,1,1\n"
    assert table_of(text_rows(text)).findings == ()


# --- rows that are no data ------------------------------------------------------------------


def test_the_header_once_more_is_excluded():
    title = ["珠海市候车亭一览表"]
    table = table_of([title, HEADER, *VILLAGES, title, HEADER, *VILLAGES[:1]])
    assert table.excluded == (6, 7)
    assert told(table)[1:] == [("row-header-again", 6), ("row-header-again", 7)]
    assert accounted(table)


@pytest.mark.parametrize(
    "total",
    [
        ["合计", "", "2358", ""],
        ["", "合 计", "2358", ""],
        ["全市合计", "", "2358", "—"],
        ["香洲区小计", "", "2358人", ""],
        ["香洲区", "小计", "2358", ""],
        ["Total", "", "2,358", ""],
        ["", "其中:男", "1200", ""],
        ["合计", "", "", ""],
    ],
)
def test_totals_are_excluded_and_warned_of(total):
    table = table_of([HEADER, *VILLAGES, total])
    assert table.excluded == (5,)
    (found,) = table.findings
    assert (found.code, found.row, found.severity) == ("row-total", 5, "warning")
    assert "小计" in found.message("zh")
    assert accounted(table)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (["440402004", "合计", "25", "113.2"], "row-total-perhaps"),
        (["Route 5", "Total", "", "113.2"], "row-total-perhaps"),
        (["", "Total", "", ""], "row-total-perhaps"),
        (["审计小计", "12", "25", "113.2"], "row-total-perhaps"),
        (["440402004", "共计村", "25", "113.2"], None),
        (["440402004", "设计院", "25", ""], None),
        (["440402004", "审计小计", "25", "113.2"], None),
        (["440402004", "Sumatra", "", ""], None),
    ],
)
def test_a_village_with_a_name_like_a_total_stays(row, code):
    table = table_of([HEADER, *VILLAGES, row])
    assert table.excluded == ()
    assert [one.code for one in table.findings] == ([code] if code else [])


def test_notes_below_the_table_are_excluded():
    notes = [
        ["合计", "", "2358", ""],
        ["注:1. 数据截至2012年底"],
        ["2. 含流动人口"],
        ["制表人:张三", "", "审核:李四", "日期:2012年"],
        ["", "以上数据由珠海市民政局提供。", "", ""],
    ]
    table = table_of([HEADER, *VILLAGES, *notes])
    assert table.excluded == (5, 6, 7, 8, 9)
    assert told(table) == [
        ("row-footnote", 6),
        ("row-footnote", 7),
        ("row-footnote", 8),
        ("row-footnote", 9),
        ("row-total", 5),
    ]
    assert accounted(table)


def test_a_remark_between_villages_is_no_footnote():
    row = ["备注:待定", "南屏", "5", "113.1"]
    assert table_of([HEADER, *VILLAGES, row, *VILLAGES]).excluded == ()
    assert table_of([HEADER, *VILLAGES, row]).excluded == ()
    assert table_of([HEADER, ["注:分区"], *VILLAGES]).cells.index.tolist() == [2, 3, 4, 5]


def test_section_titles_are_excluded_and_codes_alone_are_kept():
    many = [[f"44040{n}", f"村{n}", str(n * 10), "113.2"] for n in range(10)]
    table = table_of([HEADER, *many[:5], ["香洲区", "", "", ""], *many[5:], ["440499", "", "", ""]])
    assert told(table) == [("row-one-cell", 7), ("row-one-cell-kept", 13)]
    assert table.excluded == (7,)
    assert accounted(table)
    few = table_of([HEADER, ["一、香洲区"], *VILLAGES, ["二、斗门区"], *VILLAGES])
    assert few.excluded == (2, 6)


def test_names_alone_stay_where_that_is_not_unusual():
    table = table_of([HEADER, *VILLAGES, ["", "大虎", "", ""]])
    assert told(table) == []
    six = [*VILLAGES, *VILLAGES, ["", "大虎", "", ""]]
    assert table_of([HEADER, *six]).excluded == ()
    two = [["名称", "人口"], *([f"村{n}", "5"] for n in range(20)), ["大虎", ""]]
    assert told(table_of(two)) == []


def test_halves_of_characters_are_told_once_for_the_column():
    rows = [["440402001", "海\ud840村", "1", "2"], *VILLAGES, ["440402009", "\udc0b", "1", "2"]]
    table = table_of([HEADER, *rows])
    assert table.cells["名称"][2] == "海\ufffd村"
    (found,) = table.findings
    assert (found.code, found.field, found.rows) == ("cells-broken", "名称", (2, 6))
    assert (found.severity, dict(found.facts)["count"]) == ("warning", "2")


VILLAGE_HEADER = ["编号", "名称", "人口", "经度", "纬度", "备注", "电话"]


def full_villages(count: int) -> list[list[str]]:
    tail = ["好", "1"]
    return [[f"440402{n:03d}", f"村{n}", str(9 + n), "113.2", "22.1", *tail] for n in range(count)]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (["440402900", "海澄村", "30", "113.1", "22.2", "其中:低保户12人", ""], None),
        (["", "海澄村", "30", "113.1", "22.2", "其中:低保户12人", ""], None),
        (["440402901", "合计", "", "", "", "", ""], "row-total-perhaps"),
        (["", "小计", "", "113.1", "22.2", "", ""], "row-total-perhaps"),
        (["", "海澄村", "30", "", "", "合计", ""], "row-total-perhaps"),
    ],
)
def test_a_word_of_totals_excludes_no_village_that_has_a_code_or_coordinates(row, code):
    table = table_of([VILLAGE_HEADER, *full_villages(12), row])
    assert len(table.cells) == 13
    assert [one.code for one in table.findings] == ([code] if code else [])


def test_a_numbering_row_that_is_too_long_takes_no_village_with_it():
    table = table_of([["编号", "名称", "人口"], ["1", "2", "3", "4"], *(v[:3] for v in VILLAGES)])
    assert table.cells.index.tolist() == [3, 4, 5]
    assert table.excluded == (2,)
    assert accounted(table)


def test_a_name_alone_is_a_village_where_the_name_is_the_id():
    rows = [[f"村{n}", str(5 + n), "113.2"] for n in range(12)]
    table = table_of([["名称", "人口", "经度"], *rows[:6], ["三 灶", "", ""], *rows[6:]])
    assert told(table) == [("row-one-cell-kept", 8)]
    assert len(table.cells) == 13


def test_a_sentence_without_a_word_of_notes_is_warned_of():
    table = table_of([HEADER, *VILLAGES, ["", "三灶镇海澄村民委员会上坡自然村.", "", ""]])
    (found,) = table.findings
    assert (found.code, found.row, found.severity) == ("row-footnote-perhaps", 5, "warning")
    assert accounted(table)


# --- a plain table stays as it is -----------------------------------------------------------

WORDS = st.text(st.characters(categories=("Lu", "Ll", "Lo")), min_size=1, max_size=8)
CELLS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cf"), exclude_characters="\ufffd"),
    min_size=1,
    max_size=8,
)


@given(
    st.lists(WORDS.filter(lambda word: word.strip()), min_size=2, max_size=6, unique=True).flatmap(
        lambda names: st.tuples(
            st.just(names),
            st.lists(
                st.lists(CELLS.filter(str.strip), min_size=len(names) - 1, max_size=len(names) - 1),
                max_size=50,
            ),
        )
    )
)
def test_a_table_of_sound_rows_is_read_as_it_stands(made):
    names, rows = made
    rows = [[f"K-{number}", *row] for number, row in enumerate(rows)]
    table = table_of([names, *rows])
    assert list(table.cells.columns) == names
    assert table.cells.to_numpy().tolist() == rows
    assert table.cells.index.tolist() == list(range(2, len(rows) + 2))
    assert table.excluded == ()
    assert {one.code for one in table.findings} <= {"table-without-rows"}
