"""Tables as the page takes them: lists of plain values by column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapmap.drawing import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

__all__ = ["but_towns", "columns"]


def columns(table: pd.DataFrame, names: Iterable[str] | None = None) -> dict[str, list[object]]:
    """Give the values of the named columns, or of all, fit for JSON."""
    return {str(name): plain(table[name]) for name in (table.columns if names is None else names)}


def but_towns(table: pd.DataFrame) -> pd.DataFrame:
    """Leave the towns out: there may be thousands, and the CSV has all."""
    return table[table["group_kind"] != "town"]
