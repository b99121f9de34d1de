"""The ground: candidates and places in the order of their ids, and who reaches what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from gapmap.access.reasons import pool_of, serving_of
from gapmap.access.stops import nearest_straight
from gapmap.facilities.home import home_of_points
from gapmap.programme.building import Ways
from gapmap.siting.asking import ask
from gapmap.siting.question import SiteQuestion

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from gapmap.access import Service
    from gapmap.assessment import Assessment
    from gapmap.location.value import Floats, Integers
    from gapmap.siting.asking import Asked
    from gapmap.siting.candidates import CandidateSites

__all__ = ["Ground", "ground_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Candidates and places, each in the order of their ids.

    Attributes
    ----------
    asked
        The question of where to build, without years.
    sites
        The candidates, with ``place_id`` (of a candidate at a place, else empty).
    homes
        Where each belongs, as a facility there would.
    way
        Sites x places: metres or minutes within the limit.
    serves
        Sites x places: 1 where the place is uncovered now.
    """

    asked: Asked
    sites: gpd.GeoDataFrame
    homes: pd.DataFrame
    way: sparse.csr_array
    serves: sparse.csr_array

    @property
    def service(self) -> Service:
        """Whose sites are planned."""
        return self.asked.service

    @property
    def block(self) -> pd.DataFrame:
        """The service's rows of the access table, by place."""
        return self.asked.block

    @property
    def price(self) -> Floats | None:
        """Of each candidate; None where no money is spoken of."""
        return self.asked.facts.price

    @property
    def people(self) -> Floats:
        """People by place, 0 where nobody knows."""
        return self.asked.facts.people

    @property
    def order(self) -> Integers:
        """Numbers of the places in their table."""
        return self.asked.ways.order

    def ways(self) -> Ways:
        """Give who goes how far before anything is built, and where the candidates lie."""
        standing = serving_of(pool_of(self.asked.access.facilities, self.service.id))
        known = standing.geometry[~standing.geometry.is_empty & standing.geometry.notna()]
        xy = self.sites.get_coordinates().to_numpy()
        apart_m, _ = nearest_straight(xy, known.get_coordinates().to_numpy())
        return Ways(self.way, self.asked.facts.present.copy(), self.people, xy, apart_m)


def ground_of(
    before: Assessment,
    service: str,
    candidates: str | gpd.GeoDataFrame | CandidateSites,
    cost: float | None,
) -> Ground:
    """Find the candidates, what they belong to, and who reaches them within the limit.

    Raises
    ------
    MethodError
        As :func:`gapmap.siting.asking.ask` does.
    """
    asked = ask(before, SiteQuestion(service=service, candidates=candidates, cost=cost))
    places = before.access.places
    ids = asked.sites["site_id"].astype(object)
    at_place = ids.where(ids.isin(set(places.table["place_id"])), "")
    sites = asked.sites.assign(place_id=at_place)
    way = sparse.csr_array(asked.within.T)
    way.sort_indices()
    wanted = asked.facts.uncovered[way.indices]
    starts = np.concatenate([[0], np.cumsum(wanted)])[way.indptr]
    ones = np.ones(int(wanted.sum()), dtype=np.int32)
    return Ground(
        asked=asked,
        sites=sites,
        homes=home_of_points(sites.geometry, sites["place_id"], places),
        way=way,
        serves=sparse.csr_array((ones, way.indices[wanted], starts), shape=way.shape),
    )
