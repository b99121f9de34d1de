"""Where a straight line is not the way: places by their detour, for one service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gapmap.detour import DETOUR_CLASSES, class_of, radius_of
from gapmap.drawing.chart import (
    draw_outlines,
    draw_scale_bar,
    extent_of,
    height_in,
    new_figure,
    set_extent,
)
from gapmap.outputs.figures.pen import Pen, make_axes, write_frame, write_wide_legend

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from gapmap.access import Service
    from gapmap.detour import Detours

__all__ = ["draw_detour"]

_FILLS: Final = ("#cfe1f0", "#7fb3d5", "#f7d08a", "#e8893a", "#a63a00")
_SIZES: Final = (4.0, 4.8, 5.8, 6.8, 8.0)
_NONE: Final = len(_FILLS)


def draw_detour(pen: Pen, detours: Detours, service: Service) -> Figure:
    """Draw every place with a position by its detour; ringed: near only on the map."""
    access = detours.access
    block = access.table[access.table["service"] == service.id]
    people = np.nan_to_num(block["people"].to_numpy(dtype=float))
    factor = detours.factors(service.id)
    kinds = np.where(np.isfinite(factor), class_of(np.nan_to_num(factor)), _NONE)
    ringed = detours.only_straight(service)
    shapes = access.places.table.geometry.to_numpy()
    xy = np.column_stack((shapely.get_x(shapes), shapely.get_y(shapes)))
    inside = access.places.table["position"] != "outside"  # else it would shrink the city
    drawn = np.isfinite(xy).all(axis=1) & inside.to_numpy()
    outlines = access.places.region.districts.geometry.to_numpy()
    extent = extent_of(outlines, xy[drawn])
    figure = new_figure(9, height_in(extent) + 2.0)
    axis = make_axes(figure, (0.2, 1.25, 0.2, 0.75))
    draw_outlines(axis, outlines, extent)
    handles = list(_classes(axis, pen, xy[drawn], kinds[drawn]))
    if np.isfinite(radius_of(service, access)):
        told = _told(pen, int(ringed.sum()), float(people[ringed].sum()))
        handles.append(_rings(axis, xy[drawn & ringed], told))
    set_extent(axis, extent)
    draw_scale_bar(axis, extent, pen.letters.font(9))
    unit = pen.text("米", "m") if service.limit_unit == "m" else pen.text("分钟", "min")
    named = f"{pen.service(service)} ≤ {service.limit:g} {unit}"
    title = pen.text(f"直线与路程:{named}", f"Straight line against road: {named}")
    write_frame(pen, figure, pen.letters.writable(title))
    write_wide_legend(figure, pen, handles)
    return figure


def _told(pen: Pen, places: int, people: float) -> str:
    if pen.results.assessment.access.places.weight == "places":
        return pen.text(f"仅直线够近:{places:,} 个", f"near only on the map: {places:,} places")
    return pen.text(
        f"仅直线够近:{places:,} 个,{people:,.0f} 人",
        f"near only on the map: {places:,} places, {people:,.0f} people",
    )


def _classes(
    axis: Axes, pen: Pen, xy: NDArray[np.float64], kinds: NDArray[np.int64]
) -> Iterator[object]:
    """Draw the classes, longer detours larger and on top; then what has no factor."""
    ends = (1.0, *DETOUR_CLASSES)
    for number, fill in enumerate(_FILLS):
        low = f"{ends[number]:g}"
        over = number == len(DETOUR_CLASSES)
        span = pen.text(f"{low} 以上", f"over {low}") if over else f"{low}–{ends[number + 1]:g}"
        count = int((kinds == number).sum())
        told = pen.text(f"绕行系数 {span}:{count:,} 个", f"detour factor {span}: {count:,} places")
        (handle,) = axis.plot(
            *xy[kinds == number].T,
            linestyle="none",
            marker="o",
            markersize=_SIZES[number],
            markerfacecolor=fill,
            markeredgecolor="#4a3b30",
            markeredgewidth=0.6,
            label=told,
            zorder=3 + number / 10,
        )
        yield handle
    none = kinds == _NONE
    count = int(none.sum())
    told = pen.text(f"没有绕行系数:{count:,} 个", f"no detour factor: {count:,} places")
    (handle,) = axis.plot(
        *xy[none].T,
        linestyle="none",
        marker="s",
        markersize=4,
        markerfacecolor="white",
        markeredgecolor="#6e6e6e",
        label=told,
        zorder=2.9,
    )
    yield handle


def _rings(axis: Axes, xy: NDArray[np.float64], told: str) -> object:
    (handle,) = axis.plot(
        *xy.T,
        linestyle="none",
        marker="o",
        markersize=11,
        markerfacecolor="none",
        markeredgecolor="#111111",
        markeredgewidth=1.5,
        label=told,
        zorder=5,
    )
    return handle
