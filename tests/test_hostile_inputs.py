"""Files made to harm: refused with a finding, never followed, never a crash."""

from __future__ import annotations

import bz2
import gzip
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

import gapmap
from gapmap.errors import InputError
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
