"""Maps in a metric CRS: their extent, outlines, pixels, facilities and scale bar."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.font_manager import FontProperties

__all__ = [
    "DPI",
    "WIDTH_IN",
    "Extent",
    "Pixels",
    "draw_outlines",
    "draw_pixels",
    "draw_scale_bar",
    "extent_of",
    "height_in",
    "new_figure",
    "pixel_size",
    "set_extent",
]

DPI: Final = 120
WIDTH_IN: Final = 8.6
"""Width of a map, inches."""

_LOWEST_IN: Final = 3.5
_HIGHEST_IN: Final = 11.0
_KILOMETRE: Final = 1000

Extent = tuple[float, float, float, float]
"""West, south, east, north, metres."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pixels:
    """A picture of a part of the ground.

    Attributes
    ----------
    colours
        Red, green, blue, from 0 to 255; shape (rows, columns, 3), the northernmost row first.
    extent
        Which part.
    shown
        What it shows, in the legend's order.
    """

    colours: npt.NDArray[np.uint8]
    extent: Extent
    shown: tuple[str, ...]


def new_figure(width_in: float, height_in: float) -> Figure:
    """Make a white figure on a canvas of its own."""
    figure = Figure(figsize=(width_in, height_in), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def extent_of(outlines: npt.NDArray[np.object_], xy: Floats) -> Extent:
    """Give the box round all districts and places, with a margin."""
    boxes = [shapely.bounds(outlines)] if len(outlines) else []
    boxes += [np.column_stack((xy, xy))] if len(xy) else []
    every = np.vstack(boxes) if boxes else np.array([[0.0, 0.0, 1.0, 1.0]])
    every = every[np.isfinite(every).all(axis=1)]
    west, south = every[:, :2].min(axis=0)
    east, north = every[:, 2:].max(axis=0)
    pad = max(0.02 * max(east - west, north - south), 50.0)
    return float(west - pad), float(south - pad), float(east + pad), float(north + pad)


def height_in(extent: Extent) -> float:
    """Give the height of a map of so wide an area, inches."""
    west, south, east, north = extent
    return float(np.clip(WIDTH_IN * (north - south) / (east - west), _LOWEST_IN, _HIGHEST_IN))


def fitted(extent: Extent) -> Extent:
    """Widen an area so that it fills its map from side to side."""
    return _widened(extent, WIDTH_IN, height_in(extent))


def _widened(extent: Extent, width: float, height: float) -> Extent:
    """Widen an area about its middle to the shape of a frame."""
    west, south, east, north = extent
    scale = max((east - west) / width, (north - south) / height)
    middle = ((west + east) / 2, (south + north) / 2)
    across, up = scale * width / 2, scale * height / 2
    return middle[0] - across, middle[1] - up, middle[0] + across, middle[1] + up


def pixel_size(extent: Extent) -> tuple[int, int]:
    """Give rows and columns of pixels of a map of this area."""
    return round(height_in(extent) * DPI), round(WIDTH_IN * DPI)


def set_extent(axis: Axes, extent: Extent) -> None:
    """Show this area, and what else the frame holds, one metre as long in both directions."""
    west, south, east, north = _widened(extent, axis.bbox.width, axis.bbox.height)
    axis.set_xlim(west, east)
    axis.set_ylim(south, north)
    axis.set_aspect("equal", adjustable="datalim")
    axis.set_xticks([])
    axis.set_yticks([])
    for spine in axis.spines.values():
        spine.set_color("#cccccc")


def draw_pixels(axis: Axes, pixels: Pixels) -> None:
    """Draw a picture of the ground below all else."""
    west, south, east, north = pixels.extent
    axis.imshow(
        pixels.colours,
        extent=(west, east, south, north),
        origin="upper",
        interpolation="nearest",
        zorder=0,
    )


def draw_outlines(
    axis: Axes, outlines: npt.NDArray[np.object_], extent: Extent, *, colour: str = "#6b6b6b"
) -> None:
    """Draw the districts, no finer than a third of a pixel."""
    tolerance_m = (extent[2] - extent[0]) / (WIDTH_IN * DPI) / 3
    rings = shapely.get_parts(shapely.boundary(shapely.simplify(outlines, tolerance_m)))
    lines = [shapely.get_coordinates(ring) for ring in rings]
    axis.add_collection(LineCollection(lines, colors=colour, linewidths=0.8, zorder=1))


def draw_scale_bar(axis: Axes, extent: Extent, font: FontProperties | None = None) -> None:
    """Draw a bar of a round length, in metres below a kilometre, else in kilometres."""
    west, south, east, north = extent
    most = (east - west) / 4
    ten = 10.0 ** math.floor(math.log10(most))
    length = max(step * ten for step in (1, 2, 5) if step * ten <= most)
    told = f"{length:g} m" if length < _KILOMETRE else f"{length / _KILOMETRE:g} km"
    x, y = west + 0.03 * (east - west), south + 0.03 * (north - south)
    axis.plot(
        [x, x + length], [y, y], color="#222222", linewidth=2.5, solid_capstyle="butt", zorder=6
    )
    axis.annotate(told, (x, y), xytext=(0, 4), textcoords="offset points", zorder=6,
                  bbox={"facecolor": "white", "edgecolor": "none", "pad": 1, "alpha": 0.8},
                  fontproperties=font)  # fmt: skip
