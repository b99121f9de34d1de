"""Files with bytes changed at random: a table whose rows add up, or an error that says why."""

from __future__ import annotations

import os
import sqlite3
import struct
import warnings
import zipfile
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gapmap.errors import InputError
from gapmap.tables import Table, read_table

EXAMPLES = int(os.environ.get("GAPMAP_FUZZ_EXAMPLES", "60"))
ENDINGS = ("shp", "shx", "dbf", "prj", "cpg", "geojson", "gpkg", "kml", "gpx", "parquet", "zip")
TELLING = (b"\x00", b"\xff", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"{", b"]", b"<", b"&", b'"')
TELLING += (b"*", b"\\", b"NaN", b"1e999", b"null", b"\xc4\xe3", b"-", b",", b"\x80\x00\x00\x00")


@cache
def originals() -> dict[str, bytes]:
    """Make a small valid file of each format."""
    frame = gpd.GeoDataFrame(
        {"name": ["斗门", "平沙", None], "code": ["0440", "0441", "0442"], "n": [1.5, 2.0, None]},
        geometry=[
            shapely.box(113, 22, 113.1, 22.1),
            shapely.Point(113, 22)
            .buffer(0.1, quad_segs=2)
            .difference(shapely.box(113, 22, 113.05, 22.05)),
            shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 3)]),
        ],
        crs="EPSG:4490",
    )
    made = {}
    with TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        folder = Path(name)
        frame.to_file(folder / "a.shp", encoding="gb18030")
        frame.to_file(folder / "a.geojson")
        frame.to_file(folder / "a.gpkg")
        frame.to_parquet(folder / "a.parquet")
        frame.to_crs(4326).to_file(folder / "a.kml", driver="KML")
        points = frame[["name"]].set_geometry(frame.representative_point())
        points.to_crs(4326).to_file(folder / "a.gpx", driver="GPX")
        with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(folder.glob("a.[sdpc][hbrp]*")):
                archive.write(part, part.name)
        with sqlite3.connect(folder / "a.gpkg") as base:
            base.execute("pragma page_size = 512")
        base.close()
        for path in folder.iterdir():
            made[path.suffix[1:]] = path.read_bytes()
    return made


CHANGE = st.tuples(
    st.floats(0, 1, exclude_max=True),
    st.sampled_from(["write", "insert", "delete", "cut", "repeat", "number"]),
    st.one_of(st.sampled_from(TELLING), st.binary(min_size=1, max_size=8)),
    st.integers(-2, 2**31 - 1),
)


def changed(content: bytes, changes: list[tuple[float, str, bytes, int]], head: int) -> bytes:
    """Apply changes; places are drawn more often from the first ``head`` bytes."""
    made = bytearray(content)
    for where, kind, piece, number in changes:
        span = min(head, len(made)) if number % 2 else len(made)
        at = int(where * span)
        if kind == "write":
            made[at : at + len(piece)] = piece
        elif kind == "insert":
            made[at:at] = piece
        elif kind == "delete":
            del made[at : at + len(piece)]
        elif kind == "cut":
            del made[at:]
        elif kind == "repeat":
            made[at:at] = made[at : at + abs(number) % 400]
        else:
            made[at : at + 4] = struct.pack(">i" if number % 3 else "<i", number)
    return bytes(made)


def check(path: Path) -> None:
    """Read a file; whatever comes out has to be whole."""
    table: Table | None = None
    said: list[str] = []
    try:
        table = read_table(path)
    except InputError as error:
        said = [error.text("zh"), error.text("en")]
    if table is None:
        assert all(said)
        return
    assert table.read == len(table.cells) + len(table.excluded)
    assert table.cells.index.is_unique
    assert all(one.message("zh") and one.message("en") for one in table.findings)
    if table.geometry is not None:
        assert len(table.geometry) == len(table.cells)
        assert not shapely.has_z(table.geometry.to_numpy()).any()


@pytest.mark.parametrize("ending", ENDINGS)
@given(changes=st.lists(CHANGE, min_size=1, max_size=4))
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_changed_bytes_give_a_whole_table_or_an_error(ending, changes):
    files = dict(originals())
    files[ending] = changed(files[ending], changes, 600)
    with TemporaryDirectory() as name:
        parts = ("shp", "shx", "dbf", "prj", "cpg")
        for part in parts if ending in parts else (ending,):
            (Path(name) / f"a.{part}").write_bytes(files[part])
        check(Path(name) / ("a.shp" if ending in parts else f"a.{ending}"))


@pytest.mark.parametrize("ending", ["shp", "dbf", "geojson", "gpkg", "kml", "parquet"])
@given(changes=st.lists(CHANGE, min_size=1, max_size=3))
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_changed_members_of_whole_archives(ending, changes):
    files = dict(originals())
    files[ending] = changed(files[ending], changes, 600)
    parts = ("shp", "shx", "dbf", "prj", "cpg") if ending in ("shp", "dbf") else (ending,)
    with TemporaryDirectory() as name:
        path = Path(name) / "a.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for part in parts:
                archive.writestr(f"数据/a.{part}", files[part])
        check(path)


def test_the_originals_are_read_whole(tmp_path):
    for ending, content in originals().items():
        (tmp_path / f"a.{ending}").write_bytes(content)
    for ending in ("shp", "geojson", "gpkg", "kml", "gpx", "parquet", "zip"):
        assert read_table(tmp_path / f"a.{ending}").read == 3
