"""Tables as the page takes them: lists of plain values by column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapmap.drawing import brief, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

__all__ = ["but_towns", "columns"]


def columns(table: pd.DataFrame, names: Iterable[str] | None = None) -> dict[str, list[object]]:
    """Give the values of the named columns, or of all, fit for JSON and as short as they may be."""
    wanted = table.columns if names is None else names
    return {str(name): brief(plain(table[name])) for name in wanted}


def but_towns(table: pd.DataFrame) -> pd.DataFrame:
    """Leave the towns out: there may be thousands, and the CSV has all.

    So are the plan's districts where all of it is said of the study's, too.
    """
    own, plans = (
        table[table["group_kind"] == kind].drop(columns=["group_kind", "group_id"])
        for kind in ("district", "plan_district")
    )
    told = [one.sort_values(["service", "group"]).reset_index(drop=True) for one in (own, plans)]
    shown = {"town", "plan_district"} if told[0].equals(told[1]) else {"town"}
    return table[~table["group_kind"].isin(shown)]
