"""Files made to harm: refused with a finding, never followed, never a crash."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import json
import os
import pickle
import sqlite3
import stat
import struct
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

import gapmap
from gapmap.errors import InputError
from gapmap.studyfile import read_study_file
from gapmap.tables import read_table
from gapmap.tables.xml_guard import count_elements, refuse_entities

LAUGHS = (
    '<?xml version="1.0"{encoding}?><!-- a --><!DOCTYPE kml [<!ENTITY a "ha">'
    '<!ENTITY b "&a;&a;">]><kml xmlns="http://www.opengis.net/kml/2.2">&b;</kml>'
)
OUTSIDE = '<!DOCTYPE osm SYSTEM "file:///etc/passwd"><osm/>'


def refused(call, *arguments, **knobs) -> InputError:
    with pytest.raises(InputError) as caught:
        call(*arguments, **knobs)
    return caught.value


def outcome(path: Path) -> int | str:
    """Read a file: how many rows it gave, or the code of the error."""
    try:
        return len(read_table(path).cells)
    except InputError as error:
        return error.code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress])
def test_a_document_type_is_refused_in_every_encoding_and_packing(tmp_path, encoding, pack):
    path = tmp_path / "a.kml"
    named = ' encoding="UTF-16"' if "16" in encoding else ""
    path.write_bytes(pack(LAUGHS.format(encoding=named).encode(encoding)))
    assert refused(refuse_entities, path).code == "xml-entities"
    path.write_bytes(pack(OUTSIDE.encode(encoding)))
    assert refused(refuse_entities, path).code == "xml-entities"


def test_plain_xml_gives_its_first_element_and_a_later_doctype_is_text(tmp_path):
    path = tmp_path / "a.osm"
    path.write_text(
        '<?xml version="1.0"?>\n<!-- <!DOCTYPE a> -->\n'
        '<x:osm xmlns:x="y"><![CDATA[<!ENTITY a "b">]]></x:osm>'
    )
    assert refuse_entities(path) == "osm"


@pytest.mark.parametrize(
    "content", [b"", b"   ", b"\x00\x01", b"a,b\n1,2\n", b"BZh9 no", b"\x1f\x8b\x08 no"]
)
def test_what_is_no_xml_is_told(tmp_path, content):
    path = tmp_path / "a.osm"
    path.write_bytes(content)
    assert refused(refuse_entities, path).code == "xml-malformed"


def test_a_beginning_without_end_is_not_read_to_its_end(tmp_path):
    path = tmp_path / "a.osm.bz2"
    path.write_bytes(bz2.compress(b"<!--" + b" " * 50_000_000))
    assert "1048576" in refused(refuse_entities, path).text("en")


def test_depth_has_a_bound():
    counts = count_elements(io.BytesIO(b"<a>" * 200 + b"</a>" * 200), "a.kml", ["a", "b"])
    assert counts == {"a": 200, "b": 0}
    error = refused(count_elements, io.BytesIO(b"<a>" * 201 + b"</a>" * 201), "a.kml", [])
    assert error.code == "xml-deep"


# --- GDAL ----------------------------------------------------------------------------------

VIRTUAL = (
    '<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{target}</SrcDataSource>'
    "</OGRVRTLayer></OGRVRTDataSource>"
)
RASTER = (
    '<VRTDataset rasterXSize="1" rasterYSize="1"><VRTRasterBand dataType="Byte" band="1">'
    "<SimpleSource><SourceFilename>{target}</SourceFilename></SimpleSource>"
    "</VRTRasterBand></VRTDataset>"
)


def run_apart(code: str, folder: Path, **environment: str) -> str:
    """Run Python in a process of its own: what GDAL loads is decided once in each."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(gapmap.__file__).parent.parent), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.strip()


def test_no_driver_that_follows_a_file_elsewhere_is_loaded(tmp_path):
    secret = tmp_path / "secret.geojson"
    secret.write_text('{"type":"FeatureCollection","name":"secret","features":[]}')
    (tmp_path / "x.shp").write_text(VIRTUAL.format(target=secret))
    (tmp_path / "x.tif").write_text(RASTER.format(target=tmp_path / "real.tif"))
    code = """
import gapmap, pyogrio, rasterio
from gapmap.gdal_guard import FOLLOWING, NEWER
kept_out = {one.upper() for one in (*FOLLOWING, *NEWER)}
left = kept_out & {one.upper() for one in pyogrio.list_drivers()}
with rasterio.Env() as env:
    left |= kept_out & {one.upper() for one in env.drivers()}
print(sorted(left))
for call in (lambda: pyogrio.read_info("x.shp"), lambda: rasterio.open("x.tif"),
             lambda: pyogrio.read_info("/vsicurl/http://127.0.0.1:9/a.geojson")):
    try:
        call()
        print("opened")
    except Exception as error:
        print(type(error).__name__)
print({"GeoJSON", "GPKG", "ESRI Shapefile", "GPX"} <= set(pyogrio.list_drivers()))
"""
    said = run_apart(code, tmp_path, GDAL_SKIP="PDF").splitlines()
    assert said == ["[]", "DataSourceError", "RasterioIOError", "DataSourceError", "True"]


