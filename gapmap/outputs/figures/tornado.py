"""Which assumption matters most: how far the share covered moves with each alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

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

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from gapmap.sensitivity import Varied

__all__ = ["draw_tornado"]

_LOW: Final = "#1b6ca8"
_HIGH: Final = "#d55e00"
_SPREAD: Final = "#8c8c8c"
_MOST: Final = 3
"""Assumptions that are drawn for a service: those with the widest swings."""
_MOST_NAMES: Final = 6
_ROW_IN: Final = 0.24
_GAP: Final = 0.8
_LABEL_ROOM: Final = 0.2


def draw_tornado(pen: Pen, varied: Varied) -> Figure:
    """Draw the assumptions that matter most to each service, as changes against what was assessed.

    Services whose share no assumption moves are named below, without bars.
    """
    table = varied.tornado
    rows = table[(table["rank"] <= _MOST) & (table["share_swing"] > 0)]
    services = pen.results.assessment.access.services
    moved = [one for one in services if (rows["service"] == one.id).any()]
    names, heights, at = [], [], 0.0
    figure = new_figure(9, 2.1 + _ROW_IN * (len(rows) + _GAP * len(moved)))
    axis = make_axes(figure, (3.9, 1.15, 0.35, 0.75))
    for service in moved:
        own = rows[rows["service"] == service.id].sort_values("rank")
        for number, row in enumerate(own.to_dict("records")):
            _bar(axis, pen, at, row)
            word = pen.word(str(row["assumption"]))
            names.append(f"{pen.service(service)} · {word}" if number == 0 else word)
            heights.append(at)
            at += 1
        at += _GAP
    _finish(axis, pen, names, heights)
    told = (
        "哪个假设最要紧:每次只变动一个假设,全市覆盖率的变化",
        "Which assumption matters most: change of the city's share, each alone",
    )
    write_frame(pen, figure, pen.text(*told))
    still = [pen.service(one) for one in services if one not in moved]
    _note(figure, pen, still)
    write_legend(
        figure,
        pen,
        [
            Patch(color=_LOW, label=pen.text("低端(第 5 百分位)", "low end (5th percentile)")),
            Patch(color=_HIGH, label=pen.text("高端(第 95 百分位)", "high end (95th)")),
            Patch(
                color=_SPREAD, label=pen.text("逐点抽样的区间", "range of what is drawn by place")
            ),
        ],
    )
    return figure


def _bar(axis: Axes, pen: Pen, at: float, row: dict[str, float]) -> None:
    low, high = (float(row[f"share_at_{end}"]) - row["share_people"] for end in ("low", "high"))
    if np.isnan(row["low"]):
        axis.barh(at, high - low, left=low, height=0.72, color=_SPREAD)
    else:
        axis.barh(at, low, height=0.72, color=_LOW)
        axis.barh(at, high, height=0.72, color=_HIGH)
    swing = 100 * abs(high - low)
    axis.text(
        max(low, high, 0.0) + 0.001,
        at,
        pen.text(f"{swing:.1f} 个百分点", f"{swing:.1f} points"),
        va="center_baseline",
        ha="left",
        color="#222222",
        fontproperties=pen.letters.font(7.5),
    )


def _finish(axis: Axes, pen: Pen, names: list[str], heights: list[float]) -> None:
    name_ticks(axis, pen, names)
    axis.set_yticks(heights)
    axis.set_yticklabels(names, fontproperties=pen.letters.font(8.5), parse_math=False)
    axis.set_ylim((heights[-1] if heights else 0) + 0.7, -0.7)
    axis.axvline(0, color="#222222", linewidth=1)
    left, right = axis.get_xlim()
    axis.set_xlim(left, right + _LABEL_ROOM * (right - left))
    ticks = [one for one in axis.get_xticks() if left <= one <= right]
    axis.set_xticks(ticks)
    axis.set_xticklabels([f"{100 * one:+.3g}" if one else "0" for one in ticks])
    for label in axis.get_xticklabels():
        label.set_fontproperties(pen.letters.font(9))
    axis.set_xlabel(pen.text("百分点", "points"), fontproperties=pen.letters.font(9))
    axis.grid(axis="x", color="#e3e3e3", linewidth=0.8)
    axis.set_axisbelow(True)


def _note(figure: Figure, pen: Pen, still: list[str]) -> None:
    """Say that all of it is assumed, and which services nothing moves."""
    told = pen.text("变动范围均为假设", "all ranges are assumptions")
    if still:
        names = pen.text("、", ", ").join(still[:_MOST_NAMES]) + (
            " …" if len(still) > _MOST_NAMES else ""
        )
        told += pen.text(f";无一假设有影响:{names}", f"; no assumption moves: {names}")
    figure.text(0.02, 0.36 / figure.get_figheight(), told, va="bottom", color="#555555",
                fontproperties=pen.letters.font(8.5), parse_math=False)  # fmt: skip
