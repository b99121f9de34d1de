"""Surface: how fast one gets on over land, and how long the way over it takes."""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING

from gapmap.surface.value import STEPS, Links, Surface, SurfaceSource, Terrain

if _TYPE_CHECKING:
    from gapmap.surface.field import Field
    from gapmap.surface.flat import travel_minutes
    from gapmap.surface.read import read_surface
    from gapmap.surface.standing import Standing, stand

__all__ = [
    "STEPS",
    "Field",
    "Links",
    "Standing",
    "Surface",
    "SurfaceSource",
    "Terrain",
    "read_surface",
    "stand",
    "travel_minutes",
]

# What loads rasterio or numba is loaded at its first use: a study file names only sources.
_HOME = {
    "Field": "field",
    "Standing": "standing",
    "read_surface": "read",
    "stand": "standing",
    "travel_minutes": "flat",
}


def __getattr__(name: str) -> object:
    """Load a name from its module when it is first used (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(_import_module(f"{__name__}.{_HOME[name]}"), name)
