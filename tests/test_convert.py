"""``gapmap convert``: files in another datum, nothing else changed."""

from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely

from gapmap.convert import convert_file
from gapmap.datum import convert_datum
from gapmap.errors import CrsError, InputError, OutputError
from gapmap.tables import read_table

LON, LAT = 113.5767, 22.2707
GCJ = convert_datum(LON, LAT, source="wgs84", target="gcj02")


def csv_file(folder: Path, text: str, name: str = "in.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def codes(found):
    return [one.code for one in found]


@pytest.mark.parametrize(
    "header",
    ["lon,lat", "LNG,LAT", "longitude,latitude", "经度,纬度", "x,y", "东经,北纬"],
)
def test_coordinate_columns_are_found_and_everything_else_kept(tmp_path, header):
    path = csv_file(tmp_path, f"id,{header},note\n007,{GCJ[0]},{GCJ[1]}, =1+1 \n")
    out = tmp_path / "out.csv"
    found = convert_file(path, out, source="gcj02", target="wgs84")
    table = read_table(out)
    code, x, y, note = table.cells.iloc[0].tolist()
    assert (code, note) == ("007", " =1+1 ")
    assert (float(x), float(y)) == pytest.approx((LON, LAT), abs=1e-9)
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    assert codes(found) == ["column-chosen", "column-chosen", "convert-done"]
    assert dict(found[-1].facts)["changed"] == "1"


def test_rows_without_position_stay_as_they_are_and_are_told(tmp_path):
    path = csv_file(
        tmp_path, f"id,lon,lat\n1,{LON},{LAT}\n2,,\n3,0,0\n4,约113,22\n5,{LAT},{LON}\n6,1135,22\n"
    )
    out = tmp_path / "out.csv"
    found = convert_file(path, out, source="wgs84", target="gcj02")
    rows = read_table(out).cells.to_numpy().tolist()
    assert rows[1:4] == [["2", "", ""], ["3", "0", "0"], ["4", "约113", "22"]]
    assert rows[5] == ["6", "1135", "22"]
    for row in (rows[0], rows[4]):
        assert (float(row[1]), float(row[2])) == pytest.approx(GCJ, abs=1e-9)
    assert {(one.code, one.row) for one in found if one.severity == "warning" and one.row} == {
        ("position-empty", 3),
        ("position-zero", 4),
        ("position-unreadable", 5),
        ("position-swapped", 6),
        ("position-out-of-range", 7),
    }
    assert "convert-shifted" in codes(found)


def test_workbooks_keep_text_as_text(tmp_path):
    path = csv_file(tmp_path, f"id,lon,lat,note\n0070,{GCJ[0]},{GCJ[1]},=1+1\n2,,,http://x.cn\n")
    out = tmp_path / "out.xlsx"
    convert_file(path, out, source="gcj02", target="wgs84")
    sheet = openpyxl.load_workbook(out).active
    assert [cell.value for cell in sheet[1]] == ["id", "lon", "lat", "note"]
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("0070", "s")
    assert (sheet["D2"].value, sheet["D2"].data_type) == ("=1+1", "s")
    assert sheet["B2"].data_type == "n"
    assert sheet["B2"].value == pytest.approx(LON, abs=1e-9)
    assert sheet["D3"].hyperlink is None
    again = tmp_path / "again.csv"
    convert_file(out, again, source="wgs84", target="gcj02")
    x, y = (float(read_table(again).cells.loc[2, name]) for name in ("lon", "lat"))
    assert (x, y) == pytest.approx(GCJ, abs=1e-9)


SHAPES = gpd.GeoDataFrame(
    {"编号": ["007", "8"], "人口": [5, 6]},
    geometry=[
        shapely.box(113.1, 22.1, 113.3, 22.2).difference(shapely.box(113.15, 22.12, 113.2, 22.15)),
        shapely.MultiPolygon([shapely.box(113.5, 22.1, 113.6, 22.2)]),
    ],
    crs="EPSG:4326",
)


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "json", "shp", "parquet", "kml"])
@pytest.mark.parametrize("target", ["wgs84", "cgcs2000", "gcj02"])
def test_every_vertex_of_every_format(tmp_path, ending, target):
    path = tmp_path / "in.gpkg"
    SHAPES.to_file(path)
    out = tmp_path / f"out.{ending}"
    found = convert_file(path, out, source="bd09", target=target)
    table = read_table(out)
    assert table.cells["编号"].tolist() == ["007", "8"]
    assert table.cells["人口"].tolist() == ["5", "6"]
    before = shapely.get_coordinates(shapely.normalize(SHAPES.geometry.to_numpy()))
    expected = shapely.transform(
        SHAPES.geometry.to_numpy(),
        lambda x, y: convert_datum(x, y, source="bd09", target=target),
        interleaved=False,
    )
    assert shapely.get_num_coordinates(table.geometry.to_numpy()).sum() == len(before)
    # GeoJSON and KML are written with a limited number of decimals: a centimetre
    assert shapely.hausdorff_distance(table.geometry.to_numpy(), expected).max() < 1e-7
    declared = None if table.crs is None else table.crs.to_epsg()
    always = 4326 if ending in ("geojson", "json", "kml") else None
    assert declared == {"wgs84": 4326, "cgcs2000": 4490, "gcj02": always}[target] or (
        ending == "kml" and declared == 4326
    )
    assert ("convert-shifted" in codes(found)) == (target == "gcj02")


