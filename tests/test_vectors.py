"""Reading vector files: drivers are pinned, text is never mojibake, no row is lost."""

import json
import sqlite3
import struct
import warnings
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import pytest
import shapely

from gapmap.errors import CrsError, InputError
from gapmap.findings import Finding
from gapmap.positions import locate
from gapmap.tables import Table, own_codes, read_table
from gapmap.tables.systems import candidate_systems

SHARED = Path(__file__).parents[1].parent / "shared" / "data"


def codes(found: tuple[Finding, ...]) -> list[str]:
    return [one.code for one in found]


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
    said = [code for code in codes(table.findings) if code != "geometry-flattened"]
    assert said == ([noted] if noted else [])


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
    for ending in ("geojson", "json", "gpkg", "shp", "kml", "gpx", "parquet", "zip", "kmz"):
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
    with pytest.raises(InputError, match="no layer 'xyz'"):
        read_table(path, layer="xyz")


def test_names_that_the_reader_would_misread(tmp_path):
    odd = tmp_path / "new!"
    odd.mkdir()
    POINTS.to_parquet(odd / "t.parquet")
    POINTS.to_file(tmp_path / "t.gpkg")
    (tmp_path / "t.gpkg").rename(odd / "t.gpkg")
    assert len(read_table(odd / "t.parquet").cells) == 2
    assert len(read_table(odd / "t.gpkg").cells) == 2


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


# --- shapefiles ----------------------------------------------------------------------------


def shapefile(folder: Path, rows: int = 9, name: str = "t") -> Path:
    frame = gpd.GeoDataFrame(
        {"code": [f"0440{n}" for n in range(rows)], "area": [n + 0.5 for n in range(rows)]},
        geometry=[shapely.Point(113 + n / 100, 22) for n in range(rows)],
        crs="EPSG:4490",
    )
    path = folder / f"{name}.shp"
    frame.to_file(path, encoding="UTF-8")
    return path


def error_of(path: Path, **knobs: str) -> InputError:
    with pytest.raises(InputError) as caught:
        read_table(path, **knobs)
    return caught.value


@pytest.mark.parametrize("part", [".shx", ".dbf"])
def test_a_shapefile_without_one_of_its_parts_is_an_error_that_names_it(tmp_path, part):
    path = shapefile(tmp_path)
    path.with_suffix(part).unlink()
    error = error_of(path)
    assert (error.code, error.value) == ("shapefile-part-missing", f"t{part}")


def test_a_short_table_is_an_error_with_the_three_counts(tmp_path):
    path = shapefile(tmp_path)
    dbf = path.with_suffix(".dbf")
    whole = dbf.read_bytes()
    header, width = struct.unpack_from("<HH", whole, 8)
    seven = whole[:4] + struct.pack("<I", 7) + whole[8 : header + 7 * width] + b"\x1a"
    dbf.write_bytes(seven)  # a whole table of seven rows beside nine shapes
    error = error_of(path)
    assert error.code == "shapefile-counts"
    assert ".shp 9, .shx 9, .dbf says 7 and holds 7" in error.text("en")
    dbf.write_bytes(whole[: header + 7 * width])  # cut off
    assert ".shp 9, .shx 9, .dbf says 9 and holds 7" in error_of(path).text("en")


def test_cut_shapes_are_an_error_and_never_empty_shapes(tmp_path):
    path = shapefile(tmp_path)
    whole = path.read_bytes()
    for cut in (1, 28, 60, 200):
        path.write_bytes(whole[:-cut])
        assert error_of(path).code == "shapefile-counts"
    path.write_bytes(whole + b"\0" * 28)
    assert error_of(path).code == "shapefile-length"
    path.write_bytes(whole)
    index = bytearray(path.with_suffix(".shx").read_bytes())
    index[100:108] = index[108:116]  # the first row now has the second one's shape
    path.with_suffix(".shx").write_bytes(index)
    assert error_of(path).code == "shapefile-index"
    path.with_suffix(".shx").write_bytes(index[:-8])
    assert ".shx 8" in error_of(path).text("en")


def test_rows_marked_as_deleted_stay_out_and_are_counted(tmp_path):
    path = shapefile(tmp_path)
    dbf = bytearray(path.with_suffix(".dbf").read_bytes())
    header, width = struct.unpack_from("<HH", dbf, 8)
    dbf[header + 2 * width] = ord("*")
    path.with_suffix(".dbf").write_bytes(dbf)
    table = read_table(path)
    assert (table.read, len(table.cells), table.excluded) == (9, 8, (3,))
    assert table.cells.loc[4, "code"] == "04403"
    assert table.geometry.loc[4].x == 113.03
    assert [(one.code, one.row) for one in table.findings] == [("dbf-row-deleted", 3)]


