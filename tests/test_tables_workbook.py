"""Workbooks as offices write them: merged, hidden, formatted, uncalculated, broken, hostile."""

import datetime as dt
import io
import struct
import tracemalloc
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from gapmap.errors import InputError
from gapmap.tables import dates, read_table
from gapmap.tables.xlsx import package as package_module
from gapmap.tables.xlsx.book import read_book
from gapmap.tables.xlsx.cells import Cells
from gapmap.tables.xlsx.formats import kind_of
from gapmap.tables.xlsx.merges import check_overlaps
from gapmap.tables.xlsx.package import opened
from gapmap.tables.xlsx.shapes import Shapes
from gapmap.tables.xlsx.stream import Outline, rows_of

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_LINKS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def parts(rows: str, *, after: str = "", before: str = "", main: str = MAIN, links: str = LINKS):
    """The parts of a workbook with one sheet, for tests that need every byte as they say."""
    return {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" '
        f'Type="{links}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{links}"><sheets>'
        '<sheet name="s" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
        f'<Relationship Id="rId1" Type="{links}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{links}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rId3" Type="{links}/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}">{before}<sheetData>{rows}'
        f"</sheetData>{after}</worksheet>",
    }


def zipped(folder: Path, files: dict[str, str | bytes], name: str = "t.xlsx") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in files.items():
            archive.writestr(part, content)
    return path


def raw(folder: Path, rows: str, **more: str) -> Path:
    return zipped(folder, parts(rows, **more))


def text(reference: str, said: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{escape(said)}</t></is></c>'


HEADER = f'<row r="1">{text("A1", "编号")}{text("B1", "名称")}</row>'


def refused(path: Path, code: str, **options: str) -> str:
    with pytest.raises(InputError) as caught:
        read_table(path, **options)
    assert caught.value.code == code, caught.value
    assert caught.value.text("zh")
    return caught.value.text("en")


def told(path: Path, **options: str) -> list[tuple[str, int | None, str, str]]:
    table = read_table(path, **options)
    return [(one.code, one.row, one.field, one.value) for one in table.findings]


# --- values --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("General", "number"), ("0.00", "number"), ("#,##0.00_);[Red](#,##0.00)", "number"),
        ("0.00E+00", "number"), ("@", "number"), ('0"米"', "number"), ('0"day"', "number"),
        ('G/通用格式"人"', "number"), ("[DBNum1][$-804]General", "number"), ("# ?/?", "number"),
        (r"\d0", "number"), ("_m0", "number"), ("[>=100]0;0.0", "number"),
        ("0%", "percent"), ("0.0%", "percent"), ('0"%"', "number"),
        ("yyyy/m/d", "date"), ('yyyy"年"m"月"d"日"', "date"), ("yyyy年m月d日;@", "date"),
        ('[DBNum1][$-804]yyyy"年"m"月"d"日"', "date"), ("[$-F800]dddd, mmmm dd, yyyy", "date"),
        ("e/m/d", "date"), ('m"月"d"日"', "date"), ("[$-804]aaaa", "date"),
        ('yyyy"年"m"月"', "month"), ("mmm-yy", "month"), ("yyyy.mm", "month"),
        ("yyyy", "year"), ('yyyy"年"', "year"),
        ("yyyy/m/d h:mm", "moment"), ("m/d/yy h:mm AM/PM", "moment"),
        ("h:mm", "time"), ("h:mm:ss AM/PM", "time"), ('h"时"mm"分"ss"秒"', "time"),
        ('[$-804]上午/下午h"时"mm"分"', "time"), ("mm:ss.0", "time"), ("h:mm A/P", "time"),
        ("[h]:mm", "duration"), ("[mm]:ss", "duration"), ("[ss]", "duration"),
    ],
)  # fmt: skip
def test_what_a_number_format_shows(code, kind):
    assert kind_of(code) == kind


def formatted(folder: Path, cells: list[tuple[object, str]], **options: object) -> list[str]:
    path = folder / "t.xlsx"
    with xlsxwriter.Workbook(path, options) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["v", "k"])
        for row, (value, code) in enumerate(cells, start=1):
            page.write_number(row, 0, value, book.add_format({"num_format": code}))
            page.write_string(row, 1, "x")
    return read_table(path).cells["v"].tolist()


def test_dates_times_and_durations_come_out_as_their_format_shows_them(tmp_path):
    cells = [
        (41000, 'yyyy"年"m"月"d"日"'),  # 1 April 2012
        (41000, 'yyyy"年"m"月"'),  # typed as 2012年4月: there is no day
        (41012, 'yyyy"年"m"月"'),  # a day that the format only hides
        (40909, "yyyy"),  # typed as 2012
        (41000.3125, "yyyy/m/d h:mm"),
        (0.3125, "h:mm"),
        (1.5, "[h]:mm"),
        (1.5, "h:mm"),
        (59, "yyyy/m/d"),  # 28 February 1900: Excel counts a 29th
        (60, "yyyy/m/d"),
        (61, "yyyy/m/d"),
        (-5, "yyyy/m/d"),
        (3e6, "yyyy/m/d"),
        (41000.999999, "yyyy/m/d h:mm:ss"),  # half a second from midnight: rounds to it
    ]
    assert formatted(tmp_path, cells) == [
        "2012-04-01",
        "2012-04",
        "2012-04-13",
        "2012",
        "2012-04-01T07:30:00",
        "07:30:00",
        "36:00:00",
        "1900-01-01T12:00:00",
        "1900-02-28",
        "60",
        "1900-03-01",
        "-5",
        "3000000",
        "2012-04-02",
    ]


