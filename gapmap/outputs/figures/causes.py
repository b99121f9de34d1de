"""Why covered people became more or fewer, as bars: what each cause adds, and what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from gapmap.change import CAUSES
from gapmap.outputs.exchange import new_file
from gapmap.outputs.figures.pen import make_axes, new_figure, save_figure
from gapmap.outputs.fonts import chinese_font, lettering
from gapmap.words import word

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from gapmap.change import Change
    from gapmap.outputs.fonts import Lettering

__all__ = ["draw_causes", "write_causes"]

_LOOKS: Final = {
    "new": ("#009e73", ""),
    "closed": ("#d55e00", "////"),
    "people": ("#56b4e9", ""),
    "roads": ("#7b4fa3", "\\\\\\\\"),
    "corrections": ("#b0b0b0", "...."),
    "rules": ("#e69f00", "xxxx"),
}
"""Colour and hatch of each cause: apart under colour-vision deficiencies, and without colour."""


def write_causes(path: Path, change: Change, *, language: str) -> None:
    """Draw the causes as PNG; an older file of that name stays whole until the end.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    letters = lettering(chinese_font())
    drawn = draw_causes(change, letters, language if letters.chinese else "en")
    path.parent.mkdir(parents=True, exist_ok=True)
    with new_file(path.resolve()) as fresh:
        save_figure(fresh, drawn)


def draw_causes(change: Change, letters: Lettering, language: str) -> Figure:
    """Draw a bar for each service: to the right what adds covered people, to the left what takes.

    The diamond is the whole change. Where the split could not be made the bars are missing, and
    the figure says so.
    """
    city = change.causes[change.causes["group_kind"] == "city"]
    services = list(dict.fromkeys(city["service"]))
    figure = new_figure(9, 1.7 + 0.42 * max(len(services), 1))
    axis = make_axes(figure, (2.3, 0.95, 0.9, 0.65))
    for at, service in enumerate(services):
        _bar(axis, letters, at, city[city["service"] == service])
    axis.use_sticky_edges = False  # a diamond at the longest bar's end stays whole
    axis.autoscale_view()
    axis.set_yticks(np.arange(len(services)))
    names = [letters.writable(change.name(service, language)) for service in services]
    axis.set_yticklabels(names, fontproperties=letters.font(9.5), parse_math=False)
    axis.tick_params(axis="y", length=0)
    axis.set_ylim(max(len(services), 1) - 0.5, -0.5)
    for side in ("top", "right", "left"):
        axis.spines[side].set_visible(False)
    axis.axvline(0, color="#222222", linewidth=0.8)
    axis.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axis.locator_params(axis="x", nbins=6)
    for label in axis.get_xticklabels():
        label.set_fontproperties(letters.font(9))
    axis.grid(axis="x", color="#e3e3e3", linewidth=0.8)
    axis.set_axisbelow(True)
    _write_words(figure, letters, language, change)
    return figure


def _bar(axis: Axes, letters: Lettering, at: int, rows: pd.DataFrame) -> None:
    """Draw one service: gains from zero to the right, losses to the left, the sum as a diamond."""
    right = left = 0.0
    added = dict(zip(rows["cause"], rows["people"].astype(float), strict=True))
    for cause in CAUSES:
        people = added[cause]
        colour, hatch = _LOOKS[cause]
        axis.barh(at, people, left=right if people > 0 else left, height=0.6, color=colour,
                  hatch=hatch, edgecolor="white", linewidth=0.4)  # fmt: skip
        right, left = right + max(people, 0.0), left + min(people, 0.0)
    change = float(rows["people_covered_b"].iloc[0] - rows["people_covered_a"].iloc[0])
    axis.plot(change, at, marker="D", color="#222222", markersize=4.5, zorder=4)
    axis.annotate(
        f"{change:+,.0f}" if change else "0",
        (right, at),
        xytext=(8, 0),
        textcoords="offset points",
        va="center_baseline",
        color="#222222",
        fontproperties=letters.font(8),
    )


def _write_words(figure: Figure, letters: Lettering, language: str, change: Change) -> None:
    """Write the title, the legend, and what the reader has to know besides."""
    zh = language == "zh"
    height = figure.get_figheight()
    by_places = change.weight == "places"
    sides = [f"A {change.dates[0]}", f"B {change.dates[1]}"] if change.dates else ["A", "B"]
    title = (
        f"覆盖{'村居' if by_places else '人口'}的变化及其原因({' → '.join(sides)})"
        if zh
        else f"Change in {change.weight} covered, and why ({' → '.join(sides)})"
    )
    figure.text(0.02, 1 - 0.12 / height, letters.writable(title), va="top",
                fontproperties=letters.font(14), parse_math=False)  # fmt: skip
    if change.simulated:
        both = "模拟数据 / simulated data" if letters.chinese else "simulated data"
        figure.text(0.98, 1 - 0.14 / height, both, va="top", ha="right", color="#d55e00",
                    fontproperties=letters.font(11), parse_math=False)  # fmt: skip
    if not len(change.causes):
        said = "未能拆分原因,见 findings_change.csv" if zh else "not split: see findings_change.csv"
        figure.text(0.55, 0.5, letters.writable(said), ha="center", va="center",
                    fontproperties=letters.font(11), parse_math=False)  # fmt: skip
    differs = set(change.causes.loc[change.causes["differs"].astype(bool), "cause"])
    handles: list[Patch | Line2D] = [
        Patch(facecolor=colour, hatch=hatch, edgecolor="white",
              label=letters.writable(word(f"cause_{cause}", language)))
        for cause, (colour, hatch) in _LOOKS.items()
        if cause in differs
    ]  # fmt: skip
    whole = letters.writable("合计" if zh else "whole change")
    handles.append(Line2D([], [], color="#222222", marker="D", linestyle="", markersize=4.5,
                          label=whole))  # fmt: skip
    legend = figure.legend(handles=handles, loc="lower left", bbox_to_anchor=(0.02, 0.0),
                           ncols=min(len(handles), 4), frameon=False,
                           prop=letters.font(9.5))  # fmt: skip
    for text in legend.get_texts():
        text.set_parse_math(False)
