"""CSV text: encodings, separators, quoted cells, unseen characters, the numbers of rows."""

import csv
import io
import re
from pathlib import Path

import pandas as pd
import pytest
from dirty_tables import damaged, dirty_tables
from hypothesis import given
from hypothesis import strategies as st

from gapmap.errors import InputError
from gapmap.findings import Finding
from gapmap.tables import ditto, numbers, read_table
from gapmap.tables.invisible import clean_cells
from gapmap.tables.text import read_text

NO_DATA = re.compile(r"(?i)total|sum|note|source|remark|by|[计和其注备说明]")
"""What a total or a note below a table begins or ends with."""
DITTO = re.compile(ditto._MARK)
CHINESE = "编号,名称\n0101,三灶镇海澄村𠮷\n"


def csv_file(folder: Path, text: str, encoding: str = "utf-8", name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def read(folder: Path, raw: bytes | str, **knobs: str):
    path = folder / "t.csv"
    path.write_bytes(raw.encode() if isinstance(raw, str) else raw)
    return read_table(path, **knobs)


def refused(folder: Path, raw: bytes) -> InputError:
    with pytest.raises(InputError) as caught:
        read(folder, raw)
    return caught.value


def codes(found: tuple[Finding, ...]) -> list[str]:
    return [one.code for one in found]


# --- CSV -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "noted"),
    [
        ("utf-8", []),
        ("utf-8-sig", []),
        ("gb18030", ["text-gb18030"]),
        ("utf-16", []),
        ("utf-32", []),
        ("utf-16-le", ["text-utf16"]),
        ("utf-16-be", ["text-utf16"]),
    ],
)
def test_text_comes_out_the_same_in_every_encoding(tmp_path, encoding, noted):
    table = read(tmp_path, CHINESE.encode(encoding))
    assert table.cells.to_dict("list") == {"编号": ["0101"], "名称": ["三灶镇海澄村𠮷"]}
    assert list(table.cells.index) == [2]
    assert codes(table.findings) == noted


@pytest.mark.parametrize(
    ("names", "encoding", "noted"),
    [
        ("平沙,学校,医院", "gb18030", ["text-gb18030"]),
        ("平沙 3", "gb18030", ["text-gb18030"]),
        ("São Tomé", "utf-8", []),
        ("area m²", "utf-8", []),
        ("lon (°)", "utf-8", []),
        ("25 °C", "utf-8", []),
        ("A · B", "utf-8", []),
        ("£ 5", "utf-8", []),
        ("à é", "utf-8", []),
        ("25°,±3", "utf-8", []),
        ("Ærø,Łódź", "utf-8", []),
        ("平沙", "utf-8", []),
    ],
)
def test_short_gbk_text_that_is_good_utf8_by_chance(tmp_path, names, encoding, noted):
    table = read(tmp_path, f"id,name\n1,{names.replace(',', ';')}\n".encode(encoding))
    assert table.cells["name"].tolist() == [names.replace(",", ";")]
    assert codes(table.findings) == noted


def test_bytes_that_are_no_text_stop_the_reading_with_row_and_byte(tmp_path):
    path = tmp_path / "bad.csv"
    path.write_bytes("编号,名称\n1,三灶\n2,".encode() + b"\xff\xff\n")
    with pytest.raises(InputError) as caught:
        read_table(path)
    assert caught.value.row == 3
    assert f"byte {len('编号,名称'.encode()) + 1 + len('1,三灶'.encode()) + 1 + 2 + 1}" in str(
        caught.value.text("en")
    )


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_taken_from_the_header(tmp_path, separator):
    text = f'a{separator}"b, c; d"{separator}e\n1{separator}"x,y;z"{separator}3\n'
    cells = read_table(csv_file(tmp_path, text)).cells
    assert list(cells.columns) == ["a", "b, c; d", "e"]
    assert cells.iloc[0].tolist() == ["1", "x,y;z", "3"]


