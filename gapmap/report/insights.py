"""Insights: what the further analyses of a run found, each for its own tables and section."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gapmap.report.detours import detour_content
from gapmap.report.kinds import kinds_content
from gapmap.report.progress import progress_content
from gapmap.report.supplied import supply_content
from gapmap.report.sure import sure_content

if TYPE_CHECKING:
    import pandas as pd

    from gapmap.catchment import Supply
    from gapmap.detour import Detours
    from gapmap.sensitivity import Varied
    from gapmap.series import Series
    from gapmap.typology import GapKinds

__all__ = ["Insights"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Insights:
    """What the further analyses of a run found.

    Each of them is a field, None where a run has none of it; its tables and what its section
    shows are listed below.

    Attributes
    ----------
    detours
        Straight lines against roads.
    supply
        What facilities have for those who share them.
    series
        The study at several dates.
    kinds
        Places that lack a service, by kind of gap.
    varied
        How far the figures move in repeated draws.
    """

    detours: Detours | None = None
    supply: Supply | None = None
    series: Series | None = None
    kinds: GapKinds | None = None
    varied: Varied | None = None

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give the tables by the name of their file without its ending.

        A title stands in ``words.toml`` for each table and for each of their columns.
        """
        made: dict[str, pd.DataFrame] = {}
        if self.series is not None:
            made |= self.series.tables()
        if self.detours is not None:
            made["detours"] = self.detours.table
        if self.supply is not None:
            made |= self.supply.tables()
        if self.kinds is not None:
            held = self.kinds
            made |= {"typology": held.places, "kinds": held.kinds, "clusters": held.clusters}
        if self.varied is not None:
            made |= self.varied.tables()
        return made

    def content(self) -> dict[str, object]:
        """Give what each section shows, fit for JSON, by the section's id."""
        made: dict[str, object] = {}
        if self.detours is not None:
            made["detour"] = detour_content(self.detours)
        if self.supply is not None:
            made["supply"] = supply_content(self.supply)
        if self.series is not None:
            made["progress"] = progress_content(self.series)
        if self.kinds is not None:
            made["kinds"] = kinds_content(self.kinds)
        if self.varied is not None:
            made["sure"] = sure_content(self.varied)
        return made
