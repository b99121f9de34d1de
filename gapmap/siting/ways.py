"""Ways: what it takes from the places to some sites, keeping only the pairs that matter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import sparse

from gapmap.access.stops import Ground
from gapmap.access.trips import join, origins_of, travel
from gapmap.catchment.costs import costs_between

if TYPE_CHECKING:
    import geopandas as gpd

    from gapmap.access import Access, Service
    from gapmap.access.stops import Stops
    from gapmap.location.value import Floats, Integers

__all__ = ["Ways", "farthest_of", "less_than", "places_by_sites", "ways_of"]

_TIMES_THE_LIMIT: Final = 10
_AT_ONCE: Final = 500  # sites whose ways are looked for together where few are kept


@dataclass(frozen=True, slots=True)
class Ways:
    """Where a search for ways sets out from.

    Attributes
    ----------
    origins
        The places on their ground, in the order of their table.
    service
        Mode, speed and limit.
    order
        In which order they are told.
    """

    origins: Stops
    service: Service
    order: Integers

    def within(self, sites: gpd.GeoDataFrame) -> sparse.csr_array:
        """Find places x sites within the limit: metres or minutes."""
        there = join(sites, self.origins, self.service)
        return places_by_sites(costs_between(self.origins, there, self.service), self.order)

    def nearer(self, sites: gpd.GeoDataFrame, bound: Floats) -> sparse.csr_array:
        """Find places x sites that are nearer than a bound for each place, whatever the limit."""
        if not len(sites) or not (bound > 0).any():
            return sparse.csr_array((len(bound), len(sites)))
        asked = replace(self, service=replace(self.service, limit=float(bound.max())))
        parts = [
            less_than(asked.within(sites.iloc[start : start + _AT_ONCE]), bound)
            for start in range(0, len(sites), _AT_ONCE)
        ]
        found = sparse.csr_array(sparse.hstack(parts, format="csr"))
        found.sort_indices()
        return found

    def nearest(self, sites: gpd.GeoDataFrame) -> tuple[Integers, Floats]:
        """Give the nearest site to each place, and how far it is; -1 and inf for none."""
        trip = travel(self.origins, join(sites, self.origins, self.service), self.service)
        way = np.asarray(trip.distance_m if self.service.limit_unit == "m" else trip.minutes)
        way, target = way[self.order], np.asarray(trip.target)[self.order]
        known = np.isfinite(way)
        return np.where(known, target, -1).astype(np.int64), np.where(known, way, np.inf)


def ways_of(access: Access, service: Service, order: Integers) -> Ways:
    """Set out from the places of a state for a service."""
    ground = Ground(access.network, access.surface)
    return Ways(origins_of(access.places, ground, service, {}), service, order)


def places_by_sites(costs: sparse.coo_array, order: Integers) -> sparse.csr_array:
    """Turn sites x places into places x sites, the places in another order."""
    site, place = costs.coords
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(len(order))
    found = sparse.csr_array((costs.data, (number[place], site)), shape=costs.shape[::-1])
    found.sort_indices()
    return found


def farthest_of(present: Floats, service: Service) -> float:
    """Give how far anybody goes now; ten times the limit where nobody goes anywhere."""
    known = present[np.isfinite(present)]
    return float(known.max()) if len(known) else _TIMES_THE_LIMIT * service.limit


def less_than(found: sparse.csr_array, bound: Floats) -> sparse.csr_array:
    """Keep the pairs of places x sites that are nearer than a bound for each place."""
    keep = found.data < np.repeat(bound, np.diff(found.indptr))
    starts = np.concatenate([[0], np.cumsum(keep)])[found.indptr]
    return sparse.csr_array((found.data[keep], found.indices[keep], starts), shape=found.shape)
