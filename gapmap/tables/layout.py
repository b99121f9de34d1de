"""Where a planner's table begins: title rows, the header of one or two rows, column numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gapmap.findings import fail, finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapmap.findings import Finding

__all__ = [
    "HEAD",
    "Layout",
    "Merged",
    "NumberedRow",
    "check_header",
    "find_layout",
    "is_figure",
    "refuse_repeated",
    "unit_above",
]

HEAD: Final = 40
"""Rows with content that are looked at to find the header."""
MOST_TITLES: Final = 12
"""Rows that may stand above a header."""
MOSTLY: Final = 0.8
"""Share of a column's filled cells that are figures, so that it is a column of figures."""

NumberedRow = tuple[int, "Sequence[str]"]
"""A physical row from 1, and its cells."""
Merged = tuple[int, int, int, int]
"""First row, first column, last row, last column of merged cells; rows from 1, columns from 0."""

_FIGURE: Final = re.compile(
    r"[约<>≤≥]?[\d\s.,:/+%‰°′″'\"eE年月日时分()（）：~\uff5e\u2212-]*"
    r"(?:平方米|平方公里|㎡|m²|m2|km2|亩|公顷|米|公里|km|m|万?人|户|个|座|处|间|张|万|元|分钟|min)?"
)
_PLAIN: Final = re.compile(r"[+-]?\d+(?:\.\d+)?")
_YEAR: Final = re.compile(r"(?:1[89]|20)\d\d")
_ABOUT_THE_TABLE: Final = re.compile(
    r"(?:计量|填报|填表|报送|编制|制表|统计|数据|资料)?"
    r"(?:单位|部门|日期|时间|来源|截止|截至|人|编号|文号|范围|说明|备注)\s*(?:名称)?\s*[:：]"
    r"|(?:注|表号|联系人|联系电话|电话|审核|负责人)\s*[:：]"
    r"|(?:units?|date|source|prepared(?: by)?|note|period|contact|as of)\s*[:：]",
    re.IGNORECASE,
)
_TITLE: Final = re.compile(
    r"表|附件|附录|名单|名录|清单|统计|情况|汇总|台账|一览|调查|规划|年|月"
    r"|\b(?:tables?|annex|appendix|list|report|survey|register|inventory|statistics)\b",
    re.IGNORECASE,
)
_UNIT_ABOVE: Final = re.compile(
    r"(?:^|[(（\s])(?:计量)?(?:单\s*位|units?)\s*[:：]\s*([^)）]+)", re.IGNORECASE
)
_LONG_TITLE: Final = 8
_STEMS: Final = "甲乙丙丁戊己庚辛壬癸"
_BRACKETED: Final = re.compile(r"[(（]?(\d{1,2})[)）]?|([①-⑳])")


@dataclass(frozen=True, slots=True)
class Layout:
    """What the first rows of a table are; places count the rows with content from 0.

    Attributes
    ----------
    names
        The header's cell for each column as it stands, ``""`` where empty; of a header of two
        rows the lower cell where it alone tells the column, else upper and lower.
    header
        Place of the header's first row; the rows before it are about the table.
    data
        Place of the first row of data.
    numbering
        Place of a row that only numbers the columns, None if there is none. It counts as data
        that is left out.
    """

    names: tuple[str, ...]
    header: int = 0
    data: int = 1
    numbering: int | None = None


def is_figure(cell: str) -> bool:
    """Say whether a cell is a number, a date, a time or a range of them, in any width.

    Examples
    --------
    >>> is_figure("113.57"), is_figure("2012年3月"), is_figure("三灶"), is_figure("—")
    (True, True, False, False)
    """
    text = cell.strip()
    return any(one.isdigit() for one in text) and _FIGURE.fullmatch(text) is not None


def find_layout(head: Sequence[NumberedRow], merged: Sequence[Merged] = ()) -> Layout:
    """Find the header in the first rows of a table.

    A first row that names two or more columns is the header. Rows that stand above the header
    are told by what they say (a title, ``单位:平方米``) or by a later row that alone names columns
    of figures. In doubt the first row is the header.

    Parameters
    ----------
    head
        At least the first ``HEAD`` rows with content, or all there are.
    merged
        Merged cells, if the format knows them.
    """
    rows = [cells for _, cells in head]
    at = _header_at(head, merged)
    upper, below = rows[at], rows[at + 1 :]
    names, data = list(upper), at + 1
    across = _merged_across(head[at][0], merged)
    if below and _has_lower(upper, below[0], below[1:], across=across):
        names, data = _joined(upper, below[0], _covers(head[at][0], merged)), at + 2
    numbers_columns = data < len(rows) and _numbers_columns(rows[data], rows[data + 1 :])
    return Layout(tuple(names), at, data, data if numbers_columns else None)


