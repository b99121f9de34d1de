"""What single cells mean: numbers with units, dates, yes or no, codes; a value or a finding."""

import dataclasses

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gapmap.errors import InputError
from gapmap.tables import (
    Table,
    booleans,
    dates,
    ids,
    numbers,
    own_codes,
    parse_pair,
    read_codes,
    texts,
    times,
)


def table(repair: str = "safe", file: str = "t.csv", **columns: list[str]) -> Table:
    """A table of these columns as a CSV file gives it: the first row of data is row 2."""
    count = len(next(iter(columns.values())))
    cells = pd.DataFrame(columns, index=pd.RangeIndex(2, count + 2), dtype="str")
    return Table(file=file, cells=cells, read=count, repair=repair)


def column(*cells: str, title: str = "v", repair: str = "safe", file: str = "t.csv") -> Table:
    return table(repair, file, **{title: list(cells)})


def told(found) -> list[tuple[str, int | None, str]]:
    return [(one.code, one.row, one.value) for one in found]


def codes(found) -> list[str]:
    return [one.code for one in found]


# --- titles ---------------------------------------------------------------------------------


def test_a_missing_column_names_the_nearest_and_all():
    given_table = table(编号=["1"], 名称=["a"], 经度=["2"], 纬度=["3"])
    with pytest.raises(InputError) as caught:
        texts(given_table, "经渡")
    assert "nearest: 经度" in caught.value.text("en")
    assert "编号, 名称, 经度, 纬度" in caught.value.text("zh")
    assert caught.value.field == "经渡"


def test_a_title_may_differ_in_blanks_width_and_case_where_one_column_fits():
    given_table = table(**{"建成\n日期": ["2012"], "ＬＯＮ": ["1"], "a b": ["x"], "A B": ["y"]})
    assert texts(given_table, "建成日期").tolist() == ["2012"]
    assert texts(given_table, " lon").tolist() == ["1"]
    assert texts(given_table, "A B").tolist() == ["y"]  # written exactly so
    with pytest.raises(InputError, match="nearest: a b, A B"):
        texts(given_table, "AB")


# --- numbers --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("250", 250.0),
        (" -3.5 ", -3.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("０", 0.0),
        ("0", 0.0),
        ("２５０", 250.0),
        ("１，２００", 1200.0),
        ("1,200", 1200.0),
        ("1 200", 1200.0),
        ("1,234,567.5", 1234567.5),
        ("250㎡", 250.0),
        ("250平方米", 250.0),
        ("250(平方米)", 250.0),
        ("250（㎡）", 250.0),
        ("250 m2", 250.0),
        ("250m²", 250.0),
        ("3.5万", 35000.0),
        ("3.5万人", 35000.0),
        ("1.1万", 11000.0),
        ("1.2亿", 120_000_000.0),
        ("−5", -5.0),
        ("120人", 120.0),
        ("三百", 300.0),
        ("二百五十", 250.0),
        ("两千", 2000.0),
        ("一万二千", 12000.0),
        ("二百零五", 205.0),
        ("三百十五", 315.0),
        ("〇", 0.0),
        ("零", 0.0),
        ("十五", 15.0),
        ("廿五", 25.0),
        ("叁佰贰拾", 320.0),
        ("3万5千", 35000.0),
        ("一亿二千万", 120_000_000.0),
        ("三百二十人", 320.0),
        ("一千", 1000.0),
    ],
)
def test_numbers_that_can_be_read(cell, value):
    read, found = numbers(column(cell), "v")
    assert read.tolist() == [value]
    assert not [one for one in found if one.severity != "note"]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        *(
            (cell, "number-approximate")
            for cell in ("约300", "大约 300", "300左右", "近300", "~300", "约三百人")
        ),
        *(
            (cell, "number-range")
            for cell in ("200-300", "200~300", "200～300", "200至300", "1.5—2万", "约200-300")
        ),
        *(
            (cell, "number-bound")
            for cell in (
                *("≥250", ">250", "250以上", "不足250", "至少250", "250+", "300多"),
                *("三百余人", "≤ 250"),
            )
        ),
        *((cell, "number-bracketed") for cell in ("(5)", "（5）")),
        *((cell, "number-decimal-comma") for cell in ("12,5", "1,20", "1234,5678")),
        *((cell, "unit-unexpected") for cell in ("85%", "3.5公里", "5亩", "2小时")),
        *(
            (cell, "number-unreadable")
            for cell in (
                "inf", "-inf", "1e400", "1e999", "1_000", "0x10", "万", "㎡", "三百五", "一万二",
                "二三", "①", "½", "2³", "3²", "٣", "12 5", "113.5,22.3", "1.2.3", "abc",
                "12,34,567", "9-3人(户)",
            )
        ),
    ],
)  # fmt: skip
def test_numbers_that_cannot_stay_unknown_with_their_row_and_reason(cell, code):
    read, found = numbers(column("1", cell), "v")
    assert read.isna().tolist() == [False, True]
    assert told(found) == [(code, 3, cell)]