def test_endings_in_capitals_and_names_of_other_layers(tmp_path):
    path = shapefile(tmp_path, rows=2)
    shapefile(tmp_path, rows=5, name="t2")
    for part in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
        path.with_suffix(part).rename(tmp_path / f"t{part.upper()}")
    (tmp_path / "t.shp.xml").write_text("<metadata/>")
    table = read_table(tmp_path / "t.SHP")
    assert len(table.cells) == 2
    assert table.crs.to_epsg() == 4490
    assert error_of(tmp_path / "t.SHP", layer="t2").code == "layer-missing"


def dbf_file(path: Path, fields: list[tuple[str, str, int, int]], rows: list[bytes]) -> None:
    """Write a table by hand: name, kind, width and decimals of each field; rows as they stand."""
    width = 1 + sum(field[2] for field in fields)
    header = struct.pack("<B3BIHH20x", 3, 124, 1, 1, len(rows), 33 + 32 * len(fields), width)
    for name, kind, wide, decimals in fields:
        raw = name.encode("gb18030")[:10]
        header += struct.pack("<11sc4xBB14x", raw, kind.encode(), wide, decimals)
    assert all(len(row) == width - 1 for row in rows)
    path.write_bytes(header + b"\r" + b"".join(b" " + row for row in rows) + b"\x1a")


def test_what_other_programs_write_into_tables(tmp_path):
    path = shapefile(tmp_path, rows=3)
    path.with_suffix(".cpg").unlink()
    fields = [("行政区划代码", "N", 24, 11), ("long", "N", 20, 0), ("over", "N", 5, 0)]
    fields += [("built", "D", 8, 0), ("open", "L", 1, 0), ("memo", "M", 10, 0), ("f", "F", 14, 0)]
    rows = [
        b"440402001001.00000000000" + b"12345678901234567890" + b"*****" + b"20120301" + b"T",
        b"440402001002.50000000000" + b"                   7" + b"   42" + b"00000000" + b"?",
        b"                        " + b"00000000000000000012" + b"     " + b"20121341" + b"n",
    ]
    ends = [b"         1" + b" 1.1300000e+02", b"          " + b"   -0.25000000", b" " * 24]
    whole = [row + end for row, end in zip(rows, ends, strict=True)]
    dbf_file(path.with_suffix(".dbf"), fields, whole)
    table = read_table(path)
    code = table.cells.columns[0]
    assert code == "行政区划代"  # ten bytes
    assert table.cells[code].tolist() == ["440402001001", "440402001002.5", ""]
    assert table.cells["long"].tolist() == ["12345678901234567890", "7", "00000000000000000012"]
    assert table.cells["over"].tolist() == ["", "42", ""]
    assert table.cells["built"].tolist() == ["2012-03-01", "", "20121341"]
    assert table.cells["open"].tolist() == ["true", "", "false"]
    assert table.cells["f"].tolist() == ["113", "-0.25", ""]
    assert [(one.code, one.row, one.field) for one in table.findings] == [
        ("dbf-overflow", 1, "over"),
        ("dbf-date-zero", None, "built"),
        ("dbf-kind-unread", None, "memo"),
        ("dbf-encoding-guessed", None, ""),
    ]


def dbf_column(folder: Path, kind: str, width: int, *cells: bytes) -> Table:
    """Read a shapefile whose table has one field ``c`` with the cells as they stand."""
    path = shapefile(folder, rows=len(cells))
    dbf_file(path.with_suffix(".dbf"), [("c", kind, width, 0)], [*cells])
    return read_table(path)


def test_scientific_notation_in_a_table_makes_no_digits_up(tmp_path):
    cells = (b"4.40201E+11", b"4.40201001001e+011", b"4.40402E+005", b"4E5", b"-2.5e-3", b"0E+00")
    table = dbf_column(tmp_path, "N", 20, *(cell.rjust(20) for cell in cells))
    texts = ["4.40201e+11", "440201001001", "440402", "4e+5", "-0.0025", "0"]
    assert table.cells["c"].tolist() == texts
    with pytest.raises(InputError) as caught:
        own_codes(table, "c")
    said = [(one.code, one.row, one.value) for one in caught.value.found]
    assert said == [("code-digits-lost", 1, "4.40201e+11"), ("code-digits-lost", 4, "4e+5")]


def test_binary_numbers_in_a_table(tmp_path):
    money = dbf_column(tmp_path, "Y", 8, *(struct.pack("<q", n) for n in (1234500, -50000, 7)))
    assert money.cells["c"].tolist() == ["123.45", "-5", "0.0007"]
    doubles = (440402001001.0, 0.25, 2.0**53 - 1, 440402198001010000.0, float("nan"))
    table = dbf_column(tmp_path, "B", 8, *(struct.pack("<d", number) for number in doubles))
    texts = ["440402001001", "0.25", "9007199254740991", "4.4040219800101e+17", ""]
    assert table.cells["c"].tolist() == texts


