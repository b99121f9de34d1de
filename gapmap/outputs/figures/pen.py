"""The pen: what every figure shares, its frame, letters and legend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gapmap.about import map_mark
from gapmap.drawing.chart import DPI, new_figure
from gapmap.words import word

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from gapmap.access import Service
    from gapmap.outputs.fonts import Lettering
    from gapmap.outputs.results import Results

__all__ = [
    "DPI",
    "Pen",
    "make_axes",
    "name_ticks",
    "new_figure",
    "save_figure",
    "write_frame",
    "write_legend",
    "write_wide_legend",
]


@dataclass(frozen=True, slots=True)
class Pen:
    """Who draws: the results, and what can be written in which language."""

    results: Results
    letters: Lettering
    language: str

    def word(self, key: str) -> str:
        """Give a word in the figures' language."""
        return self.letters.writable(word(key, self.language))

    def service(self, service: Service) -> str:
        """Give a service's name."""
        told = service.name.get(self.language) or service.id
        return self.letters.writable(told)

    def text(self, zh: str, en: str) -> str:
        """Choose between two sentences."""
        return self.letters.writable(zh if self.language == "zh" else en)


def save_figure(path: Path, figure: Figure) -> None:
    """Write a figure as PNG, the same bytes for the same figure."""
    figure.savefig(path, format="png", metadata={"Software": None})


def write_frame(pen: Pen, figure: Figure, title: str) -> None:
    """Write the title above, what it is made from below, and whether it is simulated."""
    about, height = pen.results.about, figure.get_figheight()
    figure.text(
        0.02,
        1 - 0.12 / height,
        title,
        va="top",
        fontproperties=pen.letters.font(14),
        parse_math=False,
    )
    told = [
        map_mark(about.document, pen.language),
        about.name,
        about.date.isoformat() if about.date else "",
        about.plan,
        about.scenario,
        about.credit,
        about.document.base_map,
    ]
    line = pen.letters.writable(" · ".join(part for part in told if part))
    if set(line) & {"?"} and not pen.letters.chinese:
        line = about.date.isoformat() if about.date else ""
    figure.text(0.02, 1 - 0.42 / height, line, va="top", color="#555555",
                fontproperties=pen.letters.font(9), parse_math=False)  # fmt: skip
    if pen.results.simulated:
        both = "模拟数据 / simulated data" if pen.letters.chinese else "simulated data"
        figure.text(0.98, 1 - 0.14 / height, both, va="top", ha="right", color="#d55e00",
                    parse_math=False, fontproperties=pen.letters.font(11))  # fmt: skip
        figure.text(0.5, 0.5, both, va="center", ha="center", rotation=25, color="#000000",
                    alpha=0.07, parse_math=False, zorder=9,
                    fontproperties=pen.letters.font(min(40.0, 9 * height)))  # fmt: skip


def make_axes(figure: Figure, edges_in: tuple[float, float, float, float]) -> Axes:
    """Make axes that leave so many inches free: left, bottom, right, top."""
    left, bottom, right, top = edges_in
    width, height = figure.get_size_inches()
    return figure.add_axes(
        (left / width, bottom / height, 1 - (left + right) / width, 1 - (bottom + top) / height)
    )


def name_ticks(axis: Axes, pen: Pen, names: Sequence[str]) -> None:
    """Write names beside the bars, first on top."""
    axis.set_yticks(np.arange(len(names)))
    axis.set_yticklabels(names, fontproperties=pen.letters.font(9.5), parse_math=False)
    axis.tick_params(axis="y", length=0)
    axis.invert_yaxis()
    for side in ("top", "right", "left"):
        axis.spines[side].set_visible(False)


def write_legend(figure: Figure, pen: Pen, handles: Sequence[object]) -> None:
    """Write the legend below the axes."""
    legend = figure.legend(
        handles=list(handles),
        loc="lower left",
        bbox_to_anchor=(0.02, 0.0),
        ncols=min(len(handles), 5),
        frameon=False,
        prop=pen.letters.font(9.5),
    )
    for text in legend.get_texts():
        text.set_parse_math(False)


def write_wide_legend(
    figure: Figure, pen: Pen, handles: Sequence[object], *, columns: int = 2
) -> None:
    """Write the legend below a map."""
    legend = figure.legend(
        handles=list(handles),
        loc="lower left",
        bbox_to_anchor=(0.01, 0.0),
        ncols=columns,
        frameon=False,
        prop=pen.letters.font(9.5 if columns == 2 else 8.5),  # noqa: PLR2004 - more go in a row
        markerscale=1.3 if columns == 2 else 1.0,  # noqa: PLR2004
    )
    for text in legend.get_texts():
        text.set_parse_math(False)
