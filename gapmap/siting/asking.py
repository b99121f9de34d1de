"""Asking: an assessment and a question, as candidates, places and the problem that they pose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gapmap.access.reasons import pool_of, serving_of
from gapmap.errors import MethodError
from gapmap.siting.candidates import EXCLUDED_COLUMNS, CandidateSites, candidate_sites
from gapmap.siting.posing import Facts, pose, put_into_groups
from gapmap.siting.question import check_question, service_of
from gapmap.siting.ways import farthest_of, ways_of

if TYPE_CHECKING:
    import geopandas as gpd
    from scipy import sparse

    from gapmap.access import Access, Service
    from gapmap.assessment import Assessment
    from gapmap.location import Groups, Problem
    from gapmap.location.value import Floats, Integers
    from gapmap.region import Region
    from gapmap.siting.question import SiteQuestion
    from gapmap.siting.ways import Ways

__all__ = [
    "Asked",
    "ask",
    "candidates_of",
    "districts_of",
    "least_groups",
    "price_of",
    "way_of",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """A question about a state, ready to be solved.

    Attributes
    ----------
    question
        What is asked.
    assessment, service
        The state, and the service that it is asked for.
    sites
        The candidates by their ids, numbers in them by value: ``site_id``, ``name``,
        ``district_id``, ``district``, ``town``, ``cost`` (NaN unknown) and ``geometry``.
    excluded
        Candidates that were ruled out before, see :class:`CandidateSites`.
    block
        The service's rows of the access table, by ``place_id``.
    ways
        The search for ways from these places.
    within
        Places x candidates: metres or minutes, all within the limit.
    existing
        Existing facilities that serve, one by one: ``facility_id``, ``facility``, ``geometry``;
        empty where the question does not tell them apart.
    facts
        The same as arrays.
    problem, rows
        See :class:`gapmap.siting.posing.Posed`.
    """

    question: SiteQuestion
    assessment: Assessment
    service: Service
    sites: gpd.GeoDataFrame
    excluded: pd.DataFrame
    block: pd.DataFrame
    ways: Ways
    within: sparse.csr_array
    existing: gpd.GeoDataFrame
    facts: Facts
    problem: Problem
    rows: Integers

    @property
    def access(self) -> Access:
        """The state's access."""
        return self.assessment.access


def ask(assessment: Assessment, question: SiteQuestion) -> Asked:
    """Find the candidates and who is how far from them, and pose the problem.

    Places and candidates are put in the order of their ids, so that nothing hangs on the order in
    files. Memory is proportional to the pairs of place and candidate that matter: those within the
    limit; for ``distance`` and ``worst`` also those that are less than the place's way now.

    Parameters
    ----------
    assessment
        The state before building.
    question
        What is asked.

    Raises
    ------
    MethodError
        For a service that is not measured, a question that cannot be meant, a missing or negative
        cost, a budget below the cheapest site, and a district that the study does not have.
    """
    check_question(question)
    access = assessment.access
    service = service_of(access, question.service)
    sites, excluded = candidates_of(access, question, service)
    price = price_of(sites, question)
    order = np.argsort(access.places.table["place_id"].to_numpy(dtype=str), kind="stable")
    block = access.table[access.table["service"] == service.id].iloc[order].reset_index(drop=True)
    ways, present = ways_of(access, service, order), way_of(block, service)
    within = ways.within(sites)
    existing = _existing(access, question)
    facts = Facts(
        people=np.nan_to_num(block["people"].to_numpy(dtype=float)),
        covered=(block["status"] == "covered").to_numpy(),
        uncovered=(block["status"] == "uncovered").to_numpy(),
        present=present,
        inhabited=(block["people"] != 0).to_numpy(),
        price=price,
        site_groups=least_groups(access.places.region, question, sites),
        **_reach(question, ways, (sites, within), existing, present),
        **districts_of(access.places.region, block),
    )
    posed = pose(question, facts)
    return Asked(
        question=question,
        assessment=assessment,
        service=service,
        sites=sites,
        excluded=excluded,
        block=block,
        ways=ways,
        within=within,
        existing=existing,
        facts=facts,
        problem=posed.problem,
        rows=posed.rows,
    )


