"""Urban or rural: what a planner's class column says."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pandas as pd

from gapmap.tables import ids

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapmap.places.value import PlaceSource
    from gapmap.region.rows import Ledger

__all__ = ["read_setting"]

SETTINGS = ("urban", "rural")
SHOWN = 12
"""How many distinct words a finding lists."""
SHORTEST_ENDING = 2
"""Characters; a single one, such as 村, ends too many names of the other kind."""


def read_setting(ledger: Ledger, source: PlaceSource) -> pd.Series:
    """Say of each place whether it is ``urban``, ``rural`` or ``unknown``.

    A cell has to equal one of the study's ``setting_values`` (or be the word urban or rural).
    Where the column is the places' own name column, a name that equals none is judged by its
    ending: one of the values of two or more characters that are not all digits, such as 村委会.
    What fits both kinds (a name also by what it contains), or neither, is unknown; one note
    counts those and lists their words.
    """
    table = ledger.table
    if source.setting is None:
        return pd.Series("unknown", index=table.cells.index, dtype="str")
    cells = ids(table, source.setting)
    words = {
        kind: {kind, *(_plain(word) for word in source.setting_values.get(kind, ()))}
        for kind in SETTINGS
    }
    by_ending = source.setting == source.name
    known = {cell: _setting(_plain(cell), words, by_ending=by_ending) for cell in cells.unique()}
    setting = cells.map(known).astype("str")
    unknown = setting == "unknown"
    ledger.once("setting-unknown", unknown, cells, field=source.setting, some=_some(cells[unknown]))
    return setting


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _setting(cell: str, words: Mapping[str, set[str]], *, by_ending: bool) -> str:
    kinds = [kind for kind in SETTINGS if cell in words[kind]]
    if not kinds and by_ending:
        endings = {kind: _endings(words[kind]) for kind in SETTINGS}
        ends = any(cell.endswith(several) for several in endings.values())
        kinds = [kind for kind in SETTINGS if ends and any(word in cell for word in endings[kind])]
    return kinds[0] if len(kinds) == 1 else "unknown"


def _endings(words: set[str]) -> tuple[str, ...]:
    return tuple(word for word in words if len(word) >= SHORTEST_ENDING and not word.isdigit())


def _some(cells: pd.Series) -> str:
    """List the words of a column, most frequent first, with how often each occurs."""
    counts = cells.value_counts()
    shown = [f"{word or '–'} ({count})" for word, count in counts.head(SHOWN).items()]
    return ", ".join(shown) + (", …" if len(counts) > SHOWN else "")