@pytest.mark.parametrize(("kind", "cell"), [("+", b"\x80\0\0\1"), ("O", b"\x80" + bytes(7))])
def test_binary_numbers_of_dbase_7_are_not_read_and_told(tmp_path, kind, cell):
    table = dbf_column(tmp_path, kind, len(cell), cell)
    assert table.cells["c"].tolist() == [""]
    assert [(one.code, one.field) for one in table.findings] == [("dbf-kind-unread", "c")]


def test_truth_values_that_are_none_stay_as_they_stand(tmp_path):
    marks = b"TyF? 1X\0\xff"
    table = dbf_column(tmp_path, "L", 1, *(bytes([mark]) for mark in marks))
    assert table.cells["c"].tolist() == ["true", "true", "false", "", "", "1", "X", "", r"\xff"]


def test_what_stands_behind_a_zero_byte_is_told(tmp_path):
    cells = (b"ab\0\0  ", b"cd\0ef ", b"\0\0\0\0gh", b"      ")
    table = dbf_column(tmp_path, "C", 6, *cells)
    assert table.cells["c"].tolist() == ["ab", "cd", "", ""]
    (told,) = table.findings
    assert (told.code, told.row, told.field) == ("dbf-behind-nul", 2, "c")
    assert told.message() == "2 cells go on behind a zero byte, which ends a text"


def test_half_characters_at_the_end_of_fields_are_told_with_rows_of_the_file(tmp_path):
    path = shapefile(tmp_path, rows=4)
    path.with_suffix(".cpg").write_text("GBK")
    dbf = path.with_suffix(".dbf")
    rows = [text.encode("gbk")[:5].ljust(5) for text in ("甲", "平沙", "平沙村", "三灶镇")]
    dbf_file(dbf, [("name", "C", 5, 0)], rows)
    raw = bytearray(dbf.read_bytes())
    raw[33 + 32] = ord("*")  # the first row is marked as deleted
    dbf.write_bytes(raw)
    table = read_table(path)
    assert table.cells["name"].to_dict() == {2: "平沙", 3: "平沙", 4: "三灶"}
    told = [(one.code, one.row, one.field, one.value) for one in table.findings]
    assert told == [("dbf-text-cut", 3, "name", "平沙"), ("dbf-row-deleted", 1, "", "")]
    assert "2 cells" in table.findings[0].message()
    dbf.write_bytes(bytes(raw).replace("平沙村".encode("gbk")[:5], b"\xff\xff\xff\xff\xff"))
    assert error_of(path).row == 3


def test_a_field_name_cut_in_half_a_character(tmp_path):
    path = shapefile(tmp_path, rows=1)
    path.with_suffix(".cpg").write_text("GBK")
    dbf_file(path.with_suffix(".dbf"), [("a公共服务设施", "C", 4, 0)], ["名".encode("gbk") + b"  "])
    assert read_table(path).cells.to_dict("list") == {"a公共服务": ["名"]}


def test_field_names_that_are_alike_once_they_are_cut(tmp_path):
    path = shapefile(tmp_path, rows=1)
    path.with_suffix(".cpg").write_text("GBK")
    cut = [("a公共服务甲", "C", 1, 0), ("a公共服务乙", "C", 1, 0), ("a公共服务丠", "C", 1, 0)]
    dbf_file(path.with_suffix(".dbf"), cut, [b"123"])
    table = read_table(path)
    assert table.cells.loc[1].tolist() == ["1", "2", "3"]
    names = ["a公共服务", "a公共服务_2", "a公共服务_3"]
    assert list(table.cells.columns) == names
    assert codes(table.findings) == ["header-twice", "header-twice"]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "latin-1"])
def test_a_system_with_a_name_that_is_not_ascii(tmp_path, encoding):
    path = shapefile(tmp_path, rows=1)
    name = "S\xe3o" if encoding == "latin-1" else "国家2000坐标系"
    prj = path.with_suffix(".prj")
    text = prj.read_text().replace("GCS_China_Geodetic_Coordinate_System_2000", name)
    assert name in text
    prj.write_bytes(text.encode(encoding))
    crs = read_table(path).crs
    assert crs.is_geographic
    assert crs.ellipsoid.semi_major_metre == 6_378_137


def test_a_cell_that_is_nothing_but_half_a_character_is_empty(tmp_path):
    path = shapefile(tmp_path, rows=2)
    path.with_suffix(".cpg").unlink()
    rows = ["平".encode("gb18030"), b"\xc6 "]
    dbf_file(path.with_suffix(".dbf"), [("name", "C", 2, 0)], rows)
    assert read_table(path).cells["name"].tolist() == ["平", ""]