def candidates_of(
    access: Access, question: SiteQuestion, service: Service
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Give the candidates in the order of their ids, and those that were ruled out before."""
    given = question.candidates
    sites = candidate_sites(access.places, given, network=access.network, modes=[service.mode])
    if isinstance(given, CandidateSites):
        return sites, given.excluded
    return sites, pd.DataFrame(columns=list(EXCLUDED_COLUMNS), dtype="str")


def price_of(sites: gpd.GeoDataFrame, question: SiteQuestion) -> Floats | None:
    """Give what each candidate costs; None where nobody says.

    Raises
    ------
    MethodError
        A budget without costs, a missing or negative cost beside others, or a budget below the
        cheapest.
    """
    own = sites["cost"].to_numpy(dtype=float)
    price = own if question.cost is None else np.where(np.isnan(own), question.cost, own)
    if np.isnan(price).all():
        if question.budget is None or not len(price):
            return None
        raise MethodError(
            "a budget needs the cost of one site (cost), or candidates with a column cost",
            "给出预算时须给出单点造价 cost,或带 cost 列的候选点",
        )
    wrong = np.flatnonzero(~((price >= 0) & np.isfinite(price)))
    if len(wrong):
        first, value = sites.iloc[int(wrong[0])], price[wrong[0]]
        told, told_zh = ("missing", "缺失") if np.isnan(value) else (f"{value:g}", f"为 {value:g}")
        raise MethodError(
            f"the cost of {len(wrong)} candidates is missing or negative; that of "
            f"{first['site_id']} ({first['name']}) is {told}; give each a cost from 0 on",
            f"{len(wrong)} 个候选点的造价缺失或为负;{first['site_id']}({first['name']})的造价"
            f"{told_zh};请为每个候选点给出不小于 0 的造价",
        )
    _check_budget(sites, price, question)
    return price


def _check_budget(sites: gpd.GeoDataFrame, price: Floats, question: SiteQuestion) -> None:
    saves = question.closing_cost is not None and question.closing_cost < 0
    if question.budget is None or saves or price.min() <= question.budget:
        return
    cheapest = sites.iloc[int(price.argmin())]
    raise MethodError(
        f"budget {question.budget:,.0f} pays for no site: the cheapest is {cheapest['site_id']} "
        f"({cheapest['name']}) at {price.min():,.0f}; raise the budget",
        f"预算 {question.budget:,.0f} 不足以建任何一处:最便宜的 {cheapest['site_id']}"
        f"({cheapest['name']})造价 {price.min():,.0f};请增加预算",
    )


def way_of(block: pd.DataFrame, service: Service) -> Floats:
    """Give metres or minutes to the nearest facility, as the limit's unit is; inf without a way."""
    column = "distance_m" if service.limit_unit == "m" else "minutes"
    told = block[column].to_numpy(dtype=float)
    return np.where(np.isnan(told), np.inf, told)


def _existing(access: Access, question: SiteQuestion) -> gpd.GeoDataFrame:
    """Give the facilities that serve, by id; none where the question does not tell them apart."""
    serving = serving_of(pool_of(access.facilities, question.service))
    told_apart = question.closing_cost is not None or question.copies > 1
    kept = serving if told_apart else serving.iloc[:0]
    return kept[["facility_id", "facility", "geometry"]].reset_index(drop=True)


def _reach(
    question: SiteQuestion,
    ways: Ways,
    candidates: tuple[gpd.GeoDataFrame, sparse.csr_array],
    existing: gpd.GeoDataFrame,
    present: Floats,
) -> dict[str, Any]:
    """Give ``reach``, ``standing`` and ``farthest`` of the facts."""
    sites, within = candidates
    if not question.by_way:
        standing = ways.within(existing) if len(existing) else within[:, :0]
        return {"reach": within, "standing": standing}
    farthest = question.farthest or farthest_of(present, ways.service)
    bound = np.full(len(present), farthest)
    if question.closing_cost is None:
        bound = np.minimum(present, farthest)
    return {
        "reach": ways.nearer(sites, bound),
        "standing": ways.nearer(existing, bound),
        "farthest": farthest,
    }


def districts_of(region: Region, block: pd.DataFrame) -> dict[str, Any]:
    """Give ``place_district`` and ``district_names`` of the facts, by the districts' ids."""
    table = region.districts.sort_values("district_id")
    number = {one: k for k, one in enumerate(table["district_id"].astype(str))}
    of = [number.get(str(one), -1) for one in block["district_id"]]
    return {
        "place_district": np.array(of, dtype=np.int64),
        "district_names": tuple(table["district"].astype(str)),
    }


def least_groups(region: Region, question: SiteQuestion, sites: gpd.GeoDataFrame) -> Groups | None:
    """Read the least numbers of new sites by district, its id or name, or group of districts."""
    table = region.districts
    ids = table["district_id"].astype(str).tolist()
    by_name = dict(zip(table["district"].astype(str), ids, strict=True))
    each = question.least_each
    wanted: dict[str, tuple[tuple[str, ...], int]] = {}
    for name, least in question.least.items():
        if name in region.groups:
            wanted[name] = (tuple(region.groups[name]), least)
        elif name in ids or name in by_name:
            wanted[name] = ((name if name in ids else by_name[name],), max(least, each))
        else:
            known = ", ".join([*ids, *by_name, *region.groups])
            raise MethodError(
                f"least names {name!r}, which is no district; known are {known}",
                f"least 中的“{name}”不是区;已有:{known}",
            )
    if each:
        named = {one for members, _ in wanted.values() for one in members if len(members) == 1}
        wanted |= {one: ((one,), each) for one in ids if one not in named}
    return put_into_groups(sites["district_id"].astype(str).tolist(), wanted)
