"""Reading planners' files: encodings, odd rows, types of cells, columns by kind."""

import datetime as dt
import json
import sqlite3
import struct
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely

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
    with pytest.raises(InputError, match="'候车亭'; there are: 候车亭, 说明, 空"):
        read_table(path, sheet="侯车亭")
    assert read_table(workbook(tmp_path, only=[["a"], [1]], 空=[])).file == "t.xlsx[only]"
    with pytest.raises(InputError, match="no data"):
        read_table(workbook(tmp_path, s=[]))


def test_a_workbook_that_is_none(tmp_path):
    (tmp_path / "t.xlsx").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(InputError, match="no readable"):
        read_table(tmp_path / "t.xlsx")


# --- vector files --------------------------------------------------------------------------

POINTS = gpd.GeoDataFrame(
    {
        "编号": ["0440", "0441"],
        "名称": ["珠海市斗门镇", "平沙"],
        "n": pd.array([12, None], dtype="Int64"),
        "share": [0.5, 2.0],
    },
    geometry=[shapely.Point(113.1, 22.2, 7), None],
    crs="EPSG:4490",
)


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "shp", "parquet"])
def test_vector_formats_give_the_same_table(tmp_path, ending):
    path = tmp_path / f"t.{ending}"
    if ending == "parquet":
        POINTS.to_parquet(path)
    else:
        POINTS.to_file(path, encoding="UTF-8")
    table = read_table(path)
    assert table.cells["编号"].to_dict() == {1: "0440", 2: "0441"}
    assert table.cells["名称"].tolist() == ["珠海市斗门镇", "平沙"]
    assert table.cells["n"].tolist() == ["12", ""]
    assert table.cells["share"].tolist() == ["0.5", "2"]
    assert table.geometry is not None
    assert shapely.equals_exact(table.geometry.loc[1], shapely.Point(113.1, 22.2))
    assert not table.geometry.loc[1].has_z
    assert table.geometry.loc[2] is None
    assert table.crs.to_epsg() == 4490


def test_kml(tmp_path):
    POINTS.to_crs("EPSG:4326").iloc[:1].to_file(tmp_path / "t.kml", driver="KML")
    table = read_table(tmp_path / "t.kml")
    assert table.cells["编号"].tolist() == ["0440"]
    assert table.crs.to_epsg() == 4326


@pytest.mark.parametrize(
    ("encoding", "cpg", "mark", "noted"),
    [
        ("gb18030", None, 0x00, "dbf-encoding-guessed"),
        ("gb18030", None, 0x57, "dbf-encoding-guessed"),
        ("gb18030", None, 0x4D, "dbf-encoding-guessed"),
        ("utf-8", None, 0x00, "dbf-encoding-guessed"),
        ("utf-8", None, 0x4D, "dbf-encoding-guessed"),
        ("gb18030", "GBK", 0x00, None),
        ("gb18030", "936", 0x00, None),
        ("utf-8", "UTF-8", 0x00, None),
        ("gb18030", "UTF-8", 0x00, "dbf-encoding-other"),
        ("utf-8", "GBK", 0x00, "dbf-encoding-other"),
    ],
)
def test_shapefile_text_is_never_mojibake(tmp_path, encoding, cpg, mark, noted):
    path = tmp_path / "t.shp"
    POINTS[["编号", "名称", "geometry"]].to_file(path, encoding=encoding)
    dbf = bytearray(path.with_suffix(".dbf").read_bytes())
    dbf[29] = mark
    path.with_suffix(".dbf").write_bytes(dbf)
    path.with_suffix(".cpg").unlink()
    if cpg:
        path.with_suffix(".CPG").write_text(cpg)
    table = read_table(path)
    assert list(table.cells.columns) == ["编号", "名称"]
    assert table.cells["名称"].tolist() == ["珠海市斗门镇", "平沙"]
    assert codes(table.findings) == ([noted] if noted else [])


def test_shapefile_text_cut_in_half_a_character_and_text_that_is_none(tmp_path):
    path = tmp_path / "t.shp"
    POINTS[["名称", "geometry"]].to_file(path, encoding="gb18030")
    path.with_suffix(".cpg").unlink()
    dbf = path.with_suffix(".dbf")
    whole = dbf.read_bytes()
    name = "珠海市斗门镇".encode("gb18030")
    dbf.write_bytes(whole.replace(name, name[:-1] + b" "))
    # the space after the lead byte is trimmed with the padding: half a character is left
    assert read_table(path).cells["名称"].tolist() == ["珠海市斗门", "平沙"]
    dbf.write_bytes(whole.replace(name, b"\xff" + name[1:]))
    with pytest.raises(InputError, match="neither UTF-8 nor GB18030") as caught:
        read_table(path)
    assert caught.value.row == 1