def test_the_date_system_of_1904(tmp_path):
    # 1 April 2012 is day 41000 of the one system and day 39538 of the other
    assert formatted(tmp_path, [(39538, "yyyy/m/d"), (0, "yyyy/m/d")], date_1904=True) == [
        "2012-04-01",
        "1904-01-01",
    ]


@pytest.mark.parametrize(
    ("number", "shown"),
    [(14, "2012-04-01"), (31, "2012-04-01"), (57, "2012-04"), (58, "2012-04-01"), (1, "41000")],
)
def test_built_in_formats_are_the_chinese_ones(tmp_path, number, shown):
    rows = f'{HEADER}<row r="2"><c r="A2" s="1"><v>41000</v></c></row>'
    styles = (
        f'<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="{number}"/></cellXfs></styleSheet>'
    )
    path = zipped(tmp_path, {**parts(rows), "xl/styles.xml": styles})
    assert read_table(path).cells.loc[2, "编号"] == shown


def test_numbers_keep_their_digits_or_show_that_they_lost_some(tmp_path):
    numbers = {
        "440402001001": "440402001001",
        "113.57669999999999": "113.57669999999999",
        "0.10000000000000001": "0.1",
        "3.0": "3",
        "1E3": "1000",
        "007": "7",
        "0": "0",
        "-0": "0",
        "1e-7": "1e-07",
        "999999999999999": "999999999999999",
        "1234567890123456": "1.234567890123456e+15",
        "4.4040219800101E+17": "4.4040219800101e+17",
        "440402198001010000": "4.4040219800101e+17",
        "1_000": "1_000",
        "rubbish": "rubbish",
    }
    rows = "".join(
        f'<row r="{row}"><c r="A{row}"><v>{written}</v></c></row>'
        for row, written in enumerate(numbers, start=2)
    )
    assert read_table(raw(tmp_path, HEADER + rows)).cells["编号"].tolist() == list(numbers.values())


def test_percentages_are_the_stored_number_and_noted_once_a_column(tmp_path):
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["村", "覆盖率"])
        percent = book.add_format({"num_format": "0.0%"})
        for row, share in enumerate((0.853, 1), start=1):
            page.write_string(row, 0, "x")
            page.write_number(row, 1, share, percent)
    table = read_table(path)
    assert table.cells["覆盖率"].tolist() == ["0.853", "1"]
    (note,) = table.findings
    assert (note.code, note.row, note.field, note.value) == ("cell-percent", 2, "覆盖率", "85.3%")
    assert "2 cells" in note.message()


def test_texts_of_every_kind(tmp_path):
    shared = (
        "<sst><si><t>三灶</t><rPh sb='0' eb='2'><t>San Zao</t></rPh></si>"
        "<si><r><rPr/><t xml:space='preserve'>海澄 </t></r><r><t>村</t></r></si>"
        "<si><t>a_x000D_b_x005F_x000D_</t></si><si><t>&lt;b&gt; &amp;#x41;</t></si><si/></sst>"
    )
    cells = "".join(f'<c r="{c}2" t="s"><v>{n}</v></c>' for n, c in enumerate("ABCDE"))
    inline = (
        '<c r="F2" t="inlineStr"><is><r><t>甲</t></r><rPh><t>jia</t></rPh><r><t>乙</t></r></is></c>'
        '<c r="G2" t="str"><f>"x"&amp;"y"</f><v>x&amp;y</v></c><c r="H2" t="b"><v>1</v></c>'
        '<c r="I2" t="b"><v>0</v></c><c r="J2" t="d"><v>2012-03-01T00:00:00</v></c>'
        '<c r="K2" t="str"><f>""</f><v></v></c>'
        '<c r="L2" t="inlineStr"><is><t>_xD842__xDFB7_</t></is></c>'
    )
    header = "".join(text(f"{c}1", c) for c in "ABCDEFGHIJKL")
    rows = f'<row r="1">{header}</row><row r="2">{cells}{inline}</row>'
    table = read_table(zipped(tmp_path, {**parts(rows), "xl/sharedStrings.xml": shared}))
    assert table.cells.loc[2].tolist() == [
        "三灶", "海澄 村", "a\rb_x000D_", "<b> &#x41;", "", "甲乙", "x&y", "true", "false",
        "2012-03-01", "", "𠮷",
    ]  # fmt: skip
    assert table.findings == ()


