"""Sites: what would be proposed in a draw, by the same question and among the same candidates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from gapmap import network as roads
from gapmap.access.stops import Ground, Stops
from gapmap.access.trips import join, origins_of
from gapmap.catchment.costs import costs_between
from gapmap.location.solving import quickly
from gapmap.sensitivity.asked import positions
from gapmap.sensitivity.roads import gather
from gapmap.sensitivity.value import COVERED, UNCOVERED
from gapmap.siting import SiteQuestion
from gapmap.siting.answering import sites_for
from gapmap.siting.asking import districts_of, least_groups, price_of
from gapmap.siting.posing import Facts
from gapmap.siting.ways import farthest_of, less_than, places_by_sites

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from gapmap.access import Access, Service
    from gapmap.network import Snap
    from gapmap.sensitivity.assumptions import Assumptions
    from gapmap.sensitivity.model import Model, Outcome, Stand
    from gapmap.siting import Proposal

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["Question", "question_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One proposal, to be made anew in every draw.

    Attributes
    ----------
    asked
        What is asked.
    number
        Of the service in access.
    xy, home
        Where the candidates stand; number of the place that a candidate stands at, and moves with,
        -1 for one that stands by itself and is exactly known.
    names, proposed
        Their ids, and the numbers of those that are proposed.
    order
        The places by their ids.
    fixed_facts
        Those of the facts that no draw changes.
    joined
        Where candidates by themselves join the ways; None for services over a surface or straight.
    over_land
        Minutes or metres between candidates and places over a surface, found once, up to the
        highest limit and at the lowest speed; None for services by road or straight.
    """

    asked: SiteQuestion
    number: int
    service: Service
    xy: Floats
    home: Integers
    names: NDArray[np.object_]
    proposed: Integers
    order: Integers
    fixed_facts: Mapping[str, Any]
    joined: Snap | None
    over_land: sparse.coo_array | None

    def chosen(
        self, model: Model, stand: Stand, outcome: Outcome, people: Floats, speed: float
    ) -> tuple[str, ...]:
        """Give the ids of the sites that would be proposed in a draw, by good heuristics.

        A proposed site is among them also where another one is chosen that reaches the very same
        uncovered places in this draw: which of two alike is taken is chance.
        """
        service = outcome.services[self.number]
        status = outcome.status[service.id][self.order]
        present = outcome.value[service.id][self.order]
        present = np.where(np.isnan(present), np.inf, present)
        reach, farthest = self._reach(model, stand, outcome, service, present, speed)
        facts = Facts(
            reach=reach,
            people=np.nan_to_num(people[self.order]),
            covered=status == COVERED,
            uncovered=status == UNCOVERED,
            present=present,
            inhabited=people[self.order] != 0,
            farthest=farthest,
            **self.fixed_facts,
        )
        sites = sites_for(self.asked, facts, quickly)
        sites = np.union1d(sites, self._alike(facts, sites))
        return tuple(f"{service.id}@{self.names[site]}" for site in sites)

    def _alike(self, facts: Facts, sites: Integers) -> Integers:
        """Give the proposed sites that reach the same uncovered places as a chosen one."""
        reach = sparse.csc_array(facts.reach[np.flatnonzero(facts.uncovered)])
        reach.sort_indices()

        def reached(site: int) -> bytes:
            return bytes(reach.indices[reach.indptr[site] : reach.indptr[site + 1]].tobytes())

        held = {reached(site) for site in sites.tolist()} - {b""}
        alike = [site for site in self.proposed.tolist() if reached(site) in held]
        return np.array(alike, dtype=np.int64)

    def _reach(
        self,
        model: Model,
        stand: Stand,
        outcome: Outcome,
        service: Service,
        present: Floats,
        speed: float,
    ) -> tuple[sparse.csr_array, float]:
        """Give places x candidates within the limit; for ways all that are nearer than now."""
        if self.over_land is not None:
            return places_by_sites(self._over_land(service, speed), self.order), np.inf
        if not self.asked.by_way:
            costs = self._costs(model, stand, outcome, service)
            return places_by_sites(costs, self.order), np.inf
        farthest = self.asked.farthest or farthest_of(present, service)
        bound = np.minimum(present, farthest)
        asked = replace(service, limit=float(bound.max(initial=0.0)))
        found = places_by_sites(self._costs(model, stand, outcome, asked), self.order)
        return less_than(found, bound), farthest

    def _costs(
        self, model: Model, stand: Stand, outcome: Outcome, service: Service
    ) -> sparse.coo_array:
        xy = np.where(self.home[:, None] >= 0, stand.places[self.home], self.xy)
        if self.number in model.straight:
            return costs_between(Stops(stand.places), Stops(xy), service)
        network = outcome.network
        assert network is not None  # noqa: S101 - the service goes by road
        at = next(at for at, numbers in enumerate(model.by_road) if self.number in numbers)
        here = stand.joined[at][0]
        assert self.joined is not None  # noqa: S101 - as above
        own = np.cumsum(self.home < 0) - 1 + len(here)
        there = gather(here, self.joined, np.where(self.home < 0, own, self.home))
        return costs_between(Stops(stand.places, here, network), Stops(xy, there, network), service)

    def _over_land(self, service: Service, speed: float) -> sparse.coo_array:
        assert self.over_land is not None  # noqa: S101 - the caller has looked
        cost = self.over_land.data / (speed if service.limit_unit == "minutes" else 1.0)
        near = cost <= service.limit + roads.SLACK
        site, place = (ends[near] for ends in self.over_land.coords)
        return sparse.coo_array((cost[near], (site, place)), shape=self.over_land.shape)


