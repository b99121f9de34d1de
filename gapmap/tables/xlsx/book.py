"""A workbook's sheets, shared texts and date system."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gapmap.tables.xlsx.formats import read_formats

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapmap.tables.xlsx.package import Package, Relation

__all__ = ["Book", "Sheet", "plain_text", "read_book"]

_ESCAPED: Final = re.compile("_x([0-9A-Fa-f]{4})_")
_TRUE: Final = ("1", "true")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of cells.

    Attributes
    ----------
    name
        As its tab shows it.
    part
        Where its cells are in the package.
    hidden
        Hidden in either of Excel's two ways.
    """

    name: str
    part: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class Book:
    """What the cells of every sheet need to be understood.

    Attributes
    ----------
    sheets
        In the order of their tabs; charts and macro sheets are none.
    texts
        The shared texts that cells name by their number.
    formats
        The kind of each cell format; see ``formats.kind_of``.
    from_1904
        Whether days are counted from 1 January 1904.
    """

    sheets: tuple[Sheet, ...]
    texts: list[str]
    formats: list[str]
    from_1904: bool


def read_book(package: Package) -> Book:
    """Read everything but the cells."""
    top = package.relations("")
    main = next((one.part for one in top.values() if one.kind == "officeDocument"), "")
    if main not in package:
        package.refuse("there is no workbook in it")
    related = package.relations(main)
    parts = {one.kind: one.part for one in related.values() if one.part in package}
    sheets, from_1904 = _sheets(package, main, related)
    return Book(
        sheets=tuple(sheets),
        texts=_shared_texts(package, parts["sharedStrings"]) if "sharedStrings" in parts else [],
        formats=read_formats(package, parts["styles"]) if "styles" in parts else [],
        from_1904=from_1904,
    )


def _sheets(
    package: Package, main: str, related: Mapping[str, Relation]
) -> tuple[list[Sheet], bool]:
    sheets: list[Sheet] = []
    from_1904 = False

    def begun(name: str, given: dict[str, str]) -> None:
        nonlocal from_1904
        if name == "workbookPr":
            from_1904 = given.get("date1904", "0") in _TRUE
        elif name == "sheet":
            link = next((given[key] for key in given if key.rpartition(":")[2] == "id"), "")
            relation = related.get(link)
            if relation is None:
                package.refuse(f"sheet {given['name']} has no part")
            if relation.kind == "worksheet":
                hidden = given.get("state", "visible") != "visible"
                sheets.append(Sheet(plain_text(given["name"]), relation.part, hidden))

    package.parse(main, begun)
    return sheets, from_1904


def _shared_texts(package: Package, part: str) -> list[str]:
    """Read the shared texts; runs of rich text are one text, how it is spoken is left out."""
    texts: list[str] = []
    runs: list[str] = []
    said: list[str] = []
    spoken = 0

    def begun(name: str, _: dict[str, str]) -> None:
        nonlocal spoken
        if name == "si":
            runs.clear()
        elif name == "rPh":
            spoken += 1
        elif name == "t":
            said.clear()

    def ended(name: str) -> None:
        nonlocal spoken
        if name == "t" and not spoken:
            runs.append("".join(said))
        elif name == "rPh":
            spoken -= 1
        elif name == "si":
            texts.append(plain_text("".join(runs)))

    package.parse(part, begun, ended, said.append)
    return texts


def plain_text(written: str) -> str:
    r"""Give a text without the escapes by which a workbook holds what XML cannot.

    Examples
    --------
    >>> plain_text("一_x000D_二"), plain_text("_x005F_x000D_")
    ('一\r二', '_x000D_')
    """
    if "_x" not in written:
        return written
    text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), written)
    # two escapes can be the halves of one character; half a character alone is none
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
