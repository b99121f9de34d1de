"""The status of every place for one service as a map."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from gapmap.access import STATUSES
from gapmap.drawing.chart import (
    draw_outlines,
    draw_scale_bar,
    extent_of,
    height_in,
    new_figure,
    set_extent,
)
from gapmap.outputs.figures.pen import Pen, make_axes, write_frame, write_wide_legend
from gapmap.outputs.styles import STATUS_COLOURS
from gapmap.words import word

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from gapmap.access import Access, Service
    from gapmap.drawing.chart import Extent

__all__ = ["Drawn", "draw_places", "draw_status", "shown_extent"]

_MARKERS = {"covered": "o", "uncovered": "^", "unknown": "s"}
FEW_PLACES = 2_000
_FEW_FACILITIES = 60
_SMALL = 5.0
"""Marks smaller than this have thin edges, points."""


class Drawn(NamedTuple):
    """What a map of the statuses shows: the legend, and the places that it cannot show."""

    handles: list[object]
    extent: Extent
    missing: int
    outside: bool

    def told(self, pen: Pen) -> str:
        """Say how many places are not drawn; empty where all are."""
        if not self.missing:
            return ""
        zh, en = ("没有坐标", "without a position")
        if self.outside:
            zh, en = ("没有坐标或在研究区外", "without a position, or outside")
        return pen.text(
            f"另有 {self.missing} 个村居{zh},未画出", f"{en}, not drawn: {self.missing}"
        )


def draw_status(pen: Pen, service: Service) -> Figure:
    """Draw every place with a position by its status for one service."""
    access = pen.results.assessment.access
    extent = shown_extent(access)
    figure = new_figure(9, height_in(extent) + 1.75)
    axis = make_axes(figure, (0.2, 1.0, 0.2, 0.75))
    draw_outlines(axis, access.places.region.districts.geometry.to_numpy(), extent)
    drawn = draw_places(axis, pen, service)
    set_extent(axis, extent)
    draw_scale_bar(axis, extent, pen.letters.font(9))
    unit = pen.text("米", "m") if service.limit_unit == "m" else pen.text("分钟", "min")
    limit = f"{service.limit:g} {unit}"
    write_frame(pen, figure, pen.letters.writable(f"{pen.service(service)} ≤ {limit}"))
    if told := drawn.told(pen):
        figure.text(0.98, 0.03, told, ha="right", va="bottom", color="#555555",
                    fontproperties=pen.letters.font(9), parse_math=False)  # fmt: skip
    write_wide_legend(figure, pen, drawn.handles)
    return figure


def shown_extent(access: Access) -> Extent:
    """Give the area that a map of all places shows; who lies outside would shrink the city."""
    xy, _, drawn = _positions(access)
    return extent_of(access.places.region.districts.geometry.to_numpy(), xy[drawn])


def draw_places(axis: Axes, pen: Pen, service: Service, *, scale: float = 1.0) -> Drawn:
    """Draw the places by their status for a service, and the facilities that serve.

    Parameters
    ----------
    axis
        Where to draw, in the region's CRS.
    pen
        Who draws.
    service
        The service.
    scale
        How large marks are, against those of a figure.
    """
    access = pen.results.assessment.access
    block = access.table[access.table["service"] == service.id]
    status = block["status"].to_numpy(dtype=object)
    people = np.nan_to_num(access.places.table["people"].to_numpy(dtype=float))
    xy, outside, drawn = _positions(access)
    handles = []
    for one in STATUSES:
        mine = status == one
        told = _told(pen, one, int(mine.sum()), float(people[mine].sum()))
        size = scale * (2.5 if len(people) > FEW_PLACES else 5.5)
        handles.append(_dots(axis, xy[mine & drawn], one, told, size=size))
    facilities = access.facilities.table
    serving = facilities[(facilities["service"] == service.id) & (facilities["counts"] == "yes")
                         & (facilities["qualifies"] == "yes")]  # fmt: skip
    handles.append(_pluses(axis, pen, serving.geometry.to_numpy(), scale=scale))
    return Drawn(handles, shown_extent(access), int((~drawn).sum()), bool(outside.any()))


def _positions(
    access: Access,
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Give where places are, which of them lie outside the area, and which can be drawn."""
    places = access.places.table
    shapes = places.geometry.to_numpy()
    xy = np.column_stack((shapely.get_x(shapes), shapely.get_y(shapes)))
    known = np.isfinite(xy).all(axis=1)
    outside = known & (places["position"] == "outside").to_numpy()
    return xy, outside, known & ~outside


def _told(pen: Pen, status: str, places: int, people: float) -> str:
    if pen.results.assessment.access.places.weight == "places":
        return f"{pen.word(status)}: {places:,}"
    return pen.text(
        f"{word(status, 'zh')}:{places:,} 个,{people:,.0f} 人",
        f"{word(status, 'en')}: {places:,} places, {people:,.0f} people",
    )


def _dots(axis: Axes, xy: NDArray[np.float64], status: str, told: str, *, size: float) -> object:
    handle, = axis.plot(
        xy[:, 0],
        xy[:, 1],
        linestyle="none",
        marker=_MARKERS[status],
        markersize=size,
        markerfacecolor="white" if status == "unknown" else STATUS_COLOURS[status],
        markeredgecolor=STATUS_COLOURS[status] if status == "unknown" else "white",
        markeredgewidth=0.3 if size < _SMALL else (1.2 if status == "unknown" else 0.5),
        label=told,
        zorder=3 if status == "covered" else 4,
    )  # fmt: skip
    return handle


def _pluses(axis: Axes, pen: Pen, shapes: NDArray[np.object_], *, scale: float = 1.0) -> object:
    """Draw the facilities as crosses: above the places where they are few, else below them."""
    xy = np.column_stack((shapely.get_x(shapes), shapely.get_y(shapes)))
    here = xy[np.isfinite(xy).all(axis=1)]
    few = len(here) <= _FEW_FACILITIES
    told = pen.text(f"达标设施:{len(shapes):,} 处", f"facilities that count: {len(shapes):,}")
    (handle,) = axis.plot(
        here[:, 0],
        here[:, 1],
        linestyle="none",
        marker="+",
        markersize=scale * (6 if few else 3.5),
        zorder=5 if few else 2,
        markeredgecolor="#111111" if few else "#777777",
        markeredgewidth=1.0 if few else 0.7,
        label=told,
    )
    return handle
