"""Sites: what would be proposed in a draw, by the same rule and among the same candidates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from gapmap import network as roads
from gapmap.access.stops import Ground, Stops
from gapmap.access.trips import join, origins_of
from gapmap.catchment.costs import costs_between
from gapmap.sensitivity.asked import positions
from gapmap.sensitivity.roads import gather
from gapmap.sensitivity.value import UNCOVERED
from gapmap.siting import choose, serves_whom

if TYPE_CHECKING:
    import pandas as pd
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
    number
        Of the service in access.
    xy, home
        Where the candidates stand; number of the place that a candidate stands at, and moves with,
        -1 for one that stands by itself and is exactly known.
    names, allowed
        Their ids, and how many may be chosen.
    joined
        Where candidates by themselves join the ways; None for services over a surface or straight.
    over_land
        Minutes or metres between candidates and places over a surface, found once, up to the
        highest limit and at the lowest speed; None for services by road or straight.
    """

    number: int
    service: Service
    xy: Floats
    home: Integers
    names: pd.Series
    allowed: float
    joined: Snap | None
    over_land: sparse.coo_array | None

    def chosen(
        self, model: Model, stand: Stand, outcome: Outcome, people: Floats, speed: float
    ) -> tuple[str, ...]:
        """Give the ids of the sites that would be proposed in a draw, best first."""
        service = outcome.services[self.number]
        if self.over_land is not None:
            costs = self._over_land(service, speed)
        else:
            costs = self._costs(model, stand, outcome, service)
        open_places = outcome.status[service.id] == UNCOVERED
        taken = choose(
            serves_whom(costs, open_places), people, open_places, self.names, self.allowed
        )
        ids = self.names.to_numpy(dtype=object)
        return tuple(f"{service.id}@{ids[site]}" for site, _ in taken)

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
    """Prepare to make a proposal anew; None where nobody says what it was chosen among."""
    candidates = proposal.candidates
    if candidates is None:
        return None
    ids = [one.id for one in model.access.services]
    number = ids.index(proposal.service)
    xy, names = positions(candidates), candidates["site_id"].reset_index(drop=True)
    places = model.access.places.table["place_id"].astype(str).tolist()
    at = dict(zip(places, range(len(places)), strict=True))
    home = np.array([at.get(name, -1) for name in names.astype(str)], dtype=np.int64)
    home[(home >= 0) & (xy != model.places[home]).any(axis=1)] = -1
    service = model.asked[number].service
    over_land = None
    if number in model.over_land:
        over_land = _over_land(model.access, proposal, service, assumptions)
    joined = None
    if any(number in numbers for numbers in model.by_road):
        assert model.access.network is not None  # noqa: S101 - the service goes by road
        joined = roads.snap(model.access.network, xy[home < 0], mode=service.mode)
    return Question(
        number=number,
        service=service,
        xy=xy,
        home=home,
        names=names,
        allowed=proposal.allowed,
        joined=joined,
        over_land=over_land,
    )


def _over_land(
    access: Access, proposal: Proposal, service: Service, assumptions: Assumptions
) -> sparse.coo_array:
    farthest = service.limit * (1 + assumptions.limit) / (1 - assumptions.speed)
    asked = replace(service, limit=farthest)
    origins = origins_of(access.places, Ground(access.network, access.surface), asked, {})
    return costs_between(origins, join(proposal.candidates, origins, asked), asked)