def test_errors_and_formulas_without_result_are_told_with_their_columns(tmp_path):
    rows = (
        HEADER
        + f'<row r="2">{text("A2", "1")}<c r="B2" t="e"><v>#DIV/0!</v></c></row>'
        + '<row r="3"><c r="A3"><f>1+1</f></c><c r="B3" t="s"><v>0</v></c></row>'
        + '<row r="4"><c r="A4"><f t="shared" si="0"/><v/></c>'
        + '<c r="B4" t="e"><v>#ODD!</v></c></row>'
        + '<row r="5"><c r="A5"><f>A2</f><v>7</v></c></row>'
        + f'<row r="6">{text("A6", "#12")}<c r="C6" t="e"><v>#N/A</v></c></row>'
    )
    path = zipped(
        tmp_path, {**parts(rows), "xl/sharedStrings.xml": "<sst><si><t>#N/A</t></si></sst>"}
    )
    table = read_table(path)
    assert table.cells["编号"].to_dict() == {2: "1", 3: "", 4: "", 5: "7", 6: "#12"}
    assert table.cells["名称"].to_dict() == dict.fromkeys(range(2, 7), "")
    assert table.read == 5
    assert [(one.code, one.row, one.field, one.value) for one in table.findings] == [
        ("cell-error", 2, "名称", "#DIV/0!"),
        ("cell-error", 3, "名称", "#N/A"),
        ("cell-error", 4, "名称", "#ODD!"),
        ("cell-error", 6, "C", "#N/A"),
        ("formula-without-value", 3, "编号", "=1+1"),
        ("formula-without-value", 4, "编号", "="),
    ]


# --- merged cells --------------------------------------------------------------------------


def merged(folder: Path, rows: list[list[object]], *ranges: str) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for one in ranges:
        book.active.merge_cells(one)
    path = folder / "t.xlsx"
    book.save(path)
    return path


VILLAGES = [
    ["镇", "编号", "人口"],
    ["三灶镇", "01", 3000],
    [None, "02", None],
    [None, "03", None],
    ["平沙镇", "04", 7],
]


def test_a_merged_text_belongs_to_all_its_rows(tmp_path):
    path = merged(tmp_path, VILLAGES, "A2:A4")
    table = read_table(path)
    assert table.cells["镇"].tolist() == ["三灶镇", "三灶镇", "三灶镇", "平沙镇"]
    assert table.repaired == {3, 4}
    assert (table.read, table.excluded) == (4, ())
    (found,) = table.findings
    assert (found.code, found.row, found.field, found.value) == ("merged-filled", 3, "镇", "三灶镇")
    assert (found.repair, found.rows, found.stands_for) == ("safe", (3, 4), 1)
    untouched = read_table(path, repair="none")
    assert untouched.cells["镇"].tolist() == ["三灶镇", "", "", "平沙镇"]
    assert untouched.repaired == frozenset()
    assert [one.code for one in untouched.findings] == ["merged-left-empty"]


def test_a_merged_number_may_be_a_total_and_is_filled_only_on_demand(tmp_path):
    path = merged(tmp_path, VILLAGES, "C2:C4")
    table = read_table(path)
    assert table.cells["人口"].tolist() == ["3000", "", "", "7"]
    assert told(path) == [("merged-number-left-empty", 3, "人口", "3000")]
    filled = read_table(path, repair="all")
    assert filled.cells["人口"].tolist() == ["3000", "3000", "3000", "7"]
    assert filled.repaired == {3, 4}
    assert [one.code for one in filled.findings] == ["merged-number-filled"]


def test_a_merged_code_of_an_area_is_no_total(tmp_path):
    rows = [["区", "n"], [440403, "a"], [None, "b"], [440403103, "c"], [None, "d"]]
    table = read_table(merged(tmp_path, rows, "A2:A3", "A4:A5"))
    assert table.cells["区"].tolist() == ["440403", "440403", "440403103", "440403103"]
    (found,) = table.findings
    assert "(2)" in found.message()
    assert "2 rows" in found.done()


def test_merges_fill_no_blank_rows_no_other_columns_and_no_headers(tmp_path):
    rows = [
        ["镇", "编号", "备注"],
        ["甲", "1", "x"],
        [None] * 3,
        [None, "2", None],
        ["乙", "3", "y"],
    ]
    table = read_table(merged(tmp_path, rows, "A2:A4", "B5:C5"))
    assert table.cells["镇"].to_dict() == {2: "甲", 4: "甲", 5: "乙"}
    assert table.cells["编号"].to_dict() == {2: "1", 4: "2", 5: "3"}
    wide = read_table(merged(tmp_path, VILLAGES, "A1:A2"))  # openpyxl empties A2
    assert wide.cells["镇"].tolist() == ["", "", "", "平沙镇"]
    assert wide.repaired == frozenset()