def test_words_that_say_that_nothing_is_known_are_empty_with_one_note():
    words = ["—", "-", "--", "/", "\\", "无", "暂无", "不详", "未知", "待定", "N/A", "NA", "null",
             "None", "nan", "#N/A", "…"]  # fmt: skip
    for read_column in (numbers, dates, times):
        read, found = read_column(column("", *words), "v")
        assert read.isna().all()
        assert told(found) == [("cell-blank-word", 3, "—")]
        assert dict(found[0].facts)["count"] == "17"
    assert numbers(column("0", "无"), "v")[0].tolist()[0] == 0


@pytest.mark.parametrize(
    ("cell", "area"),
    [
        ("250", 250.0),
        ("3亩", 2000.0),
        ("1.5 亩", 1000.0),
        ("0.5公顷", 5000.0),
        ("0.5 ha", 5000.0),
        ("0.3平方公里", 300_000.0),
        ("0.3km2", 300_000.0),
        ("0.3 km²", 300_000.0),
        ("2万平方米", 20_000.0),
        ("三百平方米", 300.0),
        ("250㎡", 250.0),
    ],
)
def test_areas_come_in_square_metres(cell, area):
    read, found = numbers(column(cell), "v", quantity="area", low=0)
    assert read.tolist() == [area]
    assert codes(found) == ([] if cell == "250" else ["number-converted"])


@pytest.mark.parametrize(
    ("cell", "quantity"),
    [
        ("250人", "area"),
        ("250m", "area"),
        ("3公里", "area"),
        ("250㎡", "people"),
        ("120户", "people"),
        ("3亩", "length"),
        ("40㎡", "count"),
        ("12%", "people"),
    ],
)
def test_a_unit_of_another_kind_is_a_finding(cell, quantity):
    read, found = numbers(column(cell, "5"), "v", quantity=quantity)
    assert read.isna().tolist() == [True, False]
    assert told(found) == [("unit-unexpected", 2, cell)]


def test_lengths_counts_and_shares():
    assert numbers(column("3公里"), "v", quantity="length")[0].tolist() == [3000]
    assert numbers(column("40张"), "v", quantity="count")[0].tolist() == [40]
    assert numbers(column("12%", "0.12"), "v", quantity="share")[0].tolist() == [0.12, 0.12]


def test_a_column_of_unknown_quantity_keeps_the_unit_of_most_cells():
    read, found = numbers(column("30人", "20人", "5㎡", "7"), "v")
    assert read.dropna().tolist() == [30, 20, 7]
    assert ("unit-unexpected", 4, "5㎡") in told(found)
    tied, found = numbers(column("30人", "5㎡"), "v")
    assert tied.isna().all()
    assert codes(found) == ["unit-unexpected", "unit-unexpected"]


