"""Columns of codes: always text, with leading zeros, and nothing that Excel has rounded away."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from gapmap.findings import Finding, fail, finding
from gapmap.tables.columns import BLANKS, each_distinct, note_once, texts, without_blank_words
from gapmap.tables.value import row_findings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapmap.tables.value import Table

__all__ = ["Codes", "ids", "own_codes", "read_codes"]

_FULL_WIDTH_DIGITS: Final = {0xFF10 + digit: str(digit) for digit in range(10)}
_WHOLE: Final = re.compile(r"([0-9]+)\.0+")
_QUOTED: Final = re.compile('[=\'\u2018\u2019`]+"?([A-Za-z0-9][A-Za-z0-9_.-]*)"?')
"""What keeps Excel from taking a code for a number: ``'0441``, ``="0441"``."""
_LOST: Final = re.compile(r"[0-9]\.[0-9]+[eE]\+?[0-9]{1,3}|[0-9][eE]\+[0-9]{1,3}|#{3,}")
"""Scientific notation, and what a column shows that is too narrow for its numbers."""
MOST_ROWS_NAMED: Final = 1000
_LONG_CODE: Final = 6
"""Digits from which on codes of one file are expected to have one length."""
_RULE: Final = 0.5
"""Share of codes that must have one length before others are pointed out."""


@dataclass(frozen=True, slots=True)
class Codes:
    """A column of codes.

    Attributes
    ----------
    text
        Full-width digits made plain, a trailing ``.0`` and an apostrophe in front removed; ``""``
        where empty or lost.
    lost
        Where Excel has written a long code in scientific notation, or as ``####``: its digits are
        gone.
    cells
        As the file has them.
    notes
        What was made plain, one note of each kind for the column.
    """

    text: pd.Series
    lost: pd.Series
    cells: pd.Series
    notes: tuple[Finding, ...]

    def lost_findings(self, table: Table, column: str) -> tuple[Finding, ...]:
        """Give a finding for each row whose code is lost."""
        rows = self.cells[self.lost].items()
        return row_findings("code-digits-lost", table.file, column, rows)


def ids(table: Table, column: str) -> pd.Series:
    """Give a column of codes: full-width digits made plain, a trailing ``.0`` removed.

    Leading zeros stay. ``""`` where empty. Every other word stays as it is; see
    :func:`read_codes` for what is doubtful about it.
    """
    text = texts(table, column)
    dirty = ~_is_clean(text)
    if dirty.any():
        text = text.copy()
        text[dirty] = _made(text[dirty])
    return text


def _made(cells: pd.Series) -> pd.Series:
    return pd.Series(each_distinct(cells, _plain), index=cells.index, dtype="str")


def _is_clean(text: pd.Series) -> pd.Series:
    """Say which cells are plain letters and digits with a digit among them, or empty."""
    return text.str.fullmatch(r"(?:[A-Za-z_-]*[0-9][A-Za-z0-9_-]*)?")


def _plain(cell: str) -> str:
    narrow = _narrow(cell)
    match = _QUOTED.fullmatch(narrow) or _WHOLE.fullmatch(narrow)
    return match[1] if match else narrow


def _narrow(cell: str) -> str:
    return cell.translate(_FULL_WIDTH_DIGITS)


def read_codes(table: Table, column: str) -> Codes:
    """Read a column of codes, and find those that were lost.

    Words and strokes that say that nothing is known are empty.

    Raises
    ------
    InputError
        There is no such column.
    """
    cells = texts(table, column)
    dirty = ~_is_clean(cells)
    if not dirty.any():
        return Codes(cells, dirty, cells, ())
    strange, notes = without_blank_words(table, column, cells[dirty])
    plain = _made(strange)
    changed = (plain != strange) & (strange != "")
    notes += note_once("code-made-plain", table, column, strange[changed], plain)
    gone = np.array(each_distinct(plain, lambda cell: bool(_LOST.fullmatch(cell))), dtype=bool)
    text, lost = cells.copy(), dirty.copy()
    text[dirty] = plain.mask(pd.Series(gone, index=plain.index), "")
    lost[dirty] = gone
    return Codes(text, lost, cells, notes)


def own_codes(table: Table, column: str) -> tuple[pd.Series, tuple[Finding, ...]]:
    """Give the codes by which the rows of a file themselves are known.

    Codes that differ only in case, width or blanks, that have blanks inside, or that are shorter
    than nearly all others, as when a leading zero was lost, are kept, with a warning.

    Raises
    ------
    InputError
        Some code is in scientific notation; all such rows are named.
    """
    codes = read_codes(table, column)
    lost = codes.lost_findings(table, column)
    if lost:
        fail(lost[0], also=lost[1:MOST_ROWS_NAMED])
    return codes.text, (*codes.notes, *_doubts(table, column, codes.text))


def _doubts(table: Table, column: str, codes: pd.Series) -> tuple[Finding, ...]:
    known = codes[codes != ""]
    digits = known.str.fullmatch(r"[0-9]*")
    lengths = _lengths(table, column, known[digits])
    if digits.all():
        return lengths
    words = known[~_is_clean(known)]
    inside = words[[any(mark in BLANKS for mark in cell) for cell in words]]
    blanks = note_once("code-blank-inside", table, column, inside)
    return (*lengths, *blanks, *_likenesses(table, column, known.drop_duplicates()))


def _lengths(table: Table, column: str, digits: pd.Series) -> tuple[Finding, ...]:
    lengths = digits.str.len()
    if lengths.empty or lengths.min() == lengths.max():
        return ()
    usual = int(lengths.mode().iloc[-1])
    shorter = digits[lengths < usual]
    if usual < _LONG_CODE or shorter.empty or (lengths == usual).mean() <= _RULE:
        return ()
    return (
        finding(
            "code-lengths-mixed",
            file=table.file,
            row=int(shorter.index[0]),
            field=column,
            value=shorter.iloc[0],
            count=len(shorter),
            usual=usual,
        ),
    )


def _likenesses(table: Table, column: str, codes: pd.Series) -> Iterator[Finding]:
    """Point out codes that only case, width or blanks tell from an earlier one."""
    folded = codes.str.lower()
    strange = ~_is_clean(codes)
    folded[strange] = [_folded(code) for code in codes[strange]]
    again = folded.duplicated()
    shared = folded[~again & folded.isin(folded[again])]
    first = {key: row for row, key in shared.items()}
    for row in codes.index[again]:
        earlier = first[folded[row]]
        yield finding(
            "codes-alike",
            file=table.file,
            row=int(row),
            field=column,
            value=codes[row],
            other=codes[earlier],
            first=int(str(earlier)),
        )


def _folded(code: str) -> str:
    plain = unicodedata.normalize("NFKC", code).casefold()
    return "".join(mark for mark in plain if mark not in BLANKS)
