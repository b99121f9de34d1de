"""The verb: plan what is built in which year."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gapmap.access import measure_access
from gapmap.assessment.coverage import coverage_of
from gapmap.errors import MethodError
from gapmap.facilities import facilities_at
from gapmap.findings import finding
from gapmap.location import Choice
from gapmap.programme.building import built_of
from gapmap.programme.conditions import Asks, asks_of, conditions_of
from gapmap.programme.ground import Ground, ground_of
from gapmap.programme.ladder import Answer, answer
from gapmap.programme.question import Question
from gapmap.programme.start import (
    end_of,
    frozen,
    start_of,
    state_at,
    targets_about,
    told_of_start,
)
from gapmap.programme.telling import curve_of, sites_of, years_of
from gapmap.programme.told_targets import targets_of
from gapmap.programme.unmet import unmet_of
from gapmap.programme.value import Programme, Year
from gapmap.programme.years import Timing, timing_of
from gapmap.siting import Proposal
from gapmap.siting.after import after, built_among
from gapmap.siting.question import service_of
from gapmap.siting.telling import left_out_of
from gapmap.targets import evaluate_targets, scene_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    import geopandas as gpd
    import pandas as pd

    from gapmap.access import Access, Service
    from gapmap.assessment import Assessment
    from gapmap.findings import Finding
    from gapmap.location.value import Integers
    from gapmap.plan import Target
    from gapmap.programme.building import Built
    from gapmap.programme.question import Condition
    from gapmap.siting.candidates import CandidateSites

__all__ = ["plan_programme"]


def plan_programme(  # noqa: PLR0913 - the question has eight parts besides the assessment
    assessment: Assessment,
    *,
    service: str,
    years: Sequence[Year],
    cost: float | None = None,
    candidates: str | gpd.GeoDataFrame | CandidateSites = "places",
    targets: Sequence[str] = (),
    start: dt.date | None = None,
    seconds: float = 60.0,
) -> Programme:
    """Plan what is built in which year, for one service.

    Of all programmes that the years allow, that is taken which misses the targets named as little
    as possible; of these the one that covers the most people after the last year; of these the
    cheapest (of the fewest sites where no cost is given); of these the one that covers most people
    early, summed over the ends of the years. Each step is proven, or says how far it may be off.

    Parameters
    ----------
    assessment
        The state, and the plan whose targets are meant.
    service
        Id of a measured service.
    years
        What each year allows, in order. A count holds for its year alone; money that is not spent
        is carried into the next year.
    cost
        Of one site, in the budget's currency.
    candidates
        As in :func:`gapmap.propose_sites`; a column ``cost`` goes before ``cost``.
    targets
        Ids of targets that have to be held: ``count`` and ``trend`` (so many facilities in the
        scope), ``presence`` and ``share`` (areas that have one), ``access`` (a share of places or
        people within the limit). A target due after the last year is held by its end.
    start
        The state before the first year is that of this date; by default the study's own date, or
        the last day of the year before the first, whichever is earlier. A start before the study's
        date looks back and asks what should have been built: facilities that opened since are left
        out, and ``proposal.before`` and ``proposal.after`` tell this service and its targets alone.
    seconds
        Time limit; the best programme found by then is given with its bound.

    Returns
    -------
    Programme
        Sites with their year, coverage after each year, the curve, and what cannot be held.

    Raises
    ------
    MethodError
        For an unknown service or target, years that are not in order or allow nothing, a budget
        without a cost, a cost below 0, a start after the study's date.
    """
    timing = timing_of(years)
    wanted = service_of(assessment.access, service)
    held = asks_of(assessment.plan, service, targets)
    begin = start_of(assessment, timing.years, start)
    before = state_at(assessment, begin, wanted)
    ground = ground_of(before, service, candidates, cost)
    _check_money(timing, ground)
    asks = _asks(before, service, ground, timing)
    question = Question(
        serves=ground.serves,
        people=ground.people,
        price=ground.price,
        timing=timing,
        conditions=_in_order(conditions_of(asks, held) if asks else (), ground),
        seconds=seconds,
    )
    found = answer(question)
    built = built_of(question, found, ground.ways())
    sites, served = sites_of(ground, built, timing, found.kind)
    states, later = _states(before, sites, wanted, timing)
    proposal = _proposal((before, later), ground, built, (sites, served), (timing, found))
    findings = told_of_start(assessment, begin, service, end_of(timing.years[-1]))
    findings += _told(asks, held, question, found)
    return Programme(
        proposal=replace(proposal, findings=tuple(findings)),
        years=years_of(states, sites, timing, found, service),
        curve=curve_of(sites, states[0], service),
        targets=targets_of(asks, proposal.after, held, question, found),
        unmet=unmet_of(question, found, built, ground, wanted),
        feasible=not (found.missed > 0).any(),
        findings=tuple(findings),
    )


def _check_money(timing: Timing, ground: Ground) -> None:
    """Refuse budgets without a price, and years that together allow not one site."""
    money = np.isfinite(timing.money).all()
    if money and ground.price is None:
        raise MethodError(
            "years with a budget need the cost of one site", "年份有预算时须给出单点造价"
        )
    cheapest = 0.0 if ground.price is None or not len(ground.price) else float(ground.price.min())
    if timing.counts.sum() < 1 or (money and timing.money[-1] < cheapest):
        raise MethodError(
            "the years together allow no site: raise a count or a budget",
            "各年合计连一个点也建不了;请提高数量或预算",
        )


def _asks(before: Assessment, service: str, ground: Ground, timing: Timing) -> Asks | None:
    """Judge the plan's targets for the service at the end of the last year with nothing built."""
    if before.plan is None:
        return None
    plan = replace(before.plan, targets=tuple(targets_about(before.plan, service).values()))
    held = frozen(before.access.facilities, before.access.facilities.date)
    idle = replace(before.access, facilities=facilities_at(held, end_of(timing.years[-1])))
    table, _ = evaluate_targets(plan, idle, before.records)
    block = idle.table[idle.table["service"] == service]
    return Asks(
        scene=scene_of(plan, idle, before.records),
        table=table,
        service=service,
        homes=ground.homes,
        years=timing.years,
        open_places=(block["status"] == "uncovered").to_numpy(),
    )


