"""Nowhere: why nobody can set out from a position over land, or arrive there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gapmap.words import word

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gapmap.access.stops import Stops

__all__ = ["WHYS", "nowhere", "nowhere_texts"]

WHYS = ("evidence_off_grid", "evidence_unknown_land", "evidence_barrier")
"""Words for the reasons."""


def nowhere(stops: Stops) -> NDArray[np.int64]:
    """Say why nobody can set out from positions, or arrive: as a number of :data:`WHYS`.

    It means something only for those who stand where nobody can be, or did before they were moved.
    """
    surface = stops.surface
    assert surface is not None  # noqa: S101 - callers stand on one
    row, column = surface.grid.cells(stops.xy)  # those who were moved have another cell now
    return np.where(row < 0, 0, np.where(surface.unknown[row, column], 1, 2))


def nowhere_texts(stops: Stops, which: NDArray[np.int64]) -> dict[int, tuple[str, str]]:
    """Say of some positions, in Chinese and English, why nobody can be there, and how far one can.

    Parameters
    ----------
    stops
        Where all stand.
    which
        Those that stand where nobody can be.
    """
    standing, surface = stops.standing, stops.surface
    assert standing is not None  # noqa: S101 - callers stand on a surface
    assert surface is not None  # noqa: S101 - it comes with the standing
    whys = [(word(key, "zh"), word(key, "en")) for key in WHYS]
    limit = f"{surface.source.snap_m:,.10g}"
    near, none = (
        (word(key, "zh"), word(key, "en")) for key in ("evidence_cell_near", "evidence_cell_none")
    )
    told = {}
    why = nowhere(stops)
    for at in which.tolist():
        zh, en = whys[why[at]]
        away = standing.nearest_m[at]
        cell_zh, cell_en = near if np.isfinite(away) else none
        facts = {"metres": f"{away:,.0f}", "limit": limit}
        told[at] = f"{zh};{cell_zh.format(**facts)}", f"{en}; {cell_en.format(**facts)}"
    return told