@pytest.mark.parametrize(
    ("title", "quantity", "cells", "values"),
    [
        ("建筑面积(亩)", "area", ["3", "300㎡", "1.5亩"], [2000.0, 300.0, 1000.0]),
        ("面积/公顷", "area", ["0.5", ""], [5000.0, None]),
        ("面积(万平方米)", "area", ["2", "3万"], [20_000.0, 30_000.0]),
        ("人口(万人)", "people", ["1.2", "3.5万", "800人"], [12_000.0, 35_000.0, 800.0]),
        ("人口（单位：万人）", "people", ["1.2"], [12_000.0]),
        ("人口(人)", "people", ["12"], [12.0]),
        ("耕地(亩)", None, ["3", "4亩"], [3.0, 4.0]),
        ("pop_m", "people", ["12"], [12.0]),
        ("建筑面积：亩", "area", ["3"], [2000.0]),
        ("建筑面积(亩,含阳台)", "area", ["3"], [2000.0]),
        ("Area (sq m)", "area", ["3"], [3.0]),
    ],
)
def test_the_unit_in_a_title_holds_for_bare_numbers(title, quantity, cells, values):
    read, found = numbers(column(*cells, title=title), title, quantity=quantity)
    assert [None if pd.isna(one) else one for one in read] == values
    assert not [one for one in found if one.severity != "note"]
    changed = quantity is not None and values[0] != float(cells[0])
    assert ("number-title-unit" in codes(found)) == changed


def test_a_title_with_a_unit_of_another_kind_leaves_the_column_unknown():
    title = "建筑面积(人)"
    read, found = numbers(column("250", "—", "300㎡", title=title), title, quantity="area")
    assert read.isna().all()
    assert told(found)[1:] == [("unit-unexpected", 2, "250"), ("unit-unexpected", 4, "300㎡")]


def test_a_title_with_two_units_leaves_the_column_unknown():
    title = "面积(亩/㎡)"
    read, found = numbers(column("3", title=title), title, quantity="area")
    assert read.isna().all()
    assert told(found) == [("unit-unexpected", 2, "3")]


def test_about_is_taken_as_it_stands_only_where_the_study_allows_all_repairs():
    cells = ("约300平方米", "12,5", "200-300", "≥250")
    read, found = numbers(column(*cells, repair="all"), "v", quantity="area")
    assert [None if pd.isna(one) else one for one in read] == [300, 12.5, None, None]
    assert [(one.code, one.repair) for one in found] == [
        ("number-approximate-read", "all"),
        ("number-decimal-comma-read", "all"),
        ("number-range", ""),
        ("number-bound", ""),
    ]
    for repair in ("safe", "none"):
        assert numbers(column(*cells, repair=repair), "v")[0].isna().all()


def test_numbers_notes_are_one_for_the_column_and_bounds_hold():
    given_table = column("250㎡", "", "1,200", "-5", "300", "301")
    read, found = numbers(given_table, "v", low=0, high=1200)
    assert read.tolist()[0] == 250
    assert read.isna().tolist() == [False, True, False, True, False, False]
    assert [(one.code, one.row) for one in found] == [
        ("number-converted", 2),
        ("number-out-of-range", 5),
    ]
    assert dict(found[0].facts) == {"count": "2", "example": "250"}
    assert found[1].message("en").startswith("the number -5 cannot be: it has to be from 0 to 1200")
    assert found[1].message("zh").startswith("数值 -5 不合理,应在 0 至 1200 之间")
    bounded, _ = numbers(given_table, "v", low=300, high=300)
    assert bounded.dropna().tolist() == [300]  # bounds are inclusive
    for bounds, en, zh in (
        ({"low": 0}, "at least 0", "不小于 0"),
        ({"high": -6}, "at most -6", "不大于 -6"),
    ):
        said = next(one for one in numbers(given_table, "v", **bounds)[1] if "range" in one.code)
        assert en in said.message("en")
        assert zh in said.message("zh")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_that_python_writes_is_read_back(value):
    for cells in ((repr(value),), (repr(value), "x")):
        read, found = numbers(column(*cells), "v")
        assert read.tolist()[0] == value
        assert len(found) == len(cells) - 1