def test_excels_separator_line_is_obeyed_and_counted(tmp_path):
    table = read_table(csv_file(tmp_path, "sep=;\na;b\n1;2\n"))
    assert table.cells.to_dict("list") == {"a": ["1"], "b": ["2"]}
    assert list(table.cells.index) == [3]


def test_row_numbers_are_those_of_the_sheet(tmp_path):
    text = 'id,note\n1,"two\nlines"\n\n2,x\n , \n3,y\n'
    table = read_table(csv_file(tmp_path, text))
    assert table.cells["id"].to_dict() == {2: "1", 4: "2", 6: "3"}
    assert table.cells.loc[2, "note"] == "two\nlines"


def test_ragged_rows(tmp_path):
    text = "id,name,n\n1,a\n2,b,2,\n3,c,d,3\n4,e,4\n"
    table = read_table(csv_file(tmp_path, text))
    assert table.cells["id"].to_dict() == {2: "1", 3: "2", 5: "4"}
    assert table.cells.loc[2, "n"] == ""
    assert table.excluded == (4,)
    long, short = table.findings
    assert (long.code, long.row, long.value) == ("row-too-long", 4, "3 | c | d | 3")
    assert (short.code, short.row, dict(short.facts)["count"]) == ("row-too-short", 2, "1")
    assert table.read == 4


def test_headers_twice_and_empty(tmp_path):
    text = " 名称 ,x,x,,\n三灶,1,2,3,\n"
    table = read_table(csv_file(tmp_path, text))
    assert table.cells.iloc[0].to_dict() == {
        "名称": "三灶",
        "x": "1",
        "x (2)": "2",
        "column 4": "3",
    }
    assert codes(table.findings) == ["header-twice", "header-empty"]


def test_a_made_up_header_never_takes_a_name_that_stands_later(tmp_path):
    table = read_table(csv_file(tmp_path, "x,x,x (2)\n1,2,3\n"))
    assert table.cells.iloc[0].to_dict() == {"x": "1", "x (3)": "2", "x (2)": "3"}


@pytest.mark.parametrize("text", ['id,name\n1,"三灶\n2,x\n', 'id,name\n1,"三灶"镇\n'])
def test_quotation_marks_that_do_not_match_are_an_error_at_their_row(tmp_path, text):
    with pytest.raises(InputError, match="quotation marks do not match") as caught:
        read_table(csv_file(tmp_path, text))
    assert caught.value.row == 2


def test_header_alone_is_a_warning_and_nothing_at_all_an_error(tmp_path):
    table = read_table(csv_file(tmp_path, "id,name\n"))
    assert len(table.cells) == 0
    assert list(table.cells.columns) == ["id", "name"]
    assert codes(table.findings) == ["table-without-rows"]
    with pytest.raises(InputError, match="0 bytes"):
        read_table(csv_file(tmp_path, ""))
    with pytest.raises(InputError, match="no data"):
        read_table(csv_file(tmp_path, "\n\n \n"))


def test_cells_are_never_evaluated_or_trimmed(tmp_path):
    text = "id,name\n1,=HYPERLINK(0)\n2,  {{ 7*7 }} \n"
    cells = read_table(csv_file(tmp_path, text)).cells
    assert cells["name"].tolist() == ["=HYPERLINK(0)", "  {{ 7*7 }} "]


@given(
    st.lists(
        st.lists(
            st.text(
                st.characters(exclude_categories=("Cs", "Cc", "Cf")) | st.sampled_from('\t\n",;'),
                max_size=8,
            ).filter(lambda cell: not NO_DATA.search(cell) and not DITTO.match(cell.strip())),
            min_size=3,
            max_size=3,
        ),
        max_size=6,
    )
)
def test_what_pythons_csv_module_writes_comes_back(tmp_path_factory, rows):
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([["甲", "乙", "丙"], *rows])
    path = csv_file(tmp_path_factory.mktemp("csv"), buffer.getvalue())
    kept = [row for row in rows if "".join(row).strip()]
    assert read_table(path).cells.to_numpy().tolist() == kept


