"""Whole maps on axes: the ground with its ways, districts and facilities, without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gapmap.access.reasons import pool_of, serving_of
from gapmap.drawing.chart import (
    draw_outlines,
    draw_pixels,
    draw_scale_bar,
    extent_of,
    fitted,
    set_extent,
)
from gapmap.drawing.ground import draw_ways, minutes_pixels
from gapmap.drawing.people import people_pixels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.font_manager import FontProperties

    from gapmap.access import Access
    from gapmap.drawing.chart import Extent, Pixels
    from gapmap.drawing.fields import Travelled
    from gapmap.gridded import Gridded
    from gapmap.population import Population
    from gapmap.region import Region

__all__ = ["area_of", "draw_people", "draw_travelled"]

_FEW = 60
"""So many facilities have room for a large mark each."""


def area_of(region: Region) -> Extent:
    """Give the part of the ground that such maps show: all districts, in the region's CRS."""
    return fitted(extent_of(region.districts.geometry.to_numpy(), np.empty((0, 2))))


def draw_travelled(
    axis: Axes, one: Travelled, access: Access, font: FontProperties | None = None
) -> Pixels:
    """Draw travel time over the surface to one service, and give what was drawn."""
    extent = area_of(access.places.region)
    pixels = minutes_pixels(one, extent)
    draw_pixels(axis, pixels)
    draw_ways(axis, one.surface, extent)
    _surroundings(axis, access, one.service.id, font)
    return pixels


def draw_people(
    axis: Axes,
    service: str,
    population: Population,
    gridded: Gridded,
    font: FontProperties | None = None,
) -> Pixels:
    """Draw the cells that have people by whether they are covered, and give what was drawn."""
    table = gridded.access.table
    status = table.loc[table["service"] == service, "status"].to_numpy(dtype=object)
    status = status[: len(population.cells)]  # behind them stand people whom the raster has not
    extent = area_of(population.region)
    pixels = people_pixels(population, status, extent)
    draw_pixels(axis, pixels)
    _surroundings(axis, gridded.access, service, font)
    return pixels


def _surroundings(axis: Axes, access: Access, service: str, font: FontProperties | None) -> None:
    extent = area_of(access.places.region)
    draw_outlines(axis, access.places.region.districts.geometry.to_numpy(), extent,
                  colour="#222222")  # fmt: skip
    serving = serving_of(pool_of(access.facilities, service)).geometry
    few = len(serving) <= _FEW
    axis.plot(
        serving.x,
        serving.y,
        linestyle="none",
        marker="P",
        markersize=8 if few else 4.5,
        markerfacecolor="#111111",
        markeredgecolor="white",
        markeredgewidth=0.9 if few else 0.5,
        zorder=5,
    )
    set_extent(axis, extent)
    draw_scale_bar(axis, extent, font)
