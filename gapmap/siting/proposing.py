"""Where to build next: the best sites for a service, with their proof, and who gains by them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from gapmap.errors import MethodError
from gapmap.siting.after import after
from gapmap.siting.answering import answer
from gapmap.siting.asking import ask
from gapmap.siting.doubts import doubts_of
from gapmap.siting.exchanging import alternatives_to
from gapmap.siting.ordering import credits_of
from gapmap.siting.question import SiteQuestion
from gapmap.siting.telling import left_out_of, served_of, sites_of
from gapmap.siting.value import Proposal

if TYPE_CHECKING:
    import geopandas as gpd

    from gapmap.assessment import Assessment
    from gapmap.siting.answering import Answer
    from gapmap.siting.asking import Asked
    from gapmap.siting.candidates import CandidateSites

__all__ = ["propose", "propose_sites"]


def propose_sites(  # noqa: PLR0913 - the usual question has six parts besides the assessment
    assessment: Assessment,
    *,
    service: str | None = None,
    count: int | None = None,
    budget: float | None = None,
    cost: float | None = None,
    candidates: str | gpd.GeoDataFrame | CandidateSites = "places",
    objective: str = "people",
    seconds: float = 60.0,
    question: SiteQuestion | None = None,
) -> Proposal:
    """Propose where to build next for one service.

    Existing facilities stay, and whom they serve is served. The sites are the best there are, by
    exact methods, and the proposal says whether that is proven; where the time is up before, it
    says how much better any others can be at most.

    Parameters
    ----------
    assessment
        The state before building.
    service
        Id of a measured service.
    count
        How many sites at most; without it ``budget`` decides, without both as few as cover
        everybody whom a candidate can cover.
    budget, cost
        Money in all and for one site, in one currency. Candidates may have a column ``cost``.
    candidates
        ``places`` (every place with a position), ``grid:500`` (a grid of that many metres within
        the districts), ``roads:500``, or points with ``site_id`` and ``name``.
    objective
        ``people``, ``fewest``, ``distance``, ``worst`` or ``worst_first``, see
        :class:`gapmap.siting.SiteQuestion`.
    seconds
        Time limit of the search for the best answer.
    question
        The whole question, instead of all of these: with it one may also ask for backup coverage,
        capacities, a least number by district, or close facilities.

    Returns
    -------
    Proposal
        Fewer sites than asked for where further ones would serve nobody.

    Raises
    ------
    MethodError
        For an unknown service or objective, a budget without costs or below the cheapest site, and
        whatever else cannot be meant.

    Examples
    --------
    >>> import gapmap as gm
    >>> question = gm.siting.SiteQuestion(service="clinic", count=2, copies=2)
    >>> question.objective
    'people'
    """
    if question is None:
        if service is None:
            raise MethodError("name the service to propose sites for", "请指明为哪项服务选址")
        question = SiteQuestion(
            service=service,
            objective=objective,
            count=count,
            budget=budget,
            cost=cost,
            candidates=candidates,
            seconds=seconds,
        )
    return propose(ask(assessment, question))


def propose(asked: Asked) -> Proposal:
    """Answer a question that is posed, and tell the answer."""
    found = answer(asked)
    credited = credits_of(asked, found.new)
    served = served_of(asked, credited)
    instead = alternatives_to(asked, found.new, found.closed)
    sites = sites_of(asked, credited, served, instead).assign(proven=found.choice.proven)
    closed = _closed(asked, found)
    gone = () if closed is None else tuple(closed["facility_id"])
    later = after(asked.assessment, sites, [asked.service.id], closed=gone)
    return Proposal(
        sites=sites,
        service=asked.service.id,
        before=asked.assessment,
        after=later,
        candidates=asked.sites,
        allowed=_allowed(asked),
        objective=found.objective,
        choice=found.choice,
        served=served,
        left_out=left_out_of(asked, later.access),
        closed=closed,
        excluded=asked.excluded.assign(service=asked.service.id),
        findings=doubts_of(asked, found, served),
        question=asked.question,
    )


def _closed(asked: Asked, found: Answer) -> gpd.GeoDataFrame | None:
    if asked.question.closing_cost is None:
        return None
    closed = asked.existing.iloc[found.closed].reset_index(drop=True)
    closed["cost"] = float(asked.question.closing_cost)
    return closed[["facility_id", "facility", "cost", "geometry"]]


def _allowed(asked: Asked) -> float:
    """Give how many sites could be chosen at most."""
    question, price = asked.question, asked.facts.price
    allowed = math.inf if question.count is None else float(question.count)
    if question.budget is not None and price is not None and len(price):
        cheapest = np.sort(price).cumsum()
        within = np.searchsorted(cheapest, question.budget * (1 + 1e-9), side="right")
        allowed = min(allowed, float(within))
    return allowed
