"""Surface: how fast one gets on over land, and how long the way over it takes."""

from gapmap.surface.value import STEPS, Links, Surface, SurfaceSource, Terrain

__all__ = ["STEPS", "Links", "Surface", "SurfaceSource", "Terrain"]