def test_another_format_behind_an_ending_is_not_followed(tmp_path):
    POINTS.to_file(tmp_path / "secret.gpkg", layer="secret")
    virtual = (
        '<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>'
        f"{tmp_path / 'secret.gpkg'}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    )
    algorithm = json.dumps(
        {
            "type": "gdal_streamed_alg",
            "command_line": f"gdal vector pipeline ! read {tmp_path / 'secret.gpkg'}",
        }
    )
    for ending in ("geojson", "json", "gpkg", "shp", "kml", "parquet"):
        for content in (virtual, algorithm):
            path = tmp_path / f"x.{ending}"
            path.write_text(content)
            with pytest.raises(InputError):
                read_table(path)


def test_a_database_that_is_no_geopackage(tmp_path):
    with sqlite3.connect(tmp_path / "t.gpkg") as base:
        base.execute("create table t (a)")
    base.close()
    with pytest.raises(InputError, match=r"not what the ending \.gpkg says|cannot be read"):
        read_table(tmp_path / "t.gpkg")


def test_geojson_must_be_utf8(tmp_path):
    text = json.dumps(json.loads(POINTS.to_crs(4326).to_json()), ensure_ascii=False)
    (tmp_path / "t.geojson").write_bytes(text.encode("gb18030"))
    with pytest.raises(InputError, match="must be UTF-8, byte"):
        read_table(tmp_path / "t.geojson")


def test_dates_in_geojson_stay_as_written(tmp_path):
    feature = {
        "type": "Feature",
        "properties": {"opened": "2012/3/1", "code": "2012-03-01"},
        "geometry": {"type": "Point", "coordinates": [113, 22]},
    }
    path = tmp_path / "t.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    assert read_table(path).cells.loc[1].tolist() == ["2012/3/1", "2012-03-01"]


def test_layers(tmp_path):
    path = tmp_path / "t.gpkg"
    POINTS.to_file(path, layer="villages")
    assert read_table(path).file == "t.gpkg"
    POINTS.iloc[:1].to_file(path, layer="towns")
    assert len(read_table(path, layer="towns").cells) == 1
    assert read_table(path, layer="towns").file == "t.gpkg[towns]"
    with pytest.raises(InputError, match="several layers: villages, towns"):
        read_table(path)
    with pytest.raises(InputError, match="nearest is 'towns'"):
        read_table(path, layer="town")
    with pytest.raises(InputError, match="no layer 'xyz'; there are: villages, towns"):
        read_table(path, layer="xyz")


def test_names_that_the_reader_would_misread(tmp_path):
    odd = tmp_path / "new!"
    odd.mkdir()
    POINTS.to_parquet(odd / "t.parquet")
    POINTS.to_file(tmp_path / "t.gpkg")
    (tmp_path / "t.gpkg").rename(odd / "t.gpkg")
    assert len(read_table(odd / "t.parquet").cells) == 2
    with pytest.raises(InputError, match="rename it"):
        read_table(odd / "t.gpkg")


def test_an_open_ring_is_closed_and_told(tmp_path):
    path = tmp_path / "t.geojson"
    ring = [[0, 0], [2, 0], [2, 2], [0, 2]]
    feature = {
        "type": "Feature",
        "properties": {"id": "1"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    table = read_table(path)
    assert table.geometry.loc[1].area == 4
    assert table.repaired == {1}
    assert codes(table.findings) == ["geometry-mended"]


def test_the_parishes_of_macau_have_seven_open_rings():
    path = SHARED / "macau" / "macau-freguesias.geojson"
    if not path.exists():
        pytest.skip("the shared data folder is not here")
    table = read_table(path)
    assert len(table.cells) == 8
    assert len(table.repaired) == 7
    assert shapely.area(table.geometry.to_numpy()).min() > 0


def test_a_shapefile_of_broken_length_is_an_error(tmp_path):
    path = tmp_path / "t.shp"
    path.write_bytes(struct.pack(">i", 9994) + b"\x00" * 50)
    with pytest.raises(InputError, match="cannot be read"):
        read_table(path)
