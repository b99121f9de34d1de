"""Coverage by service as bars: the whole area, town and country."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Patch

from gapmap.outputs.figures.pen import (
    Pen,
    make_axes,
    name_ticks,
    new_figure,
    write_frame,
    write_legend,
)
from gapmap.outputs.styles import STATUS_COLOURS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


__all__ = ["draw_coverage"]

_GROUPS = (("city", "city"), ("setting", "urban"), ("setting", "rural"))
_GROUP_COLOURS = {"city": "#444444", "urban": "#1b6ca8", "rural": "#7fb3d5"}
_LABEL_ROOM = 1.14
"""How far the coverage axis goes on beyond 100 %, for the figures beside the bars."""


def draw_coverage(pen: Pen) -> Figure:
    """Draw the share of people covered, city, urban and rural; hatched: unknown people."""
    access = pen.results.assessment.access
    services = access.services
    height = 1.5 + 0.62 * max(len(services), 1)
    figure = new_figure(9, height)
    axis = make_axes(figure, (2.3, 0.85, 0.35, 0.75))
    table = pen.results.assessment.coverage
    for number, service in enumerate(services):
        rows = table[table["service"] == service.id]
        for at, (kind, group) in enumerate(_GROUPS):
            found = rows[(rows["group_kind"] == kind) & (rows["group_id"] == group)]
            if len(found):
                _bar(axis, pen, number + 0.24 * (at - 1), found.iloc[0], group)
    name_ticks(axis, pen, [pen.service(service) for service in services])
    axis.set_xlim(0, _LABEL_ROOM)
    axis.set_ylim(max(len(services), 1) - 0.5, -0.5)
    axis.set_xticks(np.linspace(0, 1, 6))
    axis.set_xticklabels([f"{share:.0%}" for share in np.linspace(0, 1, 6)])
    for label in axis.get_xticklabels():
        label.set_fontproperties(pen.letters.font(9))
    axis.grid(axis="x", color="#e3e3e3", linewidth=0.8)
    axis.set_axisbelow(True)
    by_places = access.places.weight == "places"
    told = ("村居覆盖率", "Places covered") if by_places else ("人口覆盖率", "People covered")
    write_frame(pen, figure, pen.text(*told))
    handles = [Patch(color=_GROUP_COLOURS[group], label=pen.word(group)) for _, group in _GROUPS]
    handles.append(Patch(facecolor="white", edgecolor=STATUS_COLOURS["unknown"], hatch="/////",
                         label=pen.word("unknown")))  # fmt: skip
    write_legend(figure, pen, handles)
    return figure


def _bar(axis: Axes, pen: Pen, at: float, row: pd.Series, group: str) -> None:
    low, high = float(row["share_people_low"]), float(row["share_people_high"])
    if not math.isfinite(low):
        return
    axis.barh(at, low, height=0.21, color=_GROUP_COLOURS[group])
    if high > low:
        axis.barh(at, high - low, left=low, height=0.21, facecolor="white",
                  edgecolor=STATUS_COLOURS["unknown"], hatch="/////", linewidth=0.6)  # fmt: skip
    axis.text(
        high + 0.008,
        at,
        f"{low:.1%}" if high == low else f"{low:.1%} – {high:.1%}",
        va="center_baseline",
        ha="left",
        color="#222222",
        fontproperties=pen.letters.font(7.5),
    )
