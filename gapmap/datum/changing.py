"""From one coordinate system to another: each way is looked up once."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import pyproj

__all__ = ["DEGREES", "change_between"]

DEGREES: Final = 4326
"""Longitude and latitude on WGS 84, by their EPSG number."""


@lru_cache(maxsize=32)
def change_between(source: pyproj.CRS | int, target: pyproj.CRS | int) -> pyproj.Transformer:
    """Give the way from one system to another, x before y, longitude before latitude.

    To look one up takes PROJ a fifth of a second; files of a study share a few. Threads may share
    them, too: pyproj makes one for each.
    """
    return pyproj.Transformer.from_crs(source, target, always_xy=True)
