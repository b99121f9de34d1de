"""A page of the PDF: its size, its banner and foot, and how text and lines get on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from gapmap.drawing.chart import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from gapmap.outputs.paper.typeface import Typeface
    from gapmap.outputs.paper.value import Paper

__all__ = ["A3", "A4", "ALARM", "GREY", "INK", "Leaf", "new_leaf", "number_pages"]

A3: Final = (420 / 25.4, 297 / 25.4)
A4: Final = (297 / 25.4, 210 / 25.4)
"""Landscape, inches."""
INK: Final = "#1f2a33"
GREY: Final = "#55616b"
ALARM: Final = "#b34a00"
_BASE_IN: Final = 0.0132
"""Of a line from its upper edge to its base, inches for each point of its size."""
_LINE_IN: Final = 0.0195
"""Height of a line of text, inches for each point of its size."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page.

    Attributes
    ----------
    figure
        What is drawn on, in inches from the upper left corner.
    face
        The letters.
    """

    figure: Figure
    face: Typeface

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in inches."""
        width, height = self.figure.get_size_inches()
        return float(width), float(height)

    def write(
        self, text: str, at: tuple[float, float], size_pt: float, *, colour: str = INK,
        right: bool = False,
    ) -> None:  # fmt: skip
        """Write a line whose upper left (or right) corner stands at ``at``."""
        width, height = self.size
        self.figure.text(
            at[0] / width,
            1 - (at[1] + _BASE_IN * size_pt) / height,
            self.face.letters.writable(text),
            ha="right" if right else "left",
            va="baseline",
            color=colour,
            parse_math=False,
            fontproperties=self.face.letters.font(size_pt),
        )

    def paragraph(
        self, text: str, at: tuple[float, float], width_in: float, size_pt: float, *,
        colour: str = INK,
    ) -> float:  # fmt: skip
        """Write a text in lines of a width, and give its height in inches."""
        lines = self.face.lines(text, width_in, size_pt)
        step = _LINE_IN * size_pt
        for number, line in enumerate(lines):
            self.write(line, (at[0], at[1] + number * step), size_pt, colour=colour)
        return step * len(lines)

    def box(self, at: tuple[float, float], size: tuple[float, float], colour: str) -> None:
        """Fill a rectangle below all else."""
        width, height = self.size
        self.figure.add_artist(
            Rectangle(
                (at[0] / width, 1 - (at[1] + size[1]) / height),
                size[0] / width,
                size[1] / height,
                facecolor=colour,
                edgecolor="none",
                transform=self.figure.transFigure,
                zorder=-1,
            )
        )

    def rule(
        self, start: tuple[float, float], end: tuple[float, float], *, colour: str = "#a8b2ba",
        width_pt: float = 0.5,
    ) -> None:  # fmt: skip
        """Draw a line."""
        width, height = self.size
        self.figure.add_artist(
            Line2D(
                [start[0] / width, end[0] / width],
                [1 - start[1] / height, 1 - end[1] / height],
                color=colour,
                linewidth=width_pt,
                transform=self.figure.transFigure,
            )
        )


def new_leaf(face: Typeface, size: tuple[float, float], paper: Paper, margin_in: float) -> Leaf:
    """Start a page with what stands on every one: title, mark, and that data is simulated."""
    leaf = Leaf(new_figure(*size), face)
    width, height = size
    leaf.write(paper.title, (margin_in, 0.24), 8, colour=GREY)
    if paper.simulated:
        leaf.write(paper.simulated, (width - margin_in, 0.22), 11, colour=ALARM, right=True)
    leaf.rule((margin_in, 0.44), (width - margin_in, 0.44))
    leaf.write(paper.mark, (margin_in, height - 0.36), 8, colour=GREY)
    return leaf


def number_pages(leaves: list[Leaf], margin_in: float) -> None:
    """Write each page's number and how many there are."""
    for number, leaf in enumerate(leaves, start=1):
        width, height = leaf.size
        leaf.write(f"{number} / {len(leaves)}", (width - margin_in, height - 0.36), 8,
                   colour=GREY, right=True)  # fmt: skip
