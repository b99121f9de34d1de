"""Grids: what a run knows beside its places, for the sections that only some studies have."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from gapmap.gridded import Gridded
    from gapmap.population import Population

__all__ = ["Grids"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grids:
    """What rests on rasters and capacities.

    Attributes
    ----------
    population
        People on a grid.
    gridded
        Coverage counted by them.
    tables
        Tables by the name of their file without its ending: ``capacity``, ``unserved``, ``zones``,
        ``referral``, ``referral_pairs``.
    """

    population: Population | None = None
    gridded: Gridded | None = None
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
