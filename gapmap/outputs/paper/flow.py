"""Text and tables that flow over A4 pages; header rows repeat, no row is cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gapmap.outputs.paper.leaf import A4, ALARM, GREY, Leaf, new_leaf
from gapmap.outputs.paper.looks import STATUS_FILLS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapmap.outputs.paper.typeface import Typeface
    from gapmap.outputs.paper.value import Grid, Paper, Section

__all__ = ["MARGIN_IN", "Flow"]

MARGIN_IN: Final = 0.55
_TOP_IN, _BOTTOM_IN = 0.62, 0.55
_TEXT_PT, _CELL_PT = 9.0, 7.5
_STEP_IN: Final = 0.0195
_PAD_IN: Final = 0.035


class Flow:
    """Pages that fill from top to bottom.

    Parameters
    ----------
    face
        The letters.
    paper
        The document, for what stands on every page.
    """

    def __init__(self, face: Typeface, paper: Paper) -> None:
        self.face = face
        self.paper = paper
        self.leaves: list[Leaf] = []
        self.y = 0.0
        self.turn()

    @property
    def width(self) -> float:
        """Width of the text in inches."""
        return A4[0] - 2 * MARGIN_IN

    def turn(self) -> None:
        """Begin a page."""
        self.leaves.append(new_leaf(self.face, A4, self.paper, MARGIN_IN))
        self.y = _TOP_IN

    def room(self, height_in: float) -> None:
        """Begin a page where this one has no room for so much."""
        if self.y + height_in > A4[1] - _BOTTOM_IN:
            self.turn()

    def text(
        self, text: str, size_pt: float, *, colour: str = "#1f2a33", after: float = 0.06
    ) -> None:
        """Write a paragraph; a long one goes on on the next page."""
        for line in self.face.lines(text, self.width, size_pt):
            self.room(_STEP_IN * size_pt)
            self.leaves[-1].write(line, (MARGIN_IN, self.y), size_pt, colour=colour)
            self.y += _STEP_IN * size_pt
        self.y += after

    def head(self) -> None:
        """Write the title block."""
        if self.paper.simulated:
            self.text(self.paper.simulated, 16, colour=ALARM)
        self.text(self.paper.title, 20, after=0.15)
        for name, told in self.paper.facts:
            lines = self.face.lines(told, self.width - 1.6, _TEXT_PT)
            self.room(_STEP_IN * _TEXT_PT * len(lines))
            self.leaves[-1].write(name, (MARGIN_IN, self.y), _TEXT_PT, colour=GREY)
            for line in lines:
                self.leaves[-1].write(line, (MARGIN_IN + 1.6, self.y), _TEXT_PT)
                self.y += _STEP_IN * _TEXT_PT
            self.y += 0.03
        self.y += 0.15

    def section(self, section: Section) -> None:
        """Write a section."""
        self.room(1.2)
        self.text(section.title, 14, after=0.08)
        for sentence in section.sentences:
            self.text(sentence, _TEXT_PT)
        for grid in section.grids:
            self.grid(grid)
        self.y += 0.1

    def grid(self, grid: Grid) -> None:
        """Write a table."""
        widths = [
            self.width * one.weight / sum(column.weight for column in grid.columns)
            for one in grid.columns
        ]
        head = self._broken([one.title for one in grid.columns], widths)
        self.room(0.25 + 3 * _height(head))
        self.text(grid.title, 10.5, after=0.04)
        self._row(grid, widths, head, fill="#dce6ef")
        marks = grid.statuses or ("",) * len(grid.rows)
        for cells, mark in zip(grid.rows, marks, strict=True):
            broken = self._broken(cells, widths)
            if self.y + _height(broken) > A4[1] - _BOTTOM_IN:
                self.turn()
                self._row(grid, widths, head, fill="#dce6ef")
            self._row(grid, widths, broken, mark=STATUS_FILLS.get(mark, ""))
        self.y += 0.05
        if grid.note:
            self.text(grid.note, _CELL_PT, colour=GREY)
        self.y += 0.1

    def _broken(self, cells: Sequence[str], widths: Sequence[float]) -> list[list[str]]:
        return [
            self.face.lines(text, width - 2 * _PAD_IN, _CELL_PT)
            for text, width in zip(cells, widths, strict=True)
        ]

    def _row(
        self, grid: Grid, widths: Sequence[float], cells: list[list[str]], *, fill: str = "",
        mark: str = "",
    ) -> None:  # fmt: skip
        leaf, height, x = self.leaves[-1], _height(cells), MARGIN_IN
        if fill:
            leaf.box((x, self.y), (self.width, height), fill)
        if mark:
            leaf.box((x, self.y), (widths[0], height), mark)
        for column, width, lines in zip(grid.columns, widths, cells, strict=True):
            at = x + width - _PAD_IN if column.number else x + _PAD_IN
            for number, line in enumerate(lines):
                y = self.y + _PAD_IN / 2 + number * _STEP_IN * _CELL_PT
                if line:
                    leaf.write(line, (at, y), _CELL_PT, right=column.number)
            x += width
        self.y += height
        leaf.rule((MARGIN_IN, self.y), (MARGIN_IN + self.width, self.y), width_pt=0.3)


def _height(cells: list[list[str]]) -> float:
    return max(len(lines) for lines in cells) * _STEP_IN * _CELL_PT + _PAD_IN
