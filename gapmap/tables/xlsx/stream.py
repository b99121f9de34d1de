"""A sheet as it streams by: its outline, and its rows of cells as they are written in the file.

Three readers share the work. One parser sees every byte and has nothing to do but refuse what is
no XML. A second one sees the sheet without its rows: hidden columns and merged ranges. Rows are
cut out of the text between. Those of the form that every spreadsheet program writes are read as
text (``shapes``), several times as fast as by a parser's callbacks; a row with anything else in it
(rich text, entities, comments, other prefixes) goes through a third parser.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from gapmap.tables.xlsx.package import careful_parser
from gapmap.tables.xlsx.shapes import RawCell, RawRow, Shapes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.parsers import expat

    from gapmap.tables.xlsx.package import Package

__all__ = ["Outline", "column_letters", "column_number", "rows_of"]

_LONGEST_ROW: Final = 100_000_000
"""Characters of XML that one row may take."""
_LAST_ROW: Final = 1_048_576
_LAST_COLUMN: Final = 16_384
_ENCODING: Final = re.compile(rb"""<\?xml[^>]*\sencoding\s*=\s*["']([\w.-]+)["']""")
_ODD: Final = ("&", "\r", "<!", "<?")
"""What only a parser reads rightly."""


@dataclass(slots=True)
class Outline:
    """What a sheet says about itself outside its rows; complete when all rows have been read.

    Attributes
    ----------
    hidden_columns
        First and last, from 0.
    merged
        First row, first column, last row, last column; rows from 1, columns from 0.
    """

    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)

    def begun(self, name: str, given: dict[str, str]) -> None:
        """Take up an element."""
        name = name.rpartition(":")[2]
        if name == "col" and given.get("hidden") in ("1", "true"):
            self.hidden_columns.append((int(given["min"]) - 1, int(given["max"]) - 1))
        elif name == "mergeCell":
            self.merged.append(_range(given["ref"]))


def _range(written: str) -> tuple[int, int, int, int]:
    corners = re.fullmatch(r"\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?", written)
    if not corners:
        raise ValueError(f"no range of cells: {written[:40]}")
    left, top, right, bottom = corners.groups()
    return (
        int(top),
        column_number(left),
        int(bottom or top),
        column_number(right or left),
    )


def column_number(letters: str) -> int:
    """Give the number of a column from 0.

    Examples
    --------
    >>> column_number("A"), column_number("AB"), column_letters(27)
    (0, 27, 'AB')
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    if not 0 < number <= _LAST_COLUMN:
        raise ValueError(f"no column: {letters[:40]}")
    return number - 1


def column_letters(number: int) -> str:
    """Give the letters of a column, from 0."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def rows_of(package: Package, part: str, outline: Outline) -> Iterator[RawRow]:
    """Give the rows of a sheet, in order, and fill its outline.

    Raises
    ------
    ValueError, expat.ExpatError
        The sheet is no well-formed XML, or its rows or cells are not in order.
    """
    last = 0
    for row in _rows(_blocks(package, part, outline)):
        if not last < row.number <= _LAST_ROW:
            raise ValueError(f"row {row.number} stands after row {last}")
        last = row.number
        yield row


def _rows(blocks: Iterator[_Block]) -> Iterator[RawRow]:
    """Read blocks of text that each end with a row."""
    last = 0
    shapes = Shapes()
    for block in blocks:
        # a prefix, or what needs a parser, in the whole block: as a rule there is none
        plain = not block.prefix and not _is_odd(block.text)
        for piece in block.split():
            row = None
            if plain or not (block.prefix or _is_odd(piece)):
                row = shapes.read(piece)
            if row:
                last = row.number
                yield row
                continue
            for parsed in _parsed_rows(piece, last, shapes):
                last = parsed.number
                yield parsed


def _is_odd(text: str) -> bool:
    return any(mark in text for mark in _ODD)


def _parsed_rows(piece: str, last: int, shapes: Shapes) -> list[RawRow]:
    """Read rows with a parser; those without a number follow the row ``last``."""
    rows = _Rows(last)
    parser = careful_parser("")
    parser.StartElementHandler = rows.begun
    parser.EndElementHandler = rows.ended
    parser.CharacterDataHandler = rows.text.append
    for part in ("<rows>", piece, "</rows>"):
        parser.Parse(part)
    return [shapes.row(number, hidden, cells) for number, hidden, cells in rows.found]


