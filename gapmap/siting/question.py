"""The question of where to build: for which service, how much, among what, and for whose sake."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gapmap.errors import MethodError
from gapmap.location import OBJECTIVES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from gapmap.access import Access, Service
    from gapmap.siting.candidates import CandidateSites

__all__ = ["SiteQuestion", "check_question", "service_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteQuestion:
    """What is asked of :func:`gapmap.propose_sites`.

    Attributes
    ----------
    service
        Id of a measured service.
    objective
        ``people``: most people within the limit. ``fewest``: the fewest sites (the least money
        where sites differ in cost) that cover ``share`` of all whom any candidate can cover.
        ``distance``: the least total way to the nearest facility. ``worst``: the least worst way
        of all places but those where nobody lives.
        ``worst_first``: the district with the lowest share as high as it goes, then most people.
    count
        How many new sites at most.
    budget, cost
        Money in all, and for one site of which the candidates do not say it, in one currency.
    candidates
        See :func:`gapmap.siting.candidate_sites`.
    share
        Of ``fewest``: above 0, up to 1.
    copies
        How many facilities a place needs within the limit to count as served; 2 is backup
        coverage. For ``people``, ``fewest`` and ``worst_first``.
    capacity
        People that one new site can take; None: any number. Existing facilities keep whom they
        serve now.
    least, least_each
        The least number of new sites in a district (its id or name) or a group of districts; and
        in every district.
    closing_cost
        What closing an existing facility costs (negative: what it saves); for each one closed one
        more may be built. None: all stay.
    farthest
        For ``distance`` and ``worst``, in the limit's unit: whoever has no way to any facility
        (or a longer one) counts as this far from one; nobody goes farther to a candidate. None: the
        farthest that anybody goes now, or ten times the limit where nobody goes anywhere.
    seconds
        Time limit of the search for the best answer.
    """

    service: str
    objective: str = "people"
    count: int | None = None
    budget: float | None = None
    cost: float | None = None
    candidates: str | gpd.GeoDataFrame | CandidateSites = "places"
    share: float = 1.0
    copies: int = 1
    capacity: float | None = None
    least: Mapping[str, int] = field(default_factory=dict)
    least_each: int = 0
    closing_cost: float | None = None
    farthest: float | None = None
    seconds: float = 60.0

    @property
    def by_way(self) -> bool:
        """Whether ways beyond the limit count, too."""
        return self.objective in ("distance", "worst")

    @property
    def unlimited(self) -> bool:
        """Whether neither a count nor a budget stands in the way."""
        return self.count is None and self.budget is None


def service_of(access: Access, service: str) -> Service:
    """Give a measured service by its id.

    Raises
    ------
    MethodError
        It is not measured.
    """
    for one in access.services:
        if one.id == service:
            return one
    known = ", ".join(one.id for one in access.services)
    raise MethodError(
        f"service {service!r} is not measured; measured are {known}",
        f"没有计算服务“{service}”;已计算:{known}",
    )


def check_question(question: SiteQuestion) -> None:
    """Refuse what cannot be meant.

    Raises
    ------
    MethodError
        Says which part, and what to do.
    """
    if question.objective not in OBJECTIVES:
        known = ", ".join(OBJECTIVES)
        raise MethodError(
            f"objective is {question.objective!r}; use one of {known}",
            f"目标为“{question.objective}”;可用 {known}",
        )
    if question.count is not None and (question.count < 1 or question.count != int(question.count)):
        raise MethodError(
            f"count is {question.count}; give a whole number of sites from 1 on",
            f"数量为 {question.count};请给出不小于 1 的整数",
        )
    _check_money(question)
    if not 0 < question.share <= 1:
        raise MethodError(
            f"share is {question.share:g}; give a part of the people above 0, up to 1",
            f"share 为 {question.share:g};请给出大于 0、不超过 1 的人口比例",
        )
    if question.by_way and question.unlimited:
        raise MethodError(
            f"objective {question.objective} needs count or budget: each site more shortens ways",
            f"目标 {question.objective} 须给出 count 或 budget:每多建一处,路程都会缩短",
        )
    for name, value in (("capacity", question.capacity), ("farthest", question.farthest)):
        if value is not None and not value > 0:
            raise MethodError(
                f"{name} is {value:g}; give a number above 0, or leave it out",
                f"{name} 为 {value:g};请给出大于 0 的数,或不填",
            )
    if not question.seconds >= 0:
        raise MethodError(
            f"seconds is {question.seconds}; give how long to search at most, from 0",
            f"seconds 为 {question.seconds};请给出不小于 0 的最长求解秒数",
        )
    _check_together(question)


def _check_money(question: SiteQuestion) -> None:
    for name, zh, value in (("budget", "预算", question.budget), ("cost", "单价", question.cost)):
        if value is not None and not (value >= 0 and math.isfinite(value)):
            raise MethodError(
                f"{name} is {value}; give an amount of money from 0 on",
                f"{zh}为 {value};请给出不小于 0 的金额",
            )


def _check_together(question: SiteQuestion) -> None:
    if question.copies < 1 or question.copies != int(question.copies):
        raise MethodError(
            f"copies is {question.copies}; give a whole number from 1 on",
            f"copies 为 {question.copies};请给出不小于 1 的整数",
        )
    if question.copies > 1 and (question.by_way or question.capacity is not None):
        raise MethodError(
            "copies (backup coverage) is for people, fewest and worst_first, without capacity",
            "copies(备份覆盖)用于 people、fewest 和 worst_first,且不能与 capacity 同用",
        )
    if question.share < 1 and question.objective != "fewest":
        raise MethodError(
            f"share is for the objective fewest, not for {question.objective}; leave it out",
            f"share 仅用于目标 fewest,不用于 {question.objective};请不填",
        )
