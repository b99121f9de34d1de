"""Reading planners' files: encodings, odd rows, types of cells, columns by kind."""

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from gapmap.errors import InputError, MethodError
from gapmap.findings import Finding
from gapmap.tables import RowCount, read_table, row_findings

SHARED = Path(__file__).parents[1].parent / "shared" / "data"


def csv_file(folder: Path, text: str, encoding: str = "utf-8", name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def codes(found: tuple[Finding, ...]) -> list[str]:
    return [one.code for one in found]


# --- which file ----------------------------------------------------------------------------


def test_files_that_cannot_be_read(tmp_path):
    csv_file(tmp_path, "a\n1\n", name="villages.csv")
    with pytest.raises(InputError, match=r"villages\.csv"):
        read_table(tmp_path / "vilages.csv")
    with pytest.raises(InputError, match="folder"):
        read_table(tmp_path)
    (tmp_path / "old.xls").write_bytes(b"x")
    with pytest.raises(InputError, match=r"\.xlsx"):
        read_table(tmp_path / "old.xls")
    for remote in ("/vsicurl/http://x/y.csv", "http://x/y.csv", "/vsizip/a.zip/b.csv"):
        with pytest.raises(InputError, match=r"local files|no such file"):
            read_table(Path(remote))


def test_row_counts_must_add_up():
    with pytest.raises(MethodError, match="do not add up"):
        RowCount("a.csv", 10, 8, 1, 2)
    with pytest.raises(MethodError):
        RowCount("a.csv", 1, 2, -1, 0)


def test_row_findings_say_the_same_as_single_ones():
    first, second = row_findings("number-unreadable", "a.csv", "n", [(2, "x"), (5, "y")])
    assert (first.row, second.row, second.value) == (2, 5, "y")
    assert second.message() == first.message().replace("x", "y")
    assert row_findings("number-unreadable", "a.csv", "n", []) == ()


# --- XLSX ----------------------------------------------------------------------------------


def workbook(folder: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path = folder / "t.xlsx"
    book.save(path)
    return path


def test_workbook_cells_become_what_a_planner_reads(tmp_path):
    path = workbook(
        tmp_path,
        s=[
            ["code", "x", "date", "moment", "yes", "text", "none"],
            [
                440402001001,
                113.5767,
                dt.date(2012, 3, 1),
                dt.datetime(2012, 3, 1, 8, 30),  # noqa: DTZ001 - Excel knows no time zones
                True,
                "007",
                None,
            ],
            [440402001001.0, 3.0, None, None, False, "=1", None],
        ],
    )
    book = openpyxl.load_workbook(path)
    book["s"]["F3"].data_type = "s"  # a text that looks like a formula
    book.save(path)
    cells = read_table(path).cells
    assert cells.loc[2].tolist() == [
        "440402001001",
        "113.5767",
        "2012-03-01",
        "2012-03-01T08:30:00",
        "true",
        "007",
        "",
    ]
    assert cells.loc[3].tolist() == ["440402001001", "3", "", "", "false", "=1", ""]


def test_workbook_errors_and_formulas_without_result_are_told(tmp_path):
    path = workbook(tmp_path, s=[["a", "b"], [1, "=A2*2"], ["#DIV/0!", 5]])
    table = read_table(path)
    assert table.cells.to_dict("list") == {"a": ["1", ""], "b": ["", "5"]}
    assert [(one.code, one.row, one.value) for one in table.findings] == [
        ("cell-error", 3, "#DIV/0!"),
        ("formula-without-value", 2, "=A2*2"),
    ]


def test_workbook_rows_keep_their_numbers_and_cells_beside_the_table_shift_nothing(tmp_path):
    path = workbook(tmp_path, s=[["a"], [1], [None], [2, "a remark"]])
    table = read_table(path)
    assert table.cells["a"].to_dict() == {2: "1", 4: "2"}
    assert table.cells.loc[4, "column 2"] == "a remark"
    assert codes(table.findings) == ["header-empty"]


def test_workbook_sheets(tmp_path):
    path = workbook(tmp_path, 候车亭=[["a"], [1]], 说明=[["b"], [2]], 空=[])
    assert read_table(path, sheet="说明").cells.columns.tolist() == ["b"]
    assert read_table(path, sheet="说明").file == "t.xlsx[说明]"
    with pytest.raises(InputError, match="候车亭, 说明"):
        read_table(path)
    with pytest.raises(InputError, match="'候车亭'; use one of 候车亭, 说明, 空"):
        read_table(path, sheet="侯车亭")
    assert read_table(workbook(tmp_path, only=[["a"], [1]], 空=[])).file == "t.xlsx[only]"
    with pytest.raises(InputError, match="no data"):
        read_table(workbook(tmp_path, s=[]))


def test_a_workbook_that_is_none(tmp_path):
    (tmp_path / "t.xlsx").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(InputError, match="end is missing"):
        read_table(tmp_path / "t.xlsx")
