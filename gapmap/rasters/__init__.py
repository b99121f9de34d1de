"""Rasters that a study names: opened safely, looked through, and read by windows."""

from gapmap.rasters.checking import RasterSource, check_rasters, inspect_raster
from gapmap.rasters.value import RasterFacts

__all__ = ["RasterFacts", "RasterSource", "check_rasters", "inspect_raster"]
