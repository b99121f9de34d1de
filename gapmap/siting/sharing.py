"""Several services on one site: what is built where, at a joint cost."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy import sparse

from gapmap.errors import MethodError
from gapmap.location import Problem, solve_problem
from gapmap.siting.after import after
from gapmap.siting.asking import ask
from gapmap.siting.candidates import CandidateSites, candidate_sites
from gapmap.siting.doubts import about_need, not_proven
from gapmap.siting.ordering import credits_in_turn
from gapmap.siting.question import SiteQuestion, service_of
from gapmap.siting.telling import left_out_of, served_of, sites_of
from gapmap.siting.value import Proposal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from gapmap.access import Service
    from gapmap.assessment import Assessment
    from gapmap.findings import Finding
    from gapmap.location import Choice
    from gapmap.location.value import Floats, Integers
    from gapmap.siting.asking import Asked

__all__ = ["SharedProposal", "propose_shared"]

_MOST: Final = 4
"""Services that may share: every set of them is an option, and four have fifteen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedProposal:
    """Sites for several services, some of them together on one.

    Attributes
    ----------
    proposals
        One for each service, in the order asked. Sites have the rank of the whole, so that one that
        several share has one rank; ``cost`` is the service's part of what the site costs, by what
        each would cost alone; ``shared_with`` names the other services there and ``site_cost`` is
        what the whole site costs. All have the same state after.
    choice
        The answer for all: the value is people newly covered, added up over services; without count
        and budget what the sites cost. Its sites are numbers of options.
    cost
        What all sites cost.
    findings
        What has to be told.
    """

    proposals: tuple[Proposal, ...]
    choice: Choice
    cost: float
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Options:
    """What may be built: every set of services that is worth its price, at every candidate.

    Attributes
    ----------
    sets
        Numbers of services of each kind of option.
    price
        Of each kind.
    sites
        How many candidates there are; option ``kind * sites + site`` is a kind at a site.
    """

    sets: tuple[tuple[int, ...], ...]
    price: Floats
    sites: int

    def price_of(self, services: tuple[int, ...]) -> float:
        """Give the least price of an option with these services."""
        return float(
            min(
                price
                for one, price in zip(self.sets, self.price.tolist(), strict=True)
                if set(services) <= set(one)
            )
        )


def propose_shared(  # noqa: PLR0913 - the question has seven parts besides the assessment
    assessment: Assessment,
    *,
    services: Sequence[str],
    costs: Mapping[str, float],
    cost: float,
    count: int | None = None,
    budget: float | None = None,
    candidates: str | gpd.GeoDataFrame | CandidateSites = "places",
    seconds: float = 60.0,
) -> SharedProposal:
    """Propose sites for several services that may stand together, such as a service centre.

    At every site one service, some, or all may be built. All together cost ``cost``; some cost what
    they would cost one by one, or as much as all where that is less. Chosen are the sites with the
    most people newly covered, added up over services; without count and budget, the cheapest that
    cover everybody whom a candidate can cover. What a site would build for nobody is left out.

    Parameters
    ----------
    assessment
        The state before building.
    services
        Ids of two to four measured services.
    costs
        What each costs on a site of its own.
    cost
        What all cost together on one site.
    count
        How many sites at most, whatever stands on them.
    budget
        Money in all.
    candidates
        As in :func:`gapmap.propose_sites`.
    seconds
        Time limit of the search for the best answer.

    Raises
    ------
    MethodError
        For services that are not measured, costs that are missing or negative, a count below 1, and
        a budget below the cheapest.
    """
    _check(services, costs, cost, count, budget)
    asked = _ask_each(assessment, services, candidates)
    options = _options([costs[one] for one in services], cost, len(asked[0].sites))
    _check_budget(options, services, budget)
    choice = _solve(asked, options, count, budget, seconds)
    asked = [
        replace(one, question=replace(one.question, count=count, budget=budget, seconds=seconds))
        for one in asked
    ]
    return _told(assessment, asked, options, choice, costs)