def test_a_sheet_as_offices_make_them(tmp_path):
    rows = [
        ["表1 各村公共服务设施情况", None, None, None, None],
        ["镇", "村编号", "卫生站", None, "备注"],
        [None, None, "面积", "建成日期", None],
        ["三灶镇", "440404101201", 85.5, "2012年3月", None],
        [None, "440404101202", 60, "2011年", "租用"],
        [None, "440404101203", 70, "2010年5月", "两村合用"],
        ["平沙镇", "440404102201", 90, "2012年1月", None],
        [None, "440404102202", 75, "2009年", None],
        ["合计", None, 380.5, None, None],
        ["注:面积为建筑面积,单位平方米。", None, None, None, None],
    ]
    ranges = ("A1:E1", "A2:A3", "B2:B3", "C2:D2", "E2:E3", "A4:A6", "A7:A8", "A10:E10")
    table = read_table(merged(tmp_path, rows, *ranges))
    assert list(table.cells.columns) == ["镇", "村编号", "面积", "建成日期", "备注"]
    assert table.cells["镇"].to_dict() == {
        4: "三灶镇", 5: "三灶镇", 6: "三灶镇", 7: "平沙镇", 8: "平沙镇",
    }  # fmt: skip
    assert table.repaired == {5, 6, 8}
    assert table.excluded == (9, 10)
    assert table.read == 7


def test_overlapping_and_absurd_merges(tmp_path):
    check_overlaps([(1, 0, 3, 0), (4, 0, 9, 2), (1, 1, 3, 1)])
    with pytest.raises(ValueError, match="overlap in row 3"):
        check_overlaps([(3, 0, 9, 0), (1, 0, 3, 0)])
    rows = HEADER + f'<row r="2">{text("A2", "x")}{text("B2", "y")}</row>'
    rows += f'<row r="9">{text("B9", "z")}</row>'
    after = '<mergeCells><mergeCell ref="A2:A1048576"/></mergeCells>'
    table = read_table(raw(tmp_path, rows, after=after))
    assert table.cells["编号"].to_dict() == {2: "x", 9: "x"}
    twice = '<mergeCells><mergeCell ref="A2:A9"/><mergeCell ref="A5:A6"/></mergeCells>'
    assert "overlap" in refused(raw(tmp_path, rows, after=twice), "workbook-unreadable")


# --- hidden --------------------------------------------------------------------------------


def test_hidden_rows_and_columns_are_data_and_are_counted(tmp_path):
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        for row in range(6):
            page.write_row(row, 0, ["编号", "名称", "n"] if row == 0 else [f"{row}", "x", row])
        page.set_row(2, options={"hidden": True})
        page.set_row(4, options={"hidden": True})
        page.set_row(40, options={"hidden": True})  # empty: nothing is hidden there
        page.set_column(1, 1, options={"hidden": True})
        page.set_column(9, 9, options={"hidden": True})
        page.autofilter(0, 0, 5, 2)
    table = read_table(path)
    assert len(table.cells) == 5
    assert told(path) == [("rows-hidden", 3, "", ""), ("columns-hidden", None, "", "名称")]
    assert "2" in table.findings[0].message()


def sheets(folder: Path, **states: str) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, state in states.items():
        sheet = book.create_sheet(name)
        sheet.append(["a"])
        sheet.append([name])
        sheet.sheet_state = state
    path = folder / "t.xlsx"
    book.save(path)
    return path


def test_hidden_sheets_are_read_only_when_named(tmp_path):
    path = sheets(tmp_path, 旧="hidden", 新="visible", 存="veryHidden")
    table = read_table(path)
    assert table.cells["a"].tolist() == ["新"]
    (note,) = table.findings
    assert (note.code, note.severity) == ("sheets-hidden", "note")
    assert "旧, 存" in note.message("zh")
    named = read_table(path, sheet="存")
    assert named.cells["a"].tolist() == ["存"]
    assert [one.code for one in named.findings] == ["sheet-is-hidden"]


def test_all_sheets_hidden_is_an_error_with_their_names(tmp_path):
    files = parts(HEADER)
    hidden = files["xl/workbook.xml"].replace("<sheet ", '<sheet state="hidden" ')
    said = refused(zipped(tmp_path, {**files, "xl/workbook.xml": hidden}), "sheets-all-hidden")
    assert "hidden: s" in said


def test_charts_are_no_sheets_of_cells(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["a"])
    book.active.append([1])
    book.create_chartsheet("图")
    book.save(tmp_path / "t.xlsx")
    assert read_table(tmp_path / "t.xlsx").cells["a"].tolist() == ["1"]


# --- the form of the sheet -----------------------------------------------------------------

PLAIN = (
    f'<row r="1">{text("A1", "a")}{text("B1", "b")}{text("C1", "c")}</row>'
    f'<row r="2" spans="1:3">{text("A2", "一")}<c r="C2"><v>2.5</v></c></row><row r="3"/>'
    f'<row r="4" s="1" customFormat="1" ht="15"/><row r="5">{text("B5", "三")}</row>'
)
PLAIN_CELLS = {"a": ["一", ""], "b": ["", "三"], "c": ["2.5", ""]}


