"""Legs: how far places walk off the road to join the ways, the doubtful ones worst first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gapmap.findings import Finding, finding

if TYPE_CHECKING:
    from gapmap.places import Places

__all__ = ["FAR_LEG_M", "MOST_LEGS", "far_legs"]

FAR_LEG_M = 200.0
"""An assumption: who walks farther than this off the road deserves a look at the map."""

MOST_LEGS = 50
"""Legs that are named one by one; the others are counted."""


def far_legs(table: pd.DataFrame, places: Places) -> list[Finding]:
    """List places whose leg off the road is longer than ``FAR_LEG_M``, the worst first.

    Parameters
    ----------
    table
        The access table, with ``snap_m_used`` and ``nearest_way_m`` of every service.
    places
        Where the places stand in their file.

    Returns
    -------
    One finding for each of the ``MOST_LEGS`` longest legs, each place once, and one that counts
    the rest.
    """
    if not len(table):
        return []
    worst = (
        table.assign(place=np.tile(np.arange(len(places.table)), len(table) // len(places.table)))
        .loc[table["snap_m_used"] > FAR_LEG_M]
        .sort_values(["snap_m_used", "place", "service"], ascending=[False, True, True])
        .drop_duplicates("place")
    )
    named = worst.head(MOST_LEGS)
    found = [
        finding(
            "place-far-leg",
            file=str(place.file),
            row=None if pd.isna(place.row) else int(place.row),
            value=f"{row.snap_m_used:.0f}",
            name=place.place or place.place_id,
            nearest=f"{row.nearest_way_m:.0f}",
            mode=row.mode,
        )
        for row, place in zip(
            named.itertuples(), places.table.iloc[named["place"]].itertuples(), strict=True
        )
    ]
    if len(worst) > len(named):
        rest = len(worst) - len(named)
        found.append(finding("places-far-legs", count=rest, metres=f"{FAR_LEG_M:g}"))
    return found
