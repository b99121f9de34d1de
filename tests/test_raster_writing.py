"""Rasters that are written: what was given comes back, in the layout that the cloud reads."""

import struct

import affine
import numpy as np
import pyproj
import pytest
import rasterio

from gapmap.errors import MethodError
from gapmap.rasters.grid import Grid
from gapmap.rasters.writing import write_raster


def grid(height, width):
    transform = affine.Affine(50, 0, 500_000, 0, -50, 2_500_000)
    return Grid(crs=pyproj.CRS(4547), transform=transform, height=height, width=width)


@pytest.mark.parametrize(
    ("dtype", "nodata"), [("float32", np.nan), ("int32", 0), ("uint8", 255), ("float64", np.nan)]
)
@pytest.mark.parametrize("shape", [(3, 5), (700, 1100)])
def test_what_is_written_is_read(tmp_path, dtype, nodata, shape):
    values = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    values[0, 0] = nodata
    path = tmp_path / "分钟.tif"
    where = grid(*shape)
    tags = {"simulated": "true", "UNIT": "分钟", "CONTENT": "travel time"}
    write_raster(path, values, where, nodata=nodata, tags=tags, dtype=dtype)
    with rasterio.open(path) as source:
        assert np.array_equal(source.read(1), values, equal_nan=dtype.startswith("float"))
        assert source.transform == where.transform
        assert pyproj.CRS(source.crs.to_wkt()).to_epsg() == 4547
        assert source.tags().items() >= tags.items()
        assert source.descriptions == ("travel time",)
        assert source.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert source.profile["tiled"] or max(shape) <= 512
        assert source.overviews(1) == (
            [] if max(shape) <= 512 else [2, 4][: len(source.overviews(1))]
        )
        assert bool(source.overviews(1)) == (max(shape) > 512)
        assert source.nodata == pytest.approx(nodata, nan_ok=True)
    assert [one.name for one in tmp_path.iterdir()] == ["分钟.tif"]


def directories(path):
    """Read the directories of a little-endian TIFF by hand: place, size, places of the tiles."""
    content = path.read_bytes()
    mark, kind, place = struct.unpack_from("<2sHI", content)
    assert (mark, kind) == (b"II", 42)
    found = []
    while place:
        (count,) = struct.unpack_from("<H", content, place)
        told = {}
        for number in range(count):
            tag, form, many, where = struct.unpack_from("<HHII", content, place + 2 + 12 * number)
            letter = {3: "H", 4: "I"}.get(form)
            if letter is None:
                continue
            at = place + 2 + 12 * number + 8
            if many * struct.calcsize(letter) > 4:
                at = where
            told[tag] = struct.unpack_from(f"<{many}{letter}", content, at)
        found.append((place, (told[257][0], told[256][0]), (told[323][0], told[322][0]), told[324]))
        (place,) = struct.unpack_from("<I", content, place + 2 + 12 * count)
    return found


def test_directories_stand_before_all_tiles_and_the_coarsest_first(tmp_path):
    """What a reader over the network wants: all about the file in its first bytes."""
    path = tmp_path / "layout.tif"
    values = np.random.default_rng(2).random((1500, 1100))
    write_raster(path, values, grid(1500, 1100), nodata=np.nan, tags={}, dtype="float32")
    found = directories(path)
    assert [size for _, size, _, _ in found] == [(1500, 1100), (750, 550), (375, 275)]
    assert all(tile == (512, 512) for _, _, tile, _ in found)
    assert [len(tiles) for _, _, _, tiles in found] == [9, 4, 1]
    places = [place for place, _, _, _ in found]
    assert places == sorted(places)
    assert places[-1] < min(min(tiles) for _, _, _, tiles in found) < 5_000
    starts = [min(tiles) for _, _, _, tiles in found]
    assert starts == sorted(starts, reverse=True)
    assert all(list(tiles) == sorted(tiles) for _, _, _, tiles in found)


@pytest.mark.parametrize(
    ("value", "dtype", "nodata"),
    [
        (np.nan, "int32", 0),
        (2.5, "int32", 0),
        (300, "uint8", 0),
        (-1, "uint8", 0),
        (1e39, "float32", np.nan),
        (1, "uint8", np.nan),
        (1, "uint8", -1),
    ],
)
def test_no_value_becomes_another_one(tmp_path, value, dtype, nodata):
    path = tmp_path / "none.tif"
    with pytest.raises(MethodError, match=f"{dtype} cannot hold"):
        write_raster(path, [[value]], grid(1, 1), nodata=nodata, tags={}, dtype=dtype)
    assert not path.exists()


def test_infinity_is_written_as_it_is(tmp_path):
    path = tmp_path / "far.tif"
    write_raster(path, [[np.inf, 0.1]], grid(1, 2), nodata=np.nan, tags={}, dtype="float32")
    with rasterio.open(path) as source:
        assert source.read(1).tolist() == [[np.inf, np.float32(0.1)]]


def test_shapes_must_fit(tmp_path):
    with pytest.raises(MethodError, match="shape"):
        write_raster(tmp_path / "x.tif", [[1]], grid(2, 2), nodata=0, tags={}, dtype="uint8")


def test_overviews_make_up_no_number(tmp_path):
    values = np.where(np.indices((1200, 1200)).sum(axis=0) % 2, 7, 40).astype(np.int32)
    path = tmp_path / "nearest.tif"
    write_raster(path, values, grid(1200, 1200), nodata=0, tags={}, dtype="int32")
    with rasterio.open(path, overview_level=0) as source:
        assert set(np.unique(source.read(1))) <= {7, 40}


def test_the_same_is_written_as_the_same_bytes(tmp_path):
    values = np.random.default_rng(1).random((90, 80))
    for name in ("a.tif", "b.tif"):
        write_raster(tmp_path / name, values, grid(90, 80), nodata=np.nan, tags={}, dtype="float32")
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()