def unnumbered(rows: str) -> str:
    """The same table without any reference: rows and cells follow one another."""
    row = "<row>{}</row>"
    cell = '<c t="inlineStr"><is><t>{}</t></is></c>'
    first = "".join(cell.format(name) for name in "abc")
    second = cell.format("一") + "<c/>" + "<c><v>2.5</v></c>"
    return (
        row.format(first)
        + row.format(second)
        + "<row/><row></row>"
        + row.format("<c/>" + cell.format("三"))
        + rows[:0]
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml,
        lambda xml: xml.replace("<row", "<!-- <c> & --><row", 1).replace("<v>", "<v><!-- x -->"),
        lambda xml: xml.replace("<t>一</t>", "<t><![CDATA[一]]></t>"),
        lambda xml: xml.replace("三", "&#19977;"),
        lambda xml: xml.replace('"', "'"),
        lambda xml: xml.replace("<", "\n  <").replace("<t>\n", "<t>").replace("\n  </t>", "</t>")
        .replace("\n  </v>", "</v>"),
        lambda xml: xml.replace("<c r=", '<c cm="1" r='),
        lambda xml: xml.replace("<c r=", '<c foo="a>b" r='),
        lambda xml: '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n' + xml,
        lambda xml: ('<?xml version="1.0" encoding="UTF-16"?>' + xml).encode("utf-16"),
        lambda xml: b"\xef\xbb\xbf" + xml.encode(),
        lambda xml: xml.replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x="),
        lambda xml: xml.replace(PLAIN, unnumbered(PLAIN)),
    ],
    ids=[
        "plain", "comments", "cdata", "references", "quotes", "indented", "attributes first",
        "angle in an attribute", "declared", "utf-16", "mark", "prefix", "no references",
    ],
)  # fmt: skip
def test_the_same_table_in_every_form_that_xml_allows(tmp_path, change):
    files = parts(PLAIN, before='<dimension ref="A1:B2"/><sheetFormatPr/>')
    files["xl/worksheets/sheet1.xml"] = change(files["xl/worksheets/sheet1.xml"])
    table = read_table(zipped(tmp_path, files))
    assert table.cells.to_dict("list") == PLAIN_CELLS
    assert table.cells.index.tolist() == [2, 5]


def test_strict_office_open_xml(tmp_path):
    path = raw(tmp_path, PLAIN, main=STRICT_MAIN, links=STRICT_LINKS)
    assert read_table(path).cells.to_dict("list") == PLAIN_CELLS


def test_a_workbook_with_macros_is_read_like_any_other(tmp_path):
    files = {**parts(PLAIN), "xl/vbaProject.bin": b"\x00never looked at"}
    table = read_table(zipped(tmp_path, files, "t.xlsm"))
    assert table.cells.to_dict("list") == PLAIN_CELLS


def test_half_a_date_is_as_doubtful_in_a_workbook_with_macros(tmp_path):
    rows = f'<row r="1">{text("A1", "d")}</row><row r="2"><c r="A2"><v>2012.1</v></c></row>'
    values, found = dates(read_table(zipped(tmp_path, parts(rows), "t.xlsm")), "d")
    assert values.isna().all()
    assert [one.code for one in found] == ["date-doubtful"]


CELL = st.one_of(
    st.none(),
    st.text(
        st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"),
        max_size=6,
    ),
    st.integers(-(10**14), 10**14),
    st.floats(-1e14, 1e14).map(lambda value: float(f"{value:.15g}")),  # as many as Excel keeps
    st.booleans(),
    st.datetimes(dt.datetime(1901, 1, 1), dt.datetime(2100, 1, 1)).map(  # noqa: DTZ001 - Excel's
        lambda moment: moment.replace(microsecond=0)
    ),
)


@given(st.lists(st.lists(CELL, min_size=4, max_size=4), max_size=12))
def test_what_openpyxl_writes_comes_back(tmp_path_factory, rows):
    """Two programs, one of them not ours, agree on every value; openpyxl reads it as well."""
    path = tmp_path_factory.mktemp("w") / "t.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["a", "b", "c", "d"])
    for number, row in enumerate(rows, start=2):
        for place, value in enumerate(row, start=1):
            cell = book.active.cell(number, place, value)
            if isinstance(value, str):
                cell.data_type = "s"
    book.save(path)
    with opened(path) as package:
        cells = Cells(read_book(package))
        cells.read(rows_of(package, "xl/worksheets/sheet1.xml", Outline()))
    cells.finish("t.xlsx")
    expected = {
        number: [shown(value) for value in row]
        for number, row in enumerate(rows, start=2)
        if any(shown(value).strip() for value in row)
    }
    assert {number: list(row) for number, row in cells.rows[1:]} == expected


