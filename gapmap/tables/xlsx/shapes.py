"""Rows as text: those of the form that every spreadsheet program writes, without a parser.

Well-formed XML without comments, CDATA and processing instructions has no ``<`` but at its tags, so
that an expression that accounts for every ``<c`` of a row has missed no cell. Rows of a table are
alike, therefore an expression for the whole row is made of a row's shape after a few of its kind;
it takes a row with empty cells as well, and holds every cell's row number against the row's own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["RawCell", "RawRow", "Shape", "Shapes"]

RawCell = tuple[str, str, str, str, str]
"""Letters of the column, number of the row, attributes as in `` s="1" t="str"``, formula, value;
the last three may be empty."""

_ATTRIBUTES: Final = r'((?: [\w:.]+="[^"<>]*")*)'
_HEAD: Final = re.compile(rf'<row r="([0-9]{{1,7}})"{_ATTRIBUTES} ?>')
_CELL: Final = re.compile(
    r'<c r="([A-Z]{1,3})([0-9]+)"((?: s="[0-9]+")?(?: t="[A-Za-z]+")?) ?'
    r"(?:/>|>"
    r"(<f(?: [^<>]*)?(?:/>|>[^<>]*</f>))?"
    r'(?:(?:<v>|<is><t(?: xml:space="preserve")?>)([^<]*)(?:</v>|</t></is>)|<v ?/>)?'
    r"</c>)"
)
_VALUE: Final = r'(?:<v>|<is><t(?: xml:space="preserve")?>)([^<]*)(?:</v>|</t></is>)'
_FORMULA: Final = r"(?:<f(?: [^<>]*)?(?:/>|>[^<>]*</f>)(?=<v>[^<]))?"
"""One that has a result: a row in which one is missing is read cell by cell."""
_SEEN_BEFORE: Final = 3
"""Rows of a shape from which on it is worth an expression of its own."""
_WIDEST: Final = 200
"""Cells of a shape beyond which it gets none."""
_AT_HAND: Final = 4
"""Expressions that are tried on each row: tables alternate their rows' colours."""


_MOST: Final = 10_000
"""Shapes that are kept; a sheet in which every row differs gains nothing from more."""


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What rows of one kind have in common: there is one for each kind, and rows share it.

    Attributes
    ----------
    letters
        Of the column of each cell.
    attributes
        Of each cell, as in `` s="1" t="str"``; may be empty.
    """

    letters: tuple[str, ...]
    attributes: tuple[str, ...]


class RawRow(NamedTuple):
    """A row as the file has it; formulas and values may be empty."""

    number: int
    hidden: bool
    shape: Shape
    formulas: tuple[str, ...]
    values: tuple[str | None, ...]


@dataclass(slots=True)
class _Template:
    """A shape, and the expression for whole rows of it."""

    shape: Shape
    expression: re.Pattern[str]
    no_formulas: tuple[str, ...]


class Shapes:
    """The shapes of a sheet's rows."""

    def __init__(self) -> None:
        self._known: dict[tuple[Sequence[str], Sequence[str]], Shape] = {}
        self._seen: dict[Shape, int] = {}
        self._templates: list[_Template] = []

    def read(self, piece: str) -> RawRow | None:
        """Read the last row of a piece, before which only empty ones stand.

        None if it has to be read by a parser.
        """
        at = piece.rfind("<row")
        if at < 0:
            return None
        for template in self._templates:
            match = template.expression.fullmatch(piece, at)
            if match:
                number, attributes, *values = match.groups()
                hidden = _is_hidden(attributes)
                return RawRow(
                    int(number), hidden, template.shape, template.no_formulas, tuple(values)
                )
        head = _HEAD.match(piece, at)
        if not head:
            return None
        cells: list[RawCell] = _CELL.findall(piece, head.end())
        if len(cells) != piece.count("<c", head.end()):
            return None
        number = head[1]
        if any(cell[1] != number for cell in cells):
            return None  # the parser says which
        return self._learn(self.row(int(number), _is_hidden(head[2]), cells))

    def row(self, number: int, hidden: bool, cells: Sequence[RawCell]) -> RawRow:  # noqa: FBT001 - a row's own
        """Give a row of these cells, with the shape of all its kind."""
        letters, _, attributes, formulas, values = zip(*cells, strict=True) if cells else ((),) * 5
        shape = self._known.get((letters, attributes))
        if shape is None:
            shape = Shape(letters, attributes)
            if len(self._known) < _MOST:
                self._known[letters, attributes] = shape
        return RawRow(number, hidden, shape, formulas, values)

    def _learn(self, row: RawRow) -> RawRow:
        """Make a template of a shape that has come several times."""
        seen = self._seen.get(row.shape, 0) + 1
        if len(self._seen) < _MOST or seen > 1:
            self._seen[row.shape] = seen
        if seen == _SEEN_BEFORE and 0 < len(row.values) <= _WIDEST:
            self._templates.insert(0, _template(row.shape))
            del self._templates[_AT_HAND:]
        return row


def _is_hidden(attributes: str) -> bool:
    return ' hidden="1"' in attributes or ' hidden="true"' in attributes


def _template(shape: Shape) -> _Template:
    cells = "".join(
        rf'(?:<c r="{letters}\1"{attributes} ?(?:/>|>{_FORMULA}{_VALUE}</c>))?'
        for letters, attributes in zip(shape.letters, shape.attributes, strict=True)
    )
    expression = re.compile(rf'<row r="([0-9]{{1,7}})"{_ATTRIBUTES} ?>{cells}</row>')
    return _Template(shape, expression, ("",) * len(shape.letters))