def question_of(model: Model, proposal: Proposal, assumptions: Assumptions) -> Question | None:
    """Prepare to make a proposal anew; None for one that cannot be.

    That is one that does not say what it was chosen among; one for which existing facilities are
    told apart (backup coverage, closing); one of services that share sites; and one that compares
    ways over a surface.
    """
    candidates, access = proposal.candidates, model.access
    if candidates is None or proposal.objective == "shared":
        return None
    asked = proposal.question or _as_question(proposal)
    number = [one.id for one in access.services].index(proposal.service)
    if asked.copies > 1 or asked.closing_cost is not None:
        return None
    if asked.by_way and number in model.over_land:
        return None
    xy, names = positions(candidates), candidates["site_id"].astype(str).to_numpy(dtype=object)
    places = access.places.table["place_id"].astype(str)
    at = {name: k for k, name in enumerate(places)}
    home = np.array([at.get(name, -1) for name in names], dtype=np.int64)
    home[(home >= 0) & (xy != model.places[home]).any(axis=1)] = -1
    service = model.asked[number].service
    over_land = joined = None
    if number in model.over_land:
        over_land = _over_land(access, proposal, service, assumptions)
    if any(number in numbers for numbers in model.by_road):
        assert access.network is not None  # noqa: S101 - the service goes by road
        joined = roads.snap(access.network, xy[home < 0], mode=service.mode)
    order = np.argsort(places.to_numpy(dtype=str), kind="stable")
    own = set(proposal.sites["site_id"])
    return Question(
        asked=asked,
        number=number,
        service=service,
        xy=xy,
        home=home,
        names=names,
        proposed=np.flatnonzero([f"{service.id}@{name}" in own for name in names]),
        order=order,
        fixed_facts=_fixed_facts(access, asked, proposal, order),
        joined=joined,
        over_land=over_land,
    )


def _as_question(proposal: Proposal) -> SiteQuestion:
    """Ask for as many sites as were allowed, where a proposal does not say what it was asked."""
    count = int(proposal.allowed) if np.isfinite(proposal.allowed) else None
    return SiteQuestion(service=proposal.service, count=count)


def _fixed_facts(
    access: Access, asked: SiteQuestion, proposal: Proposal, order: Integers
) -> dict[str, Any]:
    region, candidates = access.places.region, proposal.candidates
    return {
        "price": price_of(candidates, asked),
        "site_groups": least_groups(region, asked, candidates),
        **districts_of(region, access.places.table.iloc[order]),
    }


def _over_land(
    access: Access, proposal: Proposal, service: Service, assumptions: Assumptions
) -> sparse.coo_array:
    farthest = service.limit * (1 + assumptions.limit) / (1 - assumptions.speed)
    asked = replace(service, limit=farthest)
    origins = origins_of(access.places, Ground(access.network, access.surface), asked, {})
    return costs_between(origins, join(proposal.candidates, origins, asked), asked)
