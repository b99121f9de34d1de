"""Columns of a table as text and as yes or no; what cannot be read stays unknown."""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import pandas as pd

from gapmap.findings import Finding, fail, finding
from gapmap.tables.value import row_findings

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from gapmap.tables.value import Table

__all__ = [
    "BLANKS",
    "actual_title",
    "booleans",
    "distinct_cells",
    "each_distinct",
    "is_blank_word",
    "is_serial",
    "note_once",
    "plain_title",
    "texts",
    "without_blank_words",
]

BLANKS: Final = " \t\r\n\v\f\u00a0\u3000\ufeff\u200b\u200c\u200d\u2060"
YES: Final = frozenset(("是", "有", "true", "yes", "y", "t", "1", "√", "✓"))
NO: Final = frozenset(("否", "无", "没有", "false", "no", "n", "f", "0", "×"))
BLANK_WORDS: Final = frozenset(
    (
        *("无", "没有", "暂无", "不详", "不明", "未知", "待定", "待补", "待补充", "待核实", "未填"),
        *("未填写", "未统计", "未登记", "缺失", "空", "空白", "无数据", "暂无数据", "不清楚"),
        *("n/a", "na", "n.a.", "#n/a", "null", "<null>", "none", "nan", "nil", "unknown", "tbd"),
    )
)
"""Words that say that nothing is known; 0 is not among them."""
_SERIAL: Final = frozenset(
    ("序号", "序", "顺序号", "行号", "序號", "no", "no.", "nr", "nr.", "#", "№", "s/n", "index")
)
_STROKES: Final = re.compile(r"[-–—―─−_]+|[/\\]+|…+|\.{3,}")
_Made = TypeVar("_Made")


def texts(table: Table, column: str) -> pd.Series:
    """Give a column as text without blanks at its ends, ``""`` where empty.

    The title may differ from ``column`` in blanks, line breaks, width and case, where exactly
    one column fits.

    Raises
    ------
    InputError
        There is no such column; the nearest names and all names are told.
    """
    return table.cells[actual_title(table, column)].str.strip(BLANKS)


def actual_title(table: Table, column: str) -> str:
    """Give the title, as the file writes it, of the column that is called ``column``.

    Raises
    ------
    InputError
        There is no such column; the nearest names and all names are told.
    """
    names = [str(name) for name in table.cells.columns]
    if column in names:
        return column
    wanted = plain_title(column)
    fitting = [name for name in names if plain_title(name) == wanted]
    if len(fitting) != 1:
        near = fitting or get_close_matches(column, names, n=3, cutoff=0.3)
        fail(
            finding(
                "column-missing",
                file=table.file,
                field=column,
                nearest=", ".join(near) or "–",
                columns=", ".join(names) or "–",
            )
        )
    return fitting[0]


def plain_title(title: str) -> str:
    r"""Give a title without blanks and line breaks, in plain width and lower case.

    Examples
    --------
    >>> plain_title("建成 日期\n"), plain_title("ＬＯＮ")
    ('建成日期', 'lon')
    """
    plain = unicodedata.normalize("NFKC", title).casefold()
    return "".join(mark for mark in plain if mark not in BLANKS)


def is_serial(title: str) -> bool:
    """Say whether a column of this title only counts the rows.

    Examples
    --------
    >>> is_serial("序 号"), is_serial("No."), is_serial("编号")
    (True, True, False)
    """
    return plain_title(title) in _SERIAL


def is_blank_word(cell: str) -> bool:
    """Say whether a cell says in a word or a stroke that nothing is known.

    Examples
    --------
    >>> is_blank_word("—"), is_blank_word("暂无"), is_blank_word("N/A"), is_blank_word("0")
    (True, True, True, False)
    """
    plain = unicodedata.normalize("NFKC", cell).strip(BLANKS).casefold()
    return plain in BLANK_WORDS or _STROKES.fullmatch(plain) is not None


def without_blank_words(
    table: Table, column: str, text: pd.Series
) -> tuple[pd.Series, tuple[Finding, ...]]:
    """Take out the words that say that nothing is known; one note counts them."""
    places, cells = distinct_cells(text)
    words = np.array([is_blank_word(cell) for cell in cells], dtype=bool)
    blank = pd.Series(words[places], index=text.index)
    if not blank.any():
        return text, ()
    return text.mask(blank, ""), note_once("cell-blank-word", table, column, text[blank])


def distinct_cells(text: pd.Series) -> tuple[NDArray[np.intp], list[str]]:
    """Give the different cells of a column, and for each row the number of its own."""
    places, distinct = pd.factorize(text)
    return places, [str(cell) for cell in distinct]


def each_distinct(text: pd.Series, read: Callable[[str], _Made]) -> list[_Made]:
    """Apply ``read`` to every cell, but only once to cells that are equal."""
    places, cells = distinct_cells(text)
    made = [read(cell) for cell in cells]
    return [made[place] for place in places.tolist()]


def note_once(
    code: str,
    table: Table,
    column: str,
    cells: pd.Series,
    read: pd.Series | None = None,
    *,
    unit: str = "",
) -> tuple[Finding, ...]:
    """Give one note for all these cells of a column, with the first as example."""
    if cells.empty:
        return ()
    row = int(cells.index[0])
    example = "" if read is None else _shown(read.loc[row])
    return (
        finding(
            code,
            file=table.file,
            row=row,
            field=column,
            value=cells.iloc[0],
            count=len(cells),
            example=example,
            **({"unit": unit} if unit else {}),
        ),
    )


def _shown(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return str(value.date())
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def booleans(table: Table, column: str) -> tuple[pd.Series, tuple[Finding, ...]]:
    """Give a column as yes or no (nullable boolean), missing where empty or neither.

    Understood are 是/否, 有/无, true/false, yes/no, y/n, 1/0, √/×, in any width and case. Other
    words that say that nothing is known are empty, with one note.

    Raises
    ------
    InputError
        There is no such column.
    """
    text = texts(table, column)
    values = pd.Series(
        pd.array(each_distinct(text, _yes_or_no), dtype="boolean"), index=text.index, name=column
    )
    left, notes = without_blank_words(table, column, text[values.isna()])
    bad = left[left != ""]
    return values, (*notes, *row_findings("boolean-unreadable", table.file, column, bad.items()))


def _yes_or_no(cell: str) -> bool | None:
    plain = unicodedata.normalize("NFKC", cell).casefold().removesuffix(".0")
    return True if plain in YES else False if plain in NO else None
