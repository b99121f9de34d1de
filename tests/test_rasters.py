"""Rasters are opened by one driver, and looked through before anybody uses them."""

from __future__ import annotations

import math
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import rasterio
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasterio.windows import Window

from gapmap.errors import InputError
from gapmap.rasters import RasterFacts, inspect_raster
from gapmap.rasters import survey as surveying
from gapmap.rasters.areas import cell_km2
from gapmap.rasters.opening import open_raster
from gapmap.rasters.reading import read_values
from gapmap.region import Region
from gapmap.surface import SurfaceSource, read_surface

if TYPE_CHECKING:
    from pathlib import Path

    from gapmap.findings import Finding

CRS = pyproj.CRS("EPSG:4547")
WEST, NORTH = 500_000.0, 2_500_000.0
# two districts of 5 km x 10 km side by side, from WEST to 10 km east, from NORTH to 10 km south
DISTRICTS = [
    shapely.box(WEST, NORTH - 10_000, WEST + 5_000, NORTH),
    shapely.box(WEST + 5_000, NORTH - 10_000, WEST + 10_000, NORTH),
]
GRID = rasterio.Affine(100, 0, WEST, 0, -100, NORTH)  # 100 x 100 cells of 1 ha


def region_of(*shapes: shapely.Geometry) -> Region:
    codes = [str(number) for number in range(len(shapes))]
    districts = gpd.GeoDataFrame(
        {"district_id": codes, "district": codes}, geometry=[*shapes], crs=CRS
    )
    towns = gpd.GeoDataFrame({"town_id": []}, geometry=[], crs=CRS)
    return Region(districts=districts, towns=towns, groups={}, crs=CRS)


REGION = region_of(*DISTRICTS)


def tif(path: Path, cells: np.ndarray, **more: object) -> Path:
    bands = cells if cells.ndim == 3 else cells[None]
    about = {
        "driver": "GTiff",
        "count": bands.shape[0],
        "height": bands.shape[1],
        "width": bands.shape[2],
        "dtype": bands.dtype,
        "crs": CRS.to_wkt(),
        "transform": GRID,
        **more,
    }
    about = {name: value for name, value in about.items() if value is not None}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of rasters without a place, which some tests want
        with rasterio.open(path, "w", **about) as target:
            target.write(bands)
    return path


def ones(dtype: str = "float32", size: int = 100) -> np.ndarray:
    return np.ones((size, size), dtype)


def look(
    path: Path, kind: str = "people", people: float | None = None, region: Region = REGION
) -> tuple[dict[str, Finding], RasterFacts]:
    found, facts = inspect_raster(path, region, kind=kind, people=people)
    assert facts.cells == facts.usable + facts.empty + facts.unreadable
    codes = [one.code for one in found]
    assert len(codes) == len(set(codes)) or codes.count("raster-nodata-missing") > 1
    return {one.code: one for one in found}, facts


def test_a_sound_raster_of_people(tmp_path: Path) -> None:
    found, facts = look(tif(tmp_path / "a.tif", ones() * 3, nodata=-1), people=30_000)
    assert list(found) == ["raster-read"]
    assert (facts.cells, facts.usable, facts.empty) == (10_000, 10_000, 0)
    assert (facts.in_districts, facts.usable_in_districts) == (10_000, 10_000)
    assert (facts.total, facts.total_by_km2) == (30_000, pytest.approx(300))
    assert (facts.low, facts.high, facts.covered) == (3, 3, pytest.approx(1))
    assert (facts.width, facts.height, facts.bands, facts.dtype) == (100, 100, 1, "float32")
    assert found["raster-read"].severity == "note"


# What may be opened


