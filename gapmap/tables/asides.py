"""Rows below a header that are no data: totals, footnotes, section titles, headers once more.

Whoever takes such a row for a village counts its people twice; whoever takes a village for such
a row loses its people. So each rule wants more than one sign, and each row that is left out has a
finding that shows it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gapmap.tables.columns import BLANKS, is_serial
from gapmap.tables.layout import is_figure
from gapmap.tables.overview import Asides, Sheet, mask, places_of, sampled
from gapmap.tables.strays import find_strays
from gapmap.tables.sums import find_sums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["find_asides"]

SHORTEST_CODE: Final = 6
FEW_FIGURES: Final = 0.5
ALL_FIGURES: Final = 0.9
"""Share of figures in a column that may hold codes: a total's word may be among them."""
USUALLY: Final = 0.9
"""Share of the rows in which a column is filled, so that an empty cell is a sign."""
FEWEST_FULL: Final = 8
"""Rows with three or more cells, below which a row with one cell says nothing."""
MOST_SECTIONS: Final = 0.2
"""Share of rows with one cell beyond which such rows are nothing unusual."""
LAST_ROWS: Final = 60
"""Rows at the end among which footnotes are looked for."""
SENTENCE: Final = 10
"""Characters from which on a cell that ends in a full stop is a sentence."""

_PLAIN_FIGURE: Final = r"^[0-9.,:/+-]*$"
"""What needs no further look: most cells of most tables."""
_TOTAL_WORDS: Final = (
    r"(?:合|小|总|共|累)\s*计|总\s*和|其\s*中|∑|Σ|grand\s+total|sub-?\s?totals?|totals?|sum"
)
_COUNTED: Final = r"(?:\s*\d+\s*[个座所处户间村人]?(?:村居?)?)?"
"""合计12个村."""
_TOTAL: Final = re.compile(rf"(?:{_TOTAL_WORDS}){_COUNTED}\s*[:：]?|其中\s*[:：].*", re.IGNORECASE)
_SUMMARY_WORDS: Final = (
    r"平均(?:数|值)?|均值|人均|户均|最大值?|最小值?|中位数|总(?:人口|人数|户数|数|面积)"
    r"|[全本](?:省|市|州|县|区|镇|乡|街道|村)|averages?|mean|median|maximum|minimum"
    r"|占\S{0,6}(?:比重|比例|百分比)|\S{0,6}(?:占比|比重|百分比|增长率|增幅)"
)
_COORDINATE: Final = re.compile(
    r"经度|纬度|东经|北纬|坐标|^\s*(?:lon|lng|lat|x|y)\b|longitude|latitude", re.IGNORECASE
)
"""Titles of columns in which a total has nothing."""
_SUMMARY: Final = re.compile(rf"(?:{_SUMMARY_WORDS})\s*(?:\([%‰]\))?[:：]?", re.IGNORECASE)
"""Words that tell of all rows, where there is nothing but figures beside them."""
_ENDS_AS_TOTAL: Final = re.compile(rf".{{1,14}}(?:合|小|总|共)计{_COUNTED}\s*[:：]?")
_TOTAL_ANYWHERE: Final = (
    rf"(?i)(?:[合小总共累]\s*计|总\s*和){_COUNTED}\s*[:：]?$|^其\s*中|^[∑Σ]$"
    rf"|^(?:(?:grand\s+|sub-?\s?)?totals?|sum)\s*:?$|^(?:{_SUMMARY_WORDS})\s*(?:\([%‰]\))?[:：]?$"
)
"""The same for arrow, which looks at all cells."""
_FOOTNOTE: Final = re.compile(
    r"(?:\*|※)?\s*(?:备\s*注|附?\s*注|说\s*明|资料来源|数据来源|来源|(?:填报|填表|制表|统计|报送)\S{0,4}"
    r"|审核\S{0,2}|复核\S{0,2}|校对\S{0,2}|负责人|联系人|联系电话|日期"
    r"|sources?|notes?|remarks?|prepared by|checked by)\s*\d?\s*(?:[:：]|$)",
    re.IGNORECASE,
)
_ABOUT_DATA: Final = re.compile(r"(?:以上|上述|本表|表中|注[:：]?|数据|\*|※)")
_NUMBERED_NOTE: Final = re.compile(r"(?:注|说明|note)\s*[:：]?\s*\d+\s*[.、．]", re.IGNORECASE)
_SECTION: Final = re.compile(
    r"[(（]?[一二三四五六七八九十]{1,3}(?:[)）][、.．\s]?|[、.．])|第[一二三四五六七八九十]{1,3}[章节部类]"
)
_DATE_OR_PHONE: Final = re.compile(
    r"\d{4}\s*[-/.年]\s*\d{1,2}(?:\s*[-/.月]\s*(?:\d{1,2}\s*日?)?)?|1\d{10}|(?:0\d{2,3}-?)?\d{7,8}"
)
"""Figures that stand beside whoever made a table."""
_CODE: Final = re.compile(r"[\x21-\x7e]*\d[\x21-\x7e]*")
_OF_AN_AREA: Final = re.compile(r"\d{4,}00")
"""The code of a whole town or city, which its total may have."""
_NOTHING: Final = frozenset(("-", "—", "——", "–", "/", "\\", "…", "..."))


