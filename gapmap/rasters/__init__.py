"""Rasters: opened safely, looked through, read by windows, summed over polygons, written."""

from gapmap.rasters.checking import inspect_raster
from gapmap.rasters.grid import Grid
from gapmap.rasters.resampling import Resampled, resample
from gapmap.rasters.value import RasterFacts
from gapmap.rasters.writing import write_raster
from gapmap.rasters.zonal import CellShares, ZonalSums, cell_shares, raster_sums, zonal_sums

__all__ = [
    "CellShares",
    "Grid",
    "RasterFacts",
    "Resampled",
    "ZonalSums",
    "cell_shares",
    "inspect_raster",
    "raster_sums",
    "resample",
    "write_raster",
    "zonal_sums",
]