class _Rows:
    """What a parser calls back to."""

    def __init__(self, last: int) -> None:
        self.found: list[tuple[int, bool, list[RawCell]]] = []
        self.text: list[str] = []
        self._last = last
        self._column = -1
        self._letters = self._attributes = self._formula = self._value = ""
        self._phonetic = 0

    def begun(self, name: str, given: dict[str, str]) -> None:
        """Take up an element."""
        name = name.rpartition(":")[2]
        if name == "row":
            self._last = int(given.get("r", self._last + 1))
            hidden = given.get("hidden", "0") in ("1", "true")
            self.found.append((self._last, hidden, []))
            self._column = -1
        elif name == "c":
            self._begin_cell(given)
        elif name == "rPh":
            self._phonetic += 1
        if name in ("f", "v", "t"):
            self.text.clear()

    def _begin_cell(self, given: dict[str, str]) -> None:
        reference = given.get("r", f"{column_letters(self._column + 1)}{self._last}")
        self._letters = reference.rstrip("0123456789")
        if reference[len(self._letters) :] != str(self._last):
            raise ValueError(f"cell {reference} stands in row {self._last}")
        self._column = column_number(self._letters)
        wanted = (("s", given.get("s")), ("t", given.get("t")))
        self._attributes = "".join(f' {key}="{value}"' for key, value in wanted if value)
        self._formula = self._value = ""

    def ended(self, name: str) -> None:
        """Put away what an element held."""
        name = name.rpartition(":")[2]
        said = "".join(self.text)
        if name == "f":
            self._formula = f"<f>{said}</f>"
        elif name == "v":
            self._value = said
        elif name == "t" and not self._phonetic:  # runs of rich text are one text
            self._value += said
        elif name == "rPh":
            self._phonetic -= 1
        elif name == "c":
            cell = (self._letters, str(self._last), self._attributes, self._formula, self._value)
            self.found[-1][2].append(cell)


@dataclass(frozen=True, slots=True)
class _Block:
    """Whole rows: their text, and the prefix of their elements with its colon."""

    prefix: str
    text: str

    def split(self) -> list[str]:
        """Give pieces with one row each, and empty rows before it that close themselves."""
        end_tag = f"</{self.prefix}row>"
        pieces = [piece + end_tag for piece in self.text.split(end_tag)]
        pieces[-1] = pieces[-1].removesuffix(end_tag)
        return pieces if pieces[-1].strip() else pieces[:-1]


def _blocks(package: Package, part: str, outline: Outline) -> Iterator[_Block]:
    """Cut the rows out of a sheet."""
    every, rest = careful_parser(package.file), careful_parser(package.file)
    rest.StartElementHandler = outline.begun
    cut = _Cut(rest)
    decoder: codecs.IncrementalDecoder | None = None
    for chunk in package.chunks(part):
        every.Parse(chunk)
        decoder = decoder or _decoder(chunk)
        if text := cut.add(decoder.decode(chunk)):
            yield _Block(cut.prefix, text)
    every.Parse(b"", True)  # noqa: FBT003 - expat's own signature
    cut.finish()


def _decoder(first: bytes) -> codecs.IncrementalDecoder:
    """Give the decoder of a part by its first bytes: UTF-8, or UTF-16 by its mark."""
    if first.startswith((b"\xff\xfe", b"\xfe\xff")):
        return codecs.getincrementaldecoder("utf-16")()
    declared = _ENCODING.match(first.removeprefix(b"\xef\xbb\xbf"))
    name = declared[1].decode().lower() if declared else "utf-8"
    if name not in ("utf-8", "utf8", "us-ascii"):
        raise ValueError(f"a workbook's parts are UTF-8, not {name}")
    return codecs.getincrementaldecoder("utf-8-sig")()


class _Cut:
    """Text on its way: before the rows, among them, behind them."""

    def __init__(self, outline: expat.XMLParserType) -> None:
        self.prefix = ""
        self._outline = outline
        self._waiting = ""
        self._searched = 0
        self._place = "before"

    def add(self, text: str) -> str:
        """Take text; give what is complete of the rows."""
        if self._place == "behind":
            self._outline.Parse(text)
            return ""
        self._waiting += text
        if self._place == "before":
            self._enter()
        return self._take() if self._place == "among" else ""

    def _enter(self) -> None:
        """Go in among the rows if they begin."""
        begin = re.search(r"<(\w+:)?sheetData(?:\s[^<>]*)?>", self._waiting)
        if not begin:
            self._check_length()
            return
        self.prefix = begin[1] or ""
        self._place = "among"
        self._outline.Parse(_without_declaration(self._waiting[: begin.end()]))
        self._waiting = self._waiting[begin.end() :]
        if begin[0].endswith("/>"):
            self._leave(0)

    def _leave(self, at: int) -> str:
        """Go out from among the rows, and give the last of them."""
        self._place = "behind"
        rows = self._waiting[:at]
        self._outline.Parse(self._waiting[at:])
        self._waiting = ""
        return rows

    def _take(self) -> str:
        """Cut off the rows that are complete."""
        end = self._waiting.find(f"</{self.prefix}sheetData", self._searched)
        if end >= 0:
            return self._leave(end)
        end_tag = f"</{self.prefix}row>"
        whole = self._waiting.rfind(end_tag, self._searched) + len(end_tag)
        if whole < len(end_tag):
            # rows without cells close themselves: what stands before the last beginning is whole
            whole = max(self._waiting.rfind(f"<{self.prefix}row", self._searched), 0)
        rows, self._waiting = self._waiting[:whole], self._waiting[whole:]
        # an end that began in this text is found with the next; the longest is </x:sheetData
        self._searched = max(len(self._waiting) - len(f"</{self.prefix}sheetData"), 0)
        self._check_length()
        return rows

    def _check_length(self) -> None:
        if len(self._waiting) > _LONGEST_ROW:
            raise ValueError("a row without end")

    def finish(self) -> None:
        """Close the outline."""
        if self._place != "behind":
            raise ValueError("the sheet has no rows, or they have no end")
        self._outline.Parse("", True)  # noqa: FBT003 - expat's own signature


def _without_declaration(text: str) -> str:
    """Take off ``<?xml ... ?>``: the text is decoded by now, whatever encoding it names."""
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