def shown(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if value is None or isinstance(value, bool):
        return {None: "", True: "true", False: "false"}[value]
    return str(value)


def test_many_rows_of_changing_shapes_pass_block_borders(tmp_path):
    path = tmp_path / "t.xlsx"
    count = 30_000
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["编号", "名称", "n", "x"])
        bold = book.add_format({"bold": True})
        for row in range(1, count + 1):
            page.write_string(row, 0, f"{row:06d}", bold if row % 2 else None)
            if row % 3:
                page.write_string(row, 1, "村&" if row % 5 == 0 else "村")
            page.write_number(row, 2, row)
            if row % 7 == 0:
                page.write_formula(row, 3, "=1", value=row)
    cells = read_table(path).cells
    assert len(cells) == count
    assert cells["编号"].tolist() == [f"{row:06d}" for row in range(1, count + 1)]
    assert cells["n"].tolist() == [str(row) for row in range(1, count + 1)]
    assert (cells["名称"] == "").sum() == count // 3
    assert (cells["名称"] == "村&").sum() == count // 5 - count // 15
    assert cells["x"].tolist() == [str(row) if row % 7 == 0 else "" for row in range(1, count + 1)]


def test_rows_read_as_text_and_by_a_parser_are_the_same(tmp_path, monkeypatch):
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        page.write_row(0, 0, ["a", "b", "c", "d"])
        for row in range(1, 400):
            page.write_string(row, row % 4, f"<村> {row}" if row % 9 == 0 else f" 村{row}")
            if row % 2:
                page.write_number(row, (row + 1) % 4, row / 7, day if row % 3 else None)
            if row % 5 == 0:
                page.write_formula(row, (row + 2) % 4, '=A1&"x"', value="" if row % 2 else row)
            if row % 11 == 0:
                page.write_formula(row, (row + 3) % 4, "=1/0", value="#DIV/0!")
            if row % 13 == 0:
                page.set_row(row, options={"hidden": True})
    as_text = read_table(path)
    calls = []
    monkeypatch.setattr(Shapes, "read", lambda _, piece: calls.append(piece))
    parsed = read_table(path)
    assert len(calls) > 300  # the rest has entities, which only a parser reads
    assert as_text.cells.equals(parsed.cells)
    assert as_text.findings == parsed.findings
    assert {one.code for one in parsed.findings} >= {"cell-error", "rows-hidden"}


def test_formatted_but_empty_rows_cost_no_memory(tmp_path):
    empty = "".join(
        f'<row r="{row}" s="3" customFormat="1"><c r="A{row}" s="3"/><c r="B{row}" s="3"/></row>'
        if row % 2
        else f'<row r="{row}" s="3" customFormat="1"/>'
        for row in range(3, 100_001)
    )
    styles = "<styleSheet><cellXfs>" + '<xf numFmtId="0"/>' * 4 + "</cellXfs></styleSheet>"
    rows = HEADER + f'<row r="2">{text("A2", "1")}</row>' + empty
    path = zipped(tmp_path, {**parts(rows), "xl/styles.xml": styles})
    read_table(path)
    tracemalloc.start()
    table = read_table(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(table.cells) == 1
    assert peak < 16_000_000


def test_cells_far_out(tmp_path):
    rows = HEADER + f'<row r="2">{text("A2", "1")}<c r="XFD2"><v>1</v></c></row>'
    table = read_table(raw(tmp_path, rows))
    assert list(table.cells.columns) == ["编号", "名称", "column 16384"]
    rows += "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(3, 6200))
    said = refused(raw(tmp_path, rows), "sheet-sprawls")
    assert "XFD2" in said


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ('<row r="3"><c r="A3"/></row><row r="2"><c r="A2"/></row>', "row 2 stands after row 3"),
        ('<row r="3"/><row r="3"><c r="A3"><v>1</v></c></row><row r="3"/>', "row 3"),
        ('<row r="2000000"><c r="A2"><v>1</v></c></row>', "row 2000000"),
        ('<row r="2"><c r="B2"><v>1</v></c><c r="A2"><v>1</v></c></row>', "not in order"),
        ('<row r="2"><c r="A2"><v>1</v></c><c r="A2"><v>2</v></c></row>', "not in order"),
        ('<row r="2"><c r="A7" cm="1"><v>1</v></c></row>', "A7 stands in row 2"),
        ('<row r="2"><c r="ZZZ2"><v>1</v></c></row>', "no column"),
        ('<row r="2"><c r="A2" t="s"><v>9</v></c></row>', "IndexError"),
        ('<row r="2"><c r="A2" t="s"><v>-1</v></c></row>', "IndexError"),
        ('<row r="2"><c r="A2" t="s"><v>x</v></c></row>', "ValueError"),
        ('<row r="2"><c r="A2"><v>1</c></row>', "mismatched tag"),
        ('<row r="2"><c r="A2"><v>\x01</v></c></row>', "ExpatError"),
    ],
)
def test_sheets_that_no_program_writes_are_refused(tmp_path, rows, problem):
    assert problem in refused(raw(tmp_path, HEADER + rows), "workbook-unreadable")