@pytest.mark.parametrize("ending", ["shp", "gpkg", "geojson", "json", "kml", "gpx", "parquet"])
def test_a_virtual_dataset_is_not_followed_though_gdal_was_loaded_before(tmp_path, ending):
    secret = tmp_path / "secret.geojson"
    secret.write_text('{"type":"FeatureCollection","name":"secret","features":[]}')
    (tmp_path / f"x.{ending}").write_text(VIRTUAL.format(target=secret))
    code = f"""
import os; os.environ.pop("GDAL_SKIP", None)
import pyogrio
assert "OGR_VRT" in pyogrio.list_drivers()
import pathlib
from gapmap.errors import InputError
from gapmap.tables import read_table
try:
    read_table(pathlib.Path("x.{ending}"))
    print("opened")
except InputError as error:
    print(error.code)
"""
    refusals = ("vector-not-its-format", "vector-unreadable", "geojson-malformed")
    assert run_apart(code, tmp_path) in refusals


@pytest.mark.parametrize("ending", ["geojson", "shp", "kml", "gpkg"])
def test_a_virtual_dataset_in_an_archive_is_not_followed(tmp_path, ending):
    inner = VIRTUAL.format(target=tmp_path / "secret.geojson").encode()
    path = zipped(tmp_path, {f"x.{ending}": inner})
    refusals = ("vector-not-its-format", "geojson-malformed")
    assert refused(read_table, path).code in refusals


def test_a_system_that_names_grid_files_is_not_asked_for_them(tmp_path):
    gpd.GeoDataFrame({"a": ["1"]}, geometry=[shapely.Point(1, 2)], crs=4326).to_file(
        tmp_path / "t.shp"
    )
    (tmp_path / "t.prj").write_text(
        'PROJCS["x",GEOGCS["y",DATUM["z",SPHEROID["s",6378137,298.25]],PRIMEM["Greenwich",0],'
        'UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],UNIT["metre",1],'
        f'EXTENSION["PROJ4","+proj=tmerc +nadgrids={tmp_path}/evil.gsb +no_defs"]]'
    )
    assert outcome(tmp_path / "t.shp") in (1, "crs-unreadable")
    with contextlib.suppress(InputError):
        assert "evil" not in read_table(tmp_path / "t.shp").crs.to_wkt()


# --- archives ------------------------------------------------------------------------------


