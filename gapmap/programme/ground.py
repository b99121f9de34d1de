"""The ground: candidates in the order of their ids, where they belong, and who reaches them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from gapmap.access.stops import Ground as Travelled
from gapmap.access.trips import join, origins_of
from gapmap.catchment.costs import costs_between
from gapmap.errors import MethodError
from gapmap.facilities.home import home_of_points
from gapmap.siting.candidates import candidate_sites

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from gapmap.access import Access, Service
    from gapmap.location.value import Floats, Integers
    from gapmap.siting.candidates import CandidateSites

__all__ = ["Ground", "ground_of"]


@dataclass(frozen=True, slots=True)
class Ground:
    """Candidates and places, each in the order of their ids.

    Attributes
    ----------
    sites
        ``site_id``, ``name``, ``place_id`` (of a candidate at a place, else empty), ``geometry``.
    homes
        Where each belongs, as a facility there would.
    price
        Of each; None where no money is spoken of.
    block
        The service's rows of the access table, by place.
    way
        Sites x places: metres or minutes within the limit.
    serves
        Sites x places: 1 where the place is uncovered now.
    order
        Numbers of the places in the table of places.
    """

    sites: gpd.GeoDataFrame
    homes: pd.DataFrame
    price: Floats | None
    block: pd.DataFrame
    way: sparse.csr_array
    serves: sparse.csr_array
    order: Integers

    @property
    def people(self) -> Floats:
        """People by place, 0 where nobody knows."""
        people: Floats = np.nan_to_num(self.block["people"].to_numpy(dtype=float))
        return people

    @property
    def open_places(self) -> np.ndarray:
        """Say which places are uncovered now."""
        return np.asarray((self.block["status"] == "uncovered").to_numpy())

    def nearest(self, service: Service) -> Floats:
        """Give metres or minutes to the nearest facility now, inf without one."""
        column = "distance_m" if service.limit_unit == "m" else "minutes"
        told = self.block[column].to_numpy(dtype=float)
        return np.where(np.isnan(told), np.inf, told)


def ground_of(
    access: Access,
    service: Service,
    candidates: str | gpd.GeoDataFrame | CandidateSites,
    cost: float | None,
) -> Ground:
    """Find the candidates, what they belong to, and who reaches them within the limit."""
    places = access.places
    sites = candidate_sites(places, candidates, network=access.network, modes=[service.mode])
    price = _prices(sites, cost)
    ids = sites["site_id"].astype(object)
    sites = sites.assign(place_id=ids.where(ids.isin(set(places.table["place_id"])), ""))
    block = access.table[access.table["service"] == service.id].reset_index(drop=True)
    order = np.argsort(places.table["place_id"].to_numpy(dtype=str), kind="stable")
    block = block.iloc[order].reset_index(drop=True)
    origins = origins_of(places, Travelled(access.network, access.surface), service, {})
    found = costs_between(origins, join(sites, origins, service), service)
    way = sparse.csr_array(sparse.csr_array(found)[:, order])
    way.sort_indices()
    wanted = (block["status"] == "uncovered").to_numpy()[way.indices]
    starts = np.concatenate([[0], np.cumsum(wanted)])[way.indptr]
    ones = np.ones(int(wanted.sum()), dtype=np.int32)
    serves = sparse.csr_array((ones, way.indices[wanted], starts), shape=way.shape)
    homes = home_of_points(sites.geometry, sites["place_id"], places)
    return Ground(sites, homes, price, block, way, serves, order)


def _prices(sites: gpd.GeoDataFrame, cost: float | None) -> Floats | None:
    """Give each candidate's price: its own where it has one, else one for all.

    Raises
    ------
    MethodError
        A price is missing, below 0 or no number.
    """
    own = sites["cost"].to_numpy(dtype=float)
    if cost is None and np.isnan(own).all():
        return None
    prices = own if cost is None else np.where(np.isnan(own), float(cost), own)
    wrong = np.flatnonzero(~(prices >= 0) | ~np.isfinite(prices))
    if len(wrong):
        first, value = sites["site_id"].iloc[wrong[0]], prices[wrong[0]]
        raise MethodError(
            f"the cost of {len(wrong)} candidates is missing or below 0, such as {first}: {value}; "
            "give each a cost from 0 on",
            f"有 {len(wrong)} 个候选点的造价缺失或小于 0,如 {first}:{value};请为每个候选点给出造价",
        )
    return prices
