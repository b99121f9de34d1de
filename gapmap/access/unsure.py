"""Unsure: who may be within a limit, were ground passable of which nobody knows the speed.

Nobody goes over such ground in a search. Whoever would be within the limit if it were as good as
the best land is neither covered nor uncovered: nobody knows.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gapmap.access.trips import within_limit

if TYPE_CHECKING:
    import shapely
    from numpy.typing import NDArray

    from gapmap.access.stops import Stops
    from gapmap.access.value import Service
    from gapmap.surface import Surface

__all__ = ["as_if_passable", "over", "perhaps_within"]


def as_if_passable(surface: Surface | None, area: shapely.Geometry | None = None) -> Surface | None:
    """Give the surface with its unknown cells in an area as passable as its best land.

    Without slope that is the fastest class that occurs off the roads; with no such land the
    walking speed of the source. Outside the area (None: the whole grid) nothing changes: who may be
    served from there is told as the effect of the edge.

    Returns
    -------
    None where no cell of the area is unknown, or there is no surface.
    """
    if surface is None or not surface.unknown.any():
        return None
    grid, terrain, opened = surface.grid, surface.terrain, surface.unknown
    if area is not None:
        from rasterio.features import rasterize  # noqa: PLC0415 - rasterio is slow to load

        inside = rasterize(
            [area], out_shape=grid.shape, transform=grid.transform, dtype="uint8", all_touched=True
        )
        opened = opened & (inside > 0)
    if not opened.any():
        return None
    land = terrain.minutes_per_cell[np.isfinite(terrain.minutes_per_cell) & ~surface.road]
    best = land.min() if len(land) else terrain.cell_m * 60 / 1000 / surface.source.kmh
    minutes = np.where(opened, best, terrain.minutes_per_cell)
    return replace(
        surface,
        terrain=replace(terrain, minutes_per_cell=minutes),
        unknown=surface.unknown & ~opened,
    )


def perhaps_within(
    origins: Stops, targets: Stops, service: Service, hoped: Surface | None
) -> NDArray[np.bool_]:
    """Say which places would be within the limit of a target over the surface hoped for.

    Parameters
    ----------
    origins, targets
        Where they stand on the surface as it is known.
    service
        Its mode and limit.
    hoped
        Of :func:`as_if_passable`; with None, or a service that stays off the land, nobody is.
    """
    if origins.surface is None or hoped is None:
        return np.zeros(len(origins.xy), dtype=bool)
    return within_limit(over(hoped, origins, service), targets, service)


def over(hoped: Surface, origins: Stops, service: Service) -> Stops:
    """Let people who stand on the surface as it is known travel over the one hoped for."""
    there = replace(origins, surface=hoped)
    if origins.network is None:
        return there
    from gapmap.access.doors import find_doors  # noqa: PLC0415 - compiles for itself

    return replace(there, landings=find_doors(hoped, origins.network, service.mode))