def test_big5_by_the_language_byte(tmp_path):
    path = shapefile(tmp_path, rows=1)
    path.with_suffix(".cpg").unlink()
    dbf = path.with_suffix(".dbf")
    dbf_file(dbf, [("name", "C", 12, 0)], ["澳門大堂區".encode("cp950").ljust(12)])
    raw = bytearray(dbf.read_bytes())
    raw[29] = 0x78
    dbf.write_bytes(raw)
    assert read_table(path).cells["name"].tolist() == ["澳門大堂區"]


def test_a_damaged_table_header(tmp_path):
    path = shapefile(tmp_path, rows=1)
    dbf = path.with_suffix(".dbf")
    whole = dbf.read_bytes()
    for broken in (b"", whole[:20], whole[:10] + b"\xff\xff" + whole[12:]):
        dbf.write_bytes(broken)
        assert error_of(path).code == "dbf-header"


@pytest.mark.parametrize("said", ["UTF\0-8", "zip", "unicode_escape", "idna", "98 936", "\xff"])
def test_a_cpg_that_names_no_character_set(tmp_path, said):
    path = shapefile(tmp_path, rows=1)
    path.with_suffix(".cpg").write_text(said, "latin-1")
    dbf_file(path.with_suffix(".dbf"), [("name", "C", 4, 0)], ["平沙".encode("gb18030")])
    table = read_table(path)
    assert table.cells["name"].tolist() == ["平沙"]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("平沙", "gb18030"),
        ("学校", "gb18030"),
        ("学校", "utf-8"),
        ("São Lourenço", "utf-8"),
        ("珠海·斗门", "utf-8"),
        ("珠海·斗门", "gb18030"),
    ],
)
def test_short_text_without_a_cpg(tmp_path, text, encoding):
    path = shapefile(tmp_path, rows=1)
    path.with_suffix(".cpg").unlink()
    dbf_file(path.with_suffix(".dbf"), [("name", "C", 20, 0)], [text.encode(encoding).ljust(20)])
    assert read_table(path).cells["name"].tolist() == [text]


# --- GeoJSON -------------------------------------------------------------------------------

ONE = '{"type":"Feature","properties":{"a":1},"geometry":{"type":"Point","coordinates":[113,22]}}'


def geojson(folder: Path, *features: str, top: str = "") -> Path:
    path = folder / "t.geojson"
    text = f'{{"type":"FeatureCollection",{top}"features":[{",".join(features)}]}}'
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("odd", ["null", "7", '"x"', '{"type":"Point","coordinates":[1,2]}'])
def test_what_is_no_feature_is_not_passed_over(tmp_path, odd):
    error = error_of(geojson(tmp_path, ONE, odd, ONE))
    assert error.code == "vector-rows-lost"
    assert "holds 3 features, but 2 can be read" in error.text("en")


def test_features_are_counted_whatever_their_texts_hold(tmp_path):
    tricky = ONE.replace('{"a":1}', r'{"a":"]},{\"features\":[ \\","b":[{},[]],"c":{"x":","}}')
    table = read_table(geojson(tmp_path, ONE, tricky, top='"bbox":[1,2,3,4],"name":"[{",'))
    assert table.read == 2
    assert table.cells["a"].tolist() == ["1", ']},{"features":[ \\']
    assert read_table(geojson(tmp_path)).read == 0


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"type":"FeatureCollection","features":[' + ONE, "geojson-malformed"),
        (ONE + "\n" + ONE, "geojson-malformed"),
        ("[" * 100_000, "geojson-deep"),
        ('{"type":"FeatureCollection","features":[' + "[" * 40 + "]" * 40 + "]}", "geojson-deep"),
        ("]", "geojson-malformed"),
        ("[]", "geojson-malformed"),
        ("hello", "geojson-malformed"),
        ("{}", "vector-not-its-format"),
        ('{"type":"Topology","objects":{}}', "vector-not-its-format"),
        ('{"type":"gdal_streamed_alg","command_line":"x"}', "vector-not-its-format"),
        ('{"type":"FeatureCollection"}', "vector-unreadable"),
        ('{"type":"FeatureCollection","features":[{"a":1e999}]}', "vector-rows-lost"),
        ('{"type":"FeatureCollection","features":[' + ONE.replace("113", "1e999"), ""),
    ],
)
def test_geojson_that_is_none(tmp_path, text, code):
    path = tmp_path / "t.geojson"
    path.write_text(text)
    assert error_of(path).code in (code or "geojson-malformed", "vector-unreadable")


