"""The status of every place for one service as a map."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import shapely
from matplotlib.collections import LineCollection

from gapmap.access import STATUSES
from gapmap.outputs.figures.pen import (
    DPI,
    Pen,
    make_axes,
    new_figure,
    write_frame,
)
from gapmap.outputs.styles import STATUS_COLOURS
from gapmap.words import word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from gapmap.access import Service

__all__ = ["draw_status"]

_MARKERS = {"covered": "o", "uncovered": "^", "unknown": "s"}
FEW_PLACES = 2_000
_FEW_FACILITIES = 60


def draw_status(pen: Pen, service: Service) -> Figure:
    """Draw every place with a position by its status for one service."""
    access = pen.results.assessment.access
    places = access.places.table
    block = access.table[access.table["service"] == service.id]
    status = block["status"].to_numpy(dtype=object)
    people = np.nan_to_num(places["people"].to_numpy(dtype=float))
    shapes = places.geometry.to_numpy()
    xy = np.column_stack((shapely.get_x(shapes), shapely.get_y(shapes)))
    drawn = np.isfinite(xy).all(axis=1)
    extent = _extent(access.places.region.districts.geometry.to_numpy(), xy[drawn])
    figure = new_figure(9, _map_height(extent))
    axis = make_axes(figure, (0.2, 1.0, 0.2, 0.75))
    _outlines(axis, access.places.region.districts.geometry.to_numpy(), extent)
    handles = []
    for one in STATUSES:
        mine = status == one
        told = _told(pen, one, int(mine.sum()), float(people[mine].sum()))
        handles.append(_dots(axis, xy[mine & drawn], one, told, many=len(places) > FEW_PLACES))
    facilities = access.facilities.table
    serving = facilities[(facilities["service"] == service.id) & (facilities["counts"] == "yes")
                         & (facilities["qualifies"] == "yes")]  # fmt: skip
    handles.append(_pluses(axis, pen, serving.geometry.to_numpy()))
    _set_extent(axis, extent)
    _scale_bar(axis, pen, extent)
    unit = pen.text("米", "m") if service.limit_unit == "m" else pen.text("分钟", "min")
    limit = f"{service.limit:g} {unit}"
    write_frame(pen, figure, pen.letters.writable(f"{pen.service(service)} ≤ {limit}"))
    missing = int((~drawn).sum())
    if missing:
        told = pen.text(
            f"另有 {missing} 个村居没有坐标,未画出", f"without a position, not drawn: {missing}"
        )
        figure.text(0.98, 0.03, told, ha="right", va="bottom", color="#555555",
                    fontproperties=pen.letters.font(9), parse_math=False)  # fmt: skip
    _legend_two_rows(figure, pen, handles)
    return figure


def _told(pen: Pen, status: str, places: int, people: float) -> str:
    if pen.results.assessment.access.places.weight == "places":
        return f"{pen.word(status)}: {places:,}"
    return pen.text(
        f"{word(status, 'zh')}:{places:,} 个,{people:,.0f} 人",
        f"{word(status, 'en')}: {places:,} places, {people:,.0f} people",
    )


def _legend_two_rows(figure: Figure, pen: Pen, handles: Sequence[object]) -> None:
    legend = figure.legend(
        handles=list(handles),
        loc="lower left",
        bbox_to_anchor=(0.01, 0.0),
        ncols=2,
        frameon=False,
        prop=pen.letters.font(9.5),
        markerscale=1.3,
    )
    for text in legend.get_texts():
        text.set_parse_math(False)


def _extent(outlines: NDArray[np.object_], xy: NDArray[np.float64]) -> tuple[float, ...]:
    """Give the box round all districts and places, metres: west, south, east, north."""
    boxes = [shapely.bounds(outlines)] if len(outlines) else []
    boxes += [np.column_stack((xy, xy))] if len(xy) else []
    every = np.vstack(boxes) if boxes else np.array([[0.0, 0.0, 1.0, 1.0]])
    every = every[np.isfinite(every).all(axis=1)]
    west, south = every[:, :2].min(axis=0)
    east, north = every[:, 2:].max(axis=0)
    pad = max(0.02 * max(east - west, north - south), 50.0)
    return west - pad, south - pad, east + pad, north + pad


def _map_height(extent: tuple[float, ...]) -> float:
    west, south, east, north = extent
    return float(np.clip(8.6 * (north - south) / (east - west), 3.5, 11) + 1.75)


def _set_extent(axis: Axes, extent: tuple[float, ...]) -> None:
    west, south, east, north = extent
    axis.set_xlim(west, east)
    axis.set_ylim(south, north)
    axis.set_aspect("equal", adjustable="datalim")
    axis.set_xticks([])
    axis.set_yticks([])
    for spine in axis.spines.values():
        spine.set_color("#cccccc")


def _outlines(axis: Axes, outlines: NDArray[np.object_], extent: tuple[float, ...]) -> None:
    """Draw the districts, no finer than a third of a pixel."""
    tolerance_m = (extent[2] - extent[0]) / (8.6 * DPI) / 3
    rings = shapely.get_parts(shapely.boundary(shapely.simplify(outlines, tolerance_m)))
    lines = [shapely.get_coordinates(ring) for ring in rings]
    axis.add_collection(LineCollection(lines, colors="#6b6b6b", linewidths=0.8, zorder=1))


def _dots(axis: Axes, xy: NDArray[np.float64], status: str, told: str, *, many: bool) -> object:
    handle, = axis.plot(
        xy[:, 0],
        xy[:, 1],
        linestyle="none",
        marker=_MARKERS[status],
        markersize=2.5 if many else 5.5,
        markerfacecolor="white" if status == "unknown" else STATUS_COLOURS[status],
        markeredgecolor=STATUS_COLOURS[status] if status == "unknown" else "white",
        markeredgewidth=0.3 if many else (1.2 if status == "unknown" else 0.5),
        label=told,
        zorder=3 if status == "covered" else 4,
    )  # fmt: skip
    return handle


def _pluses(axis: Axes, pen: Pen, shapes: NDArray[np.object_]) -> object:
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
        markersize=6 if few else 3.5,
        zorder=5 if few else 2,
        markeredgecolor="#111111" if few else "#777777",
        markeredgewidth=1.0 if few else 0.7,
        label=told,
    )
    return handle


def _scale_bar(axis: Axes, pen: Pen, extent: tuple[float, ...]) -> None:
    """Draw a bar of a round length, in metres below a kilometre, else in kilometres."""
    west, south, east, north = extent
    most = (east - west) / 4
    ten = 10.0 ** math.floor(math.log10(most))
    length = max(step * ten for step in (1, 2, 5) if step * ten <= most)
    told = f"{length:g} m" if length < 1000 else f"{length / 1000:g} km"  # noqa: PLR2004 - a kilometre
    x, y = west + 0.03 * (east - west), south + 0.03 * (north - south)
    axis.plot(
        [x, x + length], [y, y], color="#222222", linewidth=2.5, solid_capstyle="butt", zorder=6
    )
    axis.annotate(told, (x, y), xytext=(0, 4), textcoords="offset points", zorder=6,
                  bbox={"facecolor": "white", "edgecolor": "none", "pad": 1, "alpha": 0.8},
                  fontproperties=pen.letters.font(9))  # fmt: skip