def zipped(folder: Path, members: dict[str, bytes], name: str = "a.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        for member, content in members.items():
            made.writestr(member, content)
    return path


@pytest.mark.parametrize(
    "name",
    [
        "/etc/t.csv",
        "../t.csv",
        "a/../../t.csv",
        "C:/t.csv",
        "a\\t.csv",
        "\\\\host\\t.csv",
        "a\n.csv",
    ],
)
def test_a_member_that_leads_out_of_its_archive_refuses_the_whole(tmp_path, name):
    before = set(tmp_path.rglob("*"))
    path = zipped(tmp_path, {"good.csv": b"a\n1\n", name: b"a\n1\n"})
    assert refused(read_table, path, layer="good").code == "zip-unsafe"
    assert set(tmp_path.rglob("*")) == before | {path}


def test_links_and_members_that_are_there_twice(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as made:
        link = zipfile.ZipInfo("t.csv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
    assert refused(read_table, path).code == "zip-unsafe"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("t.csv", "a\n1\n")
        with pytest.warns(UserWarning, match="Duplicate name"):
            made.writestr("t.csv", "a\n2\n")
    assert refused(read_table, path).code == "zip-unsafe"


def test_encrypted_damaged_and_cut_archives(tmp_path):
    path = zipped(tmp_path, {"t.csv": b"a\n1\n"})
    whole = path.read_bytes()
    marked = bytearray(whole)
    marked[6] |= 1
    marked[whole.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(marked)
    assert refused(read_table, path).code == "zip-encrypted"
    stored = tmp_path / "b.zip"
    with zipfile.ZipFile(stored, "w") as made:
        made.writestr("t.csv", "a\n1234567\n")
    stored.write_bytes(stored.read_bytes().replace(b"1234567", b"1234568", 1))
    assert "CRC" in refused(read_table, stored).text("en")
    path.write_bytes(whole[:-10])
    assert refused(read_table, path).code == "zip-unreadable"
    path.write_bytes(b"PK\x03\x04" + b"\0" * 100)
    assert refused(read_table, path).code == "zip-unreadable"


def test_bombs_are_stopped_while_they_are_unpacked(tmp_path, monkeypatch):
    path = zipped(tmp_path, {"t.csv": b"a\n" + b"1\n" * 60_000_000})
    assert path.stat().st_size < 600_000
    assert refused(read_table, path).code == "zip-bomb"
    # what the directory says of the size is not believed
    small = zipped(tmp_path, {"t.csv": b"a\n" + b"1\n" * 2_000_000}, "b.zip")
    monkeypatch.setattr("gapmap.tables.archive.LARGEST_BYTES", 3_000_000)
    content = small.read_bytes()
    at = content.index(b"PK\x01\x02")
    lying = content[: at + 24] + struct.pack("<I", 10) + content[at + 28 :]
    small.write_bytes(lying)
    assert refused(read_table, small).code in ("zip-bomb", "zip-unreadable")


def test_members_that_share_their_bytes_are_refused(tmp_path):
    path = zipped(tmp_path, {f"{n}.csv": b"a\n" + b"1\n" * 1000 for n in range(3)})
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\x01\x02")
    for _ in range(3):  # every entry of the directory points at the first member
        content[at + 42 : at + 46] = struct.pack("<I", 0)
        at = content.find(b"PK\x01\x02", at + 4)
    path.write_bytes(content)
    assert refused(read_table, path, layer="0").code == "zip-unsafe"


# --- GeoPackages ---------------------------------------------------------------------------


def geopackage(folder: Path, *statements: str) -> Path:
    path = folder / "t.gpkg"
    path.unlink(missing_ok=True)
    frame = gpd.GeoDataFrame({"a": ["1", "2"]}, geometry=[shapely.Point(1, 2)] * 2, crs=4490)
    frame.to_file(path)
    with sqlite3.connect(path) as base:
        for statement in statements:
            base.execute(statement)
    base.close()
    return path


REGISTERED = (
    "insert into gpkg_contents (table_name, data_type, srs_id) values ('v', 'features', 4490)",
    "insert into gpkg_geometry_columns values ('v', 'geom', 'POINT', 4490, 0, 0)",
)


@pytest.mark.parametrize(
    "select",
    [
        "select load_extension('/tmp/evil.so') as fid, geom from t",
        "select gdal_get_pixel_value('/etc/passwd', 1, 'pixel', 0, 0) as fid, geom from t",
        "select fid, readfile('/etc/passwd') as geom from t",
        "select ogr_geocode('x') as fid, geom from t",
        "select fid, geom from nowhere",
        "select randomblob(100000000) as fid, geom from t",
    ],
)
def test_a_view_that_does_more_than_select_is_refused(tmp_path, select):
    path = geopackage(tmp_path, f"create view v as {select}", *REGISTERED)
    assert refused(read_table, path, layer="v").code == "geopackage-unsafe"
    assert refused(read_table, path, layer="t").code == "geopackage-unsafe"


def test_a_plain_view_is_a_layer(tmp_path):
    view = "create view v as select fid as ogc_fid, upper(a) as a, geom from t where a = '2'"
    table = read_table(geopackage(tmp_path, view, *REGISTERED), layer="v")
    assert table.cells["a"].tolist() == ["2"]


def test_a_view_without_end_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr("gapmap.tables.geopackage._LONGEST", 3)
    view = (
        "create view v as with recursive r(x) as (select 1 union all select x + 1 from r) "
        "select x as ogc_fid, geom from r, t"
    )
    path = geopackage(tmp_path, view, *REGISTERED)
    assert refused(read_table, path, layer="v").code == "vector-unreadable"


def test_virtual_tables_and_views_in_the_place_of_its_own_are_refused(tmp_path):
    path = geopackage(
        tmp_path,
        "pragma writable_schema = on",
        "insert into sqlite_master values ('table', 'x', 'x', 0, "
        "'CREATE VIRTUAL TABLE x USING VirtualOGR(''/etc/passwd'')')",
    )
    assert refused(read_table, path).code in ("geopackage-unsafe", "vector-unreadable")
    path = geopackage(
        tmp_path,
        "create table real_contents as select * from gpkg_contents",
        "drop table gpkg_ogr_contents",
        "drop table gpkg_contents",
        "create view gpkg_contents as select * from real_contents",
    )
    assert refused(read_table, path).code in ("geopackage-unsafe", "vector-unreadable")


def test_rows_that_a_damaged_geopackage_loses_are_noticed(tmp_path):
    path = tmp_path / "t.gpkg"
    count = 5_000
    frame = gpd.GeoDataFrame(
        {"a": [f"name {n:05d}" for n in range(count)]},
        geometry=shapely.points(np.arange(count) / 100, 22.0),
        crs=4490,
    )
    frame.to_file(path)
    whole = path.read_bytes()
    for cut in (1, 4096, 20_000, len(whole) // 2):
        path.write_bytes(whole[:-cut])
        assert outcome(path) in (count, "vector-unreadable", "vector-rows-lost")


def test_names_of_layers_and_columns_with_sql_in_them(tmp_path):
    evil = """x"'; drop table t; --"""
    path = tmp_path / "t.gpkg"
    frame = gpd.GeoDataFrame({evil: ["1"], "b": ["2"]}, geometry=[shapely.Point(1, 2)], crs=4490)
    frame.to_file(path, layer=evil)
    table = read_table(path)
    assert table.cells[evil].tolist() == ["1"]
    assert refused(read_table, path, layer="x' or 1=1 --").code == "layer-missing"
    assert read_table(path, layer=evil).cells["b"].tolist() == ["2"]


# --- names, pipes, folders -----------------------------------------------------------------

ODD_NAMES = [
    "-rf",
    "$(touch x)",
    "a'b\"c",
    "a\nb",
    "a?b",
    "a|b",
    "a#b",
    "a%41",
    "a!b",
    "a;b",
    " a ",
    "🏥",
]


@pytest.mark.parametrize("name", ODD_NAMES)
@pytest.mark.parametrize(
    "ending", ["shp", "gpkg", "geojson", "kml", "gpx", "parquet", "csv", "zip"]
)
def test_odd_names_are_only_names(tmp_path, name, ending):
    folder = tmp_path / name
    folder.mkdir()
    path = folder / f"{name}.{ending}"
    plain = tmp_path / f"plain.{ending}"
    frame = gpd.GeoDataFrame({"name": ["1"]}, geometry=[shapely.Point(1, 2)], crs=4326)
    if ending == "csv":
        plain.write_text("name\n1\n")
    elif ending == "parquet":
        frame.to_parquet(plain)
    elif ending == "zip":
        zipped(tmp_path, {"t.csv": b"name\n1\n"}, "plain.zip")
    else:
        frame.to_file(plain, driver={"kml": "KML", "gpx": "GPX"}.get(ending))
    for part in tmp_path.glob("plain.*"):
        part.rename(folder / f"{name}{part.suffix}")
    table = read_table(path)
    assert "1" in table.cells.iloc[0].tolist()
    assert not (tmp_path / "x").exists()


def test_pipes_devices_folders_and_links(tmp_path):
    pipe = tmp_path / "a.csv"
    os.mkfifo(pipe)
    assert refused(read_table, pipe).code == "file-not-plain"
    (tmp_path / "b.geojson").symlink_to("/dev/zero")
    assert refused(read_table, tmp_path / "b.geojson").code == "file-not-plain"
    (tmp_path / "c.gpkg").mkdir()
    assert refused(read_table, tmp_path / "c.gpkg").code == "file-is-folder"
    (tmp_path / "d.csv").symlink_to(tmp_path / "d.csv")
    assert refused(read_table, tmp_path / "d.csv").code in ("file-missing", "file-not-plain")
    (tmp_path / "e.csv").write_text("a\n1\n")
    (tmp_path / "f.csv").symlink_to(tmp_path / "e.csv")
    assert len(read_table(tmp_path / "f.csv").cells) == 1


REMOTE = [
    *(
        "http://127.0.0.1:9/a.csv",
        "https://x/a.csv",
        "s3://b/a.csv",
        "S3:a.csv",
        "file:///etc/x.csv",
    ),
    *("/vsicurl/http://x/a.csv", "/vsizip/a.zip/a.csv", "/VSIMEM/a", "//host/a.csv"),
    *(
        "\\\\host\\share\\a.csv",
        "zip:a.zip!a.csv",
        " http://x/a.csv",
        "../../../../../../vsicurl/x",
    ),
]
KEYS = [
    *("districts", "places", "towns", "facilities", "indicators", "certificates", "milestones"),
    *("osm", "lines", "ferries", "borders", "water", "candidates"),
]


@pytest.mark.parametrize("remote", REMOTE)
@pytest.mark.parametrize("key", KEYS)
def test_no_key_of_a_study_leads_to_an_address(tmp_path, key, remote):
    study = study_with(tmp_path, key, remote)
    assert refused(read_study_file, study).code == "file-not-local"


@pytest.mark.parametrize("key", KEYS)
def test_no_key_of_a_study_leads_to_a_pipe(tmp_path, key):
    os.mkfifo(tmp_path / "pipe.csv")
    study = study_with(tmp_path, key, "pipe.csv")
    assert refused(read_study_file, study).code == "file-not-plain"


def study_with(folder: Path, key: str, value: str) -> Path:
    """Write a study file in which one key names ``value``."""
    named = {"districts": "d.geojson", "places": "p.csv", "candidates": "places", key: value}
    said = {name: json.dumps(path, ensure_ascii=False) for name, path in named.items()}
    lines = ["[study]", 'name = "x"', "date = 2014-12-31"]
    lines += ["[districts]", f"path = {said['districts']}", 'id = "id"', 'name = "name"']
    lines += ["[places]", f"path = {said['places']}", 'id = "id"', 'name = "name"']
    if key == "towns":
        lines += ["[towns]", f"path = {said[key]}", 'id = "id"', 'name = "name"']
    if key == "facilities":
        lines += ["[[facilities]]", f"path = {said[key]}", 'service = "s"']
    if key in ("indicators", "certificates", "milestones"):
        lines += [f"[{key}]", f"path = {said[key]}"]
    if key in ("osm", "lines", "ferries", "borders", "water"):
        roads = [] if key in ("osm", "lines") else ['osm = "r.osm"']
        lines += ["[network]", *roads, f"{key} = {said[key]}"]
    lines += ["[services.s]", 'name = {zh = "a", en = "b"}', 'mode = "walk"', "limit_m = 500"]
    lines += ["[siting.s]", "count = 1", f"candidates = {said['candidates']}"]
    path = folder / "study.toml"
    path.write_text("\n".join(lines), "utf-8")
    return path


# --- XML, Parquet --------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["kml", "gpx"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_in_kml_and_gpx(tmp_path, ending, encoding):
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>'
        f'<!DOCTYPE {ending} [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        f"<{ending}>&x;</{ending}>"
    )
    path = tmp_path / f"a.{ending}"
    path.write_bytes(text.encode(encoding))
    assert refused(read_table, path).code == "xml-entities"
    assert (
        refused(read_table, zipped(tmp_path, {path.name: path.read_bytes()})).code == "xml-entities"
    )


def test_deep_kml_is_refused_before_a_reader_recurses_into_it(tmp_path):
    path = tmp_path / "a.kml"
    path.write_text("<kml>" + "<Folder>" * 100_000 + "</Folder>" * 100_000 + "</kml>")
    assert refused(read_table, path).code == "xml-deep"


class _Evil:
    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self):
        return Path.touch, (self.target,)


def test_nothing_in_parquet_is_run(tmp_path):
    target = tmp_path / "was-run"
    payload = pickle.dumps(_Evil(target))
    evil = {
        b"ARROW:extension:name": b"arrow.py_extension_type",
        b"ARROW:extension:metadata": payload,
    }
    field = pa.field("a", pa.string(), metadata=evil)
    schema = pa.schema([field], metadata={b"pandas": payload, b"PANDAS": b"{}"})
    pq.write_table(pa.table([["1"]], schema=schema), tmp_path / "a.parquet")
    with contextlib.suppress(InputError):
        assert read_table(tmp_path / "a.parquet").cells["a"].tolist() == ["1"]
    assert not target.exists()


@pytest.mark.parametrize("geo", ["no json", "[]", "{}", '{"columns": {"g": {}}}', '{"columns": 7}'])
def test_parquet_with_odd_metadata(tmp_path, geo):
    schema = pa.schema([pa.field("g", pa.binary())], metadata={b"geo": geo.encode()})
    pq.write_table(pa.table([[b"x"]], schema=schema), tmp_path / "a.parquet")
    with contextlib.suppress(InputError):
        assert read_table(tmp_path / "a.parquet").read == 1