def _check(
    services: Sequence[str],
    costs: Mapping[str, float],
    cost: float,
    count: int | None,
    budget: float | None,
) -> None:
    if len(set(services)) != len(services) or not 1 < len(services) <= _MOST:
        raise MethodError(
            f"services are {', '.join(services) or '-'}; name two to {_MOST} different ones",
            f"services 为 {'、'.join(services) or '-'};请列出两至四项不同的服务",
        )
    for one in services:
        if one not in costs:
            raise MethodError(
                f"costs lacks {one}: say what it costs on a site of its own",
                f"costs 缺少 {one}:请给出其单独建设的造价",
            )
    for name, value in (*((one, costs[one]) for one in services), ("cost", cost)):
        if not (value >= 0 and np.isfinite(value)):
            raise MethodError(
                f"the cost of {name} is {value}; give an amount of money from 0 on",
                f"{name} 的造价为 {value};请给出不小于 0 的金额",
            )
    if (count is not None and count < 1) or (budget is not None and not budget >= 0):
        raise MethodError(
            f"count {count} and budget {budget} allow no site; raise them",
            f"数量 {count}、预算 {budget} 连一处也建不了;请提高",
        )


def _ask_each(
    assessment: Assessment,
    services: Sequence[str],
    candidates: str | gpd.GeoDataFrame | CandidateSites,
) -> list[Asked]:
    """Ask for each service among the same candidates."""
    access = assessment.access
    modes = [service_of(access, one).mode for one in services]
    table = candidate_sites(access.places, candidates, network=access.network, modes=modes)
    if isinstance(candidates, CandidateSites):
        shared = replace(candidates, table=table.assign(cost=np.nan))
    else:
        shared = CandidateSites(table=table.assign(cost=np.nan))
    return [ask(assessment, SiteQuestion(service=one, candidates=shared)) for one in services]


def _options(costs: Sequence[float], cost: float, sites: int) -> _Options:
    """Give every set of services with its price; none that costs as much as a larger one."""
    numbers = range(len(costs))
    every = [one for size in numbers for one in itertools.combinations(numbers, size + 1)]
    whole = min(cost, sum(costs))
    price = {one: min(sum(costs[k] for k in one), whole) for one in every}
    kept = [
        one
        for one in every
        if not any(set(one) < set(other) and price[other] <= price[one] for other in every)
    ]
    return _Options(tuple(kept), np.array([price[one] for one in kept]), sites)


def _check_budget(options: _Options, services: Sequence[str], budget: float | None) -> None:
    if budget is None or options.price.min() <= budget:
        return
    cheapest = options.sets[int(options.price.argmin())]
    names = [services[k] for k in cheapest]
    raise MethodError(
        f"budget {budget:,.0f} pays for no site: the cheapest ({', '.join(names)}) costs "
        f"{options.price.min():,.0f}; raise the budget",
        f"预算 {budget:,.0f} 不足以建任何一处:最便宜的({'、'.join(names)})造价"
        f" {options.price.min():,.0f};请增加预算",
    )


def _solve(
    asked: Sequence[Asked],
    options: _Options,
    count: int | None,
    budget: float | None,
    seconds: float,
) -> Choice:
    """Solve for all services at once: rows are service and place, columns options."""
    limited = count is not None or budget is not None
    reach = [sparse.csr_array(one.within[one.facts.uncovered]) for one in asked]
    rows = [
        sparse.hstack(
            [part if number in kind else sparse.csr_array(part.shape) for kind in options.sets]
        )
        for number, part in enumerate(reach)
    ]
    cost = sparse.csr_array(sparse.vstack(rows, format="csr"))
    cost.sort_indices()
    people = np.concatenate([one.facts.people[one.facts.uncovered] for one in asked])
    return solve_problem(
        Problem(
            cost=cost,
            people=people if limited else np.ones(len(people)),
            objective="people" if limited else "fewest",
            count=count,
            budget=budget,
            site_cost=np.repeat(options.price, options.sites),
            seconds=seconds,
        )
    )