VRT = """<VRTDataset rasterXSize="1" rasterYSize="1"><VRTRasterBand dataType="Byte" band="1">
<SimpleSource><SourceFilename>/etc/hostname</SourceFilename></SimpleSource></VRTRasterBand>
</VRTDataset>"""


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.tif", VRT.encode(), "raster-not-geotiff"),
        ("a.tif", b"\x89PNG\r\n\x1a\n", "raster-not-geotiff"),
        ("a.tif", b"II*\0", "raster-unreadable"),
        ("a.tif", b"MM\0+" + b"\0" * 60, "raster-unreadable"),
        ("a.tif", b"", "raster-empty"),
        ("a.vrt", VRT.encode(), "raster-format"),
        ("a.img", b"EHFA_HEADER_TAG", "raster-format"),
    ],
)
def test_only_a_geotiff_is_opened(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as caught:
        look(tmp_path / name)
    assert (caught.value.code, caught.value.file) == (code, name)
    assert caught.value.zh != caught.value.en


def test_what_is_not_there_is_no_raster(tmp_path: Path) -> None:
    (tmp_path / "folder.tif").mkdir()
    made = tif(tmp_path / "people.tif", ones())
    cases = {
        "folder.tif": "raster-folder",
        "peple.tif": "raster-missing",
        "/vsicurl/http://127.0.0.1/a.tif": "file-not-local",
        "http://127.0.0.1:9/a.tif": "file-not-local",
        f"GTIFF_DIR:1:{made}": "raster-missing",
    }
    for name, code in cases.items():
        with pytest.raises(InputError) as caught:
            look(tmp_path / name if name[0] != "/" and ":" not in name else type(made)(name))
        assert caught.value.code == code


def test_files_beside_a_raster_say_nothing(tmp_path: Path) -> None:
    path = tif(tmp_path / "a.tif", ones())
    said = '<PAMDataset><PAMRasterBand band="1"><NoDataValue>1</NoDataValue></PAMRasterBand>'
    (tmp_path / "a.tif.aux.xml").write_text(f"{said}<SRS>EPSG:3857</SRS></PAMDataset>", "utf8")
    (tmp_path / "a.tfw").write_text("1\n0\n0\n-1\n0\n0\n", "utf8")
    found, facts = look(path)
    assert found["raster-beside"].value == "a.tif.aux.xml, a.tfw"
    assert facts.nodata is None
    assert facts.usable == 10_000


@pytest.mark.parametrize("big", ["YES", "NO"])
@pytest.mark.parametrize("order", ["LITTLE", "BIG"])
def test_both_byte_orders_and_big_tiffs_are_geotiffs(tmp_path: Path, big: str, order: str) -> None:
    path = tif(tmp_path / "a.TIFF", ones(), BIGTIFF=big, ENDIANNESS=order)
    assert look(path)[1].usable == 10_000


# Where it lies


def test_without_a_crs_the_candidates_are_named(tmp_path: Path) -> None:
    found, facts = look(tif(tmp_path / "a.tif", ones(), crs=None))
    said = found["raster-no-crs"]
    assert said.severity == "error"
    assert "EPSG:4547" in said.message()
    assert facts.covered == 0
    degrees = rasterio.Affine(0.001, 0, 114, 0, -0.001, 22.6)
    found, _ = look(tif(tmp_path / "b.tif", ones(), crs=None, transform=degrees))
    assert "wgs84" in found["raster-no-crs"].message("zh")


def test_without_a_place_nothing_is_assumed(tmp_path: Path) -> None:
    found, facts = look(tif(tmp_path / "a.tif", ones(), transform=None))
    assert found["raster-no-place"].severity == "error"
    assert (facts.in_districts, facts.usable) == (0, 10_000)


def test_a_raster_that_runs_from_south_to_north(tmp_path: Path) -> None:
    cells = ones()
    cells[:10] = 5  # the first rows lie in the south
    south_up = rasterio.Affine(100, 0, WEST, 0, 100, NORTH - 10_000)
    south = region_of(shapely.box(WEST, NORTH - 10_000, WEST + 10_000, NORTH - 9_000))
    found, facts = look(tif(tmp_path / "a.tif", cells, transform=south_up), region=south)
    assert found["raster-south-up"].severity == "warning"
    assert (facts.in_districts, facts.total) == (1000, 5000)


def test_a_turned_raster(tmp_path: Path) -> None:
    """Rows run eastward, columns northward: the first ten rows are the westernmost kilometre."""
    cells = ones()
    cells[:10] = 5
    turned = rasterio.Affine(0, 100, WEST, 100, 0, NORTH - 10_000)
    west = region_of(shapely.box(WEST, NORTH - 10_000, WEST + 1_000, NORTH))
    found, facts = look(tif(tmp_path / "a.tif", cells, transform=turned), region=west)
    assert found["raster-rotated"].severity == "warning"
    assert (facts.in_districts, facts.total) == (1000, 5000)


def test_elsewhere_and_in_part(tmp_path: Path) -> None:
    away = rasterio.Affine(100, 0, WEST + 20_000, 0, -100, NORTH)
    found, facts = look(tif(tmp_path / "a.tif", ones(), transform=away))
    assert found["raster-no-overlap"].severity == "error"
    assert (facts.covered, facts.in_districts) == (0, 0)
    half = rasterio.Affine(100, 0, WEST + 5_000, 0, -100, NORTH)
    found, facts = look(tif(tmp_path / "b.tif", ones(), transform=half))
    assert dict(found["raster-partial"].facts)["share"] == "50.0%"
    assert facts.covered == pytest.approx(0.5)
    assert facts.in_districts == 5_000


def test_cells_in_degrees_differ_in_area(tmp_path: Path) -> None:
    to_degrees = pyproj.Transformer.from_crs(CRS, 4326, always_xy=True)
    west, north = to_degrees.transform(WEST - 500, NORTH + 500)
    grid = rasterio.Affine(0.001, 0, west, 0, -0.001, north)
    path = tif(tmp_path / "a.tif", ones(size=120), crs="EPSG:4326", transform=grid)
    found, facts = look(path)
    assert found["raster-degrees"].severity == "note"
    # 0.001 degrees of 110.74 km north-south and 102.86 km east-west at 22.55 degrees north
    exact = 0.11074 * 0.10286
    assert facts.total_by_km2 / facts.total == pytest.approx(exact, rel=1e-3)
    assert facts.total_by_km2 == pytest.approx(100, rel=0.01)  # the districts' km2, one per km2


# What its cells hold


@pytest.mark.parametrize(
    ("dtype", "value"),
    [
        ("float32", -9999),
        ("float32", -3.4028234663852886e38),
        ("float32", -3.4e38),
        ("float64", -1.7976931348623157e308),
        ("int16", -32768),
        ("int32", -99999),
        ("int32", -2147483647),
        ("uint16", 65535),
        ("uint8", 255),
        ("float32", -200),
    ],
)
def test_a_value_for_none_that_nobody_declares(tmp_path: Path, dtype: str, value: float) -> None:
    cells = ones(dtype)
    cells[:2] = value
    found, facts = look(tif(tmp_path / "a.tif", cells))
    said = found["raster-nodata-missing"]
    assert float(said.value) == pytest.approx(value, rel=1e-5)
    assert dict(said.facts) == {"cells": "200", "share": "2.0%"}
    assert "raster-negative" not in found
    assert (facts.total, facts.low, facts.high) == (9_800, 1, 1)
    assert (facts.usable_in_districts, facts.usable, facts.empty) == (9_800, 9_800, 200)
    declared, facts = look(tif(tmp_path / "b.tif", cells, nodata=value))
    assert "raster-nodata-missing" not in declared
    assert (facts.empty, facts.usable, facts.total) == (200, 9_800, 9_800)


def test_values_that_only_look_like_none_count(tmp_path: Path) -> None:
    cells = ones("uint16")
    cells[0, :50] = 255
    found, facts = look(tif(tmp_path / "a.tif", cells))
    assert list(found) == ["raster-read"]
    assert (facts.total, facts.high) == (10_000 + 50 * 254, 255)


def test_one_cell_of_the_largest_number_of_16_bits_holds_none(tmp_path: Path) -> None:
    """As in LandScan: a few at the coast would double a town."""
    cells = ones("uint16")
    cells[1, 0] = 65535
    found, facts = look(tif(tmp_path / "a.tif", cells))
    assert dict(found["raster-nodata-missing"].facts)["cells"] == "1"
    assert (facts.total, facts.usable, facts.empty) == (9_999, 9_999, 1)


def test_nobody_anywhere_is_told(tmp_path: Path) -> None:
    found, _ = look(tif(tmp_path / "a.tif", ones() * 0), people=5_000)
    assert dict(found["raster-people-none"].facts) == {"people": "5,000", "cells": "10000"}


def test_of_a_picture_no_people_are_counted(tmp_path: Path) -> None:
    bands = np.full((4, 100, 100), 120, "uint8")
    found, _ = look(tif(tmp_path / "a.tif", bands, photometric="RGB"), people=5_000)
    assert [*found] == ["raster-picture", "raster-read"]


def test_longitudes_from_0_to_360(tmp_path: Path) -> None:
    crs = pyproj.CRS("EPSG:32627")
    shape = shapely.box(400_000, 7_300_000, 450_000, 7_350_000)
    districts = region_of(shape).districts.set_crs(crs, allow_override=True)
    region = replace(region_of(shape), districts=districts)
    world = np.ones((720, 1440), "float32")
    seen = []
    for name, west in (("a.tif", -180), ("b.tif", 0)):
        place = rasterio.Affine(0.25, 0, west, 0, -0.25, 90)
        path = tif(tmp_path / name, world, crs="EPSG:4326", transform=place)
        found, facts = look(path, region=region)
        assert facts.covered == pytest.approx(1)
        seen.append(facts.in_districts)
    assert seen[0] == seen[1] > 0
    assert found["raster-longitudes"].severity == "note"
    assert "raster-no-overlap" not in found


def test_a_local_system_is_none(tmp_path: Path) -> None:
    local = 'LOCAL_CS["drawing",UNIT["metre",1]]'
    found, _ = look(tif(tmp_path / "a.tif", ones(), crs=local))
    assert "raster-no-crs" in found


def test_negative_people_are_an_error_and_negative_heights_are_none(tmp_path: Path) -> None:
    cells = ones()
    cells[3, :4] = [-0.5, -7, -200, -1]
    path = tif(tmp_path / "a.tif", cells)
    found, facts = look(path)
    assert found["raster-negative"].severity == "error"
    assert (found["raster-negative"].value, facts.low) == ("-200", -200)
    assert dict(found["raster-negative"].facts) == {"cells": "4", "total": "-208.5"}
    assert (facts.usable, facts.empty, facts.usable_in_districts) == (9_996, 4, 9_996)
    assert facts.total == 9_996
    assert "raster-negative" not in look(path, "dem")[0]


def test_what_is_no_number_is_counted_and_in_no_sum(tmp_path: Path) -> None:
    cells = ones()
    cells[0, :3], cells[1, :2] = math.nan, [math.inf, -math.inf]
    found, facts = look(tif(tmp_path / "a.tif", cells))
    assert dict(found["raster-not-finite"].facts) == {"nan": "3", "infinite": "2"}
    assert (facts.empty, facts.total, facts.high) == (5, 9_995, 1)
    found, facts = look(tif(tmp_path / "b.tif", cells, nodata=math.nan))
    assert dict(found["raster-not-finite"].facts) == {"nan": "0", "infinite": "2"}
    assert facts.empty == 5


@pytest.mark.parametrize("how", ["mask", "alpha"])
def test_what_a_mask_or_transparency_leaves_out_has_no_value(tmp_path: Path, how: str) -> None:
    cells = ones("uint8")
    shown = np.full(cells.shape, 255, "uint8")
    shown[:3] = 0
    if how == "alpha":
        bands = np.stack((cells, shown))
        path = tif(tmp_path / "a.tif", bands, photometric="MINISBLACK", ALPHA="YES")
    else:
        path = tif(tmp_path / "a.tif", cells)
        with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as source:
            source.write_mask(shown)
    found, facts = look(path)
    assert (facts.empty, facts.total, facts.usable_in_districts) == (300, 9_700, 9_700)
    assert ("raster-bands" in found) == (how == "alpha")
    with open_raster(path) as source:
        values = read_values(source, Window(0, 1, 100, 4))
    assert np.isnan(values[:2]).all()
    assert (values[2:] == 1).all()


@pytest.mark.parametrize("big", ["YES", "NO"])
@pytest.mark.parametrize("order", ["LITTLE", "BIG"])
@pytest.mark.parametrize(("held", "written"), [("123", "-99"), ("12345", "-9999"), ("123", "0.5")])
def test_a_value_for_none_that_the_type_cannot_hold(
    tmp_path: Path, big: str, order: str, held: str, written: str
) -> None:
    dtype = "uint16" if len(held) > 3 else "uint8"
    path = tif(tmp_path / "a.tif", ones(dtype), nodata=int(held), BIGTIFF=big, ENDIANNESS=order)
    assert "raster-nodata-impossible" not in look(path)[0]
    content = path.read_bytes()
    assert content.count(f"{held}\0".encode()) == 1
    path.write_bytes(content.replace(f"{held}\0".encode(), f"{written}\0".encode()))
    found, facts = look(path)
    assert found["raster-nodata-impossible"].value == written
    assert dict(found["raster-nodata-impossible"].facts) == {"dtype": dtype}
    assert facts.usable == 10_000


def test_a_file_that_is_not_whole(tmp_path: Path) -> None:
    random = np.random.default_rng(1).random((2000, 2000)).astype("float32")
    content = tif(tmp_path / "whole.tif", random, blockysize=16).read_bytes()
    path = tmp_path / "cut.tif"
    path.write_bytes(content[: len(content) // 2])
    found, facts = look(path)
    assert found["raster-cut"].severity == "error"
    assert 0 < facts.unreadable < facts.cells == 4_000_000


def test_nothing_within_the_districts(tmp_path: Path) -> None:
    cells = ones(size=200)
    cells[:100, :100] = -5
    found, facts = look(tif(tmp_path / "a.tif", cells, nodata=-5))
    assert found["raster-nothing-there"].severity == "error"
    assert (facts.usable, facts.usable_in_districts) == (30_000, 0)


# Of which kind it is


def test_density_is_told_from_counts_where_the_places_people_are_known(tmp_path: Path) -> None:
    """100 km2 with 200 people on each: 20,000 people, 2 on each cell of a hectare."""
    counts = tif(tmp_path / "counts.tif", ones() * 2)
    per_km2 = tif(tmp_path / "km2.tif", ones() * 200)
    assert set(look(counts, people=21_000)[0]) == {"raster-read"}
    said = look(per_km2, people=21_000)[0]["raster-density"]
    assert said.severity == "error"
    assert 'unit = "per_km2"' in said.advice()
    for part in ("2,000,000", "21,000", "20,000", "km2"):
        assert part in said.message("en")
        assert part in said.message("zh")
    coarse = rasterio.Affine(1000, 0, WEST, 0, -1000, NORTH)
    per_ha = tif(tmp_path / "ha.tif", ones(size=10) * 2, transform=coarse)
    said = look(per_ha, people=19_000)[0]["raster-density"]
    assert dict(said.facts) == {
        "counted": "200",
        "people": "19,000",
        "dense": "20,000",
        "per": "ha",
    }
    assert "raster-people-differ" in look(counts, people=1000)[0]
    assert set(look(per_km2)[0]) == {"raster-read"}


@pytest.mark.parametrize("photometric", ["RGB", "palette"])
def test_a_picture_is_no_data(tmp_path: Path, photometric: str) -> None:
    bands = 3 if photometric == "RGB" else 1
    path = tif(tmp_path / "a.tif", np.ones((bands, 100, 100), "uint8"), photometric=photometric)
    if photometric == "palette":
        with rasterio.open(path, "r+") as source:
            source.write_colormap(1, {0: (0, 0, 0, 255), 1: (9, 9, 9, 255)})
    assert look(path)[0]["raster-picture"].severity == "error"
    classes = look(path, "land_cover")[0]
    assert "raster-picture" not in classes
    assert ("raster-bands" in classes) == (photometric == "RGB")


def test_bands_and_scales_are_told(tmp_path: Path) -> None:
    path = tif(tmp_path / "a.tif", np.ones((4, 100, 100), "float32"))
    assert dict(look(path)[0]["raster-bands"].facts) == {"bands": "4"}
    path = tif(tmp_path / "b.tif", ones("int16"))
    with rasterio.open(path, "r+") as source:
        source.scales, source.offsets = (0.1,), (5,)
    assert dict(look(path, "dem")[0]["raster-scaled"].facts) == {"scale": "0.1", "offset": "5.0"}


def test_types_of_cells(tmp_path: Path) -> None:
    assert look(tif(tmp_path / "a.tif", ones("int8")))[1].total == 10_000
    found, facts = look(tif(tmp_path / "b.tif", ones("complex64")))
    assert found["raster-type"].value == "complex64"
    assert facts.cells == 0


def test_a_huge_raster_is_read_around_the_districts_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surveying, "MOST_CELLS", 12_000)
    cells = np.arange(40_000, dtype="float32").reshape(200, 200)
    grid = rasterio.Affine(100, 0, WEST - 5_000, 0, -100, NORTH + 5_000)
    tiles = {"tiled": True, "blockxsize": 16, "blockysize": 16}
    found, facts = look(tif(tmp_path / "a.tif", cells, transform=grid, **tiles))
    assert dict(found["raster-large"].facts)["cells"] == "40000"
    assert 10_000 <= facts.cells <= 12_000
    assert facts.in_districts == 10_000
    assert facts.total == pytest.approx(cells[50:150, 50:150].sum(dtype=float))


def test_a_sparse_raster_of_a_trillion_cells_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    about = {"driver": "GTiff", "count": 1, "dtype": "float32", "width": 1_000_000}
    tiles = {"tiled": True, "blockxsize": 512, "blockysize": 512, "SPARSE_OK": "TRUE"}
    grid = rasterio.Affine(100, 0, WEST, 0, -100, NORTH)
    with rasterio.open(
        path,
        "w",
        **about,
        **tiles,
        height=1_000_000,
        crs=CRS.to_wkt(),
        transform=grid,
        BIGTIFF="YES",
    ):
        pass
    found, facts = look(path)
    assert found["raster-large"].severity == "warning"
    assert facts.in_districts == 10_000


@pytest.mark.parametrize("blocks", [{}, {"tiled": True, "blockxsize": 64, "blockysize": 32}])
def test_parts_and_the_whole_give_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blocks: dict[str, object]
) -> None:
    random = np.random.default_rng(3)
    cells = random.choice([-9999, 0.25, 3, math.nan, 8], (150, 130)).astype("float32")
    path = tif(tmp_path / "a.tif", cells, **blocks)
    whole = look(path)
    monkeypatch.setattr(surveying, "_AT_ONCE", 700)
    parts = look(path)
    assert parts[0] == whole[0]
    assert parts[1].total == pytest.approx(whole[1].total)
    inner = cells[:100, :100]
    plain = inner[np.isfinite(inner) & (inner != -9999)]
    assert whole[1].total == pytest.approx(float(plain.sum(dtype=float)))
    assert whole[1].usable_in_districts == len(plain)


def test_values_are_read_scaled_and_without_what_stands_for_none(tmp_path: Path) -> None:
    cells = np.arange(100, dtype="int16").reshape(10, 10)
    cells[0, :3] = [-9999, 7, 50]
    path = tif(tmp_path / "a.tif", cells, nodata=7)
    with rasterio.open(path, "r+") as source:
        source.scales, source.offsets = (0.5,), (2,)
    with open_raster(path) as source:
        values = read_values(source, Window(0, 0, 5, 2), undeclared=[-9999])
    expected = [[math.nan, math.nan, 27, 3.5, 4], [7, 7.5, 8, 8.5, 9]]
    np.testing.assert_array_equal(values, expected)
    facts = look(path)[1]
    assert facts.undeclared == (-9999,)
    plain = np.arange(100.0) * 0.5 + 2
    plain[2] = 27
    assert facts.total == pytest.approx(np.delete(plain, [0, 1, 7]).sum())
    assert facts.high == 51.5


def test_true_areas_of_cells() -> None:
    """The whole earth has 510,065,621.72 km2; a hemisphere's cells add up in any CRS."""
    whole = rasterio.Affine(30, 0, -180, 0, -30, 90)
    rows, columns = np.indices((6, 12))
    wgs84 = pyproj.CRS(4326)
    assert cell_km2(wgs84, whole, rows, columns).sum() == pytest.approx(510_065_621.72, rel=1e-9)
    mercator = rasterio.Affine(1000, 0, 3_000_000, 0, -1000, 8_400_000)
    one = cell_km2(pyproj.CRS(3857), mercator, 0, 0)
    bounds = (3_000_000, 8_399_000, 3_001_000, 8_400_000)
    degrees = pyproj.Transformer.from_crs(3857, 4326, always_xy=True).transform_bounds(*bounds)
    area = pyproj.Geod(ellps="WGS84").geometry_area_perimeter(
        shapely.box(*degrees).segmentize(1e-4)
    )[0]
    assert float(one) == pytest.approx(abs(area) / 1e6, rel=1e-9)
    feet = pyproj.CRS("EPSG:2263")
    there = rasterio.Affine(5280, 0, 1_000_000, 0, -5280, 200_000)
    assert float(cell_km2(feet, there, 0, 0)) == pytest.approx(1.609344**2, rel=1e-4)
    across = rasterio.Affine(1, 0, 179.5, 0, -1, 0.5)
    at_null = rasterio.Affine(1, 0, -0.5, 0, -1, 0.5)
    assert cell_km2(wgs84, across, 0, 0) == pytest.approx(cell_km2(wgs84, at_null, 0, 0))


# All rasters of a study


def test_of_several_rasters_all_that_cannot_be_used_are_told(tmp_path: Path) -> None:
    people = tif(tmp_path / "people.tif", ones() * 3)
    found, _ = inspect_raster(people, REGION, kind="people", people=30_000)
    source = SurfaceSource(
        land_cover=tif(tmp_path / "classes.tif", ones("uint8"), crs=None),
        dem=tmp_path / "none.tif",
    )
    with pytest.raises(InputError) as caught:
        read_surface(source, REGION, None)
    told = [*found, *caught.value.found]
    assert sorted((one.code, one.file) for one in told if one.severity == "error") == [
        ("raster-missing", "none.tif"),
        ("raster-no-crs", "classes.tif"),
    ]


def test_a_cell_nowhere_on_the_earth_has_no_area() -> None:
    beyond = rasterio.Affine(100, 0, 1e12, 0, -100, NORTH)
    assert math.isnan(float(cell_km2(CRS, beyond, 0, 0)))


@given(data=st.data())
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_changed_bytes_give_facts_or_an_input_error(tmp_path: Path, data: st.DataObject) -> None:
    sound = tmp_path / "sound.tif"
    if not sound.exists():
        tif(sound, ones(size=40), nodata=-9999, compress="deflate", blockysize=8)
    content = bytearray(sound.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(4, len(content)))
        piece = data.draw(st.binary(max_size=8))
        content[start : start + data.draw(st.sampled_from([len(piece), 0, 200]))] = piece
    path = tmp_path / "fuzzed.tif"
    path.write_bytes(content)
    try:
        found, facts = inspect_raster(path, REGION, kind="people", people=1000)
    except InputError:
        return
    assert facts.cells == facts.usable + facts.empty + facts.unreadable
    assert all(one.message("zh") and one.message("en") for one in found)
