"""Compiled loops of the catchments."""
