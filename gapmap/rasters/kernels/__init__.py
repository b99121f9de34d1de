"""Compiled walks over the cells of a raster."""