def find_asides(
    columns: Sequence[pa.ChunkedArray],
    numbers: Sequence[int],
    heads: Sequence[Sequence[str]],
    file: str,
    *,
    names: Sequence[str] = (),
    numbering: int | None = None,
) -> Asides:
    """Find the rows that are no data in the columns below a header.

    Parameters
    ----------
    columns
        Text, one for each column of the header.
    numbers
        The rows' physical numbers.
    heads
        Title rows and header rows, which a printed table repeats on each page.
    file
        As findings name it.
    names
        The header's cell of each column.
    numbering
        Place of the row that numbers the columns, if there is one.

    Raises
    ------
    InputError
        Another table begins below the first.
    """
    asides = Asides()
    if len(columns) < 2 or not numbers:  # noqa: PLR2004 - one column leaves no second sign
        return asides
    sheet, repeated, totals = _seen(columns, numbers, heads, file, names)
    for place, row in sheet.rows([] if numbering is None else [numbering]):
        sheet.say(asides, "row-numbers-columns", place, row)
    for place, row in sheet.rows(repeated):
        sheet.say(asides, "row-header-again", place, row)
    find_strays(sheet, asides)
    _footnotes(sheet, asides)
    _totals(sheet, asides, totals)
    find_sums(sheet, asides)
    _sections(sheet, asides)
    return asides


def _seen(
    columns: Sequence[pa.ChunkedArray],
    numbers: Sequence[int],
    heads: Sequence[Sequence[str]],
    file: str,
    names: Sequence[str],
) -> tuple[Sheet, list[int], list[int]]:
    """Look at all cells once; give the sheet, the rows that repeat a head, and possible totals."""
    filled = np.empty((len(numbers), len(columns)), dtype=bool)
    total = np.zeros(len(numbers), dtype=bool)
    wanted = [_to_width([cell.strip(BLANKS) for cell in head], len(columns)) for head in heads]
    same = [np.full(len(numbers), any(head)) for head in wanted]
    figures = []
    last = max((at for at, name in enumerate(names) if name.strip()), default=len(columns))
    for place, column in enumerate(columns):
        trimmed = pc.utf8_trim(column, characters=BLANKS)
        filled[:, place] = mask(pc.not_equal(trimmed, ""))
        figures.append(sampled(trimmed))
        if place <= last:  # beside a table stands another
            total |= _like_totals(trimmed)
        for number, head in enumerate(wanted):
            if same[number].any():
                same[number] &= mask(pc.equal(trimmed, head[place]))
    repeated = np.logical_or.reduce([np.zeros(len(numbers), dtype=bool), *same])
    named = _to_width(list(names), len(columns))
    sheet = Sheet(columns, numbers, file, filled, figures, named)
    return sheet, places_of(repeated), places_of(total)