@pytest.mark.parametrize(
    "crs",
    [
        '{"type":"link","properties":{"href":"http://127.0.0.1:9/crs.wkt"}}',
        '{"type":"name","properties":{"name":"file:///etc/passwd"}}',
        '{"type":"name","properties":{"name":"EPSG:999999"}}',
        '{"type":"EPSG","properties":{"code":4547}}',
        '"EPSG:4547"',
        "{}",
    ],
)
def test_a_coordinate_system_that_is_no_name_is_refused_and_never_fetched(tmp_path, crs):
    error = error_of(geojson(tmp_path, ONE, top=f'"crs":{crs},'))
    assert error.code == "crs-unreadable"
    assert isinstance(error, CrsError)


def test_an_old_crs_member_is_honoured(tmp_path):
    named = '"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4547"}},'
    assert read_table(geojson(tmp_path, ONE, top=named)).crs.to_epsg() == 4547
    lat_first = named.replace("4547", "4490")  # longitude stands first all the same
    table = read_table(geojson(tmp_path, ONE, top=lat_first))
    assert (table.crs.to_epsg(), table.geometry.iloc[0].x) == (4490, 113)
    assert read_table(geojson(tmp_path, ONE, top='"crs":null,')).crs.to_epsg() == 4326


def test_nul_in_a_text_is_told(tmp_path):
    table = read_table(geojson(tmp_path, ONE.replace('{"a":1}', r'{"a":"x\u0000y","b":"\\u0000"}')))
    assert [one.code for one in table.findings] == ["text-nul"]
    assert "1" in table.findings[0].message("en")


def coded(*numbers: str) -> list[str]:
    """Give features with the code written as each of ``numbers``."""
    return [ONE.replace('{"a":1}', f'{{"名":"e","code" : {one},"b":true}}') for one in numbers]


@pytest.mark.parametrize("chunk", [1 << 22, 7, 64])
def test_scientific_notation_in_geojson_makes_no_digits_up(tmp_path, monkeypatch, chunk):
    monkeypatch.setattr("gapmap.tables.geojson._CHUNK", chunk)
    bbox = ONE.replace('{"a":1}', '{"b":false,"名":"1e9","in":{"code":1E9}},"bbox":[1E2,2,3,4]')
    written = ("440403001001", "4.40403E11", "4.40403e+11", "4.40403001001E11", "4E5", "2.5E-3")
    table = read_table(geojson(tmp_path, bbox, *coded(*written), top='"n":[1E9,{"code":2E9}],'))
    texts = ["", "440403001001", "4.40403e+11", "4.40403e+11", "440403001001", "4e+5", "0.0025"]
    assert table.cells["code"].tolist() == texts
    told = [(one.code, one.row, one.field, one.value) for one in table.findings]
    assert told == [("digits-open", 3, "code", "4.40403E11")]
    assert table.findings[0].message().startswith("3 numbers ")
    with pytest.raises(InputError) as caught:
        own_codes(table, "code")
    assert [one.row for one in caught.value.found] == [3, 4, 6]


def test_scientific_notation_in_a_single_feature_and_under_strange_keys(tmp_path):
    path = tmp_path / "t.geojson"
    path.write_text(ONE.replace('"a":1', r'"x":"y","a\"b\\":-1.5E7').replace("113", "1.13E2"))
    table = read_table(path)
    assert table.cells['a"b\\'].tolist() == ["-1.5e+7"]
    assert [(one.code, one.row) for one in table.findings] == [("digits-open", 1)]
    twice = ONE.replace('"a":1', '"a":1E9,"a":5')
    assert read_table(geojson(tmp_path, twice)).cells["a"].tolist() == ["5"]


# --- shapes --------------------------------------------------------------------------------


def wkb(kind: int, *numbers: tuple[float, ...]) -> bytes:
    return struct.pack("<BII", 1, kind, len(numbers)) + b"".join(
        struct.pack("<2d", *xy) for xy in numbers
    )


def geopackage(folder: Path, *shapes: bytes) -> Path:
    """Write a GeoPackage whose shapes are these bytes."""
    path = folder / "t.gpkg"
    points = [shapely.Point(113, 22)] * len(shapes)
    codes = [str(n) for n, _ in enumerate(shapes, start=1)]
    gpd.GeoDataFrame({"id": codes}, geometry=points, crs=4490).to_file(path)
    with sqlite3.connect(path) as base:
        for (name,) in base.execute(
            "select name from sqlite_master where type='trigger'"
        ).fetchall():
            base.execute(f'drop trigger "{name}"')
        base.execute("update gpkg_geometry_columns set geometry_type_name='GEOMETRY'")
        head = b"GP\0\x01" + struct.pack("<i", 4490)
        for row, shape in enumerate(shapes, start=1):
            base.execute("update t set geom=? where fid=?", (head + shape, row))
    base.close()
    return path


