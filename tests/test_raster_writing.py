"""Rasters that are written: what was given comes back, in the layout that the cloud reads."""

import affine
import numpy as np
import pyproj
import pytest
import rasterio

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
    write_raster(path, values, where, nodata=nodata, tags={"simulated": "true"}, dtype=dtype)
    with rasterio.open(path) as source:
        assert np.array_equal(source.read(1), values, equal_nan=dtype.startswith("float"))
        assert source.transform == where.transform
        assert pyproj.CRS(source.crs.to_wkt()).to_epsg() == 4547
        assert source.tags()["simulated"] == "true"
        assert source.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert source.profile["tiled"] or max(shape) <= 512
        assert source.overviews(1) == (
            [] if max(shape) <= 512 else [2, 4][: len(source.overviews(1))]
        )
        assert bool(source.overviews(1)) == (max(shape) > 512)
        assert source.nodata == pytest.approx(nodata, nan_ok=True)
    assert [one.name for one in tmp_path.iterdir()] == ["分钟.tif"]


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
