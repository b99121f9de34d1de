"""A programme over years: people covered against money spent, and what each site adds for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from gapmap.outputs.figures.pen import Pen, make_axes, new_figure, write_frame, write_legend

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from gapmap.access import Service
    from gapmap.programme import Programme

__all__ = ["draw_programme"]

_COLOURS: Final = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
_MARKERS: Final = ("o", "s", "D", "^", "v", "P")
_UNIT: Final = 10_000.0
_WIDE_IN, _HIGH_IN = 8.6, 6.4


def draw_programme(pen: Pen, programme: Programme, service: Service) -> Figure:
    """Draw the curve of a programme, its steps coloured by year, and each site's gain below."""
    curve, years = programme.curve, programme.years
    priced = bool(curve["cost_so_far"].notna().all()) and curve["cost_so_far"].iloc[-1] > 0
    spent = curve["cost_so_far"].to_numpy(dtype=float) / _UNIT
    at = spent if priced else curve["rank"].to_numpy(dtype=float)
    figure = new_figure(_WIDE_IN, _HIGH_IN)
    upper = make_axes(figure, (0.95, 2.75, 0.3, 0.85))
    lower = make_axes(figure, (0.95, 1.05, 0.3, 4.15))
    _steps(upper, pen, curve, at)
    _ends(upper, pen, years, curve, at)
    gain = curve["people_per_10000_yuan" if priced else "people_gained"].to_numpy(dtype=float)
    _bars(lower, curve, at, gain)
    people = pen.results.assessment.access.places.weight == "people"
    who = pen.text("人口", "people") if people else pen.text("村居", "places")
    above = pen.text(f"覆盖{who}", f"{who} covered")
    below = pen.text("每万元新增", f"{who} per\n10,000 yuan")
    if not priced:
        below = pen.text("每处新增", f"{who} per site")
    money = pen.text("累计花费(万元)", "money so far (10,000 yuan)")
    sites = pen.text("累计新建(处)", "sites so far")
    for axis, told in ((upper, above), (lower, below)):
        _dress(axis, pen, told)
        axis.set_xlim(0.0, max(float(at[-1]), 1.0) * 1.02)
    upper.set_xticklabels([])
    lower.set_xlabel(money if priced else sites, fontproperties=pen.letters.font(9.5))
    span = f"{years['year'].dropna().iloc[0]}–{years['year'].dropna().iloc[-1]}"
    title = pen.text("建设计划", "Programme")
    write_frame(pen, figure, pen.letters.writable(f"{title} {span}: {pen.service(service)}"))
    write_legend(figure, pen, _legend(pen, years))
    return figure


def _steps(axis: Axes, pen: Pen, curve: pd.DataFrame, at: np.ndarray) -> None:
    """Draw what each site adds, a step in its year's colour, from the state before."""
    people = curve["people_so_far"].to_numpy(dtype=float)
    for phase in sorted(set(curve["phase"]) - {0}):
        last = np.flatnonzero(curve["phase"].to_numpy() == phase)
        held = np.r_[last[0] - 1, last]
        axis.plot(at[held], people[held], color=_colour(phase), linewidth=2.2, zorder=3)
    axis.axhline(people[0], color="#6e6e6e", linestyle=":", linewidth=1)
    told = pen.text("建设前", "before")
    axis.annotate(f"{told} {people[0]:,.0f}", (at[-1], people[0]), xytext=(0, 4), ha="right",
                  textcoords="offset points", fontproperties=pen.letters.font(8.5),
                  parse_math=False)  # fmt: skip


def _ends(axis: Axes, pen: Pen, years: pd.DataFrame, curve: pd.DataFrame, at: np.ndarray) -> None:
    """Mark the end of each year, with the people covered by then and their share."""
    built = np.cumsum(years["sites"].to_numpy(dtype=int))
    people = curve["people_so_far"].to_numpy(dtype=float)
    for row, number in zip(years.iloc[1:].itertuples(), built[1:], strict=True):
        axis.plot(at[number], people[number], marker=_marker(row.phase), markersize=8,
                  color=_colour(row.phase), markeredgecolor="#20272e", zorder=5)  # fmt: skip
        share = f" ({row.share_people:.1%})" if np.isfinite(row.share_people) else ""
        early = at[number] < 0.75 * at[-1]  # there is room on its right, below the curve
        below = -18 if row.phase % 2 else -32
        axis.annotate(f"{row.year}: {row.people_covered:,.0f}{share}", (at[number], people[number]),
                      xytext=(4 if early else -4, below), textcoords="offset points",
                      ha="left" if early else "right",
                      fontproperties=pen.letters.font(8.5), parse_math=False, zorder=6)  # fmt: skip


def _bars(axis: Axes, curve: pd.DataFrame, at: np.ndarray, gain: np.ndarray) -> None:
    """Draw for each site what it gains; nothing where that is not known."""
    known = np.isfinite(gain[1:])
    width = np.diff(at)
    colours = [_colour(phase) for phase in curve["phase"].iloc[1:]]
    axis.bar(at[:-1][known], gain[1:][known], width=width[known], align="edge",
             color=np.array(colours, dtype=object)[known].tolist(), linewidth=0)  # fmt: skip


def _dress(axis: Axes, pen: Pen, label: str) -> None:
    axis.set_ylabel(label, fontproperties=pen.letters.font(9.5), parse_math=False)
    axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    for text in (*axis.get_xticklabels(), *axis.get_yticklabels()):
        text.set_fontproperties(pen.letters.font(8.5))
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)


def _legend(pen: Pen, years: pd.DataFrame) -> list[Line2D]:
    return [
        Line2D([], [], color=_colour(row.phase), marker=_marker(row.phase), linewidth=2.2,
               markeredgecolor="#20272e", label=_built(pen, row.year, row.sites))
        for row in years.iloc[1:].itertuples()
    ]  # fmt: skip


def _built(pen: Pen, year: int, count: int) -> str:
    return pen.text(f"{year} 年新建 {count} 处", f"{year}: {count} sites")


def _colour(phase: int) -> str:
    return _COLOURS[(int(phase) - 1) % len(_COLOURS)]


def _marker(phase: int) -> str:
    return _MARKERS[(int(phase) - 1) % len(_MARKERS)]
