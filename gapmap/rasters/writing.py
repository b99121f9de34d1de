"""Writing rasters that any GIS opens: Cloud Optimized GeoTIFF."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
from rasterio.io import MemoryFile

from gapmap.errors import MethodError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy.typing as npt

    from gapmap.rasters.grid import Grid

__all__ = ["write_raster"]

_BLOCK = 512


def write_raster(
    path: Path,
    values: npt.ArrayLike,
    grid: Grid,
    *,
    nodata: float,
    tags: Mapping[str, str],
    dtype: str,
) -> None:
    """Write one band as Cloud Optimized GeoTIFF: in blocks, with overviews, compressed.

    Overviews take the nearest cell, so that no class and no facility's number is made up by
    averaging.

    Parameters
    ----------
    path
        The file; one that is there is replaced.
    values
        Shape (rows, columns) of ``grid``.
    grid
        Where the cells lie.
    nodata
        What a cell holds where there is no value; it may be NaN.
    tags
        What the file says of itself, such as its unit and that it is simulated. ``CONTENT`` is the
        name of the band, too.
    dtype
        NumPy's name of the type of number. Real numbers are rounded to it; all else must fit.

    Raises
    ------
    MethodError
        ``values`` do not have the grid's shape, or they or ``nodata`` are none that the type holds.
    OSError, rasterio.errors.RasterioError
        When it cannot be written.
    """
    kind = np.dtype(dtype)
    given = np.asarray(values)
    if given.shape != grid.shape:
        raise MethodError(
            f"values have the shape {given.shape}, the grid {grid.shape}",
            f"values 的形状为 {given.shape},格网为 {grid.shape}",
        )
    made = _as_type(given, kind)
    _as_type(np.asarray(nodata), kind)
    profile: dict[str, Any] = {
        "driver": "COG",
        "height": grid.height,
        "width": grid.width,
        "count": 1,
        "dtype": kind.name,
        "crs": grid.crs.to_wkt(),
        "transform": grid.transform,
        "nodata": nodata,
        "compress": "DEFLATE",
        "blocksize": _BLOCK,
        "resampling": "NEAREST",
        "predictor": "FLOATING_POINT" if kind.kind == "f" else "STANDARD",
    }
    with rasterio.Env(GDAL_PAM_ENABLED="NO"), warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)  # of affine, within rasterio
        with MemoryFile(ext=".tif") as memory:
            _write(memory.name, made, profile, tags)
            # of a full disk Python tells in one line, GDAL in hundreds and past every handler
            path.write_bytes(memory.getbuffer())


def _write(
    path: str, values: npt.NDArray[Any], profile: Mapping[str, Any], tags: Mapping[str, str]
) -> None:
    """Write one band and what the file says of itself."""
    with rasterio.open(path, "w", **profile) as target:
        target.write(values, 1)
        target.update_tags(**tags)
        target.set_band_description(1, tags.get("CONTENT", ""))


def _as_type(values: npt.NDArray[Any], kind: np.dtype[Any]) -> npt.NDArray[Any]:
    """Give values in a type; stop where one would become another number."""
    with np.errstate(invalid="ignore", over="ignore"):
        made = values.astype(kind)
    same = np.isfinite(made) | ~np.isfinite(values) if kind.kind == "f" else made == values
    if not np.all(same):
        odd = values[~same].flat[0] if values.ndim else values
        raise MethodError(
            f"the type {kind.name} cannot hold the value {odd:g}",
            f"类型 {kind.name} 无法表示数值 {odd:g}",
        )
    return np.asarray(made)