def _filled(row: Sequence[str]) -> list[int]:
    return [place for place, cell in enumerate(row) if cell.strip()]


def _merged_across(row: int, merged: Sequence[Merged]) -> bool:
    """Say whether cells of the row are merged across columns."""
    return any(top <= row <= bottom and right > left for top, left, bottom, right in merged)


def _covers(row: int, merged: Sequence[Merged]) -> dict[int, int]:
    """Give for each column under cells merged across the column where its text stands."""
    return {
        column: left
        for top, left, bottom, right in merged
        if top <= row <= bottom and right > left
        for column in range(left, min(right, left + 1000) + 1)
    }


def _header_at(head: Sequence[NumberedRow], merged: Sequence[Merged]) -> int:
    rows = [cells for _, cells in head]
    counts = sorted((len(_filled(row)) for row in rows), reverse=True)
    usual = counts[len(counts) // 5]  # as many cells as at least a fifth of the rows have
    at = 0
    while at < min(len(rows) - 1, MOST_TITLES) and _may_be_above(rows[at], usual):
        at += 1
    if at == 0 or not _names_columns(rows[at]):
        return 0
    sure = all(_is_about_table(row) or _merged_across(n, merged) for n, row in head[:at])
    return at if sure or _names_figures(rows[at], rows[at + 1 :]) else 0


def _may_be_above(row: Sequence[str], usual: int) -> bool:
    filled = _filled(row)
    if len(filled) == 1:
        return usual > 1
    return len(filled) < usual and _ABOUT_THE_TABLE.match(row[filled[0]].strip()) is not None


def _is_about_table(row: Sequence[str]) -> bool:
    first = row[_filled(row)[0]].strip()
    if _ABOUT_THE_TABLE.match(first) or _TITLE.search(first):
        return True
    return len(first) >= _LONG_TITLE and (not first.isascii() or " " in first)


def _names_columns(row: Sequence[str]) -> bool:
    """Say whether a row can be a header: words, and at most as many years."""
    cells = [row[place].strip() for place in _filled(row)]
    figures = [cell for cell in cells if is_figure(cell)]
    return (
        len(cells) > 1
        and cells[0] not in figures
        and 2 * len(figures) <= len(cells)
        and all(_YEAR.match(cell) for cell in figures)
    )


def _columns_of_figures(below: Sequence[Sequence[str]], width: int) -> list[bool]:
    found = []
    for place in range(width):
        cells = [row[place] for row in below if place < len(row) and row[place].strip()]
        figures = sum(is_figure(cell) for cell in cells)
        found.append(bool(cells) and figures >= MOSTLY * len(cells))
    return found


def _names_figures(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Say whether a row has a word over a column of figures."""
    figures = _columns_of_figures(below, len(row))
    return any(figures[place] and not is_figure(row[place]) for place in _filled(row))


def _has_lower(
    upper: Sequence[str], lower: Sequence[str], below: Sequence[Sequence[str]], *, across: bool
) -> bool:
    """Say whether the second row belongs to the header, as under cells merged across columns.

    It fills the gaps to the right of upper cells, and stands under no upper cell that has no
    gap to its right; and something speaks for it besides: merged cells, a word over a column of
    figures, or that it leaves out two columns that all further rows fill.
    """
    width = max(len(upper), len(lower))
    up = [place < len(upper) and bool(upper[place].strip()) for place in range(width)]
    low = [place < len(lower) and bool(lower[place].strip()) for place in range(width)]
    cells = [lower[place].strip() for place in _filled(lower)]
    if any(is_figure(cell) and not _YEAR.match(cell) for cell in cells):
        return False
    if not any(low[place] and not up[place] for place in range(width)):
        return False
    for place in range(width):
        opens_group = place + 1 < width and not up[place + 1] and low[place + 1]
        if up[place] and low[place] and not opens_group:
            return False
    if across:
        return True
    only_upper = [place for place in range(width) if up[place] and not low[place]]
    left_out = [
        place
        for place in only_upper
        if below and all(place < len(row) and row[place].strip() for row in below)
    ]
    return _names_figures(lower, below) or len(left_out) > 1


def _joined(upper: Sequence[str], lower: Sequence[str], covers: dict[int, int]) -> list[str]:
    """Give one name for each column of a header of two rows."""
    width = max(len(upper), len(lower))
    above = [*upper, *[""] * (width - len(upper))]
    under = [*lower, *[""] * (width - len(lower))]
    group = ""
    groups = []
    for place in range(width):
        if covers:
            group = above[covers.get(place, place)]
        elif above[place].strip():
            group = above[place]
        groups.append(group.strip())
    plain = [(cell if cell.strip() else above[place]).strip() for place, cell in enumerate(under)]
    return [
        f"{groups[place]} {name}".strip()
        if under[place].strip() and plain.count(name) > 1
        else name
        for place, name in enumerate(plain)
    ]


def _numbers_columns(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Say whether a row only numbers the columns: 1 2 3, (1) (2) (3), or 甲 乙 1 2.

    A row of data can look the same: so at least three columns are numbered without a gap, and
    there is a number over a column of words, or brackets around all numbers.
    """
    cells = [cell.strip() for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    stems = 0
    while stems < min(len(cells), len(_STEMS)) and cells[stems] == _STEMS[stems]:
        stems += 1
    numbers = [_BRACKETED.fullmatch(cell) for cell in cells[stems:]]
    if len(cells) < 3 or not numbers or not all(numbers):  # noqa: PLR2004 - as the docstring says
        return False
    values = [int(one[1]) if one[1] else ord(one[2]) - ord("①") + 1 for one in numbers if one]
    if values not in (list(range(1, len(values) + 1)), list(range(stems + 1, len(cells) + 1))):
        return False
    if stems:
        next_cell = below[0][0].strip() if below and below[0] else ""
        return stems + len(values) > 3 and next_cell not in _STEMS  # noqa: PLR2004 - one more than above
    if all(not cell.isdecimal() for cell in cells):
        return True
    figures = _columns_of_figures(below, len(cells))
    return any(not figure and _filled_twice(below, place) for place, figure in enumerate(figures))


def _filled_twice(rows: Sequence[Sequence[str]], place: int) -> bool:
    return sum(place < len(row) and bool(row[place].strip()) for row in rows) > 1


def check_header(layout: Layout, head: Sequence[NumberedRow], file: str) -> list[Finding]:
    """Say whether the header is a row of data, as in a file without header.

    Raises
    ------
    InputError
        Two or more columns are named by a number with a point or five digits, as large as those
        below it.
    """
    number, cells = head[layout.header]
    below = [row for _, row in head[layout.data :]]
    places = [place for place in range(len(cells)) if _is_data(cells[place], place, below)]
    if not places:
        return []
    value = " | ".join(cells[place].strip() for place in places)
    exact = [place for place in places if "." in cells[place] or len(cells[place].strip()) > 4]  # noqa: PLR2004 - digits of a year
    if len(exact) > 1:
        fail(finding("header-is-data", file=file, row=number, value=value))
    if len(places) > 1 and not exact:  # hours, classes and the like
        return []
    return [finding("header-like-data", file=file, row=number, value=value)]


def _is_data(name: str, place: int, below: Sequence[Sequence[str]]) -> bool:
    """Say whether a name is a number, but no year, as large as those below it."""
    name = name.strip()
    if not _PLAIN.fullmatch(name) or _YEAR.fullmatch(name):
        return False
    cells = [row[place].strip() for row in below if place < len(row)]
    values = [float(cell) for cell in cells if _PLAIN.fullmatch(cell)]
    if not values or len(values) < MOSTLY * sum(map(bool, cells)):
        return False
    low, high = sorted((0.5 * abs(min(values)), 2 * abs(max(values))))
    return low <= abs(float(name)) <= high


def unit_above(head: Sequence[NumberedRow], layout: Layout) -> str:
    """Give what the rows above a header say about units, such as ``万人`` or ``人、亩``."""
    cells = [cell.strip() for _, row in head[: layout.header] for cell in row if cell.strip()]
    return "、".join(match[1].strip() for cell in cells if (match := _UNIT_ABOVE.search(cell)))


def refuse_repeated(names: Sequence[str], file: str) -> None:
    """Refuse a header that stands twice or more side by side.

    A long list is often printed in two or three columns; whoever reads the first of them loses
    all the rows in the others.

    Raises
    ------
    InputError
        The names begin again from the first one, and all that follow are in the same order.
    """
    known = [name.strip() for name in names if name.strip()]
    starts = [at for at, name in enumerate(known) if name == known[0]]
    if len(starts) < 2 or starts[1] < 2:  # noqa: PLR2004 - one column twice is no table twice
        return
    first = known[: starts[1]]
    parts = [known[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]
    if all(len(part) > 1 and part == first[: len(part)] for part in parts):
        value = ", ".join(first)
        fail(finding("table-side-by-side", file=file, value=value, count=len(parts)))
