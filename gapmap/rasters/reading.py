"""The values of a raster, part by part: none where there is none, scaled as the raster declares."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from gapmap.rasters.opening import READING_ERRORS
from gapmap.rasters.survey import left_out, same_as, window_parts

if TYPE_CHECKING:
    from collections.abc import Iterable

    import rasterio
    from rasterio.windows import Window

    Floats = npt.NDArray[np.float64]

__all__ = ["read_values"]


def read_values(
    source: rasterio.DatasetReader, window: Window, *, undeclared: Iterable[float] = ()
) -> Floats:
    """Read a window of the first band.

    Parameters
    ----------
    source
        An open raster.
    window
        Of whole cells.
    undeclared
        Stored values that stand for none, though the raster does not declare them so:
        :attr:`~gapmap.rasters.RasterFacts.undeclared`.

    Returns
    -------
    Floats, shape (rows, columns); NaN for cells without a value, infinite ones, and those in parts
    of the file that cannot be read.
    """
    top, left = int(window.row_off), int(window.col_off)
    read = np.full((int(window.height), int(window.width)), np.nan)
    none = set(undeclared)
    if source.nodata is not None and not math.isnan(source.nodata):
        none.add(source.nodata)
    for part in window_parts(source, window):
        try:
            stored = source.read(1, window=part)
            hidden = left_out(source, part)
        except READING_ERRORS:  # told by whoever looked the raster through
            continue
        with np.errstate(over="ignore", invalid="ignore"):
            values = stored.astype(np.float64) * source.scales[0] + source.offsets[0]
        values[~np.isfinite(values) | hidden] = np.nan
        for value in none:
            values[same_as(stored, value)] = np.nan
        row, column = int(part.row_off) - top, int(part.col_off) - left
        read[row : row + int(part.height), column : column + int(part.width)] = values
    return read
