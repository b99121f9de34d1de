"""From columns or geometry of any datum to the CRS of measuring; bad positions are told."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

from gapmap.datum import convert_datum
from gapmap.errors import CrsError, InputError
from gapmap.positions import locate
from gapmap.tables import read_table

SHARED = Path(__file__).parents[1].parent / "shared" / "data"
METRIC = "EPSG:4547"
LON, LAT = 113.5767, 22.2707


def table(folder: Path, *rows: str, header: str = "id,lon,lat"):
    path = folder / "t.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return read_table(path)


def layer(folder: Path, shapes, crs="EPSG:4326", ending="gpkg"):
    path = folder / f"t.{ending}"
    frame = gpd.GeoDataFrame({"id": [str(i) for i in range(len(shapes))]}, geometry=shapes, crs=crs)
    if crs is None:
        frame.to_parquet(path)
    else:
        frame.to_file(path)
    return read_table(path)


def told(found):
    return [(one.code, one.row) for one in found if one.severity != "note"]


def metres(lon: float, lat: float) -> tuple[float, float]:
    return pyproj.Transformer.from_crs(4326, METRIC, always_xy=True).transform(lon, lat)


def test_bare_columns_are_wgs84_and_one_note_says_so(tmp_path):
    given = table(tmp_path, f"1,{LON},{LAT}", "2,113,22")
    found = locate(given, crs=METRIC, x="lon", y="lat")
    assert found.geometry.crs == pyproj.CRS(METRIC)
    assert list(found.geometry.index) == [2, 3]
    assert (found.geometry.x.loc[2], found.geometry.y.loc[2]) == pytest.approx(metres(LON, LAT))
    assert [(one.code, one.severity) for one in found.findings] == [("datum-assumed", "note")]
    assert found.repaired == frozenset()


@pytest.mark.parametrize("datum", ["wgs84", "cgcs2000", "gcj02", "bd09"])
def test_named_datums_lead_to_the_same_place(tmp_path, datum):
    lon, lat = convert_datum(LON, LAT, source="wgs84", target=datum)
    given = table(tmp_path, f"1,{lon},{lat}")
    found = locate(given, crs=METRIC, datum=datum, x="lon", y="lat")
    point = found.geometry.iloc[0]
    assert point.distance(shapely.Point(metres(LON, LAT))) < 1e-5
    assert found.findings == ()


def test_metres_need_their_code(tmp_path):
    east, north = metres(LON, LAT)
    given = table(tmp_path, f"1,{east},{north}", f"2,{east + 1},{north}", "3,,")
    with pytest.raises(CrsError, match="look like metres"):
        locate(given, crs=METRIC, x="lon", y="lat")
    found = locate(given, crs=METRIC, datum="EPSG:4547", x="lon", y="lat")
    assert found.geometry.x.iloc[0] == east
    assert told(found.findings) == [("position-empty", 4)]
    to_degrees = locate(given, crs="EPSG:4326", datum="epsg:4547", x="lon", y="lat")
    assert to_degrees.geometry.y.iloc[0] == pytest.approx(LAT, abs=1e-9)


def test_east_and_north_exchanged_are_not_placed_on_another_continent(tmp_path):
    east, north = metres(LON, LAT)
    given = table(tmp_path, f"1,{east},{north}", f"2,{north},{east}")
    found = locate(given, crs="EPSG:4326", datum="EPSG:4547", x="lon", y="lat")
    assert found.geometry.notna().tolist() == [True, False]
    assert told(found.findings) == [("position-out-of-range", 3)]


def test_every_bad_position_is_told_once_with_its_row(tmp_path):
    given = table(
        tmp_path,
        "ok,113.5,22.2",
        "empty,,",
        "half,113.5,",
        "text,村口,22.2",
        "zero,0,0.0",
        "far,1135.4,22.2",
        "swapped,22.2,113.5",
        "south,113.5,-95",
        "unit,113.5,22.2",
    )
    found = locate(given, crs=METRIC, x="lon", y="lat")
    assert sorted(told(found.findings), key=lambda one: one[1]) == [
        ("position-empty", 3),
        ("position-half", 4),
        ("position-unreadable", 5),
        ("position-zero", 6),
        ("position-out-of-range", 7),
        ("position-swapped", 8),
        ("position-out-of-range", 9),
    ]
    assert found.repaired == {8}
    assert found.geometry.notna().tolist() == [True] + [False] * 5 + [True, False, True]
    assert found.geometry.loc[8].equals(found.geometry.loc[2])
    values = {one.row: one.value for one in found.findings}
    assert values[7] == "1135.4, 22.2"
    assert values[8] == "22.2, 113.5"
    assert values[4] == "113.5, "


def test_latitudes_that_could_be_either_are_left_alone(tmp_path):
    given = table(tmp_path, "1,22.2,83.5", "2,83.5,22.2")
    found = locate(given, crs="EPSG:4326", x="lon", y="lat")
    assert found.geometry.x.tolist() == [22.2, 83.5]
    assert found.repaired == frozenset()


def test_a_file_with_geometry_is_taken_as_declared_and_a_note_says_so(tmp_path):
    given = layer(tmp_path, [shapely.Point(LON, LAT), None, shapely.Point()])
    found = locate(given, crs=METRIC)
    assert found.geometry.notna().tolist() == [True, False, False]
    assert found.geometry.iloc[0].distance(shapely.Point(metres(LON, LAT))) < 1e-6
    assert told(found.findings) == [("position-empty", 2), ("position-empty", 3)]
    (note,) = [one for one in found.findings if one.severity == "note"]
    assert note.code == "datum-as-declared"
    assert "EPSG:4326" in note.message()


def test_a_named_datum_overrules_what_the_file_declares(tmp_path):
    lon, lat = convert_datum(LON, LAT, source="wgs84", target="gcj02")
    box = shapely.box(lon, lat, lon + 0.01, lat + 0.01)
    given = layer(tmp_path, [box])
    found = locate(given, crs="EPSG:4326", datum="gcj02")
    corner = found.geometry.bounds.loc[1, ["minx", "miny"]]
    # each corner is moved by its own shift, so the box does not stay one: a metre or so
    assert corner.tolist() == pytest.approx([LON, LAT], abs=5e-5)
    vertices = shapely.get_coordinates(found.geometry.iloc[0])
    again = np.column_stack(convert_datum(*vertices.T, source="wgs84", target="gcj02"))
    np.testing.assert_allclose(again, shapely.get_coordinates(box), atol=1e-11)


def test_polygons_of_a_projected_file(tmp_path):
    east, north = metres(LON, LAT)
    given = layer(tmp_path, [shapely.box(east, north, east + 100, north + 50)], crs=METRIC)
    found = locate(given, crs="EPSG:32649")
    # UTM zone 49 is 2.6 degrees off its meridian here: lengths are 0.06 % too long, areas twice
    assert found.geometry.area.iloc[0] == pytest.approx(5000, rel=2e-3)
    with pytest.raises(CrsError, match="needs longitudes and latitudes"):
        locate(given, crs=METRIC, datum="gcj02")


def test_swapped_and_zero_geometry(tmp_path):
    given = layer(
        tmp_path,
        [
            shapely.LineString([(22.2, 113.5), (22.3, 113.6)]),
            shapely.LineString([(22.2, 113.5), (113.6, 22.3)]),
            shapely.Point(0, 0),
        ],
    )
    found = locate(given, crs="EPSG:4326")
    assert found.geometry.iloc[0].equals(shapely.LineString([(113.5, 22.2), (113.6, 22.3)]))
    assert found.repaired == {1}
    assert told(found.findings) == [
        ("position-swapped", 1),
        ("position-out-of-range", 2),
        ("position-zero", 3),
    ]


def test_an_old_datum_is_brought_to_wgs84_where_the_way_is_known(tmp_path):
    # EPSG 1825, Hong Kong 1980 to WGS 84: 252.7 m east, 169.8 m south at this spot
    found = locate(layer(tmp_path, [shapely.Point(114.17, 22.3)], crs="EPSG:4611"), crs=METRIC)
    x, y = metres(114.17, 22.3)
    assert found.geometry.iloc[0].x - x == pytest.approx(252.7, abs=1)
    assert found.geometry.iloc[0].y - y == pytest.approx(-169.8, abs=1)
    assert told(found.findings) == []


@pytest.mark.parametrize("code", [2383, 4610, 4555, 4214])
def test_an_old_datum_whose_shift_is_not_published_is_a_warning(tmp_path, code):
    lon, lat = (116.4, 39.9) if code == 4214 else (LON, LAT)  # at the Pearl River's mouth it is
    xy = pyproj.Transformer.from_crs(pyproj.CRS(code).geodetic_crs, code, always_xy=True).transform(
        lon, lat
    )
    found = locate(layer(tmp_path, [shapely.Point(xy)], crs=f"EPSG:{code}"), crs=METRIC)
    assert told(found.findings) == [("datum-shift-unknown", None)]
    assert found.geometry.notna().all()


def test_a_file_without_crs_needs_a_datum(tmp_path):
    given = layer(tmp_path, [shapely.Point(LON, LAT)], crs=None, ending="parquet")
    with pytest.raises(CrsError, match="declares no coordinate system"):
        locate(given, crs=METRIC)
    found = locate(given, crs=METRIC, datum="cgcs2000")
    assert found.geometry.notna().all()
    metre_file = layer(tmp_path, [shapely.Point(*metres(LON, LAT))], crs=None, ending="parquet")
    with pytest.raises(CrsError, match="look like metres"):
        locate(metre_file, crs=METRIC, datum="wgs84")


def test_what_cannot_be_asked_for(tmp_path):
    given = table(tmp_path, f"1,{LON},{LAT}")
    with pytest.raises(CrsError, match="cannot tell its datum"):
        locate(given, crs=METRIC, datum="detect", x="lon", y="lat")
    with pytest.raises(CrsError, match="'mars' is unknown"):
        locate(given, crs=METRIC, datum="mars", x="lon", y="lat")
    with pytest.raises(CrsError, match="no coordinate system 'EPSG:1'"):
        locate(given, crs=METRIC, datum="EPSG:1", x="lon", y="lat")
    with pytest.raises(InputError, match="no geometry"):
        locate(given, crs=METRIC)
    with pytest.raises(InputError, match="only one"):
        locate(given, crs=METRIC, x="lon")
    with pytest.raises(InputError, match="nearest: lon"):
        locate(given, crs=METRIC, x="long", y="lat")


def test_a_ring_that_was_mended_counts_as_repaired():
    path = SHARED / "macau" / "macau-freguesias.geojson"
    if not path.exists():
        pytest.skip("the shared data folder is not here")
    found = locate(read_table(path), crs=METRIC)
    assert len(found.repaired) == 7
    assert found.geometry.notna().all()


def test_the_districts_of_zhuhai_say_wgs84_and_are_gcj02():
    path = SHARED / "zhuhai" / "districts_440400_gcj02.geojson"
    if not path.exists():
        pytest.skip("the shared data folder is not here")
    given = read_table(path)
    true = locate(given, crs=METRIC, datum="gcj02").geometry
    areas_km2 = dict(zip(given.cells["adcode"], true.area / 1e6, strict=True))
    assert areas_km2["440403"] == pytest.approx(642, rel=0.01)
    believed = locate(given, crs=METRIC).geometry
    shift = true.centroid.distance(believed.centroid)
    assert shift.between(550, 660).all()


def test_a_table_that_was_located_is_unchanged(tmp_path):
    given = table(tmp_path, "1,22.2,113.5", "2,113,22")
    before = given.cells.copy()
    locate(given, crs=METRIC, x="lon", y="lat")
    assert given.cells.equals(before)
    shapes = layer(tmp_path, [shapely.Point(22.2, 113.5)])
    locate(shapes, crs=METRIC)
    assert shapes.geometry.iloc[0].equals(shapely.Point(22.2, 113.5))


def test_empty_tables(tmp_path):
    found = locate(table(tmp_path), crs=METRIC, x="lon", y="lat")
    assert len(found.geometry) == 0
    assert told(found.findings) == []
