"""Characters that nobody sees: NUL and other controls, zero-width marks, changes of direction."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc

from gapmap.findings import finding, may_repair

if TYPE_CHECKING:
    import pandas as pd

    from gapmap.findings import Finding

__all__ = ["Cleaned", "clean_cells", "clean_name"]

_INVISIBLE: Final = (
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_NEAR_SCRIPTS: Final = (
    "\x00-\u036f\u2000-\u206f\u2e80-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef"
)
"""Latin, Chinese, Japanese, Korean and punctuation, which need no joiners."""
_EACH: Final = re.compile(
    f"((?<=[^{_NEAR_SCRIPTS}])[\u200c\u200d](?=[^{_NEAR_SCRIPTS}]))|{_INVISIBLE}"
)
_BREAKS: Final = frozenset("\v\f\x85")
"""Line and page breaks of word processors; a blank takes their place."""
MOST_SINGLE: Final = 20
"""Cells of a column that get a finding each; where there are more, one speaks for all."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Cells without invisible characters.

    Attributes
    ----------
    cells
        As given, where there was nothing to remove.
    findings
        What was removed, or which cells were taken as unknown.
    repaired
        Rows in which something was removed.
    """

    cells: pd.DataFrame
    findings: tuple[Finding, ...]
    repaired: frozenset[int]


def clean_cells(cells: pd.DataFrame, file: str, *, repair: str) -> Cleaned:
    """Remove the invisible characters from a table's cells; a clean column costs next to nothing.

    Removed are control characters except tab and line end, zero-width characters and marks that
    change the direction of writing. Joiners stay between letters of scripts that are written
    with them. Where the study allows no repairs, such a cell is unknown (``""``): what it means
    cannot be told from what it shows, and the characters must not reach an output.

    Parameters
    ----------
    cells
        Text columns on the index of physical rows; not changed.
    file
        As findings name it.
    repair
        One of ``gapmap.findings.REPAIRS``.
    """
    allowed = may_repair(repair, "cell-invisible")
    changed: dict[str, pd.Series] = {}
    findings: list[Finding] = []
    repaired: set[int] = set()
    for name in cells.columns:
        dirty = _dirty(cells[name])
        if not dirty:
            continue
        column = cells[name].copy()
        rows = [int(column.index[place]) for place in dirty]
        column.iloc[list(dirty)] = [_visible(cell) if allowed else "" for cell in dirty.values()]
        changed[str(name)] = column
        told = list(zip(rows, dirty.values(), strict=True))
        findings += _told(told, str(name), file, allowed=allowed)
        repaired |= set(rows) if allowed else set()
    if not changed:
        return Cleaned(cells, (), frozenset())
    return Cleaned(cells.assign(**changed), tuple(findings), frozenset(repaired))


def clean_name(name: str) -> str:
    r"""Give the name of a column without invisible characters, white space as single blanks.

    Examples
    --------
    >>> clean_name("面积\n(㎡)"), clean_name("na\u200bme ")
    ('面积 (㎡)', 'name')
    """
    return " ".join(_visible(name).split())


def _visible(cell: str) -> str:
    return _EACH.sub(lambda one: one[1] or (" " if one[0] in _BREAKS else ""), cell)


def _dirty(column: pd.Series) -> dict[int, str]:
    """Give the cells that hold something to remove, by their place."""
    text = pa.array(column.array)
    marked = pc.match_substring_regex(text, _INVISIBLE)
    if not pc.any(marked).as_py():
        return {}
    places = pc.indices_nonzero(marked)
    cells = dict(zip(places.to_pylist(), text.take(places).to_pylist(), strict=True))
    return {place: cell for place, cell in cells.items() if _visible(cell) != cell}


def _told(
    rows: list[tuple[int, str]], column: str, file: str, *, allowed: bool
) -> tuple[Finding, ...]:
    one, many = (
        ("cell-invisible", "cells-invisible")
        if allowed
        else ("cell-invisible-unknown", "cells-invisible-unknown")
    )
    if len(rows) <= MOST_SINGLE:
        return tuple(
            finding(
                one, file=file, row=row, field=column, value=_shown(cell), characters=_named(cell)
            )
            for row, cell in rows
        )
    row, cell = rows[0]
    said = finding(
        many,
        file=file,
        row=row,
        field=column,
        value=_shown(cell),
        characters=_named("".join(cell for _, cell in rows[:1000])),
        count=len(rows),
    )
    return (replace(said, further=tuple(row for row, _ in rows[1:])),)


def _named(text: str) -> str:
    """Name the characters that were removed, the most frequent first."""
    found = Counter(one[0] for one in _EACH.finditer(text) if not one[1])
    return ", ".join(f"U+{ord(one):04X}" for one, _ in found.most_common(4))


def _shown(cell: str) -> str:
    return _EACH.sub(lambda one: one[1] or f"<U+{ord(one[0]):04X}>", cell)
