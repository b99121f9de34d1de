"""From cells as a file has them to rows of text, and what was strange about them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from gapmap.findings import fail, finding
from gapmap.tables.xlsx.book import plain_text
from gapmap.tables.xlsx.formats import MOMENTS, moment_text, number_text
from gapmap.tables.xlsx.stream import column_letters, column_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gapmap.tables.xlsx.book import Book
    from gapmap.tables.xlsx.shapes import RawRow, Shape

__all__ = ["Cells", "Strange", "has_content"]

_ERRORS: Final = frozenset(
    (
        *("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!"),
        *("#FIELD!", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#UNKNOWN!", "#GETTING_DATA", "#PYTHON!"),
    )
)
_MOST_CELLS: Final = 100_000_000
"""Rows times columns; about what a million rows of a planner's widest table hold."""
_MOST_PLANS: Final = 10_000
"""Shapes of rows that are kept; a sheet in which every row differs gains nothing from more."""


@dataclass(frozen=True, slots=True)
class Strange:
    """A cell that has no value of its own: row from 1, column from 0, what stands in it."""

    row: int
    column: int
    value: str


@dataclass(frozen=True, slots=True)
class _Plan:
    """How rows of one shape become text.

    Attributes
    ----------
    columns
        Which columns the cells fill.
    readers
        What makes text of each.
    in_a_line
        Whether the columns are the first ones, without a gap.
    no_formulas
        As many empty texts as there are cells.
    """

    columns: tuple[int, ...]
    readers: tuple[Callable[[str], str], ...]
    in_a_line: bool
    no_formulas: tuple[str, ...]