def test_curves_become_straight_pieces_and_surfaces_in_space_are_told(tmp_path):
    arc = wkb(8, (0, 0), (1, 1), (2, 0))
    disc = struct.pack("<BII", 1, 10, 1) + wkb(8, (0, 0), (2, 0), (0, 0))
    ring = struct.pack("<I", 4) + struct.pack("<8d", 0, 0, 1, 0, 0, 1, 0, 0)
    tin = struct.pack("<BII", 1, 16, 1) + struct.pack("<BII", 1, 17, 1) + ring
    table = read_table(geopackage(tmp_path, arc, disc, tin, wkb(1)[:5] + struct.pack("<2d", 1, 2)))
    assert table.geometry.loc[1].length == pytest.approx(np.pi, rel=1e-3)
    assert table.geometry.loc[2].area == pytest.approx(np.pi, rel=1e-2)
    assert table.geometry.loc[3] is None
    assert table.geometry.loc[4].equals(shapely.Point(1, 2))
    told = {(one.code, one.row, one.value) for one in table.findings}
    assert {("geometry-curved", None, ""), ("geometry-unreadable", 3, "TIN")} <= told
    assert table.read == 4


def test_text_that_is_no_utf8_in_a_geopackage_is_an_error_and_no_mojibake(tmp_path):
    path = geopackage(tmp_path, wkb(1)[:5] + struct.pack("<2d", 113, 22))
    with sqlite3.connect(path) as base:
        base.execute("update t set id = cast(x'c6bdc9fe' as text)")
    base.close()
    assert error_of(path).code == "vector-unreadable"


def test_coordinates_that_are_no_numbers_and_bytes_that_are_no_shape(tmp_path):
    nan = struct.pack("<BI2d", 1, 1, float("nan"), 22.0)
    line = wkb(2, (0, 0), (float("inf"), 1))
    table = read_table(geopackage(tmp_path, nan, line, b"\x01\x01\x00"))
    assert table.geometry.isna().tolist() == [True, True, True]
    told = [(one.row, one.value) for one in table.findings if one.code == "geometry-unreadable"]
    assert told == [(3, "WKB"), (1, "NaN, inf"), (2, "NaN, inf")]


def test_mixed_kinds_and_heights_are_noted_once(tmp_path):
    line = ONE.replace(
        '"Point","coordinates":[113,22]', '"LineString","coordinates":[[1,2,3],[3,4,5]]'
    )
    table = read_table(geojson(tmp_path, ONE, line, ONE))
    assert {one.code: one.value for one in table.findings} == {
        "geometry-flattened": "",
        "geometry-mixed": "point 2, line 1",
    }
    assert not table.geometry.has_z.any()


def test_a_ring_is_left_open_where_nothing_may_be_repaired(tmp_path):
    ring = "[[0,0],[2,0],[2,2],[0,2]]"
    feature = ONE.replace('"Point","coordinates":[113,22]', f'"Polygon","coordinates":[{ring}]')
    table = read_table(geojson(tmp_path, feature), repair="none")
    assert table.geometry.loc[1] is None
    assert table.repaired == frozenset()
    assert codes(table.findings) == ["geometry-open"]


def test_an_open_ring_in_parquet_is_closed_like_any_other(tmp_path):
    path = tmp_path / "t.parquet"
    open_ring = shapely.box(0, 0, 2, 2).wkb[:9] + struct.pack("<I8d", 4, 0, 0, 2, 0, 2, 2, 0, 2)
    gpd.GeoDataFrame({"a": ["1"]}, geometry=[shapely.box(0, 0, 2, 2)], crs=4490).to_parquet(path)
    whole = pq.read_table(path)
    broken = whole.set_column(1, whole.schema.field(1), pa.array([open_ring]))
    pq.write_table(broken, path)
    table = read_table(path)
    assert table.geometry.loc[1].area == 4
    assert codes(table.findings) == ["geometry-mended"]


# --- KML and GPX ---------------------------------------------------------------------------

GPX = (
    '<gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">'
    '{points}<trk><name>t</name><trkseg><trkpt lat="22" lon="113"/>'
    '<trkpt lat="22.1" lon="113"/></trkseg></trk></gpx>'
)


def test_gpx_gives_waypoints_and_names_what_else_there_is(tmp_path):
    path = tmp_path / "t.gpx"
    path.write_text(
        GPX.format(points='<wpt lat="22.2" lon="113.1"><name>候车亭</name></wpt>'), "utf-8"
    )
    table = read_table(path)
    assert table.cells["name"].tolist() == ["候车亭"]
    assert (table.geometry.loc[1].x, table.geometry.loc[1].y) == (113.1, 22.2)
    assert [(one.code, one.value) for one in table.findings] == [("layers-others", "tracks")]
    assert len(read_table(path, layer="tracks").cells) == 1
    path.write_text(GPX.format(points=""))
    assert read_table(path).geometry.loc[1].geom_type == "MultiLineString"


