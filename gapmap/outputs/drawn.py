"""What repeated draws add to the tables of every run; empty where nothing was drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from gapmap.sensitivity import Varied

__all__ = ["with_draws"]


def with_draws(
    tables: Mapping[str, pd.DataFrame], varied: Varied | None
) -> dict[str, pd.DataFrame]:
    """Add the intervals to coverage and gaps, and how often targets are met and sites chosen.

    Parameters
    ----------
    tables
        By name; those of coverage, gaps and targets have the rows that were drawn, in order.
    varied
        What was drawn, or None.
    """
    told = dict(tables)
    for name, columns in _added(tables, varied).items():
        told[name] = tables[name].assign(**columns)
    return told


def _added(
    tables: Mapping[str, pd.DataFrame], varied: Varied | None
) -> dict[str, dict[str, np.ndarray]]:
    """Give the further columns of each table."""
    if varied is None:
        names = {
            "coverage": ("share_people_draw_low", "share_people_draw_high"),
            "gaps": ("difference_draw_low", "difference_draw_high"),
            "targets": ("met_share_of_draws",),
            "proposals": ("chosen_share",),
        }
        return {
            name: {column: np.full(len(tables[name]), np.nan) for column in columns}
            for name, columns in names.items()
        }
    chosen = dict(zip(varied.sites["site_id"], varied.sites["chosen_share"], strict=True))
    sites = tables["proposals"]
    ids = sites["site_id"] if len(sites) else []
    return {
        "coverage": {
            f"share_people_draw_{end}": varied.intervals[f"share_draw_{end}"].to_numpy()
            for end in ("low", "high")
        },
        "gaps": {
            f"difference_draw_{end}": varied.differences[f"difference_draw_{end}"].to_numpy()
            for end in ("low", "high")
        },
        "targets": {"met_share_of_draws": varied.targets["met_share_of_draws"].to_numpy()},
        "proposals": {"chosen_share": np.array([chosen.get(one, np.nan) for one in ids])},
    }