def test_a_large_file_passes_batch_borders(tmp_path):
    count = 45_001
    text = "id,n\n" + "".join(f"{i:06d},{i}\n" for i in range(count))
    table = read_table(csv_file(tmp_path, text))
    assert len(table.cells) == count
    assert table.cells.index[-1] == count + 1
    assert table.cells["id"].iloc[20_000] == "020000"
    assert numbers(table, "n")[0].sum() == count * (count - 1) / 2


# --- encodings ------------------------------------------------------------------------------


def test_two_encodings_in_one_file_are_an_error_at_the_row_where_the_other_begins(tmp_path):
    head = '编号,名称\n1,三灶镇海澄村\n2,"平沙\n大虎"\n'
    more = "3,井岸镇新堂村\n4,斗门镇南门村\n"
    error = refused(tmp_path, head.encode() + more.encode("gbk"))
    assert (error.code, error.row) == ("text-mixed", 4)
    assert "UTF-8 at first, GB18030 (GBK) from row 4" in error.text("en")
    error = refused(tmp_path, head.encode("gbk") + more.encode())
    assert (error.code, error.row) == ("text-mixed", 4)
    assert "GB18030 (GBK) at first, UTF-8 from row 4" in error.text("en")


def test_a_mark_does_not_hide_a_second_encoding(tmp_path):
    raw = "编号,名称\n1,三灶镇\n".encode("utf-8-sig") + "2,南门村\n".encode("gbk")
    error = refused(tmp_path, raw)
    assert (error.code, error.row) == ("text-mixed", 3)


def test_two_rows_of_utf8_among_thousands_of_gbk_are_found(tmp_path):
    rows = "".join(f"{number},斗门镇南门村\n" for number in range(3000))
    error = refused(tmp_path, "编号,名称\n".encode("gbk") + rows.encode("gbk") + "x,三灶".encode())
    assert (error.code, error.row) == ("text-mixed", 3002)


@pytest.mark.parametrize("name", ["三灶镇海澄村", "Ísafjörður"])
@pytest.mark.parametrize("bad", [b"\xb1", b"\xe5", b"\xff"])
def test_one_bad_byte_does_not_make_utf8_into_gb18030(tmp_path, name, bad):
    lines = [f"{number},{name}\n".encode() for number in range(1, 9)]
    lines[4] = lines[4][:4] + bad + lines[4][4:]
    error = refused(tmp_path, b"id,name\n" + b"".join(lines))
    assert error.code in {"text-encoding", "text-mixed"}
    assert error.row == 6


def test_gbk_that_is_utf8_by_chance_in_a_line_is_read(tmp_path):
    text = "编号,名称\n1,毛茅\n2,莫谋墓\n3,斗门镇\n"
    assert "毛茅".encode("gbk").decode() == "ëé"
    table = read(tmp_path, text.encode("gbk"))
    assert table.cells["名称"].tolist() == ["毛茅", "莫谋墓", "斗门镇"]
    assert codes(table.findings) == ["text-gb18030"]


def test_gbk_that_is_chinese_utf8_by_chance_is_read(tmp_path):
    text = "编号,名称\n1,洹存唱\n2,斗门镇\n"
    assert "洹存唱".encode("gbk").decode() == "䡴泪"
    assert read(tmp_path, text.encode("gbk")).cells["名称"].tolist() == ["洹存唱", "斗门镇"]


def test_gbk_with_a_character_among_letters_is_read(tmp_path):
    text = "编号,名称\n1,a毛b\n2,斗门镇\n"
    assert "a毛b".encode("gbk").decode() == "aëb"
    assert read(tmp_path, text.encode("gbk")).cells["名称"].tolist() == ["a毛b", "斗门镇"]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("編號,名稱\n1,珠海市斗門區乾務鎮\n2,銅鑼灣道一號候車亭\n3,澳門半島新口岸區\n", "big5"),
        ("id,name\n1,Þingeyri\n2,Ísafjörður\n3,Ögurvík\n4,Þorskafjörður\n", "latin-1"),
    ],
)
def test_other_encodings_that_gb18030_swallows_are_warned_of(tmp_path, text, encoding):
    assert "text-improbable" in codes(read(tmp_path, text.encode(encoding)).findings)