@dataclass(slots=True)
class Cells:
    """Reads rows of one sheet; rows of the same shape are planned once.

    Attributes
    ----------
    book
        What the cells refer to.
    rows
        The rows with content, by their number, all brought to the same width by ``finish``.
    errors
        Cells that show one of Excel's errors; their text is empty.
    uncalculated
        Cells whose formula has no stored result; their text is empty.
    percents
        For each column how many cells are shown as percentages, and the row of the first.
    hidden
        Rows with content that are hidden.
    """

    book: Book
    rows: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    errors: list[Strange] = field(default_factory=list)
    uncalculated: list[Strange] = field(default_factory=list)
    percents: Counter[int] = field(default_factory=Counter)
    first_percents: dict[int, tuple[int, str]] = field(default_factory=dict)
    hidden: list[int] = field(default_factory=list)
    width: int = 0
    _known_errors: set[str] = field(default_factory=lambda: set(_ERRORS))
    _plans: dict[Shape, _Plan] = field(default_factory=dict)
    _row: int = 0
    _filled: int = 0

    def read(self, rows: Iterable[RawRow]) -> None:
        """Read all rows."""
        for raw in rows:
            if raw.values:
                self._add(raw)

    def finish(self, file: str) -> None:
        """Bring all rows to the same width.

        Cells beside the table do not shift a row as in CSV: they are further columns.

        Raises
        ------
        InputError
            A cell far out would make the table larger than memory allows.
        """
        if len(self.rows) * self.width > _MOST_CELLS:
            row = next(row for row, cells in self.rows if len(cells) == self.width)
            fail(
                finding(
                    "sheet-sprawls",
                    file=file,
                    row=row,
                    value=f"{column_letters(self.width - 1)}{row}",
                    rows=len(self.rows),
                    columns=self.width,
                )
            )
        self.rows = [
            (row, (*cells, *[""] * (self.width - len(cells))))
            if len(cells) < self.width
            else (row, cells)
            for row, cells in self.rows
        ]

    def _add(self, raw: RawRow) -> None:
        self._row = raw.number
        plan = self._plans.get(raw.shape) or self._plan(raw.shape)
        cells = [
            read(value) if value else ""
            for read, value in zip(plan.readers, raw.values, strict=True)
        ]
        if not plan.in_a_line:
            cells = _spread(plan.columns, cells)
        strange = False
        if raw.formulas != plan.no_formulas:
            strange = self._look_for_results(raw, plan)
        shown = "".join(cells)
        if "#" in shown:
            strange |= self._take_errors(cells)
        if strange or shown.strip():
            self._keep(raw, cells)

    def _keep(self, raw: RawRow, cells: list[str]) -> None:
        while cells and not cells[-1]:
            cells.pop()
        # a tuple of texts is no burden to the garbage collector, a list of them is
        self.rows.append((raw.number, tuple(cells)))
        self.width = max(self.width, len(cells))
        self._filled += len(cells)
        if self._filled > _MOST_CELLS:
            raise ValueError(f"there are more than {_MOST_CELLS} cells up to row {raw.number}")
        if raw.hidden:
            self.hidden.append(raw.number)

    def _look_for_results(self, raw: RawRow, plan: _Plan) -> bool:
        """Note the formulas without a result; an empty text is a result."""
        lost = [
            Strange(raw.number, column, "=" + _formula_text(formula))
            for column, attributes, formula, value in zip(
                plan.columns, raw.shape.attributes, raw.formulas, raw.values, strict=True
            )
            if formula and not value and ' t="str"' not in attributes
        ]
        self.uncalculated += lost
        return bool(lost)

    def _take_errors(self, cells: list[str]) -> bool:
        found = [at for at, cell in enumerate(cells) if cell in self._known_errors]
        for at in found:
            self.errors.append(Strange(self._row, at, cells[at]))
            cells[at] = ""
        return bool(found)

    def _plan(self, shape: Shape) -> _Plan:
        columns = tuple(column_number(one) for one in shape.letters)
        if any(after <= before for before, after in pairwise(columns)):
            raise ValueError(f"the cells of row {self._row} are not in order")
        readers = tuple(
            self._reader(column, *_style_and_kind(given))
            for column, given in zip(columns, shape.attributes, strict=True)
        )
        in_a_line = columns == tuple(range(len(columns)))
        plan = _Plan(columns, readers, in_a_line, ("",) * len(columns))
        if len(self._plans) < _MOST_PLANS:
            self._plans[shape] = plan
        return plan

    def _reader(self, column: int, style: str, kind: str) -> Callable[[str], str]:
        """Give what turns the written value of a cell of this kind into text."""
        by_kind: dict[str, Callable[[str], str]] = {
            "s": self._shared,
            "str": plain_text,
            "inlineStr": plain_text,
            "b": lambda value: "true" if value in ("1", "true") else "false",
            "e": self._error,
            "d": lambda value: value.removesuffix("T00:00:00"),
        }
        if kind in by_kind:
            return by_kind[kind]
        shown = self.book.formats[int(style)] if style and self.book.formats else "number"
        if shown in MOMENTS:
            return partial(moment_text, kind=shown, from_1904=self.book.from_1904)
        return partial(self._percent, column) if shown == "percent" else number_text

    def _shared(self, value: str) -> str:
        number = int(value)
        if number < 0:
            raise IndexError(value)
        return self.book.texts[number]

    def _error(self, value: str) -> str:
        text = value if value.startswith("#") else f"#{value}"
        self._known_errors.add(text)
        return text

    def _percent(self, column: int, value: str) -> str:
        text = number_text(value)
        self.percents[column] += 1
        self.first_percents.setdefault(column, (self._row, text))
        return text


def _style_and_kind(attributes: str) -> tuple[str, str]:
    """Take apart what stands as `` s="1" t="str"``."""
    parts = dict(re.findall(r' ([st])="([^"]*)"', attributes))
    return parts.get("s", ""), parts.get("t", "")


def _spread(columns: tuple[int, ...], cells: list[str]) -> list[str]:
    placed = [""] * (columns[-1] + 1)
    for column, cell in zip(columns, cells, strict=True):
        placed[column] = cell
    return placed


def _formula_text(element: str) -> str:
    return element[element.find(">") + 1 :].removesuffix("</f>")


def has_content(book: Book, rows: Iterator[RawRow]) -> bool:
    """Say whether a sheet holds anything; stops at the first cell that does."""
    cells = Cells(book)
    for raw in rows:
        cells.read((raw,))
        if cells.rows:
            return True
    return False
