"""Maps of rasters: travel time over the surface, and people on the grid by whether covered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from gapmap.access import STATUSES
from gapmap.drawing.chart import height_in, new_figure
from gapmap.drawing.ground import BARRIER, ROAD, UNKNOWN, UNREACHED, steps_of
from gapmap.drawing.people import TINTS
from gapmap.drawing.sheet import area_of, draw_people, draw_travelled
from gapmap.outputs.figures.pen import Pen, make_axes, write_frame, write_wide_legend
from gapmap.words import word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.figure import Figure

    from gapmap.access import Service
    from gapmap.drawing.fields import Travelled
    from gapmap.gridded import Gridded
    from gapmap.population import Population

__all__ = ["draw_minutes", "draw_people_grid"]

_EDGES_IN = (0.2, 1.15, 0.2, 0.75)


def draw_minutes(pen: Pen, one: Travelled) -> Figure:
    """Draw travel time over the surface to one service."""
    access = pen.results.assessment.access
    figure = new_figure(9, height_in(area_of(access.places.region)) + _EDGES_IN[1] + _EDGES_IN[3])
    axis = make_axes(figure, _EDGES_IN)
    pixels = draw_travelled(axis, one, access, pen.letters.font(9))
    way = (
        ("从最近设施出发的时间", "time from the nearest facility")
        if one.direction == "from"
        else ("到最近设施的时间", "time to the nearest facility")
    )
    ground = ("沿地表", "over the surface")
    if one.service.mode != "surface":
        ground = ("沿路网和地表", "along the network and over the surface")
    told = pen.text(f"{way[0]},{ground[0]}", f"{way[1]}, {ground[1]}")
    title = f"{pen.service(one.service)} · {told}"
    write_frame(pen, figure, pen.letters.writable(title))
    write_wide_legend(figure, pen, list(_minutes_handles(pen, one, pixels.shown)), columns=4)
    return figure


def _minutes_handles(pen: Pen, one: Travelled, shown: tuple[str, ...]) -> Iterator[object]:
    unit = pen.text("分钟", "min")
    for number, step in enumerate(steps_of(one.limit_minutes)):
        span = f"> {step.low:g}" if step.high is None else f"{step.low:g} – {step.high:g}"
        if str(number) in shown:
            yield Patch(facecolor=step.colour, label=f"{span} {unit}")
    if one.in_minutes:
        limit = f"{one.limit_minutes:g} {unit}"
        yield Line2D([], [], color="#111111", linewidth=1,
                     label=pen.text(f"限值 {limit}(含)", f"limit {limit} (inclusive)"))  # fmt: skip
    for kind, (ground, mark), hatch, told in (
        ("unreached", UNREACHED, "..", ("无法到达", "cannot be reached")),
        ("barrier", BARRIER, "\\\\\\\\", ("障碍,不可通行", "barrier, impassable")),
        ("unknown", UNKNOWN, "////", ("速度未知,不可通行", "speed unknown, impassable")),
    ):
        if kind in shown:
            yield Patch(facecolor=ground, edgecolor=mark, linewidth=0, hatch=hatch,
                        label=pen.text(*told))  # fmt: skip
    if "road" in shown:
        yield Line2D([], [], color=ROAD, linewidth=0.9, label=pen.text("道路", "road"))
    yield _facility(pen)


def draw_people_grid(
    pen: Pen, service: Service, population: Population, gridded: Gridded
) -> Figure:
    """Draw the cells that have people by whether a service covers them."""
    figure = new_figure(9, height_in(area_of(population.region)) + _EDGES_IN[1] + _EDGES_IN[3])
    axis = make_axes(figure, _EDGES_IN)
    draw_people(axis, service.id, population, gridded, pen.letters.font(9))
    unit = pen.text("米", "m") if service.limit_unit == "m" else pen.text("分钟", "min")
    title = f"{pen.service(service)} ≤ {service.limit:g} {unit} · "
    title += pen.text("按人口格网的覆盖", "coverage of people on the grid")
    write_frame(pen, figure, pen.letters.writable(title))
    table = gridded.access.table[gridded.access.table["service"] == service.id]
    people = table["people"].to_numpy(dtype=float)
    handles: list[object] = []
    for status in STATUSES:
        count = float(np.nansum(people[(table["status"] == status).to_numpy()]))
        if count > 0 or status != "unknown":
            told = pen.text(f"{word(status, 'zh')}:{count:,.0f} 人",
                            f"{word(status, 'en')}: {count:,.0f} people")  # fmt: skip
            handles.append(Patch(facecolor=TINTS[status][0], label=told))
    handles += [
        Patch(facecolor=TINTS["covered"][0], label=pen.text("深:人多(合计一半人口)",
              "dark: crowded (half of all people)")),
        Patch(facecolor=TINTS["covered"][1], label=pen.text("中:其后四成人口",
              "medium: the next 40 % of people")),
        Patch(facecolor=TINTS["covered"][2], label=pen.text("浅:最后一成人口",
              "pale: the last 10 % of people")),
        _facility(pen),
    ]  # fmt: skip
    write_wide_legend(figure, pen, handles, columns=3)
    return figure


def _facility(pen: Pen) -> Line2D:
    told = pen.text("达标设施", "facility that counts")
    return Line2D([], [], linestyle="none", marker="P", markersize=7, markerfacecolor="#111111",
                  markeredgecolor="white", label=told)  # fmt: skip