def _in_order(conditions: tuple[Condition, ...], ground: Ground) -> tuple[Condition, ...]:
    """Put weights of places in the order of the question."""
    return tuple(
        one if one.weight is None else replace(one, weight=one.weight[ground.order])
        for one in conditions
    )


def _states(
    before: Assessment, sites: gpd.GeoDataFrame, service: Service, timing: Timing
) -> tuple[list[pd.Series], Assessment]:
    """Measure coverage at the start and after each year, and assess the state after the last."""
    access, last = before.access, timing.years[-1]
    told, later = [_city(access, service.id)], before
    held = frozen(access.facilities, access.facilities.date)
    for year in timing.years:
        held = facilities_at(held, end_of(year))
        built = sites[sites["year"] == year]
        if year == last:
            standing = replace(before, access=replace(access, facilities=held))
            later = after(standing, built, [service.id])
            told.append(_city(later.access, service.id))
            break
        held = built_among(held, built, access)
        state = measure_access(
            access.places, held, access.network, [service], surface=access.surface, brief=True
        )
        told.append(_city(state, service.id))
    return told, later


def _proposal(
    states: tuple[Assessment, Assessment],
    ground: Ground,
    built: Sequence[Built],
    told: tuple[gpd.GeoDataFrame, pd.DataFrame],
    asked: tuple[Timing, Answer],
) -> Proposal:
    timing, found = asked
    sites, served = told
    before, later = states
    value, bound = found.value, float(found.bound[-1])
    gap = abs(bound - value) / value if value else (0.0 if bound <= 0 else np.inf)
    service = ground.service.id
    return Proposal(
        sites=sites,
        service=service,
        before=before,
        after=later,
        candidates=ground.asked.sites,
        allowed=_allowed(timing, ground),
        choice=Choice(
            sites=np.unique([one.site for one in built]).astype(np.int64),
            value=value,
            bound=bound,
            gap=gap,
            proven=bool(found.proven[-1]),
            assigned=_assigned(ground, built),
        ),
        served=served,
        left_out=left_out_of(ground.asked, later.access),
        excluded=ground.asked.excluded.assign(service=service),
    )


def _allowed(timing: Timing, ground: Ground) -> float:
    """Give how many sites the years allow at most."""
    cheapest = None if ground.price is None or not len(ground.price) else float(ground.price.min())
    return float(timing.most_by(cheapest)[-1])


def _assigned(ground: Ground, built: Sequence[Built]) -> Integers:
    """Give the nearest of the sites within the limit of each place, -1 for none."""
    nearest = np.full(ground.way.shape[1], -1, dtype=np.int64)
    here = np.full(len(nearest), np.inf)
    for site in sorted({one.site for one in built}):
        span = slice(ground.way.indptr[site], ground.way.indptr[site + 1])
        places, way = ground.way.indices[span], ground.way.data[span]
        nearer = way < here[places]
        nearest[places[nearer]], here[places[nearer]] = site, way[nearer]
    return nearest


def _city(access: Access, service: str) -> pd.Series:
    table = coverage_of(access)
    city = table[(table["group_kind"] == "city") & (table["service"] == service)]
    return city.iloc[0]


def _told(
    asks: Asks | None, held: Sequence[Target], question: Question, found: Answer
) -> Iterator[Finding]:
    """Say which targets are no conditions, which are missed, and that all are covered already."""
    for target in held if asks else ():
        assert asks is not None  # noqa: S101 - targets are held of a plan
        if target.id in asks.not_held:
            en, zh = asks.not_held[target.id]
            yield finding("programme-target-not-held", value=target.id, why_en=en, why_zh=zh)
    missed = {
        one.target
        for one, short in zip(question.conditions, found.missed, strict=True)
        if short > 0
    }
    for name in sorted(missed):
        yield finding("programme-target-missed", value=name)
    if not question.serves.nnz:
        yield finding("programme-nobody", value="")