@pytest.mark.parametrize("row", [2, 5, 9])
def test_a_cell_that_names_another_row_is_refused_wherever_it_stands(tmp_path, row):
    lines = [f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(2, 12)]
    lines[row - 2] = lines[row - 2].replace(f'"A{row}"', '"A77"')
    said = refused(raw(tmp_path, HEADER + "".join(lines)), "workbook-unreadable")
    assert f"A77 stands in row {row}" in said


# --- files that are something else ---------------------------------------------------------


def compound(*streams: str) -> bytes:
    """As much of an old Office file as tells its kind."""
    names = b"".join(name.encode("utf-16-le").ljust(64, b"\0") for name in streams)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + names


def zip_bytes(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "code", "said"),
    [
        ("a.xls", compound("Root Entry", "Workbook"), "workbook-other", "an old workbook"),
        ("a.xlsx", compound("Root Entry", "Workbook"), "workbook-other", "save it as .xlsx"),
        ("a.et", compound("Root Entry", "Workbook"), "workbook-other", "an old workbook"),
        ("a.xlsx", compound("WordDocument"), "workbook-other", "an old Office document"),
        ("a.xlsx", compound("EncryptionInfo", "EncryptedPackage"), "workbook-encrypted", "pass"),
        ("a.xls", compound("EncryptionInfo", "EncryptedPackage"), "workbook-encrypted", "pass"),
        ("a.xls", b"<html><table><tr><td>1</td></tr></table></html>", "workbook-other", "web page"),
        ("a.xlsx", b"\xef\xbb\xbf \n<!DOCTYPE html><p>", "workbook-other", "a web page"),
        ("a.xls", "编号,名称\n1,三灶\n".encode(), "workbook-other", "rename it to end in .csv"),
        ("a.xlsx", "编号\t名称\n".encode("gb18030"), "workbook-other", "a text file"),
        ("a.xlsx", "编号\t名称\n".encode("utf-16"), "workbook-other", "a text file"),
        ("a.xls", b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>',
         "workbook-other", "XML spreadsheet of 2003"),
        ("a.xlsx", b"%PDF-1.7", "workbook-other", "a PDF"),
        ("a.xlsx", b"Rar!\x1a\x07", "workbook-other", "packed file"),
        ("a.xlsx", bytes(5000), "workbook-other", "zero bytes"),
        ("a.xlsx", b"\x89PNG\r\n\x1a\n\0\0", "workbook-other", "no known kind"),
        ("a.xlsx", b"PK\x03\x04 and then nothing", "workbook-other", "end is missing"),
        ("a.ods", zip_bytes(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"),
         "workbook-other", "OpenDocument"),
        ("a.xlsx", zip_bytes(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"),
         "workbook-other", "OpenDocument"),
        ("a.xlsb", zip_bytes(xl__workbook_dot_bin=b"x"), "workbook-other", "binary workbook"),
        ("a.xlsx", zip_bytes(xl__workbook_dot_bin=b"x"), "workbook-other", "binary workbook"),
        ("a.xlsx", zip_bytes(word__document_dot_xml=b"x"), "workbook-other", "Word document"),
        ("a.xls", zip_bytes(xl__workbook_dot_xml=b"x"), "workbook-other", "to end in .xlsx"),
        ("a.xlsx", zip_bytes(a=b"x"), "workbook-other", "without a workbook"),
        ("~$a.xlsx", b"\x06planner".ljust(165, b" "), "workbook-lock-file", "name 'a.xlsx'"),
        ("~$a.xls", b"\x06planner".ljust(165, b" "), "workbook-lock-file", "name 'a.xls'"),
    ],
)  # fmt: skip
def test_what_a_file_really_is_and_what_to_do(tmp_path, name, content, code, said):
    (tmp_path / name).write_bytes(content)
    assert said in refused(tmp_path / name, code)


# --- hostile -------------------------------------------------------------------------------


def test_a_zip_bomb_is_refused_while_it_unpacks(tmp_path, monkeypatch):
    monkeypatch.setattr(package_module, "SUSPICIOUS_BYTES", 1_000_000)
    path = raw(tmp_path, HEADER + f'<row r="2">{text("A2", "1")}</row>' + " " * 20_000_000)
    tracemalloc.start()
    said = refused(path, "workbook-bomb")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "xl/worksheets/sheet1.xml" in said
    assert peak < 10_000_000


def test_a_part_that_says_it_is_smaller_than_it_is_does_not_go_on(tmp_path):
    path = raw(tmp_path, HEADER + f'<row r="2">{text("A2", "x" * 5000)}</row>')
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\x01\x02")
    while content[at : at + 4] == b"PK\x01\x02":
        length = struct.unpack("<HHH", content[at + 28 : at + 34])
        name = bytes(content[at + 46 : at + 46 + length[0]])
        if name.endswith(b"sheet1.xml"):
            content[at + 24 : at + 28] = struct.pack("<I", 600)  # unpacked size
        at += 46 + sum(length)
    path.write_bytes(content)
    assert "CRC" in refused(path, "workbook-unreadable")


def test_a_part_beyond_the_limit_is_refused_by_what_it_says(tmp_path, monkeypatch):
    monkeypatch.setattr(package_module, "LARGEST_BYTES", 1000)
    assert "4 GB" in refused(raw(tmp_path, HEADER + "<row/>" * 400), "workbook-too-large")


@pytest.mark.parametrize(
    "part",
    ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "_rels/.rels", "xl/_rels/workbook.xml.rels",
     "xl/styles.xml", "xl/sharedStrings.xml"],
)  # fmt: skip
@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;&b;">]>',
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd">',
    ],
)
def test_document_types_are_refused_in_every_part(tmp_path, part, declaration):
    files = {**parts(HEADER), "xl/styles.xml": "<styleSheet/>", "xl/sharedStrings.xml": "<sst/>"}
    files[part] = declaration + files[part]
    refused(zipped(tmp_path, files), "xml-entities")


