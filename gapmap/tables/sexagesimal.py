"""Degrees, minutes and seconds in three columns become one."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from gapmap.findings import finding
from gapmap.tables.columns import BLANKS

if TYPE_CHECKING:
    from gapmap.tables.value import Table

__all__ = ["join_degrees"]

_PART: Final = re.compile(
    r"(.*?[^\s_(-])[\s_(-]*(?:(度|deg|degrees?|°)|(分|min|minutes?|')|(秒|sec|seconds?|\"))\)?",
    re.IGNORECASE,
)
_SIGNS: Final = ("°", "′", "″")


def join_degrees(table: Table) -> Table:
    """Give a table with a further column for each angle whose parts stand in columns of their own.

    ``经度 度``, ``经度 分`` and ``经度 秒``, or ``lon_deg``, ``lon_min``, ``lon_sec``, become
    ``经度`` and ``lon``, unless there is such a column. Seconds may be missing. The parts stay.
    """
    parts: dict[str, dict[int, str]] = {}
    for name in map(str, table.cells.columns):
        match = _PART.fullmatch(unicodedata.normalize("NFKC", name))
        if match:
            place = next(at for at in range(3) if match[2 + at])
            parts.setdefault(match[1], {}).setdefault(place, name)
    made: dict[str, pd.Series] = {}
    found = []
    for base, columns in parts.items():
        if {0, 1} <= set(columns) and base not in table.cells:
            used = [columns[place] for place in sorted(columns)]
            made[base] = _joined(table.cells[used])
            said = finding("columns-joined", file=table.file, field=base, value=", ".join(used))
            found.append(said)
    if not made:
        return table
    places = (*table.places, *[-1] * len(made)) if table.places else ()
    return replace(
        table,
        cells=table.cells.assign(**made),
        findings=(*table.findings, *found),
        places=places,
    )


def _joined(parts: pd.DataFrame) -> pd.Series:
    """Put the parts together, each with its sign; nothing where there are no degrees."""
    cells = [
        "".join(f"{part}{sign}" for part, sign in zip(row, _SIGNS, strict=False) if part)
        for row in zip(*(parts[name].str.strip(BLANKS) for name in parts), strict=True)
    ]
    return pd.Series(pd.array(cells, dtype="str"), index=parts.index)