def test_placemarks_are_counted_over_all_folders(tmp_path):
    point = (
        "<Placemark><name>{0}</name><Point><coordinates>113,22</coordinates></Point></Placemark>"
    )
    body = f"<Folder><name>A</name>{point.format(1)}<Placemark><name>2</name></Placemark></Folder>"
    path = tmp_path / "t.kml"
    path.write_text(
        f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}</Document></kml>'
    )
    table = read_table(path)
    assert table.cells["Name"].tolist() == ["1", "2"]
    assert table.geometry.loc[2] is None


# --- archives ------------------------------------------------------------------------------


def archive(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return path


def parts(path: Path, folder: str = "") -> dict[str, bytes]:
    found = sorted(path.parent.glob(f"{path.stem}.*"))
    return {f"{folder}{one.name}": one.read_bytes() for one in found}


def test_a_shapefile_in_an_archive_in_a_folder(tmp_path):
    members = parts(shapefile(tmp_path), "数据/") | {"readme.pdf": b"x", "__MACOSX/._t.shp": b"y"}
    table = read_table(archive(tmp_path / "a.zip", members))
    assert table.file == "a.zip[t.shp]"
    assert (table.read, table.crs.to_epsg()) == (9, 4490)
    assert table.cells["code"].tolist()[0] == "04400"
    assert [(one.code, one.value) for one in table.findings] == [("zip-others", "readme.pdf")]


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "parquet", "kml"])
def test_other_layers_in_an_archive(tmp_path, ending):
    frame = POINTS[["编号", "geometry"]].iloc[:1].to_crs(4326)
    inner = tmp_path / f"村.{ending}"
    if ending == "parquet":
        frame.to_parquet(inner)
    else:
        frame.to_file(inner, driver="KML" if ending == "kml" else None)
    table = read_table(archive(tmp_path / "a.zip", {inner.name: inner.read_bytes()}))
    assert table.file == f"a.zip[村.{ending}]"
    assert table.cells["编号"].tolist() == ["0440"]
    assert table.geometry.iloc[0].x == pytest.approx(113.1)


def test_a_table_in_an_archive_and_names_in_gbk(tmp_path):
    plain = archive(tmp_path / "a.zip", {"AA.csv": "编号,名称\n1,平沙\n".encode("gb18030")})
    named = plain.read_bytes().replace(b"AA.csv", "表".encode("gb18030") + b".csv")
    plain.write_bytes(named)
    table = read_table(plain)
    assert table.file == "a.zip[表.csv]"
    assert table.cells["名称"].tolist() == ["平沙"]
    assert {one.file for one in table.findings} <= {"a.zip[表.csv]"}
    error = error_of(archive(tmp_path / "b.zip", {"t.csv": b"a\n\xff\xff\n"}))
    assert error.file == "b.zip[t.csv]"