def test_traditional_characters_in_gb18030_are_not_warned_of(tmp_path):
    text = "编号,名称\n1,珠海市斗門區乾務鎮\n2,銅鑼灣道一號候車亭\n3,香洲區拱北街道\n"
    assert codes(read(tmp_path, text.encode("gb18030")).findings) == ["text-gb18030"]


def test_bytes_with_nul_in_every_third_pair_are_no_utf16(tmp_path):
    table = read(tmp_path, b"idx,n\n" + b"\x001,23\n" * 9)
    assert table.cells["idx"].tolist() == ["1"] * 9
    assert codes(table.findings) == ["cell-invisible"] * 9


def test_utf16_that_ends_in_the_middle_of_a_character(tmp_path):
    error = refused(tmp_path, CHINESE.encode("utf-16-le") + b"\x01")
    assert (error.code, error.row) == ("text-encoding", 3)


@pytest.mark.parametrize("magic", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF-1.4", b"\0\1\0\2"])
def test_what_is_no_text_is_said_to_be_none(tmp_path, magic):
    assert refused(tmp_path, magic * 9).code == "text-is-no-text"


def test_the_error_shows_what_stands_around_the_byte(tmp_path):
    error = refused(tmp_path, "编号,名称\n1,三灶".encode() + b"\xff\n")
    assert "1,三灶�" in error.text("en")


# --- separators -----------------------------------------------------------------------------


def test_a_comma_in_numbers_is_no_separator(tmp_path):
    table = read(tmp_path, "id;x;y\n1;113,5767;22,27\n2;113,58;22,3\n")
    assert table.cells.loc[2].tolist() == ["1", "113,5767", "22,27"]
    (note,) = table.findings
    assert (note.code, note.value) == ("text-separator", ";")


def test_titles_do_not_choose_the_separator(tmp_path):
    text = "候车亭,公交站,一览表,2012年\nid|name|n\n1|三灶|5\n2|井岸|6\n"
    table = read(tmp_path, text.replace("候车亭,公交站,一览表,2012年", "候车亭一览表"))
    assert list(table.cells.columns) == ["id", "name", "n"]
    assert codes(table.findings) == ["text-separator", "title-rows"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_all_systems(tmp_path, end):
    table = read(tmp_path, end.join(["id,n", "", "1,2", "3,4"]))
    assert table.cells["n"].to_dict() == {3: "2", 4: "4"}


def test_a_separator_after_the_last_cell_makes_no_column(tmp_path):
    table = read(tmp_path, "id,n,\n1,2,\n3,4\n")
    assert table.cells.to_dict("list") == {"id": ["1", "3"], "n": ["2", "4"]}


def test_rows_between_quotation_marks_that_are_no_pair_are_told(tmp_path):
    text = 'id,name,n\n1,"三灶,5\n2,井岸,6\n3,平沙,7\n4,斗门",8\n5,"两\n行\n备注",9\n'
    table = read(tmp_path, text)
    assert table.cells.index.tolist() == [2, 3]
    (found,) = table.findings
    assert (found.code, found.row, found.field) == ("cell-holds-rows", 2, "name")
    assert "2" in found.message("en")


# --- characters that nobody sees ------------------------------------------------------------

UNSEEN = "\x00\x07\x1b\x7f\u200b\u200e\u202e\u2066\ufeff"


@pytest.mark.parametrize("unseen", UNSEEN)
def test_unseen_characters_are_removed_and_told(tmp_path, unseen):
    table = read(tmp_path, f"id,name\n1,三{unseen}灶\n2,井岸\n")
    assert table.cells["name"].tolist() == ["三灶", "井岸"]
    (found,) = table.findings
    code = f"U+{ord(unseen):04X}"
    assert (found.code, found.row, found.field) == ("cell-invisible", 2, "name")
    assert found.value == f"三<{code}>灶"
    assert code in found.message("zh")
    assert table.repaired == {2}
    assert table.read == 2


def test_without_repairs_such_a_cell_is_unknown(tmp_path):
    table = read(tmp_path, "id,name\n1,三\u202e灶\n2,井岸\n", repair="none")
    assert table.cells["name"].tolist() == ["", "井岸"]
    assert codes(table.findings) == ["cell-invisible-unknown"]
    assert not table.repaired


def test_many_unseen_characters_are_told_once_for_the_column(tmp_path):
    rows = "".join(f"{number},三\u200b灶\n" for number in range(21))
    table = read(tmp_path, f"id,name\n{rows}")
    assert [(one.code, one.row) for one in table.findings] == [("cells-invisible", 2)]
    assert dict(table.findings[0].facts)["count"] == "21"
    assert table.repaired == {*table.findings[0].rows} == {*range(2, 23)}


def test_joiners_stay_where_the_script_needs_them():
    names = ["می\u200cخواهم", "क्\u200dष", "三\u200d灶", "a\u200cb", "👨\u200d👩"]
    cells = pd.DataFrame({"n": pd.array(names, dtype="str")}, index=[2, 3, 4, 5, 6])
    cleaned = clean_cells(cells, "t.csv", repair="safe")
    assert cleaned.cells["n"].tolist() == [*names[:2], "三灶", "ab", names[4]]
    assert cleaned.repaired == {4, 5}
    assert cells["n"].tolist() == names


def test_a_clean_table_is_handed_on_as_it_is():
    cells = pd.DataFrame({"n": pd.array(["三灶", "a\tb\nc"], dtype="str")})
    assert clean_cells(cells, "t.csv", repair="none").cells is cells


def test_names_of_columns_are_cleaned(tmp_path):
    table = read(tmp_path, '编\u200b号,"面积\n(㎡)"\n1,2\n')
    assert list(table.cells.columns) == ["编号", "面积 (㎡)"]


# --- all at once ----------------------------------------------------------------------------


@given(dirty_tables())
def test_dirty_tables_give_their_data_and_account_for_every_row(tmp_path_factory, dirty):
    table = read(tmp_path_factory.mktemp("dirty"), dirty.raw)
    assert list(table.cells.columns) == dirty.names
    assert table.cells.index.tolist() == list(dirty.cells)
    assert table.cells.to_numpy().tolist() == list(dirty.cells.values())
    assert list(table.excluded) == sorted(dirty.excluded)
    assert table.read == len(dirty.cells) + len(dirty.excluded)
    said = {one.row for one in table.findings}
    assert said >= set(dirty.excluded)
    assert ("text-separator" in codes(table.findings)) == (dirty.separator != ",")


@given(st.one_of(damaged(), st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_any_bytes_give_a_table_or_an_error_that_says_why(tmp_path_factory, raw):
    path = tmp_path_factory.mktemp("fuzz") / "t.csv"
    path.write_bytes(raw)
    try:
        table = read_text(path)
    except InputError:
        return
    assert table.read == len(table.cells) + len(table.excluded)
    assert not set(table.excluded) & set(table.cells.index)
    assert table.cells.index.is_unique
    assert table.repaired <= set(table.cells.index)


def test_two_rows_that_one_pair_of_quotation_marks_joins_are_told(tmp_path):
    table = read(tmp_path, 'id,name,x\n1,"甲村,113.1\n2,乙村",113.2\n3,丙村,113.3\n')
    (found,) = table.findings
    assert (found.code, found.row, found.field) == ("cell-holds-rows", 2, "name")
    assert read(tmp_path, 'id,name,x\n1,"甲村\n(a, b)",113.2\n3,丙村,113.3\n').findings == ()
