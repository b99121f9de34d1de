"""The status of the plan's targets as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
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
    from numpy.typing import NDArray


__all__ = ["TARGET_COLOURS", "draw_targets"]

TARGET_COLOURS = {
    "met": "#1b6ca8",
    "on_course": "#8fc1e3",
    "behind": "#f3b27a",
    "overdue": "#d55e00",
    "not_measurable": "#d9d9d9",
}


def draw_targets(pen: Pen) -> Figure:
    """Draw one bar per target: how many of its rows stand in which status."""
    table = pen.results.assessment.targets
    title = "title_zh" if pen.language == "zh" else "title_en"
    names = table.groupby("target", sort=False)[title].first()
    units = _units(table)
    counts = pd.crosstab(units["target"], units["status"])
    figure = new_figure(10, 1.7 + 0.27 * len(names))
    axis = make_axes(figure, (4.6, 0.8, 0.35, 0.75))
    left = np.zeros(len(names))
    total = counts.sum(axis=1).reindex(names.index).to_numpy(dtype=float)
    for status, colour in TARGET_COLOURS.items():
        if status not in counts:
            continue
        number = counts[status].reindex(names.index).to_numpy(dtype=float)
        axis.barh(np.arange(len(names)), number / total, left=left, height=0.72, color=colour,
                  edgecolor="white", linewidth=0.6,
                  hatch="////" if status == "not_measurable" else None)  # fmt: skip
        _numbers(axis, pen, left, number, total, status)
        left += number / total
    name_ticks(axis, pen, [_short(pen.letters.writable(str(name)), 44) for name in names])
    axis.set_ylim(len(names) - 0.4, -0.6)
    axis.set_xlim(-0.07, 1)
    axis.set_xticks([])
    axis.spines["bottom"].set_visible(False)
    _overall(axis, table, names)
    told = (
        "规划目标完成情况(左:总体;右:各评价单元,数字为个数)",
        "Status of the plan's targets (left: as a whole; right: units and their number)",
    )
    write_frame(pen, figure, pen.text(*told))
    write_legend(figure, pen, [
        Patch(facecolor=colour, label=pen.word(status), edgecolor="white",
              hatch="////" if status == "not_measurable" else None)
        for status, colour in TARGET_COLOURS.items()
    ])  # fmt: skip
    return figure


def _units(table: pd.DataFrame) -> pd.DataFrame:
    """Give the rows of single units; of a target that has none, its row as a whole."""
    if "overall" not in table:
        return table
    single = table[~table["overall"].astype(bool) & (table["scope_kind"] != "level")]
    whole = table[table["overall"].astype(bool) & ~table["target"].isin(single["target"])]
    return pd.concat([single, whole])


def _overall(axis: Axes, table: pd.DataFrame, names: pd.Series) -> None:
    """Draw the status of each target as a whole, left of its units."""
    if "overall" not in table:
        return
    whole = table[table["overall"].astype(bool)].set_index("target")["status"].reindex(names.index)
    for at, status in enumerate(whole):
        if status in TARGET_COLOURS:
            axis.barh(at, 0.055, left=-0.07, height=0.72, color=TARGET_COLOURS[status],
                      edgecolor="white", linewidth=0.6,
                      hatch="////" if status == "not_measurable" else None)  # fmt: skip


def _numbers(
    axis: Axes,
    pen: Pen,
    left: NDArray[np.float64],
    number: NDArray[np.float64],
    total: NDArray[np.float64],
    status: str,
) -> None:
    for at, (start, count, every) in enumerate(zip(left, number, total, strict=True)):
        if count and count / every > 0.03:  # noqa: PLR2004 - narrower bars hold no number
            axis.text(start + count / every / 2, at, f"{count:g}", ha="center",
                      va="center_baseline", fontproperties=pen.letters.font(8),
                      color="white" if status in {"met", "overdue"} else "#222222")  # fmt: skip


def _short(text: str, most: int) -> str:
    """Cut a label to a width of ``most`` Latin letters; Chinese characters take two."""
    width, kept = 0, ""
    for character in text:
        width += 1 if character.isascii() else 2
        if width > most:
            return kept + "…"
        kept += character
    return kept