def _like_totals(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    """Say where a total may be named, also in a column of codes: there it is the only word."""
    found = ~mask(pc.match_substring_regex(column, _PLAIN_FIGURE))
    words = column.filter(pa.array(found))
    found[found] = mask(pc.match_substring_regex(words, _TOTAL_ANYWHERE))
    return found


def _to_width(cells: list[str], width: int) -> list[str]:
    return [*cells[:width], *[""] * (width - len(cells))]


def _says_so(cell: str) -> bool:
    return any(form.match(cell) for form in (_FOOTNOTE, _NUMBERED_NOTE, _ABOUT_DATA))


def _is_footnote(cells: list[str]) -> bool:
    first = cells[0]
    says_so = _says_so(first)
    if len(cells) == 1:
        return says_so or (len(first) >= SENTENCE and first[-1] in "。;.;")
    return says_so and not any(
        is_figure(cell) and not _DATE_OR_PHONE.fullmatch(cell) for cell in cells[1:]
    )


def _footnotes(sheet: Sheet, asides: Asides) -> None:
    """Leave out the notes at the table's end: the first that says so, and all that follow it."""
    start = None
    count = len(sheet.numbers)
    last = sheet.rows(range(max(0, count - LAST_ROWS), count))
    for place, row in reversed(last):
        if place in asides.excluded:
            continue
        cells = [cell for cell in row if cell]
        if cells and _is_footnote(cells):
            start = place
        elif len(cells) != 1 or _CODE.fullmatch(cells[0]):
            break
    if start is None:
        return
    said = False
    for place, row in last:
        if place >= start and place not in asides.excluded:
            said |= _says_so(next((cell for cell in row if cell), ""))
            sheet.say(asides, "row-footnote" if said else "row-footnote-perhaps", place, row)


def _totals(sheet: Sheet, asides: Asides, found: Sequence[int]) -> None:
    """Leave out totals and sub-totals; keep, and name, a row that only might be one."""
    places = [place for place in found if place not in asides.excluded]
    if not places:
        return
    ordinary = sheet.filled.sum(axis=1) > 1
    ordinary[[*places, *asides.excluded]] = False
    usual = (
        sheet.filled[ordinary].mean(axis=0) >= USUALLY
        if ordinary.any()
        else np.zeros(len(sheet.columns), dtype=bool)
    )
    own = [at for at, name in enumerate(sheet.names) if _COORDINATE.search(name)]
    own += _code_columns(sheet, ordinary)
    serial = [at for at, name in enumerate(sheet.names) if is_serial(name)]
    for place, row in sheet.rows(places):
        verdict = _is_total(row, bool((usual & ~sheet.filled[place]).any()))
        if verdict is None:
            continue
        at = next(at for at, cell in enumerate(row) if _like_total(cell))
        before = [cell for column, cell in enumerate(row[:at]) if cell and column not in serial]
        if before and row[at].startswith("其"):
            continue  # a remark: 其中:低保户12人
        known = [*before, *(row[column] for column in own)]
        if any(is_figure(cell) and not _OF_AN_AREA.fullmatch(cell) for cell in known):
            verdict = verdict and _SUMMARY.fullmatch(row[at]) is not None
        if verdict is not None:
            code = "row-total" if verdict else "row-total-perhaps"
            sheet.say(asides, code, place, row, leave_out=verdict)


def _like_total(cell: str) -> bool:
    return any(form.fullmatch(cell) for form in (_TOTAL, _SUMMARY, _ENDS_AS_TOTAL))


def _code_columns(sheet: Sheet, ordinary: NDArray[np.bool_]) -> list[int]:
    """Give the columns whose cells are codes of one length: a row that has one is of its own."""
    found = []
    for at, share in enumerate(sheet.figures):
        if share < ALL_FIGURES or not ordinary.any():
            continue
        cells = pc.utf8_trim(sheet.columns[at].filter(pa.array(ordinary)), characters=BLANKS)
        cells = cells.filter(pc.not_equal(cells, ""))
        length = len(cells[0].as_py()) if len(cells) else 0
        if length < SHORTEST_CODE or len(pc.unique(cells)) < len(cells) * USUALLY:
            continue
        if pc.all(pc.match_substring_regex(cells, rf"^[0-9]{{{length}}}$")).as_py():
            found.append(at)
    return found


def _is_total(row: list[str], gap: bool) -> bool | None:  # noqa: FBT001 - a sign among others
    """Say whether a row is a total; None where there is no doubt that it is none.

    Parameters
    ----------
    row
        Its cells without blanks.
    gap
        Whether a cell is empty that ordinary rows fill.
    """
    cells = [cell for cell in row if cell]
    words = [cell for cell in cells if not is_figure(cell)]
    exact = any(map(_TOTAL.fullmatch, words))
    word = next(filter(_TOTAL.fullmatch, words) if exact else iter(words), "")
    others = [cell for cell in cells if cell != word]
    only_figures = all(is_figure(cell) or cell in _NOTHING for cell in others)
    if not exact and _SUMMARY.fullmatch(word):
        return True if gap and only_figures and others else None
    if not exact and not _ENDS_AS_TOTAL.fullmatch(word):
        return None
    first = cells[0] == word
    if exact and word.isascii():  # Total also sells petrol
        sums = only_figures and any(map(is_figure, others)) and (first or gap)
        return sums if gap or only_figures else None
    if exact:
        return gap or (first and only_figures)
    if gap and only_figures:
        return True
    return False if first and (gap or (only_figures and len(others) > 1)) else None


def _sections(sheet: Sheet, asides: Asides) -> None:
    """Leave out rows of one cell, such as the name of a district over its villages.

    Only in a table of three or more columns whose other rows fill three or more of them, and
    only where the cell is no code, nor stands among names that alone tell the rows apart: a code
    or such a name alone is a place of which nothing else is known.
    """
    counts = sheet.filled.sum(axis=1)
    single = counts == 1
    single[list(asides.excluded)] = False
    full = int((counts > 2).sum())  # noqa: PLR2004 - three or more
    several = int((counts > 1).sum())
    if len(sheet.columns) < 3 or full < USUALLY * several:  # noqa: PLR2004 - the same
        return
    places = places_of(single)
    names = _name_columns(sheet, asides, counts > 1)
    unusual = full >= FEWEST_FULL and len(places) <= MOST_SECTIONS * len(counts)
    for place, row in sheet.rows(places):
        cell = next(cell for cell in row if cell)
        names_itself = _CODE.fullmatch(cell) is not None or row.index(cell) in names
        if _SECTION.match(cell) and full:
            sheet.say(asides, "row-one-cell", place, row)
        elif unusual:
            code = "row-one-cell-kept" if names_itself else "row-one-cell"
            sheet.say(asides, code, place, row, leave_out=not names_itself)


def _name_columns(sheet: Sheet, asides: Asides, several: NDArray[np.bool_]) -> list[int]:
    """Give the columns of names, no two alike, where no column of codes tells the rows apart."""
    rows = several.copy()
    rows[list(asides.excluded)] = False
    if not rows.any() or _code_columns(sheet, rows):
        return []
    found = []
    for at, share in enumerate(sheet.figures):
        cells = pc.utf8_trim(sheet.columns[at].filter(pa.array(rows)), characters=BLANKS)
        cells = cells.filter(pc.not_equal(cells, ""))
        differ = len(pc.unique(cells)) >= USUALLY * len(cells)
        if share < FEW_FIGURES and differ and len(cells) >= USUALLY * rows.sum():
            found.append(at)
    return found