def test_a_projected_file_is_led_to_degrees(tmp_path):
    path = tmp_path / "in.gpkg"
    SHAPES.to_crs("EPSG:4547").to_file(path)
    out = tmp_path / "out.gpkg"
    convert_file(path, out, source="cgcs2000", target="wgs84")
    table = read_table(out)
    assert table.crs.to_epsg() == 4326
    expected = SHAPES.geometry.to_numpy()
    assert shapely.hausdorff_distance(table.geometry.to_numpy(), expected).max() < 1e-9
    with pytest.raises(CrsError, match="needs longitudes and latitudes"):
        convert_file(path, tmp_path / "other.gpkg", source="gcj02", target="wgs84")


def test_features_without_geometry_stay(tmp_path):
    path = tmp_path / "in.gpkg"
    frame = gpd.GeoDataFrame({"id": ["1", "2"]}, geometry=[shapely.Point(113, 22), None], crs=4326)
    frame.to_file(path)
    found = convert_file(path, tmp_path / "out.geojson", source="wgs84", target="gcj02")
    table = read_table(tmp_path / "out.geojson")
    assert table.geometry.notna().tolist() == [True, False]
    assert dict(found[-1].facts)["changed"] == "1"
    assert dict(found[-1].facts)["count"] == "2"


def test_the_input_is_never_overwritten(tmp_path):
    path = csv_file(tmp_path, f"lon,lat\n{LON},{LAT}\n")
    before = path.read_bytes()
    link = tmp_path / "link.csv"
    link.symlink_to(path)
    for out in (path, link, tmp_path / "." / "in.csv"):
        with pytest.raises(InputError, match="is the input"):
            convert_file(path, out, source="wgs84", target="gcj02")
    assert path.read_bytes() == before


def test_what_cannot_be_converted(tmp_path):
    path = csv_file(tmp_path, "a,b\n1,2\n")
    with pytest.raises(InputError, match="there are: a, b"):
        convert_file(path, tmp_path / "out.csv", source="wgs84", target="gcj02")
    assert not (tmp_path / "out.csv").exists()
    good = csv_file(tmp_path, f"lon,lat\n{LON},{LAT}\n", "good.csv")
    with pytest.raises(InputError, match=r"'\.gpkg' cannot be written"):
        convert_file(good, tmp_path / "out.gpkg", source="wgs84", target="gcj02")
    with pytest.raises(CrsError, match="no datum that can be converted"):
        convert_file(good, tmp_path / "out.csv", source="wgs84", target="mars")
    with pytest.raises(OutputError, match="no folder"):
        convert_file(good, tmp_path / "none" / "out.csv", source="wgs84", target="gcj02")
    with pytest.raises(InputError, match="no such file"):
        convert_file(tmp_path / "none.csv", tmp_path / "o.csv", source="wgs84", target="gcj02")


def test_a_write_that_fails_leaves_the_old_file(tmp_path):
    path = tmp_path / "in.gpkg"
    mixed = gpd.GeoDataFrame(
        {"id": ["1", "2"]},
        geometry=[shapely.Point(113, 22), shapely.box(113, 22, 114, 23)],
        crs="EPSG:4326",
    )
    mixed.to_file(path)
    out = tmp_path / "out.shp"
    out.write_bytes(b"old")
    with pytest.raises(OutputError, match="another format"):
        convert_file(path, out, source="wgs84", target="gcj02")
    assert out.read_bytes() == b"old"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["in.gpkg", "out.shp"]


def test_a_long_round_through_all_datums_comes_back(tmp_path):
    here = csv_file(tmp_path, f"lon,lat\n{LON},{LAT}\n", "0.csv")
    for step, (source, target) in enumerate(
        [("wgs84", "bd09"), ("bd09", "gcj02"), ("gcj02", "cgcs2000")], start=1
    ):
        there = tmp_path / f"{step}.csv"
        convert_file(here, there, source=source, target=target)
        here = there
    last = pd.read_csv(here, encoding="utf-8-sig")
    assert last.iloc[0].tolist() == pytest.approx([LON, LAT], abs=1e-9)
