"""Writing rasters that any GIS opens: Cloud Optimized GeoTIFF."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio

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
        What the file says of itself, such as its unit and that it is simulated.
    dtype
        NumPy's name of the type of number.

    Raises
    ------
    OSError, rasterio.errors.RasterioError
        When it cannot be written.
    """
    options: dict[str, Any] = {"compress": "DEFLATE", "blocksize": _BLOCK, "resampling": "NEAREST"}
    kind = np.dtype(dtype)
    with rasterio.Env(GDAL_PAM_ENABLED="NO"), warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)  # of affine, within rasterio
        with rasterio.open(
            path,
            "w",
            driver="COG",
            height=grid.height,
            width=grid.width,
            count=1,
            dtype=kind.name,
            crs=grid.crs.to_wkt(),
            transform=grid.transform,
            nodata=nodata,
            predictor="FLOATING_POINT" if kind.kind == "f" else "STANDARD",
            **options,
        ) as target:
            target.write(np.asarray(values).astype(kind), 1)
            target.update_tags(**tags)
