"""Every target at several dates beside the line that it should follow: one small chart each."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.dates import date2num
from matplotlib.lines import Line2D

from gapmap.outputs.figures.pen import Pen, new_figure, write_frame, write_wide_legend
from gapmap.outputs.figures.targets import TARGET_COLOURS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from gapmap.series import Series

__all__ = ["draw_trajectory"]

_COLUMNS: Final = 5
_WIDE_IN, _HIGH_IN = 2.35, 1.75
_HEAD_IN, _FOOT_IN = 0.8, 0.95
_THOUSAND: Final = 1000
_BLUE, _GREY = "#1b6ca8", "#6e6e6e"


def draw_trajectory(pen: Pen, series: Series) -> Figure | None:
    """Draw each target as a whole that was measured at any date; None where none was."""
    whole = series.trajectory[series.trajectory["overall"].astype(bool)]
    drawn = [
        rows for _, rows in whole.groupby("target", sort=False) if rows["achieved"].notna().any()
    ]
    if not drawn:
        return None
    lines = math.ceil(len(drawn) / _COLUMNS)
    width, height = _COLUMNS * _WIDE_IN + 0.3, lines * _HIGH_IN + _HEAD_IN + _FOOT_IN
    figure = new_figure(width, height)
    for number, rows in enumerate(drawn):
        row, column = divmod(number, _COLUMNS)
        axis = figure.add_axes(
            (
                (0.35 + column * _WIDE_IN) / width,
                1 - (_HEAD_IN + (row + 1) * _HIGH_IN - 0.28) / height,
                (_WIDE_IN - 0.5) / width,
                (_HIGH_IN - 0.75) / height,
            )
        )
        _chart(axis, pen, series, rows)
    left_out = whole["target"].nunique() - len(drawn)
    title = pen.text("规划目标的推进", "Progress of the plan's targets")
    write_frame(pen, figure, title)
    if left_out:
        told = pen.text(
            f"另有 {left_out} 个目标在各日期都无法测量,未画出",
            f"measured at no date and not drawn: {left_out} targets",
        )
        figure.text(0.98, 0.15 / height, told, ha="right", va="bottom", color="#555555",
                    fontproperties=pen.letters.font(9), parse_math=False)  # fmt: skip
    write_wide_legend(figure, pen, _legend(pen), columns=4)
    return figure


def _chart(axis: Axes, pen: Pen, series: Series, rows: pd.DataFrame) -> None:
    """Draw one target: its line, what was achieved, when it is due."""
    last = rows.iloc[-1]
    days = _days(_of_day(rows))
    line = _line(rows)
    if len(line) > 1:
        axis.plot(*zip(*line, strict=True), color=_GREY, linestyle="--", linewidth=1.1)
    elif np.isfinite(last["required"]):
        axis.axhline(float(last["required"]), color=_GREY, linestyle=":", linewidth=1)
    due = _days([last["due"]])[0]
    if np.isfinite(last["required"]):
        axis.plot(due, float(last["required"]), marker="D", markersize=5, markerfacecolor="white",
                  markeredgecolor="#20272e", linestyle="none", zorder=3)  # fmt: skip
    achieved = rows["achieved"].to_numpy(dtype=float)
    possible = rows["possible"].to_numpy(dtype=float)
    axis.vlines(days, achieved, possible, colors="#8c8c8c", linestyles=":", linewidth=1.4)
    axis.plot(days, achieved, color=_BLUE, linewidth=1.5, zorder=4)
    for day, value, status in zip(days, achieved, rows["status"], strict=True):
        axis.plot(day, value, marker="o", markersize=5.5, color=TARGET_COLOURS[status],
                  markeredgecolor="#444444", markeredgewidth=0.5, zorder=5)  # fmt: skip
    told = [*achieved, *possible, *(value for _, value in line), float(last["required"])]
    values = [float(value) for value in told if np.isfinite(value)]
    _dress(axis, pen, series, last, (due, values))


def _of_day(rows: pd.DataFrame) -> pd.Series:
    """Give the days that the figures are of: of a reported one the end of its year."""
    return rows["as_of"].where(rows["as_of"] != "", rows["date"])


def _days(dates: Iterable[str]) -> list[float]:
    return [float(date2num(dt.date.fromisoformat(one))) for one in dates]


def _line(rows: pd.DataFrame) -> list[tuple[float, float]]:
    """Give the points of the required line, from its baseline to the due date."""
    last = rows.iloc[-1]
    told = rows[rows["required_line"].notna()]
    points = dict(zip(_days(_of_day(told)), told["required_line"].astype(float), strict=True))
    if not points:
        return []
    first = told.iloc[0]
    points[_days([first["baseline_date"]])[0]] = float(first["baseline"])
    points[_days([last["due"]])[0]] = float(last["required"])
    return sorted(points.items())


def _dress(
    axis: Axes, pen: Pen, series: Series, last: pd.Series, shown: tuple[float, list[float]]
) -> None:
    """Write the target's name above, the years below, and the range of values beside."""
    due, values = shown
    name = str(last["title_zh" if pen.language == "zh" else "title_en"])
    axis.set_title(_cut(pen.letters.writable(f"{last['clause']} {name}"), 42), loc="left", pad=4,
                   fontproperties=pen.letters.font(8), parse_math=False)  # fmt: skip
    ends = [float(date2num(day)) for day in series.dates]
    axis.set_xticks(ends)
    axis.set_xticklabels(_labels(series.dates), fontproperties=pen.letters.font(7))
    first, final = min([*ends, due]), max([*ends, due])
    margin = 0.06 * max(final - first, 1.0)
    axis.set_xlim(first - margin, final + margin)
    low, high = min(0.0, *values), max(*values, 1.0 if last["measure_unit"] == "share" else 0.0)
    room = 0.06 * (high - low or 1.0)
    axis.set_ylim(low - room, high + room)
    axis.set_yticks([low, high])
    axis.set_yticklabels(
        [_amount(value, str(last["measure_unit"])) for value in (low, high)],
        fontproperties=pen.letters.font(7),
    )
    axis.tick_params(length=2, pad=1)
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)


def _labels(dates: Sequence[dt.date]) -> list[str]:
    """Name dates by their year where all are a year's end, else by year and month."""
    ends = all((day.month, day.day) == (12, 31) for day in dates)
    return [f"{day:%Y}" if ends else f"{day:%Y-%m}" for day in dates]


def _amount(value: float, unit: str) -> str:
    if unit == "share":
        return f"{value:.0%}"
    return f"{value:.3g}" if value < _THOUSAND else f"{value:,.0f}"


def _cut(text: str, most: int) -> str:
    """Cut a title to a width of ``most`` Latin letters; Chinese characters take two."""
    width = 0
    for at, character in enumerate(text):
        width += 1 if character.isascii() else 2
        if width > most:
            return text[:at] + "…"
    return text


def _legend(pen: Pen) -> list[Line2D]:
    handles = [
        Line2D([], [], color=_GREY, linestyle="--", linewidth=1.1,
               label=pen.text("按直线推进应达", "what the straight line asks")),
        Line2D([], [], linestyle="none", marker="D", markersize=6, markerfacecolor="white",
               markeredgecolor="#20272e",
               label=pen.text("要求与期限", "required, and when it is due")),
        Line2D([], [], color=_BLUE, linewidth=1.5, label=pen.text("实际", "achieved")),
    ]  # fmt: skip
    return handles + [
        Line2D([], [], linestyle="none", marker="o", markersize=6, color=colour,
               markeredgecolor="#444444", label=pen.word(status))
        for status, colour in TARGET_COLOURS.items()
    ]  # fmt: skip