def test_a_sheet_in_an_archive_keeps_its_name(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "村.xlsx表"
    for row in (["编号", "名称"], ["0440 01", "平沙"], [], ["合计", None]):
        book.active.append(row)
    book.create_sheet("别的").append(["x"])
    book.save(tmp_path / "m.xlsx")
    path = archive(tmp_path / "m.zip", {"m.xlsx": (tmp_path / "m.xlsx").read_bytes()})
    table = read_table(path, sheet="村.xlsx表")
    assert table.file == "m.zip[m.xlsx][村.xlsx表]"
    assert table.findings
    assert {one.file for one in table.findings} == {table.file}


def test_several_layers_in_an_archive_are_named_and_one_can_be_chosen(tmp_path):
    members = {"towns.csv": b"a\n1\n", "in/villages.csv": b"a\n2\n3\n"}
    path = archive(tmp_path / "a.zip", members)
    error = error_of(path)
    assert error.code == "layer-needed"
    assert "towns.csv, in/villages.csv" in error.text("en")
    for name in ("villages", "villages.csv", "in/villages.csv"):
        assert len(read_table(path, layer=name).cells) == 2
    assert error_of(archive(tmp_path / "b.zip", {"x.pdf": b"x"})).code == "zip-without-layer"
    assert error_of(archive(tmp_path / "c.zip", {"x.zip": b"x"})).code == "zip-nested"


def test_kmz(tmp_path):
    point = "<Placemark><name>1</name><Point><coordinates>113,22</coordinates></Point></Placemark>"
    kml = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{point}</Document></kml>'.encode()
    path = archive(tmp_path / "a.kmz", {"files/b.kml": kml, "doc.kml": kml, "files/i.png": b"x"})
    table = read_table(path)
    assert table.file == "a.kmz[doc.kml]"
    assert len(table.cells) == 1
    assert table.findings == ()


# --- which system --------------------------------------------------------------------------


def placed(folder: Path, crs: str | None, *points: tuple[float, float], datum: str = "auto"):
    frame = gpd.GeoDataFrame({"a": ["1"]}, geometry=[shapely.MultiPoint(points)], crs=crs)
    path = folder / "t.shp"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        frame.to_file(path)
    return locate(read_table(path), crs="EPSG:4547", datum=datum)


@pytest.mark.parametrize(
    ("point", "named"),
    [
        ((113.5, 22.2), "wgs84, cgcs2000, gcj02, bd09"),
        ((38_447_000.0, 2_456_000.0), "EPSG:4526 (CGCS2000 / 3-degree Gauss-Kruger zone 38)"),
        ((19_757_000.0, 2_456_000.0), "EPSG:4497 (CGCS2000 / Gauss-Kruger zone 19)"),
        ((447_000.0, 2_456_000.0), "EPSG:4547 (CGCS2000 / 3-degree Gauss-Kruger CM 114E)"),
        ((12_635_000.0, 2_535_000.0), "EPSG:3857 (WGS 84 / Pseudo-Mercator)"),
        ((2_456_000.0, 38_447_000.0), "y, x: EPSG:4526"),
    ],
)
def test_a_file_without_system_is_an_error_with_candidates(tmp_path, point, named):
    with pytest.raises(CrsError) as caught:
        placed(tmp_path, None, point)
    assert caught.value.code == "crs-missing"
    assert named in caught.value.text("en")


def test_degrees_declared_over_metres_and_metres_over_degrees(tmp_path):
    metres = (38_447_000.0, 2_456_000.0)
    with pytest.raises(CrsError, match="EPSG:4526") as caught:
        placed(tmp_path, "EPSG:4490", metres)
    assert caught.value.code == "crs-metres-unnamed"
    assert placed(tmp_path, "EPSG:4490", metres, datum="EPSG:4526").geometry.iloc[0] is not None
    with pytest.raises(CrsError, match="wgs84, cgcs2000, gcj02, bd09") as caught:
        placed(tmp_path, "EPSG:4547", (113.5, 22.2))
    assert caught.value.code == "crs-other-size"
    assert placed(tmp_path, "EPSG:4547", (113.5, 22.2), datum="cgcs2000").findings == ()


@pytest.mark.parametrize("number", [-1, 0])
def test_an_undefined_system_is_none(tmp_path, number):
    path = geopackage(tmp_path, wkb(1)[:5] + struct.pack("<2d", 113, 22))
    with sqlite3.connect(path) as base:
        base.execute("update gpkg_geometry_columns set srs_id = ?", (number,))
        base.execute("update gpkg_contents set srs_id = ?", (number,))
    base.close()
    table = read_table(path)
    assert table.crs is None
    with pytest.raises(CrsError, match="wgs84, cgcs2000"):
        locate(table, crs="EPSG:4547")


def test_candidates_are_where_their_systems_are_used():
    for code in range(4513, 4534):
        crs = pyproj.CRS.from_epsg(code)
        area = crs.area_of_use
        lon, lat = (area.west + area.east) / 2, (area.south + area.north) / 2
        change = pyproj.Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
        x, y = change.transform(lon, lat)
        assert candidate_systems((x, y, x, y))[0] == f"EPSG:{code}"
        bare = code + 21  # the same zone without its number before the easting
        x -= (code - 4488) * 1_000_000
        assert f"EPSG:{bare}" in candidate_systems((x, y, x, y))
    assert candidate_systems((1e9, 1e9, 1e9, 1e9)) == ()
    assert candidate_systems((float("nan"),) * 4) == ()


# --- what offices leave: folders of Google Earth, measures, file geodatabases


def placemark(name: str) -> str:
    point = "<Point><coordinates>113,22</coordinates></Point>"
    return f"<Placemark><name>{name}</name>{point}</Placemark>"


def test_folders_of_kml_that_hold_only_folders_or_nothing_need_no_choice(tmp_path):
    path = tmp_path / "t.kml"
    inner = f"<Folder><name>内层</name>{placemark('甲')}{placemark('乙')}</Folder>"
    body = f"<Folder><name>东部</name>{inner}</Folder><Folder><name>西部</name></Folder>"
    head = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
    path.write_text(f"{head}{body}</Document></kml>", encoding="utf-8")
    table = read_table(path)
    assert list(table.cells["Name"]) == ["甲", "乙"]
    assert "id" not in table.cells  # an empty column of the driver's would be taken for the ids


def test_a_file_geodatabase_is_named_as_such(tmp_path):
    (tmp_path / "城.gdb").mkdir()
    with pytest.raises(InputError) as caught:
        read_table(tmp_path / "城.gdb")
    assert caught.value.code == "file-geodatabase"