# --- dates ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "day", "code"),
    [
        ("2012-03-01", "2012-03-01", None),
        ("2012/3/1", "2012-03-01", None),
        ("2012.3.1", "2012-03-01", None),
        ("20120301", "2012-03-01", None),
        ("2012年3月1日", "2012-03-01", None),
        ("2012年03月01号", "2012-03-01", None),
        ("2012 年 3 月 1 日", "2012-03-01", None),
        ("2012-03-01T08:30:00", "2012-03-01", None),
        ("2012/3/1 8:30", "2012-03-01", None),
        ("二〇一二年三月一日", "2012-03-01", None),
        ("二零一二年十二月三十一日", "2012-12-31", None),
        ("２０１２年３月１日", "2012-03-01", None),
        ("2012年3月", "2012-03-31", "date-partial"),
        ("二〇一二年三月", "2012-03-31", "date-partial"),
        ("2012年3月底", "2012-03-31", "date-partial"),
        ("2012年3月份", "2012-03-31", "date-partial"),
        ("2012年2月", "2012-02-29", "date-partial"),
        ("2012.3", "2012-03-31", "date-partial"),
        ("2012.1", None, "date-doubtful"),
        ("2012-12", "2012-12-31", "date-partial"),
        ("201203", "2012-03-31", "date-partial"),
        ("2012", "2012-12-31", "date-partial"),
        ("2012年", "2012-12-31", "date-partial"),
        ("2012年底", "2012-12-31", "date-partial"),
        ("2012年第一季度", "2012-03-31", "date-partial"),
        ("2012年二季度", "2012-06-30", "date-partial"),
        ("2012Q3", "2012-09-30", "date-partial"),
        ("2012年上半年", "2012-06-30", "date-partial"),
        ("2012下半年", "2012-12-31", "date-partial"),
        ("40969", "2012-03-01", "date-serial"),
        ("40969.5", "2012-03-01", "date-serial"),
        ("20123", None, "date-doubtful"),
        ("99999", None, "date-unreadable"),
        ("2012-02-30", None, "date-unreadable"),
        ("2012-13-01", None, "date-unreadable"),
        ("2012.13", None, "date-unreadable"),
        ("0000-01-01", None, "date-unreadable"),
        ("9999", None, "date-unreadable"),
        ("1e400", None, "date-unreadable"),
        ("不详", None, "cell-blank-word"),
        ("03/04/2012", None, "date-doubtful"),
        ("12-3-1", None, "date-doubtful"),
        ("12年3月", None, "date-doubtful"),
        ("2012年初", None, "date-doubtful"),
        ("2012.3-2013.5", None, "date-range"),
        ("2012年3月至2013年5月", None, "date-range"),
        ("2012年3-5月", None, "date-range"),
        ("2012-2013", None, "date-range"),
        ("2012年元月", "2012-01-31", "date-partial"),
        ("2012 H1", "2012-06-30", "date-partial"),
        ("2012 Q2", "2012-06-30", "date-partial"),
        ("2012年3月1日 星期四", "2012-03-01", None),
        ("建于2012年", "2012-12-31", "date-partial"),
        ("2012年3月竣工", "2012-03-31", "date-partial"),
        ("2012年动工", None, "date-unreadable"),
        ("始建于2012年", None, "date-unreadable"),
        ("在建", None, "date-planned"),
        ("预计2015年", None, "date-planned"),
        ("2015年(在建)", None, "date-planned"),
        ("计划2015年建成", None, "date-planned"),
        ("未建成", None, "date-planned"),
        ("拟建", None, "date-planned"),
        ("", None, None),
    ],
)
def test_dates(cell, day, code):
    read, found = dates(column(cell), "v")
    assert read.dtype.kind == "M"
    assert [None if pd.isna(one) else one.date().isoformat() for one in read] == [day]
    assert codes(found) == ([code] if code else [])


def test_dates_notes_are_one_for_the_column():
    read, found = dates(column("2012", "2013-05-05", "2013.6", "x", "y"), "v")
    assert read.notna().tolist() == [True, True, True, False, False]
    assert [(one.code, one.row) for one in found] == [
        ("date-partial", 2),
        ("date-unreadable", 5),
        ("date-unreadable", 6),
    ]
    assert dict(found[0].facts)["count"] == "2"
    assert "2012-12-31" in found[0].message("zh")


