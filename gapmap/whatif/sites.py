"""Sites: all that may be switched for a service, what there is and where more could be built."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from gapmap.facilities import add_facilities, facilities_at

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import pandas as pd

    from gapmap.facilities import Facilities
    from gapmap.places import Places
    from gapmap.siting import CandidateSites

__all__ = ["Sites", "letters", "sites_of"]

_LETTERS = {"yes": "y", "no": "n", "unknown": "u"}


@dataclass(frozen=True, slots=True)
class Sites:
    """All that may be switched for a service: first what there is, then where could be built.

    Attributes
    ----------
    table
        Like that of facilities, with ``cost`` besides; candidates as they would be once built,
        their id as a what-if calls them (``service@candidate``).
    existing
        How many of the first rows are facilities.
    counts
        For each date, whether each row counts then: ``yes``, ``no`` or ``unknown``; candidates do
        not.
    """

    table: gpd.GeoDataFrame
    existing: int
    counts: tuple[npt.NDArray[np.str_], ...]

    def steady(self) -> npt.NDArray[np.bool_]:
        """Say which serve on every one of the dates, and have a position."""
        always = np.logical_and.reduce([one == "yes" for one in self.counts])
        placed = self.table.geometry.notna().to_numpy()
        return np.asarray(always & placed & (self.table["qualifies"] == "yes").to_numpy())

    def at_cost(self, cost: float | None) -> Sites:
        """Give the same, candidates of unknown cost at this one."""
        if cost is None:
            return self
        price = self.table["cost"].to_numpy(dtype=float, copy=True)
        new = price[self.existing :]
        new[np.isnan(new)] = cost
        table = gpd.GeoDataFrame(self.table.assign(cost=price))
        return Sites(table, self.existing, self.counts)

    def only(self, keep: npt.NDArray[np.bool_]) -> Sites:
        """Give some of them."""
        return Sites(
            self.table[keep].reset_index(drop=True),
            int(keep[: self.existing].sum()),
            tuple(one[keep] for one in self.counts),
        )


def sites_of(
    service: str,
    facilities: Facilities,
    candidates: CandidateSites | None,
    places: Places,
    dates: Sequence[dt.date],
) -> Sites:
    """Gather them.

    Parameters
    ----------
    service
        Its id.
    facilities
        All of the study.
    candidates
        Where it could be built; None for nowhere.
    places
        What new ones would belong to.
    dates
        The days that are asked about.
    """
    there = facilities.table[facilities.table["service"] == service].reset_index(drop=True)
    alone = replace(facilities, table=gpd.GeoDataFrame(there, crs=facilities.table.crs))
    table, price = alone.table, np.full(len(there), np.nan)
    if candidates is not None and len(candidates.table):
        found = candidates.table
        is_place = found["site_id"].isin(places.table["place_id"])
        rows = gpd.GeoDataFrame(
            {
                "facility_id": service + "@" + found["site_id"],
                "facility": found["name"],
                "service": service,
                "place_id": found["site_id"].where(is_place, ""),
            },
            geometry=found.geometry.to_numpy(),
            crs=places.region.crs,
        )
        table = add_facilities(alone, rows, places).table
        price = np.concatenate([price, found["cost"].to_numpy(dtype=float)])
    new = len(table) - len(there)
    counts = [facilities_at(alone, date).table["counts"].to_numpy(dtype=object) for date in dates]
    return Sites(
        gpd.GeoDataFrame(table.assign(cost=price), geometry="geometry", crs=places.region.crs),
        len(there),
        tuple(np.concatenate([one, np.full(new, "no", dtype=object)]) for one in counts),
    )


def letters(states: npt.ArrayLike | pd.Series) -> str:
    """Give a letter for each ``yes``, ``no`` and ``unknown``."""
    return "".join(_LETTERS[str(one)] for one in np.asarray(states, dtype=object))
