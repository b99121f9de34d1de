"""With which programs a report was made: the packages that its figures rest on."""

from __future__ import annotations

import importlib.metadata
import platform
from typing import Final

__all__ = ["versions"]

_PACKAGES: Final = (
    *("geopandas", "highspy", "numpy", "osmium", "pandas", "pyogrio", "pyproj"),
    *("rasterio", "scikit-learn", "scipy", "shapely"),
)


def versions() -> dict[str, str]:
    """Give the versions of Python and of the main packages that are installed, by name."""
    told = {"Python": platform.python_version()}
    for name in _PACKAGES:
        try:
            told[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return told