def test_october_and_january_look_the_same_in_a_workbook():
    read, found = dates(column("2012.1", "2012.3", file="t.xlsx[s]"), "v")
    assert read.isna().tolist() == [True, False]
    assert codes(found) == ["date-partial", "date-doubtful"]


# --- yes or no ------------------------------------------------------------------------------


def test_booleans():
    given_table = column("是", "否", "TRUE", "no", "1", "0", "", "也许", "Y", "√", "1.0", "无", "—")
    read, found = booleans(given_table, "v")
    assert read.dtype == "boolean"
    assert read.tolist() == [
        True, False, True, False, True, False, pd.NA, pd.NA, True, True, True, False, pd.NA,
    ]  # fmt: skip
    assert told(found) == [("cell-blank-word", 14, "—"), ("boolean-unreadable", 9, "也许")]


# --- codes ----------------------------------------------------------------------------------


def test_texts_and_ids():
    wide = "０４４０"
    given_table = column(" 　三灶\u00a0", wide, "0440", "440402.0", "4404.5", "0.00", "")
    assert texts(given_table, "v").tolist() == [
        "三灶", wide, "0440", "440402.0", "4404.5", "0.00", "",
    ]  # fmt: skip
    assert ids(given_table, "v").tolist() == ["三灶", "0440", "0440", "440402", "4404.5", "0", ""]


def test_codes_made_plain_are_noted_once_and_strokes_are_empty():
    read = read_codes(column("001", "440402.0", "０１", "—", "无", "a1"), "v")
    assert read.text.tolist() == ["001", "440402", "01", "", "", "a1"]
    assert not read.lost.any()
    assert told(read.notes) == [("cell-blank-word", 5, "—"), ("code-made-plain", 3, "440402.0")]
    assert dict(read.notes[1].facts)["count"] == "2"
    assert read_codes(column("001", "02"), "v").notes == ()


@pytest.mark.parametrize("cell", ["4.40201E+11", "4.402E+11", "4.40201e+11", "4.4E11", "4E+11"])
def test_a_code_in_scientific_notation_is_lost(cell):
    read = read_codes(column("440402001001", cell), "v")
    assert read.text.tolist() == ["440402001001", ""]
    (said,) = read.lost_findings(column("x"), "v")
    assert (said.code, said.severity, said.row, said.value) == (
        "code-digits-lost",
        "error",
        3,
        cell,
    )


def test_a_code_that_only_looks_like_one_is_kept():
    assert read_codes(column("1E05", "3e12", "E11"), "v").text.tolist() == ["1E05", "3e12", "E11"]


def test_own_codes_in_scientific_notation_stop_the_reading_and_all_rows_are_named():
    with pytest.raises(InputError, match="scientific notation") as caught:
        own_codes(column("4.40201E+11", "440402001001", "4.40202E+11"), "v")
    assert [(one.row, one.fatal) for one in caught.value.found] == [(2, True), (4, True)]


def test_own_codes_that_are_shorter_or_nearly_alike_are_doubted():
    cells = ["440402001001", "440402001002", "440402001003", "10401001"]
    _, found = own_codes(column(*cells), "v")
    assert told(found) == [("code-lengths-mixed", 5, "10401001")]
    assert dict(found[0].facts)["usual"] == "12"
    text, found = own_codes(column("A 1", "a1", "Ａ1", "B2"), "v")
    assert text.tolist() == ["A 1", "a1", "Ａ1", "B2"]
    assert told(found) == [
        ("code-blank-inside", 2, "A 1"),
        ("codes-alike", 3, "a1"),
        ("codes-alike", 4, "Ａ1"),
    ]
    assert own_codes(column("1", "2", "10", "100"), "v")[1] == ()


# --- a value or a finding -------------------------------------------------------------------