def test_parts_that_stand_twice_are_refused(tmp_path):
    path = raw(tmp_path, HEADER)
    with (
        pytest.warns(UserWarning, match="Duplicate"),
        zipfile.ZipFile(path, "a") as archive,
    ):
        archive.writestr("xl/worksheets/sheet1.xml", "<other/>")
    assert "twice" in refused(path, "workbook-unreadable")
    path = zipped(tmp_path, {**parts(HEADER), "XL/Workbook.XML": "<other/>"})
    assert "twice" in refused(path, "workbook-unreadable")


def test_names_that_climb_out_and_links_to_other_files_lead_nowhere(tmp_path):
    (tmp_path / "secret.xml").write_text(parts(PLAIN)["xl/worksheets/sheet1.xml"], "utf8")
    files = parts(PLAIN)
    files["../../evil.txt"] = "x"
    files["/etc/evil"] = "x"
    files["xl/externalLinks/externalLink1.xml"] = "<!DOCTYPE a><broken"
    folder = tmp_path / "in"
    folder.mkdir()
    assert read_table(zipped(folder, files)).cells.to_dict("list") == PLAIN_CELLS
    assert sorted(one.name for one in tmp_path.iterdir()) == ["in", "secret.xml"]
    listing = files["xl/_rels/workbook.xml.rels"]
    for target in ("../../../secret.xml", str(tmp_path / "secret.xml")):
        files["xl/_rels/workbook.xml.rels"] = listing.replace("worksheets/sheet1.xml", target)
        assert "there is no part" in refused(zipped(folder, files), "workbook-unreadable")
    files["xl/_rels/workbook.xml.rels"] = listing.replace(
        'Target="worksheets/sheet1.xml"', 'TargetMode="External" Target="file:///etc/hostname"'
    )
    assert "has no part" in refused(zipped(folder, files), "workbook-unreadable")


def test_damaged_parts_are_refused(tmp_path):
    path = raw(tmp_path, HEADER + "".join(f"<row r='{n}'/>" for n in range(2, 3000)))
    whole = path.read_bytes()
    at = whole.index(b"sheet1.xml") + 40
    path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
    refused(path, "workbook-unreadable")
    path.write_bytes(whole[: len(whole) // 2])
    assert "end is missing" in refused(path, "workbook-other")
    files = parts(HEADER)
    cut = files["xl/worksheets/sheet1.xml"]
    for length in (0, 30, len(cut) - 40, len(cut) - 3):
        files["xl/worksheets/sheet1.xml"] = cut[:length]
        refused(zipped(tmp_path, files), "workbook-unreadable")
    del files["xl/worksheets/sheet1.xml"]
    assert "no part" in refused(zipped(tmp_path, files), "workbook-unreadable")


@given(st.data())
def test_no_damage_to_a_workbook_ends_in_anything_but_a_table_or_an_error(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("d")
    files = {name: content.encode() for name, content in parts(PLAIN).items()}
    part = data.draw(st.sampled_from(sorted(files)))
    at = data.draw(st.integers(0, len(files[part])))
    end = data.draw(st.integers(at, min(len(files[part]), at + 30)))
    files[part] = files[part][:at] + data.draw(st.binary(max_size=8)) + files[part][end:]
    try:
        table = read_table(zipped(folder, files))
    except InputError:
        return
    assert table.read == len(table.cells) + len(table.excluded)


@given(st.data())
def test_no_damage_to_the_zip_file_ends_in_anything_but_a_table_or_an_error(tmp_path_factory, data):
    path = raw(tmp_path_factory.mktemp("z"), PLAIN)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.sampled_from([len(content), len(content) - 5]))])
    try:
        table = read_table(path)
    except InputError:
        return
    assert table.cells.to_dict("list") == PLAIN_CELLS
