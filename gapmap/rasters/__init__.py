"""Rasters that a study names: opened safely and looked through, before anything uses them."""

from gapmap.rasters.checking import RasterSource, check_rasters, inspect_raster
from gapmap.rasters.value import RasterFacts

__all__ = ["RasterFacts", "RasterSource", "check_rasters", "inspect_raster"]