BITS = """
    1 2 30 300 2012 0 . , ， - — ~ / % 万 亿 千 百 十 三 五 零 〇 廿 亩 ㎡ m2 公顷 人 户 约 近 以上
    不足 ≥ ( ) ° ′ ″ 度 分 秒 E N 东经 北纬 W e + 年 月 日 季度 Q 上半年 在建 无 是 no nan inf x ㎢
    ² ½ ① １ E+11
"""
DIRTY = st.one_of(
    st.lists(st.sampled_from([*BITS.split(), " ", "\u3000"]), max_size=6).map("".join),
    st.text(max_size=6),
)


def covered(text: pd.Series, known: pd.Series, found) -> bool:
    """Say whether each cell that is not empty has a value, a finding, or is counted by a note."""
    named = {one.row for one in found if one.severity != "note"}
    counted = sum(int(dict(one.facts)["count"]) for one in found if one.code == "cell-blank-word")
    without = set(text.index[(text != "") & ~known])
    return len(without - named) == counted and not (set(text.index[known]) & named)


@given(st.lists(DIRTY, min_size=1, max_size=5), st.sampled_from(["none", "safe"]))
def test_each_cell_has_a_value_or_a_finding(cells, repair):
    given_table = column(*cells, repair=repair)
    text = texts(given_table, "v")
    for quantity in (None, "area", "people", "share"):
        read, found = numbers(given_table, "v", quantity=quantity)
        assert covered(text, read.notna(), found)
    for read_column in (dates, times, booleans):
        read, found = read_column(given_table, "v")
        assert covered(text, read.notna(), found)
    read = read_codes(given_table, "v")
    lost = read.lost_findings(given_table, "v")
    assert covered(text, read.text != "", (*read.notes, *lost))
    pair = parse_pair(given_table, "v", "v")
    assert covered(text, pair.x.notna(), pair.findings)


@given(st.lists(st.tuples(DIRTY, DIRTY), min_size=1, max_size=5))
def test_each_pair_of_coordinates_is_known_or_told(cells):
    given_table = table("none", x=[one for one, _ in cells], y=[other for _, other in cells])
    pair = parse_pair(given_table, "x", "y")
    named = {one.row for one in pair.findings if one.severity != "note"}
    assert named == set(pair.told.index[pair.told])
    assert pair.repaired == frozenset()
    known = pair.x.notna() & pair.y.notna()
    assert not (known & pair.told).any()


@given(st.lists(DIRTY, min_size=1, max_size=4))
def test_all_repairs_are_findings_of_their_rows(cells):
    read, found = numbers(column(*cells, repair="all"), "v")
    repaired = {one.row for one in found if one.repair}
    safe, _ = numbers(column(*cells), "v")
    assert set(read.index[read.notna() & safe.isna()]) == repaired


def test_reading_a_column_changes_nothing_in_the_table():
    given_table = column(" 1,200 ", "x", "", "—", "１.0")
    before = given_table.cells.copy()
    texts(given_table, "v")
    ids(given_table, "v")
    read_codes(given_table, "v")
    numbers(given_table, "v", low=0)
    dates(given_table, "v")
    booleans(given_table, "v")
    parse_pair(given_table, "v", "v")
    pd.testing.assert_frame_equal(given_table.cells, before)
    assert dataclasses.replace(given_table).cells is given_table.cells


@pytest.mark.parametrize(
    ("others", "month"),
    [(["2012.10"], "2012-01-31"), (["2012.03"], "2012-01-31"), (["2012.3"], None)],
)
def test_the_first_month_of_a_year_is_known_where_the_column_keeps_noughts(others, month):
    values, found = dates(column("2012.1", *others), "v")
    assert values[2] == pd.Timestamp(month) if month else pd.isna(values[2])
    assert ("date-doubtful" in codes(found)) == (month is None)


def test_a_number_with_its_own_ten_thousand_under_such_a_title_is_told():
    values, found = numbers(column("3", "3万", title="人数(万)"), "人数(万)")
    assert values.tolist()[0] == 3
    assert values.isna().tolist() == [False, True]
    assert [(one.code, one.row) for one in found] == [("unit-unexpected", 3)]