def _built(asked: Sequence[Asked], options: _Options, choice: Choice) -> dict[int, tuple[int, ...]]:
    """Give the sites in the order of building, each with the services that serve somebody there.

    First the one that gains most people, added up over services, beside those before it; then most
    places, then the lowest id. A service that is first for no place at a site is not built there.
    """
    on_site: dict[int, set[int]] = {}
    for option in choice.sites.tolist():
        kind, site = divmod(option, options.sites)
        on_site.setdefault(site, set()).update(options.sets[kind])
    columns = [sparse.csc_array(one.within) for one in asked]
    still_open = [one.facts.uncovered.copy() for one in asked]

    def gained(site: int, number: int) -> Integers:
        held = columns[number]
        reached = held.indices[held.indptr[site] : held.indptr[site + 1]]
        return np.asarray(reached[still_open[number][reached]])

    def gain(site: int) -> tuple[float, int, int]:
        places = {k: gained(site, k) for k in on_site[site]}
        people = sum(float(asked[k].facts.people[places[k]].sum()) for k in places)
        return -round(people, 6), -sum(len(one) for one in places.values()), site

    built: dict[int, tuple[int, ...]] = {}
    while on_site:
        site = min(on_site, key=gain)
        serving = tuple(k for k in sorted(on_site.pop(site)) if len(gained(site, k)))
        for number in serving:
            still_open[number][gained(site, number)] = False
        if serving:
            built[site] = serving
    return built


def _told(
    assessment: Assessment,
    asked: Sequence[Asked],
    options: _Options,
    choice: Choice,
    costs: Mapping[str, float],
) -> SharedProposal:
    """Tell the answer service by service."""
    built = _built(asked, options, choice)
    told = []
    for number, one in enumerate(asked):
        turn = np.array([site for site, held in built.items() if number in held], dtype=np.int64)
        credited = credits_in_turn(one, turn)
        served = served_of(one, credited)
        sites = sites_of(one, credited, served, {}).assign(proven=choice.proven)
        told.append((_shared(sites, number, asked, (built, options), costs), served))
    every = pd.concat([sites for sites, _ in told], ignore_index=True)
    later = after(assessment, every, [one.service.id for one in asked])
    proposals = tuple(
        Proposal(
            sites=sites,
            service=one.service.id,
            before=assessment,
            after=later,
            candidates=one.sites,
            allowed=float(len(sites)),
            objective="shared",
            choice=choice,
            question=one.question,
            served=served,
            left_out=left_out_of(one, later.access),
            excluded=one.excluded.assign(service=one.service.id),
        )
        for one, (sites, served) in zip(asked, told, strict=True)
    )
    cost = sum(options.price_of(held) for held in built.values())
    findings = [told for one in asked for told in about_need(one)]
    if not choice.proven:
        names = " + ".join(one.service.id for one in asked)
        findings.append(not_proven(choice, names, asked[0].question.seconds))
    return SharedProposal(
        proposals=proposals, choice=choice, cost=float(cost), findings=tuple(findings)
    )


def _shared(
    sites: gpd.GeoDataFrame,
    number: int,
    asked: Sequence[Asked],
    plan: tuple[dict[int, tuple[int, ...]], _Options],
    costs: Mapping[str, float],
) -> gpd.GeoDataFrame:
    """Add what stands beside a service on its sites, and its part of what that costs."""
    built, options = plan
    names = [one.service.id for one in asked]
    table = sites.reset_index(drop=True)
    here = [(rank, held) for rank, held in enumerate(built.values(), 1) if number in held]
    for row, (rank, held) in enumerate(here):
        price, alone = options.price_of(held), sum(costs[names[k]] for k in held)
        part = costs[names[number]] / alone if alone > 0 else 1 / len(held)
        others = [k for k in held if k != number]
        table.loc[row, "rank"] = rank
        table.loc[row, "cost"] = price * part
        table.loc[row, "site_cost"] = price
        table.loc[row, "shared_with"] = "、".join(names[k] for k in others)
        en, zh = _together([asked[k].service for k in others], price, alone)
        table.loc[row, "reason"] += en
        table.loc[row, "reason_zh"] += zh
    return table.reindex(columns=[*sites.columns, "shared_with", "site_cost"])


def _together(others: Sequence[Service], price: float, alone: float) -> tuple[str, str]:
    if not others:
        return "", ""
    names_en = ", ".join(one.name.get("en", one.id) for one in others)
    names_zh = "、".join(one.name.get("zh", one.id) for one in others)
    return (
        f"; together with {names_en}, {price:,.0f} in all instead of {alone:,.0f} apart",
        f";与{names_zh}合建,共 {price:,.0f},分建须 {alone:,.0f}",
    )
